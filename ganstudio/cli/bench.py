"""Measures the speed of engine and window on this machine, beside plain PyTorch."""

from __future__ import annotations

import argparse

from ganstudio.cli.parser import add_json
from ganstudio.core.i18n import _


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument("rows", nargs="*", metavar="ROW", help=_("measure these rows only"))
    parser.add_argument("--quick", action="store_true", help=_("fewer repetitions: rough figures, sooner"))
    add_json(parser)


def run(options: argparse.Namespace) -> int:
    """Measures and returns the exit status."""
    from ganstudio.bench import run_bench

    return int(run_bench(options.rows or None, options.json, options.quick))
