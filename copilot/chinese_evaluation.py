"""How Chinese fares: what is understood of Chinese questions, and what the verifier catches of broken sentences.

The broken sentences are made of the facts' own phrases on real sheets, with the words of
`prompts/zh/evaluation/corruptions.toml`; the correct ones write the same numbers and weeks in other ways.
"""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from copilot.broken_pairs import PAIR_CORRUPTIONS
from copilot.factsheet import Fact, FactSheet
from copilot.falsehoods import BY_THE_AUTHOR, REVIEWER, evaluate_falsehoods
from copilot.phrases import Phrases, load_evaluation, load_phrases
from copilot.question_evaluation import evaluate_understanding
from copilot.verifier import verify_sentence
from copilot.verifier_evaluation import joined_sentences

if TYPE_CHECKING:
    from retrieval.encoder import TextEncoder

LANG = "zh"
PER_KIND = 40  # broken sentences of one kind
_FIGURE = re.compile(r"(?<![\d.,W#-])\d[\d,]*(?:\.\d+)?(?![\d.%]|-W)")
_WEEK = re.compile(r"(\d{4})-W(\d\d)")
_WIDE = str.maketrans("0123456789.%", "０１２３４５６７８９．％")
_DIGITS = "零一二三四五六七八九"


@dataclass(frozen=True)
class Broken:
    """A sentence that does not hold, how it was broken, and the sheet it speaks of."""

    kind: str
    text: str
    sheet: FactSheet


def evaluate_chinese(sheets: Sequence[FactSheet], encoder: TextEncoder) -> dict[str, Any]:
    """Measure Chinese: what is understood as `evaluate_understanding` counts it, and the verifier on Chinese sentences.

    Returns:
        the keys of `evaluate_understanding`, verifier_catch_rate, verifier_pass_rate, and verifier with n and rates by
        kind, and what was missed or refused; by_the_author: by part, how many of the false sentences that the author
        wrote it refuses, see `evaluate_falsehoods`.
    """
    phrases = load_phrases(LANG)
    broken, correct = broken_sentences(sheets, phrases), correct_sentences(sheets, phrases)
    missed = [one for one in broken if verify_sentence(one.text, one.sheet, phrases).ok]
    refused = [text for text, sheet in correct if not verify_sentence(text, sheet, phrases).ok]
    n_missed = Counter(one.kind for one in missed)
    by_kind = {kind: {"n": n, "caught": n - n_missed[kind]} for kind, n in Counter(one.kind for one in broken).items()}
    return {
        **evaluate_understanding(encoder, LANG),
        "verifier_catch_rate": _share(len(broken) - len(missed), len(broken)),
        "verifier_pass_rate": _share(len(correct) - len(refused), len(correct)),
        "verifier": {
            "n_broken": len(broken),
            "n_correct": len(correct),
            "by_kind": by_kind,
            "missed": [one.text for one in missed],
            "refused": refused,
            "by_the_reviewer": evaluate_falsehoods(phrases, REVIEWER),
            "by_the_author": {part: evaluate_falsehoods(phrases, part) for part in BY_THE_AUTHOR},
        },
    }


def correct_sentences(sheets: Sequence[FactSheet], phrases: Phrases) -> list[tuple[str, FactSheet]]:
    """Return the facts' phrases as they are, and with figures and weeks written in other ways."""
    found: dict[str, FactSheet] = {}
    for sheet in sheets:
        for fact in sheet.facts:
            text = phrases.sentence(fact)
            for variant in (text, *_rewritten(text)):
                if "\x00" not in variant:
                    found.setdefault(variant, sheet)
    return list(found.items())


def _rewritten(text: str) -> Iterator[str]:
    """Yield a sentence with its weeks as 第41周 and 2017年第41周, and with small whole figures in words."""
    yield _WEEK.sub(lambda match: f"第{int(match[2])}周", text)
    yield _WEEK.sub(lambda match: f"{match[1]}年第{int(match[2])}周", text)
    hidden = _outside_quotes(text)
    parts, at = [], 0
    for match in _FIGURE.finditer(hidden):
        parts += [text[at : match.start()], _in_words(match[0])]
        at = match.end()
    yield "".join([*parts, text[at:]])
    yield "".join(char.translate(_WIDE) if shown != "\x00" else char for char, shown in zip(text, hidden, strict=True))


def broken_sentences(sheets: Sequence[FactSheet], phrases: Phrases, seed: int = 0) -> list[Broken]:
    """Return sentences that do not hold, at most PER_KIND of a kind, drawn from all sheets."""
    words, rng = load_evaluation("corruptions.toml", LANG), random.Random(seed)
    found: dict[tuple[str, str], Broken] = {}
    for sheet in sheets:
        for fact in sheet.facts:
            for kind, text in _broken(fact, sheet, phrases, words, rng):
                if text != phrases.sentence(fact):
                    found.setdefault((kind, text), Broken(kind, text, sheet))
    for one in _swapped_pairs(sheets, phrases, words, rng):
        found.setdefault((one.kind, one.text), one)
    by_kind: dict[str, list[Broken]] = {}
    for one in found.values():
        by_kind.setdefault(one.kind, []).append(one)
    return [one for group in by_kind.values() for one in rng.sample(group, min(PER_KIND, len(group)))]


def _swapped_pairs(
    sheets: Sequence[FactSheet], phrases: Phrases, words: Mapping[str, Any], rng: random.Random
) -> Iterator[Broken]:
    """Yield sentences about two facts in which something of the one is told of the other."""
    for base in joined_sentences(sheets, phrases):
        for kind, corrupt in PAIR_CORRUPTIONS.items():
            yield from (Broken(kind, text, base.sheet) for text in corrupt(base, words, rng) if text != base.text)


def _broken(
    fact: Fact, sheet: FactSheet, phrases: Phrases, words: Mapping[str, Any], rng: random.Random
) -> Iterator[tuple[str, str]]:
    text = phrases.sentence(fact)
    yield from _wrong_figures(text, rng)
    for kind, key in (("direction", "flips"), ("tense", "tenses"), ("unit", "units"), ("state", "affirmed")):
        yield from ((kind, changed) for changed in _swapped(text, words[key]))
    yield from (
        ("negation", changed) for changed in _swapped(text, {w: f"{no}{w}" for w, no in words["denials"].items()})
    )
    for kind, key in (
        ("invented", "invented"),
        ("cause", "causes"),
        ("superlative", "superlatives"),
        ("multiple", "multiples"),
    ):
        yield kind, text.replace(f" [{fact.id}]", f"{rng.choice(words['clauses'][key])} [{fact.id}]")
    yield "no citation", text.replace(f" [{fact.id}]", "")
    yield "unknown citation", text.replace(f"[{fact.id}]", "[F99]")
    strangers = [one for one in sheet.facts if one.name != fact.name and phrases.value(one) != phrases.value(fact)]
    if strangers:
        yield "wrong citation", text.replace(f"[{fact.id}]", f"[{rng.choice(strangers).id}]")
    if f"“{fact.subject_label}”" in text:
        yield "name", text.replace(f"“{fact.subject_label}”", "“Golden Dragon Noodles”")
    if match := _WEEK.search(text):
        other = int(match[2]) % 52 + 1
        yield "week", text.replace(match[0], f"{match[1]}-W{other:02d}")
        yield "relative week", text.replace(match[0], "下周")
    if fact.placement and fact.placement in text:
        yield "placement", text.replace(fact.placement, "rooftop billboard")


def _wrong_figures(text: str, rng: random.Random) -> Iterator[tuple[str, str]]:
    figures = list(_FIGURE.finditer(_outside_quotes(text).split(" [F")[0]))
    if not figures:
        return
    match = rng.choice(figures)
    value = float(match[0].replace(",", ""))
    wrong = value + rng.choice((2, 3, 7)) + 0.3 * abs(value)
    written = f"{wrong:.1f}" if "." in match[0] else f"{wrong:.0f}"
    yield "number", text[: match.start()] + written + text[match.end() :]
    yield "number in words", text[: match.start()] + _in_words(f"{wrong:.0f}") + text[match.end() :]


def _swapped(text: str, pairs: Mapping[str, str]) -> Iterator[str]:
    outside = _outside_quotes(text)
    for word, other in pairs.items():
        at = outside.find(word)
        if at >= 0:
            yield text[:at] + other + text[at + len(word) :]


def _outside_quotes(text: str) -> str:
    """Return a text of the same length in which what is quoted, and the level of an interval, cannot be found."""
    return re.sub(r"“[^”]*”|\d+% 区间|F\d+", lambda match: "\x00" * len(match[0]), text)


def _in_words(figure: str) -> str:
    """Return a whole figure below 100 in words; others stay as they are."""
    if not figure.isdigit() or not 0 < int(figure) < 100:
        return figure
    tens, ones = divmod(int(figure), 10)
    start = "" if tens == 0 else "十" if tens == 1 else f"{_DIGITS[tens]}十"
    return start + (_DIGITS[ones] if ones else "")


def _share(part: int, whole: int) -> float:
    return round(part / whole, 4) if whole else 1.0
