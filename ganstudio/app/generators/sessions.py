"""Sessions with everything wired in: the one place where training meets its scores and the person's settings."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from ganstudio.core.experiment import Experiment
from ganstudio.core.fields import Value

if TYPE_CHECKING:
    from ganstudio.training.ranks import Ranks
    from ganstudio.training.session import Session


def new_session(
    experiment: Experiment,
    *,
    folder: Path | None = None,
    path: Path | None = None,
    hold_on_trouble: bool = True,
    paused: bool = False,
    keep_checkpoints: int = 5,
    ranks: Ranks | None = None,
) -> Session:
    """A session for a new run; see :meth:`ganstudio.training.session.Session.new`. Brings torch.

    ``keep_checkpoints``: the newest ones that stay; 0 keeps all. ``ranks``: the processes that it is trained on.
    """
    from ganstudio.metrics.while_training import measure
    from ganstudio.training.ranks import ALONE
    from ganstudio.training.session import Session

    return Session.new(
        experiment,
        folder=folder,
        path=path,
        hold_on_trouble=hold_on_trouble,
        paused=paused,
        measure=measure,
        keep_checkpoints=keep_checkpoints,
        ranks=ranks or ALONE,
    )


def unsettled(experiment: Experiment) -> Experiment:
    """A run's experiment to begin another with; see :func:`ganstudio.training.prepare.unsettled`. Brings torch."""
    from ganstudio.training.prepare import unsettled

    return unsettled(experiment)


def resume_session(
    path: Path,
    steps: int | None = None,
    device: str | None = None,
    data: str | None = None,
    *,
    hyper: Mapping[str, Value] | None = None,
    hold_on_trouble: bool = True,
    paused: bool = False,
    keep_checkpoints: int = 5,
    ranks: Ranks | None = None,
) -> Session:
    """A session that goes on with a stored run; see :meth:`ganstudio.training.session.Session.resume`. Brings torch."""
    from ganstudio.metrics.while_training import measure
    from ganstudio.training.ranks import ALONE
    from ganstudio.training.session import Session

    return Session.resume(
        path,
        steps,
        device,
        data,
        hyper=hyper,
        hold_on_trouble=hold_on_trouble,
        paused=paused,
        measure=measure,
        keep_checkpoints=keep_checkpoints,
        ranks=ranks or ALONE,
    )
