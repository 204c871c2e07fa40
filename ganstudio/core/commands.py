"""What the world may ask of a training session: frozen values, taken between two steps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ganstudio.core.dataspec import Box
from ganstudio.core.fields import Value

Role = str
"""Which phases: a method has a list of its own, see :class:`ganstudio.core.events.RoleInfo`."""
Source = Literal["ema", "raw"]


@dataclass(frozen=True, slots=True)
class Pause:
    """Hold after the current step."""


@dataclass(frozen=True, slots=True)
class Resume:
    """Go on, training the phases that :class:`TrainOnly` left active."""


@dataclass(frozen=True, slots=True)
class StepOnce:
    """Take ``count`` steps and hold; with a role, only the phases of that role run in them."""

    count: int = 1
    role: Role | None = None


@dataclass(frozen=True, slots=True)
class TrainOnly:
    """From now on run only the phases of one role (``None``: all of them)."""

    role: Role | None = None


@dataclass(frozen=True, slots=True)
class SetHyper:
    """Change a hyper-parameter that is marked live."""

    name: str
    value: Value


@dataclass(frozen=True, slots=True)
class SaveCheckpoint:
    """Write a checkpoint of the present step."""


@dataclass(frozen=True, slots=True)
class GoBack:
    """Return to the newest good checkpoint (of before a step), with every learning rate times ``lr_factor``, and hold."""

    lr_factor: float = 0.5
    before: int | None = None


@dataclass(frozen=True, slots=True)
class Extend:
    """Train until this step instead."""

    total: int


@dataclass(frozen=True, slots=True)
class Show:
    """What the watcher wants to see: which weights, and whether anybody looks at the 2-D scene at all.

    Attributes:
        source: samples of the averaged (EMA) or of the raw generator.
        scene: compute heat-map, manifold and arrows for 2-D data.
        live: somebody watches: refresh samples often. Headless sessions only store them.
        box: the part of the plane that is seen, for the heat-map; None: the square of the data.
    """

    source: Source = "ema"
    scene: bool = True
    live: bool = True
    box: Box | None = None


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Copy the weights for whoever draws with them beside the training: see ``Session.snapshots``."""

    source: Source = "ema"


@dataclass(frozen=True, slots=True)
class Stop:
    """End the session; with ``save``, after a checkpoint."""

    save: bool = True


Command = Pause | Resume | StepOnce | TrainOnly | SetHyper | SaveCheckpoint | GoBack | Extend | Show | Snapshot | Stop
