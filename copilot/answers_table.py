"""The result of `launch-copilot evaluate answers` as one table: what was measured, on how much, beside its target."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

Row = dict[str, object]


def answers_table(result: Mapping[str, Any]) -> list[Row]:
    """Return the rows of what `evaluate_answers` measured.

    A row holds `measured`, `of` (how much it was measured on), `target` and `met`, which is empty without a target.
    """
    return [*_writer(result), *_understanding(result, ""), *_verifier(result), *_chinese(result["chinese"])]


def _writer(result: Mapping[str, Any]) -> Iterator[Row]:
    told = f"{result['writer_sentences']} sentences, {result['n_questions']} questions"
    yield _share("writer: sentences that pass the verifier", result["writer_pass_rate"], told, 0.95)
    yield _most("unverified sentences shown", result["unverified_shown"], told, 0)
    yield _most("first token, s", result["first_token_s"], "one reply", 1.0)
    yield _least("tokens a second", result["tokens_per_s"], "one reply", 40)
    yield _row("answer, s (median)", result["answer_s_median"], f"{result['n_questions']} questions")


def _understanding(result: Mapping[str, Any], lang: str) -> Iterator[Row]:
    questions = f"{result['n_understood']} questions left out"
    yield _share(f"{lang}intents", result["intent_accuracy"], questions, 0.95)
    yield _share(f"{lang}entities, F1", result["entity_f1"], questions)
    yield _share(f"{lang}abstention, precision", result["abstention_precision"], questions, 0.90)
    yield _share(f"{lang}abstention, recall", result["abstention_recall"], questions)


def _verifier(result: Mapping[str, Any]) -> Iterator[Row]:
    details = result["verifier"]
    author = details["by_the_author"]
    yield _share("verifier: corrupted sentences caught", result["verifier_catch_rate"], details["corrupted"]["n"], 0.99)
    by_hand = details["by_another_hand"]
    yield _share("verifier: false sentences caught, mended with them in view", by_hand["share"], by_hand["n"], 0.99)
    for whose, found in (("a second reviewer's", details["by_the_reviewer"]), ("the author's", author["author"])):
        yield _share(f"  {whose}, in view too", found["share"], found["n"])
    unseen = author["afterwards"]
    yield _share("verifier: false sentences caught, never mended with them in view", unseen["share"], unseen["n"])
    for part, seen in (("fresh", "half in view"), ("blind", "other half, never in view")):
        of_part = details["by_a_fresh_hand"][part]
        for kind, right in (("false", "caught"), ("true", "passed")):
            found = of_part[kind]
            yield _share(f"  a fresh hand's {kind} sentences {right}, {seen}", found["share"], found["n"])
    shares, counts = details["paraphrases"]["by_part"], details["paraphrases"]["n_by_part"]
    yield _share("verifier: correct paraphrases passed, tuned on", shares["tuned_on"], counts["tuned_on"], 0.97)
    yield _share("verifier: correct paraphrases passed, held out", shares["held_out"], counts["held_out"])
    hostile = result["injections"]
    yield _most("hostile texts with an effect", result["injection_failures"], hostile["n"], 0)


def _chinese(result: Mapping[str, Any]) -> Iterator[Row]:
    yield from _understanding(result, "Chinese: ")
    details = result["verifier"]
    yield _share("Chinese: broken sentences caught", result["verifier_catch_rate"], details["n_broken"], 0.99)
    for whose, found in (
        ("author", details["by_the_author"]["author"]),
        ("second reviewer", details["by_the_reviewer"]),
    ):
        yield _share(f"Chinese: false sentences caught, mended with them in view, {whose}", found["share"], found["n"])
    unseen = details["by_the_author"]["afterwards"]
    yield _share("Chinese: false sentences caught, never mended with them in view", unseen["share"], unseen["n"])
    yield _share("Chinese: correct sentences passed", result["verifier_pass_rate"], details["n_correct"], 0.97)


def _share(what: str, share: float | None, of: object, target: float | None = None) -> Row:
    shown = None if share is None else f"{share:.1%}"
    if target is None:
        return _row(what, shown, of)
    return _row(what, shown, of, f"at least {target:.0%}", None if share is None else share >= target)


def _most(what: str, value: float | None, of: object, target: float) -> Row:
    return _row(what, value, of, f"at most {target:g}", None if value is None else value <= target)


def _least(what: str, value: float | None, of: object, target: float) -> Row:
    return _row(what, value, of, f"at least {target:g}", None if value is None else value >= target)


def _row(what: str, measured: object, of: object, target: str = "", met: bool | None = None) -> Row:
    shown = "not measured" if measured is None else measured
    return {
        "what": what,
        "measured": shown,
        "of": of,
        "target": target,
        "met": "" if met is None else "yes" if met else "no",
    }
