"""What holds of every metric, and of those that are measured while a run trains."""

from __future__ import annotations

import subprocess
import sys
import warnings

import numpy as np
import pytest

from ganstudio.core.dataspec import DataSpec
from ganstudio.core.events import SeriesInfo
from ganstudio.core.observed import Observed
from ganstudio.metrics import all_metrics
from ganstudio.metrics.base import METRICS, Evidence, Found, Metric, metric
from ganstudio.metrics.while_training import _live, measure

RING = DataSpec("two", "points", 4, modes=((0, 0), (1, 0)), mode_std=0.1)


def test_each_is_described_and_its_name_can_be_typed() -> None:
    for one in all_metrics().values():
        assert one.name == one.name.lower().replace(" ", "-").replace("_", "-")
        assert one.title
        assert len(one.help) > 30
        assert not {"\n", "  "} & set(one.help)


def test_their_order_does_not_depend_on_what_was_imported_first() -> None:
    code = "import ganstudio.metrics.{}; from ganstudio.metrics import all_metrics; print(*all_metrics())"
    orders = {
        subprocess.run([sys.executable, "-c", code.format(first)], capture_output=True, text=True, check=True).stdout
        for first in ("base", "labels")
    }
    assert len(orders) == 1


def test_what_is_live_has_its_curve_and_the_curve_has_the_same_help() -> None:
    live = [one for one in all_metrics().values() if one.cost == "live"]
    assert {"modes", "high-quality samples %", "diversity %"} <= {one.curve for one in live}
    for one in live:
        info = SeriesInfo(one.curve.replace("{name}", "category"), "quality", "fake")
        assert info.help == one.help
        if "{name}" not in one.curve:
            assert one.title.lower().startswith(info.label.removesuffix(" %").lower()), (
                "shorter where there is little room"
            )


def test_a_new_live_metric_has_a_curve_by_existing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(METRICS, "_items", dict(METRICS._items))
    all_metrics()

    @metric("highest", "Highest", better="", needs={"modes"}, cost="live", help="The largest x of all points.")
    def highest(evidence: Evidence) -> Found:
        return Found(float(evidence.fake.items[:, 0].max()))

    _live.cache_clear()
    try:
        points = np.float32([[0, 0], [0.5, 0.5]])
        assert measure(Observed(points, points), RING) == {
            "modes": 1, "high-quality samples %": 50, "diversity %": pytest.approx(100), "highest": 0.5,
        }  # fmt: skip
    finally:
        _live.cache_clear()


def test_what_is_measured_while_training_never_warns() -> None:
    points = np.float32([[0, 0], [np.nan, 1], [np.inf, -np.inf], [3e38, -3e38]])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = measure(Observed(points, points[:1]), RING)
        assert measure(Observed(points[:0], points), RING)["modes"] == 0
    assert found["modes"] == 1
    assert found["high-quality samples %"] == 25
    assert np.isnan(found["diversity %"])
    pictures = np.zeros((3, 8, 8, 1), np.uint8)
    assert list(measure(Observed(pictures, pictures), DataSpec("p", "images", 3, 1, 8))) == ["diversity %"]


def test_gain_knows_which_way_is_better() -> None:
    def one(better: str) -> Metric:
        return Metric("m", "M", better, frozenset(), "seconds", "", lambda _evidence: Found(0))  # type: ignore[arg-type]

    assert one("lower").gain(1, 3) == one("higher").gain(3, 1) == 2
    assert one("half").gain(0.6, 0.1) == pytest.approx(0.3)
    assert one("").gain(5, 1) == 0
