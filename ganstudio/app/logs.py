"""The log: a small rotating file, and a file that catches even a crash of native code."""

from __future__ import annotations

import contextlib
import faulthandler
import logging
import logging.handlers
import os
import re
from pathlib import Path
from typing import TextIO

_FORMAT = "%(asctime)s %(levelname)-7s %(threadName)s %(name)s: %(message)s"
_crash: list[TextIO] = []  # what faulthandler writes to: open for as long as the program runs
_OBEYED = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


def log_folder() -> Path:
    """Where the log is; ``GANSTUDIO_LOGS`` puts it elsewhere."""
    if os.environ.get("GANSTUDIO_LOGS"):
        return Path(os.environ["GANSTUDIO_LOGS"])
    from platformdirs import user_log_path

    return user_log_path("ganstudio", appauthor=False)


def log_file() -> Path:
    """The file written to now; older ones lie beside it as ``.1`` to ``.3``."""
    return log_folder() / "ganstudio.log"


class _Lines(logging.Formatter):
    """Only an entry begins a line: names of files and runs may hold line breaks, and orders to a terminal."""

    def format(self, record: logging.LogRecord) -> str:
        first, *more = super().format(record).split("\n")
        return "\n".join(
            _OBEYED.sub(lambda sign: ascii(sign[0])[1:-1], line) for line in (first, *(f"  {one}" for one in more))
        )


def start_logging(level: int = logging.INFO) -> Path | None:
    """Logs the program's own messages to a rotating file, which is returned, and native crashes to another.

    None where none can be written: the program runs on without.
    """
    logger = logging.getLogger("ganstudio")
    logger.setLevel(level)
    try:
        log_folder().mkdir(parents=True, exist_ok=True)
        handler = logging.handlers.RotatingFileHandler(
            log_file(), maxBytes=1_000_000, backupCount=3, encoding="utf-8", errors="backslashreplace"
        )
        crash = (log_folder() / "crash.log").open("a", encoding="utf-8")
    except OSError:
        return None
    stop_logging()
    handler.setFormatter(_Lines(_FORMAT))
    logger.addHandler(handler)
    _crash.append(crash)
    with contextlib.suppress(RuntimeError, ValueError):
        faulthandler.enable(crash, all_threads=True)
    return log_file()


def stop_logging() -> None:
    """Closes both files."""
    logger = logging.getLogger("ganstudio")
    for handler in list(logger.handlers):
        if isinstance(handler, logging.handlers.RotatingFileHandler):
            logger.removeHandler(handler)
            handler.close()
    while _crash:
        faulthandler.disable()
        _crash.pop().close()
