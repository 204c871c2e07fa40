"""The program's side of the process that runs an ONNX file: started when needed, ended at any moment, never waited for."""

from __future__ import annotations

import contextlib
import subprocess
import threading
import weakref
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, BinaryIO, cast

import torch
from numpy.typing import NDArray

from ganstudio.core.errors import CancelledError, UsageError
from ganstudio.core.i18n import _
from ganstudio.core.process import python_command
from ganstudio.explore.foreign.inputs import FailedError
from ganstudio.explore.onnx_child.frames import receive, send

OPENING, DRAWING, A_ROW = 60.0, 30.0, 5.0
"""Seconds that a file may take to be opened, to draw at all, and for every picture more."""
_BODY = "from ganstudio.explore.onnx_child.serve import main; main()"
_LOOK = 0.1


class OnnxProcess:
    """A model in a process of its own. Threads take turns; any thread may end it.

    Args:
        path: the file.
        seconds: how long opening and drawing may take, instead of :data:`OPENING` and :data:`DRAWING`.

    Attributes:
        said: what the process told of the model when it was opened: inputs, outputs, properties.
    """

    def __init__(self, path: Path, seconds: tuple[float, float] = (OPENING, DRAWING)) -> None:
        self.path, self._seconds = path.absolute(), seconds
        self.said: dict[str, Any] = {}
        self._turn = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._end: weakref.finalize[Any, Any] | None = None
        self._over = False

    def again(self) -> OnnxProcess:
        """The same file for another thread; a process is started when it is first asked."""
        same = OnnxProcess(self.path, self._seconds)
        same.said = self.said
        return same

    def open(self, cancel: threading.Event | None = None) -> dict[str, Any]:
        """Loads the model and tells what it is.

        Args:
            cancel: ends it when set.

        Raises:
            UsageError: it was refused, or took too long.
            CancelledError: it was cancelled.
        """
        with self._turn, self._ended_by(cancel):
            self._start()
        return self.said

    def draw(self, inputs: Sequence[NDArray[Any]], cancel: threading.Event | None = None) -> NDArray[Any]:
        """Runs the model; one array for each of its inputs.

        Raises:
            FailedError: it did not take what it was given.
            UsageError: it took too long, or the file is another one by now.
            CancelledError: it was ended.
        """
        with self._turn, self._ended_by(cancel):
            if self._process is None:
                self._start()
            seconds = self._seconds[1] + A_ROW * max(map(len, inputs), default=0)
            answer, arrays = self._ask({"do": "draw", "seconds": seconds}, inputs)
        if "failed" in answer:
            raise FailedError(answer["failed"])
        drawn: NDArray[Any] = arrays[0]
        return drawn

    def end(self) -> None:
        """Ends the process, whatever it is doing, from any thread. It is not started again."""
        self._over = True
        if self._process is not None:
            self._process.kill()

    def _start(self) -> None:
        self._stop()
        if self._over:
            raise _cancelled()
        self._process = subprocess.Popen(
            python_command(_BODY),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
        self._end = weakref.finalize(self, _end, self._process)
        if self._over:  # between the two looks
            self._stop()
            raise _cancelled()
        said, _arrays = self._ask({
            "do": "open", "path": str(self.path), "seconds": self._seconds[0], "threads": torch.get_num_threads()
        })  # fmt: skip
        if "refused" in said:
            self._stop()
            raise UsageError(said["refused"], details=said["details"])
        if self.said and said["digest"] != self.said["digest"]:
            self._stop()
            raise UsageError(_("“{file}” has changed since it was opened. Open it again.").format(file=self.path.name))
        self.said = said

    def _ask(self, wanted: dict[str, Any], arrays: Sequence[NDArray[Any]] = ()) -> tuple[dict[str, Any], list[Any]]:
        process = self._process
        assert process is not None
        try:
            send(cast(BinaryIO, process.stdin), wanted, arrays)
            return receive(cast(BinaryIO, process.stdout))
        except (EOFError, OSError, ValueError, KeyError, TypeError, RecursionError, MemoryError) as error:
            self._stop()
            if self._over:
                raise _cancelled() from error
            raise UsageError(
                _(
                    "“{file}” was stopped: it took longer than {seconds:.0f} s, or more memory than there is for it."
                ).format(file=self.path.name, seconds=wanted["seconds"])
            ) from error

    def _stop(self) -> None:
        if self._end is not None:
            self._end()
        self._process = self._end = None

    @contextlib.contextmanager
    def _ended_by(self, cancel: threading.Event | None) -> Iterator[None]:
        """Ends what is done inside as soon as the event is set."""
        if cancel is None:
            yield
            return
        done = threading.Event()

        def look() -> None:
            while not done.wait(_LOOK):
                if cancel.is_set():
                    self.end()

        thread = threading.Thread(target=look, name="cancelling", daemon=True)
        thread.start()
        try:
            if cancel.is_set():
                raise _cancelled()
            yield
        finally:
            done.set()
            thread.join()


def _cancelled() -> CancelledError:
    return CancelledError(_("It was cancelled."))


def _end(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    for stream in (process.stdin, process.stdout):
        with contextlib.suppress(OSError):
            cast(BinaryIO, stream).close()
    process.wait()
