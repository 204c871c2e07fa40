"""Sessions with everything wired in: the one place where training meets its scores and the person's settings."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from ganstudio.core.experiment import Experiment

if TYPE_CHECKING:
    from ganstudio.training.session import Session


def new_session(experiment: Experiment, **options: Any) -> Session:
    """A session for a new run; see :meth:`ganstudio.training.session.Session.new`. Brings torch.

    ``keep``: what stays of old checkpoints and grids. ``ranks``: the processes that it is trained
    on; None: this one alone.
    """
    from ganstudio.training.session import Session

    return Session.new(experiment, **_wired(options))


def resume_session(path: Path, *goal: Any, **options: Any) -> Session:
    """A session that goes on with a stored run, with the options of :func:`new_session`; see :meth:`Session.resume`."""
    from ganstudio.training.session import Session

    return Session.resume(path, *goal, **_wired(options))


def _wired(options: dict[str, Any]) -> dict[str, Any]:
    from ganstudio.metrics.while_training import measure
    from ganstudio.training.ranks import ALONE

    return {**options, "measure": measure, "ranks": options.get("ranks") or ALONE}
