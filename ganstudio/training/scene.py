"""What can be seen of a run at one moment, computed in evaluation mode and handed over as numpy arrays."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import interpolate

from ganstudio.core.commands import Source
from ganstudio.core.controls import GeneratorIndex
from ganstudio.core.dataspec import Box
from ganstudio.core.events import RealBatch, Samples, Scene
from ganstudio.core.observed import Observed
from ganstudio.methods.view import FIXED_IMAGES, fixed_values, inside
from ganstudio.nn.labelmaps import picture_of
from ganstudio.training.engine import Engine

REAL_POINTS = 4000
MANY_POINTS, MANY_PICTURES, MANY_TRANSLATIONS = 2048, 512, 32


def to_items(items: Tensor) -> NDArray[np.uint8] | NDArray[np.float32]:
    """Images in [−1, 1] ``(N, C, H, W)`` to uint8 ``(N, H, W, C)``; points to float32 ``(N, 2)``."""
    if items.dim() == 2:
        points: NDArray[np.float32] = items.float().cpu().numpy()
        return points
    pixels = items.float().add(1).mul(127.5).round().clamp_(0, 255).to(torch.uint8)
    images: NDArray[np.uint8] = pixels.permute(0, 2, 3, 1).contiguous().cpu().numpy()
    return images


def take_many(engine: Engine) -> Observed:
    """Far more than is on view, of both sides: the same latents and the same real items at every step."""
    translates, pictures = engine.method.translates, engine.dataset.spec.pictures
    count = MANY_TRANSLATIONS if translates else MANY_PICTURES if pictures else MANY_POINTS
    examples = engine.batches.unseen(count) if translates else engine.batches.fixed(count)
    values = fixed_values(engine.method, engine.seed, count, examples)
    drawn = []
    with engine.drawing() as view:
        for start in range(0, count, count if not pictures else FIXED_IMAGES):
            part = {name: rows[start : start + FIXED_IMAGES] if pictures else rows for name, rows in values.items()}
            drawn.append(to_items(view.generate({name: rows.to(engine.device) for name, rows in part.items()})))
    every: NDArray[np.uint8] | NDArray[np.float32] = np.concatenate(drawn)  # type: ignore[assignment] # all of one kind
    return Observed(every, to_items(examples.real), many=True)


def _scores(scores: Tensor | None) -> NDArray[np.float32] | None:
    return None if scores is None else scores.float().cpu().numpy()


def take_samples(engine: Engine, source: Source) -> Samples:
    """The fixed latents as the generator draws them now; translations beside what was given and what was wanted."""
    shown: Source = source if engine.averages else "raw"
    with engine.drawing(source) as view:
        if engine.dataset.spec.pictures:
            names, columns = zip(*view.panels(engine.fixed, engine.on_view.real), strict=True)
        else:  # points have no columns to stand in
            names, columns = ("",), (view.generate(engine.fixed),)
        if len(columns) > 1:
            items = to_items(beside(columns))
            return Samples(engine.step_count, items, None, shown, names, drawn=engine.method.drawn_panel)
        raw, groups = view.critic(columns[0], engine.fixed), view.groups(engine.fixed)
        scores = None if raw is None else _scores(view.score(raw))
    made = None if groups is None else groups.cpu().numpy()
    return Samples(engine.step_count, to_items(columns[0]), scores, shown, groups=made, group_names=_names(engine))


def _names(engine: Engine) -> tuple[str, ...]:
    index = next((control for control in engine.method.controls() if isinstance(control, GeneratorIndex)), None)
    return () if index is None else index.names


def beside(columns: Sequence[Tensor]) -> Tensor:
    """Pictures ``(N, C, H, W)`` of each column as groups: the first of each, the second of each and so on.

    Grey ones become colour, and smaller ones as large as the largest, each pixel a square.
    """
    channels, side = (max(column.shape[axis] for column in columns) for axis in (1, 2))
    rows = min(len(column) for column in columns)
    alike = [column[:rows].expand(-1, channels, -1, -1) for column in columns]
    return torch.stack([one if one.shape[2] == side else interpolate(one, side) for one in alike], 1).flatten(0, 1)


def take_real(engine: Engine) -> RealBatch:
    """A fixed batch of real items, with the discriminator's present word on them."""
    spec = engine.dataset.spec
    if spec.translates:
        real, _labels, inputs, _attributes = engine.on_view
        assert inputs is not None
        given = picture_of(inputs, spec.map_classes)
        return RealBatch(to_items(beside((given, real))), panels=spec.sides)
    real, labels, *_rest = engine.batches.fixed(engine.fixed_count if spec.pictures else REAL_POINTS)
    with engine.drawing() as view:
        raw = view.critic(real, view.describe(labels))
        return RealBatch(to_items(real), None if raw is None else _scores(view.score(raw)))


def take_scene(engine: Engine, source: Source, box: Box | None = None) -> Scene | None:
    """The inside of a 2-D game; None where the data are not 2-D or the method has no discriminator to look into.

    ``box`` is the part of the plane that is seen; the square of the data by default.
    """
    spec = engine.dataset.spec
    if spec.pictures:
        return None
    with engine.drawing(source) as view:
        return inside(view, engine.fixed, engine.step_count, box or spec.square)
