"""How the row of a slider looks, and what its tooltips say."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPen, QPolygonF

from ganstudio.core.i18n import _
from ganstudio.ui.kit.icons import icon_pixmap
from ganstudio.ui.kit.theme import Theme, current_theme, ui_font

if TYPE_CHECKING:
    from ganstudio.ui.controls.slider import ValueSlider

ICON = 14


def paint_row(row: ValueSlider) -> None:
    """Draws a whole row onto itself."""
    theme, areas = current_theme(), row.areas()
    painter = QPainter(row)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    if not row.isEnabled():
        painter.setOpacity(0.4)
    _paint_title(painter, row, theme, areas["title"])
    _paint_track(painter, row, theme, areas["track"])
    if row.entry is None:
        if row.hovered == "value" and row.isEnabled():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(theme.hover))
            painter.drawRoundedRect(areas["value"], 4, 4)
        painter.setFont(ui_font(theme.normal, tabular=True))
        painter.setPen(QColor(theme.text))
        right = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
        painter.drawText(areas["value"].adjusted(-24, 0, -4, 0), right, row.text())
    _paint_icon(painter, row, "reset", areas["reset"], not row.at_default)
    if row.pinnable and (row.pinned or row.underMouse() or row.hasFocus()):
        _paint_icon(painter, row, "pin", areas["pin"], True)
    painter.end()


def _paint_title(painter: QPainter, row: ValueSlider, theme: Theme, area: QRectF) -> None:
    if area.width() <= 0:
        return
    font = ui_font(theme.normal, tabular=True)
    metrics = QFontMetrics(font)
    painter.setFont(font)
    painter.setPen(QColor(theme.text))
    text = metrics.elidedText(row.name, Qt.TextElideMode.ElideRight, int(area.width()))
    painter.drawText(area, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text)
    if not math.isnan(row.share):
        bar = QRectF(area.left(), row.height() - 4, min(area.width(), 48.0), 2)
        full = min(1.0, max(0.0, row.share / row.most)) if row.most > 0 else 0.0
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.mix("text", "window", 0.10)))
        painter.drawRect(bar)
        painter.setBrush(QColor(theme.mix("text", "window", 0.55)))
        painter.drawRect(QRectF(bar.left(), bar.top(), bar.width() * full, 2))


def _paint_track(painter: QPainter, row: ValueSlider, theme: Theme, track: QRectF) -> None:
    middle, here, origin = track.center().y(), row.place(row.value), row.place(row.default)
    groove = QRectF(track.left(), middle - 2, track.width(), 4)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(theme.mix("text", "window", 0.18)))
    painter.drawRoundedRect(groove, 2, 2)
    painter.setBrush(QColor(theme.accent))
    painter.drawRoundedRect(QRectF(min(here, origin), middle - 2, abs(here - origin), 4), 2, 2)
    if row.low <= row.default <= row.high:
        painter.setBrush(QColor(theme.mix("text", "window", 0.55)))
        painter.drawRect(QRectF(round(origin) - 1, middle - 6, 2, 12))
    _paint_handle(painter, row, theme, QPointF(here, middle))


def _paint_handle(painter: QPainter, row: ValueSlider, theme: Theme, at: QPointF) -> None:
    if row.hasFocus():
        painter.setPen(QPen(QColor(theme.focus), 2))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawEllipse(at, 9, 9)
    strong = row.held or row.hovered == "track"
    painter.setPen(QPen(QColor(theme.accent), 2))
    painter.setBrush(QColor(theme.accent if row.held else theme.selected if strong else theme.raised))
    if row.low <= row.value <= row.high:
        painter.drawEllipse(at, 5, 5)
        return
    way = 1 if row.value > row.high else -1
    painter.setBrush(QColor(theme.accent))
    painter.drawPolygon(
        QPolygonF(
            [
                QPointF(at.x() - 4 * way, at.y() - 5),
                QPointF(at.x() + 5 * way, at.y()),
                QPointF(at.x() - 4 * way, at.y() + 5),
            ]
        )
    )


def _paint_icon(painter: QPainter, row: ValueSlider, name: str, area: QRectF, there: bool) -> None:
    theme = current_theme()
    hovered = row.hovered == name and there and row.isEnabled()
    if hovered:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.hover))
        painter.drawRoundedRect(area, 4, 4)
    tint = theme.mix("text", "window", 0.24) if not there else theme.text if hovered else theme.text_muted
    if name == "pin" and row.pinned:
        tint = theme.accent
    pixmap = icon_pixmap(name, ICON, tint, row.devicePixelRatioF())
    corner = area.center() - QPointF(ICON / 2, ICON / 2)
    painter.drawPixmap(QPointF(round(corner.x()), round(corner.y())), pixmap)


def tip_of(row: ValueSlider, area: str = "") -> str:
    """The words of the tooltip over a part."""
    number = f"{row.default:.{row.decimals}f}".replace("-", "−")
    if area == "reset":
        words = _("This is the default: {value}") if row.at_default else _("Reset to {value} (Backspace)")
        return words.format(value=number)
    if area == "pin":
        return _("Let go of the first places (P)") if row.pinned else _("Pin to the first places (P)")
    if area == "value":
        return _("{value} · click to type or paste a number").format(value=f"{row.value:.6g}")
    lines = [row.name, row.help, _("{low:g} to {high:g}, default {value}; more can be typed").format(
        low=row.low, high=row.high, value=number)]  # fmt: skip
    if not math.isnan(row.share):
        lines.append(_("{share} of what varies in the pictures").format(share=f"{row.share:.0%}"))
    lines.append(_("Drag (Shift: fine) · ← → · Enter to type · double click resets"))
    return "\n".join(line for line in lines if line)
