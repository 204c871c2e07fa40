from __future__ import annotations

import sys
import threading

from ganstudio.app.notifications import Notification, Notifications, install_hooks
from ganstudio.core.errors import DataError


def test_messages_wait_for_a_subscriber_and_a_broken_one_harms_nobody() -> None:
    hub, seen = Notifications(), []
    hub.info("one")
    hub.warning("two", "why")
    hub.subscribe(lambda message: (seen.append(message.text), 1 / 0))
    hub.error("three")
    assert seen == ["one", "two", "three"]


def test_a_subscriber_that_posts_does_not_recurse() -> None:
    hub, seen = Notifications(), []

    def show(message: Notification) -> None:
        seen.append(message.text)
        if message.text == "a":
            hub.info("b")

    hub.subscribe(show)
    hub.info("a")
    assert seen == ["a", "b"]


def test_other_threads_wait_for_the_pump() -> None:
    hub, where = Notifications(), []
    hub.subscribe(lambda message: where.append(threading.current_thread()))
    thread = threading.Thread(target=hub.info, args=("from afar",))
    thread.start()
    thread.join()
    assert where == []
    hub.pump()
    assert where == [threading.main_thread()]


def test_hooks_turn_uncaught_exceptions_into_messages_and_can_be_removed() -> None:
    hub, seen = Notifications(), []
    hub.subscribe(seen.append)
    before = sys.excepthook, threading.excepthook
    remove = install_hooks(hub)
    try:
        sys.excepthook(DataError, DataError("The folder is gone.", "path"), None)
        thread = threading.Thread(target=lambda: 1 / 0)
        thread.start()
        thread.join()
        hub.pump()
    finally:
        remove()
    assert (sys.excepthook, threading.excepthook) == before
    assert seen[0].text == "The folder is gone."
    assert seen[0].details == "path"
    assert "ZeroDivisionError" in seen[1].text
    assert "Traceback" in seen[1].details
