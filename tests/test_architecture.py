"""What the design page fixes: who may import whom, what is imported when, how long a file is."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parent.parent / "ganstudio"
FILES = sorted(PACKAGE.rglob("*.py"))
HEAVY = ("torch", "PySide6", "pyqtgraph", "superqt", "sklearn", "scipy", "pooch")


def name_of(file: Path) -> str:
    return file.relative_to(PACKAGE).as_posix()


@cache
def parsed(file: Path) -> ast.Module:
    return ast.parse(file.read_text(encoding="utf-8"))


def layer(file: Path) -> str:
    return file.relative_to(PACKAGE).parts[0]


def imported_at_once(file: Path) -> Iterator[str]:
    """Modules that importing this file imports: top-level imports, those for type checkers left out."""
    bodies: list[list[ast.stmt]] = [parsed(file).body]
    while bodies:
        for node in bodies.pop():
            if isinstance(node, ast.Import):
                yield from (alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                yield node.module or ""
            elif isinstance(node, ast.Try):
                bodies += [node.body, *(handler.body for handler in node.handlers)]
            elif isinstance(node, ast.If) and "TYPE_CHECKING" not in ast.unparse(node.test):
                bodies += [node.body, node.orelse]


def test_the_layers_are_kept() -> None:
    code = "from importlinter.cli import lint_imports; import sys; sys.exit(lint_imports(cache_dir=None))"
    result = subprocess.run(
        [sys.executable, "-c", code], cwd=PACKAGE.parent, capture_output=True, text=True, check=False, timeout=100
    )
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize(
    ("module", "forbidden"),
    [
        ("ganstudio", (*HEAVY, "pydantic", "numpy", "PIL")),
        ("ganstudio.core.events", HEAVY),
        ("ganstudio.core.fields", HEAVY),
        ("ganstudio.data", HEAVY),
        ("ganstudio.store", HEAVY),
        ("ganstudio.metrics.modes", HEAVY),
        ("ganstudio.app.settings", HEAVY),
        ("ganstudio.app.generators.sessions", HEAVY),
        ("ganstudio.cli.main", HEAVY),
        ("ganstudio.ui.app", (*(name for name in HEAVY if name != "PySide6"), "numpy", "pydantic", "PIL")),
        ("ganstudio.ui.app", tuple(name for name in HEAVY if name != "PySide6")),
        ("ganstudio.methods", tuple(name for name in HEAVY if name != "torch")),
        ("ganstudio.training.session", tuple(name for name in HEAVY if name != "torch")),
    ],
)
def test_importing_brings_nothing_heavy(module: str, forbidden: tuple[str, ...]) -> None:
    code = f"import sys, {module}; print(' '.join(sorted({{name.split('.')[0] for name in sys.modules}})))"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    loaded = set(result.stdout.split())
    # What torch itself brings along is not ours to judge.
    extra = {"scipy", "sklearn"} if "torch" in loaded else set()
    assert not loaded & set(forbidden) - extra


@pytest.mark.parametrize(
    "module",
    [
        "ganstudio.app.explore.explorer",
        "ganstudio.app.studio",
        "ganstudio.app.generators.picture_session",
        "ganstudio.app.generators.desk",
    ],
)
def test_the_window_is_built_without_torch(module: str) -> None:
    code = f"import sys, {module}; print('torch' in sys.modules, 'sklearn' in sys.modules)"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert result.stdout.split() == ["False", "False"]


def test_no_part_of_the_window_brings_torch_when_it_is_imported() -> None:
    modules = {f"ganstudio.{name_of(file).removesuffix('.py').replace('/', '.')}": file for file in FILES}
    heavy = {"torch", "sklearn", "scipy"}
    while True:
        # Whoever imports something heavy is heavy, too.
        more = {
            name
            for name, file in modules.items()
            if name not in heavy and any(m in heavy or m.split(".")[0] in heavy for m in imported_at_once(file))
        }
        if not more:
            break
        heavy |= more
    assert "ganstudio.explore.generator" in heavy
    assert not [name for name in heavy if name.startswith(("ganstudio.ui.", "ganstudio.app."))]


def test_the_command_line_brings_the_window_only_when_asked_for_it() -> None:
    found = [
        (name_of(file), module)
        for file in FILES
        if layer(file) in {"cli", "__main__.py"}
        for module in imported_at_once(file)
        if module.startswith(("PySide6", "pyqtgraph", "superqt", "ganstudio.ui"))
    ]
    assert not found


SHARED = {"__init__", "base", "phase", "info", "axes", "game", "conditional", "translation"}
PAPERS = {file.stem for file in (PACKAGE / "methods").glob("*.py")} - SHARED


def strings_compared(tree: ast.Module) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare):
            for part in (node.left, *node.comparators):
                for leaf in ast.walk(part):
                    if isinstance(leaf, ast.Constant) and isinstance(leaf.value, str):
                        yield node.lineno, leaf.value
        elif isinstance(node, ast.MatchValue) and isinstance(node.value, ast.Constant):
            yield node.lineno, str(node.value.value)


def test_nobody_asks_a_method_for_its_name() -> None:
    names = {paper.replace("_", "-") for paper in PAPERS}
    assert {"gan", "wgan-gp"} <= names
    found = [
        (name_of(file), line, text)
        for file in FILES
        if layer(file) not in {"methods", "bench"}
        for line, text in strings_compared(parsed(file))
        if text in names
    ]
    assert not found


def test_no_relative_imports_and_no_print() -> None:
    found = []
    for file in FILES:
        for node in ast.walk(parsed(file)):
            if isinstance(node, ast.ImportFrom) and node.level:
                found.append((name_of(file), node.lineno, "relative import"))
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print":
                found.append((name_of(file), node.lineno, "print"))
    assert not found


def test_no_widget_is_handed_back_to_python() -> None:
    """Without a parent it is Python's, whose collector may run in any thread: it and ``deleteLater`` both delete it."""
    assert not [name_of(file) for file in FILES if "setParent(None)" in file.read_text(encoding="utf-8")]


def test_no_item_of_a_layout_is_asked_for() -> None:
    """Shiboken keeps the wrapper of one after Qt has deleted it; of the next widget at that address the program dies."""
    assert not [name_of(file) for file in FILES if ".itemAt(" in file.read_text(encoding="utf-8")]


def test_files_stay_short() -> None:
    # Near 300; up to 500 where the alternative is one widget cut in two.
    lengths = {name_of(file): len(file.read_text(encoding="utf-8").splitlines()) for file in FILES}
    assert not {name: length for name, length in lengths.items() if length > 500}


def test_every_module_says_what_it_is_for() -> None:
    assert not [name_of(file) for file in FILES if parsed(file).body and not ast.get_docstring(parsed(file))]


def test_methods_do_not_know_each_other() -> None:
    found = [
        (name_of(file), module)
        for file in (PACKAGE / "methods").glob("*.py")
        if file.stem in PAPERS
        for module in imported_at_once(file)
        if module.removeprefix("ganstudio.methods.") in PAPERS
    ]
    assert not found


def test_nothing_is_unpickled_and_no_program_is_loaded() -> None:
    """Only :mod:`ganstudio.explore.model_files` reads TorchScript, and only what it has written a moment before."""
    forbidden = {
        "torch.load", "torch.jit.load", "torch.package", "torch.export.load", "numpy.lib.format.read_array",
        "marshal.loads", "marshal.load", "runpy.run_path",
    }  # fmt: skip
    found = []
    for file in FILES:
        for node in ast.walk(parsed(file)):
            if isinstance(node, ast.Attribute) and ast.unparse(node) in forbidden:
                found.append((name_of(file), ast.unparse(node)))
            elif isinstance(node, ast.Import | ast.ImportFrom):
                names = {alias.name for alias in node.names} | {getattr(node, "module", None) or ""}
                found += [
                    (name_of(file), name) for name in names & {"pickle", "dill", "joblib", "cloudpickle", "shelve"}
                ]
            elif isinstance(node, ast.keyword) and node.arg == "allow_pickle":
                assert isinstance(node.value, ast.Constant)
                assert node.value.value is False
            elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("eval", "exec"):
                found.append((name_of(file), node.func.id))
    assert found == [("explore/model_files.py", "torch.jit.load")]


def modules_of(folder: Path) -> dict[str, Path]:
    return {file.stem: file for file in sorted(folder.rglob("*.py"))}


def test_the_models_are_tested_without_a_window() -> None:
    found = [
        (file.name, module)
        for file in modules_of(PACKAGE.parent / "tests" / "app").values()
        for module in imported_at_once(file)
        if module.startswith(("PySide6", "pytestqt", "pyqtgraph", "ganstudio.ui", "tests.ui"))
    ]
    assert not found


def test_only_the_plots_know_pyqtgraph() -> None:
    """Also not within a function: an import contract sees those, too, but not a name that is imported by text."""
    users = {name_of(file) for file in FILES if "pyqtgraph" in file.read_text(encoding="utf-8")}
    assert {name for name in users if not name.startswith("ui/plots/")} <= {"bench/start.py"}
