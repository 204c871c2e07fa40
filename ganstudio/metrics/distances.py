"""Distances between two sets of features, some rows at a time: never the whole table, whatever the sets' sizes are."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import torch

_MOST_DISTANCES, _MOST_FEATURES, _MOST_ROWS = 1 << 22, 1 << 21, 1024
"""Numbers in one piece of the table (32 MiB) and in one piece of the features (16 MiB); the last bounds one product."""
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
