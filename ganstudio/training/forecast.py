"""What a run will cost on this machine, in time and memory: a few of its steps are taken, timed, and thrown away.

They are taken in a process of their own. What is asked for may need more memory than there is, and then that process ends
and not the window; the memory that is measured is the run's alone; a change of mind ends it in the middle of a step; and
nothing of it is left. What was measured is kept in the cache folder, a file for each machine.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from ganstudio import __version__
from ganstudio.core.errors import CancelledError, StoreError, StudioError, TrainingError
from ganstudio.core.experiment import Experiment
from ganstudio.core.i18n import _
from ganstudio.core.process import python_command
from ganstudio.core.regular import read_regular
from ganstudio.data import DATASETS, load
from ganstudio.data.files import cache_folder, data_folder, set_data_folder
from ganstudio.methods import METHODS
from ganstudio.store.atomic import replace_file

SECONDS, MOST = 2.0, 400
"""So long, and so many steps at most, are timed; two are taken before, which are slower."""
LIMIT = 20.0
"""Seconds after which a measurement ends wherever it is: a single step takes longer."""
_KEPT = 300
_FREE = frozenset({"decay_from", "decay_to", "seed"})  # when rates fall costs nothing
_BODY = "import sys; from ganstudio.training.forecast import main; sys.exit(main())"


@dataclass(frozen=True, slots=True)
class Cost:
    """What a run costs.

    Attributes:
        step: seconds; with its share of grids and checkpoints.
        begin: seconds before the first step, and what the first steps take more than others.
        memory: bytes at most, beyond what the program takes without it; 0: unknown.
        beside: so many runs trained meanwhile on the same machine.
        at_least: a step takes longer than this; it was not waited for.
    """

    step: float
    begin: float = 0.0
    memory: int = 0
    beside: int = 0
    at_least: bool = False

    def seconds(self, steps: int) -> float:
        """How long so many steps take, from the start."""
        return self.begin + self.step * steps


# -- what is measured, in the process that does ---------------------------------------------------------------------------


def measure(experiment: Experiment, held: Callable[[], object] = lambda: None) -> Cost:
    """Takes some steps of a run and says what it costs. Writes nothing (but the cache of decoded pictures).

    Args:
        experiment: what would be trained.
        held: called when the data have been read and the networks built.

    Raises:
        StudioError: it cannot be trained.
    """
    from ganstudio.training.device import choose_device, memory_used, peak_memory, prepare_thread
    from ganstudio.training.prepare import build_engine, settled
    from ganstudio.training.publish import LOOKING_SHARE, Pace
    from ganstudio.training.scene import take_samples
    from ganstudio.training.state import state_of

    prepare_thread()
    device = choose_device(experiment.device)
    before, clock = memory_used(device), time.perf_counter
    begun = clock()
    engine = build_engine(settled(experiment))
    begin = clock() - begun
    engine.step_count = experiment.steps // 2  # where networks grow or phases change, the middle stands for the whole
    held()

    def take(steps: int) -> float:
        """Seconds per update."""
        begun, first = clock(), engine.step_count
        for _step in range(steps):
            engine.step()
            engine.close_row(0.0)
        engine.losses.take(), engine.gradients.take()  # waits for the device
        return (clock() - begun) / max(1.0, engine.work(first, engine.step_count))

    begun = clock()
    costs, steps = [take(1)], 1
    if clock() - begun < 4 * SECONDS:  # the first step is far slower than the others
        costs, begun, last = [take(1)], clock(), engine.step_count + MOST
        while clock() - begun < SECONDS and engine.step_count < last:
            costs.append(take(steps))
            steps = min(50, 2 * steps) if clock() - begun < SECONDS / 10 else steps
        costs = costs[1:] or costs
    usual = sorted(costs)[len(costs) // 2]
    update = sum(min(cost, 2 * usual) for cost in costs) / len(costs)  # others took the processor now and then
    begun = clock()
    take_samples(engine, "ema")
    copies = [tensor.detach().to("cpu", copy=True) for tensor in state_of(engine)[0].values()]
    copied, peak = clock() - begun, peak_memory(device)
    del copies
    early, late = engine.work(0, 1000), engine.work(1000, 2000)
    step = update * late / 1000 * (1 + 2 * LOOKING_SHARE + copied / Pace().checkpoint)
    return Cost(step, begin + update * max(0.0, early - late), max(0, peak - before) if peak else 0)


def main() -> int:
    """The process: reads what to measure from stdin, writes one line of JSON at its end."""
    from ganstudio.training.device import use_threads

    asked = json.loads(sys.stdin.read())
    with suppress(OSError):  # where memory runs out, Linux is to end this process and none that a person has opened
        Path("/proc/self/oom_score_adj").write_text("1000")
    set_data_folder(asked["data_folder"])
    use_threads(asked["threads"])

    def say(what: dict[str, Any]) -> None:
        sys.stdout.write("\n" + json.dumps(what) + "\n")
        sys.stdout.flush()

    def give_up() -> None:
        say(asdict(Cost(LIMIT, at_least=True)))
        os._exit(0)

    late = threading.Timer(LIMIT, give_up)
    late.daemon = True
    experiment = Experiment.from_json(asked["experiment"])
    try:
        cost = measure(experiment, held=late.start)
        late.cancel()
        if cost.begin > SECONDS:  # the first time much is decoded and kept: that is no cost of those that follow
            begun = time.perf_counter()
            load(experiment.data, seed=experiment.seed)
            cost = replace(cost, begin=min(cost.begin, time.perf_counter() - begun))
    except StudioError as error:
        say({"error": str(error), "details": error.details})
        return 1
    finally:
        late.cancel()
    say(asdict(cost))
    return 0


# -- what asks for it -----------------------------------------------------------------------------------------------------


def foretell(experiment: Experiment, threads: int, cancel: threading.Event | None = None, beside: int = 0) -> Cost:
    """Measures a run in a process of its own, which takes some seconds.

    Args:
        experiment: what would be trained.
        threads: of the processor.
        cancel: set it to end the measurement at once.
        beside: so many runs train meanwhile.

    Raises:
        CancelledError: it was cancelled.
        StudioError: the run cannot be trained, or the machine has not the memory for a single step of it.
    """
    asked = {"experiment": experiment.to_json(), "threads": threads, "data_folder": str(data_folder())}
    hidden = getattr(subprocess, "CREATE_NO_WINDOW", 0)
    pipe = subprocess.PIPE
    process = subprocess.Popen(
        python_command(_BODY), stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, creationflags=hidden
    )
    said: list[bytes] = []
    text = json.dumps(asked).encode()
    reader = threading.Thread(target=lambda: said.append(process.communicate(text)[0]), name="forecast", daemon=True)
    reader.start()
    while reader.is_alive():
        reader.join(0.05)
        if cancel is not None and cancel.is_set():
            process.kill()
            reader.join()
            raise CancelledError(_("The forecast was cancelled."))
    lines = said[0].decode(errors="replace").split("\n") if said else []
    try:
        answer = json.loads(next(line for line in reversed(lines) if line.strip()))
        if "error" in answer:
            raise TrainingError(answer["error"], answer["details"])
        return Cost(**{**answer, "beside": beside})
    except (StopIteration, ValueError, TypeError, KeyError) as error:
        words = _("A step of this could not be tried: there may not be enough memory for it.")
        raise TrainingError(words, f"exit status {process.returncode}") from error


# -- what is known --------------------------------------------------------------------------------------------------------


def what_costs(experiment: Experiment, threads: int) -> str:
    """All of an experiment that its cost depends upon, as a text; the same text, the same cost. Touches no disk.

    Of a number with decimals only whether it is 0 matters, which leaves out a term, a penalty, an average.

    Raises:
        UsageError: there is no such method or data set, or a value is wrong.
    """
    kind = DATASETS[experiment.data.partition(":")[0].strip()].kind
    hyper = METHODS[experiment.method].resolve(experiment.hyper, kind).model_dump()
    values = {name: bool(value) if isinstance(value, float) else value for name, value in hyper.items()}
    kept = {name: value for name, value in sorted(values.items()) if name not in _FREE}
    where = f"{experiment.device}, {threads}"
    return json.dumps([experiment.method, experiment.data.strip(), where, kept], ensure_ascii=False)


def machine() -> str:
    """A short name of this machine's hardware and of what computes on it; another one, other costs."""
    import torch

    cards = [torch.cuda.get_device_name(index) for index in range(torch.cuda.device_count())]
    model = platform.processor()
    if sys.platform == "linux":
        with open("/proc/cpuinfo") as file:  # noqa: PTH123 - a file of the kernel
            model = next((line for line in file if line.startswith("model name")), model)
    facts = [platform.machine(), model, os.cpu_count(), cards, torch.__version__, __version__]
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()[:12]


class Costs:
    """What has been measured on this machine so far, with a file behind it. Making one reads the file.

    A file that cannot be read or written costs a measurement, no more.
    """

    def __init__(self) -> None:
        self._path = cache_folder() / f"forecasts-{machine()}.json"
        self._known = self._read()

    def _read(self) -> dict[str, Cost]:
        try:
            content = json.loads(read_regular(self._path))
            return {str(key): _cost(values) for key, values in content.items()}
        except (OSError, ValueError, TypeError, AttributeError, RecursionError):
            return {}

    def get(self, key: str) -> Cost | None:
        """What a run costs of which :func:`what_costs` says this."""
        return self._known.get(key)

    def put(self, key: str, cost: Cost) -> None:
        """Remembers what was measured; writes the file, so not for the window's thread."""
        known = {**self._read(), **self._known}  # other windows measure, too
        known.pop(key, None)
        self._known = known = {**dict(list(known.items())[1 - _KEPT :]), key: cost}
        with suppress(OSError, StoreError):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            told = {one: asdict(each) for one, each in known.items() if not each.beside}
            replace_file(self._path, json.dumps(told, indent=0, ensure_ascii=False).encode(errors="backslashreplace"))


def _cost(values: dict[str, Any]) -> Cost:
    step, begin, memory = float(values["step"]), float(values["begin"]), int(values["memory"])
    if not (0 < step < 1e9 and 0 <= begin < 1e9 and 0 <= memory < 2**60):
        raise ValueError("no cost")
    return Cost(step, begin, memory, at_least=bool(values["at_least"]))
