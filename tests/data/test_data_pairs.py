"""Pairs side by side, in two folders and in archives; two piles without partners; outlines of digits."""

from __future__ import annotations

import io
import tarfile
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ganstudio.core.errors import DataError
from ganstudio.data import archives, check, load
from ganstudio.data.digits import digits


def picture(seed: int, size: int = 32, grey: bool = False) -> np.ndarray:
    shape = (size, size) if grey else (size, size, 3)
    return np.random.default_rng(seed).integers(0, 256, shape).astype(np.uint8)


def save(path: Path, array: np.ndarray) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(array).save(path)


def side_by_side(folder: Path, count: int = 3, part: str = "") -> Path:
    for index in range(count):
        left = np.repeat(picture(index, grey=True)[..., None], 3, axis=2)
        save(folder / part / f"{index}.png", np.concatenate([left, picture(100 + index)], axis=1))
    return folder


def reasons(report) -> dict[str, str]:
    return {problem.file: problem.what for problem in report.problems if problem.action == "dropped"}


def test_side_by_side_keeps_every_pixel_and_tells_grey_from_colour(pics):
    data = load(f"pairs:{side_by_side(pics)}:size=32")
    assert data.spec.kind == "pairs"
    assert (data.spec.input_channels, data.spec.channels) == (1, 3)
    assert data.inputs is not None
    np.testing.assert_array_equal(data.inputs[1, 0].numpy(), picture(1, grey=True))
    np.testing.assert_array_equal(data.items[1].numpy(), picture(101).transpose(2, 0, 1))
    assert load(f"pairs:{pics}:size=32").fingerprint == data.fingerprint
    turned = load(f"pairs:{pics}:size=32,input=right")
    np.testing.assert_array_equal(turned.inputs.numpy(), data.items.numpy())
    assert turned.spec.sides == ("input", "output")


def test_only_the_training_part_is_read(pics):
    side_by_side(pics, 3, "train")
    side_by_side(pics, 2, "val")
    report = check(f"pairs:{pics}:size=32")
    assert report.spec.count == 3
    assert any("training part" in line for line in report.changes)
    assert report.preview.shape == (6, 32, 32, 3)
    assert check(f"pairs:{pics / 'val'}:size=32").spec.count == 2


def test_odd_files_are_named(pics):
    side_by_side(pics, 5)
    save(pics / "1.png", picture(1))
    (pics / "2.png").write_bytes(b"")
    save(pics / "3.png", np.concatenate([picture(1), picture(2)[:, :-1]], axis=1))
    report = check(f"pairs:{pics}:size=16")
    found = reasons(report)
    assert "not two pictures" in found["1.png"]
    assert found["2.png"] == "the file is empty"
    assert any(problem.file == "3.png" and problem.action == "converted" for problem in report.problems)
    assert report.spec.count == 3


def test_a_folder_of_single_pictures_is_refused(pics):
    for index in range(3):
        save(pics / f"{index}.png", picture(index))
    with pytest.raises(DataError, match="not two pictures side by side"):
        load(f"pairs:{pics}")


@pytest.mark.parametrize(
    ("first", "second", "sides"),
    [("A", "B", ("input", "output")), ("input", "target", ("input", "target")), ("edges", "photos", ("edges", "photos")),
     ("train/A", "train/B", ("input", "output")), ("trainA", "trainB", ("input", "output"))],
)  # fmt: skip
def test_two_folders_with_partners(pics, first, second, sides):
    for index in range(4):
        save(pics / first / f"{index}.png", picture(index, grey=True))
        save(pics / second / f"{index}.jpg", picture(index, grey=True))
    (pics / first / "2.png").unlink()
    (pics / second / "3.jpg").unlink()
    report = check(f"pairs:{pics}:size=32")
    assert report.spec.sides == sides
    assert report.spec.count == 2
    assert report.spec.channels == 1
    assert set(reasons(report)) == {f"{first}/3.png", f"{second}/2.jpg"}
    data = load(f"pairs:{pics}:size=32")
    np.testing.assert_array_equal(data.inputs[1, 0].numpy(), picture(1, grey=True))


def test_names_that_fit_several_partners_are_told_where_none_is_left(pics):
    for name in ("A/0.png", "A/0.bmp", "B/0.webp"):
        save(pics / name, picture(1))
    with pytest.raises(DataError, match=r"A/0\.png.*cannot be told: give them different names"):
        check(f"pairs:{pics}:size=32")


def test_partners_of_another_shape_are_refused(pics):
    for index in range(3):
        save(pics / "A" / f"{index}.png", picture(index))
        save(pics / "B" / f"{index}.png", picture(index))
    save(pics / "B" / "1.png", picture(1)[:20])
    save(pics / "B" / "2.png", picture(2, 64))
    report = check(f"pairs:{pics}:size=32")
    assert set(reasons(report)) == {"A/1.png"}
    assert report.spec.count == 2


def archive(path: Path, folder: Path, extra: dict[str, bytes] | None = None) -> Path:
    if path.suffix == ".zip":
        with zipfile.ZipFile(path, "w") as out:
            for file in sorted(folder.rglob("*.png")):
                out.write(file, file.relative_to(folder.parent).as_posix())
            for name, content in (extra or {}).items():
                out.writestr(name, content)
        return path
    with tarfile.open(path, "w:gz") as tar:
        tar.add(folder, folder.name)
        for name, content in (extra or {}).items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return path


@pytest.mark.parametrize("name", ["edges2shoes.tar.gz", "edges2shoes.zip"])
def test_archives_are_unpacked_once_and_safely(pics, tmp_path, name):
    folder = tmp_path / "edges2shoes"
    side_by_side(folder, 3, "train")
    bad = {"../out.png": b"x", "/abs.png": b"x", "edges2shoes/train/run.sh": b"x", "edges2shoes/../../up.png": b"x"}
    path = archive(pics / name, folder, bad)
    data = load(f"pairs:{path}:size=32")
    assert data.spec.count == 3
    assert data.spec.sides == ("edges", "shoes")
    np.testing.assert_array_equal(data.inputs[1, 0].numpy(), picture(1, grey=True))
    (place,) = (tmp_path / "cache" / "archives").glob("*/edges2shoes")
    unpacked = sorted(file.name for file in place.rglob("*") if file.is_file())
    assert unpacked == ["0.png", "1.png", "2.png"]
    assert not list(tmp_path.glob("*.png"))
    assert load(f"pairs:{path}:size=16").spec.count == 3


def test_links_in_archives_are_left_out(pics, tmp_path):
    secret = tmp_path / "secret.png"
    save(secret, picture(0))
    folder = side_by_side(tmp_path / "set", 2)
    path = pics / "set.tar.gz"
    with tarfile.open(path, "w:gz") as tar:
        tar.add(folder, "set")
        link = tarfile.TarInfo("set/link.png")
        link.type, link.linkname = tarfile.SYMTYPE, str(secret)
        tar.addfile(link)
    assert load(f"pairs:{path}:size=16").spec.count == 2


@pytest.mark.parametrize("content", [b"", b"no archive", None])
def test_damaged_archives_are_refused_and_leave_nothing(pics, tmp_path, content):
    path = archive(pics / "set.tar.gz", side_by_side(tmp_path / "set", 3))
    path.write_bytes(path.read_bytes()[:-400] if content is None else content)
    with pytest.raises(DataError, match=r"set\.tar\.gz cannot be unpacked"):
        load(f"pairs:{path}")
    assert not [file for file in (tmp_path / "cache").rglob("*") if file.is_file()]


def test_an_archive_larger_than_allowed_is_refused(pics, tmp_path, monkeypatch):
    path = archive(pics / "set.zip", side_by_side(tmp_path / "set", 3))
    monkeypatch.setattr(archives, "MOST_BYTES", 5000)
    with pytest.raises(DataError, match="holds more than"):
        load(f"pairs:{path}")


def piles(folder: Path, first: str, second: str) -> Path:
    for index in range(3):
        save(folder / first / f"a{index}.png", picture(index, grey=True))
    for index in range(5):
        save(folder / second / f"b{index}.png", picture(index))
    return folder


@pytest.mark.parametrize(
    ("set_name", "first", "second", "sides"),
    [("x", "trainA", "trainB", ("A", "B")), ("horse2zebra", "trainA", "trainB", ("horse", "zebra")),
     ("x", "day", "night", ("day", "night")), ("x", "train/day", "train/night", ("day", "night")),
     ("x", "day/train", "night/train", ("day", "night")), ("x", "deep/day", "deep/night", ("day", "night"))],
)  # fmt: skip
def test_two_piles_have_the_same_channels(pics, set_name, first, second, sides):
    piles(pics / set_name, first, second)
    for name in ("testA", "test"):
        if "train" in first and "/" not in first:
            save(pics / set_name / name / "c.png", picture(9))
    report = check(f"domains:{pics / set_name}:size=16")
    assert report.spec.kind == "domains"
    assert (report.spec.input_count, report.spec.count) == (3, 5)
    assert (report.spec.input_channels, report.spec.channels) == (3, 3)
    assert report.spec.sides == sides
    assert any("is grey" in line for line in report.changes)
    assert report.preview.shape == (6, 16, 16, 3)
    data = load(f"domains:{pics / set_name}:size=32")
    np.testing.assert_array_equal(data.inputs[1, 2].numpy(), picture(1, grey=True))


def test_bad_files_of_either_pile_are_named(pics):
    piles(pics, "day", "night")
    (pics / "night" / "b1.png").write_bytes(b"")
    report = check(f"domains:{pics}")
    assert reasons(report) == {"night/b1.png": "the file is empty"}
    assert any("only 3 pictures" in line for line in report.warnings)


@pytest.mark.parametrize(("name", "count"), [("pairs", "1 of 6 files was left out, each with"),
                                              ("domains", "1 of 6 files was left out: A/0.png")])  # fmt: skip
def test_files_that_are_left_out_are_told_when_the_set_is_loaded(pics, name, count):
    for side in "AB":
        for index in range(3):
            save(pics / side / f"{index}.png", picture(index))
    (pics / "A" / "0.png").write_bytes(b"")
    data = load(f"{name}:{pics}:size=32")
    assert data.left_out.startswith(count)
    assert "A/0.png (the file is empty)" in data.left_out


@pytest.mark.parametrize("names", [["one"], ["one", "two", "three"], []])
def test_anything_but_two_piles_is_refused(pics, names):
    for name in names:
        save(pics / name / "x.png", picture(0))
    with pytest.raises(DataError, match="two piles"):
        check(f"domains:{pics}")


@pytest.mark.parametrize("size", [32, 64])
def test_edges_are_thin_outlines_of_the_digits(size):
    data = load(f"edges-digits:size={size}")
    assert data.spec.kind == "pairs"
    assert data.spec.sides == ("edges", "digits")
    assert data.inputs is not None
    assert data.inputs.shape == data.items.shape == (1797, 1, size, size)
    ink = 1 - data.inputs.numpy()[:, 0] / 255
    np.testing.assert_array_equal(data.items.numpy(), digits(size))
    inside = digits(size)[:, 0] > 200
    assert 0.03 < ink.mean() < 0.3
    assert ink[inside].mean() < 0.1, "the pen goes around, it does not fill"
    assert ink[digits(size)[:, 0] == 0].mean() < 0.02
    assert (ink.max(axis=(1, 2)) == 1).all()


def test_edges2shoes(shared: Path):
    report = check(f"pairs:{shared / 'edges2shoes'}:size=64")
    assert report.spec.count == 200
    assert report.spec.sides == ("edges", "shoes")
    assert not report.problems
    inputs = report.preview[::2].astype(int)
    assert (inputs > 200).mean() > 0.8, "edges are black on white"


def test_facades_as_pairs(shared: Path):
    report = check("pairs:facades-labelme:size=32,input=right")
    assert report.spec.count == 250
    assert report.spec.sides == ("labels", "facade")
