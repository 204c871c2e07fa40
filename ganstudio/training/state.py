"""What a checkpoint holds of an engine: everything that its next step depends on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor

from ganstudio.core.errors import StoreError
from ganstudio.core.i18n import _
from ganstudio.methods.base import part_of
from ganstudio.nn.random import seeded
from ganstudio.training.engine import Engine


def state_of(engine: Engine) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """Tensors (references, not copies) and plain JSON values: everything that the next step depends on."""
    tensors = {f"method/{name}": value for name, value in engine.method.state_dict().items()}
    for name, average in engine.averages.items():
        tensors |= {f"ema/{name}/{key}": value for key, value in average.module.state_dict().items()}
    for name, optimiser in engine.optimisers.items():
        for index, parameter in enumerate(engine.trainable[name]):
            for key, value in optimiser.state.get(parameter, {}).items():
                tensors[f"optimiser/{name}/{index}/{key}"] = torch.as_tensor(value)
    tensors["chance"] = engine.chance.get_state()
    return tensors, {
        "step": engine.step_count,
        "seconds": engine.seconds,
        "items": engine.batches.state(),
        "hyper": engine.method.hyper.model_dump(),
        "data": engine.dataset.fingerprint,
        "ranks": engine.ranks.size,
    }


def load_state(engine: Engine, tensors: Mapping[str, Tensor], values: Mapping[str, Any]) -> None:
    """Goes back to a checkpoint; the next step is the one that followed it.

    Raises:
        StoreError: the checkpoint belongs to another method, size or data set; nothing was changed.
    """
    step, seconds = int(values["step"]), float(values["seconds"])
    hyper, chance = dict(values["hyper"]), tensors["chance"].cpu()
    # Runs of earlier versions counted batches.
    items = int(values["items"] if "items" in values else values["batches"] * hyper["batch_size"])
    if values["data"] != engine.dataset.fingerprint:
        raise StoreError(_("The data set is not the one this run was trained on; its files have changed."))
    _check_same(state_of(engine)[0], tensors)
    engine.method.load_state_dict(part_of(tensors, "method/"))
    for name, average in engine.averages.items():
        average.module.load_state_dict(part_of(tensors, f"ema/{name}/"))
    for name, optimiser in engine.optimisers.items():
        _load_optimiser(optimiser, engine.trainable[name], part_of(tensors, f"optimiser/{name}/"))
    if chance.shape == engine.chance.get_state().shape:
        engine.chance.set_state(chance)
    else:  # another kind of device, whose numbers differ anyway: go on with fresh ones, but the same every time
        engine.chance = seeded(engine.seed, f"training from step {step}", engine.device)
    engine.step_count, engine.seconds, engine.shared_by = step, seconds, int(values.get("ranks", 1))
    engine.batches.seek(items)
    for name, value in hyper.items():
        if getattr(engine.method.hyper, name) != value:
            engine.set_hyper(name, value, resuming=True)


def _load_optimiser(
    optimiser: torch.optim.Optimizer, parameters: Sequence[Tensor], saved: Mapping[str, Tensor]
) -> None:
    by_index: dict[int, dict[str, Tensor]] = {}
    for name, value in saved.items():
        index, key = name.split("/", 1)
        by_index.setdefault(int(index), {})[key] = value
    # load_state_dict puts every tensor on its parameter's device and keeps what each optimiser needs on the host.
    groups = optimiser.state_dict()["param_groups"]
    optimiser.load_state_dict({"state": by_index, "param_groups": groups})
    for parameter in parameters:
        for key, value in optimiser.state.get(parameter, {}).items():
            if value.dim() == 4:
                optimiser.state[parameter][key] = value.to(memory_format=torch.channels_last)


def _check_same(mine: Mapping[str, Tensor], theirs: Mapping[str, Tensor]) -> None:
    """Weights must agree in names and shapes; optimisers may be empty here, before their first step."""
    for name in theirs:
        if name.startswith(("method/", "ema/")) and name not in mine:
            raise StoreError(
                _("This checkpoint does not fit the run: it holds {name}, which the method does not have.").format(
                    name=name.removeprefix("method/")
                )
            )
    for name, value in mine.items():
        if name.startswith(("method/", "ema/")) and (name not in theirs or theirs[name].shape != value.shape):
            found = tuple(theirs[name].shape) if name in theirs else _("nothing")
            raise StoreError(
                _("This checkpoint does not fit the run: {name} should have shape {want} and has {found}.").format(
                    name=name.removeprefix("method/"), want=tuple(value.shape), found=found
                )
            )
