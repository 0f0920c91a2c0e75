"""Tenses: a prediction must not be told as an outcome, nor an outcome as a prediction, nor a plan as carried out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

from copilot.claims import Bound
from copilot.fact_names import PROVEN
from copilot.factsheet import Fact
from copilot.phrases import Phrases
from copilot.reading import Clause, Segment
from copilot.tokens import Token

_ADVERBS = 2  # words between "has" and what has happened: "has already been launched"


def tense_reasons(
    clause: Clause, segment: Segment, bound: Sequence[Bound], stated: Mapping[str, int], phrases: Phrases
) -> list[str]:
    """Return `tense` where a clause tells the facts of its numbers, or else its segment's, in another time."""
    lexicon = phrases.lexicon
    tied = [fact for fact in segment.facts if fact.sign == 0 and clause.marks("flat")]
    facts = [fact for item in bound for fact in item.facts[:1]] or tied or list(segment.facts)
    tenses = {fact.spec.tense for fact in facts}
    own = frozenset().union(*(phrases.facts[fact.name].own for fact in facts)) if lexicon.guards_places else frozenset()
    kinds = {kind for token in clause.words if token.stem not in own for kind in lexicon.word_kinds(token.stem)}
    kinds |= {kind for token in clause.words for kind in lexicon.word_kinds(token.stem) if kind == "future"}
    written = {token.text.lower() for token in clause.words}
    was = written & lexicon.was
    ahead = tenses == {"future"}
    wrong = ("past" in kinds and ahead) or ("future" in kinds and tenses == {"past"})
    wrong = wrong or (ahead and bool(written & lexicon.past_moves) and not written & lexicon.unreal)
    wrong = wrong or (ahead and bool(bound) and _was_alone(clause, kinds, phrases))
    wrong = wrong or (ahead and _has_happened(clause, phrases))
    # A re-solved plan never was, except beside "would" and "if".
    supposed = bool(facts) and all(fact.spec.level == PROVEN for fact in facts)
    supposed = supposed and clause.tokens[0].text.lower() not in lexicon.reading["inverted_if"]  # "Were we to move it"
    wrong = wrong or (supposed and bool(was) and not written & lexicon.reading["if"] and "future" not in kinds)
    return (
        ["tense"]
        if wrong or _tells_plan(facts, written, phrases)
        else _finding_reasons(clause, segment, facts, phrases)
    )


def _was_alone(clause: Clause, kinds: set[str], phrases: Phrases) -> bool:
    """Say whether "was" tells of a prediction without a word that says it is one; "have been planned" may stand."""
    written = [token.text.lower() for token in clause.words]
    was = phrases.lexicon.was & set(written)
    planned = any(word in phrases.lexicon.guards.get("planned", ()) for word in written)
    only_has = phrases.lexicon.reading["has_been"] >= was
    return (
        bool(was)
        and not phrases.lexicon.reading["if"] & set(written)
        and not only_has
        and not planned
        and "future" not in kinds
    )


def _has_happened(clause: Clause, phrases: Phrases) -> bool:
    """Say whether a plan is told as carried out: "was launched", "have begun", or a name that "launched"."""
    events = phrases.lexicon.guards.get("events", frozenset())
    words = [token.text.lower() for token in clause.tokens]
    unreal = set(words) & (phrases.lexicon.unreal | phrases.lexicon.was)
    for i, (word, token) in enumerate(zip(words, clause.tokens, strict=True)):
        if token.kind != "word" or word not in events:
            continue
        told = any(before in phrases.lexicon.was for before in words[max(0, i - _ADVERBS) : i])
        done = (
            i > 0
            and not unreal
            and (clause.tokens[i - 1].kind == "name" or words[i - 1] in phrases.lexicon.reading["it"])
        )
        if (told and not phrases.lexicon.reading["if"] & set(words)) or done:
            return True
    return False


def _tells_plan(facts: Sequence[Fact], written: set[str], phrases: Phrases) -> bool:
    """Say whether facts that are all of the past are told with "plan" or "planned", and no fact of theirs is."""
    planning = written & phrases.lexicon.guards.get("planning", frozenset())
    past = bool(facts) and all(fact.spec.tense == "past" for fact in facts)
    own = {stem for fact in facts for stem in phrases.facts[fact.name].own}
    return past and any(phrases.lexicon.stem(word) not in own for word in planning)


def _finding_reasons(clause: Clause, segment: Segment, facts: Sequence[Fact], phrases: Phrases) -> list[str]:
    """What a plan would be worth otherwise is a supposition: it must not be told as what is, or what was done.

    "Moving it gained 3 units" and "the plan moved it" need a "would" or an "if"; "the plan is worth 3 units less" may
    also stand beside what it supposes: "moving it", "without it", "with that change".
    """
    guards = phrases.lexicon.guards
    solved = bool(facts) and all(fact.spec.level == PROVEN and fact.spec.direction for fact in facts)
    if not (solved and phrases.lexicon.guards_places):
        return []
    tokens = [token for part in segment.clauses for token in part.tokens]
    words = {word for token in tokens if token.kind != "name" for word in token.text.lower().split()}
    own = [word for token in clause.tokens if token.kind != "name" for word in token.text.lower().split()]
    was_so = any(before in phrases.lexicon.was and word in guards["valued"] for before, word in pairwise(own))
    modal = guards["would"] - phrases.lexicon.reading["if"] - phrases.lexicon.was
    if was_so and not modal.intersection(own):  # "the plan was worth the same if it moved"
        return ["supposed"]
    if words & guards["would"]:
        return []
    gerund = any(word.endswith(tuple(phrases.lexicon.reading["gerund"])) for word in words - guards["modifiers"])
    done = set(own) & phrases.lexicon.past_moves
    done |= {word for before, word in pairwise(("", *own)) if word in guards["done"] and before not in guards["doing"]}
    supposing = words & guards["supposing"] - guards["changed"]
    moved = not supposing and _is_changed(tokens, phrases)
    supposed = gerund or bool(words & guards["supposing"])
    return ["supposed"] if done or moved or not supposed else []


def _is_changed(tokens: Sequence[Token], phrases: Phrases) -> bool:
    """Say whether something is told to be moved, or to have been: "A was moved", "the plan moved it"."""
    guards, being = phrases.lexicon.guards, phrases.lexicon.reading["exists"] | phrases.lexicon.was
    for i, token in enumerate(tokens):
        before = [one for one in tokens[:i] if one.text.lower() not in being]
        told = bool(before) and (before[-1].kind == "name" or before[-1].text.lower() in guards["actors"])
        if told and token.kind == "word" and token.text.lower() in guards["changed"]:
            return True
    return False
