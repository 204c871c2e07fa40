"""Inception-v3 as it was published for TensorFlow on 2015-12-05: the network that FID and Inception Score are defined by.

Szegedy et al. 2016 (Rethinking the Inception Architecture), with what that file does otherwise than later ones: average
pools do not count the padding, and the last block pools by the maximum; 1008 classes. Names of tensors are those of the
usual PyTorch conversions of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn import functional

SIDE = 299
FEATURES, CLASSES = 2048, 1008
Resize = Literal["legacy", "clean"]
"""``legacy``: bilinear as TensorFlow 1 did it, not antialiased, corner on corner; ``clean``: antialiased bicubic."""


@dataclass(frozen=True, slots=True)
class _Step:
    """One convolution: its name here and in TensorFlow's graph, its channels, kernel and stride."""

    name: str
    graph: str
    width: int
    kernel: tuple[int, int] = (1, 1)
    stride: int = 1


_Branch = tuple["_Step | str | tuple[_Step, ...]", ...]
"""What is done in turn: a step, a pool (``"mean"``, ``"max"``, ``"halve"``), or at last several steps side by side."""


def _a(pool: int) -> tuple[_Branch, ...]:
    return (
        (_Step("branch1x1", "conv", 64),),
        (_Step("branch5x5_1", "tower_conv", 48), _Step("branch5x5_2", "tower_conv_1", 64, (5, 5))),
        (_Step("branch3x3dbl_1", "tower_1_conv", 64), _Step("branch3x3dbl_2", "tower_1_conv_1", 96, (3, 3)),
         _Step("branch3x3dbl_3", "tower_1_conv_2", 96, (3, 3))),
        ("mean", _Step("branch_pool", "tower_2_conv", pool)),
    )  # fmt: skip


def _b() -> tuple[_Branch, ...]:
    return (
        (_Step("branch3x3", "conv", 384, (3, 3), 2),),
        (_Step("branch3x3dbl_1", "tower_conv", 64), _Step("branch3x3dbl_2", "tower_conv_1", 96, (3, 3)),
         _Step("branch3x3dbl_3", "tower_conv_2", 96, (3, 3), 2)),
        ("halve",),
    )  # fmt: skip


def _c(width: int) -> tuple[_Branch, ...]:
    wide, tall = (1, 7), (7, 1)
    return (
        (_Step("branch1x1", "conv", 192),),
        (_Step("branch7x7_1", "tower_conv", width), _Step("branch7x7_2", "tower_conv_1", width, wide),
         _Step("branch7x7_3", "tower_conv_2", 192, tall)),
        (_Step("branch7x7dbl_1", "tower_1_conv", width), _Step("branch7x7dbl_2", "tower_1_conv_1", width, tall),
         _Step("branch7x7dbl_3", "tower_1_conv_2", width, wide), _Step("branch7x7dbl_4", "tower_1_conv_3", width, tall),
         _Step("branch7x7dbl_5", "tower_1_conv_4", 192, wide)),
        ("mean", _Step("branch_pool", "tower_2_conv", 192)),
    )  # fmt: skip


def _d() -> tuple[_Branch, ...]:
    return (
        (_Step("branch3x3_1", "tower_conv", 192), _Step("branch3x3_2", "tower_conv_1", 320, (3, 3), 2)),
        (_Step("branch7x7x3_1", "tower_1_conv", 192), _Step("branch7x7x3_2", "tower_1_conv_1", 192, (1, 7)),
         _Step("branch7x7x3_3", "tower_1_conv_2", 192, (7, 1)), _Step("branch7x7x3_4", "tower_1_conv_3", 192, (3, 3), 2)),
        ("halve",),
    )  # fmt: skip


def _e(pool: str) -> tuple[_Branch, ...]:
    wide, tall = (1, 3), (3, 1)
    return (
        (_Step("branch1x1", "conv", 320),),
        (_Step("branch3x3_1", "tower_conv", 384),
         (_Step("branch3x3_2a", "tower_mixed_conv", 384, wide), _Step("branch3x3_2b", "tower_mixed_conv_1", 384, tall))),
        (_Step("branch3x3dbl_1", "tower_1_conv", 448), _Step("branch3x3dbl_2", "tower_1_conv_1", 384, (3, 3)),
         (_Step("branch3x3dbl_3a", "tower_1_mixed_conv", 384, wide),
          _Step("branch3x3dbl_3b", "tower_1_mixed_conv_1", 384, tall))),
        (pool, _Step("branch_pool", "tower_2_conv", 192)),
    )  # fmt: skip


_STEM = (
    (_Step("Conv2d_1a_3x3", "conv", 32, (3, 3), 2), 0), (_Step("Conv2d_2a_3x3", "conv_1", 32, (3, 3)), 0),
    (_Step("Conv2d_2b_3x3", "conv_2", 64, (3, 3)), 1), "halve",
    (_Step("Conv2d_3b_1x1", "conv_3", 80), 0), (_Step("Conv2d_4a_3x3", "conv_4", 192, (3, 3)), 0), "halve",
)  # fmt: skip
_BLOCKS: dict[str, tuple[str, tuple[_Branch, ...]]] = {
    "Mixed_5b": ("mixed", _a(32)), "Mixed_5c": ("mixed_1", _a(64)), "Mixed_5d": ("mixed_2", _a(64)),
    "Mixed_6a": ("mixed_3", _b()),
    "Mixed_6b": ("mixed_4", _c(128)), "Mixed_6c": ("mixed_5", _c(160)), "Mixed_6d": ("mixed_6", _c(160)),
    "Mixed_6e": ("mixed_7", _c(192)),
    "Mixed_7a": ("mixed_8", _d()), "Mixed_7b": ("mixed_9", _e("mean")), "Mixed_7c": ("mixed_10", _e("max")),
}  # fmt: skip


def _steps(branches: tuple[_Branch, ...]) -> list[_Step]:
    found: list[_Step] = []
    for branch in branches:
        for part in branch:
            found += [part] if isinstance(part, _Step) else part if isinstance(part, tuple) else []
    return found


def graph_names() -> dict[str, str]:
    """The name of every convolution with its normalisation here, by its name in TensorFlow's graph with ``_`` for ``/``."""
    names = {part[0].graph: part[0].name for part in _STEM if not isinstance(part, str)}
    for block, (graph, branches) in _BLOCKS.items():
        names |= {f"{graph}_{step.graph}": f"{block}.{step.name}" for step in _steps(branches)}
    return names


class _Convolution(nn.Module):
    def __init__(self, channels: int, step: _Step, padding: tuple[int, int]) -> None:
        super().__init__()
        self.conv = nn.Conv2d(channels, step.width, step.kernel, step.stride, padding, bias=False)
        self.bn = nn.BatchNorm2d(step.width, eps=0.001)

    def forward(self, x: Tensor) -> Tensor:
        return functional.relu(self.bn(self.conv(x)), inplace=True)


def _pooled(x: Tensor, how: str) -> Tensor:
    if how == "mean":
        return functional.avg_pool2d(x, 3, 1, 1, count_include_pad=False)
    return functional.max_pool2d(x, 3, 1, 1) if how == "max" else functional.max_pool2d(x, 3, 2)


class _Block(nn.Module):
    """Branches side by side; ``width`` is how many channels come of it."""

    def __init__(self, channels: int, branches: tuple[_Branch, ...]) -> None:
        super().__init__()
        self._branches, self.width = branches, 0
        for branch in branches:
            inner = channels
            for part in branch:
                sides = part if isinstance(part, tuple) else (part,) if isinstance(part, _Step) else ()
                for step in sides:
                    padding = (step.kernel[0] // 2, step.kernel[1] // 2) if step.stride == 1 else (0, 0)
                    self.add_module(step.name, _Convolution(inner, step, padding))
                inner = sum(step.width for step in sides) or inner
            self.width += inner

    def forward(self, x: Tensor) -> Tensor:
        return torch.cat([self._through(branch, x) for branch in self._branches], 1)

    def _through(self, branch: _Branch, x: Tensor) -> Tensor:
        for part in branch:
            if isinstance(part, str):
                x = _pooled(x, part)
            elif isinstance(part, _Step):
                x = self.get_submodule(part.name)(x)
            else:
                x = torch.cat([self.get_submodule(step.name)(x) for step in part], 1)
        return x


class Inception(nn.Module):
    """Pictures to 2048 features and the logits of 1008 classes; always in evaluation, without gradients."""

    def __init__(self) -> None:
        super().__init__()
        channels = 3
        for part in _STEM:
            if not isinstance(part, str):
                step, padding = part
                self.add_module(step.name, _Convolution(channels, step, (padding, padding)))
                channels = step.width
        for name, (_graph, branches) in _BLOCKS.items():
            block = _Block(channels, branches)
            self.add_module(name, block)
            channels = block.width
        self.fc = nn.Linear(channels, CLASSES)
        self.eval().requires_grad_(False)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Features and logits.

        Args:
            x: float ``(N, 3, 299, 299)`` with values 0–255; see :func:`resized`.

        Returns:
            ``(N, 2048)``, and ``(N, 1008)`` without the last layer's bias, as Inception Score is reckoned.
        """
        x = (x - 128) / 128
        for part in _STEM:
            x = _pooled(x, part) if isinstance(part, str) else self.get_submodule(part[0].name)(x)
        for name in _BLOCKS:
            x = self.get_submodule(name)(x)
        features = x.mean(dim=(2, 3))
        return features, features @ self.fc.weight.T


def empty_inception() -> Inception:
    """The network without memory for its weights: to know the names and shapes of its tensors."""
    with torch.device("meta"):
        return Inception()


def inception_of(weights: Mapping[str, Tensor]) -> Inception:
    """The network with weights by name; those that it lacks are ignored (e.g. counts of batches).

    Raises:
        RuntimeError: a tensor is missing or has another shape.
    """
    network = empty_inception()
    wanted = network.state_dict()
    given = {name: weights[name].float() for name in wanted if name in weights}
    for name in wanted:
        if name.endswith("num_batches_tracked"):
            given[name] = torch.zeros((), dtype=torch.int64)
    network.load_state_dict(given, assign=True)
    return network.requires_grad_(False).eval()


def resized(items: Tensor, how: Resize) -> Tensor:
    """Pictures as the network takes them, float32 ``(N, 3, 299, 299)``, 0–255, not rounded; grey ones in three channels.

    Args:
        items: uint8 ``(N, C, H, W)`` with one or three channels.
        how: see :data:`Resize`.
    """
    rows = items.float()
    if rows.shape[1] == 1:
        rows = rows.expand(-1, 3, -1, -1)
    if how == "legacy":
        return _lerp(_lerp(rows, 3), 2)
    if tuple(rows.shape[2:]) == (SIDE, SIDE):
        return rows
    return functional.interpolate(rows, (SIDE, SIDE), mode="bicubic", antialias=True, align_corners=False).clamp(0, 255)


def _lerp(x: Tensor, axis: int) -> Tensor:
    """Along one axis: pixel i of the result lies at i · size ÷ 299, with no half pixel anywhere."""
    place = torch.arange(SIDE, dtype=torch.float32, device=x.device) * torch.tensor(x.shape[axis] / SIDE)
    low = place.long()
    high = (low + 1).clamp_max(x.shape[axis] - 1)
    near, far = x.index_select(axis, low), x.index_select(axis, high)
    share = place - low
    return near + (far - near) * (share if axis == 3 else share[:, None])
