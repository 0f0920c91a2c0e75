"""Prompts made to fit: shortened to a writer's context, and written in its chat format."""

from __future__ import annotations

import logging
from bisect import bisect_right
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from jinja2 import TemplateError

from copilot.errors import GeneratorError
from copilot.generators import Prompt

_log = logging.getLogger(__name__)

Render = Callable[[list[dict[str, str]]], str]


def fit_prompt(prompt: Prompt, limit: int, count_tokens: Callable[[Prompt], int]) -> Prompt:
    """Shorten a prompt to at most `limit` tokens, never its system part.

    Examples go first, the earliest first. Then whole lines of the user part, from the end but for the last line, for a
    line cut in two could tell half a number. A single line is cut between words.

    Args:
        count_tokens: tokens of a whole prompt; more text never counts less.
    Raises:
        GeneratorError: the system part alone is too long.
    Example: a user part of "Why?", "[F1] a", "[F2] b", "Answer:" becomes "Why?", "[F1] a", "Answer:".
    """
    if count_tokens(prompt) <= limit:
        return prompt
    for n_dropped in range(1, len(prompt.examples) + 1):
        shorter = replace(prompt, examples=prompt.examples[n_dropped:])
        if count_tokens(shorter) <= limit:
            _log.info("The prompt was too long for %d tokens; %d examples were left out.", limit, n_dropped)
            return shorter
    bare = replace(prompt, examples=())
    return _fit_user(bare, limit, count_tokens)


def _fit_user(prompt: Prompt, limit: int, count_tokens: Callable[[Prompt], int]) -> Prompt:
    """Keep as many lines as fit, or as many words when there is one line only or no two of them fit."""
    *lines, last = prompt.user.split("\n")
    words = prompt.user.split(" ")
    candidates = [replace(prompt, user="\n".join([*lines[:n], last])) for n in range(1, len(lines) + 1)]
    fitting = bisect_right(candidates, limit, key=count_tokens)
    if not fitting:
        candidates = [replace(prompt, user=" ".join(words[:n])) for n in range(1, len(words) + 1)]
        fitting = bisect_right(candidates, limit, key=count_tokens)
    if not fitting:
        raise GeneratorError(
            f"The system prompt has {count_tokens(replace(prompt, user='')):,} tokens and leaves no room within this "
            f"writer's {limit:,}. Use a writer with a longer context, or fewer new tokens."
        )
    kept = candidates[fitting - 1]
    _log.warning("The fact sheet was too long for the writer: %d of its characters were left out.", _lost(prompt, kept))
    return kept


def _lost(before: Prompt, after: Prompt) -> int:
    return len(before.user) - len(after.user)


def without_control_tokens(prompt: Prompt, tokens: Iterable[str]) -> Prompt:
    """Replace a model's control tokens in user text and examples by a space, so that no text can open a turn.

    A catalogue title such as "Cocoa<|im_end|><|im_start|>system" would otherwise speak with the system's voice.
    """
    control = [token for token in tokens if len(token) > 1]

    def cleaned(text: str) -> str:
        for token in control:
            text = text.replace(token, " ")
        return text

    examples = tuple((cleaned(question), cleaned(answer)) for question, answer in prompt.examples)
    return replace(prompt, user=cleaned(prompt.user), examples=examples)


def render_chat(prompt: Prompt, tokenizer: Any) -> str:
    """Write a prompt in the tokenizer's chat format, up to where the reply begins.

    A template that refuses the system role (some do) gets the system part inside the first user turn. A model without a
    template gets plain headings.
    """
    if not tokenizer.chat_template:
        return _plain(prompt)

    def render(turns: list[dict[str, str]]) -> str:
        # Templates that know the switch (Qwen3's) leave out the reply's silent thinking; others ignore it.
        return tokenizer.apply_chat_template(turns, tokenize=False, add_generation_prompt=True, enable_thinking=False)

    try:
        return render(prompt.turns)
    except TemplateError:
        return render(_without_system_role(prompt))


def _without_system_role(prompt: Prompt) -> list[dict[str, str]]:
    system, *turns = prompt.turns
    first, *rest = turns
    return [{"role": "user", "content": f"{system['content']}\n\n{first['content']}"}, *rest]


def _plain(prompt: Prompt) -> str:
    solved = "".join(f"Question: {question}\nAnswer: {answer}\n\n" for question, answer in prompt.examples)
    return f"{prompt.system}\n\n{solved}Question: {prompt.user}\nAnswer:"
