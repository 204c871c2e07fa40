"""Is it working? The verdict, the numbers behind it, and the machine."""

from __future__ import annotations

import time
from collections.abc import Sequence
from functools import partial
from itertools import zip_longest
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget

from ganstudio.app.runs.health.remedies import MOST, Remedy, patient_of, remedies
from ganstudio.app.runs.health.steady import Steady
from ganstudio.app.runs.readings import Seen, readings, seen_in
from ganstudio.app.runs.run_model import RunModel
from ganstudio.app.runs.verdict import Verdict, judge
from ganstudio.core.events import Samples
from ganstudio.core.i18n import _, clock
from ganstudio.ui.kit.pairs import Pair, Pairs
from ganstudio.ui.kit.parts import LinkButton, boxed, label, line, push_button, say
from ganstudio.ui.kit.style import set_look

if TYPE_CHECKING:
    from ganstudio.app.generators.catalogue import MethodCard

WIDTH = 220  # a remedy's words fit beside the scroll bar
_ICONS = {"good": "●", "neutral": "○", "warning": "▲"}


class HealthPanel(QScrollArea):
    """The right column of a run.

    Attributes:
        word: the verdict in a word, with its sign.

    Signals:
        step_asked: the samples of the step at which it began are to be seen.
        remedy_chosen: a :class:`Remedy` is to be done.
    """

    step_asked = Signal(int)
    remedy_chosen = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFixedWidth(WIDTH)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAccessibleName(_("Health of the run"))
        self.word, self._began, self._steady = "", 0, Steady()
        self._word, self._text = label("", "title", wrap=True), label("", "muted", wrap=True)
        self._evidence, self._since = label("", "muted", wrap=True), LinkButton("", flush=True)
        self._since.clicked.connect(lambda: self.step_asked.emit(self._began))
        self._since.setToolTip(_("Shows the samples of the step at which it began"))
        self._remedies: tuple[Remedy, ...] = ()
        self._run: RunModel | None = None
        self._buttons = [push_button("", clicked=partial(self._choose, place)) for place in range(MOST)]
        self._numbers, self._machine = Pairs(whole="value"), Pairs(whole="value")
        self._when = label("", "strong")
        self._measured: tuple[Samples | None, Seen] = (None, {})
        body = QWidget()
        more = self._evidence, self._since, *self._buttons
        boxed(self._when, self._word, self._text, *more, line(), self._numbers, line(), self._machine, None,
              margins=(16, 12, 16, 12), gap=8, into=body)  # fmt: skip
        for hidden in more:
            hidden.hide()
        self.setWidget(body)

    def set_run(
        self, model: RunModel, shown: Samples | None, live: bool, methods: Sequence[MethodCard], whole: int
    ) -> None:
        """Reads verdict and numbers off a run: the newest, or those of the step whose samples are looked back at.

        Args:
            model: the run.
            shown: the samples on view.
            live: what is on view are the newest, not a step of the past.
            methods: all methods, to know what can be done.
            whole: so many of its newest checkpoints can be gone back to; 0: all.
        """
        step, at = (None, 0) if shown is None else (None if live else shown.step, shown.step)
        if shown is not self._measured[0]:
            self._measured = shown, seen_in(shown, model.real, model.spec)
        seen = self._measured[1]
        if model is not self._run:
            self._run, self._steady = model, Steady()
        verdict = judge(model.tables, model.spec, step, seen)
        if step is None:
            verdict = self._steady.take(verdict, time.monotonic(), at_once=model.state != "training")
        if model.state == "failed" and not model.step:
            verdict = Verdict(_("it did not begin"), _("What went wrong stands above."), "warning")
        self.word = f"{_ICONS[verdict.tone]} {verdict.word}"
        say(self._when, _("Is it working?") if step is None else _("At step {step}").format(step=f"{step:,}"))
        say(self._word, self.word)
        set_look(self._word, role="warning" if verdict.tone == "warning" else "title")
        say(self._text, verdict.text)
        say(self._evidence, verdict.evidence)
        self._evidence.setVisible(bool(verdict.evidence))
        self._began = verdict.since or 0
        self._since.setText(_("since step {step:,}").format(step=self._began))
        self._since.setVisible(verdict.since is not None)
        self._offer(remedies(verdict.name, verdict.since, patient_of(model, methods, whole)) if step is None else ())
        found = readings(model.tables, model.spec, step, at, seen)
        self._numbers.set_pairs([(one.label, one.text, one.help, one.age) for one in found])
        self._machine.set_pairs(self._machine_rows(model, model.step if step is None else step))

    def _offer(self, found: tuple[Remedy, ...]) -> None:
        """The buttons stay where they are, so that one that is being pressed is not another by then."""
        if found == self._remedies:
            return
        self._remedies = found
        for button, one in zip_longest(self._buttons, found):
            button.setVisible(one is not None)
            if one is not None:
                button.setText(one.words)
                button.setAccessibleName(one.words)
                button.setAccessibleDescription(one.why)
                button.setToolTip(f"{one.words}. {one.why}")

    def _choose(self, place: int) -> None:
        if place < len(self._remedies):
            self.remedy_chosen.emit(self._remedies[place])

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
