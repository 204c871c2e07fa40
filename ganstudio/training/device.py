"""Which device trains, with how many processor threads, and how much memory it uses."""

from __future__ import annotations

import ctypes
import os
import sys
import time

import torch

from ganstudio.core.errors import UsageError
from ganstudio.core.i18n import _, plural


def available_devices() -> tuple[str, ...]:
    """Names that :func:`choose_device` takes on this machine, best last."""
    names = ["cpu"]
    if torch.backends.mps.is_available():
        names.append("mps")
    names += [f"cuda:{index}" for index in range(torch.cuda.device_count())] if torch.cuda.is_available() else []
    return tuple(names)


def choose_device(name: str) -> torch.device:
    """The device for ``auto``, ``cpu``, ``cuda``, ``cuda:N`` or ``mps``.

    Raises:
        UsageError: this machine has no such device; the message lists those it has.
    """
    there = available_devices()
    if name == "auto":
        return torch.device("cuda:0" if "cuda:0" in there else there[-1])
    wanted = "cuda:0" if name == "cuda" else name
    if wanted not in there:
        raise UsageError(
            _("There is no device “{name}” here. Available: auto, {names}.").format(name=name, names=", ".join(there))
        )
    return torch.device(wanted)


def device_here(name: str) -> str:
    """The device's name where this machine has it, else ``auto``: a run may have been begun on another machine."""
    return name if {"cuda": "cuda:0"}.get(name, name) in (*available_devices(), "auto") else "auto"


def describe(device: torch.device) -> str:
    """The device in words, e.g. ``"CPU, 1 thread"`` or ``"NVIDIA H200"``."""
    if device.type == "cuda":
        return torch.cuda.get_device_name(device)
    if device.type == "mps":
        return "Apple GPU"
    return _("CPU, {threads}").format(threads=plural("{n} thread", "{n} threads", torch.get_num_threads()))


def cores() -> int:
    """Processor cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def thread_count(count: int = 0, *, beside_window: bool = False) -> int:
    """With how many threads torch is to compute.

    Args:
        count: as many as this; 0 chooses: as many as ``OMP_NUM_THREADS`` says, by which schedulers share out a machine,
            else all cores, but one fewer beside a window, which then stays fluent.
        beside_window: a window runs in this process.
    """
    said = os.environ.get("OMP_NUM_THREADS", "")
    asked = count or (int(said) if said.isdecimal() else 0)
    return asked or max(1, cores() - (1 if beside_window else 0))


def use_threads(count: int = 0, *, beside_window: bool = False) -> int:
    """Sets torch's threads for the whole process and returns their number; arguments as of :func:`thread_count`."""
    chosen = thread_count(count, beside_window=beside_window)
    torch.set_num_threads(chosen)
    return chosen


_KEPT, _MAPPED = 128 << 20, 32 << 20  # bytes
_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3  # of glibc's malloc.h


def prepare_thread() -> None:
    """Lets the processor train without two things that slow it down. Call it in the thread that trains.

    Numbers near 0, such as Adam's moments of a weight that rests, become 0. And the C library (glibc) keeps up to 128 MiB
    that networks have freed: it would hand them back to the system after every backward pass and fetch them again page by
    page, 2,000 page faults or 5 % of a step of DCGAN at 32 px.
    """
    torch.set_flush_denormal(True)
    if sys.platform == "linux" and (mallopt := getattr(ctypes.CDLL(None), "mallopt", None)) is not None:
        mallopt(_M_MMAP_THRESHOLD, _MAPPED)
        mallopt(_M_TRIM_THRESHOLD, _KEPT)


REFERENCE_SECONDS = 0.0030  # of one turn of speed_factor on the machine whose rates the gallery quotes


def speed_factor() -> float:
    """How fast small networks train here, as a multiple of the reference machine. Takes some tenths of a second."""
    device = choose_device("auto")
    layer = torch.nn.Conv2d(32, 64, 4, 2, 1).to(device)
    images = torch.ones(64, 32, 16, 16, device=device).contiguous(memory_format=torch.channels_last)

    def turn() -> float:
        before = time.perf_counter()
        layer(images).square().mean().backward()
        float(layer.weight.detach().sum())  # waits for the device
        return time.perf_counter() - before

    return REFERENCE_SECONDS / min(turn() for _ in range(12))


def memory_used(device: torch.device) -> int:
    """Bytes: on CUDA what torch holds on the card, else what this process holds in memory."""
    if device.type == "cuda":
        return torch.cuda.memory_reserved(device)
    if sys.platform == "linux":
        with open("/proc/self/statm") as file:  # noqa: PTH123 - read several times a second
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    return 0


def peak_memory(device: torch.device) -> int:
    """The most of what :func:`memory_used` says that there ever was in this process; 0 where nobody knows."""
    if device.type == "cuda":
        return torch.cuda.max_memory_reserved(device)
    if sys.platform == "linux":  # not getrusage, which remembers the process that began this one
        with open("/proc/self/status") as file:  # noqa: PTH123 - a file of the kernel
            return next((int(line.split()[1]) * 1024 for line in file if line.startswith("VmHWM")), 0)
    return 0


def is_out_of_memory(error: BaseException) -> bool:
    """Whether an error means that the device's (or the machine's) memory ran out."""
    return isinstance(error, torch.OutOfMemoryError | MemoryError) or (
        isinstance(error, RuntimeError) and "DefaultCPUAllocator: can't allocate memory" in str(error)
    )
