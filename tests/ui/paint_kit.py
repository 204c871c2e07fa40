"""A tiny SPADE on landscapes, stored once, painters of networks in memory, and the real window with Paint on view."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
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

from ganstudio.app.generators.sources import Opened
from ganstudio.app.paint.painter import Painter
from ganstudio.app.studio import Studio
from ganstudio.core.dataspec import MapClass
from ganstudio.core.experiment import Experiment
from ganstudio.ui.paint.workspace import PaintWorkspace
from ganstudio.ui.window import MainWindow
from tests.ui.window_kit import laid_out, opened, wait

SIZE = 32
HYPER = {"width": 4, "hidden": 4, "width_d": 4, "style_size": 5, "batch_size": 2, "scales": 1}
CLASSES = (
    MapClass("sky", (140, 196, 240)),
    MapClass("hill", (126, 184, 76)),
    MapClass("lake", (44, 112, 196)),
)
OTHERS = (MapClass("Lake", (40, 100, 200)), MapClass("Sky", (150, 200, 240)), MapClass("moss", (120, 180, 80)))


def experiment(steps: int = 2, name: str = "tiny spade") -> Experiment:
    """A SPADE that is trained in a moment."""
    return Experiment("spade", "landscapes:size=64,count=16", HYPER, steps, 0, "cpu", name)


def store_spade(path: Path, steps: int = 2) -> Path:
    """Trains it; checkpoints at its beginning and at its end."""
    from ganstudio.training.session import Session
    from tests.training.training_kit import finish

    finish(Session.new(experiment(steps, path.name), path=path))
    return path


def made(
    classes: Sequence[MapClass] = CLASSES, size: int = SIZE, title: str = "toy", seed: int = 0, style_size: int = 5
) -> Opened:
    """A SPADE in memory that has learned nothing, with an attribute."""
    import torch

    from ganstudio.core.dataspec import DataSpec
    from ganstudio.explore.generator import Generator
    from ganstudio.explore.state import ExploreState, position_of
    from ganstudio.methods import METHODS
    from ganstudio.nn.random import randomness

    spec = DataSpec(title, "maps", 4, 3, size, map_classes=tuple(classes), attributes=("time of day",))
    method_class = METHODS["spade"]
    with randomness(torch.Generator().manual_seed(seed)):
        method = method_class(method_class.resolve({**HYPER, "style_size": style_size}, "maps"), spec)
    generator = Generator.of_method(method, title)
    return Opened(generator, title, ExploreState(position_of(generator.draw(1, 0)), seed=0))


@contextmanager
def painting(folder: Path, opened: Opened | None = None) -> Iterator[Painter]:
    """A painter with such a network open, for as long as the block runs; whoever uses it pumps it."""
    studio = Studio()
    painter = Painter(studio, lambda: None, folder)
    try:
        painter._take(made() if opened is None else opened)
        yield painter
    finally:
        painter.shutdown()
        studio.shutdown()


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


def expected(painter: Painter) -> NDArray[np.uint8]:
    """The picture that the present map and style have to give."""
    from ganstudio.explore.painting import draw_on

    assert painter.opened is not None
    assert painter.document is not None
    assert painter.state is not None
    return draw_on(painter.opened.generator.frozen(), painter.document.ids, [painter.state.position])[0]


def dab(painter: Painter, x: float = 8, y: float = 8, class_: int = 2, diameter: float = 10) -> None:
    """One stroke of one dot."""
    document = painter.document
    assert document is not None
    with document.step("Paint") as canvas:
        canvas.stroke((x, y), (x, y), class_, diameter)


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
