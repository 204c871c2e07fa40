"""Directions in which something changes: found in the networks, from labelled samples, or from a handful of picks.

Every direction found here is as long as one standard deviation of the latent's prior: strength ±1 is a small step, ±3
goes to the edge of what was trained on. Where neither sign means more than the other, the largest entry is positive.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ganstudio.core.controls import LatentVector
from ganstudio.core.errors import UsageError
from ganstudio.core.i18n import _
from ganstudio.core.working import Working
from ganstudio.explore.generator import Generator, Values
from ganstudio.explore.linear import Boundary, Floats, bring_scikit_learn, principal, separate
from ganstudio.explore.probing import (
    at_once,
    held,
    inputs_of,
    latent_of,
    outputs_of,
    pieces,
    rows_of,
    unit_of,
    weighted_layers,
)
from ganstudio.explore.state import Direction, Position, position_of

Found = Iterator[Working | list[Direction]]
"""What finders are: they yield how far they are, and last the directions."""

LEAST_OF_CLASS = 4
"""A class needs so many samples in it, and so many outside, to say anything of it."""

_UNITS, _SAMPLES = 4096, (1000, 4096)
_MEASURED = 0.25


def pca(
    generator: Generator,
    count: int = 8,
    samples: int | None = None,
    layer: int = 1,
    hold: Position | None = None,
    seed: int = 0,
    control: str | None = None,
) -> Found:
    """Principal components of activations, carried back to the latent (Härkönen et al. 2020, sections 3.1–3.2).

    The prior is the same in all directions, so components of z itself say nothing; those of what the network makes of z
    do. With coordinates x of the activations in their components, u_k minimises Σ ‖u_k x_k − z‖². Of very wide layers a
    random choice of units is looked at.

    Args:
        generator: what draws.
        count: how many directions; never more than the latent has numbers.
        samples: how many latents are drawn; by default 20 for each number of the latent, 1,000 to 4,096.
        layer: what comes into this layer with weights is looked at: 1 is behind the first layer with its norm and
            activation. Beyond the last one: the pictures themselves.
        hold: where the other controls stay; by default where chance puts them.
        seed: of the latents, units and the start of the search.
        control: which latent vector; the first by default.

    Returns:
        kind ``"pca"``, quality = share of the activations' variance, strongest first.

    Raises:
        UsageError: there is no latent vector, or it changes nothing.
    """
    generator = generator.frozen()  # one that is in training takes newer weights between two pieces of work
    latent = latent_of(generator, control)
    total = samples or min(max(20 * latent.size, _SAMPLES[0]), _SAMPLES[1])
    latents = generator.draw(total, seed)[latent.name].astype(np.float32)
    values = held(generator, latents, latent, _hold(generator, hold, seed))
    layers = [
        one
        for one in weighted_layers(generator, rows_of(values, slice(2)))
        if any(weight.ndim > 1 for weight in one.parameters())  # not those that only scale and shift: norms
    ]
    looked_at = layers[layer] if layer < len(layers) else None
    rows, chosen = np.empty((0, 0), np.float32), np.empty(0, np.int64)
    for part in pieces(total, at_once(generator)):
        some = rows_of(values, part)
        seen = (
            generator.generate(some).reshape(part.stop - part.start, -1)
            if looked_at is None
            else inputs_of(generator, looked_at, some)
        )
        if not rows.size:
            chosen = np.sort(np.random.default_rng(seed).permutation(seen.shape[1])[:_UNITS])
            rows = np.empty((total, len(chosen)), np.float32)
        rows[part] = seen[:, chosen]
        yield Working(0.7 * part.stop / total, _("Looking at activations"))
    scale = float(np.abs(rows).max())
    for step in principal(rows, min(count, latent.size, rows.shape[1]), seed):
        if isinstance(step, Working):
            yield Working(0.7 + 0.3 * step.fraction, step.text)
            continue
        coordinates, variances, whole = step
        if whole <= (1e-5 * scale) ** 2:
            raise _changes_nothing()
        vectors = coordinates.T @ (latents - latents.mean(axis=0))
        yield [
            _direction(_("PCA {number}"), "pca", latent, signed(vector), variance / whole, number)
            for number, (vector, variance) in enumerate(zip(vectors, variances, strict=True), start=1)
            if variance > 1e-9 * whole
        ]


def factorise(
    generator: Generator, count: int = 8, hold: Position | None = None, seed: int = 0, control: str | None = None
) -> Found:
    """Eigenvectors of AᵀA, where A is the first affine map that the latent meets (SeFa: Shen and Zhou 2021, eq. 3–4).

    Nothing is sampled: A is read off the outputs of that layer at 0 and at the unit vectors, whatever kind of layer it
    is and whatever else comes into it.

    Args:
        generator: what draws.
        count: how many directions; never more than the latent has numbers.
        hold: where the other controls stay; by default where chance puts them.
        seed: of that chance.
        control: which latent vector; the first by default.

    Returns:
        kind ``"sefa"``, quality = share of the eigenvalues' sum, strongest first.

    Raises:
        UsageError: there is no latent vector, or no layer that depends on it, or none can be looked into.
    """
    generator = generator.frozen()
    latent = latent_of(generator, control)
    place = _hold(generator, hold, seed)
    pair = generator.draw(2, seed)[latent.name].astype(np.float32)
    layers = weighted_layers(generator, held(generator, pair, latent, place))
    if not layers and np.ptp(generator.generate(held(generator, pair, latent, place)), axis=0).any():
        raise UsageError(
            _(
                "The layers of this generator cannot be looked into; principal components (PCA) go by its pictures alone."
            )
        )
    if not layers:
        raise _changes_nothing()
    probes = np.eye(latent.size, dtype=np.float32)
    origin = outputs_of(generator, layers[0], held(generator, np.zeros_like(probes[:1]), latent, place))
    columns: list[NDArray[np.float32]] = []
    for part in pieces(latent.size, 64):
        columns.append(outputs_of(generator, layers[0], held(generator, probes[part], latent, place)) - origin)
        yield Working(part.stop / latent.size, _("Reading the first layer"))
    map_ = np.concatenate(columns)
    strengths, vectors = np.linalg.eigh(np.asarray(map_ @ map_.T, np.float64))
    strengths, vectors = np.maximum(strengths[::-1], 0), vectors[:, ::-1]
    if strengths[0] <= 0:
        raise _changes_nothing()
    yield [
        _direction(_("SeFa {number}"), "sefa", latent, signed(vectors[:, index]), share, index + 1)
        for index, share in enumerate((strengths / strengths.sum())[:count].tolist())
    ]


def class_means(
    generator: Generator,
    values: Values,
    labels: ArrayLike,
    names: Sequence[str],
    seed: int = 0,
    control: str | None = None,
) -> Found:
    """For each class: from the middle of all samples to the middle of those that are seen as this class.

    Args:
        generator: what drew the samples.
        values: their control values, N rows.
        labels: int ``(N,)``: what each was seen as; −1 where nobody said.
        names: of the classes.
        seed: which samples the quality is measured on.
        control: which latent vector; the first by default.

    Returns:
        kind ``"class"``, one for each class that has enough samples; quality = balanced accuracy, on samples kept back,
        of going by the nearer middle.

    Raises:
        UsageError: there is no latent vector, or no class has enough samples.
    """

    def normal(rows: Floats, truth: NDArray[np.bool_]) -> Floats:
        inside, outside = rows[truth].mean(axis=0), rows[~truth].mean(axis=0)
        vector = inside - outside  # as inside − overall, but for its length
        return np.append(vector, -vector @ (inside + outside) / 2)

    latent = latent_of(generator, control)
    return _by_class(latent, values, labels, names, seed, "class", _("{name} · mean"), normal)


def boundaries(
    generator: Generator,
    values: Values,
    labels: ArrayLike,
    names: Sequence[str],
    kind: Boundary = "logistic",
    seed: int = 0,
    control: str | None = None,
) -> Found:
    """For each class: straight across the linear boundary between it and the rest (as Shen et al. 2020, section 2.2).

    Args:
        generator: what drew the samples.
        values: their control values, N rows.
        labels: int ``(N,)``: what each was seen as; −1 where nobody said.
        names: of the classes.
        kind: logistic regression, or a linear support vector machine.
        seed: which samples the quality is measured on.
        control: which latent vector; the first by default.

    Returns:
        kind ``"boundary"``, one for each class that has enough samples; quality = balanced accuracy on samples kept
        back.

    Raises:
        UsageError: there is no latent vector, or no class has enough samples.
    """
    latent = latent_of(generator, control)

    def normal(rows: Floats, truth: NDArray[np.bool_]) -> Floats:
        return separate(rows, truth, kind, ridge=max(1.0, latent.size / 10))

    return _by_class(latent, values, labels, names, seed, "boundary", _("{name} · boundary"), normal)


def picks(
    generator: Generator,
    liked: ArrayLike,
    disliked: ArrayLike = (),
    name: str = "",
    control: str | None = None,
) -> Direction:
    """“More like these, less like those”, from a handful of latents; one of the two may be empty.

    A few samples in a hundred dimensions say little of a boundary, but the covariance of the latents is known: that of
    the prior. So the best linear boundary runs across the difference of the means, and each mean of n samples is taken
    for n / (n + 1) of what it says, as the prior has its mean at 0.

    Args:
        generator: what drew them.
        liked: ``(N, size)``.
        disliked: ``(M, size)``.
        name: of the direction.
        control: which latent vector; the first by default.

    Returns:
        kind ``"picks"``, quality NaN: so few can measure nothing.

    Raises:
        UsageError: nothing was picked, or what was picked cancels out.
    """
    latent = latent_of(generator, control)
    groups = [np.asarray(group, np.float64).reshape(-1, latent.size) for group in (liked, disliked)]
    if not any(map(len, groups)):
        raise UsageError(_("Pick a few pictures first: some that you like, or some that you do not."))
    more, less = (group.sum(axis=0) / (len(group) + 1) for group in groups)
    vector = more - less
    if np.linalg.norm(vector) < 1e-6 * unit_of(latent):
        raise UsageError(_("What you like and what you do not like cancel out; pick others."))
    return _direction(name or _("My picks"), "picks", latent, vector, math.nan)


def signed(vector: Floats) -> Floats:
    """The vector or its opposite, whichever has its largest entry positive."""
    return vector if vector[np.abs(vector).argmax()] >= 0 else -vector


def scaled(vector: Floats, latent: LatentVector) -> NDArray[np.float32]:
    """The vector, as long as one standard deviation of the prior."""
    return (vector * (unit_of(latent) / max(float(np.linalg.norm(vector)), 1e-30))).astype(np.float32)


def _by_class(
    latent: LatentVector,
    values: Values,
    labels: ArrayLike,
    names: Sequence[str],
    seed: int,
    kind: str,
    title: str,
    normal: Callable[[Floats, NDArray[np.bool_]], Floats],
) -> Found:
    """One direction for each class against the rest; ``normal`` gives ``(size + 1,)``: across the boundary, offset."""
    bring_scikit_learn()
    from sklearn.metrics import balanced_accuracy_score
    from sklearn.model_selection import train_test_split

    classes = np.asarray(labels, np.int64)
    known = classes >= 0
    rows, classes = np.asarray(values[latent.name], np.float64)[known] / unit_of(latent), classes[known]
    found: list[Direction] = []
    for index, name in enumerate(names):
        truth = classes == index
        if min(truth.sum(), (~truth).sum()) < LEAST_OF_CLASS:
            continue
        learned, kept = train_test_split(np.arange(len(truth)), test_size=_MEASURED, stratify=truth, random_state=seed)
        tried = normal(rows[learned], truth[learned])
        yield Working((index + 0.5) / len(names), name)
        quality = balanced_accuracy_score(truth[kept], rows[kept] @ tried[:-1] + tried[-1] > 0)
        found.append(_direction(title.format(name=name), kind, latent, normal(rows, truth)[:-1], quality))
        yield Working((index + 1) / len(names), name)
    if not found:
        raise UsageError(
            _("At least {count} samples inside and outside a class are needed; label more of them.").format(
                count=LEAST_OF_CLASS
            )
        )
    yield found


def _direction(
    name: str, kind: str, latent: LatentVector, vector: Floats, quality: float, number: int | None = None
) -> Direction:
    title = name if number is None else name.format(number=number)
    return Direction(title, kind, latent.name, scaled(vector, latent), float(quality))


def _hold(generator: Generator, hold: Position | None, seed: int) -> Position:
    return hold if hold is not None else position_of(generator.draw(1, seed))


def _changes_nothing() -> UsageError:
    return UsageError(_("The latent vector changes nothing in what this generator draws; train it for longer first."))
