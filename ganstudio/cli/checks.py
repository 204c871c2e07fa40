"""What ``ganstudio doctor`` looks at: each check tells facts as plain JSON values, and findings where something is off."""

from __future__ import annotations

import importlib
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from importlib import metadata
from pathlib import Path
from typing import Any, Literal

from ganstudio import __version__
from ganstudio.core.errors import StudioError
from ganstudio.core.i18n import _, size_text
from ganstudio.core.process import python_command
from ganstudio.core.regular import is_there, read_regular

Level = Literal["warning", "problem"]
_PACKAGE = "ganstudio"
_LITTLE_ROOM = 2_000_000_000
_PROBE_SECONDS = 60
_QT = "PySide6"


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is not as it should be.

    Attributes:
        level: a problem keeps the program from its work; a warning takes something away.
        area: which check found it.
        text: what is wrong.
        advice: how to mend it; empty where the text says it.
    """

    level: Level
    area: str
    text: str
    advice: str


@dataclass(slots=True)
class Report:
    """Facts by area, and what is wrong."""

    facts: dict[str, Any] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    @property
    def usable(self) -> bool:
        """Nothing that is needed is broken."""
        return all(finding.level != "problem" for finding in self.findings)

    def find(self, level: Level, area: str, text: str, advice: str) -> None:
        """Notes something that is wrong."""
        self.findings.append(Finding(level, area, text, advice))

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        return {"usable": self.usable, **self.facts, "findings": [asdict(finding) for finding in self.findings]}


def examine() -> Report:
    """Looks at everything; takes as long as torch takes to load, and Qt in a process of its own."""
    report = Report()
    check_versions(report)
    check_devices(report)
    check_display(report)
    check_settings(report)
    check_data(report)
    check_runs(report)
    return report


def check_versions(report: Report) -> None:
    """Python, the program, and what it stands on."""
    versions: dict[str, str | None] = {"python": platform.python_version(), _PACKAGE: __version__}
    report.facts["versions"] = versions
    report.facts["system"] = platform.platform()
    for name, specifier in _requirements():
        found = _version_of(name)
        title = _QT if name.lower().startswith(_QT.lower()) else name
        versions[title] = found
        level: Level = "warning" if title == _QT else "problem"  # without Qt one can still train
        if found is None:
            report.find(level, "versions", _("{name} is not installed.").format(name=name), f"pip install {name}")
        elif not specifier.contains(found, prereleases=True):
            report.find(
                level,
                "versions",
                _("{name} {found} is installed; wanted is {wanted}.").format(name=name, found=found, wanted=specifier),
                f'pip install "{name}{specifier}"',
            )


def _requirements() -> Iterator[tuple[str, Any]]:
    """What the installed program declares that it needs, extras left out."""
    try:
        declared = metadata.requires(_PACKAGE) or []
    except metadata.PackageNotFoundError:  # run from a folder that was never installed
        declared = []
    from packaging.requirements import Requirement

    for line in declared:
        requirement = Requirement(line)
        if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
            yield requirement.name, requirement.specifier


def _version_of(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def check_devices(report: Report) -> None:
    """Where one can train."""
    devices: list[dict[str, Any]] = []
    report.facts["devices"] = devices
    try:
        torch = importlib.import_module("torch")
        from ganstudio.training.device import available_devices, cores
    except (ImportError, OSError) as error:
        report.find("problem", "devices", _("torch cannot be loaded: {error}").format(error=error), "pip install torch")
        return
    for name in available_devices():
        if name == "cpu":
            devices.append({"name": "cpu", "cores": cores(), "threads": torch.get_num_threads()})
        elif name.startswith("cuda"):
            card = torch.cuda.get_device_properties(name)
            devices.append({"name": name, "title": card.name, "memory_bytes": card.total_memory})
        else:
            devices.append({"name": name, "title": "Apple GPU"})
    if torch.version.cuda is None and shutil.which("nvidia-smi"):
        report.find(
            "warning",
            "devices",
            _("There is an NVIDIA driver, but this torch was built without CUDA: training runs on the processor."),
            _("install torch with CUDA, as pytorch.org tells for your system"),
        )


def check_display(report: Report) -> None:
    """Whether a window could open; Qt is asked in a process of its own, which it may end."""
    from ganstudio.cli.display import PLATFORM_VARIABLE, platforms, screen_problem

    names = ("DISPLAY", "WAYLAND_DISPLAY", PLATFORM_VARIABLE)
    facts: dict[str, Any] = {name: os.environ[name] for name in names if os.environ.get(name)}
    if sys.platform.startswith("linux"):
        facts["platforms"] = platforms()
    report.facts["display"] = facts
    no_screen = screen_problem()
    problem = no_screen or _ask_qt()
    facts["window"] = not problem
    if problem:
        # Where nobody could look at a window anyway, its absence is no fault of the machine.
        report.find("warning" if no_screen else "problem", "display", problem, "")


def _ask_qt() -> str:
    """Qt's own verdict, from another process."""
    code = "from ganstudio.cli.display import qt_problem; sys.stdout.write(qt_problem())"
    environment = {**os.environ, "PYTHONIOENCODING": "utf-8"}
    try:
        done = subprocess.run(
            python_command(code), capture_output=True, timeout=_PROBE_SECONDS, env=environment, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return _("Qt could not be asked: {error}").format(error=error)
    if done.returncode:
        last = done.stderr.decode("utf-8", "replace").strip().splitlines()[-1:]
        return _("Qt ended with status {status}: {why}").format(status=done.returncode, why="".join(last))
    return done.stdout.decode("utf-8", "replace")


def check_settings(report: Report) -> None:
    """Whether the settings can be read; the folders they name hold for the checks that follow."""
    from ganstudio.app.choices import Settings
    from ganstudio.app.settings import apply_folders, config_folder
    from ganstudio.core.fields import validate

    path = config_folder() / "settings.json"
    report.facts["settings"] = {"file": str(path), "exists": is_there(path), "good": True}
    values = Settings()
    if is_there(path):
        try:
            import json

            content = json.loads(read_regular(path))
            values = validate(Settings, content.get("settings", {}))
        except (OSError, ValueError, AttributeError, TypeError, RecursionError, StudioError) as error:
            report.facts["settings"]["good"] = False
            report.find(
                "warning",
                "settings",
                _("The settings cannot be understood: {error}").format(error=error),
                _("delete {path}; the usual settings are then used").format(path=path),
            )
    apply_folders(values)


def check_data(report: Report) -> None:
    """Which published sets are there."""
    from ganstudio.cli.datasets import describe
    from ganstudio.data import DATASETS, data_folder

    folder = data_folder()
    sets = {
        source.name: describe(source)["folder"]
        for source in DATASETS.values()
        if source.needs_files and not source.takes_path
    }
    report.facts["data"] = {"folder": str(folder), "exists": is_there(folder) and folder.is_dir(), "found": sets}
    if is_there(folder) and not os.access(folder, os.R_OK | os.X_OK):
        report.find(
            "problem",
            "data",
            _("The data folder {path} cannot be read.").format(path=folder),
            _("give yourself the right to read it, or set GANSTUDIO_DATA to another folder"),
        )


def check_runs(report: Report) -> None:
    """Whether new runs can be stored."""
    from ganstudio.store import runs_folder

    folder = runs_folder()
    there = folder
    while not is_there(there) and there != there.parent:
        there = there.parent
    why = _name_problem(folder) or _write_problem(there)
    free = shutil.disk_usage(there).free
    report.facts["runs"] = {
        "folder": str(folder), "exists": is_there(folder) and folder.is_dir(), "writable": not why, "free_bytes": free
    }  # fmt: skip
    if why:
        report.find(
            "problem",
            "runs",
            _("Runs cannot be stored in {path}: {why}.").format(path=folder, why=why),
            _("give yourself the right to write there, or set GANSTUDIO_RUNS to another folder"),
        )
    elif free < _LITTLE_ROOM:
        report.find(
            "warning",
            "runs",
            _("Only {free} are free where runs are stored.").format(free=size_text(free)),
            _("make room there, or set GANSTUDIO_RUNS to a folder on another disk"),
        )


def _name_problem(folder: Path) -> str:
    """Why nothing can have this name, e.g. that it is too long; empty where something can."""
    try:
        with suppress(FileNotFoundError, NotADirectoryError, PermissionError):
            folder.stat()
    except OSError as error:
        return error.strerror or type(error).__name__
    return ""


def _write_problem(folder: Path) -> str:
    """Why nothing can be written into a folder; empty where something can, which is tried."""
    if not folder.is_dir():
        return _("{path} is a file").format(path=folder)
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"?")
    except OSError as error:
        return error.strerror or type(error).__name__
    return ""
