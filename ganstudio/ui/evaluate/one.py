"""One line of the table in full: how it goes in words, every number with how it was measured, what was remarked."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from ganstudio.app.evaluate.table import Line, Table
from ganstudio.core.i18n import _
from ganstudio.ui.evaluate.table import TONES
from ganstudio.ui.kit.errors import IconLabel
from ganstudio.ui.kit.flow import FlowLayout
from ganstudio.ui.kit.pairs import Pairs
from ganstudio.ui.kit.parts import ElidedLabel, boxed, label, line, say, scrolled


class OneRun(QWidget):
    """The lower half while one line is selected.

    Args:
        buttons: what can be done with it.
    """

    def __init__(self, buttons: Sequence[QAbstractButton]) -> None:
        super().__init__()
        self.setAccessibleName(_("The selected run"))
        self.name, self.sign = ElidedLabel("", "title"), IconLabel("info", 18)
        self.word, self.text = label("", "strong"), label("", wrap=True)
        self.best, self.tags, self.note = label("", "muted", True), label("", "muted", True), label("", wrap=True)
        self.advice = label("", "muted", wrap=True)
        for words in (self.text, self.advice, self.best, self.tags, self.note):
            words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            words.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.numbers = Pairs(_("What was measured"))
        said = boxed(self.sign, self.word, None, across=True, gap=8)
        deeds = QWidget()
        flow = FlowLayout(deeds, gap=6, row_gap=6)
        for button in buttons:
            flow.addWidget(button)
        left, right = QWidget(), QWidget()
        parts = self.name, said, self.text, self.advice, self.best, self.tags, self.note, deeds, None
        boxed(*parts, into=left, margins=(16, 12, 24, 12), gap=8)
        boxed(self.numbers, None, into=right, margins=(24, 12, 24, 12))
        halves = scrolled(left), line(horizontal=False), scrolled(right)
        box = boxed(*halves, into=self, across=True)
        box.setStretch(0, 1)
        box.setStretch(2, 1)

    def show_line(self, one: Line, table: Table) -> None:
        """Shows a run, or what runs of several seeds have in common."""
        self.name.setText(one.rows[0].name)
        verdict = one.verdict
        icon, colour = TONES[verdict.tone] if verdict else ("info", "text_muted")
        self.sign.set_icon(icon, colour)
        self.word.setText(verdict.word if verdict else _("nothing to say yet"))
        say(self.text, verdict.text if verdict else one.rows[0].message)
        say(self.advice, one.advice)
        say(self.best, one.best_text(table.judge))
        say(self.tags, ", ".join(dict.fromkeys(tag for row in one.rows for tag in row.marks.tags)))
        say(self.note, one.rows[0].marks.note)
        pairs = []
        for metric in table.metrics:
            if (cell := one.cells.get(metric.name)) is not None:
                head, number, *more = cell.about(metric).split("\n")
                below = "\n".join((head, *more))
                pairs.append((metric.title, number, metric.help or metric.title, below))
        self.numbers.set_pairs(pairs, _("Nothing yet. Press Measure… (Ctrl+M) to put numbers to it."))
