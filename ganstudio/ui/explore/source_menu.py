"""Where to choose what is explored: runs that train, the ready one, recent ones, and files."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFileDialog, QMenu, QPushButton, QSizePolicy

from ganstudio.app.explorer import Explorer
from ganstudio.app.explorer_sources import BUNDLED
from ganstudio.app.studio import Studio
from ganstudio.core.errors import StudioError
from ganstudio.core.i18n import _
from ganstudio.core.resources import resource_path
from ganstudio.store import Run, list_runs
from ganstudio.ui.icons import icon
from ganstudio.ui.pictures.drawing import step_text

MOST = 12
LONGEST = 40
WIDEST = 320


class RecentRun(NamedTuple):
    """A stored run that can be explored."""

    path: Path
    name: str
    step: int


def recent_runs(remembered: tuple[str, ...]) -> list[RecentRun]:
    """Runs with a checkpoint: those opened last, then the newest of the runs folder. Reads small files; for a job."""
    found: dict[Path, RecentRun] = {}
    for path in [*map(Path, remembered), *(run.path for run in list_runs())]:
        if len(found) >= MOST:
            break
        try:
            run = Run.open(path)
            steps = run.checkpoint_steps()
        except StudioError:
            continue  # deleted or moved since
        if steps:
            found.setdefault(run.path.resolve(), RecentRun(run.path, run.info.name, steps[-1]))
    return list(found.values())


def ready_name() -> str:
    """What the run that comes with the program is called, in the menu and above the pictures."""
    return _("Digits with codes (InfoGAN)")


class SourceButton(QPushButton):
    """The name of what is explored; a click offers others.

    Args:
        explorer: opens what is chosen.
        studio: knows the runs.
    """

    def __init__(self, explorer: Explorer, studio: Studio) -> None:
        super().__init__()
        self._explorer, self._studio = explorer, studio
        self._name = ""
        self._recent: list[RecentRun] = []
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(_("What is explored"))
        self.setIcon(icon("explore"))
        self._menu = QMenu(self)
        self._menu.setToolTipsVisible(True)
        self._menu.aboutToShow.connect(self.fill)
        self.setMenu(self._menu)
        self.show_name(_("Choose what to explore"))

    def show_name(self, name: str, tooltip: str = "") -> None:
        """Shows a name, elided where there is no room."""
        self._name = name
        self.setToolTip(tooltip or _("Choose what to explore: a run that trains, a stored one, a file"))
        self.setAccessibleDescription(name)
        self._write()
        self.updateGeometry()

    def _write(self) -> None:
        room = self.width() - 64
        self.setText(self.fontMetrics().elidedText(self._name, Qt.TextElideMode.ElideRight, room).replace("&", "&&"))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Elides anew."""
        super().resizeEvent(event)
        self._write()

    def sizeHint(self) -> QSize:
        """As wide as the name, within bounds."""
        width = self.fontMetrics().horizontalAdvance(self._name) + 72
        return QSize(min(max(width, 140), WIDEST), super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        """Room for the beginning of a name."""
        return QSize(140, super().minimumSizeHint().height())

    # -- the menu ---------------------------------------------------------------------------------------------------

    def look_for_runs(self) -> None:
        """Reads which stored runs there are, beside the window."""
        remembered = self._studio.settings.remembered.recent_runs
        self._studio.jobs.start(
            _("Looking for runs to explore"), lambda _progress, _cancel: recent_runs(remembered)
        ).on_done(self._take)

    def _take(self, found: list[RecentRun]) -> None:
        self._recent = found

    def fill(self) -> None:
        """Makes the menu anew, before it is shown."""
        explorer, menu = self._explorer, self._menu
        menu.clear()
        opened = explorer.opened
        here = None if opened is None else opened.path
        live = self._studio.training
        if live:
            self._head(_("Training now"))
            for model in live:
                self._entry(model.title, step_text(model.step), "live", explorer.following is model,
                            partial(explorer.follow, model),
                            _("Follow it: the pictures improve while you look"))  # fmt: skip
        self._head(_("Ready"))
        bundled = resource_path("runs", BUNDLED)
        self._entry(ready_name(), "", "explore", here == bundled, explorer.open_bundled,
                    _("Comes with the program"))  # fmt: skip
        stored = [run for run in self._recent if run.path != bundled and all(run.path != model.path for model in live)]
        if stored:
            self._head(_("Recent runs"))
        for run in stored:
            self._entry(run.name, step_text(run.step), "", here == run.path,
                        partial(explorer.open_run, run.path), str(run.path))  # fmt: skip
        menu.addSeparator()
        self._entry(_("Open a run folder…"), "", "folder", False, self.choose_folder, _("Any folder that holds a run"))
        self._entry(_("Open a generator file…"), "", "download", False, self.choose_file,
                    _("A generator that this program did not train: .safetensors, .pt, .pth, .onnx"))  # fmt: skip

    def _head(self, text: str) -> None:
        if not self._menu.isEmpty():
            self._menu.addSeparator()
        self._menu.addAction(text).setEnabled(False)

    def _entry(self, text: str, beside: str, picture: str, chosen: bool, call: Callable[[], Any], tip: str) -> None:
        short = text if len(text) <= LONGEST else text[: LONGEST - 1].rstrip() + "…"
        action = self._menu.addAction(short.replace("&", "&&") + (f"\t{beside}" if beside else ""))
        action.setToolTip(f"{text}\n{tip}" if short != text else tip)
        if chosen:
            action.setIcon(icon("check"))
        elif picture:
            action.setIcon(icon(picture))
        action.triggered.connect(lambda: call())

    def choose_folder(self) -> None:
        """Asks for the folder of a run and opens it."""
        chosen = QFileDialog.getExistingDirectory(self.window(), _("Open a run folder"))
        if chosen:
            self._explorer.open_run(Path(chosen))

    def choose_file(self) -> None:
        """Asks for a file with a generator and opens it."""
        kinds = _("Generators (*.safetensors *.pt *.pth *.onnx);;All files (*)")
        chosen, _kind = QFileDialog.getOpenFileName(self.window(), _("Open a generator file"), "", kinds)
        if chosen:
            self._explorer.open_file(Path(chosen))
