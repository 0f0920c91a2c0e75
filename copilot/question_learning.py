"""What understanding learns from the evaluation set: the questions of the development families, entities masked.

    python -m copilot.question_learning

writes `prompts/<lang>/learned.toml` anew, as the reader of entities now masks these questions. The families that are
left out are never read here, so that they go on saying how a new way to ask fares.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import prompts
from copilot.conversation_context import adds_only, read_wish
from copilot.intent_words import LEARNED
from copilot.phrases import load_evaluation, load_phrases
from copilot.question_evaluation import DEVELOPMENT, Expected, load_questions
from copilot.question_shop import QuestionShop
from copilot.questions import QuestionParser
from copilot.waiting_names import words_of
from retrieval.encoder import HashingEncoder

if TYPE_CHECKING:
    from copilot.phrases import Phrases

_HEAD = """\
# What operators may type, with the entities masked, by family of phrasing and intent: the development families of
# `evaluation/questions.toml`, written here by `python -m copilot.question_learning`. They teach which intent a message
# has and nothing else.
"""
Learned = Mapping[str, Mapping[str, Sequence[str]]]


def masked_questions(lang: str = "en") -> Learned:
    """Return the masked development questions: family -> intent -> texts.

    What only adds to the question before it is left out: without that question it says nothing.
    """
    phrases = load_phrases(lang)
    encoder = HashingEncoder()  # masking needs no meaning
    shop = QuestionShop(load_evaluation("shop.toml"), encoder)  # one shop for all languages
    parser = QuestionParser(encoder, shop, phrases)  # pyright: ignore[reportArgumentType]
    found: dict[str, dict[str, list[str]]] = {}
    for one in load_questions(lang):
        if one.split == DEVELOPMENT:
            texts = found.setdefault(one.family, {}).setdefault(one.intent, [])
            texts += (text for text in _masked(one, parser, phrases) if text not in texts)
    return {family: {name: texts for name, texts in intents.items() if texts} for family, intents in found.items()}


def learned_text(questions: Learned) -> str:
    """Return the content of `learned.toml`."""
    lines = [_HEAD]
    for family, intents in questions.items():
        lines.append(f"[{family}]")
        for intent, texts in intents.items():
            if texts:
                lines += [f"{intent} = [", *(f"  {json.dumps(text, ensure_ascii=False)}," for text in texts), "]"]
        lines.append("")
    return "\n".join(lines)


def _masked(one: Expected, parser: QuestionParser, phrases: Phrases) -> Sequence[str]:
    wishes = any(kind == "wish" for kind, _ in one.named) or read_wish(one.text, phrases)
    if not words_of(one.text) or wishes:
        return ()
    text, read = parser.read(one.text)
    if one.after and adds_only(read, text, phrases):
        return ()
    return read.readings


def main() -> None:
    """Write the file of one language."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--lang", default="en")
    lang = asked.parse_args().lang
    folder = next(Path(entry) for entry in prompts.__path__ if Path(entry).is_dir())
    (folder / lang / LEARNED).write_text(learned_text(masked_questions(lang)), "utf-8")


if __name__ == "__main__":
    main()
