"""Choosing method and data: searchable combo boxes, and beneath them what helps to choose and what fits the choice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QMenu, QWidget

from ganstudio.app.drafts import parse_value, split_request
from ganstudio.app.generators.catalogue import DataCard, MethodCard
from ganstudio.app.generators.entries import data_entries, method_entries
from ganstudio.core.fields import Value
from ganstudio.core.i18n import _
from ganstudio.ui.experiment.search_combo import SearchCombo
from ganstudio.ui.forms import FieldForm
from ganstudio.ui.kit.flow import FlowLayout
from ganstudio.ui.kit.icons import icon
from ganstudio.ui.kit.parts import ElidedLabel, FoldButton, LinkButton, boxed, label, push_button, say
from ganstudio.ui.kit.progress import ProgressBar


class MethodChooser(QWidget):
    """The method, one sentence about it, what it minimises, and what to look for while it trains."""

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
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
        self.page = LinkButton(_("About this method"))
        self.page.setToolTip(_("Its page: what is minimised, what the settings do, what goes wrong (F1)"))
        self._hints = QWidget()
        self._hints.hide()
        boxed(self._words, self._neighbours, self._links, gap=4, into=self._hints)
        self.look_for.toggled.connect(self._hints.setVisible)
        more = FlowLayout(gap=8)
        more.addWidget(self.look_for)
        more.addWidget(self.page)
        words = self._summary, self._objective, self._needs, more, self._hints
        boxed(label(_("Method"), "small"), self.combo, *words, gap=4, into=self)

    def set_current(
        self, name: str, methods: Sequence[MethodCard], data: DataCard | None, datasets: Sequence[DataCard]
    ) -> None:
        """Shows a method without telling anybody, among all that there are for these data."""
        cards = {card.name: card for card in methods}
        self.combo.set_entries(method_entries(methods, data, datasets), name)
        card = cards.get(name)
        self._summary.setText(card.summary if card else "")
        say(self._objective, card.objective if card else "")
        needs = card.needs.words if card else ""
        say(self._needs, _("Needs data with {needs}").format(needs=needs) if needs else "")
        self._words.setText(card.look_for if card else "")
        for button in (self.look_for, self.page):
            button.setVisible(card is not None)
        self.combo.setToolTip(f"{card.title}\n{card.paper}" if card else _("Choose a method"))
        there = [cards[other] for other in (card.compare if card else ()) if other in cards]
        self._neighbours.setVisible(bool(there))
        while (item := self._links.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.hide()
                old.deleteLater()
        for other in there:
            link = LinkButton(other.title, flush=True)
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
        self._card: DataCard | None = None
        self._name = ""
        self._loading = ""
        self.combo = SearchCombo()
        self.combo.setAccessibleName(_("Data"))
        self.combo.chosen.connect(self.chosen)
        self._summary = label("", "muted", wrap=True)
        self._path = ElidedLabel()
        self.form = FieldForm(searched=False)  # the search of the settings finds its rows, too
        self.form.setContentsMargins(0, 4, 0, 0)
        self.form.value_edited.connect(self.option_edited)
        self.problem = label("", "problem", wrap=True)
        self.remedy = LinkButton("", flush=True)
        self.remedy.setToolTip(_("Chooses data that the method can be trained on"))
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
        self.progress = ProgressBar(_("Download"))
        self._progress_text = label("", "small", wrap=True)
        buttons = self.draw, self.folder, self.download, self.check
        row = boxed(*buttons, self.progress, self.cancel, across=True, gap=8, stretch=self.progress)
        row.addStretch(0)
        choice = label(_("Data"), "small"), self.combo, self._summary, self._path, self.problem, self.remedy
        boxed(*choice, row, self._progress_text, self.form, gap=4, into=self)  # where it lies stands above its options
        for widget in (self._path, self.problem, self.remedy, self.progress, self.cancel, self._progress_text):
            widget.hide()

    def _fill_places(self, menu: QMenu) -> None:
        menu.addAction(icon("folder"), _("Folder…"), self.folder_requested.emit)
        menu.addAction(icon("database"), _("Archive…"), self.archive_requested.emit)

    def set_current(
        self, request: str, datasets: Sequence[DataCard], method: MethodCard | None, methods: Sequence[MethodCard]
    ) -> None:
        """Shows a request's parts without telling anybody, among all the data that there are for this method."""
        self._name, path, options = split_request(request)
        self._card = card = next((card for card in datasets if card.name == self._name), None)
        self.combo.set_entries(data_entries(datasets, method, methods), self._name)
        say(self._path, path)
        self._path.setToolTip(path)
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

    def set_problem(self, text: str, remedy: DataCard | None = None) -> None:
        """One sentence beneath the choice, and data that would do; empty takes it away."""
        say(self.problem, text)
        self.remedy.setText("" if remedy is None else _("Take “{data}”").format(data=remedy.title))
        self.remedy.setVisible(remedy is not None)

    def set_download(self, name: str, fraction: float | None, text: str = "") -> None:
        """Shows a download under way.

        Args:
            name: the data set; empty when nothing is being downloaded (any more).
            fraction: 0 to 1; None while nobody knows.
            text: what is being fetched.
        """
        self._loading = name
        self.progress.show_share(fraction)
        self._progress_text.setText(text)
        self._refresh()

    def set_locked(self, locked: bool) -> None:
        """Locks everything but the check."""
        self.combo.setEnabled(not locked)
        self.form.set_live_only(locked)
        for button in (self.draw, self.folder, self.download):
            button.setEnabled(not locked)

    def _refresh(self) -> None:
        card = self._card
        self._summary.setText(card.summary if card else "")
        if card is not None:
            self.combo.setToolTip(f"{card.title}\n{card.licence}".strip())
        loading = bool(self._loading) and self._loading == self._name
        ready = card is not None and (card.available or card.takes_path)
        takes_folder = card is not None and card.takes_path and self._name != "drawing"
        self.draw.setVisible(self._name == "drawing")
        self.folder.setVisible(takes_folder)
        self.download.setVisible(card is not None and not ready and card.downloadable and not loading)
        self.check.setVisible(card is not None and ready and (bool(self._path.text()) or not card.takes_path))
        for widget in (self._progress_text, self.progress, self.cancel):
            widget.setVisible(loading)
