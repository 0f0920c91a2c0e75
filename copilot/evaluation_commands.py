"""Commands that measure: search, forecast, planning and answers against their peers and their targets."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from copilot.arguments import add_command, add_json_flag, positive
from copilot.console import BuildProgress, say, table
from copilot.output import print_json

if TYPE_CHECKING:
    from copilot.service import Copilot
    from retrieval.encoder import TextEncoder

Run = Callable[[argparse.Namespace, "Copilot"], int]
Encoding = Callable[[argparse.Namespace, "TextEncoder"], int]


def add_evaluation_commands(
    commands: Any, opened: Callable[[Run], Callable[..., int]], encoding: Callable[[Encoding], Callable[..., int]]
) -> None:
    """Add the commands.

    Args:
        opened, encoding: make a command of a function that works on the opened service, or on the encoder alone.
    """
    evaluate = commands.add_parser("evaluate", help="measure a part against its peers")
    parts = evaluate.add_subparsers(required=True, metavar="PART")
    retrieval = add_command(parts, "retrieval", encoding(run_evaluate_retrieval), "search quality on judged queries")
    for name in ("products", "queries", "qrels"):
        retrieval.add_argument(f"--{name}", type=Path, required=True, help="CSV or Parquet")
    add_json_flag(retrieval)
    forecast = add_command(parts, "forecast", opened(run_evaluate_forecast), "forecast error against peers")
    forecast.add_argument("--online-retail", type=Path, help="the UCI Online Retail II file, to test on it too")
    add_json_flag(forecast)
    rhythm = add_command(parts, "rhythm", opened(run_evaluate_rhythm), "planning: regret, counterfactuals, solve times")
    rhythm.add_argument("--seeds", type=positive, default=30, help="simulated shops to measure regret in (default 30)")
    rhythm.add_argument("--interventions", type=positive, default=200, help="random counterfactuals (default 200)")
    rhythm.add_argument("--largest", type=positive, default=5_000, help="candidates of the largest timed problem")
    add_json_flag(rhythm)
    answers = add_command(parts, "answers", opened(run_evaluate_answers), "questions, writer and verifier")
    answers.add_argument("--questions", type=positive, default=20, help="how many questions the writer answers")
    add_json_flag(answers)


def run_evaluate_retrieval(arguments: argparse.Namespace, encoder: TextEncoder) -> int:
    """Measure search on judged queries."""
    from retrieval.evaluation import evaluate_retrieval

    result = evaluate_retrieval(arguments.products, arguments.queries, arguments.qrels, encoder)
    return _report(result, arguments.json)


def run_evaluate_forecast(arguments: argparse.Namespace, copilot: Copilot) -> int:
    """Measure the forecast against its peers on past launches and on held-out outcomes."""
    from ranking.backtest import backtest_forecast

    engine = copilot.engine
    with BuildProgress() as progress:
        result = backtest_forecast(
            engine.workspace, engine.search.encoder, online_retail=arguments.online_retail, progress=progress
        )
    return _report(result, arguments.json)


def run_evaluate_rhythm(arguments: argparse.Namespace, copilot: Copilot) -> int:
    """Measure planning: regret, solve times, gaps and whether counterfactuals equal a re-solve from scratch."""
    from copilot.planning_evaluation import SOLVE_SIZES, evaluate_planning

    result = evaluate_planning(
        copilot,
        max(1, arguments.interventions // 10),
        n_simulated=arguments.interventions,
        seeds=range(arguments.seeds),
        sizes=[size for size in SOLVE_SIZES if size < arguments.largest] + [arguments.largest],
    )
    return _report(result, arguments.json)


def run_evaluate_answers(arguments: argparse.Namespace, copilot: Copilot) -> int:
    """Measure the understanding of questions, the writer and the verifier."""
    from copilot.answers_evaluation import evaluate_answers
    from copilot.answers_table import answers_table

    with BuildProgress() as progress:
        result = evaluate_answers(copilot, arguments.questions, progress)
    if arguments.json:
        return _report(result, as_json=True)
    table(answers_table(result))
    say("the details, with all that was missed or refused: --json")
    return 0


def _report(result: Any, as_json: bool) -> int:
    print_json(result, indent=None if as_json else 2)
    return 0
