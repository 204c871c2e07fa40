"""One kept direction: its name and what is known of it above a slider."""

from __future__ import annotations

import math

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QColor, QContextMenuEvent, QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QMenu, QWidget

from ganstudio.app.explore import kept_directions
from ganstudio.app.explore.explorer import Explorer
from ganstudio.app.explore.kept_directions import LOCKABLE
from ganstudio.core.i18n import _
from ganstudio.explore.state import Direction
from ganstudio.ui.controls.slider import NumberEntry, ValueSlider
from ganstudio.ui.kit.icons import icon
from ganstudio.ui.kit.parts import ElidedLabel, boxed, label, pop_up, tool_button
from ganstudio.ui.kit.theme import current_theme, theme_hub

REACH = 3.0
ROW_HEIGHT = 56


def _kinds() -> dict[str, tuple[str, str]]:
    """Of every kind of directions what it is called, and what its quality says."""
    told_apart = _("Tells the class from the rest for {share} (50% is chance).")
    return {
        "pca": (_("PCA"), _("{share} of what varies in the activations.")),
        "sefa": (_("SeFa"), _("{share} of what the first layer amplifies.")),
        "class": (_("class mean"), told_apart),
        "boundary": (_("boundary"), told_apart),
        "attribute": (_("attribute"), _("Predicts {share} of how much the attribute varies.")),
        "picks": (_("picks"), ""),
    }


def kind_text(direction: Direction) -> str:
    """How a direction was found and how good it is, in a few words."""
    kind, quality = _kinds().get(direction.kind, (direction.kind, ""))[0], direction.quality
    if not direction.vector.any():
        return _("{kind} · nothing left").format(kind=kind)
    if math.isnan(quality):
        return kind
    return f"{kind} · R² {quality:.2f}" if direction.kind == "attribute" else f"{kind} · {quality:.0%}"


def quality_text(direction: Direction) -> str:
    """The same in a sentence."""
    if not direction.vector.any():
        return _("Nothing of it is left beside the locked attributes.")
    sentence = _kinds().get(direction.kind, ("", ""))[1]
    if math.isnan(direction.quality) or not sentence:
        return _("Nobody has measured how good it is.")
    return sentence.format(share=f"{direction.quality:.0%}")


class DirectionRow(QWidget):
    """A row: goes along its direction, locks and renames it.

    Attributes:
        name: of the direction.
        chosen: it is the one whose strip is unfolded.

    Signals:
        selected: a person came to it, by mouse or by keyboard.
        remove_wanted: it is to be kept no longer.
        step_wanted: Up or Down was pressed; carries −1 or 1.
    """

    selected = Signal()
    remove_wanted = Signal()
    step_wanted = Signal(int)

    def __init__(self, explorer: Explorer) -> None:
        super().__init__()
        self._explorer = explorer
        self.name, self.chosen = "", False
        self._entry: NumberEntry | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.title = ElidedLabel()
        self.title.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.known = label("", "small")
        self.lock = tool_button("unlock", _("Lock"), checkable=True, side=24)
        self.lock.clicked.connect(self.set_locked)
        self.slider = ValueSlider("", -REACH, REACH, 0.0, title_width=-1, allowed=(-100.0, 100.0))
        self.slider.moved.connect(self.go)
        top = boxed(self.title, self.known, self.lock, across=True, gap=8, stretch=self.title)
        boxed(top, self.slider, margins=(8, 2, 4, 2), into=self, stretch=top)
        self.setFixedHeight(ROW_HEIGHT)
        for inside in (self.lock, self.slider):
            inside.installEventFilter(self)
        theme_hub.changed.connect(self.update)

    def show_direction(self, name: str, direction: Direction) -> None:
        """Shows a direction; the slider is set by whoever knows how far one has gone."""
        if self.name != name:
            self._typed("left")
            self.name = name
            self.title.setText(name)
            self.slider.name = name
            self.slider.setAccessibleName(_("{name}: strength").format(name=name))
        self.known.setText(kind_text(direction))
        self.known.setToolTip(quality_text(direction))
        self.slider.help = quality_text(direction)
        self.lock.setVisible(direction.kind == LOCKABLE)
        self.lock.setChecked(direction.locked)
        self.lock.setIcon(icon("lock" if direction.locked else "unlock", "accent" if direction.locked else "text"))
        self.lock.setAccessibleName(_("Lock {name}").format(name=name))
        self.lock.setToolTip(
            _("Locked: going along other attributes changes nothing along this one. Click to unlock")
            if direction.locked
            else _("Lock: other attributes then change nothing along this one")
        )
        self.setAccessibleName(_("Direction {name}, {kind}").format(name=name, kind=self.known.text()))

    def set_chosen(self, chosen: bool) -> None:
        """Shows whether it is the one whose strip is unfolded."""
        if chosen != self.chosen:
            self.chosen = chosen
            self.update()

    # -- what can be done -------------------------------------------------------------------------------------------

    def go(self, strength: float) -> None:
        """Goes so far along it."""
        kept_directions.set_strength(self._explorer, self.name, strength)

    def set_locked(self, locked: bool) -> None:
        """Keeps all other attributes from moving along this one."""
        kept_directions.lock(self._explorer, self.name, locked)

    def rename(self, name: str) -> None:
        """Calls it something else."""
        kept_directions.rename(self._explorer, self.name, name)

    def make_menu(self) -> QMenu:
        """What can be done with it."""
        menu, kept = QMenu(self), self._explorer.kept.directions
        menu.addAction(_("Rename…"), self.edit_name)
        menu.addAction(_("Reset"), lambda: self.go(0.0))
        if kept[self.name].kind == LOCKABLE:
            locked = menu.addAction(_("Lock against the other attributes"))
            locked.setCheckable(True)
            locked.setChecked(kept[self.name].locked)
            locked.triggered.connect(self.set_locked)
        menu.addSeparator()
        menu.addAction(_("Remove"), self.remove_wanted.emit)
        menu.addAction(_("Remove all"), lambda: kept_directions.remove(self._explorer, list(kept)))
        return menu

    # -- its name ---------------------------------------------------------------------------------------------------

    def edit_name(self) -> None:
        """Lets the name be typed over; Enter takes it, Escape leaves it as it was."""
        if self._entry is not None:
            return
        entry = self._entry = NumberEntry(self)
        entry.setAlignment(Qt.AlignmentFlag.AlignLeft)
        entry.setMaxLength(80)
        entry.setAccessibleName(_("New name"))
        entry.setToolTip(_("Enter takes it, Escape leaves it as it was"))
        entry.setText(self.title.text())
        entry.setGeometry(4, 2, self.width() - 8, 28)
        entry.selectAll()
        entry.done.connect(self._typed)
        entry.show()
        entry.setFocus(Qt.FocusReason.OtherFocusReason)

    def _typed(self, how: str) -> None:
        entry, self._entry = self._entry, None
        if entry is None:
            return
        if entry.hasFocus():
            self.setFocus(Qt.FocusReason.OtherFocusReason)
        entry.hide()
        entry.deleteLater()
        if how != "left":
            self.rename(entry.text())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """A slider or lock that gets the keyboard chooses its row."""
        if event.type() == QEvent.Type.FocusIn:
            self.selected.emit()
        return False

    # -- hands ------------------------------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Chooses the row."""
        self.selected.emit()
        super().mousePressEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Renames, on the upper line."""
        if event.button() == Qt.MouseButton.LeftButton and event.position().y() < self.slider.y():
            self.edit_name()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """F2 renames, Delete removes, Enter goes to the slider, Up and Down to the other rows."""
        match event.key():
            case Qt.Key.Key_F2:
                self.edit_name()
            case Qt.Key.Key_Delete:
                self.remove_wanted.emit()
            case Qt.Key.Key_Return | Qt.Key.Key_Enter:
                self.slider.setFocus(Qt.FocusReason.OtherFocusReason)
            case Qt.Key.Key_Up | Qt.Key.Key_Down as key:
                self.step_wanted.emit(-1 if key == Qt.Key.Key_Up else 1)
            case _:
                super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Offers what can be done with it."""
        self.selected.emit()
        keyboard = event.reason() == QContextMenuEvent.Reason.Keyboard
        below = self.mapToGlobal(self.title.geometry().bottomLeft())
        pop_up(self.make_menu(), below if keyboard else event.globalPos())

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Coming by keyboard chooses it."""
        super().focusInEvent(event)
        if event.reason() != Qt.FocusReason.ActiveWindowFocusReason:
            self.selected.emit()

    def paintEvent(self, event: QPaintEvent) -> None:
        """The ground and the edge of the one that is chosen, and the ring of the keyboard."""
        theme, painter = current_theme(), QPainter(self)
        if self.chosen:
            painter.fillRect(self.rect(), QColor(theme.mix("selected", "window", 0.45)))
            painter.fillRect(0, 0, 2, self.height(), QColor(theme.accent))
        if self.hasFocus():
            painter.setPen(QColor(theme.focus))
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
        painter.end()
