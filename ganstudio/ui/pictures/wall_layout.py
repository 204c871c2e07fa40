"""Where the samples of a wall go: pure arithmetic in device pixels."""

from __future__ import annotations

import math
from dataclasses import dataclass

SMOOTH_FROM = 4.0
APART = 5
"""Pictures that belong together are so many gaps more apart from the next ones."""


@dataclass(frozen=True, slots=True)
class WallLayout:
    """A centred grid of equal cells; all lengths in device pixels.

    Attributes:
        count: cells.
        columns: cells per row.
        zoom: device pixels per picture pixel; whole where there is room for at least 1×.
        cell_width: width of a cell.
        cell_height: height of a cell.
        gap: between cells.
        left: of the first cell.
        top: of the first cell.
        group: so many cells belong together and stand a little apart from the next.
    """

    count: int
    columns: int
    zoom: float
    cell_width: int
    cell_height: int
    gap: int
    left: int
    top: int
    group: int = 1

    @property
    def _apart(self) -> int:
        return extra_gap(self.gap, self.group)

    @property
    def rows(self) -> int:
        """Rows, the last one perhaps not full."""
        return math.ceil(self.count / self.columns)

    @property
    def width(self) -> int:
        """Of the whole grid."""
        groups = math.ceil(self.columns / self.group)
        return self.columns * (self.cell_width + self.gap) - self.gap + (groups - 1) * self._apart

    @property
    def height(self) -> int:
        """Of the whole grid."""
        return self.rows * (self.cell_height + self.gap) - self.gap

    def cell(self, place: int) -> tuple[int, int, int, int]:
        """Left, top, width, height of a cell."""
        row, column = divmod(place, self.columns)
        return (
            self.left + column * (self.cell_width + self.gap) + column // self.group * self._apart,
            self.top + row * (self.cell_height + self.gap),
            self.cell_width,
            self.cell_height,
        )

    def place_at(self, x: float, y: float) -> int | None:
        """The cell under a point; the gap belongs to the cell before it. None outside."""
        pitch = self.group * (self.cell_width + self.gap) + self._apart
        groups, rest = divmod(x - self.left, pitch)
        column = int(groups) * self.group + min(int(rest // (self.cell_width + self.gap)), self.group - 1)
        row = math.floor((y - self.top) / (self.cell_height + self.gap))
        place = row * self.columns + column
        return place if 0 <= column < self.columns and row >= 0 and place < self.count else None


def extra_gap(gap: int, group: int) -> int:
    """What is added to the gap between one group of cells and the next; 0 where each cell stands for itself."""
    return APART * gap if group > 1 else 0


def fit_zoom(count: int, size: tuple[int, int], area: tuple[int, int], gap: int, columns: int, group: int = 1) -> float:
    """The greatest zoom at which a grid of so many columns fits (may be a fraction, or below 0 where nothing fits)."""
    rows = math.ceil(count / columns)
    apart = (math.ceil(columns / group) - 1) * extra_gap(gap, group)
    return min(
        (area[0] - (columns - 1) * gap - apart) / (columns * size[0]),
        (area[1] - (rows - 1) * gap) / (rows * size[1]),
    )


def fit(
    count: int,
    size: tuple[int, int],
    area: tuple[int, int],
    *,
    gap: int = 1,
    zoom: float | None = None,
    smooth: bool = False,
    origin: tuple[int, int] = (0, 0),
    group: int = 1,
) -> WallLayout:
    """Chooses columns and zoom so that the samples are as large as the area allows.

    Whole zooms only (a pixel of the sample is then a square of device pixels), but for walls that would not fit at 1×
    and, if ``smooth`` is asked for, above 4×. Among the column counts with the same zoom the fullest last row wins,
    then the shape closest to the area's.

    Args:
        count: samples, ≥ 1.
        size: width and height of a sample in its own pixels.
        area: width and height of the room in device pixels.
        gap: between samples.
        zoom: at most this zoom (two walls side by side share theirs).
        smooth: fractions are welcome above 4×.
        origin: left and top of the room.
        group: so many cells belong together and stay in one row.
    """
    shape = max(area[0], 1) / max(area[1], 1)

    def settle(raw: float) -> float:
        raw = raw if zoom is None else min(raw, zoom)
        if raw < 1 or (smooth and raw > SMOOTH_FROM):
            return raw
        return float(math.floor(raw))

    def merit(columns: int) -> tuple[float, int, float]:
        rows = math.ceil(count / columns)
        return (
            settle(fit_zoom(count, size, area, gap, columns, group)),
            -(rows * columns - count),
            -abs(math.log(columns * size[0] / (rows * size[1]) / shape)),
        )

    columns = max(range(group, max(count, group) + 1, group), key=merit)
    chosen = settle(fit_zoom(count, size, area, gap, columns, group))
    cell_width, cell_height = max(1, int(size[0] * chosen)), max(1, int(size[1] * chosen))
    made = WallLayout(count, columns, chosen, cell_width, cell_height, gap, 0, 0, group)
    left = origin[0] + max(0, (area[0] - made.width) // 2)
    top = origin[1] + max(0, (area[1] - made.height) // 2)
    return WallLayout(count, columns, chosen, cell_width, cell_height, gap, left, top, group)
