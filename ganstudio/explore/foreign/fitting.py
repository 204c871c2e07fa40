"""Puts a network together by a recipe, and finds by its normalisations which recipe it was trained with.

A batch normalisation keeps the mean and the variance of what came into it while it was trained. A recipe with another
activation or another stride brings other means and variances: so that what the file does not say can be measured.
"""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from ganstudio.core.controls import Prior
from ganstudio.explore.foreign.layers import Layer, Norm
from ganstudio.explore.foreign.recipes import Activation, Recipe, Step

_ACTIVATIONS: tuple[Activation, ...] = ("relu", "leaky 0.2", "leaky 0.01")
_EPSILONS = (1e-5, 0.8)  # 0.8: given by mistake for the momentum in a well-known collection, and copied since
_ENOUGH_STEPS = 20
_FLOOR = 1e-6
_UNIFORM = (0.15, 0.58)
_CLEARLY = 0.7
_ROWS_FLAT, _ROWS_SPATIAL, _WORK = 256, 24, 1e9


@dataclass(frozen=True, slots=True)
class Fit:
    """The recipe chosen.

    Attributes:
        recipe: what to build.
        prior: of z.
        measured: the normalisations told it; otherwise it is what is common.
    """

    recipe: Recipe
    prior: Prior
    measured: bool


def choose(layers: Sequence[Layer], recipes: Sequence[Recipe]) -> Fit:
    """The recipe under which the normalisations see what they saw in training; the first one where they saw nothing."""
    norms = [layer.norm for layer in layers if layer.norm is not None]
    if not norms or min(norm.steps for norm in norms) < _ENOUGH_STEPS:
        return Fit(recipes[0], "normal", False)
    noise = torch.randn(_ROWS_FLAT, recipes[0].latent, generator=torch.Generator().manual_seed(0))
    best, least = recipes[0], _misfit(layers, recipes[0], noise)
    for offered in (recipes[1:], None):  # strides matter most; then everything else
        usual = least
        for recipe in _variants(best) if offered is None else offered:
            misfit = _misfit(layers, recipe, noise)
            if misfit < min(least, _CLEARLY * usual):
                best, least = recipe, misfit
    return Fit(best, _prior(layers[0], best), True)


def _variants(recipe: Recipe) -> Iterator[Recipe]:
    starts = (recipe.bare_start, not recipe.bare_start) if recipe.base else (False,)
    for activation, eps, norm_first, bare in itertools.product(_ACTIVATIONS, _EPSILONS, (True, False), starts):
        yield dataclasses.replace(recipe, activation=activation, eps=eps, norm_first=norm_first, bare_start=bare)


def _misfit(layers: Sequence[Layer], recipe: Recipe, noise: Tensor) -> float:
    """Mean distance of means (in standard deviations) and of log-variances between now and training."""
    measured = _watch(layers, recipe, noise)
    if not measured:
        return float("inf")
    return sum(mean + spread for mean, spread in measured) / len(measured)


def _watch(layers: Sequence[Layer], recipe: Recipe, noise: Tensor) -> list[tuple[float, float]]:
    network = build(layers, recipe)
    network.train()
    found: list[tuple[float, float]] = []

    def look(module: nn.Module, arguments: tuple[Tensor, ...]) -> None:
        found.append(_distance(module, arguments[0]))

    norms = [module for module in network.modules() if isinstance(module, nn.BatchNorm1d | nn.BatchNorm2d)]
    for norm in norms:
        norm.momentum = 0.0  # what training left stays as it is
        norm.register_forward_pre_hook(look)
    rows = _rows(recipe, layers, len(noise))
    with torch.inference_mode():
        network(noise[:rows])
    return found


def _rows(recipe: Recipe, layers: Sequence[Layer], most: int) -> int:
    if not recipe.steps:
        return most
    spatial = layers[-len(recipe.steps) :]
    work = sum(layer.weight.numel() * step.size**2 for layer, step in zip(spatial, recipe.steps, strict=True))
    channels = recipe.base[0] if recipe.base else 0
    flat = any(layer.norm is not None and layer.norm.size != channels for layer in layers[: -len(recipe.steps)])
    return int(min(most if flat else _ROWS_SPATIAL, max(4, _WORK / max(work, 1))))


def _distance(norm: nn.Module, inputs: Tensor) -> tuple[float, float]:
    axes = [0, *range(2, inputs.dim())]
    mean, spread = inputs.mean(axes), inputs.var(axes, unbiased=False)
    then_mean, then_spread = norm.running_mean, norm.running_var
    assert isinstance(then_mean, Tensor)
    assert isinstance(then_spread, Tensor)
    off = (mean - then_mean).abs() / (then_spread + _FLOOR).sqrt()
    ratio = ((spread + _FLOOR) / (then_spread + _FLOOR)).log().abs()
    return float(off.clamp(max=5).mean()), float(ratio.clamp(max=5).mean())


def _prior(first: Layer, recipe: Recipe) -> Prior:
    """Normal or uniform z, by the first normalisation: the variance of a uniform z is a third.

    A layer gives z of unit variance the variance Σ w² per output.
    """
    norm = first.norm
    if norm is None or not recipe.norm_first:
        return "normal"
    weight = first.weight.detach().float() ** 2
    if first.kind == "linear":
        shifts = torch.zeros(len(weight)) if first.bias is None else first.bias.detach().float()
        spread = weight.sum(1).view(norm.size, -1).mean(1)
        still = shifts.view(norm.size, -1).var(1, unbiased=False)
    else:
        spread, still = weight.sum(0).flatten(1).mean(1), torch.zeros(norm.size)
    then = norm.tensors["running_var"].detach().float()
    ratio = float(((then - still) / (spread + _FLOOR)).median())
    return "uniform" if _UNIFORM[0] < ratio < _UNIFORM[1] else "normal"


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
            made += [*_after(layer.norm, recipe, recipe.bare_start, flat=True), fold] if flat else [
                fold, *_after(layer.norm, recipe, recipe.bare_start, flat=False)]  # fmt: skip
        elif not last:
            made += _after(layer.norm, recipe, flat=True)
    if recipe.base is None:
        shape = (recipe.latent, 1, 1) if recipe.steps else (recipe.channels, recipe.size, recipe.size)
        made.insert(0 if recipe.steps else len(made), nn.Unflatten(1, shape))
    for index, (layer, step) in enumerate(zip(layers[len(linear) :], recipe.steps, strict=True)):
        made += _convolution(layer, step)
        if index < len(recipe.steps) - 1:
            made += _after(layer.norm, recipe)
    return nn.Sequential(*made, nn.Tanh()).eval()


def _after(norm: Norm | None, recipe: Recipe, bare: bool = False, flat: bool = False) -> list[nn.Module]:
    activation: list[nn.Module] = [] if bare else [_activation(recipe.activation)]
    normal: list[nn.Module] = [] if norm is None else [_norm(norm, 1e-5 if bare else recipe.eps, flat)]
    return [*normal, *activation] if recipe.norm_first else [*activation, *normal]


def _activation(kind: Activation) -> nn.Module:
    return nn.ReLU() if kind == "relu" else nn.LeakyReLU(float(kind.removeprefix("leaky ")))


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
