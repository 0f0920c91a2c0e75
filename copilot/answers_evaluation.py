"""Evaluation of answers end to end: what is understood, what the writer says, what the verifier lets pass."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import numpy as np

from copilot.answers import build_prompt, write_answer
from copilot.chinese_evaluation import evaluate_chinese
from copilot.evaluation_sheets import drawn_sheets
from copilot.facts import collect_facts
from copilot.generators import Prompt
from copilot.phrases import load_evaluation, load_phrases
from copilot.question_evaluation import evaluate_understanding
from copilot.service import Copilot
from copilot.teaching.held_out import is_held_out
from copilot.trust_evaluation import evaluate_trust
from copilot.verifier import verify_sentence
from copilot.writer_speed import measure_speed
from retrieval.progress import Progress, silent


def evaluate_answers(copilot: Copilot, n_questions: int = 20, progress: Progress = silent) -> dict[str, Any]:
    """Ask real questions about the plan and measure writer and verifier.

    Returns:
        writer_pass_rate: share of the writer's sentences that the verifier kept; None when the writer said nothing.
        unverified_shown: sentences shown that state a fact and do not pass the verifier when checked once more.
        answer_s_median: seconds from the message to the last sentence, re-solving included.
        verifier_catch_rate, verifier_pass_rate, injection_failures and their details: see `evaluate_trust`.
        first_token_s, tokens_per_s: of one reply of a local writer, see `measure_speed`; None for others.
        intent_accuracy, entity_f1, abstention_precision, abstention_recall, understanding: see
            `evaluate_understanding`.
        chinese: the same of Chinese questions, and the verifier on Chinese sentences, see `evaluate_chinese`.
    """
    written = _answers(copilot, n_questions, progress)
    encoder = copilot.engine.search.encoder
    progress("speed", None, "one reply")
    speed = _speed(copilot, written.pop("prompt"))
    progress("understanding", None, "questions left out")
    understood = evaluate_understanding(encoder)
    progress("verifier", None, "broken, false and correct sentences, hostile text")
    trust = evaluate_trust(copilot)
    progress("chinese", None, "questions and sentences")
    chinese = evaluate_chinese(drawn_sheets(copilot), encoder)
    return {**written, **speed, **understood, **trust, "chinese": chinese}


def _answers(copilot: Copilot, n_questions: int, progress: Progress) -> dict[str, Any]:
    """Write the answers and check what they show; the last one's prompt is returned too."""
    phrases = load_phrases("en")
    stored = copilot.current_plan()
    parser = copilot.parser("en")
    kept = unverified = 0
    rejected: list[str] = []
    seconds: list[float] = []
    prompt: Prompt | None = None
    messages = asked_of_the_plan(copilot, n_questions)
    for message in messages:
        progress("answers", len(seconds) / len(messages), message)
        started = time.monotonic()
        sheet = collect_facts(parser.parse(message), copilot.engine, stored)
        for sentence in write_answer(sheet, copilot.writer, phrases, on_rejected=lambda text, _: rejected.append(text)):
            kept += sentence.origin == "writer"
            states_facts = sentence.origin != "template"
            unverified += states_facts and not verify_sentence(sentence.text, sheet, phrases).ok
        seconds.append(time.monotonic() - started)
        prompt = build_prompt(sheet, phrases)
    written = kept + len(rejected)
    return {
        "n_questions": len(seconds),
        "writer": copilot.writer.name,
        "writer_sentences": written,
        "writer_pass_rate": round(kept / written, 4) if written else None,
        "unverified_shown": unverified,
        "answer_s_median": round(float(np.median(seconds)), 2) if seconds else None,
        "prompt": prompt,
    }


def _speed(copilot: Copilot, prompt: Prompt | None) -> dict[str, float | None]:
    count_tokens = getattr(copilot.writer, "count_tokens", None)
    if count_tokens is None or prompt is None:
        return {"first_token_s": None, "tokens_per_s": None}
    return measure_speed(copilot.writer, prompt, count_tokens)


def asked_of_the_plan(copilot: Copilot, n: int) -> Sequence[str]:
    """Return questions about launches spread through the plan, in the forms that an operator asks most.

    The launches are those that the shipped writer was not taught with, unless the plan has fewer than a fifth of `n`.
    """
    launches = copilot.current_plan().plan.launches
    unseen = tuple(launch for launch in launches if is_held_out(launch.product_id))
    chosen = unseen if 5 * len(unseen) >= n else launches
    forms = load_evaluation("plan_questions.toml")["forms"]
    messages = []
    for i in range(n if chosen else 0):
        launch, other = chosen[i % len(chosen)], chosen[(i + 1) % len(chosen)]
        week = launch.week.isocalendar().week
        form = forms[i % len(forms)]
        named = {"id": launch.product_id, "other": other.product_id, "group": launch.group}
        messages.append(form.format(**named, week=week, next=(launch.week + timedelta(weeks=1)).isocalendar().week))
    return messages
