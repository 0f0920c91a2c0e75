"""The verifier: a sentence may be shown only if everything it says is said by the facts that it cites.

A sentence passes when all of this holds; each failure is named in `Check.reasons`:

- it cites facts of the sheet, as `[F1]`; text up to a citation speaks about the facts cited there;
- every cited fact is stated (its value, its interval, its direction, or one of its stating phrases), with at least one
  of the words that may speak of it: a sentence with nothing checkable does not pass;
- every number (digits, percentages, ranges, number words, multiples, `no launches`) equals a cited fact's value or
  bound under the rounding rule of `copilot.numerals`, in a plausible unit and role; among several facts it must belong
  to the one whose product, week, placement and words stand in the same clause;
- names, weeks and days are those of the cited facts;
- direction words agree with the sign, comparisons between two facts with their order, tense with prediction or outcome;
- causal words stand only between facts that are linked, in that order;
- words that say when, of what, how surely or who act stand only where a cited fact is told with them, a limit is told
  as one, and a change against its base (`copilot.guards`);
- negations, superlatives and all other words are known for these facts. A word that the verifier does not know, it
  cannot check: links, markup, instructions, other languages and invented details fail by this rule.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from copilot.causes import cause_reasons
from copilot.claims import Bound, bind_numbers
from copilot.directions import direction_reasons
from copilot.fact_names import PROVEN
from copilot.factsheet import Fact, FactSheet
from copilot.guards import guard_reasons
from copilot.known_words import word_reasons
from copilot.name_checks import company_reasons, mention_reasons
from copilot.phrases import Phrases
from copilot.reading import Clause, Segment, read_sentence
from copilot.statements import stated_at
from copilot.tokens import UnreadableSentence

SENTENCE_LIMIT = 700  # characters; longer ones are no sentences


@dataclass(frozen=True)
class Check:
    """The verifier's verdict: `reasons` is empty when the sentence passes; `facts` are the ids that it cites."""

    ok: bool
    reasons: tuple[str, ...]
    facts: tuple[str, ...]


def verify_sentence(sentence: str, sheet: FactSheet, phrases: Phrases) -> Check:
    """Check one sentence against the facts that it cites."""
    try:
        if len(sentence) > SENTENCE_LIMIT:
            raise UnreadableSentence("too_long")
        segments = read_sentence(sentence, sheet, phrases)
    except UnreadableSentence as unreadable:
        return Check(False, (unreadable.reason,), ())
    reasons: list[str] = []
    stated: list[dict[str, int]] = []
    for i, segment in enumerate(segments):
        bound = bind_numbers(segment, phrases)
        stated.append(stated_at(segment, bound, phrases))
        reasons += _segment_reasons(segment, bound, stated[-1], _says_weekly(segments[:i]), phrases)
        reasons += _topic_reasons(segment, segments[:i], phrases)
        reasons += guard_reasons(segment, segments[:i], phrases)
    reasons += cause_reasons(segments, stated)
    cited = tuple(dict.fromkeys(fact.id for segment in segments for fact in segment.facts))
    return Check(not reasons, tuple(dict.fromkeys(reasons)), cited)


def _segment_reasons(
    segment: Segment, bound: Sequence[Bound], stated: dict[str, int], said_before: bool, phrases: Phrases
) -> list[str]:
    reasons = [f"number:{item.number.value:g}" for item in bound if not item.facts]
    for fact in segment.facts:
        if fact.id not in stated:
            reasons.append(f"unstated:{fact.id}")
    reasons += word_reasons(segment, phrases)
    reasons += company_reasons(segment)
    for clause in segment.clauses:
        here = [item for item in bound if item.clause is clause]
        reasons += mention_reasons(clause, segment, phrases)
        reasons += direction_reasons(clause, segment, here, phrases)
        reasons += _tense_reasons(clause, segment, here, stated, phrases)
        reasons += _per_week_reasons(clause, segment, here, said_before, phrases)
    return reasons


def _topic_reasons(segment: Segment, earlier: Sequence[Segment], phrases: Phrases) -> list[str]:
    """Each cited fact needs a word that may speak of it, or its placement's name where the fact is about a placement.

    The word may stand before an earlier citation, if that was about the same unit or subject: "A is expected to sell 5
    units [F1], B 4 units [F2]".
    """
    reasons = []
    for fact in segment.facts:
        about = phrases.facts[fact.name].about
        alike = [before for before in earlier if any(_same_matter(fact, found) for found in before.facts)]
        spoken = any(part.holds(phrase) for part in (segment, *alike) for phrase in about)
        if not (spoken or (fact.unit == "ratio" and fact.placement and _names_placement(fact, segment))):
            reasons.append(f"off_topic:{fact.id}")
    return reasons


def _same_matter(fact: Fact, other: Fact) -> bool:
    return fact.unit == other.unit or fact.subject == other.subject


def _names_placement(fact: Fact, segment: Segment) -> bool:
    placement = (fact.placement or "").lower()
    names = [token for clause in segment.clauses for token in clause.mentions if token.kind == "name"]
    return any(token.text.strip('“”"').lower() == placement for token in names)


def _tense_reasons(
    clause: Clause, segment: Segment, bound: Sequence[Bound], stated: dict[str, int], phrases: Phrases
) -> list[str]:
    """A prediction must not be told as an outcome, nor an outcome as a prediction."""
    facts = [fact for item in bound for fact in item.facts[:1]] or list(segment.facts)
    tenses = {fact.spec.tense for fact in facts}
    kinds = {kind for token in clause.words for kind in phrases.lexicon.word_kinds(token.stem)}
    wrong = ("past" in kinds and tenses == {"future"}) or ("future" in kinds and tenses == {"past"})
    written = {token.text.lower() for token in clause.words}
    outcome = bool(written & phrases.lexicon.past_moves) and not written & phrases.lexicon.unreal
    wrong = wrong or (outcome and tenses == {"future"})
    # "Was" may stand beside a prediction ("was put at 12"), but a re-solved plan never was.
    supposed = all(fact.spec.level == PROVEN for fact in facts) and bool(facts)
    was = bool(written & phrases.lexicon.was) and "if" not in written
    wrong = wrong or (
        was
        and not {"has", "had", "been"} >= written & phrases.lexicon.was
        and tenses == {"future"}
        and not kinds & {"future"}
        and bool(bound)
    )
    return ["tense"] if wrong or (supposed and was and "future" not in kinds) else []


def _says_weekly(segments: Sequence[Segment]) -> bool:
    return any(clause.marks("per_week") for segment in segments for clause in segment.clauses)


def _per_week_reasons(
    clause: Clause, segment: Segment, bound: Sequence[Bound], said_before: bool, phrases: Phrases
) -> list[str]:
    """A weekly figure must be called one, here or, for a bare number, earlier in the sentence; nothing else may be."""
    named = any(token.text.lower() in phrases.lexicon.weekly for token in clause.words)
    opening = [part for part in segment.clauses if not part.numbers]  # "Each week, 12 searches match it"
    says = named or any(part.marks("per_week") for part in (clause, *opening))
    weekly = [item.facts[0].unit.endswith("per week") for item in bound if item.facts and item.number.role == "value"]
    counts = [item.facts[0].unit in ("units", "launches", "searches") for item in bound if item.facts]
    if any(weekly):
        fixed = [mark for part in segment.clauses for mark in part.marks("fixed")]
        says = says or any("week" in mark.text.lower() for mark in fixed)
        says = says or (said_before and not any(item.number.unit for item in bound))
        per_other = any(token.text.lower() in phrases.lexicon.per for token in clause.words)  # "per category"
        return [] if says and not per_other else ["unit:per_week"]
    return ["unit:per_week"] if says and any(counts) else []
