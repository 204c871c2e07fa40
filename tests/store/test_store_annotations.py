"""Stars, tags and notes of a run: kept whole, bounded, and nobody else's words are lost."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ganstudio.core.errors import StoreError
from ganstudio.store.annotations import (
    ANNOTATIONS_FILE,
    LONGEST_NOTE,
    LONGEST_TAG,
    MOST_TAGS,
    Annotations,
    annotate,
    read_annotations,
)


def test_what_is_named_changes_and_the_rest_stays(tmp_path: Path) -> None:
    assert read_annotations(tmp_path) == Annotations()
    annotate(tmp_path, star=True)
    annotate(tmp_path, tags=("good", " Good ", "for, the talk", ""))
    assert annotate(tmp_path, note="wider\nthan before") == read_annotations(tmp_path)
    assert read_annotations(tmp_path) == Annotations(True, ("good", "for the talk"), "wider\nthan before")
    assert annotate(tmp_path, star=False).star is False
    assert [file.name for file in tmp_path.iterdir()] == [ANNOTATIONS_FILE]


def test_what_another_program_writes_is_kept_and_bounded(tmp_path: Path) -> None:
    file = tmp_path / ANNOTATIONS_FILE
    theirs = {"star": "yes", "tags": [f"{n}" + "x" * 99 for n in range(99)] + [3], "note": "n" * 99_999, "rating": 5}
    file.write_text(json.dumps(theirs), encoding="utf-8")
    found = read_annotations(tmp_path)
    assert (found.star, len(found.tags), len(found.tags[0]), len(found.note)) == (
        False, MOST_TAGS, LONGEST_TAG, LONGEST_NOTE,
    )  # fmt: skip
    annotate(tmp_path, star=True)
    assert json.loads(file.read_text(encoding="utf-8"))["rating"] == 5


@pytest.mark.parametrize("content", [b"", b"{", b"[1]", b"\xff\xfe", b"[" * 100_000, b'{"note": "' + b"n" * 300_000])
def test_a_file_that_is_something_else_is_put_aside(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / ANNOTATIONS_FILE
    file.write_bytes(content)
    assert read_annotations(tmp_path) == Annotations()
    annotate(tmp_path, note="mine")
    assert read_annotations(tmp_path).note == "mine"
    assert (tmp_path / f"{ANNOTATIONS_FILE}.BAK").read_bytes() == content


def test_a_run_that_went_away_is_said_to(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="not there any more"):
        annotate(tmp_path / "gone", star=True)
    assert not (tmp_path / "gone").exists()


def test_what_lies_behind_a_link_is_not_written(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere.json"
    elsewhere.write_text('{"note": "theirs"}', encoding="utf-8")
    run = tmp_path / "run"
    run.mkdir()
    (run / ANNOTATIONS_FILE).symlink_to(elsewhere)
    annotate(run, star=True)
    assert json.loads(elsewhere.read_text(encoding="utf-8")) == {"note": "theirs"}
