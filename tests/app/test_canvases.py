from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from ganstudio.app.history import History
from ganstudio.app.notifications import Notification, Notifications
from ganstudio.app.paint.canvases import CanvasDocument, Canvases
from ganstudio.core.dataspec import MapClass
from ganstudio.core.errors import UsageError
from ganstudio.explore.canvas import replay
from tests.explore.test_canvas import act

CLASSES = tuple(MapClass(name, (50 * i, 90, 255 - 50 * i)) for i, name in enumerate(("sky", "sea", "grass", "rock")))


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def told() -> list[Notification]:
    return []


@pytest.fixture
def opened(tmp_path: Path, told: list[Notification]) -> Iterator[Callable[[], Canvases]]:
    made: list[Canvases] = []

    def start() -> Canvases:
        hub = Notifications()
        hub.subscribe(told.append)
        made.append(Canvases(tmp_path / "canvases", hub, Clock()))
        return made[-1]

    yield start
    for canvases in made:
        canvases.shut()


def document(size: int = 32, **options: int) -> CanvasDocument:
    return CanvasDocument("x", CLASSES, np.zeros((size, size), np.uint8), **options)


def scribble(one: CanvasDocument, strokes: int, seed: int = 0) -> None:
    rng = np.random.default_rng(seed)
    for _ in range(strokes):
        one.begin("Brush")
        x, y = rng.uniform(0, one.size, 2)
        class_, diameter = int(rng.integers(len(one.classes))), float(rng.uniform(2, 12))
        for _piece in range(5):
            x2, y2 = x + rng.normal() * 9, y + rng.normal() * 9
            one.canvas.stroke((x, y), (x2, y2), class_, diameter)
            x, y = x2, y2
        one.end()


def test_ten_thousand_random_actions_undone_to_the_start_and_redone_to_the_end() -> None:
    one, rng = document(24), np.random.default_rng(5)
    start = one.ids.copy()
    for number in range(10_000):
        if number % 3:
            act(one.canvas, rng)
        else:
            with one.step("Several") as canvas:
                act(canvas, rng)
                act(canvas, rng)
        if rng.random() < 0.05:
            one.history.undo()
        if rng.random() < 0.03:
            one.history.redo()
    end = one.ids.copy()
    undone = 0
    while one.history.undo():
        undone += 1
    assert undone > 1000
    assert np.array_equal(one.ids, start)
    while one.history.redo():
        undone -= 1
    assert undone == 0
    assert np.array_equal(one.ids, end)


def test_five_hundred_strokes_can_be_undone_in_little_memory() -> None:
    one = document(256)
    scribble(one, 500)
    assert one.reel.nbytes < 2 * 2**20
    states = list(replay(one, 10**6))
    assert np.array_equal(states[-1], one.ids)
    for state in reversed(states[:-1]):
        one.history.undo()
        assert np.array_equal(one.ids, state)
    assert not one.history.can_undo
    assert not one.ids.any()


def test_a_budget_drops_the_oldest_steps_and_the_film_begins_later() -> None:
    one, rng = document(64, budget=40_000), np.random.default_rng(0)
    states = [one.ids.copy()]
    for _ in range(60):
        one.canvas.paste(rng.integers(0, 4, (64, 64), dtype=np.uint8))
        states.append(one.ids.copy())
    assert one.reel.nbytes <= 40_000
    frames = list(replay(one, 1000))
    assert 5 < len(frames) < 60
    assert all(np.array_equal(a, b) for a, b in zip(frames, states[-len(frames) :], strict=True))
    steps = 0
    while one.history.undo():
        steps += 1
    assert 5 < steps < 60
    assert np.array_equal(one.ids, states[-1 - steps])
    assert np.array_equal(next(iter(replay(one, 1))), one.ids)
    while one.history.redo():
        steps -= 1
    assert steps == 0
    assert np.array_equal(one.ids, states[-1])
    assert np.array_equal(list(replay(one, 5))[-1], states[-1])


def test_history_with_a_budget_always_keeps_the_last_edit() -> None:
    history = History(budget=10)
    for cost in (4, 4, 4, 100):
        history.push(str(cost), lambda: None, lambda: None, cost=cost)
    assert history.undo() == "100"
    assert not history.can_undo
    history.push("new", lambda: None, lambda: None, cost=6)  # what was undone is gone, and so is its cost
    history.push("newer", lambda: None, lambda: None, cost=4)
    assert [history.undo(), history.undo()] == ["newer", "new"]


def test_nothing_is_undone_during_a_stroke_and_escape_takes_it_back() -> None:
    one = document()
    one.canvas.fill(1)
    one.begin("Brush")
    one.canvas.stroke((3, 3), (20, 20), 2, 5)
    assert one.history.undo() == ""
    one.abort()
    assert (one.ids == 1).all()
    one.begin("Brush")
    assert not one.end()
    assert one.history.undo_label == "Paint"
    with pytest.raises(UsageError):  # noqa: PT012, SIM117 - it must fail inside of the step
        with one.step("Bad") as canvas:
            canvas.fill(3)
            canvas.fill(9)
    assert (one.ids == 1).all()


def test_changes_are_told_with_their_rectangle_also_when_undone() -> None:
    one, seen = document(), []
    one.changed.connect(seen.append)
    one.canvas.shape("rectangle", [(2, 3), (4, 5)], 1)
    one.history.undo()
    one.history.redo()
    assert seen == [(3, 2, 6, 5)] * 3


def test_the_film_goes_from_the_first_map_to_the_present_one() -> None:
    one = document()
    scribble(one, 40)
    for _ in range(5):
        one.history.undo()
    frames = list(replay(one, 9))
    assert len(frames) == 9
    assert not frames[0].any()
    assert np.array_equal(frames[-1], one.ids)
    assert next(iter(replay(one, 3, size=64))).shape == (64, 64)
    assert len(list(replay(document(), 9))) == 1


def test_style_is_kept_apart_and_can_be_a_step() -> None:
    one, style = document(), {"z": [1.0]}
    one.set_style(style, "Change style")
    style["z"].append(2.0)
    one.style["z"].append(3.0)
    assert one.style == {"z": [1.0]}
    one.history.undo()
    assert one.style == {}


def test_canvases_are_there_again_at_the_next_start(opened: Callable[[], Canvases]) -> None:
    first = opened()
    one = first.from_ids("Coast", CLASSES, np.ones((32, 32), np.uint8))
    two = first.from_ids("Coast", CLASSES, np.zeros((16, 16), np.uint8))
    assert two.name == "Coast 2"
    scribble(one, 4)
    one.set_style({"time": 0.5})
    assert first.dirty
    assert first.shut()
    assert not first.dirty
    os.utime(first.folder / f"{one.key}.png", (2e9, 2e9))
    second = opened()
    assert second.restore() == ()
    assert [each.name for each in second.documents] == ["Coast", "Coast 2"]
    again = second.current
    assert again is not None
    assert again.name == "Coast"
    assert np.array_equal(again.ids, one.ids)
    assert (again.classes, again.style, again.dirty) == (CLASSES, {"time": 0.5}, False)
    assert not again.history.can_undo


def test_autosave_waits_two_seconds_and_writes_the_newest(opened: Callable[[], Canvases]) -> None:
    canvases = opened()
    one = canvases.from_ids("a", CLASSES, np.zeros((16, 16), np.uint8))
    assert not canvases.autosave(101.9)
    assert canvases.autosave(102.0)
    assert canvases.shut()
    one.canvas.fill(2)
    assert not canvases.autosave(101.0)  # the clock stood at 100 when all was saved
    assert canvases.autosave(2000.0)
    one.canvas.fill(3)
    assert canvases.save_all()  # whichever of the two comes last, the newer state is what stays
    assert canvases.shut()
    other = opened()
    other.restore()
    assert (other.documents[0].ids == 3).all()


def test_two_windows_do_not_share_a_canvas(opened: Callable[[], Canvases]) -> None:
    first, second = opened(), opened()
    first.from_ids("a", CLASSES, np.zeros((16, 16), np.uint8))
    first.save_all()
    assert second.restore() == ()
    assert second.documents == []
    second.from_ids("a", CLASSES, np.zeros((16, 16), np.uint8))
    second.save_all()
    first.shut()
    second.shut()
    third = opened()
    third.restore()
    assert len(third.documents) == 2


def test_damaged_and_foreign_files_are_told_of_and_left(
    opened: Callable[[], Canvases], told: list[Notification]
) -> None:
    from PIL import Image

    canvases = opened()
    canvases.from_ids("good", CLASSES, np.random.default_rng(0).integers(0, 4, (64, 64), dtype=np.uint8))
    canvases.shut()
    folder = canvases.folder
    good = next(folder.glob("*.png")).read_bytes()
    (folder / "torn.png").write_bytes(good[: len(good) // 2])
    (folder / "newer.png").write_bytes(good.replace(b'"version":1', b'"version":9'))  # and its checksum is wrong
    Image.new("P", (8, 8)).save(folder / "foreign.png")
    (folder / "folder.png").mkdir()
    again = opened()
    notes = again.restore()
    assert len(notes) == 4
    assert [each.name for each in again.documents] == ["good"]
    assert len(told) == 1
    assert (folder / "torn.png").exists()


def test_a_full_disk_is_told_once_and_loses_nothing(
    opened: Callable[[], Canvases], told: list[Notification], monkeypatch: pytest.MonkeyPatch
) -> None:
    canvases = opened()
    one = canvases.from_ids("a", CLASSES, np.zeros((16, 16), np.uint8))
    with monkeypatch.context() as patch:

        def full(handle: int) -> None:
            raise OSError(errno.ENOSPC, "No space left on device")

        patch.setattr("ganstudio.store.atomic.os.fsync", full)
        assert not canvases.save_all()
        one.canvas.fill(3)
        assert not canvases.save_all()
        assert len(told) == 1
        assert "full" in told[0].text
        assert one.dirty
    assert canvases.save_all()
    assert not one.dirty
    assert [file.suffix for file in sorted(canvases.folder.iterdir())] == [".lock", ".png"]


def test_a_folder_that_cannot_be_made_is_told_once(
    opened: Callable[[], Canvases], told: list[Notification], tmp_path: Path
) -> None:
    (tmp_path / "canvases").write_text("in the way")
    canvases = opened()
    assert canvases.restore() == ()
    canvases.from_ids("a", CLASSES, np.zeros((16, 16), np.uint8))
    assert not canvases.save_all()
    assert not canvases.save_all()
    assert len(told) == 1


def test_closing_can_be_taken_back_and_a_write_on_its_way_brings_nothing_back(opened: Callable[[], Canvases]) -> None:
    canvases = opened()
    one, two = (canvases.from_ids(name, CLASSES, np.zeros((16, 16), np.uint8)) for name in "ab")
    scribble(two, 3)
    canvases.save_all()
    two.canvas.fill(1)
    assert canvases.autosave(1e6)
    canvases.close(two)
    assert canvases.current is one
    canvases.shut()
    assert [file.stem for file in canvases.folder.glob("*.png")] == [one.key]
    assert canvases.reopen() is two
    assert two.history.can_undo
    assert two.dirty
    canvases.shut()
    assert len(list(canvases.folder.glob("*.png"))) == 2
    canvases.close(one)
    canvases.close(two)
    assert canvases.current is None


def test_copies_have_a_life_of_their_own(opened: Callable[[], Canvases]) -> None:
    canvases = opened()
    one = canvases.from_ids("a", CLASSES, np.full((8, 8), 2, np.uint8), {"t": 1})
    copy = canvases.duplicate(one)
    assert canvases.current is copy
    copy.canvas.fill(1)
    assert (one.ids == 2).all()
    assert copy.style == {"t": 1}
    assert canvases.rename(copy, "a") == "a 2"
    assert canvases.rename(copy, "  my   coast ") == "my coast"
    assert canvases.rename(copy, " ") == "my coast"
    with pytest.raises(UsageError):
        canvases.from_ids("x", CLASSES, np.full((8, 8), 4, np.uint8))
    with pytest.raises(UsageError):
        canvases.from_ids("x", CLASSES, np.zeros((0, 0), np.uint8))
