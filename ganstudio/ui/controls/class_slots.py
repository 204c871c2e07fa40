"""Places for the pictures of a class: opened, dropped, pasted, or taken from the data of the run."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QDragEnterEvent,
    QDropEvent,
    QGuiApplication,
    QImage,
    QKeyEvent,
    QKeySequence,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QAbstractButton, QMenu, QWidget

from ganstudio.app.generators.run_data import ClassShelf, Pictures, Source
from ganstudio.core.controls import ClassImages
from ganstudio.core.i18n import _
from ganstudio.explore.files import to_pixels
from ganstudio.explore.state import ExploreState
from ganstudio.ui.controls.editing import Editing
from ganstudio.ui.controls.section import Section, heading_of
from ganstudio.ui.kit.files import ask_picture, is_for_a_page, local_path, picture_in, tell_left
from ganstudio.ui.kit.flow import FlowLayout
from ganstudio.ui.kit.painted import draw_focus_ring, to_image
from ganstudio.ui.kit.parts import push_button
from ganstudio.ui.kit.theme import current_theme, theme_hub
from ganstudio.ui.kit.words import as_entry

SIDE, GAP = 56, 4


class Slot(QAbstractButton):
    """One place: a click opens a picture, what is dropped or pasted comes here, Delete empties it.

    Args:
        number: from 0.
        take: called with this number and what was dropped, pasted or chosen.
        clear: called with this number.
    """

    def __init__(
        self, number: int, take: Callable[[int, Sequence[Source]], object], clear: Callable[[int], object]
    ) -> None:
        super().__init__()
        self._number, self._take, self._clear = number, take, clear
        self.setFixedSize(SIDE, SIDE)
        self.setAcceptDrops(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        tip = _("Picture {number} of the class: click to open one, drop or paste one here; Delete takes it away")
        self.setToolTip(tip.format(number=number + 1))
        self.clicked.connect(self._open)
        theme_hub.changed.connect(self.update)
        self.show_image(QImage())

    def show_image(self, image: QImage) -> None:
        """Shows a picture, or that there is none."""
        self.image = image
        state = _("empty") if image.isNull() else _("a picture")
        self.setAccessibleName(_("Picture {number}: {state}").format(number=self._number + 1, state=state))
        self.update()

    def sizeHint(self) -> QSize:
        """A small square."""
        return QSize(SIDE, SIDE)

    def paintEvent(self, event: QPaintEvent) -> None:
        """The picture, or a plus on its ground; the focus ring."""
        theme, painter = current_theme(), QPainter(self)
        painter.fillRect(self.rect(), QColor(theme.hover if self.image.isNull() else theme.picture_grey))
        if self.image.isNull():
            painter.setPen(QPen(QColor(theme.text_muted), 1.5))
            middle = QPointF(SIDE / 2, SIDE / 2)
            painter.drawLine(middle - QPointF(8, 0), middle + QPointF(8, 0))
            painter.drawLine(middle - QPointF(0, 8), middle + QPointF(0, 8))
        else:
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, self.image.width() > SIDE)
            painter.drawImage(QRectF(self.rect()), self.image)
        if self.hasFocus():
            draw_focus_ring(painter, self.rect(), theme)
        painter.end()

    def _open(self) -> None:
        chosen = ask_picture(self.window(), _("Open a picture"))
        if chosen is not None:
            self._take(self._number, [chosen])

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Paste, and Delete."""
        if event.matches(QKeySequence.StandardKey.Paste):
            found = picture_in(QGuiApplication.clipboard().mimeData())
            if found is not None:
                self._take(self._number, [found])
        elif event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self._clear(self._number)
        else:
            super().keyPressEvent(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Pictures are welcome."""
        if event.mimeData().hasImage() or any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Takes them: several fill the places from here on."""
        paths = [local_path(url) for url in event.mimeData().urls() if url.isLocalFile()]
        found: list[Path | bytes] = [path for path in paths if is_for_a_page(path)]
        if not found and (one := picture_in(event.mimeData())) is not None:
            found = [one]
        if found:
            event.acceptProposedAction()
            self._take(self._number, found)


class ClassSlots(Section):
    """The pictures of a class that the generator is to draw more of: places for them, and the classes of the run's data."""

    def __init__(self, control: ClassImages, editing: Editing) -> None:
        super().__init__(heading_of(control.name), editing, control.name)
        self._control, self._shelf = control, ClassShelf(editing.driven)
        self._shown: Pictures | None = None
        self.slots = [Slot(number, self.take, self.clear) for number in range(control.k)]
        tip = _("Takes some pictures of a class out of the data of this run; others each time")
        self.from_class = push_button(_("From a class"), "", tip, menu=self._offer, quiet=True)
        places = QWidget()
        flow = FlowLayout(places, GAP, GAP)
        for slot in self.slots:
            flow.addWidget(slot)
        self.column.addWidget(places)
        self.column.addWidget(self.from_class, 0, Qt.AlignmentFlag.AlignLeft)

    def _offer(self, menu: QMenu) -> None:
        for index, name in enumerate(self._shelf.classes):
            menu.addAction(as_entry(_(name)), partial(self._shelf.take, self._control, index, self._give))

    def _give(self, value: Pictures) -> None:
        state = self.editing.state
        if state is not None:
            given = state.moved(self.name, value).with_(seed=state.seed)  # a new seed leaves them as they are
            self.editing.edit(given, _("Pictures of a class"))

    def refresh(self, state: ExploreState) -> None:
        """Shows the pictures; plain grey ones are none."""
        value = state.position[self.name]
        self.from_class.setVisible(bool(self._shelf.classes))
        if value is self._shown:
            return
        self._shown = value
        for slot, picture, pixels in zip(self.slots, value, to_pixels(value), strict=True):
            slot.show_image(to_image(pixels) if picture.any() else QImage())

    def take(self, number: int, sources: Sequence[Source]) -> None:
        """Reads pictures into the places from this one on; the first ones ever fill all of them."""
        if not sources:
            return

        def put(found: list[Pictures]) -> None:
            now = self.editing.value(self.name)
            if now is None:
                return
            value = now.copy()
            places = range(len(value)) if not value.any() else range(number, number + len(found))
            for step, place in enumerate(places):
                value[place % len(value)] = found[step % len(found)]
            self._give(value)

        taken = sources[: self._control.k]
        tell_left([source.name for source in taken if isinstance(source, Path)], len(sources) - len(taken))
        self._shelf.read(self._control, taken, put)

    def clear(self, number: int) -> None:
        """Empties a place."""
        now = self.editing.value(self.name)
        if now is not None and now[number].any():
            value = now.copy()
            value[number] = 0
            self._give(value)
