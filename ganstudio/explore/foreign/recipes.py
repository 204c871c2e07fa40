"""What a state dict does not say: strides, activations, where it is upsampled. All that is plausible, likeliest first."""

from __future__ import annotations

import dataclasses
import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

from ganstudio.explore.foreign.layers import Layer
from ganstudio.explore.foreign.network import LARGEST

GOOD_SIZES = (16, 28, 32, 64, 128, 256, 512)
POSSIBLE_SIZES = (8, 24, 48, 56, 96, 112, 192, 224, 384, 1024)
_MOST = 12
"""Ways to place strides that are looked at."""
_MOST_VALUES, _MOST_WORK = 2**27, 10**11
"""For one picture: half a gigabyte, and some seconds."""
_COURSE = (3, 4, 3, 4)
"""Kernels of a network that a much-taken course builds: strides 2, 1, 2, 2 without padding, 1 → 3 → 6 → 13 → 28 px."""

_Option = tuple[int, int, int, bool]


@dataclass(frozen=True, slots=True)
class Step:
    """How a convolution is used.

    Attributes:
        transposed: it is a transposed one.
        channels: that it puts out.
        stride: of a transposed one.
        padding: as PyTorch counts it.
        extra: output padding of a transposed one.
        upsample: the picture is doubled before it.
        size: height and width that come out.
    """

    transposed: bool
    channels: int
    stride: int
    padding: int
    extra: int
    upsample: bool
    size: int


@dataclass(frozen=True, slots=True)
class Recipe:
    """Everything that must be known besides the weights.

    Attributes:
        latent: size of z.
        channels: of the picture.
        size: of the picture.
        base: ``(channels, size)`` that the last linear layer's output is folded to; None where there is none.
        steps: one per convolution.
        activation: of hidden layers, a name in ``ACTIVATIONS``.
        eps: of the normalisations.
        norm_first: normalisation comes before the activation.
        bare_start: nothing follows the normalisation of the last linear layer.
        sigmoid: the picture ends in a sigmoid, not in tanh.
    """

    latent: int
    channels: int
    size: int
    base: tuple[int, int] | None = None
    steps: tuple[Step, ...] = ()
    activation: str = "relu"
    eps: float = 1e-5
    norm_first: bool = True
    bare_start: bool = False
    sigmoid: bool = False


def plausible(layers: Sequence[Layer], decoder: bool = False) -> list[Recipe]:
    """Shapes of generators that these layers can have in this order; empty where they form none.

    Args:
        layers: all.
        decoder: of a (variational) auto-encoder: it draws values in [0, 1], and has the activations of one.
    """
    found = [recipe for recipe in _plausible(layers) if _bearable(recipe, layers)]
    if decoder:
        return [dataclasses.replace(recipe, activation="relu", sigmoid=True) for recipe in found]
    return found


def bearable(recipe: Recipe, layers: Sequence[Layer], work: float = 2e10, values: float = 2**27) -> int:
    """How many pictures may be drawn at once: at least two.

    Args:
        recipe: how the layers are used.
        layers: all.
        work: multiplications for all pictures.
        values: of the largest layer's output for all pictures.
    """
    return int(max(2, min(work / _work(recipe, layers), values / _values(recipe))))


def _work(recipe: Recipe, layers: Sequence[Layer]) -> int:
    flat = len(layers) - len(recipe.steps)
    return sum(layer.weight.numel() for layer in layers[:flat]) + sum(
        layer.weight.numel() * step.size**2 for layer, step in zip(layers[flat:], recipe.steps, strict=True)
    )


def _values(recipe: Recipe) -> int:
    return max((step.channels * step.size**2 for step in recipe.steps), default=recipe.channels * recipe.size**2)


def _bearable(recipe: Recipe, layers: Sequence[Layer]) -> bool:
    return recipe.size <= LARGEST and _values(recipe) <= _MOST_VALUES and _work(recipe, layers) <= _MOST_WORK


def _plausible(layers: Sequence[Layer]) -> list[Recipe]:
    linear = list(itertools.takewhile(lambda layer: layer.kind == "linear", layers))
    spatial = list(layers[len(linear) :])
    if any(layer.kind == "linear" for layer in spatial) or not _linear_chain(linear):
        return []
    if not spatial:
        return _perceptron(linear)
    found: list[Recipe] = []
    for channels in dict.fromkeys([*spatial[0].weight.shape[:2]] if linear else [0]):
        found += _convolutional(linear, spatial, channels)
    return found


def _linear_chain(layers: Sequence[Layer]) -> bool:
    return all(
        before.weight.shape[0] == after.weight.shape[1]
        and (before.norm is None or before.norm.size == len(before.weight))
        for before, after in itertools.pairwise(layers)
    )


def _perceptron(layers: Sequence[Layer]) -> list[Recipe]:
    if len(layers) < 2 or layers[-1].norm is not None:
        return []
    latent, out = layers[0].weight.shape[1], layers[-1].weight.shape[0]
    for channels in (1, 3):
        size = math.isqrt(out // channels)
        if channels * size * size == out and size in (8, *GOOD_SIZES, *POSSIBLE_SIZES) and 2 <= latent < out:
            return [Recipe(latent, channels, size, activation="leaky 0.2")]
    return []


def _convolutional(linear: Sequence[Layer], spatial: Sequence[Layer], channels: int) -> list[Recipe]:
    if linear:
        latent, out = linear[0].weight.shape[1], linear[-1].weight.shape[0]
        size = math.isqrt(out // channels)
        norm = linear[-1].norm
        if channels * size * size != out or size < 2 or (norm is not None and norm.size not in (out, channels)):
            return []
        base, start = (channels, size), (channels, size)
    else:
        latent = spatial[0].weight.shape[0]
        base, start = None, (latent, 1)
    if latent < 2:
        return []
    kinds = _kinds(spatial, start[0], from_vector=not linear)
    if kinds is None or kinds[-1][1] not in (1, 3) or spatial[-1].norm is not None or len(spatial) < 2:
        return []
    colours = kinds[-1][1]
    ways = (
        [_course(spatial, kinds)]
        if _is_course(spatial, kinds, linear)
        else _ways(spatial, kinds, start[1], bool(linear))
    )
    return [
        Recipe(latent, colours, steps[-1].size, base, steps, bare_start=_bare(linear, spatial))
        for steps in ways
        if latent < colours * steps[-1].size ** 2
    ]


def _bare(linear: Sequence[Layer], spatial: Sequence[Layer]) -> bool:
    """Folded, normalised, upsampled at once: as in the DCGAN of a well-known collection."""
    norm = linear[-1].norm if linear else None
    return norm is not None and spatial[0].silent == 1 and norm.size < linear[-1].weight.shape[0]


def _kinds(spatial: Sequence[Layer], channels: int, from_vector: bool) -> list[tuple[bool, int]] | None:
    """``(transposed, channels that come out)`` of every convolution; None where they do not follow each other."""
    found: list[tuple[bool, int]] = []
    # As many channels in as out with an odd kernel: as the others, whose channels become fewer.
    told = [layer.weight.shape[0] > layer.weight.shape[1] for layer in spatial[:-1]
            if layer.kernel % 2 and layer.weight.shape[0] != layer.weight.shape[1]]  # fmt: skip
    for index, layer in enumerate(spatial):
        first, second = layer.weight.shape[:2]
        if first == second:  # even kernels are those of transposed convolutions
            transposed = (from_vector and index == 0) or layer.kernel % 2 == 0 or (bool(told) and all(told))
            fits = first == channels
        else:
            transposed = first == channels
            fits = transposed or second == channels
        out = second if transposed else first
        bias, norm = layer.bias, layer.norm
        if not fits or (bias is not None and len(bias) != out) or (norm is not None and norm.size != out):
            return None
        if from_vector and index == 0 and not transposed:
            return None
        found.append((transposed, out))
        channels = out
    return found


def _options(layer: Layer, transposed: bool, size: int) -> list[_Option]:
    """``(stride, padding, output padding, upsample)``, the likeliest first."""
    kernel = layer.kernel
    if not transposed:
        if kernel % 2 == 0:
            return []
        return [(1, kernel // 2, 0, True), (1, kernel // 2, 0, False)]
    if size == 1:
        return [(1, 0, 0, False)]
    doubling = (2, (kernel - 1) // 2, kernel % 2, False)
    if kernel % 2:
        return [(1, 0, 0, False)] if kernel == 1 else [doubling, (1, kernel // 2, 0, False)]
    return [(2, kernel // 2 - 1, 0, False)]


def _grown(size: int, kernel: int, option: _Option, transposed: bool) -> int:
    stride, padding, extra, upsample = option
    if not transposed:
        return size * 2 if upsample else size
    return (size - 1) * stride - 2 * padding + kernel + extra


def _ways(
    spatial: Sequence[Layer], kinds: Sequence[tuple[bool, int]], size: int, folded: bool
) -> list[tuple[Step, ...]]:
    """Strides and upsamplings that lead to a common size; the likeliest first."""
    # 4 → 7 → 14 → 28: the one kernel of 3 among those of 4 is there for the odd size.
    kernels = tuple(layer.kernel for layer in spatial)
    if all(transposed for transposed, _out in kinds) and kernels[0] == 4 and kernels[1:2] == (3,) and not folded:
        odd = _walk(
            spatial, kinds, size, [(1, 0, 0, False), (2, 1, 0, False)] + [(2, 1, 0, False)] * (len(spatial) - 2)
        )
        if odd is not None and set(kernels[2:]) == {4} and odd[-1].size in GOOD_SIZES:
            return [odd]
    offered = [_options(layer, kinds[index][0], 2 if index else size) for index, layer in enumerate(spatial)]
    if not folded and spatial[0].kernel == 1 and kinds[1][0]:  # still a vector after the first one
        offered[1] = _options(spatial[1], True, 1)
    if not kinds[-1][0]:
        offered[-1].reverse()  # the last one makes colours of features; it seldom doubles as well
    if any(kind[0] for kind in kinds[0 if folded else 1 :]):
        offered = [[way for way in ways if not way[3]] for ways in offered]
    numbered = _follow_numbers(spatial, kinds, offered)
    found = _lead_somewhere(spatial, kinds, size, numbered) or _lead_somewhere(spatial, kinds, size, offered)
    good = [steps for steps in found if steps[-1].size in GOOD_SIZES]
    return (good or found)[:_MOST]


def _lead_somewhere(
    spatial: Sequence[Layer], kinds: Sequence[tuple[bool, int]], size: int, offered: Sequence[Sequence[_Option]]
) -> list[tuple[Step, ...]]:
    found: dict[tuple[Step, ...], None] = {}
    # The earliest varies fastest: where one of many keeps the size, it is the first.
    for combination in itertools.islice(itertools.product(*reversed(offered)), 4096):
        steps = _walk(spatial, kinds, size, list(reversed(combination)))
        if steps is not None and steps[-1].size in (*GOOD_SIZES, *POSSIBLE_SIZES):
            found[steps] = None
    return list(found)


def _follow_numbers(
    spatial: Sequence[Layer], kinds: Sequence[tuple[bool, int]], offered: Sequence[Sequence[_Option]]
) -> list[list[_Option]]:
    """In an ``nn.Sequential``, two layers without weights before a convolution are an activation and an upsampling.

    Before the first one, one of them is an upsampling, and of two nobody knows.
    """
    followed = []
    for index, (layer, ways) in enumerate(zip(spatial, offered, strict=True)):
        unknown = layer.silent is None or kinds[index][0] or (index == 0 and layer.silent == 2)
        doubled = (layer.silent or 0) >= (1 if index == 0 else 2)
        followed.append([way for way in ways if unknown or way[3] == doubled])
    return followed


def _walk(
    spatial: Sequence[Layer],
    kinds: Sequence[tuple[bool, int]],
    size: int,
    options: Sequence[_Option],
) -> tuple[Step, ...] | None:
    steps = []
    for layer, (transposed, out), option in zip(spatial, kinds, options, strict=True):
        size = _grown(size, layer.kernel, option, transposed)
        if not 1 <= size <= max(POSSIBLE_SIZES):
            return None
        steps.append(Step(transposed, out, *option, size))
    return tuple(steps)


def _is_course(spatial: Sequence[Layer], kinds: Sequence[tuple[bool, int]], linear: Sequence[Layer]) -> bool:
    return not linear and tuple(layer.kernel for layer in spatial) == _COURSE and all(kind[0] for kind in kinds)


def _course(spatial: Sequence[Layer], kinds: Sequence[tuple[bool, int]]) -> tuple[Step, ...]:
    steps = _walk(spatial, kinds, 1, [(stride, 0, 0, False) for stride in (2, 1, 2, 2)])
    assert steps is not None
    return steps
