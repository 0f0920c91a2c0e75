"""Eight-bit steps: close to float32 for a step, float32 or close to it for a prompt, and never forced."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from copilot import writer_eight_bit
from copilot.writer_eight_bit import MOST_ROWS, StepLinear, write_in_eight_bits


@pytest.fixture
def linear():
    torch.manual_seed(3)
    return nn.Linear(64, 48, bias=False)


def rows(n: int) -> torch.Tensor:
    return torch.randn(1, n, 64, generator=torch.Generator().manual_seed(n))


@pytest.mark.parametrize("n", [1, 5, MOST_ROWS])
def test_the_rows_of_a_step_are_close_to_float32(linear, n):
    with torch.inference_mode():
        exact, stepped = linear(rows(n)), StepLinear(linear)(rows(n))
    assert stepped.shape == exact.shape
    error = (stepped - exact).norm() / exact.norm()
    assert 0 < error < 0.03  # not equal: it was eight bits that computed


def test_a_prompt_is_read_in_float32(linear):
    with torch.inference_mode():
        assert torch.equal(StepLinear(linear)(rows(MOST_ROWS + 1)), linear(rows(MOST_ROWS + 1)))


def test_a_great_row_of_the_prompt_does_not_round_the_others_away(linear):
    prompt = rows(MOST_ROWS + 1)
    prompt[0, 0] *= 1000
    with torch.inference_mode():
        assert torch.equal(StepLinear(linear)(prompt)[0, 1:], linear(prompt)[0, 1:])


def test_a_prompt_may_be_multiplied_in_bfloat16(linear):
    prompt = rows(MOST_ROWS + 1)
    prompt[0, 0] *= 1000  # a great row takes nothing from the others' precision
    with torch.inference_mode():
        exact, read = linear(prompt), StepLinear(linear, half=True)(prompt)
    assert read.dtype == torch.float32
    errors = (read - exact).norm(dim=-1) / exact.norm(dim=-1)
    assert (errors > 0).all()  # it was bfloat16 that computed
    assert (errors < 0.01).all()


@pytest.mark.parametrize("multiplies", [True, False])
def test_a_prompt_is_read_in_what_the_processor_multiplies(monkeypatch, multiplies):
    monkeypatch.setattr(writer_eight_bit, "rounds", lambda device: multiplies)
    model = nn.Sequential(nn.Linear(64, 64))
    assert write_in_eight_bits(model)
    assert model[0].weight.dtype == (torch.bfloat16 if multiplies else torch.float32)


def test_a_bias_is_kept():
    layer = nn.Linear(64, 8)
    with torch.inference_mode():
        layer.bias.fill_(50.0)
        assert (StepLinear(layer)(rows(2)) > 40).all()


def test_every_linear_layer_of_a_model_is_given_its_steps():
    model = nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Sequential(nn.Linear(64, 8)))
    with torch.inference_mode():
        exact = model(rows(3))
        assert write_in_eight_bits(model)
        assert (model(rows(3)) - exact).norm() < 0.05 * exact.norm()
    assert sum(isinstance(layer, StepLinear) for layer in model.modules()) == 2


def test_a_model_stays_as_it_is_where_the_arithmetic_is_absent(monkeypatch, linear):
    model = nn.Sequential(linear)

    def absent(*_: object) -> None:
        raise NotImplementedError("Could not run 'quantized::linear_prepack'")

    monkeypatch.setattr(writer_eight_bit.torch.ops.quantized, "linear_prepack", absent)
    assert not write_in_eight_bits(model)
    assert model[0] is linear


def test_a_model_stays_as_it_is_where_the_arithmetic_is_wrong(monkeypatch, linear):
    model = nn.Sequential(linear)
    monkeypatch.setattr(writer_eight_bit, "_MOST_ERROR", 1e-6)
    assert not write_in_eight_bits(model)
    assert model[0] is linear
