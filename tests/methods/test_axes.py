"""Every axis is said once: how many lines fields take in ``ganstudio/methods``."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tests.test_architecture import PACKAGE

MOST = 400


def lines_of_fields() -> Iterator[int]:
    """Of every field that a class of hyper-parameters declares, and of every axis."""
    for file in sorted((PACKAGE / "methods").glob("*.py")):
        for top in ast.parse(file.read_text("utf-8")).body:
            if isinstance(top, ast.ClassDef) and top.name.endswith("Hyper"):
                fields = [node for node in top.body if isinstance(node, ast.AnnAssign)]
                said = [node for node in fields if "ClassVar" not in ast.unparse(node.annotation)]
            else:
                made = isinstance(top, ast.Assign) and isinstance(top.value, ast.Call)
                said = [top] if made and ast.unparse(top.value.func) == "Axis" else []  # type: ignore[attr-defined]
            for node in said:
                yield (node.end_lineno or node.lineno) - node.lineno + 1


def test_fields_take_few_lines() -> None:
    lines = [*lines_of_fields()]
    assert len(lines) > 150  # they have been found
    assert sum(lines) <= MOST, f"fields of the methods take {sum(lines)} lines; declare them with axes, in few lines"
