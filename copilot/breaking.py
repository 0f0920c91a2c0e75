"""Breaking a sentence: what every way of breaking one needs, the claims in it and the words put in their place.

A broken number lies further from everything that the cited facts hold than any rounding could, so that what is counted
as wrong is wrong. The words are those of `prompts/<lang>/evaluation/corruptions.toml`.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Mapping

from copilot.factsheet import Fact
from copilot.paraphrase_grammar import MONTHS, Paraphrase, number_of

Words = Mapping
Corruptor = Callable[[Paraphrase, Words, random.Random], Iterator[str]]

CITE = re.compile(r"\s*\[F\d+(?:, F\d+)*\]")
ISO_WEEK = re.compile(r"\b(\d{4})-W(\d{2})\b")
WEEK = re.compile(r"\bweek (\d{1,2})\b", re.IGNORECASE)
DATE = re.compile(rf"\b(\d{{1,2}}) ({'|'.join(MONTHS)})\b|\b({'|'.join(MONTHS)}) (\d{{1,2}})\b")
LEVEL = re.compile(r"\b80%(?= interval)")
_NUMBER = re.compile(r"(?<![\w.,#-])\d[\d,]*(?:\.\d+)?(?![\w,]*\d)(?!\.\d)")
FAR = 0.12  # further than "about" may round


def protected(base: Paraphrase) -> list[tuple[int, int]]:
    """Return the stretches that are no claims by number: names, weeks, dates, citations, levels."""
    spans = [match.span() for pattern in (CITE, ISO_WEEK, WEEK, DATE, LEVEL) for match in pattern.finditer(base.text)]
    spans += [match.span() for match in re.finditer(r"“[^”]*”|#\w+|\b\d+ \w+ placements", base.text)]
    for fact in base.sheet.facts:
        for label in (fact.subject_label, fact.other_label, fact.placement or ""):
            if len(label) > 2:
                spans += [match.span() for match in re.finditer(re.escape(label), base.text, re.IGNORECASE)]
    return spans


def numbers_of(base: Paraphrase) -> list[re.Match[str]]:
    """Return the numbers of a sentence that claim something."""
    spans = protected(base)
    found = _NUMBER.finditer(base.text)
    return [match for match in found if not any(a < match.end() and match.start() < b for a, b in spans)]


def _truths(facts: tuple[Fact, ...]) -> list[float]:
    """Return every number that sentences about these facts may hold, as written: also in percent."""
    held = [bound for fact in facts for bound in (fact.interval or ())]
    held += [number_of(fact) for fact in facts if isinstance(fact.value, int | float)]
    shown = [abs(x) for x in held]
    return [*shown, *(100 * x for x in shown), *(100 * abs(x - 1) for x in shown)]


def is_false(written: float, base: Paraphrase, far: float = FAR) -> bool:
    """Say whether a written number is further from everything the facts hold than a rounding could be."""
    return all(abs(abs(written) - truth) > far * max(truth, 0.01) for truth in _truths(base.facts))


def replaced(text: str, match: re.Match[str], new: str) -> str:
    """Return the text with a match put in other words."""
    return text[: match.start()] + new + text[match.end() :]


def bare(kind: str, base: Paraphrase, words: Words, rng: random.Random) -> Iterator[str]:
    """Yield a sentence of this kind that only cites the fact."""
    fact = base.facts[0]
    text = rng.choice(words["bare"][kind])
    yield text.replace("{cite}", f"[{fact.id}]").replace("{title}", f"“{fact.subject_label}”")


def tailed(kind: str, base: Paraphrase, words: Words, rng: random.Random) -> Iterator[str]:
    """Put a tail before the last citation, or after it."""
    *_, last = CITE.finditer(base.text)
    tail = rng.choice(words["tails"][kind])
    body, rest = base.text[: last.start()].rstrip(" ."), base.text[last.start() :]
    yield f"{body}{tail}{rest}" if rng.random() < 0.6 else f"{base.text.rstrip('.')}{tail}."


def swapped(kind: str, base: Paraphrase, words: Words, rng: random.Random) -> Iterator[str]:
    """Put the second word of a pair where the first stands, outside names."""
    spans = protected(base)
    options = []
    for old, new in words[kind]:
        for match in re.finditer(rf"\b{re.escape(old)}\b", base.text, re.IGNORECASE):
            if not any(a < match.end() and match.start() < b for a, b in spans):
                options.append(replaced(base.text, match, new))
    if options:
        yield rng.choice(options)
