"""Files of this program itself: a checkpoint out of a run folder, and what it exported, which says what it takes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import torch
from torch import nn
from torch.nn.utils import parametrize

from ganstudio.core.commands import Source
from ganstudio.core.controls import (
    CategoricalCode,
    ClassLabel,
    ContinuousCode,
    Control,
    GeneratorIndex,
    LatentVector,
    NoiseSeed,
)
from ganstudio.core.dataspec import DataSpec
from ganstudio.core.errors import StudioError, UsageError
from ganstudio.core.i18n import _
from ganstudio.explore.foreign.network import LARGEST, ForeignGenerator, Imported
from ganstudio.explore.foreign.statedict import from_weights
from ganstudio.explore.foreign.weights import Tensors, check_finite
from ganstudio.explore.model_files import CARD, Bare
from ganstudio.explore.stored import StoredGenerator
from ganstudio.methods import METHODS, Method
from ganstudio.nn.bounded import at_most
from ganstudio.nn.random import randomness
from ganstudio.store import Run
from ganstudio.store.checkpoints import step_number

_CONTROLS: dict[str, type[Any]] = {
    kind.__name__: kind
    for kind in (LatentVector, ContinuousCode, CategoricalCode, ClassLabel, GeneratorIndex, NoiseSeed)
}
_MOST_CARD, _MOST_NUMBERS, _LOOKED_AT = 1_000_000, 2**16, 3


@dataclass(frozen=True, slots=True)
class Card:
    """The description that an exported generator carries.

    Attributes:
        title: of the run that it came from.
        method: name of the method.
        hyper: its hyper-parameters.
        step: after which training step.
        source: averaged or raw weights.
        controls: what it is driven with, in the order of its inputs.
        spec: what it draws.
    """

    title: str
    method: str
    hyper: Mapping[str, Any]
    step: int
    source: Source
    controls: tuple[Control, ...]
    spec: DataSpec


def read_card(text: str | None) -> Card | None:
    """A card; None where there is none, or it is not as this program writes it: nothing in it is trusted."""
    if not text or len(text) > _MOST_CARD:
        return None
    try:
        values = json.loads(text)
        spec = DataSpec.from_json(values["spec"])
        controls = tuple(_control(item) for item in values["controls"])
        step, source = int(values["step"]), values["weights"]
        fits = spec.kind == "points" or (
            spec.kind == "images" and spec.channels in (1, 3) and 1 <= spec.size <= LARGEST
        )  # fmt: skip
        if not fits or not controls or step < 0 or source not in ("ema", "raw"):
            return None
        return Card(str(values["title"]), str(values["method"]), dict(values["hyper"]), step, source, controls, spec)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def _control(values: Mapping[str, Any]) -> Control:
    kind = _CONTROLS[values["kind"]]
    found = {item.name: values[item.name] for item in fields(kind)}
    for name, value in found.items():
        if name == "names":
            found[name] = tuple(str(part) for part in value)
            continue
        number = name not in ("size", "count") or (isinstance(value, int) and 1 <= value <= _MOST_NUMBERS)
        prior = name != "prior" or value in ("normal", "uniform")
        if not (number and prior):
            raise ValueError(name)
    control: Control = kind(**{**found, "name": str(found["name"])})
    return control


def from_card(path: Path, network: nn.Module, card: Card) -> ForeignGenerator:
    """A network that takes what its card says.

    Raises:
        UsageError: it does not, or what it draws is not finite.
    """
    method = Imported(network, card.spec, card.controls)
    with randomness(torch.Generator().manual_seed(0)):
        values = method.draw(_LOOKED_AT)
    try:
        with torch.inference_mode():
            items = method.eval().generate(values)
    except StudioError:  # it took too long, or was cancelled
        raise
    except Exception as error:
        raise UsageError(_unlike(path), details=repr(error)) from error
    if tuple(items.shape) != (_LOOKED_AT, *card.spec.shape):
        raise UsageError(_unlike(path), details=str(tuple(items.shape)))
    if not torch.isfinite(items).all():
        raise UsageError(_("“{file}” draws values that are not finite numbers.").format(file=path.name))
    notes = [_("Exported by this program from “{title}”, step {step}.").format(title=card.title, step=card.step)]
    return ForeignGenerator.around(method, path.name, notes, card.step, card.source)


def _unlike(path: Path) -> str:
    return _("“{file}” does not do what its own description says: it was changed, or another release wrote it.").format(
        file=path.name
    )


def from_own(path: Path, tensors: Tensors, metadata: Mapping[str, str]) -> ForeignGenerator:
    """A safetensors file, which may be one of ours.

    Raises:
        UsageError: it is a checkpoint without its run, or holds no generator.
    """
    if "state" in metadata and any(name.startswith("method/") for name in tensors):
        return _checkpoint(path, metadata)
    card = read_card(metadata.get(CARD))
    if card is None or card.method not in METHODS:
        return from_weights(path, tensors)
    check_finite(path, tensors)
    return from_card(path, Bare(_rebuilt(path, tensors, card), card.controls), card)


def _rebuilt(path: Path, tensors: Tensors, card: Card) -> Method:
    """The method without the networks that an export leaves out, and without what computes its weights in training."""
    try:
        resolved = METHODS[card.method].resolve(card.hyper, card.spec.kind, stored=True)
        with at_most(), randomness(torch.Generator().manual_seed(0)):  # whatever it begins with is replaced
            method = METHODS[card.method](resolved, card.spec)
        for name, _child in list(method.named_children()):
            if not any(tensor.startswith(f"{name}.") for tensor in tensors):
                delattr(method, name)
        for module in list(method.modules()):
            if parametrize.is_parametrized(module):
                for name in list(module.parametrizations):  # type: ignore[arg-type]
                    parametrize.remove_parametrizations(module, name, leave_parametrized=True)
        method.load_state_dict(tensors)
    except (StudioError, RuntimeError, ValueError, TypeError, KeyError) as error:
        raise UsageError(_unlike(path), details=str(error)) from error
    return method


def _checkpoint(path: Path, metadata: Mapping[str, str]) -> ForeignGenerator:
    folder = path.absolute().parent.parent
    if not (folder / "run.json").is_file():
        raise UsageError(
            _("“{file}” is a checkpoint of this program, and the run that it belongs to is not beside it. Open the "
              "folder of the run instead.").format(file=path.name)
        )  # fmt: skip
    try:
        run = Run.open(folder)
        named = step_number(metadata.get("step", path.stem))
        stored = StoredGenerator.open(run, named)
    except StudioError as error:
        raise UsageError(str(error), details=error.details) from error
    notes = [_("A checkpoint of the run “{name}”, step {step}.").format(name=run.info.name, step=stored.step)]
    return ForeignGenerator.around(stored.method, run.info.name, notes, stored.step, stored.source)
