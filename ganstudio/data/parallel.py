"""Work on many files at once: a few threads, progress, and an end that does not wait for the rest."""

from __future__ import annotations

import os
import threading
import warnings
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from itertools import islice
from typing import TypeVar

from ganstudio.data.base import Job

R = TypeVar("R")
THREADS = 4


def for_each(
    total: int, work: Callable[[int], R], note: Callable[[int, R], None], job: Job, text: str, span: float = 1.0
) -> None:
    """Does ``work(index)`` for every index below ``total``, and ``note(index, result)`` in this thread, in any order.

    Args:
        total: how many there are.
        work: runs in several threads at once; what it raises ends everything.
        note: takes the results.
        job: is ticked; its cancelling ends the work soon.
        text: the line for a person, with ``{done}`` and ``{total}``.
        span: the fraction that is told at the end.

    Raises:
        CancelledError: the job was cancelled.
    """
    stop = threading.Event()

    def guarded(index: int) -> tuple[int, R] | None:
        return None if stop.is_set() else (index, work(index))

    with warnings.catch_warnings(), ThreadPoolExecutor(min(THREADS, os.cpu_count() or 1), "decode") as pool:
        warnings.filterwarnings("ignore", module="PIL")
        indices = iter(range(total))
        # A short queue: cancelling must not wait for thousands of pictures, nor their results pile up.
        running: set[Future[tuple[int, R] | None]] = set()
        done = 0
        try:
            while True:
                running |= {pool.submit(guarded, index) for index in islice(indices, 4 * THREADS - len(running))}
                if not running:
                    return
                ready, running = wait(running, timeout=0.1, return_when=FIRST_COMPLETED)
                for future in ready:
                    result = future.result()
                    if result is not None:
                        note(*result)
                    done += 1
                job.tick(span * done / total, text.format(done=done, total=total))
        finally:
            stop.set()
