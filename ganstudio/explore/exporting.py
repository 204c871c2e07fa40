"""What everything that is taken home has in common: how far it is, how it is ended early, and names that say too little."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from ganstudio.core.errors import CancelledError, UsageError
from ganstudio.core.i18n import _

Progress = Callable[[float, str], object]
SCALES = range(1, 9)


@dataclass(frozen=True, slots=True)
class Watch:
    """How long work is watched and ended early.

    Attributes:
        progress: called with a fraction in [0, 1] and a line for a person, in the thread that works.
        cancel: set by whoever waits, to end the work.
    """

    progress: Progress | None = None
    cancel: threading.Event | None = None

    def tick(self, fraction: float, text: str) -> None:
        """Tells how far the work is.

        Raises:
            CancelledError: nobody wants it any more.
        """
        if self.cancel is not None and self.cancel.is_set():
            raise CancelledError(_("Saving was cancelled; nothing was written."))
        if self.progress is not None:
            self.progress(min(max(fraction, 0.0), 1.0), text)


def check_suffix(path: Path, endings: Sequence[str]) -> str:
    """The ending of a file name in small letters, where it is one of those that say what to write.

    Raises:
        UsageError: it is none of them; the message lists them.
    """
    ending = path.suffix.lower()
    if ending not in endings:
        listed = _(" or ").join([", ".join(endings[:-1]), endings[-1]] if len(endings) > 1 else endings)
        raise UsageError(_("“{file}” must end in {endings}; that says what to write.").format(
            file=path.name, endings=listed))  # fmt: skip
    return ending


def check_scale(scale: int) -> None:
    """Refuses enlargements that are not 1 to 8.

    Raises:
        UsageError: it is none of them.
    """
    if scale not in SCALES:
        raise UsageError(_("Pictures can be enlarged 1 to 8 times, not {scale} times.").format(scale=scale))


def missing_extra(what: str, extra: str) -> UsageError:
    """What to tell where an optional package is not installed.

    Args:
        what: which kind of file needs it.
        extra: name of the extra that brings it.
    """
    return UsageError(
        _('{what} need packages that are not installed. Install them with: pip install "ganstudio[{extra}]"').format(
            what=what, extra=extra
        )
    )
