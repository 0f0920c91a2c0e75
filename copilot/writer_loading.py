"""Loading a local writer: a causal language model and its tokenizer, from a folder or, when named, from the hub."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from copilot.errors import GeneratorError
from retrieval.quiet import quiet_model_libraries

_log = logging.getLogger(__name__)

MAX_PROMPT_TOKENS = 2048  # 2 CPU cores read a few hundred tokens a second; more would keep an operator waiting

Dtype = Literal["float32", "bfloat16", "float16"]


@dataclass(frozen=True)
class LoadedWriter:
    """A model with its tokenizer, ready to write."""

    model: Any
    tokenizer: Any
    context: int  # tokens of prompt and reply together
    rules: str = ""  # the line that a taught writer reads in the place of a prompt's rules and examples

    @property
    def control_tokens(self) -> list[str]:
        """Texts that the tokenizer reads as something else than text, such as the marks between turns."""
        added = self.tokenizer.added_tokens_decoder.values()
        return [token.content for token in added if token.special]


def load_writer(
    source: str | Path, *, dtype: Dtype = "float32", threads: int | None = None, hub: bool = False
) -> LoadedWriter:
    """Load a causal language model and its tokenizer from a folder, or from the hub when `hub` says so.

    Raises:
        GeneratorError: they are absent, damaged, not a causal language model, or need code of their own.
    """
    quiet_model_libraries()
    import torch
    from safetensors import SafetensorError
    from transformers import AutoModelForCausalLM, AutoTokenizer

    if threads is not None:
        torch.set_num_threads(threads)
    try:
        tokenizer = AutoTokenizer.from_pretrained(source, local_files_only=not hub)
        model = AutoModelForCausalLM.from_pretrained(
            source,
            dtype=getattr(torch, dtype),
            local_files_only=not hub,
            use_safetensors=True,
        ).eval()
    except (OSError, ValueError, RuntimeError, KeyError, ImportError, SafetensorError) as error:
        _log.warning("the writer %s cannot be loaded: %s: %s", source, type(error).__name__, error)
        raise GeneratorError.of("writer_not_loaded", name=str(source)) from error
    context = getattr(model.config.get_text_config(), "max_position_embeddings", None) or MAX_PROMPT_TOKENS
    return LoadedWriter(model, tokenizer, context)
