"""Rows ``cuda-image`` and ``cuda-points``: the engine on a GPU beside the best loop by hand, and what it waits for."""

from __future__ import annotations

import gc
import tempfile
import warnings
from pathlib import Path

import torch

from ganstudio.bench.by_hand import LoopByHand
from ganstudio.bench.crowd import Crowd
from ganstudio.bench.figures import Figure, ratio
from ganstudio.bench.headless import IMAGE, POINTS, Headless
from ganstudio.core.errors import StudioError
from ganstudio.core.experiment import Experiment

WARM_UP = 0.3
STEPS = 100
_TARGETS = {"cuda-image": 1.0, "cuda-points": 0.97}
_WAITING = ("cudaStreamSynchronize", "cudaDeviceSynchronize", "cudaEventSynchronize", "aten::item")


def measure(name: str, quick: bool) -> list[Figure]:
    """Speed, peak memory, and how often the processor waits for the GPU within a hundred steps.

    Raises:
        StudioError: there is no GPU.
    """
    if not torch.cuda.is_available():
        raise StudioError("there is no CUDA device here")
    experiment = (IMAGE if name.endswith("image") else POINTS).with_(device="cuda")
    waits, memory = _waits(experiment)
    seconds, turns = (0.5, 2) if quick else (2.0, 10)
    with tempfile.TemporaryDirectory() as folder:
        by_hand, engine = LoopByHand(experiment, "cuda"), Headless(experiment, Path(folder))
        try:
            by_hand.run(seconds)
            engine.run(seconds)
            above, below, others, crowd = [], [], [], Crowd()
            for _turn in range(turns):
                below.append(by_hand.run(seconds, WARM_UP))
                above.append(engine.run(seconds, WARM_UP))
                others.append(crowd.share())
        finally:
            engine.close()
    what = f"engine steps/s ÷ best loop by hand on {torch.cuda.get_device_name()}"
    peak = {"by hand": round(_memory_by_hand(experiment) / 1e6, 1)}
    return [
        ratio(name, what, _TARGETS[name], above, below, others, unit="steps/s"),
        Figure(f"{name}-memory", memory / 1e6, "MB", "peak memory of the engine's tensors", raw=peak),
        Figure(f"{name}-waits", waits[0], "", f"waits for the GPU in {STEPS} steps", 0.0, "at most", waits[1]),
    ]


def _waits(experiment: Experiment) -> tuple[tuple[float, dict[str, int]], int]:
    """How often ``engine.step()`` waits, by torch's own warnings and by the profiler; and the peak memory."""
    from torch.profiler import ProfilerActivity, profile

    from ganstudio.training.prepare import build_engine

    gc.collect()
    torch.cuda.empty_cache()
    torch.cuda.reset_peak_memory_stats()
    engine = build_engine(experiment)

    def steps(count: int) -> None:
        for _each in range(count):
            engine.step()
            engine.close_row(0.0)

    steps(20)
    engine.losses.take()
    torch.cuda.synchronize()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        torch.cuda.set_sync_debug_mode("warn")
        try:
            steps(STEPS)
        finally:
            torch.cuda.set_sync_debug_mode("default")
    warned = sum("called a synchronizing CUDA operation" in str(each.message) for each in caught)
    engine.losses.take()
    torch.cuda.synchronize()
    with profile(activities=[ProfilerActivity.CPU, ProfilerActivity.CUDA]) as profiled:
        steps(STEPS)
    # The profiler itself waits for the device when it ends.
    found = {event.key: int(event.count) for event in profiled.key_averages() if event.key in _WAITING}
    found["cudaDeviceSynchronize"] = max(0, found.get("cudaDeviceSynchronize", 0) - 1)
    return (float(max(warned, sum(found.values()))), {"warned by torch": warned, **found}), (
        torch.cuda.max_memory_allocated()
    )


def _memory_by_hand(experiment: Experiment) -> int:
    gc.collect()
    torch.cuda.empty_cache()
    torch.cuda.reset_peak_memory_stats()
    before = torch.cuda.memory_allocated()
    loop = LoopByHand(experiment, "cuda")
    loop.run(0.2)
    return torch.cuda.max_memory_allocated() - before
