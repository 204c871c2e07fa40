"""What is written of runs for others: CSV, LaTeX, a report that stands alone, event files that TensorBoard reads."""

from __future__ import annotations

import base64
import csv
import io
import re
import sys
from collections.abc import Sequence
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image

from ganstudio.app.evaluate.event_files import write_event_files
from ganstudio.app.evaluate.exports import as_csv, as_latex, export_table, stored_table, tex
from ganstudio.app.evaluate.report import as_html
from ganstudio.app.evaluate.table import View
from ganstudio.core.dataspec import DataSpec
from ganstudio.core.errors import UsageError
from ganstudio.core.events import Rows, Samples, SeriesInfo
from ganstudio.core.experiment import Experiment
from ganstudio.core.scores import Score
from ganstudio.store import RunWriter, create_run
from ganstudio.store.scores import append_scores

SERIES = SeriesInfo("D(x)", "probability", "real"), SeriesInfo("generator/adversarial", "loss", "generator")
NASTY = '<b>&"x"</b> 50% _a_'
_VOID = {"meta", "img", "br"}


def made(name: str, seed: int = 0, fid: Sequence[float] = (), points: bool = False, **hyper: float) -> Path:
    spec = DataSpec("ring", "points", 9, extent=1.5) if points else DataSpec("digits", "images", 9, channels=1, size=8)
    path = create_run(Experiment("gan", spec.name, hyper, steps=40, seed=seed, name=name), spec, "print")
    with RunWriter(path) as writer:
        for step in (0, 20, 40):
            items = np.full((9, 2), 0.5, np.float32) if points else np.full((9, 8, 8, 1), step, np.uint8)
            writer.save_samples(Samples(step, items, None, "ema"))
        at = np.arange(1, 41)
        values = np.stack([np.linspace(0.9, 0.5, 40) + seed, np.linspace(2, 1, 40)], 1).astype(np.float32)
        values[7, 1] = np.nan
        writer.append_rows(Rows("steps", SERIES, at, at * 0.5, values))
        writer.write_status("finished", 40, 40, 20.0)
    way = {"extractor": "classifier", "extractor_label": "classifier (97 % right)", "split": "train", "made": "2026"}
    for step, value in zip((20, 40), fid, strict=False):
        append_scores(path, [Score("fid", value, value - 1, value + 1, step=step, count=500, real_count=500, **way)])  # type: ignore[arg-type]
    return path


@pytest.fixture
def paths() -> list[Path]:
    return [
        made(NASTY, 0, (9.0, 8.0), lr_g=0.1),
        made("b", 1, (4.0, 5.0), lr_g=0.1),
        made("c", 0, lr_g=0.2, points=True),
    ]


def test_csv_has_every_score_with_all_its_terms(paths: list[Path]) -> None:
    rows = list(csv.DictReader(io.StringIO(as_csv(stored_table(paths)))))
    assert [(row["run"], row["step"], row["value"]) for row in rows] == [
        (NASTY, "20", "9.0"), (NASTY, "40", "8.0"), ("b", "20", "4.0"), ("b", "40", "5.0")
    ]  # fmt: skip
    last = rows[-1]
    told = ("low", "high", "run_seed", "measured_count", "measured_split", "measured_extractor", "on_view", "best")
    assert [last[name] for name in told] == ["4.0", "6.0", "1", "500", "train", "classifier", "yes", "yes"]
    assert rows[0]["on_view"] == ""
    assert "--step 40" in last["command"]


def test_latex_is_escaped_and_says_how_it_was_measured(paths: list[Path]) -> None:
    text = as_latex(stored_table(paths))
    assert tex(NASTY) in text
    assert NASTY not in text
    assert r"\textbf{5.0 $\pm$ 1.0}" in text
    assert r"classifier (97 \% right) $\cdot$ 500 $\cdot$ train" in text
    assert "95 \\% interval" in text
    rows = [line for line in text.splitlines() if line.endswith(r"\\")]
    assert {len(re.findall(r"(?<!\\)&", line)) for line in rows} == {4}, "every row has as many cells"
    assert text.count("{") - text.count(r"\{") == text.count("}") - text.count(r"\}")
    folded = as_latex(stored_table([made("s0", 0, (3.0,)), made("s1", 1, (5.0,))], View(fold=True)))
    assert "over the seeds" in folded
    assert "2 seeds" in folded


class Page(HTMLParser):
    """Whether all is closed that was opened, and what a browser would fetch or run."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.words: list[str] = []
        self.fetched: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag not in ("script", "link", "iframe", "object")
        assert not any(name.startswith("on") for name, _value in attrs)
        self.fetched += [value or "" for name, value in attrs if name in ("src", "href")]
        if tag not in _VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        pass

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def test_the_report_stands_alone(paths: list[Path]) -> None:
    text = as_html(stored_table(paths))
    page = Page()
    page.feed(text)
    assert page.open == []
    assert NASTY in "".join(page.words), "escaped, so that it is read as it was written"
    assert "http" not in re.sub(r"http-equiv", "", text), "nothing is fetched"
    assert page.fetched
    for one in page.fetched:
        assert one.startswith("data:image/png;base64,")
        picture = Image.open(io.BytesIO(base64.b64decode(one.partition(",")[2])))
        assert picture.size == (26, 26)
    drawings = [ElementTree.fromstring(one) for one in re.findall(r"<svg.*?</svg>", text, re.DOTALL)]
    lines = [len(one.findall("polyline")) for one in drawings]
    assert lines == [2, 3, 3, 0], "the score of two, series of all three, and a cloud"
    words = " ".join(page.words)
    for said in (
        "lr_g",
        "“b”",
        "How to measure this again",
        "--metrics fid",
        "nearest to its best",
        "FID · classifier",
    ):
        assert said in words
    assert "prefers-color-scheme: dark" in text
    assert "@media print" in text


def test_seeds_are_a_line_with_a_band(tmp_path: Path) -> None:
    paths = [made(f"r{number}", number, (5.0, 4.0), lr_g=0.1 * (1 + number % 2)) for number in range(4)]
    export_table(tmp_path / "r.html", stored_table(paths, View(fold=True)))
    text = (tmp_path / "r.html").read_text("utf-8")
    assert text.count('class="band') >= 2
    assert "lowest run to the highest" in text
    with pytest.raises(UsageError, match="csv"):
        export_table(tmp_path / "r.xls", stored_table(paths[:1]))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["r.html"]


def test_a_run_of_nothing_can_be_reported() -> None:
    path = create_run(Experiment("gan", "digits", {}, name="new"), DataSpec("digits", "images", 9, size=8), "print")
    table = stored_table([path])
    assert "new" in as_html(table)
    assert as_csv(table).count("\n") == 1
    assert r"\hline" in as_latex(table)


def test_tensorboard_reads_the_event_files(paths: list[Path], tmp_path: Path) -> None:
    accumulator = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator")
    told: list[float] = []
    for _again in range(2):  # a later export takes the place of the first
        written = write_event_files(tmp_path / "tb", paths, lambda share, _text: told.append(share))
    assert told[-1] == 1.0
    assert len({path.parent for path in written}) == 3
    assert [len(list(path.parent.iterdir())) for path in written] == [1, 1, 1]
    read = accumulator.EventAccumulator(str(written[0].parent), size_guidance={"scalars": 0, "images": 0, "tensors": 0})
    read.Reload()
    found = read.Scalars("probability/D(x)")
    assert [one.step for one in found] == list(range(1, 41))
    assert found[-1].value == pytest.approx(0.5)
    assert found[-1].wall_time - found[0].wall_time == pytest.approx(19.5, abs=1e-3)
    assert len(read.Scalars("loss/generator/adversarial")) == 39, "what was not measured is left out"
    score = next(tag for tag in read.Tags()["scalars"] if tag.startswith("score/"))
    assert [(one.step, one.value) for one in read.Scalars(score)] == [(20, 9.0), (40, 8.0)]
    images = read.Images("samples")
    assert [(one.step, one.width, one.height) for one in images] == [(step, 26, 26) for step in (0, 20, 40)]
    (settings,) = read.Tensors("settings")
    text = settings.tensor_proto.string_val[0].decode()
    assert "| seed | 0 |" in text
    assert r"lr\_g" in text


def test_without_tensorboard_it_says_what_to_install(
    paths: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "tensorboard.summary.writer.record_writer", None)
    with pytest.raises(UsageError, match=r"ganstudio\[tensorboard\]"):
        write_event_files(tmp_path / "tb", paths)
    assert not (tmp_path / "tb").exists()
