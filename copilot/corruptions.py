"""Correct sentences broken in one way each, to measure whether the verifier catches it.

Each function of `CORRUPTIONS` takes a correct sentence and returns broken ones.
"""

from __future__ import annotations

from collections.abc import Mapping

from copilot.breaking import Corruptor, tailed
from copilot.broken_claims import (
    certainty,
    citation_of_another_fact,
    flipped_comparison,
    flipped_direction,
    hidden_characters,
    instruction,
    invented_cause,
    missing_citation,
    negation,
    nothing_to_check,
    reversed_cause,
    swapped_subjects,
    tense,
    unknown_citation,
    unlinked_cause,
    wrong_placement,
    wrong_product,
)
from copilot.broken_numbers import (
    half_double_none,
    mixed_facts,
    number_of_another_fact,
    rounding,
    wrong_date,
    wrong_digit,
    wrong_iso_week,
    wrong_level,
    wrong_number_word,
    wrong_percentage,
    wrong_range_end,
    wrong_unit,
    wrong_week,
)
from copilot.broken_pairs import PAIR_CORRUPTIONS


def _tail(kind: str) -> Corruptor:
    return lambda base, words, rng: tailed(kind, base, words, rng)


CORRUPTIONS: Mapping[str, Corruptor] = {
    "wrong_digit": wrong_digit,
    "wrong_percentage": wrong_percentage,
    "wrong_range_end": wrong_range_end,
    "wrong_level": wrong_level,
    "ordinal": _tail("ordinal"),
    "wrong_number_word": wrong_number_word,
    "half_double_none": half_double_none,
    "wrong_date": wrong_date,
    "wrong_iso_week": wrong_iso_week,
    "wrong_week": wrong_week,
    "rounding": rounding,
    "wrong_unit": wrong_unit,
    "number_of_another_fact": number_of_another_fact,
    "invented_number": _tail("invented_number"),
    "missing_citation": missing_citation,
    "unknown_citation": unknown_citation,
    "citation_of_another_fact": citation_of_another_fact,
    "wrong_product": wrong_product,
    "wrong_placement": wrong_placement,
    "flipped_direction": flipped_direction,
    "flipped_comparison": flipped_comparison,
    "swapped_subjects": swapped_subjects,
    "mixed_facts": mixed_facts,
    **PAIR_CORRUPTIONS,
    "negation": negation,
    "superlative": _tail("superlative"),
    "tense": tense,
    "certainty": certainty,
    "invented_cause": invented_cause,
    "unlinked_cause": unlinked_cause,
    "reversed_cause": reversed_cause,
    "invented_detail": _tail("invented_detail"),
    "nothing_to_check": nothing_to_check,
    "link": _tail("link"),
    "html": _tail("html"),
    "markdown_image": _tail("markdown_image"),
    "instruction": instruction,
    "hidden_characters": hidden_characters,
}
"""Kind -> how a correct sentence is broken in this way; a sentence may offer nothing to break."""
