"""What every data set is made of: a source that reads a request into numpy arrays, and the tensors made from them."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ganstudio.core.dataspec import DataKind, DataSpec
from ganstudio.core.errors import CancelledError
from ganstudio.core.fields import Fields
from ganstudio.core.i18n import _, plural

if TYPE_CHECKING:
    import torch

_SLICE = 4096
_TOLD = 8

Progress = Callable[[float, str], None]
Items = NDArray[np.uint8] | NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class DataRequest:
    """A data set as asked for.

    Attributes:
        name: registry name.
        options: checked options of that data set.
        path: the folder or the drawing, where the data set needs one.
        text: the canonical form, e.g. ``"cifar10:classes=frog"``; parsing it gives the same request.
    """

    name: str
    options: Fields
    path: str | None
    text: str


@dataclass(frozen=True, slots=True)
class Job:
    """How long work is watched and cancelled.

    Attributes:
        cancel: set by whoever waits, to end the work.
        progress: called with a fraction in [0, 1] and a line for a person; in the thread that reads.
    """

    cancel: threading.Event | None = None
    progress: Progress | None = None

    def tick(self, fraction: float, text: str) -> None:
        """Tells how far the work is.

        Raises:
            CancelledError: the work was cancelled.
        """
        if self.cancel is not None and self.cancel.is_set():
            raise CancelledError(_("Reading the data was cancelled."))
        if self.progress is not None:
            self.progress(min(max(fraction, 0.0), 1.0), text)


@dataclass(frozen=True, slots=True)
class Problem:
    """One file that is not taken as it is.

    Attributes:
        file: its path, relative to the data set's folder where it has one.
        what: what is odd about it, in words.
        action: what is done: ``"dropped"`` or ``"converted"``.
    """

    file: str
    what: str
    action: str


def spread(count: int, most: int) -> NDArray[np.int64]:
    """Places of at most so many items, evenly spread over a set of ``count``."""
    return np.linspace(0, count - 1, min(count, most)).round().astype(np.int64)


def left_out(problems: Sequence[Problem], files: int, partners: bool = False) -> str:
    """What a person is told of the files that were dropped: how many, the first ones by name, and why; one sentence.

    Args:
        problems: of all files; those that were only converted are not told here.
        files: how many files were looked at; 0 where nobody counted.
        partners: files belong together in pairs: what is dropped takes its partner along.

    Returns:
        The sentence; empty where every file was taken.
    """
    dropped: dict[str, str] = {}
    for problem in problems:
        if problem.action == "dropped":
            dropped.setdefault(problem.file, problem.what)
    if not dropped:
        return ""
    if files:
        of_all = plural("{n} of {{files}} files was left out", "{n} of {{files}} files were left out", len(dropped))
        count = of_all.format(files=files)
    else:
        count = plural("{n} file was left out", "{n} files were left out", len(dropped))
    if partners:
        count = _("{count}, each with its partner where it has one").format(count=count)
    some = ", ".join(f"{file} ({what})" for file, what in list(dropped.items())[:_TOLD])
    if len(dropped) > _TOLD:
        some = plural("{{some}} and {n} more", "{{some}} and {n} more", len(dropped) - _TOLD).format(some=some)
    # Names of files may hold anything, also what a terminal would obey.
    return "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in f"{count}: {some}.")


@dataclass(frozen=True, slots=True)
class Arrays:
    """A data set in numpy: what sources read and everything else is made from.

    Attributes:
        spec: its shape.
        items: uint8 ``(N, C, H, W)`` or float32 ``(N, 2)``; what a network should learn to draw.
        labels: int64 ``(N,)``, indices into ``spec.classes``; None where there are none.
        sizes: ``(width, height, count)`` of the original pictures, most frequent first.
        modes: colour mode of the original pictures in words, and how many have it.
        problems: files that were dropped or converted.
        files: how many files were looked at; 0 where the set is none of files.
        notes: lines for a person on how the set was read.
        unclassed: why there are no labels, where there might have been.
        inputs: what a translating network is given, uint8: label maps ``(N, H, W)`` with indices into
            ``spec.map_classes``, pictures ``(N, C, H, W)`` for ``pairs``, or ``(M, C, H, W)`` for ``domains``.
        attributes: float32 ``(N, len(spec.attributes))`` in [−1, 1]; None where nothing is known.
        doubts: lines for a person on what may have been read wrongly.
    """

    spec: DataSpec
    items: Items
    labels: NDArray[np.int64] | None = None
    sizes: tuple[tuple[int, int, int], ...] = ()
    modes: dict[str, int] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    files: int = 0
    notes: tuple[str, ...] = ()
    unclassed: str = ""
    inputs: NDArray[np.uint8] | None = None
    attributes: NDArray[np.float32] | None = None
    doubts: tuple[str, ...] = ()

    @property
    def left_out(self) -> str:
        """The sentence on the files that were dropped; see :func:`left_out`."""
        return left_out(self.problems, self.files, self.spec.kind in ("maps", "pairs"))


@dataclass(frozen=True, slots=True)
class Dataset:
    """A data set ready to be trained on.

    Attributes:
        spec: its shape.
        items: uint8 ``(N, C, H, W)`` for images, float32 ``(N, 2)`` for points; on the CPU.
        labels: int64 ``(N,)`` or None.
        fingerprint: the same for the same content, 16 hexadecimal digits.
        notes: lines for a person on how the set was read.
        left_out: one sentence on the files that were dropped; empty where all were taken.
        unclassed: as in :class:`Arrays`.
        inputs: as in :class:`Arrays`.
        attributes: as in :class:`Arrays`.
    """

    spec: DataSpec
    items: torch.Tensor
    labels: torch.Tensor | None
    fingerprint: str
    notes: tuple[str, ...] = ()
    left_out: str = ""
    unclassed: str = ""
    inputs: torch.Tensor | None = None
    attributes: torch.Tensor | None = None


Reader = Callable[[DataRequest, int, Job], Arrays]
Thumbnailer = Callable[[], NDArray[np.uint8] | None]


@dataclass(frozen=True, slots=True)
class DataSource:
    """One row of the catalogue of data sets.

    Attributes:
        name: lower-case with hyphens.
        title: what people call it.
        summary: one sentence.
        kind: what its items are; see :data:`~ganstudio.core.dataspec.DataKind`.
        licence: one line, as its source states it.
        Options: the options it takes.
        read: ``(request, seed, job)`` → :class:`Arrays`.
        thumbnail: a small picture, uint8 ``(H, W, 3)``; None while there is nothing to show.
        glimpse: the same of what some options choose, for sets of which that can be something else than the whole.
        needs_files: it reads files that do not come with the program.
        downloadable: the program can fetch those files.
        takes_path: the request names a folder or a drawing: ``"folder:PATH"``.
        classed: its items have classes, or may have some.
        names_file: whether what the request names is a file, for sets that take names as well.
        verify: raises UsageError for options that are wrong in a way their bounds do not tell.
        earlier: the requests that read the same files as earlier versions did, where these read them otherwise.
    """

    name: str
    title: str
    summary: str
    kind: DataKind
    licence: str
    Options: type[Fields]
    read: Reader
    thumbnail: Thumbnailer
    needs_files: bool = False
    downloadable: bool = False
    takes_path: bool = False
    classed: bool = True
    names_file: Callable[[str], bool] | None = None
    verify: Callable[[Fields], object] | None = None
    glimpse: Callable[[Fields], NDArray[np.uint8] | None] | None = None
    earlier: Callable[[DataRequest], Sequence[DataRequest]] = lambda _request: ()

    @property
    def reads_path(self) -> bool:
        """Its path is a folder or a file on disk, not the name of a drawing."""
        return self.takes_path and self.needs_files

    def on_disk(self, path: str) -> bool:
        """What a request names is a folder or a file anywhere on disk."""
        return self.reads_path or (self.names_file is not None and self.names_file(path))

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values, for ``ganstudio datasets --json``."""
        from ganstudio.core.fields import fields_of

        return {
            "name": self.name,
            "title": self.title,
            "summary": self.summary,
            "kind": self.kind,
            "licence": self.licence,
            "needs_files": self.needs_files,
            "downloadable": self.downloadable,
            "takes_path": self.takes_path,
            "options": [spec.to_json() for spec in fields_of(self.Options)],
        }


def fingerprint(arrays: Arrays) -> str:
    """Sixteen hexadecimal digits that are the same for the same content in the same order."""
    digest = hashlib.sha256(f"{arrays.items.dtype}{arrays.items.shape}".encode())
    for part in (arrays.items, arrays.labels, arrays.inputs, arrays.attributes):
        if part is None:
            continue
        # Slice by slice: a large set lies on the disk, and may not be in memory as a whole.
        for start in range(0, len(part), _SLICE):
            digest.update(np.ascontiguousarray(part[start : start + _SLICE]).data.cast("B"))
    return digest.hexdigest()[:16]
