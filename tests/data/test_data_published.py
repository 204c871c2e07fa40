from __future__ import annotations

import gzip
import io
import struct
import tarfile
from pathlib import Path

import numpy as np
import pytest

from ganstudio.core.errors import DataError, UsageError
from ganstudio.data import check, find, load, thumbnail, unpack

RNG = np.random.default_rng(0)


def idx(values: np.ndarray, promised: int | None = None) -> bytes:
    shape = (len(values) if promised is None else promised, *values.shape[1:])
    return struct.pack(f">HBB{len(shape)}I", 0, 8, len(shape), *shape) + values.tobytes()


def put_idx(folder: Path, part: str, count: int = 20, style: str = "{part}-{what}", pack: bool = True) -> np.ndarray:
    images = RNG.integers(0, 256, (count, 28, 28), dtype=np.uint8)
    labels = (np.arange(count) % 10).astype(np.uint8)
    folder.mkdir(parents=True, exist_ok=True)
    for what, content in (("images-idx3-ubyte", idx(images)), ("labels-idx1-ubyte", idx(labels))):
        name = style.format(part=part, what=what)
        if pack:
            (folder / f"{name}.gz").write_bytes(gzip.compress(content))
        else:
            (folder / name).write_bytes(content)
    return images


def test_digits_of_mnist_are_stacked_where_its_files_are(home: Path):
    with pytest.raises(DataError, match="mnist"):
        load("stacked-digits:source=mnist")
    images = put_idx(home / "mnist", "train", count=30)
    data = load("stacked-digits:source=mnist,size=28,count=1000")
    known = {image.tobytes() for image in images}
    assert all(channel.tobytes() in known for item in data.items.numpy()[:20] for channel in item)
    assert load("stacked-digits:source=mnist,size=16,count=1000").spec.shape == (3, 16, 16)
    (home / "mnist" / "train-labels-idx1-ubyte.gz").unlink()
    with pytest.raises(DataError, match="labels"):
        load("stacked-digits:source=mnist")


def cifar_bytes(labels: list[int]) -> bytes:
    return b"".join(bytes([label]) + RNG.integers(0, 256, 3072, dtype=np.uint8).tobytes() for label in labels)


def test_the_real_sets_load(shared: Path):
    for name, count in (("mnist", 60_000), ("fashion-mnist", 800), ("kmnist", 6_000)):
        data = load(name)
        assert tuple(data.items.shape) == (count, 1, 32, 32)
        assert len(data.spec.classes) == 10
        assert data.labels.shape == (count,)
        assert int(data.items[:, :, :2].max()) == 0  # the margin
        assert thumbnail(name).std() > 10
    assert load("fashion-mnist:split=all,size=28").spec.count == 900
    assert check("fashion-mnist").balance == dict.fromkeys(load("fashion-mnist").spec.classes, 80)
    assert load("mnist:split=test,size=28,classes=7").labels.unique().tolist() == [0]
    assert np.bincount(load("mnist").labels.numpy())[[0, 5]].tolist() == [5923, 5421]  # as published


def test_real_cifar_and_its_frogs(shared: Path):
    data = load("cifar10")
    assert tuple(data.items.shape) == (1000, 3, 32, 32)
    frogs = load("cifar10:classes=frog")
    assert frogs.spec.classes == ("frog",)
    assert (data.items[data.labels == 6] == frogs.items).all()
    assert load("cifar10:split=all").spec.count == 1200
    assert thumbnail("cifar10").shape == (96, 96, 3)


@pytest.mark.parametrize(
    ("place", "style", "pack"),
    [
        ("mnist", "{part}-{what}", True),
        ("mnist", "{part}-{what}", False),
        ("MNIST/raw", "{part}-{what}", False),
        ("Mnist/some/where", "{part}-{what}", True),
        (".", "{part}-{what}", True),
        ("mnist", "my-{part}-{what}", True),
    ],
)
def test_files_are_found_by_structure(home: Path, place: str, style: str, pack: bool):
    images = put_idx(home / place, "train", style=style, pack=pack)
    data = load("mnist:size=28")
    assert (data.items[:, 0].numpy() == images).all()
    assert find("fashion-mnist") is None


def test_the_data_folder_may_be_the_set_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    put_idx(tmp_path / "FashionMNIST", "train")
    monkeypatch.setenv("GANSTUDIO_DATA", str(tmp_path / "FashionMNIST"))
    assert load("fashion-mnist").spec.count == 20
    assert find("mnist") is None


def test_plain_files_named_gz_and_the_dot_style(home: Path):
    images = RNG.integers(0, 256, (5, 28, 28), dtype=np.uint8)
    (home / "mnist").mkdir()
    (home / "mnist" / "train-images.idx3-ubyte.gz").write_bytes(idx(images))
    data = load("mnist:size=28")
    assert (data.items[:, 0].numpy() == images).all()
    assert data.labels is None
    assert data.spec.classes == ()
    assert any("labels" in note for note in data.notes)
    with pytest.raises(DataError, match="labels"):
        load("mnist:classes=3")


def test_only_the_test_files(home: Path):
    put_idx(home / "mnist", "t10k", count=7)
    data = load("mnist")
    assert data.spec.count == 7
    assert any("test" in note for note in data.notes)


def test_other_sizes_are_padded_or_shrunk(home: Path):
    (home / "kmnist").mkdir()
    (home / "kmnist" / "train-images-idx3-ubyte").write_bytes(idx(np.full((3, 20, 64), 200, dtype=np.uint8)))
    items = load("kmnist").items
    assert tuple(items.shape) == (3, 1, 32, 32)
    assert int(items[0, 0, 16, 16]) == 200
    assert int(items[0, 0, 0, 0]) == 0


@pytest.mark.parametrize("pack", [False, True])
def test_a_torn_file_gives_its_whole_records(home: Path, pack: bool):
    folder = home / "mnist"
    folder.mkdir()
    images = RNG.integers(0, 256, (200, 28, 28), dtype=np.uint8)
    content = idx(images)
    content = gzip.compress(content)[:-60_000] if pack else content[:-1000]
    (folder / "train-images-idx3-ubyte.gz").write_bytes(content)
    (folder / "train-labels-idx1-ubyte").write_bytes(idx(np.zeros(200, dtype=np.uint8)))
    data = load("mnist:size=28")
    assert 90 < data.spec.count < 200
    assert (data.items[:, 0].numpy() == images[: data.spec.count]).all()
    assert any("torn" in note for note in data.notes)
    assert len(data.labels) == data.spec.count


def damage(home: Path, file: str, content: bytes) -> None:
    put_idx(home / "mnist", "train", pack=False)
    (home / "mnist" / file).write_bytes(content)


@pytest.mark.parametrize(
    ("file", "content", "says"),
    [
        ("train-labels-idx1-ubyte", idx(np.zeros(19, np.uint8)), "20 pictures .* 19 labels"),
        ("train-labels-idx1-ubyte", idx(np.arange(20, dtype=np.uint8)), "record 10 is 10"),
        ("train-images-idx3-ubyte", b"<html>not found</html>", "not an IDX file"),
        ("train-images-idx3-ubyte", b"", "not an IDX file"),
        ("train-images-idx3-ubyte", idx(np.zeros(20, np.uint8)), "does not hold pictures"),
        ("train-images-idx3-ubyte", struct.pack(">HBBIII", 0, 0x0D, 3, 20, 28, 28), "0x0d"),
        ("train-images-idx3-ubyte", struct.pack(">HBBIII", 0, 8, 3, 20, 28, 28), "before its first record"),
        ("train-images-idx3-ubyte", struct.pack(">HBBIII", 0, 8, 3, 20, 1 << 30, 1 << 30), "damaged header"),
        ("train-images-idx3-ubyte", b"\x1f\x8b rubbish", "not an IDX file"),
    ],
)
def test_damage_is_named(home: Path, file: str, content: bytes, says: str):
    damage(home, file, content)
    with pytest.raises(DataError, match=says) as caught:
        load("mnist")
    assert "mnist" in str(caught.value)


def test_missing_files_say_where_to_put_them(home: Path):
    for name in ("mnist", "fashion-mnist", "kmnist", "cifar10"):
        with pytest.raises(DataError, match="download") as caught:
            load(name)
        assert str(home / name) in str(caught.value)


@pytest.mark.parametrize("place", ["cifar-10-batches-bin", "cifar10/cifar-10-batches-bin", "cifar10", "CIFAR-10", "."])
def test_cifar_is_found_by_structure(home: Path, place: str):
    (home / place).mkdir(parents=True, exist_ok=True)
    (home / place / "data_batch_3.bin").write_bytes(cifar_bytes([6, 3, 6]))
    data = load("cifar10:classes=frog")
    assert data.spec.count == 2
    assert data.spec.classes == ("frog",)
    assert check("cifar10").balance["cat"] == 1


def test_cifar_in_its_archive_and_gzipped(home: Path):
    content = cifar_bytes([0, 1, 2])
    with tarfile.open(home / "cifar-10-binary.tar.gz", "w:gz") as tar:
        info = tarfile.TarInfo("cifar-10-batches-bin/data_batch_1.bin")
        info.size = len(content)
        tar.addfile(info, io.BytesIO(content))
    first = load("cifar10")
    assert first.spec.count == 3
    (home / "cifar10").mkdir()
    (home / "cifar10" / "data_batch_1.bin.gz").write_bytes(gzip.compress(content))
    assert load("cifar10").fingerprint == first.fingerprint


def test_cifar_class_names_come_from_its_own_list(home: Path):
    (home / "cifar10").mkdir()
    (home / "cifar10" / "data_batch_1.bin").write_bytes(cifar_bytes([0, 1, 0]))
    (home / "cifar10" / "batches.meta.txt").write_text("oak\nbirch\n\n")
    assert load("cifar10:classes=birch").spec.count == 1
    with pytest.raises(UsageError, match="oak"):
        load("cifar10:classes=frog")


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (cifar_bytes([1, 2, 10]), "record 2 is 10"),
        (b"\1" * 3074 * 2, "CIFAR-100"),
        (b"\1" * 100, "less than one record"),
    ],
)
def test_cifar_damage_is_named(home: Path, content: bytes, says: str):
    (home / "cifar10").mkdir()
    (home / "cifar10" / "data_batch_1.bin").write_bytes(content)
    with pytest.raises(DataError, match=says) as caught:
        load("cifar10")
    assert "data_batch_1.bin" in str(caught.value)


def test_a_torn_cifar_batch_and_the_python_version(home: Path):
    (home / "cifar10").mkdir()
    (home / "cifar10" / "data_batch_1").write_bytes(b"\x80\x02}q")
    with pytest.raises(DataError, match="Python version"):
        load("cifar10")
    (home / "cifar10" / "data_batch_1.bin").write_bytes(cifar_bytes([1, 2, 3])[:-7])
    data = load("cifar10")
    assert data.spec.count == 2
    assert any("torn" in note for note in data.notes)
    with pytest.raises(DataError, match="frog"):
        load("cifar10:classes=frog")


def test_a_small_file_that_unpacks_to_more_than_any_set_is_refused(home: Path, monkeypatch: pytest.MonkeyPatch):
    put_idx(home / "mnist", "train")
    images = home / "mnist" / "train-images-idx3-ubyte.gz"
    images.write_bytes(gzip.compress(idx(np.zeros((1, 28, 28), np.uint8), promised=4_000_000)))
    with pytest.raises(DataError, match=r"promises 3\.1 GB"):
        load("mnist")
    monkeypatch.setattr(unpack, "MOST_BYTES", 10_000)
    (home / "cifar10").mkdir()
    for name in ("data_batch_1.bin.gz", "cifar-10-binary.tar.gz"):
        (home / "cifar10" / name).write_bytes(gzip.compress(bytes(1 << 20)))
        with pytest.raises(DataError, match="unpacks to more than"):
            load("cifar10")
        (home / "cifar10" / name).unlink()


def test_the_holes_of_a_sparse_batch_are_not_filled(home: Path):
    (home / "cifar10").mkdir()
    info = tarfile.TarInfo("data_batch_1.bin")
    info.type = b"S"
    header = bytearray(info.tobuf(tarfile.GNU_FORMAT))
    header[483:495] = b"77777777777\0"  # it says that it has 8 GB, and nothing of them is there
    header[148:156] = b" " * 8
    header[148:156] = b"%06o\0 " % sum(header)
    (home / "cifar10" / "cifar-10-binary.tar.gz").write_bytes(gzip.compress(bytes(header) + bytes(1024)))
    with pytest.raises(DataError, match="holds no batches"):
        load("cifar10")
