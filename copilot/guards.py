"""Guards: plain words that claim something where they stand, and so need a fact that is told with them.

"Until" before a week says when, "over" before a number how much, "all" of what, and "take" at the start of a clause
tells the reader to act. None of that is in a number, a name or a direction, which are checked elsewhere. So each stands
only beside a cited fact that is told with it: where `phrases.toml` says so, or beside the same neighbour as in one of
our own sentences about it. A limit must be told as one, a level with its interval, a change against its base, and a
fact with the word that sets it apart.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from copilot.cleaning import clean_label
from copilot.fact_wordings import NAME, NUMBER, WEEK, Need
from copilot.factsheet import Fact
from copilot.phrases import Phrases
from copilot.reading import Clause, Segment
from copilot.relations import order_word
from copilot.tokens import Token

_BASE_REACH = 6  # words between "than" and what a change is taken against: "than with an average placement"
_NEAR = 3  # words between "from" and it: "from its recent level"
_WHEN = frozenset({"week", "day"})
_TIMES = frozenset({"weeks", "days", "months", "years"})  # keys of `[units]` in words.toml
_KINDS = {"week": WEEK, "day": WEEK, "name": NAME, "number": NUMBER}


@dataclass(frozen=True)
class Licence:
    """What the facts cited in a segment are told with.

    `words` may stand anywhere, others beside the neighbours that `pairs` have; `weeks` beside a week.
    """

    words: frozenset[str]
    pairs: frozenset[tuple[str, str]]
    weeks: frozenset[str]

    def covers(self, clause: Clause, i: int, phrases: Phrases) -> bool:
        """Say whether the token at `i` of a clause stands where our own sentences about these facts have it."""
        stem = clause.tokens[i].stem
        before, after = _neighbour(clause, i - 1, phrases), _neighbour(clause, i + 1, phrases)
        return stem in self.words or (before, stem) in self.pairs or (stem, after) in self.pairs


def licence_of(segment: Segment, phrases: Phrases) -> Licence:
    """Return what the words of a segment may claim; a category may be called "Other"."""
    spoken = [phrases.facts[fact.name] for fact in segment.facts]
    labels = " ".join(re.sub(r"\W+", " ", fact.subject_label) for fact in segment.facts)
    words = frozenset(phrases.lexicon.stems(labels)).union(*(one.own for one in spoken))
    pairs = frozenset().union(*(one.pairs for one in spoken))
    return Licence(words, pairs, frozenset().union(*(one.weeks for one in spoken)))


def guard_reasons(segment: Segment, earlier: Sequence[Segment], alone: bool, phrases: Phrases) -> list[str]:
    """Return a reason for each guarded word that no fact cited here is told with, and for what a fact lacks.

    `alone` says that the sentence tells one fact, so that "with" and "given" at its start give no reason for another.
    """
    if not phrases.lexicon.guards_places:
        return []
    licence = licence_of(segment, phrases)
    ordering = order_word(earlier[-1], segment, phrases) if earlier else None
    unlicensed = _unlicensed(segment, licence, not (earlier or alone), phrases)
    reasons = [f"guarded:{token.text}" for token in unlicensed if token is not ordering]
    tokens = [token for clause in segment.clauses for token in clause.tokens]
    reasons += _linking_reasons(segment, bool(earlier), phrases) + _number_reasons(tokens, phrases)
    reasons += bound_reasons(segment, phrases) + _level_reasons(segment, phrases)
    return reasons + base_reasons(segment, phrases)


def _neighbour(clause: Clause, i: int, phrases: Phrases) -> str:
    """Return what stands at a place of a clause as our own sentences' pairs have it; empty at its edges."""
    if not 0 <= i < len(clause.tokens):
        return ""
    token = clause.tokens[i]
    return _KINDS.get(token.kind) or token.stem or phrases.lexicon.stems(token.text)[0]


def _unlicensed(segment: Segment, licence: Licence, opens_sentence: bool, phrases: Phrases) -> Iterator[Token]:
    has_horizon = any(number.role == "horizon" for clause in segment.clauses for number in clause.numbers)
    for clause in segment.clauses:
        for i, token in enumerate(clause.tokens):
            if token.kind != "word":
                continue
            first = opens_sentence and clause is segment.clauses[0] and i == 0
            if _claims_time(clause, i, phrases):
                after_week = i > 0 and clause.tokens[i - 1].kind in _WHEN
                before, after = _neighbour(clause, i - 1, phrases), _neighbour(clause, i + 1, phrases)
                pair = (before, token.stem) if after_week else (token.stem, after)
                licensed = token.stem in licence.weeks or pair in licence.pairs
            else:
                claims = _claims(clause, i, has_horizon, phrases)
                licensed = not claims or licence.covers(clause, i, phrases)
                acts = _acts(clause, i, phrases, opens_sentence=first)
                licensed = licensed and (not acts or ("", token.stem) in licence.pairs)
            if not licensed:
                yield token


def _claims_time(clause: Clause, i: int, phrases: Phrases) -> bool:
    """Say whether the word at `i` says how something lies to the week beside it: "until" it, or from it "on"."""
    guards, tokens, word = phrases.lexicon.guards, clause.tokens, clause.tokens[i].text.lower()
    following = tokens[i + 1] if i + 1 < len(tokens) else None
    onwards = i > 0 and tokens[i - 1].kind in _WHEN and word in guards["after_weeks"]
    ends = following is None or (following.kind == "word" and following.text.lower() in phrases.lexicon.unreal)
    says_when = following is not None and following.kind in _WHEN and word in guards["before_weeks"]
    firsts = phrases.lexicon.reading["first"] & {token.text.lower() for token in tokens[i + 1 : i + 3]}
    ordinal = bool(firsts) and word in guards["before_first"]
    return says_when or (onwards and ends) or ordinal


def _claims(clause: Clause, i: int, has_horizon: bool, phrases: Phrases) -> bool:
    """Say whether the word at `i` says of what, how often or how surely."""
    guards, tokens, word = phrases.lexicon.guards, clause.tokens, clause.tokens[i].text.lower()
    after = tokens[i + 1].text.lower() if i + 1 < len(tokens) else ""
    before = tokens[i - 1].text.lower() if i else ""
    in_all = f"{before} {word}" in phrases.lexicon.reading["in_all"] and has_horizon
    any_units = word in phrases.lexicon.reading["any"] and phrases.lexicon.units.get(after, "weeks") not in _TIMES
    only_opens = len(tokens) == 1 and word in guards["openers"]  # "Overall, it should sell ..."
    sees = word in phrases.lexicon.reading["reader"] and _is_witness(clause, i, phrases)
    return word in guards["anywhere"] and not (in_all or any_units or only_opens or sees)


def _is_witness(clause: Clause, i: int, phrases: Phrases) -> bool:
    """Say whether "you" sees, has or supposes something, rather than being told what to do: "you can expect"."""
    words = [token.text.lower() for token in clause.tokens]
    verb = next((word for word in words[i + 1 :] if word not in phrases.lexicon.reading["auxiliaries"]), "")
    return verb in phrases.lexicon.guards["witness"]


def _acts(clause: Clause, i: int, phrases: Phrases, *, opens_sentence: bool) -> bool:
    """Say whether the word at `i` opens a clause as an order to the reader, or the sentence as a reason."""
    guards, word = phrases.lexicon.guards, clause.tokens[i].text.lower()
    return i == 0 and ((opens_sentence and word in guards["opening"]) or word in guards["imperative"])


def _linking_reasons(segment: Segment, follows: bool, phrases: Phrases) -> list[str]:
    """After another fact, "bring" and "means" say that it was the cause, unless this one is always told so.

    Of what merely went together in the past they say so anywhere.
    """
    associated = all(fact.unit == "ratio" and fact.spec.tense == "past" for fact in segment.facts)
    if not (follows or associated):
        return []
    worded = frozenset().union(*(phrases.facts[fact.name].wording for fact in segment.facts))
    words = [token for clause in segment.clauses for token in clause.words if token.stem not in worded]
    return [f"cause:{token.text}" for token in words if token.text.lower() in phrases.lexicon.guards["linking"]]


def _number_reasons(tokens: Sequence[Token], phrases: Phrases) -> list[str]:
    """A value is not "over" or "well under" itself; "over 4 weeks" is a time."""
    reasons = []
    for token, number, unit in zip(tokens, tokens[1:], (*tokens[2:], None), strict=False):
        is_time = unit is not None and phrases.lexicon.units.get(unit.text.lower()) in _TIMES
        guarded = token.kind == "word" and token.text.lower() in phrases.lexicon.guards["before_numbers"]
        if guarded and number.kind == "number" and token.adjoins(number) and not is_time:
            reasons.append(f"bound:{token.text}")
    return reasons + _other_measures(tokens, phrases)


def _other_measures(tokens: Sequence[Token], phrases: Phrases) -> list[str]:
    """ "Sell for 8" tells a price, and "rank 4" a place: a bare number there counts nothing that a fact counts."""
    guards, reasons = phrases.lexicon.guards, []
    for i, token in enumerate(tokens):
        words = ["", "", *(one.text.lower() for one in tokens[:i])]
        counted = i + 1 < len(tokens) and tokens[i + 1].text.lower() in phrases.lexicon.units
        priced = words[-1] in guards["priced"] and words[-2] in guards["sales"]
        if (
            token.kind == "number"
            and not (counted or token.percent)
            and (priced or words[-1] in guards["places_before"])
        ):
            reasons.append(f"measure:{words[-1]} {token.text}")
    return reasons


def bound_reasons(segment: Segment, phrases: Phrases) -> list[str]:
    """What something is at most must not be told as what it is, nor what it is as a limit."""
    spoken = [token for clause in segment.clauses for token in clause.tokens if token.kind in ("word", "mark")]
    words = {word for token in spoken for word in token.text.lower().split()}  # "end cap" is a name, and no cap
    told = bool(words & phrases.lexicon.guards["bounds"])
    told = told or any(segment.holds(phrase) for phrase in phrases.lexicon.phrases["bound_high"])
    told = told or _tells_no_more(segment, phrases)
    bounds = [phrases.facts[fact.name].is_bound for fact in segment.facts]
    untold = [f"bound:{fact.id}" for fact, bound in zip(segment.facts, bounds, strict=True) if bound and not told]
    return untold + ([] if any(bounds) else _loose_bounds(segment, phrases))


def _tells_no_more(segment: Segment, phrases: Phrases) -> bool:
    """Say whether one of the facts' own phrases tells a limit: "should not have more than"."""
    fixed = [phrases.lexicon.stems(mark.text) for clause in segment.clauses for mark in clause.marks("fixed")]
    denied = [one for one in fixed if any("negation" in phrases.lexicon.word_kinds(stem) for stem in one)]
    return any(phrases.lexicon.reading["than"] & {*one} for one in denied)


def _loose_bounds(segment: Segment, phrases: Phrases) -> list[str]:
    """Return a reason for each "at most" that says of no number which end of an interval it is.

    "Up to week 45" says when, of facts that may be told so.
    """
    until = any({"to", "until"} & phrases.facts[fact.name].weeks for fact in segment.facts)
    reasons = []
    for clause in segment.clauses:
        ends_at = {token.at - 1 for token in clause.mentions if token.kind in _WHEN}  # "up to week 45"
        marks = [*clause.marks("bound_low"), *clause.marks("bound_high")]
        marks = [mark for mark in marks if not (until and mark.at + len(mark.text) in ends_at)]
        ends = sum(number.role in ("low", "high", "range") for number in clause.numbers)
        reasons += [f"bound:{mark.text}" for mark in marks[ends:]]
    return reasons


def _level_reasons(segment: Segment, phrases: Phrases) -> list[str]:
    """A level belongs to an interval: no value is reached with 80% certainty, and no interval with certainty."""
    roles = {number.role for clause in segment.clauses for number in clause.numbers}
    words = {token.text.lower() for clause in segment.clauses for token in clause.tokens}
    has_ends = bool(roles & {"range", "low", "high"})
    named = bool(words & phrases.lexicon.guards["levels"])
    return ["level"] if ("level" in roles and not has_ends) or (named and has_ends and "level" not in roles) else []


def base_reasons(segment: Segment, phrases: Phrases) -> list[str]:
    """What a change is taken against stands after "than" and the like: the base does not sell more than the thing."""
    guards = phrases.lexicon.guards
    bases = {base for fact in segment.facts for base in phrases.facts[fact.name].bases}
    reasons = []
    for clause in segment.clauses:
        stems = tuple(token.stem or token.text for token in clause.tokens)
        for base in bases:
            for i in range(len(stems) - len(base) + 1):
                before = " ".join(token.text.lower() for token in clause.tokens[max(0, i - _BASE_REACH) : i]).split()
                near = set(before[-_NEAR:]) & guards["against_near"]
                if stems[i : i + len(base)] == base and not (near or set(before) & guards["against"]):
                    reasons.append(f"base:{' '.join(base)}")
    return reasons


def need_reasons(segment: Segment, segments: Sequence[Segment], phrases: Phrases) -> list[str]:
    """A fact that is told without the word that sets it apart tells another one: "more" launches, a "median".

    "Each on average over placements" at the end says so of all that is told, where all are facts of one name; so does
    "averaged over placements," in front, also of facts that are told of the same things.
    """
    alike = len({fact.name for one in segments for fact in one.facts}) == 1
    last = {token.text.lower() for clause in segments[-1].clauses[-1:] for token in clause.tokens}
    opening = (
        _opening(segments[0]) if alike or len({_told_of(fact) for one in segments for fact in one.facts}) == 1 else []
    )
    said = {*segment.stems, *(stem for token in opening for stem in phrases.lexicon.stems(token.text))}
    said |= {*segments[-1].stems} if alike and last & phrases.lexicon.reading["each"] else set()
    mentions = [*opening, *(token for clause in segment.clauses for token in clause.mentions)]
    lacking = []
    for fact in segment.facts:
        asked = [need for need in phrases.facts[fact.name].needs if not need.beside or need.beside & said]
        if any(not (need.words & said or _names_one(need, fact, mentions)) for need in asked):
            lacking.append(f"incomplete:{fact.id}")
    return lacking


def _opening(segment: Segment) -> list[Token]:
    """Return what a sentence opens with before its first comma; nothing where that tells a number."""
    first, *rest = segment.clauses or [None]
    return [] if first is None or not rest or first.numbers else list(first.tokens)


def _told_of(fact: Fact) -> tuple[object, ...]:
    return (fact.subject, fact.other, fact.other_label, fact.week, fact.other_week, fact.placement)


def _names_one(need: Need, fact: Fact, mentions: Sequence[Token]) -> bool:
    """Say whether a need's name is among those mentioned: the fact's subject, or its second product."""
    labels = {"subject": fact.subject_label, "other": fact.other_label, "slot": fact.placement or "week"}
    if any(not clean_label(labels[kind]) for kind in need.names):
        return True  # a name without a visible character cannot be written
    names = {token.text.strip('“”"').lower() for token in mentions}
    subject = {fact.subject_label.lower(), f"#{fact.subject}".lower(), fact.subject_label.rsplit(" > ")[-1].lower()}
    slot = {token.text.strip('“”"').lower() for token in _slot_names(fact, mentions)}
    wanted = {"subject": subject, "other": {fact.other_label.lower(), f"#{fact.other}".lower()}, "slot": slot}
    return any(names & wanted[kind] for kind in need.names)


def _slot_names(fact: Fact, mentions: Sequence[Token]) -> list[Token]:
    places = [token for token in mentions if token.text.strip('“”"').lower() == (fact.placement or "").lower()]
    return [*places, *(token for token in mentions if token.kind in _WHEN)]
