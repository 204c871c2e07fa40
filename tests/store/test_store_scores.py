"""Scores of a run: appended, torn, hostile, undone by going back."""

from __future__ import annotations

import json
import math
import time
from datetime import UTC, datetime
from pathlib import Path

from ganstudio.core.events import Rewound
from ganstudio.core.scores import Score
from ganstudio.store.eventlog import append_line
from ganstudio.store.folder import EVENTS_FILE
from ganstudio.store.scores import SCORES_FILE, append_scores, read_scores


def score(value: float = 1.0, step: int = 5, **more: object) -> Score:
    return Score("fid", value, step=step, made=datetime.now(UTC).isoformat(), **more)  # type: ignore[arg-type]


def test_a_score_comes_back_as_it_was_and_says_what_it_depends_on() -> None:
    one = score(math.nan, extractor_label="pixels", count=5000, real_count=400, split="train", more={"p": math.inf})
    again = Score.from_json(json.loads(json.dumps(one.to_json())))
    assert math.isnan(again.value)
    assert math.isnan(again.more["p"])
    assert again.terms == one.terms
    assert one.label("FID") == "FID · pixels · 5,000 against 400 · train"


def test_of_equal_scores_the_newest_counts(tmp_path: Path) -> None:
    assert read_scores(tmp_path) == []
    append_scores(tmp_path, [score(1.0), score(2.0, step=9)])
    append_scores(tmp_path, [score(3.0)])
    assert [(one.value, one.step) for one in read_scores(tmp_path)] == [(3.0, 5), (2.0, 9)]


def test_torn_and_hostile_lines_are_passed_over(tmp_path: Path) -> None:
    append_scores(tmp_path, [score(1.0)])
    bad = [b"[" * 60_000, b"null", b"\xff\xfe", b'{"metric":3,"value":1}', b'{"metric":"a","value":1,"step":1e9}',
           b'{"metric":"a","value":1,"seed":[]}', b'{"metric":"a","value":1,"more":7}', b"x" * 70_000,
           b'{"metric":"a","value":1,"step":true}', b'{"metric":"a","value":1' + b"0" * 400 + b"}"]  # fmt: skip
    with (tmp_path / SCORES_FILE).open("ab") as file:
        file.write(b"\n".join(bad) + b'\n{"metric": "to')
    assert [one.value for one in read_scores(tmp_path)] == [1.0]
    append_scores(tmp_path, [score(2.0, step=6)])
    assert [one.value for one in read_scores(tmp_path)] == [1.0, 2.0], "what follows a torn line is whole"


def test_going_back_undoes_the_scores_of_later_steps(tmp_path: Path) -> None:
    append_scores(tmp_path, [score(1.0, step=5), score(2.0, step=9)])
    time.sleep(0.01)
    append_line(tmp_path / EVENTS_FILE, Rewound(5), 5)
    assert [one.step for one in read_scores(tmp_path)] == [5]
    time.sleep(0.01)
    append_scores(tmp_path, [score(4.0, step=9)])
    assert [one.value for one in read_scores(tmp_path)] == [1.0, 4.0], "what was trained again may be measured again"
