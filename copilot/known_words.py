"""Words: each must be known where it stands, and none may state what the cited facts deny."""

from __future__ import annotations

from collections.abc import Sequence

from copilot.directions import denies_direction
from copilot.fact_wordings import FactPhrase
from copilot.lexicon import Phrase
from copilot.phrases import Phrases
from copilot.reading import Clause, Segment
from copilot.tokens import Token


def word_reasons(segment: Segment, phrases: Phrases) -> list[str]:
    """Every word must be known; negations and superlatives only from the cited facts' own words."""
    own = frozenset().union(*(phrases.facts[fact.name].known for fact in segment.facts))
    denied = _denied_around(segment, phrases)
    reasons = []
    words = [(token, clause) for clause in segment.clauses for token in _uncounted(clause, phrases)]
    for token, where in words:
        kinds = phrases.lexicon.word_kinds(token.stem)
        if "negation" in kinds and not (denies_direction(where, segment, phrases) or token.at in denied):
            reasons.append(f"negation:{token.text}")
        elif "superlative" in kinds and token.stem not in own and not _only_counts(token, where, phrases):
            reasons.append(f"superlative:{token.text}")
        elif not any(phrases.lexicon.knows(stem) or stem in own for stem in _forms(token, phrases)):
            reasons.append(f"unknown_word:{token.text}")
        elif token.text.lower() in phrases.lexicon.reading["first"] and not _opens_weeks(token, segment, phrases):
            reasons.append("number:first")
    reasons += [f"negation:{token.text}" for token in _denied_twice(segment, phrases)]
    relative = [mark for clause in segment.clauses for mark in clause.marks("relative")]
    boasts = [mark for clause in segment.clauses for mark in clause.marks("boasts")]
    reasons += [f"week:{mark.text}" for mark in relative] + [f"superlative:{mark.text}" for mark in boasts]
    return reasons + _contrary_states(segment, phrases)


def _only_counts(word: Token, clause: Clause, phrases: Phrases) -> bool:
    """Say whether "only" stands before a number, which it calls small: "sold only 2 units"."""
    after = next((token for token in clause.tokens if token.at > word.at), None)
    counted = after is not None and after.kind == "number" and not after.percent
    return counted and word.text.lower() in phrases.lexicon.reading["only"]


def _forms(token: Token, phrases: Phrases) -> tuple[str, ...]:
    """Return a word's stem, and its verb's for an irregular form: "taken" is known where "take" is."""
    verb = phrases.lexicon.irregular.get(token.stem)
    return (token.stem, verb) if verb else (token.stem,)


def _denied_twice(segment: Segment, phrases: Phrases) -> list[Token]:
    """Return the negations that another follows at once: "not not in the plan" says that it is."""
    tokens = [token for clause in segment.clauses for token in clause.tokens]
    denies = [_denies(phrases.lexicon.stem(token.text.split()[0]), phrases) for token in tokens]
    return [token for token, first, second in zip(tokens, denies, denies[1:], strict=False) if first and second]


def _denied_around(segment: Segment, phrases: Phrases) -> set[int]:
    """Return where the words stand by which the one cited fact is stated around a name: "will not find A in the plan".

    "Not in the catalogue, but no candidate" holds "no candidate", which does not cover its "not".
    """
    if len(segment.facts) != 1:
        return set()
    fact = segment.facts[0]
    written = [(phrases.lexicon.stem(word), token.at) for token in _spoken(segment) for word in token.text.split()]
    stems, places = [stem for stem, _ in written], [at for _, at in written]
    return {
        at
        for phrase in phrases.facts[fact.name].states_for(fact.value)
        for i in range(len(stems) - len(phrase) + 1)
        if tuple(stems[i : i + len(phrase)]) == phrase
        for at in places[i : i + len(phrase)]
    }


def _spoken(segment: Segment) -> list[Token]:
    tokens = [token for clause in segment.clauses for token in clause.tokens]
    return [token for token in tokens if token.kind != "name" and token.text[0].isalpha()]


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
        held = [p for p in (*own, *spoken.fixed_for(fact.sign)) if segment.holds(p)]
        affirmed = [] if any(_denies(stem, phrases) for p in held for stem in p) else _affirmed(spoken, phrases)
        others = frozenset().union(*(phrases.facts[other.name].own for other in segment.facts if other is not fact))
        never = [p for p in spoken.never if not others.issuperset(p)]
        said = [
            p for p in (*contrary, *affirmed, *never) if segment.holds(p) and not any(_inside(p, long) for long in held)
        ]
        reasons += [f"state:{' '.join(phrase)}" for phrase in said]
    return reasons


def _affirmed(spoken: FactPhrase, phrases: Phrases) -> list[Phrase]:
    """Return the fact's negated phrases without their negation: "not listed here" without "not"."""
    denied = [p for p in (*spoken.states, *spoken.fixed) if len(p) > 2 and _denies(p[0], phrases)]
    return [p[1:] for p in denied if not phrases.lexicon.reading["than"] & {*p}]


def _denies(stem: str, phrases: Phrases) -> bool:
    return "negation" in phrases.lexicon.word_kinds(stem)


def _inside(phrase: Sequence[str], longer: Sequence[str]) -> bool:
    size = len(phrase)
    return any(tuple(longer[i : i + size]) == tuple(phrase) for i in range(len(longer) - size + 1))


def _opens_weeks(first: Token, segment: Segment, phrases: Phrases) -> bool:
    """Say whether "first" belongs to "first four weeks" and is no ordinal."""
    tokens = [token for clause in segment.clauses for token in clause.tokens]
    following = tokens[tokens.index(first) + 1 :][:2]
    return bool(following) and (
        following[0].kind == "number" or following[0].text.lower() in phrases.lexicon.reading["weeks"]
    )
