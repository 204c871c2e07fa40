"""One update of a method: what it is given, what it moves, and how. The engine knows of a method little more than this."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal, Protocol

from torch import Tensor

from ganstudio.core.commands import Role
from ganstudio.core.events import SeriesKind, SeriesRole
from ganstudio.core.fields import Hyper
from ganstudio.data.batches import Examples

Values = Mapping[str, Tensor]
Terms = dict[str, Tensor]
OptimiserKind = Literal["adam", "rmsprop", "sgd"]
DecayKind = Literal["none", "linear", "step"]


class Batch(Protocol):
    """What a phase is given. Real items are drawn when they are first asked for, once per update."""

    @property
    def step(self) -> int:
        """The step that is being taken, from 0."""

    @property
    def size(self) -> int:
        """How many items a batch has."""

    @property
    def examples(self) -> Examples:
        """All that is known of ``real`` at once."""

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

    def of_classes(self, labels: Tensor, k: int) -> Tensor:
        """``k`` items of each of these classes, int64 ``(N,)``, which have some: ``(N, k, C, H, W)``; one may come twice."""

    def fresh(self) -> Batch:
        """Another batch of new items, inside the same update: for inner steps."""

    @property
    def quiet(self) -> Batch:
        """The same items; its :meth:`watch` plots nothing."""

    def kept(self, name: str, make: Callable[[], Tensor]) -> Tensor:
        """A value that all updates of this step share: made where it is first asked for, without gradients."""

    def moments(self, phase: str) -> Mapping[Tensor, Mapping[str, Tensor]]:
        """What the optimiser of a phase remembers of each parameter (Adam: ``exp_avg``, …); read, not to be changed."""

    def watch(
        self, name: str, values: Tensor, kind: SeriesKind, role: SeriesRole, title: str = "", unit: str = ""
    ) -> None:
        """Plots the mean of ``values`` without adding it to the loss."""


@dataclass(frozen=True, slots=True)
class Decay:
    """How a learning rate falls with the steps.

    Attributes:
        kind: ``linear`` from its full value at ``first`` to 0 at ``last``; ``step``: a half from ``first``, a quarter from
            ``last`` on; ``none``.
        first: step.
        last: step; 0: not known yet, so nothing falls.
    """

    kind: DecayKind = "none"
    first: int = 0
    last: int = 0

    def factor(self, step: int) -> float:
        """What the rate is multiplied with in this step."""
        if self.kind == "none" or not self.last:
            return 1.0
        if self.kind == "linear":
            return min(1.0, max(0.0, (self.last - step) / max(self.last - self.first, 1)))
        return float(0.5 ** ((step >= self.first) + (step >= self.last)))

    @property
    def end(self) -> int | None:
        """The step from which on nothing is learned any more; None: there is none."""
        return self.last if self.kind == "linear" and self.last else None


def decay_of(hyper: Hyper) -> Decay:
    """How the learning rates of a run fall: its three ``decay`` axes."""
    named: Mapping[str, object] = dict(hyper)
    return Decay(*(named[name] for name in ("decay", "decay_from", "decay_to")))  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class Averaging:
    """The moving average of weights that samples are drawn with.

    Attributes:
        decay: β in [0, 1); 0: there is none.
        start: the first step that counts; until then the average is the network itself.
        half_life: of a weight in the average, in images; where it is given, it decides instead of ``decay``.
    """

    decay: float = 0.0
    start: int = 0
    half_life: float = 0.0


@dataclass(frozen=True, slots=True)
class Optimiser:
    """How a phase's networks are updated.

    Attributes:
        kind: adam, rmsprop (decay 0.99 as in Arjovsky et al.'s code, unless ``beta2`` says otherwise) or sgd.
        lr: learning rate.
        beta1: Adam's β₁, or the momentum of the others.
        beta2: Adam's β₂, or RMSprop's decay.
        clip_value: every gradient entry is clipped to ±this before the step; 0 = not.
        eps: added to the denominator by Adam and RMSprop.
        weight_decay: L2 penalty that is added to the gradient.
        clip_norm: all gradients of the phase together are scaled down to this length before the step; 0 = not.
        decay: how ``lr`` falls.
    """

    kind: OptimiserKind = "adam"
    lr: float = 2e-4
    beta1: float = 0.5
    beta2: float = 0.999
    clip_value: float = 0.0
    eps: float = 1e-8
    weight_decay: float = 0.0
    clip_norm: float = 0.0
    decay: Decay = Decay()


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
        shares: name of an earlier phase with whose optimiser and moments this one steps, on the same networks or fewer
            (lazy regularisation); ``optimiser`` tells clipping only then.
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
    shares: str = ""

    def repeats_at(self, step: int) -> int:
        """How often the phase runs in step ``step`` (counted from 0)."""
        first, end = self.window
        if step < first or (end is not None and step >= end) or step % self.every:
            return 0
        return self.repeat(step) if callable(self.repeat) else self.repeat
