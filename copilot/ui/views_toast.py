"""The line at the foot of the page about what just happened, as HTML."""

from __future__ import annotations

from markupsafe import Markup

from copilot.ui.state import Toast
from copilot.ui.words import Words


def toast_html(toast: Toast, serial: str, words: Words) -> Markup:
    """Draw a toast; `serial` makes a repeated line a new one, so that it shows again."""
    buttons = Markup("")
    if toast.undo_version is not None:
        buttons += Markup('<button type="button" data-toast="undo" data-version="{}">{}</button>').format(
            toast.undo_version, words("toast.undo")
        )
    if toast.kind != "working":
        buttons += Markup('<button type="button" data-toast="dismiss">{}</button>').format(words("toast.dismiss"))
    return Markup(
        '<div class="lc-toast lc-toast-{}" data-kind="{}" data-serial="{}" role="{}"><span>{}</span>{}</div>'
    ).format(toast.kind, toast.kind, serial, "alert" if toast.kind == "problem" else "status", toast.text, buttons)
