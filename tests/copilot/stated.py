"""Facts as the verifier's tests state them."""

from __future__ import annotations

from copilot.factsheet import FACT_SPECS, Fact, Source

OATS = ("101", "Steel Cut Oats")


def stated(number, name, value, subject=OATS, interval=None, **more):
    """Return the fact F<number> about a subject, (id, label), in the unit that its name has."""
    return Fact(f"F{number}", name, *subject, value, FACT_SPECS[name].unit, interval, Source("model"), **more)
