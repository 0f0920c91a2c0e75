"""Greedy decoding for a writer that mostly copies: several tokens a step, and a prompt's fixed part read only once.

Answers repeat the names and numbers of their fact sheet. So what followed the last tokens where they occurred before is
a good guess of what follows now; the model reads the whole guess in one step and keeps what it would have written
itself (prompt lookup, a kind of speculative decoding: Leviathan et al. 2023). The text is the model's own, sooner.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Sequence
from itertools import takewhile
from typing import Any

N_DRAFT = 4  # five tokens a step cost twice as much as one in float32, nine three times
_PATTERNS = (3, 2)  # tokens that must have occurred before, longest first


class GreedyDecoder:
    """Writes with one model; not safe to share between threads.

    The keys and values of the prompt's shared part are kept for the next prompt that begins alike. That part is always
    read by itself, kept or not, so the text does not depend on what was asked before.

    Args:
        model: a causal language model of transformers whose whole cache can be cropped.
        n_draft: most tokens to guess a step; 0 writes one token a step.
    """

    def __init__(self, model: Any, n_draft: int = N_DRAFT) -> None:
        self._model = model
        self._n_draft = n_draft
        self._shared: tuple[tuple[int, ...], Any] = ((), None)

    def write(
        self,
        prompt: Sequence[int],
        n_shared: int,
        max_new_tokens: int,
        ends: frozenset[int],
        stopped: Callable[[], bool],
    ) -> Iterator[list[int]]:
        """Yield the reply's tokens, one or more at a time, until an end token (not yielded) or the limit.

        Args:
            prompt: its tokens; the first `n_shared` are the fixed part.
            ends: tokens that end a reply.
            stopped: looked at before each step.
        """
        if stopped():
            return
        cache = self._start(tuple(prompt[:n_shared]))
        known, draft = list(prompt), []
        unread = known[n_shared:]
        limit = len(prompt) + max_new_tokens
        while len(known) < limit and not stopped():
            predicted = self._step(cache, [*unread, *draft], len(draft) + 1)
            n_right = n_common(draft, predicted)
            if n_right < len(draft):
                cache.crop(n_right - len(draft))  # a negative length is what to take off the end
            right = predicted[: min(n_right + 1, limit - len(known))]
            fresh = list(takewhile(lambda token: token not in ends, right))
            if fresh:
                yield fresh
            if len(fresh) < len(right):
                return
            known += fresh
            unread, draft = known[-1:], draft_tokens(known, self._n_draft)

    def _start(self, shared: tuple[int, ...]) -> Any:
        """Return a cache that holds the shared part, to be written on."""
        from transformers import DynamicCache

        if not shared or self._shared[0] != shared:
            cache = DynamicCache(config=self._model.config)
            if shared:
                self._step(cache, list(shared), 1)
            self._shared = (shared, cache)
        return copy.deepcopy(self._shared[1])

    def _step(self, cache: Any, tokens: list[int], n_wanted: int) -> list[int]:
        """Read tokens into the cache and return the likeliest next token after each of the last `n_wanted`."""
        import torch

        inputs = torch.tensor([tokens])
        logits = self._model(input_ids=inputs, past_key_values=cache, use_cache=True, logits_to_keep=n_wanted).logits
        return logits[0, -n_wanted:].argmax(-1).tolist()


def draft_tokens(known: Sequence[int], n_draft: int) -> list[int]:
    """Guess the next tokens: those that followed the latest earlier occurrence of the last three, or two.

    Example: after 5 6 7 8 9 5 6, with n_draft 2, the guess is 7 8.
    """
    for size in _PATTERNS:
        pattern = known[-size:]
        for start in range(len(known) - size - 1, -1, -1):
            if known[start : start + size] == pattern:
                return list(known[start + size : start + size + n_draft])
    return []


def n_common(first: Sequence[int], second: Sequence[int]) -> int:
    """Return how many tokens two sequences begin with in common."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(first, second, strict=False)))
