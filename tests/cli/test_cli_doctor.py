from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from ganstudio.cli import checks
from tests.cli.conftest import Call


@pytest.fixture
def good_qt(monkeypatch: pytest.MonkeyPatch) -> None:
    """Qt is well; it is asked for real in one test only."""
    monkeypatch.setattr(checks, "_ask_qt", lambda: "")


def test_doctor_really_asks_qt(call: Call) -> None:
    answer = call("doctor", "--json")
    assert answer.status == 0, answer.out
    facts = answer.json
    assert facts["usable"] is True
    assert facts["display"]["window"] is True
    assert {"python", "ganstudio", "torch", "PySide6", "numpy"} <= facts["versions"].keys()
    assert facts["devices"][0]["name"] == "cpu"
    assert facts["devices"][0]["cores"] >= 1
    assert facts["runs"]["writable"] is True
    assert facts["runs"]["free_bytes"] > 0
    assert set(facts["data"]["found"]) == {"mnist", "fashion-mnist", "kmnist", "cifar10"}


@pytest.mark.usefixtures("good_qt")
def test_doctor_in_words(call: Call, own_folders: Path) -> None:
    answer = call("doctor")
    assert answer.status == 0
    assert "All is well." in answer.out
    assert str(own_folders / "runs") in answer.out
    assert "torch" in answer.out


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="other systems always have a display")
def test_no_display_is_only_a_warning(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    answer = call("doctor", "--json")
    assert answer.status == 0
    assert [(f["level"], f["area"]) for f in answer.json["findings"]] == [("warning", "display")]


def test_qt_that_cannot_start_beside_a_display(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "_ask_qt", lambda: "The window needs libEGL: sudo apt install libegl1")
    answer = call("doctor")
    assert answer.status == 1
    assert "PROBLEM: The window needs libEGL" in answer.out


def test_a_probe_that_dies_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks.sys, "executable", "/bin/false")
    assert "status 1" in checks._ask_qt()
    monkeypatch.setattr(checks.sys, "executable", "/nowhere/python")
    assert "could not be asked" in checks._ask_qt()


@pytest.mark.usefixtures("good_qt")
def test_missing_and_old_packages(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    versions = {"torch": "2.0.0", "psygnal": None}
    real = checks._version_of
    monkeypatch.setattr(checks, "_version_of", lambda name: versions[name] if name in versions else real(name))
    answer = call("doctor")
    assert answer.status == 1
    assert "torch 2.0.0 is installed" in answer.out
    assert "pip install psygnal" in answer.out


@pytest.mark.usefixtures("good_qt")
def test_runs_folder_that_cannot_be_written(call: Call, own_folders: Path) -> None:
    (own_folders / "runs").write_text("a file in the way")
    answer = call("doctor", "--json")
    assert answer.status == 1
    finding = answer.json["findings"][0]
    assert finding["area"] == "runs"
    assert "GANSTUDIO_RUNS" in finding["advice"]


@pytest.mark.usefixtures("good_qt")
def test_damaged_settings_are_told_and_left_alone(call: Call, own_folders: Path) -> None:
    file = own_folders / "config" / "settings.json"
    file.parent.mkdir()
    for content in ("{", "[]", '{"settings": {"theme": "pink"}}', '{"settings": 3}'):
        file.write_text(content)
        answer = call("doctor")
        assert answer.status == 0
        assert "The settings cannot be understood" in answer.out
        assert file.read_text() == content


@pytest.mark.usefixtures("good_qt")
def test_settings_say_where_runs_are(call: Call, own_folders: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GANSTUDIO_RUNS")
    folder = own_folders / "config"
    folder.mkdir()
    (folder / "settings.json").write_text(
        '{"version": 1, "settings": {"runs_folder": "' + str(own_folders / "elsewhere").replace(os.sep, "/") + '"}}'
    )
    assert call("doctor", "--json").json["runs"]["folder"] == str(own_folders / "elsewhere")


@pytest.mark.parametrize("variable", ["GANSTUDIO_RUNS", "GANSTUDIO_DATA", "GANSTUDIO_CONFIG"])
def test_a_folder_whose_name_is_too_long_is_no_surprise(
    call: Call, own_folders: Path, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    monkeypatch.setenv(variable, "/tmp/" + "x" * 300)
    answer = call("doctor", "--json")
    assert answer.status == (1 if variable == "GANSTUDIO_RUNS" else 0), answer.err
    assert ("runs" in [finding["area"] for finding in answer.json["findings"]]) == (variable == "GANSTUDIO_RUNS")
