"""One grid of samples on a wall: what it shows, in which order, where, and how it is painted."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, QPointF, QRect, QRectF
from PySide6.QtGui import QImage, QPainter

from ganstudio.core.i18n import _, told
from ganstudio.core.images import make_grid
from ganstudio.ui.kit.painted import draw_group, group_text, score_text, to_image
from ganstudio.ui.kit.theme import Theme
from ganstudio.ui.pictures.cells import CellLayout, draw_cells, fit, fit_zoom

Items = NDArray[np.uint8]
Scores = NDArray[np.float32]
Groups = NDArray[np.int64]
LEAST_FOR_NUMBER = 36
"""Samples narrower than this many logical pixels have a dot, where others have a number."""


class Pane:
    """The samples of one side (real or generated) and their places.

    An *index* is a sample's number as it was given; a *place* is its position on the wall, which differs once the
    wall is sorted by score.

    Attributes:
        strip: all samples below each other, as one picture.
    """

    def __init__(self, real: bool, by_score: bool = False) -> None:
        self.real, self.sorted = real, by_score
        self.items: Items | None = None
        self.scores: Scores | None = None
        self.probability = True
        self.order: list[int] = []
        self.panels: tuple[str, ...] = ("",)
        self.groups: Groups | None = None
        self.group_names: tuple[str, ...] = ()
        self.area = QRect()
        self.layout: CellLayout | None = None
        self.strip = QImage()

    @property
    def count(self) -> int:
        """How many pictures there are."""
        return 0 if self.items is None else len(self.items)

    @property
    def samples(self) -> int:
        """How many samples they are: several pictures each, where there are several panels."""
        return self.count // len(self.panels)

    def set_items(
        self,
        items: Items,
        scores: Scores | None,
        panels: tuple[str, ...] = ("",),
        groups: Groups | None = None,
        group_names: tuple[str, ...] = (),
    ) -> None:
        """Takes other samples, see :meth:`~ganstudio.ui.pictures.wall.ImageWall.set_samples`.

        Raises:
            ValueError: they are not ``(N, H, W, 1 or 3)``, or there are more or fewer scores.
        """
        if items.ndim != 4 or items.shape[3] not in (1, 3):
            raise ValueError(f"samples must be (N, H, W, 1 or 3), not {items.shape}")
        if scores is not None and len(scores) != len(items):
            raise ValueError(f"{len(scores)} scores for {len(items)} samples")
        count, height, width, channels = items.shape
        self.items, self.scores = items, scores
        self.panels = tuple(map(told, panels)) if count % len(panels) == 0 else ("",)
        self.groups = groups if groups is not None and len(groups) == count else None
        self.group_names = group_names
        # All samples as one picture, below each other: a single conversion, and each cell is a rectangle of it.
        self.strip = to_image(items.reshape(count * height, width, channels)) if count else QImage()
        self.sort(self.sorted)

    def sort(self, by_score: bool) -> None:
        """The most convincing first, or as given."""
        self.sorted = by_score
        self.order = list(range(self.count))
        if by_score and self.scores is not None:
            self.order = [int(i) for i in np.argsort(-np.nan_to_num(self.scores, nan=-np.inf), kind="stable")]

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of a picture; (0, 0) where there is none."""
        return (0, 0) if self.items is None else (self.items.shape[2], self.items.shape[1])

    def best_zoom(self, area: QRect) -> float:
        """The greatest zoom this area allows."""
        group, room = len(self.panels), area.size().toTuple()
        columns = range(group, self.count + 1, group)
        return max((fit_zoom(self.count, self.size, room, 1, many, group) for many in columns), default=0.0)

    def arrange(self, area: QRect, gap: int, zoom: float) -> None:
        """Lays the samples out in an area of device pixels, at most at this zoom."""
        self.area, self.layout = area, None
        if not self.count or area.width() < 1 or area.height() < 1:
            return
        group, origin = len(self.panels), (area.left(), area.top())
        count = max(self.samples, 1) * group
        room, fill = area.size().toTuple(), zoom != int(zoom)
        self.layout = fit(count, self.size, room, gap=gap, zoom=zoom, origin=origin, group=group, fill=fill)
        self.sort(self.sorted)

    def cell(self, index: int) -> QRect:
        """Where a sample is shown, in device pixels; an empty rectangle where it is not."""
        if self.layout is None or not 0 <= index < self.count:
            return QRect()
        return self.layout.cell(self.order.index(index))

    def index_at(self, point: QPoint) -> int | None:
        """The sample under a point of device pixels."""
        if self.layout is None or not self.area.contains(point):
            return None
        place = self.layout.place_at(point.x(), point.y())
        return None if place is None else self.order[place]

    def neighbour(self, index: int, columns: int, rows: int) -> int:
        """The sample so many columns to the right and rows down; the same one at the edge of the wall."""
        if self.layout is None:
            return index
        place = self.order.index(index) + columns + rows * self.layout.columns
        return self.order[place] if 0 <= place < self.count else index

    def source(self, index: int) -> QRect:
        """Where a sample lies in :meth:`strip`."""
        width, height = self.size
        return QRect(0, index * height, width, height)

    @property
    def generators(self) -> list[int]:
        """Numbers of the generators that made the samples; empty where there is but one."""
        return [] if self.groups is None else np.unique(self.groups).tolist()

    def paint(self, painter: QPainter, ratio: float, clip: QRect, theme: Theme) -> None:
        """Draws the samples that touch ``clip``, and in their corners which generator made them; in logical pixels."""
        if self.layout is None:
            return
        order, layout = self.order[: self.layout.count], self.layout
        cells = ((layout.cell(place), self.strip, self.source(index)) for place, index in enumerate(order))
        draw_cells(painter, ratio, layout.zoom != int(layout.zoom), clip, cells)
        if self.groups is None:
            return
        small = layout.cell_width < LEAST_FOR_NUMBER * ratio
        inset = QPointF(4.5, 4.5) if small else QPointF(9, 9)
        for place, index in enumerate(order):
            corner = logical(layout.cell(place), ratio).bottomRight() - inset
            draw_group(painter, corner, int(self.groups[index]), theme, small=small)

    def sample_image(self, index: int) -> QImage:
        """One sample, pixel for pixel."""
        return self.strip.copy(self.source(index))

    def grid_image(self) -> QImage:
        """The whole wall, pixel for pixel, in the order and with the columns that are seen."""
        if self.items is None or not self.count:
            return QImage()
        return to_image(make_grid(self.items[self.order], self.layout.columns if self.layout else None))

    def describe(self, index: int) -> str:
        """``"sample 12 · D(G(z)) 0.43"``."""
        name, group = _("real {index}") if self.real else _("sample {index}"), len(self.panels)
        parts = [self.panels[index % group], name.format(index=index // group)]
        if self.groups is not None:
            parts.append(group_text(int(self.groups[index]), self.group_names))
        if self.scores is not None:
            parts.append(score_text(float(self.scores[index]), self.real, self.probability))
        return " · ".join(filter(None, parts))


def split_area(panes: list[Pane], area: QRect, gutter: int) -> list[QRect]:
    """Divides an area between panes, beside or above each other, whichever makes the samples larger."""
    if len(panes) == 1:
        return [area]
    width, height = (area.width() - gutter) // 2, (area.height() - gutter) // 2
    left, top, right, bottom = area.left(), area.top(), area.right() + 1 - width, area.bottom() + 1 - height
    beside = [QRect(left, top, width, area.height()), QRect(right, top, width, area.height())]
    above = [QRect(left, top, area.width(), height), QRect(left, bottom, area.width(), height)]

    def worth(areas: list[QRect]) -> float:
        zooms = [pane.best_zoom(part) for pane, part in zip(panes, areas, strict=True) if pane.count]
        return min(zooms, default=0.0)

    # Side by side is what people expect; above each other only where it is clearly larger.
    return above if worth(above) > 1.15 * worth(beside) else beside


def logical(rect: QRect, ratio: float) -> QRectF:
    """Device pixels to logical ones."""
    return QRectF(rect.left() / ratio, rect.top() / ratio, rect.width() / ratio, rect.height() / ratio)
