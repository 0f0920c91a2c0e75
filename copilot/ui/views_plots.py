"""Figures of the evidence panel, in mid-tones that hold on light and dark; text colours come from the style sheet.

Plotly reads a few HTML tags in labels, so catalogue text passes `plot_text`, and hover templates never contain it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import plotly.graph_objects as go

from copilot.ui import formats
from copilot.ui.markup import plot_text
from copilot.ui.words import Words

if TYPE_CHECKING:
    from copilot.engine import Analogue
    from ranking.forecast import Forecast
    from ranking.ranker import ScoreParts
    from retrieval.demand import SearchDemand

ACCENT = "#1a9a91"
ACCENT_BAND = "rgba(26,154,145,0.20)"
ACCENT_CORE = "rgba(26,154,145,0.42)"
NEUTRAL = "#8593a2"
LOSS = "#cc6a70"
GRID = "rgba(133,147,162,0.22)"
BAND = {"fillcolor": ACCENT_BAND, "line_width": 0, "layer": "below"}
FORECAST_LINE = {"color": ACCENT, "width": 2, "dash": "dot"}
LANE = 0.2  # half the height of a lane, of a row's 1
MIDDLE = (0.25, 0.75)  # the levels of the darker middle of a forecast's band
FONT = "IBM Plex Sans, system-ui, sans-serif"


def forecast_figure(forecast: Forecast, words: Words) -> go.Figure:
    """Draw a forecast: the 80% interval as a band, its middle darker where known, the expected units as a line."""
    figure = _figure(height=92, left=14, right=14, bottom=26)
    _band(figure, forecast.low, forecast.high, ACCENT_BAND)
    middle = [level for level in sorted(forecast.quantiles) if MIDDLE[0] <= level <= MIDDLE[1]]
    if len(middle) > 1:
        _band(figure, forecast.quantiles[middle[0]], forecast.quantiles[middle[-1]], ACCENT_CORE)
    label = words("plot.expected_units", units=words.number(forecast.units))
    median = words("plot.median", units=words.number(forecast.median))
    figure.add_scatter(
        x=[forecast.units, forecast.units],
        y=[0, 1],
        mode="lines",
        line={"color": ACCENT, "width": 3},
        hovertemplate=f"{label}, {median}<extra></extra>",
    )
    figure.add_annotation(x=forecast.units, y=1.05, yanchor="bottom", showarrow=False, text=label, font={"size": 12})
    for edge, anchor, shift in ((forecast.low, "right", -5), (forecast.high, "left", 5)):
        edge_text = words.number(edge)
        figure.add_annotation(x=edge, y=0.5, xanchor=anchor, xshift=shift, showarrow=False, text=edge_text)
    span = max(forecast.high, forecast.units, 1.0)
    figure.update_xaxes(range=[-0.09 * span, 1.12 * span])
    figure.update_yaxes(visible=False, range=[-0.1, 1.75])
    return figure


def analogues_figure(analogues: Sequence[Analogue], forecast: Forecast | None, words: Words) -> go.Figure:
    """Draw what the nearest past launches sold, over the band of this product's forecast; the nearest on top.

    Each launch has a line for its name and, under it, a lane for its dot: band and forecast are drawn in the lanes
    only, so that they never run through a name.
    """
    figure = _figure(height=40 * len(analogues) + 50, left=14, right=30, bottom=26)
    rows = list(range(len(analogues)))[::-1]
    if forecast is not None:
        for row in rows:
            low, high = row - LANE, row + LANE
            figure.add_shape(type="rect", x0=forecast.low, x1=forecast.high, y0=low, y1=high, **BAND)
            figure.add_shape(type="line", x0=forecast.units, x1=forecast.units, y0=low, y1=high, line=FORECAST_LINE)
        figure.add_annotation(
            x=forecast.units, y=1, yref="paper", yanchor="bottom", showarrow=False, text=words("plot.this_forecast")
        )
    _add_outcomes(figure, analogues, rows, words)
    for row, item in zip(rows, analogues, strict=True):
        title, above = plot_text(item.title, 58), row + LANE
        figure.add_annotation(
            xref="paper", x=0, xanchor="left", y=above, yanchor="bottom", text=title, showarrow=False, font={"size": 11}
        )
    figure.update_yaxes(showticklabels=False, tickvals=rows, range=[-0.5, len(analogues) - 0.3], showgrid=False)
    top = max([item.units_4w for item in analogues] + ([forecast.high] if forecast else []), default=1.0)
    figure.update_xaxes(range=[-0.02 * top, 1.08 * max(top, 1.0)], showgrid=False)
    return figure


def _add_outcomes(figure: go.Figure, analogues: Sequence[Analogue], rows: Sequence[int], words: Words) -> None:
    details = [
        words(
            "plot.analogue",
            units=words.number(item.units_4w),
            week=formats.week(item.launch_week),
            similarity=words.number(item.similarity, "ratio"),
        )
        for item in analogues
    ]
    figure.add_scatter(
        x=[item.units_4w for item in analogues],
        y=rows,
        mode="markers+text",
        marker={"color": NEUTRAL, "size": 10, "line": {"color": "rgba(255,255,255,0.7)", "width": 1}},
        text=[words.number(item.units_4w) for item in analogues],
        textposition="middle right",
        cliponaxis=False,
        customdata=[[detail] for detail in details],
        hovertemplate="%{customdata[0]}<extra></extra>",
    )


def demand_figure(demand: SearchDemand, words: Words) -> go.Figure:
    """Draw the weekly searches that match a product; a simulated log says so inside the picture too."""
    figure = _figure(height=120, left=34, right=8, bottom=24)
    figure.add_scatter(
        x=[week for week, _ in demand.weekly],
        y=[volume for _, volume in demand.weekly],
        mode="lines",
        line={"color": ACCENT, "width": 2, "shape": "spline", "smoothing": 0.4},
        fill="tozeroy",
        fillcolor=ACCENT_BAND,
        customdata=[[formats.week(week)] for week, _ in demand.weekly],
        hovertemplate="%{customdata[0]}: %{y:.1f}<extra></extra>",
    )
    if demand.simulated:
        figure.add_annotation(
            xref="paper",
            yref="paper",
            x=0.01,
            y=0.98,
            xanchor="left",
            yanchor="top",
            showarrow=False,
            text=words("drawer.simulated").upper(),
            font={"size": 10},
        )
    figure.update_yaxes(rangemode="tozero", nticks=4, showgrid=True)
    figure.update_xaxes(tickformat="%b %Y", nticks=5)
    return figure


def score_figure(parts: ScoreParts, words: Words) -> go.Figure:
    """Draw how the expected units come about: the forecast, then each factor's gain or loss, then the result.

    expected = base x placement x momentum; a factor's bar is what it adds to the product of those before it.
    """
    factors = (
        ("plot.placement", parts.placement_ratio),
        ("plot.momentum", parts.momentum_ratio),
    )
    steps, running = [], parts.base_units
    for _, factor in factors:
        steps.append(running * (factor - 1.0))
        running *= factor
    labels = [words("plot.base"), *(words(key) for key, _ in factors), words("plot.expected")]
    notes = [words("plot.times", ratio=words.number(factor, "ratio")) for _, factor in factors]
    figure = _figure(height=178, left=34, right=8, bottom=24)
    figure.add_waterfall(
        x=labels,
        y=[parts.base_units, *steps, parts.expected_units],
        measure=["absolute", *("relative" for _ in factors), "total"],
        text=[words.number(parts.base_units), *notes, words.number(parts.expected_units)],
        textposition="outside",
        cliponaxis=False,
        connector={"line": {"color": GRID, "width": 1}},
        increasing={"marker": {"color": ACCENT}},
        decreasing={"marker": {"color": LOSS}},
        totals={"marker": {"color": NEUTRAL}},
        customdata=[
            [words.number(parts.base_units)],
            *([words.signed(step)] for step in steps),
            [words.number(parts.expected_units)],
        ],
        hovertemplate="%{x}: %{customdata[0]}<extra></extra>",
    )
    tallest = max(parts.base_units, parts.expected_units, *_running(parts.base_units, steps))
    figure.update_yaxes(range=[0, 1.2 * max(tallest, 1e-6)], nticks=4, showgrid=True)
    figure.update_xaxes(showgrid=False, tickfont={"size": 11})
    return figure


def empty_figure() -> go.Figure:
    """Return a figure with nothing in it."""
    return _figure(height=80, left=0, right=0, bottom=0)


def _running(base: float, steps: Sequence[float]) -> list[float]:
    totals, running = [], base
    for step in steps:
        running += step
        totals.append(running)
    return totals


def _band(figure: go.Figure, low: float, high: float, colour: str) -> None:
    figure.add_shape(type="rect", x0=low, x1=high, y0=0.12, y1=0.88, fillcolor=colour, line_width=0)


def _figure(*, height: int, left: int, right: int, bottom: int) -> go.Figure:
    figure = go.Figure()
    figure.update_layout(
        template="none",
        height=height,
        margin={"l": left, "r": right, "t": 18, "b": bottom},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        font={"family": FONT, "size": 11, "color": NEUTRAL},
        showlegend=False,
        dragmode=False,
        hovermode="closest",
        bargap=0.35,
    )
    figure.update_xaxes(showgrid=True, gridcolor=GRID, zeroline=False, fixedrange=True, ticks="", nticks=6)
    figure.update_yaxes(showgrid=False, gridcolor=GRID, zeroline=False, fixedrange=True, ticks="")
    return figure
