"""What was measured of a run: lines of JSON at the end of one file in its folder."""

from __future__ import annotations

import json
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from ganstudio.core.regular import read_regular
from ganstudio.core.scores import Score
from ganstudio.store.atomic import append_bytes

SCORES_FILE = "scores.jsonl"


def append_scores(run: Path, scores: Iterable[Score]) -> None:
    """Adds scores.

    Raises:
        StoreError: they cannot be written.
    """
    append_bytes(run / SCORES_FILE, b"".join(json.dumps(one.to_json()).encode() + b"\n" for one in scores))


def read_scores(run: Path) -> list[Score]:
    """All scores; of equal ones the newest. Lines that are none are passed over."""
    found: dict[object, Score] = {}
    with suppress(OSError):
        for line in read_regular(run / SCORES_FILE).splitlines():
            with suppress(ValueError, TypeError, KeyError, RecursionError):
                one = Score.from_json(json.loads(line))
                found[one.terms, one.step, one.source, one.seed] = one
    return list(found.values())
