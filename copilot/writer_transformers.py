"""The local writer: a causal language model run by transformers, by default the on-board SmolLM2-135M-Instruct."""

from __future__ import annotations

import copy
import logging
import re
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from copilot.errors import GeneratorError
from copilot.generators import Prompt
from copilot.writer_adapter import discard_taught, read_adapter, taught_smollm2
from copilot.writer_cache import converted_smollm2, discard
from copilot.writer_loading import MAX_PROMPT_TOKENS, Dtype, LoadedWriter, load_writer
from copilot.writer_prompt import fit_prompt, render_chat, without_control_tokens
from copilot.writer_relay import Put, Stopped, relay

if TYPE_CHECKING:
    from transformers import GenerationConfig

__all__ = ["LoadedWriter", "TransformersGenerator", "load_writer"]

_log = logging.getLogger(__name__)

ONBOARD_NAME = "SmolLM2-135M-Instruct"
TAUGHT_NAME = f"{ONBOARD_NAME} + launch-copilot adapter"
N_GUESSED = 12  # a longer guess costs more when it is wrong than it saves
_CAN_GUESS = frozenset({"llama", "mistral", "qwen2", "qwen3", "smollm3"})  # whose whole cache can be cropped
_HUB_ID = re.compile(r"[\w.-]+(/[\w.-]+)?")


class TransformersGenerator:
    """Writes with a local model, one reply at a time; further requests wait in order.

    Args:
        source: id or folder of a Hugging Face causal LM; the on-board SmolLM2 when None. The hub is asked only when an
            id is named. Weights must be safetensors, and no code that comes with a model is run.
        cache: folder for converted weights.
        adapter: what the on-board writer was taught; without one, or when it cannot be used, the plain model writes.
        threads: CPU threads for the whole process's torch; torch's own choice when None.
        temperature: 0 always takes the likeliest token; above, tokens are drawn with the prompt's seed. A prompt that
            names its own goes before it.
        dtype: float32 reads a prompt twice as fast as bfloat16 on CPUs without bfloat16 arithmetic.
        max_prompt_tokens: a longer prompt is shortened as `fit_prompt` says.
        n_guessed: tokens that are guessed a step, by copying what followed the last few where they stood before; the
            model reads the guess in one step and keeps what it would have written itself. Only for greedy writing.
        eight_bit: whether the on-board writer, in float32, writes with eight-bit weights, see `writer_eight_bit`.
    """

    def __init__(
        self,
        source: str | Path | None = None,
        *,
        cache: Path,
        adapter: Path | None = None,
        threads: int | None = None,
        temperature: float = 0.0,
        dtype: Dtype = "float32",
        max_prompt_tokens: int = MAX_PROMPT_TOKENS,
        n_guessed: int = N_GUESSED,
        eight_bit: bool = True,
    ) -> None:
        self._source = source
        self._cache = cache
        self._adapter = adapter
        self._adapter_failure = ""
        self._threads = threads
        self._temperature = temperature
        self._dtype: Dtype = dtype
        self._max_prompt_tokens = max_prompt_tokens
        self._n_guessed = n_guessed
        self._eight_bit = eight_bit
        self._loaded: LoadedWriter | None = None
        # One worker: the model is loaded and used by one thread, and waiting replies keep their order.
        self._turns = ThreadPoolExecutor(max_workers=1, thread_name_prefix="writer")

    replies_at_once = 1  # the model is one, and the cores are few

    @property
    def name(self) -> str:
        """The model's id, or its folder's name; the on-board one says whether it writes with its adapter."""
        if self._source is None:
            told = f"{ONBOARD_NAME} without its adapter" if self._adapter_failure else ONBOARD_NAME
            return TAUGHT_NAME if self._adapter is not None and not self._adapter_failure else told
        folder = Path(self._source).expanduser()
        return folder.name if folder.is_dir() else str(self._source)

    def prepare(self) -> None:
        """Load the model, converting the on-board one first when that was never done (20 s, once).

        Raises:
            GeneratorError: the weights are absent, wrong or of a kind that cannot be used.
        """
        self._turns.submit(self._load).result()

    def stream(self, prompt: Prompt, *, cancel: threading.Event | None = None) -> Iterator[str]:
        """Yield the reply in words as they are written.

        Raises:
            GeneratorError: the model cannot be loaded, ran out of memory, or the system prompt exceeds its context.
        """
        return relay(partial(self._write, prompt), self._turns, cancel=cancel)

    def count_tokens(self, text: str) -> int:
        """Return how many tokens of this model a text has. Raises GeneratorError when the model cannot be loaded."""
        writer = self._turns.submit(self._load).result()
        return len(writer.tokenizer(text, add_special_tokens=False)["input_ids"])

    def _load(self) -> LoadedWriter:
        """Load at the first use; a failure is tried again at the next."""
        if self._loaded is None:
            try:
                self._loaded = (
                    self._quickened(self._load_onboard())
                    if self._source is None
                    else self._load_named(str(self._source))
                )
            except OSError as error:
                _log.warning("the writer %s cannot be loaded: %s", self.name, error)
                raise GeneratorError.of("writer_files", name=self.name) from error
            _log.info("The writer %s is loaded.", self.name)
        return self._loaded

    @property
    def adapter_failure(self) -> str:
        """Why the on-board writer writes without its adapter; empty while it has none or uses it."""
        return self._adapter_failure

    def _load_onboard(self) -> LoadedWriter:
        if self._adapter is not None and not self._adapter_failure:
            try:
                return self._load_taught(self._adapter)
            except GeneratorError as error:
                self._adapter_failure = str(error)
                _log.warning("The plain on-board writer writes, as its adapter cannot be used: %s", error)
        return self._load_made(partial(converted_smollm2, self._cache), discard)

    def _load_taught(self, path: Path) -> LoadedWriter:
        adapter = read_adapter(path)
        loaded = self._load_made(partial(taught_smollm2, self._cache, adapter), discard_taught)
        return replace(loaded, rules=adapter.rules)

    def _load_made(self, make: Callable[[], Path], remove: Callable[[Path], None]) -> LoadedWriter:
        """Load weights from the folder that `make` returns; one that cannot be read is removed and made anew."""
        folder = make()
        try:
            return load_writer(folder, dtype=self._dtype, threads=self._threads)
        except GeneratorError as error:
            _log.warning("The converted writer could not be read and is made anew: %s", error)
            remove(self._cache)
            return load_writer(make(), dtype=self._dtype, threads=self._threads)

    def _quickened(self, writer: LoadedWriter) -> LoadedWriter:
        from copilot.writer_eight_bit import write_in_eight_bits  # imports torch

        if self._eight_bit and self._dtype == "float32":
            write_in_eight_bits(writer.model)
        return writer

    def _load_named(self, source: str) -> LoadedWriter:
        folder = Path(source).expanduser()
        if folder.is_dir():
            return load_writer(folder, dtype=self._dtype, threads=self._threads)
        if not _HUB_ID.fullmatch(source):
            raise GeneratorError(
                f"There is no folder {source} with a writer, and it is no Hugging Face id (such as Qwen/Qwen3-0.6B)."
            )
        return load_writer(source, dtype=self._dtype, threads=self._threads, hub=True)

    def _write(self, prompt: Prompt, put: Put, stopped: Stopped) -> None:
        """Write one reply; runs on the worker."""
        if stopped():
            return
        writer = self._load()
        if writer.rules:
            prompt = replace(prompt, system=writer.rules, examples=())
        inputs = self._inputs(writer, prompt)
        try:
            _generate(writer, inputs, self._config(writer, prompt), prompt.seed, put, stopped)
        except (RuntimeError, ValueError, IndexError, MemoryError) as error:
            _log.warning("the writer %s failed while writing: %s: %s", self.name, type(error).__name__, error)
            short = isinstance(error, MemoryError) or "not enough memory" in str(error)  # as torch says it
            raise GeneratorError.of("writer_memory" if short else "writer_broke", name=self.name) from error

    def _inputs(self, writer: LoadedWriter, prompt: Prompt) -> Any:
        """Return the prompt's tokens, shortened to what fits."""
        clean = without_control_tokens(prompt, writer.control_tokens)
        limit = min(self._max_prompt_tokens, writer.context - prompt.max_new_tokens)

        def n_tokens(candidate: Prompt) -> int:
            return _tokens(writer, candidate)["input_ids"].shape[1]

        return _tokens(writer, fit_prompt(clean, limit, n_tokens))

    def _config(self, writer: LoadedWriter, prompt: Prompt) -> GenerationConfig:
        """Return the model's own generation settings under ours: length, and greedy or seeded sampling."""
        config = copy.deepcopy(writer.model.generation_config)
        temperature = self._temperature if prompt.temperature is None else prompt.temperature
        sampled = temperature > 0
        config.update(max_new_tokens=prompt.max_new_tokens, max_length=None, do_sample=sampled, num_beams=1)
        config.update(temperature=temperature if sampled else None, top_p=None, top_k=None, min_p=None)
        if self._n_guessed and not sampled and writer.model.config.model_type in _CAN_GUESS:
            config.prompt_lookup_num_tokens = self._n_guessed
        if config.pad_token_id is None:
            config.pad_token_id = writer.tokenizer.pad_token_id or writer.tokenizer.eos_token_id
        return config


def _tokens(writer: LoadedWriter, prompt: Prompt) -> Any:
    """Return a prompt's tokens in the model's chat format."""
    text = render_chat(prompt, writer.tokenizer)
    # A chat template writes the model's own opening token; the plain format has none.
    return writer.tokenizer(text, return_tensors="pt", add_special_tokens=not writer.tokenizer.chat_template)


def _generate(
    writer: LoadedWriter, inputs: Any, config: GenerationConfig, seed: int, put: Put, stopped: Stopped
) -> None:
    """Run the model's decode loop, which looks at `stopped` after each step."""
    import torch
    from transformers import StoppingCriteriaList

    def told_to_stop(input_ids: torch.Tensor, scores: torch.Tensor, **_: object) -> torch.Tensor:
        return torch.full((len(input_ids),), stopped(), dtype=torch.bool)

    # The sampler draws from torch's global state: seed a fork of it and give the rest of the process its own back.
    with torch.inference_mode(), torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        writer.model.generate(
            **inputs,
            generation_config=config,
            streamer=_streamer(writer, put),
            stopping_criteria=StoppingCriteriaList([told_to_stop]),  # type: ignore[list-item]
        )


def _streamer(writer: LoadedWriter, put: Put) -> Any:
    """Return a streamer that hands on each finished word instead of printing it."""
    from transformers import TextStreamer

    class Relayed(TextStreamer):
        def on_finalized_text(self, text: str, stream_end: bool = False) -> None:
            if text:
                put(text)

    return Relayed(writer.tokenizer, skip_prompt=True, skip_special_tokens=True, clean_up_tokenization_spaces=False)
