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

Where crowding counts, the k-th launch of a week brings less than the one before, and one price for all would launch
too many or none. There R is the response to a single launch, and in place of `crowd` the k-th launch costs

    v R - (T(k) - T(k - 1)),    T(k) = v R k exp(-crowding (k - 1))

with v the mean face value of the path's launches in that week: launches are worth a concave function of their number.

Source: the Frank-Wolfe method, Frank and Wolfe (1956); Jaggi (2013) for the step.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from scipy.optimize import linear_sum_assignment

from ranking.market import Market
from ranking.plan_peers import NOWHERE
from ranking.problem import LaunchPrices, PlanningProblem

_SPARE = 20  # launches that steps allow beyond what twice the room of a week holds


def priced_problem(problem: PlanningProblem, market: Market, n_rounds: int = 30) -> PlanningProblem:
    """Return the problem at the prices of its own best path, with steps where crowding counts."""
    choice, prices = price_launches(market, n_rounds)
    crowded = market.fatigue.crowding.max(axis=0) > 0  # (n_groups,)
    if not crowded.any():
        return replace(problem, prices=prices)
    alone, later, costs = _steps_on_path(market, choice, _most_per_week(market))
    response = np.where(crowded[:, None], alone, prices.response)
    cost = np.where(crowded[:, None], later, prices.cost)
    steps = {name: costs[g] for g, name in enumerate(market.names) if crowded[g]}
    return replace(problem, prices=LaunchPrices(market.names, response, cost), launch_costs=steps)


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
    brought = response * face
    crowd = brought * (1 - np.exp(-market.fatigue.crowding))[..., None]
    cost = crowd + _lost_later(market, brought)
    return LaunchPrices(market.names, response.mean(axis=0), cost.mean(axis=0))


def _lost_later(market: Market, brought: np.ndarray) -> np.ndarray:
    """What one more launch takes from those of later weeks, in the shape of `brought` (n_draws, n_groups, n_weeks)."""
    later, fatigue = np.zeros_like(brought), market.fatigue
    for ahead in range(1, market.n_weeks):
        lost = 1 - np.exp(-fatigue.strength * fatigue.decay**ahead)  # (n_draws, n_groups)
        later[..., :-ahead] += brought[..., ahead:] * lost[..., None]
    return later


def _steps_on_path(market: Market, choice: np.ndarray, most: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the response to a single launch, what later launches lose, and the k-th launch's cost, on a path.

    Returns:
        (n_groups, n_weeks) twice, and (n_groups, n_weeks, most) units that do not fall with k.
    """
    launches, face = (table[0] for table in market.cells(choice[None]))  # (n_groups, n_weeks)
    response = market.fatigue.response(launches[None])[:, 0]  # (n_draws, n_groups, n_weeks)
    crowding = market.fatigue.crowding[..., None]
    alone = response * np.exp(crowding * np.maximum(launches - 1, 0))
    typical = np.where(launches > 0, face / np.maximum(launches, 1), _best_faces(market))
    k = np.arange(1, most + 1)
    total = (alone[..., None] * k * np.exp(-crowding[..., None] * (k - 1))).mean(axis=0) * typical[..., None]
    gain = np.diff(total, axis=-1, prepend=0.0)
    costs = np.maximum.accumulate(np.maximum(gain[..., :1] - gain, 0.0), axis=-1)
    return alone.mean(axis=0), _lost_later(market, response * face).mean(axis=0), costs


def _best_faces(market: Market) -> np.ndarray:
    """(n_groups, n_weeks) the best face value that a launch of the group could have in the week, 0 where none may."""
    best = np.zeros((len(market.names), market.n_weeks))
    faces = np.where(market.allowed, market.values, 0.0)
    for column, week in enumerate(market.week.tolist()):
        np.maximum.at(best[:, week], market.group, faces[:, column])
    return best


def _most_per_week(market: Market) -> int:
    """Launches of a group that a week could hold, with room to spare for capacities that an operator raises."""
    room = np.bincount(market.week, market.capacity, minlength=1).max(initial=1)
    return max(1, int(min(2 * room + _SPARE, np.bincount(market.group, minlength=1).max(initial=1))))


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
