"""A folder of pictures translated: names, broken files, what may be written over, cancel, a full disk, the manifest."""

from __future__ import annotations

import errno
import json
import os
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from ganstudio.core.errors import CancelledError, DiskFullError, UsageError
from ganstudio.explore import batch_translation
from ganstudio.explore.batch_translation import MANIFEST, described, pictures_in, targets_for, translate_files
from ganstudio.explore.exporting import Watch
from ganstudio.explore.translating import read_input, translate
from tests.explore.toy_translators import MAP, SIZE, SKETCH, TWO_WAYS, network

NIGHT = {"direction": np.asarray(1, np.int64)}


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """Eight pictures, two of them broken, one in a folder below, one hidden, and a text."""
    folder = tmp_path / "photos"
    (folder / "more").mkdir(parents=True)
    random = np.random.default_rng(0)
    for name in ("a.png", "b.jpg", "c.gif", "a.bmp", "more/d.png", ".hidden.png"):
        Image.fromarray(random.integers(0, 255, (30, 20, 3), np.uint8)).save(folder / name)
    (folder / "broken.jpg").write_bytes(b"\xff\xd8 not really")
    (folder / "empty.png").write_bytes(b"")
    (folder / "notes.txt").write_text("hello", "utf-8")
    return folder


def manifest(folder: Path) -> dict[str, Any]:
    return json.loads((folder / MANIFEST).read_text("utf-8"))


def contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_all_good_ones_are_there_and_the_broken_ones_named(photos: Path, tmp_path: Path) -> None:
    generator, out, before = network(TWO_WAYS), tmp_path / "out", contents(photos)
    sources = pictures_in(photos)
    assert [path.name for path in sources] == ["a.bmp", "a.png", "b.jpg", "broken.jpg", "c.gif", "empty.png", "d.png"]
    done = translate_files(generator, sources, out, NIGHT, fit="pad", root=photos, about={"run": {"name": "r"}})
    assert set(contents(out)) == {"a.png", "a-png.png", "b.png", "c.png", "more/d.png", MANIFEST}
    assert contents(photos) == before
    assert [one.source.name for one in done.broken] == ["broken.jpg", "empty.png"]
    assert "5 of 7 pictures" in done.words()
    assert "Left out: broken.jpg, empty.png." in done.words()
    with Image.open(out / "more" / "d.png") as picture:
        expected = translate(generator, read_input(photos / "more/d.png", TWO_WAYS[0], "pad").pixels, NIGHT)
        np.testing.assert_array_equal(np.asarray(picture), expected)
    about = manifest(out)
    assert (about["step"], about["fit"], about["size"], about["ended"]) == (7, "pad", SIZE, "done")
    assert about["settings"] == {"direction": 1, "direction name": "night → day"}
    assert about["run"] == {"name": "r"}
    outcomes = {Path(one["input"]).name: one for one in about["files"]}
    assert outcomes["a.png"]["output"] == "a-png.png"
    assert outcomes["broken.jpg"]["outcome"] == "left out"
    assert "cannot be used" in outcomes["broken.jpg"]["words"]
    assert outcomes["b.jpg"]["words"] == ""


def test_names_that_would_meet(tmp_path: Path) -> None:
    sources = [Path(name) for name in ("/x/a.png", "/x/A.JPG", "/x/a.jpg", "/y/a.jpg", "/y/b.c.tif")]
    names = [path.name for path in targets_for(sources, tmp_path)]
    assert names[:2] == ["a.png", "A-jpg.png"]
    assert len({name.casefold() for name in names}) == 5
    assert names[4] == "b.c.png"
    assert targets_for([Path("/x/y/a.jpg")], tmp_path, Path("/x")) == [tmp_path / "y" / "a.png"]


def test_inputs_are_never_written_over(photos: Path, tmp_path: Path) -> None:
    before = contents(photos)
    with pytest.raises(UsageError, match="over the pictures themselves"):
        translate_files(network(TWO_WAYS), pictures_in(photos), photos, NIGHT, root=photos)
    linked = tmp_path / "linked"
    linked.symlink_to(photos, target_is_directory=True)
    with pytest.raises(UsageError, match="over the pictures themselves"):
        translate_files(network(TWO_WAYS), [photos / "a.png"], linked, NIGHT)
    assert contents(photos) == before


def test_other_files_are_not_lost_but_earlier_results_are_replaced(photos: Path, tmp_path: Path) -> None:
    out, sources = tmp_path / "out", [photos / "a.png", photos / "b.jpg"]
    out.mkdir()
    (out / "b.png").write_bytes(b"mine")
    with pytest.raises(UsageError, match="holds another"):
        translate_files(network(SKETCH), sources, out, {})
    assert contents(out) == {"b.png": b"mine"}
    (out / "b.png").unlink()
    translate_files(network(SKETCH), sources, out, {})
    first = contents(out)
    translate_files(network(SKETCH), sources, out, {}, fit="stretch")
    assert contents(out)["a.png"] != first["a.png"]
    (out / MANIFEST).write_text("[" * 5000, "utf-8")  # whatever stands there is not trusted
    with pytest.raises(UsageError, match="holds another"):
        translate_files(network(SKETCH), sources, out, {})
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(UsageError, match="is a file"):
        translate_files(network(SKETCH), sources, tmp_path / "file", {})


def test_a_cancel_keeps_what_is_finished(photos: Path, tmp_path: Path) -> None:
    cancel, told = threading.Event(), []

    def progress(fraction: float, text: str) -> None:
        told.append((fraction, text))
        if len(told) == 3:
            cancel.set()

    out = tmp_path / "out"
    with pytest.raises(CancelledError, match="after 3 of 7"):
        translate_files(network(SKETCH), pictures_in(photos), out, {}, watch=Watch(progress, cancel))
    assert sorted(contents(out)) == ["a-png.png", "a.png", "b.png", MANIFEST]
    assert [one["outcome"] for one in manifest(out)["files"]] == ["translated"] * 3 + ["not reached"] * 4
    assert manifest(out)["ended"] == "cancelled"
    assert [fraction for fraction, _text in told] == sorted(fraction for fraction, _text in told)


@pytest.mark.parametrize("room", [0, 2])
def test_a_full_disk_leaves_whole_files_or_none(
    photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, room: int
) -> None:
    write, left = os.write, [room]

    def full(handle: int, data: Any) -> int:
        if left[0] <= 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        left[0] -= 1
        return write(handle, data)

    out = tmp_path / "out"
    monkeypatch.setattr(os, "write", full)
    with pytest.raises(DiskFullError, match="full"):
        translate_files(network(SKETCH), pictures_in(photos), out, {})
    monkeypatch.undo()
    assert len(contents(out)) == room
    for path in out.glob("*.png"):
        with Image.open(path) as picture:
            picture.load()


def test_folders_that_hold_nothing_for_us(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no folder"):
        pictures_in(tmp_path / "gone")
    with pytest.raises(UsageError, match="no pictures"):
        pictures_in(tmp_path)


def test_results_within_the_folder_are_not_translated_again(photos: Path) -> None:
    out = photos / "translated"
    sources = pictures_in(photos, besides=out)
    translate_files(network(SKETCH), sources, out, {}, root=photos)
    assert pictures_in(photos, besides=out) == sources
    assert len(pictures_in(photos)) > len(sources)


def test_label_maps_and_what_the_manifest_says_of_them(tmp_path: Path) -> None:
    Image.fromarray(np.random.default_rng(0).integers(0, 3, (SIZE, SIZE), np.uint8)).save(tmp_path / "map.png")
    (tmp_path / "bad.png").write_bytes(b"bad")
    settings = {"style": np.zeros(4, np.float32), "time": np.array([0.5], np.float32)}
    done = translate_files(network(MAP), [tmp_path / "bad.png", tmp_path / "map.png"], tmp_path / "out", settings)
    assert [one.source.name for one in done.translated] == ["map.png"]
    assert manifest(tmp_path / "out")["settings"] == {"style": [0, 0, 0, 0], "time": [0.5]}
    assert described(MAP, {**settings, "map": np.zeros((SIZE, SIZE))}) == {"style": [0, 0, 0, 0], "time": [0.5]}


def test_networks_that_draw_out_of_nothing_are_refused(photos: Path, tmp_path: Path) -> None:
    from tests.explore.toys import linear

    with pytest.raises(UsageError, match="translates nothing"):
        translate_files(linear(), pictures_in(photos), tmp_path / "out", {})
    assert not (tmp_path / "out").exists()
    assert batch_translation.MANIFEST not in contents(tmp_path)
