"""Is it working? The verdict, the numbers behind it, and the machine."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget

from ganstudio.app.runs.readings import Seen, readings, seen_in
from ganstudio.app.runs.run_model import RunModel
from ganstudio.app.runs.verdict import Verdict, judge
from ganstudio.core.events import Samples
from ganstudio.core.i18n import _, clock
from ganstudio.ui.kit.pairs import Pair, Pairs
from ganstudio.ui.kit.parts import boxed, label, line, say
from ganstudio.ui.kit.style import set_look

WIDTH = 208
_ICONS = {"good": "●", "neutral": "○", "warning": "▲"}


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
        self._numbers, self._machine = Pairs(whole="value"), Pairs(whole="value")
        self._when = label("", "strong")
        self._measured: tuple[Samples | None, Seen] = (None, {})
        body = QWidget()
        boxed(self._when, self._word, self._text, line(), self._numbers, line(), self._machine, None,
              margins=(16, 12, 16, 12), gap=8, into=body)  # fmt: skip
        self.setWidget(body)

    def set_run(self, model: RunModel, shown: Samples | None, live: bool = True) -> None:
        """Reads verdict and numbers off a run: the newest, or those of the step whose samples are looked back at.

        Args:
            model: the run.
            shown: the samples on view.
            live: what is on view are the newest, not a step of the past.
        """
        step, at = (None, 0) if shown is None else (None if live else shown.step, shown.step)
        if shown is not self._measured[0]:
            self._measured = shown, seen_in(shown, model.real, model.spec)
        seen = self._measured[1]
        verdict = judge(model.tables, model.spec, step, seen)
        if model.state == "failed" and not model.step:
            verdict = Verdict(_("it did not begin"), _("What went wrong stands above."), "warning")
        self.word = f"{_ICONS[verdict.tone]} {verdict.word}"
        say(self._when, _("Is it working?") if step is None else _("At step {step}").format(step=f"{step:,}"))
        say(self._word, self.word)
        set_look(self._word, role="warning" if verdict.tone == "warning" else "title")
        say(self._text, verdict.text)
        found = readings(model.tables, model.spec, step, at, seen)
        self._numbers.set_pairs([(one.label, one.text, one.help, one.age) for one in found])
        self._machine.set_pairs(self._machine_rows(model, model.step if step is None else step))

    @staticmethod
    def _machine_rows(model: RunModel, step: int) -> list[Pair]:
        rows = [(_("Time"), clock(model.seconds_at(step)), _("Training time, pauses left out."))]
        progress = model.progress
        if progress is not None:
            rows.append((_("Device"), progress.device, _("What it trains on.")))
            if size := progress.memory_bytes:
                text = f"{size / 2**30:.1f} GB" if size >= 2**30 else f"{size / 2**20:.0f} MB"
                rows.append(
                    (_("Memory"), text, _("In use: of the GPU, or of this program where it trains on the CPU."))
                )
        if model.spec is not None:
            rows.append((_("Data"), f"{model.spec.count:,}", _("So many items it learns from.")))
        rows.append(
            (_("Seed"), str(model.experiment.seed), _("All chance follows from it: the same seed, the same run."))
        )
        if model.checkpoints:
            newest = f"{model.checkpoints[-1]:,}"
            rows.append((_("Checkpoint"), newest, _("The newest step that is stored whole, to go on from.")))
        return [(*row, "") for row in rows]
