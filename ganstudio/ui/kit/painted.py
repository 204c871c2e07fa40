"""The few drawing helpers all pictures share: colours, short texts, tags, images from arrays."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRect, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QFont, QIcon, QImage, QPainter, QPen, QPixmap, QPolygonF

from ganstudio.core.i18n import _, told
from ganstudio.ui.kit.theme import Theme, contrast, ui_font

SWATCH = 16
"""Side of a spot of colour before a word."""

if TYPE_CHECKING:  # the first view of the window need not wait for it
    import numpy as np
    from numpy.typing import NDArray


def colour(value: str | QColor, alpha: float = 1.0) -> QColor:
    """A theme colour with an opacity in [0, 1]."""
    made = QColor(value)
    made.setAlphaF(alpha)
    return made


def rgb(value: str) -> NDArray[np.float64]:
    """Red, green, blue of a theme colour, 0 to 255."""
    import numpy as np

    tone = QColor(value)
    return np.array([tone.red(), tone.green(), tone.blue()], dtype=np.float64)


def score_text(score: float, real: bool, probability: bool) -> str:
    """``"D(G(z)) 0.43"``: a probability with two digits, a critic's value with three significant ones."""
    name = "D(x)" if real else "D(G(z))"
    if not math.isfinite(score):
        return f"{name} –"
    number = f"{score:.2f}" if probability else f"{score:.3g}"
    return f"{name} {number}".replace("-", "−")


def to_image(pixels: NDArray[np.uint8]) -> QImage:
    """A picture that owns its memory, in Qt's fastest format.

    Args:
        pixels: ``(H, W, C)`` or ``(H, W)``; C = 1 or 3.
    """
    import numpy as np

    if pixels.ndim == 3 and pixels.shape[2] == 1:
        pixels = pixels[:, :, 0]
    pixels = np.ascontiguousarray(pixels)
    form = QImage.Format.Format_Grayscale8 if pixels.ndim == 2 else QImage.Format.Format_RGB888
    # The first image aliases the array; the converted one is a copy of its own.
    height, width = pixels.shape[:2]
    aliased = QImage(pixels.data, width, height, pixels.nbytes // max(1, height), form)
    return aliased.convertToFormat(QImage.Format.Format_RGB32)


def to_pixels(image: QImage) -> NDArray[np.uint8]:
    """The other way round: ``(H, W, 3)``."""
    import numpy as np

    plain = image.convertToFormat(QImage.Format.Format_RGB888)
    lines = np.frombuffer(plain.constBits(), np.uint8).reshape(plain.height(), plain.bytesPerLine())
    return lines[:, : 3 * plain.width()].reshape(plain.height(), plain.width(), 3).copy()


def device_pixels(painter: QPainter, ratio: float) -> None:
    """Makes one unit of the painter one device pixel, so that nearest-neighbour pictures are exact."""
    painter.scale(1 / ratio, 1 / ratio)


def write_line(
    painter: QPainter, box: QRect | QRectF, text: str, font: QFont, ink: str,
    side: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignLeft, elide: Qt.TextElideMode = Qt.TextElideMode.ElideRight,
) -> int:  # fmt: skip
    """One line of text in the middle of the box's height, elided where it has no room; returns how wide it is."""
    painter.setFont(font)
    painter.setPen(QColor(ink))
    shown = painter.fontMetrics().elidedText(text, elide, int(box.width()))
    painter.drawText(box, int(side | Qt.AlignmentFlag.AlignVCenter), shown)
    return painter.fontMetrics().horizontalAdvance(shown)


def draw_filled(painter: QPainter, target: QRectF, pixmap: QPixmap) -> None:
    """Fills the target with the middle of a picture; pixel-exact where pixels are shown large."""
    scale = max(target.width() / pixmap.width(), target.height() / pixmap.height())
    smooth = scale * painter.device().devicePixelRatioF() < 2.0
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, smooth)
    width, height = target.width() / scale, target.height() / scale
    source = QRectF((pixmap.width() - width) / 2, (pixmap.height() - height) / 2, width, height)
    painter.drawPixmap(target, pixmap, source)


def draw_progress(painter: QPainter, groove: QRectF, share: float, live: bool, theme: Theme, ground: str) -> None:
    """A thin line of progress.

    Args:
        painter: in logical pixels.
        groove: the whole line.
        share: how much is done, 0 to 1.
        live: it goes on just now.
        theme: colours.
        ground: colour of what is left.
    """
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(ground))
    painter.drawRoundedRect(groove, 1, 1)
    painter.setBrush(QColor(theme.accent if live else theme.text_muted))
    painter.drawRoundedRect(
        QRectF(groove.topLeft(), QSizeF(groove.width() * min(1.0, max(0.0, share)), groove.height())), 1, 1
    )


def draw_tag(
    painter: QPainter, left: float, middle: float, text: str, theme: Theme, *, dot: str = "", limit: float = 1e6
) -> QRectF:
    """A small rounded label, with a dot of its meaning's colour: ``● generated · step 1,240``.

    Args:
        painter: in logical pixels; its font is used.
        left: left edge.
        middle: vertical middle.
        text: elided where it is wider than ``limit``.
        theme: colours.
        dot: colour of the dot; none where empty.
        limit: the greatest width of the whole tag.

    Returns:
        Where it was drawn.
    """
    metrics = painter.fontMetrics()
    lead = 20.0 if dot else 8.0
    shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, int(max(0.0, limit - lead - 8)))
    height = metrics.height() + 4.0
    rect = QRectF(left, middle - height / 2, lead + metrics.horizontalAdvance(shown) + 8, height)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour(theme.surface, 0.92))
    painter.drawRoundedRect(rect, height / 2, height / 2)
    if dot:
        painter.setBrush(QColor(dot))
        painter.drawEllipse(QRectF(rect.left() + 8, middle - 4, 8, 8))
    painter.setPen(QColor(theme.text))
    painter.drawText(rect.adjusted(lead, 0, -8, 0), Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, shown)
    return rect


def group_colour(number: int, theme: Theme) -> str:
    """The colour of one of several generators, counted from 0."""
    return theme.groups[number % len(theme.groups)]


def group_text(number: int, names: tuple[str, ...]) -> str:
    """What a generator is called: its name, or its number from 1 on."""
    return told(names[number]) if number < len(names) else _("generator {number}").format(number=number + 1)


def draw_group(painter: QPainter, centre: QPointF, number: int, theme: Theme, *, small: bool = False) -> None:
    """A disc in a generator's colour with its number, so that colour alone need not tell; a dot where ``small``.

    Args:
        painter: in logical pixels.
        centre: of the disc.
        number: of the generator, from 0.
        theme: colours.
        small: there is no room for the number.
    """
    draw_number(painter, centre, number, group_colour(number, theme), theme, small=small)


def draw_number(
    painter: QPainter, centre: QPointF, number: int, tone: str, theme: Theme, *, small: bool = False
) -> None:
    """A disc in any colour with a number, counted from 0; a dot where ``small``."""
    radius = 2.5 if small else 7.0
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(QColor(theme.surface), 1))
    painter.setBrush(QColor(tone))
    painter.drawEllipse(centre, radius, radius)
    if not small:
        painter.setFont(ui_font(theme.small - 2, weight=QFont.Weight.DemiBold, tabular=True))
        painter.setPen(QColor(max(("#000000", "#ffffff"), key=lambda ink: contrast(ink, tone))))
        box = QRectF(centre.x() - radius, centre.y() - radius, 2 * radius, 2 * radius)
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, str(number + 1))


def draw_star(painter: QPainter, centre: QPointF, on: bool, theme: Theme) -> None:
    """A star: full where something is marked with it, an outline where it could be."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(QColor(theme.surface if on else theme.text_muted), 1.2))  # it may lie on a picture
    painter.setBrush(QColor(theme.accent) if on else Qt.BrushStyle.NoBrush)
    painter.drawPolygon(star(centre.x(), centre.y(), 7.0))


def draw_here(painter: QPainter, at: QPointF, theme: Theme) -> None:
    """A ring and a dot: the one sample that one is at."""
    painter.setBrush(QColor(theme.generator))
    for width, tone in ((5.0, theme.surface), (2.0, theme.text)):
        painter.setPen(QPen(QColor(tone), width))
        painter.drawEllipse(at, 7, 7)


def draw_legend(
    painter: QPainter, left: float, middle: float, numbers: Sequence[int], names: tuple[str, ...], theme: Theme,
    limit: float,
) -> None:  # fmt: skip
    """A tag for each generator, one after the other; only their numbers where they do not fit into ``limit``."""
    metrics = painter.fontMetrics()
    texts = [group_text(number, names) for number in numbers]
    if sum(metrics.horizontalAdvance(text) + 32 for text in texts) > limit:
        texts = [str(number + 1) for number in numbers]
    end = left + limit
    for number, text in zip(numbers, texts, strict=True):
        if left + metrics.horizontalAdvance(text) + 32 > end:
            return
        left = draw_tag(painter, left, middle, text, theme, dot=group_colour(number, theme)).right() + 4


def draw_focus_ring(painter: QPainter, rect: QRect, theme: Theme) -> None:
    """The ring just within a widget that has the keyboard."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(QColor(theme.focus), 2))
    painter.drawRect(rect.adjusted(1, 1, -1, -1))


def draw_notice(painter: QPainter, rect: QRect, words: str, ink: str, theme: Theme) -> None:
    """A sentence in the middle of a picture's place, on a ground of its own.

    Args:
        painter: in logical pixels; its font is used.
        rect: of the widget.
        words: broken into lines.
        ink: colour of the words.
        theme: colours.
    """
    room = rect.adjusted(24, 16, -24, -16)
    flags = int(Qt.AlignmentFlag.AlignCenter) | int(Qt.TextFlag.TextWordWrap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    box = painter.boundingRect(room, flags, words)  # before the pen goes: without one Qt measures nothing
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(theme.surface))
    painter.drawRoundedRect(box.adjusted(-16, -12, 16, 12), 8, 8)
    painter.setPen(QColor(ink))
    painter.drawText(room, flags, words)


def swatch(colour: tuple[int, int, int]) -> QIcon:
    """A round spot of a colour, with an edge so that white is seen on white."""
    pixmap = QPixmap(SWATCH * 2, SWATCH * 2)
    pixmap.setDevicePixelRatio(2)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(QColor(128, 128, 128), 1))
    painter.setBrush(QColor(*colour))
    painter.drawEllipse(1, 1, SWATCH - 2, SWATCH - 2)
    painter.end()
    return QIcon(pixmap)


def star(x: float, y: float, radius: float = 5.5) -> QPolygonF:
    """A star of five points around a place: the best of several."""
    corners = [(radius * (0.42 if corner % 2 else 1), math.pi * corner / 5) for corner in range(10)]
    return QPolygonF([QPointF(x + far * math.sin(turn), y - far * math.cos(turn)) for far, turn in corners])
