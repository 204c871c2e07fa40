"""What can be seen of a run at one moment, computed in evaluation mode and handed over as numpy arrays."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import interpolate

from ganstudio.core.commands import Source
from ganstudio.core.controls import GeneratorIndex, LatentVector
from ganstudio.core.events import RealBatch, Samples, Scene
from ganstudio.methods.base import Method
from ganstudio.nn.labelmaps import picture_of
from ganstudio.training.engine import Engine

HEAT_CELLS, MANIFOLD_LINES, ARROWS = 48, 21, 64
REAL_POINTS = 4000


def to_items(items: Tensor) -> NDArray[np.uint8] | NDArray[np.float32]:
    """Images in [−1, 1] ``(N, C, H, W)`` to uint8 ``(N, H, W, C)``; points to float32 ``(N, 2)``."""
    if items.dim() == 2:
        points: NDArray[np.float32] = items.float().cpu().numpy()
        return points
    pixels = items.float().add(1).mul(127.5).round().clamp_(0, 255).to(torch.uint8)
    images: NDArray[np.uint8] = pixels.permute(0, 2, 3, 1).contiguous().cpu().numpy()
    return images


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


def take_scene(engine: Engine, source: Source) -> Scene | None:
    """The inside of a 2-D game; None where the data are not 2-D or the method has no discriminator to look into."""
    spec = engine.dataset.spec
    if spec.kind != "points":
        return None
    with engine.drawing(source) as view:
        side = torch.linspace(-spec.extent, spec.extent, HEAT_CELLS, device=engine.device)
        y, x = torch.meshgrid(side, side, indexing="ij")
        raw = view.critic(torch.stack((x.flatten(), y.flatten()), 1))
        if raw is None:
            return None
        heat = view.score(raw).view(HEAT_CELLS, HEAT_CELLS)
        manifold = _manifold(view, engine)
        fakes = view.generate({name: values[:ARROWS] for name, values in engine.fixed.items()})
        with torch.enable_grad():
            pull = view.pull(fakes)
    arrows = None if pull is None else torch.cat((fakes, pull), 1).float().cpu().numpy()
    return Scene(
        engine.step_count, spec.extent, heat.float().cpu().numpy(), view.score_is_probability, manifold, arrows
    )


def _manifold(view: Method, engine: Engine) -> NDArray[np.float32] | None:
    """Where a grid over the first two latent dimensions lands; the other dimensions stand at 0."""
    control = next((control for control in view.controls() if isinstance(control, LatentVector)), None)
    if control is None:
        return None
    reach = 1.0 if control.prior == "uniform" else 2.0
    side = torch.linspace(-reach, reach, MANIFOLD_LINES, device=engine.device)
    latents = torch.zeros(MANIFOLD_LINES**2, control.size, device=engine.device)
    rows, columns = torch.meshgrid(side, side, indexing="ij")
    latents[:, 0] = columns.flatten()
    if control.size > 1:
        latents[:, 1] = rows.flatten()
    values = {name: rest[:1].expand(len(latents), *rest.shape[1:]) for name, rest in engine.fixed.items()}
    points = view.generate({**values, control.name: latents})
    grid: NDArray[np.float32] = points.view(MANIFOLD_LINES, MANIFOLD_LINES, 2).float().cpu().numpy()
    return grid
