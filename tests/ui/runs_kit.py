"""The runs workspace for tests: stored runs, and a window with the workspace on view."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from ganstudio.app.notifications import Notifications
from ganstudio.app.settings import SettingsStore
from ganstudio.app.studio import Studio
from ganstudio.core.dataspec import DataSpec
from ganstudio.core.events import State
from ganstudio.core.experiment import Experiment
from ganstudio.core.images import make_grid
from ganstudio.store import RunWriter, create_run
from ganstudio.store.folder import read_info, write_info
from ganstudio.ui.runs.model import NAME
from ganstudio.ui.runs.workspace import RunsWorkspace
from ganstudio.ui.shell import Shell


def make(name: str, state: State = "stopped", step: int = 20, age: int = 0, data: str = "digits") -> Path:
    """A stored run with a picture; ``age`` in hours."""
    spec = DataSpec(data, "images", 10, channels=1, size=4)
    experiment = Experiment("dcgan", data, {"lr_g": 1e-3}, steps=50, name=name)
    path = create_run(experiment, spec, "print", told=[f"1 of 11 files was left out of {name}."])
    write_info(path, replace(read_info(path), created=datetime.now(UTC) - timedelta(hours=age)))
    with RunWriter(path) as writer:
        writer.save_thumbnail(make_grid(np.full((4, 4, 4, 1), 200, np.uint8)))
        writer.write_status(state, step, 50, step * 0.5, message="The loss is not finite." if state == "failed" else "")
    return path


class Desk:
    """A window with the workspace on view, and what it asked for."""

    def __init__(self, shell: Shell, studio: Studio, page: RunsWorkspace) -> None:
        self.shell, self.studio, self.page = shell, studio, page
        self.asked: list[tuple[str, object]] = []
        page.open_requested.connect(lambda path: self.asked.append(("open", path)))
        page.duplicate_requested.connect(lambda path: self.asked.append(("duplicate", path)))
        page.gallery_requested.connect(lambda: self.asked.append(("gallery", None)))

    def settle(self) -> None:
        """What the window's timer does, until the disk has been read."""
        self.page.library.invalidate()
        self.page.library.tick()  # the page itself asks for it twice a second
        self.finish()

    def finish(self) -> None:
        until = time.monotonic() + 20
        while self.studio.jobs.running:
            assert time.monotonic() < until
            self.studio.pump()
            QApplication.processEvents()
            time.sleep(0.002)
        QApplication.processEvents()

    @property
    def names(self) -> list[str]:
        """The names on view, from top to bottom."""
        shown = self.page.shown
        return [shown.index(place, NAME).data() for place in range(shown.rowCount())]

    def cell(self, place: int, column: int) -> str:
        return str(self.page.shown.index(place, column).data())

    def point(self, place: int, column: int, x: int = -1) -> QPoint:
        rect = self.page.table.visualRect(self.page.shown.index(place, column))
        return QPoint(rect.left() + x, rect.center().y()) if x >= 0 else rect.center()


Build = Callable[..., Desk]


@contextmanager
def desks(qtbot: QtBot) -> Iterator[Build]:
    """Builds windows for as long as the block runs."""
    made: list[Desk] = []

    def build(width: int = 1024, height: int = 700) -> Desk:
        hub = Notifications()
        studio = Studio(SettingsStore(hub=hub), hub)
        shell = Shell(studio.settings, studio.actions, hub)
        qtbot.addWidget(shell)
        pages: list[RunsWorkspace] = []

        def factory() -> QWidget:
            pages.append(RunsWorkspace(studio, shell.binder))
            return pages[0]

        shell.add_workspace("runs", "Runs", "runs", factory)
        shell.resize(width, height)
        shell.show()
        shell.show_workspace("runs")
        QApplication.processEvents()  # a page that is added to a visible window shows itself in the next round
        made.append(Desk(shell, studio, pages[0]))
        made[-1].settle()
        pages[0].table.setFocus()
        return made[-1]

    try:
        yield build
    finally:
        for one in made:
            one.finish()
            one.shell.close()
            one.studio.shutdown()
