"""An explorer of a tiny generator for tests of panels: no files, no window, pumped by the test."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from pytestqt.qtbot import QtBot

from ganstudio.app.explore.explorer import Explorer
from ganstudio.app.generators.sources import Opened
from ganstudio.app.studio import Studio
from ganstudio.core.controls import CategoricalCode, ClassLabel, ContinuousCode, Control, LatentVector

PATIENCE = 20_000
INFOGAN: tuple[Control, ...] = (CategoricalCode("category", 10), ContinuousCode("codes", 2), LatentVector("z", 62))
CLASSES: tuple[Control, ...] = (
    ClassLabel("class", ("T-shirt or top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag",
                         "Ankle boot with a long name that nobody has room for")),
    LatentVector("z", 16),
)  # fmt: skip
PLANE: tuple[Control, ...] = (LatentVector("z", 2, "uniform"),)


def opened(controls: Sequence[Control], *, title: str = "toy", size: int = 8, **more: Any) -> Opened:
    """A generator whose pixels are weighted sums of all its numbers: the first numbers of a control count most."""
    import torch
    from torch import Tensor

    from ganstudio.core.dataspec import DataSpec
    from ganstudio.core.fields import Hyper as NoHyper
    from ganstudio.explore.generator import Generator
    from ganstudio.explore.state import ExploreState, position_of
    from ganstudio.methods.base import Method, MethodInfo, Phase, Values

    class Toy(Method):
        info = MethodInfo("toy", "Toy", "nobody", 2026, "", "")
        Hyper = NoHyper

        def phases(self) -> Sequence[Phase]:
            return ()

        def controls(self) -> Sequence[Control]:
            return tuple(controls)

        def generate(self, values: Values) -> Tensor:
            rows = [part.float().reshape(len(part), -1) for part in values.values()]
            weights = [1 / (1 + torch.arange(row.shape[1])) for row in rows]
            tone = sum((row * weight).sum(1) for row, weight in zip(rows, weights, strict=True))
            return torch.tanh(torch.as_tensor(tone)).view(-1, 1, 1, 1).expand(-1, 1, size, size)

    generator = Generator.of_method(Toy(NoHyper(), DataSpec("toy", "images", 1, 1, size)), title)
    return Opened(generator, title, ExploreState(position_of(generator.draw(1, 0)), seed=0), **more)


def pump(qtbot: QtBot, explorer: Explorer, condition: Callable[[], Any]) -> None:
    """Takes in what was drawn until something is so."""

    def so() -> bool:
        explorer.pump()
        return bool(condition())

    qtbot.waitUntil(so, timeout=PATIENCE)


@contextmanager
def exploring(qtbot: QtBot, controls: Sequence[Control] = INFOGAN, *, drawn: bool = True) -> Iterator[Explorer]:
    """An explorer with such a generator open (none for no controls), for as long as the block runs.

    Args:
        qtbot: waits.
        controls: of the generator.
        drawn: wait for the first picture.
    """
    explorer = make_explorer(controls)
    try:
        if drawn and controls:
            pump(qtbot, explorer, lambda: explorer.picture is not None)
        yield explorer
    finally:
        explorer.shutdown()
        explorer.studio.shutdown()


def make_explorer(controls: Sequence[Control] = INFOGAN) -> Explorer:
    """The same for whoever ends it: ``explorer.shutdown()`` and ``explorer.studio.shutdown()``."""
    explorer = Explorer(Studio(), lambda: None)
    if controls:
        explorer._take(opened(controls))
    return explorer
