"""What is declared is what is used: a plain install lacks nothing, and brings nothing that nobody imports."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
COMES_WITH = {"shiboken6": "pyside6-essentials"}


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def declared(lines: list[str]) -> set[str]:
    return {normal(Requirement(line).name) for line in lines}


def imported(folder: Path) -> set[str]:
    """Distributions that any file of the folder imports, at once or later."""
    modules: set[str] = set()
    for file in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                modules |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                modules.add((node.module or "").partition(".")[0])
    homes = packages_distributions()
    foreign = modules - set(sys.stdlib_module_names) - {"ganstudio", "tests"}
    found = {normal(name) for module in foreign for name in homes.get(module, [module])}
    return {COMES_WITH.get(name, name) for name in found}


def test_everything_imported_is_declared_and_everything_declared_is_imported() -> None:
    required = declared(PROJECT["dependencies"])
    optional = set().union(
        *(declared(lines) for extra, lines in PROJECT["optional-dependencies"].items() if extra != "test")
    )
    used = imported(ROOT / "ganstudio")
    # Several distributions may fill one namespace (PySide6): one of them is enough.
    used -= {"pyside6", "pyside6-addons"}
    assert not used - required - optional
    assert not required - used


def test_the_tests_need_no_more_than_their_extra() -> None:
    available = declared(PROJECT["dependencies"]) | declared(PROJECT["optional-dependencies"]["test"])
    assert not imported(ROOT / "tests") - available - {"pyside6", "pyside6-addons"}


def test_the_releases_of_pyside_that_crash_are_refused() -> None:
    (qt,) = [Requirement(line) for line in PROJECT["dependencies"] if line.startswith("PySide6")]
    assert not any(qt.specifier.contains(version) for version in ("6.7.3", "6.11.0", "6.11.1", "6.12.0"))
    assert all(qt.specifier.contains(version) for version in ("6.8.0", "6.10.2", "6.11.2", "6.11.3"))


def test_the_version_is_the_same_everywhere() -> None:
    from ganstudio import __version__

    assert PROJECT["version"] == __version__
