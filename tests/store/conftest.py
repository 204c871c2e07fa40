from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from ganstudio.core.dataspec import DataSpec
from ganstudio.core.events import Rows, SeriesInfo
from ganstudio.core.experiment import Experiment
from ganstudio.store import create_run

LOSSES = (SeriesInfo("discriminator/real", "loss", "discriminator"), SeriesInfo("D(x)", "probability", "real"))


@pytest.fixture
def spec() -> DataSpec:
    return DataSpec("digits", "images", 1797, channels=1, size=16, classes=("zero", "one"))


@pytest.fixture
def experiment() -> Experiment:
    return Experiment("dcgan", "digits", {"latent": 32, "lr": 2e-4}, steps=500, seed=3)


@pytest.fixture
def run_path(tmp_path: Path, experiment: Experiment, spec: DataSpec) -> Path:
    return create_run(experiment, spec, "print", folder=tmp_path / "runs")


@pytest.fixture
def make_rows() -> Callable[..., Rows]:
    def make(first: int, last: int, table: str = "steps", series: tuple[SeriesInfo, ...] = LOSSES) -> Rows:
        """Rows of the steps first..last whose values are the step plus the column's number."""
        steps = np.arange(first, last + 1, dtype=np.int64)
        values = steps[:, None] + np.arange(len(series))[None, :]
        return Rows(table, series, steps, steps * 0.5, values.astype(np.float32))

    return make


class Disk:
    """A disk that can be full: half of what is written arrives, then the system says that there is no room."""

    full = False


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> Iterator[Disk]:
    disk = Disk()
    real_write, real_fsync = os.write, os.fsync

    def write(handle: int, data: memoryview) -> int:
        if not disk.full:
            return real_write(handle, data)
        if len(data) > 1:
            return real_write(handle, data[: len(data) // 2])
        raise OSError(errno.ENOSPC, "No space left on device")

    def fsync(handle: int) -> None:
        if disk.full:
            raise OSError(errno.EDQUOT, "Disk quota exceeded")
        real_fsync(handle)

    monkeypatch.setattr("ganstudio.store.atomic.os.write", write)
    monkeypatch.setattr("ganstudio.store.atomic.os.fsync", fsync)
    yield disk
    disk.full = False
