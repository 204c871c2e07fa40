"""What a method is. The engine in :mod:`ganstudio.training` knows nothing else.

A method is an ``nn.Module``: its children are the networks and its buffers are its state, so that one ``state_dict()``
is a whole checkpoint. It knows no thread, file, widget or device.
"""

from __future__ import annotations

import copy
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Generic, Self

import torch
from torch import Tensor, nn
from typing_extensions import TypeVar

from ganstudio.core.commands import Role
from ganstudio.core.controls import (
    Attribute,
    CategoricalCode,
    ClassImages,
    ClassLabel,
    ContinuousCode,
    Control,
    GeneratorIndex,
    LabelMap,
    LatentVector,
    NoiseSeed,
    SourceImage,
    StyleLayers,
    given,
)
from ganstudio.core.dataspec import DataKind, DataSpec
from ganstudio.core.errors import UsageError
from ganstudio.core.events import RoleInfo
from ganstudio.core.fields import Hyper as AnyHyper
from ganstudio.core.fields import Value, as_stored, field_of, fields_of, validate
from ganstudio.core.i18n import _
from ganstudio.core.methodinfo import FAMILIES, Family, MethodInfo, Needs
from ganstudio.core.observed import Predicts
from ganstudio.data.batches import Examples
from ganstudio.methods.phase import (
    Averaging,
    Batch,
    Decay,
    DecayKind,
    Optimiser,
    OptimiserKind,
    Phase,
    Terms,
    Values,
    decay_of,
)  # fmt: skip
from ganstudio.nn import random

__all__ = [
    "FAMILIES", "Averaging", "Batch", "Decay", "DecayKind", "Examples", "Family", "Method", "MethodInfo", "Needs",
    "Optimiser", "OptimiserKind", "Phase", "Terms", "Values", "decay_of", "one_hot", "part_of",
]  # fmt: skip

H = TypeVar("H", bound=AnyHyper, default=Any)

_ROLES: Mapping[Role, RoleInfo] = {
    "discriminator": RoleInfo("discriminator", _("Discriminator"), "discriminator"),
    "generator": RoleInfo("generator", _("Generator"), "generator"),
    "encoder": RoleInfo("encoder", _("Encoder"), "encoder"),
    "joint": RoleInfo("joint", _("All at once"), "joint"),
}


def role_info(name: Role) -> RoleInfo:
    """What people call a role."""
    return _ROLES.get(name) or RoleInfo(name, name.capitalize(), "other")


class Method(nn.Module, ABC, Generic[H]):
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

    hyper: H

    def __init__(self, hyper: H, data: DataSpec) -> None:
        super().__init__()
        self.hyper = hyper
        self.data = data

    @classmethod
    def resolve(cls, values: Mapping[str, Any], kind: DataKind, stored: bool = False) -> Any:
        """Checked hyper-parameters for a kind of data: the defaults overlaid with ``values``.

        Args:
            values: by name.
            kind: of the data.
            stored: they are a stored run's: what it does not name is as it was when there was no choice.

        Raises:
            UsageError: a value is unknown or out of range, or the method does not take this kind of data.
        """
        if kind not in cls.info.data_kinds:
            raise UsageError(
                _("{title} needs {wanted}, and this data set holds {kind}.").format(
                    title=cls.info.title, wanted=_(" or ").join(cls.info.data_kinds), kind=kind
                )
            )
        if stored:
            values = as_stored(fields_of(cls.Hyper), values)
        return validate(cls.Hyper, {**cls.kind_defaults.get(kind, {}), **values})

    def check_change(self, name: str, value: Value, resuming: bool = False) -> Any:
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

    def roles(self) -> tuple[RoleInfo, ...]:
        """The kinds of updates that its phases are, in their order, with what people call them."""
        names = dict.fromkeys(phase.role for phase in self.phases())
        return tuple(role_info(name) for name in names)

    def averaging(self) -> Averaging:
        """How the children in ``averaged`` are averaged: here by the hyper-parameter ``ema``, where there is one."""
        return Averaging(float(getattr(self.hyper, "ema", 0.0)))

    def whole_batch(self) -> str:
        """What in its networks and losses looks at a whole batch at once, as the beginning of a sentence; here nothing.

        Where every rank of a run sees a part of the batch, that is something else. Batch norm is not meant: its statistics
        are those of all ranks.
        """
        return ""

    def batch_size_at(self, step: int) -> int:
        """Items in the batches of a step (counted from 0): here always the same."""
        size: int = self.hyper.batch_size  # type: ignore[attr-defined]
        return size

    @abstractmethod
    def controls(self) -> Sequence[Control]:
        """What can be driven when drawing samples."""

    @property
    def translates(self) -> bool:
        """It is given a label map or a picture, and draws another from it."""
        return given(self.controls()) is not None

    @abstractmethod
    def generate(self, values: Values) -> Tensor:
        """Items from control values, one tensor with N rows per control: ``(N, C, H, W)`` in [−1, 1], or ``(N, 2)``.

        Where there is a control :class:`StyleLayers`, its value stands for those that it is made from.
        """

    def mapped(self, values: Values) -> dict[str, Tensor]:
        """What the values come to before anything is drawn: the :class:`StyleLayers` of z; nothing elsewhere."""
        return {}

    def mean_style(self) -> Tensor | None:
        """The mean of the styles that :meth:`mapped` makes, ``(layers, size)``; None where the method keeps none."""
        return None

    def draw(self, count: int, device: torch.device | str = "cpu") -> dict[str, Tensor]:
        """Random values for every control but what :meth:`mapped` makes, ``count`` rows each, by the run's own chance."""
        return {
            control.name: _draw(control, count, device)
            for control in self.controls()
            if not isinstance(control, StyleLayers)
        }

    def showcase(self, count: int) -> dict[str, Tensor]:
        """Values for the fixed samples of the wall: as :meth:`draw`, with classes, categories and generators in order."""
        values = self.draw(count)
        for control in self.controls():
            if isinstance(control, ClassLabel | CategoricalCode | GeneratorIndex):
                places = torch.arange(count) * control.count // count
                values[control.name] = places if isinstance(control, GeneratorIndex) else one_hot(places, control.count)
        return values

    def given(self, examples: Examples) -> dict[str, Tensor]:
        """Control values that fit real examples: what a translating network is given; nothing elsewhere.

        The method decides what that is: the label map or picture that the data set holds, or the real picture itself made
        small, grey, or of another class.
        """
        return {}

    def on_view(self, count: int, examples: Examples) -> dict[str, Tensor]:
        """Values for the fixed samples of the wall, where real examples can be looked at beside them.

        Args:
            count: how many; there may be fewer examples.
            examples: what should be drawn, and what is known of it.
        """
        if not self.translates:
            return self.showcase(count)
        rows, device = len(examples.real if examples.inputs is None else examples.inputs), examples.real.device
        values = {name: value.to(device) for name, value in self.showcase(min(count, rows)).items()}
        return {**values, **self.given(examples)}

    def groups(self, values: Values) -> Tensor | None:
        """Which of several generators makes each item, int64 ``(N,)``; None where there is but one."""
        if self.translates:
            return None
        index = next((control for control in self.controls() if isinstance(control, GeneratorIndex)), None)
        return None if index is None else values[index.name]

    def look_into(self, values: Values) -> dict[str, Tensor]:
        """Maps to lay over what is drawn, by name: float32 ``(N, 1, H, W)`` of any size and range, e.g. attention."""
        return {}

    def panels(self, values: Values, real: Tensor | None) -> tuple[tuple[str, Tensor], ...]:
        """Named pictures that are looked at side by side: here what is drawn.

        A translation also shows what was given, an autoencoder what it makes of real pictures, a pyramid its stages.

        Args:
            values: control values with N rows.
            real: what should have been drawn, ``(N, C, H, W)``; None where nobody knows.

        Returns:
            name and pictures ``(N, C, H, W)`` in [−1, 1] of each column. Sizes may differ: they are brought to one.
        """
        return ((_("sample"), self.generate(values)),)

    @property
    def drawn_panel(self) -> int:
        """Which of :meth:`panels` is what it draws: the first, or the second where the first is what was given."""
        return int(self.translates)

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
        case ClassImages(k=k, channels=channels, size=size):
            return torch.zeros(count, k, channels, size, size, device=device)
        case NoiseSeed():
            return random.integers(2**31, count, device=device)
    raise TypeError(f"unknown control {control!r}")


def one_hot(labels: Tensor, count: int) -> Tensor:
    """int64 ``(N,)`` to float32 ``(N, count)``."""
    return torch.nn.functional.one_hot(labels, count).float()


def part_of(tensors: Mapping[str, Tensor], prefix: str) -> dict[str, Tensor]:
    """The tensors whose names begin with ``prefix``, without it: one part of a checkpoint."""
    return {name.removeprefix(prefix): value for name, value in tensors.items() if name.startswith(prefix)}
