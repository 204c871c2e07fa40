"""The little linear algebra behind directions, in pieces short enough to be interleaved with drawing.

Boundaries are scikit-learn's: 2–5 ms for 2,000 samples in 64 dimensions, 10–70 ms in 512. Its components would take up to
0.2 s in one piece (4,096 × 4,096), in which no slider moves: those are found here, in pieces of 20–30 ms.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from threading import Lock, Thread
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from ganstudio.core.i18n import _
from ganstudio.core.working import Working
from ganstudio.explore.probing import pieces

Boundary = Literal["logistic", "svm"]
Floats = NDArray[np.float64]

_POWER_STEPS, _SPARE, _ROWS = 12, 10, 512
_IMPORTING = Lock()


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

    Minimises ``ridge/2 · ‖w‖² + Σ cᵢ loss(yᵢ(w·xᵢ + b))`` with the logistic loss, or the squared hinge of a support
    vector machine; b is not held small.

    Args:
        rows: ``(N, size)``.
        truth: ``(N,)``: which group.
        kind: the loss.
        ridge: above 0.

    Returns:
        ``(size + 1,)``: w, then b.
    """
    from sklearn.linear_model import LogisticRegression
    from sklearn.svm import LinearSVC

    same: dict[str, Any] = {"C": 1 / ridge, "class_weight": "balanced", "max_iter": 10_000}
    # Of the two only the machine holds b small, too, unless it counts for much.
    model = LogisticRegression(**same) if kind == "logistic" else LinearSVC(dual=False, intercept_scaling=100.0, **same)
    model.fit(rows, truth)
    return np.append(model.coef_[0], model.intercept_)


def bring_scikit_learn(wait: bool = True) -> None:
    """Imports what is used of it; without waiting beside other work, as 0.6 s in the thread that draws stop the sliders."""
    if not wait:
        Thread(target=bring_scikit_learn, name="importing scikit-learn").start()
        return
    with _IMPORTING:  # of two threads that import one package one might get a module that the other has half done
        for part in ("linear_model", "metrics", "model_selection", "svm"):
            import_module(f"sklearn.{part}")
