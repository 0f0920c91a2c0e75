"""Directions: more or less, rises or falls, gains or losses, and comparisons between two facts."""

from __future__ import annotations

from collections.abc import Sequence

from copilot.claims import COUNTED, Bound, supports
from copilot.factsheet import Fact
from copilot.phrases import Phrases
from copilot.reading import Clause, Segment
from copilot.tokens import Token

_NEAR_FLAT = 0.03
_NOUN_REACH = 4  # tokens after "the same" within which its noun stands


def direction_reasons(clause: Clause, segment: Segment, bound: Sequence[Bound], phrases: Phrases) -> list[str]:
    """Direction words must agree with the sign of the fact they speak of, and must stand where a sign is needed."""
    said = directions(clause, segment, phrases)
    if moved := _moved_numbers(clause, bound, phrases):
        return [f"direction:{token.text}" for token in moved]
    numbered = [fact for item in bound for fact in item.facts[:1] if fact.sign is not None]
    directed = numbered or [fact for fact in segment.facts if fact.sign is not None]
    if not directed:
        if not said and not clause.marks("flat"):
            return []
        return [] if said and _comparison_holds(clause, segment, said) else ["direction"]
    if clause.marks("flat"):
        said = [*said, 0]
        if not _counts_same(clause, directed, phrases):
            return ["unit"]
    if not said:
        return ["direction_missing"] if _needs_direction(bound, segment, phrases) else []
    agree = all if numbered else any
    if agree(_agrees(fact, said, clause, phrases) for fact in directed):
        return []
    return ["direction"]


def _moved_numbers(clause: Clause, bound: Sequence[Bound], phrases: Phrases) -> list[Token]:
    """Return the "lose" and "gain" that stand right before units that only sell: a slot is lost, and not its units."""
    if not phrases.lexicon.guards_places:
        return []
    found = []
    for item in bound:
        sold = [fact for fact in item.facts[:1] if fact.unit == "units" and fact.sign is None and fact.interval]
        before = [token for token in clause.tokens if token.at < item.number.at]
        while before and before[-1].text.lower() in phrases.lexicon.guards["modifiers"]:
            before.pop()
        if sold and before and before[-1].text.lower() in phrases.lexicon.guards["takes"]:
            found.append(before[-1])
    return found


def denies_direction(clause: Clause, segment: Segment, phrases: Phrases) -> bool:
    """Say whether a negation only denies a gain or loss where there is none: "would not lose anything"."""
    tie = any(fact.sign == 0 for fact in segment.facts)
    return tie and bool(directions(clause, segment, phrases)) and not clause.marks("flat")


def negations(clause: Clause, phrases: Phrases) -> list[Token]:
    """Return the words that turn a clause round."""
    return [token for token in clause.words if "negation" in phrases.lexicon.word_kinds(token.stem)]


def compared(clause: Clause, segment: Segment) -> tuple[Fact, Fact] | None:
    """Return the two facts of one unit that stand on the two sides of "than", or None."""
    than = clause.marks("than")
    if len(than) != 1:
        return None
    left = _named_before(clause, segment, than[0].at, before=True)
    right = _named_before(clause, segment, than[0].at, before=False)
    told = left is not None and right is not None and left is not right and left.unit == right.unit
    return (left, right) if told and left and right else None


def _counts_same(clause: Clause, directed: Sequence[Fact], phrases: Phrases) -> bool:
    """Check the noun in "the same number of units": it must be what the facts count."""
    flat = clause.marks("flat")[0]
    after = [token for token in clause.tokens if token.at > flat.at][:_NOUN_REACH]
    if phrases.lexicon.guards_places and after and after[0].text.lower() in phrases.lexicon.reading["inside"]:
        return True  # "no change in searches" counts nothing
    counted = [COUNTED.get(unit) for token in after if (unit := phrases.lexicon.units.get(token.text.lower()))]
    return all(units is not None and any(fact.unit in units for fact in directed) for units in counted)


def directions(clause: Clause, segment: Segment, phrases: Phrases) -> list[int]:
    """Return the directions that a clause's words give: 1 for up, -1 for down."""
    neutral = frozenset().union(*(phrases.facts[fact.name].neutral for fact in segment.facts))
    said = []
    for token in clause.words:
        kinds = phrases.lexicon.word_kinds(token.stem)
        if token.stem not in neutral and kinds & {"up", "down"}:
            said.append(1 if "up" in kinds else -1)
    lowers = {phrase for fact in segment.facts for phrase in phrases.facts[fact.name].lowers}
    told = [phrases.lexicon.stems(token.text) for token in clause.tokens if lowers and token.kind in ("word", "mark")]
    return [*said, *(-1 for stems in told if stems in lowers)]


def is_near_flat(fact: Fact, flat: Token, phrases: Phrases) -> bool:
    """Say whether a change may be called "flat": it is all but none, and its interval holds none."""
    if fact.spec.direction != "ratio" or fact.interval is None or not isinstance(fact.value, int | float):
        return False
    holds_none = fact.interval[0] < 1 < fact.interval[1]
    named = flat.text.lower() in phrases.lexicon.guards["near_flat"]
    return named and holds_none and abs(fact.value - 1) <= _NEAR_FLAT


def _agrees(fact: Fact, said: Sequence[int], clause: Clause, phrases: Phrases) -> bool:
    if not any(said) and any(is_near_flat(fact, flat, phrases) for flat in clause.marks("flat")):
        return True
    if fact.sign == 0 and any(word for word in said):
        return bool(negations(clause, phrases))
    wanted = -fact.sign if is_reversed(clause, fact, phrases) and fact.sign else fact.sign
    return all(sign == wanted for sign in said)


def is_reversed(clause: Clause, fact: Fact, phrases: Phrases) -> bool:
    """Say whether a difference is told from the other side: "B should sell 5 units less than A" of A's 5 more."""
    than = comparing(clause, phrases)
    if than is None or not fact.other_label or fact.spec.direction != "delta":
        return False
    names = [token for token in clause.mentions if token.kind == "name" and fact.id in token.facts]
    before = [token for token in names if token.at < than.at]
    after = [token for token in names if token.at > than.at]
    return all(
        found and all(_is_called(token, *label) for token in found)
        for found, label in ((before, (fact.other_label, fact.other)), (after, (fact.subject_label, fact.subject)))
    )


def comparing(clause: Clause, phrases: Phrases) -> Token | None:
    """Return what stands between the two sides of a comparison: "than", or a verb as in "A outsells B"."""
    verbs = phrases.lexicon.guards.get("comparing", frozenset())
    marks = (*clause.marks("than"), *(token for token in clause.words if token.text.lower() in verbs))
    return marks[0] if marks else None


def _is_called(token: Token, label: str, number: str) -> bool:
    return token.text.strip('“”"').lower() in (label.lower(), f"#{number}".lower())


def _needs_direction(bound: Sequence[Bound], segment: Segment, phrases: Phrases) -> bool:
    """Say whether a number without sign stands for a change, and no other clause of the segment gives its direction."""
    elsewhere = any(directions(clause, segment, phrases) or clause.marks("flat") for clause in segment.clauses)
    return not elsewhere and any(item.unsigned_change for item in bound)


def _comparison_holds(clause: Clause, segment: Segment, said: Sequence[int]) -> bool:
    """Check "X more than Y" between two cited facts of one unit: the values' order must be the one that is said."""
    pair = compared(clause, segment)
    if pair is None or len(set(said)) != 1:
        return False
    left, right = (fact.value for fact in pair)
    if not isinstance(left, int | float) or not isinstance(right, int | float):
        return False
    return left != right and (left > right) == (said[0] > 0)


def _named_before(clause: Clause, segment: Segment, at: int, *, before: bool) -> Fact | None:
    """Return the one cited fact that is named on this side of the comparison, or None."""
    side = [token for token in clause.mentions if (token.at < at) == before]
    facts = [fact for fact in segment.facts if side and all(supports(token, fact) for token in side)]
    return facts[0] if len(facts) == 1 else None
