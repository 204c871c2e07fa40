"""What a session knows of its disk: whether it is full, what could not be written, how long a full one is waited for."""

from __future__ import annotations

import math
import time
from collections.abc import Callable

from ganstudio.core.commands import Stop
from ganstudio.core.errors import TrainingError
from ganstudio.core.events import Note
from ganstudio.core.i18n import _
from ganstudio.core.mailbox import CommandQueue, Mailbox
from ganstudio.training.publish import Publisher


class Disk:
    """One for each session. A full disk is waited for without end, but not once the session was asked to stop.

    Args:
        mailbox: of the session.
        commands: of the session.
        patience: seconds to wait for room after that.

    Attributes:
        full: why nothing can be written at the moment, in words; None while it can.
        unwritten: the first error that lost something.
    """

    def __init__(self, mailbox: Mailbox, commands: CommandQueue, patience: float) -> None:
        self._mailbox, self._commands, self._patience = mailbox, commands, patience
        self._give_up_at = math.inf
        self.full: str | None = None
        self.unwritten: Exception | None = None

    def is_full(self, words: str | None = None) -> None:
        """It is full, or (without words) there is room again. Called by the I/O thread."""
        self.full = words

    def failed(self, error: Exception) -> None:
        """A write failed for good. Called by the I/O thread."""
        self.unwritten = self.unwritten or error
        self._mailbox.post(Note("error", str(error), getattr(error, "details", "")))

    def stop_asked(self) -> None:
        """From now on patience is limited. Called by any thread."""
        self._give_up_at = min(self._give_up_at, time.monotonic() + self._patience)

    @property
    def seconds_left(self) -> float:
        """How long room may be waited for at the end."""
        return min(self._patience, max(0.0, self._give_up_at - time.monotonic()))

    def write_out(self, publisher: Publisher, ending: Stop | None, tell: Callable[[str], object]) -> Stop | None:
        """Waits until all that was submitted is written; obeys nothing but a stop meanwhile.

        Args:
            publisher: whose queue it is.
            ending: the stop that was asked for before, if one was: another one gives up at once.
            tell: hears what is waited for, in words.

        Returns:
            The stop that was asked for by now, if one was.

        Raises:
            TrainingError: the disk is full, and what is not written is given up.
        """
        while not publisher.queue.flush(timeout=min(0.5, self._patience / 4)):
            if self.full is None:  # only slow
                continue
            command = self._commands.take()
            if time.monotonic() >= self._give_up_at or (isinstance(command, Stop) and ending is not None):
                self._give_up_at = 0.0
                raise _given_up(publisher)
            ending = command if isinstance(command, Stop) else ending
            how = _("stop") if ending is None else _("stop again")
            tell(_("{why} To give up what is not written, {how}.").format(why=self.full, how=how))
            publisher.beat(directly=True)
        return ending


def _given_up(publisher: Publisher) -> TrainingError:
    step, run = publisher.stored_checkpoint, publisher.writer.path
    if step is None:
        lost = _("no checkpoint could be written, so nothing is kept")
    else:
        lost = _("what came after the checkpoint of step {step} could not be written and is lost").format(step=step)
    return TrainingError(
        _("Stopped with a full disk: {lost}. Make room on the disk that holds {run} before you go on with the run.")
        .format(lost=lost, run=run)
    )  # fmt: skip
