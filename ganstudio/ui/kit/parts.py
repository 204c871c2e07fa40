"""Small pieces that every panel uses: labels, buttons, lines to type in, layouts and splitters, segmented choices."""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from typing import Literal, TypeVar

from PySide6.QtCore import QByteArray, QPoint, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeySequence, QPainter, QPaintEvent, QShortcut, QWheelEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractScrollArea,
    QAbstractSpinBox,
    QBoxLayout,
    QButtonGroup,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLayout,
    QLineEdit,
    QMenu,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QSpinBox,
    QSplitter,
    QStackedWidget,
    QTableView,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from ganstudio.core.i18n import _
from ganstudio.ui.kit.icons import SIZE, icon
from ganstudio.ui.kit.menus import MarkKeys
from ganstudio.ui.kit.style import set_look
from ganstudio.ui.kit.theme import current_theme
from ganstudio.ui.kit.tips import plain
from ganstudio.ui.kit.word_button import WordButton

_Button = TypeVar("_Button", bound=QAbstractButton)
_Widget = TypeVar("_Widget", bound=QWidget)
Role = Literal["title", "strong", "muted", "small", "error", "warning", "problem", ""]


def label(text: str, role: Role = "", wrap: bool = False, parent: QWidget | None = None) -> QLabel:
    """A label in one of the fixed looks; its text is never taken for HTML."""
    made = QLabel(text, parent)
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setWordWrap(wrap)
    if role:
        set_look(made, role=role)
    return made


def say(words: QLabel, text: str) -> None:
    """Gives a label its text; without any it goes, and leaves its room."""
    words.setText(text)
    words.setVisible(bool(text))


class ElidedLabel(QLabel):
    """One line that ends in … where there is no room; the whole text is the tooltip then, unless it has one."""

    def __init__(self, text: str = "", role: Role = "", parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.setMinimumWidth(24)
        self._whole = ""
        self._marked: Sequence[str] = ()
        if role:
            set_look(self, role=role)

    def mark(self, words: Sequence[str]) -> None:
        """Lays a colour behind these words (lower case), where they occur."""
        self._marked = words
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draws as much of the text as there is room for."""
        text = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, self.width())
        if self.toolTip() == self._whole:
            self._whole = plain(self.text()) if text != self.text() else ""
            self.setToolTip(self._whole)
        painter, wide = QPainter(self), self.fontMetrics().horizontalAdvance
        for word in self._marked:
            if (at := text.casefold().find(word)) >= 0:
                left, right = wide(text[:at]), wide(text[: at + len(word)])
                painter.fillRect(left, 2, right - left, self.height() - 4, QColor(current_theme().selected))
        painter.drawText(self.rect(), int(self.alignment()) | Qt.TextFlag.TextSingleLine, text)


def line(horizontal: bool = True, parent: QWidget | None = None) -> QFrame:
    """A hairline."""
    made = QFrame(parent)
    set_look(made, line="horizontal" if horizontal else "vertical")
    return made


def keeping_room(widget: _Widget) -> _Widget:
    """Hidden, it keeps its room, so that nothing beside it moves when it comes and goes."""
    policy = widget.sizePolicy()
    policy.setRetainSizeWhenHidden(True)
    widget.setSizePolicy(policy)
    return widget


def tool_button(
    icon_name: str, name: str, tooltip: str = "", checkable: bool = False, *,
    clicked: Callable[[], object] | None = None, side: int = 0, on: str = "",
) -> QToolButton:  # fmt: skip
    """A flat button with an icon.

    Args:
        icon_name: one of the icons.
        name: what it does, in words: the accessible name.
        tooltip: more about it; the name where empty.
        checkable: stays pressed.
        clicked: called when it is pressed.
        side: of a square button in pixels, with a smaller icon where it is small; 0: as the style wants it.
        on: the icon's colour while it is checked, see :func:`~ganstudio.ui.kit.icons.icon`.
    """
    made = QToolButton()
    made.setIcon(icon(icon_name, on=on))
    art = min(SIZE, side - 8) if side else SIZE
    made.setIconSize(QSize(art, art))
    made.setCheckable(checkable)
    made.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    if side:
        made.setFixedSize(side, side)
    return _named(made, name, tooltip or name, clicked)


def push_button(
    text: str, icon_name: str = "", tooltip: str = "", *, clicked: Callable[[], object] | None = None,
    menu: Callable[[QMenu], object] | None = None, **look: object,
) -> QPushButton:  # fmt: skip
    """A button with words.

    Args:
        text: what it does; also the accessible name.
        icon_name: one of the icons, before the words; none where empty.
        tooltip: more about it.
        clicked: called when it is pressed.
        menu: fills the menu that it opens instead, each time it is opened.
        **look: properties of the style sheet: ``primary=True``, ``quiet=True``, ``danger=True``.
    """
    made = WordButton(text)
    if icon_name:
        made.setIcon(icon(icon_name, "accent_text" if look.get("primary") else "text"))
    if menu is not None:
        made.setMenu(filled_menu(made, menu))
    if look:
        set_look(made, **look)
    return _named(made, text, tooltip, clicked)


def entry(
    hint: str, tooltip: str, name: str = "", *, text: str = "", changed: Callable[[str], object] | None = None,
    longest: int = 0, clear: bool = False,
) -> QLineEdit:  # fmt: skip
    """A line to type in.

    Args:
        hint: seen while it is empty.
        tooltip: more about it.
        name: the accessible name; the hint where empty.
        text: to begin with.
        changed: told the text whenever it is another.
        longest: so many signs at most; 0: as many as one likes.
        clear: with a button that empties it, as a search has; so does Escape.
    """
    made = QLineEdit(text)
    made.setPlaceholderText(hint)
    made.setToolTip(tooltip)
    made.setAccessibleName(name or hint)
    made.setClearButtonEnabled(clear)
    if longest:
        made.setMaxLength(longest)
    if clear:
        escape = QShortcut(QKeySequence(Qt.Key.Key_Escape), made, made.clear)
        escape.setContext(Qt.ShortcutContext.WidgetShortcut)
        escape.setEnabled(bool(text))  # an empty line leaves the key to what it is in
        made.textChanged.connect(lambda text: escape.setEnabled(bool(text)))
    if changed is not None:
        made.textChanged.connect(changed)
    return made


def filled_menu(parent: QWidget, fill: Callable[[QMenu], object]) -> QMenu:
    """A menu that ``fill`` fills anew each time it is opened."""
    menu = QMenu(parent)
    menu.setToolTipsVisible(True)
    MarkKeys(menu)
    menu.aboutToShow.connect(menu.clear)
    menu.aboutToShow.connect(lambda: fill(menu))
    return menu


def pop_up(menu: QMenu, point: QPoint) -> None:
    """Shows a menu at a global point, and takes it away once it closes; an empty one at once."""
    if menu.isEmpty():
        menu.deleteLater()
    else:
        menu.aboutToHide.connect(menu.deleteLater)
        MarkKeys(menu)
        menu.popup(point)


def _named(button: _Button, name: str, tooltip: str, clicked: Callable[[], object] | None) -> _Button:
    button.setAccessibleName(name)
    button.setToolTip(tooltip)
    if clicked is not None:
        button.clicked.connect(lambda _checked=False: clicked())
    return button


def boxed(
    *parts: QWidget | QLayout | int | None, across: bool = False, margins: tuple[int, int, int, int] = (0, 0, 0, 0),
    gap: int = 0, into: QWidget | None = None, stretch: QWidget | QLayout | None = None,
) -> QBoxLayout:  # fmt: skip
    """A column (or a row, ``across``) of widgets and layouts.

    Args:
        *parts: in order; a number is so many empty pixels, None takes what room is left.
        across: beside each other, not below.
        margins: left, top, right, bottom.
        gap: pixels between them.
        into: the widget whose layout it becomes.
        stretch: the part that takes what room is left.
    """
    box = QHBoxLayout() if across else QVBoxLayout()
    box.setContentsMargins(*margins)
    box.setSpacing(gap)
    for part in parts:
        if part is None:
            box.addStretch(1)
        elif isinstance(part, int):
            box.addSpacing(part)
        elif isinstance(part, QLayout):
            box.addLayout(part, int(part is stretch))
        else:
            box.addWidget(part, int(part is stretch))
    if into is not None:  # last: PySide takes hold of all items of what comes into a layout that has a widget
        into.setLayout(box)
    return box


def scrolled(content: QWidget | None = None) -> QScrollArea:
    """A place without a frame in which what is higher than it scrolls up and down; Tab passes it by."""
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    if content is not None:
        area.setWidget(content)
    return area


def wheel_zooms(widget: QWidget, event: QWheelEvent) -> bool:
    """Whether a turn of the wheel is for a picture or a plane: the wheel scrolls what scrolls, Ctrl+wheel zooms.

    Where nothing around it scrolls, the wheel zooms by itself.
    """
    if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
        return True
    around = widget.parentWidget()
    while around is not None:
        if isinstance(around, QAbstractScrollArea) and around.verticalScrollBar().maximum() > 0:
            return False
        around = None if around.isWindow() else around.parentWidget()
    return True


def stacked(*pages: QWidget) -> QStackedWidget:
    """Pages of which one is seen; the first one at first."""
    made = QStackedWidget()
    for page in pages:
        made.addWidget(page)
    return made


def split(*parts: QWidget, stretch: Sequence[int], down: bool = False, sizes: Sequence[int] = ()) -> QSplitter:
    """Parts that a person can make larger at their neighbours' cost, none smaller than it can be.

    Args:
        *parts: from left to right.
        stretch: how much of new room each takes.
        down: from top to bottom instead.
        sizes: pixels of each at first, in proportion.
    """
    made = QSplitter(Qt.Orientation.Vertical if down else Qt.Orientation.Horizontal)
    made.setChildrenCollapsible(False)
    for index, (part, share) in enumerate(zip(parts, stretch, strict=True)):
        made.addWidget(part)
        made.setStretchFactor(index, share)
    if sizes:
        made.setSizes(list(sizes))
    return made


def state_of(splitter: QSplitter) -> str:
    """A splitter's sizes as base64."""
    return base64.b64encode(splitter.saveState().data()).decode()


def restore_splitter(splitter: QSplitter, blob: str) -> bool:
    """The inverse of :func:`state_of`; False where the text says nothing a splitter understands."""
    try:
        return bool(blob) and splitter.restoreState(QByteArray(base64.b64decode(blob)))
    except ValueError:
        return False


def set_up_rows(table: QTableView, height: int, name: str, keys: str, about: str) -> None:
    """Whole rows are chosen, nothing but their texts is drawn, Tab leaves them.

    Args:
        table: is set up.
        height: of a row.
        name: the accessible name.
        keys: what they do; the tooltip.
        about: the accessible description.
    """
    table.setAccessibleName(name)
    table.setToolTip(keys)
    table.setAccessibleDescription(about)
    table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    table.setShowGrid(False)
    table.setTabKeyNavigation(False)
    table.setWordWrap(False)
    table.verticalHeader().hide()
    table.verticalHeader().setDefaultSectionSize(height)
    table.horizontalHeader().setHighlightSections(False)


class FoldButton(QToolButton):
    """A heading one can fold: an arrow and words; checked means open.

    Args:
        text: the heading.
        opened: how it begins.
        quiet: small and muted: beside other things, not above them.
    """

    def __init__(self, text: str, *, opened: bool = True, quiet: bool = False) -> None:
        super().__init__()
        self.setText(text)
        self.setCheckable(True)
        self.setChecked(opened)
        self.setIconSize(QSize(14, 14))
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        set_look(self, fold="quiet" if quiet else "heading")
        self.toggled.connect(self._turn)
        self._turn(opened)

    def _turn(self, opened: bool) -> None:
        self.setIcon(icon("chevron-down" if opened else "chevron-right", "text_muted"))
        self.setToolTip(_("Fold away") if opened else _("Unfold"))


class LinkButton(QToolButton):
    """A secondary action that looks like a link and behaves like a button; ``flush``: it begins where words above do."""

    def __init__(self, text: str, flush: bool = False) -> None:
        super().__init__()
        self.setText(text)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        set_look(self, link=True)
        if flush:
            self.setStyleSheet("QToolButton { padding: 2px 0; }")


def pad_spin_box(box: QAbstractSpinBox) -> None:
    """Sets a spin box's number in from its edge as a line edit's text is; style sheets cannot (Qt 6.11)."""
    inside = box.findChild(QLineEdit)
    if inside is not None:
        inside.setTextMargins(6, 0, 0, 0)


class Quiet:
    """What the wheel passes by, so that the page scrolls, unless it has the focus; named before the kind of widget."""

    def wheelEvent(self, event: QWheelEvent) -> None:
        """For the page where the widget is not being used."""
        if self.hasFocus():  # type: ignore[attr-defined]
            super().wheelEvent(event)  # type: ignore[misc]
        else:
            event.ignore()


class QuietSpinBox(Quiet, QSpinBox):
    """A whole number; the wheel passes by unless the box has the focus.

    Args:
        name: the accessible name.
        low: the least.
        high: the greatest.
        value: at first.
    """

    def __init__(self, name: str, low: int, high: int, value: int) -> None:
        super().__init__()
        self.setRange(low, high)
        self.setValue(value)
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        pad_spin_box(self)


def one_stop(button: QAbstractButton, chosen: bool) -> None:
    """Of a group: Tab comes to the chosen one only; arrow keys go to the others."""
    button.setFocusPolicy(Qt.FocusPolicy.StrongFocus if chosen else Qt.FocusPolicy.ClickFocus)


class Segmented(QFrame):
    """One of a few choices, all visible; arrow keys move between them.

    Args:
        choices: ``(key, text)`` or ``(key, text, tooltip)``.
        name: what is chosen here: the accessible name.
        close: where there is little room.
    """

    chosen = Signal(str)
    """A person chose another one; carries its key."""

    def __init__(self, choices: Sequence[Sequence[str]], name: str, *, close: bool = False) -> None:
        super().__init__()
        self.setAccessibleName(name)
        set_look(self, segmented=True)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self._group = QButtonGroup(self)
        self._buttons: dict[str, QPushButton] = {}
        for key, text, *rest in choices:
            tip = rest[0] if rest else f"{name}: {text}"
            button = self._buttons[key] = push_button(text, "", tip, segment=True, close=close)
            button.setCheckable(True)
            button.setAccessibleName(f"{name}: {text}")
            button.clicked.connect(lambda _checked=False, key=key: self.chosen.emit(key))
            self._group.addButton(button)
        boxed(*self._buttons.values(), into=self, across=True, margins=(2, 2, 2, 2))
        self._group.buttonToggled.connect(one_stop)
        for button in self._buttons.values():
            one_stop(button, False)
        next(iter(self._buttons.values())).setChecked(True)

    @property
    def value(self) -> str:
        """The key of the present choice; empty for none."""
        return next((key for key, button in self._buttons.items() if button.isChecked()), "")

    def set_value(self, key: str) -> None:
        """Chooses without telling anybody; none of them where ``key`` is empty."""
        self._group.setExclusive(bool(key))
        for name, button in self._buttons.items():
            button.setChecked(name == key)
        if not key:  # the Tab key still comes here
            next(iter(self._buttons.values())).setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def set_shown(self, key: str, shown: bool) -> None:
        """Offers one choice, or not."""
        self._buttons[key].setVisible(shown)

    def set_enabled(self, key: str, enabled: bool) -> None:
        """Greys one choice out."""
        self._buttons[key].setEnabled(enabled)
