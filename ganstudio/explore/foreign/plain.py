"""Tensors as a layer uses them: what spectral and weight normalisation would compute at every step is computed once."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor
from torch.nn.functional import normalize

from ganstudio.explore.foreign.layers import Unreadable

MOST_TENSORS_OF_A_NETWORK = 1024
LONGEST_NAME = 512
_INSIDE = "parametrizations.weight."
_NUMBERS = (
    torch.float32, torch.float16, torch.bfloat16, torch.float64, torch.float8_e4m3fn, torch.float8_e5m2,
)  # fmt: skip
_COUNTS = (torch.int64, torch.int32, torch.int16, torch.int8, torch.uint8)
# What has the shape of the weight, u and v: of torch.nn.utils, of a collection from before it, of parametrizations.
_SPECTRAL = (
    ("weight_orig", "weight_u", "weight_v"),
    ("weight_bar", "weight_u", "weight_v"),
    (f"{_INSIDE}original", f"{_INSIDE}0._u", f"{_INSIDE}0._v"),
)
_SCALED = (("weight_v", "weight_g"), (f"{_INSIDE}original1", f"{_INSIDE}original0"))  # direction and length


def plain(tensors: Mapping[str, Tensor], compute: bool = True) -> dict[str, Tensor]:
    """The weights as the network uses them, in float32: ``weight`` in the place of ``weight_orig`` and so on.

    Args:
        tensors: as the file has them.
        compute: otherwise only the names and the shapes are right, and nothing is copied.

    Raises:
        Unreadable: a tensor is none that a layer could use.
    """
    if not 0 < len(tensors) <= MOST_TENSORS_OF_A_NETWORK:
        raise Unreadable(f"{len(tensors)} tensors")
    modules: dict[str, dict[str, Tensor]] = {}
    for name, value in tensors.items():
        _check(name, value)
        module, inside, leaf = name.rpartition(_INSIDE)
        if not inside:
            module, _dot, leaf = name.rpartition(".")
        modules.setdefault(module.removesuffix("."), {})[inside + leaf] = value
    return {
        f"{module}.{leaf}".removeprefix("."): value
        for module, leaves in modules.items()
        for leaf, value in _computed(leaves, compute).items()
    }


def _check(name: str, value: Tensor) -> None:
    counts = name.endswith("num_batches_tracked") and value.numel() <= 1 and value.dtype in _COUNTS
    if value.layout != torch.strided or value.device.type != "cpu" or value.is_quantized:
        raise Unreadable(name)
    if value.dtype not in _NUMBERS and not counts:
        raise Unreadable(name)


def _computed(leaves: dict[str, Tensor], compute: bool) -> dict[str, Tensor]:
    rest = dict(leaves)
    for shaped, first, second in _SPECTRAL:
        if shaped in rest and first in rest:
            weight, u, v = rest.pop(shaped), rest.pop(first), rest.pop(second, None)
            rest["weight"] = (
                _divided(weight.float(), u.float(), None if v is None else v.float()) if compute else weight
            )
    for shaped, length in _SCALED:
        if shaped in rest and length in rest:
            weight, long = rest.pop(shaped), rest.pop(length)
            rest["weight"] = _scaled(weight.float(), long.float()) if compute else weight
    return {
        leaf: value.detach().float() if compute and value.is_floating_point() else value.detach()
        for leaf, value in rest.items()
    }


def _divided(weight: Tensor, u: Tensor, v: Tensor | None) -> Tensor:
    """``W / σ`` with ``σ = uᵀWv``; of transposed convolutions, W is a matrix by its second axis."""
    best, agreed = None, -1.0
    for axis in range(min(2, weight.dim())):
        if u.numel() != weight.shape[axis] or weight.dim() < 2:
            continue
        matrix = weight.transpose(0, axis).flatten(1) if axis else weight.flatten(1)
        right = normalize(matrix.T @ u.flatten(), dim=0) if v is None else v.flatten()
        if len(right) != matrix.shape[1]:
            continue
        left = torch.mv(matrix, right)
        sigma = torch.dot(u.flatten(), left)
        agree = float(sigma.abs() / left.norm().clamp_min(1e-12))  # 1 on the axis that u and v were iterated on
        if agree > agreed:
            best, agreed = weight / sigma, agree
    if best is None:
        raise Unreadable("spectral normalisation")
    return best


def _scaled(direction: Tensor, length: Tensor) -> Tensor:
    """``g v / ‖v‖``, the norm over every axis along which g is constant."""
    fits = length.dim() in (0, direction.dim()) and all(
        size in (1, whole) for size, whole in zip(length.shape, direction.shape, strict=False)
    )
    if not fits or not direction.dim():
        raise Unreadable("weight normalisation")
    axes = [axis for axis in range(direction.dim()) if not length.dim() or length.shape[axis] == 1]
    norm = torch.linalg.vector_norm(direction, dim=axes, keepdim=True) if axes else direction.abs()
    return direction * (length / norm)
