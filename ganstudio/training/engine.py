"""The engine: networks, optimisers, data and chance of one run, and one step of all its phases.

It alone calls zero_grad, backward, clip, step and EMA, for every method alike. It has no thread and no clock; see
:mod:`ganstudio.training.session` for those. What of it is stored: see :mod:`ganstudio.training.state`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property

import torch
from torch import Tensor, nn

from ganstudio.core.commands import Role, Source
from ganstudio.core.events import SeriesInfo
from ganstudio.core.fields import Value
from ganstudio.data import Batches, Dataset
from ganstudio.data.batches import Examples
from ganstudio.methods.base import Method, Phase, Values
from ganstudio.methods.view import fixed_count, fixed_values
from ganstudio.nn.ema import Average
from ganstudio.nn.norms import calibrate
from ganstudio.nn.random import randomness, seeded
from ganstudio.nn.snapshot import Snapshots
from ganstudio.training import optimisers
from ganstudio.training.batch import EngineBatch, Round
from ganstudio.training.meters import Meter
from ganstudio.training.ranks import ALONE, Ranks

GRADIENTS_EVERY = 10


class Engine:
    """Everything of a run that a checkpoint holds, and one step of it.

    Args:
        method: built on the CPU; it is moved to the device.
        dataset: what it learns from.
        seed: of the run.
        device: where it runs.
        ranks: the processes that it is trained on.
    """

    def __init__(self, method: Method, dataset: Dataset, seed: int, device: torch.device, ranks: Ranks = ALONE) -> None:
        self.method, self.dataset, self.seed, self.device = method, dataset, seed, device
        images = dataset.spec.pictures
        method.to(device)
        if images:
            for child in method.children():
                child.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        method.train()
        self.chance = seeded(seed, "training", device)
        self.step_count = 0
        self.seconds = 0.0
        self.losses, self.gradients = Meter("steps"), Meter("gradients")
        self.batches = Batches(
            dataset, method.batch_size_at(0), seed, device, channels_last=images, held_out=method.held_out
        )
        self.ranks = ranks
        self.batches.share(ranks.rank, ranks.size)
        self.shared_by = ranks.size
        self._phases: tuple[Phase, ...] = tuple(method.phases())
        self._parameters = {name: [*child.parameters()] for name, child in method.named_children()}
        self.trainable = {
            phase.name: [p for network in phase.networks for p in self._parameters[network]] for phase in self._phases
        }
        for phase in self._phases:
            if phase.shares and not {*map(id, self.trainable[phase.name])} <= {*map(id, self.trainable[phase.shares])}:
                raise ValueError(f"“{phase.name}” updates what the optimiser of “{phase.shares}” does not have")
        self.optimisers = {
            phase.name: optimisers.build(phase.optimiser, self.trainable[phase.name], device)
            for phase in self._phases
            if not phase.shares
        }
        self._round = Round(self.batches, self.losses, self.optimisers)
        self._batch = EngineBatch(self._round)
        self._unfrozen: str | None = None
        self.fixed = self._draw_fixed()
        with randomness(seeded(seed, "calibration", device)):
            calibrate(method, lambda: method.generate(self.fixed))
        self._averaging = averaging = method.averaging()
        decay = optimisers.average_decay(averaging, self.batches.batch_size)
        self.averages = (
            {name: Average(getattr(method, name), decay, averaging.start) for name in method.averaged} if decay else {}
        )
        self.roles = method.roles()
        colour_of = {role.name: role.colour for role in self.roles}
        self._colour_of = {phase.name: colour_of[phase.role] for phase in self._phases}
        self._info = {
            phase.name: SeriesInfo(f"gradient/{phase.name}", "gradient", self._colour_of[phase.name])
            for phase in self._phases
        }
        self._term_info: dict[tuple[str, str], SeriesInfo] = {}
        ranks.join(method)

    @property
    def fixed_count(self) -> int:
        """How many samples the wall shows."""
        return fixed_count(self.method, self.dataset.spec.pictures)

    @cached_property
    def on_view(self) -> Examples:
        """The real examples that the wall shows: not trained on, where some are held out."""
        count = self.fixed_count
        return self.batches.unseen(count) if self.method.translates else self.batches.fixed(count)

    def _draw_fixed(self) -> dict[str, Tensor]:
        values = fixed_values(self.method, self.seed, self.fixed_count, self.on_view)
        return {name: value.to(self.device) for name, value in values.items()}

    # -- one step ---------------------------------------------------------------------------------------------------

    def step(self, role: Role | None = None, batch_size: int | None = None) -> None:
        """Runs every phase that is due (of one role only, where given) and follows with the averages.

        ``batch_size`` stands for the method's own, to try whether it fits.
        """
        number = self._round.step = self.step_count
        self._round.kept.clear()
        self.batches.batch_size = batch_size or self.method.batch_size_at(number)
        self.losses.begin(number + 1)
        measure = (number + 1) % GRADIENTS_EVERY == 0
        if measure:
            self.gradients.begin(number + 1)
        with randomness(self.chance):
            for phase in self._phases:
                if role is None or phase.role == role:
                    for turn in range(phase.repeats_at(number)):
                        self._update(phase, measure and turn == 0)
        self.step_count = number + 1
        self.ranks.settle((self.losses.values, self.gradients.values if measure else []), self.method)
        for average in self.averages.values():
            average.decay = optimisers.average_decay(self._averaging, self.batches.batch_size)  # which may have grown
            average.update(number + 1)

    def work(self, first: int, last: int) -> float:
        """Updates in the steps from ``first`` to (not with) ``last``; of many steps, told from some of them."""
        if last - first <= 500:
            return float(sum(phase.repeats_at(step) for step in range(first, last) for phase in self._phases))
        share = (last - first) / 500
        # Spread unevenly: what happens every so many steps is neither missed nor always met.
        looked = [first + int(share * (index + 0.618034 * index % 1)) for index in range(500)]
        return share * sum(phase.repeats_at(step) for step in looked for phase in self._phases)

    def close_row(self, seconds: float) -> None:
        """Ends the measurements of the step just taken, at this training time."""
        self.seconds = seconds
        self.losses.end(seconds)
        self.gradients.end(seconds)

    def _update(self, phase: Phase, measure: bool) -> None:
        self._unfreeze(phase)
        self._batch.renew()
        owner = next(one for one in self._phases if one.name == (phase.shares or phase.name))
        optimiser, parameters = self.optimisers[owner.name], self.trainable[phase.name]
        optimiser.zero_grad()
        if owner.optimiser.decay.last:  # also where it does not fall any more: the curve goes on
            self._decay(owner, optimiser, measure and owner is phase)
        terms = self._terms(phase)
        first, *others = terms.values()
        weight = self.ranks.weight(self._batch.size, self.batches.batch_size)
        sum(others, first).backward(weight)  # type: ignore[no-untyped-call]
        self.ranks.average(phase.name, parameters)
        for name, value in terms.items():
            self.losses.add(self._term(phase, name), value.detach())
        if measure:
            norms = torch._foreach_norm([p.grad for p in parameters if p.grad is not None])
            self.gradients.add(self._info[phase.name], torch.linalg.vector_norm(torch.stack(norms)))
        if phase.optimiser.clip_value:
            nn.utils.clip_grad_value_(parameters, phase.optimiser.clip_value)
        if phase.optimiser.clip_norm:
            nn.utils.clip_grad_norm_(parameters, phase.optimiser.clip_norm)
        optimiser.step()
        if phase.after is not None:
            phase.after()

    def _decay(self, phase: Phase, optimiser: torch.optim.Optimizer, measure: bool) -> None:
        rate = phase.optimiser.lr * phase.optimiser.decay.factor(self.step_count)
        optimisers.set_rate(optimiser, rate)
        if measure:
            info = SeriesInfo(f"rate/{phase.name}", "measure", self._colour_of[phase.name])
            self.gradients.add(info, torch.full((), rate, device=self.device))

    @property
    def learns_until(self) -> int | None:
        """The step from which on every rate has fallen to 0; None where some never does."""
        ends = [phase.optimiser.decay.end for phase in self._phases if not phase.shares]
        known = [end for end in ends if end is not None]
        return max(known) if known and len(known) == len(ends) else None

    def _terms(self, phase: Phase) -> dict[str, Tensor]:
        if not getattr(self.method.hyper, "amp", False) or phase.second_order:
            return phase.loss(self._batch)
        with torch.autocast(self.device.type, dtype=torch.bfloat16):
            return {name: value.float() for name, value in phase.loss(self._batch).items()}

    def _unfreeze(self, phase: Phase) -> None:
        """Only the phase's own networks build gradients: half of the generator's backward pass is saved so."""
        if self._unfrozen == phase.name:
            return
        for name, parameters in self._parameters.items():
            wanted = name in phase.networks
            for parameter in parameters:
                parameter.requires_grad_(wanted)
        self._unfrozen = phase.name

    def _term(self, phase: Phase, name: str) -> SeriesInfo:
        key = (phase.name, name)
        if key not in self._term_info:
            self._term_info[key] = SeriesInfo(f"{phase.name}/{name}", "loss", self._colour_of[phase.name])
        return self._term_info[key]

    # -- hyper-parameters -------------------------------------------------------------------------------------------

    def set_hyper(self, name: str, value: Value, resuming: bool = False) -> tuple[Value, Value]:
        """Changes a live hyper-parameter from the next step on; returns the old and the new value.

        Args:
            name: of the hyper-parameter.
            value: the new one.
            resuming: the batch size may be changed too. Items go on in their order from where they are.

        Raises:
            UsageError: it is unknown, may not be changed, or is out of range; nothing was changed.
        """
        changed = self.method.check_change(name, value, resuming)
        old = getattr(self.method.hyper, name)
        self.method.hyper = changed
        self.batches.batch_size = self.method.batch_size_at(self.step_count)
        self._phases = tuple(self.method.phases())
        for phase in self._phases:
            if not phase.shares:
                optimisers.retune(self.optimisers[phase.name], phase.optimiser)
        return old, getattr(changed, name)

    # -- drawing ----------------------------------------------------------------------------------------------------

    @contextmanager
    def drawing(self, source: Source = "ema") -> Iterator[Method]:
        """The method in evaluation mode, with averaged or raw weights; training goes on unchanged afterwards.

        Gradients are off inside; statistics of batch norm and power iterations stand still.
        """
        view = self.method
        if source == "ema" and self.averages:
            view = view.with_networks({name: average.module for name, average in self.averages.items()})
        self.method.eval()
        try:
            # A method that draws noise while generating draws the same at every look, and none of the training's.
            with randomness(seeded(self.seed, "drawing", self.device)), torch.no_grad():
                yield view
        finally:
            self.method.train()

    def samples(self, source: Source = "ema", values: Values | None = None) -> tuple[Tensor, Tensor | None]:
        """Items from the fixed latents (or from ``values``) and the discriminator's scores; both on the device."""
        with self.drawing(source) as view:
            items = view.generate(values or self.fixed)
            raw = view.critic(items, values or self.fixed)
            return items, None if raw is None else view.score(raw)

    def write_snapshot(self, snapshots: Snapshots[Method], source: Source) -> None:
        """Copies the weights for whoever draws with them beside the training."""
        averaged = source == "ema" and bool(self.averages)
        replaced = {name: average.module for name, average in self.averages.items()} if averaged else {}
        snapshots.write(self.method, self.step_count, "ema" if averaged else "raw", replaced)

    def recognised(self, count: int) -> tuple[dict[str, Tensor], Tensor | None]:
        """What the networks see in real items that were not trained on, where some are held out.

        Returns:
            by name, the most likely column of each item, int64 ``(N,)``; and the true labels or None.
        """
        items, labels, *_rest = self.batches.unseen(count)
        with self.drawing("raw") as view:
            return {name: scores.argmax(1) for name, scores in view.recognise(items).items()}, labels
