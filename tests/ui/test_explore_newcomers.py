"""What a first-time user of the Explore workspace meets: reading order by Tab, other generators, narrow windows."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from ganstudio.ui.controls.choices import WeightsSection
from ganstudio.ui.explore.workspace import ExploreWorkspace
from tests.ui.explore_window import Told, drawn, exploring_window, listen, store_run, there
from tests.ui.window_kit import laid_out

NONE = Qt.KeyboardModifier.NoModifier


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, Path]:
    """Codes and categories; a latent vector of 2; one of 5."""
    folder = tmp_path_factory.mktemp("runs")
    return (
        store_run(folder / "codes", "infogan"),
        store_run(folder / "two", latent_size=2),
        store_run(folder / "plain"),
    )


def order(page: ExploreWorkspace) -> list[QWidget]:
    """What Tab comes to in the workspace, from the choice of what is explored on."""
    window, found = page.window(), [page.source.button]
    found[0].setFocus()
    while page.isAncestorOf(focus := (QTest.keyClick(found[-1], Qt.Key.Key_Tab), window.focusWidget())[1]):
        assert focus not in found, "the keyboard comes out of everything"
        found.append(focus)
    return found


def test_tab_goes_in_reading_order_also_after_another_run_was_opened(
    qtbot: QtBot, runs: tuple[Path, Path, Path]
) -> None:
    codes, _two, plain = runs
    with exploring_window(qtbot, plain) as (_window, page):
        page.explorer.open_run(codes)
        there(qtbot, page, codes)
        stops = order(page)
        parts = [page.source, page.controls, page.picture, page.views, page.side]
        places = [next(n for n, part in enumerate(parts) if part is stop or part.isAncestorOf(stop)) for stop in stops]
        assert places == sorted(places)
        assert set(places) == set(range(5))
        inside = [stop for stop in stops if page.views.sweep.isAncestorOf(stop)]
        assert inside[0] is page.views.sweep.across
        assert inside[-1] is page.views.sweep.grid


def test_categories_are_one_stop_and_arrows_take_the_next(qtbot: QtBot, runs: tuple[Path, Path, Path]) -> None:
    with exploring_window(qtbot, runs[0]) as (_window, page):
        section = page.controls.section(WeightsSection)
        assert section is not None
        section.choose(4)
        qtbot.waitUntil(lambda: section.buttons[4].isChecked())
        assert [place for place, button in enumerate(section.buttons) if button in order(page)] == [4]
        QTest.keyClick(section.buttons[4], Qt.Key.Key_Down, NONE)  # the row ends here: 9 is below
        QTest.keyClick(section.buttons[9], Qt.Key.Key_Left, NONE)
        QTest.keyClick(section.buttons[8], Qt.Key.Key_Down, NONE)  # nothing is below
        state = page.explorer.state
        assert state is not None
        assert state.position[section.control.name].argmax() == 8


def test_tab_comes_to_the_chosen_view(qtbot: QtBot, runs: tuple[Path, Path, Path]) -> None:
    with exploring_window(qtbot, runs[0]) as (_window, page):
        page.views.open("path")
        stops = [stop for stop in order(page) if page.views.tabs.isAncestorOf(stop)]
        assert [stop.text() for stop in stops if isinstance(stop, QPushButton)] == ["Path"]


def test_the_plane_of_another_generator_is_its_own(
    qtbot: QtBot, runs: tuple[Path, Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    _codes, two, plain = runs
    told: Told = listen(monkeypatch)
    with exploring_window(qtbot, two) as (_window, page):
        page.views.open("plane")
        drawn(qtbot, page)
        page.explorer.open_run(plain)  # its z has 5 numbers, not 2
        there(qtbot, page, plain)
        assert page.views.plane.states[0].position["z"].shape == (5,)
    assert told.errors == []


def test_a_sweep_begins_with_what_the_opened_generator_has(qtbot: QtBot, runs: tuple[Path, Path, Path]) -> None:
    codes, two, _plain = runs
    with exploring_window(qtbot, two) as (_window, page):
        sweep = page.views.sweep
        assert (sweep.across.currentText(), sweep.down.currentText()) == ("z 1", "z 2")
        page.explorer.open_run(codes)
        there(qtbot, page, codes)
        assert (sweep.across.currentText(), sweep.down.currentText()) == ("category", "codes 1")
        page.explorer.open_run(two)
        there(qtbot, page, two)
        assert (sweep.across.currentText(), sweep.down.currentText()) == ("z 1", "z 2")


def test_the_empty_path_offers_to_pin_and_the_tab_counts(qtbot: QtBot, runs: tuple[Path, Path, Path]) -> None:
    with exploring_window(qtbot, runs[2]) as (_window, page):
        page.views.open("path")
        drawn(qtbot, page)
        path, pins = page.views.path, next(b for b in page.side.tabs.findChildren(QPushButton) if "Pins" in b.text())
        assert pins.text() == "Pins"
        assert path.pin_button.isVisible()
        for count in (1, 2):
            path.pin_button.click()
            drawn(qtbot, page)
            assert pins.text() == f"Pins {count}"
            assert path.pin_button.isVisible() is (count < 2)
        assert path.grid.count == 9


def test_nothing_is_cut_off_in_a_small_window(qtbot: QtBot, runs: tuple[Path, Path, Path]) -> None:
    with exploring_window(qtbot, runs[0]) as (window, page):
        for _pin in range(3):
            window.table.run("explore.pin")
        window.resize(1024, 700)
        laid_out(qtbot, window)
        assert page.minimumSizeHint().width() <= 1024 - window.rail.width()
        for name in ("wall", "sweep", "path", "plane", "sums"):
            page.views.open(name)
            QApplication.processEvents()
            view = page.views.current
            for button in [*view.findChildren(QPushButton), *page.side.tabs.findChildren(QPushButton)]:
                if button.isVisible():
                    assert button.width() >= button.fontMetrics().horizontalAdvance(button.text()) + 8, (
                        name,
                        button.text(),
                    )
                    within = page.side if page.side.isAncestorOf(button) else view
                    right = button.mapTo(window, QPoint(button.width(), 0)).x()
                    assert right <= within.mapTo(window, QPoint(within.width(), 0)).x(), (name, button.text())
