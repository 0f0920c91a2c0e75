"""Scenarios as HTML: the list, what each supposes, the forms that change them, and the comparison with the plan."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from markupsafe import Markup

from copilot.ui import formats
from copilot.ui.decisions import ScenarioBoard
from copilot.ui.markup import icon, join, plain
from copilot.ui.words import Words

if TYPE_CHECKING:
    from copilot.records import Scenario
    from copilot.scenario_measures import Compared, Measures

KINDS = ("lock", "exclude", "cap", "capacity", "forecast", "price")


def scenarios_html(board: ScenarioBoard | None, words: Words) -> Markup:
    """Draw the scenarios; the frame alone while they load."""
    inside = join((_begin_form(board, words), _list(board, words), _comparison(board, words))) if board else Markup("")
    bar = Markup('<div class="lc-cal-bar"><h2>{}</h2><small>{}</small></div>').format(
        words("scenario.title"), words("scenario.help")
    )
    return Markup('<section class="lc-side" aria-label="{}">{}<div class="lc-side-scroll">{}</div></section>').format(
        words("scenario.title"), bar, inside
    )


def _begin_form(board: ScenarioBoard, words: Words) -> Markup:
    parents = [("", words("scenario.from_plan", version=board.version))]
    parents += [(item.name, plain(item.name)) for item in board.scenarios]
    return Markup('<div class="lc-form" data-form="begin">{}{}{}</div>').format(
        _input("name", words("scenario.name"), words),
        _select("parent", words("scenario.from"), parents),
        _button("begin", words("scenario.begin"), strong=True),
    )


def _list(board: ScenarioBoard, words: Words) -> Markup:
    if not board.scenarios:
        return Markup('<p class="lc-void">{}</p>').format(words("scenario.empty"))
    titles = ("choose", "name", "supposes", "launches", "worth", "act")
    head = join(Markup('<th scope="col">{}</th>').format(words(f"scenario.col_{title}")) for title in titles)
    rows = join(_row(item, board, words) for item in board.scenarios)
    table = Markup('<table class="lc-table"><thead><tr>{}</tr></thead><tbody>{}</tbody></table>').format(head, rows)
    return table + _suppose_form(board, words)


def _row(scenario: Scenario, board: ScenarioBoard, words: Words) -> Markup:
    origin = words("scenario.branched", name=plain(scenario.parent)) if scenario.parent else ""
    begun = origin or words("scenario.begun_from", version=scenario.plan_version)
    checked = Markup(" checked") if scenario.name in board.chosen else ""
    choose = Markup('<input type="checkbox" data-choose value="{}" aria-label="{}"{}>').format(
        scenario.name, words("scenario.choose", name=plain(scenario.name)), checked
    )
    erase = Markup('<button type="button" class="lc-btn lc-quiet" data-do="erase" data-sure="{}">{}</button>').format(
        words("scenario.really"), words("scenario.erase")
    )
    return Markup(
        '<tr data-name="{}" data-revision="{}" data-version="{}"><td>{}</td><th scope="row">{}<small>{}</small></th>'
        '<td>{}</td><td class="lc-num">{}</td><td class="lc-num">{}</td><td class="lc-acts-cell">{}{}</td></tr>'
    ).format(
        scenario.name,
        scenario.revision,
        board.version,
        choose,
        plain(scenario.name),
        begun,
        _supposed(board.said[scenario.name], words),
        len(scenario.plan.launches),
        words.number(scenario.plan.objective),
        _button("adopt", words("scenario.adopt")),
        erase,
    )


def _supposed(lines: Sequence[str], words: Words) -> Markup:
    if not lines:
        return Markup('<span class="lc-none-said">{}</span>').format(words("scenario.nothing"))
    items = join(
        Markup(
            '<li>{}<button type="button" class="lc-x" data-do="drop" data-number="{}" aria-label="{}">{}</button></li>'
        ).format(plain(line), number, words("scenario.drop", what=plain(line)), icon("close"))
        for number, line in enumerate(lines, start=1)
    )
    return Markup('<ol class="lc-said">{}</ol>').format(items)


def _suppose_form(board: ScenarioBoard, words: Words) -> Markup:
    any_week = [("", words("scenario.any_week")), *((formats.week(x), formats.week(x)) for x in board.weeks)]
    places = [("", words("scenario.any_placement")), *((name, plain(name)) for name in board.placements)]
    groups = [("", words("scenario.any_group")), *((name, plain(name)) for name in board.groups)]
    fields = (
        _select("name", words("scenario.in"), [(item.name, plain(item.name)) for item in board.scenarios]),
        _select("kind", words("scenario.kind"), [(kind, words(f"scenario.kind_{kind}")) for kind in KINDS]),
        _input("product_id", words("scenario.product"), words, "lock exclude forecast price"),
        _input("amount", words("scenario.amount"), words, "cap capacity forecast price"),
        _select("week", words("scenario.week"), any_week, "lock exclude cap capacity"),
        _select("placement", words("scenario.placement"), places, "lock exclude capacity"),
        _select("group", words("scenario.group"), groups, "cap"),
        _button("suppose", words("scenario.suppose"), strong=True),
    )
    return Markup('<div class="lc-form" data-form="suppose">{}</div>').format(join(fields))


def _comparison(board: ScenarioBoard, words: Words) -> Markup:
    if not board.columns:
        return Markup("")
    columns = board.columns
    names = [plain(c.name) or words("header.plan_value", version=board.version) for c in columns]
    head = join(Markup('<th scope="col">{}</th>').format(name) for name in ("", *names))
    body = join(_lines(columns, words))
    problems = join(
        Markup('<p class="lc-warned">{}: {}</p>').format(plain(c.name), plain(c.problem)) for c in columns if c.problem
    )
    return Markup(
        '<h3>{}</h3>{}<table class="lc-table lc-compare"><thead><tr>{}</tr></thead><tbody>{}</tbody></table>'
    ).format(words("scenario.compared"), problems, head, body)


def _lines(columns: Sequence[Compared], words: Words) -> Iterable[Markup]:
    def line(label: str, cell: Callable[[Measures], str]) -> Markup:
        return _line(label, [cell(c.measures) if c.measures else "" for c in columns])

    yield line(words("scenario.worth"), lambda m: words.number(m.objective))
    yield _line(words("scenario.against"), [_delta(column, words) for column in columns])
    yield line(words("scenario.units"), lambda m: words.number(m.units))
    yield line(words("scenario.low"), lambda m: words.number(m.low_units))
    yield line(words("scenario.reach"), lambda m: _reach(m, words))
    yield line(words("scenario.launches"), lambda m: str(m.n_launches))
    measured = [column.measures for column in columns if column.measures]
    yield _heading(words("scenario.per_week"), len(columns))
    for week in measured[0].per_week if measured else ():
        yield line(formats.week(week), lambda m, week=week: str(m.per_week.get(week, 0)))
    yield _heading(words("scenario.per_group"), len(columns))
    for group in dict.fromkeys(group for m in measured for group in m.per_group):
        yield line(plain(group), lambda m, group=group: str(m.per_group.get(group, 0)))


def _line(label: str, cells: Sequence[str]) -> Markup:
    shown = join(Markup('<td class="lc-num">{}</td>').format(cell) for cell in cells)
    return Markup('<tr><th scope="row">{}</th>{}</tr>').format(label, shown)


def _heading(label: str, n_columns: int) -> Markup:
    return Markup('<tr class="lc-part"><th scope="rowgroup" colspan="{}">{}</th></tr>').format(n_columns + 1, label)


def _delta(column: Compared, words: Words) -> str:
    if column.delta_units is None or column.delta_low is None or column.delta_high is None:
        return ""
    low, high = words.signed(column.delta_low), words.signed(column.delta_high)
    return words("scenario.delta", delta=words.signed(column.delta_units), low=low, high=high)


def _reach(measures: Measures, words: Words) -> str:
    if measures.reach is None:
        return words("scenario.reach_unknown")
    return words("scenario.reach_value", percent=f"{100 * measures.reach:.1f}", n=measures.n_unreached)


def _input(name: str, label: str, words: Words, kinds: str = "") -> Markup:
    return Markup('<label data-kinds="{}">{}<input type="text" name="{}" autocomplete="off"></label>').format(
        kinds, label, name
    )


def _select(name: str, label: str, options: Iterable[tuple[str, str]], kinds: str = "") -> Markup:
    shown = join(Markup('<option value="{}">{}</option>').format(value, text) for value, text in options)
    return Markup('<label data-kinds="{}">{}<select name="{}">{}</select></label>').format(kinds, label, name, shown)


def _button(action: str, label: str, *, strong: bool = False) -> Markup:
    return Markup('<button type="button" class="lc-btn{}" data-do="{}">{}</button>').format(
        " lc-strong" if strong else "", action, label
    )
