"""Runs side by side, as a person sees them: selected in Runs, compared in Evaluate, grouped, scrubbed, enlarged, copied."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from ganstudio.core.dataspec import DataSpec
from ganstudio.core.events import Rows, Samples, SeriesInfo
from ganstudio.core.experiment import Experiment
from ganstudio.core.fields import Value
from ganstudio.core.scores import Score
from ganstudio.store import RunWriter, create_run
from ganstudio.store.scores import append_scores
from ganstudio.ui.compare import CompareView
from ganstudio.ui.evaluate.workspace import EvaluateWorkspace
from ganstudio.ui.kit.style import set_theme
from ganstudio.ui.plots.curves.plot import Plot
from ganstudio.ui.runs.workspace import RunsWorkspace
from tests.ui.audit import problems
from tests.ui.runs_kit import Build, Desk, desks
from tests.ui.window_kit import RING, hold, opened, train, wait

LEFT, SHIFT = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ShiftModifier
SERIES = (
    SeriesInfo("D(x)", "probability", "real"),
    SeriesInfo("D(G(z))", "probability", "fake"),
    SeriesInfo("generator/adversarial", "loss", "generator"),
    SeriesInfo("gradient/generator", "gradient", "generator"),
    SeriesInfo("discriminator/real", "loss", "discriminator"),
)


@pytest.fixture
def desk(qtbot: QtBot) -> Iterator[Build]:
    with desks(qtbot) as build:
        yield lambda *size: with_evaluate(build(*size))


QUALITY = tuple(SeriesInfo(name, "quality", "fake") for name in ("modes", "high-quality samples %"))


def make(name: str, steps: tuple[int, ...], points: bool = False, seed: int = 0, **hyper: Value) -> Path:
    spec = (
        DataSpec("ring", "points", 100, extent=1.5) if points else DataSpec("digits", "images", 9, channels=1, size=8)
    )
    path = create_run(Experiment("gan", spec.name, hyper, steps=100, seed=seed, name=name), spec, "print")
    with RunWriter(path) as writer:
        for step in steps:
            items = np.full((50, 2), 0.5, np.float32) if points else np.full((9, 8, 8, 1), step, np.uint8)
            writer.save_samples(Samples(step, items, None, "ema"))
        at = np.arange(1, steps[-1] + 1)
        values = np.tile(np.linspace(0.2, 0.8, len(SERIES), dtype=np.float32), (len(at), 1))
        writer.append_rows(Rows("steps", SERIES, at, at * 0.1, values))
        if points:
            seldom = np.arange(1, steps[-1] + 1, 7)
            values = np.tile(np.array([8, 98.4], np.float32), (len(seldom), 1))
            writer.append_rows(Rows("quality", QUALITY, seldom, seldom * 0.1, values))
        writer.write_status("stopped", steps[-1], 100, 1.0)
    return path


def compare(used: Desk, qtbot: QtBot, count: int) -> CompareView:
    """Selects so many runs by keyboard, and compares them by Enter."""
    for _more in range(count - 1):
        qtbot.keyClick(used.page.table, Qt.Key.Key_Down, SHIFT)
    used.page.table.setFocus()
    qtbot.keyClick(used.page.table, Qt.Key.Key_Return)
    assert used.shell.current_workspace == "evaluate"
    settle(used)
    view = used.shell.findChild(CompareView)
    assert view is not None
    assert view.isVisible()
    return view


def settle(used: Desk) -> None:
    """What the window's timer does, until the runs are there that are compared."""
    page = used.shell.findChild(EvaluateWorkspace)
    assert page is not None
    until = time.monotonic() + 20
    while not page._compare_view().comparison.models or page._compare_at or page.busy or used.studio.jobs.running:
        assert time.monotonic() < until
        page._due = 0.0
        page.refresh()
        used.finish()


def with_evaluate(used: Desk) -> Desk:
    """As the window does: what is to be compared is selected in Evaluate."""
    pages: list[EvaluateWorkspace] = []

    def factory() -> EvaluateWorkspace:
        pages.append(EvaluateWorkspace(used.studio, used.shell.binder))
        return pages[0]

    def show(paths: list[Path]) -> None:
        used.shell.show_workspace("evaluate")
        pages[0].select(paths)

    used.shell.add_workspace("evaluate", "Evaluate", "evaluate", factory)
    used.page.compare_requested.connect(show)
    return used


def test_two_runs_by_keyboard(desk: Build, qtbot: QtBot) -> None:
    make("short", (0, 10, 50), lr_g=0.001)
    make("long", (0, 20, 100), lr_g=0.002)
    used = desk()
    view = compare(used, qtbot, 2)
    names = [one.name.text() for one in view.pictures.runs]
    assert sorted(names) == ["long", "short"]
    assert sorted(one.step.text() for one in view.pictures.runs) == ["step 100", "step 50"]
    assert view.note.text() == ""
    page = used.shell.findChild(EvaluateWorkspace)
    assert page is not None
    assert page.table.hasFocus()
    assert sorted(line.rows[0].name for line in page.chosen) == ["long", "short"], "selected there as well"
    view.timeline.setFocus()
    track = used.shell.focusWidget()
    for _stop in range(2):
        qtbot.keyClick(track, Qt.Key.Key_Left)
    qtbot.waitUntil(lambda: view.comparison.step == 20)
    used.finish()
    said = {one.name.text(): one.step.text() for one in view.pictures.runs}
    assert said == {"short": "step 10", "long": "step 20"}, "the nearest step of each, and which that is"
    assert problems(used.shell, visible_only=True) == []
    qtbot.keyClick(track, Qt.Key.Key_Escape)
    assert page.table.hasFocus()
    assert view.isVisible(), "the same ones are still selected"


def test_curves_are_named_by_their_runs(desk: Build, qtbot: QtBot) -> None:
    make("one", (0, 50))
    make("two", (0, 100))
    used = desk(1366, 768)
    view = compare(used, qtbot, 2)
    titles = [section.plot.kind.title for section in view.curves.shown]
    assert titles == [SERIES[place].label for place in (0, 1, 2, 4)], "a plot for each series"
    for section in view.curves.shown:
        assert sorted(entry.text() for entry in section.entries.values()) == ["one", "two"]
        looks = {(curve.style.colour, curve.style.dash) for curve in section.plot.curves}
        assert len({colour for colour, _dash in looks}) == len({dash for _colour, dash in looks}) == 2
    section = view.curves.shown[0]
    plot: Plot = section.plot
    QApplication.processEvents()
    scale = plot.scale
    assert scale is not None
    spoken: list[str] = []
    place = QPoint(round(float(scale.to_x(25.0))), round(float(scale.to_y(0.2))))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            "ganstudio.ui.plots.curves.plot.draw_tag",
            lambda _painter, _x, _y, text, *_rest, **_more: spoken.append(text),
        )
        qtbot.mouseMove(plot, place)
        plot.repaint()
    assert spoken
    assert spoken[-1] in ("one · D(x) 0.200", "two · D(x) 0.200", "one · D(x) 0.2", "two · D(x) 0.2")
    entry = next(entry for entry in section.entries.values() if entry.text() == "one")
    qtbot.mouseClick(entry, LEFT)
    for other in view.curves.shown:
        assert [curve.of for curve in other.plot.shown] == ["two"], "a run is switched off in all plots"
    set_theme("dark")
    assert section.plot.curves[0].style.colour != "", "dressed anew"


def test_a_run_that_has_ended_says_of_which_step_its_value_is(desk: Build, qtbot: QtBot) -> None:
    make("short", (0, 50), points=True)
    make("long", (0, 100), points=True)
    used = desk(1366, 768)
    view = compare(used, qtbot, 2)
    sections = {section.plot.kind.title: section for section in view.curves.shown}
    assert sections.keys() == {"modes", "on a mode %", "D(x)", "D(G(z))"}

    def told(title: str) -> dict[str, str]:
        return {entry.text(): str(entry.value) for entry in sections[title].entries.values()}

    def point(step: float) -> None:
        QApplication.processEvents()
        plot = sections["modes"].plot
        assert plot.scale is not None
        qtbot.mouseMove(plot, QPoint(round(float(plot.scale.to_x(step))), 40))
        QApplication.processEvents()

    ended = {"short": "8 at 50", "long": "8"}, {"short": "98\N{NO-BREAK SPACE}% at 50", "long": "98\N{NO-BREAK SPACE}%"}
    for by_time in (True, False):
        view.curves.toolbar.by_time.setChecked(by_time)
        assert (told("modes"), told("on a mode %")) == ended
        assert told("D(x)") == {"short": "0.200 at 50", "long": "0.200"}
        assert view.curves.toolbar.position.text() == "step 100 · 10 s"
    at_rest = [entry.geometry() for entry in sections["modes"].entries.values()]
    point(80)
    assert (told("modes"), told("on a mode %")) == ended, "the same where one points"
    assert [entry.geometry() for entry in sections["modes"].entries.values()] == at_rest, "nothing jumps"
    point(49)
    assert told("modes") == {"short": "8", "long": "8"}
    assert told("D(x)") == {"short": "0.200", "long": "0.200"}
    ticks = [text for _x, _y, text in sections["modes"].plot.place(sections["modes"].plot.rect().toRectF(), 1.0).texts]
    assert not any("." in text for text in ticks), "counts have no fractions on the axis either"


def test_series_are_chosen_and_stay_so(desk: Build, qtbot: QtBot, tmp_path: Path) -> None:
    make("one", (0, 50))
    make("two", (0, 100))
    used = desk()
    view = compare(used, qtbot, 2)
    menu = view.series.menu()
    menu.aboutToShow.emit()
    actions = {action.text().replace("&", ""): action for action in menu.actions()}
    assert list(actions) == [info.label for info in SERIES]
    actions[SERIES[3].label].trigger()
    actions[SERIES[0].label].trigger()
    titles = {section.plot.kind.title for section in view.curves.shown}
    assert titles == {info.label for info in SERIES[1:]}
    view.curves.export(tmp_path / "curves.csv")
    lines = (tmp_path / "curves.csv").read_text("utf-8").splitlines()
    assert lines[0].startswith("run,step,seconds,D(x)")
    assert len(lines) == 1 + 50 + 100
    used.shell.show_workspace("runs")
    compare(used, qtbot, 1)
    assert {section.plot.kind.title for section in view.curves.shown} == titles


def test_settings_are_copied_and_saved_as_csv(
    desk: Build, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make("one", (0, 50), lr_g=0.001, penalty="none", amp=False)
    make("two", (0, 50), lr_g=0.002, penalty="gradient", amp=True)
    used = desk()
    view = compare(used, qtbot, 2)
    qtbot.mouseClick(view.below._buttons["settings"], LEFT)
    table = view.table
    assert table.isVisible()

    def cells(column: int) -> list[str]:
        return [table.item(row, column).text() for row in range(table.rowCount())]

    assert cells(0) == ["Method", "Data", "Seed", "Steps", "lr_g", "penalty", "amp"]
    used.studio.load_catalogue()
    used.finish()
    view.refresh()
    assert cells(0) == ["Method", "Data", "Seed", "Steps", "G learning rate", "Penalty", "Reduced precision"]
    both = {tuple(cells(1)), tuple(cells(2))}
    assert both == {
        ("GAN", "Digits", "0", "50", "1e-3", "None", "off"),
        ("GAN", "Digits", "0", "50", "2e-3", "Gradient", "on"),
    }
    assert table.item(1, 1).toolTip() == "Digits"
    assert table.item(4, 0).toolTip().splitlines() == ["G learning rate", "lr_g"]
    assert table.horizontalHeaderItem(1).toolTip() in ("one", "two")
    qtbot.mouseClick(view.copy, LEFT)
    text = QGuiApplication.clipboard().text()
    assert text.splitlines()[0] in ("setting,one,two", "setting,two,one")
    assert "lr_g,1e-3,2e-3" in text or "lr_g,2e-3,1e-3" in text
    assert "method,gan,gan" in text, "for other programs: as it is stored"
    monkeypatch.setattr("ganstudio.ui.compare.settings.ask_where", lambda *_args: tmp_path / "settings.csv")
    said: list[Path] = []
    monkeypatch.setattr("ganstudio.ui.kit.files.tell_saved", lambda path, *_more: said.append(path))
    qtbot.mouseClick(view.save, LEFT)
    assert (tmp_path / "settings.csv").read_text("utf-8") == text
    assert said == [tmp_path / "settings.csv"]
    assert problems(used.shell, visible_only=True) == []


def test_what_is_done_to_one_is_done_to_all(desk: Build, qtbot: QtBot) -> None:
    for number in range(2):
        make(f"picture {number}", (0, 50))
    for number in range(2):
        make(f"plane {number}", (0, 50), points=True, seed=number)
    used = desk(1366, 768)
    view = compare(used, qtbot, 4)
    walls = [one.wall for one in view.pictures.runs if one.wall.isVisible()]
    planes = [one.plane for one in view.pictures.runs if one.plane.isVisible()]
    assert (len(walls), len(planes)) == (2, 2), "pictures and planes beside each other"
    assert "seeds differ" in view.note.text()
    qtbot.mouseClick(walls[0], LEFT, pos=walls[0].cell(("fake", 4)).center())
    assert [wall.zoom.index for wall in walls if wall.zoom.isVisible()] == [4, 4]
    focus = used.shell.focusWidget()
    assert focus is walls[0].zoom
    qtbot.keyClick(focus, Qt.Key.Key_Right)
    assert [wall.zoom.index for wall in walls] == [5, 5]
    qtbot.keyClick(used.shell.focusWidget(), Qt.Key.Key_Escape)
    assert not any(wall.zoom.isVisible() for wall in walls)
    assert view.isVisible(), "the first Escape only closes what is enlarged"
    before = planes[1].view().scale
    planes[0].setFocus()
    qtbot.keyClick(planes[0], Qt.Key.Key_Plus)
    assert planes[1].view().scale == planes[0].view().scale > 1.2 * before, "the planes zoom together"


def picked(view: CompareView, words: str) -> None:
    """Opens the menu of groups and chooses."""
    menu = view.group.menu()
    menu.aboutToShow.emit()
    next(action for action in menu.actions() if action.text() == words).trigger()


def test_many_runs_become_a_line_and_a_band_for_each_group(desk: Build, qtbot: QtBot) -> None:
    for number in range(7):
        make(f"run {number}", (0, 10 + number), seed=number, lr_g=0.001 * (1 + number % 2), batch_size=16)
    used = desk(1366, 768)
    view = compare(used, qtbot, 7)
    assert len(view.pictures.runs) == 2, "seven lines are too many: they are grouped over seeds"
    names = {"1e-3 lr_g ×4", "2e-3 lr_g ×3"}
    section = view.curves.shown[0]
    assert {entry.text() for entry in section.entries.values()} == names
    QApplication.processEvents()
    assert len(section.plot._bands) == 2
    assert len({curve.style.dash for curve in section.plot.curves}) == 2, "known by more than their colours"
    assert view.note.text().startswith("Band: lowest to highest run")
    picked(view, "Band: mean ± standard deviation")
    assert view.note.text().startswith("Band: mean ± standard deviation")
    view.curves.toolbar.by_images.setChecked(True)
    QApplication.processEvents()
    assert view.curves.view.full == (16.0, 16.0 * 16), "each of its steps saw 16 items"
    view.curves.toolbar.by_time.setChecked(True)
    assert not view.curves.toolbar.by_images.isChecked()
    assert view.curves.view.full == pytest.approx((0.1, 1.6))
    picked(view, "Seed")
    assert len(view.pictures.runs) == 6
    assert "1 more line is not shown" in view.note.text()
    assert problems(used.shell, visible_only=True) == []
    picked(view, "Each run by itself")
    assert {entry.text() for entry in section.entries.values()} < {f"run {number}" for number in range(7)}


def test_what_was_measured_of_checkpoints_is_a_curve(desk: Build, qtbot: QtBot) -> None:
    for number, name in enumerate(("one", "two")):
        path = make(name, (0, 50))
        append_scores(path, [Score("fid", 9.0 - number - step / 50, step=step, count=500) for step in (10, 50)])
    view = compare(desk(1366, 768), qtbot, 2)
    view.curves.choose({info.name for info in view._series if info.name.startswith("score/")})
    (section,) = view.curves.shown
    assert section.plot.kind.title.endswith("· 500")
    assert {entry.text(): entry.value for entry in section.entries.values()} == {"one": "8.00", "two": "7.00"}


def test_the_details_offer_it(desk: Build, qtbot: QtBot) -> None:
    make("one", (0, 10))
    make("two", (0, 10))
    used = desk(1366, 768)
    button = used.page.details.compare
    assert not button.isVisible()
    qtbot.keyClick(used.page.table, Qt.Key.Key_Down, SHIFT)
    assert button.isVisible()
    places = [widget.geometry() for widget in used.page.toolbar.actions_by_id.values()]
    qtbot.mouseClick(button, LEFT)
    used.finish()
    settle(used)
    used.shell.show_workspace("runs")
    used.page.table.setFocus()
    qtbot.keyClick(used.page.table, Qt.Key.Key_Up)
    assert [widget.geometry() for widget in used.page.toolbar.actions_by_id.values()] == places


def test_a_run_that_trains_goes_on_while_it_is_compared(qtbot: QtBot) -> None:
    resting = make("resting", (0, 10), points=True)
    with opened(qtbot) as window:
        model = train(qtbot, window, RING)
        window.show_workspace("runs")
        page = window.pages["runs"]
        assert isinstance(page, RunsWorkspace)
        wait(qtbot, lambda: len(page.library.rows) == 2)
        page.table.selectAll()
        assert window.table.run("runs.compare")
        assert window.current_workspace == "evaluate"
        wait(qtbot, lambda: window.findChild(CompareView))
        view = window.findChild(CompareView)
        assert view is not None
        wait(qtbot, lambda: len(view.pictures.runs) == 2 and view.timeline.is_live())
        live = next(one for one in view.pictures.runs if one.name.text() == model.title)
        seen = live.step.text()
        assert seen.endswith("training")
        wait(qtbot, lambda: live.step.text() != seen)
        stamp = next(table.version for of, tables in view.curves.runs if of == model.title for table in tables.values())
        wait(qtbot, lambda: len(model.tables["steps"]) and model.tables["steps"].version > stamp)
        hold(qtbot, model)
        wait(qtbot, lambda: live.step.text().endswith("paused"))
        view.timeline.select_step(0)
        wait(qtbot, lambda: [one.step.text().split(" · ")[0] for one in view.pictures.runs] == ["step 0"] * 2)
        assert resting.exists()
