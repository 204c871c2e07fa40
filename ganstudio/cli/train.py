"""Trains a method on data without a window, or goes on with a stored run.

The run folder is the same that the window writes: it can be opened there while it trains. Its path is printed on stdout
at the end. Ctrl-C saves a checkpoint and stops; a second Ctrl-C ends at once.

  ganstudio train dcgan --data digits --steps 3000
  ganstudio train wgan-gp --data ring --steps 5000 --seed 1 --set n_critic=3 penalty_weight=0.1
  ganstudio train dcgan-frogs --data cifar10:classes=frog --steps 20000 --out runs/frogs
  ganstudio train dcgan --data digits --steps 20000 --patience 3000
  ganstudio train --resume runs/frogs --steps 40000
  ganstudio train --resume runs/shoes --steps 40000 --data pairs:/new/place/of/shoes
  ganstudio train --resume runs/frogs --steps 40000 --set batch_size=32
  ganstudio train dcgan --data digits --steps 3000 --forecast
  torchrun --nproc-per-node 2 -m ganstudio train dcgan --data digits --steps 3000

torchrun (which comes with torch) trains one run on several processes, each with its share of every batch: on several
cards, machines (--nnodes) or processors. All but the first are silent; --resume works so, too, on as many as there are.
"""

from __future__ import annotations

import argparse
import math
import os
import shlex
import signal
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from os import _exit
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any

from ganstudio.cli.folders import use_settings
from ganstudio.cli.loading import loading
from ganstudio.cli.output import one_line, say, write
from ganstudio.cli.parser import MAX_SEED, MAX_STEPS, find_run, named_path, split_pairs, whole
from ganstudio.cli.progress import LastLosses, ProgressLine
from ganstudio.core.commands import Stop
from ganstudio.core.errors import DataError, MissingDataError, StudioError, TrainingError, UsageError
from ganstudio.core.events import CheckpointSaved, Event, Note, Progress, Rows, StateChanged
from ganstudio.core.experiment import Experiment
from ganstudio.core.fields import Value
from ganstudio.core.i18n import _
from ganstudio.core.litter import DESKTOP_FILES
from ganstudio.core.process import started_together
from ganstudio.store import Keep

if TYPE_CHECKING:
    from ganstudio.training.ranks import Together
    from ganstudio.training.session import Session

_SIGNAL_STATUS = 128
_PASSED_ON = 5.0  # seconds in which torchrun passes on a Ctrl-C that the terminal has sent to every process
_PATIENCE = 2.0  # seconds after which silence wants a word
_LITTER = DESKTOP_FILES | {"metrics", "samples", "checkpoints"}
_NEW_ONLY = ("method", "seed", "out", "name", "forecast")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    add = parser.add_argument
    add("method", nargs="?", metavar="METHOD", help=_("what to train, see “ganstudio methods”"))
    add(
        "--data", metavar="NAME",
        help=_("what to train on, see “ganstudio datasets”; options as ring:noise=0.05; with --resume where the run's data "
               "lie now, if they have moved"),
    )  # fmt: skip
    add(
        "--steps", type=whole(1, MAX_STEPS), metavar="N",
        help=_("train until this step; with --resume too it counts from the run's beginning, not from where it stopped"),
    )  # fmt: skip
    add(
        "--patience", type=whole(0, MAX_STEPS), metavar="N",
        help=_("end where the distance to the data has not become better for so many steps (default 0: never, or the "
               "resumed run's own)"),
    )  # fmt: skip
    add("--seed", type=whole(0, MAX_SEED), metavar="S", help=_("decides everything that is drawn (default 0)"))
    add("--device", metavar="D", help=_("auto, cpu, cuda, cuda:N or mps (default: auto, or the resumed run’s own)"))
    add("--out", metavar="DIR", help=_("the run folder, new or empty (default: a new one in the runs folder)"))
    add(
        "--set", action="extend", nargs="+", metavar="KEY=VALUE",
        help=_("hyper-parameters, see “ganstudio methods METHOD”; may be repeated; with --resume those that may change in "
               "a run, which are the live ones and batch_size"),
    )  # fmt: skip
    add(
        "--name",
        metavar="TEXT",
        help=_("what the run is called (default: made from data and method; with a number where that is taken)"),
    )
    add("--resume", metavar="RUN_DIR", help=_("go on with this run from its newest checkpoint"))
    add(
        "--threads",
        type=whole(1, 1024),
        metavar="N",
        help=_("processor threads (default: OMP_NUM_THREADS, or one for each core)"),
    )
    add(
        "--forecast", action="store_true", default=None,
        help=_("take some steps, print how long it would take and how much memory, and train nothing"),
    )  # fmt: skip


def run(options: argparse.Namespace) -> int:
    """Trains and returns the exit status: 0, or 130 where it was stopped by Ctrl-C."""
    options.keep = Keep(*use_settings().keeps)
    if options.forecast and options.resume is None:
        return _foretell(options)
    ranks = _ranks(options) if started_together() else None
    if ranks is not None and ranks.rank:
        from ganstudio.training.follow import follow

        # One of them is enough to say what rank 0 cannot.
        return follow(ranks, lambda error: say(f"ganstudio: {one_line(str(error))}") if ranks.rank == 1 else None)
    try:
        return _lead(options, ranks)
    except StudioError as error:
        if ranks is not None:
            ranks.leave(str(error), 2 if isinstance(error, UsageError) else 1)
        raise
    finally:
        if ranks is not None:  # where nobody has told the others so far, it was stopped before the first step
            ranks.leave("", _SIGNAL_STATUS + signal.SIGINT)


def _ranks(options: argparse.Namespace) -> Together:
    """The processes that ``torchrun`` has started; they share the cores of their machine."""
    os.environ.setdefault("TORCH_CPP_LOG_LEVEL", "ERROR")  # rank 0 says in words what torch warns of in every rank
    with loading():
        from ganstudio.training.device import cores, use_threads
        from ganstudio.training.ranks import Together

    # Not as OMP_NUM_THREADS says, which torchrun sets to 1 by itself.
    use_threads(options.threads or max(1, cores() // int(os.environ.get("LOCAL_WORLD_SIZE", "1"))))
    return Together()


def _lead(options: argparse.Namespace, ranks: Together | None) -> int:
    with loading():
        session = _resumed(options, ranks) if options.resume is not None else _new(options, ranks)
        from ganstudio.training.device import use_threads

    if ranks is None:
        use_threads(options.threads or 0)
    line = ProgressLine(sys.stderr)
    with _stopping(session, _PASSED_ON if ranks else 0.0) as signals:
        session.start()
        trouble = _Watcher(session, line, signals).watch()
    return _conclude(session, trouble, signals, options.resume is not None)


def _new(options: argparse.Namespace, ranks: Together | None) -> Session:
    experiment = _experiment(options)
    out = None if options.out is None else _new_folder(options.out)
    from ganstudio.app.generators.sessions import new_session

    return new_session(experiment, path=out, hold_on_trouble=False, ranks=ranks, keep=options.keep)


def _experiment(options: argparse.Namespace) -> Experiment:
    """What is to be trained, checked so far as that costs nothing."""
    for name, form in (("method", "METHOD"), ("data", "--data NAME"), ("steps", "--steps N")):
        if getattr(options, name) is None:
            raise UsageError(_("{what} is missing: ganstudio train METHOD --data NAME --steps N").format(what=form))
    return Experiment(
        method=options.method,
        data=options.data,
        hyper=_hyper(options.method, options.data, options.set or ()),
        steps=options.steps,
        seed=options.seed or 0,
        device=options.device or "auto",
        name=" ".join((options.name or "").split()),
        patience=options.patience or 0,
    )


def _foretell(options: argparse.Namespace) -> int:
    """Measures a few steps, remembers them for the window, and prints one line."""
    experiment = _experiment(options)
    with loading():
        from ganstudio.app.forecasts import cost_words, step_words
        from ganstudio.training.device import thread_count
        from ganstudio.training.forecast import Costs, foretell, what_costs
        from ganstudio.training.prepare import check_experiment

    check_experiment(experiment)
    threads = thread_count(options.threads or 0)
    cost = foretell(experiment, threads)
    Costs().put(what_costs(experiment, threads), cost)
    write(f"{cost_words(cost, experiment.steps)} ({step_words(cost)})")
    return 0


def _resumed(options: argparse.Namespace, ranks: Together | None) -> Session:
    given = [name for name in _NEW_ONLY if getattr(options, name) is not None]
    if given:
        word = "METHOD" if given[0] == "method" else f"--{given[0]}"
        raise UsageError(_("{word} does not go with --resume: the run goes on as it was begun.").format(word=word))
    path = find_run(options.resume)
    from ganstudio.app.generators.sessions import resume_session

    hyper = split_pairs(options.set or ())
    goal = path, options.steps, options.device, options.data
    more = {"hyper": hyper, "patience": options.patience, "hold_on_trouble": False}
    return resume_session(*goal, **more, ranks=ranks, keep=options.keep)


def _new_folder(text: str) -> Path:
    if not text.strip():  # an unset variable of a script would mean the present folder
        raise UsageError(_("--out needs the name of a folder."))
    path = named_path(text)
    if path.exists() and not path.is_dir():
        raise UsageError(_("{path} is a file; name a new or empty folder.").format(path=path))
    if (path / "run.json").exists():
        raise UsageError(
            _("{path} already holds a run: name another folder, or go on with “ganstudio train --resume”.").format(
                path=path
            )
        )
    found = path.iterdir() if path.exists() else ()
    others = sorted(child.name for child in found if child.name.casefold() not in _LITTER)
    if others:
        raise UsageError(
            _("{path} is not empty (it holds “{name}”); name a new or empty folder.").format(path=path, name=others[0])
        )
    return path


def _hyper(method: str, data: str, pairs: Sequence[str]) -> dict[str, Value]:
    """Checked values of ``--set``; also refuses data and folders that are not there, before anything is loaded."""
    from ganstudio.data import DATASETS, parse_request

    request = parse_request(data)
    if request.path and DATASETS[request.name].on_disk(request.path) and not named_path(request.path).exists():
        raise UsageError(_("There is no folder or file {path}.").format(path=request.path))
    raw = split_pairs(pairs)
    from ganstudio.methods import METHODS

    resolved = METHODS[method].resolve(raw, DATASETS[request.name].kind)
    return {name: getattr(resolved, name) for name in raw}


@contextmanager
def _stopping(session: Session, deaf: float = 0.0) -> Iterator[list[int]]:
    """While it lasts, Ctrl-C (or a scheduler's SIGTERM) asks the session to save and stop; a second one kills.

    Where the session only waits for room on a full disk, the second one makes it give up in words. For ``deaf`` seconds
    after the first one, others are taken for the same.

    Yields the signals that came.
    """
    came: list[int] = []
    hears = 0.0

    def handle(number: int, _frame: FrameType | None) -> None:
        nonlocal hears
        if time.monotonic() < hears:
            return
        hears = time.monotonic() + (0.0 if came else deaf)
        if came and not (len(came) == 1 and session.waits_for_room):
            _exit(_SIGNAL_STATUS + number)
        came.append(number)
        session.send(Stop(save=True))

    if threading.current_thread() is not threading.main_thread():
        yield came
        return
    before: dict[int, Any] = {number: signal.signal(number, handle) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield came
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class _Watcher:
    """Turns the session's events into lines until it ends."""

    def __init__(self, session: Session, line: ProgressLine, signals: Sequence[int]) -> None:
        self._session, self._line, self._signals = session, line, signals
        self._losses = LastLosses()
        self._progress: Progress | None = None
        self._trouble = ""
        self._held = False

    def watch(self) -> str:
        """Waits for the end; returns what could not be written, in words (empty: all was)."""
        told, patience = False, time.monotonic() + _PATIENCE
        while True:
            alive = self._session.alive
            for event in self._session.mailbox.drain():
                self._take(event)
            if self._signals and not told:
                told = True
                self._line.note(_("Saving a checkpoint and stopping; press Ctrl-C again to end at once."))
            if not alive:
                break
            if self._progress is None and time.monotonic() > patience:
                patience = math.inf
                self._line.note(_("Reading the data …"))
            self._line.show(self._progress, self._losses.by_phase)
            self._session.join(0.1)
        self._line.show(self._progress, self._losses.by_phase, last=True)
        self._line.close()
        return self._trouble

    def _take(self, event: Event) -> None:
        match event:
            case Rows():
                self._losses.take(event)
            case Progress():
                if self._progress is None:
                    self._line.note(
                        _("Training {what} on {device} until step {total} in {path}").format(
                            total=f"{event.total:,}",
                            what=f"{self._session.experiment.method} / {self._session.experiment.data}",
                            device=event.device,
                            path=self._session.path,
                        )
                    )
                self._progress = event
            case StateChanged(state="paused", message=message) if message:  # the disk is full: the session waits
                self._held = True
                self._line.note(one_line(message))
            case StateChanged(state="stopping", message=message) if message:  # and so it does when asked to stop
                self._line.note(one_line(message))
            case StateChanged(state="training") if self._held:
                self._held = False
                self._line.note(_("There is room again; training goes on."))
            case CheckpointSaved():
                self._trouble = ""
            case Note(level="info", text=text):
                self._line.note(one_line(text))
            case Note(text=text):
                if event.level == "error":
                    self._trouble = text
                self._line.note(one_line(text))
            case _:
                pass


def _with_hint(error: StudioError, data: str, resumed: bool) -> StudioError:
    """Where files are missing: also the command that fetches them, or that takes them from where they lie now."""
    from ganstudio.data import DATASETS, find, parse_request

    if not isinstance(error, DataError):
        return error
    source = DATASETS[parse_request(data).name]
    if resumed and isinstance(error, MissingDataError):
        words = _("{error} If the data of this run have moved, say where they lie now: --data {name}:PATH")
        return DataError(words.format(error=error, name=source.name), error.details)
    if not source.downloadable or find(source.name) is not None:
        return error
    return DataError(f"{error} (ganstudio datasets {source.name} --download)", error.details)


def _conclude(session: Session, trouble: str, signals: Sequence[int], resumed: bool) -> int:
    if session.failure is not None:
        if session.path is not None and session.path.exists():
            say(_("The run is kept in {path}").format(path=session.path))
        if session.given_up:  # its thread waits for a lost rank, and would at the end of the process, too
            say(f"ganstudio: {one_line(str(session.failure))}")
            _exit(1)
        raise _with_hint(session.failure, session.experiment.data, resumed)
    if trouble:
        raise TrainingError(_("Not all of the run could be stored: {why}").format(why=trouble))
    if session.path is None:
        say(_("Stopped while the data were being read; nothing was written."))
        return _SIGNAL_STATUS + signals[0] if signals else 0
    write(str(session.path))
    if session.state != "stopped":
        return 0
    say(
        _("Stopped; go on with: ganstudio train --resume {path} --steps {steps}").format(
            path=shlex.quote(str(session.path)), steps=session.experiment.steps
        )
    )
    return _SIGNAL_STATUS + signals[0] if signals else 0
