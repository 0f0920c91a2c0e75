"""Markup: the few HTML pieces that all views share. `Markup.format` escapes whatever is filled in."""

from __future__ import annotations

import html
from collections.abc import Iterable

from markupsafe import Markup

from copilot.cleaning import clean_text

_ICON = '<svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" {}>{}</svg>'
_PATHS = {
    "lock": '<rect x="4.5" y="11" width="15" height="9.5" rx="2"/><path d="M8 11V7.5a4 4 0 0 1 8 0V11"/>',
    "mark": '<rect x="3" y="4" width="18" height="16" rx="3"/><path d="M3 9h18M8 2v4M16 2v4M8 16l3-3 2 2 3-4"/>',
    "theme": '<circle cx="12" cy="12" r="8.5"/><path d="M12 3.5v17a8.5 8.5 0 0 0 0-17z" fill="currentColor"/>',
    "close": '<path d="M6 6l12 12M18 6L6 18"/>',
    "download": '<path d="M12 4v11M7 11l5 5 5-5M5 20h14"/>',
    "back": '<path d="M14 6l-6 6 6 6"/>',
}


def icon(name: str) -> Markup:
    """Return an inline icon; it carries no words, so readers of the page's text skip it."""
    return Markup(_ICON.format('aria-hidden="true"', _PATHS[name]))


def join(parts: Iterable[str]) -> Markup:
    """Return the parts one after the other, each escaped unless it is markup already."""
    return Markup("").join(parts)


def plain(text: str) -> str:
    """Return untrusted text on one line, without control, invisible or direction-turning characters."""
    return clean_text(text)


def plot_text(text: str, limit: int = 60) -> str:
    """Return text for a Plotly label, which reads a few HTML tags: escaped, on one line, at most `limit` characters."""
    short = plain(text)
    return html.escape(short if len(short) <= limit else f"{short[: limit - 1]}…", quote=False)
