"""Precision and recall where the manifold is known: on the polygons of “Are GANs Created Equal?” (Lucic et al. 2018).

All pictures of the set lie on a manifold of as many dimensions as the polygons have corners. So the distance of a generated
picture to it can be found, and that of a true picture to what the generator can draw. A distance is Euclidean, between
pictures in [0, 1]; two that are nearer than δ count as the same.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ganstudio.core.i18n import _
from ganstudio.data.polygons import corners_of, rasterise
from ganstudio.metrics.base import Decoder, Evidence, Found, metric
from ganstudio.metrics.checks import undefined, wilson

if TYPE_CHECKING:
    from torch import Tensor

Tick = Callable[[float, str], None]
Pictures = NDArray[np.uint8]
Distances = NDArray[np.float64]

DELTA, DELTA_SIZE = 0.75, 28
"""δ of the paper, for pictures of 28 px."""
BANK, STARTS, REFINEMENTS = 20_000, 3, 8
MOST_PICTURES = 1024
INVERTED, RESTARTS, ITERATIONS, DRAWN = 256, 4, 150, 4096
_CHUNK, _ITEMS_AT_ONCE, _ROWS_AT_ONCE = 2048, 128, 128
_NUDGE = 0.02  # radians, or the logarithm of a share: about a fifth of a pixel
_RATE = 0.1


def delta_of(size: int) -> float:
    """δ: 0.75 at 28 px as in the paper; else such that an edge may lie as many pixels beside its place."""
    return DELTA * math.sqrt(size / DELTA_SIZE)


# -- precision -------------------------------------------------------------------------------------------------------


def distances_to_polygons(
    pictures: Pictures, vertices: int, seed: int = 0, tick: Tick = lambda _fraction, _text: None
) -> Distances:
    """Distance of each picture to the nearest polygon that was found, ``(N,)``.

    The three nearest of 20,000 drawn polygons are refined by eight steps of Levenberg and Marquardt, in which the picture's
    derivative by each corner's place is a difference of two pictures.

    Args:
        pictures: uint8 ``(N, 1, S, S)``.
        vertices: of the polygons.
        seed: of those that are drawn.
        tick: told how far it is.
    """
    targets = in_rows(pictures)
    places, found = _nearest_drawn(
        targets, pictures.shape[-1], vertices, seed, lambda share, text: tick(share / 3, text)
    )
    for start in range(0, len(targets), _ITEMS_AT_ONCE):
        part = slice(start, start + _ITEMS_AT_ONCE)
        for rank in range(STARTS):
            share = min(1.0, (start + _ITEMS_AT_ONCE * rank / STARTS) / len(targets))

            def told(share: float = share) -> None:
                tick((1 + 2 * share) / 3, _("Looking for the nearest polygons"))

            refined = _refined(targets[part], places[rank, part], pictures.shape[-1], told)
            found[part] = np.minimum(found[part], refined)
    return found


def in_rows(pictures: Pictures) -> NDArray[np.float32]:
    """uint8 ``(N, 1, S, S)`` to float32 ``(N, S · S)`` in [0, 1]."""
    return np.divide(pictures.reshape(len(pictures), -1), 255, dtype=np.float32)


def _drawn(places: Distances, size: int) -> NDArray[np.float32]:
    """Pictures of places ``(N, 1 + vertices)``, turn and logarithms of shares: float32 ``(N, S · S)`` in [0, 1]."""
    shares = np.exp(places[:, 1:] - places[:, 1:].max(axis=1, keepdims=True))
    points = corners_of(places[:, :1], shares / shares.sum(axis=1, keepdims=True))
    return in_rows(rasterise(points, size))


def _nearest_drawn(
    targets: NDArray[np.float32], size: int, vertices: int, seed: int, tick: Tick
) -> tuple[Distances, Distances]:
    """The best starts, ``(STARTS, N, 1 + vertices)``, and the distance of the first, ``(N,)``."""
    rng = np.random.default_rng(seed)
    best = np.full((STARTS, len(targets)), np.inf, np.float32)
    places = np.zeros((STARTS, len(targets), 1 + vertices))
    for start in range(0, BANK, _CHUNK):
        tick(start / BANK, _("Drawing polygons"))
        shares = rng.dirichlet(np.ones(vertices), min(_CHUNK, BANK - start)).clip(1e-4)
        drawn = np.concatenate([rng.uniform(0, 2 * math.pi, (len(shares), 1)), np.log(shares)], axis=1)
        bank = _drawn(drawn, size)
        apart = np.square(bank).sum(axis=1) - 2 * targets @ bank.T
        chosen = np.argpartition(apart, STARTS, axis=1)[:, :STARTS].T
        merged = np.concatenate([best, np.take_along_axis(apart, chosen.T, axis=1).T])
        order = merged.argsort(axis=0)[:STARTS]
        best = np.take_along_axis(merged, order, axis=0)
        places = np.take_along_axis(np.concatenate([places, drawn[chosen]]), order[..., None], axis=0)
    squares = best[0].astype(np.float64) + np.square(targets, dtype=np.float64).sum(axis=1)
    return places, np.sqrt(squares.clip(0))


def _refined(targets: NDArray[np.float32], places: Distances, size: int, told: Callable[[], None]) -> Distances:
    """Distances after refinement, ``(N,)``."""
    rows, numbers = places.shape
    damping = np.full(rows, 1e-2)
    apart = _drawn(places, size) - targets
    errors = np.square(apart, dtype=np.float64).sum(axis=1)
    for _step in range(REFINEMENTS):
        told()
        nudged = places[:, None] + _NUDGE * np.eye(numbers)
        back = places[:, None] - _NUDGE * np.eye(numbers)
        both = _drawn(np.concatenate([nudged, back]).reshape(-1, numbers), size).reshape(2, rows, numbers, -1)
        slopes = (both[0] - both[1]) / (2 * _NUDGE)
        curve = (slopes @ slopes.transpose(0, 2, 1)).astype(np.float64)
        fall = np.einsum("nkd,nd->nk", slopes, apart).astype(np.float64)
        scale = curve.diagonal(axis1=1, axis2=2).mean(axis=1) + 1e-6
        damped = curve + (damping * scale)[:, None, None] * np.eye(numbers)
        tried = places - np.linalg.solve(damped, fall[..., None])[..., 0].clip(-0.5, 0.5)
        tried[:, 1:] = (tried[:, 1:] - tried[:, 1:].max(axis=1, keepdims=True)).clip(-12)
        beside = _drawn(tried, size) - targets
        squares = np.square(beside, dtype=np.float64).sum(axis=1)
        better = squares < errors
        damping = np.where(better, damping / 5, damping * 5).clip(1e-5, 1e2)
        places = np.where(better[:, None], tried, places)
        apart = np.where(better[:, None], beside, apart)
        errors = np.where(better, squares, errors)
    found: Distances = np.sqrt(errors)
    return found


# -- recall ----------------------------------------------------------------------------------------------------------


def distances_to_decoder(
    pictures: Pictures, decoder: Decoder, delta: float, *, seed: int = 0, device: str = "cpu",
    tick: Tick = lambda _fraction, _text: None,
) -> Distances:  # fmt: skip
    """Distance of each picture to the nearest that was found among those a decoder can draw, ``(N,)``.

    Adam looks for the latent vector from the four nearest of 4,096 drawn pictures, 150 steps each, the same for all
    decoders. What is drawn from a vector that is less likely than all of those 4,096 does not count, since hardly anybody
    would ever draw it. It ends sooner where all pictures of a piece are nearer than δ.

    Args:
        pictures: uint8 ``(N, 1, S, S)``.
        decoder: ``z → x``.
        delta: distances below need not become smaller.
        seed: of the drawn pictures.
        device: where it is done.
        tick: told how far it is.
    """
    import torch

    targets = torch.from_numpy(pictures.reshape(len(pictures), -1)).to(device).float() / 255
    starts, least = _nearest_latents(targets, decoder, seed, lambda share, text: tick(0.2 * share, text))
    found = np.full(len(targets), np.inf)
    at_once = max(1, _ROWS_AT_ONCE // RESTARTS)
    for start in range(0, len(targets), at_once):
        part = slice(start, start + at_once)
        done = start / len(targets), min(1.0, (start + at_once) / len(targets))

        def told(share: float, text: str, done: tuple[float, float] = done) -> None:
            tick(0.2 + 0.8 * (done[0] + (done[1] - done[0]) * share), text)

        found[part] = _inverted(targets[part], starts[part], least, decoder, delta, told)
    return found


def _pictures_of(decoder: Decoder, z: Tensor) -> Tensor:
    """float32 ``(N, S · S)`` in [0, 1]; what is no number is as far off as can be."""
    return ((decoder.decode(z).to(z.device).flatten(1) + 1) / 2).nan_to_num(1e6, 1e6, -1e6)


def _nearest_latents(targets: Tensor, decoder: Decoder, seed: int, tick: Tick) -> tuple[Tensor, float]:
    """The latent vectors of the nearest drawn pictures, ``(N, RESTARTS, latent)``, and the least log density drawn."""
    import torch

    from ganstudio.nn.random import seeded

    source = seeded(seed, "inversion", targets.device)
    best = torch.full((len(targets), RESTARTS), math.inf, device=targets.device)
    least, latents = math.inf, torch.zeros(len(targets), RESTARTS, decoder.latent, device=targets.device)
    for start in range(0, DRAWN, _ROWS_AT_ONCE):
        tick(start / DRAWN, _("Drawing with the generator"))
        z = decoder.prior(_ROWS_AT_ONCE, source)
        least = min(least, float(decoder.log_prior(z).min()))
        with torch.no_grad():
            apart = torch.cdist(targets, _pictures_of(decoder, z))
        merged, order = torch.cat([best, apart], 1).topk(RESTARTS, largest=False)
        every = torch.cat([latents, z.expand(len(targets), *z.shape)], 1)
        latents, best = every.gather(1, order[..., None].expand(-1, -1, decoder.latent)), merged
    return latents, least


def _inverted(targets: Tensor, starts: Tensor, least: float, decoder: Decoder, delta: float, tick: Tick) -> Distances:
    import torch

    from ganstudio.nn.eager import Adam

    wanted = targets.repeat_interleave(RESTARTS, 0)
    with torch.inference_mode(False), torch.enable_grad():
        z = starts.flatten(0, 1).clone().requires_grad_(True)
        adam, best = Adam([z], betas=(0.9, 0.99)), torch.full((len(wanted),), math.inf, device=wanted.device)
        for step in range(ITERATIONS):
            tick(step / ITERATIONS, _("Looking for true pictures in the generator"))
            apart = (_pictures_of(decoder, z) - wanted).square().sum(1)
            density = decoder.log_prior(z)
            best = torch.where(density >= least, torch.minimum(best, apart.detach()), best)
            if bool((best.view(-1, RESTARTS).amin(1) <= delta**2).all()):
                break
            beyond = torch.where(density > -math.inf, (least - density).relu(), 0.0)
            (slope,) = torch.autograd.grad((apart + beyond).sum(), z)
            z.grad = slope.nan_to_num(0.0, 0.0, 0.0)
            adam.param_groups[0]["lr"] = _RATE * (0.05 + 0.95 * (1 + math.cos(math.pi * step / ITERATIONS)) / 2)
            adam.step()
    found: Distances = best.view(-1, RESTARTS).amin(1).sqrt().double().cpu().numpy()
    return found


# -- the three metrics -----------------------------------------------------------------------------------------------


def share_within(distances: Distances, delta: float) -> tuple[float, float, float]:
    """Share of distances that are at most δ, with Wilson's 95 % interval; NaN for none."""
    return wilson((distances <= delta).mean(), len(distances)) if len(distances) else (math.nan, math.nan, math.nan)


def f1(precision: float, recall: float) -> float:
    """Harmonic mean; 0 where both are, NaN where one is."""
    return 2 * precision * recall / (precision + recall) if precision + recall else precision + recall


def _vertices(evidence: Evidence) -> int:
    """Of the polygons of the data set; 0 where it holds no polygons."""
    from ganstudio.core.errors import UsageError
    from ganstudio.data.polygons import PolygonOptions
    from ganstudio.data.request import parse_request

    try:
        options = parse_request(evidence.spec.name).options
    except UsageError:
        return 0
    return options.vertices if isinstance(options, PolygonOptions) else 0


def _precision(evidence: Evidence) -> Found:
    vertices, drawn = _vertices(evidence), evidence.fake.items[:MOST_PICTURES]
    if not vertices or drawn.ndim != 4 or drawn.shape[1] != 1 or not len(drawn):
        return undefined(_("Only of the data set “triangles” it is known where all true pictures lie."))
    delta, held = delta_of(drawn.shape[-1]), _true(evidence)
    both = np.concatenate([drawn, held]) if held.shape[1:] == drawn.shape[1:] else drawn
    found = distances_to_polygons(both, vertices, evidence.seed, evidence.tick)
    found, own = found[: len(drawn)], found[len(drawn) :]
    more = {"delta": delta, "median distance": float(np.median(found)), "of real pictures": share_within(own, delta)[0]}
    return Found(*share_within(found, delta), more)


def _true(evidence: Evidence) -> Pictures:
    side = evidence.real if evidence.held_out is None or not len(evidence.held_out) else evidence.held_out
    chosen: Pictures = side.items[np.random.default_rng(evidence.seed).permutation(len(side.items))[:INVERTED]]
    return chosen


def _recall(evidence: Evidence) -> Found:
    if not _vertices(evidence):
        return undefined(_("Only of the data set “triangles” it is known where all true pictures lie."))
    if evidence.decoder is None:
        words = _("This generator has no latent vector with gradients, so true pictures cannot be looked for in it.")
        return undefined(words)
    pictures = _true(evidence)
    if not len(pictures):
        return undefined(_("There is no real item to measure on."))
    delta = delta_of(pictures.shape[-1])
    found = distances_to_decoder(
        pictures, evidence.decoder, delta, seed=evidence.seed, device=evidence.device, tick=evidence.tick
    )
    return Found(*share_within(found, delta), {"delta": delta, "median distance": float(np.median(found))})


@metric(
    "triangles-precision", "Precision (polygons)", better="higher", needs={"polygons"},
    help=_("Share of generated pictures that are polygons of the data set: nearer than δ = 0.75 to one (Euclidean, "
           "pixels 0 to 1, 28 px; Lucic et al. 2018). The nearest of 20,000 drawn polygons are refined, so real pictures "
           "score 1; a few seconds for the 1,024 pictures that are looked at. Faint noise of 3 % on every pixel is "
           "already too far."),
)  # fmt: skip
def triangles_precision(evidence: Evidence) -> Found:
    """See the help."""
    return evidence.once("triangles precision", lambda: _precision(evidence))


@metric(
    "triangles-recall", "Recall (polygons)", better="higher", needs={"polygons", "decoder"}, cost="minutes",
    help=_("Share of true pictures that the generator can draw to within δ = 0.75 (28 px): the latent vector of each of "
           "256 held-out pictures is looked for by Adam, 150 steps from each of the four nearest of 4,096 drawn ones. "
           "Vectors less likely than all of these do not count. The same search for all generators; what it does not find "
           "may be there all the same. Up to a minute or two on a processor."),
)  # fmt: skip
def triangles_recall(evidence: Evidence) -> Found:
    """See the help."""
    return evidence.once("triangles recall", lambda: _recall(evidence))


@metric(
    "triangles-f1", "F1 (polygons)", better="higher", needs={"polygons", "decoder"}, cost="minutes",
    help=_("Harmonic mean of precision and recall on polygons, 0 to 1: near 1 only where pictures are good and nothing "
           "is missing. The number by which “Are GANs Created Equal?” compared methods (Lucic et al. 2018)."),
)  # fmt: skip
def triangles_f1(evidence: Evidence) -> Found:
    """See the help."""
    precision, recall = triangles_precision(evidence), triangles_recall(evidence)
    more = {"precision": precision.value, "recall": recall.value}
    return Found(f1(precision.value, recall.value), more=more, note=precision.note or recall.note)
