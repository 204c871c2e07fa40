"""Files that are no weights at all, or that would do something."""

from __future__ import annotations

import argparse
import io
import os
import pickle
import struct
import zipfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
import torch

from ganstudio.core.errors import UsageError
from ganstudio.explore.foreign import open_foreign, opening
from ganstudio.store import torch_file
from tests.explore import foreign_networks as nets


class Hostile:
    """Its pickle makes a folder when it is opened."""

    def __init__(self, place: Path) -> None:
        self.place = place

    def __reduce__(self) -> tuple[Callable[..., None], tuple[str]]:
        return os.mkdir, (str(self.place),)


@pytest.mark.parametrize("ending", [".pt", ".pth", ".bin", ".ckpt", ".pkl", ".safetensors", ".onnx"])
@pytest.mark.parametrize("form", ["zip", "legacy", "pickle 2", "pickle 4"])
def test_code_in_a_file_never_runs(tmp_path: Path, ending: str, form: str) -> None:
    sentinel, path = tmp_path / "sentinel", tmp_path / f"x{ending}"
    content = {"netG": nets.dcgan28().state_dict(), "extra": Hostile(sentinel)}
    if form.startswith("pickle"):
        path.write_bytes(pickle.dumps(content, protocol=int(form[-1])))
    else:
        torch.save(content, path, _use_new_zipfile_serialization=form == "zip")
    with pytest.raises(UsageError, match=r"code .*that would run when opened.*safetensors\.torch\.save_file"):
        open_foreign(path)
    assert not sentinel.exists()
    if form == "zip":  # and it would have run
        with path.open("rb") as file:
            torch.load(file, weights_only=False)
        assert sentinel.exists()


@pytest.mark.parametrize(
    ("content", "named"),
    [
        ({"opt": argparse.Namespace(lr=1), "g": nets.dcgan28().state_dict()}, "argparse.Namespace"),
        (nets.dcgan28(), "foreign_networks.Flat"),
    ],
    ids=["settings", "whole module"],
)
def test_the_code_is_named(tmp_path: Path, content: object, named: str) -> None:
    torch.save(content, tmp_path / "x.pt")
    with pytest.raises(UsageError, match=rf"contains Python code \(.*{named}\)"):
        open_foreign(tmp_path / "x.pt")


def _zip(*entries: tuple[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in entries:
            archive.writestr(name, data)
    return buffer.getvalue()


def _npy() -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, np.zeros(3))
    return buffer.getvalue()


FILES: dict[str, tuple[str, bytes, str]] = {
    "empty": ("x.pt", b"", "is empty"),
    "text": ("x.pt", b"hello\n" * 2000, "a text file"),
    "text as weights": ("x.safetensors", "grüße".encode(), "a text file"),
    "web page": ("x.bin", b"<!DOCTYPE html><html></html>", "a text file"),
    "zip": ("x.zip", _zip(("a.txt", b"a")), "an ordinary zip archive"),
    "exported program": ("x.pt2", _zip(("x/archive_format", b"pt2")), "written by torch.export"),
    "picture": ("x.pt", b"\x89PNG\r\n\x1a\n" + bytes(50), "a PNG picture"),
    "Keras": ("x.h5", b"\x89HDF\r\n\x1a\n" + bytes(50), "HDF5"),
    "numbers": ("x.npy", _npy(), "a NumPy array"),
    "zeros": ("x.pt", bytes(500), "nothing that is known here"),
    "zeros as weights": ("x.safetensors", bytes(500), "cut off or damaged"),
    "header without tensors": ("x.safetensors", struct.pack("<Q", 2) + b"{}", "no tensors"),
    "absurd header": ("x.safetensors", struct.pack("<Q", 2**60) + b"{" + bytes(90), "cut off or damaged"),
    "list": ("x.pt", b"", "no tensors"),
    "two of one name": ("x.pt", b"", "damaged"),
}


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("name", FILES)
def test_what_is_no_weights_is_refused_in_words(tmp_path: Path, name: str) -> None:
    file, content, words = FILES[name]
    path = tmp_path / file
    path.write_bytes(content)
    if name == "list":
        torch.save([1, 2, "three"], path)
    elif name == "two of one name":
        path.write_bytes(_zip(("a/data.pkl", b"1"), ("a/data.pkl", b"2")))
    with pytest.raises(UsageError, match=words) as caught:
        open_foreign(path)
    assert f"“{file}”" in str(caught.value)


@pytest.mark.parametrize("ending", [".safetensors", ".pt"])
@pytest.mark.parametrize("share", [0.02, 0.5, 0.99])
def test_cut_off_files(tmp_path: Path, ending: str, share: float) -> None:
    path = nets.save_weights(nets.dcgan28(), tmp_path / f"x{ending}")
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * share)])
    with pytest.raises(UsageError, match="cut off"):
        open_foreign(path)


def test_a_cut_off_file_of_the_old_kind(tmp_path: Path) -> None:
    torch.save(nets.dcgan28().state_dict(), tmp_path / "x.pt", _use_new_zipfile_serialization=False)
    whole = (tmp_path / "x.pt").read_bytes()
    assert open_foreign(tmp_path / "x.pt").spec.size == 28
    (tmp_path / "x.pt").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(UsageError, match=r"cut off|never opened|not opened"):
        open_foreign(tmp_path / "x.pt")


def test_spoilt_bytes_never_end_in_anything_else(tmp_path: Path) -> None:
    """Any byte may be wrong: it opens, or it is refused in words."""
    order = np.random.default_rng(0)
    for ending in (".safetensors", ".pt"):
        whole = nets.save_weights(nets.dcgan28(), tmp_path / f"x{ending}").read_bytes()
        for _attempt in range(25):
            spoilt = bytearray(whole)
            for place in order.integers(0, min(len(whole), 3000), 3):
                spoilt[place] = order.integers(256)
            (tmp_path / f"y{ending}").write_bytes(spoilt)
            with suppress(UsageError):
                assert open_foreign(tmp_path / f"y{ending}").spec.kind == "images"


def test_folders_and_what_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is a folder"):
        open_foreign(tmp_path)
    with pytest.raises(UsageError, match=r"“x\.pt” cannot be read: No such file"):
        open_foreign(tmp_path / "x.pt")


def test_absurd_sizes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "LIMIT", 5000)
    monkeypatch.setattr(torch_file, "LIMIT", 5000)
    with pytest.raises(UsageError, match="more than 2 GB are not opened"):
        open_foreign(nets.save_weights(nets.dcgan28(), tmp_path / "x.safetensors"))
    with zipfile.ZipFile(tmp_path / "bomb.pt", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a/data.pkl", bytes(100_000))
    with pytest.raises(UsageError, match=r"would unpack to more"):
        open_foreign(tmp_path / "bomb.pt")


def test_names_of_any_kind(tmp_path: Path) -> None:
    path = nets.save_weights(nets.dcgan28(), tmp_path / "Größe {x} % “y” 生成.safetensors")
    assert open_foreign(str(path)).title == path.name
