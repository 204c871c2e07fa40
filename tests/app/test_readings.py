"""What is dropped or opened is looked at: every kind is told by what is in it, whatever the form holds."""

from __future__ import annotations

import gzip
import os
import shutil
import struct
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from ganstudio.app.drafts import split_request
from ganstudio.app.generators.catalogue import Catalogue
from ganstudio.app.readings import Dropped, Reading, readings, readings_of
from ganstudio.core.dataspec import DataSpec
from ganstudio.core.errors import DataError, StudioError, UsageError
from ganstudio.core.experiment import Experiment
from ganstudio.explore.picture_file import save_picture
from ganstudio.store import create_run

SHARED = Path(__file__).resolve().parents[3] / "shared"
Pixels = NDArray[np.uint8]
SPADE = Experiment("spade", "maps:/somewhere:size=64", {"width": 8}, 500)


def photo(rng: np.random.Generator, size: int = 48) -> Pixels:
    """Some discs on a ground, lit unevenly, with noise."""
    y, x = np.mgrid[:size, :size] / size
    picture = rng.integers(0, 256, 3) + 60 * x[..., None]
    for _disc in range(3):
        inside = np.hypot(y - rng.random(), x - rng.random()) < rng.uniform(0.15, 0.3)
        picture[inside] = rng.integers(0, 256, 3) + 40 * y[inside][:, None]
    return cast("Pixels", (picture + rng.normal(0, 5, picture.shape)).clip(0, 255).astype(np.uint8))


def sketch(picture: Pixels) -> Pixels:
    """The same scene as an outline: black where it changes, on white."""
    down, right = np.gradient(picture.astype(float).mean(axis=2))
    return cast(
        "Pixels", np.repeat(np.where(np.hypot(down, right) > 20, 0, 255)[..., None], 3, axis=2).astype(np.uint8)
    )


def label_map(rng: np.random.Generator, size: int = 48) -> Pixels:
    return cast("Pixels", np.kron(rng.integers(0, 3, (4, 4)), np.ones((size // 4, size // 4))).astype(np.uint8))


def save(path: Path, pixels: Pixels) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path)


def photos(folder: Path, rng: np.random.Generator) -> None:
    for number in range(5):
        save(folder / f"{number}.jpg", photo(rng))


def sides(folder: Path, rng: np.random.Generator) -> None:
    for number in range(5):
        real = photo(rng)
        save(folder / "train" / f"{number}.png", np.concatenate([sketch(real), real], axis=1))


def parallel(folder: Path, rng: np.random.Generator) -> None:
    for number in range(5):
        real = photo(rng)
        save(folder / "sketched" / f"{number}.png", sketch(real))
        save(folder / "seen" / f"{number}.png", real)


def world(folder: Path, rng: np.random.Generator) -> None:
    for number in range(5):
        save(folder / "labels" / f"{number}.png", label_map(rng))
        save(folder / "images" / f"{number}.jpg", photo(rng))


def beside(folder: Path, rng: np.random.Generator) -> None:
    for number in range(5):
        save(folder / f"{number}.png", label_map(rng))
        save(folder / f"{number}.jpg", photo(rng))


def coloured_halves(folder: Path, rng: np.random.Generator) -> None:
    colours = np.array([[200, 30, 30], [30, 200, 30], [30, 30, 200]], np.uint8)
    for number in range(5):
        both = np.concatenate([photo(rng), colours[label_map(rng)]], axis=1)
        save(folder / f"{number}.png", both)


def horses(folder: Path, rng: np.random.Generator) -> None:
    for side in ("trainA", "trainB"):
        for number in range(5):
            save(folder / side / f"{side}{number}.jpg", photo(rng))


def two_kinds(folder: Path, rng: np.random.Generator) -> None:
    for name in ("cats", "dogs"):
        for number in range(5):
            save(folder / name / f"{number}.jpg", photo(rng))


def three_kinds(folder: Path, rng: np.random.Generator) -> None:
    two_kinds(folder, rng)
    save(folder / "birds" / "1.jpg", photo(rng))


def idx_bytes(values: Pixels) -> bytes:
    return struct.pack(f">4B{values.ndim}I", 0, 0, 8, values.ndim, *values.shape) + values.tobytes()


def numbers(folder: Path, rng: np.random.Generator) -> None:
    folder.mkdir(parents=True)
    pictures, labels = rng.integers(0, 256, (6, 28, 28), np.uint8), np.arange(6, dtype=np.uint8) * 2
    (folder / "train-images-idx3-ubyte.gz").write_bytes(gzip.compress(idx_bytes(pictures)))
    (folder / "train-labels-idx1-ubyte").write_bytes(idx_bytes(labels))


Make = Callable[[Path, np.random.Generator], None]
FOLDERS: list[tuple[Make, list[tuple[str, str]]]] = [
    (photos, [("dcgan", "folder")]),
    (sides, [("pix2pix", "pairs")]),
    (parallel, [("pix2pix", "pairs")]),
    (world, [("spade", "maps")]),
    (beside, [("spade", "maps")]),
    (coloured_halves, [("spade", "maps"), ("pix2pix", "pairs"), ("dcgan", "folder")]),
    (horses, [("cyclegan", "domains")]),
    (two_kinds, [("cyclegan", "domains"), ("cgan", "folder"), ("dcgan", "folder")]),
    (three_kinds, [("cgan", "folder"), ("dcgan", "folder")]),
    (numbers, [("dcgan", "idx")]),
]


def told(found: list[Reading], draft: Experiment = SPADE) -> list[tuple[str, str]]:
    """What each would train: method, and the set that reads the data."""
    made = [one.experiment(draft, None) for one in found]
    return [(one.method, split_request(one.data)[0]) for one in made]


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize(("make", "ways"), FOLDERS, ids=[make.__name__ for make, _ways in FOLDERS])
def test_what_a_folder_is_tells_what_is_trained(
    make: Make, ways: list[tuple[str, str]], packed: bool, tmp_path: Path
) -> None:
    folder = tmp_path / "given"
    make(folder, np.random.default_rng(1))
    given = Path(shutil.make_archive(str(folder), "zip", folder)) if packed else folder
    found = readings(given)
    other = Experiment("wgan-gp", "ring")
    assert told(found, other) == ways
    for one in found:
        assert one.why.count(".") >= 2, "what tells so, and what would be done with it"
        assert one.experiment(other, None).name == "given"
        assert split_request(one.experiment(other, None).data)[1] == str(given)


def test_what_the_form_holds_stays_where_it_reads_such_data(tmp_path: Path) -> None:
    world(tmp_path / "world", np.random.default_rng(1))
    photos(tmp_path / "photos", np.random.default_rng(1))
    (maps,), (pictures,) = readings(tmp_path / "world"), readings(tmp_path / "photos")
    kept = maps.experiment(SPADE, None)
    assert (kept.method, kept.data, kept.hyper) == ("spade", f"maps:{tmp_path / 'world'}:size=64", {"width": 8})
    fresh = pictures.experiment(SPADE, None)
    assert (fresh.method, fresh.data, fresh.hyper) == ("dcgan", f"folder:{tmp_path / 'photos'}", {})
    critic = Experiment("wgan-gp", "folder:/there:size=32", {"lr_g": 1e-4}, name="mine")
    kept = pictures.experiment(critic, None)
    assert (kept.method, kept.name) == ("wgan-gp", "mine")
    assert kept.data.endswith(":size=32")


def test_a_method_that_is_told_classes_goes_where_there_are_none(tmp_path: Path) -> None:
    catalogue = Catalogue()
    photos(tmp_path / "photos", np.random.default_rng(1))
    three_kinds(tmp_path / "kinds", np.random.default_rng(1))
    (pictures,), (classes, together) = readings(tmp_path / "photos"), readings(tmp_path / "kinds")
    conditional, plain = Experiment("acgan", "folder:/there"), Experiment("lsgan", "folder:/there")
    methods = [
        one.experiment(form, catalogue).method for one in (pictures, classes, together) for form in (conditional, plain)
    ]
    assert methods == ["dcgan", "lsgan", "acgan", "cgan", "dcgan", "lsgan"]


@pytest.mark.parametrize(
    ("name", "first"),
    [
        ("data/camvid", "maps"), ("data/facades-labelme", "maps"), ("data/edges2shoes", "pairs"),
        ("data/cifar10-frogs-jpeg", "folder"), ("data/mnist", "idx"), ("data/kmnist/t10k-labels-idx1-ubyte.gz", "idx"),
        ("data/fashion-mnist", "idx"), ("data/sr/Set5", "folder"), ("cases/ade-like-3-names/adenames", "maps"),
        ("cases/cvat-labelmap/cvat", "maps"), ("cases/grey-jpeg-label-maps/m12_greyjpeg", "maps"),
        ("cases/names-count-from-one/m03b_1to121_names", "maps"), ("cases/trimap/m17_0_128_255", "maps"),
        ("cases/same-stem-twice/p13", "pairs"), ("cases/nas-folders/mac", "domains"),
        ("cases/cli-silent-drops/extreme", "folder"), ("cases/zip-colon-lost/case.zip", "folder"),
    ],
)  # fmt: skip
def test_what_real_programs_write_is_read_rightly(name: str, first: str) -> None:
    if not (SHARED / name).exists():
        pytest.skip("only where the shared data are")
    best = readings(SHARED / name)[0]
    assert best.guess is not None
    assert best.guess.source == first


def test_published_sets_in_the_data_folder_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GANSTUDIO_DATA", str(tmp_path))
    numbers(tmp_path / "mnist", np.random.default_rng(1))
    for given in (tmp_path / "mnist", tmp_path / "mnist" / "train-images-idx3-ubyte.gz"):
        (one,) = readings(given)
        made = one.experiment(SPADE, None)
        assert (made.method, made.data) == ("dcgan", "mnist")
    batches = tmp_path.parent / f"{tmp_path.name}-elsewhere" / "cifar-10-batches-bin"
    batches.mkdir(parents=True)
    (batches / "data_batch_1.bin").write_bytes(bytes(3073))
    with pytest.raises(DataError, match="data folder only"):
        readings(batches.parent)


def test_idx_files_are_read_from_anywhere(tmp_path: Path) -> None:
    from ganstudio.data import load

    numbers(tmp_path / "set", np.random.default_rng(1))
    found = [
        load(f"idx:{path}")
        for path in (tmp_path / "set", *sorted((tmp_path / "set").iterdir()),
                     shutil.make_archive(str(tmp_path / "packed"), "gztar", tmp_path / "set"))
    ]  # fmt: skip
    assert len({one.fingerprint for one in found}) == 1
    assert found[0].spec.classes == tuple(map(str, range(11)))
    assert found[0].labels is not None
    assert found[0].labels.tolist() == [0, 2, 4, 6, 8, 10]
    with pytest.raises(DataError, match="no IDX file"):
        load(f"idx:{tmp_path / 'set' / 'none'}")


# -- runs, generators, pictures ---------------------------------------------------------------------------------------


def run(folder: Path) -> Path:
    return create_run(Experiment("gan", "ring"), DataSpec("ring", "points", 1, 2, 0), "", path=folder)


def test_runs(tmp_path: Path) -> None:
    one = run(tmp_path / "runs" / "one")
    (one / "checkpoints").mkdir(exist_ok=True)
    (one / "checkpoints" / "000000004.safetensors").write_bytes(b"any")
    for given in (one, one / "run.json", one / "checkpoints" / "000000004.safetensors", tmp_path / "runs"):
        (found,) = readings(given)
        assert found.path == one
        assert found.run is not None
    run(tmp_path / "runs" / "two")
    (found,) = readings(tmp_path / "runs")
    assert sorted(path.name for path in found.runs) == ["one", "two"]
    (one / "run.json").write_text("{")
    with pytest.raises(StudioError):
        readings(one)


def test_what_is_dropped_together(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    one, two, broken = (run(tmp_path / "runs" / name) for name in ("one", "two", "broken"))
    (broken / "run.json").write_text("{")
    (found,) = readings_of([one, two, one / "run.json", broken], "train")
    assert (found.runs, found.told) == ((one, two), "Took one, two, run.json; the other one was left.")
    assert readings_of([two, tmp_path / "gone"], "train")[0].run is not None
    numbers(tmp_path / "set", rng)
    (found,) = readings_of(sorted((tmp_path / "set").iterdir()), "train")
    assert (found.path, found.told) == (tmp_path / "set", ""), "all that is in a folder is the folder"
    world(tmp_path / "world", rng)
    (tmp_path / "world" / ".hidden").touch()
    (found,) = readings_of([tmp_path / "world" / "labels", tmp_path / "world" / "images"], "train")
    assert found.guess is not None
    assert (found.guess.source, found.path) == ("maps", tmp_path / "world")
    for number in range(9):
        save(tmp_path / "cats" / f"{number}.png", photo(rng))
    cats = sorted((tmp_path / "cats").iterdir())
    (found,) = readings_of(cats[:4], "paint")
    assert (found.file, found.told) == (Dropped(cats[0]), "Took 0.png; the other 3 were left.")
    (found,) = readings_of([*cats, one], "paint")
    assert (found.path, found.told) == (cats[0].parent, "Took 0.png, 1.png, 2.png, …; the other one was left.")
    save(tmp_path / "cats" / "more.png", photo(rng))
    (found,) = readings_of(cats, "paint")
    assert (found.path, found.told) == (cats[0].parent, "Took the whole folder cats, which holds more pictures.")
    (found,) = readings_of([*cats[:2], one], "translate")
    assert found.file == Dropped(cats[0], None, (cats[1],))
    assert found.told == "Took 0.png, 1.png; the other one was left."
    nets = [tmp_path / "nets" / name for name in ("a.onnx", "b.onnx")]
    nets[0].parent.mkdir()
    for net in nets:
        net.write_bytes(b"any")
    assert [one.title for one in readings_of(nets, "explore")] == ["a.onnx", "b.onnx"], "which of them is asked"
    (nets[0].parent / "notes.txt").touch()
    assert {one.told for one in readings_of(nets, "explore")} == {"Took a.onnx; the other one was left."}


def test_files(tmp_path: Path) -> None:
    save(tmp_path / "plain.png", np.zeros((4, 4, 3), np.uint8))
    shutil.copy(tmp_path / "plain.png", tmp_path / "no-ending")
    session = {"program": "ganstudio", "kind": "paint", "version": 1}
    save_picture(tmp_path / "state.png", np.zeros((4, 4, 3), np.uint8), 1, session)
    (tmp_path / "net.onnx").write_bytes(b"any")
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "weights.safetensors").write_bytes(b"any")
    found = {}
    for name in ("plain.png", "no-ending", "state.png", "net.onnx", "model"):
        (one,) = readings(tmp_path / name)
        assert one.file is not None
        found[name] = (one.file.path.name, one.file.session, one.file.place("translate"))
    assert found == {
        "plain.png": ("plain.png", None, "translate"),
        "no-ending": ("no-ending", None, "translate"),
        "state.png": ("state.png", session, "paint"),
        "net.onnx": ("net.onnx", None, "explore"),
        "model": ("weights.safetensors", None, "explore"),
    }


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("numbers.npy", b"\x93NUMPY\x01\0", "array of numbers"),
        ("notes.txt", b"hello", "nothing that can be opened"),
        ("pictures.7z", b"7z\xbc\xaf\x27\x1c" + bytes(99), "of the kind 7z"),
        ("empty", None, "no picture"),
        ("gone", "", "cannot be read"),
    ],
)
def test_what_nothing_opens_is_told(name: str, content: Any, words: str, tmp_path: Path) -> None:
    path = tmp_path / name
    if content is None:
        path.mkdir()
    elif content:
        path.write_bytes(content)
    with pytest.raises(StudioError, match=words):
        readings(path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.png")
    with pytest.raises(UsageError, match="pipe"):
        readings(tmp_path / "pipe.png")


def test_outlines_of_labelme_are_told_of(tmp_path: Path) -> None:
    photos(tmp_path, np.random.default_rng(1))
    (tmp_path / "0.json").write_text('{"shapes": []}')
    (one,) = readings(tmp_path)
    assert "labelme2voc" in one.why


def test_looking_can_be_cancelled(tmp_path: Path) -> None:
    from ganstudio.core.errors import CancelledError

    photos(tmp_path, np.random.default_rng(1))
    with pytest.raises(CancelledError):
        readings(tmp_path, cancel=cast("Any", SimpleNamespace(is_set=lambda: True)))
