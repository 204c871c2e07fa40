"""What the experiment form asks of data: check them, draw them, choose a folder, download a published set."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog

from ganstudio.app.drafts import join_request, split_request
from ganstudio.app.jobs import Job
from ganstudio.app.runs.run_model import RunModel
from ganstudio.app.studio import Studio
from ganstudio.core.errors import StudioError
from ganstudio.core.i18n import _
from ganstudio.data.drawing import load_drawing, save_drawing
from ganstudio.data.fetch import download
from ganstudio.data.membernames import ARCHIVES
from ganstudio.data.report import check
from ganstudio.ui.experiment import DataCheckView, ExperimentPanel
from ganstudio.ui.kit.dialogs import Way, ask
from ganstudio.ui.kit.files import remembering
from ganstudio.ui.kit.lifetimes import listen


class DataJobs(QObject):
    """Answers the panel's signals about data; work runs in the studio's jobs."""

    def __init__(self, studio: Studio, panel: ExperimentPanel) -> None:
        super().__init__(panel)
        self._studio, self._panel = studio, panel
        self._download: Job | None = None
        panel.data.check_requested.connect(self.check)
        panel.data.draw_requested.connect(lambda: self.draw())
        panel.data.folder_requested.connect(self.choose_folder)
        title = _("Choose an archive of pictures")
        panel.data.archive_requested.connect(lambda: self._ask(title, self.use_folder, _("Archives"), ARCHIVES))
        panel.data.download_requested.connect(self.download)
        panel.data.cancel_download.connect(lambda: self._download and self._download.cancel())

    @property
    def _request(self) -> tuple[str, str, dict[str, str]]:
        """The draft's data: name, path, options."""
        return split_request(self._panel.draft.experiment.data)

    def _called(self, request: str) -> str:
        known = self._studio.catalogue
        return request if known is None else known.data_title(request)

    def check(self) -> None:
        """Shows what the networks would see of the chosen data."""
        request = self._panel.experiment.data
        title = _("What the networks will see — {data}").format(data=self._called(request))
        dialog = DataCheckView(self._panel.window(), title, request)
        job = self._studio.jobs.start(_("Looking at the data"), lambda told, cancel: check(request, cancel, told))
        job.on_done(dialog.set_report).on_error(lambda error: dialog.set_failure(str(error)))
        listen(dialog, (job.progressed, dialog.set_progress))
        dialog.accepted.connect(self._panel.start.click)
        dialog.finished.connect(job.cancel)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def draw(self, then: Any = None) -> None:
        """Opens the canvas; the saved drawing becomes the draft's data. ``then`` is called after that."""
        from ganstudio.ui.experiment.drawing import DrawingDialog

        name, path, _options = self._request
        field = None
        if name == "drawing" and path:
            with suppress(StudioError):  # it was deleted: begin anew
                field = load_drawing(path)
        dialog = DrawingDialog(self._panel.window(), name=path if field is not None else "", field=field)

        def accepted() -> None:
            title, density = dialog.drawing()
            try:
                save_drawing(title, density)
            except StudioError as error:
                self._studio.report(error)
                return
            self._panel.draft.set_data(join_request("drawing", title), name=title)
            if then is not None:
                then()

        dialog.accepted.connect(accepted)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def choose_folder(self) -> None:
        """Asks for a folder of pictures; it becomes the draft's data, and what is in it is shown."""
        self._ask(_("Choose a folder of pictures"), self.use_folder)

    def _ask(self, title: str, use: Callable[[Path], object], kind: str = "", endings: Sequence[str] = ()) -> None:
        """Asks for a folder, or for a file of a kind, and uses it."""
        dialog = QFileDialog(self._panel.window(), title)
        if kind:
            dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
            dialog.setNameFilter(f"{kind} ({' '.join('*' + ending for ending in endings)})")
        else:
            dialog.setFileMode(QFileDialog.FileMode.Directory)
            dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        remembering(dialog, "data").fileSelected.connect(lambda path: use(Path(path)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def ask_place(self, model: RunModel) -> None:
        """The data of a run that is to train on are not where they lay: asks where they are now, and trains on.

        The session takes them only if they are the very same.
        """
        about = _(
            "If the data of “{name}” have moved, choose where they are now. They are taken if they are the same, and "
            "the run remembers the place."
        ).format(name=model.title)
        ask(
            self._panel.window(), _("Where are the data?"), model.message, about, ways=(Way(_("Choose…")),),
            no=_("Cancel"), then=lambda choose: self._choose_place(model) if choose else None,
        )  # fmt: skip

    def _choose_place(self, model: RunModel) -> None:
        """Asks for what was there before: a folder, an archive, or a drawing."""
        name, path, _options = split_request(model.experiment.data)
        steps = model.waits_for_data

        def use(place: Path) -> None:
            self._studio.continue_run(model, steps, join_request(name, str(place)))

        if name == "drawing":
            self._ask(_("Choose the drawing"), use, _("Drawings"), (".png",))
        elif path.lower().endswith(ARCHIVES):
            self._ask(_("Choose the archive of pictures"), use, _("Archives"), ARCHIVES)
        else:
            self._ask(_("Choose the folder of pictures"), use)

    @property
    def reads_folder(self) -> bool:
        """The draft's data come from a folder: of pictures, of label maps, of pairs."""
        name, _path, _options = self._request
        catalogue = self._studio.catalogue
        paths = {card.name for card in catalogue.datasets if card.takes_path} if catalogue is not None else {"folder"}
        return name in paths - {"drawing"}

    def use_folder(self, folder: Path) -> None:
        """Takes a folder or an archive (chosen or dropped) as the draft's data and shows the check.

        The draft says what is in it where it names a set that is read from a folder; else it is taken for pictures.
        """
        name, _path, options = self._request
        if not self.reads_folder:
            name, options = "folder", {}
        self._panel.draft.set_data(join_request(name, str(folder), options))
        self._studio.when_ready(self.check)

    def download(self, name: str) -> None:
        """Fetches a published set into the data folder."""
        if self._download is not None:
            return

        def work(progress: Any, cancel: threading.Event) -> object:
            def report(done: int, total: int) -> None:
                if total:
                    progress(done / total, _("{done:.1f} of {total:.1f} MB").format(done=done / 1e6, total=total / 1e6))

            return download(name, report, cancel)

        def done(_result: object) -> None:
            if self._studio.catalogue is not None:
                self._studio.catalogue.refresh()
                self._panel.set_catalogue(self._studio.catalogue)

        def ended() -> None:
            self._download = None
            self._panel.data.set_download("", None)

        tell = partial(self._panel.data.set_download, name)
        job = self._download = self._studio.jobs.start(_("Downloading {name}").format(name=name), work)
        tell(None, _("Connecting…"))
        job.progressed.connect(tell)
        job.on_done(done).ended.connect(ended)
