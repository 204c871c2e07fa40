from __future__ import annotations

import errno
import os
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ganstudio.core.errors import DiskFullError, StoreError
from ganstudio.core.events import Note, Samples
from ganstudio.store import Run, RunWriter
from ganstudio.store.atomic import append_bytes, cut_file, is_disk_full, remove_stale_temps, replace_file


def test_a_file_is_replaced_whole_and_no_temporary_file_stays(tmp_path: Path) -> None:
    file = tmp_path / "status.json"
    replace_file(file, b"one")
    replace_file(file, lambda temp: temp.write_bytes(b"two") and None)
    assert file.read_bytes() == b"two"
    assert [child.name for child in tmp_path.iterdir()] == ["status.json"]


def test_a_writer_that_fails_leaves_the_old_file_and_no_temporary_one(tmp_path: Path) -> None:
    file = tmp_path / "a"
    file.write_bytes(b"old")

    def fail(temp: Path) -> None:
        temp.write_bytes(b"half")
        raise KeyError("x")

    with pytest.raises(KeyError):
        replace_file(file, fail)
    assert file.read_bytes() == b"old"
    assert len(list(tmp_path.iterdir())) == 1


def test_a_full_disk_changes_nothing(tmp_path: Path, disk: Any) -> None:
    file = tmp_path / "a"
    file.write_bytes(b"old content")
    disk.full = True
    with pytest.raises(DiskFullError, match="full"):
        replace_file(file, b"new content")
    with pytest.raises(DiskFullError):
        replace_file(file, lambda temp: temp.write_bytes(b"new") and None)
    with pytest.raises(DiskFullError):
        append_bytes(file, b" and more")
    assert file.read_bytes() == b"old content"
    assert len(list(tmp_path.iterdir())) == 1
    disk.full = False
    append_bytes(file, b" and more")
    assert file.read_bytes() == b"old content and more"


def test_a_disk_that_becomes_read_only_is_said_in_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing can be written then, and nothing can be removed either."""

    def refuse(*_arguments: Any, **_options: Any) -> Any:
        raise OSError(errno.EROFS, "Read-only file system")

    (tmp_path / "a").write_bytes(b"old")
    for name in ("write", "fsync", "ftruncate", "truncate", "unlink"):
        monkeypatch.setattr(f"ganstudio.store.atomic.os.{name}", refuse)
    for name in ("unlink", "replace"):
        monkeypatch.setattr(Path, name, refuse)
    path = tmp_path / "a"
    for deed in (
        lambda: replace_file(path, b"new"),
        lambda: replace_file(path, lambda _temp: None),
        lambda: append_bytes(path, b"more"),
        lambda: cut_file(path, 1),
        lambda: remove_stale_temps(tmp_path),
    ):
        with pytest.raises(StoreError, match="Read-only file system"):
            deed()
    assert path.read_bytes() == b"old"


@pytest.mark.skipif(sys.platform == "win32", reason="there are no named pipes")
@pytest.mark.parametrize("make", [os.mkfifo, os.mkdir, lambda path: path.symlink_to(path)])
def test_only_a_file_is_written_to(tmp_path: Path, make: Any) -> None:
    make(tmp_path / "a")
    with pytest.raises(StoreError, match="cannot be written"):
        append_bytes(tmp_path / "a", bytes(200_000))


def test_a_missing_folder_is_said_in_words(tmp_path: Path) -> None:
    for write in (lambda path: replace_file(path, b"x"), lambda path: append_bytes(path, b"x")):
        with pytest.raises(StoreError, match="cannot be written") as caught:
            write(tmp_path / "none" / "a")
        assert not isinstance(caught.value, DiskFullError)


def test_what_counts_as_a_full_disk() -> None:
    assert is_disk_full(OSError(errno.ENOSPC, ""))
    assert is_disk_full(OSError(errno.EDQUOT, ""))
    assert is_disk_full(DiskFullError("x"))
    assert not is_disk_full(OSError(errno.EACCES, ""))
    assert not is_disk_full(ValueError())


def test_stale_temporary_files_go_and_others_stay(tmp_path: Path) -> None:
    for name in (".status.json.12-0.tmp", "notes.tmp", ".hidden"):
        (tmp_path / name).write_bytes(b"x")
    remove_stale_temps(tmp_path, tmp_path / "missing")
    assert sorted(child.name for child in tmp_path.iterdir()) == [".hidden", "notes.tmp"]


def contents(folder: Path) -> dict[Path, bytes]:
    files = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    return {path: data for path, data in files.items() if data}


def test_every_write_of_a_run_survives_a_full_disk_and_can_be_tried_again(
    run_path: Path, disk: Any, make_rows: Any
) -> None:
    grid = Samples(4, np.zeros((2, 8, 8, 1), np.uint8), None, "ema")
    with RunWriter(run_path) as writer:
        writer.append_rows(make_rows(1, 3))
        jobs = [
            lambda: writer.append_rows(make_rows(4, 6)),
            lambda: writer.append_rows(make_rows(1, 2, table="quality")),
            lambda: writer.append_event(Note("info", "hello")),
            lambda: writer.write_status("training", 6, 10, 1.0),
            lambda: writer.save_samples(grid),
            lambda: writer.save_checkpoint(6, {"w": np.ones(100, np.float32)}, {}),
            lambda: writer.save_thumbnail(np.zeros((4, 4, 3), np.uint8)),
        ]
        before = contents(run_path)
        for job in jobs:
            disk.full = True
            for _again in range(2):
                with pytest.raises(DiskFullError):
                    job()
                assert contents(run_path) == before
            disk.full = False
            job()
            before = contents(run_path)
        run = Run.open(run_path)
        assert run.rows("steps")[0].steps.tolist() == [1, 2, 3, 4, 5, 6]
        assert run.rows("quality")[0].steps.tolist() == [1, 2]
        assert run.status().step == 6
        assert (run.sample_steps(), run.checkpoint_steps()) == ([4], [6])


@pytest.mark.skipif(os.name == "nt" or not hasattr(os, "geteuid") or os.geteuid() != 0, reason="needs a tmpfs")
def test_a_really_full_disk(tmp_path: Path) -> None:
    import subprocess

    place = tmp_path / "small"
    place.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(place)], capture_output=True)
    if mounted.returncode:
        pytest.skip("no mount here")
    try:
        from ganstudio.store.checkpoints import write_checkpoint

        append_bytes(place / "rows", b"x" * 40_000)
        with pytest.raises(DiskFullError):
            append_bytes(place / "rows", b"x" * 40_000)
        assert (place / "rows").stat().st_size == 40_000
        for save in (
            lambda: replace_file(place / "other", b"x" * 40_000),
            lambda: write_checkpoint(place / "c.safetensors", {"w": np.ones(20_000, np.float32)}, {}),
        ):
            with pytest.raises(DiskFullError):
                save()
        assert [child.name for child in place.iterdir()] == ["rows"]
    finally:
        subprocess.run(["umount", str(place)], check=True)


@pytest.mark.skipif(sys.platform == "win32", reason="links need a right")
def test_a_link_is_not_written_through(tmp_path: Path) -> None:
    """A run from elsewhere may hold links to any file of the person who trains it on."""
    theirs = tmp_path / "theirs"
    theirs.write_bytes(b"precious, and its last line has no end")
    (tmp_path / "events.jsonl").symlink_to(theirs)
    (tmp_path / "nowhere").symlink_to(tmp_path / "new")
    for deed in (append_bytes, lambda path, _data: cut_file(path, 1)):
        for name in ("events.jsonl", "nowhere"):
            with pytest.raises(StoreError, match="is a link"):
                deed(tmp_path / name, b"x")
    assert theirs.read_bytes() == b"precious, and its last line has no end"
    assert not (tmp_path / "new").exists()
