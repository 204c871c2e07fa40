from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ganstudio.core.process import python_command
from ganstudio.store import Run
from tests.cli.conftest import Call, environment

STUDY = """
name = "Ring, small"
data = "ring"
methods = ["gan", "wgan-gp"]
steps = {steps}
device = "cpu"
[fixed]
mlp_width = 8
batch_size = 8
[judge]
metric = "live:modes"
better = "higher"
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "ring.toml"
    path.write_text(STUDY.format(steps=3), encoding="utf-8")
    return path


def test_a_study_is_run_told_and_gone_on_with(call: Call, file: Path, own_folders: Path) -> None:
    answer = call("study", file, "--trials", 1)
    assert answer.status == 0
    folder = own_folders / "studies" / "ring-small"
    assert f"The study lies in {folder}" in answer.err
    assert "trial 0 done: modes" in answer.err
    assert "Judged by modes" in answer.out
    assert "Still to do: 1" in answer.out
    told = call("study", folder, "--json").json
    assert [trial["state"] for trial in told["trials"]] == ["done", "done"]
    assert {row["method"] for row in told["methods"]} == {"gan", "wgan-gp"}
    assert all(Run.open(folder / trial["run"]).status().state == "finished" for trial in told["trials"])
    markdown = call("study", file, "--results", "--markdown")
    assert markdown.out.startswith("## Ring, small\n")
    assert not markdown.err
    assert len(call("study", folder, "--results", "--csv").out.splitlines()) == 3


def test_refusals(call: Call, file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "There is no file" in call("study", tmp_path / "no.toml").error
    assert "is no study" in call("study", tmp_path).error
    assert "Only one" in call("study", file, "--json", "--csv").error
    file.write_text(STUDY.format(steps=0), encoding="utf-8")
    assert "“steps”" in call("study", file).error
    file.write_text(STUDY.format(steps=2), encoding="utf-8")
    monkeypatch.setitem(sys.modules, "optuna", None)
    assert 'pip install "ganstudio[study]"' in call("study", file).error


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="there is no Ctrl-C to send")
def test_two_workers_stopped_by_ctrl_c_are_gone_on_with(call: Call, file: Path, tmp_path: Path) -> None:
    file.write_text(STUDY.format(steps=2500), encoding="utf-8")
    folder = tmp_path / "study"
    arguments = ["study", str(file), "--folder", str(folder), "--workers", "2"]
    command = python_command(f"from ganstudio.__main__ import main; sys.exit(main({arguments!r}))")
    process = subprocess.Popen(command, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    end = time.monotonic() + 90
    while time.monotonic() < end and len(list((folder / "runs").glob("*/status.json"))) < 2:
        time.sleep(0.1)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=90)
    assert process.returncode == 130, err
    assert "Still to do: 2" in out
    assert "the same command goes on" in err
    assert [Run.open(run).status().state for run in (folder / "runs").iterdir()] == ["stopped", "stopped"]
    assert not list((folder / "workers").glob("*.lock"))
    answer = call(*arguments)
    assert answer.status == 0
    assert "[2/2]" in answer.err
    assert len(list((folder / "runs").iterdir())) == 2
