"""Misplaced totals: what counts over the whole is not told of each part, nor what the plan gains of something else.

"Each category has 14 launches per week" of a figure over all categories, "it would lose 0.6 units" of what the plan
would lose without it, "they would move to its slot" of launches that move to others: every number, name and direction
is the fact's, and another thing has it.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from copilot.claims import Bound
from copilot.fact_names import PROVEN
from copilot.factsheet import WHOLE_SHOP, Fact
from copilot.phrases import Phrases
from copilot.reading import BRACKET, Clause, Segment
from copilot.tokens import Token

_COUNTED = frozenset({"units", "launches", "products", "launches per week"})
_REACH = 4  # words before a noun that say of which of its kind: "in each of its categories"


def misplaced_reasons(segments: Sequence[Segment], bound: Sequence[Sequence[Bound]], phrases: Phrases) -> list[str]:
    """Return a reason for each total that is told of a part, and for each gain of the plan that is told of another."""
    if not phrases.lexicon.guards:
        return []
    if phrases.lexicon.unspaced:
        return [reason for segment in segments for reason in _unspaced_reasons(segment, phrases)]
    reasons = _gain_reasons(segments, bound, phrases)
    for segment, items in zip(segments, bound, strict=True):
        reasons += _shared_out_reasons(segment, items, phrases)
        reasons += _own_weeks_reasons(segment, phrases) + _exactness_reasons(segment, phrases)
        reasons += _selling_reasons(segment, phrases)
    return reasons


def _words(tokens: Sequence[Token]) -> list[str]:
    """Return the words as written; a name, a number or a break is an empty one."""
    return [word for one in tokens for word in (one.text.lower().split() if one.kind in ("word", "mark") else [""])]


def _shared_out_reasons(segment: Segment, bound: Sequence[Bound], phrases: Phrases) -> list[str]:
    """What is counted over the whole is not told of each category or product, nor a category's figure of each."""
    guards = phrases.lexicon.guards
    told = [item.facts[0] for item in bound if item.facts and item.facts[0].unit in _COUNTED]
    of_all = bool(told) and all(fact.subject in WHOLE_SHOP for fact in told)
    weekly = len(told) == 1 and told[0].unit.endswith("per week")
    reasons = []
    for clause in segment.clauses if of_all or weekly else ():
        words = _words(clause.tokens)
        for i, word in enumerate(words):
            near = _said_of(words[max(0, i - _REACH) : i], phrases)
            if near & guards["summing"] or word not in guards["part_nouns"]:
                continue
            if near & guards["sharing_out"] or (of_all and _is_any_part(words, i, phrases)):
                reasons.append(f"shared_out:{word}")
    return reasons


def _said_of(before: Sequence[str], phrases: Phrases) -> set[str]:
    """Return the words right before a noun that belong to it: not the "each" of "each launch's category"."""
    others = phrases.lexicon.guards["actors"] | phrases.lexicon.units.keys()
    said: set[str] = set()
    for word in reversed(before):
        if word in others or word.endswith("'s"):
            break
        said.add(word)
    return said


def _is_any_part(words: Sequence[str], at: int, phrases: Phrases) -> bool:
    """Say whether a noun speaks of whichever part: "in a category", or "categories have 14 launches"."""
    guards, word = phrases.lexicon.guards, words[at]
    follows = words[at + 1] if at + 1 < len(words) else ""
    does = at == 0 and word in guards["kinds_of_part"] and follows in guards["verbs"]
    return does or (at > 0 and word in guards["single_parts"] and words[at - 1] in phrases.lexicon.reading["articles"])


def _own_weeks_reasons(segment: Segment, phrases: Phrases) -> list[str]:
    """The first weeks are each launch's own: neither the plan's, nor those of the season."""
    guards, reading = phrases.lexicon.guards, phrases.lexicon.reading
    if not all(fact.subject in WHOLE_SHOP and fact.unit == "units" for fact in segment.facts):
        return []
    words = ["", *(word for clause in segment.clauses for word in (*_words(clause.tokens), ""))]
    reasons = []
    for i, word in enumerate(words):
        ahead = [one for one in words[i + 1 : i + 6] if one]
        weeks = next((at for at, one in enumerate(ahead[:2]) if one in reading["weeks"]), None)
        if word not in reading["first"] or weeks is None:
            continue
        after = ahead[weeks + 1 :][:3]
        of_whole = bool(after) and after[0] in guards["prepositions"] and bool({*after[1:]} & guards["spans"])
        before = words[i - 1]
        own = before in reading["its"] or before.removesuffix("'s") in guards["spans"]
        own = own and not reading["each"] & {*words[max(0, i - _REACH) : i]}  # "each in its first four weeks"
        if own or of_whole:
            reasons.append(f"span:{word}")
    return reasons


def _selling_reasons(segment: Segment, phrases: Phrases) -> list[str]:
    """A placement changes what a product sells there, and sells nothing itself: "front end cap sells 4.2% less"."""
    guards = phrases.lexicon.guards
    places = {str(fact.placement).lower() for fact in segment.facts if fact.placement and fact.spec.direction}
    reasons = []
    for clause in segment.clauses if places else ():
        for i, token in enumerate(clause.tokens):
            if token.kind != "name" or token.text.strip('“”"').lower() not in places:
                continue
            before = clause.tokens[i - 1].text.lower() if i else ""
            skipped = phrases.lexicon.unreal | guards["expecting"] | {"to"}
            after = next((one for one in _words(clause.tokens[i + 1 :]) if one not in skipped), "")
            if before not in guards["prepositions"] and after in guards["sold"] | guards["laws"] & guards["sales"]:
                reasons.append(f"sells:{token.text}")
    return reasons


def _is_gain(fact: Fact) -> bool:
    return fact.spec.level == PROVEN and fact.spec.direction is not None


def _exactness_reasons(segment: Segment, phrases: Phrases) -> list[str]:
    """What is the same as far as can be proven is not exactly the same."""
    same = [fact for fact in segment.facts if _is_gain(fact) and fact.sign == 0]
    words = {word for clause in segment.clauses for word in _words(clause.tokens)} if same else set()
    return [f"exact:{word}" for word in sorted(words & phrases.lexicon.guards["exact"])]


def _gain_reasons(segments: Sequence[Segment], bound: Sequence[Sequence[Bound]], phrases: Phrases) -> list[str]:
    """What the best plan would gain or lose is told of that plan, of us, or of the change that brings it about."""
    reasons, doer, of_plan = [], None, False
    for segment, items in zip(segments, bound, strict=True):
        for clause in segment.clauses:
            if clause.opening == BRACKET and not any(item.clause is clause for item in items):
                continue
            end = _gain_at(clause, segment, items)
            found = _doer(clause, len(clause.tokens) if end is None else end, phrases)
            opens = bool(clause.tokens) and _is_verb(clause.tokens[0], phrases)
            told_of = doer if found is None and opens else found
            if end is not None and told_of is not None and not _may_gain(told_of, clause, end, of_plan, phrases):
                reasons.append(f"gain:{told_of[-1].text}")
            taken = _gained_by(clause, end, phrases) if end is not None and not of_plan else None
            reasons += [f"gain:{taken.text}"] if taken is not None else []
            doer = told_of if found is not None or opens else doer
            of_plan = of_plan or (doer is not None and _words(doer)[-1] in phrases.lexicon.guards["plan"])
    return reasons


def _gain_at(clause: Clause, segment: Segment, bound: Sequence[Bound]) -> int | None:
    """Return where in a clause the plan's gain stands: its number, or the words that say that there is none."""
    numbers = [item.number.at for item in bound if item.clause is clause and item.facts and _is_gain(item.facts[0])]
    if not numbers and any(_is_gain(fact) and fact.sign == 0 for fact in segment.facts):
        numbers = [mark.at for mark in clause.marks("flat")]
    first = min(numbers, default=None)
    return None if first is None else next(i for i, token in enumerate(clause.tokens) if token.at >= first)


def _is_verb(token: Token, phrases: Phrases) -> bool:
    guards, first = phrases.lexicon.guards, token.text.lower().split()[0]
    return token.kind in ("word", "mark") and first in guards["verbs"] | guards["takes"] | guards["gaining"]


def _doer(clause: Clause, end: int, phrases: Phrases) -> list[Token] | None:
    """Return the noun phrase that opens a clause before its last verb, as in "the current plan would lose"."""
    guards, tokens = phrases.lexicon.guards, clause.tokens
    nouns = guards["actors"] | guards["gainers"] | guards["plan"]
    its = phrases.lexicon.reading["its"]
    verbs = (i for i in range(1, end) if _is_verb(tokens[i], phrases) and tokens[i - 1].text.lower() not in its)
    verb = next(verbs, end)  # "its worth would fall": no verb after "its"
    phrase: list[Token] = []
    for token in tokens[:verb]:
        word = token.text.lower()
        noun = token.kind == "word" and word in nouns
        noun = noun or (token.kind == "mark" and word.split()[-1] in guards["plan"])  # "best other plan"
        if noun or token.kind == "name":
            return [*phrase, token]
        if token.kind != "number" and word not in guards["modifiers"] | guards["this_one"] | its:
            return None
        phrase.append(token)
    return None


def _gained_by(clause: Clause, end: int, phrases: Phrases) -> Token | None:
    """Return what the plan's loss is taken from, or is told of at last: "costs it 1.1 units", "means it would lose"."""
    guards, gains = phrases.lexicon.guards, phrases.lexicon.guards["takes"] - phrases.lexicon.guards["costing"]
    tokens = [*clause.tokens[:end]]
    for before, token, after in zip((None, *tokens), tokens, (*tokens[1:], None), strict=False):
        if token.kind != "word" or token.text.lower() not in guards["gainers"] or before is None:
            continue
        does = after is not None and after.text.lower() in guards["would"]
        loses = {one.text.lower() for one in tokens if one.at > token.at} & gains
        if before.text.lower() in guards["takes"] or (does and loses):
            return token
    return None


def _may_gain(doer: Sequence[Token], clause: Clause, end: int, of_plan: bool, phrases: Phrases) -> bool:
    """Say whether a plan's gain may be told of a noun phrase: neither of this plan, nor of a launch or a place."""
    guards = phrases.lexicon.guards
    *said, head = _words(doer)
    words = {*said}
    if head in guards["plan"]:
        return not words & guards["this_one"]
    if head in phrases.lexicon.reading["it"]:
        costs = {token.text.lower() for token in clause.tokens[:end]} & guards["costing"]
        return of_plan or bool(costs)
    return doer[-1].kind != "name" and head not in guards["gainers"] | guards["no_gainers"]


def _unspaced_reasons(segment: Segment, phrases: Phrases) -> list[str]:
    """In a language without spaces: "it" right before the verb of a gain, "each category" of a figure over all."""
    guards, reasons = phrases.lexicon.guards, []
    tokens = [token for clause in segment.clauses for token in clause.tokens]
    gains = any(_is_gain(fact) for fact in segment.facts)
    of_all = all(fact.subject in WHOLE_SHOP and fact.unit in _COUNTED for fact in segment.facts)
    written = [token.stem or token.text for token in tokens]
    written = [word for word in written if word not in guards["measures"]]  # "this (one) plan"
    for word, after in pairwise([*written, ""]):
        if gains and word in guards["gainers"] and after in guards["verbs"]:
            reasons.append(f"gain:{word}")
        if gains and word in guards["this_one"] and after in guards["plan_nouns"]:
            reasons.append(f"gain:{word}")
        if of_all and word in guards["sharing_out"] and after in guards["part_nouns"]:
            reasons.append(f"shared_out:{word}")
        if of_all and word in guards["shared_parts"]:
            reasons.append(f"shared_out:{word}")
    return reasons
