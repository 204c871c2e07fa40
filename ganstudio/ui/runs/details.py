"""The column beside the table: one run, larger and with what its line has no room for."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from ganstudio.app.runs.library import RunDetails, RunRow
from ganstudio.core.fields import Value
from ganstudio.core.i18n import _, plural
from ganstudio.ui.kit.parts import ElidedLabel, label
from ganstudio.ui.kit.style import set_look
from ganstudio.ui.kit.theme import current_theme, theme_hub, ui_font
from ganstudio.ui.runs.model import state_words
from ganstudio.ui.runs.pictures import paint_samples
from ganstudio.ui.runs.words import duration, full_date, size_text, steps_text, value_text

WIDTH = 320
PICTURE = WIDTH - 48
MOST_LINES = 14

Defaults = Callable[[str, str], Mapping[str, Value]]
"""``defaults(method, kind)``: a method's default hyper-parameters for a kind of data; empty while nobody knows."""


class _Picture(QWidget):
    def __init__(self) -> None:
        super().__init__()
        self._row: RunRow | None = None
        self.setFixedSize(PICTURE, PICTURE)
        theme_hub.changed.connect(self.update)

    def set_row(self, row: RunRow) -> None:
        before, self._row = self._row, row
        if before is None or before.items is not row.items:
            self.setAccessibleName(_("Newest samples of {name}").format(name=row.name))
            self.setToolTip(_("Newest samples, step {step}").format(step=f"{row.step:,}"))
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draws the samples."""
        if self._row is not None:
            painter = QPainter(self)
            paint_samples(painter, QRectF(self.rect()), self._row, current_theme())
            painter.end()


class _Pairs(QWidget):
    """A heading and lines of name and value; labels are kept, so that numbers change without flicker."""

    def __init__(self, title: str) -> None:
        super().__init__()
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(12)
        self._grid.setVerticalSpacing(4)
        self._grid.setColumnStretch(1, 1)
        self._labels: list[tuple[QLabel, ElidedLabel]] = []
        self.empty = label("", "muted", wrap=True)
        if title:
            self._grid.addWidget(label(title, "strong"), 0, 0, 1, 2)
        self._grid.addWidget(self.empty, 1, 0, 1, 2)
        self.empty.hide()

    def set_pairs(self, pairs: Sequence[tuple[str, str]], empty: str = "") -> None:
        """Shows these; with none of them, the words for that, or nothing at all."""
        while len(self._labels) < len(pairs):
            name, value = label("", "muted"), ElidedLabel()
            value.setFont(ui_font(tabular=True))
            value.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            place = len(self._labels) + 2
            self._grid.addWidget(name, place, 0)
            self._grid.addWidget(value, place, 1)
            self._labels.append((name, value))
        for place, (name, value) in enumerate(self._labels):
            shown = place < len(pairs)
            name.setVisible(shown)
            value.setVisible(shown)
            if shown:
                name.setText(pairs[place][0])
                value.setText(pairs[place][1])
        self.empty.setText(empty)
        self.empty.setVisible(bool(empty) and not pairs)
        self.setVisible(bool(pairs) or bool(empty))


class DetailsPane(QFrame):
    """One selected run in full, or how many are selected.

    Args:
        defaults: knows the default hyper-parameters.
    """

    def __init__(self, defaults: Defaults, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._defaults = defaults
        self._path: Path | None = None
        self._details: RunDetails | None = None
        set_look(self, panel="surface")
        self.setFixedWidth(WIDTH)
        self.setAccessibleName(_("The selected run"))
        self.picture = _Picture()
        self.name = label("", "title", wrap=True)
        self.name.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.message = label("", "muted", wrap=True)
        self.facts, self.hyper = _Pairs(""), _Pairs(_("Changed from the defaults"))
        self.latest, self.notes = _Pairs(_("Last values")), label("", "muted", wrap=True)
        self._notes_title = label(_("Notes"), "strong")
        self._lay_out()
        self.show_none()

    def _lay_out(self) -> None:
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(24, 16, 24, 24)
        column.setSpacing(12)
        for widget in (self.picture, self.name, self.message, self.facts, self.hyper, self.latest):
            widget.setSizePolicy(widget.sizePolicy().horizontalPolicy(), QSizePolicy.Policy.Preferred)
            column.addWidget(widget)
        column.addWidget(self._notes_title)
        column.addWidget(self.notes)
        column.addStretch(1)
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setWidget(inside)
        self._words = label("", "muted", wrap=True)
        self._words.setAlignment(Qt.AlignmentFlag.AlignCenter)
        whole = QHBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self._scroll)
        whole.addWidget(self._words)

    def _show_words(self, text: str) -> None:
        self._path = None
        self._scroll.hide()
        self._words.setText(text)
        self._words.show()

    def show_none(self) -> None:
        """Nothing is selected."""
        self._show_words(_("Select a run to see it here."))

    def show_many(self, rows: Sequence[RunRow]) -> None:
        """Several are."""
        size = size_text(sum(row.size or 0 for row in rows))
        self._show_words(
            plural("{n} run selected", "{n} runs selected", len(rows)) + "\n" + _("{size} on disk").format(size=size)
        )

    def show_row(self, row: RunRow) -> None:
        """Shows a run; its details follow when they have been read."""
        if row.path != self._path:
            self._path, self._details = row.path, None
            for pairs in (self.hyper, self.latest):
                pairs.set_pairs(())
            self._set_notes(())
        self._words.hide()
        self._scroll.show()
        self.picture.set_row(row)
        if self.name.text() != row.name:
            self.name.setText(row.name)
            self.name.setToolTip(row.name)
        self.message.setText(row.message)
        self.message.setVisible(bool(row.message))
        self._set_facts(row)

    def show_details(self, details: RunDetails) -> None:
        """Adds what was read; ignored if another run is shown by now."""
        if details.path != self._path:
            return
        self._details = details
        self.latest.set_pairs([(name, value_text(value)) for name, value in details.latest[:MOST_LINES]])
        self._set_notes([*details.told, *details.notes[-5:]])

    def set_hyper(self, row: RunRow) -> None:
        """Which hyper-parameters differ from the method's defaults."""
        details = self._details
        hyper = details.hyper if details is not None else row.experiment.hyper
        known = self._defaults(row.method, details.spec.kind) if details is not None else {}
        changed = [(name, value_text(value)) for name, value in hyper.items() if known.get(name) != value]
        shown = changed[:MOST_LINES]
        if len(changed) > len(shown):
            shown.append(("…", _("{n} more").format(n=len(changed) - len(shown))))
        self.hyper.set_pairs(shown, _("None: all are as the method proposes."))

    def _set_facts(self, row: RunRow) -> None:
        pairs = [
            (_("State"), state_words(row)),
            (_("Method"), row.method),
            (_("Data"), row.data),
            (_("Steps"), steps_text(row.step, row.total)),
            (_("Time"), duration(row.seconds)),
            (_("Seed"), str(row.experiment.seed)),
            (_("Created"), full_date(row.created)),
            (_("Size"), size_text(row.size)),
        ]
        if self._details is not None:
            pairs.append((_("Checkpoints"), str(self._details.checkpoints)))
            pairs.append((_("Stored grids"), str(self._details.grids)))
        pairs.append((_("Folder"), str(row.path)))
        self.facts.set_pairs(pairs)

    def _set_notes(self, notes: Sequence[str]) -> None:
        self.notes.setText("\n".join(notes))
        for widget in (self.notes, self._notes_title):
            widget.setVisible(bool(notes))
