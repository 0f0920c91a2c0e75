"""A simulated shop through the real pipeline: planned without the truth, scored by it."""

from copilot.regret import evaluate_regret


def test_planning_beats_its_peers_in_a_market_that_tires():
    found = evaluate_regret([1], n_products=150)
    assert found["n_seeds"] == 1
    assert set(found["by_seed"]["1"]) == {
        "ours",
        "cautious",
        "trend_only",
        "each_alone",
        "myopic",
        "greedy",
        "even",
    }
    assert all(0 <= regret < 1 for regret in found["by_seed"]["1"].values())
    assert found["ours"] < min(found["myopic"], found["greedy"], found["even"])


def test_without_seeds_nothing_is_claimed():
    assert evaluate_regret([]) == {"n_seeds": 0}
