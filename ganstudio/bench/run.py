"""Runs the rows, each in a process of its own, and tells what was measured."""

from __future__ import annotations

import difflib
import importlib.util
import json as json_module
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from ganstudio.bench.figures import ROWS, Figure
from ganstudio.core.errors import StudioError, UsageError
from ganstudio.core.i18n import _
from ganstudio.core.process import python_command

PATIENCE = 900.0
_FOLDERS = ("CONFIG", "RUNS", "CACHE", "LOGS")


def run_bench(rows: list[str] | None = None, json: bool = False, quick: bool = False) -> int:
    """Measures and writes the figures to stdout.

    Args:
        rows: names of :data:`~ganstudio.bench.figures.ROWS`; all that this machine can measure by default.
        json: one list of objects instead of lines.
        quick: fewer and shorter repetitions.

    Returns:
        0, also where a target was missed; 1 where a row could not be measured.

    Raises:
        UsageError: there is no such row.
    """
    names = _chosen(rows)
    figures: list[Figure] = []
    failed = False
    for name in names:
        try:
            measured = measure_row(name, quick)
        except StudioError as error:
            failed = True
            sys.stderr.write(f"ganstudio bench: {error}\n")
            if error.details:
                sys.stderr.write(f"{error.details}\n")
            continue
        figures += measured
        if not json:
            for figure in measured:
                sys.stdout.write(as_text(figure) + "\n")
            sys.stdout.flush()
    if json:
        sys.stdout.write(json_module.dumps([figure.to_json() for figure in figures], indent=1) + "\n")
    return 1 if failed else 0


def _chosen(rows: Sequence[str] | None) -> list[str]:
    for name in rows or ():
        if name not in ROWS:
            near = difflib.get_close_matches(name, ROWS, n=1)
            hint = _("Did you mean {near}?").format(near=near[0]) if near else _("Known: {names}.").format(
                names=", ".join(ROWS)
            )  # fmt: skip
            raise UsageError(_("There is no row called “{name}”. {hint}").format(name=name, hint=hint))
    if rows:
        return list(dict.fromkeys(rows))
    window, cuda = importlib.util.find_spec("PySide6") is not None, _has_cuda()
    there = {"": True, "window": window, "cuda": cuda}
    return [row.name for row in ROWS.values() if there[row.needs]]


def _has_cuda() -> bool:
    import torch

    return torch.cuda.is_available()


def measure_row(name: str, quick: bool) -> list[Figure]:
    """One row's figures, measured in a fresh process without a screen, with empty folders of its own.

    Raises:
        StudioError: it could not be measured.
    """
    with tempfile.TemporaryDirectory(prefix="ganstudio-bench-", ignore_cleanup_errors=True) as home:
        own = {f"GANSTUDIO_{folder}": str(Path(home) / folder.lower()) for folder in _FOLDERS}
        environment = {**os.environ, **own, "QT_QPA_PLATFORM": "offscreen"}
        arguments = [name, *(["--quick"] if quick else [])]
        command = python_command(f"from ganstudio.bench.child import main; sys.exit(main({arguments!r}))")
        try:
            done = subprocess.run(
                command, env=environment, capture_output=True, text=True, timeout=PATIENCE, check=False
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise StudioError(
                _("The row {name} could not be measured: {error}").format(name=name, error=error)
            ) from None
    if done.returncode != 0:
        raise StudioError(
            _("The row {name} could not be measured: its process ended with {status}.").format(
                name=name, status=done.returncode
            ),
            done.stderr[-4000:],
        )
    # What libraries print on the way is not the result: that is the last line.
    return [Figure.from_json(values) for values in json_module.loads(done.stdout.strip().splitlines()[-1])]


def as_text(figure: Figure) -> str:
    """A figure as lines for a terminal: name, value, target, verdict; below them the raw numbers."""
    verdict = {True: _("ok"), False: _("missed"), None: ""}[figure.ok]
    head = f"{figure.name:<22} {figure.value:8.3f} {figure.unit:<3} {figure.bound:>8}  {verdict:<7} {figure.what}"
    raw = "\n".join(f"    {name}: {_numbers(value)}" for name, value in figure.raw.items())
    return f"{head.rstrip()}\n{raw}" if raw else head.rstrip()


def _numbers(value: object) -> str:
    if isinstance(value, list):
        return " ".join(_numbers(item) for item in value)
    return f"{value:.4g}" if isinstance(value, float) else str(value)
