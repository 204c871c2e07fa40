"""A report on some runs as one HTML file: in what they differ, how they go, numbers, curves, pictures, commands. No Qt.

It needs nothing beside itself, runs nothing, and asks no other computer for anything.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from html import escape

import numpy as np

import ganstudio
from ganstudio.app.evaluate.drawing import STYLE, chart, cloud, drawn
from ganstudio.app.evaluate.exports import caption
from ganstudio.app.evaluate.table import Cell, Line, Table, commands_of, summary_of
from ganstudio.app.runs.comparison import (
    MOST,
    SEEDS,
    batches_of,
    first_series,
    grouped,
    nearest,
    scores_table,
    series_of,
    settings_of,
)
from ganstudio.app.runs.run_model import RunModel
from ganstudio.core.errors import StudioError
from ganstudio.core.events import Samples, SeriesInfo
from ganstudio.core.i18n import _, plural
from ganstudio.core.images import columns_for, make_grid
from ganstudio.core.series import By, SeriesTable
from ganstudio.metrics.base import Metric
from ganstudio.store.samples import encode_png

_MOST_SCORES = 6
_BY: By = "step"
_POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
_STYLE = """
:root { color-scheme: light dark; --ground: #fff; --text: #1b1d24; --muted: #5b6070; --rule: #d9dbe3; --accent: #4a45b8;
  --c0: #33363f; --c1: #b0467e; --c2: #0f7fb8; --c3: #8a4a12; --c4: #4a35c0; --c5: #5f6b73; --warn: #a35a00; }
@media (prefers-color-scheme: dark) { :root { --ground: #17181c; --text: #eceef4; --muted: #a3a8b8; --rule: #3a3d47;
  --accent: #a9a5ff;
  --c0: #eceef4; --c1: #ef9ac6; --c2: #5cc3f2; --c3: #e0a070; --c4: #a99cff; --c5: #9aa7b0; --warn: #f0b45a; } }
body { background: var(--ground); color: var(--text); font: 15px/1.5 system-ui, sans-serif;
  max-width: 70rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; }
h2 { font-size: 1.15rem; margin-top: 2rem; }
h3 { font-size: 1rem; margin: 1rem 0 .2rem; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; padding: .3rem .6rem; border-bottom: 1px solid var(--rule); vertical-align: top; }
td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; } .scroll { overflow-x: auto; }
.best { font-weight: 700; color: var(--accent); }
.note { color: var(--muted); font-size: .9rem; } .warning { color: var(--warn); }
pre { overflow-x: auto; padding: .6rem; border: 1px solid var(--rule); }
.pictures { display: flex; flex-wrap: wrap; gap: 1rem; }
figure { margin: 0; width: 20rem; max-width: 100%; } figure img, .cloud { width: 100%; image-rendering: pixelated; }
.cloud circle { fill: var(--c2); } figcaption { font-size: .9rem; }
@media print { :root { color-scheme: light; --ground: #fff; --text: #000; --muted: #444; --rule: #bbb; --accent: #000;
  --c0: #33363f; --c1: #b0467e; --c2: #0f7fb8; --c3: #8a4a12; --c4: #4a35c0; --c5: #5f6b73; --warn: #a35a00; }
  body { max-width: none; margin: 0; } figure, svg, tr { break-inside: avoid; } pre { white-space: pre-wrap; } }
"""


def as_html(table: Table) -> str:
    """The report; reads the runs' folders, so it is for a job or a command. A run that cannot be read has no curves."""
    models = []
    for path in (row.path for line in table.lines for row in line.rows):
        with suppress(StudioError):
            models.append(RunModel.of_folder(path))
    count = sum(len(line.rows) for line in table.lines)
    title = plural("Report on {n} run", "Report on {n} runs", count)
    about = _("Made by ganstudio {version}, {time}")
    made = datetime.now().astimezone().strftime("%Y-%m-%d %H:%M %z")
    parts = (
        f'<!DOCTYPE html><html><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="{_POLICY}">',
        f'<meta name="viewport" content="width=device-width"><title>{escape(title)}</title>',
        f"<style>{_STYLE}{STYLE}</style></head><body><h1>{escape(title)}</h1>",
        f'<p class="note">{escape(about.format(version=ganstudio.__version__, time=made))}</p>',
        f"<p><strong>{escape(summary_of(table.lines, table))}</strong></p>",
        *_section(_("How they go"), _verdicts(table.lines)),
        *_section(_("In what they differ"), _settings(models)),
        *_section(_("Numbers"), _numbers(table)),
        *_section(_("Curves"), _curves(table, models)),
        *_section(_("Pictures"), _pictures(table, models)),
        *_section(_("How to measure this again"), _commands(table)),
        "</body></html>\n",
    )
    return "\n".join(parts)


def _section(title: str, body: Iterable[str]) -> Iterator[str]:
    """A heading and what is below it; nothing where that is nothing."""
    parts = list(body)
    if parts:
        yield f"<h2>{escape(title)}</h2>"
        yield from parts


def _row(cells: Iterable[str], tag: str = "td", numbers: int = 99) -> str:
    """A row of cells that are escaped already; from the place ``numbers`` on they are numbers."""
    return "<tr>" + "".join(
        f'<{tag}{" class=n" if place >= numbers else ""}>{cell}</{tag}>' for place, cell in enumerate(cells)
    ) + "</tr>"  # fmt: skip


def _verdicts(lines: Sequence[Line]) -> Iterator[str]:
    for line in lines:
        verdict = line.verdict
        yield f"<h3>{escape(line.rows[0].name)}</h3>"
        if verdict is None:
            yield f"<p>{escape(_('Nothing can be said of it.'))}</p>"
            continue
        yield f'<p class="{verdict.tone}"><strong>{escape(verdict.word)}</strong>: {escape(verdict.text)}</p>'
        if advice := line.advice:
            yield '<p class="note">' + "<br>".join(map(escape, advice.split("\n"))) + "</p>"
        if note := line.rows[0].marks.note:
            yield f"<p>{escape(note)}</p>"


def _settings(models: Sequence[RunModel]) -> Iterator[str]:
    rows = settings_of(models) if models else []
    if rows:
        heads = _("Setting"), *(model.title for model in models)
        yield '<div class="scroll"><table>' + _row(map(escape, heads), "th")
        yield from (_row(map(escape, (row.title, *row.cells))) for row in rows)
        yield "</table></div>"


def _numbers(table: Table) -> Iterator[str]:
    if not table.metrics:
        return
    heads = _("Run"), _("Method"), _("Data"), _("Seed"), *(metric.heading for metric in table.metrics)
    yield '<div class="scroll"><table>' + _row(map(escape, heads), "th", 4)
    for line in table.lines:
        row = line.rows[0]
        cells = (_cell(line.cells.get(metric.name), metric) for metric in table.metrics)
        yield _row((*map(escape, (row.name, row.method, row.data, line.seeds)), *cells), numbers=4)
    yield "</table></div>"
    yield f'<p class="note">{escape(caption(table))}</p>'


def _cell(cell: Cell | None, metric: Metric) -> str:
    if cell is None:
        return "–"
    text = ("✓ " if cell.best else "") + cell.text + (" *" if cell.unlike else "")
    return f'<span{" class=best" if cell.best else ""} title="{escape(cell.about(metric))}">{escape(text)}</span>'


def _curves(table: Table, models: Sequence[RunModel]) -> Iterator[str]:
    known = {row.path: one.scores for line in table.lines for row, one in zip(line.rows, line.known, strict=True)}
    tables: list[dict[str, SeriesTable]] = []
    for model in models:
        scores = {} if model.path is None else {"scores": scores_table(known.get(model.path, ()), model)}
        tables.append({**model.tables, **scores})
        for one in tables[-1].values():
            one.set_batches(batches_of(model))
    series = series_of(tables)
    scored = [info for info in series if info.name.startswith("score/")][:_MOST_SCORES]
    usual = first_series({info: number for info, number in series.items() if info not in scored})
    groups = grouped(models, SEEDS if len(models) > MOST or any(len(line.rows) > 1 for line in table.lines) else "")
    if len(groups) > MOST:
        yield f'<p class="note">{escape(_("The first {n} of {total} lines.").format(n=MOST, total=len(groups)))}</p>'
    together = [(group.title, [models.index(model) for model in group.models]) for group in groups[:MOST]]
    if any(len(places) > 1 for _title, places in together):
        words = _("Lines are means over runs; bands reach from the lowest run to the highest.")
        yield f'<p class="note">{escape(words)}</p>'
    for info in (*scored, *(info for info in series if info.name in usual)):
        lines = [
            drawn(title, info.name, _with(info, [tables[place] for place in places]), _BY) for title, places in together
        ]
        if found := [line for line in lines if line is not None]:
            title = _("{what} ({unit})").format(what=info.label, unit=info.unit) if info.unit else info.label
            yield f"<h3>{escape(title)}</h3>" + chart(title, found, _BY)


def _with(info: SeriesInfo, runs: Sequence[dict[str, SeriesTable]]) -> list[SeriesTable]:
    return [table for tables in runs for table in tables.values() if info.name in {one.name for one in table.series}]


def _pictures(table: Table, models: Sequence[RunModel]) -> Iterator[str]:
    """What each run drew last, and at its best step where that is another."""
    bests = {line.rows[0].path: line.best_step for line in table.lines if line.best_step is not None}
    shown = []
    for model in models:
        best = bests.get(model.path) if model.path is not None else None
        at = nearest(model.stops, best) if best is not None else None
        newest = model.samples
        if newest is not None:
            shown.append((model, newest, _("{name}, step {step}")))
        if at is not None and newest is not None and at != newest.step and (old := model.stored(at)) is not None:
            shown.append((model, old, _("{name}, step {step}: nearest to its best")))
    if shown:
        yield '<div class="pictures">'
        for model, samples, words in shown:
            title = words.format(name=model.title, step=f"{samples.step:,}")
            yield f"<figure>{_picture(model, samples, title)}<figcaption>{escape(title)}</figcaption></figure>"
        yield "</div>"


def _picture(model: RunModel, samples: Samples, title: str) -> str:
    items = samples.items
    if items.ndim != 4:
        extent = model.spec.extent if model.spec is not None and model.spec.extent > 0 else 1.0
        return cloud(items.astype(np.float32), extent, title)
    grid = make_grid(items.astype(np.uint8, copy=False), columns_for(len(items), len(samples.panels)))
    data = base64.b64encode(encode_png(grid)).decode("ascii")
    return f'<img alt="{escape(title)}" src="data:image/png;base64,{data}">'


def _commands(table: Table) -> Iterator[str]:
    commands = [commands_of(row.path, scores) for line in table.lines for row, scores in line.on_view()]
    if text := "\n".join(filter(None, commands)):
        yield f"<pre>{escape(text)}</pre>"
