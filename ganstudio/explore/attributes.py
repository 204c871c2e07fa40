"""TL-GAN: attributes regressed on the latents, each an axis of its own that can be locked against the others.

Guan 2018, “Generating custom photo-realistic faces using AI” (transparent latent-space GAN): label what a trained
generator draws, regress the labels on the latents, take the unit columns, and make them orthogonal to what is locked.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ganstudio.core.errors import UsageError
from ganstudio.core.i18n import _
from ganstudio.core.working import Working
from ganstudio.explore.directions import Found, scaled
from ganstudio.explore.generator import Generator, Values
from ganstudio.explore.probing import latent_of, unit_of
from ganstudio.explore.state import Direction

LEAST_LABELLED = 4
_MEASURED = 0.25
_NOTHING_LEFT = 1e-4


def regress(
    generator: Generator,
    values: Values,
    attributes: ArrayLike,
    names: Sequence[str],
    seed: int = 0,
    control: str | None = None,
) -> Found:
    """Linear regression of attributes on latents; its columns are the axes.

    The columns are held small as if ``size`` samples more had been seen that say nothing (ridge), which matters when a
    few dozen were labelled by hand, and not at thousands.

    Args:
        generator: what drew the samples.
        values: their control values, N rows.
        attributes: ``(N, A)``: probabilities, or ±1 from thumbs; NaN where nobody said.
        names: of the attributes.
        seed: which samples the quality is measured on.
        control: which latent vector; the first by default.

    Returns:
        kind ``"attribute"``, one for each attribute that varies; quality = share of its variance that the axis predicts
        on samples kept back (R², at least 0). More of the attribute lies towards +.

    Raises:
        UsageError: there is no latent vector, or no attribute varies over enough samples.
    """
    latent = latent_of(generator, control)
    latents = np.asarray(values[latent.name], np.float64) / unit_of(latent)
    table = np.asarray(attributes, np.float64).reshape(len(latents), len(names))
    found: list[Direction] = []
    for index, name in enumerate(names):
        known = ~np.isnan(table[:, index])
        rows, wanted = latents[known], table[known, index]
        if len(wanted) < LEAST_LABELLED or np.ptp(wanted) < 1e-6:
            continue
        vector = _ridge(rows, wanted)[0]
        found.append(Direction(name, "attribute", latent.name, scaled(vector, latent), _predicted(rows, wanted, seed)))
        yield Working((index + 1) / len(names), name)
    if not found:
        raise UsageError(
            _("Nothing can be learned from these labels: at least {count} samples are needed that differ.").format(
                count=LEAST_LABELLED
            )
        )
    yield found


def orthogonalise(directions: Sequence[Direction]) -> list[Direction]:
    """The directions as they are to be used: going along an unlocked one changes nothing along a locked one.

    Always called with the directions as they were found. The first locked one of a latent vector stays as it is, each
    later locked one is made orthogonal to those before it, and every unlocked one to all locked ones (Gram–Schmidt);
    each keeps its length. One of which (almost) nothing is left becomes zero.

    Returns:
        as many directions, in the same order.
    """
    bases: dict[tuple[str, int], list[NDArray[np.float64]]] = {}
    locked: dict[int, Direction] = {}
    for index, direction in enumerate(directions):
        if direction.locked:
            basis = bases.setdefault((direction.control, len(direction.vector)), [])
            rest = _without(direction.vector, basis)
            locked[index] = _with_vector(direction, rest, changed=bool(basis))
            length = float(np.linalg.norm(rest))
            if length:
                basis.append(rest / length)
    return [
        locked[index]
        if direction.locked
        else _with_vector(
            direction,
            _without(direction.vector, basis := bases.get((direction.control, len(direction.vector)), [])),
            changed=bool(basis),
        )
        for index, direction in enumerate(directions)
    ]


def _without(vector: NDArray[np.float32], basis: Sequence[NDArray[np.float64]]) -> NDArray[np.float64]:
    """What is left of a vector, as long as before; zero where that is next to nothing."""
    whole = np.asarray(vector, np.float64)
    rest = whole.copy()
    for _pass in range(2):  # once more for what rounding left
        for unit in basis:
            rest -= (rest @ unit) * unit
    length, left = float(np.linalg.norm(whole)), float(np.linalg.norm(rest))
    return np.zeros_like(whole) if left <= _NOTHING_LEFT * length else rest * (length / left)


def _with_vector(direction: Direction, vector: NDArray[np.float64], changed: bool) -> Direction:
    return replace(direction, vector=vector.astype(np.float32)) if changed else direction


def _ridge(rows: NDArray[np.float64], wanted: NDArray[np.float64]) -> tuple[NDArray[np.float64], float]:
    """Slopes ``(size,)`` and the offset."""
    middle, level = rows.mean(axis=0), float(wanted.mean())
    centred, size = rows - middle, rows.shape[1]
    slopes = np.linalg.solve(centred.T @ centred + size * np.eye(size), centred.T @ (wanted - level))
    return slopes, level - float(middle @ slopes)


def _predicted(rows: NDArray[np.float64], wanted: NDArray[np.float64], seed: int) -> float:
    """R² on a quarter of the rows that was kept back; NaN where there are too few to tell."""
    kept = np.zeros(len(wanted), bool)
    kept[np.random.default_rng(seed).permutation(len(wanted))[: round(_MEASURED * len(wanted))]] = True
    if kept.sum() < LEAST_LABELLED or np.ptp(wanted[kept]) < 1e-6:
        return math.nan
    slopes, offset = _ridge(rows[~kept], wanted[~kept])
    wrong = ((rows[kept] @ slopes + offset - wanted[kept]) ** 2).mean()
    return max(0.0, 1 - float(wrong) / float(wanted[kept].var()))
