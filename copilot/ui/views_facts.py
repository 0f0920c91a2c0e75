"""One fact as HTML: its value, interval, source, the check of the sentence that cites it, and the rows behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup

from copilot.ui import formats
from copilot.ui.markup import icon, join, plain
from copilot.ui.state import FactDrawer
from copilot.ui.words import Words

if TYPE_CHECKING:
    import pandas as pd

    from copilot.answers import Sentence
    from copilot.facts import Fact

CELL_LIMIT = 160  # characters of one table cell; longer ones end in an ellipsis


def fact_html(drawer: FactDrawer, words: Words) -> Markup:
    """Draw one fact: value, unit, interval, subject, source, the check of the sentence that cites it, and its rows."""
    fact = drawer.fact
    lines: list[tuple[str, str]] = [(words("fact.subject"), subject_text(fact))]
    if fact.interval is not None:
        lines.append((_interval_name(fact, words), interval_text(fact, words)))
    kind = words(f"fact.kind_{fact.source.kind}")
    note = plain(fact.source.note)
    lines.append((words("fact.source"), Markup("{}<small>{}</small>").format(kind, note) if note else kind))
    lines.append((words("fact.check"), _check_line(drawer.sentence, words)))
    described = join(Markup("<div><dt>{}</dt><dd>{}</dd></div>").format(term, line) for term, line in lines)
    tag = Markup('<span class="lc-tag">{}</span>').format(words("drawer.simulated")) if fact.source.simulated else ""
    back = Markup('<button type="button" class="lc-link" data-act="back">{}{}</button>').format(
        icon("back"), words("drawer.back", title=_short(drawer.back.evidence.product.title) if drawer.back else "")
    )
    return Markup(
        '<header class="lc-dhead" data-drawer="open" data-holds="fact" data-selected="{}"><div class="lc-dtop">'
        '<span class="lc-slot">{}</span>{}{}</div>{}<h2 tabindex="-1">{}</h2><div class="lc-kpi"><b>{}</b></div>'
        '</header><dl class="lc-dl">{}</dl>{}{}'
    ).format(
        drawer.back.product_id if drawer.back else "",
        words("fact.title", id=fact.id),
        tag,
        close_button(words),
        back if drawer.back else "",
        words.phrases.label(f"fact.{fact.name}"),
        value_text(fact, words),
        described,
        _rejected(drawer.sentence, words),
        _rows(drawer, words),
    )


def close_button(words: Words) -> Markup:
    """Draw the button that closes the drawer."""
    return Markup(
        '<button type="button" class="lc-x" data-act="close" aria-label="{0}" title="{0}">{1}</button>'
    ).format(words("drawer.close"), icon("close"))


def _short(text: str, limit: int = 40) -> str:
    whole = plain(text)
    return whole if len(whole) <= limit else f"{whole[: limit - 1]}…"


def _check_line(sentence: Sentence | None, words: Words) -> str:
    if sentence is None or sentence.origin == "template":
        return words("fact.check_none")
    return words("fact.check_replaced" if sentence.rejected else "fact.check_passed")


def _rejected(sentence: Sentence | None, words: Words) -> Markup:
    if sentence is None or not sentence.rejected:
        return Markup("")
    return Markup('<p class="lc-rejected">{}</p>').format(words("fact.rejected", text=plain(sentence.rejected)))


def _rows(drawer: FactDrawer, words: Words) -> Markup:
    heading = Markup("<h3>{}</h3>").format(words("fact.rows"))
    source = drawer.fact.source
    if drawer.rows is None:
        line = words("fact.rows_none", note=plain(source.note) or words(f"fact.kind_{source.kind}"))
        return Markup('<div class="lc-section">{}<p>{}</p></div>').format(heading, line)
    if drawer.rows.empty:
        return Markup('<div class="lc-section">{}<p>{}</p></div>').format(heading, words("fact.rows_empty"))
    count = words("fact.rows_count", n=len(drawer.rows), more=drawer.more_rows, table=source.table)
    warning = Markup('<p class="lc-warned">{}</p>').format(words("fact.simulated")) if source.simulated else ""
    return Markup('<div class="lc-section">{}<p>{}</p>{}</div>{}').format(
        heading, count, warning, table_html(drawer.rows)
    )


def table_html(rows: pd.DataFrame) -> Markup:
    """Draw a table with every name and cell escaped; it scrolls inside its own box."""
    head = join(Markup('<th scope="col">{}</th>').format(str(name)) for name in rows.columns)
    body = join(
        Markup("<tr>{}</tr>").format(join(_table_cell(value) for value in row))
        for row in rows.itertuples(index=False, name=None)
    )
    return Markup(
        '<div class="lc-rows" tabindex="0"><table><thead><tr>{}</tr></thead><tbody>{}</tbody></table></div>'
    ).format(head, body)


def _table_cell(value: object) -> Markup:
    short = _short(formats.cell(value), CELL_LIMIT)
    numeric = isinstance(value, int | float) and not isinstance(value, bool)
    return Markup('<td class="{}">{}</td>').format("lc-num" if numeric else "", short)


def value_text(fact: Fact, words: Words) -> str:
    """Return a fact's value with its unit in words: "34 units", "×1.24", "2017-W43"."""
    value = plain(words.phrases.value(fact))
    if not isinstance(fact.value, int | float):
        return value
    template = f"unit.{fact.unit.replace(' ', '_')}"
    return words(template if template in words else "unit.other", value=value, unit=fact.unit)


def interval_text(fact: Fact, words: Words) -> str:
    """Return a fact's interval as "12 to 60", a ratio's as "×0.98 to ×1.31"; nothing when it has none."""
    bounds = words.phrases.bounds(fact)
    if bounds is None:
        return ""
    return words("unit.interval_ratio" if fact.unit == "ratio" else "unit.interval", low=bounds[0], high=bounds[1])


def _interval_name(fact: Fact, words: Words) -> str:
    level = fact.spec.level
    if level is None or level == 1.0:
        return words("fact.interval" if level is None else "fact.interval_proven")
    return words("fact.interval_level", level=f"{level:.0%}")


def subject_text(fact: Fact) -> str:
    """Return what a fact is about: its subject, its slot and the second product, as far as it has them."""
    parts = [fact.subject_label or fact.subject, fact.other_label]
    if fact.week is not None:
        parts.append(formats.week(fact.week))
    if fact.placement:
        parts.append(fact.placement)
    return " · ".join(dict.fromkeys(plain(part) for part in parts if part))
