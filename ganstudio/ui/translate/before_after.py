"""Before and after in one place: a line that is dragged across uncovers the one or the other."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QImage, QKeyEvent, QMouseEvent, QPainter
from PySide6.QtWidgets import QWidget

from ganstudio.core.i18n import _
from ganstudio.ui.pictures.divider import line_of, near_line, paint_left, paint_line, split_at, split_by_key
from ganstudio.ui.translate.picture_view import PictureView


class BeforeAfter(PictureView):
    """The input left of a line, the output right of it.

    Attributes:
        split: where the line stands, 0 (left edge of the picture) to 1.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(
            _("Input and output, one over the other"),
            _("Left of the line the input, right of it the output. Drag the line, or move it with ← and → (with Shift in "
              "small steps); the wheel zooms."),
            parent,
        )  # fmt: skip
        self.split = 0.5
        self._before = QImage()
        self._sides = ("", "")
        self._gripping = False
        self.setMouseTracking(True)

    def show_before(self, image: QImage, sides: tuple[str, str]) -> None:
        """The picture left of the line, and what the two are called."""
        self._before, self._sides = image, sides
        self.update()

    @property
    def divided(self) -> bool:
        """There are two pictures."""
        return not self._image.isNull() and not self._before.isNull()

    def line(self) -> float:
        """Where the line is on the widget."""
        return line_of(self._logical(), self.split)

    def _logical(self) -> QRectF:
        """Where the pictures are, in logical pixels."""
        place, ratio = self.place(), self.viewport.ratio
        return QRectF(place.left() / ratio, place.top() / ratio, place.width() / ratio, place.height() / ratio)

    def set_split(self, split: float) -> None:
        """Puts the line elsewhere."""
        split = min(max(split, 0.0), 1.0)
        if split != self.split:
            self.split = split
            self.setAccessibleDescription(_("{share} % of the input").format(share=round(100 * split)))
            self.update()

    # -- painting ---------------------------------------------------------------------------------------------------

    def paint_picture(self, painter: QPainter) -> None:
        """The output, and the input over its left part."""
        super().paint_picture(painter)
        if self.divided:
            paint_left(painter, self._before, QRectF(self.place()), self.split)

    def paint_above(self, painter: QPainter) -> None:
        """The line with its grip, and what the two sides are."""
        if self.divided:
            paint_line(painter, self._logical(), self.split, self.size(), self._sides)

    # -- hands ------------------------------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Takes hold of the line; of the picture where it is larger than its place and the line is elsewhere."""
        near = near_line(event.position().x(), self._logical(), self.split)
        if self.divided and event.button() == Qt.MouseButton.LeftButton and (near or not self.movable):
            self._gripping = True
            self.set_split(split_at(event.position().x(), self._logical()))
        else:
            super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drags what is held."""
        if self._gripping and event.buttons() & Qt.MouseButton.LeftButton:
            self.set_split(split_at(event.position().x(), self._logical()))
        elif self._held is not None:
            super().mouseMoveEvent(event)
        else:
            self._gripping = False
            self.point_at(event.position())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Lets go."""
        self._gripping = False
        super().mouseReleaseEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """On the line: half and half; elsewhere the picture is fitted again."""
        if self.divided and near_line(event.position().x(), self._logical(), self.split):
            self.set_split(0.5)
        elif self.movable:
            super().mouseDoubleClickEvent(event)

    def point_at(self, point: QPointF) -> None:
        """Over the line it can be moved."""
        if self.divided and near_line(point.x(), self._logical(), self.split):
            self.setCursor(Qt.CursorShape.SplitHCursor)
        else:
            super().point_at(point)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """← and → move the line, Home and End go to its ends."""
        split = split_by_key(event, self.split) if self.divided else None
        if split is not None:
            self.set_split(split)
        else:
            super().keyPressEvent(event)
