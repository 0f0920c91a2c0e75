"""Subjects: who a sentence says does what a fact tells of, and that a name tells one product from its namesakes.

A number is one product's, a week's or the plan's. Told of another, "the plan should sell 15.2 units", it has every word
right and says something else. So where `phrases.toml` lists the `subjects` of a fact, the noun before a clause's verb
must be one of them, or one that our own sentences about the fact have there.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from copilot.claims import Bound
from copilot.fact_names import PROVEN
from copilot.fact_wordings import ITSELF
from copilot.factsheet import Fact
from copilot.phrases import Phrases
from copilot.reading import Clause, Segment
from copilot.tokens import Token


def subject_reasons(segment: Segment, bound: Sequence[Bound], phrases: Phrases) -> list[str]:
    """Return a reason for each noun that no cited fact is told of, and for names that two products share."""
    if not phrases.lexicon.guards_places:
        return []
    reasons = []
    unnumbered = [fact for fact in segment.facts if all(fact not in item.facts for item in bound)]
    for clause in segment.clauses:
        told = [item.facts[0] for item in bound if item.clause is clause and item.facts]
        for subject in _subjects(clause, phrases):
            counts = any(number.at > subject.at for number in clause.numbers)
            after = [
                item.facts[0] for item in bound if item.clause is clause and item.facts and item.number.at > subject.at
            ]
            stands = counts or subject.kind == "word" or _is_any_place(subject, segment)
            if stands and not _may_do(subject, after or told, unnumbered, phrases):
                reasons.append(f"subject:{subject.text}")
        reasons += [f"subject:{token.text}" for token in _owners(clause, phrases) if not _may_own(token, told, phrases)]
        reasons += [f"subject:{token.text}" for token in _counted_of(clause, segment, bound, phrases)]
    reasons += [
        f"subject:{one.text}" for one in _receivers(segment, bound, phrases) + _strangers(segment, bound, phrases)
    ]
    return reasons + _shared_names(segment, phrases) + _pronoun_reasons(segment, bound, phrases)


def _counted_of(clause: Clause, segment: Segment, bound: Sequence[Bound], phrases: Phrases) -> list[Token]:
    """Return what other launches are said to be, that a change of one product's would move or drop.

    "5 launches of “A” would move" makes them its own; "moving 5 launches would cost 3 units" makes the change theirs.
    """
    found = []
    for item in (one for one in bound if one.clause is clause and one.facts and one.facts[0].unit == "launches"):
        after = [token for token in clause.tokens if token.at > item.number.at][:4]
        before = [token for token in clause.tokens if token.at < item.number.at]
        if item.facts[0].subject != item.facts[0].subject_label:
            owned = [name for of, name in pairwise(after) if of.text.lower() in phrases.lexicon.guards["owning"]]
            found += [name for name in owned if name.kind == "name"]
        does = before[-1].text.lower() if before else ""
        told = [fact for one in bound if one.clause is clause for fact in one.facts[:1]]
        told += [fact for fact in segment.facts if fact.sign == 0 and clause.marks("flat")]
        solved = any(fact.spec.level == PROVEN for fact in told)
        if solved and does.endswith(tuple(phrases.lexicon.reading["gerund"])):
            found.append(before[-1])
    return found


def _receivers(segment: Segment, bound: Sequence[Bound], phrases: Phrases) -> list[Token]:
    """Return the names that are said to be given what they sell, "would bring A 5 units", or to pay for the plan."""
    guards, found = phrases.lexicon.guards, []
    for item in (one for one in bound if one.facts and one.facts[0].unit == "units" and one.facts[0].sign is None):
        before = [one for one in item.clause.tokens if one.at < item.number.at and not one.text.startswith("#")]
        given = before[-1] if len(before) > 1 and before[-1].kind == "name" else None
        found += [given] if given and before[-2].text.lower() in guards["giving"] else []
    for item in (one for one in bound if one.facts and one.facts[0].spec.level == PROVEN):  # "would cost A 2 units"
        before = [one for one in item.clause.tokens if one.at < item.number.at and not one.text.startswith("#")]
        taken = len(before) > 1 and before[-1].kind == "name" and before[-2].text.lower() in guards["takes"]
        found += [before[-1]] if taken else []
    return found


def _strangers(segment: Segment, bound: Sequence[Bound], phrases: Phrases) -> list[Token]:
    """Return the nouns of another launch that a product's number is given to: "loses it to a launch that sells"."""
    guards, found = phrases.lexicon.guards, []
    named = any(clause.mentions for clause in segment.clauses)
    skipped = guards["modifiers"] - guards["other_one"] - phrases.lexicon.reading["relative"]
    for clause in segment.clauses:
        own = [item for item in bound if item.clause is clause and item.facts and named]
        tokens = [token for token in clause.tokens if token.text.lower() not in skipped]
        for before, article, noun, that in zip(tokens, tokens[1:], tokens[2:], tokens[3:], strict=False):
            words = [token.text.lower() for token in (before, article, noun, that)]
            another = words[0] in guards["prepositions"] and words[1] in guards["other_one"]
            if another and words[2] in guards["actors"] and words[3] in phrases.lexicon.reading["relative"]:
                found += [noun for item in own if item.number.at > that.at and ITSELF in _told_of(item, phrases)][:1]
    return found


def _told_of(item: Bound, phrases: Phrases) -> frozenset[str]:
    return phrases.facts[item.facts[0].name].subjects


def elided_reasons(earlier: Segment, segment: Segment, bound: Sequence[Bound], phrases: Phrases) -> list[str]:
    """ "The 8 past launches near it [F1] should sell 8 units [F2]": who does it stands before the citation."""
    if not earlier.clauses:
        return []
    clause, last, reading = segment.clauses[0], earlier.clauses[-1], phrases.lexicon.reading
    words = {token.text.lower() for token in clause.tokens}
    if clause.tokens[0].text.lower() not in phrases.lexicon.guards["verbs"] or words & reading["relative"]:
        return []
    subject = _subject_before(last, len(last.tokens), phrases)
    told = [item.facts[0] for item in bound if item.clause is clause and item.facts]
    if subject is None or subject.kind != "word" or not told or not _is_noun(subject, last, phrases):
        return []
    return [] if _may_do(subject, told, (), phrases) else [f"subject:{subject.text}"]


def _is_noun(word: Token, clause: Clause, phrases: Phrases) -> bool:
    """Say whether a number or an article stands before "launches", rather than a name that launches."""
    at = clause.tokens.index(word)
    before = clause.tokens[at - 1] if at else None
    return before is not None and (
        before.kind == "number" or before.text.lower() in phrases.lexicon.guards["modifiers"]
    )


def _subjects(clause: Clause, phrases: Phrases) -> list[Token]:
    verbs = [i for i, token in enumerate(clause.tokens) if token.text.lower() in phrases.lexicon.guards["verbs"]]
    return [subject for i in verbs if (subject := _subject_before(clause, i, phrases)) is not None]


def _subject_before(clause: Clause, verb: int, phrases: Phrases) -> Token | None:
    """Return the noun or name that stands before a verb, or None: "the launches in week 45 are" -> launches."""
    guards, found, skipping = phrases.lexicon.guards, None, False
    first = clause.tokens[0].text.lower().split()[0]
    if first.endswith(tuple(phrases.lexicon.reading["gerund"])) and first not in guards["modifiers"]:
        return None  # "moving it to week 45 would cost": no noun does it
    for before, token in zip((None, *clause.tokens), clause.tokens[:verb], strict=False):
        word = token.text.lower()
        numbers_it = token.text.startswith("#") and before is not None and before.kind == "name"
        if token.kind in ("word", "mark") and word.split()[-1] in guards["prepositions"]:
            skipping, found = (
                True,
                found if token.kind == "word" else None,
            )  # what follows says where, of what, with what
        elif (skipping and (token.kind == "number" or word in guards["modifiers"])) or numbers_it:
            continue
        elif found is not None and word in phrases.lexicon.reading["relative"]:
            return found  # "the plan that has it in week 45 is": what stands in between does nothing
        elif skipping:
            skipping = False
        elif token.kind == "name" or word in guards["actors"]:
            found = token
        elif token.kind != "word" or word not in guards["modifiers"] | guards["after_nouns"]:
            found = None
    return found


def _owners(clause: Clause, phrases: Phrases) -> list[Token]:
    """Return the nouns that something is said to be of or to come from: "15.2 units from the plan"."""
    guards, found, follows = phrases.lexicon.guards, [], False
    for token in clause.tokens:
        word = token.text.lower()
        if follows and token.kind == "word" and word in guards["actors"]:
            found.append(token)
        follows = word in guards["owning"] or (follows and word in guards["modifiers"])
    return found


def _may_own(noun: Token, told: Sequence[Fact], phrases: Phrases) -> bool:
    spoken = [phrases.facts[fact.name] for fact in told]
    limited = [one for one in spoken if ITSELF in one.subjects]
    return (
        len(limited) < len(spoken)
        or not limited
        or any(noun.text.lower() in one.subjects or noun.stem in one.own for one in limited)
    )


def _may_do(subject: Token, told: Sequence[Fact], unnumbered: Sequence[Fact], phrases: Phrases) -> bool:
    """Say whether one of the facts is told of this subject: those of the clause's numbers, or those without any."""
    if subject.kind == "name":
        own = [
            (fact, nouns) for fact in told if (nouns := phrases.facts[fact.name].subjects) and fact.id in subject.facts
        ]
        places = phrases.lexicon.guards["of_placement"]
        return not own or any(
            _is_itself(subject, fact) or places & nouns if _is_place(subject, fact) else ITSELF in nouns
            for fact, nouns in own
        )
    spoken = [phrases.facts[fact.name] for fact in told or unnumbered]
    verbs = {phrases.lexicon.stem(verb) for verb in phrases.lexicon.guards["verbs"]}
    return not spoken or any(
        not one.subjects
        or subject.text.lower() in one.subjects
        or any((subject.stem, verb) in one.pairs for verb in verbs)
        for one in spoken
    )


def _is_itself(name: Token, fact: Fact) -> bool:
    return name.text.strip('“”"').lower() == fact.subject_label.lower()


def _is_any_place(name: Token, segment: Segment) -> bool:
    return any(_is_place(name, fact) and not _is_itself(name, fact) for fact in segment.facts)


def _is_place(name: Token, fact: Fact) -> bool:
    return bool(fact.placement) and name.text.strip('“”"').lower() == str(fact.placement).lower()


def _shared_names(segment: Segment, phrases: Phrases) -> list[str]:
    """Return a reason for each fact of a product that shares its name, where its number is not written with it."""
    names = [token for clause in segment.clauses for token in clause.mentions if token.kind == "name"]
    written = {token.text.strip('“”"').lower() for token in names}
    unnumbered = [fact for fact in segment.facts if fact.numbered and f"#{fact.subject}".lower() not in written]
    own = [fact for fact in unnumbered if ITSELF in phrases.facts[fact.name].subjects]
    others = [one for one in segment.facts if one.other_numbered and f"#{one.other}".lower() not in written]
    told = [fact.subject_label for fact in own] + [fact.other_label for fact in others if fact.spec.direction]
    return [f"name:{label}" for label in told if label.lower() in written]


def _pronoun_reasons(segment: Segment, bound: Sequence[Bound], phrases: Phrases) -> list[str]:
    """ "It would push out A, and it should sell 5 units": the second "it" is the first, and not A."""
    opening = segment.clauses[0].tokens[0].text.lower() if segment.clauses and segment.clauses[0].tokens else ""
    if opening not in phrases.lexicon.reading["pronouns"]:
        return []
    named = {id(fact) for token in segment.clauses[0].mentions for fact in segment.facts if fact.id in token.facts}
    later = [item for item in bound if item.clause is not segment.clauses[0] and item.clause.tokens[0].text == opening]
    return [f"subject:{opening}" for item in later if item.facts and id(item.facts[0]) in named]
