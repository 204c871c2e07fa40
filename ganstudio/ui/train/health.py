"""Is it working? The verdict, the numbers behind it, and the machine."""

from __future__ import annotations

from itertools import chain

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFormLayout, QFrame, QLabel, QScrollArea, QVBoxLayout, QWidget

from ganstudio.app.run_model import RunModel
from ganstudio.app.verdict import Verdict, judge, words_of
from ganstudio.core.fields import format_number
from ganstudio.core.i18n import _
from ganstudio.ui.parts import ElidedLabel, label, line
from ganstudio.ui.style import set_look
from ganstudio.ui.train.run_bar import clock

WIDTH = 208
_ICONS = {"good": "●", "neutral": "○", "warning": "▲"}
_NUMBERS = ("modes", "high-quality samples %")


def _measured(value: float) -> str:
    return f"{value:.3g}" if abs(value) < 1e5 else format_number(value)


def _memory(count: int) -> str:
    return f"{count / 2**30:.1f} GB" if count >= 2**30 else f"{count / 2**20:.0f} MB"


class HealthPanel(QScrollArea):
    """The right column of a run.

    Attributes:
        word: the verdict in a word, with its sign.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFixedWidth(WIDTH)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAccessibleName(_("Health of the run"))
        body = QWidget()
        self._column = QVBoxLayout(body)
        self._column.setContentsMargins(16, 12, 16, 12)
        self._column.setSpacing(8)
        self._column.addWidget(label(_("Is it working?"), "strong"))
        self.word = ""
        self._word = label("", "title", wrap=True)
        self._text = label("", "muted", wrap=True)
        self._column.addWidget(self._word)
        self._column.addWidget(self._text)
        self._column.addWidget(line())
        self._numbers = self._table()
        self._column.addWidget(line())
        self._machine = self._table()
        self._column.addStretch(1)
        self.setWidget(body)

    def _table(self) -> QFormLayout:
        form = QFormLayout()
        form.setContentsMargins(0, 0, 0, 0)
        form.setHorizontalSpacing(8)
        form.setVerticalSpacing(4)
        form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.DontWrapRows)
        self._column.addLayout(form)
        return form

    @staticmethod
    def _fill(form: QFormLayout, rows: list[tuple[str, str]]) -> None:
        """Writes rows; labels are kept and only their texts change, so nothing flickers."""
        while form.rowCount() > len(rows):
            form.removeRow(form.rowCount() - 1)
        while form.rowCount() < len(rows):
            value = label("")
            value.setAlignment(Qt.AlignmentFlag.AlignRight)
            value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            value.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            set_look(value, numbers=True)
            form.addRow(ElidedLabel(role="muted"), value)
        for index, (name, text) in enumerate(rows):
            for role, words in ((QFormLayout.ItemRole.LabelRole, name), (QFormLayout.ItemRole.FieldRole, text)):
                item = form.itemAt(index, role)
                widget = item.widget() if item is not None else None
                if isinstance(widget, QLabel | ElidedLabel) and widget.text() != words:
                    widget.setText(words)

    def set_run(self, model: RunModel) -> None:
        """Reads the verdict and the newest numbers off a run."""
        verdict = judge(model.tables, model.spec)
        if model.state == "failed" and not model.step:
            verdict = Verdict(_("it did not begin"), _("What went wrong stands above."), "warning")
        self.word = f"{_ICONS[verdict.tone]} {verdict.word}"
        self._word.setText(self.word)
        set_look(self._word, role="warning" if verdict.tone == "warning" else "title")
        self._text.setText(verdict.text)
        numbers: list[tuple[str, str]] = []
        called = {info.name: info.label for table in model.tables.values() for info in table.series}
        steps = model.tables.get("steps")
        words = (words_of(steps, kind) or () for kind in ("probability", "score"))
        for name in (*chain.from_iterable(words), *_NUMBERS):
            value = model.latest(name)
            if value is not None:
                text = f"{value:.0f} %" if name.endswith("%") else _measured(value)
                numbers.append((called[name].removesuffix(" %"), text))
        for info in model.tables["gradients"].series if "gradients" in model.tables else ():
            value = model.latest(info.name) if info.kind == "gradient" else None
            if value is not None:
                numbers.append((_("|∇| {name}").format(name=info.name.partition("/")[2]), _measured(value)))
        self._fill(self._numbers, numbers)
        self._fill(self._machine, self._machine_rows(model))

    @staticmethod
    def _machine_rows(model: RunModel) -> list[tuple[str, str]]:
        rows = [(_("Time"), clock(model.seconds_at(model.step)))]
        progress = model.progress
        if progress is not None:
            rows.append((_("Device"), progress.device))
            if progress.memory_bytes:
                rows.append((_("Memory"), _memory(progress.memory_bytes)))
        if model.spec is not None:
            rows.append((_("Data"), f"{model.spec.count:,}"))
        rows.append((_("Seed"), str(model.experiment.seed)))
        if model.checkpoints:
            rows.append((_("Checkpoint"), f"{model.checkpoints[-1]:,}"))
        return rows
