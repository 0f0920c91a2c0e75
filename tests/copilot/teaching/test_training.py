"""Training with a tiny random model: it learns, it goes on where it was stopped, and its adapter merges to the same."""

from __future__ import annotations

import copy
from dataclasses import replace

import pytest
import torch
from transformers import LlamaConfig, LlamaForCausalLM

from copilot.errors import GeneratorError
from copilot.teaching.batches import Tokens, batches
from copilot.teaching.training import CHECKPOINT, TaughtSettings, answer_loss, learning_rate, save_adapter, train
from copilot.writer_adapter import _changes, read_adapter

pytest.importorskip("peft")

SETTINGS = TaughtSettings(rank=4, alpha=8, n_steps=30, batch=2, learning_rate=2e-2, check_every=10, seed=3)
LESSONS = [Tokens((5, 6, 7, n, 9, n, 1), 4) for n in range(10, 22)]  # say the fourth token again, then end


@pytest.fixture
def model() -> LlamaForCausalLM:
    torch.manual_seed(1)
    config = LlamaConfig(
        vocab_size=32,
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=2,
        initializer_range=0.3,
    )
    return LlamaForCausalLM(config)


def test_it_learns_and_its_adapter_merges_to_the_same_model(model, tmp_path):
    plain = copy.deepcopy(model.state_dict())
    taught, curve = train(model, LESSONS, LESSONS[:2], tmp_path, SETTINGS)
    assert [step for step, _ in curve.steps] == list(range(1, 31))
    assert [step for step, _ in curve.held_out] == [10, 20, 30]
    assert curve.steps[-1][1] < 0.5 * curve.steps[0][1]
    adapter = read_adapter(save_adapter(taught, tmp_path, SETTINGS, "Tell."))
    assert (adapter.rules, adapter.scale) == ("Tell.", 2.0)
    merged = taught.merge_and_unload().state_dict()
    changes = dict(_changes(adapter))
    assert len(changes) == 14  # seven linear layers in each of two blocks
    for name, change in changes.items():
        assert torch.allclose(plain[name] + change, merged[name], atol=2e-2)  # the file holds bfloat16


def test_a_stopped_run_goes_on_to_the_same_end(model, tmp_path):
    def stop_at_twelve(stage: str, fraction: float | None = None, note: str = "") -> None:
        if note.startswith("step 12 "):
            raise KeyboardInterrupt

    whole, _ = train(copy.deepcopy(model), LESSONS, [], tmp_path / "whole", SETTINGS)
    with pytest.raises(KeyboardInterrupt):
        train(copy.deepcopy(model), LESSONS, [], tmp_path / "parts", SETTINGS, stop_at_twelve)
    assert (tmp_path / "parts" / CHECKPOINT).is_file()
    parts, curve = train(copy.deepcopy(model), LESSONS, [], tmp_path / "parts", SETTINGS)
    assert [step for step, _ in curve.steps] == list(range(1, 31))
    for name, weight in whole.state_dict().items():
        assert torch.allclose(weight, parts.state_dict()[name], atol=1e-6), name


def test_an_adapter_is_taught_further_from_where_it_was(model, tmp_path):
    first, curve = train(copy.deepcopy(model), LESSONS, LESSONS[:2], tmp_path / "first", SETTINGS)
    adapter = save_adapter(first, tmp_path, SETTINGS, "Tell.")
    further = replace(SETTINGS, begun_from=read_adapter(adapter).sha256)
    _, longer = train(copy.deepcopy(model), LESSONS, LESSONS[:2], tmp_path / "first", further, begun_from=adapter)
    assert [step for step, _ in longer.steps] == list(range(1, 31))  # not taken for the run that was ended
    assert longer.steps[0][1] < 0.5 * curve.steps[0][1]


def test_an_adapter_of_another_rank_is_not_taught_further(model, tmp_path):
    first, _ = train(copy.deepcopy(model), LESSONS, [], tmp_path, replace(SETTINGS, n_steps=2))
    adapter = save_adapter(first, tmp_path, SETTINGS, "Tell.")
    with pytest.raises(GeneratorError, match="another rank"):
        train(model, LESSONS, [], tmp_path / "wider", replace(SETTINGS, rank=8), begun_from=adapter)


def test_a_checkpoint_of_another_run_is_not_used(model, tmp_path):
    train(copy.deepcopy(model), LESSONS, [], tmp_path, SETTINGS)
    _, curve = train(copy.deepcopy(model), LESSONS, [], tmp_path, replace(SETTINGS, n_steps=2))
    assert [step for step, _ in curve.steps] == [1, 2]


def test_only_the_answers_tokens_count_with_and_without_padding(model):
    from peft import LoraConfig, get_peft_model

    taught = get_peft_model(model, LoraConfig(r=2, target_modules="all-linear"))
    pair = [LESSONS[0], Tokens((5, 6, 9, 3, 1), 3)]
    together, n = answer_loss(taught, pair, "cpu")
    apart = [answer_loss(taught, [one], "cpu") for one in pair]
    assert n == sum(count for _, count in apart) == 5
    assert float(together.detach()) == pytest.approx(sum(float(loss.detach()) for loss, _ in apart), rel=1e-4)


def test_each_lesson_comes_once_before_any_comes_again():
    drawn = list(batches(LESSONS, SETTINGS.n_steps, SETTINGS.batch, SETTINGS.seed))
    assert len(drawn) == SETTINGS.n_steps
    first = [lesson for batch in drawn[:6] for lesson in batch]
    assert sorted(first, key=lambda one: one.ids) == LESSONS


def test_the_learning_rate_rises_and_falls():
    settings = replace(SETTINGS, n_steps=100, warm_up=0.1)
    rates = [learning_rate(step, settings) for step in range(1, 101)]
    assert rates[9] == max(rates) == settings.learning_rate
    assert rates[-1] == pytest.approx(0.05 * settings.learning_rate)
