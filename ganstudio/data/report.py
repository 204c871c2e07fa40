"""The check before training: what the network will see, in numbers and pictures."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ganstudio.core.dataspec import DataSpec
from ganstudio.core.i18n import _, plural
from ganstudio.core.labelmaps import colour_map
from ganstudio.data.base import Arrays, DataRequest, Problem, Progress, spread
from ganstudio.data.catalogue import read
from ganstudio.data.request import parse_request

PREVIEW_IMAGES = 64
PREVIEW_POINTS = 4096
_FEW = 64
_UNEVEN = 10
_SLICE = 64


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
        warnings: what may spoil the training, a line each; the files that were dropped are among the problems.
        preview: uint8 ``(≤ 64, H, W, C)`` or float32 ``(≤ 4096, 2)``, spread over the whole set. Of sets for translation
            input and output take turns (label maps in the colours of their classes); of two domains one picture each.
        shares: of label maps: class → percent of all pixels.
    """

    spec: DataSpec
    sizes: tuple[tuple[int, int, int], ...]
    modes: dict[str, int]
    balance: dict[str, int]
    problems: tuple[Problem, ...]
    changes: tuple[str, ...]
    warnings: tuple[str, ...]
    preview: NDArray[np.uint8] | NDArray[np.float32]
    shares: dict[str, float] = field(default_factory=dict)


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
    balance, shares = _balance(arrays), _shares(arrays)
    return DataReport(
        spec=arrays.spec,
        sizes=arrays.sizes,
        modes=dict(arrays.modes),
        balance=balance,
        problems=arrays.problems,
        changes=arrays.notes,
        warnings=(*arrays.doubts, *_warnings(arrays, balance), *_map_warnings(arrays, shares)),
        preview=_preview(arrays),
        shares=shares,
    )


def _balance(arrays: Arrays) -> dict[str, int]:
    if arrays.labels is None:
        return {}
    counts = np.bincount(arrays.labels, minlength=len(arrays.spec.classes))
    return {name: int(count) for name, count in zip(arrays.spec.classes, counts, strict=True)}


def _warnings(arrays: Arrays, balance: dict[str, int]) -> tuple[str, ...]:
    warnings = []
    spec = arrays.spec
    count = min(spec.count, spec.input_count) if spec.kind == "domains" else spec.count
    if spec.pictures and count < _FEW:
        words = (
            plural(
                "There is only {n} pair: a network learns it by heart.",
                "There are only {n} pairs: a network learns them by heart.",
                count,
            )
            if spec.kind in ("maps", "pairs")
            else plural(
                "There is only {n} picture: a network learns it by heart.",
                "There are only {n} pictures: a network learns them by heart.",
                count,
            )
        )
        warnings.append(words)
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


def _shares(arrays: Arrays) -> dict[str, float]:
    """Percent of all pixels of each class of label maps."""
    names = [one.name for one in arrays.spec.map_classes]
    if arrays.spec.kind != "maps" or arrays.inputs is None or not names:
        return {}
    counts = np.zeros(len(names), dtype=np.int64)
    for start in range(0, len(arrays.inputs), _SLICE):
        counts += np.bincount(arrays.inputs[start : start + _SLICE].ravel(), minlength=len(names))
    return {name: 100 * int(n) / max(1, int(counts.sum())) for name, n in zip(names, counts, strict=True)}


def _map_warnings(arrays: Arrays, shares: dict[str, float]) -> tuple[str, ...]:
    warnings = []
    absent = [name for name, share in shares.items() if share == 0]
    if len(shares) - len(absent) == 1:
        only = next(name for name, share in shares.items() if share)
        warnings.append(
            _("All pixels of all label maps are “{name}”: there is nothing to tell apart.").format(name=only)
        )
    if absent:
        warnings.append(_("These classes occur in no label map: {names}.").format(names=", ".join(absent)))
    names: dict[tuple[int, int, int], str] = {}
    for one in arrays.spec.map_classes:
        if one.colour in names:
            warnings.append(
                _("“{one}” and “{other}” have the same colour: in pictures they look alike.").format(
                    one=names[one.colour], other=one.name
                )
            )
        names.setdefault(one.colour, one.name)
    return tuple(warnings)


def _preview(arrays: Arrays) -> NDArray[np.uint8] | NDArray[np.float32]:
    if arrays.spec.kind == "points":
        return np.asarray(arrays.items[spread(len(arrays.items), PREVIEW_POINTS)], dtype=np.float32)
    if not arrays.spec.translates or arrays.inputs is None:
        return _upright(np.asarray(arrays.items[spread(len(arrays.items), PREVIEW_IMAGES)]))
    wanted = min(PREVIEW_IMAGES // 2, len(arrays.items), len(arrays.inputs))
    given = np.asarray(arrays.inputs[spread(len(arrays.inputs), wanted)])
    first = colour_map(given, arrays.spec.map_classes) if arrays.spec.kind == "maps" else _upright(given)
    second = _upright(np.asarray(arrays.items[spread(len(arrays.items), wanted)]))
    channels = max(first.shape[3], second.shape[3])
    both = [half if half.shape[3] == channels else np.repeat(half, channels, axis=3) for half in (first, second)]
    return np.ascontiguousarray(np.stack(both, axis=1).reshape(2 * wanted, *both[0].shape[1:]))


def _upright(pictures: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """``(N, C, H, W)`` as ``(N, H, W, C)``."""
    return np.ascontiguousarray(pictures.transpose(0, 2, 3, 1), dtype=np.uint8)
