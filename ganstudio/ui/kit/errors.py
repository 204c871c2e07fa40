"""What a panel shows instead of its content: a problem in words, or what will be here."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget

from ganstudio.app.notifications import Level
from ganstudio.core.errors import StudioError
from ganstudio.core.i18n import _
from ganstudio.ui.kit.icons import icon_pixmap
from ganstudio.ui.kit.motion import reveal
from ganstudio.ui.kit.parts import label, tool_button
from ganstudio.ui.kit.style import set_look
from ganstudio.ui.kit.theme import mono_font, theme_hub

LEVEL_ICONS: dict[Level, tuple[str, str]] = {
    "info": ("info", "accent"),
    "warning": ("warning", "warning"),
    "error": ("error", "error"),
}


class IconLabel(QLabel):
    """An icon that is not a button, in a colour of the theme."""

    def __init__(self, name: str, size: int = 20, colour: str = "text", parent: QWidget | None = None) -> None:
        super().__init__(parent)
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


class MessageBody(QWidget):
    """Icon, sentence, what to do, buttons and details that fold out; the inside of banners and toasts."""

    close_clicked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._run: Callable[[], object] | None = None
        self._icon = IconLabel("info")
        self._text = label("", wrap=True)
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._hint = label("", "muted", wrap=True)
        self._action = QPushButton()
        self._action.setAccessibleName(_("Action"))
        self._action.setToolTip(_("Action"))
        self._action.clicked.connect(self._act)
        self._fold = QPushButton(_("Details"))
        self._fold.setCheckable(True)
        self._fold.setToolTip(_("Show or hide the technical details"))
        self._fold.toggled.connect(self._toggle)
        self._copy = QPushButton(_("Copy"))
        self._copy.setToolTip(_("Copy the message and its details"))
        self._copy.clicked.connect(self._copy_all)
        for button in (self._fold, self._copy):
            button.setAccessibleName(button.text())
            set_look(button, quiet=True)
        self.close_button = tool_button("close", _("Close this message"))
        self.close_button.clicked.connect(self.close_clicked)
        self._details = QPlainTextEdit()
        self._details.setReadOnly(True)
        self._details.setFont(mono_font())
        self._details.setMaximumHeight(140)
        self._details.setAccessibleName(_("Details"))
        self._details.setToolTip(_("Technical details, to copy into a report"))
        set_look(self._details, details=True)
        self._lay_out()

    def _lay_out(self) -> None:
        words = QVBoxLayout()
        words.setContentsMargins(0, 6, 0, 0)  # first line level with the middle of the close button
        words.setSpacing(2)
        words.addWidget(self._text)
        words.addWidget(self._hint)
        words.addStretch(1)
        left = QVBoxLayout()
        left.setContentsMargins(0, 4, 0, 0)
        left.addWidget(self._icon)
        left.addStretch(1)
        top = QHBoxLayout()
        top.setSpacing(8)
        top.addLayout(left)
        top.addLayout(words, 1)
        top.addWidget(self.close_button, 0, Qt.AlignmentFlag.AlignTop)
        self._buttons = QWidget()
        row = QHBoxLayout(self._buttons)
        self._row = row
        row.setSpacing(4)
        for button in (self._action, self._fold, self._copy):
            row.addWidget(button)
        row.addStretch(1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(12, 8, 8, 8)
        whole.setSpacing(6)
        whole.addLayout(top)
        whole.addWidget(self._buttons)
        whole.addWidget(self._details)

    def show_message(
        self,
        level: Level,
        text: str,
        hint: str = "",
        details: str = "",
        action: str = "",
        run: Callable[[], object] | None = None,
    ) -> None:
        """Fills everything in; parts without content are not there."""
        self._icon.set_icon(*LEVEL_ICONS[level])
        self._icon.setAccessibleName({"info": _("Information"), "warning": _("Warning"), "error": _("Error")}[level])
        self._text.setText(text)
        self._hint.setText(hint)
        self._hint.setVisible(bool(hint))
        self._run = run
        self._action.setText(action)
        self._action.setAccessibleName(action or _("Action"))
        self._action.setToolTip(action or _("Action"))
        self._action.setVisible(bool(action and run))
        self._details.setPlainText(details)
        self._fold.setChecked(False)
        self._details.setVisible(False)
        for widget in (self._fold, self._copy):
            widget.setVisible(bool(details))
        # text under text: a button without a frame stands its padding further left
        self._row.setContentsMargins(28 if action and run else 20, 0, 0, 0)
        self._buttons.setVisible(bool(details or (action and run)))

    @property
    def text(self) -> str:
        """The sentence shown."""
        return self._text.text()

    def _toggle(self, shown: bool) -> None:
        reveal(self._details, shown)

    def _copy_all(self) -> None:
        parts = (self._text.text(), self._hint.text(), self._details.toPlainText())
        QGuiApplication.clipboard().setText("\n".join(part for part in parts if part))

    def _act(self) -> None:
        if self._run is not None:
            self._run()


class ErrorBanner(QFrame):
    """A problem, where it belongs: above the content of a panel. Hidden until there is one."""

    closed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("banner")
        self._body = MessageBody()
        self._body.close_clicked.connect(self.clear)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self._body)
        self.hide()

    @property
    def text(self) -> str:
        """The sentence shown; empty for none."""
        return self._body.text

    def show_error(
        self,
        error: StudioError | str,
        hint: str = "",
        details: str = "",
        action: str = "",
        run: Callable[[], object] | None = None,
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
        self._body.show_message(level, str(error), hint, details, action, run)
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

    def __init__(
        self, icon_name: str, title: str, text: str = "", button: str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        picture = IconLabel(icon_name, 40, "text_muted")
        heading = label(title, "title", wrap=True)
        words = label(text, "muted", wrap=True)
        for widget in (heading, words):
            widget.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            widget.setMaximumWidth(440)
            widget.setMinimumWidth(160)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 24, 24, 24)
        column.setSpacing(8)
        column.addStretch(2)
        column.addWidget(picture, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addSpacing(4)
        for widget in (heading, words) if text else (heading,):
            row = QHBoxLayout()  # stretches beside it, so that a wrapped label still gets its height from its width
            row.addStretch(1)
            row.addWidget(widget, 1000)
            row.addStretch(1)
            column.addLayout(row)
        self.button: QPushButton | None = None
        if button:
            self.button = QPushButton(button)
            self.button.setAccessibleName(button)
            self.button.setToolTip(text or button)
            set_look(self.button, primary=True)
            self.button.clicked.connect(self.clicked)
            column.addSpacing(8)
            column.addWidget(self.button, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(3)
