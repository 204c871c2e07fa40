"""Runs made to be ill are told so, and healthy ones are left in peace: five seeds of each, judged as the window judges."""

from __future__ import annotations

from collections import Counter

import pytest
import torch

from ganstudio.app.runs.readings import seen_in
from ganstudio.app.runs.verdict import Verdict, judge
from tests.app.ill_runs import FINE, HEALTHY, ILL, Case, Course, course

SEEDS = range(5)
EARLY_ALARMS = 0.02
"""Share of all looks at healthy runs at which a warning may stand."""


def looks(run: Course) -> list[Verdict]:
    """What stands beside each of its pictures."""
    return [judge(run.tables, run.spec, one.step, seen_in(one, run.real, run.spec)) for one in run.pictures]


def judged(case: Case) -> list[list[Verdict]]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        return [looks(course(case, seed)) for seed in SEEDS]
    finally:
        torch.set_num_threads(before)


def row(name: str, ends: list[list[Verdict]]) -> str:
    """A line of the table: what stood there at the end, for each seed, and how often anything stood there."""
    last = Counter(run[-1].name for run in ends)
    every = Counter(one.name for run in ends for one in run)
    return f"{name}: at the end {dict(last)}, at all looks {dict(every)}"


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("name", ILL)
def test_each_illness_is_recognised(name: str) -> None:
    ends = judged(ILL[name])
    assert all(run[-1].name in ILL[name].allowed and run[-1].tone == "warning" for run in ends), row(name, ends)
    assert all(run[-1].evidence for run in ends)


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("name", HEALTHY)
def test_no_healthy_run_is_called_ill(name: str) -> None:
    ends = judged(HEALTHY[name])
    alarms = sum(one.tone == "warning" for run in ends for one in run)
    assert not any(run[-1].tone == "warning" for run in ends), row(name, ends)
    assert {run[-1].name for run in ends} <= set(FINE.split())
    assert alarms <= EARLY_ALARMS * sum(map(len, ends)), row(name, ends)
