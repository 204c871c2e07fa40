"""Measures a SPADE trained on ``landscapes``: ``python docs/measure_landscapes.py [RUN]`` (default: the bundled one).

On scenes that no run is trained on (seeds below 10,000) it asks

- whether the drawn picture shows what the map says: a small network that learned to read label maps from *real* pictures
  reads the drawn ones (the measure of Park et al. 2019, section 4: pixel accuracy and mean IoU);
- whether the time of day does what it says: mean brightness of drawn and of real pictures at four times;
- how far pictures of one map differ when only the style does (mean standard deviation of a pixel, of 255).
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn.functional import cross_entropy, interpolate

from ganstudio.core.resources import resource_path
from ganstudio.data.landscapes import LANDSCAPE_CLASSES, render, scene
from ganstudio.explore.files import to_pixels
from ganstudio.explore.stored import StoredGenerator
from ganstudio.nn.random import randomness
from ganstudio.store import Run

TRAIN, TEST, STEPS, BATCH = 600, 60, 900, 8
TIMES = (-1.0, -0.33, 0.33, 1.0)
STYLES = 8


class Reader(nn.Module):
    """A small encoder and decoder with one shortcut: pictures to a score for every class at every pixel."""

    def __init__(self, width: int = 24) -> None:
        super().__init__()
        self.fine = self._block(3, width, 1)
        self.middle = self._block(width, 2 * width, 2)
        self.coarse = nn.Sequential(self._block(2 * width, 3 * width, 2), self._block(3 * width, 3 * width, 2))
        self.join = self._block(5 * width, 2 * width, 1)
        self.out = nn.Conv2d(3 * width, len(LANDSCAPE_CLASSES), 3, padding=1)

    @staticmethod
    def _block(before: int, after: int, stride: int) -> nn.Sequential:
        return nn.Sequential(nn.Conv2d(before, after, 3, stride, 1), nn.BatchNorm2d(after), nn.ReLU())

    def forward(self, x: Tensor) -> Tensor:
        """``(N, 3, H, W)`` to ``(N, classes, H, W)``."""
        fine = self.fine(x)
        middle = self.middle(fine)
        coarse = interpolate(self.coarse(middle), scale_factor=4.0)
        joined = interpolate(self.join(torch.cat((middle, coarse), 1)), scale_factor=2.0)
        scores: Tensor = self.out(torch.cat((fine, joined), 1))
        return scores


def learned(size: int) -> Reader:
    """A reader that has learned from real pictures, mirrored at random."""
    scenes = [scene(index, size) for index in range(TRAIN)]
    pictures = torch.from_numpy(np.stack([one.picture for one in scenes])).permute(0, 3, 1, 2)
    labels = torch.from_numpy(np.stack([one.labels for one in scenes])).long()
    reader = Reader()
    optimiser = torch.optim.Adam(reader.parameters(), 2e-3)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 4e-3, STEPS)
    for _step in range(STEPS):
        chosen = torch.randint(TRAIN, (BATCH,))
        x, y = pictures[chosen].float() / 127.5 - 1, labels[chosen]
        if torch.rand(()) < 0.5:
            x, y = x.flip(3), y.flip(2)
        optimiser.zero_grad()
        cross_entropy(reader(x), y).backward()
        optimiser.step()
        schedule.step()
    return reader.eval()


@torch.inference_mode()
def read(reader: Reader, pictures: NDArray[np.uint8]) -> NDArray[np.int64]:
    """What the reader sees: pictures uint8 ``(N, H, W, 3)`` to classes ``(N, H, W)``."""
    parts = torch.from_numpy(pictures).permute(0, 3, 1, 2).float().div(127.5).sub(1).split(16)
    return torch.cat([reader(part).argmax(1) for part in parts]).numpy()


def agreement(seen: NDArray[np.int64], labels: NDArray[np.uint8]) -> tuple[float, float]:
    """Pixel accuracy and mean IoU over the classes, in percent."""
    shares = []
    for index in range(len(LANDSCAPE_CLASSES)):
        mine, theirs = seen == index, labels == index
        if theirs.any():
            shares.append((mine & theirs).sum() / (mine | theirs).sum())
    return 100 * float((seen == labels).mean()), 100 * float(np.mean(shares))


def main() -> None:
    """Prints the figures."""
    torch.manual_seed(0)
    run = Run.open(Path(sys.argv[1]) if len(sys.argv) > 1 else resource_path("runs", "spade-landscapes"))
    generator = StoredGenerator.open(run)
    size = generator.spec.size
    scenes = [scene(5000 + index, size) for index in range(TEST)]
    labels = np.stack([one.labels for one in scenes])
    (attribute,) = generator.spec.attributes

    def drawn(times: NDArray[np.float32], seed: int) -> NDArray[np.uint8]:
        with randomness(torch.Generator().manual_seed(seed)):
            style = torch.randn(TEST, generator.method.hyper.style_size).numpy()
        values = {"map": labels.astype(np.int64), "style": style, attribute: times[:, None]}
        return to_pixels(generator.generate(values))

    times = np.array([one.time for one in scenes], np.float32)
    reader = learned(size)
    real = np.stack([one.picture for one in scenes])
    for name, pictures in (("real", real), ("drawn", drawn(times, 1))):
        accuracy, overlap = agreement(read(reader, pictures), labels)
        sys.stdout.write(f"{name}: pixel accuracy {accuracy:.1f} %, mean IoU {overlap:.1f} %\n")
    for time in TIMES:
        same = np.full(TEST, time, np.float32)
        true = np.mean([render(one, time, index).mean() for index, one in enumerate(labels)])
        sys.stdout.write(f"time {time:+.2f}: brightness real {true:.0f}, drawn {drawn(same, 2).mean():.0f}\n")
    varied = np.stack([drawn(times, 10 + index) for index in range(STYLES)]).astype(np.float32)
    sys.stdout.write(f"style: standard deviation of a pixel over {STYLES} styles {varied.std(0).mean():.1f} of 255\n")


if __name__ == "__main__":
    main()
