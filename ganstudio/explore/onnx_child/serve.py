"""The body of the process: takes one model, then draws what it is asked for, until nobody asks any more."""

from __future__ import annotations

import contextlib
import faulthandler
import hashlib
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from ganstudio.core.errors import UsageError
from ganstudio.core.i18n import _
from ganstudio.explore.onnx_child.frames import TYPES, receive, runtime, send

_FATAL = 4
_LEAST_MEMORY = 3 << 30


def main() -> None:
    """Answers requests on standard input until it is closed; what libraries print goes nowhere."""
    asked = os.fdopen(os.dup(0), "rb")
    answers = os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_RDWR)
    for handle in (0, 1, 2):
        os.dup2(nowhere, handle)
    os.close(nowhere)
    sys.stderr = open(os.devnull, "w")  # noqa: PTH123, SIM115 - for the watchdog, which needs a file that stays open
    with contextlib.suppress(EOFError, ValueError, OSError):  # the program has ended
        _serve(asked, answers)


def _serve(asked: BinaryIO, answers: BinaryIO) -> None:
    session: Any = None
    while True:
        wanted, arrays = receive(asked)
        # In C, so that it also ends what never comes back to Python.
        faulthandler.dump_traceback_later(float(wanted["seconds"]), exit=True, file=sys.stderr)
        try:
            if wanted["do"] == "open":
                session, answer = _open(Path(wanted["path"]), int(wanted["threads"]))
                given: Sequence[NDArray[Any]] = ()
            else:
                answer, given = _draw(session, arrays)
        except UsageError as error:
            answer, given = {"refused": str(error), "details": error.details}, ()
        finally:
            faulthandler.cancel_dump_traceback_later()
        send(answers, answer, given)


def _open(path: Path, threads: int) -> tuple[Any, dict[str, Any]]:
    onnxruntime = runtime()
    from ganstudio.explore.onnx_child.rebuild import rebuild

    _limit_memory()
    model = rebuild(path)
    options = onnxruntime.SessionOptions()
    options.log_severity_level = _FATAL
    options.intra_op_num_threads = threads
    _close_the_doors()
    try:
        session = onnxruntime.InferenceSession(model.content, options, providers=["CPUExecutionProvider"])
    except Exception as error:
        raise UsageError(
            _("“{file}” cannot be run by ONNX Runtime: it is damaged, or uses what this version does not know.").format(
                file=path.name
            ),
            details=str(error),
        ) from error
    return session, {
        "inputs": [_described(item) for item in session.get_inputs()],
        "outputs": [_described(item) for item in session.get_outputs()],
        "properties": model.properties,
        "sizes": model.sizes,
        "classes": model.classes,
        "digest": hashlib.sha256(model.content).hexdigest(),
    }


def _described(item: Any) -> dict[str, Any]:
    shape = [size if isinstance(size, int) and size >= 0 else None for size in item.shape]
    return {"name": item.name, "type": item.type, "shape": shape}


def _draw(session: Any, arrays: Sequence[NDArray[Any]]) -> tuple[dict[str, Any], Sequence[NDArray[Any]]]:
    """Runs the model; ``failed`` says why it did not take what it was given."""
    names = [item.name for item in session.get_inputs()]
    try:
        drawn = session.run([session.get_outputs()[0].name], dict(zip(names, arrays, strict=True)))[0]
    except Exception as error:  # noqa: BLE001 - the runtime has no common kind of error
        return {"failed": str(error)[:2000]}, ()
    if not isinstance(drawn, np.ndarray) or drawn.dtype.name not in TYPES.values():
        return {"failed": "its output is no array of numbers"}, ()
    return {}, [drawn]


def _limit_memory() -> None:
    """No more than half of the machine's memory, and not a byte in any file; where the system can be told so."""
    try:
        import resource
    except ImportError:  # Windows
        return
    half = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2
    limits = {resource.RLIMIT_AS: max(half, _LEAST_MEMORY), resource.RLIMIT_FSIZE: 0, resource.RLIMIT_CORE: 0}
    for kind, most in limits.items():
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(kind, (most, most))


def _close_the_doors() -> None:
    """From here on this process cannot open any file: it gets no further number for one."""
    try:
        import resource
    except ImportError:
        return
    with contextlib.suppress(OSError, ValueError):
        lowest = os.open(os.devnull, os.O_RDONLY)
        os.close(lowest)
        resource.setrlimit(resource.RLIMIT_NOFILE, (lowest, lowest))
