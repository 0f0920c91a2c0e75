"""Held-out products: nothing about them is learned from, so that what is measured on them is new to the writer."""

from __future__ import annotations

import hashlib

HELD_OUT_SHARE = 0.12  # of all products
SEED = 7  # of the shipped adapter


def is_held_out(product_id: str, seed: int = SEED) -> bool:
    """Say whether nothing may be learned from a product: decided by a seeded hash of its id."""
    digest = hashlib.sha256(f"{seed}:{product_id}".encode()).digest()
    return int.from_bytes(digest[:8], "big") < HELD_OUT_SHARE * 2**64
