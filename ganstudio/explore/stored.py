"""A generator out of a run folder: rebuilt from ``run.json`` and a checkpoint, ready to draw. No training, no data."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Self

import torch
from torch import Tensor

from ganstudio.core.commands import Source
from ganstudio.core.errors import StoreError, UsageError
from ganstudio.core.i18n import _
from ganstudio.explore.generator import Generator
from ganstudio.methods import METHODS, Method
from ganstudio.methods.base import part_of
from ganstudio.nn.bounded import MOST_WEIGHTS, at_most
from ganstudio.nn.random import randomness
from ganstudio.store import Run, load_checkpoint, load_newest_good
from ganstudio.store.checkpoints import Loaded


class StoredGenerator(Generator):
    """What a run had learned at one step.

    Attributes:
        run: the run it comes from.
        warning: what a person should know about the step, in words: that newer checkpoints cannot be used.
    """

    def __init__(
        self, run: Run, method: Method, step: int, source: Source, device: torch.device, warning: str = ""
    ) -> None:
        super().__init__(method, run.info.name, run.info.spec, step, source, device)
        self.run, self.warning = run, warning

    @classmethod
    def open(
        cls, run: Run, step: int | None = None, source: Source = "ema", device: torch.device | str = "cpu"
    ) -> Self:
        """Rebuilds the method of a run and loads the weights of a step.

        Args:
            run: a stored run; it may be in training meanwhile.
            step: which checkpoint; the newest good one by default, and ``warning`` tells of newer ones that are not.
            source: ``"ema"`` takes the raw weights where the run keeps no average, ``"raw"`` the averages where it keeps
                nothing else.
            device: where to draw.

        Raises:
            UsageError: the run has no checkpoint of that step; the message lists those it has.
            StoreError: the run is gone, there is no usable checkpoint, it belongs to something else, or its weights are
                not finite.
        """
        (tensors, metadata, found), warning = _read(run, step)
        method = _build(run, tensors, metadata, found)
        averages = any(name.startswith("ema/") for name in tensors)
        averaged = averages and (source == "ema" or not all(_raw_weights(tensors, child) for child in method.averaged))
        _load(method, tensors, averaged, run, found)
        device = torch.device(device)
        method.to(device)
        if run.info.spec.pictures:
            for child in method.children():
                child.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        method.eval().requires_grad_(False)
        return cls(run, method, found, "ema" if averaged else "raw", device, warning)


def _read(run: Run, step: int | None) -> tuple[Loaded, str]:
    """The checkpoint of the step, or else the newest good one and what to say of it."""
    if not run.path.is_dir():
        raise StoreError(_("The run in {path} is not there any more: it was moved or deleted.").format(path=run.path))
    there = run.checkpoint_steps()
    if step is not None:
        if step not in there:
            known = ", ".join(map(str, there)) or _("none")
            raise UsageError(
                _("The run has no checkpoint of step {step}. It has: {known}.").format(step=step, known=known)
            )
        return load_checkpoint(run, step), ""
    check, loaded = load_newest_good(run)
    if loaded is not None:
        return loaded, check.words
    if check.bad:
        raise StoreError(check.words, check.details)
    raise StoreError(_("The run in {path} has no checkpoint yet; train it for a while first.").format(path=run.path))


def _build(run: Run, tensors: Mapping[str, Tensor], metadata: Mapping[str, str], step: int) -> Method:
    """The method as it was at that step; hyper-parameters may have been changed while it trained."""
    info = run.info
    try:
        hyper = json.loads(metadata["state"])["hyper"]
        method = METHODS[info.experiment.method]
        resolved = method.resolve(hyper, info.spec.kind)
        # What only training needs may have been cut out of the checkpoint.
        most = max(MOST_WEIGHTS, 4 * sum(tensor.numel() for tensor in tensors.values()))
        with at_most(most), randomness(torch.Generator().manual_seed(0)):  # whatever it begins with is replaced
            return method(resolved, info.spec)
    except (KeyError, ValueError, TypeError, RuntimeError, UsageError) as error:
        raise StoreError(_foreign(run, step), details=repr(error)) from error


def _load(method: Method, tensors: Mapping[str, Tensor], averaged: bool, run: Run, step: int) -> None:
    state = part_of(tensors, "method/")
    if averaged:
        for child in method.averaged:
            state |= {f"{child}.{name}": value for name, value in part_of(tensors, f"ema/{child}/").items()}
    wanted = method.state_dict()
    for child in method.training_only:
        if not any(name.startswith(f"{child}.") for name in state):  # cut out of a run that is for drawing only
            state |= {name: value for name, value in wanted.items() if name.startswith(f"{child}.")}
    for name in wanted.keys() | state.keys():
        if name not in state or name not in wanted or state[name].shape != wanted[name].shape:
            raise StoreError(_foreign(run, step), details=f"{name}: {_shape(state, name)}, not {_shape(wanted, name)}")
    broken = [name for name, value in state.items() if value.is_floating_point() and not torch.isfinite(value).all()]
    if broken:
        others = ", ".join(str(other) for other in run.checkpoint_steps() if other != step) or _("none")
        raise StoreError(
            _("The weights of step {step} are not finite numbers: training had diverged. Other checkpoints: {others}.")
            .format(step=step, others=others),
            details=", ".join(broken),
        )  # fmt: skip
    method.load_state_dict(state)


def _raw_weights(tensors: Mapping[str, Tensor], child: str) -> bool:
    return any(name.startswith(f"method/{child}.") for name in tensors)


def _shape(tensors: Mapping[str, Tensor], name: str) -> str:
    return str(tuple(tensors[name].shape)) if name in tensors else "missing"


def _foreign(run: Run, step: int) -> str:
    return _("The checkpoint {path} does not belong to this run; take another step.").format(
        path=run.checkpoint_path(step)
    )
