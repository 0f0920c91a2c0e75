"""How a question was understood, as HTML: chips, of which those of a product, week or placement open to others."""

from __future__ import annotations

from markupsafe import Markup

from copilot.ui.markup import join, plain
from copilot.ui.state import Option, Part, Turn
from copilot.ui.words import Words

SHOWN_CHARACTERS = 600  # of a question


def is_whole(question: str) -> bool:
    """Say whether the page shows all of a question; chips take it from there, so one that is cut has none."""
    return len(question) <= SHOWN_CHARACTERS


def understood_html(index: int, turn: Turn, words: Words) -> Markup:
    """Draw how the question was read, part by part, and at which length it is answered."""
    if turn.understood is None:
        return Markup("")
    intent = words.phrases.label(f"intent.{turn.understood.intent.value}")
    if is_whole(turn.question):
        parts = [_part_html(index, part, words) for part in turn.parts]
        chips = join([_echo_html(intent, intent, words), *parts])
    else:
        names = [intent, *(_shown(part, words) for part in turn.parts)]
        chips = join(Markup("<b>{}</b> ").format(plain(name)) for name in names)
    told = []
    if turn.understood.length != "normal":
        told.append(words(f"chat.length_{turn.understood.length}"))
    if turn.understood.variation:
        told.append(words("chat.variation", n=turn.understood.variation + 1))
    how = Markup(" <b>{}</b>").format(" · ".join(told)) if told else Markup("")
    return Markup('<div class="lc-understood">{} {}{}</div>').format(words("chat.understood"), chips, how)


def _echo_html(part: str, shown: str, words: Words) -> Markup:
    """Draw a chip that takes the question back into the box, with what it names selected to be typed over."""
    label = words("chat.correct", part=plain(part))
    return Markup('<button type="button" class="lc-echo" data-part="{}" title="{}" aria-label="{}">{}</button>').format(
        part, label, label, shown
    )


def _part_html(index: int, part: Part, words: Words) -> Markup:
    """Draw a chip that opens to what may have been meant instead; each choice asks the corrected question."""
    shown = _shown(part, words)
    if not part.options:
        return _echo_html(part.label, shown, words)
    options = join(_option_html(index, part, option) for option in part.options)
    other = Markup('<button type="button" class="lc-echo lc-other" data-part="{}">{}</button>').format(
        part.label, words("chat.pick_other")
    )
    return Markup(
        '<details class="lc-pick" name="lc-pick"><summary class="lc-echo" title="{0}" aria-label="{0}">{1}</summary>'
        '<div class="lc-options" role="group" aria-label="{2}"><span>{2}</span>{3}{4}</div></details>'
    ).format(words("chat.pick", part=shown), shown, words("chat.instead", part=shown), options, other)


def _shown(part: Part, words: Words) -> str:
    """Name a part as the question speaks of it: one that it speaks against stands behind a "not"."""
    return words("chat.barred", part=part.label) if part.barred else part.label


def _option_html(index: int, part: Part, option: Option) -> Markup:
    return Markup(
        '<button type="button" class="lc-option" data-turn="{}" data-kind="{}" data-key="{}" data-chosen="{}">'
        "{}</button>"
    ).format(index, part.kind, part.key, option.key, plain(option.label))
