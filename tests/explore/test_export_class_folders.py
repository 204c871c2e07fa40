from __future__ import annotations

import csv
import json
import threading
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from torch import nn

from ganstudio.core.controls import CategoricalCode, ClassLabel
from ganstudio.core.errors import CancelledError, StoreError, UsageError
from ganstudio.data import load
from ganstudio.explore.class_folders import safe_names, save_class_folders
from ganstudio.explore.exporting import Watch
from ganstudio.explore.generator import Generator
from ganstudio.explore.state import position_of, stack
from ganstudio.explore.views import draw
from tests.explore.toys import CLASS, SIZE, Z, linear, toy


def classed(control: ClassLabel | CategoricalCode = CLASS) -> Generator:
    """The class decides how bright a picture is, z what is on it."""

    def draws(method, values):
        shade = values[control.name].argmax(1, keepdim=True) / control.count * 1.6 - 0.8
        return (shade + 0.1 * method.net(values["z"]).tanh()).view(-1, 1, 4, 4)

    return toy(draws, (control, Z), net=nn.Linear(SIZE, 16))


def test_as_many_of_each_and_a_data_set_again(tmp_path: Path) -> None:
    folder = tmp_path / "out"
    written = save_class_folders(folder, classed(), 70, seed=5, about={"run": {"name": "r"}})
    assert (written.folder, written.names, written.count) == (folder, ("a", "b", "c"), 210)
    assert sorted(path.name for path in folder.iterdir()) == ["a", "b", "c", "manifest.csv", "manifest.json"]
    assert [*tmp_path.iterdir()] == [folder]
    data = load(f"folder:{folder}:size=16,colour=grey")
    assert data.spec.classes == ("a", "b", "c")
    assert data.labels is not None
    assert data.labels.bincount().tolist() == [70, 70, 70]
    means = [float(data.items[data.labels == label].float().mean()) for label in range(3)]
    assert means == sorted(means)
    assert means[2] - means[0] > 50


def test_every_line_of_the_manifest_draws_its_picture(tmp_path: Path) -> None:
    generator = classed()
    save_class_folders(tmp_path / "out", generator, 66, seed=9, truncation=0.5)
    with (tmp_path / "out" / "manifest.csv").open(encoding="utf-8", newline="") as file:
        lines = [*csv.DictReader(file)]
    assert len(lines) == 198
    assert len({line["seed"] for line in lines}) == len({line["file"] for line in lines}) == 198
    for line in (lines[0], lines[65], lines[66], lines[197]):
        position = position_of(generator.draw(1, int(line["seed"])))
        position["z"] = position["z"] * np.float32(line["truncation"])
        position["class"] = np.eye(3, dtype=np.float32)[int(line["label"])]
        assert line["class"] == "abc"[int(line["label"])] == line["file"].split("/")[0]
        with Image.open(tmp_path / "out" / line["file"]) as image:
            found = np.asarray(image).astype(int)
        assert np.abs(found - draw(generator, stack([position]))[0, :, :, 0]).max() <= 1
    about = json.loads((tmp_path / "out" / "manifest.json").read_text("utf-8"))
    assert (about["per_class"], about["seed"], about["truncation"], about["method"]) == (66, 9, 0.5, "toy")
    assert [one["folder"] for one in about["classes"]] == ["a", "b", "c"]


def test_categories_get_names_and_jpeg_is_jpeg(tmp_path: Path) -> None:
    generator = classed(CategoricalCode("category", 12))
    written = save_class_folders(tmp_path / "out", generator, 1, form="jpg")
    assert written.names[::11] == ("category 0", "category 11")
    with Image.open(tmp_path / "out" / "category 3" / "00001.jpg") as image:
        assert (image.format, image.mode) == ("JPEG", "L")
    assert load(f"folder:{tmp_path / 'out'}:size=16").spec.classes == written.names


def test_a_class_is_no_formula_in_a_spreadsheet(tmp_path: Path) -> None:
    written = save_class_folders(tmp_path / "out", classed(ClassLabel("class", ("=1+1", "-5"))), 1)
    lines = [line.split(",")[:2] for line in (written.folder / "manifest.csv").read_text("utf-8").splitlines()[1:]]
    assert lines == [["_=1+1/00001.png", "'=1+1"], ["-5/00001.png", "-5"]]


def test_names_that_no_file_system_takes(tmp_path: Path) -> None:
    names = ("Frog", "frog", "FROG (2)", "a/b", r"a\b", "..", "", "con", "NUL.txt", "train", "trailing. ", "x" * 400,
             "字" * 200, "tab\there", ".hidden", "Straße", "STRASSE", "e\u0301", "é")  # fmt: skip
    safe = safe_names(names)
    assert len({name.casefold() for name in safe}) == len(names)
    for name in safe:
        assert len(name.encode()) <= 255
        assert not set(name) & set('<>:"/\\|?*\t')
        assert name.strip(" .") == name != ""
        (tmp_path / name).mkdir()
    assert safe[0] == "Frog"
    generator = classed(ClassLabel("class", names))
    written = save_class_folders(tmp_path / "out", generator, 1)
    assert set(load(f"folder:{written.folder}:size=16").spec.classes) == set(safe)
    about = json.loads((written.folder / "manifest.json").read_text("utf-8"))
    assert [one["name"] for one in about["classes"]] == [*names]


def test_classes_called_like_the_parts_of_a_data_set(tmp_path: Path) -> None:
    save_class_folders(tmp_path / "out", classed(ClassLabel("class", ("train", "test"))), 2)
    assert len(load(f"folder:{tmp_path / 'out'}:size=16").spec.classes) == 2


def test_nothing_is_left_of_what_is_cancelled_or_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    generator, cancel = classed(), threading.Event()
    told: list[float] = []

    def progress(fraction: float, _text: str) -> None:
        told.append(fraction)
        if len(told) == 3:
            cancel.set()

    with pytest.raises(CancelledError):
        save_class_folders(tmp_path / "out", generator, 70, watch=Watch(progress, cancel))
    assert told == sorted(told)
    assert 0 < told[-1] < 1
    assert not [*tmp_path.iterdir()]

    def full(*_anything: object, **_more: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Image.Image, "save", full)
    with pytest.raises(StoreError, match="is full"):
        save_class_folders(tmp_path / "out", generator, 2)
    assert not [*tmp_path.iterdir()]


def test_folders_in_use_are_left_alone(tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "thesis.txt").write_text("all of it")
    with pytest.raises(UsageError, match="holds other things"):
        save_class_folders(folder, classed(), 1)
    with pytest.raises(UsageError, match="holds other things"):
        save_class_folders(folder / "thesis.txt", classed(), 1)
    with pytest.raises(UsageError, match="There is no folder"):
        save_class_folders(tmp_path / "a" / "b", classed(), 1)
    assert (folder / "thesis.txt").read_text() == "all of it"
    (folder / "thesis.txt").unlink()
    assert save_class_folders(folder, classed(), 1).count == 3


def test_what_cannot_be_written_into_folders(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="knows no classes"):
        save_class_folders(tmp_path / "out", linear(), 1)
    for count, seed in ((0, 0), (1, -1), (10**6, 0)):
        with pytest.raises(UsageError, match="1 or more"):
            save_class_folders(tmp_path / "out", classed(), count, seed=seed)
    with pytest.raises(UsageError, match="png or jpg"):
        save_class_folders(tmp_path / "out", classed(), 1, form="tif")  # type: ignore[arg-type]
    assert not [*tmp_path.iterdir()]
