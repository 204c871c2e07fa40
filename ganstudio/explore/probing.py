"""Looks into a generator while it draws: which latent vector it has, and what its layers make of it."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn.utils import parametrize
from torch.utils.hooks import RemovableHandle

from ganstudio.core.controls import LatentVector
from ganstudio.core.errors import UsageError
from ganstudio.core.i18n import _
from ganstudio.explore.generator import Generator, Values
from ganstudio.explore.state import Position

IMAGES_AT_ONCE, POINTS_AT_ONCE = 16, 2048
"""How many items are drawn between two yields: about 20 ms of work on a slow processor."""


class _ReachedError(Exception):
    """The layer that is looked at has run; the rest of the network need not."""


def latent_of(generator: Generator, name: str | None = None) -> LatentVector:
    """The latent vector of that name, or the generator's first one.

    Raises:
        UsageError: it has none (of that name).
    """
    for control in generator.controls:
        if isinstance(control, LatentVector) and name in (None, control.name):
            return control
    if name is None:
        raise UsageError(_("This generator has no latent vector, so there are no directions to find."))
    raise UsageError(_("This generator has no latent vector called “{name}”.").format(name=name))


def unit_of(latent: LatentVector) -> float:
    """One standard deviation of the prior along any direction: the length that every direction found here has."""
    return 1.0 if latent.prior == "normal" else 1 / math.sqrt(3)


def at_once(generator: Generator) -> int:
    """How many items to draw between two yields."""
    return POINTS_AT_ONCE if generator.spec.kind == "points" else IMAGES_AT_ONCE


def pieces(count: int, size: int) -> Iterator[slice]:
    """``count`` rows, ``size`` at a time."""
    return (slice(start, min(start + size, count)) for start in range(0, count, size))


def rows_of(values: Values, part: slice) -> dict[str, NDArray[Any]]:
    """Some rows of all control values."""
    return {name: rows[part] for name, rows in values.items()}


def held(generator: Generator, latents: NDArray[np.float32], latent: LatentVector, hold: Position) -> Values:
    """Control values with these latents ``(N, size)`` in which every other control stays where ``hold`` has it."""
    return {
        name: latents if name == latent.name else np.broadcast_to(value, (len(latents), *np.shape(value))).copy()
        for name, value in hold.items()
    }


def weighted_layers(generator: Generator, values: Values) -> list[nn.Module]:
    """The modules with weights of their own that run while these items are drawn, in the order in which they run.

    Args:
        generator: what draws.
        values: two rows that differ in what is looked for.

    Returns:
        those whose output differs between the rows, each once; none of a network that cannot be looked into (ONNX).
    """
    seen: list[nn.Module] = []

    def note(module: nn.Module, _arguments: Any, output: Any) -> None:
        if isinstance(output, Tensor) and len(output) == 2 and module not in seen and not _same(output):
            seen.append(module)

    handles = [module.register_forward_hook(note) for module in _with_weights(generator.method)]
    try:
        generator.generate(values)
    finally:
        for handle in handles:
            handle.remove()
    return seen


def outputs_of(generator: Generator, layer: nn.Module, values: Values) -> NDArray[np.float32]:
    """What a layer puts out, ``(N, units)``. Nothing behind it is computed."""

    def place(catch: Callable[[Tensor], None]) -> RemovableHandle:
        return layer.register_forward_hook(lambda _m, _a, output: catch(output))

    return _caught(generator, layer, values, place)


def inputs_of(generator: Generator, layer: nn.Module, values: Values) -> NDArray[np.float32]:
    """What comes into a layer, ``(N, units)``. Neither the layer nor anything behind it is computed."""

    def place(catch: Callable[[Tensor], None]) -> RemovableHandle:
        return layer.register_forward_pre_hook(lambda _m, a, k: catch((*a, *k.values())[0]), with_kwargs=True)

    return _caught(generator, layer, values, place)


def _caught(
    generator: Generator, layer: nn.Module, values: Values, place: Callable[[Callable[[Tensor], None]], RemovableHandle]
) -> NDArray[np.float32]:
    # The hook is there for one piece of work only: between two pieces the same networks draw for the sliders.
    found: list[NDArray[np.float32]] = []

    def catch(tensor: Tensor) -> None:
        found.append(tensor.float().cpu().numpy().reshape(len(tensor), -1))
        raise _ReachedError

    handle = place(catch)
    try:
        with torch.inference_mode():
            generator.method.generate(generator.tensors(values))
    except _ReachedError:
        return found[0]
    finally:
        handle.remove()
    raise UsageError(_("The layer looked at was not used for this picture; choose another one."))


def _with_weights(method: nn.Module) -> list[nn.Module]:
    """Modules that hold parameters themselves, also where those are computed (spectral norm)."""
    computed = {
        inner
        for module in method.modules()
        if parametrize.is_parametrized(module)
        for inner in module.parametrizations.modules()  # type: ignore[union-attr]
    }
    return [
        module
        for module in method.modules()
        if module not in computed and (module._parameters or parametrize.is_parametrized(module))
    ]


def _same(output: Tensor) -> bool:
    return torch.equal(output[0], output[1])
