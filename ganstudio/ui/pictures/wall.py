"""The wall of samples: hover names, click enlarges, right-click copies and saves; all of it by keyboard too."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal, Slot
from PySide6.QtGui import QContextMenuEvent, QHelpEvent, QKeyEvent, QKeySequence, QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QMenu, QToolTip, QWidget

from ganstudio.core.i18n import _
from ganstudio.ui.kit.files import copy_image, save_image
from ganstudio.ui.kit.theme import Theme
from ganstudio.ui.pictures.pane import logical
from ganstudio.ui.pictures.wall_view import WallView
from ganstudio.ui.pictures.zoom import STEPS, SampleZoom


class ImageWall(WallView):
    """Shows real samples, generated ones, or both side by side.

    Signals:
        sample_clicked(index, is_real): a sample was clicked or chosen with Enter (and is now shown large).
    """

    sample_clicked = Signal(int, bool)

    def __init__(self, parent: QWidget | None = None, *, theme: Theme | None = None) -> None:
        super().__init__(parent, theme=theme)
        self._pressed: tuple[str, int] | None = None
        self._zoom = SampleZoom(self, self._theme)
        self._zoom.hide()
        self._zoom.moved.connect(self._follow_zoom)
        self._zoom.closed.connect(self._zoom_closed)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)

    def apply_theme(self, theme: Theme) -> None:
        """Uses the colours of another theme."""
        self._zoom.apply_theme(theme)
        super().apply_theme(theme)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The large sample covers the wall."""
        self._zoom.setGeometry(self.rect())
        super().resizeEvent(event)

    def _panes_changed(self, closed: bool) -> None:
        if closed:
            self._zoom.dismiss()
        else:
            self._zoom.refresh()

    # mouse and keyboard

    def event(self, event: QEvent) -> bool:
        """Names the sample under the mouse; follows a move to a screen of another scale."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            found = self._find(event.pos())
            if found is None:
                QToolTip.hideText()
            else:
                pane = self._panes[found[0]]
                cell = logical(pane.cell(found[1]), self.devicePixelRatioF()).toAlignedRect()
                QToolTip.showText(event.globalPos(), pane.describe(found[1]), self, cell)
            return True
        if event.type() == QEvent.Type.DevicePixelRatioChange:
            self._arrange()
        return super().event(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """A hand over what can be clicked."""
        over = self._find(event.position().toPoint()) is not None
        self.setCursor(Qt.CursorShape.PointingHandCursor if over else Qt.CursorShape.ArrowCursor)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Remembers where a click began."""
        self._pressed = None
        if event.button() == Qt.MouseButton.LeftButton:
            self._pressed = self._find(event.position().toPoint())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Enlarges the sample that was clicked."""
        pressed, self._pressed = self._pressed, None
        if pressed is not None and pressed == self._find(event.position().toPoint()):
            self._enlarge(*pressed)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows move between samples, Home and End jump, Enter enlarges, the copy shortcut copies the picture."""
        side, index = self._focused
        pane = self._panes[side]
        key = event.key()
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy_picture()
        elif not pane.count:
            super().keyPressEvent(event)
        elif key in STEPS:
            self._move(*STEPS[key])
        elif key in (Qt.Key.Key_Home, Qt.Key.Key_End):
            self._focus(side, pane.order[0 if key == Qt.Key.Key_Home else -1])
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self._enlarge(side, index)
        else:
            super().keyPressEvent(event)

    def _move(self, columns: int, rows: int) -> None:
        side, index = self._focused
        target = self._panes[side].neighbour(index, columns, rows)
        sides = self._sides()
        if target == index and len(sides) == 2:
            # Over the edge of one side into the other.
            other = self._panes[sides[1 - sides.index(side)]]
            forward = columns + rows > 0
            if other.count and forward == (side == sides[0]):
                self._focus("real" if other.real else "fake", other.order[0 if forward else -1])
                return
        self._focus(side, target)

    def _focus(self, side: str, index: int) -> None:
        self._focused = (side, index)
        self._describe()
        self.update()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Offers copying, saving, enlarging and sorting."""
        found = self._find(event.pos())
        if event.reason() == QContextMenuEvent.Reason.Keyboard and self._panes[self._focused[0]].count:
            found = self._focused
        menu = self.make_menu(found)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(event.globalPos())

    def make_menu(self, sample: tuple[str, int] | None) -> QMenu:
        """The menu for a sample (``("fake", 12)``), or for the wall as a whole with None."""
        menu = QMenu(self)
        filled = any(self._panes[side].count for side in self._sides())
        if sample is not None:
            side, index = sample
            menu.addAction(_("Enlarge"), lambda: self._enlarge(side, index))
            menu.addAction(_("Copy this sample"), lambda: copy_image(self._panes[side].sample_image(index)))
            menu.addAction(_("Save this sample as PNG…"), lambda: self._save_sample(side, index))
            menu.addSeparator()
        menu.addAction(_("Copy picture"), self.copy_picture).setEnabled(filled)
        menu.addAction(_("Save whole grid as PNG…"), self.save_grid).setEnabled(filled)
        menu.addSeparator()
        by_score = menu.addAction(_("Sort by discriminator score"))
        by_score.setCheckable(True)
        by_score.setChecked(self.is_sorted())
        by_score.setEnabled(any(self._panes[side].scores is not None for side in self._sides()))
        by_score.toggled.connect(self.set_sorted)
        return menu

    @Slot()
    def copy_picture(self) -> None:
        """Puts what is shown on the clipboard."""
        image = self.grid_image()
        if not image.isNull():
            copy_image(image)

    @Slot()
    def save_grid(self) -> None:
        """Asks where and writes what is shown as PNG."""
        save_image(self, self.grid_image(), f"{self._mode}.png")

    def _save_sample(self, side: str, index: int) -> None:
        save_image(self, self._panes[side].sample_image(index), f"{side}-{index:03d}.png")

    # the large sample

    @property
    def zoom(self) -> SampleZoom:
        """The overlay that shows one sample large."""
        return self._zoom

    def _enlarge(self, side: str, index: int) -> None:
        self._focus(side, index)
        self._zoom.setGeometry(self.rect())
        self._zoom.show_sample(self._panes[side], index)
        self.sample_clicked.emit(index, side == "real")

    @Slot(int)
    def _follow_zoom(self, index: int) -> None:
        self._focus(self._focused[0], index)

    @Slot()
    def _zoom_closed(self) -> None:
        self.setFocus(Qt.FocusReason.OtherFocusReason)
        self.update()
