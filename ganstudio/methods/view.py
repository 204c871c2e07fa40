"""What is looked at of a method: its fixed samples, and the inside of a 2-D game.

One code for the trainer, which looks while it trains, and for whoever looks at a stored step.
"""

from __future__ import annotations

import math

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ganstudio.core.controls import LatentVector
from ganstudio.core.dataspec import Box
from ganstudio.core.events import Scene
from ganstudio.methods.base import Examples, Method, Values
from ganstudio.nn.random import randomness, seeded

FIXED_IMAGES, FIXED_POINTS, FIXED_TRANSLATIONS = 64, 1024, 8
HEAT_NODES, MANIFOLD_LINES, ARROWS = 48, 21, 64


def fixed_count(method: Method, pictures: bool) -> int:
    """How many samples of it are watched: for ``pictures`` a wall, else a cloud of points."""
    return FIXED_TRANSLATIONS if method.translates else FIXED_IMAGES if pictures else FIXED_POINTS


def fixed_values(method: Method, seed: int, count: int, examples: Examples | None = None) -> dict[str, Tensor]:
    """The control values of a run's fixed samples: the same for the same seed, at any step and on any machine.

    Args:
        method: whose controls.
        seed: of the run.
        count: how many.
        examples: real ones to look at beside them; what a translation is given. None will do for all others.
    """
    with randomness(seeded(seed, "fixed latents")):
        return method.showcase(count) if examples is None else method.on_view(count, examples)


def inside(method: Method, fixed: Values, step: int, box: Box, nodes: int = HEAT_NODES) -> Scene | None:
    """The inside of a 2-D game; None where the method has no discriminator to look into.

    Args:
        method: in evaluation mode, with the weights that are looked at; gradients are off.
        fixed: values of the fixed samples; arrows begin at the first ones.
        step: of the weights.
        box: the part of the plane that the heat-map covers.
        nodes: the heat-map has about so many nodes squared, whatever the shape of the box: what it costs stays the same.
    """
    device = next(iter(fixed.values())).device
    left, bottom, right, top = box
    columns, rows = _sides(right - left, top - bottom, nodes)
    across, up = torch.linspace(left, right, columns, device=device), torch.linspace(bottom, top, rows, device=device)
    y, x = torch.meshgrid(up, across, indexing="ij")
    raw = method.critic(torch.stack((x.flatten(), y.flatten()), 1))
    if raw is None:
        return None
    heat = method.score(raw).view(rows, columns).float().cpu().numpy()
    fakes = method.generate({name: values[:ARROWS] for name, values in fixed.items()})
    with torch.enable_grad():
        pull = method.pull(fakes)
    arrows = None if pull is None else torch.cat((fakes, pull), 1).float().cpu().numpy()
    return Scene(step, box, heat, method.score_is_probability, _manifold(method, fixed, device), arrows)


def _sides(width: float, height: float, nodes: int) -> tuple[int, int]:
    """Columns and rows whose cells are about square."""
    shape = math.sqrt(min(max(width / max(height, 1e-12), 1 / 16), 16.0))
    return max(2, round(nodes * shape)), max(2, round(nodes / shape))


def _manifold(method: Method, fixed: Values, device: torch.device) -> NDArray[np.float32] | None:
    """Where a grid over the first two latent dimensions lands; the other dimensions stand at 0."""
    control = next((control for control in method.controls() if isinstance(control, LatentVector)), None)
    if control is None:
        return None
    reach = 1.0 if control.prior == "uniform" else 2.0
    side = torch.linspace(-reach, reach, MANIFOLD_LINES, device=device)
    latents = torch.zeros(MANIFOLD_LINES**2, control.size, device=device)
    rows, columns = torch.meshgrid(side, side, indexing="ij")
    latents[:, 0] = columns.flatten()
    if control.size > 1:
        latents[:, 1] = rows.flatten()
    values = {name: rest[:1].expand(len(latents), *rest.shape[1:]) for name, rest in fixed.items()}
    points = method.generate({**values, control.name: latents})
    grid: NDArray[np.float32] = points.view(MANIFOLD_LINES, MANIFOLD_LINES, 2).float().cpu().numpy()
    return grid
