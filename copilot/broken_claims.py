"""Sentences broken in whom they speak of, what they cite, and what they claim of it."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator

from copilot.breaking import CITE, FAR, Words, bare, replaced, swapped, tailed
from copilot.factsheet import Fact
from copilot.paraphrase_grammar import Paraphrase, number_of


def missing_citation(base: Paraphrase, words: Words, rng: random.Random) -> Iterator[str]:
    """No citation at all."""
    yield CITE.sub("", base.text)


def unknown_citation(base: Paraphrase, words: Words, rng: random.Random) -> Iterator[str]:
    """A citation that the sheet does not have."""
    n = len(base.sheet.facts)
    yield CITE.sub(
        rng.choice((f" [F{n + 1}]", " [F99]", " [F0]", " [1]", " [G1]", " [F-1]", " [Source]", " (F1)")), base.text
    )


def citation_of_another_fact(base: Paraphrase, words: Words, rng: random.Random) -> Iterator[str]:
    """The citation of a fact that says something else."""
    fact = rng.choice(base.facts)
    others = [f for f in base.sheet.facts if f not in base.facts and f.name != fact.name and f.value != fact.value]
    others += [f for f in base.sheet.facts if f not in base.facts and f.name == fact.name and _told_apart(base, f)]
    if others:
        yield base.text.replace(f"[{fact.id}]", f"[{rng.choice(others).id}]").replace(
            f"[{fact.id},", f"[{others[0].id},"
        )
        yield f"{base.text.rstrip('.')} [{rng.choice(others).id}]."


def _told_apart(base: Paraphrase, other: Fact) -> bool:
    """Say whether the sentence names its subject, and that is not the other fact's."""
    return all(f.subject_label != other.subject_label and f.subject_label in base.text for f in base.facts)


def wrong_product(base: Paraphrase, words: Words, rng: random.Random) -> Iterator[str]:
    """The name or number of another product."""
    held = {label for fact in base.facts for label in (fact.subject_label, fact.other_label)}
    others = (
        {f.subject_label for f in base.sheet.facts if f.unit in ("units", "week") and f.subject != f.placement}
        - held
        - {"plan", "season"}
    )
    for fact in base.facts:
        if fact.subject_label in base.text and not fact.numbered:
            new = rng.choice([*sorted(others), "Golden Oat Crunch", "Aurora"])
            yield base.text.replace(fact.subject_label, new)
        elif fact.numbered and f"#{fact.subject}" in base.text:
            yield base.text.replace(f"#{fact.subject}", "#" + fact.subject[::-1] + "7")


def wrong_placement(base: Paraphrase, words: Words, rng: random.Random) -> Iterator[str]:
    """Another placement."""
    held = {fact.placement for fact in base.facts}
    others = sorted({f.placement for f in base.sheet.facts if f.placement and f.placement not in held})
    for placement in sorted(p for p in held if p and p in base.text):
        yield base.text.replace(placement, rng.choice([*others, "store window"]))


def flipped_direction(base: Paraphrase, words: Words, rng: random.Random) -> Iterator[str]:
    """More for less, above for below."""
    settled = re.search(
        r"\bmore or less\b|\bup to\b|\bgiv(?:e|es|ing) up\b|\bthe same rules\b", base.text, re.IGNORECASE
    )
    if " than “" not in base.text and not settled and all(fact.sign != 0 for fact in base.facts):
        yield from swapped("directions", base, words, rng)


def flipped_comparison(base: Paraphrase, words: Words, rng: random.Random) -> Iterator[str]:
    """A comparison of two turned round."""
    if "bigger" in base.pattern or " than {other}" in base.pattern:
        yield from swapped("directions", base, words, rng)


def swapped_subjects(base: Paraphrase, words: Words, rng: random.Random) -> Iterator[str]:
    """Two products that change places."""
    if len(base.facts) == 2:
        first, second = base.facts
        names = [f"{f.subject_label}” #{f.subject}" if f.numbered else f"{f.subject_label}" for f in base.facts]
        if first.value != second.value and all(name in base.text for name in names) and _false_of(second, first):
            yield base.text.replace(names[0], "\0").replace(names[1], names[0]).replace("\0", names[1])
    fact = base.facts[0]
    if fact.other_label and len(base.facts) == 1 and fact.sign:
        label, other = fact.subject_label, fact.other_label
        if label in base.text and other in base.text and fact.name == "units_difference":
            yield base.text.replace(label, "\0").replace(other, label).replace("\0", other)


def _false_of(value: Fact, about: Fact) -> bool:
    """Say whether the one fact's value would be wrong about the other's subject."""
    if isinstance(value.value, int | float) and isinstance(about.value, int | float):
        return abs(number_of(value) - number_of(about)) > FAR * abs(number_of(about))
    return value.value != about.value


def negation(base: Paraphrase, words: Words, rng: random.Random) -> Iterator[str]:
    """A negation put in or taken out."""
    found = list(re.finditer(r"\b(is|are|should|would|will|was|were|has|have)\b(?! not)(?= )", base.text))
    if found and not re.search(r"\b(not|no|nothing|without)\b", base.text, re.IGNORECASE):
        match = rng.choice(found)
        yield replaced(base.text, match, rng.choice((f"{match[1]} not", f"{match[1]} never")))
    if not found and (match := re.search(r"\bsold\b(?! units)", base.text)):
        yield replaced(base.text, match, rng.choice(("did not sell", "never sold", "hardly sold")))
    if re.search(r"\bnot\b", base.text):
        yield re.sub(r"\bnot (?=\w)", "", base.text, count=1)


def tense(base: Paraphrase, words: Words, rng: random.Random) -> Iterator[str]:
    """A prediction told as an outcome, or an outcome as a prediction."""
    tenses = {fact.spec.tense for fact in base.facts}
    if tenses == {"future"}:
        yield from swapped("to_past", base, words, rng)
    elif tenses == {"past"}:
        yield from swapped("to_future", base, words, rng)


def certainty(base: Paraphrase, words: Words, rng: random.Random) -> Iterator[str]:
    """An expectation told as certain."""
    yield from swapped("certain", base, words, rng)


def unlinked_cause(base: Paraphrase, words: Words, rng: random.Random) -> Iterator[str]:
    """Two correct sentences joined by a cause that the engine did not link."""
    fact = base.facts[0]
    others = [
        f for f in base.sheet.facts if f.name != fact.name and fact.id not in f.linked and f.id not in fact.linked
    ]
    told = [base.told[f.id] for f in others if f.id in base.told]
    if told and len(base.facts) == 1:
        second = rng.choice(told)
        word = rng.choice(
            (
                " because ",
                ", since ",
                ", so ",
                ", therefore ",
                ", which is why ",
                ", as a result ",
                " due to the fact that ",
            )
        )
        yield f"{base.text.rstrip('.')}{word}{second}"


def reversed_cause(base: Paraphrase, words: Words, rng: random.Random) -> Iterator[str]:
    """A linked pair told the wrong way round: the effect as the cause."""
    fact = base.facts[0]
    for effect in base.sheet.facts:
        if len(base.facts) == 1 and effect.id in fact.linked and effect.id in base.told:
            effect_text = base.told[effect.id]
            yield f"{base.text.rstrip('.')} because {effect_text}"
            yield f"{effect_text.rstrip('.')}, so {base.text}"
            return


def hidden_characters(base: Paraphrase, words: Words, rng: random.Random) -> Iterator[str]:
    """Characters that nobody sees."""
    at = rng.choice([m.start() for m in re.finditer(" ", CITE.split(base.text)[0] + " ")])
    yield base.text[:at] + rng.choice(words["tails"]["hidden"]) + base.text[at:]


def nothing_to_check(base: Paraphrase, words: Words, rng: random.Random) -> Iterator[str]:
    """Words that state nothing."""
    yield from bare("nothing_to_check", base, words, rng)


def instruction(base: Paraphrase, words: Words, rng: random.Random) -> Iterator[str]:
    """An instruction to the reader or to a model."""
    yield from tailed("instruction", base, words, rng)
    yield from bare("instruction", base, words, rng)


def invented_cause(base: Paraphrase, words: Words, rng: random.Random) -> Iterator[str]:
    """A cause that no fact holds."""
    yield from tailed("invented_cause", base, words, rng)
    yield from bare("invented_cause", base, words, rng)
