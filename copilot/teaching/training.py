"""Training: a LoRA adapter for the on-board writer, seeded, on CPU or GPU, that goes on where it was stopped.

Only the answer's tokens are learned from, so only there are logits computed: with 49,152 words in the vocabulary they
cost as much as a fifth of the model.
"""

from __future__ import annotations

import hashlib
import json
import logging
import math
import time
import warnings
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from copilot.errors import GeneratorError
from copilot.precision import rounding, rounds
from copilot.teaching.batches import Tokens, batches
from copilot.writer_adapter import ADAPTER_FILE
from retrieval.progress import Progress, silent
from retrieval.storage import atomic_write
from retrieval.weights import SMOLLM2

_log = logging.getLogger(__name__)

CHECKPOINT = "checkpoint.pt"


@dataclass(frozen=True)
class TaughtSettings:
    """How the adapter is trained; saved beside it.

    Attributes:
        rank, alpha: of LoRA, on all linear layers.
        n_steps, batch: steps and lessons a step.
        learning_rate: the highest; it rises over `warm_up` of the steps and falls as a cosine to a twentieth.
        clip: longest gradient.
        check_every: steps between two looks at the held-out loss, and between two checkpoints.
        micro_batch: lessons that are computed at once, for the same gradients. One at a time needs no padding and no
            mask, with which attention is slower on a CPU.
        begun_from: hash of the adapter that was taught further; "" where training began with the plain writer.
    """

    rank: int = 16
    alpha: int = 32
    n_steps: int = 320
    batch: int = 6
    learning_rate: float = 1e-3
    warm_up: float = 0.05
    clip: float = 1.0
    check_every: int = 20
    micro_batch: int = 1
    seed: int = 7
    begun_from: str = ""


@dataclass(frozen=True)
class Curve:
    """The run's course: (step, loss on its batch), (step, loss on held-out lessons), s a step, on what, and how."""

    steps: tuple[tuple[int, float], ...] = ()
    held_out: tuple[tuple[int, float], ...] = ()
    seconds_a_step: float = 0.0
    device: str = "cpu"
    precision: str = "float32"


def train(
    model: Any,
    lessons: Sequence[Tokens],
    held_out: Sequence[Tokens],
    folder: Path,
    settings: TaughtSettings,
    progress: Progress = silent,
    begun_from: Path | None = None,
) -> tuple[Any, Curve]:
    """Fit LoRA layers and return the model with them and the run's course.

    A run of the same settings and lessons that was stopped goes on from its last checkpoint in `folder`.

    Args:
        begun_from: file of an adapter of the same rank that is taught further, rather than one from nothing.

    Raises:
        GeneratorError: the peft package is not installed, or the adapter is of another rank.
    """
    import torch

    torch.manual_seed(settings.seed)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    taught = _with_lora(model, settings).to(device)
    if begun_from is not None:
        _load(taught, begun_from)
    run = _Run(taught, device, settings, _key(settings, lessons))
    run.resume(folder / CHECKPOINT)
    for step, batch in enumerate(batches(lessons, settings.n_steps, settings.batch, settings.seed), start=1):
        if step <= run.step:
            continue
        loss = run.learn(step, batch)
        spent = run.seconds_a_step
        note = f"step {step} of {settings.n_steps}, loss {loss:.3f}, {spent:.1f} s a step"
        progress("train", step / settings.n_steps, f"{note}, {spent * (settings.n_steps - step) / 60:.0f} min left")
        if step % settings.check_every == 0 or step == settings.n_steps:
            run.look(step, held_out)
            run.save(folder / CHECKPOINT)
    precision = "bfloat16" if rounds(device) else "float32"
    return taught, replace(run.curve, seconds_a_step=round(run.seconds_a_step, 2), device=device, precision=precision)


def learning_rate(step: int, settings: TaughtSettings) -> float:
    """Return the learning rate of a step: a rise, then a cosine down to a twentieth."""
    rise = max(1.0, settings.warm_up * settings.n_steps)
    if step <= rise:
        return settings.learning_rate * step / rise
    done = (step - rise) / max(1.0, settings.n_steps - rise)
    return settings.learning_rate * (0.05 + 0.95 * 0.5 * (1 + math.cos(math.pi * done)))


def answer_loss(model: Any, batch: Sequence[Tokens], device: str) -> tuple[Any, int]:
    """Return the summed cross-entropy of the answers' tokens, and how many they are."""
    import torch

    longest = max(len(one.ids) for one in batch)
    ids = torch.zeros((len(batch), longest), dtype=torch.long)
    mask = torch.zeros_like(ids)
    learned = torch.zeros((len(batch), longest), dtype=torch.bool)  # positions whose next token is of the answer
    for row, one in enumerate(batch):
        ids[row, : len(one.ids)] = torch.tensor(one.ids)
        mask[row, : len(one.ids)] = 1
        learned[row, one.n_prompt - 1 : len(one.ids) - 1] = True
    ids, mask, learned = ids.to(device), mask.to(device), learned.to(device)
    base = model.get_base_model()
    padded = any(len(one.ids) != longest for one in batch)
    read = base.model(input_ids=ids, attention_mask=mask if padded else None, use_cache=False)
    hidden = read.last_hidden_state  # (n_lessons, longest, n_hidden)
    logits = base.lm_head(hidden[learned])  # (n_answer_tokens, n_words)
    following = torch.roll(ids, -1, dims=1)[learned]
    loss = torch.nn.functional.cross_entropy(logits.float(), following, reduction="sum")
    return loss, int(learned.sum())


class _Run:
    """One training run: the model's trained weights, the optimiser and the curve."""

    def __init__(self, model: Any, device: str, settings: TaughtSettings, key: str) -> None:
        import torch

        self.curve = Curve()
        self.step = 0
        self._spent_s = 0.0
        self._model = model
        self._device = device
        self._settings = settings
        self._key = key
        self._trained = [weight for weight in model.parameters() if weight.requires_grad]
        self._optimiser = torch.optim.AdamW(self._trained, lr=settings.learning_rate, weight_decay=0.0)

    @property
    def seconds_a_step(self) -> float:
        """The mean over all steps, those before a stop too."""
        return self._spent_s / max(1, self.step)

    def learn(self, step: int, batch: Sequence[Tokens]) -> float:
        """Take one step and return the loss of an answer's token before it."""
        import torch

        started = time.monotonic()
        n_tokens = sum(len(one.ids) - one.n_prompt for one in batch)
        total, size = 0.0, self._settings.micro_batch
        self._model.train()
        for start in range(0, len(batch), size):
            with rounding(self._device):
                loss, _ = answer_loss(self._model, batch[start : start + size], self._device)
            (loss / n_tokens).backward()
            total += float(loss.detach())
        torch.nn.utils.clip_grad_norm_(self._trained, self._settings.clip)
        for group in self._optimiser.param_groups:
            group["lr"] = learning_rate(step, self._settings)
        self._optimiser.step()
        self._optimiser.zero_grad()
        self.step = step
        self._spent_s += time.monotonic() - started
        self.curve = replace(self.curve, steps=(*self.curve.steps, (step, round(total / n_tokens, 4))))
        return total / n_tokens

    def look(self, step: int, held_out: Sequence[Tokens]) -> None:
        """Note the loss on held-out lessons."""
        import torch

        self._model.eval()
        total, n_tokens = 0.0, 0
        with torch.inference_mode(), rounding(self._device):
            for start in range(0, len(held_out), self._settings.batch):
                loss, n = answer_loss(self._model, held_out[start : start + self._settings.batch], self._device)
                total, n_tokens = total + float(loss), n_tokens + n
        if n_tokens:
            self.curve = replace(self.curve, held_out=(*self.curve.held_out, (step, round(total / n_tokens, 4))))

    def save(self, path: Path) -> None:
        """Write a checkpoint in one go."""
        import torch

        state = {"key": self._key, "step": self.step, "spent_s": self._spent_s, "curve": asdict(self.curve)}
        state |= {"weights": [weight.detach().cpu() for weight in self._trained]}
        with atomic_write(path) as partial:
            torch.save(state | {"optimiser": self._optimiser.state_dict()}, partial)

    def resume(self, path: Path) -> None:
        """Go on from a checkpoint of the same settings and lessons, when there is one."""
        import torch

        if not path.is_file():
            return
        state = torch.load(path, map_location=self._device, weights_only=True)
        if state["key"] != self._key:
            _log.info("The checkpoint %s is of another run and is not used.", path)
            return
        with torch.no_grad():
            for weight, saved in zip(self._trained, state["weights"], strict=True):
                weight.copy_(saved)
        self._optimiser.load_state_dict(state["optimiser"])
        curve = state["curve"]
        self.step, self._spent_s = state["step"], state["spent_s"]
        self.curve = Curve(_points(curve["steps"]), _points(curve["held_out"]))


def _points(saved: Sequence[Sequence[float]]) -> tuple[tuple[int, float], ...]:
    return tuple((int(step), float(loss)) for step, loss in saved)


def save_adapter(taught: Any, folder: Path, settings: TaughtSettings, rules: str) -> Path:
    """Write the trained layers in peft's names, in bfloat16, with what `writer_adapter` needs to know of them."""
    import torch
    from peft import get_peft_model_state_dict
    from safetensors.torch import save_file

    layers = get_peft_model_state_dict(taught)
    tensors = {name: weight.detach().cpu().to(torch.bfloat16).contiguous() for name, weight in layers.items()}
    said = {"format": "pt", "rank": str(settings.rank), "alpha": str(settings.alpha)}
    said |= {"rules": rules, "base_sha256": SMOLLM2.sha256}
    with atomic_write(folder / ADAPTER_FILE) as partial:
        save_file(tensors, partial, metadata=said)
    (folder / ADAPTER_FILE).chmod(0o644)
    return folder / ADAPTER_FILE


def _with_lora(model: Any, settings: TaughtSettings) -> Any:
    try:
        from peft import LoraConfig, get_peft_model
    except ImportError as error:
        raise GeneratorError(
            "Training needs the package peft; install it with `pip install launch-copilot[train]`."
        ) from error
    config = LoraConfig(
        r=settings.rank, lora_alpha=settings.alpha, target_modules="all-linear", lora_dropout=0.0, task_type="CAUSAL_LM"
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # peft still reads a name that transformers will drop
        return get_peft_model(model, config)


def _load(taught: Any, adapter: Path) -> None:
    """Put a saved adapter's layers into the model."""
    from peft import set_peft_model_state_dict
    from safetensors.torch import load_file

    saved = load_file(adapter)
    try:
        set_peft_model_state_dict(taught, saved)
    except RuntimeError as error:
        raise GeneratorError(f"The adapter {adapter} is of another rank; begin without it.") from error


def _key(settings: TaughtSettings, lessons: Sequence[Tokens]) -> str:
    digest = hashlib.sha256(json.dumps(asdict(settings), sort_keys=True).encode())
    for lesson in lessons:
        digest.update(repr(lesson.ids).encode())
    return digest.hexdigest()
