"""What stands above the calendar as HTML: the header with its language switch, the notices, the narrow tabs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from markupsafe import Markup

from copilot.ui import formats
from copilot.ui.markup import icon, join, plain
from copilot.ui.names import writer_name
from copilot.ui.state import Board
from copilot.ui.words import Words, languages, load_words

if TYPE_CHECKING:
    from copilot.service import Notice

GAP_DIGITS = 6  # a smaller gap is a rounding error of the solver


def tabs_html(words: Words) -> Markup:
    """Draw the switch between calendar and chat that a narrow window shows; `page.js` moves it."""
    buttons = join(
        Markup('<button type="button" data-view="{}" aria-pressed="{}">{}</button>').format(
            view, "true" if view == "calendar" else "false", words(f"view.{view}")
        )
        for view in ("calendar", "chat")
    )
    return Markup('<div class="lc-tabs" role="group" aria-label="{}">{}</div>').format(words("view.label"), buttons)


def header_html(board: Board | None, words: Words, *, waiting: bool = False) -> Markup:
    """Draw the top line: the product's name, what plan this is, and who writes.

    While the plan is read again, `waiting` keeps the places of its figures without showing them.
    """
    facts = _header_facts(board, words) if board else []
    items = join(
        Markup("<div><dt>{}</dt><dd>{} <small>{}</small></dd></div>").format(label, value, note)
        for label, value, note in facts
    )
    return Markup(
        '<div class="lc-head" data-speaks="{}"><div class="lc-brand">{}{}</div><dl class="lc-facts{}"{}>{}</dl>'
        '{}<button type="button" class="lc-theme" data-theme-switch title="{}" aria-label="{}">{}</button></div>'
    ).format(
        words.lang,
        icon("mark"),
        words("product"),
        " lc-waiting" if waiting else "",
        Markup(' aria-hidden="true"') if waiting else "",
        items,
        _language_switch(words),
        words("header.theme"),
        words("header.theme"),
        icon("theme"),
    )


def _language_switch(words: Words) -> Markup:
    """Draw the switch of the screen's language; `page.js` finds the other's path, as one of them lies at the root."""
    items = join(_language(load_words(lang), current=lang == words.lang) for lang in languages())
    return Markup('<nav class="lc-langs" aria-label="{}">{}</nav>').format(words("header.languages"), items)


def _language(own: Words, *, current: bool) -> Markup:
    name = own("header.own_name")
    if current:
        return Markup('<span lang="{}" aria-current="true">{}</span>').format(own.lang, name)
    return Markup(
        '<a href="{0}" hreflang="{0}" lang="{0}" data-language="{0}" title="{1}" aria-label="{1}">{2}</a>'
    ).format(own.lang, own("header.switch"), name)


def notices_html(notices: Iterable[Notice], words: Words) -> Markup:
    """Draw the lines about simulated, missing or stale parts; nothing when there are none."""
    by_kind: dict[str, list[str]] = {}
    for notice in notices:
        by_kind.setdefault(notice.kind, []).append(plain(notice.text))
    items = [
        Markup('<li><span class="lc-tag">{}</span><span>{}</span></li>').format(
            words(f"notice.{kind}"), " ".join(texts)
        )
        for kind, texts in by_kind.items()
    ]
    if not items:
        return Markup("")
    hide = Markup('<button type="button" data-hide-notices>{}</button>').format(words("notice.hide"))
    return Markup('<ul class="lc-notices" role="status">{}{}</ul>').format(join(items), hide)


def _header_facts(board: Board, words: Words) -> list[tuple[str, str, str]]:
    plan = board.stored.plan
    return [
        (
            words("header.plan"),
            words("header.plan_value", version=board.stored.version),
            words("header.plan_note", launches=len(plan.launches)),
        ),
        (words("header.objective"), words.number(plan.units), words("header.objective_note")),
        (
            words("header.gap"),
            words.number(round(plan.gap, GAP_DIGITS), "share"),
            words("header.gap_note", status=words(f"status.{plan.status}")),
        ),
        (
            words("header.as_of"),
            words("date.day", value=board.as_of),
            words("header.as_of_note", week=formats.week(board.as_of)),
        ),
        (
            words("header.writer"),
            writer_name(board.writer.name, words),
            words("header.writer_note", writer=board.writer.instead_of) if board.writer.instead_of else "",
        ),
    ]
