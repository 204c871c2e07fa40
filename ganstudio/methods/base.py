"""What a method is, and what one update of it is. The engine in :mod:`ganstudio.training` knows nothing else.

A method is an ``nn.Module``: its children are the networks and its buffers are its state, so that one ``state_dict()``
is a whole checkpoint. It knows no thread, file, widget or device.
"""

from __future__ import annotations

import copy
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, Protocol, Self

import torch
from torch import Tensor, nn

from ganstudio.core.commands import Role
from ganstudio.core.controls import (
    Attribute,
    CategoricalCode,
    ClassLabel,
    ContinuousCode,
    Control,
    GeneratorIndex,
    LabelMap,
    LatentVector,
    SourceImage,
)
from ganstudio.core.dataspec import DataKind, DataSpec
from ganstudio.core.errors import UsageError
from ganstudio.core.events import SeriesKind, SeriesRole
from ganstudio.core.fields import Hyper as AnyHyper
from ganstudio.core.fields import Value, field_of, validate
from ganstudio.core.i18n import _
from ganstudio.core.observed import Predicts
from ganstudio.nn import random

Values = Mapping[str, Tensor]
Terms = dict[str, Tensor]
OptimiserKind = Literal["adam", "rmsprop", "sgd"]


class Batch(Protocol):
    """What a phase is given. Real items are drawn when they are first asked for, once per update."""

    @property
    def size(self) -> int:
        """How many items a batch has."""

    @property
    def real(self) -> Tensor:
        """Real items: float32 ``(N, C, H, W)`` in [−1, 1], or ``(N, 2)``."""

    @property
    def labels(self) -> Tensor | None:
        """int64 ``(N,)``: the classes of ``real``, or None."""

    @property
    def inputs(self) -> Tensor:
        """What a translating network is given: label maps int64 ``(N, H, W)`` or pictures float32 ``(N, C, H, W)``.

        They belong to ``real``, row by row, unless the data are two unpaired domains.
        """

    @property
    def attributes(self) -> Tensor | None:
        """float32 ``(N, A)`` in [−1, 1]: what is known of ``real``, or None."""

    def labelled(self, per_class: int) -> tuple[Tensor, Tensor]:
        """A batch of items whose labels may be used: the same ``per_class`` items of every class throughout the run.

        Items as ``real``, int64 labels ``(N,)``; drawn anew at every call.
        """

    def watch(self, name: str, values: Tensor, kind: SeriesKind, role: SeriesRole) -> None:
        """Plots the mean of ``values`` without adding it to the loss."""


@dataclass(frozen=True, slots=True)
class Optimiser:
    """How a phase's networks are updated.

    Attributes:
        kind: adam, rmsprop (decay 0.99 as in Arjovsky et al.'s code, unless ``beta2`` says otherwise) or sgd.
        lr: learning rate.
        beta1: Adam's β₁, or the momentum of the others.
        beta2: Adam's β₂, or RMSprop's decay.
        clip_value: every gradient entry is clipped to ±this before the step; 0 = not.
    """

    kind: OptimiserKind = "adam"
    lr: float = 2e-4
    beta1: float = 0.5
    beta2: float = 0.999
    clip_value: float = 0.0


@dataclass(frozen=True, slots=True)
class Phase:
    """One named update.

    Attributes:
        name: as it is plotted, e.g. ``"discriminator"``.
        role: which button and which colour it answers to.
        networks: names of the children that are updated; all others are frozen meanwhile.
        optimiser: how.
        loss: batch to named terms; the engine adds them up, back-propagates the sum and plots each.
        repeat: updates per step; a function of the step where it changes.
        every: the phase runs on every n-th step only (lazy regularisation).
        window: first step of the phase and the step before which it ends (None: never).
        after: called after every update, e.g. to clip weights.
        second_order: the loss differentiates twice; such a phase never runs in reduced precision.
    """

    name: str
    role: Role
    networks: tuple[str, ...]
    optimiser: Optimiser
    loss: Callable[[Batch], Terms]
    repeat: int | Callable[[int], int] = 1
    every: int = 1
    window: tuple[int, int | None] = (0, None)
    after: Callable[[], None] | None = None
    second_order: bool = False

    def repeats_at(self, step: int) -> int:
        """How often the phase runs in step ``step`` (counted from 0)."""
        first, end = self.window
        if step < first or (end is not None and step >= end) or step % self.every:
            return 0
        return self.repeat(step) if callable(self.repeat) else self.repeat


@dataclass(frozen=True, slots=True)
class MethodInfo:
    """What people are told about a method.

    Attributes:
        name: registry name, lower case with hyphens.
        title: e.g. ``"WGAN-GP"``.
        paper: authors, title, where.
        year: of the paper.
        summary: one sentence: the idea.
        look_for: a paragraph: what to watch while it trains, and what goes wrong.
        data_kinds: the kinds of data it can be trained on.
        needs_labels: it cannot do without classes.
    """

    name: str
    title: str
    paper: str
    year: int
    summary: str
    look_for: str
    data_kinds: tuple[DataKind, ...] = ("points", "images")
    needs_labels: bool = False


class Method(nn.Module, ABC):
    """Base of every method.

    Class attributes:
        info: what people are told.
        Hyper: the typed hyper-parameters. ``batch_size`` and ``ema`` are the engine's to read; the rest is the
            method's own.
        kind_defaults: defaults that differ by kind of data, e.g. a 2-D latent for 2-D points.
        averaged: names of the children of which the engine keeps a moving average to draw samples with.
        predicts: what :meth:`recognise` returns by name: ``"classes"`` of the data set, in its order, or ``"clusters"``
            that nobody named. Measured against the true labels while training.
        training_only: names of the children that are of use while training only: a checkpoint without them still draws.
        held_out: share of the data set that is never trained on, for an honest measurement of what is recognised.
    """

    info: ClassVar[MethodInfo]
    Hyper: ClassVar[type[AnyHyper]]
    kind_defaults: ClassVar[Mapping[DataKind, Mapping[str, Value]]] = {}
    averaged: ClassVar[tuple[str, ...]] = ("generator",)
    predicts: ClassVar[Mapping[str, Predicts]] = {}
    training_only: ClassVar[tuple[str, ...]] = ()
    held_out: ClassVar[float] = 0.0

    def __init__(self, hyper: AnyHyper, data: DataSpec) -> None:
        super().__init__()
        self.hyper: Any = hyper
        self.data = data

    @classmethod
    def resolve(cls, values: Mapping[str, Any], kind: DataKind) -> AnyHyper:
        """Checked hyper-parameters for a kind of data: the defaults overlaid with ``values``.

        Raises:
            UsageError: a value is unknown or out of range, or the method does not take this kind of data.
        """
        if kind not in cls.info.data_kinds:
            raise UsageError(
                _("{title} needs {wanted}, and this data set holds {kind}.").format(
                    title=cls.info.title, wanted=_(" or ").join(cls.info.data_kinds), kind=kind
                )
            )
        return validate(cls.Hyper, {**cls.kind_defaults.get(kind, {}), **values})

    def check_change(self, name: str, value: Value, resuming: bool = False) -> AnyHyper:
        """The hyper-parameters with one live value changed, or, where the run is being resumed, the batch size.

        Raises:
            UsageError: the value is unknown, may not be changed, or is out of range.
        """
        self.check_changeable(name, resuming)
        return validate(self.Hyper, {**self.hyper.model_dump(), name: value})

    @classmethod
    def check_changeable(cls, name: str, resuming: bool = False) -> None:
        """Refuses a hyper-parameter that a run keeps once it has begun.

        Raises:
            UsageError: it is unknown or may not be changed.
        """
        spec = field_of(cls.Hyper, name)
        if not spec.live and not (resuming and name == "batch_size"):
            words = _("{title} cannot be changed in a run that has begun; duplicate the run with another value.")
            raise UsageError(words.format(title=spec.title))

    @abstractmethod
    def phases(self) -> Sequence[Phase]:
        """The updates of one step in their order, from the present hyper-parameters."""

    @abstractmethod
    def controls(self) -> Sequence[Control]:
        """What can be driven when drawing samples."""

    @abstractmethod
    def generate(self, values: Values) -> Tensor:
        """Items from control values, one tensor with N rows per control: ``(N, C, H, W)`` in [−1, 1], or ``(N, 2)``."""

    def draw(self, count: int, device: torch.device | str = "cpu") -> dict[str, Tensor]:
        """Random values for every control, ``count`` rows each, from the run's own generator."""
        return {control.name: _draw(control, count, device) for control in self.controls()}

    def showcase(self, count: int) -> dict[str, Tensor]:
        """Values for the fixed samples of the wall: as :meth:`draw`, with classes and categories in their order."""
        values = self.draw(count)
        for control in self.controls():
            if isinstance(control, ClassLabel | CategoricalCode):
                values[control.name] = one_hot(torch.arange(count) * control.count // count, control.count)
        return values

    def condition(self, inputs: Tensor, attributes: Tensor | None) -> dict[str, Tensor]:
        """Control values that fit what a translating network is given (see :attr:`Batch.inputs`); nothing elsewhere."""
        return {}

    def on_view(self, count: int, real: Tensor, inputs: Tensor | None, attributes: Tensor | None) -> dict[str, Tensor]:
        """Values for the fixed samples of the wall, where some real examples can be looked at beside them.

        Args:
            count: how many; there may be fewer examples.
            real: what should be drawn, ``(N, C, H, W)``.
            inputs: what is given, as in :attr:`Batch.inputs`; None where nothing is.
            attributes: ``(N, A)`` or None.
        """
        if inputs is None:
            return self.showcase(count)
        device = inputs.device
        values = {name: value.to(device) for name, value in self.showcase(min(count, len(inputs))).items()}
        return {**values, **self.condition(inputs, attributes)}

    def panels(self, values: Values, real: Tensor | None) -> tuple[tuple[str, Tensor], ...]:
        """Named pictures that are looked at side by side: here what is drawn; a translation also shows what was given.

        Args:
            values: control values with N rows.
            real: what should have been drawn, ``(N, C, H, W)``; None where nobody knows.

        Returns:
            name and pictures ``(N, C, H, W)`` in [−1, 1] of each column.
        """
        return ((_("sample"), self.generate(values)),)

    def critic(self, items: Tensor, values: Values | None = None) -> Tensor | None:
        """The discriminator's raw output for items, ``(N,)``; None where a method has no such thing.

        ``values`` are the controls that the items were made with, or :meth:`describe` of real ones; a conditional
        discriminator judges items together with them.
        """
        return None

    def describe(self, labels: Tensor | None) -> dict[str, Tensor]:
        """Control values that fit real items of these classes, int64 ``(N,)``; what labels tell nothing of is left out."""
        if labels is None:
            return {}
        return {
            control.name: one_hot(labels, control.count)
            for control in self.controls()
            if isinstance(control, ClassLabel)
        }

    def encode(self, items: Tensor) -> dict[str, Tensor] | None:
        """Control values from which :meth:`generate` draws something like the items; None where there is no encoder.

        An encoder may know some controls only: the others are left out.
        """
        return None

    def recognise(self, items: Tensor) -> Mapping[str, Tensor]:
        """What the networks see in items, each as scores ``(N, K)`` whose largest counts; empty where they see nothing.

        ``predicts`` tells what the K columns of each are.
        """
        return {}

    def score(self, raw: Tensor) -> Tensor:
        """Raw outputs as they are plotted: a probability where :meth:`score_is_probability`, else as they are."""
        return raw

    @property
    def score_is_probability(self) -> bool:
        """Scores lie in [0, 1] and 1/2 means undecided."""
        return False

    def pull(self, items: Tensor) -> Tensor | None:
        """Which way the generator is told to move its items: −∂L_G/∂x per item, shape as ``items``; or None."""
        return None

    def with_networks(self, networks: Mapping[str, nn.Module]) -> Self:
        """A view of this method with other children under some names; everything else is shared."""
        view = copy.copy(self)
        view._modules = {**self._modules, **networks}
        return view


def _draw(control: Control, count: int, device: torch.device | str) -> Tensor:
    match control:
        case LatentVector(size=size, prior="normal"):
            return random.normal(count, size, device=device)
        case LatentVector(size=size):
            return random.uniform(count, size, low=-1.0, high=1.0, device=device)
        case ContinuousCode(size=size):
            return random.uniform(count, size, low=-1.0, high=1.0, device=device)
        case Attribute():
            return random.uniform(count, 1, low=-1.0, high=1.0, device=device)
        case ClassLabel() | CategoricalCode():
            return one_hot(random.integers(control.count, count, device=device), control.count)
        case GeneratorIndex(count=choices):
            return random.integers(choices, count, device=device)
        case LabelMap(size=size):  # nothing can be drawn at random that says what is where: a blank one
            return torch.zeros(count, size, size, dtype=torch.int64, device=device)
        case SourceImage(channels=channels, size=size):
            return torch.zeros(count, channels, size, size, device=device)
    raise TypeError(f"unknown control {control!r}")


def one_hot(labels: Tensor, count: int) -> Tensor:
    """int64 ``(N,)`` to float32 ``(N, count)``."""
    return torch.nn.functional.one_hot(labels, count).float()


def part_of(tensors: Mapping[str, Tensor], prefix: str) -> dict[str, Tensor]:
    """The tensors whose names begin with ``prefix``, without it: one part of a checkpoint."""
    return {name.removeprefix(prefix): value for name, value in tensors.items() if name.startswith(prefix)}
