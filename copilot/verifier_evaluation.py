"""The verifier's own quality: how many broken sentences it catches, and how many correct ones it lets pass.

Correct sentences come from a grammar that knows nothing of the verifier (`copilot.paraphrase_grammar`); the broken ones
are made of those that pass (`copilot.corruptions`), so that each is caught for what was broken in it. The patterns
of one file are reported apart: another hand wrote them, and no words were added for them.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from copilot.broken_pairs import joined_phrases
from copilot.corruptions import CORRUPTIONS
from copilot.factsheet import FactSheet
from copilot.falsehoods import BLIND, BY_THE_AUTHOR, FRESH, REVIEWER, evaluate_falsehoods, evaluate_truths
from copilot.paraphrase_grammar import Paraphrase, paraphrases
from copilot.phrases import Phrases, load_evaluation
from copilot.verifier import verify_sentence

PER_PATTERN = 6  # sentences of one pattern, so that no pattern outweighs the others
PER_KIND = 60  # corrupted sentences of one kind
_PATTERNS = (
    ("paraphrases.toml", False),
    ("paraphrases_more.toml", False),
    ("paraphrases_further.toml", False),
    ("paraphrases_held_out.toml", True),
)
SHOWN = 200  # examples kept of misses and of false alarms


@dataclass(frozen=True)
class Verdict:
    """A sentence, its kind, whether the verifier did right, and what it gave as reasons."""

    text: str
    kind: str
    right: bool
    reasons: tuple[str, ...]
    held_out: bool = False


def evaluate_verifier(sheets: Sequence[FactSheet], phrases: Phrases, seed: int = 0) -> dict[str, Any]:
    """Measure the verifier on the facts of real sheets.

    Returns:
        verifier_catch_rate: share of the corrupted sentences that it refuses; verifier_catch_rate_by_another_hand: of
        the false ones that another hand wrote, see `evaluate_falsehoods`; verifier_pass_rate: share of the correct
        paraphrases that it passes; verifier: for each, and for the other parts of the file of false sentences, `n`,
        `by_kind` (n and share right) and the texts of what went wrong with their reasons, but of patterns held out,
        which nobody looks at while mending; of the paraphrases also the shares by part of the patterns.
    """
    written = correct_sentences(sheets, phrases, seed)
    passed = [_verdict(sentence, phrases) for sentence in written]
    good = [sentence for sentence, verdict in zip(written, passed, strict=True) if verdict.right]
    joined = joined_sentences(sheets, phrases, seed)
    told = [_verdict(sentence, phrases) for sentence in joined]
    good += [sentence for sentence, verdict in zip(joined, told, strict=True) if verdict.right]
    caught = [
        Verdict(text, kind, not check.ok, check.reasons)
        for kind, base, text in corrupted_sentences([*good, *_own_phrases(sheets, phrases)], phrases, seed)
        for check in (verify_sentence(text, base.sheet, phrases),)
    ]
    of_part = {
        name: [verdict for verdict in passed if verdict.held_out is held_out]
        for name, held_out in (("tuned_on", False), ("held_out", True))
    }
    parts = {
        "by_part": {name: _share(found) for name, found in of_part.items()},
        "n_by_part": {name: len(found) for name, found in of_part.items()},
    }
    false = evaluate_falsehoods(phrases)
    return {
        "verifier_catch_rate": _share(caught),
        "verifier_catch_rate_by_another_hand": false.get("share"),
        "verifier_pass_rate": _share(passed),
        "verifier": {
            "by_another_hand": false,
            "by_the_reviewer": evaluate_falsehoods(phrases, REVIEWER),
            "by_the_author": {part: evaluate_falsehoods(phrases, part) for part in BY_THE_AUTHOR},
            "by_a_fresh_hand": {
                part: {"false": evaluate_falsehoods(phrases, part), "true": evaluate_truths(phrases, part)}
                for part in (FRESH, BLIND)
            },
            "corrupted": _details(caught, "missed"),
            "paraphrases": {**parts, **_details(passed, "refused")},
            "joined": {"share": _share(told), **_details(told, "refused")},
        },
    }


def correct_sentences(sheets: Iterable[FactSheet], phrases: Phrases, seed: int = 0) -> list[Paraphrase]:
    """Return different correct sentences about the sheets' facts, at most `PER_PATTERN` of each pattern."""
    grammars = [(load_evaluation(name, phrases.lang), held_out) for name, held_out in _PATTERNS]
    rng = random.Random(seed)
    kept: dict[str, Paraphrase] = {}
    counts: Counter[str] = Counter()
    for sheet in rng.sample(list(sheets), len(list(sheets))):
        told = {fact.id: phrases.sentence(fact) for fact in sheet.facts}
        for grammar, held_out in grammars:
            for sentence in paraphrases(sheet, grammar, rng):
                if counts[sentence.pattern] < PER_PATTERN and sentence.text not in kept:
                    counts[sentence.pattern] += 1
                    kept[sentence.text] = replace(sentence, told=told, held_out=held_out)
    return list(kept.values())


def corrupted_sentences(
    bases: Sequence[Paraphrase], phrases: Phrases, seed: int = 0
) -> list[tuple[str, Paraphrase, str]]:
    """Return broken sentences with their kind and what they were made of, at most `PER_KIND` of each kind."""
    words = load_evaluation("corruptions.toml", phrases.lang)
    found = []
    for kind, corrupt in CORRUPTIONS.items():
        rng = random.Random(f"{kind} {seed}")
        texts: dict[str, Paraphrase] = {}
        for base in rng.sample(bases, len(bases)):
            for text in corrupt(base, words, rng):
                if text != base.text:
                    texts.setdefault(text, base)
            if len(texts) >= PER_KIND:
                break
        found += [(kind, base, text) for text, base in list(texts.items())[:PER_KIND]]
    return found


def joined_sentences(sheets: Iterable[FactSheet], phrases: Phrases, seed: int = 0) -> list[Paraphrase]:
    """Return sentences that tell two facts of a sheet by the product's own phrases, see `joined_phrases`."""
    joints, rng = load_evaluation("corruptions.toml", phrases.lang)["joints"], random.Random(seed)
    found: dict[str, Paraphrase] = {}
    for sheet in sheets:
        told = {fact.id: phrases.sentence(fact) for fact in sheet.facts}
        for sentence in joined_phrases(sheet, told, joints, rng):
            found.setdefault(sentence.text, sentence)
    return list(found.values())


def _own_phrases(sheets: Sequence[FactSheet], phrases: Phrases) -> list[Paraphrase]:
    """Return the product's own sentence about each fact, as something to break."""
    own = []
    for sheet in sheets:
        told = {fact.id: phrases.sentence(fact) for fact in sheet.facts}
        own += [Paraphrase(told[fact.id], (fact,), fact.name, sheet, told) for fact in sheet.facts]
    return own


def _verdict(sentence: Paraphrase, phrases: Phrases) -> Verdict:
    check = verify_sentence(sentence.text, sentence.sheet, phrases)
    return Verdict(sentence.text, sentence.kind, check.ok, check.reasons, sentence.held_out)


def _share(verdicts: Sequence[Verdict]) -> float | None:
    return round(sum(verdict.right for verdict in verdicts) / len(verdicts), 4) if verdicts else None


def _details(verdicts: Sequence[Verdict], wrong: str) -> dict[str, Any]:
    kinds = sorted({verdict.kind for verdict in verdicts})
    by_kind = {kind: [verdict for verdict in verdicts if verdict.kind == kind] for kind in kinds}
    return {
        "n": len(verdicts),
        "by_kind": {kind: {"n": len(found), "share": _share(found)} for kind, found in by_kind.items()},
        wrong: [
            {"kind": verdict.kind, "text": verdict.text, "reasons": list(verdict.reasons)}
            for verdict in verdicts
            if not verdict.right and not verdict.held_out
        ][:SHOWN],
    }
