"""How far to train a run on."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QHBoxLayout, QSpinBox, QVBoxLayout, QWidget

from ganstudio.app.runs.library import RunRow
from ganstudio.core.i18n import _
from ganstudio.ui.kit.parts import label
from ganstudio.ui.kit.style import set_look

MOST_STEPS = 1_000_000_000


def proposed_total(row: RunRow) -> int:
    """The goal that was not reached yet; as many steps again where it was."""
    return row.total if row.step < row.total else row.step + max(row.experiment.steps, 1)


class ContinueDialog(QDialog):
    """Asks until which step a run trains on.

    Args:
        row: the run.
        then: told the number of steps in all.
    """

    def __init__(self, row: RunRow, then: Callable[[int], object], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(_("Continue training"))
        self._then = then
        self.steps = QSpinBox()
        self.steps.setRange(row.step + 1, MOST_STEPS)
        self.steps.setValue(proposed_total(row))
        self.steps.setSingleStep(max(100, row.experiment.steps // 10))
        self.steps.setGroupSeparatorShown(True)
        self.steps.setAccessibleName(_("Train until step"))
        self.steps.setToolTip(_("Steps in all, from {least} on").format(least=f"{row.step + 1:,}"))
        self.steps.selectAll()
        words = label(
            _("“{name}” has done {step} steps. It goes on from its newest checkpoint.").format(
                name=row.name, step=f"{row.step:,}"
            ),
            "muted",
            wrap=True,
        )
        asked = QHBoxLayout()
        asked.setSpacing(8)
        asked.addWidget(label(_("Train until step")))
        asked.addWidget(self.steps, 1)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        go = buttons.addButton(_("Continue"), QDialogButtonBox.ButtonRole.AcceptRole)
        go.setToolTip(_("Train this run until the step above"))
        go.setDefault(True)
        set_look(go, primary=True)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 16, 24, 16)
        column.setSpacing(16)
        column.addWidget(words)
        column.addLayout(asked)
        column.addWidget(buttons)
        self.setMinimumWidth(400)

    def accept(self) -> None:
        """Trains on."""
        steps = self.steps.value()
        super().accept()
        self._then(steps)
