"""What is painted over a 2-D scene: modes, names of generators, the scale of the heat-map, the sample one is at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPen

from ganstudio.core.camera import Points, View, outside
from ganstudio.core.events import Scene
from ganstudio.core.i18n import _
from ganstudio.core.plane import reach_of
from ganstudio.core.ticks import short_number
from ganstudio.ui.kit.painted import colour, draw_group, draw_here, draw_legend, draw_tag, to_image
from ganstudio.ui.kit.theme import Theme, ui_font
from ganstudio.ui.plots.scene_layers import tints

NUMBER = 16.0
"""Numbers of generators stay so many pixels apart."""
LEGEND, LEAST_GAP = 36, 20
BAR, LONGEST, BESIDE = 10.0, 132.0, 8.0
LOWEST = 120
"""A scene that is lower than that has no room for a scale."""
FEW, ENOUGH = 1 / 200, 500
"""The share of strays that a scale may meet (they lie over it), and of how many points that is seen."""
Ends = tuple[tuple[str, str], ...]


class Scale(NamedTuple):
    """Where the scale lies, what stands at its top, middle and foot, and which of the places that is."""

    box: QRectF
    rows: list[str]
    number: int


def scale_ends(scene: Scene) -> Ends:
    """What the heat-map's colours stand for, from the top: the value, and what it means."""
    if scene.heat_is_probability:
        return ("1", _("real")), ("½", _("undecided")), ("0", _("generated"))
    middle, reach = reach_of(scene.heat, False)
    low, high = (short_number(middle + side * reach) for side in (-1, 1))
    return (f"≥ {high}", _("real")), (short_number(middle), _("median")), (f"≤ {low}", _("generated"))


def place_scale(
    ends: Ends, view: View, clouds: Sequence[Points], low: float, before: Scale | None, theme: Theme
) -> Scale | None:
    """Where the scale meets (almost) no points: in a corner, with words or, where these have no room, with numbers alone.

    ``clouds`` lie on the plane, the right upper corner begins at ``low``, and where it was ``before`` it stays a little
    longer, so that it does not go to and fro. None where there is no such place.
    """
    if view.height < LOWEST:
        return None
    clouds = [points[:: len(points) // ENOUGH + 1] for points in clouds]
    metrics = QFontMetrics(ui_font(theme.small, tabular=True))
    places = []
    for words in (True, False):
        rows = [" ".join(row) if words else row[0] for row in ends]
        wide = max(metrics.horizontalAdvance(row) for row in rows) + BAR + 2 * BESIDE + 4
        high = min(LONGEST, view.height - low - 58) + 20
        right, bottom = view.width - 8 - wide, view.height - 26 - high
        places += [(QRectF(x, y, wide, high), rows) for x, y in ((right, low), (right, bottom), (40.0, 30.0))]
    for number, (box, rows) in enumerate(places):
        wider = box.adjusted(-BESIDE, -BESIDE, BESIDE, BESIDE)
        within = *view.to_data(wider.left(), wider.bottom()), *view.to_data(wider.right(), wider.top())
        few = 2 * FEW if before is not None and number == before.number else FEW
        if box.left() > 0 and all(len(points) - outside(points, within) <= few * len(points) for points in clouds):
            return Scale(box, rows, number)
    return None


def paint_scale(painter: QPainter, scale: Scale, theme: Theme) -> None:
    """The colours of the heat-map with their values."""
    painter.setFont(ui_font(theme.small, tabular=True))
    box = scale.box
    bar = QRectF(box.right() - 4 - BAR, box.top() + 10, BAR, box.height() - 20)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour(theme.surface, 0.75))
    painter.drawRoundedRect(box, 4, 4)
    painter.drawImage(bar, to_image(tints(theme)[::-1, None]))
    painter.setPen(QPen(colour(theme.text, 0.45), 1))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRect(bar)
    painter.drawLine(bar.topLeft() + QPointF(0, bar.height() / 2), bar.topRight() + QPointF(0, bar.height() / 2))
    painter.setPen(QColor(theme.text))
    for row, share in zip(scale.rows, (0.0, 0.5, 1.0), strict=True):
        at = QRectF(box.left(), bar.top() + share * bar.height() - 10, bar.left() - BESIDE - box.left() + 2, 20)
        painter.drawText(at, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight), row)


def paint_about(painter: QPainter, about: str, view: View, theme: Theme) -> None:
    """Of which step the heat-map is."""
    painter.setFont(ui_font(theme.small, tabular=True))
    wide = min(view.width - 16, painter.fontMetrics().horizontalAdvance(about) + 17)
    draw_tag(painter, view.width - 8 - wide, 40, about, theme, limit=wide)


def paint_groups(
    painter: QPainter, groups: Mapping[int, Points], names: tuple[str, ...], view: View, theme: Theme
) -> None:
    """Each generator's number in the middle of its points, and what it is called."""
    placed: list[QPointF] = []
    for number, points in groups.items():
        middle = QPointF(*view.to_screen(np.nanmedian(points, axis=0)).tolist())
        while any(abs(middle.x() - other.x()) + abs(middle.y() - other.y()) < NUMBER for other in placed):
            middle += QPointF(NUMBER, 0)
        placed.append(middle)
        draw_group(painter, middle, number, theme)
    painter.setFont(ui_font(theme.small, tabular=True))
    draw_legend(painter, LEGEND, 14, list(groups), names, theme, view.width - LEGEND - 8)


def paint_modes(
    painter: QPainter, modes: Sequence[tuple[float, float]], hits: Sequence[bool], std: float, view: View, theme: Theme
) -> None:
    """The true modes (3σ): ticked where generated points arrive and there is room, dashed where none do."""
    places = view.to_screen(np.array(modes))
    apart = np.linalg.norm(places[:, None] - places[None], axis=-1) + np.diag(np.full(len(places), np.inf))
    gap = float(apart.min(initial=np.inf))
    radius = max(min(6.0, 0.4 * gap), 3 * std * view.scale)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for number, (x, y) in enumerate(places.tolist()):
        known = number < len(hits)
        hit = known and hits[number]
        pen = QPen(colour(theme.text, 0.85 if hit or not known else 0.7), 1.5 if hit else 1.2)
        if known and not hit:
            pen.setStyle(Qt.PenStyle.DashLine)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawEllipse(QPointF(x, y), radius, radius)
        if hit and gap >= LEAST_GAP:
            at = QPointF(x + radius * 0.71, y - radius * 0.71)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(theme.text))
            painter.drawEllipse(at, 5.5, 5.5)
            painter.setPen(QPen(QColor(theme.surface), 1.5))
            tick = [QPointF(-2.4, 0.2), QPointF(-0.7, 2.0), QPointF(2.6, -1.9)]
            painter.drawPolyline([at + point for point in tick])


def paint_here(painter: QPainter, places: Sequence[tuple[Points, str]], view: View, theme: Theme) -> None:
    """Where single samples lie, as a ring and a cross each, with what they are called."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setFont(ui_font(theme.small))
    for point, name in places:
        if not np.isfinite(point).all():
            continue
        at = QPointF(*view.to_screen(point).tolist())
        at = QPointF(min(max(at.x(), 0), view.width), min(max(at.y(), 0), view.height))
        draw_here(painter, at, theme)
        if name:
            draw_tag(painter, at.x() + 12, at.y() - 12, name, theme)
