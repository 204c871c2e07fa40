"""A stored run shows its pictures as soon as it is opened."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from ganstudio.__main__ import main
from ganstudio.app.runs.run_model import RunModel
from ganstudio.ui.train.stage import Stage


@pytest.mark.parametrize(
    ("method", "data", "sizes"),
    [
        ("gan", "ring", ("mlp_width=16", "batch_size=16")),
        ("dcgan", "digits:size=16", ("conv_width=4", "batch_size=8")),
    ],
)
def test_a_stored_run_shows_its_newest_samples(
    method: str, data: str, sizes: tuple[str, ...], qtbot: QtBot, tmp_path: Path
) -> None:
    path = tmp_path / "run"
    words = ["train", method, "--data", data, "--steps", "3", "--threads", "1", "--out", str(path), "--set", *sizes]
    assert main(words) == 0
    model = RunModel.of_folder(path)
    stage = Stage()
    qtbot.addWidget(stage)
    stage.resize(700, 500)
    stage.show()
    stage.set_run(model)
    qtbot.waitUntil(lambda: stage._caption.toolTip().startswith("step 3"), timeout=2000)
    stage.go_to(0)
    qtbot.waitUntil(lambda: stage._caption.toolTip().startswith("step 0"), timeout=2000)
    stage.refresh(frozenset({"samples", "state", "timeline"}))
    assert stage._caption.toolTip().startswith("step 0")  # whoever looks back is left alone
