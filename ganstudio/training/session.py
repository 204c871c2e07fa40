"""A training session: one run, one background thread. Commands go in, the mailbox and the run folder come out.

session = Session.new(Experiment("dcgan", "digits", steps=3000))
session.start()
...                          # any thread: session.send(Pause()), session.mailbox.drain()
session.join()
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ganstudio.core.commands import Command, Stop
from ganstudio.core.errors import StudioError
from ganstudio.core.experiment import Experiment
from ganstudio.core.fields import Value
from ganstudio.store import Run
from ganstudio.training.device import device_here
from ganstudio.training.prepare import changes_of, check_experiment, check_schedule, settled, where_it_lies
from ganstudio.training.restore import goal_of, hyper_now
from ganstudio.training.trainer import Trainer

GRACE = 6.0


class Session(Trainer):
    """One run being trained. Made by :meth:`new` or :meth:`resume`; the thread begins with :meth:`start`.

    Attributes:
        mailbox: events for the watcher.
        state: the present state; written by the session's own thread.
        path: the run folder; None until the data have been loaded.
        given_up: a rank of the run is lost, and the session's own thread waits for it in vain.
        snapshots: where the ``Snapshot`` command puts the weights.
    """

    def __init__(self, experiment: Experiment, **options: Any) -> None:
        super().__init__(experiment, **options)
        self._ranks.when_lost(self._lost)
        self._thread = threading.Thread(target=self.train, name=f"trainer {experiment.title}", daemon=True)

    @classmethod
    def new(cls, experiment: Experiment, **options: Any) -> Session:
        """A session for a new run.

        Args:
            experiment: what to train.
            **options: ``folder`` of runs or exact ``path``; ``hold_on_trouble``: pause on a loss that is not finite and
                on a failed write, else the session fails (a full disk is waited for in any case); ``paused``: hold at
                step 0; ``measure``: scores of what is seen; ``pace``: the rhythm; ``disk_patience``: seconds for which
                a session that was asked to stop waits for room on a full disk; ``expected``: seconds a step, as foretold.

        Raises:
            UsageError: the experiment cannot be trained; nothing was written.
        """
        return cls(settled(experiment), **options)

    @classmethod
    def resume(
        cls,
        path: Path,
        steps: int | None = None,
        device: str | None = None,
        data: str | None = None,
        hyper: Mapping[str, Value] | None = None,
        patience: int | None = None,
        **options: Any,
    ) -> Session:
        """A session that goes on with a stored run from its newest good checkpoint.

        Args:
            path: the run folder.
            steps: train until this step in all; the run's own goal by default.
            device: where; by default the run's own, or the best there is where this machine has no such device.
            data: where the run's data lie now, a request or a path; taken and kept in the run if they are the very same.
            hyper: other values to go on with: live ones, and the batch size.
            patience: end where nothing has become better for so many steps from now on; by default as the run was asked.
            **options: as for :meth:`new`.

        Raises:
            UsageError: the goal has been reached, ``data`` names another kind of set, or a value is wrong or is fixed.
            StoreError: this is no run folder.
        """
        run = Run.open(path)
        experiment = run.info.experiment
        goal = goal_of(run, steps)
        experiment = experiment.with_(steps=goal, device=device or device_here(experiment.device))
        experiment = where_it_lies(experiment, run.path, data)
        if patience is not None:
            experiment = experiment.with_(patience=patience)
        check_experiment(experiment)
        changes = changes_of(experiment, hyper)
        check_schedule({**hyper_now(run, experiment), **changes}, goal)
        return cls(experiment, run=run, changes=changes, **options)

    def start(self) -> None:
        """Begins; returns at once."""
        self._thread.start()

    def send(self, command: Command) -> None:
        """Sends a command; it takes effect between two steps (a stop also while it reads data or waits for room)."""
        if isinstance(command, Stop):
            self._cancel_reading.set()
            self._disk.stop_asked()
        self._commands.send(command)

    def join(self, timeout: float | None = None) -> bool:
        """Waits for the thread to end; says whether it did."""
        self._thread.join(timeout)
        return not self.alive

    @property
    def alive(self) -> bool:
        """The thread has begun and not ended, and is not given up."""
        return self._thread.is_alive() and not self.given_up

    def _lost(self, error: StudioError, _said: bool) -> None:
        if not self.join(GRACE):  # mostly its message has failed as well, and it tells by itself
            self.give_up(error)

    @property
    def waits_for_room(self) -> bool:
        """All is done but for what a full disk does not take; a stop ends the waiting."""
        return self.alive and self.state == "stopping" and self._disk.full is not None
