"""A painter without a window around networks in memory, pumped by the test; and what a person was told."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from ganstudio.app.generators.sources import Opened
from ganstudio.app.paint.painter import Painter
from ganstudio.app.studio import Studio
from ganstudio.core.dataspec import MapClass

SIZE = 32
HYPER = {"width": 4, "hidden": 4, "width_d": 4, "style_size": 5, "batch_size": 2, "scales": 1}
CLASSES = (
    MapClass("sky", (140, 196, 240)),
    MapClass("hill", (126, 184, 76)),
    MapClass("lake", (44, 112, 196)),
)
KIN = (MapClass("Lake", (40, 100, 200)), MapClass("Sky", (150, 200, 240)), MapClass("hill", (120, 180, 80)))
OTHERS = (MapClass("Lake", (40, 100, 200)), MapClass("Sky", (150, 200, 240)), MapClass("moss", (120, 180, 80)))


class Told(list[tuple[str, str]]):
    """What the window has told a person: ``(level, text)``."""

    def said(self, part: str) -> bool:
        return any(part in text for _level, text in self)

    @property
    def errors(self) -> list[str]:
        return [text for level, text in self if level == "error"]

    @property
    def warnings(self) -> list[str]:
        return [text for level, text in self if level == "warning"]


def listen(monkeypatch: pytest.MonkeyPatch) -> Told:
    """Hears what is told, besides whoever shows it."""
    from ganstudio.app.notifications import Notifications

    told, post = Told(), Notifications.post

    def heard(self: Notifications, level: Any, text: str, *more: Any, **options: Any) -> None:
        told.append((level, text))
        post(self, level, text, *more, **options)

    monkeypatch.setattr(Notifications, "post", heard)
    return told


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


def until(painter: Painter, true: Callable[[], object], seconds: float = 20.0) -> None:
    """Pumps the painter until something is so."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, painter.error
        painter.studio.pump()
        painter.pump()
        time.sleep(0.002)


def drawn(painter: Painter) -> NDArray[np.uint8]:
    """The picture of the present state."""
    until(painter, lambda: not painter.busy and (painter.picture is not None or painter.error is not None))
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
