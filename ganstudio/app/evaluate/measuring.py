"""What can be asked to be measured of a run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ganstudio.core.errors import UsageError
from ganstudio.core.i18n import _
from ganstudio.metrics import all_metrics

if TYPE_CHECKING:
    from ganstudio.core.scores import Score
    from ganstudio.metrics.base import Metric
    from ganstudio.store.folder import RunInfo
    from ganstudio.store.run import Run


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be measured."""

    metrics: tuple[str, ...]
    extractor: str = ""
    count: int = 0
    steps: tuple[int, ...] = ()
    all_checkpoints: bool = False
    seed: int = 0
    split: str = ""
    source: str = "ema"
    device: str = "cpu"


def metrics_for(info: RunInfo) -> list[Metric]:
    """The metrics that make sense for a run."""
    points = info.spec.kind == "points"
    return [one for one in all_metrics().values() if points or "density" not in one.needs]


def measure_run(run: Run, asked: Asked, tick: Callable[[float, str], None]) -> list[Score]:
    """Measures a run."""
    raise UsageError(_("{path} cannot be measured.").format(path=run.path))
