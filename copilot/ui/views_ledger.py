"""The override ledger as HTML, and the switch between calendar, scenarios and overrides."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from markupsafe import Markup

from copilot.ledger import totals
from copilot.ui import formats
from copilot.ui.markup import join, plain
from copilot.ui.names import exact_name
from copilot.ui.words import Words

if TYPE_CHECKING:
    from copilot.ledger import LedgerEntry
    from copilot.records import Place

PAGES = ("calendar", "scenarios", "overrides")
COLUMNS = ("when", "what", "before", "after", "price", "expected", "sold", "stands")


def pages_html(words: Words) -> Markup:
    """Draw the switch between what the board shows; `page.js` moves it."""
    buttons = join(
        Markup('<button type="button" data-page="{}" aria-pressed="{}">{}</button>').format(
            page, "true" if page == PAGES[0] else "false", words(f"page.{page}")
        )
        for page in PAGES
    )
    return Markup('<div class="lc-pages" role="group" aria-label="{}">{}</div>').format(words("page.label"), buttons)


def ledger_html(entries: Sequence[LedgerEntry] | None, problem: str, words: Words) -> Markup:
    """Draw the ledger; the frame alone while it loads, and one line when it is empty or cannot be read."""
    if entries is None:
        inside = Markup("")
    elif not entries:
        inside = Markup('<p class="lc-void">{}</p>').format(problem or words("ledger.empty"))
    else:
        inside = _table(entries, words)
    return Markup(
        '<section class="lc-side" aria-label="{0}"><div class="lc-cal-bar"><h2>{0}</h2><small>{1}</small></div>'
        '<div class="lc-side-scroll">{2}</div></section>'
    ).format(words("ledger.title"), words("ledger.help"), inside)


def _table(entries: Sequence[LedgerEntry], words: Words) -> Markup:
    head = join(Markup('<th scope="col">{}</th>').format(words(f"ledger.col_{name}")) for name in COLUMNS)
    body = join(_row(entry, words) for entry in entries)
    return Markup(
        '<p class="lc-sum">{}</p><table class="lc-table"><thead><tr>{}</tr></thead><tbody>{}</tbody></table>'
    ).format(_sum(entries, words), head, body)


def _sum(entries: Sequence[LedgerEntry], words: Words) -> str:
    found = totals(entries)
    line = words("ledger.sum", n=found.n, delta=words.signed(found.delta_units))
    if not found.n_known:
        return f"{line} {words('ledger.none_known')}"
    units, expected = words.number(found.units), words.number(found.expected_units)
    return f"{line} {words('ledger.known', n=found.n_known, units=units, expected=expected)}"


def _row(entry: LedgerEntry, words: Words) -> Markup:
    made = entry.override.decision
    when = Markup("{} {:%H:%M}<small>{}</small>").format(
        words("date.day", value=entry.override.at.date()),
        entry.override.at,
        words("ledger.who", actor=plain(entry.override.actor), version=entry.override.version),
    )
    low, high = words.signed(made.delta_low), words.signed(made.delta_high)
    price = Markup("{}<small>{}</small>").format(
        words.signed(made.delta_units), words("unit.interval", low=low, high=high)
    )
    stands = words("ledger.parts") if entry.stands is None else words("ledger.yes" if entry.stands else "ledger.no")
    title = exact_name(made.product_id, made.title, words) if made.product_id else plain(made.title)
    what = Markup("<b>{}</b><small>{}</small>").format(title, words(f"ledger.kind_{made.kind}"))
    places = [_place(place, words) if made.product_id else Markup("") for place in (made.before, made.after)]
    cells = (when, what, *places, price, _expected(entry, words))
    shown = join(Markup("<td>{}</td>").format(cell) for cell in (*cells, _sold(entry, words), stands))
    return Markup("<tr>{}</tr>").format(shown)


def _place(place: Place | None, words: Words) -> Markup:
    if place is None:
        return Markup('<span class="lc-none-said">{}</span>').format(words("ledger.nowhere"))
    return Markup("{}<small>{}</small>").format(formats.week(place.week), plain(place.placement))


def _expected(entry: LedgerEntry, words: Words) -> Markup:
    made = entry.override.decision
    if made.expected_units is None or made.low is None or made.high is None:
        return Markup("")
    interval = words("unit.interval", low=words.number(made.low), high=words.number(made.high))
    return Markup("{}<small>{}</small>").format(words.number(made.expected_units), interval)


def _sold(entry: LedgerEntry, words: Words) -> Markup:
    if entry.units is None:
        return Markup('<span class="lc-none-said">{}</span>').format(words(f"ledger.state_{entry.state}"))
    note = words("ledger.within") if entry.within else words("ledger.outside") if entry.within is False else ""
    elsewhere = words("ledger.elsewhere", week=formats.week(entry.launch_week)) if entry.launch_week else ""
    detail = " ".join(part for part in (note, elsewhere if entry.as_decided is False else "") if part)
    return Markup("{}<small>{}</small>").format(words.number(entry.units), detail)
