"""Guards for a language without spaces: plain words, subjects, bases and pointers stand as our own sentences have them.

Such a language marks neither a noun's number nor a verb's tense by its form, and its words have no neighbours by
blanks. So a word that claims something (`told_with` of words.toml: of what, when, how surely, by whose doing) may stand
only where the cited fact's own sentence has it. A name that stands right before a verb does what the verb tells, and
what a change is taken against stands after the word for "than".
"""

from __future__ import annotations

from collections.abc import Sequence

from copilot.claims import Bound
from copilot.fact_wordings import ITSELF, WEEK
from copilot.factsheet import Fact
from copilot.guards import base_reasons, bound_reasons
from copilot.phrases import Phrases
from copilot.pointers import beside_whole_reasons, unnamed_reasons
from copilot.reading import Clause, Segment
from copilot.relations import place_reasons
from copilot.tokens import Token


def unspaced_reasons(segments: Sequence[Segment], bound: Sequence[Sequence[Bound]], phrases: Phrases) -> list[str]:
    """Return a reason for each guarded word, subject, base or pointer that no fact cited there is told with."""
    reasons = place_reasons(segments, bound, phrases)
    for i, (segment, items) in enumerate(zip(segments, bound, strict=True)):
        before = [fact for earlier in segments[:i] for fact in earlier.facts]
        for clause in segment.clauses:
            here = [item for item in items if item.clause is clause]
            reasons += _word_reasons(clause, segment.facts, phrases)
            reasons += _subject_reasons(clause, here, segment, phrases)
            others = [item.facts[0] for item in items if item.facts and item not in here]
            reasons += _share_reasons(here, phrases) + (
                _part_reasons(clause, here, phrases) if before or others else []
            )
            reasons += beside_whole_reasons([one for one in here if one.facts], (*before, *segment.facts), phrases)
        reasons += bound_reasons(segment, phrases) + base_reasons(segment, phrases)
        reasons += unnamed_reasons(segment, items, before, phrases) if before else []
    return reasons


def _word_reasons(clause: Clause, facts: Sequence[Fact], phrases: Phrases) -> list[str]:
    """Words of time, scope, certainty and of who does it stand where our own sentences about the facts have them."""
    guards, spoken = phrases.lexicon.guards, [phrases.facts[fact.name] for fact in facts]
    runs = " ".join(run for one in spoken for run in (*one.wording, *one.own))
    own = frozenset().union(*(one.own for one in spoken))
    dated = tuple(run for one in spoken for run, after in one.pairs if after == WEEK)
    past = all(fact.spec.tense == "past" for fact in facts)
    reasons = []
    for token, after in zip(clause.tokens, (*clause.tokens[1:], None), strict=True):
        word = _written(token)
        if (past and word in guards["outcome"]) or (word in guards["few"] and _counts_next(after, phrases)):
            continue  # "fell by 17%" of what was, "only 9" of a number
        if token.kind in ("word", "mark") and word in guards["told_with"] and word not in runs:
            reasons.append(f"guarded:{word}")
        elif after is not None and after.kind in ("week", "day") and word in guards["before_weeks"] - own:
            reasons += [] if any(run.endswith(word) for run in dated) else [f"guarded:{word}"]
    return reasons


def _counts_next(after: Token | None, phrases: Phrases) -> bool:
    return after is not None and (after.kind == "number" or _written(after) in phrases.lexicon.guards["having"])


def _written(token: Token) -> str:
    """Return a word as it is written; the text of some tokens is the English word that the reader looks for."""
    return token.stem or token.text


def _subject_reasons(clause: Clause, bound: Sequence[Bound], segment: Segment, phrases: Phrases) -> list[str]:
    """ "A would be worth 0.3 units less" of what the plan would be; a placement sells nothing in a product's place."""
    facts = [item.facts[0] for item in bound if item.facts]
    told = facts or [fact for fact in segment.facts if clause.marks("flat") and fact.sign == 0]
    names = [name for name in _doers(clause, phrases) if any(fact.id in name.facts for fact in told)]
    return [f"subject:{name.text}" for name in names if not any(_may_do(name, fact, phrases) for fact in told)]


def _doers(clause: Clause, phrases: Phrases) -> list[Token]:
    """Return the names before a verb or a tie, with nothing but modifiers between, that no preposition opens."""
    guards, found = phrases.lexicon.guards, []
    doer: Token | None = None
    before: Token | None = None
    for token in clause.tokens:
        word = _written(token)
        numbers_it = token.text.startswith("#") and doer is not None
        if token.kind == "name" and not numbers_it:
            doer = token if before is None or _written(before) not in guards["prepositions"] else None
        elif word in guards["verbs"] or token.mark == "flat":
            found += [doer] if doer is not None else []
            doer = None
        elif not numbers_it and word not in guards["modifiers"] and token.mark != "fixed":
            doer = None
        before = token
    return found


def _may_do(name: Token, fact: Fact, phrases: Phrases) -> bool:
    """Say whether a fact is told of this name: where its entry has `subjects`, only its own subject if they say so."""
    subjects = phrases.facts[fact.name].subjects
    plain = name.text.strip('“”"').lower()
    is_own = plain in (fact.subject_label.lower(), f"#{fact.subject}".lower())
    return fact.id in name.facts and (not subjects or (ITSELF in subjects and is_own))


def _share_reasons(bound: Sequence[Bound], phrases: Phrases) -> list[str]:
    """A share of shoppers stands beside the noun that it is one of, and not after what they did: "bought 37% of"."""
    skipped, reasons = phrases.lexicon.guards["modifiers"] | phrases.lexicon.reading["of"], []
    for item in bound:
        whole = phrases.facts[item.facts[0].name].whole if item.facts else frozenset()
        after = [token for token in item.clause.tokens if token.at > item.number.at]
        before = [token for token in reversed(item.clause.tokens) if token.at < item.number.at]
        sides = [next((_written(one) for one in side if _written(one) not in skipped), "") for side in (before, after)]
        if whole and not whole.intersection(sides):
            reasons.append(f"share:{item.number.value:g}")
    return reasons


def _part_reasons(clause: Clause, bound: Sequence[Bound], phrases: Phrases) -> list[str]:
    """ "Of them 9" after a citation: no fact counts a part of what another counts."""
    named = any(token.kind == "name" for token in clause.mentions)
    pointing = [token for token in clause.words if _written(token) in phrases.lexicon.guards["parts_of"]]
    return [f"points:{_written(token)}" for token in pointing if bound and not named]
