"""An experiment: everything one must know to train the same run again."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

from ganstudio.core.fields import Value


@dataclass(frozen=True, slots=True)
class Experiment:
    """What to train, on what, how, how long.

    Attributes:
        method: registry name, e.g. ``"wgan-gp"``.
        data: data request as the command line takes it, e.g. ``"cifar10:classes=frog"``.
        hyper: hyper-parameters that differ from the method's defaults (all of them is fine too).
        steps: the step at which the run is finished.
        seed: seeds weights, latents, data order and everything else that is drawn.
        device: ``"auto"``, ``"cpu"``, ``"cuda"``, ``"cuda:1"`` or ``"mps"``.
        name: what the person calls the run; a name is made from data and method where it is empty.
        patience: it ends where nothing has become better for so many steps; 0: never before its time.
    """

    method: str
    data: str
    hyper: Mapping[str, Value] = field(default_factory=lambda: MappingProxyType({}))
    steps: int = 3000
    seed: int = 0
    device: str = "auto"
    name: str = ""
    patience: int = 0

    @property
    def title(self) -> str:
        """The name, or one made from data and method: ``"digits dcgan"``; a folder's own name: ``"cats dcgan"``."""
        data, *rest = self.data.split(":", 1)
        path = re.sub(r":[A-Za-z_][\w-]*=.*", "", rest[0]) if rest else ""
        path = "" if re.match(r"[A-Za-z_][\w-]*=", path) else re.split(r"[\\/]", path.rstrip("\\/"))[-1]
        return self.name or f"{path or data} {self.method}"

    def with_(self, **changes: Any) -> Experiment:
        """A copy with changes."""
        return replace(self, **changes)

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        return {
            "method": self.method,
            "data": self.data,
            "hyper": dict(self.hyper),
            "steps": self.steps,
            "seed": self.seed,
            "device": self.device,
            "name": self.name,
            "patience": self.patience,
        }

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Experiment:
        """The inverse of :meth:`to_json`; unknown keys are ignored."""
        return cls(**{name: values[name] for name in cls.__dataclass_fields__ if name in values})
