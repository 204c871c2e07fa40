"""What can be asked of a run that trains in this process. No Qt."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ganstudio.core.commands import (
    Command,
    Extend,
    GoBack,
    Pause,
    Resume,
    Role,
    SaveCheckpoint,
    SetHyper,
    Show,
    Source,
    StepOnce,
    Stop,
    TrainOnly,
)
from ganstudio.core.fields import Value

if TYPE_CHECKING:
    from ganstudio.training.session import Session


class RunCommands:
    """The commands of a session as methods; without a session nothing happens."""

    only: Role | None
    source: Source
    _session: Session | None
    _pending: set[str]

    def send(self, command: Command) -> None:
        """Sends a command to the session; without one nothing happens."""
        if self._session is not None:
            self._session.send(command)

    def pause(self) -> None:
        """Hold after the present step."""
        self.send(Pause())

    def resume(self) -> None:
        """Go on."""
        self.send(Resume())

    def step_once(self, role: Role | None = None) -> None:
        """One step (of one role), then hold."""
        self.send(StepOnce(1, role))

    def train_only(self, role: Role | None) -> None:
        """Train only the phases of one role from now on; None: all."""
        self.only = role
        self.send(TrainOnly(role))
        self._pending.add("state")

    def set_hyper(self, name: str, value: Value) -> None:
        """Changes a live hyper-parameter."""
        self.send(SetHyper(name, value))

    def save_checkpoint(self) -> None:
        """Writes a checkpoint now."""
        self.send(SaveCheckpoint())

    def go_back(self, lr_factor: float = 0.5) -> None:
        """Back to the last good checkpoint, with lower learning rates."""
        self.send(GoBack(lr_factor))

    def extend(self, total: int) -> None:
        """Train until this step instead."""
        self.send(Extend(total))

    def show(self, source: Source, scene: bool = True) -> None:
        """What the watcher wants to see."""
        self.source = source
        self.send(Show(source, scene, live=True))

    def rest(self) -> None:
        """Nobody watches: samples are only stored."""
        self.send(Show(self.source, scene=False, live=False))

    def stop(self, save: bool = True) -> None:
        """Ends the session, after a checkpoint."""
        self.send(Stop(save))

    def join(self, timeout: float) -> bool:
        """Waits for the session to end; says whether it did."""
        return self._session is None or self._session.join(timeout)
