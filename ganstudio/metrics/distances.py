"""Distances between two sets of features, some rows at a time: never the whole table, whatever the sets' sizes are."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ganstudio.core.i18n import _, plural
from ganstudio.metrics.base import Evidence, Sample

if TYPE_CHECKING:
    import torch

_MOST_DISTANCES, _MOST_FEATURES, _MOST_ROWS = 1 << 22, 1 << 21, 1024
"""Numbers in one piece of the table (32 MiB) and in one piece of the features (16 MiB); the last bounds one product."""
_TOO_LARGE = 1e100
SAME = 1e-12
"""Two items whose squared distance is below this share of their own squared lengths are one: less is rounding."""


def squared_distances(
    rows: NDArray[np.float64],
    columns: NDArray[np.float64],
    device: str = "cpu",
    tick: Callable[[float], None] = lambda _fraction: None,
) -> Iterator[tuple[slice, torch.Tensor]]:
    """Squared Euclidean distances by |a|² + |b|² − 2a·b in float64, about the columns' centre, which keeps digits.

    Args:
        rows: ``(n, d)``, finite.
        columns: ``(m, d)``, finite.
        device: where they are computed.
        tick: told the share that is done, often; may raise.

    Yields:
        Which rows, and float64 ``(rows, m)``, 0 for items that are the same. It may be changed, and is used again.
    """
    import torch

    count, width = columns.shape
    centre = columns[:_MOST_ROWS].mean(axis=0)
    across = max(1, min(_MOST_ROWS, _MOST_FEATURES // max(1, width)))
    down = max(1, min(across, _MOST_DISTANCES // max(1, count)))

    def piece(features: NDArray[np.float64], start: int, size: int) -> tuple[torch.Tensor, torch.Tensor]:
        part = torch.from_numpy(features[start : start + size] - centre).to(device)
        return part, part.square().sum(dim=1)

    table = torch.empty(min(down, len(rows)), count, dtype=torch.float64, device=device)
    for top in range(0, len(rows), down):
        mine, lengths = piece(rows, top, down)
        found = table[: len(mine)]
        for left in range(0, count, across):
            tick((top + len(mine) * left / count) / len(rows))
            theirs, others = piece(columns, left, across)
            scale = lengths[:, None] + others[None]
            block = torch.addmm(scale, mine, theirs.T, alpha=-2)
            found[:, left : left + across] = block.masked_fill_(block <= scale.mul_(SAME), 0)
        yield slice(top, top + len(mine)), found


def nearest(rows: NDArray[np.float64], columns: NDArray[np.float64], **options: Any) -> NDArray[np.float64]:
    """Distance of each row to the nearest column, ``(n,)``; see :func:`squared_distances` for the options."""
    found = [table.amin(dim=1).sqrt().cpu().numpy() for _rows, table in squared_distances(rows, columns, **options)]
    return np.concatenate(found)


def stage(evidence: Evidence, start: float, stop: float, text: str) -> Callable[[float], None]:
    """A tick for one part of a metric's work, from one share of it to another."""
    return lambda fraction: evidence.tick(start + (stop - start) * fraction, text)


def features_of(sample: Sample) -> NDArray[np.float64]:
    """The features, float64 ``(N, d)``; ``(0, 1)`` where there are none."""
    return np.zeros((0, 1)) if sample.features is None else np.asarray(sample.features, np.float64)


def flaw(*samples: Sample, least: int = 2) -> str:
    """Why features cannot be compared, as a sentence; empty where they can.

    Args:
        *samples: the sides.
        least: items that each must have.
    """
    sides = [features_of(sample) for sample in samples]
    if few := too_few(min(map(len, sides)), least):
        return few
    if len({side.shape[1] for side in sides}) > 1:
        return _("Not defined: the features of the two sides differ in size.")
    return not_finite(sum(_useless(side) for side in sides))


def _useless(side: NDArray[np.float64]) -> int:
    """Rows with NaN, infinities, or numbers whose squares were infinite; in pieces, as a mask of all would be large."""
    pieces = (side[start : start + _MOST_ROWS] for start in range(0, len(side), _MOST_ROWS))
    return sum(int((~(np.abs(piece) < _TOO_LARGE).all(axis=1)).sum()) for piece in pieces)


def standard_error(each: NDArray[np.float64]) -> float:
    """Of the mean; NaN for fewer than two."""
    return float(each.std(ddof=1)) / math.sqrt(len(each)) if len(each) > 1 else math.nan


def too_few(fewest: int, least: int) -> str:
    """A note where a side has fewer items than are needed; else empty."""
    if fewest >= least:
        return ""
    return plural(
        "There is only {n} item on a side: {least} are needed.",
        "There are only {n} items on a side: {least} are needed.",
        fewest,
        least=least,
    )


def not_finite(bad: int) -> str:
    """A note of so many items that hold NaN or infinities; empty for none."""
    return _("Not defined: {bad} items hold values that are not finite numbers.").format(bad=f"{bad:,}") if bad else ""
