"""Translating networks of which everything is known, open without files or training."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ganstudio.app.generators.sources import Opened
from ganstudio.app.translate.translator import Examples, Translator
from ganstudio.core.controls import (
    Attribute,
    ClassImages,
    Control,
    GeneratorIndex,
    LabelMap,
    LatentVector,
    NoiseSeed,
    SourceImage,
)
from ganstudio.core.dataspec import DataSpec, MapClass
from ganstudio.explore.translating import InputPicture, blank

SIZE = 16
CLASSES = (MapClass("sky", (90, 150, 230)), MapClass("grass", (60, 140, 60)), MapClass("road", (110, 110, 110)))
SKETCH: tuple[Control, ...] = (SourceImage("source", 1, SIZE),)
TWO_WAYS: tuple[Control, ...] = (
    SourceImage("source", 3, SIZE),
    GeneratorIndex("direction", 2, ("day → night", "night → day")),
)
MAP: tuple[Control, ...] = (LabelMap("map", CLASSES, SIZE), LatentVector("style", 4), Attribute("time"))

FEW: tuple[Control, ...] = (SourceImage("source", 3, SIZE), ClassImages("pictures", 3, 3, SIZE), NoiseSeed("noise"))


def spec_of(controls: Sequence[Control]) -> DataSpec:
    given = controls[0]
    if isinstance(given, LabelMap):
        return DataSpec("toy", "maps", 4, 3, given.size, map_classes=given.classes, attributes=("time",))
    assert isinstance(given, SourceImage)
    if len(controls) > 1:
        return DataSpec("toy", "domains", 4, 3, given.size, input_channels=3, input_count=4, sides=("day", "night"))
    return DataSpec("toy", "pairs", 4, given.channels, given.size, input_channels=given.channels,
                    sides=("edges", "digits"))  # fmt: skip


def network(controls: Sequence[Control], title: str = "toy", step: int = 7) -> Any:
    """A generator: pictures come out negative (the other way: half as strong), maps in greys plus style and time."""
    import torch
    from torch import Tensor

    from ganstudio.core.fields import Hyper as NoHyper
    from ganstudio.explore.generator import Generator
    from ganstudio.methods.base import Method, MethodInfo, Phase, Values

    class Toy(Method):
        info = MethodInfo("toy", "Toy", "nobody", 2026, "", "")
        Hyper = NoHyper

        def phases(self) -> Sequence[Phase]:
            return ()

        def controls(self) -> Sequence[Control]:
            return tuple(controls)

        def generate(self, values: Values) -> Tensor:
            if "map" in values:
                ids = values["map"]
                assert int(ids.max()) < len(CLASSES)
                shade = ids.float() / len(CLASSES) + 0.2 * values["style"].mean(1)[:, None, None]
                return (shade + 0.2 * values["time"][:, :, None])[:, None].expand(-1, 3, -1, -1).clamp(-1, 1)
            turned = -values["source"]
            if "pictures" in values:
                return turned / 2 + values["pictures"].mean(1) / 4 + (values["noise"] % 2)[:, None, None, None] / 4
            if "direction" in values:
                return turned * torch.where(values["direction"] == 0, 1.0, 0.5)[:, None, None, None]
            return turned

    return Generator.of_method(Toy(NoHyper(), spec_of(controls)), title, step)


def opened(controls: Sequence[Control], title: str = "toy", **more: Any) -> Opened:
    from ganstudio.explore.state import ExploreState, position_of

    generator = network(controls, title)
    return Opened(generator, title, ExploreState(position_of(generator.draw(1, 0)), seed=0), **more)


def examples_for(controls: Sequence[Control], count: int = 5) -> Examples:
    """Random inputs, as a run's data would give them."""
    random, wanted = np.random.default_rng(0), controls[0]
    assert isinstance(wanted, LabelMap | SourceImage)
    most = len(CLASSES) if isinstance(wanted, LabelMap) else 256
    shape = blank(wanted).pixels.shape
    sides = tuple(
        tuple(
            InputPicture(f"picture {place + 1}", random.integers(0, most, shape, dtype=np.uint8))
            for place in range(count)
        )
        for _side in range(2 if len(controls) == 2 else 1)
    )
    return Examples(sides, 0 if isinstance(wanted, LabelMap) else 255)


def take(translator: Translator, controls: Sequence[Control], title: str = "toy") -> None:
    """Opens such a network, with examples."""
    translator._take(opened(controls, title))
    translator.shelf.found = examples_for(controls)
    translator.shelf.changed.emit()
