"""What a panel shows instead of its content: a problem in words, or what will be here."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFrame, QLabel, QPlainTextEdit, QPushButton, QWidget

from ganstudio.app.notifications import Level
from ganstudio.core.errors import StudioError
from ganstudio.core.i18n import _
from ganstudio.ui.kit.icons import icon_pixmap
from ganstudio.ui.kit.motion import reveal
from ganstudio.ui.kit.parts import boxed, label, push_button, say, tool_button
from ganstudio.ui.kit.style import set_look
from ganstudio.ui.kit.theme import mono_font, theme_hub

COLOURS: dict[Level, str] = {"info": "accent", "warning": "warning", "error": "error"}
"""Of the icon that has the name of the level."""

Run = Callable[[], object] | None
"""What the button of a message does, if there is one."""


class IconLabel(QLabel):
    """An icon that is not a button, in a colour of the theme."""

    def __init__(self, name: str, size: int = 20, colour: str = "text") -> None:
        super().__init__()
        self._name, self._size, self._colour = name, size, colour
        self.setFixedSize(size, size)
        self._draw()
        theme_hub.changed.connect(self._draw)

    def set_icon(self, name: str, colour: str) -> None:
        """Shows another icon."""
        self._name, self._colour = name, colour
        self._draw()

    def _draw(self, _theme: object = None) -> None:
        self.setPixmap(icon_pixmap(self._name, self._size, self._colour, self.devicePixelRatioF()))

    def event(self, event: QEvent) -> bool:
        """Draws anew on a screen with another scale."""
        if event.type() == QEvent.Type.DevicePixelRatioChange:
            self._draw()
        return super().event(event)


class MessageBody(QFrame):
    """Icon, sentence, what to do, buttons and details that fold out; the inside of banners and toasts."""

    close_clicked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._run: Run = None
        self._icon = IconLabel("info")
        self._text, self._hint = label("", wrap=True), label("", "muted", wrap=True)
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._details = QPlainTextEdit()
        self._details.setReadOnly(True)
        self._details.setFont(mono_font())
        self._details.setMaximumHeight(140)
        self._details.setAccessibleName(_("Details"))
        self._details.setToolTip(_("Technical details, to copy into a report"))
        set_look(self._details, details=True)
        self._action = push_button(_("Action"), "", _("Action"), clicked=lambda: self._run and self._run())
        self._fold = push_button(_("Details"), "", _("Show or hide the technical details"), quiet=True)
        self._fold.setCheckable(True)
        self._fold.toggled.connect(lambda shown: reveal(self._details, shown))
        words = _("Copy the message and its details")
        self._copy = push_button(_("Copy"), "", words, clicked=self._copy_all, quiet=True)
        self.close_button = tool_button("close", _("Close this message"), clicked=self.close_clicked.emit)
        left = boxed(self._icon, None, margins=(0, 4, 0, 0))
        # The first line is level with the middle of the close button.
        text = boxed(self._text, self._hint, None, margins=(0, 6, 0, 0), gap=2)
        top = boxed(left, text, across=True, gap=8, stretch=text)
        top.addWidget(self.close_button, 0, Qt.AlignmentFlag.AlignTop)
        self._buttons = QWidget()
        self._row = boxed(self._action, self._fold, self._copy, None, into=self._buttons, across=True, gap=4)
        boxed(top, self._buttons, self._details, into=self, margins=(12, 8, 8, 8), gap=6)

    def show_message(self, level: Level, text: str, hint: str, details: str, action: str, run: Run) -> None:
        """Fills everything in; parts without content are not there."""
        self._icon.set_icon(level, COLOURS[level])
        self._icon.setAccessibleName({"info": _("Information"), "warning": _("Warning"), "error": _("Error")}[level])
        self._text.setText(text)
        say(self._hint, hint)
        self._run = run
        self._action.setText(action)
        self._action.setAccessibleName(action or _("Action"))
        self._action.setToolTip(action or _("Action"))
        offered = bool(action and run)
        self._action.setVisible(offered)
        self._details.setPlainText(details)
        self._fold.setChecked(False)
        self._details.setVisible(False)
        for widget in (self._fold, self._copy):
            widget.setVisible(bool(details))
        # text under text: a button without a frame stands its padding further left
        self._row.setContentsMargins(28 if offered else 20, 0, 0, 0)
        self._buttons.setVisible(bool(details) or offered)

    @property
    def text(self) -> str:
        """The sentence shown; empty for none."""
        return self._text.text()

    def _copy_all(self) -> None:
        parts = (self._text.text(), self._hint.text(), self._details.toPlainText())
        QGuiApplication.clipboard().setText("\n".join(part for part in parts if part))


class ErrorBanner(MessageBody):
    """A problem, where it belongs: above the content of a panel. Hidden until there is one."""

    closed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("banner")
        self.close_clicked.connect(self.clear)
        self.hide()

    def show_error(
        self,
        error: StudioError | str,
        hint: str = "",
        details: str = "",
        action: str = "",
        run: Run = None,
        level: Level = "error",
    ) -> None:
        """Shows a problem in place of the one before.

        Args:
            error: the error, or its sentence.
            hint: what to do, where the sentence does not say it.
            details: to fold out and copy; an error's own where empty.
            action: label of a button that mends it.
            run: what the button does.
            level: ``"warning"`` for something that does not stop the work.
        """
        details = details or getattr(error, "details", "")
        self.show_message(level, str(error), hint, details, action, run)
        self.setAccessibleName(str(error))
        self.show()

    def clear(self) -> None:
        """Takes the problem away."""
        if not self.isHidden():
            self.hide()
            self.closed.emit()


class EmptyState(QWidget):
    """Says what will be here and offers the button that fills it.

    Args:
        icon_name: one of the icons.
        title: what will be here.
        text: one or two sentences more.
        button: label of the button; empty for none. Clicking it emits ``clicked``.
    """

    clicked = Signal()

    def __init__(self, icon_name: str, title: str, text: str = "", button: str = "") -> None:
        super().__init__()
        picture = IconLabel(icon_name, 40, "text_muted")
        column = self._column = boxed(None, margins=(24, 24, 24, 24), gap=8)
        column.setStretch(0, 2)
        column.addWidget(picture, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addSpacing(4)
        heading, more = label(title, "title", wrap=True), label(text, "muted", wrap=True)
        for words in (heading, more) if text else (heading,):
            words.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            words.setMinimumWidth(160)
            words.setMaximumWidth(440)
            # Stretches beside it, so that a wrapped label still gets its height from its width.
            row = boxed(None, words, None, across=True)
            row.setStretchFactor(words, 1000)
            column.addLayout(row)
        self.button: QPushButton | None = None
        if button:
            self.button = push_button(button, "", text or button, clicked=self.clicked.emit, primary=True)
            column.addSpacing(8)
            column.addWidget(self.button, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(3)
        self.setLayout(column)

    def add_links(self, *links: QWidget) -> None:
        """Other ways, beside each other below the button."""
        row = QWidget()
        boxed(None, *links, None, across=True, gap=6, into=row)
        self._column.insertWidget(self._column.count() - 1, row)
