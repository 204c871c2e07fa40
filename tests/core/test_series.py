"""Series tables: nothing is lost, nothing is invented, whatever the order in which rows come."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ganstudio.core.events import Rows, SeriesInfo
from ganstudio.core.series import SeriesTable

LOSS = SeriesInfo("discriminator/real", "loss", "discriminator")
OTHER = SeriesInfo("generator", "loss", "generator")


def rows(steps, *columns, series=(LOSS,), seconds=None) -> Rows:
    steps = np.asarray(steps, np.int64)
    values = np.stack([np.asarray(column, np.float32) for column in columns], axis=1)
    seconds = steps * 0.5 if seconds is None else np.asarray(seconds, np.float64)
    return Rows("steps", tuple(series), steps, seconds, values)


def filled(values, batch: int = 97) -> SeriesTable:
    table = SeriesTable("steps")
    for start in range(0, len(values), batch):
        part = values[start : start + batch]
        table.append(rows(np.arange(start, start + len(part)), part))
    return table


def slow_smoothing(values, weight):
    """The definition, term by term."""
    total = norm = 0.0
    out = np.full(len(values), np.nan)
    for index, value in enumerate(values):
        value = float(value)  # float64 from here on
        if np.isfinite(value):
            total = weight * total + value
            norm = weight * norm + 1
            out[index] = total / norm
    return out


def test_rows_come_back_as_they_were() -> None:
    table = SeriesTable("steps")
    table.append(rows([1, 2], [0.5, np.inf]))
    table.append(rows([3], [0.25]))
    assert len(table) == 3
    assert table.series == (LOSS,)
    np.testing.assert_array_equal(table.steps, [1, 2, 3])
    np.testing.assert_array_equal(table.seconds, [0.5, 1.0, 1.5])
    np.testing.assert_array_equal(table.column(LOSS.name), np.float32([0.5, np.inf, 0.25]))


def test_a_column_that_comes_later_is_nan_before_and_one_left_out_is_nan_after() -> None:
    table = SeriesTable()
    table.append(rows([1, 2], [1.0, 2.0]))
    table.append(rows([3], [9.0], series=(OTHER,)))
    np.testing.assert_array_equal(table.column(OTHER.name), np.float32([np.nan, np.nan, 9.0]))
    np.testing.assert_array_equal(table.column(LOSS.name), np.float32([1.0, 2.0, np.nan]))
    assert [info.name for info in table.series] == [LOSS.name, OTHER.name]


def test_shapes_that_do_not_fit_are_refused() -> None:
    bad = Rows("steps", (LOSS, OTHER), np.arange(2), np.zeros(2), np.zeros((2, 1), np.float32))
    with pytest.raises(ValueError, match="do not fit"):
        SeriesTable().append(bad)
    with pytest.raises(ValueError, match="decrease"):
        SeriesTable().append(rows([2, 1], [0.0, 0.0]))


def test_a_run_resumed_from_an_older_step_replaces_what_followed_it() -> None:
    table = filled(np.zeros(1000, np.float32))
    table.append(rows(np.arange(400, 450), np.ones(50)))
    assert len(table) == 450
    assert table.steps[-1] == 449
    assert table.column(LOSS.name)[399] == 0
    assert table.column(LOSS.name)[400] == 1
    _, y = table.window(LOSS.name, 0, 1000, 20)
    assert y.max() == 1


def test_views_given_out_survive_growth_and_truncation() -> None:
    table = filled(np.arange(300, dtype=np.float32))
    view = table.column(LOSS.name)
    table.truncate_after(9)
    table.append(rows(np.arange(10, 1000), np.full(990, -1.0)))
    np.testing.assert_array_equal(view, np.arange(300))


def test_window_is_exact_when_zoomed_in() -> None:
    rng = np.random.default_rng(0)
    values = rng.normal(size=5000).astype(np.float32)
    table = filled(values)
    x, y = table.window(LOSS.name, 1000.2, 1100.7, 200)
    np.testing.assert_array_equal(x, np.arange(1000, 1102))
    np.testing.assert_array_equal(y, values[1000:1102])
    x, _ = table.window(LOSS.name, 500.1, 550.3, 200, by="seconds")
    np.testing.assert_array_equal(x, np.arange(1000, 1102) * 0.5)


@settings(max_examples=60, deadline=None)
@given(
    count=st.integers(1, 6000),
    x0=st.floats(-100, 6100),
    width=st.floats(0, 6000),
    pixels=st.integers(1, 700),
    seed=st.integers(0, 99),
    holes=st.booleans(),
)
def test_window_keeps_every_extreme_and_stays_small(count, x0, width, pixels, seed, holes) -> None:
    rng = np.random.default_rng(seed)
    values = rng.normal(size=count).astype(np.float32)
    if holes:
        values[rng.random(count) < 0.3] = np.nan
    table = filled(values, batch=int(rng.integers(1, 400)))
    x, y = table.window(LOSS.name, x0, x0 + width, pixels)
    assert len(x) == len(y) <= max(3 * pixels + 4, 20)
    assert np.all(np.diff(x) >= 0)
    inside = values[(np.arange(count) >= x0) & (np.arange(count) <= x0 + width)]
    inside = inside[~np.isnan(inside)]
    if len(inside):
        assert np.nanmin(y) <= inside.min()
        assert np.nanmax(y) >= inside.max()
        assert set(y[~np.isnan(y)].tolist()) <= set(values.tolist())


def test_a_single_spike_in_many_rows_is_seen_from_afar() -> None:
    values = np.zeros(200_000, np.float32)
    values[123_456] = 7
    x, y = filled(values, batch=4096).window(LOSS.name, 0, 200_000, 400)
    assert y.max() == 7
    assert abs(x[np.argmax(y)] - 123_456) < 2 * 200_000 / 400


def test_a_gap_stays_a_gap_and_infinities_are_flagged_but_not_drawn() -> None:
    values = np.ones(50_000, np.float32)
    values[20_000:30_000] = np.nan
    values[40_000] = np.inf
    table = filled(values, batch=1024)
    for pixels in (100, 40_000):
        x, y = table.window(LOSS.name, 0, 50_000, pixels)
        assert np.isnan(y[(x > 20_600) & (x < 29_400)]).all()
        assert np.isfinite(y[x < 19_400]).all()
        assert not np.isinf(y).any()
    assert 40_000 in table.not_finite(LOSS.name)


def test_a_row_without_any_finite_loss_is_a_failure_but_a_phase_left_out_is_not() -> None:
    nan = np.nan
    table = SeriesTable()
    table.append(rows([1, 2, 3], [1, nan, nan], [1, 1, nan], series=(LOSS, OTHER)))
    assert table.not_finite(LOSS.name).tolist() == [3]
    assert table.not_finite(OTHER.name).tolist() == [3]
    table.truncate_after(2)
    assert table.not_finite(LOSS.name).tolist() == []


def test_what_is_measured_now_and_then_is_one_line_with_its_long_pause() -> None:
    values = np.full(1000, np.nan, np.float32)
    values[::5] = 1
    values[500:700] = np.nan
    x, y = filled(values).window(LOSS.name, 0, 1000, 1000)
    assert np.isnan(y).sum() == 1
    assert x[np.isnan(y)] in range(496, 701)


@settings(max_examples=40, deadline=None)
@given(
    count=st.integers(1, 3000),
    weight=st.sampled_from([0.1, 0.6, 0.9, 0.999]),
    seed=st.integers(0, 99),
    holes=st.sampled_from([0.0, 0.05, 0.9]),
)
def test_smoothing_is_the_weighted_mean_of_what_was_measured(count, weight, seed, holes) -> None:
    rng = np.random.default_rng(seed)
    values = (rng.normal(size=count) + 3).astype(np.float32)
    values[rng.random(count) < holes] = np.nan
    wanted = slow_smoothing(values, weight)
    table = SeriesTable()
    start = 0
    while start < count:  # asking while it grows must not change what comes out
        stop = min(start + int(rng.integers(1, 500)), count)
        table.append(rows(np.arange(start, stop), values[start:stop]))
        table.smoothed_window(LOSS.name, 0, count, 50, "step", weight)
        start = stop
    cut = int(rng.integers(0, count))
    table.truncate_after(cut - 1)
    table.append(rows(np.arange(cut, count), values[cut:]))
    x, y = table.smoothed_window(LOSS.name, -1, count, count, "step", weight)
    finite = ~np.isnan(y)
    np.testing.assert_allclose(y[finite], wanted[x[finite].astype(int)], rtol=1e-5)
    assert finite.sum() == np.isfinite(wanted).sum()


def test_smoothing_from_afar_stays_within_the_smoothed_curve() -> None:
    rng = np.random.default_rng(3)
    values = rng.normal(size=30_000).astype(np.float32)
    values[100] = np.nan
    values[200] = np.inf
    wanted = slow_smoothing(values, 0.95)
    table = filled(values, batch=1000)
    _, y = table.smoothed_window(LOSS.name, 0, 30_000, 100, "step", 0.95)
    assert len(y) <= 300
    assert np.nanmax(y) == pytest.approx(np.nanmax(wanted), rel=1e-5)
    assert np.nanmin(y) == pytest.approx(np.nanmin(wanted), rel=1e-5)
    with pytest.raises(ValueError, match="weight"):
        table.smoothed_window(LOSS.name, 0, 1, 1, "step", 1.0)


def test_value_at_gives_the_nearest_measured_value() -> None:
    table = SeriesTable()
    assert table.row_at(3) is None
    table.append(rows([10, 20, 30], [1.0, np.nan, 3.0]))
    assert table.value_at(LOSS.name, 12) == (10, 1.0)
    assert table.value_at(LOSS.name, 21) == (10, 1.0)
    assert table.value_at(LOSS.name, 1e9) == (30, 3.0)
    assert table.value_at(LOSS.name, 14, by="seconds") == (30, 3.0)
    assert table.value_at(LOSS.name, 30, weight=0.5) == (30, pytest.approx((0.5 * 1 + 3) / 1.5))


def test_every_change_of_content_changes_the_version() -> None:
    table = filled(np.zeros(10, np.float32))
    before = table.version
    table.truncate_after(100)
    assert table.version == before
    table.truncate_after(5)
    assert table.version != before


def test_a_million_rows_of_six_series_stay_lean() -> None:
    series = tuple(SeriesInfo(f"s{index}", "loss", "other") for index in range(6))
    table = SeriesTable()
    block = np.random.default_rng(0).normal(size=(50_000, 6)).astype(np.float32)
    for start in range(0, 1_000_000, 50_000):
        steps = np.arange(start, start + 50_000)
        table.append(Rows("steps", series, steps, steps * 0.01, block))
    for info in series:
        table.smoothed_window(info.name, 0, 1e6, 1000, "step", 0.9)
    assert table.nbytes < 64e6
