"""The command line: one small function per command; JSON goes to stdout, everything else to stderr.

Exit codes: 0 success, 1 one readable line about an operator's error, 2 wrong usage (argparse). A reader of stdout
that leaves early, such as `head`, ends a command with 1 and no line.
"""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from copilot.arguments import add_command, add_json_flag, day, port, positive, words
from copilot.brief_commands import add_brief_command
from copilot.console import BuildProgress, say, table
from copilot.decision_commands import add_decision_commands
from copilot.errors import OPERATOR_ERRORS
from copilot.evaluation_commands import add_evaluation_commands
from copilot.output import fact_rows, plan_document, print_json, print_text
from copilot.scenario_commands import add_scenario_commands
from copilot.settings import Settings, load_settings
from retrieval.quiet import quiet_environment

if TYPE_CHECKING:
    from copilot.service import Copilot
    from retrieval.encoder import TextEncoder

Command = Callable[[argparse.Namespace, Settings], int]
LANGUAGES = ("en", "zh")


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    quiet_environment()
    arguments = build_parser().parse_args(argv)
    try:
        settings = settings_from(arguments)
        arguments.lang = settings.lang
        logging.basicConfig(level=settings.log_level, stream=sys.stderr, format="%(levelname)s %(name)s: %(message)s")
        return arguments.run(arguments, settings)
    except OPERATOR_ERRORS as error:
        say(f"error: {_told(error, getattr(arguments, 'lang', None))}")
        return 1
    except KeyboardInterrupt:
        say("stopped; nothing was half-written")
        return 130


def _told(error: Exception, lang: str | None) -> str:
    """Return an error in the operator's language, as far as that is known and has words for it."""
    if lang not in LANGUAGES:
        return str(error)
    from copilot.error_lines import error_line
    from copilot.phrases import load_phrases

    return error_line(error, load_phrases(lang))


def settings_from(arguments: argparse.Namespace) -> Settings:
    """Return the settings with what the command line overrides."""
    names = ("workspace", "host", "port", "source", "source_path", "as_of", "weeks", "lang")
    given = {name: value for name in names if (value := getattr(arguments, name, None)) is not None}
    return load_settings(**given)


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of all commands."""
    parser = argparse.ArgumentParser(prog="launch-copilot", description="Plan product launches and ask why.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    build = add_command(commands, "build", run_build, "build the workspace from a source")
    build.add_argument("--source", choices=("complete_journey", "online_retail", "files"))
    build.add_argument("--path", dest="source_path", type=Path, help="folder or file of the source")
    build.add_argument("--as-of", dest="as_of", type=day, help="plan as of this day, such as 2017-10-09")

    serve = add_command(commands, "serve", run_serve, "serve the app in a browser")
    serve.add_argument("--host")
    serve.add_argument("--port", type=port)

    search = add_command(commands, "search", run_search, "search the catalogue")
    search.add_argument("query", type=words)
    search.add_argument("-k", type=positive, default=10, help="how many products to list (default 10)")
    add_json_flag(search)

    plan = add_command(commands, "plan", run_plan, "show the launch plan")
    plan.add_argument("--weeks", type=positive, help="weeks in the calendar (default 12)")
    add_json_flag(plan)

    ask = add_command(commands, "ask", run_ask, "ask a question about the plan")
    ask.add_argument("question", type=words)
    ask.add_argument("--lang", choices=LANGUAGES, help="COPILOT_LANG when not given")
    add_json_flag(ask)

    add_brief_command(commands, _on_copilot, LANGUAGES)
    add_evaluation_commands(commands, _on_copilot, _on_encoder)

    feedback = add_command(commands, "feedback", run_feedback, "record what launches really sold")
    feedback.add_argument("file", type=Path, help="CSV or Parquet with product_id, week, units")

    add_decision_commands(commands, _on_copilot)
    add_scenario_commands(commands, _on_copilot)
    add_command(commands, "doctor", run_doctor, "check the installation and the workspace")
    return parser


def run_build(arguments: argparse.Namespace, settings: Settings) -> int:
    """Build the workspace and its first plan."""
    from copilot.start import build, open_copilot

    with BuildProgress() as progress:
        workspace = build(settings, progress)
        copilot = open_copilot(settings, workspace)
        progress("plan", None, "choosing launches")
        stored = copilot.current_plan()
        progress("questions", None, "reading the examples that questions are understood by")
        copilot.parser(settings.lang).warm_up()
        progress("writer", None, "preparing the language model")
        copilot.writer.prepare()
        copilot.close()
    report = workspace.report()
    say(f"{report.title}, as of {report.as_of}: {report.n_candidates:,} candidates, plan version {stored.version}")
    for table_name, reasons in report.quarantined.items():
        for reason, count in reasons.items():
            say(f"set aside: {count:,} row{'s' if count != 1 else ''} of {table_name}: {reason}")
    for feature, reason in report.switched_off.items():
        say(f"off: {feature}: {reason}")
    say(f"built in {settings.workspace}; start the app with: launch-copilot serve")
    return 0


def run_serve(arguments: argparse.Namespace, settings: Settings) -> int:
    """Serve the app until it is stopped."""
    from app import serve

    return serve(settings)


def run_search(arguments: argparse.Namespace, settings: Settings) -> int:
    """Print the products nearest a query."""
    copilot = _copilot(settings)
    hits = copilot.search(arguments.query, arguments.k)
    rows = [
        {"product_id": hit.product_id, "title": hit.title, "category": hit.category, "status": hit.status}
        | {"score": round(hit.score, 6)}
        for hit in hits
    ]
    if arguments.json:
        print_json(rows)
    elif rows:
        table(rows)
    else:
        say("nothing in the catalogue matches that query")
    return 0


def run_plan(arguments: argparse.Namespace, settings: Settings) -> int:
    """Print the current plan; a calendar of another length is solved but not saved."""
    from copilot.empty_plan import why_empty
    from copilot.phrases import load_phrases

    configured = load_settings()
    copilot = _copilot(settings)
    if settings.weeks == configured.weeks:
        stored = copilot.current_plan()
        plan, version = stored.plan, stored.version
    else:
        plan, version = copilot.engine.solve(copilot.planning.standing()), None
        say(f"not saved: the configured calendar has {configured.weeks} weeks (COPILOT_WEEKS)")
    document = plan_document(plan, version)
    if not plan.launches:
        say(why_empty(copilot.engine, load_phrases(settings.lang)))
    if arguments.json:
        print_json(document)
        return 0
    table(document["launches"])
    say(f"{len(plan.launches)} launches, {plan.units:,.1f} units; {plan.status}, proven gap {plan.gap:.4%}")
    return 0


def run_ask(arguments: argparse.Namespace, settings: Settings) -> int:
    """Answer one question, sentence by sentence, after a line that says how it was understood."""
    from copilot.echo import understood_line
    from copilot.service import Finished, SentenceReady, Understood

    copilot = _copilot(settings)
    for event in copilot.ask(arguments.question, lang=settings.lang):
        if isinstance(event, Understood):
            (say if arguments.json else print_text)(understood_line(event.question, copilot.engine))
        elif isinstance(event, SentenceReady) and not arguments.json:
            print_text(event.sentence.text)
        elif isinstance(event, Finished) and arguments.json:
            print_json(event.answer.to_json())
        elif isinstance(event, Finished):
            table(fact_rows(event.answer.facts, settings.lang))
    return 0


def run_feedback(arguments: argparse.Namespace, settings: Settings) -> int:
    """Record outcomes and show them beside what was planned."""
    from copilot.feedback import read_outcomes

    outcomes = read_outcomes(arguments.file)
    copilot = _copilot(settings)
    compared = copilot.record_outcomes(outcomes)
    table([row.as_row() for row in compared])
    judged = [row.within for row in compared if row.within is not None]
    say(f"recorded {len(compared)} outcomes; {sum(judged)} of {len(judged)} planned ones lie within their interval")
    return 0


def run_doctor(arguments: argparse.Namespace, settings: Settings) -> int:
    """Check the installation; exit 1 when something that the app needs is broken."""
    from copilot.doctor import examine

    checks = examine(settings)
    table([{"check": check.name, "state": check.state, "detail": check.detail} for check in checks])
    return int(any(check.state == "broken" for check in checks))


def _copilot(settings: Settings) -> Copilot:
    from copilot.start import open_copilot, open_workspace

    return open_copilot(settings, open_workspace(settings))


def _on_copilot(run: Callable[[argparse.Namespace, Copilot], int]) -> Command:
    """Return a command that works on the opened service."""
    return lambda arguments, settings: run(arguments, _copilot(settings))


def _on_encoder(run: Callable[[argparse.Namespace, TextEncoder], int]) -> Command:
    """Return a command that works on the encoder alone."""

    def command(arguments: argparse.Namespace, settings: Settings) -> int:
        from copilot.start import open_encoder

        return run(arguments, open_encoder(settings))

    return command


if __name__ == "__main__":
    sys.exit(main())
