"""Tensors of a state dict as layers in their order: linear, convolution of either kind, batch normalisation."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Literal

from torch import Tensor

Kind = Literal["linear", "spatial"]
_FIRST = re.compile(
    r"^(l1|fc\d*|linear\d*|dense\d*|proj\w*|project\w*|(\w+_)?input\w*|initial\w*|init\w*|first\w*|latent\w*|from_\w+|"
    r"dec(ode|oder)?_?(fc|lin|linear|dense|in)\w*|fc_dec\w*|fc_z)$"
)
_LAST = re.compile(r"^(out|output\w*|final\w*|last\w*|to_?rgb|to_?image|to_?img)$")
_SEARCHED, _MOST_LAYERS, _STEEPEST, _WIDEST = 16, 64, 0.6, 2**16
_LEAVES = {"weight", "bias", "running_mean", "running_var", "num_batches_tracked"}


class Unreadable(Exception):
    """The tensors are no layers that are known here."""


@dataclass(slots=True)
class Norm:
    """A batch normalisation.

    Attributes:
        tensors: ``running_mean`` and so on.
    """

    tensors: dict[str, Tensor]

    @property
    def size(self) -> int:
        """How many features it has."""
        return len(self.tensors["running_mean"])

    @property
    def steps(self) -> int:
        """How many batches its statistics were gathered over; 0 where nobody knows."""
        count = self.tensors.get("num_batches_tracked")
        return 0 if count is None or count.numel() != 1 else int(count)


@dataclass(slots=True)
class Layer:
    """A linear layer or a convolution, and the normalisation between it and the next one.

    Attributes:
        kind: linear, or a convolution; which of the two kinds, only its neighbours tell.
        weight: ``(out, in)``, or ``(in, out, k, k)`` transposed, or ``(out, in, k, k)``.
        bias: or None.
        norm: what follows it.
        slopes: of a PReLU that follows it; None where there is none.
        index: its number in an ``nn.Sequential``, or None.
        silent: how many layers without weights lie between it and the layer or normalisation before it; None where
            the numbers do not tell.
    """

    kind: Kind
    weight: Tensor
    bias: Tensor | None
    norm: Norm | None = None
    slopes: Tensor | None = None
    index: int | None = None
    silent: int | None = None

    @property
    def kernel(self) -> int:
        """Of a convolution."""
        return self.weight.shape[2]


_Module = tuple[str, dict[str, Tensor]]


def orders(tensors: Mapping[str, Tensor]) -> Iterator[list[Layer]]:
    """The layers in the orders in which they may follow each other, the likeliest first.

    A safetensors file has its tensors sorted by name, so that the order of the layers must be found anew.

    Raises:
        Unreadable: some tensor belongs to none of the known kinds of layer.
    """
    table = _modules(tensors)
    given = list(table)
    if sum("running_mean" not in found for found in table.values()) > 2 * _MOST_LAYERS:
        raise Unreadable(f"{len(table)} layers")
    tried: list[list[str]] = []
    numbered = sorted(given, key=natural)
    for names in (given, numbered, sorted(numbered, key=_place)):
        if names not in tried:
            tried.append(names)
    for names in tried:
        placed = _with_norms([(name, table[name]) for name in names])
        if placed is not None:
            yield placed


def _modules(tensors: Mapping[str, Tensor]) -> dict[str, dict[str, Tensor]]:
    modules: dict[str, dict[str, Tensor]] = {}
    for name, value in tensors.items():
        module, _dot, leaf = name.rpartition(".")
        if leaf not in _LEAVES:
            raise Unreadable(name)
        modules.setdefault(module, {})[leaf] = value
    return modules


def natural(name: str) -> list[tuple[int, int, str]]:
    """A key that sorts names by the numbers in them."""
    return [(0, int(part), "") if part.isdigit() else (1, 0, part) for part in re.split(r"(\d+)|\.", name) if part]


def _place(name: str) -> int:
    parts = name.split(".")
    if any(_FIRST.match(part) for part in parts):
        return 0
    return 2 if any(_LAST.match(part) for part in parts) else 1


def _with_norms(modules: list[_Module]) -> list[Layer] | None:
    """Layers with their normalisations: as they lie between each other if that fits, else by their sizes."""
    layers: list[Layer] = []
    norms: list[tuple[int, Norm]] = []
    slopes: list[tuple[int, Tensor]] = []
    before: tuple[str, int] | None = None
    linear_before = False
    for name, tensors in modules:
        container, _dot, last = name.rpartition(".")
        index = int(last) if last.isdigit() else None
        silent = None
        if index is not None and before is not None and before[0] == container:
            silent = index - before[1] - 1
        elif index is not None and before is not None:
            silent = index
        if "running_mean" in tensors:
            norms.append((len(layers) - 1, _norm(name, tensors)))
        elif tensors.keys() == {"weight"} and _are_slopes(tensors["weight"]):
            slopes.append((len(layers) - 1, tensors["weight"]))
            continue  # an activation as others, only with numbers in it
        else:
            layer = _layer(name, tensors, index, silent)
            if layer.kind == "spatial" and layers and layers[-1].kind == "linear" and linear_before and silent == 1:
                layer.silent = 0  # the one that folds
            layers.append(layer)
        linear_before = layers[-1:] != [] and "running_mean" not in tensors and layers[-1].kind == "linear"
        before = (container, index) if index is not None else None
    if not layers or len(layers) > _MOST_LAYERS:
        raise Unreadable(f"{len(layers)} layers")
    return layers if _place_norms(layers, norms) and _place_slopes(layers, slopes) else None


def _norm(name: str, tensors: dict[str, Tensor]) -> Norm:
    sizes = {value.shape for leaf, value in tensors.items() if leaf != "num_batches_tracked"}
    if (
        len(sizes) != 1
        or len(next(iter(sizes))) != 1
        or "running_var" not in tensors
        or not len(tensors["running_mean"])
    ):
        raise Unreadable(name)
    if ("weight" in tensors) != ("bias" in tensors):
        raise Unreadable(name)
    return Norm(tensors)


def _layer(name: str, tensors: dict[str, Tensor], index: int | None, silent: int | None) -> Layer:
    weight, bias = tensors.get("weight"), tensors.get("bias")
    if weight is None or not weight.numel() or tensors.keys() - {"weight", "bias"}:
        raise Unreadable(name)
    if bias is not None and bias.dim() != 1:
        raise Unreadable(name)
    if weight.dim() == 2 and not re.search(r"emb", name, re.IGNORECASE):
        if bias is not None and len(bias) != len(weight):
            raise Unreadable(name)
        return Layer("linear", weight, bias, index=index, silent=silent)
    if weight.dim() == 4 and weight.shape[2] == weight.shape[3]:
        if bias is not None and len(bias) not in weight.shape[:2]:
            raise Unreadable(name)
        return Layer("spatial", weight, bias, index=index, silent=silent)
    raise Unreadable(name)


def _fits(layer: Layer, norm: Norm) -> bool:
    if layer.norm is not None:
        return False
    if layer.kind == "linear":
        return len(layer.weight) % norm.size == 0
    return norm.size in layer.weight.shape[:2]


def _place_norms(layers: list[Layer], norms: list[tuple[int, Norm]]) -> bool:
    if all(place >= 0 and _fits(layers[place], norm) for place, norm in norms) and len(
        {place for place, _n in norms}
    ) == len(norms):
        for place, norm in norms:
            layers[place].norm = norm
        return True
    # All convolutions first and then all normalisations, or sorted by name: one way to fit, or none.
    hidden = layers[:-1]
    if len(hidden) > _SEARCHED:
        return False
    ways = list(islice(_ways(hidden, [norm for _place, norm in norms], 0), 2))
    if len(ways) != 1:
        return False
    for layer, norm in ways[0]:
        layer.norm = norm
    return True


def _ways(layers: list[Layer], norms: list[Norm], start: int) -> Iterator[list[tuple[Layer, Norm]]]:
    if not norms:
        yield []
        return
    for index in range(start, len(layers) - len(norms) + 1):
        layer = layers[index]
        exact = layer.weight.shape[0 if layer.kind == "linear" else 1] == norms[0].size
        if exact or _fits(layer, norms[0]):
            for rest in _ways(layers, norms[1:], index + 1):
                yield [(layer, norms[0]), *rest]


def _are_slopes(values: Tensor) -> bool:
    """Of a PReLU, which begins with 0.25. The gains of a normalisation are about 1."""
    return values.dim() == 1 and 0 < values.numel() <= _WIDEST and abs(float(values.float().mean())) < _STEEPEST


def _place_slopes(layers: list[Layer], slopes: list[tuple[int, Tensor]]) -> bool:
    """PReLU: one for all hidden layers, or one after each layer that it stands behind."""
    hidden = layers[:-1]
    if len(slopes) == 1 and len(slopes[0][1]) == 1:
        slopes = [(index, slopes[0][1]) for index in range(len(hidden))]
    for place, values in slopes:
        if not 0 <= place < len(hidden) or layers[place].slopes is not None:
            return False
        layer = layers[place]
        if len(values) != 1 and len(values) not in (layer.norm.size if layer.norm else 0, *layer.weight.shape[:2]):
            return False
        layer.slopes = values
    return True
