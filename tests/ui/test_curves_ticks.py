"""Numbers on axes and in the legend; labels that do not overlap; lines cut at gaps."""

from __future__ import annotations

import os
from itertools import pairwise

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtGui import QColor, QImage, QPainter

from ganstudio.core.curves import View
from ganstudio.core.ticks import duration, linear_ticks, log_ticks, short_number, time_ticks
from ganstudio.ui.plots.chart import Line
from ganstudio.ui.plots.curves.signs import spread
from ganstudio.ui.plots.curves.toolbar import slider_to_weight, weight_to_slider


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.497, "0.497"), (0.04971, "0.0497"), (0.00123, "0.00123"),
        (2e-4, "2e-4"), (12_345, "12.3 k"), (-0.5, "−0.500"), (0.0, "0"),
        (1_234_567, "1.23 M"), (9.996, "10.0"), (99.96, "100"), (1234, "1234"), (float("nan"), "–"),
        (float("-inf"), "−∞"), (-2.314e-4, "−2.31e-4"), (3.2e12, "3.20e12"),
    ],
)  # fmt: skip
def test_values_have_sensible_digits(value, text) -> None:
    assert short_number(value) == text


@given(st.floats(allow_nan=False, width=32))
def test_every_value_fits_its_place(value) -> None:
    assert len(short_number(value)) <= 9


def test_axes_have_round_numbers() -> None:
    assert [text for _value, text in linear_ticks(0, 1, 5)] == ["0", "0.2", "0.4", "0.6", "0.8", "1.0"]
    assert [text for _value, text in linear_ticks(0, 48_000, 4, whole=True)] == ["0", "20 k", "40 k"]
    assert [text for _value, text in linear_ticks(1, 4, 9, whole=True)] == ["1", "2", "3", "4"]
    assert [text for _value, text in time_ticks(0, 150, 4)] == ["0 s", "1:00", "2:00"]
    assert [text for _value, text in log_ticks(1e-3, 10, 4)] == ["1e-3", "0.01", "0.1", "1", "10"]
    assert duration(3725) == "1:02:05"


@given(st.floats(-1e9, 1e9), st.floats(1e-6, 1e9), st.integers(2, 20))
def test_ticks_lie_inside_are_distinct_and_not_too_many(low, span, count) -> None:
    high = low + span
    if not span > 1e-9 * max(abs(low), abs(high)):
        return
    for ticks in (linear_ticks(low, high, count), time_ticks(low, high, count)):
        values = [value for value, _text in ticks]
        slack = 1e-6 * span
        assert all(low - slack <= value <= high + slack for value in values)
        assert len(values) <= count + 2


@given(st.floats(-12, 12), st.floats(0.05, 12), st.integers(2, 10))
def test_logarithmic_ticks_are_at_least_two_or_linear(exponent, decades, count) -> None:
    low, high = 10.0**exponent, 10.0 ** (exponent + decades)
    values = [value for value, _text in log_ticks(low, high, count)]
    assert all(low * 0.999 <= value <= high * 1.001 for value in values)
    assert 1 <= len(values) <= 3 * count + 3


@given(st.lists(st.floats(0, 100), min_size=1, max_size=8))
def test_labels_are_moved_apart_or_left_out(wanted) -> None:
    placed = spread(sorted(wanted), 12, 0, 100)
    assert placed is not None
    assert all(0 <= place <= 100 for place in placed)
    assert all(after - before >= 12 - 1e-6 for before, after in pairwise(placed))


def test_labels_without_room_are_left_out() -> None:
    assert spread([1, 2, 3], 60, 0, 100) is None


@given(st.integers(0, 100))
def test_the_smoothing_slider_finds_its_weight_again(position) -> None:
    weight = slider_to_weight(position)
    assert 0 <= weight <= 0.999 + 1e-9
    assert weight_to_slider(weight) == position


def test_zooming_out_beyond_everything_follows_again() -> None:
    view = View(x0=0, x1=100, full=(0.0, 100.0))
    view.zoom(0.5, 25)
    assert (view.x0, view.x1, view.follow) == (12.5, 62.5, False)
    view.pan(1000)
    assert view.x1 == 100
    view.zoom(4, 50)
    assert (view.x0, view.x1, view.follow) == (0, 100, True)


def drawn(x, y, dash=()) -> np.ndarray:
    image = QImage(100, 20, QImage.Format.Format_RGB32)
    image.fill(QColor("white"))
    line = Line()
    line.set_points(np.asarray(x, float), np.asarray(y, float), QColor("black"), dash)
    with QPainter(image) as painter:
        line.paint(painter, None)
    pixels = np.frombuffer(image.constBits(), np.uint32).reshape(20, 100) & 0xFFFFFF
    return (pixels == 0).any(axis=0)


def test_lines_break_at_gaps_and_a_lone_point_is_a_dot(qapp) -> None:
    nan = np.nan
    columns = drawn([0, 40, 50, 60, 70, 99], [10, 10, nan, 10, nan, 10])
    assert columns[:40].all()
    assert not columns[44:57].any()
    assert columns[59:62].any()
    assert not columns[64:95].any()


def test_dashes_cover_their_share(qapp) -> None:
    columns = drawn([0, 99], [10, 10], dash=(6, 4))
    assert 55 <= columns.sum() <= 75
    assert drawn([0, 99], [10, 10]).sum() >= 99
