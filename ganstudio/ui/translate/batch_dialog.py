"""Which folder is translated, and where the results go."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QLineEdit, QWidget

from ganstudio.app.jobs import Job
from ganstudio.app.translate.translator import Translator
from ganstudio.core.i18n import _, plural
from ganstudio.data.decode import Fit
from ganstudio.ui.kit.dialogs import FormDialog
from ganstudio.ui.kit.parts import boxed, label, push_button
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


class BatchDialog(FormDialog):
    """Two folders, and how pictures are made square. Starts only what can succeed; says in place what is wrong.

    Args:
        translator: whose settings hold.
        start: told the wishes.
        parent: the window.
    """

    def __init__(self, translator: Translator, start: Callable[[Wishes], object], parent: QWidget) -> None:
        tip = _("Translates all pictures beside the window; it can be stopped at any time")
        super().__init__(_("Translate a folder"), _("Translate"), tip, parent, _("Write nothing"))
        self._translator, self._start = translator, start
        self._job: Job | None = None
        self._suggested = ""
        self.pictures = self._folder(_("Pictures"), _("The folder with the pictures; folders in it count too"))
        self.results = self._folder(_("Results"), _("Where the results go: a new or empty folder is best"))
        self.fit = FitChoice(_("Their middle square, the whole with a margin, or distorted"))
        self.rows.addRow(_("Fit"), self.fit)
        if translator.state is not None:
            self.fit.set_fit(translator.state.fit)
        self.problem = label("", "problem", wrap=True)
        self.fill(self.rows, self.words, self.problem, gap=12)
        self.pictures.textChanged.connect(self._pictures_changed)
        self.results.textChanged.connect(lambda _text: self.problem.setText(""))
        self._tell(None)

    def _folder(self, name: str, tip: str) -> QLineEdit:
        field = QLineEdit()
        field.setAccessibleName(name)
        field.setToolTip(tip)
        field.setMinimumWidth(320)
        choose = push_button(_("Choose…"), "", _("Choose a folder"), clicked=lambda: self._choose(field))
        choose.setAccessibleName(_("Choose the folder: {name}").format(name=name))
        choose.setAutoDefault(False)
        self.rows.addRow(name, boxed(field, choose, across=True, gap=8, stretch=field))
        return field

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

        self._job = self._translator.studio.jobs.start(_("Counting pictures"), count)
        self._job.on_done(self._tell).on_error(lambda error: self.problem.setText(str(error)))

    def _drop_job(self) -> None:
        if self._job is not None:
            self._job.cancel()

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

    def choose(self) -> None:
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
            self.accept()
