"""Choosing the data: the set, its options, and what has to happen before it can be used."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QMenu, QProgressBar, QWidget

from ganstudio.app.drafts import parse_value
from ganstudio.app.generators.catalogue import DataCard
from ganstudio.core.fields import Value
from ganstudio.core.i18n import _
from ganstudio.ui.experiment.choosers import SearchCombo
from ganstudio.ui.forms import FieldForm
from ganstudio.ui.kit.icons import icon
from ganstudio.ui.kit.parts import ElidedLabel, boxed, label, push_button


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
        self.download = push_button(_("Download"), "download", tip, clicked=self._on_download)
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
        self._path.setText(path)
        self._path.setToolTip(path)
        self._path.setVisible(bool(path))
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
        self.problem.setText(text)
        self.problem.setVisible(bool(text))

    def set_download(self, name: str, fraction: float | None, text: str = "") -> None:
        """Shows a download under way.

        Args:
            name: the data set; empty when nothing is being downloaded (any more).
            fraction: 0 to 1; None while nobody knows.
            text: what is being fetched, or why it failed.
        """
        self._loading = name
        self.progress.setRange(0, 0 if fraction is None and name else 1000)
        self.progress.setValue(round(1000 * (fraction or 0.0)))
        self._progress_text.setText(text)
        self._progress_text.setVisible(bool(text))
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
        self._progress_text.setVisible(loading or bool(self._progress_text.text() and not self._loading))
        self.progress.setVisible(loading)
        self.cancel.setVisible(loading)

    def _on_download(self) -> None:
        self.download_requested.emit(self._name)
