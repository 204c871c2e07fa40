"""Above *Start*: how long it takes and how much memory; and where that is hours, what takes minutes, one click away."""

from __future__ import annotations

from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QWidget

from ganstudio.app.drafts import ExperimentDraft
from ganstudio.app.forecasts import Forecasts
from ganstudio.core.experiment import Experiment
from ganstudio.core.i18n import _
from ganstudio.ui.kit.lifetimes import listen
from ganstudio.ui.kit.parts import ElidedLabel, LinkButton, boxed


class ForecastLine(QWidget):
    """One line of words, and a link beneath where something can be done. Asks for a forecast while it can be seen."""

    def __init__(self, draft: ExperimentDraft, forecasts: Forecasts | None) -> None:
        super().__init__()
        self._draft, self._forecasts = draft, forecasts
        self._experiment: Experiment | None = None
        self.words, self.link = ElidedLabel("", "small"), LinkButton("", flush=True)
        self.link.clicked.connect(self._on_link)
        boxed(self.words, boxed(self.link, None, across=True), into=self, gap=2)
        if forecasts is not None:
            listen(self, (forecasts.changed, self._refresh))
        self.setVisible(False)

    def show_for(self, experiment: Experiment | None) -> None:
        """What could be started now; None: nothing, and then nothing is said."""
        self._experiment = experiment
        self.setVisible(experiment is not None and self._forecasts is not None)
        self._ask()

    def _ask(self) -> None:
        if self._forecasts is not None:
            self._forecasts.want(self._experiment if self.isVisible() else None)
            self._refresh()

    def showEvent(self, event: QShowEvent) -> None:
        """Somebody looks: it is measured."""
        super().showEvent(event)
        self._ask()

    def hideEvent(self, event: QHideEvent) -> None:
        """Nobody looks any more."""
        super().hideEvent(event)
        self._ask()

    def _refresh(self) -> None:
        told = self._forecasts.told if self._forecasts is not None else None
        if told is None:
            return
        self.words.setText(told.words)
        self.words.setToolTip(f"{told.words}\n{told.more}" if told.more else "")
        self.link.setText(told.offer or _("Measure all the same"))
        tip = _("Changes the form to this; Undo takes it back") if told.offer else told.more
        self.link.setToolTip(tip)
        self.link.setVisible(bool(told.offer) or told.held)

    def _on_link(self) -> None:
        assert self._forecasts is not None
        lighter = self._forecasts.told.lighter
        if lighter is not None:
            self._draft.replace(lighter, _("Choose what takes minutes"))
        else:
            self._forecasts.measure_beside()
