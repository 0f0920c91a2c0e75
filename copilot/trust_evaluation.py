"""Trust: the verifier's quality and what hostile text can do, on fact sheets of the built workspace."""

from __future__ import annotations

from typing import Any

from copilot.evaluation_sheets import drawn_sheets
from copilot.hostile_evaluation import evaluate_injections
from copilot.phrases import load_phrases
from copilot.service import Copilot
from copilot.verifier_evaluation import evaluate_verifier


def evaluate_trust(copilot: Copilot, n_products: int = 6, lang: str = "en") -> dict[str, Any]:
    """Measure the verifier and the hostile-text suite; see `evaluate_verifier` and `evaluate_injections`.

    Args:
        n_products: launches whose sheets are drawn, and as many candidates without a slot.
    """
    phrases = load_phrases(lang)
    sheets = drawn_sheets(copilot, n_products)
    return evaluate_verifier(sheets, phrases) | evaluate_injections(sheets, phrases)
