"""What a phase sees of the engine while it is being run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import torch
from torch import Tensor

from ganstudio.core.errors import UsageError
from ganstudio.core.events import SeriesInfo, SeriesKind, SeriesRole
from ganstudio.core.i18n import _
from ganstudio.data import Batches
from ganstudio.data.batches import Examples
from ganstudio.nn import random
from ganstudio.training.meters import Meter


@dataclass(slots=True)
class Round:
    """What all batches of one step have in common.

    Attributes:
        batches: where items come from.
        meter: where watched values go.
        optimisers: by the phase that owns them.
        step: that is being taken, from 0.
        kept: values that its updates share.
    """

    batches: Batches
    meter: Meter
    optimisers: Mapping[str, torch.optim.Optimizer] = field(default_factory=dict)
    step: int = 0
    kept: dict[str, Tensor] = field(default_factory=dict)


class EngineBatch:
    """See :class:`ganstudio.methods.base.Batch`."""

    def __init__(self, round: Round, watched: bool = True) -> None:
        self._round = round
        self._watched = watched
        self._examples: Examples | None = None

    @property
    def step(self) -> int:
        """The step that is being taken."""
        return self._round.step

    @property
    def size(self) -> int:
        """Items in a batch."""
        return self._round.batches.part[1]

    def renew(self) -> None:
        """Forgets the items: the next access draws fresh ones."""
        self._examples = None

    def fresh(self) -> EngineBatch:
        """Another batch inside the same update."""
        return EngineBatch(self._round, self._watched)

    @property
    def quiet(self) -> EngineBatch:
        """The same items, and nothing is plotted."""
        silent = EngineBatch(self._round, watched=False)
        silent._examples = self.examples
        return silent

    def kept(self, name: str, make: Callable[[], Tensor]) -> Tensor:
        """A value that all updates of this step share."""
        kept = self._round.kept
        if name not in kept:
            with torch.no_grad():
                kept[name] = make()
        return kept[name]

    def moments(self, phase: str) -> Mapping[Tensor, Mapping[str, Tensor]]:
        """What the optimiser of a phase remembers of each parameter."""
        return self._round.optimisers[phase].state

    @property
    def examples(self) -> Examples:
        """A batch of real items and what is known of them, the same one until :meth:`renew`."""
        if self._examples is None:
            self._examples = self._round.batches.next()
        return self._examples

    @property
    def real(self) -> Tensor:
        """The items."""
        return self.examples.real

    @property
    def labels(self) -> Tensor | None:
        """Their labels."""
        return self.examples.labels

    @property
    def inputs(self) -> Tensor:
        """What a translating network is given."""
        inputs = self.examples.inputs
        if inputs is None:
            raise UsageError(_("This method translates, and the data set has nothing to translate from."))
        return inputs

    @property
    def attributes(self) -> Tensor | None:
        """What is known of the items in numbers."""
        return self.examples.attributes

    def labelled(self, per_class: int) -> tuple[Tensor, Tensor]:
        """A batch of the few items whose labels may be used."""
        batches = self._round.batches
        pool = batches.labelled_pool(per_class)
        # Drawn where the run's chance is; the pool lies with the data, which may be too large for the device.
        chosen = random.integers(len(pool), self.size, device=batches.device)
        items, labels, *_rest = batches.pick(pool[chosen.to(pool.device)])
        assert labels is not None
        return items, labels

    def of_classes(self, labels: Tensor, k: int) -> Tensor:
        """Items of given classes."""
        batches = self._round.batches
        order, starts, counts = batches.by_class()
        # Drawn where the run's chance is, as above.
        chance = random.uniform(len(labels), k, device=batches.device).to(order.device)
        home = labels.to(order.device)
        places = starts[home][:, None] + (chance * counts[home][:, None]).long()
        return torch.unflatten(batches.pick(order[places.flatten()]).real, 0, (len(labels), k))

    def watch(
        self, name: str, values: Tensor, kind: SeriesKind, role: SeriesRole, title: str = "", unit: str = ""
    ) -> None:
        """Plots the mean of ``values``."""
        if self._watched:
            self._round.meter.add(SeriesInfo(name, kind, role, title, unit), values.detach().mean())
