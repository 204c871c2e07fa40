"""Choosing the data: the set, its options, and what has to happen before it can be used."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QMenu, QProgressBar, QPushButton, QVBoxLayout, QWidget

from ganstudio.app.drafts import parse_value
from ganstudio.app.generators.catalogue import DataCard
from ganstudio.core.fields import Value
from ganstudio.core.i18n import _
from ganstudio.ui.experiment.choosers import SearchCombo
from ganstudio.ui.forms import FieldForm
from ganstudio.ui.kit.icons import icon
from ganstudio.ui.kit.parts import ElidedLabel, label


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
        self.check = self._button(_("Check…"), "eye", _("Shows what the network will see: counts, sizes, broken files"))
        self.draw = self._button(_("Draw…"), "brush", _("Opens the drawing"))
        self.folder = self._button(_("Choose…"), "folder", _("The folder or the archive that holds the pictures"))
        self.folder.setMenu(self._places())
        self.download = self._button(_("Download"), "download", _("Fetches the files, checks them, and keeps them"))
        self.cancel = self._button("", "close", _("Cancel the download; what has arrived is kept for the next try"))
        self.cancel.setAccessibleName(_("Cancel the download"))
        self.progress = QProgressBar()
        self.progress.setRange(0, 1000)
        self.progress.setTextVisible(False)
        self.progress.setAccessibleName(_("Download"))
        self._progress_text = label("", "small", wrap=True)
        for button, signal in (
            (self.check, self.check_requested),
            (self.draw, self.draw_requested),
            (self.cancel, self.cancel_download),
        ):
            button.clicked.connect(signal)
        self.download.clicked.connect(self._on_download)
        self._lay_out()

    def _button(self, text: str, symbol: str, tip: str) -> QPushButton:
        button = QPushButton(text, self)
        button.setIcon(icon(symbol))
        button.setToolTip(tip)
        return button

    def _places(self) -> QMenu:
        menu = QMenu(self)
        menu.addAction(icon("folder"), _("Folder…"), self.folder_requested)
        menu.addAction(icon("database"), _("Archive…"), self.archive_requested)
        return menu

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(label(_("Data"), "small"))
        column.addWidget(self.combo)
        column.addWidget(self._summary)
        column.addWidget(self._path)
        column.addWidget(self.form)
        column.addWidget(self.problem)
        row = QHBoxLayout()
        row.setSpacing(8)
        for button in (self.draw, self.folder, self.download, self.check):
            row.addWidget(button)
        row.addWidget(self.progress, 1)
        row.addWidget(self.cancel)
        row.addStretch(0)
        column.addLayout(row)
        column.addWidget(self._progress_text)
        for widget in (self._path, self.progress, self.cancel, self._progress_text):
            widget.hide()

    def set_datasets(self, cards: Sequence[DataCard]) -> None:
        """The data sets there are, grouped by what a person thinks of first."""
        self._cards = {card.name: card for card in cards}
        own = [card for card in cards if card.takes_path]
        points = [card for card in cards if card.kind == "points" and not card.takes_path]
        images = [card for card in cards if card.kind == "images" and not card.takes_path]
        given = [card for card in cards if card.kind in ("maps", "pairs", "domains") and not card.takes_path]
        groups = (
            (_("2-D points"), points),
            (_("Images"), images),
            (_("Pictures from maps or pictures"), given),
            (_("Your own"), own),
        )
        self.combo.set_groups(
            [(title, [(card.name, card.title, card.summary) for card in some]) for title, some in groups if some]
        )
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
        for spec in card.fields if card else ():
            if spec.name in options:
                try:
                    values[spec.name] = parse_value(spec, options[spec.name])
                except ValueError as error:
                    wrong[spec.name] = str(error)
        # The heading above says “Data” already: options need none of their own.
        fields = tuple(replace(spec, group="") for spec in card.fields) if card else ()
        self.form.set_fields(fields, values)
        for spec in card.fields if card else ():
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
        if card is None:
            self._summary.setText("")
        else:
            self._summary.setText(card.summary)
            self.combo.setToolTip(f"{card.title}\n{card.licence}".strip())
        loading = bool(self._loading) and self._loading == self._name
        ready = card is not None and (card.available or card.takes_path)
        self.draw.setVisible(self._name == "drawing")
        self.folder.setVisible(card is not None and card.takes_path and self._name != "drawing")
        self.download.setVisible(card is not None and not ready and card.downloadable and not loading)
        waits = card is not None and card.takes_path and self._name != "drawing" and not self._path.isVisibleTo(self)
        self.check.setVisible(ready and not waits)
        self._progress_text.setVisible(loading or bool(self._progress_text.text() and not self._loading))
        self.progress.setVisible(loading)
        self.cancel.setVisible(loading)

    def _on_download(self) -> None:
        self.download_requested.emit(self._name)
