"""A network from elsewhere as something that draws: its pictures are looked at before anybody sees them."""

from __future__ import annotations

import copy
import math
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from ganstudio.core.commands import Source
from ganstudio.core.controls import Control
from ganstudio.core.dataspec import DataSpec
from ganstudio.core.errors import CancelledError, UsageError
from ganstudio.core.fields import Hyper
from ganstudio.core.i18n import _
from ganstudio.core.patience import look
from ganstudio.explore.generator import Generator
from ganstudio.methods import Method
from ganstudio.methods.base import MethodInfo, Phase, Values
from ganstudio.nn.random import randomness

SMALLEST, LARGEST = 4, 1024
"""Height and width of pictures in pixels."""
_ROUNDING = 1e-3
_STRAYING = 2.0
_LOOKED_AT = 16
_WORK = 1e12
"""Multiplications of one layer for one picture: some ten seconds on a processor."""


class Endable(nn.Module):
    """A part of a foreign network that can be ended from another thread."""

    def end(self) -> None:
        """Ends what it is just computing, as soon as it can; it computes no more."""
        raise NotImplementedError

    def until(self, cancel: threading.Event) -> None:
        """The same as soon as the event is set."""
        raise NotImplementedError


class _Brake:
    """Looks at every layer before it computes. A copy of a network has one of its own."""

    def __init__(self) -> None:
        self.pulled = False
        self.cancel: threading.Event | None = None

    def __deepcopy__(self, memo: dict[int, Any]) -> _Brake:
        return _Brake()

    def __call__(self, module: nn.Module, inputs: tuple[Any, ...]) -> None:
        if self.pulled or (self.cancel is not None and self.cancel.is_set()):
            raise CancelledError(_("It was cancelled."))
        look()
        weight = getattr(module, "weight", None)
        if isinstance(weight, Tensor) and weight.dim() == 4 and weight.numel() * math.prod(inputs[0].shape[2:]) > _WORK:
            raise UsageError(_("A picture of this generator takes more arithmetic than there is patience for."))


class Braked(Endable):
    """A network of plain layers that can be ended between two of them, and that does not take just any amount of work.

    Args:
        network: built here, of layers with weights that somebody else chose.
    """

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network, self.brake = network, _Brake()
        for module in network.modules():
            if not list(module.children()):
                module.register_forward_pre_hook(self.brake)

    def end(self) -> None:
        """From the next layer on."""
        self.brake.pulled = True

    def until(self, cancel: threading.Event) -> None:
        """Looked at before each layer."""
        self.brake.cancel = cancel

    def forward(self, *inputs: Tensor) -> Tensor:
        """As the network."""
        items: Tensor = self.network(*inputs)
        return items


class Imported(Method):
    """A network in the place of a method: it draws, and that is all it does.

    Args:
        network: takes one tensor per control, in the order of ``controls``, gives ``(N, C, H, W)`` in [−1, 1].
        data: what it draws.
        controls: what can be driven.
    """

    info = MethodInfo(
        name="imported",
        title=_("Imported generator"),
        paper="",
        year=0,
        summary=_("A generator that was trained elsewhere."),
        look_for=_("It can be explored, but not trained further."),
        data_kinds=("images",),
    )
    Hyper = Hyper
    averaged = ()

    def __init__(self, network: nn.Module, data: DataSpec, controls: Sequence[Control]) -> None:
        super().__init__(Hyper(), data)
        self.network = network
        self._controls = tuple(controls)

    def phases(self) -> Sequence[Phase]:
        """None: nobody knows how it was trained."""
        return ()

    def controls(self) -> Sequence[Control]:
        """As they were found in the file."""
        return self._controls

    def generate(self, values: Values) -> Tensor:
        """``(N, C, H, W)`` in [−1, 1]."""
        items: Tensor = self.network(*(values[control.name] for control in self._controls))
        return items


class ForeignGenerator(Generator):
    """A generator out of a file.

    Attributes:
        notes: what the file does not say and was assumed, or measured; a sentence each.
    """

    notes: tuple[str, ...] = ()

    def __init__(self, *described: Any) -> None:
        super().__init__(*described)
        self._over = threading.Event()

    def end(self) -> None:
        """Ends what it is just drawing, between two layers or at once, and draws no more; so do its copies."""
        self._over.set()
        for module in self.method.modules():
            if isinstance(module, Endable):
                module.end()

    def until(self, cancel: threading.Event) -> None:
        """What it draws from now on is ended as soon as the event is set."""
        for module in self.method.modules():
            if isinstance(module, Endable):
                module.until(cancel)

    def frozen(self) -> ForeignGenerator:
        """A copy that keeps its weights and its notes."""
        same = ForeignGenerator(
            copy.deepcopy(self.method), self.title, self.spec, self.step, self.source, self.device
        )  # fmt: skip
        same.notes = self.notes
        same.until(self._over)
        return same

    @classmethod
    def around(
        cls, method: Method, title: str, notes: Sequence[str], step: int = 0, source: Source = "raw"
    ) -> ForeignGenerator:
        """Around a method in memory, which is put into evaluation mode."""
        made = cls.of_method(method, title, step, source)
        made.notes = tuple(notes)
        return made


class Ranged(nn.Module):
    """Maps the pictures of a network to [−1, 1]: ``gain · x + offset``, clipped where it strays.

    Args:
        network: any.
        gain: factor.
        offset: added afterwards.
        clip: cut off what lies outside.
    """

    def __init__(self, network: nn.Module, gain: float = 1.0, offset: float = 0.0, clip: bool = False) -> None:
        super().__init__()
        self.network, self.gain, self.offset, self.clip = network, gain, offset, clip

    def forward(self, *inputs: Tensor) -> Tensor:
        """Whatever the network takes, to pictures ``(N, C, H, W)``."""
        items: Tensor = self.network(*inputs)
        if self.gain != 1.0 or self.offset:
            items = items * self.gain + self.offset
        return items.clamp(-1, 1) if self.clip else items


def make_generator(
    path: Path,
    network: nn.Module,
    controls: Sequence[Control],
    notes: Sequence[str],
    classes: Sequence[str] = (),
    ends_in_tanh: bool = False,
    looked_at: int = _LOOKED_AT,
) -> ForeignGenerator:
    """Looks at some pictures of a network and makes it a generator.

    Args:
        path: the file, for its name.
        network: takes one tensor per control.
        controls: what it can be driven with.
        notes: what was assumed so far.
        classes: names of its classes; empty where it has none.
        ends_in_tanh: its range is known and need not be guessed from its pictures.
        looked_at: how many pictures can be drawn at once, at least two.

    Raises:
        UsageError: its pictures are not finite, of a wrong shape or range, or do not depend on what comes in.
    """
    network = Braked(network).eval().requires_grad_(False)
    name = path.name
    draft = Imported(network, DataSpec(name, "images", 0, classes=tuple(classes)), controls)
    with randomness(torch.Generator().manual_seed(0)):
        values = draft.draw(min(looked_at, _LOOKED_AT))
    with torch.inference_mode():
        items = draft.generate(values)
        again = draft.generate(values)
    _check_pictures(name, items)
    notes = list(notes)
    ranged = network if ends_in_tanh else _in_range(name, network, items, notes)
    if not torch.equal(items, again):
        notes.append(_("It adds noise of its own: the same latents do not give quite the same picture twice."))
    spec = DataSpec(name, "images", 0, items.shape[1], items.shape[2], tuple(classes))
    return ForeignGenerator.around(Imported(ranged, spec, controls), name, notes)


def image_shape(shape: Sequence[int]) -> bool:
    """Whether ``(N, C, H, W)`` is a batch of square grey or colour pictures."""
    return len(shape) == 4 and shape[1] in (1, 3) and shape[2] == shape[3] and SMALLEST <= shape[2] <= LARGEST


def _check_pictures(name: str, items: Tensor) -> None:
    if not image_shape(items.shape):
        raise UsageError(
            _("“{file}” draws something of the shape {shape}; pictures must be (N, 1 or 3, size, size).").format(
                file=name, shape=tuple(items.shape)
            )
        )
    if not torch.isfinite(items).all():
        raise UsageError(
            _("“{file}” draws pictures with values that are not finite numbers. Its training seems to have diverged; "
              "take an earlier state of it.").format(file=name)
        )  # fmt: skip
    if float((items - items[:1]).abs().max()) < 1e-6:
        raise UsageError(
            _("“{file}” draws the same picture whatever comes in, so there is nothing to explore in it.").format(
                file=name
            )
        )


def _in_range(name: str, network: nn.Module, items: Tensor, notes: list[str]) -> nn.Module:
    low, high = float(items.min()), float(items.max())
    if low >= -_ROUNDING and high <= 1 + _ROUNDING:
        notes.append(_("Its values lie in [0, 1] and are shown as black to white."))
        return Ranged(network, 2.0, -1.0, clip=True)
    if low >= -1 - _ROUNDING and high <= 1 + _ROUNDING:
        return Ranged(network)
    if low >= -_STRAYING and high <= _STRAYING:
        notes.append(
            _("Its values lie in [{low:.2f}, {high:.2f}]; what is outside [−1, 1] is cut off.").format(
                low=low, high=high
            )
        )
        return Ranged(network, clip=True)
    if low >= -_STRAYING and 16 < high <= 255 + _STRAYING:
        notes.append(_("Its values lie in [0, 255] and are shown as black to white."))
        return Ranged(network, 1 / 127.5, -1.0, clip=True)
    raise UsageError(
        _("“{file}” draws values from {low:.3g} to {high:.3g}; pictures have values in [−1, 1] or [0, 1]. Export it with "
          "its last activation (tanh or sigmoid).").format(file=name, low=low, high=high)
    )  # fmt: skip
