"""Styles of layers (StyleGAN) in a position: not the numbers w, but what they are made from.

w depends on the weights, and only the thread that draws may run a network. So a position of a generator with
:class:`StyleLayers` ``w`` never holds w; beside the values of the other controls it may hold, where a person mixes:

- ``w:share``: float32 ``(layers,)`` in [0, 1]: how much of each layer's style is the second picture's; 0: all its own
- ``w:z``, and so on for every control that styles are made from: the second picture's value
- ``w:ψ``: float32 ``(1,)``: truncation, w̄ + ψ (w − w̄); 1: as it is (Karras et al. 2019, appendix B)

All of them are plain arrays, so that walks go through mixtures as through anything else.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ganstudio.core.controls import (
    Attribute,
    CategoricalCode,
    ClassImages,
    ClassLabel,
    ContinuousCode,
    Control,
    LatentVector,
    StyleLayers,
)

Values = Mapping[str, NDArray[Any]]
_SOURCES = (LatentVector, ContinuousCode, CategoricalCode, ClassLabel, Attribute)


def style_layers(controls: Sequence[Control]) -> StyleLayers | None:
    """The control of styles; None where there is none."""
    return next((control for control in controls if isinstance(control, StyleLayers)), None)


def driven(controls: Sequence[Control]) -> tuple[Control, ...]:
    """The controls of which every position has a value: all but what is made from the others."""
    return tuple(control for control in controls if not isinstance(control, StyleLayers))


def sources(controls: Sequence[Control]) -> tuple[Control, ...]:
    """The controls that styles are made from; none where there are no styles."""
    found = style_layers(controls)
    return () if found is None else tuple(control for control in controls if isinstance(control, _SOURCES))


def extras(controls: Sequence[Control]) -> tuple[Control, ...]:
    """What a position may hold besides, each as if it were a control of its own."""
    found = style_layers(controls)
    if found is None:
        return ()
    second = (replace(control, name=f"{found.name}:{control.name}") for control in sources(controls))
    return (ContinuousCode(share_of(found), found.layers), Attribute(psi_of(found)), *second)


def share_of(control: StyleLayers) -> str:
    """The key of the shares."""
    return f"{control.name}:share"


def psi_of(control: StyleLayers) -> str:
    """The key of ψ."""
    return f"{control.name}:ψ"


def fits(position: Values, controls: Sequence[Control]) -> bool:
    """Whether a position has a value for each of these controls, and nothing that does not belong to them."""
    needed = {control.name for control in driven(controls)}
    return needed <= set(position) <= needed | {control.name for control in extras(controls)}


def complete(values: Values, controls: Sequence[Control]) -> dict[str, NDArray[Any]]:
    """A position, or control values with N rows, with everything that :func:`extras` names: nothing mixed, ψ = 1."""
    found, own = style_layers(controls), sources(controls)
    if found is None or not own:
        return dict(values)
    rows = np.shape(values[own[0].name])[:-1]
    plain: dict[str, NDArray[Any]] = {
        share_of(found): np.zeros((*rows, found.layers), np.float32),
        psi_of(found): np.ones((*rows, 1), np.float32),
        **{f"{found.name}:{control.name}": values[control.name] for control in own},
    }
    return plain | dict(values)


def truncated(values: Values, controls: Sequence[Control], psi: float) -> dict[str, NDArray[Any]]:
    """A position, or control values with N rows, truncated: styles towards their mean where there are any, else z to 0."""
    found, result = style_layers(controls), complete(values, controls)
    if found is not None and psi_of(found) in result:
        result[psi_of(found)] = result[psi_of(found)] * np.float32(psi)
        return result
    for control in controls:
        if isinstance(control, LatentVector):
            result[control.name] = result[control.name] * np.float32(psi)
    return result


def second_of(values: Values, controls: Sequence[Control]) -> dict[str, NDArray[Any]]:
    """What a position keeps of another one that styles are taken from."""
    found = style_layers(controls)
    return {} if found is None else {f"{found.name}:{one.name}": values[one.name] for one in sources(controls)}


def redrawn(position: Values, drawn: Values, controls: Sequence[Control]) -> dict[str, NDArray[Any]]:
    """A position whose controls were drawn anew: pictures that were given and the mixture of styles stay."""
    kept = {control.name for control in extras(controls)}
    kept |= {control.name for control in controls if isinstance(control, ClassImages)}
    return {**drawn, **{name: value for name, value in position.items() if name in kept}}
