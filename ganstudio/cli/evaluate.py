"""Measures runs against their data, or one folder of pictures against another."""

from __future__ import annotations

import argparse
import math
import shlex
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ganstudio.cli.datasets import telling_bytes
from ganstudio.cli.folders import use_settings
from ganstudio.cli.loading import loading
from ganstudio.cli.output import one_line, write, write_json, write_table
from ganstudio.cli.parser import MAX_SEED, MAX_STEPS, add_json, named_path, open_run, whole
from ganstudio.cli.progress import LINE_EVERY
from ganstudio.core.errors import StoreError, UsageError
from ganstudio.core.i18n import _

if TYPE_CHECKING:
    from ganstudio.app.evaluate.asked import Asked
    from ganstudio.core.scores import Score

_MOST = 200_000


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument("runs", nargs="*", metavar="RUN_DIR", help=_("folders of runs"))
    parser.add_argument("--real", metavar="PATH", help=_("instead of runs: a folder of pictures or an .npy file …"))
    parser.add_argument("--fake", metavar="PATH", help=_("… and what is compared with it"))
    parser.add_argument("--list", action="store_true", help=_("list the metrics"))
    parser.add_argument("--metrics", default="", metavar="A,B", help=_("which (default: the usual cheap ones)"))
    parser.add_argument("--extractor", default="", metavar="NAME", help=_("what makes features of items"))
    parser.add_argument("--count", type=whole(1, _MOST), default=0, metavar="N", help=_("items of each side"))
    which = parser.add_mutually_exclusive_group()
    which.add_argument(
        "--step", type=whole(0, MAX_STEPS), metavar="N", help=_("which checkpoint (default: the newest)")
    )
    which.add_argument("--all-checkpoints", action="store_true", help=_("every checkpoint"))
    parser.add_argument("--source", choices=("ema", "raw"), default="ema", help=_("averaged or raw weights"))
    parser.add_argument("--split", default="", metavar="PART", help=_("“train” or “held out” part of the data"))
    parser.add_argument("--seed", type=whole(0, MAX_SEED), default=0, metavar="N", help=_("of all that is drawn"))
    parser.add_argument("--device", default="auto", metavar="NAME", help=_("auto, cpu, cuda, cuda:N or mps"))
    parser.add_argument("--inception", default="", metavar="FILE", help=_("weights of Inception-v3"))
    files = parser.add_argument_group(
        _("files of what was measured (nothing is measured where --metrics is not given)")
    )
    files.add_argument(
        "--export", action="append", default=[], metavar="FILE",
        help=_("write the runs as .csv, as .tex, or as a report in one .html; may be given several times"),
    )  # fmt: skip
    files.add_argument(
        "--tensorboard", default="", metavar="DIR", help=_("write event files for TensorBoard into this folder")
    )
    parser.add_argument("--fetch-inception", action="store_true", help=_("download these weights (96 MB) first"))
    add_json(parser)


def run(options: argparse.Namespace) -> int:
    """Measures and returns the exit status."""
    if options.list:
        return _list(options.json)
    use_settings()
    if options.fetch_inception:
        return _fetch()
    if bool(options.real) != bool(options.fake) or bool(options.real) == bool(options.runs):
        raise UsageError(_("Name run folders, or --real and --fake together."))
    runs = [open_run(text) for text in options.runs]
    places = [named_path(text) for text in options.export]
    _check_exports(places, options)
    tick = _Telling()
    if (places or options.tensorboard) and not options.metrics:
        _export([one.path for one in runs], places, options, tick)
        return 0
    with loading():
        from ganstudio.app.evaluate import measuring
    asked = measuring.Asked(
        metrics=tuple(name.strip() for name in options.metrics.split(",") if name.strip()),
        extractor=options.extractor, count=options.count, steps=() if options.step is None else (options.step,),
        all_checkpoints=options.all_checkpoints, seed=options.seed, split=options.split, source=options.source,
        device=options.device, inception=options.inception,
    )  # fmt: skip
    found: list[tuple[str, list[Score], str]] = []
    full: StoreError | None = None
    try:
        if options.real:
            real, fake = named_path(options.real), named_path(options.fake)
            found.append((str(fake), [], shlex.join(["--real", str(real), "--fake", str(fake)])))
            measuring.measure_folders(real, fake, asked, tick, found[-1][1])
        for one in runs:
            found.append((str(one.path), [], shlex.quote(str(one.path))))
            try:
                measuring.measure_run(one, asked, tick, found[-1][1])
            except StoreError as error:
                if not found[-1][1]:
                    raise
                full = error
    finally:  # also of what was interrupted or failed later
        tick.end()
        if measured := [one for one in found if one[1]]:
            _tell(measured, asked, options.json)
    if full is not None:
        raise full
    _export([one.path for one in runs], places, options, tick)
    return 0


def _check_exports(places: list[Path], options: argparse.Namespace) -> None:
    """Before anything is measured."""
    if options.real and (places or options.tensorboard):
        raise UsageError(_("Only runs are exported, not folders."))
    for path in places:
        if path.suffix.lower() not in (".csv", ".tex", ".html"):
            raise UsageError(_("{file}: a table is written as .csv, .tex or .html.").format(file=path.name))


def _export(runs: list[Path], places: list[Path], options: argparse.Namespace, tick: _Telling) -> None:
    """Writes what was asked for and says where it is."""
    if not places and not options.tensorboard:
        return
    with loading():
        from ganstudio.app.evaluate.event_files import write_event_files
        from ganstudio.app.evaluate.exports import export_table, stored_table
    if places:
        table = stored_table(runs)
        for path in places:
            export_table(path, table)
    written = [*places]
    if options.tensorboard:
        written += write_event_files(named_path(options.tensorboard), runs, tick)
        tick.end()
    if not options.json:
        for path in written:
            write(_("Wrote {path}").format(path=path))
    elif not options.metrics:
        write_json([{"written": str(path)} for path in written])


class _Telling:
    """Progress on stderr: a line that is rewritten in a terminal, a line every few seconds elsewhere."""

    def __init__(self) -> None:
        self._terminal = sys.stderr.isatty()
        self._due, self._open = time.monotonic() + (0 if self._terminal else LINE_EVERY), False

    def __call__(self, share: float, text: str) -> None:
        if time.monotonic() < self._due:
            return
        self._due, self._open = time.monotonic() + (0.1 if self._terminal else LINE_EVERY), self._terminal
        line = f"{share:4.0%}  {one_line(text)}"
        sys.stderr.write(f"\r{line:<70.70}" if self._terminal else f"{line}\n")
        sys.stderr.flush()

    def end(self) -> None:
        """What comes next, a word of what went wrong mostly, has a line of its own."""
        if self._open:
            sys.stderr.write("\n")
        self._open = False


def _fetch() -> int:
    from ganstudio.metrics.inception_file import REMOTE, fetch_inception

    with telling_bytes() as report:
        path = fetch_inception(lambda done: report(min(done, REMOTE.size), REMOTE.size))
    write(str(path))
    return 0


def command_of(where: str, scores: Sequence[Score], asked: Asked) -> str:
    """The command line that gives these numbers of one run or folder again; each depends on no other."""
    steps = {score.step for score in scores}
    words = ["--metrics", ",".join(dict.fromkeys(score.metric for score in scores))]
    if extractor := next((score.extractor for score in scores if score.extractor), asked.extractor):
        words += ["--extractor", extractor]
    words += ["--count", str(asked.count)] if asked.count else []
    if scores[0].source:
        words += ["--all-checkpoints"] if len(steps) > 1 else ["--step", str(*steps)]
        words += ["--source", scores[0].source]
    words += ["--split", asked.split] if asked.split else []
    words += ["--seed", str(asked.seed)]
    words += ["--device", asked.device] if asked.device != "auto" else []
    words += ["--inception", asked.inception] if asked.inception else []
    return f"ganstudio evaluate {where} {shlex.join(words)}"


def _tell(found: list[tuple[str, list[Score], str]], asked: Asked, as_json: bool) -> None:
    from ganstudio.metrics import all_metrics

    if as_json:
        write_json([
            {"path": path, **score.to_json(), "command": command_of(where, [score], asked)}
            for path, scores, where in found for score in scores
        ])  # fmt: skip
        return
    for path, scores, where in found:
        write(path)
        rows = []
        for score in scores:
            label = score.label(all_metrics()[score.metric].title)
            rows.append((f"{score.step:,}", number_of(score), label, score.note))
        write_table(rows, "  ")
        write(f"  {command_of(where, scores, asked)}")


def number_of(score: Score) -> str:
    """``"12.3 (11.9 – 12.8)"``."""
    if not math.isfinite(score.value):
        return _("not defined") if math.isnan(score.value) else str(score.value)
    known = math.isfinite(score.low) and math.isfinite(score.high)
    return f"{score.value:.5g}" + (f" ({score.low:.5g} – {score.high:.5g})" if known else "")


def _list(as_json: bool) -> int:
    from ganstudio.metrics import all_metrics

    rows: list[dict[str, Any]] = [
        {"name": one.name, "title": one.title, "better": one.better, "needs": sorted(one.needs), "cost": one.cost,
         "help": one.help} for one in all_metrics().values()
    ]  # fmt: skip
    if as_json:
        write_json(rows)
    else:
        write_table([(r["name"], r["title"], r["better"], ", ".join(r["needs"]), r["cost"], r["help"]) for r in rows])
    return 0
