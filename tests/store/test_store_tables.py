from __future__ import annotations

import json
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from ganstudio.core.events import Rows, SeriesInfo
from ganstudio.store import Run, RunWriter
from ganstudio.store.tables import TableWriter, read_table


@st.composite
def some_rows(draw: st.DrawFn) -> Rows:
    names = draw(st.lists(st.text(min_size=1, max_size=8), unique=True, max_size=4))
    series = tuple(
        SeriesInfo(name, draw(st.sampled_from(["loss", "gradient"])), draw(st.sampled_from(["real", "other"])))
        for name in names
    )
    steps = sorted(draw(st.sets(st.integers(0, 2**50), min_size=1, max_size=20)))
    shape = (len(steps), len(series))
    floats = st.floats(width=32, allow_nan=True, allow_infinity=True)
    values = draw(hnp.arrays(np.float32, shape, elements=floats))
    seconds = draw(hnp.arrays(np.float64, len(steps), elements=st.floats(0, 1e9)))
    return Rows("steps", series, np.array(steps, np.int64), seconds, values)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=some_rows(), cut=st.integers(0, 20))
def test_rows_come_back_bit_for_bit(tmp_path_factory: pytest.TempPathFactory, rows: Rows, cut: int) -> None:
    folder = tmp_path_factory.mktemp("metrics")
    writer = TableWriter(folder)
    cut = min(cut, len(rows.steps))
    for part in (slice(0, cut), slice(cut, None)):
        writer.append(Rows("steps", rows.series, rows.steps[part], rows.seconds[part], rows.values[part]))
    (back,) = read_table(folder, "steps")
    assert back.series == rows.series
    np.testing.assert_array_equal(back.steps, rows.steps)
    np.testing.assert_array_equal(back.seconds, rows.seconds)
    np.testing.assert_array_equal(np.isnan(back.values), np.isnan(rows.values))
    np.testing.assert_array_equal(back.values, rows.values)


def test_other_columns_begin_a_new_segment(run_path: Path, make_rows: Any) -> None:
    more = (SeriesInfo("penalty", "loss", "other"),)
    with RunWriter(run_path) as writer:
        writer.append_rows(make_rows(1, 3))
        writer.append_rows(make_rows(4, 5, series=more))
        writer.append_rows(make_rows(2, 2, table="quality", series=more))
    run = Run.open(run_path)
    assert run.tables() == ["quality", "steps"]
    assert [rows.steps.tolist() for rows in run.rows("steps")] == [[1, 2, 3], [4, 5]]
    assert [len(rows.series) for rows in run.rows("steps")] == [2, 1]
    with RunWriter(run_path) as writer:
        writer.append_rows(make_rows(6, 6, series=more))
    assert [rows.steps.tolist() for rows in run.rows("steps")] == [[1, 2, 3], [4, 5, 6]]
    assert run.rows("nothing") == []


@pytest.mark.parametrize("extra", [1, 7, 23])
def test_a_torn_record_is_ignored_by_readers_and_cut_by_the_next_writer(
    run_path: Path, make_rows: Any, extra: int
) -> None:
    with RunWriter(run_path) as writer:
        writer.append_rows(make_rows(1, 3))
    file = run_path / "metrics" / "steps-0.bin"
    whole = file.read_bytes()
    file.write_bytes(whole + b"\x07" * extra)
    assert Run.open(run_path).rows("steps")[0].steps.tolist() == [1, 2, 3]
    with RunWriter(run_path) as writer:
        assert file.read_bytes() == whole
        writer.append_rows(make_rows(4, 4))
    assert Run.open(run_path).rows("steps")[0].steps.tolist() == [1, 2, 3, 4]


def test_zeros_of_a_power_cut_are_no_values(run_path: Path, make_rows: Any) -> None:
    with RunWriter(run_path) as writer:
        writer.append_rows(make_rows(1, 3))
    file = run_path / "metrics" / "steps-0.bin"
    file.write_bytes(file.read_bytes() + bytes(240))
    assert Run.open(run_path).rows("steps")[0].steps.tolist() == [1, 2, 3]
    with RunWriter(run_path) as writer:
        writer.append_rows(make_rows(4, 4))
    assert Run.open(run_path).rows("steps")[0].steps.tolist() == [1, 2, 3, 4]


@pytest.mark.parametrize(("step", "seconds"), [(1 << 62, 1.0), (-5, 1.0), (4, float("nan")), (4, 1e300)])
def test_rows_end_at_what_no_run_has(run_path: Path, make_rows: Any, step: int, seconds: float) -> None:
    with RunWriter(run_path) as writer:
        writer.append_rows(make_rows(1, 3))
    file = run_path / "metrics" / "steps-0.bin"
    file.write_bytes(file.read_bytes() + struct.pack("<qdff", step, seconds, 0, 0))
    assert Run.open(run_path).rows("steps")[0].steps.tolist() == [1, 2, 3]


@pytest.mark.parametrize(
    "columns",
    [
        [{"name": "a", "kind": "boo", "role": "real"}],
        [{"name": "a", "kind": "loss", "role": "boo"}],
        [{"name": "a", "kind": {}, "role": "real"}],
        [{"name": "a", "kind": "loss", "role": "real"}] * 2,
        [{"name": f"{n}", "kind": "loss", "role": "real"} for n in range(5000)],
    ],
)
def test_columns_that_nobody_can_draw_are_no_table(run_path: Path, make_rows: Any, columns: Any) -> None:
    file = run_path / "metrics" / "steps-0.bin"
    file.parent.mkdir(exist_ok=True)
    file.write_text(json.dumps({"table": "steps", "series": columns}) + "\n", "utf-8")
    assert Run.open(run_path).rows("steps") == []
    with RunWriter(run_path) as writer:
        writer.append_rows(make_rows(1, 3))
    assert Run.open(run_path).rows("steps")[0].steps.tolist() == [1, 2, 3]


def test_a_half_written_header_is_not_there_yet(run_path: Path, make_rows: Any) -> None:
    (run_path / "metrics" / "steps-0.bin").write_bytes(b'{"table": "st')
    (run_path / "metrics" / "notes.txt").write_bytes(b"mine")
    run = Run.open(run_path)
    assert run.tables() == []
    with RunWriter(run_path) as writer:
        writer.append_rows(make_rows(1, 2))
    assert run.rows("steps")[0].steps.tolist() == [1, 2]


def test_the_same_rows_twice_are_stored_once(run_path: Path, make_rows: Any) -> None:
    with RunWriter(run_path) as writer:
        writer.append_rows(make_rows(1, 4))
        writer.append_rows(make_rows(1, 4))
        writer.append_rows(make_rows(3, 6))
    assert Run.open(run_path).rows("steps")[0].steps.tolist() == [1, 2, 3, 4, 5, 6]


def test_rows_that_do_not_fit_are_refused(run_path: Path, make_rows: Any) -> None:
    good = make_rows(1, 3)
    with RunWriter(run_path) as writer:
        for bad in (
            Rows("steps", good.series, good.steps[::-1], good.seconds, good.values),
            Rows("steps", good.series, good.steps, good.seconds[:2], good.values),
            Rows("steps", good.series[:1], good.steps, good.seconds, good.values),
            Rows("../steps", good.series, good.steps, good.seconds, good.values),
        ):
            with pytest.raises(ValueError):  # noqa: PT011 - the message is for programmers
                writer.append_rows(bad)
    assert Run.open(run_path).tables() == []


def test_truncation_drops_later_rows_over_segments(run_path: Path, make_rows: Any) -> None:
    more = (SeriesInfo("penalty", "loss", "other"),)
    with RunWriter(run_path) as writer:
        writer.append_rows(make_rows(1, 10))
        writer.append_rows(make_rows(11, 20, series=more))
        writer.truncate_after(7)
        writer.append_rows(make_rows(8, 9, series=more))
    run = Run.open(run_path)
    assert [rows.steps.tolist() for rows in run.rows("steps")] == [[1, 2, 3, 4, 5, 6, 7], [8, 9]]
