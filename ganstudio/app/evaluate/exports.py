"""The table of runs × metrics for other programs: every number with its terms as CSV, those on view as LaTeX. No Qt."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from ganstudio.app.evaluate.table import Cell, Known, Table, View, commands_of, make_table
from ganstudio.app.runs.library import RunRow, row_of
from ganstudio.app.runs.verdict import judge_stored
from ganstudio.core.elsewhere import as_cell
from ganstudio.core.errors import StudioError, UsageError
from ganstudio.core.i18n import _
from ganstudio.core.scores import Score
from ganstudio.metrics import all_metrics
from ganstudio.metrics.base import Metric
from ganstudio.store import Run
from ganstudio.store.atomic import replace_file
from ganstudio.store.scores import read_scores

KINDS = (".csv", ".tex", ".html")
_TERMS = (
    "extractor", "extractor_label", "count", "real_count", "split", "resize", "source", "seed", "data", "made", "note",
)  # fmt: skip
_HEAD = (
    "run", "folder", "method", "data", "run_seed", "steps", "verdict", "metric", "better", "unit", "step", "value", "low",
    "high", "on_view", "best", "comparable", *(f"measured_{name}" for name in _TERMS), "command",
)  # fmt: skip
_TEX = {
    "\\": r"\textbackslash{}", "&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#", "_": r"\_", "{": r"\{", "}": r"\}",
    "~": r"\textasciitilde{}", "^": r"\textasciicircum{}", "±": r"$\pm$", "−": "$-$", "≠": r"$\neq$", "→": r"$\to$",
    "×": r"$\times$", "½": r"$\frac12$", "∞": r"$\infty$", "≤": r"$\le$", "≥": r"$\ge$", "·": r"$\cdot$", "–": "--",
    "“": "``", "”": "''", "’": "'", "…": r"\dots{}", "<": r"\textless{}", ">": r"\textgreater{}", "|": r"\textbar{}",
    "\N{NO-BREAK SPACE}": "~", "\N{NARROW NO-BREAK SPACE}": "~",
}  # fmt: skip


def stored_table(paths: Sequence[Path], view: View | None = None) -> Table:
    """The table of some runs, read from their folders; reads whole runs, so it is for a job or a command.

    Args:
        paths: the runs' folders.
        view: how it is asked for.

    Raises:
        StoreError: one of them is no run.
    """
    rows, known = [], {}
    for path in paths:
        row, run = row_of(path), Run.open(path)
        verdict = None
        with suppress(StudioError):  # something of it is damaged: then nothing is said of how it goes
            verdict = judge_stored(run)
        asked = row.experiment
        rows.append(replace(row, method=row.method or asked.method, data=row.data or asked.data))
        known[path] = Known(tuple(read_scores(path)), verdict, tuple(run.checkpoint_steps()))
    metrics = {metric.name: metric for metric in all_metrics().values()}
    return make_table(rows, known, metrics, view or View())


def export_table(path: Path, table: Table) -> None:
    """Writes a table as CSV, LaTeX or a report, by the ending of the file, which appears whole.

    Args:
        path: the file.
        table: its lines and columns are written; curves and pictures of a report are read from the runs' folders.

    Raises:
        UsageError: the ending means nothing.
        StoreError: the file cannot be written.
    """
    kind = path.suffix.lower()
    if kind == ".csv":
        text = as_csv(table)
    elif kind == ".tex":
        text = as_latex(table)
    elif kind == ".html":
        from ganstudio.app.evaluate.report import as_html

        text = as_html(table)
    else:
        raise UsageError(_("{file}: a table is written as .csv, .tex or .html.").format(file=path.name))
    replace_file(path, text.encode("utf-8"))


def as_csv(table: Table) -> str:
    """Every score of the runs as CSV, a row for each, with all that it depends on; keys are as they are stored.

    ``on_view`` says whether it stands in the table itself, ``comparable`` whether with the others of its column.
    """
    metrics = {metric.name: metric for metric in table.metrics}
    text = io.StringIO()
    lines = csv.writer(text, lineterminator="\n")
    lines.writerow(_HEAD)
    for line in table.lines:
        shown = {id(score): cell for cell in line.cells.values() for score in cell.scores}
        for row, known in zip(line.rows, line.known, strict=True):
            scores = [score for score in known.scores if score.metric in metrics]
            for score in sorted(scores, key=lambda one: (list(metrics).index(one.metric), one.step)):
                cells = _row(row, known, score, metrics[score.metric], shown.get(id(score)))
                lines.writerow([as_cell(str(cell)) for cell in cells])
    return text.getvalue()


def _row(row: RunRow, known: Known, score: Score, metric: Metric, cell: Cell | None) -> list[object]:
    asked, verdict = row.experiment, known.verdict.word if known.verdict else ""
    numbers = [value if math.isfinite(value) else "" for value in (score.value, score.low, score.high)]
    marks = ("", "", "") if cell is None else ("yes", "yes" if cell.best else "no", "no" if cell.unlike else "yes")
    facts = [row.name, row.path, asked.method, asked.data, asked.seed, row.step, verdict]
    of_it = [score.metric, metric.better, metric.unit, score.step, *numbers, *marks]
    return [*facts, *of_it, *(getattr(score, name) for name in _TERMS), commands_of(row.path, [score])]


def as_latex(table: Table) -> str:
    """The numbers on view as a LaTeX table without any package: the best in bold; how they were measured is the caption."""
    metrics, folded = table.metrics, any(len(line.rows) > 1 for line in table.lines)
    head = [
        _("Run"),
        _("Method"),
        _("Data"),
        _("Seeds") if folded else _("Seed"),
        *(metric.heading for metric in metrics),
    ]
    body = []
    for line in table.lines:
        row = line.rows[0]
        numbers = (_number(line.cells.get(metric.name)) for metric in metrics)
        body.append(" & ".join([*map(tex, (row.name, row.method, row.data, line.seeds)), *numbers]) + r" \\")
    top = r"\begin{table}", r"  \centering", rf"  \caption{{{tex(caption(table))}}}"
    columns = rf"  \begin{{tabular}}{{lll{'r' * (1 + len(metrics))}}}"
    middle = r"    \hline", f"    {' & '.join(map(tex_heading, head))} \\\\", r"    \hline"
    end = r"    \hline", r"  \end{tabular}", r"\end{table}", ""
    return "\n".join((*top, columns, *middle, *(f"    {row}" for row in body), *end))


def _number(cell: Cell | None) -> str:
    if cell is None:
        return "--"
    text = tex(cell.text)
    text = rf"\textbf{{{text}}}" if cell.best else text
    return f"{text}$^\\ast$" if cell.unlike else text


def caption(table: Table) -> str:
    """How the numbers of a table were measured, in words: without that they can be compared with nothing."""
    said = [_("Best comparable value of each column in bold.")]
    for metric in table.metrics:
        cells = [cell for line in table.lines if (cell := line.cells.get(metric.name)) is not None]
        ways = dict.fromkeys(way(score, metric) for cell in cells if not cell.unlike for score in cell.scores)
        said += [f"{one}." for one in ways]
    if any(len(line.rows) > 1 for line in table.lines):
        said.append(_("Of several seeds: mean and 95 % interval (Student’s distribution, over the seeds)."))
    elif any(math.isfinite(cell.high - cell.low) for line in table.lines for cell in line.cells.values()):
        said.append(_("± is half of the 95 % interval of each run alone."))
    if any(cell.unlike for line in table.lines for cell in line.cells.values()):
        said.append(_("An asterisk marks values that were measured in another way and cannot be compared."))
    return " ".join(said)


def way(score: Score, metric: Metric) -> str:
    """``"FID · classifier (97 % right) · 2,000 · train · step 1,500 · seed 0"``."""
    parts = score.label(metric.title), _("step {step}").format(step=f"{score.step:,}"), score.source
    return " · ".join(filter(None, (*parts, _("drawn with seed {seed}").format(seed=score.seed))))


def tex(text: str) -> str:
    """A text as LaTeX shows it, letter by letter."""
    return "".join(_TEX.get(sign, sign if sign.isprintable() else " ") for sign in text)


def tex_heading(text: str) -> str:
    """The same for the head of a column, with arrows."""
    return tex(text).replace("↓", r"$\downarrow$").replace("↑", r"$\uparrow$")
