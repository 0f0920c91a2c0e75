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
- what another plan or a change would bring is not told as what is, nor a week to come as today (`copilot.conditions`);
- causal words stand only between facts that are linked, in that order;
- who does what the number tells is who the fact is told of (`copilot.subjects`), a part is not told of the whole
  (`copilot.scopes`), and what is compared, comes first or is said to be "there" is so (`copilot.relations`);
- words that say when, of what, how surely or who act stand only where a cited fact is told with them, a limit is told
  as one, and a change against its base (`copilot.guards`);
- a total is told of no part, and what the plan would gain of no launch or place (`copilot.misplaced_totals`); a
  forecast is not settled, an association no cause, and what is supposed not there (`copilot.surer_words`);
- a count over several parts names them all (`copilot.partial_scopes`), and no word makes more of a fact than it says
  (`copilot.overstatements`);
- an end of an interval is told with a word of chance, first weeks are no total to date, and a multiple is no rise
  (`copilot.limits`);
- negations, superlatives and all other words are known for these facts. A word that the verifier does not know, it
  cannot check: links, markup, instructions, other languages and invented details fail by this rule.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from copilot.causes import cause_reasons
from copilot.claims import Bound, bind_numbers
from copilot.conditions import condition_reasons
from copilot.directions import direction_reasons
from copilot.factsheet import Fact, FactSheet
from copilot.guards import guard_reasons, need_reasons
from copilot.identity import Same
from copilot.known_words import word_reasons
from copilot.limits import limit_reasons
from copilot.misplaced_totals import misplaced_reasons
from copilot.name_checks import mention_reasons
from copilot.origins import observed_reasons, origin_reasons
from copilot.overstatements import overstated_reasons
from copilot.pairings import pair_reasons
from copilot.partial_scopes import alike_slot_reasons, named_week_reasons, part_reasons
from copilot.phrases import Phrases
from copilot.pointers import pointer_reasons
from copilot.reading import Segment, read_sentence
from copilot.relations import comparison_reasons, order_reasons, place_reasons, share_reasons
from copilot.scopes import (
    asked_reasons,
    one_of_reasons,
    period_reasons,
    says_weekly,
    scope_reasons,
    side_reasons,
    span_reasons,
    weekly_reasons,
)
from copilot.shared_values import pairing_words, sharing_words, without_shared
from copilot.statements import stated_at
from copilot.subjects import elided_reasons, subject_reasons
from copilot.surer_words import surer_reasons
from copilot.tenses import tense_reasons
from copilot.tokens import UnreadableSentence
from copilot.unspaced_guards import unspaced_reasons

KEPT_VERDICTS = 512
SENTENCE_LIMIT = 700  # characters; longer ones are no sentences


@dataclass(frozen=True)
class Check:
    """The verifier's verdict: `reasons` is empty when the sentence passes; `facts` are the ids that it cites."""

    ok: bool
    reasons: tuple[str, ...]
    facts: tuple[str, ...]


def verify_sentence(sentence: str, sheet: FactSheet, phrases: Phrases) -> Check:
    """Check one sentence against the facts that it cites.

    An answer is checked as it is written and its sentences again as they are shown, so the last verdicts are kept.
    """
    return _verdict(sentence, Same(sheet), Same(phrases))


@lru_cache(maxsize=KEPT_VERDICTS)
def _verdict(sentence: str, of_sheet: Same[FactSheet], of_phrases: Same[Phrases]) -> Check:
    sheet, phrases = of_sheet.of, of_phrases.of
    try:
        if len(sentence) > SENTENCE_LIMIT:
            raise UnreadableSentence("too_long")
        if not _quotes_close(sentence):
            raise UnreadableSentence("quotes")
        segments = read_sentence(sentence, sheet, phrases)
    except UnreadableSentence as unreadable:
        return Check(False, (unreadable.reason,), ())
    reasons: list[str] = []
    bound = [bind_numbers(segment, phrases) for segment in segments]
    stated = [stated_at(segment, items, phrases) for segment, items in zip(segments, bound, strict=True)]
    alone = sum(len(segment.facts) for segment in segments) == 1
    for i, segment in enumerate(segments):
        sharing = sharing_words(segment, bound[i], phrases) if phrases.lexicon.guards else []
        if sharing:
            stated[i] |= {fact.id: sharing[0].at for fact in segment.facts if fact.id not in stated[i]}
        found = _segment_reasons(segment, bound[i], stated[i], says_weekly(segments[:i], phrases.lexicon), phrases)
        found += guard_reasons(segment, segments[:i], alone, phrases)
        pairing = pairing_words(segment, bound[i], phrases) if phrases.lexicon.guards_places else []
        reasons += without_shared(found, sharing, pairing, bound[i])
        reasons += _topic_reasons(segment, segments[:i], phrases)
        reasons += scope_reasons(segment, segments[:i], bound[i], phrases)
        reasons += part_reasons(segment, segments[:i], bound[i], phrases) + named_week_reasons(segment, phrases)
        reasons += need_reasons(segment, segments, phrases) + one_of_reasons(segment, sheet, phrases)
        reasons += asked_reasons(segment, sheet, phrases) + alike_slot_reasons(segment)
        reasons += limit_reasons(segment, bound[i], phrases) + surer_reasons(segment, bound[i], phrases)
    reasons += cause_reasons(segments, stated, phrases) + observed_reasons(segments, phrases)
    reasons += condition_reasons(segments, bound, phrases) + misplaced_reasons(segments, bound, phrases)
    if phrases.lexicon.guards_places:
        reasons += order_reasons(segments, phrases) + place_reasons(segments, bound, phrases)
        reasons += pointer_reasons(segments, bound, phrases)
        for segment, items in zip(segments, bound, strict=True):
            reasons += overstated_reasons(segment, items, phrases)
        for earlier, segment, items in zip(segments, segments[1:], bound[1:], strict=False):
            reasons += elided_reasons(earlier, segment, items, phrases)
    elif phrases.lexicon.guards:
        reasons += unspaced_reasons(segments, bound, phrases)
    cited = tuple(dict.fromkeys(fact.id for segment in segments for fact in segment.facts))
    return Check(not reasons, tuple(dict.fromkeys(reasons)), cited)


def _quotes_close(sentence: str) -> bool:
    """Say whether curly quotation marks open and close in turn."""
    marks = [char for char in sentence if char in "“”"]
    return marks == ["“", "”"] * (len(marks) // 2)


def _segment_reasons(
    segment: Segment, bound: Sequence[Bound], stated: dict[str, int], said_before: bool, phrases: Phrases
) -> list[str]:
    reasons = [f"number:{item.number.value:g}" for item in bound if not item.facts]
    for fact in segment.facts:
        if fact.id not in stated:
            reasons.append(f"unstated:{fact.id}")
    reasons += word_reasons(segment, phrases)
    reasons += pair_reasons(segment, bound, phrases)
    reasons += subject_reasons(segment, bound, phrases)
    reasons += origin_reasons(segment, phrases) + period_reasons(segment, phrases)
    for clause in segment.clauses:
        here = [item for item in bound if item.clause is clause]
        reasons += mention_reasons(clause, segment, phrases) + side_reasons(clause, segment, phrases)
        reasons += direction_reasons(clause, segment, here, phrases)
        reasons += tense_reasons(clause, segment, here, stated, phrases)
        reasons += weekly_reasons(clause, segment, here, said_before, phrases)
        if phrases.lexicon.guards_places:
            reasons += comparison_reasons(clause, segment, here, phrases) + share_reasons(clause, here, phrases)
            reasons += span_reasons(clause, segment, here, phrases)
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
