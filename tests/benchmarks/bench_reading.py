"""What each model of intents brings: the kernel model, the taught encoder, and both, on the families left out.

Run: `python tests/benchmarks/bench_reading.py`; it prints one JSON object in a minute or two. Only how a message sounds
is measured here; `launch-copilot evaluate answers` tells the share once what a message holds has settled near ones.
"""

from __future__ import annotations

import json
import statistics

import numpy as np

from copilot.intents import IntentMatcher
from copilot.phrases import load_evaluation, load_phrases
from copilot.question_evaluation import LEFT_OUT, Expected, RememberingEncoder, load_questions
from copilot.question_shop import QuestionShop
from copilot.questions import QuestionParser
from copilot.read_message import ReadMessage
from copilot.taught_intents import taught_for
from retrieval.encoder import SentenceTransformerEncoder


def main() -> None:
    """Read the questions with each model and print the shares that were read rightly."""
    encoder, phrases = RememberingEncoder(SentenceTransformerEncoder(None)), load_phrases("en")
    shop = QuestionShop(load_evaluation("shop.toml"), encoder)
    parser = QuestionParser(encoder, shop, phrases)  # pyright: ignore[reportArgumentType]
    read = [_read(parser, one) for one in load_questions() if one.split == LEFT_OUT and not one.after]
    kernel, both = IntentMatcher(encoder, phrases), parser.matcher
    taught = IntentMatcher(encoder, phrases, taught=taught_for(encoder, "en"))
    taught._model = _Nothing(kernel._model.names)  # pyright: ignore[reportAttributeAccessIssue]
    models = {"kernel": kernel, "taught": taught, "both": both}
    shares = {name: statistics.fmean(_right(model, *one) for one in read) for name, model in models.items()}
    print(json.dumps({"n_questions": len(read)} | {name: round(share, 4) for name, share in shares.items()}, indent=1))


class _Nothing:
    """A model that leaves it all to the other one."""

    def __init__(self, names: tuple[str, ...]) -> None:
        self.names = names

    def shares(self, features: np.ndarray) -> np.ndarray:
        """Return zeros, (n_texts, n_intents)."""
        return np.zeros((len(features), len(self.names)))


def _read(parser: QuestionParser, one: Expected) -> tuple[Expected, str, ReadMessage]:
    text, read = parser.read(one.text)
    return one, text, parser.goods.settled(parser.strays.without(read))


def _right(model: IntentMatcher, one: Expected, text: str, read: ReadMessage) -> bool:
    scores = model.scores(read, text)
    return max(scores, key=lambda intent: scores[intent]).value == one.intent


if __name__ == "__main__":
    main()
