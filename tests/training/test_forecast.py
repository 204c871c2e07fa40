"""Steps that are taken in a process of their own, timed and thrown away."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest

from ganstudio.core.errors import CancelledError, StudioError
from ganstudio.training.forecast import Cost, Costs, foretell, what_costs
from tests.training.training_kit import experiment


def test_a_run_is_measured_and_leaves_nothing(own_folders: Path) -> None:
    cost = foretell(experiment(steps=1000), 1)
    assert 1e-4 < cost.step < 0.5
    assert cost.seconds(1000) == pytest.approx(cost.begin + 1000 * cost.step)
    assert 0 < cost.memory < 1e9
    assert not [path for path in own_folders.rglob("*") if path.is_file()]


def test_what_cannot_be_trained_says_why() -> None:
    with pytest.raises(StudioError, match="batch"):
        foretell(experiment(data="digits:size=16", method="dcgan", batch_size=0), 1)


def test_it_ends_at_once_when_nobody_wants_it_any_more() -> None:
    cancel, begun = threading.Event(), time.monotonic()
    threading.Timer(0.2, cancel.set).start()
    with pytest.raises(CancelledError):
        foretell(experiment(method="spade", data="landscapes"), 1, cancel)
    assert time.monotonic() - begun < 3


def test_what_is_kept_survives_what_others_do_to_the_file(own_folders: Path) -> None:
    key = what_costs(experiment(), 1)
    Costs().put(key, Cost(0.5, 1.0, 10**8))
    (path,) = (own_folders / "cache").glob("forecasts-*.json")
    assert Costs().get(key) == Cost(0.5, 1.0, 10**8)
    for broken in (
        b"",
        b"[]",
        b'{"a": 1}',
        b'{"a": {"step": -1, "begin": 0, "memory": 0, "at_least": false, "learned": false}}',
        b"\xff",
    ):
        path.write_bytes(broken)
        assert Costs().get(key) is None
    Costs().put("another run", Cost(0.5))
    assert Costs().get("another run") == Cost(0.5)
