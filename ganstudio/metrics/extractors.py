"""What turns items into features: plain pixels, a small classifier trained on the real set, or Inception-v3.

Numbers that come of different extractors, or of different ways to bring pictures to its size, must not be compared: so each
one says in words what it is (:attr:`Extractor.label`, with the accuracy of a classifier) and how it resizes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from ganstudio.core.errors import UsageError
from ganstudio.core.i18n import _

Tick = Callable[[float, str], None]
Extracted = tuple[NDArray[np.float64], NDArray[np.float64] | None]
NAMES = ("pixels", "classifier", "inception")
_AT_ONCE = 256
_PIXEL_SIDE = 32


class Extractor(Protocol):
    """Turns items into rows of numbers."""

    @property
    def name(self) -> str:
        """Registry name, one of :data:`NAMES`."""
        ...

    @property
    def label(self) -> str:
        """For people, with the accuracy where it has one: ``"classifier (97.1 % right)"``."""
        ...

    @property
    def resize(self) -> str:
        """How pictures are brought to its size; empty where they are not."""
        ...

    @property
    def identity(self) -> str:
        """The same for the same features of the same items: a part of the keys of caches."""
        ...

    @property
    def classes(self) -> tuple[str, ...]:
        """What the columns of probabilities stand for; empty where it gives none."""
        ...

    def extract(self, items: NDArray[Any], tick: Tick) -> Extracted:
        """Features, and probabilities of classes.

        Args:
            items: uint8 ``(N, C, H, W)``, or points float32 ``(N, 2)``.
            tick: told a share in [0, 1] and words, often; it raises CancelledError when this shall end.

        Returns:
            float64 ``(N, d)``, and float64 ``(N, K)`` with rows that add up to 1, or None. A point that is not finite has
            features that are not finite: no row is dropped, as a generator that makes such points has no distance to
            the data.
        """
        ...


def parts(count: int, size: int, tick: Tick, text: str) -> Iterator[slice]:
    """Slices of at most ``size`` that cover ``count`` rows; ``tick`` is told before each and at the end."""
    for start in range(0, count, size):
        tick(start / count, text)
        yield slice(start, min(start + size, count))
    tick(1.0, text)


class Pixels:
    """The items themselves: pixels as numbers in [0, 1], large pictures averaged down; points as they are.

    Args:
        shape: of one item, ``(C, H, W)`` or ``(2,)``.
    """

    name, label = "pixels", "pixels"
    classes: tuple[str, ...] = ()

    def __init__(self, shape: tuple[int, ...]) -> None:
        self._reduced = len(shape) == 3 and max(shape[1:]) > _PIXEL_SIDE
        self.resize = _("averaged down to {n} px").format(n=_PIXEL_SIDE) if self._reduced else ""
        self.identity = f"pixels-1-{_PIXEL_SIDE if self._reduced else 0}"

    def extract(self, items: NDArray[Any], tick: Tick) -> Extracted:
        """See :class:`Extractor`."""
        if items.ndim == 2:
            return items.astype(np.float64), None
        side = [min(n, _PIXEL_SIDE) for n in items.shape[2:]] if self._reduced else items.shape[2:]
        found = np.empty((len(items), items.shape[1] * side[0] * side[1]))
        for part in parts(len(items), _AT_ONCE, tick, _("Reading pixels")):
            rows = averaged(items[part], (side[0], side[1])) if self._reduced else items[part].astype(np.float64)
            found[part] = rows.reshape(len(rows), -1) / 255
        return found, None


def averaged(items: NDArray[np.uint8], side: tuple[int, int]) -> NDArray[np.float64]:
    """Pictures of a smaller size, each pixel the mean of those it stands for; ``(N, C, *side)``, not rounded."""
    import torch

    rows = torch.from_numpy(np.ascontiguousarray(items)).double()
    found: NDArray[np.float64] = torch.nn.functional.adaptive_avg_pool2d(rows, side).numpy()
    return found


def make_extractor(
    name: str,
    dataset_items: NDArray[Any],
    labels: NDArray[Any] | None,
    classes: Sequence[str],
    *,
    cache: Path | None,
    device: str = "cpu",
    tick: Tick = lambda _fraction, _text: None,
    inception_path: Path | None = None,
) -> Extractor:
    """An extractor that is ready to work; a classifier is trained for it where none is kept.

    Args:
        name: ``"pixels"``, ``"classifier"`` or ``"inception"``.
        dataset_items: the real set, uint8 ``(N, C, H, W)`` or points float32 ``(N, 2)``.
        labels: int ``(N,)``, −1 where nobody said; None without.
        classes: their names.
        cache: the folder in which what takes long is kept; None: nothing is kept.
        device: ``"cpu"`` or ``"cuda"``.
        tick: see :meth:`Extractor.extract`.
        inception_path: the file of Inception's weights.

    Raises:
        UsageError: no such extractor, or it cannot work here; says what can.
    """
    if name == "pixels":
        return Pixels(tuple(dataset_items.shape[1:]))
    raise UsageError(_("There is no extractor “{name}”. Known: {names}.").format(name=name, names=", ".join(NAMES)))
