"""Is it working? The verdict, the numbers behind it, and the machine."""

from __future__ import annotations

from itertools import chain, zip_longest

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QLabel, QScrollArea, QWidget

from ganstudio.app.runs.run_model import RunModel
from ganstudio.app.runs.verdict import Verdict, judge, words_of
from ganstudio.core.fields import format_number
from ganstudio.core.i18n import _
from ganstudio.ui.kit.parts import ElidedLabel, boxed, label, line
from ganstudio.ui.kit.style import set_look
from ganstudio.ui.kit.words import clock

WIDTH = 208
_ICONS = {"good": "●", "neutral": "○", "warning": "▲"}
_NUMBERS = ("modes", "high-quality samples %")


def _measured(name: str, value: float) -> str:
    if name.endswith("%"):
        return f"{value:.0f} %"
    return f"{value:.3g}" if abs(value) < 1e5 else format_number(value)


class _Numbers(QWidget):
    """Names and values; a name is shortened where its value needs the room."""

    def __init__(self) -> None:
        super().__init__()
        self._column = boxed(gap=4, into=self)
        self._rows: list[tuple[QWidget, QLabel, QLabel]] = []

    def show_rows(self, rows: list[tuple[str, str]]) -> None:
        """Writes rows; labels are kept and only their texts change, so nothing flickers."""
        while len(self._rows) < len(rows):
            made = QWidget(), ElidedLabel(role="muted"), label("")
            made[2].setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            made[2].setFocusPolicy(Qt.FocusPolicy.NoFocus)
            boxed(*made[1:], across=True, gap=8, into=made[0], stretch=made[1])
            self._column.addWidget(made[0])
            self._rows.append(made)
        for (row, *labels), texts in zip_longest(self._rows, rows):
            row.setVisible(texts is not None)
            for shown, text in zip(labels, texts or (), strict=False):
                if shown.text() != text:
                    shown.setText(text)


class HealthPanel(QScrollArea):
    """The right column of a run.

    Attributes:
        word: the verdict in a word, with its sign.
    """

    def __init__(self) -> None:
        super().__init__()
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFixedWidth(WIDTH)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAccessibleName(_("Health of the run"))
        self.word = ""
        self._word, self._text = label("", "title", wrap=True), label("", "muted", wrap=True)
        self._numbers, self._machine = _Numbers(), _Numbers()
        body = QWidget()
        boxed(label(_("Is it working?"), "strong"), self._word, self._text, line(), self._numbers, line(), self._machine,
              None, margins=(16, 12, 16, 12), gap=8, into=body)  # fmt: skip
        self.setWidget(body)

    def set_run(self, model: RunModel) -> None:
        """Reads the verdict and the newest numbers off a run."""
        verdict = judge(model.tables, model.spec)
        if model.state == "failed" and not model.step:
            verdict = Verdict(_("it did not begin"), _("What went wrong stands above."), "warning")
        self.word = f"{_ICONS[verdict.tone]} {verdict.word}"
        self._word.setText(self.word)
        set_look(self._word, role="warning" if verdict.tone == "warning" else "title")
        self._text.setText(verdict.text)
        called = {info.name: info.label.removesuffix(" %") for table in model.tables.values() for info in table.series}
        words = (words_of(model.tables.get("steps"), kind) or () for kind in ("probability", "score"))
        wanted = [(name, called.get(name, "")) for name in (*chain.from_iterable(words), *_NUMBERS)]
        for info in model.tables["gradients"].series if "gradients" in model.tables else ():
            if info.kind == "gradient":
                wanted.append((info.name, _("|∇| {name}").format(name=info.name.partition("/")[2])))
        found = [(name, said, model.latest(name)) for name, said in wanted]
        self._numbers.show_rows([(said, _measured(name, value)) for name, said, value in found if value is not None])
        self._machine.show_rows(self._machine_rows(model))

    @staticmethod
    def _machine_rows(model: RunModel) -> list[tuple[str, str]]:
        rows = [(_("Time"), clock(model.seconds_at(model.step)))]
        progress = model.progress
        if progress is not None:
            rows.append((_("Device"), progress.device))
            if size := progress.memory_bytes:
                rows.append((_("Memory"), f"{size / 2**30:.1f} GB" if size >= 2**30 else f"{size / 2**20:.0f} MB"))
        if model.spec is not None:
            rows.append((_("Data"), f"{model.spec.count:,}"))
        rows.append((_("Seed"), str(model.experiment.seed)))
        if model.checkpoints:
            rows.append((_("Checkpoint"), f"{model.checkpoints[-1]:,}"))
        return rows
