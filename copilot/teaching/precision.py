"""Precision: bfloat16 for what is multiplied in training, where the machine itself multiplies it."""

from __future__ import annotations

from typing import Any


def rounds(device: str) -> bool:
    """Say whether training on a device multiplies in bfloat16.

    A processor that has it trains 2.4 times as fast as in float32; one that has not is slower with it.
    """
    import torch

    has = getattr(torch.cpu, "get_capabilities", dict)()
    return device == "cuda" or bool(has.get("avx512_bf16") or has.get("amx_bf16"))


def rounding(device: str) -> Any:
    """Return the context in which a device computes a loss."""
    import torch

    return torch.autocast(device, dtype=torch.bfloat16, enabled=rounds(device))
