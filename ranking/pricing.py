"""Launch prices: what a launch costs the others of its group, on the path of the plan itself.

`ranking.rhythm_policy` prices launches on the path that each group would follow alone. A plan in which groups share
slots follows another one, so its launches are priced again where it leads, until nothing is gained. With V[g, w] the
face value of the plan's launches of group g in week w and R their response, a further launch in week w gains the plan

    R[g, w] v[i, j] - later[g, w] - crowd[g, w]
    later[g, w] = sum_{u > w} R[g, u] V[g, u] (1 - exp(-strength decay^(u - w)))     what later launches lose
    crowd[g, w] = R[g, w] V[g, w] (1 - exp(-crowding))                              what those of the week lose

all as means over posterior draws: the gradient of the plan's worth. The plan that is best at these gains is an
assignment; the prices move toward those on its path by 2 / (round + 2), and the best plan on the way is kept. Fatigue
makes the worth neither convex nor concave, so nothing proves that plan best over all paths; how near it comes is
measured in `ranking.regret`.

Source: the Frank-Wolfe method, Frank and Wolfe (1956); Jaggi (2013) for the step.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from scipy.optimize import linear_sum_assignment

from ranking.market import Market
from ranking.plan_peers import NOWHERE
from ranking.problem import LaunchPrices, PlanningProblem


def priced_problem(problem: PlanningProblem, market: Market, n_rounds: int = 30) -> PlanningProblem:
    """Return the problem at the prices of its own best path."""
    return replace(problem, prices=price_launches(market, n_rounds)[1])


def price_launches(market: Market, n_rounds: int = 60) -> tuple[np.ndarray, LaunchPrices]:
    """Return the best choice found (n_candidates,) and the prices that led to it; equal arguments, equal results."""
    choice = best = np.full(len(market.group), NOWHERE)
    prices = best_prices = prices_on_path(market, choice)
    best_worth = -np.inf
    for number in range(n_rounds):
        prices = _towards(prices, prices_on_path(market, choice), 2 / (number + 2))
        choice = assign(_gains(prices, market), market)
        worth = market.worth_of(choice)
        if worth > best_worth:
            best, best_worth, best_prices = choice, worth, prices
    return best, best_prices


def prices_on_path(market: Market, choice: np.ndarray) -> LaunchPrices:
    """The gradient of the worth at a choice (n_candidates,)."""
    launches, face = market.cells(choice[None])
    response = market.fatigue.response(launches)[:, 0]  # (n_draws, n_groups, n_weeks)
    brought, fatigue = response * face, market.fatigue
    cost = brought * (1 - np.exp(-fatigue.crowding))[..., None]
    for ahead in range(1, market.n_weeks):
        lost = 1 - np.exp(-fatigue.strength * fatigue.decay**ahead)  # (n_draws, n_groups)
        cost[..., :-ahead] += brought[..., ahead:] * lost[..., None]
    return LaunchPrices(market.names, response.mean(axis=0), cost.mean(axis=0))


def _towards(prices: LaunchPrices, other: LaunchPrices, step: float) -> LaunchPrices:
    """Prices moved by the share `step` of the way to others."""
    response = prices.response + step * (other.response - prices.response)
    return LaunchPrices(prices.names, response, prices.cost + step * (other.cost - prices.cost))


def _gains(prices: LaunchPrices, market: Market) -> np.ndarray:
    """(n_candidates, n_slots) units that one more launch gains the plan."""
    at = np.ix_(market.group, market.week)
    return market.values * prices.response[at] - prices.cost[at]


def assign(gains: np.ndarray, market: Market) -> np.ndarray:
    """Return the choice of greatest total gain within capacities, leaving out whom no slot gains anything."""
    places = np.repeat(np.arange(len(market.capacity)), market.capacity)
    worthwhile = np.where(market.allowed, np.maximum(gains, 0.0), 0.0)[:, places]
    candidate, place = linear_sum_assignment(worthwhile, maximize=True)
    launched = worthwhile[candidate, place] > 0
    choice = np.full(len(gains), NOWHERE)
    choice[candidate[launched]] = places[place[launched]]
    return choice
