"""Other processes: whether the one that once wrote something is still alive, and how one of our own is started."""

from __future__ import annotations

import os
import subprocess
import sys
from functools import cache
from pathlib import Path


def process_start(pid: int) -> str | None:
    """A text that names this life of the process id; None where no such process is alive.

    A process id is given out again after a while, so the id alone does not say that the writer lives.
    """
    if pid <= 0:
        return None
    if sys.platform == "linux":
        return _start_linux(pid)
    if sys.platform == "win32":
        return _start_windows(pid)
    return _start_ps(pid)


@cache
def _boot_id() -> str:
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        return ""


def _start_linux(pid: int) -> str | None:
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    fields = text.rpartition(")")[2].split()  # the command's name may hold spaces and brackets
    if len(fields) < 20 or fields[0] in "ZX":
        return None
    return f"{_boot_id()}:{fields[19]}"


def _start_ps(pid: int) -> str | None:
    result = subprocess.run(
        ["ps", "-o", "stat=,lstart=", "-p", str(pid)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "LC_ALL": "C"},
    )
    state, _space, start = result.stdout.strip().partition(" ")
    return None if result.returncode or state.startswith("Z") else start.strip()


def _start_windows(pid: int) -> str | None:
    import ctypes

    kernel = getattr(ctypes, "windll").kernel32  # noqa: B009 - exists on Windows only
    kernel.OpenProcess.restype = ctypes.c_void_p
    handle = ctypes.c_void_p(kernel.OpenProcess(0x1000, False, pid))  # PROCESS_QUERY_LIMITED_INFORMATION
    if not handle:
        return None
    try:
        times = [ctypes.c_uint64() for _index in range(4)]
        code = ctypes.c_uint32()
        if not kernel.GetProcessTimes(handle, *map(ctypes.byref, times)):
            return None
        kernel.GetExitCodeProcess(handle, ctypes.byref(code))
        return str(times[0].value) if code.value == 259 else None  # STILL_ACTIVE
    finally:
        kernel.CloseHandle(handle)


def python_command(code: str) -> list[str]:
    """The command that runs code of this package in a process of its own.

    Where the program was started plays no part: Python would take a module from the present folder first, and that may
    be where somebody's files were unpacked.
    """
    body = f"import sys; sys.path.insert(0, sys.argv[1]); {code}"
    return [sys.executable, "-P", "-c", body, str(Path(__file__).resolve().parents[2])]


def started_together() -> bool:
    """This process was started as one of several that train one run, by ``torchrun`` or what sets the same variables."""
    known = all(name in os.environ for name in ("RANK", "WORLD_SIZE", "MASTER_ADDR", "MASTER_PORT"))
    return known and os.environ["WORLD_SIZE"] not in ("", "0", "1")
