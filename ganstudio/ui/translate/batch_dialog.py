"""Which folder is translated, and where the results go."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from PySide6.QtWidgets import QDialog, QDialogButtonBox, QFileDialog, QFormLayout, QLineEdit, QWidget

from ganstudio.app.jobs import Job
from ganstudio.app.translate.translator import Translator
from ganstudio.core.errors import StudioError
from ganstudio.core.i18n import _, plural
from ganstudio.data.decode import Fit
from ganstudio.ui.kit.parts import boxed, label, push_button
from ganstudio.ui.kit.style import set_look
from ganstudio.ui.translate.fit_choice import FitChoice


@dataclass(frozen=True, slots=True)
class Wishes:
    """What was asked for.

    Attributes:
        pictures: the folder that is translated, with all folders in it.
        results: where the results go; it need not exist.
        fit: how pictures are made square.
    """

    pictures: Path
    results: Path
    fit: Fit


class BatchDialog(QDialog):
    """Two folders, and how pictures are made square. Starts only what can succeed; says in place what is wrong.

    Args:
        translator: whose settings hold.
        start: told the wishes.
        parent: the window.
    """

    def __init__(self, translator: Translator, start: Callable[[Wishes], object], parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(_("Translate a folder"))
        self._translator, self._start = translator, start
        self._job: Job | None = None
        self._suggested = ""
        self.pictures = self._folder_field(_("Pictures"), _("The folder with the pictures; folders in it count too"))
        self.results = self._folder_field(_("Results"), _("Where the results go: a new or empty folder is best"))
        self.fit = FitChoice(_("Their middle square, the whole with a margin, or distorted"))
        if translator.state is not None:
            self.fit.set_fit(translator.state.fit)
        self.words = label("", "muted", wrap=True)
        self.problem = label("", "problem", wrap=True)
        self._lay_out()
        self.pictures.textChanged.connect(self._pictures_changed)
        self.results.textChanged.connect(lambda _text: self.problem.setText(""))
        self._tell(None)

    def _folder_field(self, name: str, tip: str) -> QLineEdit:
        field = QLineEdit()
        field.setAccessibleName(name)
        field.setToolTip(tip)
        field.setMinimumWidth(320)
        return field

    def _lay_out(self) -> None:
        rows = QFormLayout()
        rows.setHorizontalSpacing(16)
        rows.setVerticalSpacing(8)
        for field in (self.pictures, self.results):
            choose = push_button(_("Choose…"), "", _("Choose a folder"), clicked=partial(self._choose, field))
            choose.setAccessibleName(_("Choose the folder: {name}").format(name=field.accessibleName()))
            choose.setAutoDefault(False)
            row = boxed(field, choose, across=True, gap=8, stretch=field)
            rows.addRow(field.accessibleName(), row)
        rows.addRow(_("Fit"), self.fit)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        buttons.button(QDialogButtonBox.StandardButton.Cancel).setToolTip(_("Write nothing"))
        self.go = buttons.addButton(_("Translate"), QDialogButtonBox.ButtonRole.AcceptRole)
        self.go.setDefault(True)
        self.go.setToolTip(_("Translates all pictures beside the window; it can be stopped at any time"))
        set_look(self.go, primary=True)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        boxed(rows, self.words, self.problem, buttons, margins=(24, 16, 24, 16), gap=12, into=self)

    def _choose(self, field: QLineEdit) -> None:
        chosen = QFileDialog.getExistingDirectory(self, field.toolTip(), field.text())
        if chosen:
            field.setText(chosen)

    def _pictures_changed(self, text: str) -> None:
        """Counts what is there, beside the window, and suggests where the results could go."""
        self.problem.setText("")
        if self.results.text() == self._suggested and text.strip():
            folder = Path(text.strip())
            self._suggested = str(folder.with_name(f"{folder.name}-translated")) if folder.name else ""
            self.results.setText(self._suggested)
        self._drop_job()
        self._tell(None)
        folder, besides = Path(text.strip()), Path(self.results.text().strip() or "/nowhere")
        if not text.strip():
            return

        def count(_progress: object, _cancel: object) -> int:
            from ganstudio.explore.batch_translation import pictures_in

            return len(pictures_in(folder, besides))

        job = self._job = self._translator.studio.jobs.start(_("Counting pictures"), count)
        job.on_done(lambda found: self._counted(job, found)).on_error(lambda error: self._refused(job, error))

    def _drop_job(self) -> None:
        if self._job is not None:
            self._job.cancel()
            self._job = None

    def _counted(self, job: Job, found: int) -> None:
        if job is self._job:
            self._job = None
            self._tell(found)

    def _refused(self, job: Job, error: StudioError) -> None:
        if job is self._job:
            self._job = None
            self.problem.setText(str(error))

    def _tell(self, found: int | None) -> None:
        control, spec = self._translator.direction_control, self._translator.spec
        way = f" ({control.names[self._translator.direction]})" if control is not None else ""
        what = _("Every picture") if found is None else plural("{n} picture", "{n} pictures", found)
        side = 0 if spec is None else spec.size
        self.words.setText(
            _("{what} becomes a PNG of {side} × {side} pixels with the same name{way}. A list of what became of each is "
              "written beside them; broken pictures are left out.").format(what=what, side=side, way=way)
        )  # fmt: skip

    def done(self, result: int) -> None:
        """Closed, in whatever way: counts no more."""
        self._drop_job()
        super().done(result)
        self.deleteLater()

    def accept(self) -> None:
        """Starts, unless something is missing, which is then said."""
        pictures, results = self.pictures.text().strip(), self.results.text().strip()
        if not pictures or not Path(pictures).is_dir():
            self.problem.setText(_("There is no such folder of pictures; choose one."))
            self.pictures.setFocus()
        elif not results or not Path(results).parent.is_dir():
            self.problem.setText(_("Say where the results should go: a folder, new or empty."))
            self.results.setFocus()
        else:
            self._start(Wishes(Path(pictures), Path(results), self.fit.fit))
            super().accept()
