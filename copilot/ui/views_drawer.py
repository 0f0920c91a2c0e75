"""The drawer beside the calendar as HTML: what a launch is, and the headings over its plots."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup

from copilot.ui import formats
from copilot.ui.asks import question_about
from copilot.ui.markup import icon, plain
from copilot.ui.state import Drawer, LaunchDrawer
from copilot.ui.views_brief import choice_html
from copilot.ui.views_facts import close_button, fact_html
from copilot.ui.views_plots import analogues_figure, demand_figure, forecast_figure, score_figure
from copilot.ui.words import Words

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from ranking.ranker import ScoreParts
    from retrieval.demand import SearchDemand

DISABLED = Markup(" disabled")
CLOSED = Markup('<div data-drawer="closed"></div>')
SECTIONS = ("forecast", "score", "analogues", "demand")  # the order of `evidence_sections`
N_QUERIES = 4


def drawer_html(drawer: Drawer | None, words: Words) -> Markup:
    """Draw the drawer's head, or the mark that it is closed."""
    if drawer is None:
        return CLOSED
    return launch_head_html(drawer, words) if isinstance(drawer, LaunchDrawer) else fact_html(drawer, words)


def launch_head_html(drawer: LaunchDrawer, words: Words) -> Markup:
    """Draw what a launch is: its title, where it stands in the catalogue and the plan, and its expected units."""
    evidence = drawer.evidence
    product, launch = evidence.product, evidence.launch
    about = [words("calendar.id", product_id=product.product_id), product.category, product.brand]
    if product.price is not None:
        about.append(words("drawer.price", price=f"{product.price:.2f}"))
    slot = (
        words("calendar.tip_slot", week=formats.week(launch.week), placement=launch.placement)
        if launch
        else words("drawer.not_planned")
    )
    locked = Markup('<span class="lc-lock">{}{}</span>').format(icon("lock"), words("drawer.locked"))
    return Markup(
        '<header class="lc-dhead" data-drawer="open" data-holds="launch" data-selected="{}"><div class="lc-dtop">'
        '<span class="lc-slot">{}</span>{}{}</div><h2 tabindex="-1">{}</h2><p>{}</p>{}{}</header>'
    ).format(
        product.product_id,
        slot,
        locked if evidence.locked else "",
        close_button(words),
        plain(product.title),
        " · ".join(plain(part) for part in about if part),
        _expected(drawer, words),
        _actions(drawer, words),
    )


def _expected(drawer: LaunchDrawer, words: Words) -> Markup:
    launch = drawer.evidence.launch
    if launch is None:
        return Markup("")
    interval = words("drawer.interval", low=words.number(launch.low), high=words.number(launch.high))
    return Markup('<div class="lc-kpi"><b>{}</b><div><span>{}</span><small>{} · {}</small></div></div>').format(
        words.number(launch.expected_units), words("drawer.units"), interval, words("drawer.units_note")
    )


def _actions(drawer: LaunchDrawer, words: Words) -> Markup:
    wish = "unlock" if drawer.evidence.locked else "lock"
    return Markup(
        '<div class="lc-acts">{}{}{}<button type="button" class="lc-btn" data-act="lock" data-wish="{}"{}>{}{}</button>'
        "{}{}{}</div>"
    ).format(
        _ask_button(drawer, "why_here", words("drawer.why"), words),
        _ask_button(drawer, "what_if_later", words("drawer.what_if"), words),
        _ask_button(drawer, "brief", words("drawer.brief"), words),
        wish,
        "" if drawer.evidence.launch else DISABLED,
        icon("lock"),
        words("drawer.unlock" if drawer.evidence.locked else "drawer.lock"),
        _download_button(drawer, "md", words("drawer.download")),
        _download_button(drawer, "docx", words("drawer.download_docx")),
        choice_html(drawer.brief_writer, words),
    )


def _download_button(drawer: LaunchDrawer, file_format: str, label: str) -> Markup:
    return Markup(
        '<button type="button" class="lc-btn lc-quiet" data-act="brief" data-target="{}" data-format="{}">{}{}</button>'
    ).format(drawer.product_id, file_format, icon("download"), label)


def _ask_button(drawer: LaunchDrawer, kind: str, label: str, words: Words) -> Markup:
    question = question_about(drawer, kind, words)
    return Markup('<button type="button" class="lc-btn" data-act="ask" data-question="{}"{}>{}</button>').format(
        question, "" if question else DISABLED, label
    )


def evidence_sections(drawer: LaunchDrawer, words: Words) -> tuple[tuple[Markup, ...], tuple[go.Figure | None, ...]]:
    """Draw the headings and figures of the evidence, in the order of `SECTIONS`.

    A figure is None where there is nothing to draw; its heading then says why.
    """
    sections = (
        _forecast_section(drawer, words),
        _score_section(drawer, words),
        _analogues_section(drawer, words),
        _demand_section(drawer, words),
    )
    return tuple(heading for heading, _ in sections), tuple(figure for _, figure in sections)


Section = tuple[Markup, "go.Figure | None"]


def _forecast_section(drawer: LaunchDrawer, words: Words) -> Section:
    forecast = drawer.evidence.forecast
    if forecast is None:
        return section_html("forecast", words("drawer.no_evidence"), words), None
    return section_html("forecast", words("section.forecast_note"), words), forecast_figure(forecast, words)


def _score_section(drawer: LaunchDrawer, words: Words) -> Section:
    parts = drawer.evidence.parts
    if parts is None:
        return section_html("score", words("drawer.not_planned"), words), None
    return section_html("score", _score_note(drawer, parts, words), words), score_figure(parts, words)


def _score_note(drawer: LaunchDrawer, parts: ScoreParts, words: Words) -> str:
    """Say what the placement did in the past, and why its step in the figure is another number."""
    lift, factor = drawer.evidence.lift, words.number(parts.placement_ratio, "ratio")
    effect = words("section.score_placement", factor=factor)
    if lift is None:
        return f"{words('section.score_note')} {effect}"
    value, low, high = (words.number(x, "ratio") for x in (lift.lift_ratio, lift.low, lift.high))
    seen = words("section.score_lift", placement=plain(lift.placement), ratio=value, low=low, high=high)
    return f"{words('section.score_note')} {seen} {effect}"


def _analogues_section(drawer: LaunchDrawer, words: Words) -> Section:
    analogues = drawer.evidence.analogues
    if not analogues:
        return section_html("analogues", words("section.analogues_empty"), words), None
    heading = section_html("analogues", words("section.analogues_note"), words)
    return heading, analogues_figure(analogues, drawer.evidence.forecast, words)


def _demand_section(drawer: LaunchDrawer, words: Words) -> Section:
    demand = drawer.evidence.demand
    if demand is None or not demand.weekly:
        return section_html("demand", words("section.demand_empty"), words), None
    heading = section_html("demand", demand_note(demand, words), words, simulated=demand.simulated)
    return heading, demand_figure(demand, words)


def section_html(key: str, note: str, words: Words, *, simulated: bool = False) -> Markup:
    """Draw the heading over a plot, with a tag when what it shows is simulated."""
    tag = Markup('<span class="lc-tag">{}</span>').format(words("drawer.simulated")) if simulated else ""
    return Markup('<div class="lc-section"><h3>{}{}</h3><p>{}</p></div>').format(words(f"section.{key}"), tag, note)


def demand_note(demand: SearchDemand, words: Words) -> str:
    """Return the line over the search demand plot: volume, trend with its interval, nearest searches."""
    trend = words(
        "section.demand_note",
        volume=words.number(demand.volume_per_week),
        trend=words.number(demand.trend_ratio, "ratio"),
        low=words.number(demand.trend_low, "ratio"),
        high=words.number(demand.trend_high, "ratio"),
    )
    nearest = ", ".join(f"“{plain(match.query)}”" for match in demand.queries[:N_QUERIES])
    return f"{trend}. {words('section.demand_queries', queries=nearest)}" if nearest else trend
