"""Grammar: an answer to a fact sheet as a merchandiser would like to read it, drawn from the wordings.

The direct answer comes first, then the reasons by weight, then what would change it: the sheet's own order, in which
neighbours may change places. Facts that belong together share a sentence; a product named before is "it".
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

import jinja2

from copilot.factsheet import WHOLE_SHOP, Fact, FactSheet
from copilot.phrases import Phrases
from copilot.teaching.wording import Wording, render, told_values
from copilot.verifier import verify_sentence

_JOINED = 0.65  # share of the neighbours that could share a sentence and do
_SWAPPED = 0.2  # share of the reasons that change places with the next one
_OPENED = 0.2  # share of the sentences that open with a connective, where one fits
_REASONS = frozenset(
    {"placement_effect", "season_effect", "momentum", "delay_effect", "rhythm_effect", "searches_per_week"}
)
_IT_IN_A_ROW = 3  # sentences that may call a product "it" before its name is due again


@dataclass
class Refusals:
    """What the verifier refused of the grammar's sentences: by fact kind and by reason, with the first sentences."""

    tried: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    samples: dict[str, str] = field(default_factory=dict)

    def note(self, kind: str, text: str, reasons: Sequence[str]) -> None:
        """Count one sentence; no reasons means that it passed."""
        self.tried[kind] += 1
        if not reasons:
            return
        self.refused[kind] += 1
        for reason in reasons:
            key = f"{kind}: {reason.split(':')[0] if reason.split(':')[0] in _VARIED else reason}"
            self.reasons[key] += 1
            self.samples.setdefault(key, text)


_VARIED = frozenset({"number", "unstated", "off_topic", "week"})


def write_target(
    sheet: FactSheet, facts: Sequence[Fact], wording: Wording, phrases: Phrases, rng: random.Random, refusals: Refusals
) -> list[str]:
    """Return the sentences that tell these facts of a sheet; each passes the verifier.

    A wording that the verifier refuses is counted and replaced by another, at last by the fact's own phrase. None come
    back when a fact cannot be told at all: an answer with a gap would teach to leave facts out.
    """
    teller = _Teller(sheet, wording, phrases, rng, refusals)
    waiting = _in_order(facts, rng)
    while waiting:
        told = teller.tell(waiting)
        if not told:
            return []
        waiting = waiting[told:]
    return teller.sentences


def _in_order(facts: Sequence[Fact], rng: random.Random) -> list[Fact]:
    """Let some neighbouring reasons change places, as their weights are often close."""
    ordered = list(facts)
    at = 1
    while at < len(ordered) - 1:
        here, after = ordered[at], ordered[at + 1]
        if {here.name, after.name} <= _REASONS and rng.random() < _SWAPPED:
            ordered[at], ordered[at + 1] = after, here
            at += 1
        at += 1
    return ordered


class _Teller:
    """Writes one answer, sentence by sentence, and remembers who was named last."""

    def __init__(
        self, sheet: FactSheet, wording: Wording, phrases: Phrases, rng: random.Random, refusals: Refusals
    ) -> None:
        self.sentences: list[str] = []
        self._sheet = sheet
        self._wording = wording
        self._phrases = phrases
        self._rng = rng
        self._refusals = refusals
        self._subject = ""  # the product that the last sentence was about
        self._groups: set[str] = set()  # categories that were named: then their last level is enough
        self._n_it = 0  # sentences in a row that called it "it"
        self._last_sign: int | None = None

    def tell(self, waiting: Sequence[Fact]) -> int:
        """Tell the first fact, or the first two together, and return how many were told; 0 when no way passes."""
        first = waiting[0]
        if len(waiting) > 1 and self._rng.random() < _JOINED:
            second = waiting[1]
            texts = self._wording.joining(first, second)
            if self._say(f"{first.name}+{second.name}", texts, lambda: self._joined(first, second), (first, second)):
                return 2
        texts = self._wording.singles.get(first.name, ())
        if self._say(first.name, texts, lambda: self._values(first), (first,)):
            return 1
        phrase = self._phrases.sentence(first)
        check = verify_sentence(phrase, self._sheet, self._phrases)
        self._refusals.note(f"{first.name} (phrase)", phrase, check.reasons)
        if check.ok:
            self._keep(phrase, (first,))
        return int(check.ok)

    def _say(
        self,
        kind: str,
        texts: Iterable[jinja2.Template],
        values: Callable[[], dict[str, object]],
        facts: tuple[Fact, ...],
    ) -> bool:
        """Say the first of the wordings, in an order drawn at random, that can be rendered and passes."""
        drawn = list(texts)
        self._rng.shuffle(drawn)
        for template in drawn:
            text = render(template, values())
            if text is None:
                continue
            opened = self._opened(text, facts[0])
            for candidate in dict.fromkeys((opened, text)):
                check = verify_sentence(candidate, self._sheet, self._phrases)
                complete = set(check.facts) == {fact.id for fact in facts}
                self._refusals.note(kind, candidate, check.reasons if complete or check.reasons else ("citations",))
                if check.ok and complete:
                    self._keep(candidate, facts)
                    return True
        return False

    def _values(self, fact: Fact) -> dict[str, object]:
        return told_values(fact, self._phrases, self._called_it(), self._groups)

    def _joined(self, first: Fact, second: Fact) -> dict[str, object]:
        """Return the variables of two facts; the second may call the first one's product "it"."""
        named = (_product(first),) if _product(first) else self._called_it()
        a = told_values(first, self._phrases, self._called_it(), self._groups)
        b = told_values(second, self._phrases, named, self._groups | {first.subject})
        opposite = first.sign is not None and second.sign is not None and first.sign * second.sign < 0
        return {"a": a, "b": b, "joiner": "but" if opposite else "and"}

    def _called_it(self) -> tuple[str, ...]:
        return (self._subject,) if self._subject and self._n_it < _IT_IN_A_ROW else ()

    def _opened(self, text: str, fact: Fact) -> str:
        """Put a connective before a sentence, where one fits what it says."""
        word, _, rest = text.partition(" ")
        plain = not self.sentences or word not in self._wording.openings["lower"] or ":" in rest
        if plain or self._rng.random() > _OPENED:
            return text
        signs = (self._last_sign, fact.sign)
        turns = None not in signs and signs[0] and signs[1] and signs[0] != signs[1]
        return self._rng.choice(self._wording.openings["against" if turns else "on"]) + word.lower() + " " + rest

    def _keep(self, text: str, facts: tuple[Fact, ...]) -> None:
        self.sentences.append(text)
        self._groups |= {fact.subject for fact in facts}
        about = next((product for fact in facts if (product := _product(fact))), "")
        renamed = about != self._subject or f"“{facts[0].subject_label}”" in text
        self._n_it = 0 if renamed else self._n_it + 1
        self._subject = about if len({_product(fact) for fact in facts}) == 1 else ""
        self._last_sign = next((fact.sign for fact in reversed(facts) if fact.sign is not None), self._last_sign)


def _product(fact: Fact) -> str:
    """Return the product that a fact is about; empty for a group, a placement, a week or the whole plan."""
    is_part = fact.subject in WHOLE_SHOP or fact.subject == fact.subject_label
    return "" if is_part else fact.subject
