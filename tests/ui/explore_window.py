"""The real window with its Explore workspace on view, on tiny runs that are stored once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from ganstudio.core.experiment import Experiment
from ganstudio.ui.explore.workspace import ExploreWorkspace
from ganstudio.ui.window import MainWindow
from tests.app.painter_rig import Told, listen  # noqa: F401 - for tests
from tests.ui.window_kit import laid_out, opened, wait

SMALL = {"conv_width": 4, "latent_size": 5, "batch_size": 8}


def store_run(path: Path, method: str = "dcgan", data: str = "digits:size=16", steps: int = 4, **hyper: Any) -> Path:
    """Trains a tiny run; checkpoints at its beginning, in the middle and at its end."""
    from ganstudio.training.session import Session
    from tests.training.training_kit import finish

    values = {**SMALL, **hyper} if data.startswith("digits") else hyper
    finish(Session.new(Experiment(method, data, values, steps, 0, "cpu", path.name), path=path))
    return path


@contextmanager
def exploring_window(qtbot: QtBot, path: Path | None = None) -> Iterator[tuple[MainWindow, ExploreWorkspace]]:
    """A window with the workspace on view, and a run open in it."""
    with opened(qtbot) as window:
        page = explore(window)
        if path is not None:
            page.explorer.open_run(path)
        window.show_workspace("explore")
        if path is not None:
            there(qtbot, page, path)
            laid_out(qtbot, window)
        yield window, page


def explore(window: MainWindow) -> ExploreWorkspace:
    page = window.workspace("explore")
    assert isinstance(page, ExploreWorkspace)
    return page


def there(qtbot: QtBot, page: ExploreWorkspace, path: Path) -> None:
    """Waits until a run or file is open and its picture drawn."""
    explorer = page.explorer
    wait(qtbot, lambda: explorer.opened is not None and explorer.opened.path == path and not explorer.opening)
    drawn(qtbot, page)


def drawn(qtbot: QtBot, page: ExploreWorkspace) -> NDArray[np.uint8]:
    """The picture once everything that was asked for is drawn."""

    def so() -> bool:
        page.explorer.pump()
        return page.explorer.service.idle and page.explorer.picture is not None

    wait(qtbot, so)
    page.explorer.pump()
    assert page.explorer.picture is not None
    return page.explorer.picture


def drop(window: MainWindow, *paths: Path) -> bool:
    """Drops files as the desktop does; whether they were taken."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    event = QDropEvent(
        QPointF(300, 300), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    )
    event.setAccepted(False)
    window.dropEvent(event)
    while any(job.title in {f"Looking at {path.name}" for path in paths} for job in window.studio.jobs.running):
        QTest.qWait(5)  # what it is, is found out beside the window
    return event.isAccepted()
