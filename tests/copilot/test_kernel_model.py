"""The classifier of intents and goods: shares by nearness, in closed form."""

from __future__ import annotations

import numpy as np
import pytest

from copilot.goods_sense import GoodsSense
from copilot.kernel_model import KernelModel
from copilot.phrases import load_phrases
from retrieval.encoder import HashingEncoder


def test_shares_follow_the_nearest_examples_and_add_up():
    examples = np.array([[1.0, 0.0], [0.9, 0.1], [0.0, 1.0], [0.1, 0.9]])
    model = KernelModel(examples, ["a", "a", "b", "b"])
    shares = model.shares(np.array([[1.0, 0.1], [0.1, 1.0], [0.5, 0.5]]))
    assert model.names == ("a", "b")
    assert shares[[0, 1], [0, 1]].min() > 0.8
    assert shares[2, 0] == pytest.approx(0.5, abs=1e-3)
    assert shares.sum(axis=1) == pytest.approx(np.ones(3))


def test_goods_are_told_from_words_of_the_list():
    sense = GoodsSense(HashingEncoder(), load_phrases("en"))
    goods, word = sense.share("maple syrup"), sense.share("timestamp")
    assert goods is not None
    assert word is not None
    assert goods > 0.5 > word
