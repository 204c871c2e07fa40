"""Finds out what a network wants by trying: how long its latent vector is, whether it takes a class, and in what form."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import torch
from torch import Tensor, nn

from ganstudio.core.controls import ClassLabel, Control, LatentVector
from ganstudio.core.errors import UsageError
from ganstudio.core.i18n import _
from ganstudio.explore.foreign.network import image_shape
from ganstudio.methods.base import one_hot
from ganstudio.nn.random import normal, randomness

COMMON = (100, 128, 64, 62, 512, 256, 32, 2, 16, 50, 10, 8, 3, 4, 5, 20, 1024)
_CLASSES = (10, 2, 3, 4, 5, 6, 7, 8, 9, 26, 47, 40, 100, 1000)
_MOST_CLASSES = 1000
_SECONDS = 20.0
Labels = Literal["index", "one-hot"]


class FailedError(Exception):
    """The network did not take what it was given."""


Call = Callable[[Sequence[Tensor]], Tensor]
"""Runs the network; raises FailedError where it cannot."""


@dataclass(frozen=True, slots=True)
class Slot:
    """An input as the file declares it.

    Attributes:
        name: as the file calls it.
        integer: it takes whole numbers.
        dims: its declared shape, None for what is open.
    """

    name: str
    integer: bool
    dims: tuple[int | None, ...]

    def takes(self, shape: Sequence[int], integer: bool) -> bool:
        """Whether the declaration allows a tensor; the number of rows does not matter."""
        return (self.integer, len(self.dims)) == (integer, len(shape)) and all(
            wanted in (None, given) for wanted, given in zip(self.dims[1:], shape[1:], strict=True)
        )

    def __str__(self) -> str:
        return f"{self.name} ({', '.join('N' if size is None else str(size) for size in self.dims)})"


@dataclass(frozen=True, slots=True)
class Plan:
    """How a network is driven.

    Attributes:
        size: of the latent vector.
        trailing: the latent vector is ``(N, size, 1, 1)``.
        labels: the form of the class; None where it takes none.
        classes: how many.
        labels_first: the class comes before the latent vector.
        single: it takes one row at a time only.
    """

    size: int
    trailing: bool = False
    labels: Labels | None = None
    classes: int = 0
    labels_first: bool = False
    single: bool = False

    def inputs(self, latents: Tensor, weights: Tensor | None) -> list[Tensor]:
        """Latents ``(N, size)`` and class weights ``(N, classes)`` as the network takes them."""
        vector = latents[:, :, None, None] if self.trailing else latents
        if self.labels is None or weights is None:
            return [vector]
        label = weights.argmax(dim=1) if self.labels == "index" else weights
        return [label, vector] if self.labels_first else [vector, label]

    def names(self) -> tuple[str, ...]:
        """The classes, by number; none where it takes none."""
        return tuple(str(index) for index in range(self.classes)) if self.labels else ()

    def controls(self) -> list[Control]:
        """A latent vector, and the classes."""
        latent = LatentVector("z", self.size)
        return [latent, ClassLabel("class", self.names())] if self.labels else [latent]

    def notes(self) -> list[str]:
        """Sentences on what the file does not say itself."""
        notes = [_("z has {size} numbers, drawn normal (as is common; the file does not say).").format(size=self.size)]
        if self.labels == "index":
            words = _("It takes one of {count} classes by number. Classes cannot be mixed: the strongest is drawn.")
            notes.append(words.format(count=self.classes))
        elif self.labels == "one-hot":
            notes.append(_("It takes one of {count} classes as weights.").format(count=self.classes))
        if self.single:
            notes.append(_("It draws one picture at a time, so walls and sweeps take longer."))
        return notes


class Driven(nn.Module):
    """A network that takes what :meth:`Plan.controls` says.

    Args:
        network: as it is in the file.
        plan: how it is driven.
    """

    def __init__(self, network: nn.Module, plan: Plan) -> None:
        super().__init__()
        self.network, self.plan = network, plan

    def forward(self, latents: Tensor, weights: Tensor | None = None) -> Tensor:
        """``(N, size)`` and perhaps ``(N, classes)`` to pictures."""
        inputs = self.plan.inputs(latents, weights)
        if not self.plan.single:
            items: Tensor = self.network(*inputs)
            return items
        rows = [self.network(*(values[row : row + 1] for values in inputs)) for row in range(len(latents))]
        return torch.cat(rows)


def find_plan(name: str, call: Call, slots: Sequence[Slot], sizes: Sequence[int], classes: Sequence[int]) -> Plan:
    """What makes the network draw pictures.

    Args:
        name: of the file, for messages.
        call: runs the network.
        slots: its inputs.
        sizes: likely sizes of the latent vector, e.g. from its first weights.
        classes: likely numbers of classes, e.g. from its embeddings.

    Raises:
        UsageError: nothing does; says what its inputs are and what came out.
    """
    seen: list[str] = []
    started = time.monotonic()
    for plan in _plans(slots, sizes, classes):
        if time.monotonic() - started > _SECONDS:
            break
        shape = _try(call, plan, 1)
        if shape is None:
            continue
        if not image_shape(shape):
            seen.append(str(shape))
            continue
        if plan.labels == "index":
            counted = _count_classes(call, plan)
            if counted is None:
                continue
            plan = counted
        return _with_rows(call, plan, shape)
    listed = ", ".join(str(slot) for slot in slots) or _("none")
    drawn = (
        _(" What came out had the shape {shapes}.").format(shapes=_(" or ").join([*dict.fromkeys(seen)][:3]))
        if seen
        else ""
    )
    raise UsageError(
        _("“{file}” is no generator of pictures. Its inputs: {inputs}.{drawn} Needed: a latent vector (N, d) or "
          "(N, d, 1, 1), perhaps a class as well, and pictures (N, 1 or 3, size, size) that come out.").format(
              file=name, inputs=listed, drawn=drawn)
    )  # fmt: skip


def _plans(slots: Sequence[Slot], sizes: Sequence[int], classes: Sequence[int]) -> Iterator[Plan]:
    lengths = list(dict.fromkeys([*sizes, *COMMON]))
    if len(slots) == 1:
        declared = _declared(slots[0])
        for size, trailing in itertools.product(declared or lengths, (False, True)):
            if _takes_latents(slots[0], size, trailing):
                yield Plan(size, trailing)
    elif len(slots) == 2:
        counts = list(dict.fromkeys([*classes, *_CLASSES]))
        # A layer that takes both side by side has as many inputs as both together: common sizes first.
        lengths = [size for size in COMMON if size > 8] + [size for size in lengths if size <= 8 or size not in COMMON]
        for latent, label in ((0, 1), (1, 0)):
            mine, other = slots[latent], slots[label]
            chosen = _declared(mine) or lengths
            for size, trailing in itertools.product(chosen, (False, True)):
                if not _takes_latents(mine, size, trailing):
                    continue
                if other.takes((1,), True):
                    yield Plan(size, trailing, "index", 1, labels_first=latent == 1)
                for count in _declared(other) or counts:
                    if count >= 2 and other.takes((1, count), False):
                        yield Plan(size, trailing, "one-hot", count, labels_first=latent == 1)


def _declared(slot: Slot) -> list[int]:
    return [slot.dims[1]] if len(slot.dims) in (2, 4) and slot.dims[1] is not None else []


def _takes_latents(slot: Slot, size: int, trailing: bool) -> bool:
    return 2 <= size <= 2**16 and slot.takes((1, size, 1, 1) if trailing else (1, size), False)


def _try(call: Call, plan: Plan, rows: int, label: int = 0) -> tuple[int, ...] | None:
    with randomness(torch.Generator().manual_seed(0)):
        latents = normal(rows, plan.size)
    weights = None
    if plan.labels == "index":
        weights = one_hot(torch.full((rows,), label), max(plan.classes, label + 1))
    elif plan.labels == "one-hot":
        weights = one_hot(torch.arange(rows) % plan.classes, plan.classes)
    try:
        items = call(plan.inputs(latents, weights))
    except FailedError:
        return None
    return tuple(items.shape)


def _count_classes(call: Call, plan: Plan) -> Plan | None:
    """How many classes it knows: the largest number that it still takes, by halving; None if it takes any."""
    known, unknown = 0, _MOST_CLASSES
    if _try(call, plan, 1, unknown) is not None:
        return None
    while unknown - known > 1:
        middle = (known + unknown) // 2
        if _try(call, plan, 1, middle) is not None:
            known = middle
        else:
            unknown = middle
    return replace(plan, classes=known + 1)


def _with_rows(call: Call, plan: Plan, shape: Sequence[int]) -> Plan:
    return replace(plan, single=_try(call, plan, 3) != (3, *shape[1:]))
