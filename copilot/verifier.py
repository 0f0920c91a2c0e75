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
- negations, superlatives and all other words are known for these facts. A word that the verifier does not know, it
  cannot check: links, markup, instructions, other languages and invented details fail by this rule.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from copilot.claims import Bound, bind_numbers, supports
from copilot.directions import compared, denies_direction, direction_reasons, negations
from copilot.fact_names import PROVEN
from copilot.factsheet import Fact, FactSheet
from copilot.lexicon import Phrase
from copilot.phrases import FactPhrase, Phrases
from copilot.reading import Clause, Segment, read_sentence
from copilot.tokens import Token, UnreadableSentence

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
        stated.append(_stated_at(segment, bound, phrases))
        reasons += _segment_reasons(segment, bound, stated[-1], _says_weekly(segments[:i]), phrases)
        reasons += _topic_reasons(segment, segments[:i], phrases)
    reasons += _cause_reasons(segments, stated)
    cited = tuple(dict.fromkeys(fact.id for segment in segments for fact in segment.facts))
    return Check(not reasons, tuple(dict.fromkeys(reasons)), cited)


def _segment_reasons(
    segment: Segment, bound: Sequence[Bound], stated: dict[str, int], said_before: bool, phrases: Phrases
) -> list[str]:
    reasons = [f"number:{item.number.value:g}" for item in bound if not item.facts]
    for fact in segment.facts:
        if fact.id not in stated:
            reasons.append(f"unstated:{fact.id}")
    reasons += _word_reasons(segment, phrases)
    reasons += _company_reasons(segment)
    for clause in segment.clauses:
        here = [item for item in bound if item.clause is clause]
        reasons += _mention_reasons(clause, segment, phrases)
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


def _company_reasons(segment: Segment) -> list[str]:
    """Names and weeks that stand together must belong to one fact: A's week is not B's.

    A clause that only says when ("In week 43, ...") stands together with the next one. The two sides of a comparison
    belong to two facts.
    """
    reasons = []
    before: tuple[Token, ...] = ()
    for clause in segment.clauses:
        together = (*before, *clause.mentions)
        when_only = bool(clause.mentions) and all(token.kind != "name" for token in clause.mentions)
        before = clause.mentions if when_only and not clause.numbers and len(clause.words) <= 1 else ()
        if len(together) < 2 or clause.marks("than"):
            continue
        if not any(all(supports(token, fact) for token in together) for fact in segment.facts):
            reasons.append(f"together:{together[-1].text}")
    return reasons


def _mention_reasons(clause: Clause, segment: Segment, phrases: Phrases) -> list[str]:
    """Names, weeks and days must be those of the facts cited in the segment; a second product stands where one may."""
    return [
        f"{token.kind}:{token.text}"
        for token in clause.mentions
        if not any(supports(token, fact) and _may_stand(token, fact, clause, phrases) for fact in segment.facts)
    ]


def _may_stand(token: Token, fact: Fact, clause: Clause, phrases: Phrases) -> bool:
    """Say whether a name may stand where it does: what is said of a past launch is not said of the product like it.

    Of two that are compared, the fact's subject stands before "than"; where a thing stands is no product's name.
    """
    at = clause.tokens.index(token)
    plain = token.text.strip('“”"').lower()
    is_subject = plain in (fact.subject_label.lower(), f"#{fact.subject}".lower())
    after_place = at > 0 and clause.tokens[at - 1].text.lower() in phrases.lexicon.places
    if is_subject and after_place and fact.placement and plain != fact.placement.lower():
        return False
    if token.kind != "name" or not (fact.other and fact.other_label) or fact.other_label == fact.subject_label:
        return True
    than = clause.marks("than")
    if plain not in (fact.other_label.lower(), f"#{fact.other}".lower()):
        return not (than and fact.sign is not None and token.at > than[0].at and token.facts == {fact.id})
    before = " ".join(found.text.lower() for found in clause.tokens[max(0, at - 2) : at])
    related = any(before == word or before.endswith(f" {word}") for word in phrases.lexicon.relation)
    return related and not (than and fact.sign is not None and token.at < than[0].at)


def _word_reasons(segment: Segment, phrases: Phrases) -> list[str]:
    """Every word must be known; negations and superlatives only from the cited facts' own words."""
    own = frozenset().union(*(phrases.facts[fact.name].known for fact in segment.facts))
    reasons = []
    words = [(token, clause) for clause in segment.clauses for token in _uncounted(clause, phrases)]
    for token, where in words:
        kinds = phrases.lexicon.word_kinds(token.stem)
        if "negation" in kinds and not denies_direction(where, segment, phrases):
            reasons.append(f"negation:{token.text}")
        elif "superlative" in kinds and token.stem not in own:
            reasons.append(f"superlative:{token.text}")
        elif not (phrases.lexicon.knows(token.stem) or token.stem in own):
            reasons.append(f"unknown_word:{token.text}")
        elif token.text.lower() == "first" and not _opens_weeks(token, segment):
            reasons.append("number:first")
    relative = [mark for clause in segment.clauses for mark in clause.marks("relative")]
    boasts = [mark for clause in segment.clauses for mark in clause.marks("boasts")]
    reasons += [f"week:{mark.text}" for mark in relative] + [f"superlative:{mark.text}" for mark in boasts]
    return reasons + _contrary_states(segment, phrases)


def _uncounted(clause: Clause, phrases: Phrases) -> list[Token]:
    """Return the clause's words but for nouns that a number counts: the number was checked together with them."""
    tokens = clause.tokens
    return [
        token
        for i, token in enumerate(tokens)
        if token.kind == "word"
        and not (i and tokens[i - 1].kind == "number" and token.text.lower() in phrases.lexicon.units)
    ]


def _contrary_states(segment: Segment, phrases: Phrases) -> list[str]:
    """Return a reason for each phrase that states another value than the cited fact's."""
    reasons = []
    for fact in segment.facts:
        spoken = phrases.facts[fact.name]
        contrary = [p for value, ps in spoken.states_of.items() if value != str(fact.value) for p in ps]
        own = [p for p in spoken.states_for(fact.value) if segment.holds(p)]
        held = [p for p in (*own, *spoken.fixed) if segment.holds(p)]
        affirmed = [] if any(_denies(stem, phrases) for p in held for stem in p) else _affirmed(spoken, phrases)
        said = [
            p for p in (*contrary, *affirmed) if segment.holds(p) and not any(_inside(p, longer) for longer in held)
        ]
        reasons += [f"state:{' '.join(phrase)}" for phrase in said]
    return reasons


def _affirmed(spoken: FactPhrase, phrases: Phrases) -> list[Phrase]:
    """Return the fact's negated phrases without their negation: "not listed here" without "not"."""
    denied = [p for p in (*spoken.states, *spoken.fixed) if len(p) > 2 and _denies(p[0], phrases)]
    return [p[1:] for p in denied if "than" not in p]


def _denies(stem: str, phrases: Phrases) -> bool:
    return "negation" in phrases.lexicon.word_kinds(stem)


def _inside(phrase: Sequence[str], longer: Sequence[str]) -> bool:
    size = len(phrase)
    return any(tuple(longer[i : i + size]) == tuple(phrase) for i in range(len(longer) - size + 1))


def _opens_weeks(first: Token, segment: Segment) -> bool:
    """Say whether "first" belongs to "first four weeks" and is no ordinal."""
    tokens = [token for clause in segment.clauses for token in clause.tokens]
    following = tokens[tokens.index(first) + 1 :][:2]
    return bool(following) and (following[0].kind == "number" or following[0].text.lower() == "weeks")


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


def _stated_at(segment: Segment, bound: Sequence[Bound], phrases: Phrases) -> dict[str, int]:
    """Return, for each cited fact that the segment states, the position where it does."""
    at: dict[str, int] = {}
    for item in bound:
        for fact in item.facts[:1]:
            if not phrases.facts[fact.name].has_states:  # a version is told beside "not planned", not instead of it
                at.setdefault(fact.id, item.number.at)
    for clause in segment.clauses:
        for fact in compared(clause, segment) or ():
            at.setdefault(fact.id, clause.marks("than")[0].at)
        if denies_direction(clause, segment, phrases) and negations(clause, phrases):
            for fact in (fact for fact in segment.facts if fact.sign == 0):
                at.setdefault(fact.id, clause.tokens[0].at)
        for token in clause.tokens:
            for fact in segment.facts:
                if _states(token, fact) and _is_meant(fact, token, segment):
                    at.setdefault(fact.id, token.at)
    return _stated_around(segment, phrases) | at


def _stated_around(segment: Segment, phrases: Phrases) -> dict[str, int]:
    """Return the position of a fact that is cited alone and stated around a name: "the plan leaves X out"."""
    if len(segment.facts) != 1 or not segment.clauses:
        return {}
    fact = segment.facts[0]
    held = [phrase for phrase in phrases.facts[fact.name].states_for(fact.value) if segment.holds(phrase)]
    return {fact.id: segment.clauses[0].tokens[0].at} if any(len(phrase) > 1 for phrase in held) else {}


def _is_meant(fact: Fact, state: Token, segment: Segment) -> bool:
    """Say whether a state or week that fits several cited facts speaks of this one: those named are meant, if any."""
    if state.kind == "name" and fact.unit == "week":  # a placement's name alone tells no slot where another fact has it
        return not any(found is not fact and found.placement == fact.placement for found in segment.facts)
    fitting = [found for found in segment.facts if found.id in state.facts or state.kind in ("week", "day", "name")]
    if len(fitting) < 2:
        return True
    places = {(found.placement or "").lower() for found in segment.facts}
    names = [token for clause in segment.clauses for token in clause.mentions if token.kind == "name"]
    subjects = [token for token in names if token.text.strip('“”"').lower() not in places]
    return not subjects or any(supports(token, fact) for token in subjects)


def _states(token: Token, fact: Fact) -> bool:
    """Say whether this token alone states the fact: a state phrase, its slot, its product, or its direction."""
    if token.kind == "mark":
        if token.mark == "flat":
            return fact.sign == 0
        return token.mark == "state" and fact.id in token.facts
    if token.kind in ("week", "day"):
        return fact.unit == "week" and isinstance(fact.value, date) and supports(token, fact)
    if token.kind == "name":
        names_slot = (
            fact.unit == "week" and fact.placement and token.text.strip('“”"').lower() == fact.placement.lower()
        )
        return fact.id in token.facts and (fact.unit == "product" or bool(names_slot))
    return False


def _cause_reasons(segments: Sequence[Segment], stated: Sequence[dict[str, int]]) -> list[str]:
    """Causal words may stand only between facts that are linked: the cause's links hold the effect."""
    at = {fact_id: position for found in stated for fact_id, position in found.items()}
    facts = {fact.id: fact for segment in segments for fact in segment.facts}
    start = min((token.at for segment in segments for clause in segment.clauses for token in clause.tokens), default=0)
    reasons = []
    for token, effect_first in _causal_words(segments):
        before = [facts[fact_id] for fact_id, position in at.items() if position < token.at]
        after = [facts[fact_id] for fact_id, position in at.items() if position > token.at]
        ordered = sorted(after, key=lambda fact: at[fact.id])
        if effect_first and token.text.lower().startswith("reason") and not before:  # "The reason for A is that B"
            causes, effects = ordered[1:], ordered[:1]
        elif token.at == start and effect_first:
            causes, effects = ordered[:1], ordered[1:]
        else:
            causes, effects = (after, before) if effect_first else (before, after)
        if not _linked(causes, effects):
            reasons.append(f"cause:{token.text}")
    return reasons


def _causal_words(segments: Sequence[Segment]) -> list[tuple[Token, bool]]:
    found = []
    for segment in segments:
        tokens = [token for clause in segment.clauses for token in clause.tokens]
        for i, token in enumerate(tokens):
            if token.mark not in ("effect_first", "cause_first"):
                continue
            following = tokens[i + 1] if i + 1 < len(tokens) else None
            temporal = token.text.lower() == "since" and following is not None and following.kind in ("week", "day")
            if not temporal:
                found.append((token, token.mark == "effect_first"))
    return found


def _linked(causes: Sequence[Fact], effects: Sequence[Fact]) -> bool:
    ids = {fact.id for fact in effects}
    return bool(causes) and bool(ids) and all(ids & set(fact.linked) for fact in causes)
