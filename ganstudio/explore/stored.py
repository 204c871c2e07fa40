"""A generator out of a run folder: rebuilt from ``run.json`` and a checkpoint, ready to draw. No training, no data."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Self, TypeAlias

import torch
from torch import Tensor

from ganstudio.core.commands import Source
from ganstudio.core.errors import StoreError, UsageError
from ganstudio.core.i18n import _
from ganstudio.explore.generator import Generator
from ganstudio.explore.state import Position, position_of
from ganstudio.methods import METHODS, Method
from ganstudio.methods.base import part_of
from ganstudio.methods.view import fixed_count, fixed_values
from ganstudio.nn.bounded import MOST_WEIGHTS, at_most
from ganstudio.nn.random import randomness
from ganstudio.store import Run, load_checkpoint, newest_usable
from ganstudio.store.checkpoints import Loaded

_Rebuilt: TypeAlias = tuple[Method, int, bool]
"""The method with its weights, their step, and whether they are averages."""


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
        (method, found, averaged), warning = _made(run, step, source)
        device = torch.device(device)
        method.to(device)
        if run.info.spec.pictures:
            for child in method.children():
                child.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        method.eval().requires_grad_(False)
        return cls(run, method, found, "ema" if averaged else "raw", device, warning)


def fixed_position(generator: Generator, seed: int, place: int) -> Position:
    """Where one of a run's fixed samples lies, by its place on the wall; ``seed`` is the run's."""
    method = generator.method
    values = fixed_values(method, seed, fixed_count(method, generator.spec.pictures))
    return position_of({name: rows.cpu().numpy() for name, rows in values.items()}, place)


def _made(run: Run, step: int | None, source: Source) -> tuple[_Rebuilt, str]:
    """What the checkpoint of the step becomes, or else the newest that can be used, and what to say of it."""
    if not run.path.is_dir():
        raise StoreError(_("The run in {path} is not there any more: it was moved or deleted.").format(path=run.path))
    if step is not None:
        return _made_of_step(run, step, source), ""
    check, rebuilt = newest_usable(run, lambda loaded: _rebuilt(run, loaded, source))
    if rebuilt is not None:
        return rebuilt, check.words
    if check.bad:
        raise StoreError(check.words, check.details)
    raise StoreError(_("The run in {path} has no checkpoint yet; train it for a while first.").format(path=run.path))


def _made_of_step(run: Run, step: int, source: Source) -> _Rebuilt:
    there = run.checkpoint_steps()
    others = ", ".join(str(other) for other in there if other != step)
    if step not in there:
        known = others or _("none")
        raise UsageError(_("The run has no checkpoint of step {step}. It has: {known}.").format(step=step, known=known))
    try:
        return _rebuilt(run, load_checkpoint(run, step), source)
    except StoreError as error:
        if not others:
            raise
        words = _("{why} Take another step: {others}.").format(why=error, others=others)
        raise StoreError(words, error.details) from error


def _rebuilt(run: Run, loaded: Loaded, source: Source) -> _Rebuilt:
    tensors, metadata, step = loaded
    method = _build(run, tensors, metadata, step)
    averages = any(name.startswith("ema/") for name in tensors)
    averaged = averages and (source == "ema" or not all(_raw_weights(tensors, child) for child in method.averaged))
    _load(method, tensors, averaged, run, step)
    return method, step, averaged


def _build(run: Run, tensors: Mapping[str, Tensor], metadata: Mapping[str, str], step: int) -> Method:
    """The method as it was at that step; hyper-parameters may have been changed while it trained."""
    info = run.info
    try:
        hyper = json.loads(metadata["state"])["hyper"]
        method = METHODS[info.experiment.method]
        resolved = method.resolve(hyper, info.spec.kind, stored=True)
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
        words = _("The weights of step {step} are not finite numbers: training had diverged.").format(step=step)
        raise StoreError(words, details=", ".join(broken))
    method.load_state_dict(state)


def _raw_weights(tensors: Mapping[str, Tensor], child: str) -> bool:
    return any(name.startswith(f"method/{child}.") for name in tensors)


def _shape(tensors: Mapping[str, Tensor], name: str) -> str:
    return str(tuple(tensors[name].shape)) if name in tensors else "missing"


def _foreign(run: Run, step: int) -> str:
    return _("The checkpoint {path} does not belong to this run.").format(path=run.checkpoint_path(step))
