"""Pictures of the run's data in a row: a click translates one."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPointF, QRect, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QFocusEvent,
    QHelpEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from ganstudio.app.translate.translator import Translator
from ganstudio.core.i18n import _
from ganstudio.explore.translating import InputPicture, seen
from ganstudio.ui.kit.painted import to_image
from ganstudio.ui.kit.theme import current_theme, theme_hub

SIDE, GAP, PAD, RING = 56, 6, 8, 4
SMOOTH = Qt.TransformationMode.SmoothTransformation


def _small(image: QImage) -> QImage:
    """As large as it is ever shown: to shrink large pictures at every painting takes long."""
    side = 2 * SIDE  # for screens of factor 2
    return image if image.width() <= side else image.scaled(QSize(side, side), mode=SMOOTH)


class ExampleStrip(QWidget):
    """As many pictures as there is room for; the wheel and the arrow keys bring the others. One stop of the Tab key.

    Signals:
        menu_requested: a context menu is wanted at this global point; the picture is the present input already.
    """

    menu_requested = Signal(object)

    def __init__(self, translator: Translator, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._translator = translator
        self._pictures: tuple[InputPicture, ...] = ()
        self._images: list[QImage] = []
        self._first, self._here, self._hover = 0, 0, -1
        self._words = ""
        self.setFixedHeight(SIDE + 2 * PAD)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(_("Pictures of the data"))
        self.setToolTip(_("Pictures that the run was trained on: click one to translate it; the wheel shows more"))
        theme_hub.changed.connect(self.update)

    @property
    def pictures(self) -> Sequence[InputPicture]:
        """What is offered."""
        return self._pictures

    def refresh(self) -> None:
        """Takes the pictures that fit the direction, and marks the present input."""
        shelf, wanted = self._translator.shelf, self._translator.given
        pictures = shelf.found.of(self._translator.direction)
        if pictures is not self._pictures:
            self._pictures = pictures
            self._images = [_small(to_image(seen(wanted, one.pixels))) for one in pictures if wanted is not None]
            self._first = self._here = 0
            self._hover = -1
        self._words = "" if pictures else _("Reading the pictures of the run…") if shelf.reading else (
            shelf.error or _("No pictures of the run’s data are here.")
        )  # fmt: skip
        self.setAccessibleDescription(self._words)
        self.update()

    def sizeHint(self) -> QSize:
        """A row."""
        return QSize(6 * (SIDE + GAP), SIDE + 2 * PAD)

    # -- where ------------------------------------------------------------------------------------------------------

    def cell(self, place: int) -> QRect:
        """Where a picture is; it may be out of sight."""
        return QRect(RING + (place - self._first) * (SIDE + GAP), PAD, SIDE, SIDE)

    def _room(self) -> int:
        return max(1, (self.width() - 2 * RING + GAP) // (SIDE + GAP))

    def _at(self, point: QPointF) -> int:
        inside = [place for place in range(len(self._pictures)) if self.cell(place).contains(point.toPoint())]
        return inside[0] if inside and self.cell(inside[0]).right() < self.width() else -1

    def _scroll(self, first: int) -> None:
        self._first = max(0, min(first, len(self._pictures) - self._room()))
        self.update()

    # -- painting ---------------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        """The pictures; a ring around the present one and around what has the keyboard."""
        theme = current_theme()
        painter = QPainter(self)
        if self._words:
            painter.setPen(QColor(theme.text_muted))
            text = painter.fontMetrics().elidedText(self._words, Qt.TextElideMode.ElideRight, self.width() - 8)
            painter.drawText(self.rect().adjusted(4, 0, -4, 0), Qt.AlignmentFlag.AlignVCenter, text)
            if self.hasFocus():
                painter.setPen(QPen(QColor(theme.focus), 2))
                painter.drawRect(self.rect().adjusted(1, 1, -1, -1))
        state = self._translator.state
        now = None if state is None or state.picture is None else state.picture
        for place in range(self._first, min(len(self._images), self._first + self._room())):
            cell = self.cell(place)
            image = self._images[place]
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, image.width() > SIDE)
            painter.drawImage(cell, image)
            if self._pictures[place] is now:
                painter.setPen(QPen(QColor(theme.accent), 2))
                painter.drawRect(cell.adjusted(-1, -1, 1, 1))
            elif place == self._hover:
                painter.setPen(QPen(QColor(theme.accent), 1))
                painter.drawRect(cell)
            if self.hasFocus() and place == self._here:
                painter.setPen(QPen(QColor(theme.focus), 2))
                painter.drawRect(cell.adjusted(-3, -3, 3, 3))
        painter.end()

    # -- hands ------------------------------------------------------------------------------------------------------

    def take(self, place: int) -> None:
        """Translates a picture."""
        if 0 <= place < len(self._pictures):
            self._here = place
            self._translator.give(self._pictures[place])
            self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Takes the one under the mouse."""
        if event.button() == Qt.MouseButton.LeftButton:
            self.take(self._at(event.position()))

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Offers what can be done with the one under the mouse."""
        place = self._here if event.reason() == QContextMenuEvent.Reason.Keyboard else self._at(QPointF(event.pos()))
        if 0 <= place < len(self._pictures):
            self.take(place)
            self.menu_requested.emit(event.globalPos())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Points to one."""
        hover = self._at(event.position())
        if hover != self._hover:
            self._hover = hover
            self.setCursor(Qt.CursorShape.PointingHandCursor if hover >= 0 else Qt.CursorShape.ArrowCursor)
            self.update()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """The next ones."""
        delta = event.angleDelta().y() or event.angleDelta().x()
        event.accept()
        self._scroll(self._first - (1 if delta > 0 else -1) * 2)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrow keys go from picture to picture, Enter and Space translate it."""
        moves = {
            Qt.Key.Key_Left: self._here - 1,
            Qt.Key.Key_Right: self._here + 1,
            Qt.Key.Key_Home: 0,
            Qt.Key.Key_End: len(self._pictures) - 1,
        }
        if event.key() in moves and self._pictures:
            self._here = min(max(moves[Qt.Key(event.key())], 0), len(self._pictures) - 1)
            self._scroll(min(max(self._first, self._here - self._room() + 1), self._here))
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.take(self._here)
        else:
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        """The name of the one under the mouse; nothing is pointed to where there is no mouse."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            place = self._at(QPointF(event.pos()))
            if place >= 0:
                QToolTip.showText(event.globalPos(), _("{name}: click to translate it").format(
                    name=self._pictures[place].name), self)  # fmt: skip
                return True
        elif event.type() == QEvent.Type.Leave and self._hover >= 0:
            self._hover = -1
            self.update()
        return super().event(event)

    def resizeEvent(self, event: object) -> None:
        """No empty places at the end."""
        self._scroll(self._first)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Shows the ring."""
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Hides it."""
        super().focusOutEvent(event)
        self.update()
