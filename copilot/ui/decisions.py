"""What happens in the scenarios and in the override ledger: plain functions over the service, as in `handlers`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any

from copilot.errors import CopilotError, ScenarioRefused, StalePlan, StaleScenario, UnknownScenario, UnknownWeek
from copilot.scenarios import MOST_COMPARED
from copilot.ui.handlers import Change, explain, open_board
from copilot.ui.markup import plain
from copilot.ui.state import Toast
from copilot.ui.words import Words
from ranking.conflicts import describe
from ranking.interventions import CapLaunches, ChangePrice, Exclude, Intervention, Lock, ScaleForecast, SetCapacity
from retrieval.weeks import parse_week

if TYPE_CHECKING:
    from copilot.ledger import LedgerEntry
    from copilot.records import Scenario
    from copilot.scenario_measures import Compared
    from copilot.service import Copilot


@dataclass(frozen=True)
class ScenarioBoard:
    """The scenarios, what each supposes in words, and those set beside the plan.

    Attributes:
        said: name -> its interventions in the operator's words.
        columns: the current plan first; empty while no scenario is chosen.
        version: the plan's, so that adopting names the plan that was seen.
    """

    scenarios: tuple[Scenario, ...]
    said: Mapping[str, tuple[str, ...]]
    columns: tuple[Compared, ...]
    version: int
    weeks: tuple[date, ...]
    placements: tuple[str, ...]
    groups: tuple[str, ...]

    @property
    def chosen(self) -> frozenset[str]:
        return frozenset(column.name for column in self.columns if column.name)


@dataclass(frozen=True)
class Request:
    """What a click in the scenarios asks for; the fields that its action does not need stay empty."""

    action: str
    name: str = ""
    parent: str = ""
    revision: int = 0
    version: int = 0
    number: int = 0
    kind: str = ""
    product_id: str = ""
    week: str = ""
    placement: str = ""
    group: str = ""
    amount: str = ""
    chosen: tuple[str, ...] | None = None


Acted = tuple[ScenarioBoard | None, Change]  # None leaves the scenarios as they are drawn


def read_request(data: Mapping[str, object]) -> Request:
    """Return the request of a click, from what the page sent: nothing in it is trusted."""
    names = ("action", "name", "parent", "kind", "product_id", "week", "placement", "group", "amount")
    texts: dict[str, Any] = {name: str(data.get(name) or "") for name in names}
    counts: dict[str, Any] = {name: _whole(str(data.get(name, ""))) or 0 for name in ("revision", "version", "number")}
    chosen = data.get("chosen")
    listed = tuple(str(name) for name in chosen) if isinstance(chosen, list) else None
    return Request(**texts, **counts, chosen=listed)


def open_ledger(copilot: Copilot, words: Words) -> tuple[tuple[LedgerEntry, ...], str]:
    """Return the ledger's entries, or, second, the line that says why there are none to show."""
    try:
        return copilot.ledger(), ""
    except Exception as error:  # noqa: BLE001 - every failure becomes one line, bugs are logged in `explain`
        return (), explain(error, words)


def open_scenarios(copilot: Copilot, chosen: tuple[str, ...] | None = None) -> ScenarioBoard:
    """Read the scenarios and compare those chosen; the newest ones when none was chosen yet."""
    scenarios, problem = copilot.scenarios.all(), copilot.engine.problem
    names = [item.name for item in scenarios]
    wanted = names[-MOST_COMPARED:] if chosen is None else [name for name in chosen if name in names]
    return ScenarioBoard(
        scenarios=scenarios,
        said={item.name: tuple(describe(problem, x) for x in item.interventions) for item in scenarios},
        columns=copilot.scenarios.compare(wanted) if wanted else (),
        version=copilot.current_plan().version,
        weeks=problem.weeks,
        placements=problem.placements,
        groups=tuple(sorted(set(problem.groups))),
    )


def act(copilot: Copilot, request: Request, words: Words) -> Iterator[Acted]:
    """Do what a click asks. Nothing typed is lost by an error, and what changed meanwhile is shown with the reason."""
    if request.action != "open":
        yield None, Change.saying(words("toast.working"), "working")
    try:
        change = _ACTIONS[request.action](copilot, request, words)
        yield open_scenarios(copilot, _chosen_after(request)), change
    except (StaleScenario, StalePlan, UnknownScenario) as error:
        yield _fresh(copilot, request), Change.saying(explain(error, words))
    except Exception as error:  # noqa: BLE001 - as above
        yield None, Change.saying(explain(error, words))


def intervention_of(request: Request) -> Intervention:
    """Return the intervention that was filled in.

    Raises:
        UnknownWeek, ScenarioRefused: a week or number that is none, or what the kind needs is missing.
    """
    week, placement = _week(request.week), request.placement or None
    product_id = request.product_id.strip()
    if request.kind in ("lock", "exclude", "forecast", "price") and not product_id:
        raise ScenarioRefused("Give the product's id; the calendar and the search show it.")
    match request.kind:
        case "lock":
            return Lock(product_id, week, placement)
        case "exclude":
            return Exclude(product_id, week, placement)
        case "cap":
            return CapLaunches(_count(request.amount), week, request.group or None)
        case "forecast":
            return ScaleForecast(product_id, _factor(request.amount))
        case "price":
            return ChangePrice(product_id, _factor(request.amount))
        case "capacity" if week and placement:
            return SetCapacity(week, placement, _count(request.amount))
    raise ScenarioRefused("A capacity needs its week and its placement; choose both.")


def _open(copilot: Copilot, request: Request, words: Words) -> Change:
    return Change(only_toast=True)


def _begin(copilot: Copilot, request: Request, words: Words) -> Change:
    made = copilot.scenarios.create(request.name, request.parent)
    return _done(words("scenario.begun", name=plain(made.name)))


def _suppose(copilot: Copilot, request: Request, words: Words) -> Change:
    changed = copilot.scenarios.add(request.name, intervention_of(request), request.revision)
    return _done(words("scenario.changed", name=plain(changed.name), worth=words.number(changed.plan.objective)))


def _drop(copilot: Copilot, request: Request, words: Words) -> Change:
    changed = copilot.scenarios.remove(request.name, request.number, request.revision)
    return _done(words("scenario.changed", name=plain(changed.name), worth=words.number(changed.plan.objective)))


def _erase(copilot: Copilot, request: Request, words: Words) -> Change:
    copilot.scenarios.delete(request.name, request.revision)
    return _done(words("scenario.erased", name=plain(request.name)))


def _adopt(copilot: Copilot, request: Request, words: Words) -> Change:
    stored = copilot.scenarios.adopt(request.name, request.revision, request.version)
    line = words("scenario.adopted", version=stored.version, name=plain(request.name))
    return Change(open_board(copilot, words), toast=Toast(line, "done", request.version))


_ACTIONS: Mapping[str, Callable[[Copilot, Request, Words], Change]] = {
    "open": _open,
    "begin": _begin,
    "suppose": _suppose,
    "drop": _drop,
    "erase": _erase,
    "adopt": _adopt,
}


def _done(line: str) -> Change:
    return replace(Change.saying(line), toast=Toast(line))


def _fresh(copilot: Copilot, request: Request) -> ScenarioBoard | None:
    try:
        return open_scenarios(copilot, request.chosen)
    except CopilotError:
        return None


def _chosen_after(request: Request) -> tuple[str, ...] | None:
    if request.chosen is None or request.action != "begin" or len(request.chosen) >= MOST_COMPARED:
        return request.chosen
    return (*request.chosen, plain(request.name))


def _week(text: str) -> date | None:
    try:
        return parse_week(text) if text else None
    except ValueError as cause:
        raise UnknownWeek(f"“{plain(text)[:40]}” is no week such as 2017-W41.") from cause


def _whole(text: str) -> int | None:
    return int(text) if text.strip().isascii() and text.strip().isdigit() and len(text) < 10 else None


def _count(text: str) -> int:
    number = _whole(text)
    if number is None:
        raise ScenarioRefused(f"“{plain(text)[:40]}” is no number of launches; give a whole number from 0.")
    return number


def _factor(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = -1.0
    if not 0 <= number <= 1_000:
        raise ScenarioRefused(f"“{plain(text)[:40]}” is no factor; give a number from 0, such as 0.8.")
    return number
