"""Measures one row in a process of its own, as which :func:`main` is started; its last line is JSON."""

from __future__ import annotations

import importlib
import json
import sys

from ganstudio.bench.figures import ROWS


def main(arguments: list[str]) -> int:
    """Measures the row and writes its figures to stdout."""
    name = arguments[0]
    figures = importlib.import_module(ROWS[name].module).measure(name, "--quick" in arguments)
    sys.stdout.write("\n" + json.dumps([figure.to_json() for figure in figures]) + "\n")
    sys.stdout.flush()
    return 0
