"""One run of a study while it trains, and how it is measured afterwards."""

from __future__ import annotations

import importlib
import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ganstudio.app.evaluate.studies import JOURNAL_FILE, Study
from ganstudio.app.evaluate.study_journal import MARKS, quiet
from ganstudio.app.evaluate.study_space import Judge
from ganstudio.core.commands import Stop
from ganstudio.core.events import Rows, StateChanged
from ganstudio.core.scores import Score
from ganstudio.store import Run

if TYPE_CHECKING:
    from ganstudio.training.session import Session


class Watch:
    """Follows one run: tells the journal how it does, and ends it early or at the end of its seconds."""

    def __init__(
        self, study: Study, session: Session, trial: Any, stopping: Callable[[], bool], say: Callable[[str], None]
    ) -> None:
        self._study, self._session, self._trial = study, session, trial
        self._stopping, self._say = stopping, say
        self._plan = study.plan
        self._mark, self._pruned, self._ended = 0, False, False
        self._known, self._over = math.nan, False

    def until_it_ends(self) -> bool:
        """Waits; says whether it was ended early."""
        named = False
        while True:
            alive = self._session.alive
            if not named and self._session.path is not None:
                named = True
                with quiet(self._study.folder / JOURNAL_FILE):
                    path = self._session.path.relative_to(self._study.folder)
                    self._trial.set_user_attr("run", path.as_posix())
            for event in self._session.mailbox.drain():
                if isinstance(event, Rows):
                    self.take(event)
                elif isinstance(event, StateChanged) and event.state in ("paused", "stopping") and event.message:
                    self._say(event.message)
            if self._stopping():
                self._end()
            if not alive and named | (self._session.path is None):
                self._over = True
                self._fill(MARKS + 1)
                return self._pruned
            self._session.join(0.05)

    def take(self, rows: Rows) -> None:
        """Looks at what was measured."""
        if not len(rows.steps):
            return
        if self._plan.seconds and rows.seconds[-1] >= self._plan.seconds:
            self._end()
        rule = self._plan.pruning
        column = next((i for i, info in enumerate(rows.series) if rule is not None and info.name == rule.by), None)
        if rule is None or column is None:
            return
        for step, seconds, value in zip(rows.steps, rows.seconds, rows.values[:, column], strict=True):
            share = seconds / self._plan.seconds if self._plan.seconds else step / self._plan.steps
            mark = int(share * MARKS)  # runs are drawn at other steps, and compared at the same share of their budget
            if math.isfinite(value):
                self._fill(mark)
                self._known = float(value) * (1 if self._same_way else -1)

    def _fill(self, mark: int) -> None:
        """Every mark before this one has the value that was known last when the run passed it."""
        while self._mark < mark and math.isfinite(self._known) and not self._ended:
            self._report(self._mark, self._known)
            self._mark += 1
        self._mark = max(mark, self._mark)

    @property
    def _same_way(self) -> bool:
        rule = self._plan.pruning
        return rule is not None and rule.better == ("higher" if self._study.better == "higher" else "lower")

    def _report(self, mark: int, value: float) -> None:
        with quiet(self._study.folder / JOURNAL_FILE):
            self._trial.report(value, mark)
            if not self._over and self._trial.should_prune():
                self._pruned = True
                self._end()

    def _end(self) -> None:
        if not self._ended:
            self._ended = True
            self._session.send(Stop(save=True))


def last_value(run: Run, curve: str) -> float:
    """The newest measured value of a curve of a run; NaN where there is none."""
    value = math.nan
    for table in run.tables():
        for rows in run.rows(table):
            for column, info in enumerate(rows.series):
                measured = np.flatnonzero(np.isfinite(rows.values[:, column]))
                if info.name == curve and len(measured):
                    value = float(rows.values[measured[-1], column])
    return value


def measure_with_registry(run: Run, judges: Sequence[Judge], tick: Callable[[float, str], None]) -> list[Score]:
    """What metrics of the registry say of a run; each set of features is made once."""
    if not judges:
        return []
    measuring = importlib.import_module("ganstudio.app.evaluate.measuring")
    scores: list[Score] = []
    for extractor, count in dict.fromkeys((judge.extractor, judge.count) for judge in judges):
        names = tuple(judge.metric for judge in judges if (judge.extractor, judge.count) == (extractor, count))
        asked = measuring.Asked(metrics=names, extractor=extractor, count=count, device=run.info.experiment.device)
        scores += measuring.measure_run(run, asked, tick)
    return scores
