"""How far to train a run on."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QWidget

from ganstudio.app.runs.library import RunRow
from ganstudio.core.i18n import _
from ganstudio.ui.kit.dialogs import FormDialog

MOST_STEPS = 1_000_000_000


def proposed_total(row: RunRow) -> int:
    """The goal that was not reached yet; as many steps again where it was."""
    return row.total if row.step < row.total else row.step + max(row.experiment.steps, 1)


class ContinueDialog(FormDialog):
    """Asks until which step a run trains on.

    Args:
        row: the run.
        then: told the number of steps in all.
    """

    def __init__(self, row: RunRow, then: Callable[[int], object], parent: QWidget | None = None) -> None:
        super().__init__(_("Continue training"), _("Continue"), _("Train this run until the step above"), parent)
        self._then = then
        self.words.setText(
            _("“{name}” has done {step} steps. It goes on from its newest checkpoint.").format(
                name=row.name, step=f"{row.step:,}"
            )
        )
        least, what = row.step + 1, _("Train until step")
        self.steps = self.number(what, least, MOST_STEPS, proposed_total(row), "")
        self.steps.setToolTip(_("Steps in all, from {least} on").format(least=f"{least:,}"))
        self.steps.setSingleStep(max(100, row.experiment.steps // 10))
        self.steps.selectAll()
        self.fill(self.words, self.rows, width=400)

    def accept(self) -> None:
        """Trains on."""
        super().accept()
        self._then(self.steps.value())
