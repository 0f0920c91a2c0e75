"""Intents as the on-board encoder was taught to tell them: an adapter of its layers and a linear head.

    shares = softmax(W [s e; s f] + b)    e: the taught encoder's embedding, f: spelling, entities and cues of a message
    W_layer' = W_layer + alpha / rank * B A   for each linear layer of the encoder (LoRA: Hu et al. 2021)

`python -m copilot.teaching.reading` taught it with the examples of `prompts/`. Any other encoder does without.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from copilot.errors import GeneratorError
from retrieval.encoder import ON_BOARD_ENCODER
from retrieval.weights import MINILM, minilm_folder

if TYPE_CHECKING:
    from retrieval.encoder import TextEncoder

TAUGHT_FILE = Path(__file__).parent / "teaching" / "adapter" / "intents.safetensors"
SCALE = 4.0  # s: the head learns at the encoder's pace
LONGEST = 64  # tokens that are read of a message
HEAD, BIAS = "head.weight", "head.bias"
_A, _B = ".lora_A", ".lora_B"


@dataclass(frozen=True)
class TaughtIntents:
    """Shares of the intents for a message, as an encoder with an adapter and a head tell them.

    Attributes:
        names: the intents, in the order of the head's rows.
    """

    names: tuple[str, ...]
    _tokenizer: Any
    _encoder: Any
    _head: Any
    _reading: threading.Lock

    def shares(self, texts: Sequence[str], features: np.ndarray) -> np.ndarray:
        """Return (n_texts, n_intents): how likely each intent is.

        Args:
            texts: the messages, entities masked.
            features: (n_texts, n_features), of the spelling, the entities and the cues.
        """
        import torch

        with self._reading, torch.inference_mode():  # a tokenizer serves one thread at a time
            read = read_by(self._encoder, self._tokenizer(list(texts), **tokenizing(), return_tensors="pt"))
            found = torch.softmax(self._head(joined(read, torch.as_tensor(features, dtype=torch.float32))), dim=-1)
        return found.numpy()


def tokenizing() -> dict[str, Any]:
    """Return how texts are cut into tokens, in teaching and in reading alike."""
    return {"padding": True, "truncation": True, "max_length": LONGEST}


def read_by(encoder: Any, tokens: Mapping[str, Any]) -> Any:
    """Return (n_texts, dimension) torch float32: the mean over the tokens, of length 1."""
    import torch

    states = encoder(input_ids=tokens["input_ids"], attention_mask=tokens["attention_mask"]).last_hidden_state
    counts = tokens["attention_mask"][..., None].to(states.dtype)
    return torch.nn.functional.normalize((states * counts).sum(1) / counts.sum(1), dim=-1)


def joined(read: Any, features: Any) -> Any:
    """Return what the head sees, (n_texts, dimension + n_features)."""
    import torch

    return SCALE * torch.cat([read, features], dim=-1)


def taught_for(encoder: TextEncoder, lang: str) -> TaughtIntents | None:
    """Return what the encoder was taught about a language's messages, or None when it was taught nothing.

    Raises:
        GeneratorError: the file is damaged.
        WeightsError: the encoder's weights are absent or changed.
    """
    return load(TAUGHT_FILE) if encoder.name == ON_BOARD_ENCODER and lang == "en" and TAUGHT_FILE.is_file() else None


@lru_cache(maxsize=1)
def load(path: Path) -> TaughtIntents:
    """Return what a file taught the on-board encoder. Raises GeneratorError, WeightsError."""
    import torch
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="pt") as file:
            said: Mapping[str, str] = file.metadata() or {}
            tensors = {key: file.get_tensor(key).float() for key in file.keys()}  # noqa: SIM118 (no mapping)
        names, scale = tuple(json.loads(said["names"])), float(said["alpha"]) / float(said["rank"])
        if said["base_sha256"] != MINILM.sha256:
            raise ValueError("it belongs to another encoder")
        tokenizer, encoder = base_encoder()
        _merge(encoder, tensors, scale)
        head = torch.nn.Linear(tensors[HEAD].shape[1], len(names))
        head.load_state_dict({"weight": tensors[HEAD], "bias": tensors[BIAS]})
    except (OSError, SafetensorError, KeyError, ValueError, RuntimeError, AttributeError) as error:
        raise GeneratorError(
            f"What reads questions, {path}, is damaged or does not fit ({error!r}). Install launch-copilot again, or "
            "make it anew with `make train-reader`."
        ) from error
    return TaughtIntents(names, tokenizer, encoder, head.eval(), threading.Lock())


def base_encoder() -> tuple[Any, Any]:
    """Return the tokenizer and the plain on-board encoder, for reading. Raises WeightsError."""
    from transformers import AutoModel, AutoTokenizer

    folder = minilm_folder()
    tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
    return tokenizer, AutoModel.from_pretrained(folder, local_files_only=True).eval()


def _merge(encoder: Any, tensors: Mapping[str, Any], scale: float) -> None:
    import torch

    with torch.no_grad():
        for key in sorted(key for key in tensors if key.endswith(_A)):
            layer = key.removesuffix(_A)
            encoder.get_submodule(layer).weight += scale * tensors[f"{layer}{_B}"] @ tensors[key]
