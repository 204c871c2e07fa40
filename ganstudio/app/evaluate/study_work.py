"""One process at work on a study: it takes a trial, trains it, measures it, tells what it found, until all is done."""

from __future__ import annotations

import itertools
import math
import random
import threading
import uuid
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from ganstudio.app.evaluate.studies import JOURNAL_FILE, RUNS, WORKERS, Study, label_of
from ganstudio.app.evaluate.study_journal import guides, optuna, point_of, quiet, suggest
from ganstudio.app.evaluate.study_results import loss_of, number
from ganstudio.app.evaluate.study_space import Judge, fixed_of, grid, hyper_of, key_of
from ganstudio.app.evaluate.study_watch import Watch, last_value, measure_with_registry
from ganstudio.core.errors import CancelledError, DataError, DiskFullError, StudioError
from ganstudio.core.experiment import Experiment
from ganstudio.core.fields import Value, value_text
from ganstudio.core.i18n import _
from ganstudio.core.scores import Score
from ganstudio.store import Run
from ganstudio.store.atomic import in_words
from ganstudio.store.lock import WriterLock, is_alive, read_owner, this_host

if TYPE_CHECKING:
    from ganstudio.store import Keep
    from ganstudio.training.session import Session

Measure = Callable[[Run, Sequence[Judge], Callable[[float, str], None]], list[Score]]
_BEAT = 10.0
_TRIES = 5
_RESAMPLES = 20


class Worker:
    """Works on a study in this process.

    Args:
        study: on what.
        measure: what measures a trained run by metrics of the registry; :func:`measure_run` by default.
        keep: what stays of old checkpoints and grids; as the runs' own default where None.
        say: told in a sentence what is done.
    """

    def __init__(
        self,
        study: Study,
        measure: Measure | None = None,
        keep: Keep | None = None,
        say: Callable[[str], None] = lambda _text: None,
    ) -> None:
        self.study, self.say = study, say
        self._measure = measure or measure_with_registry
        self._options: dict[str, Any] = {} if keep is None else {"keep": keep}
        self._stop = threading.Event()
        self._name = f"{this_host()}-{uuid.uuid4().hex[:12]}.lock"
        self._journal: Any = None

    def stop(self) -> None:
        """Lets the run that trains store a checkpoint and end; another start goes on with it. Any thread, or a signal."""
        self._stop.set()

    @property
    def stopping(self) -> bool:
        """Whether :meth:`stop` was called."""
        return self._stop.is_set()

    def work(self, most: int | None = None) -> int:
        """Takes trials until all are done, ``most`` of them at the most; returns how many.

        Raises:
            StudioError: the disk is full, the data are missing or the folder is gone: nothing is lost, and another
                start goes on.
        """
        with in_words(self.study.folder / WORKERS):
            for part in (WORKERS, RUNS):
                (self.study.folder / part).mkdir(exist_ok=True)
        begun = len(list((self.study.folder / WORKERS).glob("*.lock"))) + len(self.study.records())
        self._journal = self.study.journal(*guides(self.study.plan, begun))
        lock, over = WriterLock(self.study.folder / WORKERS / self._name), threading.Event()
        thread = threading.Thread(target=_beat, args=(lock, over), name="study's heartbeat", daemon=True)
        thread.start()
        done = 0
        try:
            while not self.stopping and (most is None or done < most):
                trial = self._next()
                if trial is None:
                    break
                self._do(trial)
                done += not self.stopping
            return done
        finally:
            over.set()
            thread.join()
            lock.release()

    # What comes next. All of it under the study's lock.

    def _next(self) -> Any:
        with self.study.alone(), quiet(self.study.folder / JOURNAL_FILE):
            self._take_back_orphans()
            self._top_up()
            trial = self._asked()
            if trial is not None:
                trial.set_user_attr("worker", self._name)
            return trial

    def _take_back_orphans(self) -> None:
        for trial in self.study.records():
            if trial.state.name != "RUNNING":
                continue
            name = str(trial.user_attrs.get("worker", ""))
            owner = read_owner(self.study.folder / WORKERS / name) if name else None
            if owner is not None and is_alive(owner):
                continue
            tries = trial.user_attrs.get("tries", 1)
            if tries >= _TRIES:
                words = _("Its process ended {n} times without a word; memory may be short.")
                self._fail(trial.number, trial._trial_id, words.format(n=tries))
            else:
                self._again(trial, tries + 1)

    def _again(self, trial: Any, tries: int) -> None:
        """The trial once more, from where its run stands; queued first, so that a kill in between loses nothing."""
        kept = {name: trial.user_attrs[name] for name in ("seed", "run") if name in trial.user_attrs}
        point = point_of(trial)
        if point is not None:
            attributes = {**kept, "tries": tries, "again": trial.number}
            self._journal.enqueue_trial(point, user_attrs=attributes)
        self._journal.tell(trial.number, state=optuna().trial.TrialState.FAIL)

    def _fail(self, number: int, identity: int, why: str) -> None:
        self._journal._storage.set_trial_user_attr(identity, "why", why)
        self._journal.tell(number, state=optuna().trial.TrialState.FAIL)

    def _top_up(self) -> None:
        """Queues what is missing: points of a grid, and further seeds of whatever was begun."""
        plan, points, there = self.study.plan, {}, set()
        if plan.search == "grid":
            found = list(grid(plan))
            if plan.trials and plan.trials < len(found):  # a part of it: no method first, and more of it later
                order = random.Random(0).sample(range(len(found)), len(found))[: plan.trials]
                found = [found[place] for place in sorted(order)]
            points = {self._key(point): point for point in found}
        for trial in self.study.records():
            point = point_of(trial)
            if point is not None:
                points.setdefault(self._key(point), point)
                there.add((self._key(point), trial.user_attrs.get("seed", plan.seeds[0])))
        for seed, (key, point) in itertools.product(plan.seeds, points.items()):
            if (key, seed) not in there:
                self._journal.enqueue_trial(point, user_attrs={"seed": seed})

    def _asked(self) -> Any:
        plan, records = self.study.plan, self.study.records()
        if any(trial.state.name == "WAITING" for trial in records):
            trial = self._journal.ask()
            suggest(trial, plan)
            return trial
        known = {self._key(point) for trial in records if (point := point_of(trial)) is not None}
        if plan.search == "grid" or len(known) >= plan.trials:
            return None
        for _try in range(_RESAMPLES):
            trial = self._journal.ask()
            suggest(trial, plan)
            trial.set_user_attr("seed", plan.seeds[0])
            if self._key(trial.params) not in known:
                self._top_up()
                return trial
            trial.set_user_attr("double", True)
            self._journal.tell(trial, state=optuna().trial.TrialState.FAIL)
        return None  # lists of values have an end

    def _key(self, point: Mapping[str, Value]) -> str:
        return key_of(str(point["method"]), hyper_of(self.study.plan, point))

    # One trial.

    def _do(self, trial: Any) -> None:
        file = self.study.folder / JOURNAL_FILE
        states = optuna().trial.TrialState
        try:
            run, pruned = self._train(trial)
            if self.stopping and not pruned:
                raise CancelledError("")
            values = {} if pruned or run is None else self._values(run)
        except CancelledError:
            self._give_back(trial)
            return
        except (DiskFullError, DataError):  # every other trial would meet the same
            with suppress(StudioError):
                self._give_back(trial)
            raise
        except Exception as error:  # noqa: BLE001 - a trial that fails is told as failed, and the study goes on
            why = str(error) if isinstance(error, StudioError) else f"{type(error).__name__}: {error}"
            with quiet(file):
                self._fail(trial.number, trial._trial_id, why)
            self.say(_("trial {number} failed: {why}").format(number=trial.number, why=why))
            return
        with quiet(file):
            if pruned:
                self._journal.tell(trial, state=states.PRUNED)
                self.say(_("trial {number} ended early: it is behind the others").format(number=trial.number))
                return
            trial.set_user_attr("values", {name: v if math.isfinite(v) else None for name, v in values.items()})
            value = next(iter(values.values()))
            if not math.isfinite(value):
                words = _("{name} is not defined for what it draws.").format(name=next(iter(values)))
                self._fail(trial.number, trial._trial_id, words)
                self.say(_("trial {number} failed: {why}").format(number=trial.number, why=words))
                return
            loss = loss_of(value, self.study.better)
            self._journal.tell(trial, value if self.study.better == "higher" else loss)
        told = ", ".join(f"{name} {number(value)}" for name, value in values.items())
        self.say(_("trial {number} done: {values}").format(number=trial.number, values=told))

    def _give_back(self, trial: Any) -> None:
        with self.study.alone(), quiet(self.study.folder / JOURNAL_FILE):
            kept = self._journal._storage.get_trial(trial._trial_id)
            self._again(kept, kept.user_attrs.get("tries", 1))

    def _train(self, trial: Any) -> tuple[Run | None, bool]:
        plan, hyper = self.study.plan, hyper_of(self.study.plan, trial.params)
        method, seed = trial.params["method"], trial.user_attrs["seed"]
        words = ", ".join(f"{name} {value_text(value)}" for name, value in hyper.items())
        title = " ".join(filter(None, (plan.name, method, words, f"seed {seed}")))
        self.say(_("trial {number}: {what}").format(number=trial.number, what=title))
        experiment = Experiment(
            method, plan.data, {**fixed_of(plan, method), **hyper}, plan.last_step, seed, plan.device, title
        )
        before = self._stored(trial)
        if before is not None and before.status().state == "finished":
            return before, False
        session = self._session(experiment, before)
        watch = Watch(self.study, session, trial, lambda: self.stopping, self.say)
        if before is not None:
            for rows in before.rows("quality"):
                watch.take(rows)
        session.start()
        pruned = watch.until_it_ends()
        if session.failure is not None:
            raise session.failure
        return (None if session.path is None else Run.open(session.path)), pruned

    def _stored(self, trial: Any) -> Run | None:
        path = trial.user_attrs.get("run", "")
        try:
            return Run.open(self.study.folder / path) if path else None
        except StudioError:
            return None

    def _session(self, experiment: Experiment, before: Run | None) -> Session:
        from ganstudio.app.generators.sessions import new_session, resume_session

        options = {"hold_on_trouble": False, **self._options}
        if before is not None and before.checkpoint_steps():
            return resume_session(before.path, experiment.steps, **options)
        return new_session(experiment, folder=self.study.folder / RUNS, **options)

    def _values(self, run: Run) -> dict[str, float]:
        """Everything that was asked for, by label; by which the run is judged first."""
        plan = self.study.plan
        judges = (plan.judge, *plan.report)

        def tick(_fraction: float, _text: str) -> None:
            if self.stopping:
                raise CancelledError("")

        scores = self._measure(run, [judge for judge in judges if not judge.live], tick)
        found = {label_of(judge): last_value(run, judge.live) for judge in judges if judge.live}
        by_name = {(score.metric, score.extractor, score.count): score.value for score in scores}
        for judge in judges:
            if not judge.live:
                near = [v for (name, by, count), v in by_name.items() if name == judge.metric
                        and judge.extractor in ("", by) and judge.count in (0, count)]  # fmt: skip
                loose = [v for (name, _by, _count), v in by_name.items() if name == judge.metric]
                found[label_of(judge)] = (near or loose or [math.nan])[-1]
        return {label_of(judge): found[label_of(judge)] for judge in judges}


def _beat(lock: WriterLock, over: threading.Event) -> None:
    while not over.wait(_BEAT):
        with suppress(StudioError):
            lock.beat()
