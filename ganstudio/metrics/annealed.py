"""Log-likelihood of decoders by annealed importance sampling, with bounds from both sides (Wu et al. 2017).

The model is p(z) N(x; decode(z), σ²). A chain goes from the prior to the posterior of an item through distributions
p(z) p(x|z)^β, β along a sigmoid from 0 to 1, by Hamiltonian Monte Carlo; the weights that it gathers estimate p(x) without
bias, so their logarithm is a lower bound in expectation. On items that the model itself draws, whose z is an exact sample of
the posterior, the same chain backwards gives an upper bound (bidirectional Monte Carlo, Grosse et al. 2015).

Step sizes are adapted in a pass of their own, a step for each β, and then held: had a chain adapted them itself, its
transitions would depend on its past, and the bounds would not be bounds.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ganstudio.core.i18n import _
from ganstudio.metrics.base import Decoder, Evidence, Found, metric
from ganstudio.metrics.checks import interval, standard_error, undefined

if TYPE_CHECKING:
    import torch
    from torch import Tensor

Tick = Callable[[float, str], None]

MOST_LATENTS = 72
"""64 of a latent vector, and some codes and classes beside it."""
ITEMS, CHAINS, TEMPERATURES, LEAPS = 32, 4, 600, 2
_CHOOSING, _SHORT, _PROBES = 16, 100, 16
"""So many items choose σ, in chains of so many temperatures."""
_SIGMAS = (0.5, 0.7, 1.0, 1.4, 2.0)
_LEAST_SIGMA = 0.005
_BENT, _SHORTEST = 1.0, 0.4
_WANTED, _LEARNING, _WARM_UP = 0.8, 0.3, 30
_NUMBERS_AT_ONCE = 1 << 19  # of pictures that are decoded with gradients


def schedule(temperatures: int, steep: float) -> NDArray[np.float64]:
    """β from 0 to 1, ``(temperatures + 1,)``: along a sigmoid in log(1 + ``steep`` · β).

    Where the likelihood grows steeply, the first steps must be tiny: for a linear Gaussian of which each latent number has
    the precision 1 + λβ, even steps in log(1 + λβ) gather the least variance.
    """
    bent = 1 / (1 + np.exp(-_BENT * np.linspace(-1, 1, temperatures + 1)))
    share = (bent - bent[0]) / (bent[-1] - bent[0])
    betas: NDArray[np.float64] = np.expm1(share * math.log1p(steep)) / steep
    betas[-1] = 1.0
    return betas


def steepness(posterior: Posterior, source: torch.Generator) -> float:
    """λ for :func:`schedule`: from how much log p(x|z) differs among draws of the prior (√(d/2) λ for the Gaussian)."""
    import torch

    found = []
    with torch.no_grad():
        for _draw in range(_PROBES):
            z = posterior.decoder.prior(len(posterior.items), source)
            found.append(posterior.look(z).likelihood)
    spread = torch.stack(found).nan_to_num(0.0, 0.0, 0.0).std(0).mean()
    return max(float(spread) / math.sqrt(posterior.decoder.latent / 2), 1.0)


@dataclass(frozen=True, slots=True)
class Posterior:
    """What chains walk in: items and what draws them.

    Attributes:
        decoder: of the generator.
        items: float32 ``(N, D)``, in the units of the density.
        sigma: of p(x|z).
        unit: brings what the decoder draws to the units of the items.
        beat: called before each piece of work; raises CancelledError when it shall end.
    """

    decoder: Decoder
    items: Tensor
    sigma: float
    unit: Callable[[Tensor], Tensor] = lambda items: items
    beat: Callable[[], None] = lambda: None

    def logs(self, z: Tensor, rows: slice = slice(None)) -> tuple[Tensor, Tensor]:
        """Log p(z) and log p(x|z), ``(N,)`` each; what is no number counts as −∞."""
        import torch

        drawn = self.unit(self.decoder.decode(z)).flatten(1).to(z.device)
        apart = (drawn - self.items[rows]).square().sum(1)
        scale = self.items.shape[1] * math.log(self.sigma * math.sqrt(2 * math.pi))
        likelihood = -apart / (2 * self.sigma**2) - scale
        worst = torch.full_like(likelihood, -math.inf)
        return self.decoder.log_prior(z), torch.where(likelihood.isnan(), worst, likelihood)

    def look(self, z: Tensor) -> Look:
        """Both logarithms and the gradient of each; a piece at a time, as memory allows."""
        import torch

        at_once = max(1, _NUMBERS_AT_ONCE // self.items.shape[1])
        parts = []
        for start in range(0, len(z), at_once):
            self.beat()
            rows = slice(start, min(start + at_once, len(z)))
            with torch.inference_mode(False), torch.enable_grad():
                free = z[rows].detach().clone().requires_grad_(True)
                logs = self.logs(free, rows)
                slopes = [torch.autograd.grad(one.sum(), free, materialize_grads=True)[0] if one.requires_grad
                          else torch.zeros_like(free) for one in logs]  # fmt: skip
            parts.append((*(one.detach() for one in logs), *(slope.nan_to_num(0.0, 0.0, 0.0) for slope in slopes)))
        return Look(*(torch.cat(part) for part in zip(*parts, strict=True)))


class Look(NamedTuple):
    """log p(z), log p(x|z), and the gradients of both."""

    prior: Tensor
    likelihood: Tensor
    prior_slope: Tensor
    slope: Tensor


class Walk:
    """Chains side by side, and where they are.

    Args:
        posterior: a row for each chain.
        start: where they begin, ``(N, latent)``.
        source: of all chance, on the device of ``start``.
    """

    def __init__(self, posterior: Posterior, start: Tensor, source: torch.Generator) -> None:
        self._posterior, self._source = posterior, source
        self.z, self.here = start, posterior.look(start)

    def step(self, beta: float, size: float) -> float:
        """One trajectory at a temperature; returns the mean probability with which chains took it."""
        import torch

        z, look = self.z, self.here
        # Every chain draws its own part of the step: steps of one size may bring a trajectory just to where it began.
        part = torch.rand(len(z), 1, generator=self._source, device=z.device)
        pace = size * (_SHORTEST + (1 - _SHORTEST) * part)
        push = torch.randn(z.shape, generator=self._source, device=z.device)
        before = self._energy(look, push, beta)
        for _leap in range(LEAPS):
            push = push + 0.5 * pace * (look.prior_slope + beta * look.slope)
            z = z + pace * push
            look = self._posterior.look(z)
            push = push + 0.5 * pace * (look.prior_slope + beta * look.slope)
        chance = (before - self._energy(look, push, beta)).exp().clamp(max=1).nan_to_num(0.0)
        taken = torch.rand(len(z), generator=self._source, device=z.device) < chance
        self.z = torch.where(taken[:, None], z, self.z)
        self.here = Look(*(torch.where(taken.view(-1, *[1] * (new.ndim - 1)), new, old)
                           for new, old in zip(look, self.here, strict=True)))  # fmt: skip
        return float(chance.mean())

    @staticmethod
    def _energy(look: Look, push: Tensor, beta: float) -> Tensor:
        return 0.5 * push.square().sum(1) - look.prior - beta * look.likelihood


def steps_of(
    posterior: Posterior, betas: Sequence[float], source: torch.Generator, tick: Tick
) -> tuple[list[float], Walk]:
    """Step sizes for every β, adapted on the way so that about 80 % are taken; and the chains, which nothing else uses."""
    walk = Walk(posterior, posterior.decoder.prior(len(posterior.items), source), source)
    size, sizes = 0.5, []
    for index, beta in enumerate([0.0] * _WARM_UP + list(betas)):
        tick(index / (_WARM_UP + len(betas)), _("Adapting the step size"))
        size = min(max(size * math.exp(_LEARNING * (walk.step(beta, size) - _WANTED)), 1e-5), 2.0)
        sizes.append(size)
    return sizes[_WARM_UP:], walk


def forward(
    posterior: Posterior, betas: Sequence[float], sizes: Sequence[float], source: torch.Generator, tick: Tick
) -> NDArray[np.float64]:
    """Log weights of chains from the prior to the posterior, ``(N,)``: exp of them is p(x) in expectation."""
    walk = Walk(posterior, posterior.decoder.prior(len(posterior.items), source), source)
    weights = np.zeros(len(walk.z))
    for index in range(1, len(betas)):
        tick(index / len(betas), _("Annealing"))
        weights += (betas[index] - betas[index - 1]) * walk.here.likelihood.double().cpu().numpy()
        if index + 1 < len(betas):
            walk.step(betas[index], sizes[index])
    return weights


def backward(
    posterior: Posterior,
    exact: Tensor,
    betas: Sequence[float],
    sizes: Sequence[float],
    source: torch.Generator,
    tick: Tick,
) -> NDArray[np.float64]:
    """The same weights gathered from exact samples of the posterior to the prior: exp(−w) is 1/p(x) in expectation."""
    walk = Walk(posterior, exact, source)
    weights = np.zeros(len(walk.z))
    for index in reversed(range(1, len(betas))):
        tick(1 - index / len(betas), _("Annealing backwards"))
        if index + 1 < len(betas):
            walk.step(betas[index], sizes[index])
        weights += (betas[index] - betas[index - 1]) * walk.here.likelihood.double().cpu().numpy()
    return weights


def log_mean(weights: NDArray[np.float64], chains: int) -> NDArray[np.float64]:
    """Log of the mean of exp over the chains of an item, which stand side by side: ``(N · chains,)`` → ``(N,)``."""
    rows = weights.reshape(-1, chains)
    most = rows.max(axis=1, keepdims=True)
    with np.errstate(invalid="ignore", divide="ignore"):
        found: NDArray[np.float64] = most[:, 0] + np.log(np.exp(rows - most).mean(axis=1))
    return np.where(np.isfinite(most[:, 0]), found, most[:, 0])


class _Beat:
    """Tells how far it is, and the same again between two pieces of work."""

    def __init__(self, tick: Tick) -> None:
        self._tick, self._last = tick, (0.0, _("Annealing"))

    def __call__(self, share: float, text: str) -> None:
        self._last = share, text
        self._tick(share, text)

    def again(self) -> None:
        self._tick(*self._last)


@dataclass(frozen=True, slots=True)
class Bounds:
    """What annealing found.

    Attributes:
        lower: of log p(x) of the items, ``(N,)`` nats.
        drawn_lower, drawn_upper: both bounds of items that the model drew, ``(N,)``.
    """

    lower: NDArray[np.float64]
    drawn_lower: NDArray[np.float64]
    drawn_upper: NDArray[np.float64]


def annealed(
    decoder: Decoder,
    items: Tensor,
    sigma: float,
    *,
    unit: Callable[[Tensor], Tensor] = lambda items: items,
    chains: int = CHAINS,
    temperatures: int = TEMPERATURES,
    both: bool = True,
    seed: int = 0,
    tick: Tick = lambda _fraction, _text: None,
) -> Bounds:
    """Bounds of log p(x).

    Args:
        decoder: ``z → x``.
        items: float32 ``(N, D)``, on the device where it shall be done.
        sigma: deviation of p(x|z), in the units of the items.
        unit: brings what the decoder draws to these units.
        chains: of every item.
        temperatures: between prior and posterior.
        both: also look at as many items that the model draws; else their bounds are empty.
        seed: of all chance.
        tick: told how far it is.
    """
    import torch

    from ganstudio.nn.random import seeded

    source, tick = seeded(seed, "annealing", items.device), _Beat(tick)
    plain = Posterior(decoder, items, sigma, unit, tick.again)
    betas = [float(beta) for beta in schedule(temperatures, steepness(plain, source))]
    phases = 4 if both else 2
    at = [_share(tick, phase, phases) for phase in range(phases)]
    sizes, _walk = steps_of(plain, betas, source, at[0])
    given = Posterior(decoder, items.repeat_interleave(chains, 0), sigma, unit, tick.again)
    lower = log_mean(forward(given, betas, sizes, source, at[1]), chains)
    if not both:
        return Bounds(lower, np.empty(0), np.empty(0))
    exact = decoder.prior(len(items), source)
    with torch.no_grad():
        clean = unit(decoder.decode(exact)).flatten(1).to(items.device)
    noise = torch.randn(clean.shape, generator=source, device=items.device)
    drawn = Posterior(decoder, (clean + sigma * noise).repeat_interleave(chains, 0), sigma, unit, tick.again)
    below = log_mean(forward(drawn, betas, sizes, source, at[2]), chains)
    above = -log_mean(-backward(drawn, exact.repeat_interleave(chains, 0), betas, sizes, source, at[3]), chains)
    return Bounds(lower, below, above)


def _share(tick: Tick, part: int, parts: int) -> Tick:
    return lambda share, text: tick((part + share) / parts, text)


def choose_sigma(
    decoder: Decoder, items: Tensor, *, unit: Callable[[Tensor], Tensor] = lambda items: items, seed: int = 0,
    tick: Tick = lambda _fraction, _text: None,
) -> float:  # fmt: skip
    """The deviation of p(x|z) under which items are likeliest, by a rule that is the same for all models.

    r is the root mean square difference, per number, between an item and what it comes to when its latent vector is looked
    for from the prior in a short annealing; of ½, 0.7, 1, 1.4 and 2 times r that one is taken under which a second short
    annealing finds these items likeliest. Never below 0.005.
    """
    rough = max(_LEAST_SIGMA, 0.2 * float(items.std(unbiased=False)))
    residual = _residual(decoder, items, rough, unit, seed, _share(tick, 0, 1 + len(_SIGMAS)))
    best, chosen = -math.inf, max(residual, _LEAST_SIGMA)
    for index, factor in enumerate(_SIGMAS):
        sigma = max(factor * residual, _LEAST_SIGMA)
        found = annealed(
            decoder, items, sigma, unit=unit, chains=1, temperatures=_SHORT, both=False, seed=seed,
            tick=_share(tick, 1 + index, 1 + len(_SIGMAS)),
        )  # fmt: skip
        mean = float(found.lower.mean())
        if mean > best:
            best, chosen = mean, sigma
    return chosen


def _residual(
    decoder: Decoder, items: Tensor, sigma: float, unit: Callable[[Tensor], Tensor], seed: int, tick: Tick
) -> float:
    from ganstudio.nn.random import seeded

    source, tick = seeded(seed, "residual", items.device), _Beat(tick)
    posterior = Posterior(decoder, items, sigma, unit, tick.again)
    betas = [float(beta) for beta in schedule(_SHORT, steepness(posterior, source))]
    walk = steps_of(posterior, betas, source, tick)[1]
    scale = items.shape[1] * math.log(sigma * math.sqrt(2 * math.pi))
    apart = -(walk.here.likelihood.double() + scale) * 2 * sigma**2 / items.shape[1]
    known = apart[apart.isfinite()]
    return float(known.mean().sqrt()) if len(known) else math.nan


@metric(
    "ais", "AIS log-likelihood", better="higher", needs={"decoder", "few latents"}, cost="minutes", unit="nats",
    help=_("How likely real items are under the generator with a little Gaussian noise, log p(x) in nats per item: a "
           "lower bound by annealed importance sampling (Wu et al. 2017), of 32 held-out items with 4 chains of 600 "
           "temperatures. Pictures count in units of 0 to 1. The width σ of the noise is chosen on other items, and "
           "shown; the gap between both bounds on items that the generator draws itself tells how far off it may be. For "
           "latent vectors of up to 72 numbers, with codes and classes. A generator that misses some items is punished "
           "hard, one that draws ugly pictures in between is not; some minutes on a processor."),
)  # fmt: skip
def ais(evidence: Evidence) -> Found:
    """Mean lower bound over items; in ``more``: σ, and both bounds on drawn items."""
    decoder = evidence.decoder
    if decoder is None:
        return undefined(_("This generator has no latent vector with gradients, so nothing can be annealed."))
    if decoder.latent > MOST_LATENTS:
        words = _(
            "It draws {n} numbers by chance; with more than {most} the bounds say nothing in any time one would wait."
        )
        return undefined(words.format(n=decoder.latent, most=MOST_LATENTS))
    items, unit = _in_units(evidence)
    if not len(items):
        return undefined(_("There is no real item to measure on."))
    measured, choosing = _parted(items, evidence.seed)
    sigma = choose_sigma(
        decoder, _tensor(choosing, evidence.device), unit=unit, seed=evidence.seed,
        tick=lambda share, text: evidence.tick(0.15 * share, text),
    )  # fmt: skip
    if not math.isfinite(sigma):
        return undefined(_("The generator draws what is no number."))
    found = annealed(
        decoder, _tensor(measured, evidence.device), sigma, unit=unit, temperatures=TEMPERATURES, seed=evidence.seed,
        tick=lambda share, text: evidence.tick(0.15 + 0.85 * share, text),
    )  # fmt: skip
    if not np.isfinite(found.lower).all():
        return Found(math.nan, more={"sigma": sigma}, note=_("The generator draws what is no number."))
    mean = float(found.lower.mean())
    below, above = float(found.drawn_lower.mean()), float(found.drawn_upper.mean())
    note = _("σ = {sigma:.3g}; on its own items the bounds are {gap:.3g} nats apart.")
    return Found(
        mean, **interval(mean, standard_error(found.lower)), note=note.format(sigma=sigma, gap=above - below),
        more={"sigma": sigma, "gap": above - below, "drawn lower": below, "drawn upper": above, "items": len(measured)},
    )  # fmt: skip


def _in_units(evidence: Evidence) -> tuple[NDArray[np.float32], Callable[[Tensor], Tensor]]:
    """Items as rows, pictures in [0, 1], and what brings drawn ones there; items that are no numbers are left out."""
    side = evidence.real if evidence.held_out is None or not len(evidence.held_out) else evidence.held_out
    rows = side.items.reshape(len(side.items), -1).astype(np.float32)
    if side.items.ndim == 2:
        return rows[np.isfinite(rows).all(axis=1)], lambda items: items
    return np.divide(rows, 255, dtype=np.float32), lambda items: (items + 1) / 2


def _parted(items: NDArray[np.float32], seed: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Items to measure on, and others that choose σ; the same where there are not enough for both."""
    mixed = items[np.random.default_rng(seed).permutation(len(items))[: ITEMS + _CHOOSING]]
    if len(mixed) < 4:
        return mixed, mixed
    choosing = min(_CHOOSING, len(mixed) // 2)
    return mixed[choosing:], mixed[:choosing]


def _tensor(rows: NDArray[np.float32], device: str) -> Tensor:
    import torch

    return torch.from_numpy(np.ascontiguousarray(rows)).to(device)
