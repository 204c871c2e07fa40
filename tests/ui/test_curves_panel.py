"""The curves as a person uses them: what is drawn, read, picked, zoomed, switched, kept and exported."""

from __future__ import annotations

import csv
import os
import re
import xml.etree.ElementTree as ElementTree

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QImage, QWheelEvent
from PySide6.QtWidgets import QApplication

from ganstudio.app.runs.values import export_csv
from ganstudio.core.curves import OTHER_RUN, Mark
from ganstudio.core.errors import StoreError
from ganstudio.core.events import Rows, SeriesInfo
from ganstudio.core.series import SeriesTable
from ganstudio.core.ticks import short_number
from ganstudio.ui.kit.style import set_theme
from ganstudio.ui.kit.theme import DARK, LIGHT
from ganstudio.ui.plots.curves import CurvesPanel

STEPS = (
    SeriesInfo("discriminator/real", "loss", "discriminator"),
    SeriesInfo("generator", "loss", "generator"),
    SeriesInfo("D(x)", "probability", "real"),
)
GRADIENTS = (SeriesInfo("generator gradient", "gradient", "generator"),)


def rows(name: str, series: tuple[SeriesInfo, ...], steps, values) -> Rows:
    steps = np.asarray(steps, np.int64)
    return Rows(name, series, steps, steps * 0.5, np.asarray(values, np.float32))


def a_run(count: int = 500, seed: int = 0) -> dict[str, SeriesTable]:
    rng = np.random.default_rng(seed)
    steps, gradients = SeriesTable("steps"), SeriesTable("gradients")
    steps.append(rows("steps", STEPS, np.arange(1, count + 1), rng.uniform(0.2, 0.9, (count, 3))))
    every = np.arange(10, count + 1, 10)
    gradients.append(rows("gradients", GRADIENTS, every, rng.uniform(1e-3, 10, (len(every), 1))))
    return {"steps": steps, "gradients": gradients}


@pytest.fixture
def panel(qtbot) -> CurvesPanel:
    widget = CurvesPanel()
    qtbot.addWidget(widget)
    widget.resize(900, 600)
    widget.show()
    QApplication.processEvents()
    return widget


def settle() -> None:
    for _ in range(3):
        QApplication.processEvents()


def shown(panel: CurvesPanel) -> list[str]:
    return [key for key, section in panel.sections.items() if section.isVisible()]


def count_pixels(panel: CurvesPanel, plot: str, colour: str) -> int:
    image = panel.sections[plot].plot.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    pixels = np.frombuffer(image.constBits(), np.uint32).reshape(image.height(), -1) & 0xFFFFFF
    return int((pixels == (QColor(colour).rgb() & 0xFFFFFF)).sum())


def position(panel: CurvesPanel, plot: str, x: float) -> QPoint:
    geometry = panel.sections[plot].plot.scale
    return QPoint(round(geometry.to_x(x)), int(geometry.area.center().y()))


def test_nothing_yet_says_what_will_be_here(panel) -> None:
    texts = [label.text() for label in panel.findChildren(type(panel._empty)) if label.isVisible()]
    assert texts == ["Curves appear with the first step."]
    panel.set_tables({"steps": SeriesTable()})
    assert not panel.toolbar.isVisible()


def test_only_plots_with_series_are_shown_in_the_colour_of_their_role(panel) -> None:
    panel.set_tables(a_run())
    settle()
    assert shown(panel) == ["loss", "probability", "gradient"]
    assert count_pixels(panel, "loss", LIGHT.generator) > 500
    assert count_pixels(panel, "loss", LIGHT.discriminator) > 500
    assert count_pixels(panel, "probability", LIGHT.real) > 500
    set_theme("dark")
    settle()
    assert count_pixels(panel, "loss", DARK.generator) > 500
    assert count_pixels(panel, "loss", LIGHT.generator) == 0


def test_new_rows_appear_with_refresh_and_the_view_follows(panel) -> None:
    tables = a_run(100)
    panel.set_tables(tables)
    assert panel.view.x1 == 100
    tables["steps"].append(rows("steps", STEPS, [101, 200], np.full((2, 3), 0.5)))
    panel.refresh()
    assert panel.view.x1 == 200
    tables["steps"].append(rows("steps", (SeriesInfo("penalty", "loss", "other"),), [201], [[0.25]]))
    panel.refresh()
    assert "penalty" in panel.sections["loss"].entries
    assert panel.sections["loss"].entries["penalty"].value == "0.250"


def test_refresh_draws_only_what_changed_and_nothing_while_hidden(panel, monkeypatch) -> None:
    tables = a_run()
    panel.set_tables(tables)
    settle()
    plot = panel.sections["loss"].plot
    drawn = []
    monkeypatch.setattr(type(plot), "place", lambda *_args: drawn.append(1))
    panel.refresh()
    settle()
    assert drawn == []
    panel.hide()
    tables["steps"].append(rows("steps", STEPS, [501], [[0.5, 0.5, 0.5]]))
    panel.refresh()
    settle()
    assert drawn == []
    panel.show()
    settle()
    assert len(drawn) == len(shown(panel))  # each once
    assert panel.view.x1 == 501


def turn(plot, place: QPoint, by: int, keys=Qt.KeyboardModifier.NoModifier) -> bool:
    """Turns the wheel over a plot; says whether the plot kept it from the panel around it."""
    at, button, phase = QPointF(place), Qt.MouseButton.NoButton, Qt.ScrollPhase.NoScrollPhase
    event = QWheelEvent(at, plot.mapToGlobal(at), QPoint(), QPoint(0, by), button, keys, phase, False)
    QApplication.sendEvent(plot, event)
    return event.isAccepted()


def test_a_lone_spike_is_left_outside_with_a_sign_until_all_is_asked_for(panel, qtbot) -> None:
    tables = a_run(400)
    tables["steps"].append(rows("steps", STEPS, np.arange(401, 404), [[0.5] * 3, [0.5, 90.0, 0.5], [0.5] * 3]))
    panel.set_tables(tables)
    settle()
    plot = panel.sections["loss"].plot
    assert plot.scale.high < 2
    assert "generator: 90" in plot.mark_text(position(panel, "loss", 402).x())
    assert plot.mark_text(position(panel, "loss", 200).x()) == ""
    above = plot.grab().toImage().pixelColor(position(panel, "loss", 402).x(), int(plot.area.rect().top()) + 4)
    assert above == QColor(LIGHT.generator)
    plot.setFocus()
    qtbot.keyClick(plot, Qt.Key.Key_0)
    settle()
    assert plot.scale.high > 90
    assert plot.mark_text(position(panel, "loss", 402).x()) == ""
    qtbot.mouseDClick(plot, Qt.MouseButton.LeftButton, pos=position(panel, "loss", 200))
    settle()
    assert plot.scale.high < 2


def test_what_is_far_apart_from_another_curve_is_no_spike(panel) -> None:
    series = (SeriesInfo("few", "loss", "real"), SeriesInfo("many", "loss", "fake"))
    values = np.full((1000, 2), np.nan)
    values[:, 1] = np.random.default_rng(0).normal(0, 1, 1000)
    values[::40, 0] = 80.0
    table = SeriesTable("steps")
    table.append(rows("steps", series, np.arange(1000), values))
    panel.set_tables({"steps": table})
    settle()
    assert panel.sections["loss"].plot.scale.high > 80
    assert panel.sections["loss"].plot.scale.low < -2


def test_a_person_who_zoomed_is_not_pulled_away_until_fit(panel, qtbot) -> None:
    tables = a_run(1000)
    panel.set_tables(tables)
    settle()
    plot = panel.sections["loss"].plot
    assert not turn(plot, position(panel, "loss", 500), 360)
    assert (panel.view.x0, panel.view.x1) == (1, 1000)  # that would scroll the panel
    assert turn(plot, position(panel, "loss", 500), 360, Qt.KeyboardModifier.ControlModifier)
    before = (panel.view.x0, panel.view.x1)
    assert before[1] - before[0] < 600
    assert (before[0] + before[1]) / 2 == pytest.approx(500, abs=20)
    tables["steps"].append(rows("steps", STEPS, [2000], [[0.5, 0.5, 0.5]]))
    panel.refresh()
    assert (panel.view.x0, panel.view.x1) == before
    settle()
    qtbot.mousePress(plot, Qt.MouseButton.LeftButton, pos=position(panel, "loss", 500))
    qtbot.mouseMove(plot, position(panel, "loss", 400))
    qtbot.mouseRelease(plot, Qt.MouseButton.LeftButton, pos=position(panel, "loss", 400))
    assert panel.view.x0 == pytest.approx(before[0] + 100, abs=5)
    qtbot.mouseDClick(plot, Qt.MouseButton.LeftButton, pos=position(panel, "loss", 500))
    assert (panel.view.x0, panel.view.x1) == (1, 2000)


def test_the_cursor_reads_every_series_at_its_step(panel, qtbot) -> None:
    tables = a_run()
    panel.set_tables(tables)
    settle()
    plot = panel.sections["loss"].plot
    qtbot.mouseMove(plot, position(panel, "loss", 123))
    settle()
    step = int(panel.view.cursor)
    assert abs(step - 123) <= 1
    value = tables["steps"].column("generator")[step - 1]
    assert float(panel.sections["loss"].entries["generator"].value) == pytest.approx(value, abs=5e-4)
    assert panel.toolbar.position.text().startswith(f"step {step}")
    plot.setFocus()
    qtbot.keyClick(plot, Qt.Key.Key_Home)
    assert panel.view.cursor == 1
    qtbot.keyClick(plot, Qt.Key.Key_Right)
    assert panel.view.cursor > 1
    qtbot.keyClick(plot, Qt.Key.Key_Escape)
    assert panel.view.cursor is None


def test_a_click_picks_the_step_and_the_timeline_step_is_drawn(panel, qtbot) -> None:
    panel.set_tables(a_run())
    settle()
    plot = panel.sections["probability"].plot
    with qtbot.waitSignal(panel.step_picked) as picked:
        qtbot.mouseClick(plot, Qt.MouseButton.LeftButton, pos=position(panel, "probability", 321))
    assert abs(picked.args[0] - 321) <= 1
    assert count_pixels(panel, "probability", LIGHT.accent) == 0
    panel.set_cursor_step(200)
    assert count_pixels(panel, "probability", LIGHT.accent) > 50
    name, entry = next(iter(panel.sections["probability"].entries.items()))
    assert entry.accessibleDescription() == short_number(panel.tables["steps"].column(name)[199])
    assert panel.toolbar.position.text().startswith("step 200 ")


def test_the_legend_switches_lines_and_a_new_run_keeps_the_choice(panel, qtbot) -> None:
    panel.set_tables(a_run())
    settle()
    entry = panel.sections["loss"].entries["generator"]
    assert entry.accessibleName() == "generator"
    entry.setFocus()
    qtbot.keyClick(entry, Qt.Key.Key_Space)
    assert count_pixels(panel, "loss", LIGHT.generator) == 0
    panel.set_tables(a_run(seed=1))
    settle()
    assert count_pixels(panel, "loss", LIGHT.generator) == 0
    panel.sections["loss"].solo("generator")
    assert panel.view.hidden == {"discriminator/real"}
    panel.sections["loss"].solo("generator")
    assert panel.view.hidden == set()


def test_marks_say_what_happened_and_can_be_switched_off(panel) -> None:
    panel.set_tables(a_run())
    panel.set_marks(
        [Mark(250, 125.0, "hyper", "learning rate 2e-4 → 1e-4"), Mark(400, 200.0, "checkpoint", "checkpoint")]
    )
    settle()
    plot = panel.sections["loss"].plot
    at = position(panel, "loss", 250).x()
    assert plot.mark_text(at + 2) == "step 250: learning rate 2e-4 → 1e-4"
    assert plot.mark_text(at + 40) == ""
    assert count_pixels(panel, "loss", LIGHT.accent) > 10
    panel.toolbar.marks.setChecked(False)
    assert count_pixels(panel, "loss", LIGHT.accent) == 0
    assert plot.mark_text(at) == ""


def test_by_time_keeps_what_is_looked_at(panel) -> None:
    panel.set_tables(a_run(1000))
    panel.view.zoom(0.1, 500)
    x0, x1 = panel.view.x0, panel.view.x1
    panel.toolbar.by_time.setChecked(True)
    assert (panel.view.x0, panel.view.x1) == pytest.approx((x0 / 2, x1 / 2))
    panel.toolbar.by_time.setChecked(False)
    assert (panel.view.x0, panel.view.x1) == pytest.approx((x0, x1))


def test_lines_are_smoothed_lightly_at_first_before_the_measured_ones_and_numbers_are_measured(panel) -> None:
    tables = a_run()
    panel.set_tables(tables)
    settle()
    assert panel.view.weight == pytest.approx(0.9, abs=0.02)
    faint = LIGHT.mix(LIGHT.generator, "surface", 0.22)
    assert count_pixels(panel, "loss", faint) > 500 < count_pixels(panel, "loss", LIGHT.generator)
    panel.toolbar.slider.setValue(60)
    settle()
    assert 0.97 < panel.toolbar.weight < 0.99
    wanted = tables["steps"].column("generator")[-1]
    assert float(panel.sections["loss"].entries["generator"].value) == pytest.approx(wanted, abs=1e-3)
    panel.toolbar.slider.setValue(0)
    settle()
    assert count_pixels(panel, "loss", faint) == 0


def test_gradients_are_logarithmic_by_themselves_and_losses_when_asked(panel) -> None:
    tables = a_run()
    tables["steps"].append(rows("steps", STEPS, [501], [[-1.0, 0.5, 0.5]]))
    panel.set_tables(tables)
    settle()
    assert panel.sections["gradient"].plot.scale.log
    assert not panel.sections["loss"].plot.scale.log
    panel.toolbar.log.setChecked(True)
    settle()
    assert panel.sections["loss"].plot.scale.log
    assert panel.sections["loss"].plot.scale.low > 0
    panel.sections["loss"].plot.cursor_moved.emit(501.0)  # where a value cannot be shown, without a complaint of Qt's
    settle()
    assert not panel.sections["probability"].plot.scale.log


def test_an_infinite_loss_marks_its_step(panel) -> None:
    tables = a_run()
    panel.set_tables(tables)
    settle()
    before = count_pixels(panel, "loss", LIGHT.warning)
    tables["steps"].append(rows("steps", STEPS, [501, 502, 510], [[np.inf, 1, 0.5], [np.nan] * 3, [1, 1, 1]]))
    panel.refresh()
    settle()
    assert before == 0
    assert count_pixels(panel, "loss", LIGHT.warning) > 40


def test_a_second_run_lies_over_the_first_and_goes_away_again(panel) -> None:
    panel.set_tables(a_run(300))
    panel.set_comparison("ring-wgan-gp", a_run(600, seed=3))
    settle()
    assert panel.view.x1 == 600
    lighter = LIGHT.mix(LIGHT.generator, "surface", 0.6)
    assert count_pixels(panel, "loss", lighter) > 100
    assert panel.sections["loss"].comparison_shown == "ring-wgan-gp"
    entries = panel.sections["loss"].entries
    assert entries[OTHER_RUN].x() < min(one.x() for name, one in entries.items() if name != OTHER_RUN)  # never cut off
    assert panel.toolbar.position.text().startswith("step 300 ")
    panel.sections["loss"].plot.cursor_moved.emit(500.0)  # where only the other has been
    assert panel.view.cursor == 500
    panel.set_comparison("", None)
    settle()
    assert panel.view.x1 == 300
    assert count_pixels(panel, "loss", lighter) == 0


def test_folding_gives_the_room_to_the_others(panel) -> None:
    panel.set_tables(a_run())
    settle()
    before = panel.sections["loss"].height()
    panel.sections["gradient"].fold.click()
    settle()
    assert not panel.sections["gradient"].plot.isVisible()
    assert panel.sections["loss"].height() > before
    assert panel.sections["probability"].plot.axis


def test_arrangement_survives_a_restart(panel, qtbot) -> None:
    panel.set_tables(a_run())
    panel.toolbar.slider.setValue(40)
    panel.toolbar.by_time.setChecked(True)
    panel.sections["gradient"].fold.setChecked(False)
    panel.sections["loss"].entries["generator"].click()
    state = panel.save_state()
    other = CurvesPanel()
    qtbot.addWidget(other)
    other.restore_state(state)
    other.set_tables(a_run())
    other.show()
    settle()
    again = other.save_state()
    assert {key: again[key] for key in again if key != "heights"} == {k: state[k] for k in state if k != "heights"}
    assert not other.sections["loss"].entries["generator"].isChecked()
    other.restore_state({})
    assert other.toolbar.by_time.isChecked()


@pytest.mark.parametrize(("width", "height"), [(300, 160), (240, 120), (2400, 1400)])
def test_every_size_draws_without_complaint(panel, width, height) -> None:
    panel.set_tables(a_run())
    panel.resize(width, height)
    settle()
    plot = panel.sections["loss"].plot
    assert plot.scale is not None
    assert count_pixels(panel, "loss", LIGHT.generator) > 50


def test_csv_has_one_header_and_reads_back_exactly(panel, tmp_path) -> None:
    tables = a_run(50)
    tables["steps"].append(rows("steps", STEPS, [51], [[np.inf, np.nan, 1e-7]]))
    panel.set_tables(tables)
    path = tmp_path / "curves.csv"
    panel.export(path)
    with path.open(newline="") as file:
        table = list(csv.reader(file))
    assert table[0] == ["step", "seconds", "discriminator/real", "generator", "D(x)", "generator gradient"]
    assert len(table) == 52
    column = np.array([float(row[3] or "nan") for row in table[1:]], np.float32)
    np.testing.assert_array_equal(column, tables["steps"].column("generator"))
    assert table[51][2] == "inf"
    assert [row[0] for row in table[1:] if row[5]] == ["10", "20", "30", "40", "50"]
    assert float(table[20][1]) == 10.0


def test_a_column_of_a_run_from_elsewhere_is_no_formula_in_a_spreadsheet(panel, tmp_path) -> None:
    table = SeriesTable()
    table.append(rows("steps", (SeriesInfo("=cmd|'/c x'!A1", "loss", "other"),), [1], [[1.0]]))
    panel.set_tables({"steps": table})
    panel.export(tmp_path / "curves.csv")
    assert (tmp_path / "curves.csv").read_text("utf-8").splitlines()[0] == "step,seconds,'=cmd|'/c x'!A1"


def test_an_export_that_cannot_be_written_says_so_and_a_cancelled_one_leaves_nothing(panel, tmp_path) -> None:
    tables = a_run(50)
    panel.set_tables(tables)
    for kind in ("csv", "png", "svg"):
        with pytest.raises(StoreError, match="cannot be written"):
            panel.export(tmp_path / "missing" / f"curves.{kind}")
    assert not export_csv(tmp_path / "c.csv", tables, lambda _share: False)
    assert list(tmp_path.iterdir()) == []


def test_png_and_svg_show_the_curves(panel, tmp_path) -> None:
    panel.set_tables(a_run())
    settle()
    panel.export(tmp_path / "curves.png")
    image = QImage(str(tmp_path / "curves.png"))
    assert image.width() == 1800
    colours = {image.pixelColor(x, y).name() for x in range(200, 1400, 3) for y in range(0, image.height(), 3)}
    assert {LIGHT.generator, LIGHT.discriminator, LIGHT.real} <= colours
    panel.export(tmp_path / "curves.svg")
    root = ElementTree.parse(tmp_path / "curves.svg").getroot()
    names = [element.tag.rsplit("}", 1)[-1] for element in root.iter()]
    assert names.count("polyline") + names.count("path") > 4
    assert "Losses" in "".join(root.itertext())
    panel.view.zoom(0.1, 250)  # an SVG cuts nothing off at the edges of a plot: what is outside is not in it
    panel.export(tmp_path / "near.svg")
    area = panel.sections["loss"].plot.area.rect()
    lines = ElementTree.parse(tmp_path / "near.svg").getroot().iter("{http://www.w3.org/2000/svg}path")
    x = [float(place.split(",")[0]) for line in lines for place in re.split("[ML]", line.get("d", ""))[1:]]
    assert len(x) > 100
    assert min(x) >= area.left() - 1


@pytest.mark.slow
def test_a_million_steps_of_six_series_redraw_in_a_moment(panel) -> None:
    import time

    series = tuple(SeriesInfo(f"loss {index}", "loss", "generator") for index in range(3)) + tuple(
        SeriesInfo(f"D {index}", "probability", "real") for index in range(3)
    )
    table = SeriesTable("steps")
    block = np.random.default_rng(0).uniform(0, 1, (50_000, 6))
    for start in range(0, 1_000_000, 50_000):
        table.append(rows("steps", series, np.arange(start, start + 50_000), block))
    panel.resize(1200, 700)
    panel.set_tables({"steps": table})
    settle()
    times = []
    for _ in range(20):
        panel.fit()
        start_time = time.thread_time()
        for section in panel.sections.values():
            if section.isVisible():
                section.plot.repaint()
        times.append(time.thread_time() - start_time)
    assert np.median(times) < 0.03


def test_a_series_begun_later_keeps_the_marked_step(panel) -> None:
    tables = a_run()
    panel.set_tables(dict(list(tables.items())[:1]))
    panel.set_cursor_step(3)
    panel.set_tables(tables)
    assert panel.view.picked == 3
    panel.set_tables(a_run(seed=1))
    assert panel.view.picked is None


def test_two_series_of_one_title_are_told_apart_by_their_labels() -> None:
    from ganstudio.core.curves import plot_key
    from ganstudio.core.series_words import labels

    loss = [SeriesInfo(f"discriminator {which}/real", "loss", "discriminator", "real") for which in "ab"]
    assert len(set(labels(loss).values())) == 2
    assert all("real" in text for text in labels(loss).values())
    nats = [SeriesInfo(name, "measure", "other", name.upper(), "nats") for name in ("kl", "entropy")]
    assert len({plot_key(info) for info in nats}) == 2
    assert labels(nats) == {"kl": "KL", "entropy": "ENTROPY"}
