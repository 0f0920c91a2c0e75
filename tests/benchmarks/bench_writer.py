"""How fast the on-board writer converts, loads and writes.

Run: `python tests/benchmarks/bench_writer.py CACHE_FOLDER`; it prints one JSON object. Close other programs first: two
busy cores are enough to slow the writer tenfold.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

from copilot import writer_eight_bit
from copilot.generators import Prompt
from copilot.writer_adapter import shipped_adapter
from copilot.writer_cache import converted_smollm2, discard
from copilot.writer_speed import measure_speed
from copilot.writer_transformers import N_GUESSED, Dtype, TransformersGenerator, load_writer

SHEET_TOKENS = 500
N_TOKENS = 96
SYSTEM = "You explain a shop's launch plan. Use only the facts. Cite each as [F1]."
FACT = (
    '[F{n}] "Lemon Biscuits {n} Oz" is planned for 2017-W{week} and should sell {units} units in its first four weeks.'
)


@dataclass(frozen=True)
class Runtime:
    """A way to run the writer: its arithmetic, that of its steps and prompt, and how many tokens it guesses a step."""

    dtype: Dtype
    n_guessed: int = N_GUESSED
    eight_bit: bool = False
    half_prompt: bool = True  # where the processor multiplies bfloat16

    @property
    def name(self) -> str:
        steps = "_eight_bit_steps" if self.eight_bit else ""
        return f"{self.dtype}{steps}{'' if self.half_prompt else '_whole_prompt'}_guessing_{self.n_guessed}"


RUNTIMES = (
    Runtime("float32", n_guessed=0),
    Runtime("float32"),
    Runtime("bfloat16", n_guessed=0),
    Runtime("float32", n_guessed=0, eight_bit=True),
    Runtime("float32", eight_bit=True, half_prompt=False),
    Runtime("float32", eight_bit=True),
)


def run(cache_dir: Path, runtimes: tuple[Runtime, ...] = RUNTIMES) -> dict[str, Any]:
    """Convert the writer anew into `cache_dir`, then load and run it, and return the figures.

    Returns:
        {"conversion_s", "warm_load_s", "prompt_tokens", "threads", runtime: {"load_s", "first_token_s", "tokens_per_s",
        "cpu_s", "cancel_s"}}; wall seconds, but for `cpu_s`, of all threads for one reply. `warm_load_s` is what a
        start with a filled cache waits, once the libraries are imported; `first_token_s` is until the first word
        arrives, the reading of the sheet included.
    """
    discard(cache_dir)
    started_s = time.monotonic()
    folder = converted_smollm2(cache_dir)
    conversion_s = time.monotonic() - started_s
    writer = load_writer(folder)  # imports torch and transformers, which the text encoder shares
    prompt = sheet_prompt(writer.tokenizer)
    by_runtime = {runtime.name: _measure(cache_dir, prompt, runtime) for runtime in runtimes}
    return {
        "conversion_s": round(conversion_s, 1),
        "warm_load_s": by_runtime[runtimes[-1].name]["load_s"],
        "prompt_tokens": len(writer.tokenizer.apply_chat_template(prompt.turns, tokenize=True)["input_ids"]),
        "threads": _threads(),
        **by_runtime,
    }


def sheet_prompt(tokenizer: Any, sheet_tokens: int = SHEET_TOKENS) -> Prompt:
    """Return a question with as many facts as come nearest to `sheet_tokens` tokens."""
    lines = ["What is planned?"]
    while len(tokenizer("\n".join(lines))["input_ids"]) < sheet_tokens:
        n = len(lines)
        lines.append(FACT.format(n=n, week=41 + n % 12, units=7 * n + 3))
    return Prompt(SYSTEM, "\n".join(lines), max_new_tokens=N_TOKENS)


def _measure(cache_dir: Path, prompt: Prompt, runtime: Runtime) -> dict[str, float | None]:
    generator = TransformersGenerator(
        cache=cache_dir,
        adapter=shipped_adapter(),
        dtype=runtime.dtype,
        threads=_threads(),
        n_guessed=runtime.n_guessed,
        eight_bit=runtime.eight_bit,
    )
    started_s = time.monotonic()
    with nullcontext() if runtime.half_prompt else patch.object(writer_eight_bit, "rounds", lambda device: False):
        generator.prepare()
    load_s = time.monotonic() - started_s
    list(generator.stream(Prompt(prompt.system, "Hello", max_new_tokens=4)))  # the first pass allocates
    figures = measure_speed(generator, prompt, generator.count_tokens)
    return {"load_s": round(load_s, 2), **figures, "cancel_s": round(_cancel_s(generator, prompt), 3)}


def _cancel_s(generator: TransformersGenerator, prompt: Prompt) -> float:
    """Return the time from a cancel in mid-reply until the model is free again."""
    cancel = threading.Event()
    stream = generator.stream(prompt, cancel=cancel)
    next(stream)
    started_s = time.monotonic()
    cancel.set()
    for _ in stream:
        pass
    generator.prepare()  # waits for the worker
    return time.monotonic() - started_s


def _threads() -> int:
    return int(os.environ.get("OMP_NUM_THREADS", os.cpu_count() or 1))


if __name__ == "__main__":
    print(json.dumps(run(Path(sys.argv[1])), indent=1))
