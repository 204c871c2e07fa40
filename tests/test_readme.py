"""What the README promises is true: its commands are understood, its code runs, its links lead somewhere."""

from __future__ import annotations

import importlib
import json
import re
import shlex
import sys
import tomllib
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ganstudio.__main__ import main
from ganstudio.cli.main import COMMANDS, window_parser
from ganstudio.cli.parser import Parser

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
CODE = re.findall(r"^```python\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
COMMAND_LINES = re.findall(r"^\$ ganstudio (.+)$", README, re.MULTILINE)
TINY = ["--threads", "1", "--set", "mlp_width=16", "batch_size=16"]


def block(mark: str) -> str:
    """The one block of code that contains ``mark``."""
    (found,) = [code for code in CODE if mark in code]
    return found


@pytest.fixture(scope="module")
def run_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    base = tmp_path_factory.mktemp("readme")
    assert main(["train", "gan", "--data", "ring", "--steps", "5", "--out", str(base / "my-run"), *TINY]) == 0
    return base


def execute(code: str) -> dict[str, Any]:
    names: dict[str, Any] = {}
    exec(compile(code, "README.md", "exec"), names)
    return names


def test_the_two_commands_stand_near_its_top() -> None:
    top = "\n".join(README.splitlines()[:25])
    assert "\n    pip install . && ganstudio\n" in top
    assert '\n    pip install ".[test]" && pytest\n' in top
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert 'pip install --quiet ".[test]"' in script
    assert re.search(r"^pytest\b", script, re.MULTILINE)


def test_its_links_and_pictures_exist() -> None:
    links = [target for target in re.findall(r"\]\(([^)]+)\)", README) if "://" not in target]
    pictures = [ROOT / link for link in links if link.endswith(".png")]
    assert pictures
    assert not [link for link in links if not (ROOT / link).exists()]
    assert not [picture for picture in pictures if picture.stat().st_size > 400_000]
    for path in re.findall(r"`((?:ganstudio|tests|methods|data)/[\w/]+\.py)`", README):
        assert (ROOT / path).exists() or (ROOT / "ganstudio" / path).exists(), path


@pytest.mark.parametrize("line", COMMAND_LINES)
def test_its_commands_are_understood(line: str) -> None:
    words = shlex.split(line)
    if words[0] not in COMMANDS:
        assert window_parser().parse_args(words)
        return
    parser = Parser(prog=words[0])
    importlib.import_module(COMMANDS[words[0]].module).add_arguments(parser)
    options = parser.parse_args(words[1:])
    from ganstudio.data import DATASETS
    from ganstudio.data.request import parse_request
    from ganstudio.methods import METHODS

    if getattr(options, "method", None):
        method = METHODS[options.method]
        kind = DATASETS[parse_request(options.data).name].kind
        changes = dict(pair.split("=", 1) for group in options.set or [] for pair in np.ravel(group))
        method.resolve(changes, kind)


def test_it_names_every_command_method_and_data_set() -> None:
    from ganstudio.data import DATASETS
    from ganstudio.methods import METHODS

    names = [*METHODS, *DATASETS, *(f"ganstudio {command}" for command in COMMANDS)]
    assert not [name for name in names if f"`{name}" not in README]


def part(title: str) -> str:
    """A chapter, up to the next one."""
    (found,) = re.findall(rf"^## {title}\n(.*?)(?=^## )", README, re.MULTILINE | re.DOTALL)
    return found


def keys_in(text: str) -> set[str]:
    """Every key that its table names, e.g. ``"Ctrl+E"``."""
    table = text.partition("| key | does |")[2].partition("\n\n")[0]
    named = " ".join(line.split("|")[1] for line in table.splitlines()[2:]).replace("−", "-")
    return {word for word in re.split(r",? +", named) if word} | set(re.findall(r"[\w+]+", named))


def actions_of(place: str) -> tuple[Any, ...]:
    from unittest.mock import MagicMock

    module = importlib.import_module(f"ganstudio.ui.{place}.actions")
    found: tuple[Any, ...] = getattr(module, f"{place}_actions")(MagicMock())
    return found


@pytest.mark.parametrize("place", ["explore", "paint", "translate"])
def test_it_names_every_key_of_a_workspace(place: str) -> None:
    keys = {key for action in actions_of(place) for key in action.shortcuts}
    assert len(keys) > 5
    assert sorted(keys - keys_in(part(place.capitalize()))) == []


def test_it_names_every_row_of_the_bench_of_a_workspace() -> None:
    from ganstudio.bench.figures import ROWS

    places = ("explore", "paint", "translate")
    rows = {name for name in ROWS if name.partition("-")[0] in places}
    assert set(re.findall(rf"`((?:{'|'.join(places)})-\w+)`", README)) == rows


def test_its_extras_can_be_installed() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = {name for group in re.findall(r'"\.\[([\w,]+)\]"', README) for name in group.split(",")}
    assert {"video", "onnx"} <= extras <= set(project["optional-dependencies"])


def test_it_samples_by_class(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    train = ["train", "cgan", "--data", "digits:size=16", "--steps", "1", "--out", "by-class", "--threads", "1"]
    assert main([*train, "--set", "conv_width=4", "batch_size=8"]) == 0
    lines = [line for line in COMMAND_LINES if line.startswith("sample by-class")]
    assert len(lines) == 2
    for line in lines:
        assert main(shlex.split(line.replace("Ankle boot", "7"))) == 0
    assert np.load("boots.npy").shape == (200, 1, 16, 16)


def test_its_numpy_reads_the_metrics(run_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from ganstudio.store import Run

    monkeypatch.chdir(run_folder)
    found = execute(block("np.fromfile"))
    (rows,) = Run.open("my-run").rows("steps")
    assert found["rows"]["step"].tolist() == [1, 2, 3, 4, 5] == rows.steps.tolist()
    assert list(found["curves"]) == [info.name for info in rows.series]
    assert np.array_equal(np.stack(list(found["curves"].values()), axis=1), rows.values)


def test_its_safetensors_hold_the_generator(run_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(run_folder)
    found = execute(block("load_file"))
    assert found["newest"].name == "000000005.safetensors"
    assert {value.ndim for value in found["generator"].values()} == {1, 2}
    assert any(name.startswith("method/generator.") for name in found["tensors"])
    assert any(name.startswith("optimiser/generator/") for name in found["tensors"])


def test_its_store_reads_the_run(
    run_folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(run_folder)
    execute(block("ganstudio.store import Run"))
    assert capsys.readouterr().out.startswith("gan finished [0, ")


def test_its_run_folder_is_the_real_one(run_folder: Path) -> None:
    run = run_folder / "my-run"
    for name in ("run.json", "status.json", "events.jsonl", "metrics/steps-0.bin"):
        assert f"`{name}`" in README
        assert (run / name).is_file()
    written = {path.relative_to(run).parts[0] for path in run.rglob("*") if path.is_file()}
    assert not [name for name in written - {"writer.lock"} if f"`{name}" not in README]


@pytest.fixture
def matching(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The README's method, added as the README says."""
    from ganstudio.methods import METHODS

    module = types.ModuleType("readme_method")
    monkeypatch.setitem(sys.modules, "readme_method", module)
    exec(compile(block("class Matching("), "README.md", "exec"), module.__dict__)
    METHODS.add("matching", module.Matching)
    yield "matching"
    del METHODS._items["matching"]


def test_its_method_trains_and_plots_its_term(
    matching: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from ganstudio.store import Run

    (line,) = re.findall(r"`ganstudio train matching ([^`]+)`", README)
    words = shlex.split(line.replace("2000", "40"))
    assert main(["train", matching, *words, "mlp_width=16", "batch_size=32", "--threads", "1",
                 "--out", str(tmp_path / "run")]) == 0  # fmt: skip
    run = Run.open(tmp_path / "run")
    (rows,) = run.rows("steps")
    names = [info.name for info in rows.series]
    assert np.isfinite(rows.values[:, names.index("generator/features")]).all()
    assert run.info.experiment.hyper["feature_weight"] == 2
    capsys.readouterr()
    assert main(["methods", "--json"]) == 0
    listed = {row["name"]: row for row in json.loads(capsys.readouterr().out)}
    fields = {row["name"]: row for row in listed[matching]["hyper"]}
    assert fields["feature_weight"]["live"]
