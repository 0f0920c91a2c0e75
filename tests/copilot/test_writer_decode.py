"""The decode loop: the model's own greedy text, whatever is guessed or kept, on a tiny random model."""

from __future__ import annotations

import pytest
import torch
from transformers import LlamaConfig, LlamaForCausalLM

from copilot.writer_decode import GreedyDecoder, draft_tokens, n_common

PROMPT = [1, 2, 3, 4, 5, 6, 7, 2, 3, 4, 9, 2, 3]
N_SHARED = 4
NO_END: frozenset[int] = frozenset()


@pytest.fixture(scope="module")
def model() -> LlamaForCausalLM:
    torch.manual_seed(5)
    config = LlamaConfig(
        vocab_size=24,
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=2,
        max_position_embeddings=256,
        bos_token_id=0,
        eos_token_id=None,
        initializer_range=0.3,
    )
    return LlamaForCausalLM(config).eval()


def steps(decoder: GreedyDecoder, prompt=PROMPT, n_shared=N_SHARED, limit=60, ends=NO_END, stopped=lambda: False):
    with torch.inference_mode():
        return list(decoder.write(prompt, n_shared, limit, ends, stopped))


def written(decoder: GreedyDecoder, **options) -> list[int]:
    return [token for step in steps(decoder, **options) for token in step]


def test_it_writes_what_generate_writes_in_fewer_steps(model):
    expected = model.generate(torch.tensor([PROMPT]), max_new_tokens=60, do_sample=False)[0, len(PROMPT) :].tolist()
    decoder = GreedyDecoder(model)
    assert written(decoder) == expected
    assert written(GreedyDecoder(model, n_draft=0)) == expected
    assert len(steps(decoder)) < len(steps(GreedyDecoder(model, n_draft=0))) == 60


def test_the_kept_part_of_a_prompt_changes_no_text(model):
    used, other = GreedyDecoder(model), [*PROMPT[:N_SHARED], 11, 12, 13, 14]
    first = written(used)
    for prompt in (other, PROMPT, [8, *PROMPT], PROMPT):
        assert written(used, prompt=prompt) == written(GreedyDecoder(model), prompt=prompt)
    assert written(used) == first


def test_the_shared_part_is_read_once(model):
    read = []
    hook = model.register_forward_pre_hook(
        lambda _module, _args, kwargs: read.append(kwargs["input_ids"].shape[1]), with_kwargs=True
    )
    decoder = GreedyDecoder(model)
    for _ in range(2):
        steps(decoder, limit=1)
    hook.remove()
    assert read == [N_SHARED, len(PROMPT) - N_SHARED, len(PROMPT) - N_SHARED]


@pytest.mark.parametrize("n_draft", [0, 4])
@pytest.mark.parametrize("n_shared", [0, N_SHARED])
def test_it_stops_at_the_end_token_and_at_the_limit(model, n_draft, n_shared):
    decoder = GreedyDecoder(model, n_draft)
    whole = written(decoder, n_shared=n_shared)
    end = whole[20]
    assert written(decoder, n_shared=n_shared, ends=frozenset([end])) == whole[: whole.index(end)]
    for limit in (1, 7, 8):
        assert written(decoder, n_shared=n_shared, limit=limit) == whole[:limit]


def test_it_stops_when_told(model):
    assert steps(GreedyDecoder(model), stopped=lambda: True) == []
    looks = iter([False, False, False, True])
    assert len(steps(GreedyDecoder(model), stopped=lambda: next(looks))) == 2


@pytest.mark.parametrize(
    ("known", "guess"),
    [
        ([5, 6, 7, 8, 9, 5, 6], [7, 8]),
        ([1, 2, 3, 4, 9, 2, 3, 5, 1, 2, 3], [4, 9]),  # three tokens tell more than two
        ([1, 2, 4, 1, 2, 5, 1, 2], [5, 1]),  # the latest occurrence
        ([1, 2, 3], []),
        ([], []),
    ],
)
def test_a_guess_is_what_followed_before(known, guess):
    assert draft_tokens(known, 2) == guess


def test_n_common():
    assert n_common([1, 2, 3], [1, 2, 4, 5]) == 2
    assert n_common([], [1]) == 0
