"""How the writer's runtimes compare: milliseconds a step, the speed of whole replies, and eight bits against float32.

Run: `python tests/benchmarks/bench_runtimes.py CACHE_FOLDER [WORKSPACE]`; it prints one JSON object. The prompts are
questions about the workspace, or about a small simulated shop. torchao and openvino-genai are no dependencies: where
one is not installed its figures are null, and `left_out` says why. Close other programs first.
"""

from __future__ import annotations

import copy
import json
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from pathlib import Path
from statistics import median
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

from copilot.answers import build_prompt
from copilot.answers_evaluation import asked_of_the_plan
from copilot.facts import collect_facts
from copilot.generators import Prompt, ScriptedGenerator
from copilot.phrases import load_phrases
from copilot.settings import load_settings
from copilot.start import build_workspace, open_copilot, open_encoder, open_workspace
from copilot.writer_adapter import ADAPTER_FILE, ADAPTER_FOLDER, read_adapter, taught_smollm2
from copilot.writer_prompt import render_chat
from copilot.writer_relay import Put, Stopped, relay
from copilot.writer_speed import measure_speed
from copilot.writer_transformers import N_GUESSED, TransformersGenerator, load_writer
from retrieval.sources.simulated import simulated_shop
from retrieval.weights import smollm2_gguf

N_PROMPTS, N_TIMED = 13, 3
REPLY_TOKENS = 96  # at most
WIDTHS: tuple[int, ...] = (1, N_GUESSED + 1)  # tokens of a step: without a guess, and with one
STEP_ROUNDS, STEPS_A_ROUND, REPLY_ROUNDS = 8, 4, 2
THREADS = int(os.environ.get("OMP_NUM_THREADS", os.cpu_count() or 1))
ADAPTER = ADAPTER_FOLDER / ADAPTER_FILE


def run(cache: Path, workspace: Path | None = None) -> dict[str, Any]:
    """Measure every runtime that can be had here, with the taught writer's weights unless a name says `plain`.

    Returns:
        step_ms: by runtime and tokens a step, the fastest step after the longest prompt; the runtimes take turns.
        agreement: the share of the places in float32's own replies where the likeliest token after the same text is the
            one that float32 wrote; and the number of places.
        replies: by runtime, medians of seconds to the first word, and of tokens a second after it in the fastest turn.
    """
    adapter, left_out = read_adapter(ADAPTER), dict[str, str]()  # what has no figures, and why
    writer = load_writer(taught_smollm2(cache, adapter), threads=THREADS)
    tokenise, prompts = writer.tokenizer, [replace(one, system=adapter.rules) for one in asked_prompts(workspace)]
    tokens = [tokenise(render_chat(one, tokenise), return_tensors="pt").input_ids for one in prompts]
    models = _models(writer.model, left_out)
    exact, stepped = models["float32"], models["eight_bit_steps"]
    return {
        "threads": THREADS,
        "prompt_tokens": [ids.shape[1] for ids in tokens],
        "step_ms": step_ms(models, max(tokens, key=lambda ids: ids.shape[1])),
        "agreement": agreement(exact, stepped, tokens) if stepped else None,
        "replies": reply_speeds(_generators(cache, tokenise, left_out), prompts[:N_TIMED], tokenise),
        "left_out": left_out,
    }


def asked_prompts(workspace: Path | None) -> list[Prompt]:
    """Return prompts in the forms that operators ask most, of a workspace or of a small shop, built for the time."""
    with tempfile.TemporaryDirectory(prefix="shop-") as folder:
        settings = load_settings(workspace=workspace or Path(folder) / "workspace")
        if workspace is None:
            shop = simulated_shop(seed=7, n_products=160)
            build_workspace(settings.workspace, shop, open_encoder(settings), pseudonym_key=bytes(32)).close()
        copilot = open_copilot(settings, open_workspace(settings), ScriptedGenerator(""))
        parser, stored, asked = copilot.parser("en"), copilot.current_plan(), asked_of_the_plan(copilot, N_PROMPTS)
        sheets = [collect_facts(parser.parse(text), copilot.engine, stored) for text in asked]
        copilot.close()
    return [build_prompt(sheet, load_phrases("en")) for sheet in sheets if sheet.facts]


def step_ms(models: dict[str, Any], prompt: Any) -> dict[str, dict[int, float] | None]:
    """Time steps after a prompt of (1, n_prompt) tokens that float32 has read; None for an absent model."""
    import torch

    best = {name: dict.fromkeys(WIDTHS, float("inf")) for name, model in models.items() if model is not None}
    with torch.inference_mode():
        read = models["float32"](input_ids=prompt, use_cache=True).past_key_values
        for name, width in [(name, width) for _ in range(STEP_ROUNDS) for name in best for width in WIDTHS]:
            past = copy.deepcopy(read)
            for _ in range(STEPS_A_ROUND):
                started_s = time.perf_counter()
                models[name](input_ids=prompt[:, -width:], past_key_values=past, use_cache=True)
                best[name][width] = min(best[name][width], round(1000 * (time.perf_counter() - started_s), 1))
                past.crop(-width)
    return {name: best.get(name) for name in models}


def agreement(exact: Any, stepped: Any, tokens: Sequence[Any]) -> dict[str, Any]:
    """Compare likeliest tokens along float32's replies; `tokens` are prompts of (1, n_prompt) each."""
    import torch

    from copilot import writer_eight_bit

    n_in_eight = n_stepped = n_places = 0
    with torch.inference_mode():
        for ids in tokens:
            greedy = {"do_sample": False, "prompt_lookup_num_tokens": N_GUESSED, "max_new_tokens": REPLY_TOKENS}
            whole, n = exact.generate(ids, **greedy), ids.shape[1]
            wanted = whole[0, n:]  # (n_reply,)
            n_places += len(wanted)
            n_stepped += int((_likeliest(stepped, whole, n) == wanted).sum())
            with patch.object(writer_eight_bit, "MOST_ROWS", sys.maxsize):  # then a prompt is a step as well
                n_in_eight += int((_likeliest(stepped, whole, n) == wanted).sum())
    whole_share, steps_share = round(n_in_eight / n_places, 4), round(n_stepped / n_places, 4)
    return {"places": n_places, "everything_in_eight_bits": whole_share, "steps_alone_in_eight_bits": steps_share}


def _likeliest(model: Any, whole: Any, n_prompt: int) -> Any:
    """Return the (n_reply,) likeliest tokens when a prompt is read at once and its reply in the widest steps."""
    import torch

    read = model(input_ids=whole[:, :n_prompt], use_cache=True)
    step = partial(model, past_key_values=read.past_key_values, use_cache=True)
    logits = [step(input_ids=ids).logits[0] for ids in whole[:, n_prompt:-1].split(WIDTHS[-1], dim=1)]
    return torch.cat([read.logits[0, -1:], *logits]).argmax(-1)


def reply_speeds(generators: dict[str, Any], prompts: Sequence[Prompt], tokenise: Any) -> dict[str, Any]:
    """Time replies of at most `REPLY_TOKENS` tokens, the generators taking turns; None for an absent one."""
    told: dict[str, list[dict[str, Any]]] = {name: [] for name, generator in generators.items() if generator}
    for name in told:
        list(generators[name].stream(Prompt("", "Hello", max_new_tokens=4)))  # the first reply loads and allocates
    for prompt in (replace(one, max_new_tokens=REPLY_TOKENS) for one in prompts):
        for name, rows in told.items():
            speed = partial(measure_speed, generators[name], prompt, lambda text: len(tokenise(text).input_ids))
            turns = [speed() for _ in range(REPLY_ROUNDS)]
            first_s, per_s = turns[0]["first_token_s"], max(turn["tokens_per_s"] for turn in turns)
            rows.append({"first_token_s": first_s, "tokens_per_s": per_s})  # a prompt read before may be remembered
    medians = {name: {key: median(row[key] for row in rows) for key in rows[0]} for name, rows in told.items()}
    return {name: medians.get(name) for name in generators}


def _twin(model: Any) -> Any:
    """Copy a model's modules around the same weights."""
    return copy.deepcopy(model, {id(weight): weight for weight in model.parameters()})


def _models(model: Any, left_out: dict[str, str]) -> dict[str, Any]:
    """Return the model in each arithmetic for its steps."""
    from copilot.writer_eight_bit import write_in_eight_bits  # imports torch

    stepped, both, weights = _twin(model), _twin(model), _twin(model)
    models = {"float32": model, "eight_bit_steps": stepped if write_in_eight_bits(stepped) else None}
    try:
        from torchao.quantization import Int8DynamicActivationInt8WeightConfig, Int8WeightOnlyConfig, quantize_
    except ImportError as error:
        left_out["torchao"] = str(error)
        return {**models, "torchao_weights_and_activations": None, "torchao_weights": None}
    quantize_(both, Int8DynamicActivationInt8WeightConfig())
    quantize_(weights, Int8WeightOnlyConfig())
    return {**models, "torchao_weights_and_activations": both, "torchao_weights": weights}


def _generators(cache: Path, tokenizer: Any, left_out: dict[str, str]) -> dict[str, Any]:
    ours = partial(TransformersGenerator, cache=cache, threads=THREADS)
    return {
        "ours": ours(adapter=ADAPTER),
        "ours_plain": ours(),
        "openvino_genai_plain": _openvino(tokenizer, left_out, 0),
        "openvino_genai_plain_guessing": _openvino(tokenizer, left_out, N_GUESSED),
    }


def _openvino(tokenizer: Any, left_out: dict[str, str], n_guessed: int) -> Any:
    """Return openvino-genai as a writer that reads the plain writer's GGUF file, or None."""
    try:
        import openvino_genai as genai
    except ImportError as error:
        left_out["openvino_genai"] = str(error)
        return None
    guess = {"num_assistant_tokens": n_guessed, "max_ngram_size": 2} if n_guessed else {}  # 2: as transformers does
    pipeline = genai.LLMPipeline(smollm2_gguf(), "CPU", INFERENCE_NUM_THREADS=THREADS, prompt_lookup=bool(n_guessed))

    def write(prompt: Prompt, put: Put, stopped: Stopped) -> None:
        config = genai.GenerationConfig(max_new_tokens=prompt.max_new_tokens, apply_chat_template=False, **guess)
        pipeline.generate(render_chat(prompt, tokenizer), config, lambda text: put(text) or stopped())

    return SimpleNamespace(stream=lambda prompt: relay(partial(write, prompt), ThreadPoolExecutor(max_workers=1)))


if __name__ == "__main__":
    print(json.dumps(run(*map(Path, sys.argv[1:])), indent=1))
