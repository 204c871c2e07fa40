"""A form made from typed fields: groups that fold, a search box, rare settings behind "More…"."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLineEdit, QWidget

from ganstudio.core.fields import FieldSpec, Value
from ganstudio.core.i18n import _
from ganstudio.ui.forms.row import FieldRow
from ganstudio.ui.kit.icons import icon
from ganstudio.ui.kit.parts import FoldButton, LinkButton, boxed, entry, label, line

SEARCH_FROM = 7
"""A form with fewer rows than this needs no search box, nor does one that explains itself."""


class _Group(QWidget):
    """One heading with its rows; rare ones come after "More…"."""

    def __init__(self, title: str, rows: Sequence[FieldRow], opened: bool) -> None:
        super().__init__()
        self.title, self.rows = title, tuple(rows)
        self.words: list[str] = []
        """What is searched for."""
        self.common, self.rare = ([row for row in rows if row.spec.advanced == rare] for rare in (False, True))
        self.heading = FoldButton(title, opened=opened or not title)
        self.heading.setParent(self)
        self.heading.setVisible(bool(title))
        self.more = FoldButton("", opened=False, quiet=True)
        self.more.setToolTip(_("Settings that are seldom needed"))
        head = (line(), 4, self.heading) if title else ()
        boxed(*head, *self.common, self.more, *self.rare, 8, into=self)
        self.heading.toggled.connect(self.refresh)
        self.more.toggled.connect(self.refresh)

    def reveal(self, row: FieldRow) -> None:
        """Unfolds what hides a row."""
        self.heading.setChecked(True)
        if row.spec.advanced:
            self.more.setChecked(True)

    def refresh(self) -> None:
        """Shows and hides rows by search and folds. A row with an error is always in sight."""
        hits = [row for row in self.rows if row.matches(self.words)]
        searching, unfolded = bool(self.words), self.more.isChecked()
        opened = searching or self.heading.isChecked()
        for row in self.rows:
            wanted = row in hits if searching else opened and (unfolded or not row.spec.advanced)
            row.setVisible(wanted or bool(row.error))
        changed = 0 if unfolded else sum(row.value() != row.default for row in self.rare)
        words = _("More… ({n}, {changed} changed)") if changed else _("More… ({n})")
        self.more.setText(words.format(n=len(self.rare), changed=changed))
        self.more.setVisible(bool(self.rare) and not searching and opened)
        if self.parentWidget() is not None:  # without one, showing would open a window
            self.setVisible(bool(hits) or any(row.error for row in self.rows))


class FieldForm(QWidget):
    """Rows for typed fields.

    ``value_edited`` carries name and value of what a *person* changed; ``errors_changed`` says that a row went wrong or
    right; ``found`` carries what a search should bring into view. Values set by the program are silent.

    Args:
        explained: what each value does stands below it, for a wide form; else it is in the tooltip only.
        searched: it has a search of its own where there are many rows; a neighbour of another form needs none.

    Attributes:
        neighbours: forms whose rows are searched too; they stay on view, and those that match are marked.
    """

    value_edited = Signal(str, object)
    errors_changed = Signal()
    found = Signal(QWidget)

    def __init__(self, *, explained: bool = False, searched: bool = True) -> None:
        super().__init__()
        self._explained, self._searched = explained, searched and not explained
        self._rows: dict[str, FieldRow] = {}
        self._groups: list[_Group] = []
        self._folded: set[str] = set()
        self._live_only = False
        self._signature: tuple[FieldSpec, ...] = ()
        self.neighbours: tuple[FieldForm, ...] = ()
        self.setMinimumWidth(200)
        tip = _("Finds settings by name or by what they do")
        self.search = entry(_("Search settings"), tip, changed=self._filter, clear=True)
        self.search.addAction(icon("search", "text_muted"), QLineEdit.ActionPosition.LeadingPosition)
        self._found, self._clear = label("", "small", wrap=True), LinkButton(_("Clear"))
        self._clear.setToolTip(_("Shows all settings again (Esc)"))
        self._clear.clicked.connect(self.search.clear)
        self._result = QWidget()
        boxed(self._found, self._clear, across=True, gap=8, into=self._result, stretch=self._found)
        self._result.hide()
        self._head = QWidget()  # goes with its margin
        boxed(self.search, self._result, margins=(0, 0, 0, 8), gap=2, into=self._head)
        self._column = boxed(self._head, into=self)

    def set_fields(
        self,
        fields: Sequence[FieldSpec],
        values: Mapping[str, Value] | None = None,
        defaults: Mapping[str, Value] | None = None,
    ) -> None:
        """Shows these fields. Where they are the ones shown already, only values and defaults are renewed.

        Args:
            fields: in reading order; those that leave no choice are not shown.
            values: name → value; the default where it is missing.
            defaults: name → default where it differs from the field's own.
        """
        defaults = {spec.name: spec.default for spec in fields} | dict(defaults or {})
        values = defaults | dict(values or {})
        shown = tuple(spec for spec in fields if len(spec.choices) != 1)
        if shown != self._signature:
            self._build(shown)
        for spec in shown:
            row = self._rows[spec.name]
            row.set_default(defaults[spec.name])
            row.set_value(values[spec.name])
        for group in self._groups:
            group.refresh()

    @property
    def rows(self) -> tuple[FieldRow, ...]:
        """All rows in reading order."""
        return tuple(row for group in self._groups for row in group.rows)

    def row(self, name: str) -> FieldRow:
        """One row; KeyError where there is none."""
        return self._rows[name]

    def values(self) -> dict[str, Value]:
        """Name → the last valid value of every row."""
        return {name: row.value() for name, row in self._rows.items()}

    def set_value(self, name: str, value: Value, *, force: bool = False) -> None:
        """Shows a value; a name that is not shown is ignored."""
        if name in self._rows:
            self._rows[name].set_value(value, force=force)

    def set_error(self, name: str, text: str) -> None:
        """Shows a sentence under a row; empty takes it away."""
        if name in self._rows:
            self._rows[name].set_error(text)

    def errors(self) -> dict[str, str]:
        """Name → sentence of every row that cannot be used."""
        return {name: row.error for name, row in self._rows.items() if row.error}

    def commit(self) -> bool:
        """Takes what is half-typed; False where some of it cannot be used."""
        return all([row.editor.commit() for row in self._rows.values()])  # noqa: C419 - every editor is asked

    def focus_row(self, name: str) -> None:
        """Unfolds and focuses a row."""
        for group in self._groups:
            for row in group.rows:
                if row.name == name:
                    group.reveal(row)
                    row.editor.setFocus(Qt.FocusReason.TabFocusReason)  # what stands there can be typed over

    def set_live_only(self, live_only: bool) -> None:
        """While training: only live rows can be edited, the others say why not."""
        self._live_only = live_only
        reason = _("Fixed while the run trains. Duplicate the run to change it.") if live_only else ""
        for row in self._rows.values():
            row.set_locked("" if row.spec.live else reason)

    def _build(self, fields: tuple[FieldSpec, ...]) -> None:
        self._signature = fields
        for group in self._groups:
            (self._folded.discard if group.heading.isChecked() else self._folded.add)(group.title)
            for row in group.rows:
                # Hiding takes the focus away, which ends an edit: it belongs to fields that are no longer shown.
                row.blockSignals(True)
            group.hide()
            group.deleteLater()
        self._rows = {spec.name: FieldRow(spec, self._explained) for spec in fields}
        for row in self._rows.values():
            row.edited.connect(self.value_edited)
            row.error_changed.connect(self._on_error)
        self._groups = []
        for title in dict.fromkeys(spec.group for spec in fields):  # in the order of their first field
            rows = [self._rows[spec.name] for spec in fields if spec.group == title]
            self._groups.append(_Group(title, rows, opened=title not in self._folded))
            self._column.addWidget(self._groups[-1])
        self._head.setVisible(self._searched and len(fields) >= SEARCH_FROM)
        self.set_live_only(self._live_only)
        self.search.clear()  # words were typed for other settings
        self._filter("")

    def _filter(self, text: str) -> None:
        words = text.casefold().split()
        for group in self._groups:
            group.words = words
            group.refresh()
        rows = [row for form in (self, *self.neighbours) for row in form.rows]
        hits = [row for row in rows if row.matches(words)]
        for row in rows:
            row.label.mark(words if row in hits else ())
        told = _("{n} of {count}").format(n=len(hits), count=len(rows))
        self._found.setText(told if hits else _("Nothing is called “{text}”.").format(text=text.strip()))
        self._result.setVisible(bool(words))
        self.search.setAccessibleDescription(self._found.text() if words else "")
        if words:
            self.found.emit(hits[0] if hits else self._result)

    def _on_error(self, _name: str, _text: str) -> None:
        for group in self._groups:
            group.refresh()
        self.errors_changed.emit()
