from __future__ import annotations

import threading
import time

import pytest

from ganstudio.app.jobs import Jobs
from ganstudio.core.errors import CancelledError, DataError, StudioError


def pump_until(jobs: Jobs, seconds: float = 5.0) -> None:
    end = time.monotonic() + seconds
    while jobs.running and time.monotonic() < end:
        jobs.pump()
        time.sleep(0.005)
    assert not jobs.running


def test_result_and_progress_come_on_the_pumping_thread() -> None:
    jobs, seen, where = Jobs(), [], []
    gate = threading.Event()

    def work(progress, cancel) -> int:
        progress(0.5, "half")
        gate.wait(5)
        return 42

    job = jobs.start("Count", work).on_done(
        lambda result: (seen.append(result), where.append(threading.current_thread()))
    )
    end = time.monotonic() + 5
    while job.fraction < 0 and time.monotonic() < end:
        jobs.pump()
    assert (job.fraction, job.text) == (0.5, "half")
    gate.set()
    job._thread.join(5)
    assert seen == [], "nothing is delivered before the pump"
    pump_until(jobs)
    assert seen == [42]
    assert where == [threading.current_thread()]
    job.on_done(seen.append)
    assert seen == [42, 42], "a late listener is told at once"


def test_failure_reaches_on_error_as_a_sentence_with_details() -> None:
    jobs, errors = Jobs(), []
    jobs.start("Read", lambda progress, cancel: 1 / 0).on_error(errors.append)
    jobs.start("Load", lambda progress, cancel: (_ for _ in ()).throw(DataError("No such folder."))).on_error(
        errors.append
    )
    pump_until(jobs)
    texts = sorted(str(error) for error in errors)
    assert texts[0] == "No such folder."
    assert texts[1].startswith("Read failed unexpectedly: ZeroDivisionError")
    assert any("Traceback" in error.details for error in errors)


def test_unheard_failure_is_reported_and_a_broken_listener_does_not_stop_others() -> None:
    reported: list[StudioError] = []
    jobs = Jobs(report=reported.append)
    jobs.start("Alone", lambda progress, cancel: 1 / 0)
    done: list[int] = []
    jobs.start("Two", lambda progress, cancel: 2).on_done(lambda result: 1 / 0).on_done(done.append)
    pump_until(jobs)
    assert done == [2]
    assert len(reported) == 2


@pytest.mark.parametrize("polite", [True, False])
def test_cancel_drops_the_result(polite: bool) -> None:
    jobs, seen = Jobs(), []

    def work(progress, cancel: threading.Event) -> int:
        cancel.wait(5)
        if polite:
            raise CancelledError("stopped")
        return 1

    job = jobs.start("Long", work).on_done(seen.append).on_error(seen.append)
    job.cancel()
    assert job.cancelling
    pump_until(jobs)
    assert job.state == "cancelled"
    assert seen == []


def test_shutdown_says_whether_all_ended() -> None:
    jobs = Jobs()
    release = threading.Event()
    jobs.start("Polite", lambda progress, cancel: cancel.wait(5))
    assert jobs.shutdown(2.0)
    job = jobs.start("Deaf", lambda progress, cancel: release.wait(5))
    assert not jobs.shutdown(0.05)
    release.set()
    job._thread.join(5)


def test_what_is_worded_leaves_no_trace_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    """A hundred pictures that cannot be read are a hundred lines, not a hundred tracebacks; the unexpected has its own."""
    jobs = Jobs()
    caplog.set_level("INFO", "ganstudio")
    for error in (DataError("x.png is damaged"), ZeroDivisionError("no")):

        def work(progress, cancel, error=error) -> None:
            raise error

        jobs.start("Read", work).on_error(lambda _error: None)
        pump_until(jobs)
    assert ["Traceback" in caplog.handler.format(record) for record in caplog.records] == [False, True]
    assert "x.png is damaged" in caplog.text
