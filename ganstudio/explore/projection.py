"""Finds control values whose picture is a given one, by gradient descent on all controls together.

Several candidates run side by side as one batch, since the way from a random start often ends in a local minimum. They
start from the best of a few hundred random pictures, of as many classes (categories, generators) as there is room for,
one of them from an encoder's answer where the method has an encoder. Then Adam moves them all to less of

    L = mean over s of ‖P_s(G(v)) − P_s(x)‖² / n_s  +  λ_z Σ max(0, ‖z‖²/d − r)  +  λ_w Σ (1 − Σ w²)

P_s averages blocks of s × s pixels, s = 1, 2, 4, 8. Pixels alone say nothing about a stroke that lies a little beside
where it should be: the two do not overlap, so moving it closer does not help; where both are blurred it does. The second
term keeps normal latents where their prior draws them (‖z‖²/d has mean 1 and standard deviation √(2/d); r lies two of
those above it), so that the result is still a place from which sliders and directions lead to something; uniform ones
and codes are clamped to [−1, 1]. The third prefers one class to a mixture, whose picture no slider explains.

The idea of parallel candidates whose order is frozen is from iGAN (Zhu et al. 2016, “Generative visual manipulation on
the natural image manifold”).
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ganstudio.core.controls import (
    CategoricalCode,
    ClassImages,
    ClassLabel,
    ContinuousCode,
    Control,
    GeneratorIndex,
    LatentVector,
    NoiseSeed,
)
from ganstudio.core.errors import UsageError
from ganstudio.core.i18n import _
from ganstudio.explore.files import to_pixels
from ganstudio.explore.generator import Generator, Values
from ganstudio.explore.starts import Pool, distance, diverged, draws, pyramid
from ganstudio.explore.state import Position
from ganstudio.explore.styles import driven
from ganstudio.nn.eager import Adam

CANDIDATES, ITERATIONS, DRAWN = 8, 300, 256
FROZEN_AFTER = 40
"""From this iteration on the candidates keep their order, so that a hand can point at one."""

_BETWEEN = 0.016  # seconds of work after which whoever shares the thread gets a turn
_RATE, _FINAL_RATE, _WARM_UP = 0.2, 0.01, 5
_BETAS = (0.9, 0.99)
_LATENT_WEIGHT, _WEIGHTS_WEIGHT = 0.01, 0.05
_RIPE = 0.5  # share of the iterations after which mixtures cost what they cost
_START_WEIGHT = 0.9  # of the class that a candidate starts from
_PATIENCE, _WORTH = 40, 0.002  # ends where so many iterations brought less than this share


@dataclass(frozen=True, slots=True)
class Projection:
    """How far a projection is. Everything in it is the best that each candidate has seen.

    Attributes:
        values: control values, one row for each candidate: the best first until their order is frozen.
        pictures: what they draw, uint8 ``(K, H, W, C)``.
        errors: ``(K,)``: root mean square difference from the target, 0 to 1 of the range of pixels.
        best: which row is the best now.
        history: the best error at the start and after every iteration.
        iteration: how many iterations were made.
        fraction: 0 to 1: of the work, at most; it may end earlier.
        frozen: the rows keep their order from now on.
        done: this is the result.
    """

    values: Values
    pictures: NDArray[np.uint8]
    errors: NDArray[np.float64]
    best: int
    history: tuple[float, ...]
    iteration: int
    fraction: float
    frozen: bool
    done: bool


def project(
    generator: Generator,
    target: NDArray[np.float32],
    candidates: int = CANDIDATES,
    seed: int = 0,
    iterations: int = ITERATIONS,
    drawn: int = DRAWN,
    given: Position | None = None,
) -> Iterator[Projection]:
    """Looks for control values that draw a picture. The first answer comes after one batch of random pictures.

    It takes turns with whatever else its thread does, and newer weights of the generator are used as they come. The
    same arguments give the same result; only which iterations are yielded depends on the time they take.

    Args:
        generator: what draws; its parameters are not touched.
        target: float32 ``(C, H, W)`` in [−1, 1], see :func:`ganstudio.explore.reading.read_picture`.
        candidates: how many are followed at once.
        seed: of the random draw.
        iterations: how many at most.
        drawn: how many random pictures to choose the starts from.
        given: values of controls that are kept, e.g. the pictures of a class.

    Raises:
        UsageError: the target is of another shape or not finite, the generator draws points or nothing finite, or it
            has no controls that can be followed.
        ValueError: ``candidates``, ``iterations`` or ``drawn`` is not positive.
    """
    if min(candidates, iterations, drawn) < 1:
        raise ValueError(f"{candidates} candidates, {iterations} iterations, {drawn} drawn: each must be 1 or more")
    target = _checked(generator, target)
    return _project(generator, target, draws(generator, target, drawn, seed, given), candidates, iterations)


def _project(
    generator: Generator,
    target: NDArray[np.float32],
    starts: Iterator[tuple[Values, bool]],
    candidates: int,
    iterations: int,
) -> Iterator[Projection]:
    pool = Pool(generator, target, candidates)
    first: Projection | None = None
    for part, encoded in starts:
        pool.add(part, encoded)
        if pool.full:
            first = _first(pool, target)
            yield first
    if not pool.usable:
        raise diverged(generator)
    first = first or _first(pool, target)
    search = _Search(generator, target, first, iterations)
    last = time.perf_counter()
    while search.advance():
        if time.perf_counter() - last >= _BETWEEN:
            yield search.state(False)
            last = time.perf_counter()
    yield search.state(True)


def _first(pool: Pool, target: NDArray[np.float32]) -> Projection:
    """The best random pictures as an answer."""
    values, pictures = pool.best()
    errors = np.sqrt(np.square(pictures - target).mean((1, 2, 3), dtype=np.float64)) / 2
    best = int(errors.argmin())
    return Projection(values, to_pixels(pictures), errors, best, (float(errors[best]),), 0, 0.0, False, False)


def _checked(generator: Generator, target: NDArray[np.float32]) -> NDArray[np.float32]:
    if generator.spec.kind == "points":
        raise UsageError(
            _("This generator draws points; only pictures can be looked for. Open a run trained on images.")
        )
    if not generator.controls:
        raise UsageError(_("This generator has no controls, so there is nothing to look for."))
    found = np.asarray(target, np.float32)
    if found.shape != generator.spec.shape:
        raise UsageError(
            _("The picture is {found}; this generator draws {wanted} (channels × height × width).").format(
                found=" × ".join(map(str, found.shape)), wanted=" × ".join(map(str, generator.spec.shape))
            )
        )
    if not np.isfinite(found).all():
        raise UsageError(_("The picture holds values that are not finite numbers; take another one."))
    return found


# -- the way down ----------------------------------------------------------------------------------------------------


class _Search:
    """All candidates on their way: free variables, Adam, and the best that each has seen."""

    def __init__(self, generator: Generator, target: NDArray[np.float32], first: Projection, iterations: int) -> None:
        self._generator, self._iterations = generator, iterations
        self._count = len(first.errors)
        self._target = torch.as_tensor(target, device=generator.device)[None]
        with torch.inference_mode(False):
            self._blurred = pyramid(self._target)
            self._free = {
                control.name: _to_free(control, torch.tensor(first.values[control.name], device=generator.device))
                for control in driven(generator.controls)
            }
            self._moving = [tensor for tensor in self._free.values() if tensor.requires_grad]
            self._adam = Adam(self._moving, betas=_BETAS) if self._moving else None
        self._weights = (generator.method, generator.step)
        self._order = np.arange(self._count)
        self._history = [*first.history]
        self._iteration = 0
        self._forget()

    def _forget(self) -> None:
        self._course: list[float] = []
        self._losses = np.full(self._count, np.inf)
        self._errors = np.full(self._count, np.inf)
        self._values: dict[str, NDArray[Any]] = {}
        self._pictures = np.zeros((self._count, *self._generator.spec.shape), np.float32)

    def advance(self) -> bool:
        """One iteration; False where it has ended."""
        weights = (self._generator.method, self._generator.step)
        if weights != self._weights:  # in training: what was the best may not be any more
            self._weights = weights
            self._forget()
        # The modes are entered for one piece of work only: in between the thread draws other things.
        with torch.inference_mode(False), torch.enable_grad():
            self._iterate()
        self._iteration += 1
        self._history.append(float(self._errors.min()))
        if self._iteration <= FROZEN_AFTER:
            self._order = np.argsort(self._errors, kind="stable")
        return self._iteration < self._iterations and bool(self._moving) and not self._rests()

    def _iterate(self) -> None:
        values = {one.name: _to_value(one, self._free[one.name]) for one in driven(self._generator.controls)}
        pictures = self._generator.method.generate(values).float()
        apart, far, mixed = distance(pictures, self._blurred), self._far_out(values), self._mixed(values)
        # Mixtures are let be for a while: they are the way from one class to another.
        ripe = min(1.0, self._iteration / (_RIPE * self._iterations))
        loss = apart + far + ripe * mixed
        self._find_gradients(loss, pictures)
        self._keep(apart + far + mixed, pictures, values)
        with torch.no_grad():
            if self._adam is not None:
                self._adam.param_groups[0]["lr"] = _rate(self._iteration, self._iterations)
                self._adam.step()
            for control in driven(self._generator.controls):
                _hold(control, self._free[control.name])

    def _find_gradients(self, loss: Tensor, pictures: Tensor) -> None:
        if not self._moving:
            return
        if not pictures.requires_grad:
            raise UsageError(
                _("“{title}” cannot be asked how its pictures change with its controls, so none can be looked for.")
                .format(title=self._generator.title)
            )  # fmt: skip
        # Rows do not see each other: the gradient of the sum is that of each.
        found = torch.autograd.grad(loss.sum(), self._moving, materialize_grads=True)
        for free, gradient in zip(self._moving, found, strict=True):
            free.grad = gradient.nan_to_num(0.0, 0.0, 0.0)

    def _far_out(self, values: Mapping[str, Tensor]) -> Tensor:
        """How much farther out the latents are than nearly all that their priors draw, ``(K,)``."""
        total = torch.zeros(self._count, device=self._target.device)
        for control in self._generator.controls:
            if isinstance(control, LatentVector) and control.prior == "normal":
                usual = 1 + 2 * math.sqrt(2 / control.size)
                total = total + _LATENT_WEIGHT * (values[control.name].square().mean(1) - usual).relu()
        return total

    def _mixed(self, values: Mapping[str, Tensor]) -> Tensor:
        """How far the weights are from one class alone, ``(K,)``."""
        total = torch.zeros(self._count, device=self._target.device)
        for control in self._generator.controls:
            if isinstance(control, ClassLabel | CategoricalCode):
                total = total + _WEIGHTS_WEIGHT * (1 - values[control.name].square().sum(1))
        return total

    def _keep(self, loss: Tensor, pictures: Tensor, values: Mapping[str, Tensor]) -> None:
        """Notes those candidates that have never been better."""
        with torch.no_grad():
            errors = (pictures - self._target).square().flatten(1).mean(1).sqrt() / 2
            numbers = torch.stack([loss, errors]).double().cpu().numpy()
            better = numbers[0] < self._losses  # False for NaN
            if not better.any():
                if not self._values:
                    raise diverged(self._generator)
                return
            self._losses[better], self._errors[better] = numbers[0][better], numbers[1][better]
            self._pictures[better] = pictures.cpu().numpy()[better]
            for name, value in values.items():
                rows = value.detach().cpu().numpy()
                self._values.setdefault(name, rows.copy())[better] = rows[better]

    def _rests(self) -> bool:
        """Nothing worth mentioning has happened for a while."""
        self._course.append(float(self._losses.min()))
        return len(self._course) > _PATIENCE and self._course[-1] > (1 - _WORTH) * self._course[-1 - _PATIENCE]

    def state(self, done: bool) -> Projection:
        """What is known now."""
        order = self._order
        return Projection(
            {name: rows[order] for name, rows in self._values.items()},
            to_pixels(self._pictures[order]),
            self._errors[order],
            int(self._errors[order].argmin()),
            tuple(self._history),
            self._iteration,
            1.0 if done else self._iteration / self._iterations,
            self._iteration >= FROZEN_AFTER,
            done,
        )


def _to_free(control: Control, start: Tensor) -> Tensor:
    """What Adam moves: latents and codes as they are, weights as logits. Whole numbers and given pictures stay."""
    if isinstance(control, GeneratorIndex | NoiseSeed | ClassImages):
        return start
    if isinstance(control, ClassLabel | CategoricalCode):
        start = (_START_WEIGHT * start.float() + (1 - _START_WEIGHT) / control.count).log()
    return start.float().clone().requires_grad_(True)


def _to_value(control: Control, free: Tensor) -> Tensor:
    return free.softmax(1) if isinstance(control, ClassLabel | CategoricalCode) else free


def _hold(control: Control, free: Tensor) -> None:
    """Keeps what has borders within them."""
    if isinstance(control, ContinuousCode) or (isinstance(control, LatentVector) and control.prior == "uniform"):
        free.clamp_(-1.0, 1.0)


def _rate(iteration: int, iterations: int) -> float:
    """Up within a few iterations, since Adam knows nothing of the first gradients, then down along half a cosine."""
    share = min(iteration / iterations, 1.0)
    falling = _FINAL_RATE + (_RATE - _FINAL_RATE) * (1 + math.cos(math.pi * share)) / 2
    return falling * min(1.0, (iteration + 1) / _WARM_UP)
