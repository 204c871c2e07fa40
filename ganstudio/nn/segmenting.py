"""A small network that says for every pixel of a picture what is there, trained in a minute on pictures with label maps.

It is a U-Net (Ronneberger et al. 2015) of four stages with batch norm. What it sees of generated pictures tells whether they
show the map that they were asked for; it is a judge of its own training, and comparable with no other.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn.functional import adaptive_avg_pool2d, cross_entropy, interpolate

from ganstudio.nn import random
from ganstudio.nn.eager import Adam
from ganstudio.nn.initialise import he_init
from ganstudio.nn.random import randomness

LARGEST_SIDE = 128
IGNORED = 255
"""Stands in a label map where nobody knows."""
STEPS, BATCH = 400, 8
_WIDTHS = (12, 24, 48, 64)
_RATE = 4e-3


class Segmenter(nn.Module):
    """Pictures ``(N, C, S, S)`` in [−1, 1] to scores ``(N, K, S, S)``; any size from 8 px.

    Args:
        channels: 1 or 3.
        classes: K.
    """

    def __init__(self, channels: int, classes: int) -> None:
        super().__init__()
        self.down = nn.ModuleList([_stage(channels, _WIDTHS[0], 1)])
        self.down.extend(_stage(before, after, 2) for before, after in pairwise(_WIDTHS))
        self.up = nn.ModuleList(
            _stage(below + beside, beside, 1) for beside, below in reversed(list(pairwise(_WIDTHS)))
        )
        self.scores = nn.Conv2d(_WIDTHS[0], classes, 1)
        he_init(self, slope=0.0)

    def forward(self, x: Tensor) -> Tensor:
        """See the class."""
        seen = []
        for stage in self.down:
            x = stage(x)
            seen.append(x)
        for stage, beside in zip(self.up, reversed(seen[:-1]), strict=True):
            x = stage(torch.cat([interpolate(x, beside.shape[2:]), beside], 1))
        scores: Tensor = self.scores(x)
        return scores


def _stage(before: int, after: int, stride: int) -> nn.Module:
    return nn.Sequential(nn.Conv2d(before, after, 3, stride, 1, bias=False), nn.BatchNorm2d(after), nn.ReLU())


def prepared(items: Tensor) -> Tensor:
    """uint8 pictures to what the network gets: in [−1, 1], averaged down to at most 128 px."""
    rows = items.float() / 127.5 - 1
    return adaptive_avg_pool2d(rows, LARGEST_SIDE) if max(rows.shape[2:]) > LARGEST_SIDE else rows


def prepared_maps(maps: Tensor) -> Tensor:
    """uint8 label maps ``(N, H, W)`` of the same size, int64; the nearest pixel counts."""
    if max(maps.shape[1:]) > LARGEST_SIDE:
        maps = interpolate(maps[:, None].float(), (LARGEST_SIDE, LARGEST_SIDE), mode="nearest")[:, 0]
    return maps.long()


def train_segmenter(
    items: Tensor, maps: Tensor, classes: int, seed: int = 0, device: torch.device | str = "cpu", steps: int = STEPS
) -> Iterator[float | Segmenter]:
    """Trains a segmenter with Adam on batches of 8 pairs, half of them mirrored.

    Args:
        items: uint8 ``(N, C, S, S)``, on the CPU.
        maps: uint8 ``(N, S, S)``; :data:`IGNORED` where nobody knows.
        classes: how many there are.
        seed: of the weights and the batches.
        device: where it is done.
        steps: updates.

    Yields:
        the share that is done, after every step; last the network, in evaluation mode.
    """
    source = torch.Generator().manual_seed(seed)
    with randomness(source):
        network = Segmenter(items.shape[1], classes).to(device).train()
    optimiser = Adam(network.parameters(), lr=_RATE)
    for step in range(steps):
        with randomness(source), torch.inference_mode(False), torch.enable_grad():
            chosen = random.integers(len(items), BATCH)
            mirrored = random.integers(2, BATCH).bool()
            pictures = prepared(items[chosen].to(device))
            wanted = prepared_maps(maps[chosen].to(device))
            mirrored = mirrored.to(device)
            pictures = torch.where(mirrored[:, None, None, None], pictures.flip(3), pictures)
            wanted = torch.where(mirrored[:, None, None], wanted.flip(2), wanted)
            wrong = cross_entropy(network(pictures), wanted, ignore_index=IGNORED, reduction="sum")
            loss = wrong / (wanted != IGNORED).sum().clamp(min=1)
            optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimiser.param_groups[0]["lr"] = _RATE * min(1.0, 2 * (1 - step / steps))
            optimiser.step()
        yield (step + 1) / steps
    yield network.eval().requires_grad_(False)
