"""Choosing method and data: searchable combo boxes, and beneath them what helps to choose and what fits the choice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from PySide6.QtCore import QSignalBlocker, QSortFilterProxyModel, Qt, Signal
from PySide6.QtGui import QFocusEvent, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QComboBox, QCompleter, QLineEdit, QMenu, QProgressBar, QWidget

from ganstudio.app.drafts import parse_value
from ganstudio.app.generators.catalogue import DataCard, MethodCard
from ganstudio.core.fields import Value
from ganstudio.core.i18n import _
from ganstudio.ui.forms import FieldForm, QuietCombo
from ganstudio.ui.kit.icons import icon
from ganstudio.ui.kit.parts import ElidedLabel, FoldButton, LinkButton, boxed, label, push_button, say


class _NamesOnly(QSortFilterProxyModel):
    """Hides headings from the completer."""

    def filterAcceptsRow(self, row: int, parent: object) -> bool:
        """Only rows that can be chosen."""
        return bool(self.sourceModel().index(row, 0).data(Qt.ItemDataRole.UserRole))


class SearchCombo(QuietCombo):
    """A combo box one can type in to find an entry; text that is none goes away again.

    ``chosen`` carries the key of what a *person* chose.
    """

    chosen = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._key = ""
        self._items = QStandardItemModel(self)
        self.setModel(self._items)
        self._line = QLineEdit()
        self.setLineEdit(self._line)
        self.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.setMaxVisibleItems(24)
        names = _NamesOnly(self)
        names.setSourceModel(self._items)
        completer = QCompleter(names, self)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        completer.setCompletionMode(QCompleter.CompletionMode.PopupCompletion)
        self.setCompleter(completer)
        completer.activated.connect(lambda text: self._on_index(self.findText(str(text))))
        self.activated.connect(self._on_index)
        self._line.editingFinished.connect(self._restore)

    def showPopup(self) -> None:
        """Opens the list, with a scroll bar where not all of it is seen: Qt's style would have none."""
        super().showPopup()
        self.view().setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)

    def set_groups(self, groups: Sequence[tuple[str, Sequence[tuple[str, str, str]]]]) -> None:
        """Fills the list: ``(heading, [(key, text, tooltip), …])``; an empty heading is not shown."""
        with QSignalBlocker(self):
            self._items.clear()
            for heading, entries in groups:
                if heading:
                    item = QStandardItem(heading)
                    item.setFlags(Qt.ItemFlag.NoItemFlags)
                    font = item.font()
                    font.setBold(True)
                    item.setFont(font)
                    self._items.appendRow(item)
                for key, text, tip in entries:
                    item = QStandardItem(text)
                    item.setData(key, Qt.ItemDataRole.UserRole)
                    item.setToolTip(tip)
                    self._items.appendRow(item)
        self.set_key(self._key)

    @property
    def key(self) -> str:
        """The key of the present entry."""
        return self._key

    def set_key(self, key: str) -> None:
        """Shows an entry without telling anybody; an unknown key is shown as it is."""
        self._key = key
        index = self.findData(key)
        with QSignalBlocker(self):
            self.setCurrentIndex(index)
        self._line.setText(self.itemText(index) if index >= 0 else key)
        self._line.setCursorPosition(0)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Selects the text, so that typing searches at once."""
        super().focusInEvent(event)
        if event.reason() != Qt.FocusReason.PopupFocusReason:
            self._line.selectAll()

    def _on_index(self, index: int) -> None:
        before, key = self._key, self.itemData(index) or self._key
        self.set_key(key)
        if key != before:
            self.chosen.emit(key)

    def _restore(self) -> None:
        """After typing: an exact name counts, everything else goes back to what was chosen."""
        self._on_index(self.findText(self._line.text().strip(), Qt.MatchFlag.MatchFixedString))


class MethodChooser(QWidget):
    """The method, one sentence about it, what it minimises, and what to look for while it trains."""

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._cards: dict[str, MethodCard] = {}
        self.combo = SearchCombo()
        self.combo.setAccessibleName(_("Method"))
        self.combo.chosen.connect(self.chosen)
        self._summary = label("", "muted", wrap=True)
        self._objective = label("", "small", wrap=True)
        self._needs = label("", "small", wrap=True)
        self.look_for = FoldButton(_("What to look for"), opened=False, quiet=True)
        self._words = label("", wrap=True)
        self._neighbours = label(_("Compare with"), "small")
        self._links = boxed(across=True, gap=16)
        self._hints = QWidget()
        self._hints.hide()
        boxed(self._words, self._neighbours, self._links, gap=4, into=self._hints)
        self.look_for.toggled.connect(self._hints.setVisible)
        words = self._summary, self._objective, self._needs, self.look_for, self._hints
        boxed(label(_("Method"), "small"), self.combo, *words, gap=4, into=self)

    def set_methods(self, cards: Sequence[MethodCard]) -> None:
        """The methods there are, family by family."""
        self._cards = {card.name: card for card in cards}
        families: dict[str, list[tuple[str, str, str]]] = {}
        for card in cards:
            tip = f"{card.summary}\n{card.objective}".strip()
            families.setdefault(card.family_title, []).append((card.name, f"{card.title} · {card.year}", tip))
        self.combo.set_groups(list(families.items()))

    def set_current(self, name: str) -> None:
        """Shows a method without telling anybody."""
        self.combo.set_key(name)
        card = self._cards.get(name)
        self._summary.setText(card.summary if card else "")
        say(self._objective, card.objective if card else "")
        needs = card.needs.words if card and card.needs else ""
        say(self._needs, _("Needs data with {needs}").format(needs=needs) if needs else "")
        self._words.setText(card.look_for if card else "")
        self.look_for.setVisible(card is not None)
        self.combo.setToolTip(f"{card.title}\n{card.paper}" if card else _("Choose a method"))
        there = [self._cards[other] for other in (card.compare if card else ()) if other in self._cards]
        self._neighbours.setVisible(bool(there))
        while (item := self._links.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.hide()
                old.deleteLater()
        for other in there:
            link = LinkButton(other.title)
            link.setStyleSheet("QToolButton { padding: 2px 0; }")  # begins where the words begin
            link.setToolTip(_("{summary}\nTakes this method instead").format(summary=other.summary))
            link.setEnabled(self.combo.isEnabled())
            link.clicked.connect(lambda _checked=False, name=other.name: self.chosen.emit(name))
            self._links.addWidget(link)
        self._links.addStretch(1)

    def set_locked(self, locked: bool) -> None:
        """Locks the choice, not the explanations."""
        self.combo.setEnabled(not locked)
        for link in self._hints.findChildren(LinkButton):
            link.setEnabled(not locked)


class DataPicker(QWidget):
    """Data set, options, and the buttons that fit it.

    Signals: ``chosen`` (name), ``option_edited`` (name, value), ``check_requested``, ``draw_requested``,
    ``folder_requested``, ``archive_requested``, ``download_requested`` (name), ``cancel_download``.
    """

    chosen = Signal(str)
    option_edited = Signal(str, object)
    check_requested = Signal()
    draw_requested = Signal()
    folder_requested = Signal()
    archive_requested = Signal()
    download_requested = Signal(str)
    cancel_download = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._cards: dict[str, DataCard] = {}
        self._name = ""
        self._loading = ""
        self.combo = SearchCombo()
        self.combo.setAccessibleName(_("Data"))
        self.combo.chosen.connect(self.chosen)
        self._summary = label("", "muted", wrap=True)
        self._path = ElidedLabel()
        self.form = FieldForm()
        self.form.setContentsMargins(0, 4, 0, 0)
        self.form.value_edited.connect(self.option_edited)
        self.problem = label("", "problem", wrap=True)
        self.problem.hide()
        tip = _("Shows what the network will see: counts, sizes, broken files")
        self.check = push_button(_("Check…"), "eye", tip, clicked=self.check_requested.emit)
        self.draw = push_button(_("Draw…"), "brush", _("Opens the drawing"), clicked=self.draw_requested.emit)
        tip = _("The folder or the archive that holds the pictures")
        self.folder = push_button(_("Choose…"), "folder", tip, menu=self._fill_places)
        tip = _("Fetches the files, checks them, and keeps them")
        self.download = push_button(
            _("Download"), "download", tip, clicked=lambda: self.download_requested.emit(self._name)
        )
        tip = _("Cancel the download; what has arrived is kept for the next try")
        self.cancel = push_button("", "close", tip, clicked=self.cancel_download.emit)
        self.cancel.setAccessibleName(_("Cancel the download"))
        self.progress = QProgressBar()
        self.progress.setRange(0, 1000)
        self.progress.setTextVisible(False)
        self.progress.setAccessibleName(_("Download"))
        self._progress_text = label("", "small", wrap=True)
        buttons = self.draw, self.folder, self.download, self.check
        row = boxed(*buttons, self.progress, self.cancel, across=True, gap=8, stretch=self.progress)
        row.addStretch(0)
        choice = label(_("Data"), "small"), self.combo, self._summary, self._path, self.form, self.problem
        boxed(*choice, row, self._progress_text, gap=4, into=self)
        for widget in (self._path, self.progress, self.cancel, self._progress_text):
            widget.hide()

    def _fill_places(self, menu: QMenu) -> None:
        menu.addAction(icon("folder"), _("Folder…"), self.folder_requested)
        menu.addAction(icon("database"), _("Archive…"), self.archive_requested)

    def set_datasets(self, cards: Sequence[DataCard]) -> None:
        """The data sets there are, grouped by what a person thinks of first."""
        self._cards = {card.name: card for card in cards}
        groups: dict[str, list[tuple[str, str, str]]] = {"points": [], "images": [], "given": [], "own": []}
        for card in cards:
            key = "own" if card.takes_path else card.kind if card.kind in groups else "given"
            groups[key].append((card.name, card.title, card.summary))
        titles = _("2-D points"), _("Images"), _("Pictures from maps or pictures"), _("Your own")
        self.combo.set_groups([(title, some) for title, some in zip(titles, groups.values(), strict=True) if some])
        if self._name:
            self._refresh()

    def set_current(self, name: str, path: str, options: Mapping[str, str]) -> None:
        """Shows a request's parts without telling anybody."""
        self._name = name
        self.combo.set_key(name)
        say(self._path, path)
        self._path.setToolTip(path)
        card = self._cards.get(name)
        values: dict[str, Value] = {}
        wrong: dict[str, str] = {}
        # The heading above says “Data” already: options need none of their own.
        fields = tuple(replace(spec, group="") for spec in card.fields) if card else ()
        for spec in fields:
            if spec.name in options:
                try:
                    values[spec.name] = parse_value(spec, options[spec.name])
                except ValueError as error:
                    wrong[spec.name] = str(error)
        self.form.set_fields(fields, values)
        for spec in fields:
            self.form.set_error(spec.name, wrong.get(spec.name, ""))
        self._refresh()

    def set_problem(self, text: str) -> None:
        """One sentence beneath the choice; empty takes it away."""
        say(self.problem, text)

    def set_download(self, name: str, fraction: float | None, text: str = "") -> None:
        """Shows a download under way.

        Args:
            name: the data set; empty when nothing is being downloaded (any more).
            fraction: 0 to 1; None while nobody knows.
            text: what is being fetched.
        """
        self._loading = name
        self.progress.setRange(0, 0 if fraction is None and name else 1000)
        self.progress.setValue(round(1000 * (fraction or 0.0)))
        self._progress_text.setText(text)
        self._refresh()

    def set_locked(self, locked: bool) -> None:
        """Locks everything but the check."""
        self.combo.setEnabled(not locked)
        self.form.set_live_only(locked)
        for button in (self.draw, self.folder, self.download):
            button.setEnabled(not locked)

    def _refresh(self) -> None:
        card = self._cards.get(self._name)
        self._summary.setText(card.summary if card else "")
        if card is not None:
            self.combo.setToolTip(f"{card.title}\n{card.licence}".strip())
        loading = bool(self._loading) and self._loading == self._name
        ready = card is not None and (card.available or card.takes_path)
        takes_folder = card is not None and card.takes_path and self._name != "drawing"
        self.draw.setVisible(self._name == "drawing")
        self.folder.setVisible(takes_folder)
        self.download.setVisible(card is not None and not ready and card.downloadable and not loading)
        self.check.setVisible(ready and (bool(self._path.text()) or not takes_folder))
        for widget in (self._progress_text, self.progress, self.cancel):
            widget.setVisible(loading)
