from __future__ import annotations

import os
from pathlib import Path

import pytest

from ganstudio.data import files

SHARED = Path(os.environ.get("GANSTUDIO_TEST_DATA") or Path(__file__).resolve().parents[3] / "shared" / "data")


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty data folder and an empty cache of this test alone."""
    folder = tmp_path / "home"
    folder.mkdir()
    monkeypatch.setenv(files.DATA_VARIABLE, str(folder))
    monkeypatch.setenv(files.CACHE_VARIABLE, str(tmp_path / "cache"))
    return folder


@pytest.fixture
def shared(monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of real data, used as the data folder."""
    if not SHARED.is_dir():
        pytest.skip("the real data is not here")
    monkeypatch.setenv(files.DATA_VARIABLE, str(SHARED))
    return SHARED


@pytest.fixture
def pics(tmp_path: Path) -> Path:
    folder = tmp_path / "pics"
    folder.mkdir()
    return folder
