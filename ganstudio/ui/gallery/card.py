"""One card of the gallery: picture (or a quiet drawing until there is one), title, a sentence; a click starts it."""

from __future__ import annotations

import random

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, QVariantAnimation, Signal
from PySide6.QtGui import (
    QColor,
    QEnterEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
    QPixmap,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from ganstudio.app.gallery import GalleryCard
from ganstudio.core.i18n import _
from ganstudio.ui.kit.painted import colour, draw_filled, to_image, write_line
from ganstudio.ui.kit.parts import ElidedLabel, LinkButton, boxed, label
from ganstudio.ui.kit.theme import Theme, current_theme, theme_hub, ui_font

PICTURE_HEIGHT = 148
LIFT_MS = 120
_ARROWS = (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Home, Qt.Key.Key_End)


class CardWidget(QWidget):
    """A card. ``chosen`` and ``customise`` carry its id; ``moved`` an arrow key."""

    chosen = Signal(str)
    customise = Signal(str)
    moved = Signal(str, int)

    def __init__(self, card: GalleryCard, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.card = card
        self._pixmap: QPixmap | None = None
        self._lift = 0.0
        self._pressed = False
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(card.title)
        self._motion = QVariantAnimation(self, startValue=0.0, endValue=1.0, duration=LIFT_MS)
        self._motion.valueChanged.connect(self._on_lift)
        self._lay_out()
        self.set_facts("", "", needs_download=False)
        theme_hub.changed.connect(self.update)

    def _lay_out(self) -> None:
        title, self._time = ElidedLabel(self.card.title, "strong"), ElidedLabel("", "small")
        sentence = label(self.card.sentence, "muted", wrap=True)
        sentence.setAlignment(Qt.AlignmentFlag.AlignTop)
        sentence.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Expanding)
        for words in (title, sentence):
            words.setContentsMargins(0, 0, 8, 0)
        for words in (title, sentence, self._time):
            words.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        sentence.setMaximumHeight(4 * sentence.fontMetrics().lineSpacing())  # no half lines; the tooltip has them all
        self.link = LinkButton(_("Customise…"))
        self.link.setToolTip(_("Opens this experiment in the form, without starting it"))
        self.link.setAccessibleName(_("Customise {title}").format(title=self.card.title))
        self.link.clicked.connect(lambda: self.customise.emit(self.card.id))
        foot = boxed(self._time, self.link, across=True, gap=8, stretch=self._time)
        margins = (16, PICTURE_HEIGHT + 12, 8, 8)  # the link ends where the words end
        boxed(title, sentence, foot, into=self, margins=margins, gap=4, stretch=sentence)

    def set_facts(self, time_text: str, how: str, *, needs_download: bool, method: str = "") -> None:
        """Shows the expected time and whether a download comes first; the tooltip tells of the method and ``how`` long."""
        facts, act = {
            "drawing": (_("You draw first"), _("Click to draw")),
            "folder": (_("You choose a folder first"), _("Click to choose a folder")),
            "explore": (_("Ready to explore"), _("Click to explore")),
            "paint": (_("Ready to paint"), _("Click to paint")),
            "translate": (_("Ready to translate"), _("Click to translate")),
        }.get(self.card.opens, (time_text, _("Click to start")))
        if needs_download:
            facts = _("Needs a download first")
        self._time.setText(facts)
        self._needs_download = needs_download
        self.setAccessibleDescription(f"{self.card.sentence} {facts}")
        first = _("Its data are downloaded first.") if needs_download else ""
        lines = [f"{act}: {self.card.title}", self.card.sentence, *(part for part in (method, how, first) if part)]
        self.setToolTip("\n".join(lines))
        self.update()

    def set_picture(self, picture: NDArray[np.uint8] | None) -> None:
        """Shows a real picture, uint8 ``(H, W, 3)``; None: the drawing."""
        self._pixmap = None if picture is None else QPixmap.fromImage(to_image(picture))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Ground, picture, chip, and the ring of the focus."""
        theme = current_theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        body = QRectF(self.rect()).adjusted(2, 3 - 2 * self._lift, -2, -3 - 2 * self._lift)
        shape = QPainterPath()
        shape.addRoundedRect(body, 10, 10)
        self._shadow(painter, body)
        painter.fillPath(shape, QColor(theme.mix("hover", "surface", 0.35 * self._lift)))
        picture = QRectF(body.left(), body.top(), body.width(), PICTURE_HEIGHT)
        painter.save()
        painter.setClipPath(shape)
        painter.setClipRect(picture, Qt.ClipOperation.IntersectClip)
        if self._pixmap is None:
            painter.fillRect(picture, QColor(theme.mix("text", "surface", 0.05)))
            _draw_stand_in(painter, picture, self.card.id, self.card.picture, theme)
        else:
            painter.fillRect(picture, QColor(theme.picture_grey))
            draw_filled(painter, picture, self._pixmap)
        painter.restore()
        focused = self.hasFocus()
        edge = theme.focus if focused else theme.mix("text", "hairline", 0.25 * self._lift)
        painter.setPen(QPen(QColor(edge), 2 if focused else 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPath(shape)
        if self._needs_download:
            self._chip(painter, picture, _("Download"))
        painter.end()

    def _shadow(self, painter: QPainter, body: QRectF) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        for spread in (1, 2, 3) if self._lift > 0 else ():
            painter.setBrush(QColor(0, 0, 0, round(18 * self._lift / spread)))
            painter.drawRoundedRect(body.adjusted(-spread / 2, spread, spread / 2, spread), 11, 11)

    def _chip(self, painter: QPainter, picture: QRectF, text: str) -> None:
        theme = current_theme()
        painter.setFont(ui_font(theme.small))
        width = painter.fontMetrics().horizontalAdvance(text) + 16
        chip = QRectF(picture.right() - width - 8, picture.top() + 8, width, 20)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.raised))
        painter.drawRoundedRect(chip, 10, 10)
        write_line(painter, chip, text, ui_font(theme.small), theme.text, Qt.AlignmentFlag.AlignHCenter)

    def enterEvent(self, event: QEnterEvent) -> None:
        """Lifts the card a little."""
        self._move(self._motion.Direction.Forward)

    def leaveEvent(self, event: QEvent) -> None:
        """Lets it down again."""
        self._move(self._motion.Direction.Backward)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Arms the card; it starts on release, so that one can still move away."""
        self._pressed = event.button() == Qt.MouseButton.LeftButton

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Starts the experiment."""
        armed, self._pressed = self._pressed, False
        if armed and event.button() == Qt.MouseButton.LeftButton and self.rect().contains(event.position().toPoint()):
            self.chosen.emit(self.card.id)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Return or space start, arrows go to a neighbour."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.chosen.emit(self.card.id)
        elif event.key() in _ARROWS:
            self.moved.emit(self.card.id, int(event.key()))
        else:
            super().keyPressEvent(event)

    def _move(self, direction: QVariantAnimation.Direction) -> None:
        self._motion.setDirection(direction)
        if self._motion.state() != QVariantAnimation.State.Running:
            self._motion.start()

    def _on_lift(self, value: object) -> None:
        self._lift = float(value)  # type: ignore[arg-type]
        self.update()


def _draw_stand_in(painter: QPainter, target: QRectF, card_id: str, kind: str, theme: Theme) -> None:
    """A neutral drawing by kind: scattered points, a wall of tiles, a brush stroke, or a folder of pictures."""
    ink = QColor(theme.mix("text", "surface", 0.30))
    faint = QColor(theme.mix("text", "surface", 0.10))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    centre = target.center()
    side = min(target.width(), target.height()) * 0.78
    if kind == "points":
        _points(painter, centre, side, card_id, ink)
    elif kind == "drawing":
        _stroke(painter, centre, side, ink)
    elif kind == "folder":
        _photos(painter, centre, side, ink, faint, QColor(theme.surface))
    else:
        _tiles(painter, target, card_id, theme)


def _points(painter: QPainter, centre: QPointF, side: float, card_id: str, ink: QColor) -> None:
    draw = random.Random(card_id)
    painter.setPen(Qt.PenStyle.NoPen)
    for _point in range(260):
        painter.setBrush(colour(ink, draw.uniform(0.35, 1.0)))
        painter.drawEllipse(centre + QPointF(draw.gauss(0, 0.2), draw.gauss(0, 0.2)) * side, 1.6, 1.6)


def _stroke(painter: QPainter, centre: QPointF, side: float, ink: QColor) -> None:
    path = QPainterPath(QPointF(centre.x() - side * 0.55, centre.y() + side * 0.18))
    path.cubicTo(
        QPointF(centre.x() - side * 0.25, centre.y() - side * 0.75),
        QPointF(centre.x() + side * 0.15, centre.y() + side * 0.75),
        QPointF(centre.x() + side * 0.55, centre.y() - side * 0.2),
    )
    for tone, width in ((colour(ink, 0.35), side * 0.16), (ink, 1.6)):
        painter.setPen(QPen(tone, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        painter.drawPath(path)


def _photos(painter: QPainter, centre: QPointF, side: float, ink: QColor, faint: QColor, ground: QColor) -> None:
    for index, angle in enumerate((-9.0, 5.0, 0.0)):
        painter.save()
        painter.translate(centre.x() + (index - 1) * side * 0.14, centre.y() + (1 - index) * side * 0.03)
        painter.rotate(angle)
        frame = QRectF(-side * 0.32, -side * 0.27, side * 0.64, side * 0.54)
        painter.setPen(QPen(ink, 1.4))
        painter.setBrush(ground)
        painter.drawRoundedRect(frame, 4, 4)
        if index == 2:
            hill = QPainterPath(frame.bottomLeft() + QPointF(6, -6))
            hill.lineTo(frame.left() + frame.width() * 0.38, frame.top() + frame.height() * 0.42)
            hill.lineTo(frame.left() + frame.width() * 0.6, frame.top() + frame.height() * 0.72)
            hill.lineTo(frame.left() + frame.width() * 0.72, frame.top() + frame.height() * 0.58)
            hill.lineTo(frame.bottomRight() + QPointF(-6, -6))
            painter.setBrush(faint)
            painter.drawPath(hill)
            painter.drawEllipse(frame.topRight() + QPointF(-frame.width() * 0.2, frame.height() * 0.24), 5, 5)
        painter.restore()


def _tiles(painter: QPainter, target: QRectF, card_id: str, theme: Theme) -> None:
    draw = random.Random(card_id)
    columns, rows = 8, 4
    size = min(target.width() / columns, target.height() / rows) * 0.78
    gap = size * 0.14
    left = target.center().x() - (columns * (size + gap) - gap) / 2
    top = target.center().y() - (rows * (size + gap) - gap) / 2
    painter.setPen(Qt.PenStyle.NoPen)
    for row in range(rows):
        for column in range(columns):
            painter.setBrush(QColor(theme.mix("text", "surface", draw.uniform(0.06, 0.26))))
            painter.drawRoundedRect(QRectF(left + column * (size + gap), top + row * (size + gap), size, size), 2, 2)
