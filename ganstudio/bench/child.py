"""Measures one row in a process of its own: ``python -m ganstudio.bench.child ROW [--quick]`` prints JSON."""

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


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
