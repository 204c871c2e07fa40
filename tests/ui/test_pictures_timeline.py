from __future__ import annotations

import os

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from collections.abc import Iterator
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from ganstudio.ui.pictures.timeline import Timeline, TimelineTrack, label_stops

STEPS = [0, 10, 50, 250, 1000, 4000]


@pytest.fixture
def timeline(qtbot: QtBot) -> Iterator[Timeline]:
    host = QWidget()
    qtbot.addWidget(host)
    host.resize(720, 60)
    made = Timeline(host)
    made.resize(700, 44)
    made.set_steps(STEPS)
    made.set_live_step(4100)
    host.show()
    yield made
    host.close()


@pytest.fixture
def track(timeline: Timeline) -> TimelineTrack:
    return timeline.findChildren(TimelineTrack)[0]


def told(timeline: Timeline) -> list[int | str]:
    heard: list[int | str] = []
    timeline.step_selected.connect(heard.append)
    timeline.went_live.connect(lambda: heard.append("live"))
    return heard


def test_follows_live_until_a_stop_is_chosen(timeline: Timeline, track: TimelineTrack, qtbot: QtBot) -> None:
    assert timeline.is_live()
    heard = told(timeline)
    qtbot.keyClick(track, Qt.Key.Key_Left)
    qtbot.waitUntil(lambda: heard == [4000])
    qtbot.keyClick(track, Qt.Key.Key_Home)
    qtbot.waitUntil(lambda: heard == [4000, 0])
    timeline.set_steps([*STEPS, 8000])
    timeline.set_live_step(8100)
    assert timeline.selected_step() == 0
    qtbot.keyClick(track, Qt.Key.Key_End)
    qtbot.waitUntil(lambda: heard == [4000, 0, "live"])
    assert timeline.is_live()
    timeline.set_steps([*STEPS, 8000, 9000])
    assert timeline.is_live()


def test_dragging_tells_only_the_newest_wish(timeline: Timeline, track: TimelineTrack, qtbot: QtBot) -> None:
    heard = told(timeline)
    qtbot.mousePress(track, Qt.MouseButton.LeftButton, pos=QPoint(int(track.position_of(4)), 16))
    for stop in (3, 2, 1):
        qtbot.mouseMove(track, QPoint(int(track.position_of(stop)), 16))
        track.setSliderPosition(stop)
    qtbot.mouseRelease(track, Qt.MouseButton.LeftButton, pos=QPoint(int(track.position_of(1)), 16))
    assert heard[-1] == 10
    assert len(heard) <= 2
    assert timeline.selected_step() == 10


def test_stops_are_spaced_by_index(track: TimelineTrack) -> None:
    gaps = [track.position_of(stop + 1) - track.position_of(stop) for stop in range(len(STEPS))]
    assert max(gaps) - min(gaps) < 1e-9
    assert track.place_of_step(150) == pytest.approx(2.5)
    for stop in range(len(STEPS)):
        assert track.stop_at(track.position_of(stop)) == stop


def test_film_runs_from_start_to_live(timeline: Timeline, qtbot: QtBot) -> None:
    heard = told(timeline)
    timeline._film.setInterval(25)
    qtbot.keyClick(timeline, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: heard == [*STEPS, "live"], timeout=3000)


def test_space_pauses_and_a_long_film_strides(timeline: Timeline, track: TimelineTrack, qtbot: QtBot) -> None:
    timeline.set_steps(list(range(1000)))
    timeline.select_step(0)
    timeline.toggle_play()
    timeline._next_frame()
    assert timeline.selected_step() == 5
    qtbot.keyClick(timeline, Qt.Key.Key_Space)
    assert timeline._play.accessibleName().startswith("Play")
    qtbot.keyClick(track, Qt.Key.Key_PageDown)
    assert timeline.selected_step() == 15
    qtbot.keyClick(track, Qt.Key.Key_PageUp)
    assert timeline.selected_step() == 5


def test_without_a_run_there_is_nothing_to_follow(timeline: Timeline) -> None:
    timeline.set_live_step(None)
    assert not timeline.is_live()
    assert timeline.selected_step() == 4000
    assert not timeline._pill.isVisible()
    assert timeline._label.text() == "step 4,000"
    timeline.set_live_step(4200)
    assert timeline.is_live()
    assert timeline._label.text() == "step 4,200"


def test_wheel_only_with_focus(timeline: Timeline, track: TimelineTrack) -> None:
    def roll() -> bool:
        event = QWheelEvent(
            QPointF(50, 16),
            QPointF(50, 16),
            QPoint(),
            QPoint(0, -120),
            Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        QApplication.sendEvent(track, event)
        return event.isAccepted()

    track.clearFocus()
    assert not roll()
    assert timeline.is_live()
    timeline.activateWindow()
    track.setFocus()
    assert track.hasFocus()
    assert roll()
    assert timeline.selected_step() == 4000


def test_checkpoints_have_names(timeline: Timeline, track: TimelineTrack) -> None:
    timeline.set_checkpoints([250, 600])
    assert track.describe(track.position_of(3)) == "checkpoint at step 250"
    assert track.describe(track.position_of(1)) == "step 10"
    assert track.describe(track.width()) == "live"
    before = timeline.grab().toImage()
    timeline.set_checkpoints([250, 600], 250, "step 250, 12 % from the data")
    assert track.describe(track.position_of(3)) == "best: step 250, 12 % from the data"
    assert timeline.grab().toImage() != before


def test_steps_must_increase(timeline: Timeline) -> None:
    with pytest.raises(ValueError, match="increase"):
        timeline.set_steps([0, 10, 10])


@given(st.integers(1, 400), st.integers(60, 2000), st.integers(5, 40))
def test_labels_never_touch(count: int, width: int, each: int) -> None:
    places = [width * i / max(1, count - 1) for i in range(count)]
    labelled = label_stops(places, [float(each)] * count)
    assert labelled
    for left, right in pairwise(labelled):
        assert places[right] - places[left] >= each
