"""What belongs to saving a brief, as HTML: the buttons' choice of who writes it, and the card that shows it written."""

from __future__ import annotations

from markupsafe import Markup

from copilot.brief_passages import TIME_LIMIT_S
from copilot.ui.words import Words


def choice_html(writer: str, words: Words) -> Markup:
    """Draw the choice that stands beside a brief's downloads; `brief.js` keeps all of a page's alike.

    Without a writer in the page's language there is nothing to choose.
    """
    if not writer:
        return Markup("")
    explained = words("brief.choice_help", writer=writer, seconds=int(TIME_LIMIT_S))
    return Markup(
        '<label class="lc-written" title="{}"><input type="checkbox" data-written><span>{}</span></label>'
    ).format(explained, words("brief.choice", seconds=int(TIME_LIMIT_S)))


def brief_card_html(words: Words) -> Markup:
    """Draw the card at the page's foot that tells how far a written brief is; hidden until there is one."""
    return Markup(
        '<div class="lc-toast lc-brief-card" data-state="none" data-busy="{}" data-gone="{}" hidden>'
        '<div><span class="lc-brief-line" role="status"></span> <small aria-hidden="true"></small>'
        '<progress max="1" value="0" aria-hidden="true"></progress></div>'
        '<button type="button" data-brief-act="cancel">{}</button>'
        '<button type="button" data-brief-act="dismiss" hidden>{}</button></div>'
    ).format(words("brief.busy"), words("brief.gone"), words("brief.cancel"), words("toast.dismiss"))
