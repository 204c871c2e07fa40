"""Batches of real items on the device, in an order that is given by the seed and the count of items drawn."""

from __future__ import annotations

import hashlib
from typing import NamedTuple

import torch

from ganstudio.core.errors import UsageError
from ganstudio.core.i18n import _
from ganstudio.data.base import Dataset


class Examples(NamedTuple):
    """Real items on the device, and what is known of each.

    Attributes:
        real: float32 ``(N, C, H, W)`` in [−1, 1] or ``(N, 2)``.
        labels: int64 ``(N,)`` or None.
        inputs: what a translating network is given: label maps int64 ``(N, H, W)``, or pictures float32
            ``(N, C, H, W)`` in [−1, 1], which belong to ``real`` unless the data are two unpaired domains; or None.
        attributes: float32 ``(N, A)`` or None.
    """

    real: torch.Tensor
    labels: torch.Tensor | None = None
    inputs: torch.Tensor | None = None
    attributes: torch.Tensor | None = None


RESIDENT_BYTES = 2 * 1024**3


def _permutation(seed: int, epoch: int | str, count: int) -> torch.Tensor:
    """Order of the items in one epoch: int64 ``(count,)`` on the CPU, the same on every machine."""
    mixed = hashlib.sha256(f"{seed}/{epoch}".encode()).digest()
    generator = torch.Generator().manual_seed(int.from_bytes(mixed[:8], "little") >> 1)
    return torch.randperm(count, generator=generator)


def held_places(seed: int, count: int, share: float) -> tuple[torch.Tensor, torch.Tensor] | None:
    """Places of the items that a run of this seed never draws, and of the others; None where none are held out."""
    held = round(share * count)
    if not 0 < held < count:
        return None
    order = _permutation(seed, -2, count)
    return order[:held], order[held:].sort().values


class Batches:
    """An endless stream of full batches.

    Epoch ``e`` runs through a permutation seeded from ``(seed, e)``; a batch that begins at the end of one epoch is
    completed from the next, so the position is given by the number of items drawn alone, and :attr:`batch_size` may
    change on the way.

    Args:
        dataset: what to draw from; may be smaller than a batch.
        batch_size: items a batch.
        seed: of the order.
        device: where the batches appear.
        channels_last: memory format of images.
        held_out: share of the items, chosen by the seed, that :meth:`next` never draws: see :meth:`unseen`.
        resident_bytes: a set up to this size lives on the device (as uint8; points as float32), a larger one stays on
            the host and is copied batch by batch.

    Attributes:
        batch_size: items a batch, of all ranks together.
    """

    def __init__(
        self,
        dataset: Dataset,
        batch_size: int,
        seed: int = 0,
        device: torch.device | str = "cpu",
        channels_last: bool = False,
        resident_bytes: int = RESIDENT_BYTES,
        held_out: float = 0.0,
    ) -> None:
        if batch_size < 1:
            raise ValueError(f"a batch needs at least one item, not {batch_size}")
        if len(dataset.items) < 1:
            raise ValueError("there is nothing to draw batches from")
        self.spec = dataset.spec
        self.batch_size = batch_size
        self._rank, self._ranks = 0, 1
        self.seed = seed
        self.device = torch.device(device)
        items, labels, inputs = dataset.items, dataset.labels, dataset.inputs
        self._pools: dict[int, torch.Tensor] = {}
        self._by_class: tuple[torch.Tensor, torch.Tensor, torch.Tensor] | None = None
        self._images = items.dtype == torch.uint8
        size = items.numel() + (0 if inputs is None else inputs.numel())
        self.resident = size * items.element_size() <= resident_bytes
        self._channels_last = channels_last and self._images
        home = self.device if self.resident else torch.device("cpu")
        self._items = self._house(items, home)
        self._inputs = None if inputs is None else self._house(inputs, home)
        self._labels = None if labels is None else labels.to(home)
        self._attributes = None if dataset.attributes is None else dataset.attributes.to(home)
        self._home = home
        # Positions rather than copies of the items: a large set may lie on the disk, mapped into memory.
        self._kept: torch.Tensor | None = None
        self._held: torch.Tensor | None = None
        if parted := held_places(seed, len(dataset.items), held_out):
            self._held, self._kept = parted[0].to(home), parted[1].to(home)
        self._firsts: dict[int, torch.Tensor] = {}
        self._epoch = -1
        self._order = torch.empty(0, dtype=torch.int64)
        self._shuffled = items
        self._drawn = 0

    def _house(self, items: torch.Tensor, home: torch.device) -> torch.Tensor:
        """Items where they stay. Stored as (N, H, W, C), a picked batch is in channels_last format without a copy."""
        if not self.resident:
            return items
        last = self._channels_last and items.dim() == 4
        return (items.permute(0, 2, 3, 1).contiguous() if last else items.contiguous()).to(home)

    @property
    def count(self) -> int:
        """How many items :meth:`next` draws from."""
        return len(self._items if self._kept is None else self._kept)

    def share(self, rank: int, ranks: int) -> None:
        """From now on :meth:`next` gives the part of process ``rank`` of so many, which all draw in one order."""
        self._rank, self._ranks = rank, ranks

    @property
    def part(self) -> tuple[int, int]:
        """Where in each batch this process' items begin, and how many they are; the first ranks take what is over.

        Raises:
            UsageError: a batch has fewer items than there are processes.
        """
        if self._ranks == 1:
            return 0, self.batch_size
        each, over = divmod(self.batch_size, self._ranks)
        if not each:
            words = _("A batch of {size} cannot be shared among {ranks} ranks: set batch_size to {ranks} or more.")
            raise UsageError(words.format(size=self.batch_size, ranks=self._ranks))
        return self._rank * each + min(self._rank, over), each + (self._rank < over)

    def state(self) -> int:
        """How many items have been drawn: all there is to know about the position."""
        return self._drawn

    def seek(self, count: int) -> None:
        """Goes to where ``count`` items have been drawn."""
        if count < 0:
            raise ValueError(f"a position cannot be negative: {count}")
        self._drawn = count

    def next(self) -> Examples:
        """The next batch, or this rank's part of it. It may be a view of the set: do not change it in place."""
        before, count = self.part
        first = self._drawn + before
        epoch, start = divmod(first, self.count)
        self._drawn += self.batch_size
        if start + count <= self.count:
            self._enter(epoch)
            examples = self._take(start, start + count)
        else:
            examples = self._take_across(epoch, start, count)
        return examples._replace(inputs=self._unpaired(first, count)) if self.spec.kind == "domains" else examples

    def unseen(self, count: int) -> Examples:
        """The same items at every call: held-out ones, or those of :meth:`fixed` where none are held out."""
        return self.fixed(count) if self._held is None else self.pick(self._held[:count])

    def labelled_pool(self, per_class: int) -> torch.Tensor:
        """Positions of the first ``per_class`` items of every class in an order given by the seed, int64 ``(M,)``.

        Raises:
            UsageError: the data set has no labels.
        """
        if self._labels is None:
            raise UsageError(_("This method needs a data set with classes, and this one has none."))
        if per_class not in self._pools:
            order = self._ordered(-3)
            labels = self._labels[order]
            first = [order[labels == label][:per_class] for label in torch.unique(labels)]
            self._pools[per_class] = torch.cat(first)
        return self._pools[per_class]

    def by_class(self) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Positions of all items that may be drawn, class by class; where each class begins; how many it has.

        Raises:
            UsageError: the data set has no labels.
        """
        if self._labels is None:
            raise UsageError(_("This method needs a data set with classes, and this one has none."))
        if self._by_class is None:
            drawn = torch.arange(self.count, device=self._home) if self._kept is None else self._kept
            labels = self._labels[drawn]
            counts = torch.bincount(labels, minlength=len(self.spec.classes))
            self._by_class = drawn[labels.argsort(stable=True)], counts.cumsum(0) - counts, counts
        return self._by_class

    def pick(self, positions: torch.Tensor) -> Examples:
        """The items at these positions; of two unpaired domains the inputs at the same positions, going round."""
        positions = positions.to(self._home)
        labels = None if self._labels is None else self._labels.index_select(0, positions).to(self.device)
        inputs = positions
        if self._inputs is not None and self.spec.kind == "domains":
            inputs = positions % len(self._inputs)
        return Examples(self._prepare(self._items.index_select(0, positions)), labels, *self._beside(positions, inputs))

    def fixed(self, count: int) -> Examples:
        """The same ``count`` items at every call (fewer if the set has fewer), to look at; the position stays."""
        return self.pick(self._ordered(-1)[:count])

    def _ordered(self, epoch: int) -> torch.Tensor:
        """Positions of everything that may be drawn, as shuffled in an epoch."""
        order = _permutation(self.seed, epoch, self.count).to(self._home)
        return order if self._kept is None else self._kept[order]

    def _enter(self, epoch: int) -> None:
        if epoch == self._epoch:
            return
        self._order = self._ordered(epoch)
        self._epoch = epoch
        if not self._images:
            # Points are few and small: shuffled once an epoch, each batch is a slice that costs nothing.
            self._shuffled = self._items.index_select(0, self._order)

    def _take(self, start: int, end: int) -> Examples:
        order = self._order[start:end]
        labels = None if self._labels is None else self._labels.index_select(0, order)
        real = self._items.index_select(0, order) if self._images else self._shuffled[start:end]
        if not self.resident and labels is not None:
            labels = labels.to(self.device)
        if self.spec.kind == "domains":
            return Examples(self._prepare(real), labels)
        return Examples(self._prepare(real), labels, *self._beside(order, order))

    def _take_across(self, epoch: int, start: int, missing: int) -> Examples:
        parts: list[Examples] = []
        while missing:
            self._enter(epoch)
            end = min(start + missing, self.count)
            parts.append(self._take(start, end))
            missing -= end - start
            epoch, start = epoch + 1, 0
        joined = [None if column[0] is None else torch.cat(column) for column in zip(*parts, strict=True)]
        assert joined[0] is not None
        return Examples(joined[0], *joined[1:])

    def _beside(self, positions: torch.Tensor, inputs: torch.Tensor) -> tuple[torch.Tensor | None, torch.Tensor | None]:
        """Inputs at the one, attributes at the other positions."""
        found = None if self._inputs is None else self._prepare_input(self._inputs, inputs)
        known = None if self._attributes is None else self._attributes.index_select(0, positions).to(self.device)
        return found, known

    def _unpaired(self, first: int, wanted: int) -> torch.Tensor:
        """The batch of the first of two domains: an order of its own, which the count of items gives as well."""
        assert self._inputs is not None
        count = len(self._inputs)
        epochs = range(first // count, (first + wanted - 1) // count + 1)
        # Shuffling is by far the most of it: 3.4 ms for 200,000 pictures. An epoch is kept for as long as it is needed.
        self._firsts = {
            epoch: self._firsts[epoch] if epoch in self._firsts else self._first_order(epoch, count) for epoch in epochs
        }
        orders = [self._firsts[epoch] for epoch in epochs]
        order = torch.cat(orders) if len(orders) > 1 else orders[0]
        start = first - epochs[0] * count
        return self._prepare_input(self._inputs, order[start : start + wanted])

    def _first_order(self, epoch: int, count: int) -> torch.Tensor:
        return _permutation(self.seed, f"first domain {epoch}", count).to(self._home)

    def _prepare_input(self, inputs: torch.Tensor, positions: torch.Tensor) -> torch.Tensor:
        chosen = inputs.index_select(0, positions)
        return chosen.to(self.device).long() if inputs.dim() == 3 else self._prepare(chosen)

    def _prepare(self, real: torch.Tensor) -> torch.Tensor:
        """Moves picked items to the device and scales pictures to [−1, 1]."""
        if not self._images:
            return real if self.resident else real.to(self.device)
        if not self.resident:
            if self.device.type == "cuda":
                real = real.pin_memory()
            real = real.to(self.device, non_blocking=True)
            floats = real.to(torch.float32)
            if self._channels_last:
                floats = floats.contiguous(memory_format=torch.channels_last)
        else:
            floats = (real.permute(0, 3, 1, 2) if self._channels_last else real).to(torch.float32)
        return floats.mul_(2 / 255).sub_(1)
