"""The check before training: what the network will see, in numbers and pictures."""

from __future__ import annotations

import threading
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ganstudio.core.dataspec import DataSpec
from ganstudio.core.i18n import _, plural
from ganstudio.data.base import Arrays, DataRequest, Problem, Progress
from ganstudio.data.catalogue import read
from ganstudio.data.request import parse_request

PREVIEW_IMAGES = 64
PREVIEW_POINTS = 4096
_FEW = 64
_UNEVEN = 10


@dataclass(frozen=True, slots=True)
class DataReport:
    """What the network will see.

    Attributes:
        spec: shape, count and classes after everything that is said below.
        sizes: ``(width, height, count)`` of the originals, most frequent first.
        modes: colour modes of the originals in words → how many.
        balance: class name → items; empty without labels.
        problems: files that were dropped or converted, by name.
        changes: what was done to many or all pictures, a line each.
        warnings: what may spoil the training, a line each.
        preview: uint8 ``(≤ 64, H, W, C)`` or float32 ``(≤ 4096, 2)``, spread over the whole set.
    """

    spec: DataSpec
    sizes: tuple[tuple[int, int, int], ...]
    modes: dict[str, int]
    balance: dict[str, int]
    problems: tuple[Problem, ...]
    changes: tuple[str, ...]
    warnings: tuple[str, ...]
    preview: NDArray[np.uint8] | NDArray[np.float32]


def check(
    request: DataRequest | str,
    cancel: threading.Event | None = None,
    progress: Progress | None = None,
    *,
    seed: int = 0,
) -> DataReport:
    """Reads a data set as training would and says what it found; without torch.

    Raises:
        UsageError: the request is wrong.
        DataError: nothing could be read.
        CancelledError: ``cancel`` was set.
    """
    if isinstance(request, str):
        request = parse_request(request)
    arrays = read(request, seed=seed, cancel=cancel, progress=progress)
    balance = _balance(arrays)
    return DataReport(
        spec=arrays.spec,
        sizes=arrays.sizes,
        modes=dict(arrays.modes),
        balance=balance,
        problems=arrays.problems,
        changes=arrays.notes,
        warnings=_warnings(arrays, balance),
        preview=_preview(arrays),
    )


def _balance(arrays: Arrays) -> dict[str, int]:
    if arrays.labels is None:
        return {}
    counts = np.bincount(arrays.labels, minlength=len(arrays.spec.classes))
    return {name: int(count) for name, count in zip(arrays.spec.classes, counts, strict=True)}


def _warnings(arrays: Arrays, balance: dict[str, int]) -> tuple[str, ...]:
    warnings = []
    count = arrays.spec.count
    if arrays.spec.kind == "images" and count < _FEW:
        warnings.append(
            plural(
                "There is only {n} picture: a network learns it by heart.",
                "There are only {n} pictures: a network learns them by heart.",
                count,
            )
        )
    dropped = sum(problem.action == "dropped" for problem in arrays.problems)
    if dropped:
        warnings.append(plural("{n} file was dropped.", "{n} files were dropped.", dropped))
    empty = [name for name, number in balance.items() if number == 0]
    if empty:
        warnings.append(_("These classes have no picture: {names}.").format(names=", ".join(empty)))
    present = {name: number for name, number in balance.items() if number}
    if present and max(present.values()) >= _UNEVEN * min(present.values()):
        most, least = max(present, key=present.__getitem__), min(present, key=present.__getitem__)
        warnings.append(
            _("The classes are uneven: {n} of “{most}”, {m} of “{least}”.").format(
                n=present[most], most=most, m=present[least], least=least
            )
        )
    return tuple(warnings)


def _preview(arrays: Arrays) -> NDArray[np.uint8] | NDArray[np.float32]:
    images = arrays.spec.kind == "images"
    wanted = min(PREVIEW_IMAGES if images else PREVIEW_POINTS, len(arrays.items))
    chosen = np.linspace(0, len(arrays.items) - 1, wanted).round().astype(np.int64)
    if not images:
        return np.asarray(arrays.items[chosen], dtype=np.float32)
    return np.ascontiguousarray(arrays.items[chosen].transpose(0, 2, 3, 1), dtype=np.uint8)
