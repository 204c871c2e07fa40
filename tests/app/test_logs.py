"""What stands in the log, whatever files are called."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest

from ganstudio.app.logs import log_file, start_logging, stop_logging


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch, tmp_path) -> Iterator[logging.Logger]:
    monkeypatch.setenv("GANSTUDIO_LOGS", str(tmp_path))
    start_logging()
    yield logging.getLogger("ganstudio.test")
    stop_logging()


def test_a_name_begins_no_line_and_gives_no_orders(log: logging.Logger) -> None:
    name = "a\n2026-01-01 00:00:00,000 ERROR   MainThread ganstudio: forged\x1b[2J\u202e.png"
    try:
        raise ValueError(name)
    except ValueError:
        log.info("it is %s", name, exc_info=True)
    first, *more = log_file().read_text("utf-8").splitlines()
    assert first.endswith("it is a")
    assert more
    assert all(line.startswith("  ") for line in more)
    assert not any("\x1b" in line or "\u202e" in line for line in more)
