"""Every test has folders of its own, the same seed, and no screen."""

from __future__ import annotations

import logging
import os
import random
import sys
from collections.abc import Iterator
from pathlib import Path

os.environ["QT_QPA_PLATFORM"] = os.environ.get("GANSTUDIO_TEST_PLATFORM", "offscreen")
os.environ["PYQTGRAPH_QT_LIB"] = "PySide6"
os.environ["QT_API"] = "pyside6"
os.environ.setdefault("QT_LOGGING_RULES", "qt.qpa.*=false")
os.environ.setdefault("OMP_NUM_THREADS", "1")  # for torch: tests run in two processes already

import hypothesis
import numpy as np
import pytest

hypothesis.settings.register_profile("seeded", derandomize=True)
hypothesis.settings.load_profile("seeded")


def pytest_configure(config: pytest.Config) -> None:
    """The offscreen platform says this of least sizes, raised windows and pop-ups; it means nothing."""
    config.addinivalue_line("qt_log_ignore", "This plugin does not support")


_FOLDERS = {
    "GANSTUDIO_CONFIG": "config",
    "GANSTUDIO_RUNS": "runs",
    "GANSTUDIO_DATA": "data",
    "GANSTUDIO_CACHE": "cache",
    "GANSTUDIO_LOGS": "logs",
}


@pytest.fixture(autouse=True)
def own_folders(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Settings, runs, data, cache and log lie in a folder of this test; what modules were told is forgotten."""
    base = tmp_path_factory.mktemp("home")
    for variable, name in _FOLDERS.items():
        monkeypatch.setenv(variable, str(base / name))
    yield base
    for module, setter in (("ganstudio.data.files", "set_data_folder"), ("ganstudio.store.folder", "set_runs_folder")):
        if module in sys.modules:
            getattr(sys.modules[module], setter)(None)


@pytest.fixture(autouse=True)
def seeded() -> None:
    """The same random numbers every time; torch only where a test has brought it in already."""
    random.seed(0)
    np.random.seed(0)  # noqa: NPY002 - for libraries that still draw from the global generator
    torch = sys.modules.get("torch")
    if torch is not None and hasattr(torch, "manual_seed"):
        torch.manual_seed(0)


@pytest.fixture(autouse=True)
def quiet_hub() -> Iterator[None]:
    """Messages and log handlers do not outlive their test."""
    yield
    if "ganstudio.app.notifications" in sys.modules:
        hub = sys.modules["ganstudio.app.notifications"].notifications
        hub.subscribe(None)
        hub.clear()
    if "ganstudio.app.logs" in sys.modules:
        sys.modules["ganstudio.app.logs"].stop_logging()


class _Collector(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)


@pytest.fixture
def logged_problems() -> Iterator[list[logging.LogRecord]]:
    """What the program logs at warning level or above during the test."""
    handler = _Collector()
    logger = logging.getLogger("ganstudio")
    logger.addHandler(handler)
    yield handler.records
    logger.removeHandler(handler)
