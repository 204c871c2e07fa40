"""The column beside the table: one run, larger and with what its line has no room for."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QSizePolicy, QWidget

from ganstudio.app.runs.comparison import MANY
from ganstudio.app.runs.library import RunDetails, RunRow
from ganstudio.app.studio import Studio
from ganstudio.core.i18n import _, plural, size_text
from ganstudio.ui.kit.lifetimes import listen
from ganstudio.ui.kit.pairs import Pairs
from ganstudio.ui.kit.parts import boxed, label, say, scrolled
from ganstudio.ui.kit.style import set_look
from ganstudio.ui.kit.theme import current_theme, theme_hub
from ganstudio.ui.kit.words import full_date, steps_text
from ganstudio.ui.pictures.samples import paint_samples
from ganstudio.ui.runs.model import state_words, time_text

WIDTH = 320
PICTURE = WIDTH - 60  # the scroll bar stands beside it
MOST_LINES = 14


class _Picture(QWidget):
    def __init__(self) -> None:
        super().__init__()
        self._row: RunRow | None = None
        self.setFixedSize(PICTURE, PICTURE)
        theme_hub.changed.connect(self.update)

    def set_row(self, row: RunRow) -> None:
        before, self._row = self._row, row
        if before is None or before.path != row.path or before.items is not row.items:
            self.setAccessibleName(_("Newest samples of {name}").format(name=row.name))
            self.setToolTip(_("Newest samples, step {step}").format(step=f"{row.step:,}"))
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draws the samples."""
        if self._row is not None:
            painter = QPainter(self)
            paint_samples(painter, QRectF(self.rect()), self._row.items, self._row.extent, current_theme())
            painter.end()


class DetailsPane(QFrame):
    """One selected run in full, or how many are selected.

    Args:
        studio: knows what methods call their settings, and what they propose.
        compare: what several selected runs can be compared with.
    """

    def __init__(self, studio: Studio, compare: QWidget) -> None:
        super().__init__()
        self._studio = studio
        self._row: RunRow | None = None
        self._details: RunDetails | None = None
        set_look(self, panel="surface")
        self.setFixedWidth(WIDTH)
        self.setAccessibleName(_("The selected run"))
        self.picture = _Picture()
        self.name = label("", "title", wrap=True)
        self.name.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.message = label("", "muted", wrap=True)
        self.facts, self.hyper = Pairs(), Pairs(_("Changed from the defaults"))
        self.latest, self.notes = Pairs(_("Last values")), label("", "muted", wrap=True)
        self._notes_title = label(_("Notes"), "strong")
        for words in (self.name, self.message, self.notes):  # a word without end must not push the rest out of sight
            words.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        parts = (self.picture, self.name, self.message, self.facts, self.hyper, self.latest)
        for part in parts:
            part.setSizePolicy(part.sizePolicy().horizontalPolicy(), QSizePolicy.Policy.Preferred)
        inside = QWidget()
        boxed(*parts, self._notes_title, self.notes, None, into=inside, margins=(24, 16, 24, 24), gap=12)
        self._scroll = scrolled(inside)
        self._words = label("", "muted", wrap=True)
        self._words.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._several = QWidget()
        self.compare = compare
        middle = boxed(None, compare, None, across=True)
        boxed(None, self._words, middle, None, into=self._several, margins=(24, 16, 24, 16), gap=16)
        boxed(self._scroll, self._several, into=self, across=True)
        self.show_rows(())
        listen(self, (studio.catalogue_ready, self._show))

    def show_rows(self, rows: Sequence[RunRow]) -> None:
        """Shows the selected run, whose details follow when they have been read; of several, how many there are."""
        row = rows[0] if len(rows) == 1 else None
        before, self._row = self._row, row
        if row is None or before is None or row.path != before.path:
            self._details = None
        self._scroll.setVisible(row is not None)
        self._several.setVisible(row is None)
        self.compare.setVisible(len(rows) > 1)
        self._show()
        if len(rows) > 1:
            count = plural("{n} run selected", "{n} runs selected", len(rows))
            size = size_text(sum(row.size or 0 for row in rows))
            why = "\n" + _("{n} runs at most can be compared.").format(n=MANY) if len(rows) > MANY else ""
            self._words.setText(f"{count}\n" + _("{size} on disk").format(size=size) + why)
        elif row is None:
            self._words.setText(_("Select a run to see it here."))

    def show_details(self, details: RunDetails) -> None:
        """Adds what was read; ignored if another run is shown by now."""
        if self._row is not None and details.path == self._row.path:
            self._details = details
            self._show()

    def _show(self) -> None:
        if (row := self._row) is None:
            return
        self.picture.set_row(row)
        if self.name.text() != row.name:
            self.name.setText(row.name)
            self.name.setToolTip(row.name)
        say(self.message, row.message)
        details = self._details
        facts = [
            (_("State"), state_words(row)),
            (_("Method"), row.method),
            (_("Data"), row.data),
            (_("Steps"), steps_text(row.step, row.total)),
            (_("Time"), time_text(row)),
            (_("Seed"), str(row.experiment.seed)),
            (_("Created"), full_date(row.created)),
            (_("Size"), size_text(row.size)),
        ]
        if details is not None:
            facts += [(_("Best"), details.best)] if details.best else []
            facts.append((_("Checkpoints"), str(details.checkpoints)))
            facts.append((_("Stored grids"), str(details.grids)))
        self.facts.set_pairs([*facts, (_("Folder"), str(row.path))])
        self._show_changed(row.experiment.method)
        self.latest.set_pairs(() if details is None else details.latest[:MOST_LINES])
        notes = () if details is None else (*details.told, *details.notes[-5:])
        say(self.notes, "\n".join(notes))
        self._notes_title.setVisible(bool(notes))

    def _show_changed(self, method: str) -> None:
        """The settings that differ from the method's defaults, once both are known."""
        catalogue, details = self._studio.catalogue, self._details
        if catalogue is None or details is None:
            self.hyper.set_pairs(())
            return
        changed = catalogue.changed(method, details.spec.kind, details.hyper)
        shown = changed[:MOST_LINES]
        if len(changed) > len(shown):
            shown.append(("…", _("{n} more").format(n=len(changed) - len(shown))))
        self.hyper.set_pairs(shown, _("None: all are as the method proposes."))
