"""Eight-bit steps: a writer that reads its prompt in full or half precision and writes with weights of eight bits.

A step of a few tokens waits for the weights to come from memory, so weights of a quarter of the size make it faster.
The prompt's first tokens have activations hundreds of times those of the rest, and one scale for all of them would
round the rest away; so many rows at once are multiplied in bfloat16 where the processor does that by itself, otherwise
in float32, and only the few of a step share an eight-bit scale. What stands between the layers is float32 throughout.
"""

from __future__ import annotations

import copy
import logging
import warnings
from typing import Any

import torch
from torch import nn

from copilot.precision import rounds

_log = logging.getLogger(__name__)

MOST_ROWS = 16  # tokens of a step; more are a prompt
_MOST_ERROR = 0.05  # of a layer's output, relative to its size, before this processor's arithmetic is distrusted
_LEVELS = 127  # of a signed eight-bit weight


class StepLinear(nn.Module):
    """A linear layer with two sets of its weights: one for many rows, and eight bits for the few of a step.

    Args:
        linear: the layer, whose weights are shared while they stay in float32.
        half: whether many rows are multiplied in bfloat16.
    """

    def __init__(self, linear: nn.Linear, *, half: bool = False) -> None:
        super().__init__()
        self.linear = copy.deepcopy(linear).bfloat16() if half else linear
        weight = linear.weight.detach()  # (n_out, n_in)
        scales = (weight.abs().amax(dim=1) / _LEVELS).clamp_min(1e-12)
        zeros = torch.zeros(len(weight), dtype=torch.int64)
        with warnings.catch_warnings():
            # They are to leave torch some day; `write_in_eight_bits` then keeps float32 and says so.
            warnings.filterwarnings("ignore", message=r".*quantized tensor creation functions.* deprecated")
            rounded = torch.quantize_per_channel(weight, scales.double(), zeros, axis=0, dtype=torch.qint8)
        self._packed: Any = torch.ops.quantized.linear_prepack(rounded, linear.bias)

    def forward(self, rows: torch.Tensor) -> torch.Tensor:
        """Return (..., n_out) of (..., n_in) rows."""
        if rows.numel() > MOST_ROWS * rows.shape[-1]:
            return self.linear(rows.to(self.linear.weight.dtype)).to(rows.dtype)
        return torch.ops.quantized.linear_dynamic(rows, self._packed)

    @property
    def weight(self) -> torch.Tensor:
        """The weights for many rows: models ask their layers for a data type."""
        return self.linear.weight


def write_in_eight_bits(model: nn.Module) -> bool:
    """Give a float32 model on the CPU eight-bit weights for its steps; say whether it has them now.

    Its prompts are read in bfloat16 where the processor multiplies that.

    Where this build of torch or this processor lacks the arithmetic, or gets a layer wrong, the model stays as it is.
    """
    layers = {name: layer for name, layer in model.named_modules() if isinstance(layer, nn.Linear)}
    try:
        with torch.inference_mode():
            made = {name: StepLinear(layer, half=rounds("cpu")) for name, layer in layers.items()}
            one_of_each = {layer.weight.shape: name for name, layer in layers.items()}
            sound = all(_is_sound(made[name], layers[name]) for name in one_of_each.values())
    except (RuntimeError, AttributeError, NotImplementedError) as error:
        _log.info("The writer stays in float32, as torch lacks eight-bit layers here: %s", error)
        return False
    if not sound:
        _log.info("The writer stays in float32, as this processor's eight-bit layers differ too much.")
        return False
    for name, layer in made.items():
        parent, _, child = name.rpartition(".")
        setattr(model.get_submodule(parent), child, layer)
    return True


def _is_sound(made: StepLinear, exact: nn.Linear) -> bool:
    """Compare both sets of a layer's weights with its own on rows drawn with a fixed seed."""
    drawn = torch.randn(MOST_ROWS + 1, exact.in_features, generator=torch.Generator().manual_seed(0))
    return all(
        bool((made(rows) - exact(rows)).norm() <= _MOST_ERROR * exact(rows).norm()) for rows in (drawn[:2], drawn)
    )
