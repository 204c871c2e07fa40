"""Where a projection starts: the best of some random pictures, of as many classes as there is room for."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import avg_pool2d

from ganstudio.core.controls import CategoricalCode, ClassLabel, GeneratorIndex
from ganstudio.core.errors import UsageError
from ganstudio.core.i18n import _
from ganstudio.explore.generator import Generator, Values
from ganstudio.explore.probing import pieces, rows_of
from ganstudio.explore.state import Position

Choice = ClassLabel | CategoricalCode | GeneratorIndex
_BLOCKS = (1, 2, 4, 8)
_MOST_KINDS = 1024
_FEWEST_AT_ONCE, _MOST_AT_ONCE, _PIXELS_AT_ONCE = 8, 32, 1 << 15


def draws(
    generator: Generator, target: NDArray[np.float32], count: int, seed: int, given: Position | None = None
) -> Iterator[tuple[Values, bool]]:
    """Random values a piece at a time, classes and generators in turn; what is ``given`` is the same in all.

    Yields:
        control values, and whether they hold an encoder's answer; those come first.
    """
    at_once = min(max(_PIXELS_AT_ONCE // generator.spec.size**2, _FEWEST_AT_ONCE), _MOST_AT_ONCE)
    kinds = 1
    choices = [control for control in generator.controls if isinstance(control, Choice)]
    count = max(count, min(math.prod(control.count for control in choices), _MOST_KINDS))
    values = generator.draw(count, seed)
    for control in choices:
        turn = np.arange(count) // kinds % control.count  # the last of several turns slowest, so that all pairs meet
        whole = isinstance(control, GeneratorIndex)
        values[control.name] = turn if whole else np.eye(control.count, dtype=np.float32)[turn]
        kinds *= control.count
    encoded = generator.encode(target[None])
    if encoded:
        # What the encoder does not know is drawn: a few tries, of which the best will do.
        known = {name: row for name, row in encoded.items() if name in values and np.isfinite(row).all()}
        tries = 1 if known.keys() == values.keys() else at_once
        repeated = {name: np.repeat(row, tries, axis=0).astype(values[name].dtype) for name, row in known.items()}
        yield _with(generator.draw(tries, seed + 1) | repeated, given), bool(known)
    for part in pieces(count, at_once):
        yield _with(rows_of(values, part), given), False


def _with(values: Values, given: Position | None) -> Values:
    count = min(len(rows) for rows in values.values())
    return {**values, **{name: np.stack([value] * count) for name, value in (given or {}).items()}}


class Pool:
    """Random values and how far off they are; gives the best of as many kinds as there is room for."""

    def __init__(self, generator: Generator, target: NDArray[np.float32], size: int) -> None:
        self._generator, self._target, self._size = generator, target, size
        self._values: dict[str, NDArray[Any]] = {}
        self._pictures = np.empty((0, *target.shape), np.float32)
        self._losses = np.empty(0)
        self._sure: list[int] = []

    def add(self, values: Values, sure: bool = False) -> None:
        """Draws them and looks how far off they are; where ``sure``, the best of them is among the starts anyhow."""
        pictures = self._generator.generate(values)
        with torch.inference_mode():
            target = pyramid(torch.as_tensor(self._target)[None])
            losses = distance(torch.as_tensor(pictures), target).double().numpy()
        losses = np.where(np.isfinite(losses), losses, np.inf)
        if sure and np.isfinite(losses).any():
            self._sure.append(len(self._losses) + int(losses.argmin()))
        old = self._values or {name: rows[:0] for name, rows in values.items()}
        self._values = {name: np.concatenate([old[name], rows]) for name, rows in values.items()}
        self._pictures = np.concatenate([self._pictures, pictures])
        self._losses = np.concatenate([self._losses, losses])

    @property
    def usable(self) -> bool:
        """Something was drawn that can be shown."""
        return bool(np.isfinite(self._losses).any())

    @property
    def full(self) -> bool:
        """There are as many candidates as are wanted."""
        return int(np.isfinite(self._losses).sum()) >= self._size

    def best(self) -> tuple[Values, NDArray[np.float32]]:
        """The best ``size`` rows and what they draw, the best first; fewer where fewer can be used."""
        chosen = self._chosen()
        return {name: rows[chosen] for name, rows in self._values.items()}, self._pictures[chosen]

    def _chosen(self) -> list[int]:
        """The best of every kind as far as there is room, then the best of what is left."""
        order = [row for row in np.argsort(self._losses, kind="stable").tolist() if np.isfinite(self._losses[row])]
        kinds, firsts = self._kinds(), dict[tuple[int, ...], int]()
        for row in [*self._sure, *order]:
            firsts.setdefault(kinds[row], row)
        chosen = [*firsts.values()][: self._size]
        taken = set(chosen)
        chosen += [row for row in order if row not in taken][: self._size - len(chosen)]
        return sorted(chosen, key=lambda row: float(self._losses[row]))

    def _kinds(self) -> list[tuple[int, ...]]:
        """Which class, category and generator every row is of."""
        columns = [
            self._values[control.name] if isinstance(control, GeneratorIndex) else self._values[control.name].argmax(1)
            for control in self._generator.controls
            if isinstance(control, Choice)
        ]
        return [tuple(int(column[row]) for column in columns) for row in range(len(self._losses))]


def diverged(generator: Generator) -> UsageError:
    """What to say of a generator whose pictures are not finite."""
    return UsageError(
        _("“{title}” draws no finite numbers: its training had diverged. Choose an earlier checkpoint.").format(
            title=generator.title
        )
    )


def pyramid(pictures: Tensor) -> list[Tensor]:
    """The pictures averaged over larger and larger blocks."""
    side = min(pictures.shape[-2:])
    return [
        avg_pool2d(pictures, block, ceil_mode=True) if block > 1 else pictures for block in _BLOCKS if block <= side
    ]


def distance(pictures: Tensor, target: Sequence[Tensor]) -> Tensor:
    """Mean square difference, mean over the scales, ``(K,)``."""
    levels = zip(pyramid(pictures), target, strict=True)
    return torch.stack([(mine - theirs).square().flatten(1).mean(1) for mine, theirs in levels]).mean(0)
