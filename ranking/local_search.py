"""Local search for a choice of greatest true worth: an upper reference that no estimate may beat by more than luck.

A choice is changed one candidate at a time: to a slot with room, out of the plan, or into another candidate's place.
The best change of each candidate in turn is taken as long as one helps. Then some launches are shaken to other places
and the climb repeats, from the best choice seen. Fatigue couples all launches of a group, which rules a linear
programme out, and makes the result a best known value, not a proven optimum; on small markets it equals brute force.

Source: iterated local search, Lourenço, Martin and Stützle (2003).
"""

from __future__ import annotations

import numpy as np

from ranking.market import Market
from ranking.plan_peers import NOWHERE

_SHAKEN = 4  # launches moved at random between two climbs
_LEAST_GAIN = 1e-9


def improve(market: Market, choice: np.ndarray, n_shakes: int = 10, seed: int = 0) -> np.ndarray:
    """Return a choice at least as good as `choice` (n_candidates,); equal arguments give equal choices."""
    rng = np.random.default_rng(seed)
    best = _climb(market, choice)
    best_worth = market.worth_of(best)
    for _ in range(n_shakes):
        found = _climb(market, _shaken(market, best, rng))
        worth = market.worth_of(found)
        if worth > best_worth + _LEAST_GAIN:
            best, best_worth = found, worth
    return best


def _climb(market: Market, choice: np.ndarray) -> np.ndarray:
    """Take each candidate's best change in turn until none helps."""
    choice, worth = choice.copy(), market.worth_of(choice)
    unchanged = 0
    while unchanged < len(choice):
        for candidate in range(len(choice)):
            changed = _changes(market, choice, candidate)
            worths = market.worth(changed)
            if len(changed) and worths.max() > worth + _LEAST_GAIN:
                choice, worth, unchanged = changed[worths.argmax()], float(worths.max()), 0
            else:
                unchanged += 1
    return choice


def _changes(market: Market, choice: np.ndarray, candidate: int) -> np.ndarray:
    """(n_changes, n_candidates) choices that differ by one candidate's slot, or by two that change places."""
    used = np.bincount(choice[choice != NOWHERE], minlength=len(market.capacity))
    own = choice[candidate]
    targets = np.flatnonzero(market.allowed[candidate] & (used < market.capacity))
    moved = np.append(targets[targets != own], [NOWHERE] if own != NOWHERE else []).astype(np.int64)
    fits = (choice == NOWHERE) | market.allowed[candidate, choice]
    back = np.ones(len(choice), dtype=bool) if own == NOWHERE else (choice == NOWHERE) | market.allowed[:, own]
    others = np.flatnonzero((choice != own) & (choice != NOWHERE) & fits & back)
    changed = np.repeat(choice[None], len(moved) + len(others), axis=0)
    changed[:, candidate] = np.concatenate([moved, choice[others]])
    changed[np.arange(len(moved), len(changed)), others] = own
    return changed


def _shaken(market: Market, choice: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The choice after a few random changes."""
    for candidate in rng.integers(len(choice), size=_SHAKEN):
        changed = _changes(market, choice, int(candidate))
        if len(changed):
            choice = changed[rng.integers(len(changed))]
    return choice
