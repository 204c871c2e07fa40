"""What was measured of a run: lines of JSON at the end of one file in its folder.

The file only grows. A run that goes back to an earlier checkpoint says so in its diary, with the time: readers drop the
scores of later steps that were made before. So nothing has to be cut out of a file that somebody else may be adding to.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from ganstudio.core.events import Rewound
from ganstudio.core.i18n import stored
from ganstudio.core.regular import open_regular
from ganstudio.core.scores import Score
from ganstudio.store.atomic import append_bytes
from ganstudio.store.eventlog import read_lines
from ganstudio.store.folder import EVENTS_FILE
from ganstudio.store.tables import MOST_STEP

SCORES_FILE = "scores.jsonl"
_MOST_BYTES, _MOST_LINE, _MOST_MORE = 1 << 24, 1 << 16, 256
_WHOLE = ("step", "count", "real_count", "seed")
_TEXTS = ("metric", "source", "extractor", "extractor_label", "split", "resize", "data", "made", "note")


def append_scores(run_path: Path, scores: Iterable[Score]) -> None:
    """Adds scores to a run, all or none.

    Args:
        run_path: the run's folder.
        scores: their ``made`` should be when the checkpoint was opened: a run that goes back later undoes them.

    Raises:
        DiskFullError: there is no room; the file is as before.
        StoreError: it cannot be written for another reason.
    """
    data = b"".join(json.dumps(stored(one.to_json())).encode() + b"\n" for one in scores)
    if not data:
        return
    path = run_path / SCORES_FILE
    # After a torn line a new one begins, so that only what was torn is lost.
    append_bytes(path, b"\n" + data if _torn(path) else data)


def read_scores(run_path: Path) -> list[Score]:
    """All scores of a run that still hold, in the order in which they were first measured; of equal ones the newest.

    Equal are those of the same terms, step, weights and seed. Lines that are no scores are passed over, and of a file that
    is larger than 16 MiB only the end is read. Scores of steps that the run went back behind are left out.

    Args:
        run_path: the run's folder; empty where nothing was measured.
    """
    found: dict[object, Score] = {}
    for line in _tail(run_path / SCORES_FILE).split(b"\n"):
        one = _decoded(line) if 0 < len(line) <= _MOST_LINE else None
        if one is not None:
            found[one.terms, one.step, one.source, one.seed] = one
    if not found:
        return []
    lines, _offset = read_lines(run_path / EVENTS_FILE)
    turns = [(line.time, line.event.step) for line in lines if isinstance(line.event, Rewound)]
    return [one for one in found.values() if not any(one.step > to and _time(one) <= at for at, to in turns)]


def _time(score: Score) -> float:
    """Seconds since 1970; before everything where it is not known."""
    try:
        return datetime.fromisoformat(score.made).timestamp()
    except (ValueError, OverflowError, OSError):
        return -math.inf


def _tail(path: Path) -> bytes:
    with suppress(OSError), open_regular(path) as file:
        size = file.seek(0, 2)
        start = file.seek(max(0, size - _MOST_BYTES))
        data = bytes(file.read(_MOST_BYTES))
        return data[data.find(b"\n") + 1 :] if start else data
    return b""


def _torn(path: Path) -> bool:
    with suppress(OSError), open_regular(path) as file:
        if file.seek(0, 2):
            file.seek(-1, 2)
            return bool(file.read(1) != b"\n")
    return False


def _decoded(line: bytes) -> Score | None:
    """The score of a line; None where it is torn, garbage, or holds what a score cannot."""
    try:
        values: dict[str, Any] = json.loads(line)
        if not isinstance(values["metric"], str) or len(values.get("more") or {}) > _MOST_MORE:
            return None
        one = Score.from_json(values)
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError):
        return None
    whole = (getattr(one, name) for name in _WHOLE)
    texts = (getattr(one, name) for name in _TEXTS)
    fits = (
        all(isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MOST_STEP for value in whole)
        and all(isinstance(value, str) for value in texts)
        and isinstance(one.seconds, int | float)
    )
    return one if fits else None
