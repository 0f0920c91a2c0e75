"""Charts: as text that can be counted, and as a picture of the same rows."""

from __future__ import annotations

import struct

from copilot.brief_charts import Chart, Row, as_png, as_text


def test_a_chart_of_whole_parts_can_be_counted():
    chart = Chart((Row("W41", (2.0, 1.0), "3"), Row("W42", (0.0, 1.0), "1")), "")
    assert as_text(chart) == "W41 112 3\nW42 2 1"


def test_a_chart_marks_its_range_and_its_line():
    lines = as_text(Chart((Row("1", (40.0,), "40"),), "", (10.0, 30.0), 20.0)).splitlines()
    assert lines[0] == f"1 {'█' * 40} 40"
    assert [lines[1].index(mark) - 2 for mark in "[|]"] == [10, 20, 30]


def test_a_picture_is_a_png_of_its_rows():
    one, two = (as_png(Chart((Row("1", (5.0,), "5"),) * n, "")) for n in (1, 2))
    assert one.startswith(b"\x89PNG")
    assert struct.unpack(">II", one[16:24])[1] < struct.unpack(">II", two[16:24])[1]
    assert one == as_png(Chart((Row("1", (5.0,), "5"),), ""))


def test_a_chart_without_units_can_be_drawn():
    assert as_png(Chart((Row("1", (0.0,), "0"),), "")).startswith(b"\x89PNG")
    assert as_text(Chart((Row("1", (0.0,), "0"),), "")) == "1  0"


def test_a_bar_far_beyond_the_band_is_cut_and_keeps_its_figure():
    chart = Chart((Row("1", (400.0,), "400"), Row("2", (8.0,), "8")), "", (4.0, 20.0), 10.0)
    first, second, band = as_text(chart).splitlines()
    assert first == f"1 {'█' * 39}▶ 400"
    assert second == f"2 {'█' * 8} 8"
    assert [band.index(mark) - 2 for mark in "[|]"] == [4, 10, 20]
    assert chart.is_cut
    assert as_png(chart) != as_png(Chart((Row("1", (39.9,), "400"), Row("2", (8.0,), "8")), "", (4.0, 20.0), 10.0))


def test_a_bar_that_fits_beside_the_band_is_not_cut():
    chart = Chart((Row("1", (40.0,), "40"),), "", (4.0, 20.0), 10.0)
    assert not chart.is_cut
    assert "▶" not in as_text(chart)
    assert not Chart((Row("1", (400.0,), "400"), Row("2", (1.0,), "1")), "").is_cut  # without a band, all is shown
