"""Puts a network together by a recipe, and finds by its normalisations which recipe it was trained with.

A batch normalisation keeps the mean and the variance of what came into it while it was trained. A recipe with another
activation or another stride brings other means and variances: so that what the file does not say can be measured.
"""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor, nn

from ganstudio.core.controls import Prior
from ganstudio.core.patience import look
from ganstudio.explore.foreign.activations import ACTIVATIONS, activation, fits
from ganstudio.explore.foreign.layers import Layer, Norm
from ganstudio.explore.foreign.network import Ranged
from ganstudio.explore.foreign.recipes import Recipe, Step, bearable

_COMMON = ("relu", "leaky 0.2", "leaky 0.01")
_EPSILONS = (1e-5, 0.8)  # 0.8: given by mistake for the momentum in a well-known collection, and copied since
_ENOUGH_STEPS = 100  # before, what a normalisation began with is still in its numbers
_FLOOR = 1e-6
_PRIORS: tuple[tuple[Prior, float, float], ...] = (("uniform", 0.15, 0.58), ("normal", 0.58, 1.7))
_CLEARLY, _CLEARLY_TOLD, _MUCH, _SAME = 0.7, 0.55, 0.3, 1.15
_CONTENDERS = 3
_NORMS = (nn.BatchNorm1d, nn.BatchNorm2d)
_NO_ACTIVATIONS = (*_NORMS, nn.Linear, nn.Conv2d, nn.ConvTranspose2d, nn.Unflatten, nn.Upsample)
_ROWS_FLAT, _ROWS_SPATIAL, _WORK, _VALUES = 1024, 256, 1e9, 2**26


@dataclass(frozen=True, slots=True)
class Fit:
    """The recipe chosen.

    Attributes:
        recipe: what to build.
        prior: of z; None where the normalisations do not tell it.
        activation: whether the normalisations tell it: yes, that none known here fits, or (None) nothing.
    """

    recipe: Recipe
    prior: Prior | None = None
    activation: bool | None = None


def choose(layers: Sequence[Layer], recipes: Sequence[Recipe]) -> Fit:
    """The recipe under which the normalisations see what they saw in training; the first one where they saw nothing."""
    norms = [layer.norm for layer in layers if layer.norm is not None]
    if not norms or min(norm.steps for norm in norms) < _ENOUGH_STEPS:
        return Fit(recipes[0])
    noise = torch.randn(_ROWS_FLAT, recipes[0].latent, generator=torch.Generator().manual_seed(0))
    # What matters most comes first; what was chosen under a wrong activation is chosen anew under a better one.
    rounds: list[tuple[Recipe, float]] = []
    offered: Sequence[Recipe] = recipes
    for others in (_variants, partial(_replaced, recipes), None):
        nearest, _all = _least(layers, offered, noise)
        best, misfit = _least(layers, [nearest, *_activations(nearest)], noise, told=True)
        rounds.append((best, misfit))
        if fits(best.activation, misfit) or others is None:
            break
        offered = [best, *others(best)]
    if not fits(best.activation, misfit):  # what is usual, unless something else is much nearer
        best, misfit = min(rounds, key=lambda found: found[1])
        if misfit > _MUCH * rounds[0][1]:
            best, misfit = rounds[0]
    tells = any(told for told, _norm in _norms(build(layers, best)))
    return Fit(best, _prior(layers[0], best), fits(best.activation, misfit) if tells else None)


def _least(
    layers: Sequence[Layer], recipes: Sequence[Recipe], noise: Tensor, told: bool = False
) -> tuple[Recipe, float]:
    """The recipe with the least misfit, and its misfit: the first one where none is clearly better.

    Of those that come out much the same, the one that is offered earlier. All are tried with a few pictures, and the
    first and the best few with many.
    """
    first, others = recipes[0], list(dict.fromkeys(recipes[1:]))
    few = {recipe: _misfit(layers, recipe, noise, few=True, told=told) for recipe in others}
    best = sorted(few, key=few.__getitem__)[:_CONTENDERS]
    many = {recipe: _misfit(layers, recipe, noise, told=told) for recipe in others if recipe in best}
    usual = _misfit(layers, first, noise, told=told)
    least = min(many.values(), default=usual)
    if not least < (_CLEARLY_TOLD if told else _CLEARLY) * usual:
        return first, usual
    return next((recipe, misfit) for recipe, misfit in many.items() if misfit <= least * _SAME)


def _activations(recipe: Recipe) -> Iterator[Recipe]:
    return (dataclasses.replace(recipe, activation=name) for name in ACTIVATIONS if name != recipe.activation)


def _variants(recipe: Recipe) -> Iterator[Recipe]:
    starts = (recipe.bare_start, not recipe.bare_start) if recipe.base else (False,)
    kinds = dict.fromkeys((recipe.activation, *_COMMON))
    for kind, eps, norm_first, bare in itertools.product(kinds, _EPSILONS, (True, False), starts):
        yield dataclasses.replace(recipe, activation=kind, eps=eps, norm_first=norm_first, bare_start=bare)


def _replaced(recipes: Iterable[Recipe], recipe: Recipe) -> Iterator[Recipe]:
    """Other strides with what else was found."""
    for other in recipes:
        yield dataclasses.replace(recipe, base=other.base, steps=other.steps, size=other.size)


def _misfit(layers: Sequence[Layer], recipe: Recipe, noise: Tensor, few: bool = False, told: bool = False) -> float:
    """Mean distance of means (in standard deviations) and of log-variances between now and training.

    Args:
        layers: of the network.
        recipe: tried.
        noise: latents.
        few: with few of them.
        told: of the normalisations that come after an activation, if there are such; otherwise of all.
    """
    look()
    network = build(layers, recipe)
    network.train()
    found: list[tuple[bool, float]] = []
    for after, norm in _norms(network):
        norm.momentum = 0.0  # what training left stays as it is
        norm.register_forward_pre_hook(
            lambda module, arguments, after=after: found.append((after, _distance(module, arguments[0])))
        )
    last = max(index for index, module in enumerate(network) if isinstance(module, _NORMS))
    with torch.inference_mode():
        network[: last + 1](noise[: _rows(recipe, layers, few)])
    some = [misfit for after, misfit in found if after and told] or [misfit for _after, misfit in found]
    return sum(some) / len(some)


def _norms(network: nn.Sequential) -> Iterator[tuple[bool, nn.BatchNorm1d | nn.BatchNorm2d]]:
    """Normalisations, and whether an activation comes before them."""
    told = False
    for module in network:
        if isinstance(module, _NORMS):
            yield told, module
        told = told or not isinstance(module, _NO_ACTIVATIONS)


def _rows(recipe: Recipe, layers: Sequence[Layer], few: bool) -> int:
    if not recipe.steps:
        return _ROWS_FLAT // (4 if few else 1)
    channels = recipe.base[0] if recipe.base else 0
    flat = any(layer.norm is not None and layer.norm.size != channels for layer in layers[: -len(recipe.steps)])
    wanted = _ROWS_FLAT if flat else _ROWS_SPATIAL
    if few:
        return min(wanted // 8, bearable(recipe, layers, _WORK / 4, _VALUES))
    return min(wanted, bearable(recipe, layers, _WORK, _VALUES))


def _distance(norm: nn.Module, inputs: Tensor) -> float:
    axes = [0, *range(2, inputs.dim())]
    mean, spread = inputs.mean(axes), inputs.var(axes, unbiased=False)
    then_mean, then_spread = norm.running_mean, norm.running_var
    assert isinstance(then_mean, Tensor)
    assert isinstance(then_spread, Tensor)
    off = (mean - then_mean).abs() / (then_spread + _FLOOR).sqrt()
    ratio = ((spread + _FLOOR) / (then_spread + _FLOOR)).log().abs()
    return float(off.clamp(max=5).mean() + ratio.clamp(max=5).mean())


def _prior(first: Layer, recipe: Recipe) -> Prior | None:
    """Normal or uniform z, by the first normalisation: the variance of a uniform z is a third.

    A layer gives z of unit variance the variance Σ w² per output.
    """
    norm = first.norm
    if norm is None or not recipe.norm_first:
        return None
    weight = first.weight.detach().float() ** 2
    if first.kind == "linear":
        shifts = torch.zeros(len(weight)) if first.bias is None else first.bias.detach().float()
        spread = weight.sum(1).view(norm.size, -1).mean(1)
        still = shifts.view(norm.size, -1).var(1, unbiased=False)
    else:
        spread, still = weight.sum(0).flatten(1).mean(1), torch.zeros(norm.size)
    then = norm.tensors["running_var"].detach().float()
    ratio = float(((then - still) / (spread + _FLOOR)).median())
    return next((prior for prior, low, high in _PRIORS if low < ratio < high), None)


def build(layers: Sequence[Layer], recipe: Recipe) -> nn.Sequential:
    """A network ``(N, latent)`` to ``(N, C, H, W)`` in [−1, 1], with copies of the weights."""
    made: list[nn.Module] = []
    linear = [layer for layer in layers if layer.kind == "linear"]
    for index, layer in enumerate(linear):
        made.append(_linear(layer))
        last = index == len(linear) - 1
        if last and recipe.base is not None:
            channels, size = recipe.base
            flat = layer.norm is not None and layer.norm.size != channels
            fold = nn.Unflatten(1, (channels, size, size))
            made += [*_after(layer, recipe, recipe.bare_start, flat=True), fold] if flat else [
                fold, *_after(layer, recipe, recipe.bare_start, flat=False)]  # fmt: skip
        elif not last:
            made += _after(layer, recipe, flat=True)
    if recipe.base is None:
        shape = (recipe.latent, 1, 1) if recipe.steps else (recipe.channels, recipe.size, recipe.size)
        made.insert(0 if recipe.steps else len(made), nn.Unflatten(1, shape))
    for index, (layer, step) in enumerate(zip(layers[len(linear) :], recipe.steps, strict=True)):
        made += _convolution(layer, step)
        if index < len(recipe.steps) - 1:
            made += _after(layer, recipe)
    return nn.Sequential(*made, Ranged(nn.Sigmoid(), 2.0, -1.0) if recipe.sigmoid else nn.Tanh()).eval()


def _after(layer: Layer, recipe: Recipe, bare: bool = False, flat: bool = False) -> list[nn.Module]:
    active: list[nn.Module] = (
        [] if bare else [_prelu(layer.slopes) if layer.slopes is not None else activation(recipe.activation)]
    )
    normal: list[nn.Module] = [] if layer.norm is None else [_norm(layer.norm, 1e-5 if bare else recipe.eps, flat)]
    return [*normal, *active] if recipe.norm_first else [*active, *normal]


def _prelu(slopes: Tensor) -> nn.Module:
    made = nn.PReLU(len(slopes), device="meta")
    made.weight = nn.Parameter(slopes.detach().float(), requires_grad=False)
    return made


def _norm(norm: Norm, eps: float, flat: bool) -> nn.Module:
    kind = nn.BatchNorm1d if flat else nn.BatchNorm2d
    made = kind(norm.size, eps, affine="weight" in norm.tensors)
    # Also how many batches it saw: so that what is exported again can be measured again.
    values = {
        name: value.detach().reshape(()).clone() if name == "num_batches_tracked" else value.detach().float().clone()
        for name, value in norm.tensors.items()
        if name != "num_batches_tracked" or value.numel() == 1
    }
    made.load_state_dict(values, strict=False)
    return made


def _linear(layer: Layer) -> nn.Module:
    out, into = layer.weight.shape
    return _filled(nn.Linear(into, out, bias=layer.bias is not None, device="meta"), layer)


def _convolution(layer: Layer, step: Step) -> list[nn.Module]:
    into = layer.weight.shape[0 if step.transposed else 1]
    bias = layer.bias is not None
    if step.transposed:
        made: nn.Module = nn.ConvTranspose2d(
            into, step.channels, layer.kernel, step.stride, step.padding, step.extra, bias=bias, device="meta"
        )
    else:
        made = nn.Conv2d(into, step.channels, layer.kernel, 1, step.padding, bias=bias, device="meta")
    upsample: list[nn.Module] = [nn.Upsample(scale_factor=2)] if step.upsample else []
    return [*upsample, _filled(made, layer)]


def _filled(module: nn.Module, layer: Layer) -> nn.Module:
    """With the weights of the file; nothing random is drawn for what is replaced anyway."""
    module.weight = nn.Parameter(layer.weight.detach().float().contiguous(), requires_grad=False)
    if layer.bias is not None:
        module.bias = nn.Parameter(layer.bias.detach().float().contiguous(), requires_grad=False)
    return module
