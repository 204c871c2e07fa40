from __future__ import annotations

import math
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from ganstudio.app.evaluate import study_results as found
from ganstudio.app.evaluate.studies import Study
from ganstudio.app.evaluate.study_file import read_plan
from ganstudio.app.evaluate.study_results import Trial
from ganstudio.app.evaluate.study_space import Judge, Plan, choices, grid
from ganstudio.app.evaluate.study_work import Worker
from ganstudio.core.errors import StoreError, TrainingError, UsageError
from ganstudio.core.process import python_command
from ganstudio.core.scores import Score
from ganstudio.store import Run

HEAD = """
name = "small ring"
data = "ring"
methods = ["gan", "wgan-gp"]
steps = 3
seeds = [0, 1]
device = "cpu"
"""
TAIL = """
[fixed]
mlp_width = 8
batch_size = 8
[judge]
metric = "live:modes"
better = "higher"
"""
SPACE = '[space]\nlr_g = [1e-3]\nobjective = ["minimax", "non-saturating"]\n'
Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def file(head: str = HEAD, space: str = SPACE, tail: str = TAIL) -> Path:
        path = tmp_path / "ring.toml"
        path.write_text(head + space + tail, encoding="utf-8")
        return path

    return file


def states(study: Study) -> list[str]:
    return [trial.state for trial in study.trials()]


def test_the_studies_that_come_along_can_be_begun() -> None:
    plan = read_plan(Path(__file__).parents[2] / "resources" / "studies" / "triangles.toml")
    points = [(point["method"], point.get("objective of gan", point.get("objective"))) for point in grid(plan)]
    assert len(points) == 5
    assert ("gan", "minimax") in points


def test_what_a_method_lacks_is_left_out_for_it(write: Write) -> None:
    plan = read_plan(write(space='[space]\nobjective = ["minimax", "least-squares"]\nlr_g = [1e-3]\n'))
    assert [(row.name, row.values) for row in choices(plan, "gan")] == [("objective", ("minimax",)), ("lr_g", (1e-3,))]
    assert [row.name for row in choices(plan, "wgan-gp")] == ["lr_g"]
    assert len(list(grid(plan))) == 2


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (("steps = 3", "steps = -1"), "“steps” cannot be -1"),
        (("steps = 3", ""), "“steps” or “seconds”"),
        (('"gan"', '"gann"'), "Did you mean"),
        (("lr_g", "lrg"), "“lrg”"),
        (("[1e-3]", "[7, 8]"), "lr_g: none of its values"),
        (("[1e-3]", "{low = 1e-4, high = 1e-2}"), "“lr_g” is a range"),
        (('device = "cpu"', 'search = "tpe"'), "“trials”"),
        (('better = "higher"', ""), "“better”"),
        (('"live:modes"', '"fidd"'), "Did you mean “fid”"),
        (("mlp_width", "width"), "“width”"),
        (("[0, 1]", "[1, 1]"), "“seeds”"),
        (("[judge]", "[jury]"), "“jury”"),
        (('name = "small ring"', ""), "“name” is missing"),
        (('name = "small ring"', "name = "), "is no study file"),
    ],
)
def test_a_wrong_study_file_is_refused_in_words(write: Write, change: tuple[str, str], words: str) -> None:
    file = write()
    file.write_text(file.read_text("utf-8").replace(*change), encoding="utf-8")
    with pytest.raises(UsageError, match=r"ring\.toml") as refusal:
        read_plan(file)
    assert words in str(refusal.value)


def test_a_grid_is_tried_whole_and_every_trial_is_an_ordinary_run(write: Write, tmp_path: Path) -> None:
    study = Study.begin(write(), tmp_path / "study")
    said: list[str] = []
    assert Worker(study, say=said.append).work(most=2) == 2
    assert states(study) == ["done"] * 2 + ["waiting"] * 4
    again = Study.open(tmp_path / "study")  # as another process sees it
    assert Worker(again).work() == 4
    trials = again.trials()
    assert {trial.state for trial in trials} == {"done"}
    assert len({(trial.method, *trial.hyper.items(), trial.seed) for trial in trials}) == 6
    run = Run.open(study.folder / trials[0].run)
    assert run.status().state == "finished"
    assert run.info.experiment.hyper["mlp_width"] == 8
    assert run.info.experiment.seed == trials[0].seed
    assert said[0].startswith("trial 0: small ring gan")
    results = again.results()
    assert [len(row.values) for row in results.configurations] == [2] * 3
    assert {row.method: len(row.values) for row in results.methods} == {"gan": 4, "wgan-gp": 2}
    assert "8 finished runs" in results.importance_note
    assert results.boxes["gan"] == results.methods[[row.method for row in results.methods].index("gan")].values
    assert not list((study.folder / "workers").glob("*.lock"))
    # More seeds: only what is missing comes.
    file = write(HEAD.replace("[0, 1]", "[0, 1, 2]"))
    Worker(Study.begin(file, study.folder)).work(most=1)
    assert sorted(states(study)) == ["done"] * 7 + ["waiting"] * 2
    with pytest.raises(UsageError, match="“steps”"):
        Study.begin(write(HEAD.replace("steps = 3", "steps = 7")), study.folder)
    with pytest.raises(UsageError, match="“seeds”"):
        Study.begin(write(HEAD.replace("[0, 1]", "[0, 3]")), study.folder)


@pytest.mark.parametrize("search", ["random", "tpe"])
def test_a_search_tries_new_configurations_with_every_seed_until_there_are_none(
    write: Write, tmp_path: Path, search: str
) -> None:
    head = HEAD.replace('["gan", "wgan-gp"]', '["gan"]').replace("steps = 3", "steps = 2")
    head += f'search = "{search}"\ntrials = 3\n'
    study = Study.begin(write(head, "[space]\nlr_g = [1e-3, 1e-4]\n"), tmp_path / search)  # which has two points only
    Worker(study).work()
    assert sorted((trial.hyper["lr_g"], trial.seed) for trial in study.trials()) == [
        (1e-4, 0), (1e-4, 1), (1e-3, 0), (1e-3, 1)
    ]  # fmt: skip
    wide = write(head, "[space]\nlr_g = {low = 1e-5, high = 1e-2, log = true}\nn_critic = {low = 1, high = 3}\n")
    other = Study.begin(wide, tmp_path / "wide")
    Worker(other).work(most=2)
    trials = other.trials()
    assert all(1e-5 <= float(trial.hyper["lr_g"]) <= 1e-2 and trial.hyper["n_critic"] in (1, 2, 3) for trial in trials)
    assert trials[0].hyper == trials[1].hyper
    assert [trial.seed for trial in trials] == [0, 1]
    same = Study.begin(wide, tmp_path / "same")  # its proposals follow its seed
    Worker(same).work(most=1)
    assert same.trials()[0].hyper == trials[0].hyper


def test_a_study_is_judged_by_metrics_of_the_registry(write: Write, tmp_path: Path) -> None:
    judged = '[judge]\nmetric = "{first}"\ncount = 300\n[[report]]\nmetric = "{second}"\ncount = 300\n'
    head = HEAD.replace('["gan", "wgan-gp"]', '["gan"]').replace("[0, 1]", "[0]")
    for first, second in (("fid", "modes"), ("modes", "fid")):
        tail = TAIL.split("[judge]", maxsplit=1)[0] + judged.format(first=first, second=second)
        study = Study.begin(write(head, "", tail), tmp_path / first)
        Worker(study).work()
        (trial,) = study.trials()
        assert trial.state == "done", trial.why
        assert trial.value == trial.values[next(name for name in trial.values if name.startswith(first))]
        assert all(math.isfinite(value) for value in trial.values.values())
        assert len(trial.values) == 2


JUDGED = '[judge]\nmetric = "fid"\nbetter = "lower"\nextractor = "pixels"\ncount = 10\n'


def small(write: Write, folder: Path, tail: str = "", steps: int = 2) -> Study:
    head = HEAD.replace('["gan", "wgan-gp"]', '["gan"]').replace("steps = 3", f"steps = {steps}")
    space = "[space]\nlr_g = [1e-3, 1e-4]\n"
    return Study.begin(write(head, space, TAIL.split("[judge]", maxsplit=1)[0] + JUDGED + tail), folder)


def measured(value: Callable[[Run], float]) -> Callable[..., list[Score]]:
    def measure(run: Run, judges: Sequence[Judge], _tick: object) -> list[Score]:
        return [Score(judge.metric, value(run), extractor="pixels", count=10) for judge in judges]

    return measure


def test_a_trial_that_fails_is_told_as_failed_and_the_study_goes_on(write: Write, tmp_path: Path) -> None:
    study = small(write, tmp_path / "study")

    def value(run: Run) -> float:
        if run.info.experiment.seed == 1:
            raise TrainingError("It diverged.")
        return math.nan if run.info.experiment.hyper["lr_g"] == 1e-4 else 2.0

    Worker(study, measured(value)).work()
    trials = study.trials()
    assert [trial.state for trial in trials] == ["done", "failed", "failed", "failed"]
    assert [trial.why for trial in trials][2:] == ["It diverged."] * 2
    assert "not defined" in trials[1].why
    assert study.results().configurations[0].medians == {"fid · pixels · 10": 2.0}
    assert Worker(study, measured(value)).work() == 0  # they are not tried for ever


def test_a_stopped_worker_leaves_its_run_to_the_next(write: Write, tmp_path: Path) -> None:
    study = small(write, tmp_path / "study", steps=4000)
    worker = Worker(study, measured(lambda _run: 1.0))
    thread = threading.Thread(target=worker.work)
    thread.start()
    runs = study.folder / "runs"
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and not any(runs.glob("*/status.json")):
        time.sleep(0.05)
    worker.stop()
    thread.join(60)
    assert states(study) == ["waiting"] * 4
    (stopped,) = runs.iterdir()
    assert Run.open(stopped).status().state == "stopped"
    trial = next(trial for trial in study.trials() if trial.run)
    assert study.folder / trial.run == stopped


def test_a_full_disk_ends_it_in_words_and_loses_nothing(write: Write, tmp_path: Path) -> None:
    study = small(write, tmp_path / "study")

    def full(_run: Run) -> float:
        from ganstudio.core.errors import DiskFullError

        raise DiskFullError("The disk is full.")

    with pytest.raises(StoreError, match="full"):
        Worker(study, measured(full)).work()
    assert states(study) == ["waiting"] * 4
    # A line that was only half written is no line.
    with (study.folder / "journal.log").open("ab") as file:
        file.write(b'{"op_code": 4, "wor')
    Worker(Study.open(study.folder), measured(lambda _run: 1.0)).work()
    assert states(study) == ["done"] * 4
    assert len(list((study.folder / "runs").iterdir())) == 4  # the trained run was not trained again


def test_runs_behind_the_median_are_ended_early(write: Write, tmp_path: Path) -> None:
    from ganstudio.app.evaluate import study_watch

    study = small(write, tmp_path / "study", '[pruning]\nby = "high-quality samples %"\nafter = 10\nfirst = 1\n', 400)
    looked: list[float] = []
    real = study_watch.Watch._report

    def report(self: study_watch.Watch, mark: int, value: float) -> None:
        looked.append(value)
        real(self, mark, float(len([t for t in study.trials() if t.state == "done"])))  # lower is better: ever worse

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(study_watch.Watch, "_report", report)
        Worker(study, measured(lambda _run: 1.0)).work()
    assert set(states(study)) == {"done", "pruned"}
    assert max(looked) <= 0  # a share that is better high, in a study in which low is better
    assert study.results().methods[0].pruned == states(study).count("pruned")


WORK = """
import time
from pathlib import Path
from ganstudio.app.evaluate.studies import Study
from ganstudio.app.evaluate.study_work import Worker
from ganstudio.core.scores import Score
def measure(run, judges, tick):
    if {slow}:
        print('measuring', flush=True)
        time.sleep(60)
    return [Score(judge.metric, 1.0) for judge in judges]
Worker(Study.open(Path({folder!r})), measure).work()
"""


def worker_process(folder: Path, slow: bool) -> subprocess.Popen[str]:
    code = f"exec({WORK.format(slow=slow, folder=str(folder))!r})"
    return subprocess.Popen(python_command(code), stdout=subprocess.PIPE, text=True)


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="there is no kill -9")
def test_a_killed_worker_loses_its_trial_only(write: Write, tmp_path: Path) -> None:
    study = small(write, tmp_path / "study")
    killed = worker_process(study.folder, slow=True)
    assert killed.stdout is not None
    assert killed.stdout.readline() == "measuring\n"
    killed.send_signal(signal.SIGKILL)
    killed.wait(10)
    killed.stdout.close()
    assert sorted(states(study)) == ["running", "waiting", "waiting", "waiting"]
    others = [worker_process(study.folder, slow=False) for _number in range(2)]
    for other in others:
        other.communicate(timeout=100)
        assert other.returncode == 0
    assert states(study) == ["done"] * 4
    assert len(list((study.folder / "runs").iterdir())) == 4


def trial(number: int, method: str, value: float, seed: int = 0, **more: object) -> Trial:
    return Trial(number, method, {"lr": 0.1}, seed, "done", value, {"fid": value, "kid": 2 * value}, **more)  # type: ignore[arg-type]


def test_configurations_and_methods_are_told_the_best_first() -> None:
    rows = [trial(0, "a", 3.0), trial(1, "a", 5.0, 1), trial(2, "b", 1.0), Trial(3, "b", {"lr": 0.1}, 1, "failed")]
    best, other = found.methods(rows, "lower")
    assert (best.method, best.best, best.failed, best.trials) == ("b", 1.0, 1, 2)
    assert (other.median, other.low, other.high, other.medians["kid"]) == (4.0, 3.5, 4.5, 8.0)
    assert [row.method for row in found.configurations(rows, "higher")] == ["a", "b"]


def test_expected_best_of_k_falls_from_the_mean_towards_the_best() -> None:
    values = (1.0, 2.0, 3.0, 4.0)
    rows = found.expected_best(values, "lower")
    assert [k for k, *_rest in rows] == [1, 2, 3, 4]
    # E[min of k draws] = Σ P(min ≥ v), exactly.
    for k, mean, low, high in rows:
        assert mean == pytest.approx(sum((place / 4) ** k for place in range(1, 5)), abs=0.05)
        assert 1 <= low <= mean <= high <= 4
    assert found.expected_best(values, "higher")[3][1] > 3.5
    assert found.expected_best((), "lower") == ()


def test_results_as_markdown_and_csv() -> None:
    rows = [trial(0, "a", 3.0, run="runs/x"), trial(1, "b|c", 5.0, 1)]
    groups = found.configurations(rows, "lower"), found.methods(rows, "lower")
    expected = {"a": found.expected_best([3.0], "lower")}
    results = found.Results("lower", "fid", ("fid", "kid"), *groups, expected, {}, "few", 0)
    text = found.markdown(results, "Study")
    assert "| a | 1 | 3 | 3 | 3 … 3 | 0 | 0 | 6 |" in text
    assert "b\\|c" in text
    assert "few" in text
    assert found.as_csv(rows).splitlines()[0] == "trial,method,lr,seed,state,fid,kid,seconds,run,why"
    assert found.as_csv(rows).splitlines()[1] == "0,a,0.1,0,done,3.0,6.0,0.0,runs/x,"


def test_a_form_becomes_a_study_file_that_reads_the_same(tmp_path: Path) -> None:
    from ganstudio.app.evaluate.study_draft import StudyDraft, plan_of, plan_text
    from ganstudio.app.evaluate.study_space import planned
    from ganstudio.app.generators.catalogue import Catalogue

    cards = {card.name: card for card in Catalogue().methods}
    draft = StudyDraft(
        'a "ring", ü\\\x7f', "ring", ("gan", "wgan-gp"), 100, "0, 3", "tpe", 5,
        (("lr_g", "1e-5 … 1e-2"), ("objective", "minimax, non-saturating")), {"mlp_width": 8, "conv_width": 4, "lr_g": 0.1},
        "fid", "pixels", 500, ("mmd",), "high-quality samples %", device="cpu",
    )  # fmt: skip
    plan, wrong = plan_of(draft, cards)
    assert plan is not None, wrong
    assert plan.space["lr_g"].model_dump() == {"low": 1e-5, "high": 1e-2, "log": True}  # type: ignore[union-attr]
    assert "lr_g" not in plan.fixed, "it is tried"
    assert planned(plan) == 10
    file = tmp_path / "study.toml"
    file.write_text(plan_text(plan), encoding="utf-8")
    assert read_plan(file) == plan
    grid, _wrong = plan_of(replace(draft, search="grid", space=(("lr_g", "1e-3 1e-4"),), prune=""), cards)
    assert grid is not None
    assert planned(grid) == 8
    file.write_text(plan_text(grid), encoding="utf-8")
    assert read_plan(file) == grid
    bad = replace(draft, name=" ", methods=(), seeds="1, 1", judge="", space=(("lr_g", "x"),))
    assert set(plan_of(bad, cards)[1]) == {"name", "methods", "seeds", "judge", "space:0"}
    for text in ("", "1e-3 … 1e-4", "1e-3, 1e-3", "-1", "1e-3 … x"):
        found, wrong = plan_of(replace(draft, space=(("lr_g", text),)), cards)
        assert found is None, text
        assert list(wrong) == ["space:0"]
    assert "range" in plan_of(replace(draft, search="grid"), cards)[1]["space:0"]


def test_how_long_a_study_takes_is_told_once_it_is_known() -> None:
    from types import SimpleNamespace
    from typing import Any

    from ganstudio.app.evaluate.study_draft import amount_words

    plan = Plan.model_validate({"name": "a", "data": "ring", "methods": ["gan"], "steps": 100, "seeds": [0, 1],
                                "judge": {"metric": "modes"}})  # fmt: skip
    known: Any = SimpleNamespace(cost=lambda _one: SimpleNamespace(begin=10.0, step=0.5))
    unknown: Any = SimpleNamespace(cost=lambda _one: None)
    assert amount_words(plan, known, 2) == "2 runs. Training takes about 1:00 with 2 workers."
    assert amount_words(plan, unknown, 2).startswith("2 runs. How long")


def test_a_few_far_values_do_not_decide_how_far_a_plot_reaches() -> None:
    near = [trial(number, "a", 1.0 + number / 10) for number in range(8)]
    low, high = found.plot_range([found.group("a", [*near, trial(9, "a", 1e9)], "lower", {})])
    assert 0.9 < low < 1.0
    assert 1.7 < high < 1.8
    low, high = found.plot_range([found.group("a", near, "lower", {})])
    assert 0.9 < low < 1.0
    assert 1.7 < high < 1.8
    assert found.plot_range([]) == (0.0, 1.0)
