"""A stored run shows its pictures as soon as it is opened."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from ganstudio.__main__ import main
from ganstudio.app.runs.run_model import RunModel
from ganstudio.core.events import Note
from ganstudio.store import RunWriter
from ganstudio.ui.train.stage import Stage
from tests.ui.explore_window import store_run
from tests.ui.window_kit import RING, opened, train, wait


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
    qtbot.addWidget(stage, before_close_func=lambda stage: stage.end())
    stage.resize(700, 500)
    stage.show()
    stage.set_run(model)
    qtbot.waitUntil(lambda: stage._caption.toolTip().startswith("step 3"), timeout=2000)
    stage.go_to(0)
    qtbot.waitUntil(lambda: stage._caption.toolTip().startswith("step 0"), timeout=2000)
    stage.refresh(frozenset({"samples", "state", "timeline"}))
    assert stage._caption.toolTip().startswith("step 0")  # whoever looks back is left alone


def test_the_networks_of_any_stored_step_are_looked_into(qtbot: QtBot, tmp_path: Path) -> None:
    """Reopened, scrubbed back, zoomed, and while another process writes on: never by the trainer."""
    path = store_run(tmp_path / "ring", "gan", "ring", 4, mlp_width=16, batch_size=8)
    with opened(qtbot) as window:
        model = window.studio.open_run(path)
        assert model is not None
        stage, plot = window.train.run_view.stage, window.train.run_view.stage.scene.plot

        def inside_of(step: int) -> bool:
            return plot.inside is not None and plot.inside.step == step

        wait(qtbot, lambda: inside_of(4))
        assert plot.about == ""
        last = plot.inside
        stage.go_to(2)
        wait(qtbot, lambda: inside_of(0))
        assert plot.about == "D of step 0"
        assert not np.array_equal(plot.inside.heat, last.heat)
        stage.go_to(4)
        wait(qtbot, lambda: inside_of(4) and plot.about == "")
        qtbot.keyClick(plot, Qt.Key.Key_Plus)
        wait(qtbot, lambda: plot.inside.box == plot.view().box)
        np.testing.assert_allclose(stage.scene.plot.inside.manifold, last.manifold)
        plot.reset_view()
        other = window.studio.open_run(Path(shutil.copytree(path, tmp_path / "other")))
        wait(
            qtbot, lambda: inside_of(4) and plot.inside.box == plot.view().box == other.box
        )  # another run, the same view
        window.studio.look_at(model)
        wait(qtbot, lambda: inside_of(4) and plot.inside.box == plot.view().box)
        with RunWriter(path) as elsewhere:  # the checkpoint is thinned away: the one before is taken, and named
            (path / "checkpoints" / "000000004.safetensors").unlink()
            elsewhere.append_event(Note("info", "x"))
        stage.go_to(0)
        wait(qtbot, lambda: inside_of(0) and plot.about == "")
        stage.go_to(4)
        wait(qtbot, lambda: plot.about == "D of step 0")


def test_who_looks_back_in_a_run_that_trains_sees_its_stored_networks(qtbot: QtBot) -> None:
    with opened(qtbot) as window:
        model = train(qtbot, window, RING)
        stage, plot = window.train.run_view.stage, window.train.run_view.stage.scene.plot
        wait(qtbot, lambda: plot.inside is not None and plot.inside.box == plot.view().box)  # also the trainer's own
        wait(qtbot, lambda: len(model.stops) > 2)
        back = model.stops[1]
        stage.go_to(back)
        wait(qtbot, lambda: plot.inside is not None and plot.inside.step == 0)
        assert plot.about == "D of step 0"
        stage.timeline.go_live()
        wait(qtbot, lambda: plot.inside is not None and plot.inside.step > back and plot.about == "")
