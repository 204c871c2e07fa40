"""What the program has to say outside a panel: kept until somebody listens, never the cause of trouble itself."""

from __future__ import annotations

import logging
import sys
import threading
import traceback
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from types import TracebackType
from typing import Literal

from ganstudio.core.errors import StudioError
from ganstudio.core.i18n import _

Button = Callable[[], object] | None
MOST_KEPT = 100
Level = Literal["info", "warning", "error"]
_LEVELS: dict[Level, int] = {"info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}
_log = logging.getLogger("ganstudio.notifications")


def _always() -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Notification:
    """One message for a person.

    Attributes:
        level: information and warnings go by themselves; errors stay until closed.
        text: one sentence: what happened and what to do.
        details: the technical rest, to copy.
        action: label of a button, which does ``run``; empty for none.
        stands: whether there is still something for ``run`` to do; a message whose button is of no use any more goes.
        when: it was said.
    """

    level: Level
    text: str
    details: str = ""
    action: str = ""
    run: Button = field(default=None, compare=False)
    stands: Callable[[], bool] = field(default=_always, compare=False)
    when: datetime = field(default_factory=datetime.now, compare=False)


Subscriber = Callable[[Notification], object]


class Notifications:
    """Passes messages on to whoever shows them; keeps the last hundred while nobody does. Any thread may post.

    ``kept`` holds the last that were shown, oldest first, for a list of them; it is the main thread's.

    A subscriber that lives on the main thread is called from the posting thread unless that is not the main one:
    then the message waits for :meth:`pump`.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: deque[Notification] = deque(maxlen=MOST_KEPT)
        self.kept: deque[Notification] = deque(maxlen=MOST_KEPT)
        self._subscriber: Subscriber | None = None
        self._delivering = False

    def post(
        self, level: Level, text: str, details: str = "", action: str = "", run: Button = None,
        stands: Callable[[], bool] = _always,
    ) -> None:  # fmt: skip
        """Says something; never raises."""
        try:
            _log.log(_LEVELS[level], "%s%s", text, f"\n{details}" if details else "")
            with self._lock:
                self._waiting.append(Notification(level, text, details, action, run, stands))
            if threading.current_thread() is threading.main_thread():
                self.pump()
        except Exception:  # noqa: BLE001 - telling of trouble must not make more of it
            traceback.print_exc()

    def info(
        self, text: str, details: str = "", action: str = "", run: Button = None,
        stands: Callable[[], bool] = _always,
    ) -> None:  # fmt: skip
        """Something went well or is worth knowing."""
        self.post("info", text, details, action, run, stands)

    def warning(self, text: str, details: str = "", action: str = "", run: Button = None) -> None:
        """Something is not as it should be; work goes on."""
        self.post("warning", text, details, action, run)

    def error(self, text: str, details: str = "", action: str = "", run: Button = None) -> None:
        """Something failed."""
        self.post("error", text, details, action, run)

    def exception(self, error: BaseException) -> None:
        """Says what an exception means to a person: its own sentence, or that this is a mistake of the program."""
        details = "".join(traceback.format_exception(error))
        if isinstance(error, StudioError):
            self.error(str(error), error.details or details)
            return
        words = _("Something went wrong inside the program ({reason}). Your runs are safe.")
        self.error(words.format(reason=f"{type(error).__name__}: {error}".rstrip(": ")), details)

    def subscribe(self, subscriber: Subscriber | None) -> None:
        """Attaches the one who shows messages (None: nobody) and hands over what has been waiting."""
        self._subscriber = subscriber
        self.pump()

    def clear(self) -> None:
        """Forgets what waits."""
        with self._lock:
            self._waiting.clear()

    def pump(self) -> None:
        """Hands over what waits; call it on the main thread."""
        if self._subscriber is None or self._delivering:
            return
        self._delivering = True
        try:
            while self._waiting and self._subscriber is not None:
                with self._lock:
                    message = self._waiting.popleft()
                self.kept.append(message)
                try:
                    self._subscriber(message)
                except Exception:  # noqa: BLE001 - a broken display must not break what it reports on
                    _log.warning("a message could not be shown: %s", message.text, exc_info=True)
        finally:
            self._delivering = False


notifications = Notifications()
"""The program's one hub."""


def install_hooks(hub: Notifications = notifications) -> Callable[[], None]:
    """Turns exceptions that nobody caught, on any thread, into messages. Returns what takes the hooks out again."""
    before, before_thread = sys.excepthook, threading.excepthook

    def hook(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, (KeyboardInterrupt, SystemExit)):
            before(kind, error, trace)
        else:
            hub.exception(error.with_traceback(trace))

    def thread_hook(args: threading.ExceptHookArgs) -> None:
        if args.exc_value is not None and not issubclass(args.exc_type, SystemExit):
            hub.exception(args.exc_value)

    sys.excepthook, threading.excepthook = hook, thread_hook

    def remove() -> None:
        sys.excepthook, threading.excepthook = before, before_thread

    return remove
