"""`python -m copilot.teaching.reading`: teach the on-board encoder to tell what a message asks, and write its card.

A LoRA adapter and a linear head are fitted to the examples of `prompts/en`, entities masked: those that the other
encoders are told by, and those of `sayings.toml`. No question of the families that are left out is read. Seeded, on a
CPU a quarter of an hour on two cores.
"""

from __future__ import annotations

import argparse
import json
import logging
import random
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from copilot.console import say
from copilot.intents import IntentMatcher
from copilot.phrases import Phrases, load_phrases, load_toml
from copilot.precision import rounding
from copilot.taught_intents import BIAS, HEAD, LONGEST, TAUGHT_FILE, base_encoder, joined, read_by
from retrieval.encoder import HashingEncoder
from retrieval.quiet import quiet_environment
from retrieval.storage import atomic_write
from retrieval.weights import MINILM

SAYINGS = "sayings.toml"
_CARD = "teaching/reading_card.md.j2"
_CHUNK = 50  # batches among which texts of like length are put together
_EVERY = 50  # steps between two lines of progress


@dataclass(frozen=True)
class ReadingSettings:
    """How the encoder is taught.

    Attributes:
        rank, alpha, dropout: of LoRA, on all linear layers of the encoder.
        epochs, batch: passes over the messages, and messages a step.
        learning_rate, head_rate: the highest, of the adapter and of the head; they rise over `warm_up` steps and then
            fall to nothing on a straight line.
        smoothing: share of the label that goes to the other intents, so that a near reading keeps a share of its own.
    """

    rank: int = 16
    alpha: int = 32
    dropout: float = 0.05
    epochs: int = 4
    batch: int = 32
    learning_rate: float = 1e-3
    head_rate: float = 2e-3
    warm_up: int = 60
    smoothing: float = 0.1
    clip: float = 1.0
    seed: int = 7


@dataclass(frozen=True)
class Messages:
    """What is learned from: messages with entities masked, their features, and the number of each one's intent."""

    texts: Sequence[str]
    features: np.ndarray  # (n_messages, n_features)
    intents: Sequence[int]
    names: tuple[str, ...]


def gather(phrases: Phrases) -> Messages:
    """Return all messages that are learned from."""
    sayings = load_toml(phrases.lang, SAYINGS)
    masked, intents = [], []
    for name, words in phrases.intents.items():
        said = [*words.examples, *(text for _, text in words.learned), *sayings[name]]
        masked += dict.fromkeys(said)
        intents += [name] * (len(masked) - len(intents))
    names = tuple(sorted(phrases.intents))
    matcher = IntentMatcher(HashingEncoder(), phrases)  # for its reading of cues and entities
    texts = [matcher.plain(text) for text in masked]
    return Messages(texts, matcher.features(masked, masked), [names.index(one) for one in intents], names)


def teach(messages: Messages, settings: ReadingSettings) -> tuple[dict[str, Any], list[float]]:
    """Return the tensors of the adapter and the head, and the mean loss of each epoch."""
    import torch
    from peft import LoraConfig, get_peft_model

    torch.manual_seed(settings.seed)
    tokenizer, plain = base_encoder()
    layers = [name for name, module in plain.encoder.named_modules() if isinstance(module, torch.nn.Linear)]
    config = LoraConfig(
        r=settings.rank,
        lora_alpha=settings.alpha,
        lora_dropout=settings.dropout,
        target_modules=[f"encoder.{name}" for name in layers],
    )
    encoder = get_peft_model(plain, config).train()
    head = torch.nn.Linear(plain.config.hidden_size + messages.features.shape[1], len(messages.names))
    tokens = tokenizer(list(messages.texts), truncation=True, max_length=LONGEST)["input_ids"]
    run = _Run(encoder, head, tokens, messages, settings)
    return run.learn()


class _Run:
    """One run over all epochs."""

    def __init__(
        self, encoder: Any, head: Any, tokens: Sequence[Sequence[int]], messages: Messages, settings: ReadingSettings
    ) -> None:
        import torch

        self._encoder, self._head, self._settings, self._tokens = encoder, head, settings, tokens
        self._features = torch.as_tensor(messages.features, dtype=torch.float32)
        self._intents = torch.tensor(messages.intents)
        self._adapter = [weight for weight in encoder.parameters() if weight.requires_grad]
        groups = [
            {"params": self._adapter, "lr": 0.0, "highest": settings.learning_rate},
            {"params": list(head.parameters()), "lr": 0.0, "highest": settings.head_rate},
        ]
        self._steps_of = torch.optim.AdamW(groups, weight_decay=0.01)
        self._draw = random.Random(settings.seed)

    def learn(self) -> tuple[dict[str, Any], list[float]]:
        """Go over all messages so often as the settings say; return the tensors and the epochs' mean losses."""
        batches = [batch for _ in range(self._settings.epochs) for batch in self._epoch()]
        losses, started = [], time.monotonic()
        for step, batch in enumerate(batches):
            losses.append(self._learn(batch, step, len(batches)))
            if (step + 1) % _EVERY == 0:
                left = (time.monotonic() - started) / (step + 1) * (len(batches) - step - 1) / 60
                mean = float(np.mean(losses[-_EVERY:]))
                say(f"step {step + 1} of {len(batches)}, loss {mean:.3f}, {left:.0f} min left")
        each = np.array_split(np.array(losses), self._settings.epochs)
        return self._tensors(), [round(float(part.mean()), 3) for part in each]

    def _epoch(self) -> list[list[int]]:
        """Return the messages in batches of like length, in an order of its own each time."""
        order = self._draw.sample(range(len(self._tokens)), len(self._tokens))
        size, chunk = self._settings.batch, self._settings.batch * _CHUNK
        batches = []
        for start in range(0, len(order), chunk):
            near = sorted(order[start : start + chunk], key=lambda one: len(self._tokens[one]))
            batches += [near[at : at + size] for at in range(0, len(near), size)]
        self._draw.shuffle(batches)
        return batches

    def _learn(self, batch: Sequence[int], step: int, n_steps: int) -> float:
        import torch

        share = min(1.0, (step + 1) / self._settings.warm_up) * (1 - step / n_steps)
        for group in self._steps_of.param_groups:
            group["lr"] = group["highest"] * share
        with rounding("cpu"):
            read = read_by(self._encoder, _padded([self._tokens[one] for one in batch])).float()
        loss = torch.nn.functional.cross_entropy(
            self._head(joined(read, self._features[batch])),
            self._intents[batch],
            label_smoothing=self._settings.smoothing,
        )
        self._steps_of.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self._adapter, self._settings.clip)
        self._steps_of.step()
        return float(loss.detach())

    def _tensors(self) -> dict[str, Any]:
        """Return what was learned in half precision, by the layers' own names."""
        from peft import get_peft_model_state_dict

        found = {HEAD: self._head.weight, BIAS: self._head.bias}
        for key, tensor in get_peft_model_state_dict(self._encoder).items():
            found[key.removeprefix("base_model.model.").removesuffix(".weight")] = tensor
        return {key: tensor.detach().half().contiguous() for key, tensor in found.items()}


def _padded(rows: Sequence[Sequence[int]]) -> dict[str, Any]:
    import torch

    longest = max(map(len, rows))
    ids, mask = (torch.zeros((len(rows), longest), dtype=torch.long) for _ in range(2))
    for at, row in enumerate(rows):
        ids[at, : len(row)] = torch.tensor(row)
        mask[at, : len(row)] = 1
    return {"input_ids": ids, "attention_mask": mask}


def save(tensors: dict[str, Any], names: Sequence[str], path: Path, settings: ReadingSettings) -> None:
    """Write the adapter and the head. Raises StorageFull."""
    from safetensors.torch import save_file

    said = {
        "base_sha256": MINILM.sha256,
        "names": json.dumps(list(names)),
        "rank": str(settings.rank),
        "alpha": str(settings.alpha),
    }
    with atomic_write(path) as temporary:
        save_file(tensors, temporary, metadata=said)
    path.chmod(0o644)


def main(argv: Sequence[str] | None = None) -> int:
    """Teach, save, and write the card; return the exit code."""
    quiet_environment()
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)
    parser = argparse.ArgumentParser(prog="copilot.teaching.reading", description="Teach what reads questions.")
    parser.add_argument("--out", type=Path, default=TAUGHT_FILE, help="the file to write")
    arguments = parser.parse_args(argv)
    settings, started = ReadingSettings(), time.monotonic()
    messages = gather(load_phrases("en"))
    tensors, losses = teach(messages, settings)
    save(tensors, messages.names, arguments.out, settings)
    card = load_phrases("en").document(
        _CARD,
        n_messages=len(messages.texts),
        n_intents=len(messages.names),
        n_weights=sum(tensor.numel() for tensor in tensors.values()),
        mib=arguments.out.stat().st_size / 2**20,
        base_sha256=MINILM.sha256,
        settings=asdict(settings),
        losses=losses,
        minutes=(time.monotonic() - started) / 60,
    )
    with atomic_write(arguments.out.with_suffix(".md")) as path:
        path.write_text(card, encoding="utf-8")
    say(f"{arguments.out}: {len(messages.texts):,} messages, loss {losses[-1]:.3f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
