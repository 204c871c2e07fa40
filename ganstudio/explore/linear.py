"""The little linear algebra behind directions, in pieces short enough to be interleaved with drawing. numpy only."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ganstudio.core.i18n import _
from ganstudio.explore.probing import pieces
from ganstudio.explore.working import Working

Boundary = Literal["logistic", "svm"]
Floats = NDArray[np.float64]

_NEWTON_STEPS, _HALVINGS, _POWER_STEPS, _SPARE, _ROWS = 30, 20, 12, 10, 512


def principal(rows: NDArray[np.float32], count: int, seed: int) -> Iterator[Working | tuple[Floats, Floats, float]]:
    """Principal components by subspace iteration (Halko et al. 2011, algorithm 4.4).

    Args:
        rows: observations ``(N, F)``; they are centred in place.
        count: how many components; at most min(N, F).
        seed: of the starting subspace.

    Yields:
        :class:`Working`, and last ``(coordinates (N, count), variances (count,), total variance)``, largest first.
    """
    rows -= rows.mean(axis=0)
    yield Working(0.0, _("Finding the strongest components"))
    width = min(count + _SPARE, *rows.shape)
    basis = np.random.default_rng(seed).standard_normal((rows.shape[1], width)).astype(np.float32)
    basis = np.linalg.qr(basis)[0]
    yield Working(0.0, _("Finding the strongest components"))
    for step in range(_POWER_STEPS):
        image = np.zeros_like(basis)
        for part in pieces(len(rows), _ROWS):
            image += rows[part].T @ (rows[part] @ basis)
            yield Working(step / _POWER_STEPS, _("Finding the strongest components"))
        basis = np.linalg.qr(image)[0]
    within = (rows @ basis).astype(np.float64)
    variances, turn = np.linalg.eigh(within.T @ within / len(rows))
    coordinates = within @ turn[:, ::-1][:, :count]
    total = float(np.einsum("nf,nf->", rows, rows, dtype=np.float64) / len(rows))
    yield coordinates, np.maximum(variances[::-1][:count], 0), total


def separate(rows: Floats, truth: NDArray[np.bool_], kind: Boundary = "logistic", ridge: float = 1.0) -> Floats:
    """The normal of a linear boundary between two groups; both weigh the same, however many there are.

    Minimises ``ridge/2 · ‖w‖² + Σ cᵢ loss(yᵢ(w·xᵢ + b))`` by Newton's method, with the logistic loss, or the squared hinge
    of a support vector machine (Chapelle 2007); b is not held small.

    Args:
        rows: ``(N, size)``.
        truth: ``(N,)``: which group.
        kind: the loss.
        ridge: above 0.

    Returns:
        ``(size + 1,)``: w, then b.
    """
    signs = np.where(truth, 1.0, -1.0)
    share = truth.mean()
    weights = np.where(truth, 0.5 / share, 0.5 / (1 - share))
    extended = np.concatenate([rows, np.ones((len(rows), 1))], axis=1)
    small = np.append(np.full(rows.shape[1], ridge), 1e-9)
    found = np.zeros(extended.shape[1])
    value, slopes, bends = _loss(extended, signs, weights, small, found, kind)
    for _step in range(_NEWTON_STEPS):
        gradient = extended.T @ slopes + small * found
        bend = (extended.T * bends) @ extended + np.diag(small)
        move = np.linalg.lstsq(bend, -gradient, rcond=None)[0]
        length = 1.0
        for _halving in range(_HALVINGS):
            tried = _loss(extended, signs, weights, small, found + length * move, kind)
            if tried[0] <= value:
                break
            length /= 2
        else:
            return found
        improved = value - tried[0]
        found, (value, slopes, bends) = found + length * move, tried
        if improved <= 1e-8 * (1 + abs(value)):
            break
    return found


def _loss(
    rows: Floats, signs: Floats, weights: Floats, small: Floats, found: Floats, kind: Boundary
) -> tuple[float, Floats, Floats]:
    """The objective, and the first and second derivative of the loss by each row's output."""
    margins = signs * (rows @ found)
    if kind == "logistic":
        chance = 0.5 * (1 - np.tanh(margins / 2))  # of the wrong group; never overflows
        losses, slopes, bends = np.logaddexp(0, -margins), -signs * chance, chance * (1 - chance)
    else:
        short = np.maximum(1 - margins, 0)
        losses, slopes, bends = short**2, -2 * signs * short, np.where(short > 0, 2.0, 0.0)
    return float(weights @ losses + 0.5 * small @ found**2), weights * slopes, weights * bends


def balanced_accuracy(guessed: NDArray[np.bool_], truth: NDArray[np.bool_]) -> float:
    """The mean of both groups' shares of right guesses; NaN where a group is empty."""
    if truth.all() or not truth.any():
        return float("nan")
    return float((guessed[truth].mean() + (~guessed[~truth]).mean()) / 2)


def held_out(truth: NDArray[np.bool_], share: float, seed: int) -> NDArray[np.bool_]:
    """Marks about this share of each group (at least one row) for measuring, ``(N,)``."""
    marked = np.zeros(len(truth), bool)
    order = np.random.default_rng(seed)
    for group in (True, False):
        rows = order.permutation(np.flatnonzero(truth == group))
        marked[rows[: max(round(share * len(rows)), 1)]] = True
    return marked
