"""The engine: networks, optimisers, data and chance of one run, and one step of all its phases.

It alone calls zero_grad, backward, clip, step and EMA, for every method alike. It has no thread and no clock; see
:mod:`ganstudio.training.session` for those.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn

from ganstudio.core.commands import Role, Source
from ganstudio.core.errors import StoreError, UsageError
from ganstudio.core.events import SeriesInfo, SeriesKind, SeriesRole
from ganstudio.core.fields import Value
from ganstudio.core.i18n import _
from ganstudio.data import Batches, Dataset
from ganstudio.data.batches import Examples
from ganstudio.methods.base import Method, Phase, Values, part_of
from ganstudio.nn import random
from ganstudio.nn.ema import Average
from ganstudio.nn.norms import calibrate
from ganstudio.nn.random import randomness
from ganstudio.nn.snapshot import Snapshots
from ganstudio.training import optimisers
from ganstudio.training.meters import Meter

GRADIENTS_EVERY = 10
FIXED_IMAGES, FIXED_POINTS, FIXED_TRANSLATIONS = 64, 1024, 8
_COLOUR_OF: Mapping[Role, SeriesRole] = {
    "discriminator": "discriminator",
    "generator": "generator",
    "encoder": "encoder",
    "joint": "other",
}


def seeded(seed: int, purpose: str, device: torch.device | str = "cpu") -> torch.Generator:
    """A generator for one purpose of a run; other purposes of the same seed are independent of it."""
    # Hashed, because torch's generator on the CPU looks at the lowest 32 bits of its seed only.
    mixed = hashlib.sha256(f"{seed}/{purpose}".encode()).digest()
    return torch.Generator(device).manual_seed(int.from_bytes(mixed[:8], "little") >> 1)


class EngineBatch:
    """What a phase sees of the engine: see :class:`ganstudio.methods.base.Batch`."""

    def __init__(self, batches: Batches, meter: Meter) -> None:
        self._batches = batches
        self._meter = meter
        self._examples: Examples | None = None

    @property
    def size(self) -> int:
        """Items in a batch."""
        return self._batches.batch_size

    def renew(self) -> None:
        """Forgets the items: the next access draws fresh ones."""
        self._examples = None

    @property
    def examples(self) -> Examples:
        """A batch of real items and what is known of them, the same one until :meth:`renew`."""
        if self._examples is None:
            self._examples = self._batches.next()
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
        pool = self._batches.labelled_pool(per_class)
        # Drawn where the run's chance is; the pool lies with the data, which may be too large for the device.
        chosen = random.integers(len(pool), self.size, device=self._batches.device)
        items, labels, *_rest = self._batches.pick(pool[chosen.to(pool.device)])
        assert labels is not None
        return items, labels

    def watch(self, name: str, values: Tensor, kind: SeriesKind, role: SeriesRole) -> None:
        """Plots the mean of ``values``."""
        self._meter.add(SeriesInfo(name, kind, role), values.detach().mean())


class Engine:
    """Everything of a run that a checkpoint holds, and one step of it.

    Args:
        method: built on the CPU; it is moved to the device.
        dataset: what it learns from.
        seed: of the run.
        device: where it runs.
    """

    def __init__(self, method: Method, dataset: Dataset, seed: int, device: torch.device) -> None:
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
            dataset, method.hyper.batch_size, seed, device, channels_last=images, held_out=method.held_out
        )
        self._batch = EngineBatch(self.batches, self.losses)
        self._phases: tuple[Phase, ...] = tuple(method.phases())
        self._parameters = {name: [*child.parameters()] for name, child in method.named_children()}
        self._trainable = {
            phase.name: [p for network in phase.networks for p in self._parameters[network]] for phase in self._phases
        }
        self._optimisers = {
            phase.name: optimisers.build(phase.optimiser, self._trainable[phase.name], device) for phase in self._phases
        }
        self._unfrozen: str | None = None
        self.fixed = self._draw_fixed()
        with randomness(seeded(seed, "calibration", device)):
            calibrate(method, lambda: method.generate(self.fixed))
        decay = float(getattr(method.hyper, "ema", 0.0))
        self.averages = {name: Average(getattr(method, name), decay) for name in method.averaged} if decay else {}
        self._info = {
            phase.name: SeriesInfo(f"gradient/{phase.name}", "gradient", _COLOUR_OF[phase.role])
            for phase in self._phases
        }
        self._term_info: dict[tuple[str, str], SeriesInfo] = {}

    @property
    def fixed_count(self) -> int:
        """How many samples the wall shows."""
        spec = self.dataset.spec
        return FIXED_TRANSLATIONS if spec.translates else FIXED_IMAGES if spec.pictures else FIXED_POINTS

    def on_view(self) -> Examples:
        """The real examples that the wall shows: not trained on, where some are held out."""
        count = self.fixed_count
        return self.batches.unseen(count) if self.dataset.spec.translates else self.batches.fixed(count)

    def _draw_fixed(self) -> dict[str, Tensor]:
        count = self.fixed_count
        with randomness(seeded(self.seed, "fixed latents")):
            if not self.dataset.spec.translates:
                return {name: values.to(self.device) for name, values in self.method.showcase(count).items()}
            real, _labels, inputs, attributes = self.on_view()
            values = self.method.on_view(count, real, inputs, attributes)
            return {name: value.to(self.device) for name, value in values.items()}

    # -- one step ---------------------------------------------------------------------------------------------------

    def step(self, role: Role | None = None) -> None:
        """Runs every phase that is due (of one role only, where given) and follows with the averages."""
        number = self.step_count
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
        for average in self.averages.values():
            average.update(number + 1)

    def close_row(self, seconds: float) -> None:
        """Ends the measurements of the step just taken, at this training time."""
        self.seconds = seconds
        self.losses.end(seconds)
        self.gradients.end(seconds)

    def _update(self, phase: Phase, measure: bool) -> None:
        self._unfreeze(phase)
        self._batch.renew()
        optimiser, parameters = self._optimisers[phase.name], self._trainable[phase.name]
        optimiser.zero_grad(set_to_none=True)
        terms = self._terms(phase)
        total = sum(terms.values()) if len(terms) > 1 else next(iter(terms.values()))
        assert isinstance(total, Tensor)
        total.backward()  # type: ignore[no-untyped-call]
        for name, value in terms.items():
            self.losses.add(self._term(phase, name), value.detach())
        if measure:
            norms = torch._foreach_norm([p.grad for p in parameters if p.grad is not None])
            self.gradients.add(self._info[phase.name], torch.linalg.vector_norm(torch.stack(norms)))
        if phase.optimiser.clip_value:
            nn.utils.clip_grad_value_(parameters, phase.optimiser.clip_value)
        optimiser.step()
        if phase.after is not None:
            phase.after()

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
            self._term_info[key] = SeriesInfo(f"{phase.name}/{name}", "loss", _COLOUR_OF[phase.role])
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
        self.batches.batch_size = self.method.hyper.batch_size
        self._phases = tuple(self.method.phases())
        for phase in self._phases:
            optimisers.retune(self._optimisers[phase.name], phase.optimiser)
        return old, getattr(changed, name)

    @property
    def roles(self) -> tuple[Role, ...]:
        """The roles that the method's phases have, in their order."""
        return tuple(dict.fromkeys(phase.role for phase in self._phases))

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

    # -- checkpoints ------------------------------------------------------------------------------------------------

    def state(self) -> tuple[dict[str, Tensor], dict[str, Any]]:
        """Tensors (references, not copies) and plain JSON values: everything that the next step depends on."""
        tensors = {f"method/{name}": value for name, value in self.method.state_dict().items()}
        for name, average in self.averages.items():
            tensors |= {f"ema/{name}/{key}": value for key, value in average.module.state_dict().items()}
        for name, optimiser in self._optimisers.items():
            for index, parameter in enumerate(self._trainable[name]):
                for key, value in optimiser.state.get(parameter, {}).items():
                    tensors[f"optimiser/{name}/{index}/{key}"] = torch.as_tensor(value)
        tensors["chance"] = self.chance.get_state()
        return tensors, {
            "step": self.step_count,
            "seconds": self.seconds,
            "items": self.batches.state(),
            "hyper": self.method.hyper.model_dump(),
            "data": self.dataset.fingerprint,
        }

    def load_state(self, tensors: Mapping[str, Tensor], values: Mapping[str, Any]) -> None:
        """Goes back to a checkpoint; the next step is the one that followed it.

        Raises:
            StoreError: the checkpoint belongs to another method, size or data set; nothing was changed.
        """
        step, seconds = int(values["step"]), float(values["seconds"])
        hyper, chance = dict(values["hyper"]), tensors["chance"].cpu()
        # Runs of earlier versions counted batches.
        items = int(values["items"] if "items" in values else values["batches"] * hyper["batch_size"])
        if values["data"] != self.dataset.fingerprint:
            raise StoreError(_("The data set is not the one this run was trained on; its files have changed."))
        _check_same(self.state()[0], tensors)
        self.method.load_state_dict(part_of(tensors, "method/"))
        for name, average in self.averages.items():
            average.module.load_state_dict(part_of(tensors, f"ema/{name}/"))
        for name, optimiser in self._optimisers.items():
            self._load_optimiser(optimiser, self._trainable[name], part_of(tensors, f"optimiser/{name}/"))
        if chance.shape == self.chance.get_state().shape:
            self.chance.set_state(chance)
        else:  # another kind of device, whose numbers differ anyway: go on with fresh ones, but the same every time
            self.chance = seeded(self.seed, f"training from step {step}", self.device)
        self.step_count, self.seconds = step, seconds
        self.batches.seek(items)
        for name, value in hyper.items():
            if getattr(self.method.hyper, name) != value:
                self.set_hyper(name, value, resuming=True)

    def _load_optimiser(
        self, optimiser: torch.optim.Optimizer, parameters: Sequence[Tensor], saved: Mapping[str, Tensor]
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
