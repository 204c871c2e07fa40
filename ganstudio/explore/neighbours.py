"""Which training items are nearest to what was generated, and whether they are nearer than real ones are to each other.

Pictures are compared by their shapes, not their light: each is averaged over blocks to about 16 × 16, which forgives a
shift by a pixel, its mean is taken away and it is divided by its length (all colours together). What is left of two
pictures has the correlation r, and their distance is half the length between them:

    d = ‖a − b‖ / 2 = √((1 − r) / 2):  0 the same but for brightness and contrast,  0.71 nothing in common,  1 negatives

Points are compared as they are.

The yardstick is how far real items are from the nearest other one. A generator that has learned the data draws pictures
about as far from them as that; one that draws training pictures again comes much nearer.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import avg_pool2d

from ganstudio.core.errors import UsageError
from ganstudio.core.i18n import _
from ganstudio.core.working import Working
from ganstudio.explore.files import to_pixels
from ganstudio.explore.probing import pieces

SAMPLE = 500
"""How many real items the yardstick is taken from."""
_SIDE = 16
_NOISE = 2.0  # grey levels: a picture that varies less than this is flat, and what varies in it is noise
_NUMBERS_AT_ONCE, _WORK_AT_ONCE = 1 << 20, 1 << 27  # numbers made float32, and multiplications, between two yields
_MEMORISED = 0.01


@dataclass(frozen=True, slots=True)
class Nearest:
    """The nearest training items of M others.

    Attributes:
        indices: int64 ``(M, k)``, the nearest first.
        distances: float64 ``(M, k)``.
    """

    indices: NDArray[np.int64]
    distances: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Yardstick:
    """How far real items are from the nearest other real item.

    Attributes:
        distances: of some real items, ascending; empty where there is but one.
    """

    distances: NDArray[np.float64]

    @property
    def usual(self) -> float:
        """The median; NaN where there is none."""
        return float(np.median(self.distances)) if len(self.distances) else math.nan

    def share_nearer(self, distance: float) -> float:
        """The share of real items that are at least as near to another real item as this; NaN where nobody knows."""
        if not len(self.distances):
            return math.nan
        return float(np.searchsorted(self.distances, distance, "right")) / len(self.distances)

    def memorised(self, distance: float) -> bool:
        """So near to a training item as hardly any other real item is: perhaps it was learned by heart."""
        return bool(distance < self.usual and self.share_nearer(distance) <= _MEMORISED)


class Neighbours:
    """A data set in which to look for the nearest items.

    What is kept beside the items themselves is a byte for each pixel of the averaged pictures: 15 MB for 60,000 grey
    ones. It is made at the first search.

    Args:
        items: uint8 ``(N, C, H, W)``, or points, float32 ``(N, 2)``.

    Raises:
        UsageError: there are no items.
    """

    def __init__(self, items: NDArray[np.uint8] | NDArray[np.float32]) -> None:
        if not len(items):
            raise UsageError(_("The data set is empty, so there are no neighbours to look for."))
        self._items = items
        self._points = items.ndim == 2
        self._pooled: NDArray[np.uint8] | None = None

    def __len__(self) -> int:
        return len(self._items)

    def nearest(self, items: NDArray[np.float32], k: int = 5) -> Iterator[Working | Nearest]:
        """Looks for the ``k`` nearest training items of each (or all, where there are fewer).

        Args:
            items: as generated: float32 ``(M, C, H, W)`` in [−1, 1], or points ``(M, 2)``.
            k: how many.

        Yields:
            how far it is, and the result at last; between two of them lie at most a few hundredths of a second.

        Raises:
            UsageError: the items are of another shape than the data's, or not finite.
            ValueError: ``k`` is not positive.
        """
        if k < 1:
            raise ValueError(f"{k} neighbours were asked for")
        self._check(items)
        yield from self._prepare()
        queries = items if self._points else self._pool(to_pixels(items).transpose(0, 3, 1, 2))
        yield from self._search(queries, k, None)

    def yardstick(self, sample: int = SAMPLE, seed: int = 0) -> Iterator[Working | Yardstick]:
        """How far real items usually are from the nearest other one.

        Args:
            sample: of how many items that is found out, drawn at random.
            seed: which ones.

        Yields:
            how far it is, and the result at last.
        """
        if len(self) < 2:
            yield Yardstick(np.empty(0))
            return
        yield from self._prepare()
        rows = np.sort(np.random.default_rng(seed).permutation(len(self))[:sample])
        for step in self._search(self._known(rows), 1, rows):
            yield step if isinstance(step, Working) else Yardstick(np.sort(step.distances[:, 0]))

    # -- how it is done ----------------------------------------------------------------------------------------------

    def _check(self, items: NDArray[np.float32]) -> None:
        if items.shape[1:] != self._items.shape[1:]:
            raise UsageError(
                _("These items are {found}, those of the data set {wanted}: they cannot be compared.").format(
                    found=" × ".join(map(str, items.shape[1:])), wanted=" × ".join(map(str, self._items.shape[1:]))
                )
            )
        if not np.isfinite(items).all():
            raise UsageError(_("What was generated is not finite, so it has no neighbours; choose other weights."))

    def _prepare(self) -> Iterator[Working]:
        """Averages the pictures, once."""
        if self._points or self._pooled is not None:
            return
        kept: NDArray[np.uint8] | None = None
        for part in pieces(len(self), max(1, _NUMBERS_AT_ONCE // self._items[0].size)):
            pooled = self._pool(np.asarray(self._items[part]))
            if kept is None:
                kept = np.empty((len(self), pooled.shape[1]), np.uint8)
            kept[part] = pooled
            yield Working(0.5 * min(part.stop, len(self)) / len(self), _("Reading the training pictures"))
        self._pooled = kept

    @staticmethod
    def _pool(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """uint8 ``(N, C, H, W)`` to uint8 ``(N, C·h·w)``, averaged over blocks so that h and w are about 16."""
        block = max(1, round(min(pixels.shape[-2:]) / _SIDE))
        with torch.inference_mode():
            tensor = torch.from_numpy(np.ascontiguousarray(pixels))
            if block > 1:
                tensor = avg_pool2d(tensor.float(), block, ceil_mode=True).round_().to(torch.uint8)
            return tensor.flatten(1).numpy()

    def _known(self, rows: slice | NDArray[np.int64]) -> NDArray[np.uint8] | NDArray[np.float32]:
        """Items as they are compared."""
        return self._items[rows] if self._pooled is None else self._pooled[rows]

    def _search(
        self, queries: NDArray[np.uint8] | NDArray[np.float32], k: int, own: NDArray[np.int64] | None
    ) -> Iterator[Working | Nearest]:
        """A piece of the data at a time; ``own`` are the queries' own rows, which do not count."""
        k = min(k, len(self) - (own is not None))
        wanted = self._features(queries)
        size = max(64, min(_NUMBERS_AT_ONCE // wanted.shape[1], _WORK_AT_ONCE // max(1, wanted.numel())))
        best = torch.full((len(wanted), 0), math.inf, dtype=torch.float64)
        found = torch.zeros((len(wanted), 0), dtype=torch.int64)
        for part in pieces(len(self), size):
            with torch.inference_mode():
                distances = self._apart(wanted, self._features(self._known(part)))
                if own is not None:
                    self._leave_out(distances, own, part.start)
                near, at = distances.topk(min(k, distances.shape[1]), largest=False)
                best, order = torch.cat((best, near), 1).sort(dim=1, stable=True)
                best, order = best[:, :k], order[:, :k]
                found = torch.cat((found, at + part.start), 1).gather(1, order)
            yield Working(0.5 + 0.5 * min(part.stop, len(self)) / len(self), _("Comparing with the training data"))
        yield Nearest(found.numpy(), best.numpy())

    def _features(self, rows: NDArray[np.uint8] | NDArray[np.float32]) -> Tensor:
        """Points as they are; pictures without their mean and of length 1.

        One number more holds what a flat picture is of, so that flat ones are like each other and not like noise.
        """
        with torch.inference_mode():
            values = torch.from_numpy(np.ascontiguousarray(rows)).float()
            if self._points:
                return values
            values = values - values.mean(1, keepdim=True)
            floor = torch.full((len(values), 1), _NOISE * math.sqrt(values.shape[1]))
            values = torch.cat((values, floor), 1)
            lengths: Tensor = values.square().sum(1, keepdim=True).sqrt_()
            return values / lengths

    def _apart(self, queries: Tensor, rows: Tensor) -> Tensor:
        """Distances ``(M, N)`` in float64."""
        if self._points:
            return torch.cdist(queries.double(), rows.double(), compute_mode="donot_use_mm_for_euclid_dist")
        alike: Tensor = (queries @ rows.T).double()
        apart: Tensor = ((1 - alike).clamp_(0, 2) / 2).sqrt_()
        return apart

    @staticmethod
    def _leave_out(distances: Tensor, own: NDArray[np.int64], start: int) -> None:
        inside = (own >= start) & (own < start + distances.shape[1])
        distances[torch.from_numpy(np.flatnonzero(inside)), torch.from_numpy(own[inside] - start)] = math.inf
