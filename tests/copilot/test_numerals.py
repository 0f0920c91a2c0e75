"""Numbers: how they are written, and when a written one equals a value."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copilot.numerals import change_text, equals, number_text


@pytest.mark.parametrize(
    ("value", "unit", "written"),
    [
        (12.34, "units", "12.3"),
        (12.04, "units", "12"),
        (0.35, "units", "0.35"),
        (0.0, "units", "0"),
        (-0.001, "units", "-0.0010"),
        (-1e-9, "units", "0"),
        (100.4, "units", "100"),
        (1234567.8, "units", "1,234,568"),
        (3, "launches", "3"),
        (1.18, "ratio", "1.18"),
        (13.21, "ratio", "13.2"),
        (2.0, "price", "2.00"),
        (1234.5, "price", "1,234.50"),
        (0.00034, "share", "0.034%"),
        (0.0, "share", "0%"),
        (0.5, "share", "50%"),
        (0.987, "similarity", "0.99"),
    ],
)
def test_numbers_are_written_by_their_unit(value, unit, written, phrases):
    assert number_text(value, unit, phrases.lexicon) == written


@pytest.mark.parametrize(("ratio", "written"), [(1.18, "18%"), (0.957, "4.3%"), (3.0, "200%"), (0.5, "50%")])
def test_ratios_are_written_as_changes(ratio, written, phrases):
    assert change_text(ratio, phrases.lexicon) == written


@pytest.mark.parametrize(
    ("written", "decimals", "value", "hedged", "same"),
    [
        (12.3, 1, 12.34, False, True),
        (12.0, 0, 12.34, False, True),
        (12.34, 2, 12.34, False, True),
        (13.0, 0, 12.34, False, False),
        (12.4, 1, 12.34, False, False),
        (3.0, 0, 2.6, False, False),
        (3.0, 0, 2.6, True, False),
        (3.0, 0, 2.9, True, True),
        (1200.0, 0, 1234.0, False, False),
        (1200.0, 0, 1234.0, True, True),
        (1000.0, 0, 1234.0, True, False),
        (0.0, 0, 0.0, False, True),
        (0.0, 0, 0.4, False, False),
    ],
)
def test_the_rounding_rule(written, decimals, value, hedged, same):
    assert equals(written, decimals, value, hedged=hedged) is same


@given(st.floats(min_value=0.5, max_value=1e6), st.integers(min_value=1, max_value=6))
def test_a_value_with_enough_decimals_equals_itself(value, decimals):
    assert equals(round(value, decimals), decimals, value) or abs(value) < 10**-decimals * 10


@pytest.mark.parametrize(("value", "written"), [(0.0999, "0.10"), (-0.0999, "-0.10"), (0.16, "0.16"), (0.0996, "0.10")])
def test_a_value_that_rounds_up_gets_no_digit_more(value, written, phrases):
    assert number_text(value, "units", phrases.lexicon) == written
    assert equals(float(written), 2, value)
