"""The wheel holds everything that the program needs, and finds it where it is installed."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project, built as a wheel with what is installed here: nothing is downloaded."""
    folder = tmp_path_factory.mktemp("wheel")
    code = (
        "import sys; from hatchling.builders.wheel import WheelBuilder;"
        "print(next(WheelBuilder('.').build(directory=sys.argv[1], versions=['standard'])))"
    )
    result = subprocess.run(
        [sys.executable, "-c", code, str(folder)], cwd=ROOT, capture_output=True, text=True, check=False, timeout=100
    )
    assert result.returncode == 0, result.stderr
    return Path(result.stdout.strip().splitlines()[-1])


def test_the_wheel_holds_the_package_and_its_resources(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        entry = next(name for name in names if name.endswith("entry_points.txt"))
        assert "ganstudio = ganstudio.__main__:main" in archive.read(entry).decode()
    for file in (*(ROOT / "resources").rglob("*"), *(ROOT / "ganstudio").rglob("*.py")):
        if file.is_file() and "__pycache__" not in file.parts:
            inside = file.relative_to(ROOT).as_posix().replace("resources/", "ganstudio/_resources/", 1)
            assert inside in names
    assert not [name for name in names if name.startswith("tests/")]


def test_the_installed_wheel_finds_its_resources(wheel: Path, tmp_path: Path) -> None:
    target = tmp_path / "clean"
    venv.create(target, with_pip=False)
    python = target / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--python", str(python)]
    subprocess.run(
        [*pip, "install", "--no-deps", "--no-index", "-q", str(wheel)], check=True, capture_output=True, timeout=100
    )
    code = (
        "import ganstudio; from ganstudio.core.resources import resource_path as r;"
        "print(ganstudio.__file__); print(r('icons').is_dir(), r('icons', 'play.svg').is_file())"
    )
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    result = subprocess.run(
        [str(python), "-c", code], cwd=tmp_path, env=environment, capture_output=True, text=True, check=True, timeout=60
    )
    where, found = result.stdout.splitlines()
    assert Path(where).is_relative_to(target)
    assert found == "True True"
    assert (python.parent / ("ganstudio.exe" if os.name == "nt" else "ganstudio")).exists()


def test_an_editable_install_finds_the_same_files() -> None:
    from ganstudio.core.resources import resource_path

    assert resource_path("icons", "play.svg").is_file()
