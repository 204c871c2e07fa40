"""A small classifier, trained in seconds on a run's own labelled data, to say what generated samples look like."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from torch import Tensor, nn

from ganstudio.core.errors import UsageError
from ganstudio.core.i18n import _
from ganstudio.explore.generator import Generator
from ganstudio.explore.probing import at_once, held, latent_of, pieces, rows_of
from ganstudio.explore.state import Position
from ganstudio.explore.working import Working
from ganstudio.nn import random
from ganstudio.nn.eager import SGD
from ganstudio.nn.initialise import he_init
from ganstudio.nn.random import Dropout, randomness

LARGEST_SIDE = 32
_BATCH, _RATE, _MOMENTUM, _DECAY = 64, 0.05, 0.9, 5e-4
_MOST_HELD_OUT = 2000


class Classifier:
    """Probabilities of classes for pictures or points.

    Attributes:
        names: of the classes.
        accuracy: share of right answers on items it was not trained on; NaN before that is known.
    """

    def __init__(self, network: nn.Module, names: Sequence[str], extent: float, accuracy: float = float("nan")) -> None:
        self._network, self._extent = network.eval().requires_grad_(False), extent
        self.names, self.accuracy = tuple(names), accuracy

    def probabilities(self, items: NDArray[np.float32]) -> NDArray[np.float32]:
        """What generated items look like.

        Args:
            items: float32 ``(N, C, H, W)`` in [−1, 1], or points ``(N, 2)``.

        Returns:
            float32 ``(N, K)``, rows adding up to 1.
        """
        with torch.inference_mode():
            found = [self._network(_prepared(torch.as_tensor(items[part]), self._extent)).softmax(dim=1)
                     for part in pieces(len(items), 256)]  # fmt: skip
            shares: NDArray[np.float32] = torch.cat(found).numpy()
        return shares


@dataclass(frozen=True, slots=True)
class Labelled:
    """Samples of a generator and what a classifier says of them.

    Attributes:
        values: their control values, N rows.
        probabilities: float32 ``(N, K)``.
        names: of the K classes.
    """

    values: dict[str, NDArray[Any]]
    probabilities: NDArray[np.float32]
    names: tuple[str, ...]

    @property
    def labels(self) -> NDArray[np.int64]:
        """The likeliest class of each, ``(N,)``."""
        likeliest: NDArray[np.int64] = self.probabilities.argmax(axis=1).astype(np.int64)
        return likeliest


def train_classifier(
    items: Tensor | NDArray[Any],
    labels: ArrayLike | Tensor,
    names: Sequence[str],
    steps: int = 400,
    share_held_out: float = 0.15,
    seed: int = 0,
) -> Iterator[Working | Classifier]:
    """Trains a classifier on the CPU by gradient descent with momentum: three convolutions, or two layers for points.

    Pictures larger than 32 px are averaged down first.

    Args:
        items: uint8 ``(N, C, H, W)``, or points float32 ``(N, 2)``.
        labels: int ``(N,)``, indices into ``names``; −1 where nobody said.
        names: of the classes.
        steps: updates of 64 items each.
        share_held_out: share of the items that is only measured on (at most 2,000 of them).
        seed: of the split, the weights and the batches.

    Yields:
        :class:`Working`, and last the :class:`Classifier`.

    Raises:
        UsageError: fewer than two classes, or hardly any labelled items.
    """
    source = torch.Generator().manual_seed(seed)
    truth = torch.as_tensor(labels).to(torch.int64)
    known = torch.nonzero(truth >= 0).flatten()
    if len(torch.unique(truth[known])) < 2 or len(known) < 4 * len(names):
        raise UsageError(_("A classifier needs labelled items of at least two classes; this data set has too few."))
    pool = torch.as_tensor(items)
    extent = max(float(pool[:10_000].abs().max()), 1e-6) if pool.ndim == 2 else 1.0
    order = known[torch.randperm(len(known), generator=source)]
    measured = min(max(round(share_held_out * len(order)), 1), _MOST_HELD_OUT)
    kept, used = order[:measured], order[measured:]
    with randomness(source):
        network = _network(tuple(pool.shape[1:]), len(names)).train()
    optimiser = SGD(network.parameters(), momentum=_MOMENTUM, weight_decay=_DECAY)
    for step in range(steps):
        with randomness(source), torch.enable_grad():  # other work runs in this thread between two pieces
            chosen = used[random.integers(len(used), _BATCH)]
            loss = nn.functional.cross_entropy(network(_prepared(pool[chosen], extent)), truth[chosen])
            optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimiser.param_groups[0]["lr"] = _RATE * min(1.0, 2 * (1 - step / steps))
            optimiser.step()
        yield Working(0.95 * (step + 1) / steps, _("Learning the classes"))
    classifier = Classifier(network, names, extent)
    right = 0
    for part in pieces(len(kept), 256):
        with torch.inference_mode():
            guessed = network(_prepared(pool[kept[part]], extent)).argmax(dim=1)
            right += int((guessed == truth[kept[part]]).sum())
        yield Working(0.95 + 0.05 * part.stop / len(kept), _("Measuring on items that were kept back"))
    classifier.accuracy = right / len(kept)
    yield classifier


def label_samples(
    generator: Generator,
    classifier: Classifier,
    samples: int = 2000,
    hold: Position | None = None,
    seed: int = 0,
    control: str | None = None,
) -> Iterator[Working | Labelled]:
    """Draws samples and asks the classifier about them.

    Args:
        generator: what draws.
        classifier: what is asked.
        samples: how many.
        hold: where all controls but the latent vector stay; by default they are drawn at random too.
        seed: of what is drawn.
        control: which latent vector varies where ``hold`` is given; the first by default.

    Yields:
        :class:`Working`, and last :class:`Labelled`.
    """
    generator = generator.frozen()  # one that is in training takes newer weights between two pieces of work
    values: dict[str, NDArray[Any]] = generator.draw(samples, seed)
    if hold is not None:
        latent = latent_of(generator, control)
        values = dict(held(generator, values[latent.name], latent, hold))
    found = np.empty((samples, len(classifier.names)), np.float32)
    for part in pieces(samples, at_once(generator)):
        found[part] = classifier.probabilities(generator.generate(rows_of(values, part)))
        yield Working(part.stop / samples, _("Looking at samples"))
    yield Labelled(values, found, classifier.names)


def _prepared(items: Tensor, extent: float) -> Tensor:
    """What the network gets: pictures in [−1, 1] of at most 32 px, points in about [−1, 1]."""
    rows = items.float()
    if rows.ndim == 2:
        return rows / extent
    if items.dtype == torch.uint8:
        rows = rows / 127.5 - 1
    if max(rows.shape[2:]) > LARGEST_SIDE:
        rows = nn.functional.adaptive_avg_pool2d(rows, LARGEST_SIDE)
    return rows


def _network(shape: tuple[int, ...], classes: int) -> nn.Module:
    if len(shape) == 1:
        layers = [nn.Linear(shape[0], 64), nn.ReLU(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, classes)]
        return he_init(nn.Sequential(*layers), slope=0.0)
    parts: list[nn.Module] = []
    channels, side = shape[0], min(max(shape[1:]), LARGEST_SIDE)
    for width in (16, 32, 64):
        parts += [nn.Conv2d(channels, width, 3, 2, 1, bias=False), nn.BatchNorm2d(width), nn.ReLU()]
        channels, side = width, (side + 1) // 2
    parts += [nn.Flatten(), Dropout(0.3), nn.Linear(channels * side * side, classes)]
    return he_init(nn.Sequential(*parts), slope=0.0)
