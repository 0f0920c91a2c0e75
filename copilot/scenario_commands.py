"""Commands on scenarios: begin, change, compare, adopt and delete them."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from copilot.arguments import add_command, add_json_flag, count, factor, positive, week
from copilot.console import say, table
from copilot.output import print_json
from ranking.interventions import (
    CapLaunches,
    ChangePrice,
    Exclude,
    Lock,
    ScaleForecast,
    SetCapacity,
    intervention_to_json,
)
from retrieval.weeks import format_week

if TYPE_CHECKING:
    from copilot.records import Scenario
    from copilot.scenario_measures import Compared
    from copilot.service import Copilot

Run = Callable[[argparse.Namespace, "Copilot"], int]
Opened = Callable[[Run], Callable[..., int]]


def add_scenario_commands(commands: Any, opened: Opened) -> None:
    """Add `scenario` with its subcommands; `opened` makes a command of a function on the opened service."""
    scenario = commands.add_parser("scenario", help="suppose other plans and compare them")
    parts = scenario.add_subparsers(required=True, metavar="PART")
    add_json_flag(add_command(parts, "list", opened(run_list), "list the scenarios"))
    create = _named(parts, "create", opened(run_create), "begin a scenario with what stands in the plan")
    create.add_argument("--from", dest="parent", default="", metavar="SCENARIO", help="branch from this one instead")
    _named(parts, "show", opened(run_show), "show a scenario")
    _add_kinds(parts.add_parser("add", help="suppose one more thing and plan again"), opened(run_add))
    remove = _named(parts, "remove", opened(run_remove), "suppose one thing less and plan again")
    remove.add_argument("number", type=positive, help="as `scenario show` counts them")
    compare = add_command(parts, "compare", opened(run_compare), "set up to four scenarios beside the plan")
    compare.add_argument("names", nargs="+", metavar="NAME")
    add_json_flag(compare)
    _named(parts, "adopt", opened(run_adopt), "let what a scenario supposes stand in the plan, as a new version")
    _named(parts, "delete", opened(run_delete), "delete a scenario")


def _add_kinds(add: argparse.ArgumentParser, run: Callable[..., int]) -> None:
    add.add_argument("name")
    kinds = add.add_subparsers(required=True, metavar="KIND", dest="kind")
    for kind, summary in (("lock", "a product must be launched"), ("exclude", "a product may not be launched")):
        parser = add_command(kinds, kind, run, summary)
        parser.add_argument("product_id")
        _where(parser)
    cap = add_command(kinds, "cap", run, "at most so many launches a week")
    cap.add_argument("launches", type=count)
    cap.add_argument("--week", type=week)
    cap.add_argument("--group")
    capacity = add_command(kinds, "capacity", run, "a slot takes so many launches")
    capacity.add_argument("launches", type=count)
    _where(capacity, required=True)
    forecast = add_command(kinds, "forecast", run, "a product sells so many times its forecast")
    forecast.add_argument("product_id")
    forecast.add_argument("factor", type=factor)
    price = add_command(kinds, "price", run, "a product costs so many times its price")
    price.add_argument("product_id")
    price.add_argument("factor", type=factor)
    for parser in kinds.choices.values():
        _change_flags(parser)


def _named(parts: Any, name: str, run: Callable[..., int], summary: str) -> argparse.ArgumentParser:
    parser = add_command(parts, name, run, summary)
    parser.add_argument("name")
    _change_flags(parser)
    return parser


def _where(parser: argparse.ArgumentParser, *, required: bool = False) -> None:
    parser.add_argument("--week", type=week, required=required)
    parser.add_argument("--placement", required=required)


def _change_flags(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--revision", type=positive, help="the revision you saw; refused when it changed since")
    add_json_flag(parser)


def run_list(arguments: argparse.Namespace, copilot: Copilot) -> int:
    """Print the scenarios."""
    scenarios = copilot.scenarios.all()
    if arguments.json:
        print_json([scenario_document(item) for item in scenarios])
    elif scenarios:
        table([_list_row(item) for item in scenarios])
    else:
        say(_words("scenario_empty"))
    return 0


def run_create(arguments: argparse.Namespace, copilot: Copilot) -> int:
    """Begin a scenario."""
    return _show(copilot, copilot.scenarios.create(arguments.name, arguments.parent), arguments.json)


def run_show(arguments: argparse.Namespace, copilot: Copilot) -> int:
    """Print one scenario."""
    return _show(copilot, copilot.scenarios.get(arguments.name), arguments.json)


def run_add(arguments: argparse.Namespace, copilot: Copilot) -> int:
    """Add an intervention."""
    match arguments.kind:
        case "lock":
            item = Lock(arguments.product_id, arguments.week, arguments.placement)
        case "exclude":
            item = Exclude(arguments.product_id, arguments.week, arguments.placement)
        case "cap":
            item = CapLaunches(arguments.launches, arguments.week, arguments.group)
        case "capacity":
            item = SetCapacity(arguments.week, arguments.placement, arguments.launches)
        case "price":
            item = ChangePrice(arguments.product_id, arguments.factor)
        case _:
            item = ScaleForecast(arguments.product_id, arguments.factor)
    changed = copilot.scenarios.add(arguments.name, item, _revision(arguments, copilot))
    return _show(copilot, changed, arguments.json)


def run_remove(arguments: argparse.Namespace, copilot: Copilot) -> int:
    """Remove an intervention."""
    changed = copilot.scenarios.remove(arguments.name, arguments.number, _revision(arguments, copilot))
    return _show(copilot, changed, arguments.json)


def run_compare(arguments: argparse.Namespace, copilot: Copilot) -> int:
    """Print scenarios beside the plan, one column each."""
    columns = copilot.scenarios.compare(arguments.names)
    if arguments.json:
        print_json([column.to_json() for column in columns])
        return 0
    table(_compare_rows(columns))
    for column in columns:
        if column.problem:
            say(f"{column.name}: {column.problem}")
    return 0


def run_adopt(arguments: argparse.Namespace, copilot: Copilot) -> int:
    """Make a scenario the plan."""
    version = copilot.current_plan().version
    stored = copilot.scenarios.adopt(arguments.name, _revision(arguments, copilot), version)
    if arguments.json:
        print_json({"version": stored.version, "objective": stored.plan.objective})
    else:
        say(_words("scenario_adopted", version=stored.version, name=arguments.name))
    return 0


def run_delete(arguments: argparse.Namespace, copilot: Copilot) -> int:
    """Delete a scenario."""
    copilot.scenarios.delete(arguments.name, _revision(arguments, copilot))
    if not arguments.json:
        say(_words("scenario_deleted", name=arguments.name))
    return 0


def scenario_document(scenario: Scenario) -> dict[str, Any]:
    """Return the object that the scenario commands print."""
    names = ("name", "parent", "plan_version", "revision", "actor")
    return {name: getattr(scenario, name) for name in names} | {
        "changed_at": scenario.changed_at.isoformat(timespec="seconds"),
        "interventions": [intervention_to_json(item) for item in scenario.interventions],
        "objective": scenario.plan.objective,
        "bound": scenario.plan.bound,
        "launches": len(scenario.plan.launches),
    }


def _revision(arguments: argparse.Namespace, copilot: Copilot) -> int:
    return arguments.revision or copilot.scenarios.get(arguments.name).revision


def _show(copilot: Copilot, scenario: Scenario, as_json: bool) -> int:
    if as_json:
        print_json(scenario_document(scenario))
        return 0
    from ranking.conflicts import describe

    said = [describe(copilot.engine.problem, item) for item in scenario.interventions]
    table([{"number": number, "supposes": line} for number, line in enumerate(said, start=1)])
    row = _list_row(scenario)
    say(_words("scenario_line", name=scenario.name, n=row["launches"], value=row["worth"]))
    return 0


def _list_row(scenario: Scenario) -> dict[str, object]:
    return {
        "name": scenario.name,
        "from": scenario.parent or f"plan v{scenario.plan_version}",
        "supposes": len(scenario.interventions),
        "launches": len(scenario.plan.launches),
        "worth": f"{scenario.plan.objective:,.2f}",
        "revision": scenario.revision,
    }


def _compare_rows(columns: tuple[Compared, ...]) -> list[dict[str, object]]:
    names = [column.name or "plan" for column in columns]
    rows = [("worth, units", [_units(c.measures.objective if c.measures else None) for c in columns])]
    rows.append(("against the plan", [_units(c.delta_units, "+") for c in columns]))
    rows.append(("expected units", [_units(c.measures.units if c.measures else None) for c in columns]))
    rows.append(("worth in the worst tenth", [_units(c.measures.low_units if c.measures else None) for c in columns]))
    rows.append(("audience reached", [_share(c) for c in columns]))
    rows.append(("launches", [str(c.measures.n_launches) if c.measures else "" for c in columns]))
    measured = [column.measures for column in columns]
    for at in next((list(m.per_week) for m in measured if m), []):
        rows.append((format_week(at), [str(m.per_week.get(at, 0)) if m else "" for m in measured]))
    for group in dict.fromkeys(group for m in measured if m for group in m.per_group):
        rows.append((group, [str(m.per_group.get(group, 0)) if m else "" for m in measured]))
    return [{"": label, **dict(zip(names, cells, strict=True))} for label, cells in rows]


def _words(key: str, **values: object) -> str:
    from copilot.phrases import load_phrases

    return load_phrases("en").message(key, **values)


def _units(value: float | None, sign: str = "") -> str:
    return "" if value is None else format(value, f"{sign},.2f")


def _share(column: Compared) -> str:
    if column.measures is None:
        return ""
    return "not known" if column.measures.reach is None else f"{column.measures.reach:.1%}"
