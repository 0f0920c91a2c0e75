"""The calendar as HTML: weeks across, placements down, launches as buttons."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from markupsafe import Markup

from copilot.ui import formats
from copilot.ui.markup import icon, join, plain
from copilot.ui.names import exact_name, repeated
from copilot.ui.state import Board
from copilot.ui.words import Words

if TYPE_CHECKING:
    from ranking.plan import Launch, Plan
    from ranking.problem import Slot

N_COLOURS = 8  # as many as can be told apart; further groups share the neutral colour


@dataclass(frozen=True)
class ColourKey:
    """What one colour of the calendar stands for: `colour` 0 is the neutral one."""

    label: str
    colour: int
    n_launches: int


def colour_keys(groups: Iterable[str]) -> tuple[dict[str, ColourKey], tuple[ColourKey, ...]]:
    """Give each category group a colour: its own while they are few, else its first level's.

    Args:
        groups: the group of every launch, repeated as often as it is launched.
    Returns:
        The key of each group, and the keys in the legend's order (most launches first, the neutral one last).
    """
    counts = Counter(groups)
    top_of = {group: group if len(counts) <= N_COLOURS else group.split(" > ")[0] for group in counts}
    totals: Counter[str] = Counter()
    for group, n in counts.items():
        totals[top_of[group]] += n
    ranked = sorted(totals, key=lambda top: (-totals[top], top))
    keys = {top: ColourKey(top, i + 1, totals[top]) for i, top in enumerate(ranked[:N_COLOURS])}
    rest = ColourKey("", 0, sum(totals[top] for top in ranked[N_COLOURS:]))
    legend = (*keys.values(), rest) if rest.n_launches else tuple(keys.values())
    return {group: keys.get(top, rest) for group, top in top_of.items()}, legend


def calendar_html(board: Board, words: Words) -> Markup:
    """Draw the launch calendar of a board."""
    plan = board.stored.plan
    if not plan.launches:
        return empty_calendar_html(board.why_empty, words)
    keys, legend = colour_keys(launch.group for launch in plan.launches)
    weeks = tuple(sorted({slot.week for slot in board.slots} | {launch.week for launch in plan.launches}))
    placements = tuple(dict.fromkeys(slot.placement for slot in board.slots))
    alike = repeated(launch.title for launch in plan.launches)
    rows = join(_placement_row(board, placement, weeks, keys, alike, words) for placement in placements)
    return Markup(
        '<section class="lc-cal" aria-label="{}" data-plan="{}" data-stale="{}">{}'
        '<div class="lc-cal-scroll"><table class="lc-grid">'
        '<caption class="lc-sr">{}</caption><thead>{}</thead><tbody>{}</tbody><tfoot>{}</tfoot>'
        "</table></div></section>"
    ).format(
        words("calendar.title"),
        board.stored.version,
        words("calendar.stale_brief", version=board.stored.version),
        _toolbar(plan, legend, words),
        words("calendar.help"),
        _week_row(weeks, words),
        rows,
        _totals_row(board, weeks, words),
    )


def empty_calendar_html(line: str, words: Words) -> Markup:
    """Draw the calendar's frame around one line, while it loads or when nothing is planned."""
    return Markup(
        '<section class="lc-cal" aria-label="{0}"><div class="lc-cal-bar"><h2>{0}</h2></div>'
        '<p class="lc-void">{1}</p></section>'
    ).format(words("calendar.title"), line)


def _toolbar(plan: Plan, legend: tuple[ColourKey, ...], words: Words) -> Markup:
    options = join(
        Markup('<option value="{0}">{0}</option>').format(group)
        for group in sorted({launch.group for launch in plan.launches})
    )
    keys = join(_legend_key(key, words) for key in legend)
    free = Markup('<span class="lc-key lc-static"><i class="lc-free"></i>{}</span>').format(words("calendar.free_key"))
    return Markup(
        '<div class="lc-cal-bar"><h2>{}</h2><select aria-label="{}" data-group-filter><option value="">{}</option>{}'
        '</select><div class="lc-legend" role="group" aria-label="{}">{}{}</div></div>'
    ).format(
        words("calendar.title"),
        words("calendar.filter"),
        words("calendar.all_groups"),
        options,
        words("calendar.filter"),
        keys,
        free,
    )


def _legend_key(key: ColourKey, words: Words) -> Markup:
    return Markup(
        '<button type="button" class="lc-key lc-g{0}" data-colour="{0}" aria-pressed="false"><i></i>{1}</button>'
    ).format(key.colour, key.label or words("calendar.other"))


def _week_row(weeks: tuple[date, ...], words: Words) -> Markup:
    cells = join(
        Markup('<th scope="col"><b>{}</b><small>{}</small></th>').format(
            formats.short_week(week), words("date.day" if i == 0 else "date.short_day", value=week)
        )
        for i, week in enumerate(weeks)
    )
    return Markup('<tr><th scope="col">{}</th>{}</tr>').format(words("calendar.placement"), cells)


def _placement_row(
    board: Board,
    placement: str,
    weeks: tuple[date, ...],
    keys: Mapping[str, ColourKey],
    alike: frozenset[str],
    words: Words,
) -> Markup:
    slots = {slot.week: slot for slot in board.slots if slot.placement == placement}
    cells = join(_cell(board, slots.get(week), week, placement, keys, alike, words) for week in weeks)
    return Markup('<tr><th scope="row"><b>{}</b>{}</th>{}</tr>').format(
        placement, _lift_note(board, placement, words), cells
    )


def _lift_note(board: Board, placement: str, words: Words) -> Markup:
    lift = board.lifts.get(placement)
    if lift is None:
        return Markup("")
    low, high, value = (words.number(x, "ratio") for x in (lift.low, lift.high, lift.lift_ratio))
    detail = words("calendar.lift_detail", ratio=value, low=low, high=high)
    return Markup('<small class="lc-num" title="{}">{}</small>').format(detail, words("calendar.lift", ratio=value))


def _cell(
    board: Board,
    slot: Slot | None,
    week: date,
    placement: str,
    keys: Mapping[str, ColourKey],
    alike: frozenset[str],
    words: Words,
) -> Markup:
    launches = board.stored.plan.launches_in(week, placement)
    if slot is None and not launches:
        spoken = words("calendar.cell_closed", week=formats.week(week), placement=placement)
        return Markup('<td aria-label="{}"><div class="lc-none" title="{}"></div></td>').format(
            spoken, words("calendar.closed")
        )
    by_worth = sorted(launches, key=lambda launch: -launch.expected_units)
    chips = join(
        _chip(launch, launch.product_id in board.locked, keys[launch.group], alike, words) for launch in by_worth
    )
    free = (slot.capacity if slot else 0) - len(launches)
    room = Markup('<div class="lc-open">{}</div>').format(words("calendar.free", n=free)) if free > 0 else ""
    spoken = words(
        "calendar.cell", week=formats.week(week), placement=placement, launches=len(launches), free=max(free, 0)
    )
    return Markup('<td aria-label="{}"><div class="lc-cell">{}{}</div></td>').format(spoken, chips, room)


def _chip(launch: Launch, locked: bool, key: ColourKey, alike: frozenset[str], words: Words) -> Markup:
    title, week = plain(launch.title), formats.week(launch.week)
    worth = words.number(launch.expected_units)
    spoken = words(
        "calendar.chip_locked" if locked else "calendar.chip",
        title=exact_name(launch.product_id, title, words) if title in alike else title,
        week=week,
        placement=launch.placement,
        units=worth,
    )
    number = words("calendar.id", product_id=launch.product_id)
    told = Markup('<small class="lc-id">{}</small>').format(number) if title in alike else ""
    slot = words("calendar.tip_launch", week=week, placement=launch.placement, product_id=launch.product_id)
    interval = words("calendar.tip_units", units=worth, low=words.number(launch.low), high=words.number(launch.high))
    return Markup(
        '<button type="button" class="lc-chip lc-g{}" tabindex="-1" data-product="{}" data-group="{}" data-colour="{}"'
        ' data-tip-title="{}" data-tip-slot="{}" data-tip-units="{}" aria-label="{}" aria-pressed="false">'
        "<span>{}</span>{}<em>{}{}</em></button>"
    ).format(
        key.colour,
        launch.product_id,
        launch.group,
        key.colour,
        title,
        slot,
        interval,
        spoken,
        title,
        told,
        icon("lock") if locked else "",
        worth,
    )


def _totals_row(board: Board, weeks: tuple[date, ...], words: Words) -> Markup:
    by_week = [board.stored.plan.launches_in(week) for week in weeks]
    totals = [sum(launch.expected_units for launch in launches) for launches in by_week]
    top = max([*totals, 1e-9])
    cells = join(
        _total(board, total, len(launches), total / top, words) for total, launches in zip(totals, by_week, strict=True)
    )
    return Markup('<tr><th scope="row">{}</th>{}</tr>').format(words("calendar.total"), cells)


def _total(board: Board, total: float, n_launches: int, share: float, words: Words) -> Markup:
    recommended = board.recommended_per_week
    detail = words("calendar.total_detail", n=n_launches, recommended=recommended) if recommended else ""
    return Markup(
        '<td title="{}"><div class="lc-total"><b>{}</b><span>{}</span></div>'
        '<span class="lc-bar"><i style="width:{:.0f}%"></i></span></td>'
    ).format(
        detail,
        words("calendar.total_units", units=words.number(total)),
        words("calendar.total_launches", n=n_launches),
        100 * share,
    )
