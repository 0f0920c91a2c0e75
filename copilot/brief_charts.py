"""Charts of briefs: rows of bars, as text for Markdown and as a picture for DOCX, both from the same facts.

A chart holds no words: its rows are labelled by ISO weeks or by the numbers that a table gives, so that it reads the
same in every language and in every script. What it shows is said in the caption, which is its alternative text too.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

from PIL import Image, ImageDraw, ImageFont

TEXT_WIDTH = 40  # characters of the longest bar
MOST_OF_BAND = 2.0  # a bar is cut at this many times the upper end of the band
_CUT = "▶"
_SCALE, _WIDTH, _ROW, _LEFT, _RIGHT, _MARGIN = 2, 640, 26, 66, 120, 14  # pixels, before they are doubled
_INKS = ("#2f5d8a", "#d08c3a", "#5c8f57", "#9a5b86", "#8a8f98")
_BAND, _LINE, _GRID, _TEXT = "#dfe8f2", "#b3382c", "#c9ced6", "#22262c"


@dataclass(frozen=True)
class Row:
    """One row: its label, the sizes of its parts (one colour each), and the figure behind the bar."""

    label: str
    parts: tuple[float, ...]
    text: str


@dataclass(frozen=True)
class Chart:
    """Rows of bars.

    Attributes:
        rows: from top to bottom.
        alt: what the chart shows, in words.
        band: a range that is shaded across all rows, such as a forecast's interval.
        line: a value that is marked across all rows, such as a forecast.
    """

    rows: tuple[Row, ...]
    alt: str
    band: tuple[float, float] | None = None
    line: float | None = None

    @property
    def top(self) -> float:
        """The largest value that has to fit; beside a band, longer bars are cut, or the band could not be read."""
        ends = [sum(row.parts) for row in self.rows]
        most = max([*ends, *(self.band or ()), self.line or 0.0, 1e-9])
        return min(most, MOST_OF_BAND * max(*self.band, self.line or 0.0)) if self.band and self.band[1] > 0 else most

    @property
    def is_cut(self) -> bool:
        """Whether a bar is longer than drawn."""
        return any(map(self.cuts, self.rows))

    def cuts(self, row: Row) -> bool:
        """Say whether a row's bar is longer than drawn."""
        return sum(row.parts) > self.top


def as_text(chart: Chart) -> str:
    """Return the chart as lines of text. Parts are told apart by their number, a single part is a plain bar.

    Example: rows W41 (2, 1) and W42 (1, 0) -> `W41 112 3` and `W42 1 1`, each part as many characters as its size.
    """
    widest = max((len(row.label) for row in chart.rows), default=0)
    scale = _text_scale(chart)
    bars = [(row.label.ljust(widest), _cut_bar(chart, row, scale), row.text) for row in chart.rows]
    lines = [f"{label} {bar} {text}".rstrip() for label, bar, text in bars]
    if chart.band:
        lines.append(f"{' ' * widest} {_text_band(chart, scale)}".rstrip())
    return "\n".join(lines)


def _text_scale(chart: Chart) -> float:
    """Characters per unit: one where all parts are whole and fit, so that a bar can be counted."""
    whole = all(float(part).is_integer() for row in chart.rows for part in row.parts)
    return 1.0 if whole and chart.top <= TEXT_WIDTH and not chart.band else TEXT_WIDTH / chart.top


def _cut_bar(chart: Chart, row: Row, scale: float) -> str:
    bar = _text_bar(row.parts, scale)
    return bar[: TEXT_WIDTH - 1] + _CUT if chart.cuts(row) else bar


def _text_bar(parts: Sequence[float], scale: float) -> str:
    if len(parts) == 1:
        return "█" * max(1 if parts[0] > 0 else 0, round(parts[0] * scale))
    return "".join(str(number) * round(part * scale) for number, part in enumerate(parts, 1))


def _text_band(chart: Chart, scale: float) -> str:
    assert chart.band is not None
    low, high = (round(bound * scale) for bound in chart.band)
    marks = list(" " * low + "[" + "-" * max(0, high - low - 1) + "]")
    if chart.line is not None:
        marks[min(len(marks) - 1, round(chart.line * scale))] = "|"
    return "".join(marks)


def as_png(chart: Chart) -> bytes:
    """Return the chart as a PNG; equal charts give equal bytes."""
    size = (_WIDTH * _SCALE, (2 * _MARGIN + _ROW * max(1, len(chart.rows))) * _SCALE)
    picture = Image.new("RGB", size, "white")
    draw = ImageDraw.Draw(picture)
    foot = size[1] - _MARGIN * _SCALE
    if chart.band:
        left, right = (_across(chart, bound) for bound in chart.band)
        draw.rectangle((left, _MARGIN * _SCALE // 2, right, foot), fill=_BAND)
    draw.line((_across(chart, 0), _MARGIN * _SCALE // 2, _across(chart, 0), foot), fill=_GRID, width=_SCALE)
    for number, row in enumerate(chart.rows):
        _draw_row(draw, chart, row, (_MARGIN + number * _ROW) * _SCALE)
    if chart.line is not None:
        at = _across(chart, chart.line)
        draw.line((at, _MARGIN * _SCALE // 2, at, foot), fill=_LINE, width=2 * _SCALE)
    out = io.BytesIO()
    picture.save(out, "PNG", dpi=(96 * _SCALE, 96 * _SCALE))
    return out.getvalue()


def _draw_row(draw: ImageDraw.ImageDraw, chart: Chart, row: Row, top: int) -> None:
    font = ImageFont.load_default(13 * _SCALE)
    middle, gap = top + _ROW * _SCALE // 2, 4 * _SCALE
    draw.text(((_LEFT - 8) * _SCALE, middle), row.label, fill=_TEXT, font=font, anchor="rm")
    ends = [0.0, *accumulate(row.parts)]
    for number, (start, end) in enumerate(pairwise(ends)):
        left, right = _across(chart, start), _across(chart, min(end, chart.top))
        if right <= left:
            continue
        draw.rectangle((left, top + gap, right - 1, top + _ROW * _SCALE - gap), fill=_INKS[number % len(_INKS)])
        if len(row.parts) > 1 and right - left > 14 * _SCALE:
            small = ImageFont.load_default(11 * _SCALE)
            draw.text(((left + right) // 2, middle), str(number + 1), fill="white", font=small, anchor="mm")
    end, top_edge = _across(chart, min(ends[-1], chart.top)), top + gap
    if chart.cuts(row):  # the bar ends in an arrow
        foot, tip = top + _ROW * _SCALE - gap, end + 10 * _SCALE
        draw.polygon([(end, top_edge), (tip, middle), (end, foot)], fill=_INKS[0])
        end = tip
    draw.text((end + 6 * _SCALE, middle), row.text, fill=_TEXT, font=font, anchor="lm")


def _across(chart: Chart, value: float) -> int:
    """Return the x of a value, in pixels of the picture."""
    return round((_LEFT + (_WIDTH - _LEFT - _RIGHT) * value / chart.top) * _SCALE)
