"""Scopes: what a number counts over. A week's launches are not all launches, and four weeks are not each week.

A fact about a part (a week, a placement, a category) may be told with a word of the whole, "in all" or "the plan", only
where the sentence names the part or points at it; a figure per week must be called one, and no other may be.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from copilot.claims import ENDS, Bound, supports
from copilot.fact_names import PROVEN
from copilot.fact_wordings import NAME, WEEK
from copilot.factsheet import WHOLE_SHOP, Fact, FactSheet
from copilot.lexicon import Lexicon
from copilot.phrases import Phrases
from copilot.reading import Clause, Segment
from copilot.tokens import Token

_OPENING = 3  # tokens of a clause that only says when
_COUNTED = frozenset({"units", "launches", "products", "launches per week"})
_TOTALS = frozenset({"units", "launches", "products", "searches"})


def scope_reasons(segment: Segment, earlier: Sequence[Segment], bound: Sequence[Bound], phrases: Phrases) -> list[str]:
    """Return a reason for each fact about a part that is told of the whole."""
    guards = phrases.lexicon.guards
    if not guards:
        return []
    tokens = [token for clause in segment.clauses for token in clause.tokens]
    words = {word for token in tokens if token.kind in ("word", "mark") for word in token.text.lower().split()}
    other = _other_kind_reasons(segment, words, phrases)
    if not words & guards["whole"] or words & guards["parts"] - _existing(tokens, phrases):
        return other
    told = [item.facts[0] for item in bound if item.facts]
    parts = [fact for fact in told if is_part(fact) and {WEEK, NAME} & phrases.facts[fact.name].wording]
    named_before = {token.text.lower() for part in earlier for clause in part.clauses for token in clause.mentions}
    return other + [
        f"scope:{fact.id}"
        for fact in parts
        if not any(_is_named(fact, part) for part in (segment, *earlier))
        and not named_before & {fact.subject_label.lower(), _last_level(fact)}
    ]


def _existing(tokens: Sequence[Token], phrases: Phrases) -> set[str]:
    """Return the "there" of "there were", which points at no part."""
    exists, pointing = phrases.lexicon.reading["exists"], phrases.lexicon.guards["pointing"]
    return {one.text.lower() for one, verb in pairwise(tokens) if verb.text.lower() in exists} & pointing


def _other_kind_reasons(segment: Segment, words: set[str], phrases: Phrases) -> list[str]:
    """ "The busiest week" of a category's launches: what is set apart from others must be of their kind."""
    guards, reasons = phrases.lexicon.guards, []
    kinds = guards["of_week"] | guards["of_placement"] | guards["of_group"]
    tokens = [token.text.lower() for clause in segment.clauses for token in clause.tokens]
    set_apart = any(word in kinds and after in guards["whose"] for word, after in pairwise(tokens))
    told = [one for one in segment.facts if phrases.facts[one.name].of_kind]
    reasons += [
        f"scope:{fact.id}" for fact in told if fact.week and fact.placement and fact.unit == "units" and set_apart
    ]
    for fact in (one for one in told if not (one.week and one.placement)):
        kind = "of_week" if fact.week else "of_placement" if fact.placement else "of_group"
        others = {"of_week", "of_placement", "of_group"} - {kind}
        reasons += [f"scope:{fact.id}" for other in sorted(others) if words & guards[other]]
    return reasons


def one_of_reasons(segment: Segment, sheet: FactSheet, phrases: Phrases) -> list[str]:
    """One of several of a sheet is not "the nearest": several must be told, or that it is one among them."""
    tokens = [token for clause in segment.clauses for token in clause.tokens]
    words = {word for token in tokens if token.kind in ("word", "mark") for word in token.text.lower().split()}
    best = [
        word
        for word in words - phrases.lexicon.reading["only"]
        if "superlative" in phrases.lexicon.word_kinds(phrases.lexicon.stem(word))
    ]
    names = [fact.name for fact in sheet.facts]
    one_of = [one for one in segment.facts if phrases.facts[one.name].is_one_of and names.count(one.name) > 1]
    several = words & phrases.lexicon.guards.get("several", frozenset())
    together = _told_of_several(words, phrases) and len(one_of) == 1 and not _is_named(one_of[0], segment)
    return [f"superlative:{word}" for word in sorted(best) if one_of and not several] + (
        [f"scope:{one_of[0].id}"] if together and several <= phrases.lexicon.units.keys() else []
    )


def _told_of_several(words: set[str], phrases: Phrases) -> bool:
    """Say whether launches are spoken of in the plural and none in the singular: "similar past launches sold 37"."""
    if phrases.lexicon.unspaced:
        return False
    nouns = {word for word in words if phrases.lexicon.units.get(word) in ("launches", "products")}
    return bool(nouns) and all(word.endswith("s") for word in nouns) and not words & phrases.lexicon.small.keys()


def asked_reasons(segment: Segment, sheet: FactSheet, phrases: Phrases) -> list[str]:
    """The launch expected to sell most of those asked about, a week's, is not told as the plan's."""
    asked = sheet.question.entities
    words = {token.text.lower() for clause in segment.clauses for token in clause.tokens if token.kind == "word"}
    if not (asked.weeks or asked.placements or asked.groups) or not words & phrases.lexicon.guards.get("whole", set()):
        return []
    ranked = [one for one in segment.facts if phrases.facts[one.name].of_kind and one.week and one.placement]
    return [f"scope:{fact.id}" for fact in ranked]


def period_reasons(segment: Segment, phrases: Phrases) -> list[str]:
    """What is counted from one week to another is told of both: neither in one of them alone, nor from the last on."""
    guards, reasons = phrases.lexicon.guards, []
    tokens = [token for clause in segment.clauses for token in clause.tokens if guards]
    for before, week in pairwise(tokens):
        spanned = [fact for fact in segment.facts if _is_week(week) and supports(week, fact)]
        if not spanned or not all(fact.other_week and phrases.facts[fact.name].is_period for fact in spanned):
            continue
        word = before.stem if phrases.lexicon.unspaced else before.text.lower()
        first = any(supports(week, replace(fact, other_week=None)) for fact in spanned)
        opens, closes = word in guards["period_opens"], word in guards["period_closes"]
        if (opens and not first) or (closes and first) or not (opens or closes):
            reasons.append(f"span:{week.text}")
    return reasons


def side_reasons(clause: Clause, segment: Segment, phrases: Phrases) -> list[str]:
    """Of a fact's two weeks each stands with its own words: the data ends in the one, the plan starts in the other."""
    weeks = [token for token in clause.tokens if _is_week(token)]
    stems = {token.stem for token in clause.words}
    reasons = []
    for fact in (one for one in segment.facts if len(weeks) == 1 and phrases.facts[one.name].sides):
        mine, other = phrases.facts[fact.name].sides
        first = supports(weeks[0], replace(fact, other_week=None))
        false = other if first else mine
        if stems & false and not stems & (mine if first else other):
            reasons.append(f"span:{weeks[0].text}")
    return reasons


def _last_level(fact: Fact) -> str:
    return fact.subject_label.rsplit(" > ")[-1].lower()


def span_reasons(clause: Clause, segment: Segment, bound: Sequence[Bound], phrases: Phrases) -> list[str]:
    """What sells in four weeks does not sell "in week 1", where they begin, unless they or a launch are told."""
    told = any(number.role == "horizon" for part in segment.clauses for number in part.numbers)
    facts = [item.facts[0] for item in bound if item.facts and _counts_four_weeks(item.facts[0], phrases)]
    if told or not facts:
        return []
    opening = _opening_before(clause, segment)
    if all(fact.spec.tense == "past" for fact in facts):
        words = {token.text.lower() for token in (*opening, *clause.tokens)}
        inside = [] if words & phrases.lexicon.guards["starts"] else _weeks_inside((*opening, *clause.tokens), phrases)
    else:
        first = min(item.number.at for item in bound)
        inside = _weeks_of_sales((*opening, *clause.tokens), first, phrases)
    return [f"span:{week.text}" for week in inside]


def _counts_four_weeks(fact: Fact, phrases: Phrases) -> bool:
    """Say whether a fact tells units that are sold, rather than what a plan gains, or a place is worth at most."""
    is_sold = fact.unit == "units" and fact.spec.level != PROVEN and not phrases.facts[fact.name].is_bound
    return is_sold and (fact.week is not None or fact.spec.direction == "delta")


def _opening_before(clause: Clause, segment: Segment) -> tuple[Token, ...]:
    """Return what stands before a clause and only says when: "In week 43, ..."."""
    at = segment.clauses.index(clause)
    before = segment.clauses[at - 1] if at else None
    only_when = before is not None and not before.numbers and len(before.tokens) <= _OPENING
    return before.tokens if before is not None and only_when and before.tokens[-1].kind in ("week", "day") else ()


def _weeks_inside(tokens: Sequence[Token], phrases: Phrases) -> list[Token]:
    inside = phrases.lexicon.reading["inside"]
    return [week for before, week in pairwise(tokens) if _is_week(week) and before.text.lower() in inside]


def _weeks_of_sales(tokens: Sequence[Token], first: int, phrases: Phrases) -> list[Token]:
    """Return the weeks that a prediction is told of, rather than the launch: "22 units in week 43", "week 43 sells".

    `first` is where its first number stands. "The launches planned in week 43" and "A in week 43" name the launch.
    """
    guards, found = phrases.lexicon.guards, []
    planned = {
        word for word in guards["planned"] if "future" not in phrases.lexicon.word_kinds(phrases.lexicon.stem(word))
    }
    starts = guards["starts"] | planned | guards["slots"]
    for i, token in enumerate(tokens):
        before = tokens[:i]
        words = ["", "", *(one.text.lower().split()[-1] for one in before)]
        if not _is_week(token):
            if token.text.lower() in phrases.lexicon.reading["week"] and words[-1] in guards["pointing_week"]:
                found.append(token)  # "in that week"
        elif not before:
            found.append(token)  # "Week 43 should sell"
        elif words[-1] in phrases.lexicon.reading["inside"]:
            of_name = len(before) > 1 and before[-2].kind == "name" and token.at < first
            found += [] if of_name or words[-2] in starts else [token]
        elif words[-1] in guards["owning"] - guards["from"] and words[-2] in guards["sales"]:
            found.append(token)  # "the forecast for week 43"
    return found


def _is_week(token: Token) -> bool:
    return token.kind in ("week", "day")


def is_part(fact: Fact) -> bool:
    """Say whether a fact counts over a week, a placement or a category, rather than over the plan or for a product."""
    is_group = fact.subject == fact.subject_label and fact.subject not in WHOLE_SHOP
    of_plan = fact.subject in WHOLE_SHOP and bool(fact.week or fact.placement)
    return fact.unit in _COUNTED and fact.spec.direction is None and (is_group or of_plan)


def _is_named(fact: Fact, segment: Segment) -> bool:
    return any(supports(token, fact) for clause in segment.clauses for token in clause.mentions)


def says_weekly(segments: Sequence[Segment], lexicon: Lexicon) -> bool:
    """Say whether one of the segments calls a figure a weekly one."""
    marks = [
        mark for segment in segments for clause in segment.clauses for mark in clause.tokens if mark.kind == "mark"
    ]
    return any(mark.mark == "per_week" or (mark.mark == "fixed" and _says_week(mark, lexicon)) for mark in marks)


def _says_week(mark: Token, lexicon: Lexicon) -> bool:
    return any(word in mark.text.lower() for word in lexicon.reading["week"])


def _stems(mark: Token, lexicon: Lexicon) -> str:
    return "".join(lexicon.stem(word) for word in mark.text.lower().split())


def _told_weekly(item: Bound, clause: Clause, lexicon: Lexicon) -> bool:
    """Say whether "a week" follows a number, before the next one; a weekly fact beside it may have those words too."""
    after = min((number.at for number in clause.numbers if number.at > item.number.at), default=None)
    weekly = {"".join(words) for words in lexicon.phrases["per_week"]}
    fixed = (one for one in clause.marks("fixed") if _stems(one, lexicon) in weekly)
    marks = [*clause.marks("per_week"), *fixed]
    return any(item.number.at < mark.at and (after is None or mark.at < after) for mark in marks)


def weekly_reasons(
    clause: Clause, segment: Segment, bound: Sequence[Bound], said_before: bool, phrases: Phrases
) -> list[str]:
    """A weekly figure must be called one, here or, for a bare number, earlier in the sentence; nothing else may be."""
    lexicon = phrases.lexicon
    named = any(token.text.lower() in lexicon.weekly for token in clause.words)
    opening = [part for part in segment.clauses if not part.numbers]  # "Each week, 12 searches match it"
    says = any(part.marks("per_week") for part in (clause, *opening))
    values = [item for item in bound if item.facts and item.number.role == "value"]
    totals = [item for item in values if item.facts[0].unit in _TOTALS]
    if any(_told_weekly(item, clause, lexicon) for item in totals):
        return ["unit:per_week"]  # beside a weekly figure that rightly is called one
    if any(item.facts[0].unit.endswith("per week") for item in values):
        fixed = [mark for part in segment.clauses for mark in part.marks("fixed")]
        says = says or named or any(_says_week(mark, lexicon) for mark in fixed)
        says = says or (said_before and not any(item.number.unit for item in bound))
        per_other = any(token.text.lower() in lexicon.per for token in clause.words)  # "per category"
        return [] if says and not per_other else ["unit:per_week"]
    counts = [item.facts[0].unit in _TOTALS - {"products"} for item in bound if item.facts]
    ends = [item for item in bound if item.facts and item.number.role in ENDS and clause.marks("per_week")]
    weekly_ends = any(not item.facts[0].unit.endswith("per week") for item in ends)
    return ["unit:per_week"] if (named and any(counts)) or (says and values) or weekly_ends else []
