"""What is to be measured, and what a person remarks: two short forms."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QCheckBox, QComboBox, QGridLayout, QPlainTextEdit, QWidget

from ganstudio.app.evaluate.asked import MOST_COUNT, USUAL_COUNT, Asked, extractors, usual
from ganstudio.app.runs.library import RunRow
from ganstudio.core.i18n import _, plural
from ganstudio.store.annotations import LONGEST_NOTE, LONGEST_TAG, MOST_TAGS
from ganstudio.ui.kit.dialogs import FormDialog
from ganstudio.ui.kit.parts import entry, label, scrolled

if TYPE_CHECKING:
    from ganstudio.app.settings import SettingsStore
    from ganstudio.metrics.base import Metric

LAYOUT = "evaluate/measure"
LEAST, MOST_HEIGHT = 16, 300


class MeasureDialog(FormDialog):
    """Chooses what is measured of some runs.

    Args:
        runs: how many.
        metrics: those that make sense, and for how many of the runs each does.
        settings: where the last choice is kept.
        best: it is known at which steps they are best.
        then: told what was chosen, and whether it is these steps that are meant.
    """

    def __init__(
        self, runs: int, metrics: Mapping[Metric, int], settings: SettingsStore, best: bool,
        then: Callable[[Asked, bool], object], parent: QWidget,
    ) -> None:  # fmt: skip
        tip = _("Measures beside the window, one run after another; results appear as they come")
        super().__init__(_("Measure"), _("Measure"), tip, parent, _("Measure nothing"))
        self._settings, self._then = settings, then
        told = settings.told(LAYOUT)
        last: Mapping[str, object] = told if isinstance(told, dict) else {}
        about = _("The same count, extractor and part of the data make numbers comparable.")
        self.words.setText(plural("Of {n} run.", "Of {n} runs.", runs) + " " + about)
        self._metrics = list(metrics)
        chosen = last.get("metrics")
        chosen = chosen if isinstance(chosen, list) else usual(self._metrics)
        self.checks = {one.name: self._check(one, one.name in chosen) for one in metrics}
        grid = QGridLayout()
        grid.setHorizontalSpacing(16)
        costs = {"live": _("at once"), "seconds": _("seconds"), "minutes": _("minutes")}
        for place, (metric, number) in enumerate(metrics.items()):
            cost = costs[metric.cost]
            few = _("{n} of {total} runs").format(n=number, total=runs) if number < runs else ""
            grid.addWidget(self.checks[metric.name], place, 0)
            grid.addWidget(label(" · ".join(filter(None, (cost, few))), "muted"), place, 1)
        grid.setColumnStretch(0, 1)
        inside = QWidget()
        inside.setLayout(grid)
        area = scrolled(inside)
        area.setFixedHeight(min(MOST_HEIGHT, inside.sizeHint().height() + 2))
        tip = _("What makes features of items. Numbers by different ones cannot be compared.")
        self.extractor = self._choice(_("Features by"), list(extractors().items()), last.get("extractor"), tip)
        count = last.get("count")
        tip = _("So many are generated, and as many real ones taken; few make FID and the like too high.")
        self.count = self.number(_("Samples"), LEAST, MOST_COUNT, count if isinstance(count, int) else USUAL_COUNT, tip)
        steps = [("newest", _("Newest")), ("best", _("The best so far")), ("all", _("All that are stored"))]
        tip = _("Of which steps; all of them find the best.")
        self.steps = self._choice(_("Checkpoints"), steps if best else steps[::2], last.get("steps"), tip)
        self.fill(self.words, area, self.rows, width=480)
        self._fit()

    def _check(self, metric: Metric, on: bool) -> QCheckBox:
        made = QCheckBox(metric.name_and_unit)
        made.setToolTip(metric.help or metric.title)
        made.setChecked(on)
        made.toggled.connect(lambda _on: self._fit())
        return made

    def _choice(self, name: str, choices: Sequence[tuple[str, str]], chosen: object, tip: str) -> QComboBox:
        box = QComboBox()
        for key, text in choices:
            box.addItem(text, key)
        box.setCurrentIndex(max(0, box.findData(chosen)))
        self.add_row(name, box, tip)
        return box

    def _fit(self) -> None:
        chosen = [one for one in self._metrics if self.checks[one.name].isChecked()]
        self.go.setEnabled(bool(chosen))
        self.extractor.setEnabled(any({"features", "probabilities"} & one.needs for one in chosen))

    def accept(self) -> None:
        """Keeps the choice for the next time, and hands it on."""
        names = tuple(name for name, box in self.checks.items() if box.isChecked())
        steps, extractor = self.steps.currentData(), str(self.extractor.currentData())
        device = self._settings.values.device
        asked = Asked(names, extractor, self.count.value(), all_checkpoints=steps == "all", device=device)
        told = {"metrics": list(names), "extractor": extractor, "count": asked.count, "steps": steps}
        self._settings.remember_layout(LAYOUT, json.dumps(told))
        super().accept()
        self._then(asked, steps == "best")


class RemarkDialog(FormDialog):
    """Tags and a note of some runs.

    Args:
        rows: the runs.
        then: told tags and note; None for what shall stay as it is with each.
    """

    def __init__(
        self, rows: Sequence[RunRow], then: Callable[[Sequence[str] | None, str | None], object], parent: QWidget
    ) -> None:
        tip = _("Keeps them in the folders of the runs")
        super().__init__(_("Tags and note"), _("Keep"), tip, parent, _("Leave them as they are"))
        self._then = then
        tags = {row.marks.tags for row in rows}
        notes = {row.marks.note for row in rows}
        self._before = (
            ", ".join(next(iter(tags))) if len(tags) == 1 else "",
            next(iter(notes)) if len(notes) == 1 else "",
        )
        several = _("What is written here becomes that of all of them; what is left as it is stays with each.")
        count = plural("Of {n} run.", "Of {n} runs.", len(rows))
        self.words.setText(f"{count} {several}" if len(rows) > 1 else rows[0].name)
        tip = _("Words to find the runs by, with commas between them ({n} at most)").format(n=MOST_TAGS)
        self.tags = entry(
            _("e.g. good, for the talk"), tip, text=self._before[0], longest=MOST_TAGS * (LONGEST_TAG + 2)
        )
        self.add_row(_("Tags"), self.tags, tip)
        self.note = QPlainTextEdit(self._before[1])
        self.note.setTabChangesFocus(True)
        self.note.setMinimumHeight(120)
        self.add_row(_("Note"), self.note, _("As many lines as you like; Ctrl+Enter keeps it"))
        QShortcut(QKeySequence("Ctrl+Return"), self.note, self.choose, context=Qt.ShortcutContext.WidgetShortcut)
        self.fill(self.words, self.rows, width=440)
        self.tags.setFocus()

    def accept(self) -> None:
        """Hands on what has been changed."""
        tags, note = self.tags.text(), self.note.toPlainText()[:LONGEST_NOTE]
        super().accept()
        changed = tags.split(",") if tags != self._before[0] else None, note if note != self._before[1] else None
        if changed != (None, None):
            self._then(*changed)
