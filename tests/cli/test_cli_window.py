from __future__ import annotations

import ctypes
import subprocess
import sys
import types
from pathlib import Path

import pytest

from ganstudio.cli import display
from ganstudio.core.screenshot import Screenshot
from tests.cli.conftest import Call, environment

LINUX = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="other systems always have a display")
Opened = list[tuple[Path | None, Screenshot | None]]


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> Opened:
    """What the window was asked to show; nothing of it is really built."""
    calls: Opened = []
    module = types.ModuleType("ganstudio.ui.app")

    def run_window(run_dir: Path | None, screenshot: Screenshot | None) -> int:
        calls.append((run_dir, screenshot))
        return 0

    module.run_window = run_window  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "ganstudio.ui.app", module)
    return calls


def test_plain_window(call: Call, opened: Opened) -> None:
    assert call().status == 0
    assert opened == [(None, None)]


def test_window_on_a_run(call: Call, opened: Opened, runs: Path) -> None:
    assert call(runs / "points").status == 0
    assert call(runs / "points" / "run.json").status == 0
    assert opened == [(runs / "points", None)] * 2


def test_screenshot_with_everything(call: Call, opened: Opened, runs: Path, tmp_path: Path) -> None:
    file = tmp_path / "a.png"
    options = ["--workspace", "train", "--run", runs / "points", "--size", "1366x768", "--theme", "dark"]
    assert call("--screenshot", file, *options).status == 0
    assert opened == [(None, Screenshot(file, "train", runs / "points", (1366, 768), "dark"))]


def test_screenshot_alone(call: Call, opened: Opened, tmp_path: Path) -> None:
    assert call("--screenshot", tmp_path / "a.png").status == 0
    assert opened == [(None, Screenshot(tmp_path / "a.png"))]


@pytest.mark.parametrize(
    "arguments",
    [
        ["--screenshot", "a.jpg"],
        ["--screenshot", "/nowhere/a.png"],
        ["--screenshot", "folder.png"],
        ["--screenshot", "a.png", "--size", "big"],
        ["--screenshot", "a.png", "--size", "0x0"],
        ["--screenshot", "a.png", "--theme", "pink"],
        ["--screenshot", "a.png", "--run", "/nowhere"],
        ["--screenshot"],
        ["--size", "800x600"],
        ["--workspace", "train"],
    ],
)
def test_wrong_pictures(
    call: Call, opened: Opened, arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder.png").mkdir()
    answer = call(*arguments)
    assert answer.status == 2
    assert answer.error
    assert not opened


@LINUX
def test_screenshot_needs_no_display(
    call: Call, opened: Opened, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    for name in ("QT_QPA_PLATFORM", "QT_LOGGING_RULES"):
        monkeypatch.setenv(name, "")  # so that both are put back
        monkeypatch.delenv(name)
    assert call("--screenshot", tmp_path / "a.png").status == 0
    assert display.os.environ["QT_QPA_PLATFORM"] == "offscreen"


def test_unknown_workspace_is_one_line() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "ganstudio", "--screenshot", "never.png", "--workspace", "nonsense"],
        capture_output=True,
        text=True,
        env=environment(QT_LOGGING_RULES=None),
        timeout=60,
        check=False,
    )
    assert done.returncode == 2, done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert "nonsense" in done.stderr


def _window(**changes: str | None) -> subprocess.CompletedProcess[str]:
    names: dict[str, str | None] = {"DISPLAY": None, "WAYLAND_DISPLAY": None, "QT_QPA_PLATFORM": None, **changes}
    return subprocess.run(
        [sys.executable, "-m", "ganstudio"],
        capture_output=True,
        text=True,
        env=environment(**names),
        timeout=60,
        check=False,
    )


@LINUX
def test_no_display_is_one_sentence() -> None:
    done = _window()
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    assert "DISPLAY" in done.stderr
    assert "ganstudio train" in done.stderr


@LINUX
@pytest.mark.parametrize(
    "changes", [{"DISPLAY": ":987"}, {"WAYLAND_DISPLAY": "wayland-987"}, {"QT_QPA_PLATFORM": "nonsense"}]
)
def test_display_that_is_not_there_does_not_abort(changes: dict[str, str]) -> None:
    done = _window(**changes)
    assert done.returncode == 1, done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert done.stderr.startswith("ganstudio: ")


@LINUX
def test_missing_libraries_are_named_all_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    absent = {"libEGL.so.1", "libGL.so.1"}

    def load(name: str) -> None:
        if name in absent:
            raise OSError(f"{name}: cannot open shared object file: No such file or directory")

    monkeypatch.setattr(ctypes, "CDLL", load)
    text = display.library_problem(
        "libEGL.so.1: cannot open shared object file: No such file or directory",
        ["libEGL.so.1", "libGL.so.1", "libX11.so.6"],
    )
    assert text.endswith("apt install libegl1 libgl1")
    assert "libX11" not in text


def test_a_failure_of_qt_that_is_no_missing_library() -> None:
    assert "undefined symbol: x" in display.library_problem("undefined symbol: x", [])
    assert "libodd.so.3" in display.library_problem("libodd.so.3: cannot open shared object file", [])


@LINUX
def test_platforms_as_qt_chooses_them(monkeypatch: pytest.MonkeyPatch) -> None:
    for names, wanted in (
        ({"QT_QPA_PLATFORM": "wayland;xcb"}, ["wayland", "xcb"]),
        ({"QT_QPA_PLATFORM": "offscreen:size=1"}, ["offscreen"]),
        ({"DISPLAY": ":0"}, ["xcb"]),
        ({"DISPLAY": ":0", "WAYLAND_DISPLAY": "wayland-0"}, ["wayland", "xcb"]),
    ):
        with monkeypatch.context() as patch:
            for name in ("QT_QPA_PLATFORM", "DISPLAY", "WAYLAND_DISPLAY"):
                patch.delenv(name, raising=False)
            for name, value in names.items():
                patch.setenv(name, value)
            assert display.platforms() == wanted


def test_bench_is_handed_on(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[tuple[list[str] | None, bool, bool]] = []
    module = types.ModuleType("ganstudio.bench")

    def run_bench(rows: list[str] | None, json: bool, quick: bool) -> int:
        calls.append((rows, json, quick))
        return 0

    module.run_bench = run_bench  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "ganstudio.bench", module)
    assert call("bench").status == 0
    assert call("bench", "--json", "--quick", "engine", "start").status == 0
    assert calls == [(None, False, False), (["engine", "start"], True, True)]
