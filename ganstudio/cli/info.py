"""Tells what a run is and how it is doing, also while somebody trains it."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

import numpy as np

from ganstudio.app.runs.readings import best_words
from ganstudio.app.runs.verdict import judge_stored
from ganstudio.cli.output import write, write_json, write_table
from ganstudio.cli.parser import add_json, open_run
from ganstudio.core.events import HyperChanged
from ganstudio.core.i18n import _, clock, size_text
from ganstudio.store.thinning import best_of, heads_of

if TYPE_CHECKING:
    from ganstudio.core.scores import Score
    from ganstudio.store import Run


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument("run", metavar="RUN_DIR", help=_("folder of the run"))
    add_json(parser)


def run(options: argparse.Namespace) -> int:
    """Tells and returns the exit status."""
    facts = facts_of(open_run(options.run))
    if options.json:
        write_json(facts)
    else:
        _write(facts)
    return 0


def facts_of(stored: Run) -> dict[str, Any]:
    """Everything that can be said about a run in plain JSON values; measured values may be NaN or infinite."""
    info, status = stored.info, stored.status()
    experiment = info.experiment
    check = stored.newest_good_checkpoint()
    best = next(iter(best_of(heads_of(stored.path))[-1:]), None)
    changes = [event for event in stored.events() if isinstance(event, HyperChanged)]
    hyper = {**experiment.hyper, **{change.name: change.new for change in changes}}
    return {
        "name": info.name,
        "path": str(stored.path),
        "method": experiment.method,
        "data": experiment.data,
        "kind": info.spec.kind,
        "state": status.state,
        "step": status.step,
        "total": status.total,
        "seconds": status.seconds,
        "message": status.message,
        "verdict": judge_stored(stored).to_json(),
        "seed": experiment.seed,
        "device": experiment.device,
        "hyper": hyper,
        "changes": [
            {"step": change.step, "name": change.name, "old": change.old, "new": change.new} for change in changes
        ],
        "metrics": latest_metrics(stored),
        "scores": newest_scores(stored),
        "checkpoints": stored.checkpoint_steps(),
        "best": None if best is None else {"step": best[0], "distance_percent": best[1]},
        "newest_good_checkpoint": check.step,
        "damaged_checkpoints": [bad.step for bad in check.bad],
        "warning": check.words,
        "samples": stored.sample_steps(),
        "created": info.created.isoformat(timespec="seconds"),
        "size_bytes": stored.size_bytes(),
        "versions": dict(info.versions),
        "told": list(info.told),
    }


def latest_metrics(stored: Run) -> dict[str, float | None]:
    """The newest measured value of every series, infinities included; None where nothing was measured."""
    latest: dict[str, float | None] = {}
    for table in stored.tables():
        for rows in stored.rows(table):
            for column, info in enumerate(rows.series):
                values = rows.values[:, column]
                measured = np.flatnonzero(~np.isnan(values))
                if len(measured):
                    latest[info.name] = float(values[measured[-1]])
                else:
                    latest.setdefault(info.name, None)
    return latest


def newest_scores(stored: Run) -> list[dict[str, Any]]:
    """What was measured of the newest step for each metric under each terms, by :mod:`ganstudio.cli.evaluate`."""
    from ganstudio.store.scores import read_scores

    newest: dict[object, Score] = {}
    for score in sorted(read_scores(stored.path), key=lambda one: one.step):
        newest[score.terms, score.source] = score
    return [{**one.to_json(), "label": one.label(one.metric)} for one in newest.values()]


def _write(facts: dict[str, Any]) -> None:
    write(facts["name"])
    state = _("{state}, step {step:,} of {total:,}").format(**facts)
    rows = [
        (_("folder"), f"{facts['path']} ({size_text(facts['size_bytes'])})"),
        (_("method"), facts["method"]),
        (_("data"), facts["data"]),
        (_("state"), state),
        *_health(facts["verdict"]),
        (_("trained for"), clock(round(facts["seconds"]))),
        (_("seed"), str(facts["seed"])),
        (_("device"), facts["device"]),
        (_("checkpoints"), _steps(facts["checkpoints"])),
        *([(_("best"), best_words(*facts["best"].values()))] if facts["best"] else ()),
        (_("sample grids"), _steps(facts["samples"])),
        (_("made"), facts["created"]),
    ]
    if facts["message"]:
        rows.insert(4, (_("message"), facts["message"]))
    if facts["warning"]:
        rows.insert(-2, (_("warning"), facts["warning"]))
    rows += [(_("told of the data") if not number else "", line) for number, line in enumerate(facts["told"])]
    write_table(rows, "  ")
    for title, values in ((_("hyper-parameters"), facts["hyper"]), (_("latest values"), facts["metrics"])):
        write(f"\n{title}")
        write_table([(name, _number(value)) for name, value in values.items()] or [(_("none"), "")], "  ")
    if facts["scores"]:
        write(f"\n{_('scores')}")
        told = _("step {step:,}")
        write_table([(one["label"], _number(one["value"]), told.format(**one)) for one in facts["scores"]], "  ")


def _health(verdict: dict[str, Any]) -> list[tuple[str, str]]:
    """The verdict's own words: what, what says so, since when, and what could be done."""
    rows = [(_("is it working?"), "{word}. {text}".format(**verdict))]
    if verdict["evidence"]:
        rows.append((_("evidence"), verdict["evidence"]))
    if verdict["since"] is not None:
        rows.append((_("since"), _("step {step:,}").format(step=verdict["since"])))
    tried = (f"{one['words']}. {one['why']}" for one in verdict["remedies"])
    return rows + [("" if number else _("what may help"), words) for number, words in enumerate(tried)]


def _steps(steps: list[int]) -> str:
    if len(steps) <= 8:
        return ", ".join(f"{step:,}" for step in steps) or _("none")
    return _("{count}, from step {first:,} to {last:,}").format(count=len(steps), first=steps[0], last=steps[-1])


def _number(value: object) -> str:
    if value is None:
        return _("not measured")
    return f"{value:.6g}" if isinstance(value, float) else str(value)
