"""Prices of rules: which rules bind a plan, and what one more place under each gains it at most."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ranking.relaxation import Relaxation
from ranking.rows import Rule

_LEAST_PRICE = 0.005  # units; a place worth less does not bind


@dataclass(frozen=True)
class Prices:
    """What rules bind and what they prove.

    Attributes:
        by_rule: rule -> units; no plan with one more place under the rule is worth more than `bound` + this.
        bound: units; no plan is worth more.
    """

    by_rule: Mapping[Rule, float]
    bound: float

    def binding(self, objective: float) -> tuple[tuple[Rule, float], ...]:
        """Return the rules that bind a plan worth `objective`, and what one more place gains at most, dearest first."""
        slack = max(0.0, self.bound - objective)
        most = max(abs(self.bound), abs(objective))  # a price beyond it says nothing
        dear = ((rule, price + slack) for rule, price in self.by_rule.items() if _LEAST_PRICE <= price < most)
        return tuple(sorted(dear, key=lambda pair: -pair[1]))


NO_PRICES = Prices({}, 0.0)


def prices_of(relaxation: Relaxation, scale: float) -> Prices:
    """Return the prices of rules in a relaxation whose scores were divided by `scale`, in units."""
    priced = zip(relaxation.rows.rules, relaxation.price.tolist(), strict=True)
    return Prices({rule: price * scale for rule, price in priced if price > 0}, relaxation.bound * scale)
