"""Means and bands over runs: against the definitions, whatever the runs' lengths, gaps and rates."""

from __future__ import annotations

import numpy as np
import pytest

from ganstudio.core.bands import MOST_POINTS, BandTable, common_axis, mean_and_band, on_axis
from ganstudio.core.events import Rows, SeriesInfo
from ganstudio.core.series import SeriesTable, images_seen

INFO = SeriesInfo("D(x)", "probability", "real")


def run(values: np.ndarray, every: int = 1, rate: float = 0.1) -> SeriesTable:
    table = SeriesTable("steps")
    steps = np.arange(1, len(values) + 1) * every
    table.append(Rows("steps", (INFO,), steps, steps * rate, np.asarray(values, np.float32)[:, None]))
    return table


def test_runs_that_were_measured_at_the_same_steps_are_averaged_there() -> None:
    rng = np.random.default_rng(0)
    values = rng.standard_normal((5, 300)).astype(np.float32)
    table = BandTable(INFO)
    table.update([run(one) for one in values], "step", "range")
    low, high = table.band_of("D(x)") or ("", "")
    assert np.array_equal(table.steps, np.arange(1, 301))
    assert np.allclose(table.column("D(x)"), values.mean(0), atol=1e-6)
    assert np.allclose(table.column(low), values.min(0))
    assert np.allclose(table.column(high), values.max(0))
    table.update([run(one) for one in values], "step", "deviation")
    assert np.allclose(table.column(high) - table.column("D(x)"), values.std(0, ddof=1), atol=1e-5)
    assert table.every == 1.0


def test_long_runs_become_so_many_points_each_the_mean_of_its_neighbours() -> None:
    values = np.random.default_rng(1).standard_normal(100_000) + 3
    table = BandTable(INFO)
    table.update([run(values), run(values + 2)], "step", "range")
    assert len(table) == MOST_POINTS
    assert table.every == pytest.approx(100_000 / MOST_POINTS)
    assert float(table.column("D(x)").mean()) == pytest.approx(4, abs=0.05)
    assert table.column("D(x)").std() == pytest.approx(1 / np.sqrt(table.every), rel=0.15)
    before = table.version
    table.update([run(values)], "step", "range")
    assert table.version != before


def test_nothing_is_recomputed_while_nothing_comes() -> None:
    runs = [run(np.ones(10)), run(np.ones(10))]
    table = BandTable(INFO)
    table.update(runs, "step", "range")
    before = table.version
    table.update(runs, "step", "range")
    assert table.version == before
    runs[0].append(Rows("steps", (INFO,), np.array([11]), np.array([1.1]), np.array([[5]], np.float32)))
    table.update(runs, "step", "range")
    assert table.steps[-1] == 11


def test_a_short_run_counts_as_far_as_it_has_come_and_a_seldom_one_between_its_points() -> None:
    short, seldom = run(np.zeros(5)), run(np.array([1.0, 3.0]), every=5)
    table = BandTable(INFO)
    table.update([short, seldom], "step", "range")
    found = dict(zip(table.steps.tolist(), table.column("D(x)").tolist(), strict=True))
    assert found == {1: 0.0, 2: 0.0, 3: 0.0, 4: 0.0, 5: 0.5, 10: 3.0}
    assert on_axis(np.array([1.0, 3.0]), np.array([1.0, 3.0]), np.array([0.0, 1, 2, 3, 4])).tolist()[1:4] == [1, 2, 3]


def test_by_time_and_by_images_the_axis_is_common_in_those() -> None:
    slow, fast = run(np.zeros(4), rate=2.0), run(np.ones(4), rate=1.0)
    slow.set_batches([(0, 8)])
    fast.set_batches([(0, 8), (2, 32)])
    table = BandTable(INFO)
    table.update([slow, fast], "seconds", "range")
    assert table.positions("seconds").tolist() == [1, 2, 3, 4, 6, 8]
    assert table.column("D(x)").tolist() == [1, 0.5, 0.5, 0.5, 0, 0]
    table.update([slow, fast], "images", "range")
    assert table.positions("images").tolist() == [8, 16, 24, 32, 48, 80]
    assert images_seen(np.array([0, 2, 3]), [(0, 8), (2, 32)]).tolist() == [0, 16, 48]
    assert images_seen(np.array([7]), ()).tolist() == [7], "without a batch size a step is one"


def test_images_are_counted_on_and_forgotten_with_their_rows() -> None:
    table = run(np.zeros(6))
    table.set_batches([(0, 4)])
    assert table.positions("images").tolist() == [4, 8, 12, 16, 20, 24]
    table.truncate_after(2)
    table.append(Rows("steps", (INFO,), np.array([3]), np.array([0.3]), np.zeros((1, 1), np.float32)))
    assert table.positions("images").tolist() == [4, 8, 12]
    before = table.version
    table.set_batches([(0, 4)])
    assert table.version == before
    x, _y = table.window("D(x)", 0, 100, 50, "images")
    assert x.tolist() == [4, 8, 12]


def test_what_blew_up_is_told_and_left_out() -> None:
    ill = run(np.array([1.0, np.inf, np.nan, 4.0]))
    table = BandTable(INFO)
    table.update([ill, run(np.full(4, 2.0))], "step", "range")
    assert np.isfinite(table.column("D(x)")).all()
    assert table.not_finite("D(x)").tolist() == [2]
    empty = BandTable(INFO)
    empty.update([run(np.full(3, np.nan))], "step", "range")
    assert len(empty) == 0


def test_edges_of_nothing() -> None:
    assert len(common_axis([np.empty(0)])) == len(common_axis([])) == 0
    assert common_axis([np.full(9, 3.0)], 4).tolist() == [3.0]
    mean, low, high = mean_and_band(np.array([[1.0, np.nan], [3.0, np.nan]]), "deviation")
    assert (mean[0], low[0], high[0]) == pytest.approx((2, 2 - np.sqrt(2), 2 + np.sqrt(2)))
    assert np.isnan([mean[1], low[1], high[1]]).all()
