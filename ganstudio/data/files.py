"""Where data lies on this machine."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from ganstudio.core.litter import is_litter

DATA_VARIABLE = "GANSTUDIO_DATA"
CACHE_VARIABLE = "GANSTUDIO_CACHE"

_chosen: dict[str, Path] = {}


def set_data_folder(path: Path | str | None) -> None:
    """The person's setting of the data folder; None for the default. ``GANSTUDIO_DATA`` is stronger."""
    if path is None:
        _chosen.pop("data", None)
    else:
        _chosen["data"] = Path(path).expanduser().absolute()


def set_inception_file(path: str) -> None:
    """The person's setting of where Inception's weights lie; empty for the usual place."""
    _chosen.pop("inception", None)
    if path:
        _chosen["inception"] = Path(path).expanduser().absolute()


def inception_file() -> Path | None:
    """What :func:`set_inception_file` was given."""
    return _chosen.get("inception")


def data_folder() -> Path:
    """The folder that holds data sets and drawings; it need not exist yet.

    ``GANSTUDIO_DATA``, else what :func:`set_data_folder` was given, else a folder of the person's own.
    """
    named = os.environ.get(DATA_VARIABLE)
    if named:
        return Path(named).expanduser().absolute()
    if "data" in _chosen:
        return _chosen["data"]
    import platformdirs

    return platformdirs.user_data_path("ganstudio", appauthor=False) / "data"


def cache_folder() -> Path:
    """Where decoded pictures are kept; all of it may be deleted at any time. ``GANSTUDIO_CACHE`` overrides it."""
    named = os.environ.get(CACHE_VARIABLE)
    if named:
        return Path(named).expanduser().absolute()
    import platformdirs

    return platformdirs.user_cache_path("ganstudio", appauthor=False)


def outdated(entries: Iterable[Path], size_of: Callable[[Path], int], most: int, room: int) -> Iterator[Path]:
    """What may go of a cache: beyond the ``most`` entries that were used last, or ``room`` bytes of them together."""

    def used(path: Path) -> float:
        try:
            return path.stat().st_mtime
        except OSError:  # another process was sooner
            return 0.0

    for number, path in enumerate(sorted(entries, key=used, reverse=True)):
        with suppress(OSError, ValueError, KeyError, TypeError):
            room -= size_of(path)
        if number and (number >= most or room < 0):
            yield path


_ALIASES: dict[str, frozenset[str]] = {
    "mnist": frozenset({"mnist"}),
    "fashion-mnist": frozenset({"fashionmnist", "fashion"}),
    "kmnist": frozenset({"kmnist", "kuzushijimnist"}),
    "cifar10": frozenset({"cifar10", "cifar10binary", "cifar10batchesbin"}),
}
# Files that lie in the data folder itself tell their set by name only for these two.
_LOOSE = frozenset({"mnist", "cifar10"})
_DEPTH = 3
IDX_NAME = re.compile(r"(train|t10k|test)[^/]*?(image|img|label)")
_NOT_IDX = frozenset({".part", ".txt", ".npz", ".npy", ".png", ".jpg", ".csv", ".pt", ".md", ".html"})
_CIFAR = re.compile(r"(data_batch_\d+|test_batch)\.bin(\.gz)?|batches\.meta\.txt|cifar-10-binary\.tar\.gz")
_CIFAR_PICKLE = re.compile(r"data_batch_\d+|test_batch")


@dataclass(frozen=True, slots=True)
class Located:
    """Files of a published set, found by their structure.

    Attributes:
        folder: where they were found.
        files: all of them, sorted by name.
    """

    folder: Path
    files: tuple[Path, ...]


def find(name: str) -> Located | None:
    """Looks for the files of a published set: whole or part, compressed or not, in a subfolder by any usual name.

    Args:
        name: ``"mnist"``, ``"fashion-mnist"``, ``"kmnist"`` or ``"cifar10"``; others have no files.
    """
    for folder, depth in _candidates(name):
        files = tuple(path for path in _walk(folder, depth) if _belongs(name, path))
        if any(path.name != "batches.meta.txt" for path in files):
            return Located(folder, files)
    return None


def idx_files(folder: Path) -> list[Path]:
    """Files in a folder, or a little way below it, that by their names are of the format of MNIST."""
    return [path for path in _walk(folder, _DEPTH) if _belongs("", path)]


def batches_in(folder: Path) -> bool:
    """A folder holds files of CIFAR-10's binary version."""
    return any(_belongs("cifar10", path) for path in _walk(folder, _DEPTH))


def find_pickles(name: str) -> Path | None:
    """A file of CIFAR-10's Python version, which is never read: pickles can run any code."""
    for folder, depth in _candidates(name) if name == "cifar10" else ():
        for path in _walk(folder, depth):
            if _CIFAR_PICKLE.fullmatch(path.name):
                return path
    return None


def home_of(name: str) -> Path:
    """The folder into which the files of a published set belong."""
    return data_folder() / name


def _candidates(name: str) -> Iterator[tuple[Path, int]]:
    aliases = _ALIASES.get(name)
    root = data_folder()
    if aliases is None:
        return
    folders = _entries(root)[1]
    for folder in folders:
        if _plain(folder.name) in aliases:
            yield folder, _DEPTH
    if _plain(root.name) in aliases:
        yield root, _DEPTH
    elif name in _LOOSE and not any(_plain(root.name) in others for others in _ALIASES.values()):
        yield root, 0
        if name == "cifar10":
            yield from ((folder, 0) for folder in folders if folder.name.startswith("cifar-10-batches-"))


def _plain(name: str) -> str:
    return re.sub(r"[-_. ]", "", name).lower()


def _entries(folder: Path) -> tuple[list[Path], list[Path]]:
    """Files and folders in a folder, by name; none where it cannot be read."""
    try:
        with os.scandir(folder) as scanned:
            entries = sorted(
                (Path(entry.path), entry.is_file(), entry.is_dir()) for entry in scanned if not is_litter(entry.name)
            )
    except OSError:
        return [], []
    return [path for path, is_file, _dir in entries if is_file], [path for path, _file, is_dir in entries if is_dir]


def _walk(folder: Path, depth: int) -> Iterator[Path]:
    files, folders = _entries(folder)
    yield from files
    for below in folders if depth else ():
        yield from _walk(below, depth - 1)


def _belongs(name: str, path: Path) -> bool:
    lowered = path.name.lower()
    if name == "cifar10":
        return _CIFAR.fullmatch(lowered) is not None
    return IDX_NAME.search(lowered) is not None and path.suffix.lower() not in _NOT_IDX
