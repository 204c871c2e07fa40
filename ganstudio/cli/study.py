"""Tries methods and hyper-parameters on one data set, several seeds each, and tells which is best.

FILE is a study file, or the folder of a study that was begun: then it goes on. Every trial is an ordinary run in the
study's folder and can be opened in the window. Several processes, also on other machines that share the folder, may work
on one study at once. Ctrl-C stores the run that trains and stops; a second Ctrl-C ends at once. Either way the same
command goes on.

  ganstudio study triangles.toml --workers 2
  ganstudio study triangles.toml --results --markdown

A study file:

  name = "ring"
  data = "ring"
  methods = ["gan", "wgan-gp"]
  steps = 3000                        # or seconds = 60: for each run
  seeds = [0, 1, 2]
  search = "tpe"                      # or "grid", "random"
  trials = 20                         # configurations; each with every seed
  [space]
  lr_g = {low = 1e-5, high = 1e-2, log = true}
  n_critic = [1, 5]
  [fixed]
  mlp_width = 64
  [judge]
  metric = "fid"                      # or "live:modes" with better = "higher": a curve of the run
  extractor = "pixels"
  count = 1000
  [[report]]
  metric = "mmd"
  [pruning]                           # optional: ends runs early that are worse than the median
  by = "modes"
  after = 500
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from os import _exit
from typing import TYPE_CHECKING, Any

from ganstudio.cli.folders import use_settings
from ganstudio.cli.loading import loading
from ganstudio.cli.output import one_line, say, write, write_json, write_table
from ganstudio.cli.parser import add_json, named_path, whole
from ganstudio.core.errors import StudioError, UsageError
from ganstudio.core.i18n import _

if TYPE_CHECKING:
    from ganstudio.app.evaluate.studies import Study
    from ganstudio.store import Keep

_INTERRUPTED = 130
_EVERY = 0.5


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    add = parser.add_argument
    add("file", metavar="FILE", help=_("a study file (TOML), or the folder of a study"))
    add("--workers", type=whole(1, 256), default=1, metavar="N", help=_("so many runs train at once (default 1)"))
    add("--folder", metavar="DIR", help=_("where the study lies (default: under its name beside the runs folder)"))
    add("--trials", type=whole(1, 1_000_000), metavar="N", help=_("take only so many trials now"))
    add("--results", action="store_true", help=_("only print what was found so far"))
    add("--markdown", action="store_true", help=_("print the result as Markdown tables"))
    add("--csv", action="store_true", help=_("print one line for each run, separated by commas"))
    add(
        "--threads", type=whole(1, 1024), metavar="N", help=_("processor threads of each (default: the cores, divided)")
    )
    add("--worker", action="store_true", help=argparse.SUPPRESS)
    add_json(parser)


def run(options: argparse.Namespace) -> int:
    """Works on the study, prints what was found, and returns the exit status: 130 where it was stopped by Ctrl-C."""
    keep = _keep()
    if sum((options.json, options.markdown, options.csv)) > 1:
        raise UsageError(_("Only one of --json, --markdown and --csv can be printed."))
    with loading():
        from ganstudio.app.evaluate.study_journal import optuna

        study = _found(options)
    optuna()  # what is missing is said before anything is begun
    if options.results:
        _tell(study, options)
        return 0
    if options.worker:
        return _INTERRUPTED if _work(study, options, keep, with_parent=True) else 0
    if options.workers > 1:
        if options.trials or options.threads:
            raise UsageError(_("--trials and --threads go with one worker only."))
        stopped = _watch(study, options.workers)
    else:
        stopped = _work(study, options, keep)
    _tell(study, options)
    if stopped:
        say(_("Stopped; the same command goes on."))
    return _INTERRUPTED if stopped else 0


def _keep() -> Keep:
    from ganstudio.store import Keep

    return Keep(*use_settings().keeps)


def _found(options: argparse.Namespace) -> Study:
    from ganstudio.app.evaluate.studies import Study

    path = named_path(options.file)
    if path.is_dir():
        if options.folder:
            raise UsageError(_("--folder does not go with a study's own folder."))
        return Study.open(path)
    if not path.is_file():
        raise UsageError(_("There is no file {path}.").format(path=path))
    return Study.begin(path, named_path(options.folder) if options.folder else None)


def _work(study: Study, options: argparse.Namespace, keep: Keep, with_parent: bool = False) -> bool:
    """Works in this process; says whether it was stopped."""
    from ganstudio.app.evaluate.study_work import Worker
    from ganstudio.training.device import use_threads

    use_threads(options.threads or 0)
    worker = Worker(study, keep=keep, say=lambda text: say(one_line(text)))
    if with_parent:  # whoever started it holds the other end: the end of file says that it is to end, or is gone
        threading.Thread(target=_until_left, args=(worker.stop,), daemon=True).start()
    else:
        say(_("The study lies in {path}").format(path=study.folder))
    with _stopping(worker.stop):
        worker.work(options.trials)
    return worker.stopping


def _until_left(stop: Callable[[], None]) -> None:
    # Not through sys.stdin: at the end of the process Python would wait for its lock.
    while os.read(0, 1024):
        pass
    stop()


def _watch(study: Study, workers: int) -> bool:
    """Starts the workers and tells what they do until they end; says whether they were stopped."""
    asked = threading.Event()
    say(_("The study lies in {path}").format(path=study.folder))
    study.journal()  # made once, before they come
    known: dict[int, str] = {trial.number: trial.state for trial in study.trials()}
    with _stopping(asked.set):
        try:
            study.start(workers)
            while study.working and not asked.is_set():
                time.sleep(_EVERY)
                _tell_news(study, known)
        finally:
            study.stop()
    _tell_news(study, known)
    complaints = study.complaints()
    for line in complaints:
        say(line)
    if complaints and not asked.is_set() and len(complaints) == workers:
        raise StudioError(_("No worker came to the end; what was found is kept, and the same command goes on."))
    return asked.is_set()


def _tell_news(study: Study, known: dict[int, str]) -> None:
    from ganstudio.app.evaluate.study_results import number

    rows = study.trials()
    ended = sum(row.state not in ("waiting", "running") for row in rows)
    for row in rows:
        if known.get(row.number, "waiting") == row.state:
            continue
        known[row.number] = row.state
        measured = ", ".join(f"{name} {number(value)}" for name, value in row.values.items())
        words = {
            "running": _("training"), "pruned": _("ended early: it is behind the others"), "done": measured,
            "failed": _("failed: {why}").format(why=row.why),
        }.get(row.state, "")  # fmt: skip
        what = _("{what}, seed {seed}").format(what=row.words, seed=row.seed)
        say(one_line(f"[{ended}/{len(rows)}] {row.number} {what}: {words}"))


def _tell(study: Study, options: argparse.Namespace) -> None:
    from ganstudio.app.evaluate import study_results as found

    if options.csv:
        write(found.as_csv(study.trials()).rstrip("\n"))
        return
    results = study.results()
    if options.json:
        trials = [found.trial_json(trial) for trial in study.trials()]
        write_json({"folder": str(study.folder), **found.results_json(results), "trials": trials})
    elif options.markdown:
        write(found.markdown(results, study.plan.name).rstrip("\n"))
    else:
        write(_("Judged by {what}").format(what=results.judged_by))
        for rows in (results.methods, results.configurations):
            write()
            write_table(found.table(results, rows) if rows else [])
        write()
        for name, share in results.importance.items():
            write(_("importance of {name}: {share}").format(name=name, share=f"{share:.0%}"))
        if results.importance_note:
            write(results.importance_note)
        if results.unfinished:
            write(_("Still to do: {n}").format(n=results.unfinished))


@contextmanager
def _stopping(stop: Callable[[], None]) -> Iterator[None]:
    """While it lasts Ctrl-C (or SIGTERM) asks to stop; a second one ends at once."""
    came: list[int] = []

    def handle(number: int, _frame: Any) -> None:
        if came:
            _exit(128 + number)
        came.append(number)
        stop()
        sys.stderr.write(_("Storing what trains and stopping; press Ctrl-C again to end at once.") + "\n")

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before: dict[int, Any] = {number: signal.signal(number, handle) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
