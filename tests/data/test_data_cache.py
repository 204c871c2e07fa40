from __future__ import annotations

import os
import threading
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ganstudio.core.errors import CancelledError, DataError
from ganstudio.data import cache, check, decode, folder, load, parse_request, read


def noise() -> Image.Image:
    return Image.fromarray(np.random.default_rng(1).integers(0, 256, (30, 40, 3), dtype=np.uint8))


def look(path: Path, options: str = "size=16"):
    return check(f"folder:{path}:{options}")


def pixel(report, index: int) -> list[int]:
    return report.preview[index, 8, 8].tolist()


def test_the_second_time_nothing_is_decoded(pics: Path, monkeypatch: pytest.MonkeyPatch):
    for index in range(5):
        noise().save(pics / f"{index}.png")
    (pics / "torn.png").write_bytes(b"?")
    request = parse_request(f"folder:{pics}:size=16")
    first = look(pics)

    def never(*_args: object) -> None:
        raise AssertionError("decoded again")

    with monkeypatch.context() as patch:
        patch.setattr(decode, "decode", never)
        again = look(pics)
        assert (again.preview == first.preview).all()
        assert again.problems == first.problems
        data = load(request)
        data.items[:] = 0  # a copy: the cache stays as it is
        assert int(load(request).items.max()) > 0
    Image.new("RGB", (9, 9)).save(pics / "5.png")
    assert look(pics).spec.count == 6


def test_a_torn_or_unwritable_cache_is_no_error(pics: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    noise().save(pics / "a.png")
    first = look(pics)
    for path in (tmp_path / "cache" / "decoded").iterdir():
        path.write_bytes(path.read_bytes()[:50])
    assert (look(pics).preview == first.preview).all()
    (tmp_path / "file").touch()
    monkeypatch.setenv("GANSTUDIO_CACHE", str(tmp_path / "file"))
    assert (look(pics).preview == first.preview).all()


def test_a_full_disk_is_seen_before_it_is_written(pics: Path, monkeypatch: pytest.MonkeyPatch):
    noise().save(pics / "a.png")
    monkeypatch.setattr(cache.shutil, "disk_usage", lambda _path: cache.shutil._ntuple_diskusage(10, 10, 0))
    assert look(pics).spec.count == 1  # small enough for the memory
    monkeypatch.setattr(cache, "_IN_MEMORY", 100)
    with pytest.raises(DataError, match="smaller size"):
        look(pics, "size=32")


def test_a_large_set_is_cut_into_slices(pics: Path, monkeypatch: pytest.MonkeyPatch):
    for index in range(7):
        Image.new("RGB", (20, 20), (index * 30, 0, 0)).save(pics / f"{index}.png")
    monkeypatch.setattr(folder, "_SLICE", 3)
    assert [pixel(look(pics), index)[0] for index in range(7)] == [0, 30, 60, 90, 120, 150, 180]
    assert [pixel(look(pics, "size=16,colour=grey"), index)[0] for index in (0, 3, 6)] == [0, 27, 54]


def test_old_entries_are_forgotten(tmp_path: Path):
    for index in range(40):
        cache.store(f"k{index}", [np.zeros((1, 1, 2, 2), np.uint8)], (1, 1, 2, 2), {"count": 1})
        os.utime(tmp_path / "cache" / "decoded" / f"k{index}.json", (index, index))
    left = list((tmp_path / "cache" / "decoded").iterdir())
    assert len(left) <= 2 * 25
    assert cache.fetch("k39") is not None


def test_progress_is_told_and_cancel_is_obeyed(pics: Path, tmp_path: Path):
    for index in range(60):
        noise().save(pics / f"{index}.png")
    request = parse_request(f"folder:{pics}")
    told: list[float] = []
    cancel = threading.Event()

    def progress(fraction: float, text: str) -> None:
        told.append(fraction)
        if fraction > 0.2:
            cancel.set()

    with pytest.raises(CancelledError):
        check(request, cancel, progress)
    assert 0.2 < max(told) < 1
    assert not [path for path in (tmp_path / "cache").rglob("*") if path.is_file()]
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("decode")]
    told.clear()
    read(request, progress=lambda fraction, _text: told.append(fraction))
    assert told == sorted(told)
    assert told[-1] == 1
