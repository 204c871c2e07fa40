"""A small classifier, trained in seconds on labelled data, to say what generated samples look like and to describe them.

Its last layer but one is what pictures are compared by where no network for photographs is at hand.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any, cast

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from torch import Tensor, nn

from ganstudio.core.errors import UsageError
from ganstudio.core.i18n import _
from ganstudio.core.working import Working
from ganstudio.nn import random
from ganstudio.nn.eager import SGD
from ganstudio.nn.initialise import he_init
from ganstudio.nn.random import Dropout, randomness

LARGEST_SIDE = 32
FEATURES = 128
"""Numbers that describe a picture; a point has half as many."""
_BATCH, _RATE, _MOMENTUM, _DECAY = 64, 0.05, 0.9, 5e-4
_FEWEST_STEPS, _MOST_STEPS, _ROUNDS = 400, 2000, 8
_MOST_HELD_OUT, _AT_ONCE = 2000, 256


class Classifier:
    """Probabilities of classes for pictures or points.

    Attributes:
        names: of the classes.
        extent: what points are divided by.
        accuracy: share of right answers on items it was not trained on; NaN before that is known.
    """

    def __init__(self, network: nn.Sequential, names: Sequence[str], extent: float, accuracy: float = math.nan) -> None:
        self._network, self.extent = network.eval().requires_grad_(False), extent
        self._body, self._last = network[:-1], cast(nn.Linear, network[-1])
        self.names, self.accuracy = tuple(names), accuracy

    def probabilities(self, items: NDArray[Any]) -> NDArray[np.float32]:
        """What generated items look like.

        Args:
            items: float32 ``(N, C, H, W)`` in [−1, 1], or uint8; or points ``(N, 2)``.

        Returns:
            float32 ``(N, K)``, rows adding up to 1.
        """
        return self.judged(items)[1]

    def features(self, items: NDArray[Any]) -> NDArray[np.float32]:
        """What the last layer but one makes of items, float32 ``(N, d)``; arguments as :meth:`probabilities`."""
        return self.judged(items)[0]

    def judged(self, items: NDArray[Any]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Features and probabilities at the price of one of them."""
        seen, shares = [torch.empty(0, self._last.in_features)], [torch.empty(0, self._last.out_features)]
        with torch.inference_mode():
            for part in _pieces(len(items), _AT_ONCE):
                # items may be mapped read-only, of which torch warns: a part is copied
                rows = torch.as_tensor(np.array(items[part])).to(self._last.weight.device)
                seen.append(self._body(_prepared(rows, self.extent)))
                shares.append(self._last(seen[-1]).softmax(dim=1).cpu())
                seen[-1] = seen[-1].cpu()
            return torch.cat(seen).numpy(), torch.cat(shares).numpy()

    def to(self, device: str) -> Classifier:
        """Itself, from now on working on ``"cpu"`` or ``"cuda"``."""
        self._network.to(device)
        return self

    def weights(self) -> dict[str, Tensor]:
        """All tensors by name, on the CPU, for a file; :func:`from_weights` makes a classifier of them again."""
        return {name: value.cpu().contiguous() for name, value in self._network.state_dict().items()}


def from_weights(
    weights: dict[str, Tensor], shape: tuple[int, ...], names: Sequence[str], extent: float, accuracy: float
) -> Classifier:
    """The classifier that :meth:`Classifier.weights` was asked of.

    Args:
        weights: by name.
        shape: of an item, ``(C, H, W)`` or ``(2,)``.
        names: of its classes.
        extent: what it divides points by.
        accuracy: its share of right answers.

    Raises:
        RuntimeError: the weights are those of another network.
    """
    with randomness(torch.Generator()):
        network = _network(shape, len(names))
    network.load_state_dict(weights)
    return Classifier(network, names, extent, accuracy)


def train_classifier(
    items: Tensor | NDArray[Any],
    labels: ArrayLike | Tensor,
    names: Sequence[str],
    steps: int | None = None,
    share_held_out: float = 0.15,
    seed: int = 0,
) -> Iterator[Working | Classifier]:
    """Trains a classifier on the CPU by gradient descent with momentum: three convolutions, or two layers for points.

    Pictures larger than 32 px are averaged down first.

    Args:
        items: uint8 ``(N, C, H, W)``, or points float32 ``(N, 2)``.
        labels: int ``(N,)``, indices into ``names``; −1 where nobody said.
        names: of the classes.
        steps: updates of 64 items each; by default eight rounds of the items, but 400 at least and 2,000 at most.
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
    steps = steps or min(max(_ROUNDS * len(used) // _BATCH, _FEWEST_STEPS), _MOST_STEPS)
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
    for part in _pieces(len(kept), _AT_ONCE):
        with torch.inference_mode():
            guessed = network(_prepared(pool[kept[part]], extent)).argmax(dim=1)
            right += int((guessed == truth[kept[part]]).sum())
        yield Working(0.95 + 0.05 * part.stop / len(kept), _("Measuring on items that were kept back"))
    classifier.accuracy = right / len(kept)
    yield classifier


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


def _pieces(count: int, size: int) -> Iterator[slice]:
    return (slice(start, min(start + size, count)) for start in range(0, count, size))


def _network(shape: tuple[int, ...], classes: int) -> nn.Sequential:
    if len(shape) == 1:
        layers = [nn.Linear(shape[0], 64), nn.ReLU(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, classes)]
        return cast(nn.Sequential, he_init(nn.Sequential(*layers), slope=0.0))
    parts: list[nn.Module] = []
    channels, side = shape[0], min(max(shape[1:]), LARGEST_SIDE)
    for width in (16, 32, 64):
        parts += [nn.Conv2d(channels, width, 3, 2, 1, bias=False), nn.BatchNorm2d(width), nn.ReLU()]
        channels, side = width, (side + 1) // 2
    parts += [nn.Flatten(), Dropout(0.3), nn.Linear(channels * side * side, FEATURES), nn.ReLU()]
    return cast(nn.Sequential, he_init(nn.Sequential(*parts, nn.Linear(FEATURES, classes)), slope=0.0))
