"""A tiny SPADE on landscapes, stored once, and the real window with Paint on view."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from ganstudio.app.paint.painter import Painter
from ganstudio.core.experiment import Experiment
from ganstudio.ui.paint.workspace import PaintWorkspace
from ganstudio.ui.window import MainWindow
from tests.app.painter_rig import CLASSES, HYPER, OTHERS, SIZE, dab, expected, made, painting  # noqa: F401 - for tests
from tests.ui.window_kit import laid_out, opened, wait


def experiment(steps: int = 2, name: str = "tiny spade") -> Experiment:
    """A SPADE that is trained in a moment."""
    return Experiment("spade", "landscapes:size=64,count=16", HYPER, steps, 0, "cpu", name)


def store_spade(path: Path, steps: int = 2) -> Path:
    """Trains it; checkpoints at its beginning and at its end."""
    from ganstudio.training.session import Session
    from tests.training.training_kit import finish

    finish(Session.new(experiment(steps, path.name), path=path))
    return path


@contextmanager
def painting_window(qtbot: QtBot, path: Path | None = None) -> Iterator[tuple[MainWindow, PaintWorkspace]]:
    """A window with the workspace on view, and a run open in it."""
    with opened(qtbot) as window:
        page = paint(window)
        if path is not None:
            page.painter.open_run(path)
        window.show_workspace("paint")
        if path is not None:
            there(qtbot, page, path)
            laid_out(qtbot, window)
        yield window, page


def paint(window: MainWindow) -> PaintWorkspace:
    """The workspace, built now if it was not yet."""
    page = window.workspace("paint")
    assert isinstance(page, PaintWorkspace)
    return page


def there(qtbot: QtBot, page: PaintWorkspace, path: Path) -> None:
    """Waits until a run is open and its picture drawn."""
    painter = page.painter
    wait(qtbot, lambda: painter.opened is not None and painter.opened.path == path and not painter.opening)
    drawn(qtbot, page.painter)


def drawn(qtbot: QtBot, painter: Painter) -> NDArray[np.uint8]:
    """The picture of the present state."""

    def so() -> bool:
        painter.pump()
        return not painter.busy and (painter.picture is not None or painter.error is not None)

    wait(qtbot, so)
    assert painter.picture is not None, painter.error
    return painter.picture


def stroke(page: PaintWorkspace, start: tuple[float, float], end: tuple[float, float]) -> None:
    """Drags the brush between two places, in shares of the map."""
    canvas = page.canvas
    document = canvas.document
    assert document is not None
    points = []
    for share in (0.0, 0.3, 0.6, 1.0):
        x = (start[0] + (end[0] - start[0]) * share) * document.size
        y = (start[1] + (end[1] - start[1]) * share) * document.size
        points.append(canvas.viewport.to_widget(QPointF(x, y)).toPoint())
    QTest.mousePress(canvas, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, points[0])
    for point in points[1:]:
        QTest.mouseMove(canvas, point)
    QTest.mouseRelease(canvas, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, points[-1])


def answer(monkeypatch: pytest.MonkeyPatch, path: Path) -> None:
    """The file dialogs answer with this path."""
    for name in ("getSaveFileName", "getOpenFileName"):
        monkeypatch.setattr(QFileDialog, name, lambda *_args, **_more: (str(path), ""))


def dialog(qtbot: QtBot, page: PaintWorkspace, kind: type[Any], open_it: Callable[[], object]) -> Any:
    """Waits for the dialog that something opens."""
    open_it()
    wait(qtbot, lambda: [one for one in page.findChildren(kind) if one.isVisible()])
    return next(one for one in page.findChildren(kind) if one.isVisible())
