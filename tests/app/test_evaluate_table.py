"""The table of runs × metrics: which number is shown, which can be compared, which is best, which is old."""

from __future__ import annotations

import math
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ganstudio.app.evaluate.table import Known, Line, View, commands_of, make_table, number_text, summary_of
from ganstudio.app.runs.library import RunRow
from ganstudio.app.runs.verdict import Verdict
from ganstudio.core.experiment import Experiment
from ganstudio.core.scores import Score
from ganstudio.metrics.base import Better, Evidence, Found, Metric
from ganstudio.store.annotations import Annotations


def nothing(_evidence: Evidence) -> Found:
    return Found(math.nan)


def metric(name: str, better: Better) -> Metric:
    return Metric(name, name.upper(), better, frozenset(), "seconds", "", nothing)


METRICS = {one.name: one for one in (metric("fid", "lower"), metric("recall", "higher"), metric("near", "half"))}
NEW = datetime(2026, 12, 1, tzinfo=UTC)


def row(name: str, seed: int = 0, steps: int = 100, age: int = 0, **more: object) -> RunRow:
    asked = Experiment("gan", "ring", {"lr_g": 0.1}, steps, seed)
    made = RunRow(Path("/runs") / name, name, asked, "stopped", "", steps, steps, 1.0, NEW - timedelta(hours=age))
    return replace(made, **more)  # type: ignore[arg-type]


def score(value: float, name: str = "fid", half: float = math.nan, **more: object) -> Score:
    known = {"step": 100, "extractor": "classifier", "extractor_label": "classifier", "count": 500, "data": "x"}
    return Score(name, value, value - half, value + half, **{**known, **more})  # type: ignore[arg-type]


def lines_of(found: dict[RunRow, list[Score]], view: View | None = None, **known: object) -> dict[str, Line]:
    read = {one.path: Known(tuple(scores), **known) for one, scores in found.items()}  # type: ignore[arg-type]
    return {line.rows[0].name: line for line in make_table(found, read, METRICS, view or View()).lines}


def test_the_best_of_what_can_be_compared_is_marked() -> None:
    found = lines_of({
        row("a"): [score(30.0, half=1.0), score(0.2, "recall")],
        row("b"): [score(20.0, half=1.0), score(0.9, "recall")],
        row("c"): [score(5.0, count=50), score(math.nan, "recall")],
        row("d"): [],
    })  # fmt: skip
    assert [name for name, line in found.items() if (cell := line.cells.get("fid")) and cell.best] == ["b"]
    assert found["b"].cells["fid"].clearly
    assert found["b"].cells["recall"].best
    assert not found["b"].cells["recall"].clearly, "without intervals nobody knows"
    other = found["c"].cells["fid"]
    assert "number of items differs" in other.unlike
    assert not other.best, "fifty samples cannot be compared with five hundred"
    assert "≠" in other.about(METRICS["fid"])
    assert "FID · classifier · 500 · step 100" in found["b"].cells["fid"].about(METRICS["fid"])
    assert found["d"].cells == {}


def test_runs_on_other_data_are_judged_among_themselves() -> None:
    found = lines_of({row("a"): [score(30.0)], row("b"): [score(20.0)], row("c"): [score(25.0)],
                      row("m"): [score(5.0, data="y")], row("n"): [score(7.0, data="y")]})  # fmt: skip
    assert [name for name, line in found.items() if line.cells["fid"].best] == ["b", "m"]
    assert not any(line.cells["fid"].unlike for line in found.values())


def test_one_alone_is_not_the_best_and_half_is_best_in_the_middle() -> None:
    assert not lines_of({row("a"): [score(3.0)]})["a"].cells["fid"].best
    found = lines_of({row("a"): [score(0.9, "near")], row("b"): [score(0.55, "near")], row("c"): [score(0.2, "near")]})
    assert found["b"].cells["near"].best
    drawn = lines_of({row("a"): [score(0.0, "recall")], row("b"): [score(0.0, "recall")]})
    assert not any(line.cells["recall"].best for line in drawn.values()), "nobody wins a draw"


def test_numbers_are_written_as_everywhere() -> None:
    assert number_text(2907.4) == "2,907"
    assert number_text(-0.0001, 0.019) == "0.000 ± 0.019"
    assert number_text(-0.02, 0.019) == "−0.020 ± 0.019"


def test_the_newest_step_or_the_best_one() -> None:
    scores = [score(9.0, step=10), score(4.0, step=20), score(6.0, step=30), score(0.5, "recall", step=20),
              score(0.7, "recall", step=30)]  # fmt: skip
    newest = lines_of({row("a"): scores})["a"]
    assert (newest.cells["fid"].value, newest.cells["recall"].value, newest.best_step) == (6.0, 0.7, 20)
    best = lines_of({row("a"): scores}, View(at_best=True))["a"]
    assert (best.cells["fid"].value, best.cells["recall"].value) == (4.0, 0.5), "all numbers are of one step"
    judged = lines_of({row("a"): scores}, View(judge="recall"))["a"]
    assert judged.best_step == 30
    assert "of 3 that were measured" in newest.best_text(METRICS["fid"])


def test_seeds_are_folded_to_a_mean_and_its_interval() -> None:
    found = {row(f"s{seed}", seed): [score(value)] for seed, value in enumerate((1.0, 2.0, 3.0))}
    found[row("other", steps=200)] = [score(9.0)]
    lines = lines_of(found, View(fold=True))
    assert set(lines) == {"s0", "other"}
    cell = lines["s0"].cells["fid"]
    assert cell.value == pytest.approx(2.0)
    assert (cell.high - cell.low) / 2 == pytest.approx(4.303 / math.sqrt(3)), "Student’s, two degrees of freedom"
    assert lines["s0"].below == "3 seeds"
    assert cell.best
    assert len(lines_of(found)) == 4


def test_what_a_run_has_gone_on_from_is_old() -> None:
    assert lines_of({row("a"): [score(1.0)]}, checkpoints=(0, 100))["a"].cells["fid"].old == ""
    assert "step 250" in lines_of({row("a"): [score(1.0)]}, checkpoints=(0, 100, 250))["a"].cells["fid"].old


def test_words_and_stars_choose_the_runs_and_their_columns() -> None:
    starred = row("a", marks=Annotations(True, ("talk",)))
    found = {starred: [score(1.0)], row("b"): [score(0.1, "recall")]}
    for view in (View("talk"), View(starred=True), View("talk RING")):
        assert set(lines_of(found, view)) == {"a"}
    read = {one.path: Known(tuple(scores)) for one, scores in found.items()}
    assert [one.name for one in make_table(found, read, METRICS, View(starred=True)).metrics] == ["fid"]


def test_a_sentence_says_which_is_best_and_which_failed() -> None:
    ill = Verdict("mode collapse", "One mode of eight.", "warning")
    found = {row("a"): [score(30.0, half=1.0)], row("b"): [score(20.0, half=1.0)], row("c"): [score(90.0, half=1.0)]}
    read = {one.path: Known(tuple(scores), ill if one.name == "c" else None) for one, scores in found.items()}
    table = make_table(found, read, METRICS, View())
    assert summary_of(table.lines, table) == "By FID “b” is best: 20.0 ± 1.0. “c”: mode collapse."
    assert "measure them together" in summary_of(table.lines[:1], table)
    assert "Press Measure" in summary_of((), make_table((), {}, METRICS, View()))


def test_of_several_seeds_the_gravest_verdict_is_told() -> None:
    ill, well = Verdict("collapse", "…", "warning"), Verdict("balanced", "…", "good")
    rows = [row(f"s{seed}", seed) for seed in range(3)]
    read = {one.path: Known((), ill if one.name == "s1" else well) for one in rows}
    (line,) = make_table(rows, read, METRICS, View(fold=True)).lines
    assert line.verdict is not None
    assert line.verdict.word == "collapse (1 of 3)"


@pytest.mark.parametrize(
    ("value", "half", "text"),
    [(12.3456, 0.41, "12.35 ± 0.41"), (1234.5, 35, "1,234 ± 35"), (12.3456, math.nan, "12.35"), (math.nan, 1, "–"),
     (-0.00123, math.nan, "−0.00123"), (1e-9, 3e-10, "1e−09 ± 3e−10"), (5.0, 0.0, "5")],
)  # fmt: skip
def test_numbers_have_the_digits_that_count(value: float, half: float, text: str) -> None:
    assert number_text(value, half) == text


def test_the_command_measures_the_same_again() -> None:
    scores = [score(1.0), score(0.5, "recall"), score(2.0, step=50, source="raw", seed=3)]
    assert commands_of(Path("/my runs/a"), scores).splitlines() == [
        "ganstudio evaluate '/my runs/a' --metrics fid,recall --extractor classifier --count 500 --step 100 --seed 0",
        "ganstudio evaluate '/my runs/a' --metrics fid --extractor classifier --count 500 --step 50 --seed 3 --source raw",
    ]


def test_how_one_looks_is_kept_and_damage_forgotten() -> None:
    view = View("words", True, "recall", True, True, ("fid", "·4"))
    assert View.from_text(view.to_text()) == replace(view, words="", starred=False)
    for text in ("", "{", "[]", "null", '{"hidden": 3}', "[" * 9999):
        assert View.from_text(text) == View()


def test_three_hundred_runs_take_no_time() -> None:
    found = {row(f"r{n}", n % 5, 100 + n // 5): [score(float(n), m, 1.0, step=s) for m in METRICS for s in (50, 100)]
             for n in range(300)}  # fmt: skip
    read = {one.path: Known(tuple(scores)) for one, scores in found.items()}
    begin = time.perf_counter()
    make_table(found, read, METRICS, View(fold=True))
    assert time.perf_counter() - begin < 0.5


def test_a_metric_that_is_nowhere_a_number_judges_nothing() -> None:
    found = {row(name): [score(math.nan), score(value, "recall")] for name, value in (("a", 0.5), ("b", 0.7))}
    read = {one.path: Known(tuple(scores)) for one, scores in found.items()}
    table = make_table(found, read, METRICS, View())
    assert table.judge is METRICS["recall"]
    assert [one.name for one in table.metrics] == ["fid", "recall"], "that it was tried is seen all the same"
