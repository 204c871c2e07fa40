"""Every dialog that is not a file dialog: questions, a form with two buttons, and how far a job is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import shiboken6
from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QInputDialog,
    QLabel,
    QLayout,
    QMessageBox,
    QProgressDialog,
    QSpinBox,
    QWidget,
)

from ganstudio.app.jobs import Job
from ganstudio.core.i18n import _
from ganstudio.ui.kit.parts import boxed, label, pad_spin_box
from ganstudio.ui.kit.style import set_look


class Way(NamedTuple):
    """One way to answer a question.

    Attributes:
        words: on its button.
        value: what the answer is then.
        loses: something is lost by it.
    """

    words: str
    value: Any = True
    loses: bool = False


class Question(QMessageBox):
    """A question with a button for each way to answer it, and one to answer it in none of them.

    Args:
        parent: the window.
        title: of the dialog.
        text: the question.
        about: what one should know before one answers.
        ways: the ways, the likeliest first.
        no: words of the button that Escape presses.
        careful: something may be lost. Whoever just presses Return has said no then, else the first way.
    """

    def __init__(
        self, parent: QWidget, title: str, text: str, about: str, ways: Sequence[Way], no: str, careful: bool = False
    ) -> None:
        super().__init__(parent)
        self.setIcon(QMessageBox.Icon.Warning if careful else QMessageBox.Icon.Question)
        self.setWindowTitle(title)
        self.setText(text)
        self.setInformativeText(about)
        roles = QMessageBox.ButtonRole
        self._ways = [
            (self.addButton(way.words, roles.DestructiveRole if way.loses else roles.AcceptRole), way.value)
            for way in ways
        ]
        refuse = self.addButton(no, roles.RejectRole)
        self.setDefaultButton(refuse if careful else self._ways[0][0])
        self.setEscapeButton(refuse)

    @property
    def answer(self) -> Any:
        """The value of the way that was chosen; None for none of them."""
        return next((value for button, value in self._ways if button is self.clickedButton()), None)


def ask(
    parent: QWidget, title: str, text: str, about: str = "", *, ways: Sequence[Way], no: str,
    then: Callable[[Any], object], careful: bool = False,
) -> None:  # fmt: skip
    """Asks while the window goes on; ``then`` is told the answer. See :class:`Question`."""
    box = Question(parent, title, text, about, ways, no, careful)
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    box.finished.connect(lambda _code: then(box.answer))
    box.open()


def warn(parent: QWidget, title: str, text: str, details: str = "") -> None:
    """Says what could not be done, while the window goes on; details fold out."""
    box = QMessageBox(QMessageBox.Icon.Warning, title, text, parent=parent)
    box.setDetailedText(details)
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    box.open()


def ask_name(parent: QWidget, title: str, name: str, then: Callable[[str], object]) -> None:
    """Asks what something is called; ``then`` is told the answer."""
    box = QInputDialog(parent)
    box.setWindowTitle(title)
    box.setLabelText(_("Name"))
    box.setTextValue(name)
    box.textValueSelected.connect(then)
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    box.open()


def follow_job(job: Job, parent: QWidget) -> QProgressDialog:
    """Shows how far a job is, after half a second, with a way out; gone when the job ends."""
    box = QProgressDialog("", _("Cancel"), 0, 100, parent)
    box.setLabelText(job.title)
    box.setWindowTitle(job.title)
    box.setWindowModality(Qt.WindowModality.NonModal)
    box.setMinimumDuration(500)
    box.setAutoReset(False)
    box.setAutoClose(False)
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    box.canceled.connect(job.cancel)
    box.rejected.connect(job.cancel)  # Escape does not always pass by the button

    def tell(fraction: float, text: str) -> None:
        if job.cancelling or not shiboken6.isValid(box):
            return  # somebody has cancelled it by closing it: it is gone before the job is
        box.setLabelText(text or job.title)
        box.setValue(max(0, min(99, round(100 * fraction))))

    def end() -> None:
        job.progressed.disconnect(tell, missing_ok=True)
        if shiboken6.isValid(box):
            box.canceled.disconnect(job.cancel)
            box.close()
            box.deleteLater()  # one that was never shown, or was hidden, does not do so by being closed

    job.progressed.connect(tell)
    job.ended.connect(end)
    return box


class FormDialog(QDialog):
    """A few rows, a sentence, and two buttons. A subclass adds rows, hands its parts to :meth:`fill`, and chooses.

    Args:
        title: of the dialog.
        action: what its main button does, in a word or two.
        tip: more about that.
        parent: the window.
        refuse: tooltip of the other button.
    """

    def __init__(self, title: str, action: str, tip: str, parent: QWidget | None, refuse: str = "") -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(title)
        self.rows = QFormLayout()
        self.rows.setHorizontalSpacing(16)
        self.rows.setVerticalSpacing(8)
        self.words = label("", "muted", wrap=True)
        self._buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel, self)  # or Enter would cancel
        cancel = self._buttons.button(QDialogButtonBox.StandardButton.Cancel)
        cancel.setToolTip(refuse)
        self.go = self._buttons.addButton(action, QDialogButtonBox.ButtonRole.AcceptRole)
        self.setTabOrder(self.go, cancel)  # as one reads them
        self.go.setDefault(True)
        self.go.setToolTip(tip)
        set_look(self.go, primary=True)
        self._buttons.accepted.connect(lambda: self.choose())
        self._buttons.rejected.connect(self.reject)

    def fill(self, *parts: QWidget | QLayout, width: int = 480, gap: int = 16) -> None:
        """Lays the parts out above the buttons, once; at least ``width`` wide."""
        boxed(*parts, self._buttons, into=self, margins=(24, 16, 24, 16), gap=gap)
        self.setMinimumWidth(width)

    def choose(self) -> None:
        """The main button: does what is wanted, and closes."""
        self.accept()

    def add_row(self, name: str, widget: QWidget, tip: str) -> None:
        """A row: its name, and the widget, which gets that as its accessible name."""
        widget.setAccessibleName(name)
        widget.setToolTip(tip)
        words = QLabel(name)
        words.setBuddy(widget)
        self.rows.addRow(words, widget)

    def number(self, name: str, low: int, high: int, value: int, words: str) -> QSpinBox:
        """A row with a whole number; its range ends the tooltip."""
        box = QSpinBox()
        box.setRange(low, high)
        box.setValue(value)
        box.setGroupSeparatorShown(True)
        pad_spin_box(box)
        self.add_row(name, box, f"{words} ({low:,} – {high:,})")
        return box
