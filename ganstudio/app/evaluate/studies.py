"""A study in its folder: its plan, its trials, its results; begun, gone on with and watched by any number of processes.

    STUDY/study.toml      the plan, as it was begun (trials and seeds may grow)
    STUDY/journal.log     what was tried and found: Optuna's journal, which only grows
    STUDY/runs/…          an ordinary run for each trial
    STUDY/workers/…       a lock for each process that works on it, and what it said

study = Study.begin(Path("triangles.toml"))
study.start(workers=2)
...                       # study.trials(), study.working
study.stop()
"""

from __future__ import annotations

import math
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from ganstudio.app.evaluate import study_results as found
from ganstudio.app.evaluate.study_file import check_growth, read_plan
from ganstudio.app.evaluate.study_journal import backend, optuna, quiet
from ganstudio.app.evaluate.study_space import Judge, Plan, better_of, hyper_of, slug
from ganstudio.core.errors import DiskFullError, StoreError, UsageError
from ganstudio.core.i18n import _
from ganstudio.core.process import python_command
from ganstudio.store.atomic import replace_file, words_for
from ganstudio.store.folder import runs_folder
from ganstudio.store.lock import WriterLock, is_alive, read_owner

PLAN_FILE, JOURNAL_FILE, RUNS, WORKERS = "study.toml", "journal.log", "runs", "workers"
_ONLY = "study"
_LONGEST_WAIT = 90.0  # longer than a lock of another machine needs to grow stale
_PATIENCE = 60.0


class Study:
    """One study. Made by :meth:`begin` or :meth:`open`; reading it never disturbs who works on it.

    Attributes:
        folder: where it lies.
        plan: what it tries.
    """

    def __init__(self, folder: Path, plan: Plan) -> None:
        self.folder, self.plan = folder, plan
        self.better = better_of(plan.judge)
        self._processes: list[subprocess.Popen[bytes]] = []
        self._known: Any = None

    @classmethod
    def open(cls, folder: Path) -> Study:
        """A study that was begun.

        Raises:
            UsageError: there is none in this folder.
            StudioError: its plan cannot be read.
        """
        if not (folder / PLAN_FILE).is_file():
            raise UsageError(_("{path} is no study: it has no {file}.").format(path=folder, file=PLAN_FILE))
        return cls(folder.absolute(), read_plan(folder / PLAN_FILE))

    @classmethod
    def begin(cls, file: Path, folder: Path | None = None) -> Study:
        """A study from its file; where it was begun already it goes on, and its trials and seeds may have grown.

        Args:
            file: the study file.
            folder: where it lies; by default under its name beside the folder of runs.

        Raises:
            UsageError: the file is wrong, or another study lies there.
            StoreError: it cannot be written.
        """
        plan = read_plan(file)
        folder = (folder or runs_folder().parent / "studies" / slug(plan.name)).absolute()
        if (folder / PLAN_FILE).is_file():
            check_growth(read_plan(folder / PLAN_FILE), plan)
        elif folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise UsageError(_("{path} holds other things; name a new or empty folder.").format(path=folder))
        try:
            for part in (RUNS, WORKERS):
                (folder / part).mkdir(parents=True, exist_ok=True)
            content = file.read_bytes()
        except OSError as error:
            raise words_for(error, folder) from error
        if file.absolute() != folder / PLAN_FILE:
            replace_file(folder / PLAN_FILE, content)
        return cls(folder, plan)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """While it lasts no other process decides what is tried next.

        Raises:
            StoreError: somebody else has been at it for too long.
        """
        path, end = self.folder / "deciding.lock", time.monotonic() + _LONGEST_WAIT
        while True:
            try:
                lock = WriterLock(path)
                break
            except DiskFullError:
                raise
            except StoreError:
                owner = read_owner(path)
                if time.monotonic() > end or (owner is None and not self.folder.is_dir()):
                    raise
                time.sleep(0.03)
        try:
            yield
        finally:
            lock.release()

    def journal(self, sampler: Any = None, pruner: Any = None) -> Any:
        """The study as Optuna knows it.

        Raises:
            StudioError: Optuna is missing, or the journal cannot be read or written.
        """
        library = optuna()
        file = self.folder / JOURNAL_FILE
        with quiet(file):
            storage = library.storages.JournalStorage(backend(file))
            way = "maximize" if self.better == "higher" else "minimize"
            try:
                return library.load_study(study_name=_ONLY, storage=storage, sampler=sampler, pruner=pruner)
            except KeyError:
                pass
            with self.alone():
                return library.create_study(
                    study_name=_ONLY,
                    storage=storage,
                    sampler=sampler,
                    pruner=pruner,
                    direction=way,
                    load_if_exists=True,
                )

    def records(self) -> list[Any]:
        """All trials as Optuna knows them, but for those that were begun again, and those that said nothing new."""
        if self._known is None:
            self._known = self.journal()
        with quiet(self.folder / JOURNAL_FILE):
            trials = self._known.get_trials(deepcopy=False)
        again = {trial.user_attrs["again"] for trial in trials if "again" in trial.user_attrs}
        return [trial for trial in trials if trial.number not in again and "double" not in trial.user_attrs]

    def trials(self) -> list[found.Trial]:
        """A row for each run, planned ones included."""
        return [row for trial in self.records() if (row := self._row(trial)) is not None]

    def _row(self, trial: Any) -> found.Trial | None:
        kept, params = trial.user_attrs, {**trial.system_attrs.get("fixed_params", {}), **trial.params}
        if "method" not in params:
            return None
        states = {"WAITING": "waiting", "RUNNING": "running", "COMPLETE": "done", "PRUNED": "pruned", "FAIL": "failed"}
        state: Any = states[trial.state.name]
        values = {name: math.nan if value is None else value for name, value in kept.get("values", {}).items()}
        return found.Trial(
            number=trial.number, method=params["method"], hyper=hyper_of(self.plan, params), seed=kept.get("seed", 0),
            state=state, value=next(iter(values.values()), math.nan) if state == "done" else math.nan, values=values,
            run=kept.get("run", ""), why=kept.get("why", ""),
            seconds=trial.duration.total_seconds() if trial.duration else 0.0,
        )  # fmt: skip

    def results(self) -> found.Results:
        """What was found so far."""
        rows = self.trials()
        by_method = found.methods(rows, self.better)
        importance, note = self._importance(rows)
        return found.Results(
            better=self.better,
            judged_by=label_of(self.plan.judge),
            labels=tuple(dict.fromkeys(label_of(judge) for judge in (self.plan.judge, *self.plan.report))),
            configurations=found.configurations(rows, self.better),
            methods=by_method,
            expected={row.method: found.expected_best(row.values, self.better) for row in by_method},
            importance=importance,
            importance_note=note,
            unfinished=sum(row.state in ("waiting", "running") for row in rows),
        )

    def _importance(self, rows: list[found.Trial]) -> tuple[dict[str, float], str]:
        done = [trial for trial in self.records() if trial.state.name == "COMPLETE"]
        shared = set.intersection(*(set(trial.params) for trial in done)) if done else set()
        varied = [name for name in shared if len({str(trial.params[name]) for trial in done}) > 1]
        if note := found.importance_words(len(done), len(varied)):
            return {}, note
        library = optuna()
        with quiet(self.folder / JOURNAL_FILE):
            judge = library.importance.FanovaImportanceEvaluator(seed=0)
            try:
                shares = library.importance.get_param_importances(self._known, evaluator=judge, params=sorted(varied))
            except (ValueError, RuntimeError) as error:  # e.g. all values are equal
                return {}, _("The importance of settings cannot be told: {why}").format(why=error)
        return {name: float(share) for name, share in shares.items()}, ""

    def start(self, workers: int = 1, threads: int = 0) -> None:
        """Starts so many processes that work on the study until it is done; they end with this one.

        Args:
            workers: how many.
            threads: processor threads of each; 0: they share the cores.
        """
        from ganstudio.training.device import cores

        threads = threads or max(1, cores() // workers)
        environment = {**os.environ, "OMP_NUM_THREADS": str(threads), "PYTHONUNBUFFERED": "1"}
        arguments = ["study", str(self.folder), "--worker", "--threads", str(threads)]
        command = python_command(f"from ganstudio.__main__ import main; sys.exit(main({arguments!r}))")
        (self.folder / WORKERS).mkdir(exist_ok=True)
        for number in range(workers):
            said = self.folder / WORKERS / f"{os.getpid()}-{number + 1}.txt"
            with said.open("wb") as log:
                # Ctrl-C in a terminal reaches every process of its group: who started them passes it on, once.
                apart: dict[str, Any] = {"start_new_session": True} if sys.platform != "win32" else {}
                process = subprocess.Popen(
                    command, env=environment, stdin=subprocess.PIPE, stdout=log, stderr=subprocess.STDOUT, **apart
                )
            self._processes.append(process)

    @property
    def working(self) -> int:
        """How many processes that :meth:`start` began still work."""
        return sum(process.poll() is None for process in self._processes)

    @property
    def at_work(self) -> int:
        """How many processes work on it anywhere, as far as it can be told from here."""
        owners = (read_owner(path) for path in (self.folder / WORKERS).glob("*.lock"))
        return sum(owner is not None and is_alive(owner) for owner in owners)

    def let_end(self) -> None:
        """Asks the processes to store their runs and end; waits for none of them."""
        for process in self._processes:
            if process.stdin is not None:
                with suppress(OSError):
                    process.stdin.close()  # its end of file is the sign to stop

    def stop(self, patience: float = _PATIENCE) -> None:
        """Lets them store their runs and end; kills what has not ended after ``patience`` seconds."""
        self.let_end()
        end = time.monotonic() + patience
        for process in self._processes:
            try:
                process.wait(max(0.1, end - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def complaints(self) -> list[str]:
        """The last line of each process that failed."""
        found_lines = []
        for number, process in enumerate(self._processes):
            if process.poll() not in (None, 0, 130):
                text = (self.folder / WORKERS / f"{os.getpid()}-{number + 1}.txt").read_text("utf-8", errors="replace")
                last = (text.strip().splitlines() or [_("A process ended without a word.")])[-1]
                killed = _("A process was killed; Go on goes on with what it has stored. Its last words: {words}")
                found_lines.append(killed.format(words=last) if process.returncode < 0 else last)
        return found_lines


def label_of(judge: Judge) -> str:
    """How a measured value is called in tables: ``"fid · pixels · 1,000"``."""
    parts = (judge.live or judge.metric, judge.extractor, f"{judge.count:,}" if judge.count else "")
    return " · ".join(part for part in parts if part)
