"""What a training session tells the world: frozen values of scalars and numpy arrays, nothing of torch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ganstudio.core.commands import Source
from ganstudio.core.dataspec import Box
from ganstudio.core.fields import Value
from ganstudio.core.i18n import stored
from ganstudio.core.series_words import help_of, label_of, name_of, value_of

State = Literal["preparing", "training", "paused", "stopping", "finished", "stopped", "failed", "interrupted"]
LIVE_STATES: frozenset[State] = frozenset({"preparing", "training", "paused", "stopping"})

SeriesKind = Literal["loss", "probability", "score", "gradient", "distance", "quality", "measure"]
SeriesRole = Literal[
    "discriminator",
    "generator",
    "encoder",
    "real",
    "fake",
    "other",
    "joint",
    "second discriminator",
    "second generator",
]


@dataclass(frozen=True, slots=True)
class RoleInfo:
    """One kind of update of a method: what "one phase" and "only this one" offer.

    Attributes:
        name: as the commands say it, e.g. ``"generator"``.
        title: as people say it.
        colour: whose colour its curves take.
    """

    name: str
    title: str
    colour: SeriesRole


@dataclass(frozen=True, slots=True)
class Roles:
    """The roles of the method that is being trained, in the order of its phases; told once, before the first step."""

    roles: tuple[RoleInfo, ...]


@dataclass(frozen=True, slots=True)
class SeriesInfo:
    """What one plotted quantity is.

    Attributes:
        name: unique, and the key under which it is stored: ``"discriminator/real"``, ``"D(x)"``.
        kind: which plot it belongs in. ``probability`` aims at 0 and 1 with the equilibrium at 1/2 (least squares may
            leave that range a little). ``measure`` is a quantity of its own, with title and unit: BEGAN's M, KL in nats.
        role: whose colour it takes.
        title: what people call it; empty where that is the name.
        unit: of a measure, e.g. ``"nats"``.
    """

    name: str
    kind: SeriesKind
    role: SeriesRole
    title: str = ""
    unit: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "title", stored(self.title))  # it is kept in the run folder

    @property
    def label(self) -> str:
        """What people read, in their language."""
        return label_of(self)

    @property
    def short(self) -> str:
        """What people read beside its value."""
        return name_of(self)

    def tell(self, value: float) -> str:
        """A value of it in at most nine characters, with ``%`` where it is a share."""
        return value_of(self, value)

    @property
    def help(self) -> str:
        """In which range it moves and what that means."""
        return help_of(self)


@dataclass(frozen=True, slots=True)
class Rows:
    """Measured values of one table, in the order of their steps.

    Attributes:
        table: ``"steps"`` (one row a step), ``"gradients"`` (now and then), ``"quality"`` (of the samples, as often as they
            are drawn), ``"watch"`` (of many more, now and then) or ``"recognition"`` (of real items, seldom).
        series: the columns.
        steps: int64 ``(n,)``, strictly increasing within a table.
        seconds: float64 ``(n,)``: training time of the run at that step, pauses left out.
        values: float32 ``(n, len(series))``; NaN where a value was not measured (or is NaN).
    """

    table: str
    series: tuple[SeriesInfo, ...]
    steps: NDArray[np.int64]
    seconds: NDArray[np.float64]
    values: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Samples:
    """What the generator makes of the run's fixed latents.

    Attributes:
        step: after which step.
        items: uint8 ``(N, H, W, C)`` for images, float32 ``(N, 2)`` for points.
        scores: float32 ``(N,)``: the discriminator's word on each: a probability or a critic's value; or None.
        source: averaged or raw weights.
        panels: names of the pictures that belong together: items come in groups of as many.
        groups: int64 ``(N,)``: which generator made each item; or None.
        group_names: what people call them; empty where they are only numbered.
        drawn: which of the panels is what the generator draws; the others are what it was given, real ones, ….
    """

    step: int
    items: NDArray[np.uint8] | NDArray[np.float32]
    scores: NDArray[np.float32] | None
    source: Source
    panels: tuple[str, ...] = ("",)
    groups: NDArray[np.int64] | None = None
    group_names: tuple[str, ...] = ()
    drawn: int = 0

    @property
    def generated(self) -> NDArray[np.uint8] | NDArray[np.float32]:
        """What the generator drew, without what stands beside it."""
        return self.items[self.drawn :: len(self.panels)]


@dataclass(frozen=True, slots=True)
class RealBatch:
    """A fixed batch of real items, to look at beside the samples; arrays as in :class:`Samples`."""

    items: NDArray[np.uint8] | NDArray[np.float32]
    scores: NDArray[np.float32] | None = None
    panels: tuple[str, ...] = ("",)

    @property
    def wanted(self) -> NDArray[np.uint8] | NDArray[np.float32]:
        """What the generator should learn to draw, without what it is given for it."""
        return self.items[len(self.panels) - 1 :: len(self.panels)]


@dataclass(frozen=True, slots=True)
class Scene:
    """The inside of a 2-D game at one step. All coordinates are data coordinates.

    Attributes:
        step: after which step.
        box: what ``heat`` covers; its outer nodes lie on the edges.
        heat: float32 ``(H, W)``, the discriminator on a grid; row 0 is the *lowest* y.
        heat_is_probability: the heat aims at 0 and 1 (1/2 = undecided); else it is a critic's value.
        manifold: float32 ``(R, R, 2)``: where a regular grid of latents lands.
        arrows: float32 ``(M, 4)``: x, y of a generated point and the direction in which it is pulled.
    """

    step: int
    box: Box
    heat: NDArray[np.float32]
    heat_is_probability: bool
    manifold: NDArray[np.float32] | None
    arrows: NDArray[np.float32] | None


@dataclass(frozen=True, slots=True)
class Progress:
    """How fast it goes.

    Attributes:
        step: steps done.
        total: steps asked for.
        steps_per_second: smoothed over the last seconds; 0 while nothing is known.
        images_per_second: real items seen per second.
        eta_seconds: time left, of this session's speed and what was foretold; None while neither is known.
        memory_bytes: memory of the device (CUDA) or of the process (CPU).
        device: e.g. ``"cpu (1 thread)"`` or ``"NVIDIA H200"``.
    """

    step: int
    total: int
    steps_per_second: float
    images_per_second: float
    eta_seconds: float | None
    memory_bytes: int
    device: str


@dataclass(frozen=True, slots=True)
class StateChanged:
    """The session is in another state; a message where it needs one (why it paused, what failed, what to do).

    ``diverged`` says that a loss is not finite any more: ``GoBack`` is the remedy.
    """

    state: State
    step: int
    message: str = ""
    details: str = ""
    diverged: bool = False


@dataclass(frozen=True, slots=True)
class HyperChanged:
    """A live hyper-parameter took effect with the step after ``step``."""

    step: int
    name: str
    old: Value
    new: Value


@dataclass(frozen=True, slots=True)
class CheckpointSaved:
    """A checkpoint is safely on disk; it is the ``best`` so far where that was found."""

    step: int
    best: bool = False


@dataclass(frozen=True, slots=True)
class SamplesStored:
    """A grid is safely on disk: the timeline has one more stop."""

    step: int


@dataclass(frozen=True, slots=True)
class Removed:
    """A checkpoint or a grid is no longer on disk: it has grown old."""

    step: int
    what: Literal["checkpoint", "grid"]


@dataclass(frozen=True, slots=True)
class Rewound:
    """The run went back to this step: everything told about later steps is void."""

    step: int


@dataclass(frozen=True, slots=True)
class Note:
    """A line for a person that changes no state."""

    level: Literal["info", "warning", "error"]
    text: str
    details: str = ""


Event = (
    Rows
    | Roles
    | Samples
    | RealBatch
    | Scene
    | Progress
    | StateChanged
    | HyperChanged
    | CheckpointSaved
    | SamplesStored
    | Removed
    | Rewound
    | Note
)
