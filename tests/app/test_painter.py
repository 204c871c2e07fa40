"""The painter without a window: strokes and styles become pictures, and everything can be taken back."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from ganstudio.app.generators.picture_session import restore, session_of
from ganstudio.app.paint.painter import VARIANT_COUNT, Painter
from ganstudio.core.controls import Attribute, LatentVector
from ganstudio.core.errors import UsageError
from ganstudio.core.experiment import Experiment
from ganstudio.explore.painting import (
    Moment,
    beside,
    checked_ids,
    draw_on,
    map_control,
    painting_frames,
    reads_styles,
)
from ganstudio.explore.picture_file import picture_bytes, read_session
from tests.app.painter_rig import (
    CLASSES,
    HYPER,
    KIN,
    OTHERS,
    SIZE,
    Told,
    dab,
    drawn,
    expected,
    listen,
    made,
    painting,
    until,
)
from tests.app.translator_rig import store_run


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> Told:
    return listen(monkeypatch)


@pytest.fixture
def painter(tmp_path: Path, told: Told) -> Iterator[Painter]:
    with painting(tmp_path / "canvases") as one:
        drawn(one)
        yield one


def rested(painter: Painter) -> None:
    """Waits until nothing is drawn any more, the strip and the ranking included."""
    drawn(painter)
    until(painter, lambda: all(one is not None for one in painter.variant_pictures) and painter.effects)


def slid(painter: Painter, name: str, value: float, index: int = 0) -> None:
    """Moves one number of the style."""
    assert painter.state is not None
    vector = painter.state.position[name].copy()
    vector[index] = np.float32(value)
    painter.edit(painter.state.moved(name, vector), "Slide", (name, index))


# -- maps and styles become pictures --------------------------------------------------------------------------------------


def test_a_stroke_changes_the_picture_and_undo_brings_the_first_one_back(painter: Painter) -> None:
    assert painter.document is not None
    first, ids = drawn(painter), painter.document.ids.copy()
    for place in range(6):
        dab(painter, 4 + 4 * place, 6, place % 3)
    painted = drawn(painter)
    assert not np.array_equal(first, painted)
    assert np.array_equal(painted, expected(painter))
    while painter.history.can_undo:
        painter.history.undo()
    assert np.array_equal(painter.document.ids, ids)
    assert np.array_equal(drawn(painter), first)
    while painter.history.can_redo:
        painter.history.redo()
    assert np.array_equal(drawn(painter), painted)


def test_during_a_stroke_pictures_come_and_the_last_one_is_of_the_last_map(painter: Painter) -> None:
    document, came = painter.document, []
    assert document is not None
    painter.picture_changed.connect(lambda: came.append(painter.picture))
    painter.stroke_began()
    document.begin("Paint")
    for place in range(40):
        document.canvas.stroke((place * 0.8, 20), (place * 0.8 + 1, 20), 0, 5)
        if place in (10, 25):
            seen = len(came)
            until(painter, lambda seen=seen: len(came) > seen)
    document.end()
    painter.stroke_ended()
    assert np.array_equal(drawn(painter), expected(painter))
    assert len(came) >= 3
    assert not np.array_equal(came[0], came[-1])


def test_every_slider_of_the_style_changes_the_picture(painter: Painter) -> None:
    kinds = [type(control) for control in painter.dials]
    assert kinds == [LatentVector, Attribute]
    before = drawn(painter)
    for name in ("style", "time of day"):
        slid(painter, name, 0.9)
        after = drawn(painter)
        assert not np.array_equal(before, after)
        before = after
    assert [painter.history.undo(), painter.history.undo()] == ["Slide", "Slide"]
    assert not painter.history.can_undo


def test_one_drag_of_a_slider_is_one_step(painter: Painter) -> None:
    for value in (0.1, 0.2, 0.3):
        slid(painter, "style", value)
    drawn(painter)
    painter.history.undo()
    assert painter.state is not None
    assert not painter.state.position["style"].any()
    assert not painter.history.can_undo


def test_strokes_and_styles_are_one_history(painter: Painter) -> None:
    dab(painter)
    painter.take_variant(2)
    dab(painter, 20, 20, 1)
    labels = [painter.history.undo() for _index in range(3)]
    assert labels == ["Paint", "Take a style", "Paint"]
    drawn(painter)


def test_the_picture_before_the_last_edit_is_kept(painter: Painter) -> None:
    first = drawn(painter)
    dab(painter)
    second = drawn(painter)
    assert np.array_equal(painter.before, first)
    slid(painter, "style", 2.0)
    drawn(painter)
    assert np.array_equal(painter.before, second)


def test_the_strip_shows_eight_styles_of_the_present_map(painter: Painter) -> None:
    rested(painter)
    assert len(painter.variants) == VARIANT_COUNT
    shown = [picture for picture in painter.variant_pictures if picture is not None]
    assert len(shown) == VARIANT_COUNT
    painter.take_variant(5)
    assert np.array_equal(drawn(painter), shown[5])
    seeds = [variant.seed for variant in painter.variants]
    painter.surprise()
    rested(painter)
    assert [variant.seed for variant in painter.variants] != seeds
    assert all(picture is not None for picture in painter.variant_pictures)


def test_numbers_are_ranked_by_what_they_change(painter: Painter) -> None:
    rested(painter)
    found = painter.effects["style"]
    assert found.shape == (5,)
    assert found.max() == 1
    assert found.min() >= 0


def test_a_style_is_read_from_a_picture(painter: Painter, tmp_path: Path) -> None:
    from PIL import Image

    assert painter.reads_styles
    before = drawn(painter)
    path = tmp_path / "photo.png"
    Image.fromarray(np.random.default_rng(0).integers(0, 256, (50, 70, 3), np.uint8)).save(path)
    painter.take_style_of(path)
    until(painter, lambda: painter.history.can_undo)
    assert painter.state is not None
    assert painter.state.position["style"].any()
    assert not painter.state.position["time of day"].any()
    assert not np.array_equal(drawn(painter), before)
    painter.history.undo()
    assert np.array_equal(drawn(painter), before)


def test_what_is_no_picture_is_refused_in_words(painter: Painter, told: Told, tmp_path: Path) -> None:
    path = tmp_path / "note.png"
    path.write_text("no picture")
    painter.take_style_of(path)
    painter.take_style_of(b"nor this")
    until(painter, lambda: told.errors)
    assert not painter.history.can_undo


# -- what is refused ------------------------------------------------------------------------------------------------------


def test_ids_outside_the_classes_are_refused_before_anything_is_drawn() -> None:
    generator, drawn_with = made().generator, []
    generator.generate = lambda values: drawn_with.append(values)  # type: ignore[method-assign]
    style = {"style": np.zeros(5, np.float32), "time of day": np.zeros(1, np.float32)}
    for ids in (np.full((SIZE, SIZE), 3, np.uint8), np.full((SIZE, SIZE), -1, np.int64)):
        with pytest.raises(UsageError, match="3 classes"):
            draw_on(generator, ids, [style])
    with pytest.raises(UsageError, match="32 × 32"):
        draw_on(generator, np.zeros((16, 16), np.uint8), [style])
    with pytest.raises(UsageError, match="whole numbers"):
        checked_ids(np.zeros((SIZE, SIZE), np.float32), map_control(generator.controls))  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="another generator"):
        draw_on(generator, np.zeros((SIZE, SIZE), np.uint8), [{}])
    assert not drawn_with


def test_why_nothing_could_be_drawn_is_told_in_place(painter: Painter) -> None:
    assert painter.document is not None
    painter.document.canvas.ids[0, 0] = 200  # as no tool can
    painter.request()
    until(painter, lambda: painter.error is not None)
    assert "200" in str(painter.error)
    painter.document.canvas.ids[0, 0] = 0
    painter.request()
    drawn(painter)
    assert painter.error is None


# -- other runs and canvases ----------------------------------------------------------------------------------------------


def test_a_run_with_the_same_classes_gets_one_copy_and_the_canvas_stays(painter: Painter, told: Told) -> None:
    dab(painter, class_=2)
    original = painter.document
    assert original is not None
    ids = original.ids.copy()
    painter._take(made(KIN, 16, "other"))
    copy = painter.document
    assert copy is not None
    assert copy is not original
    assert copy.classes == KIN
    assert copy.size == 16
    assert set(np.unique(copy.ids)) == {0, 1, 2}
    assert told.said("classes of “other”")
    assert np.array_equal(original.ids, ids)
    assert original in painter.canvases.documents
    assert drawn(painter).shape == (16, 16, 3)
    for _ in range(3):  # there and back again: what was only converted is not kept
        painter._take(made())
        assert painter.document is original
        assert painter.canvases.documents == [original]
        painter._take(made(KIN, 16, "other"))
        assert len(painter.canvases.documents) == 2
    dab(painter, 4, 4, 2, 3)
    painted = painter.document
    for _ in range(3):  # what was painted on is, and is used again
        painter._take(made())
        assert painter.document is original
        painter._take(made(KIN, 16, "other"))
        assert painter.document is painted
    assert len(painter.canvases.documents) == 2
    painter._take(made())
    drawn(painter)
    assert painter.history.undo() == "Paint"
    assert not painter.canvases.can_reopen


def test_what_was_only_converted_goes_with_its_source_and_is_known_after_a_restart(tmp_path: Path) -> None:
    with painting(tmp_path) as painter:
        original = painter.document
        assert original is not None
        dab(painter)
        painter._take(made(KIN, 16, "other"))
        copy = painter.document
        assert copy is not None
        assert not copy.touched
    with painting(tmp_path, made(KIN, 16, "other")) as painter:
        assert [(one.key, one.touched) for one in painter.canvases.documents] == [
            (original.key, True),
            (copy.key, False),
        ]
        painter.source.close(painter.canvases.documents[0])
        assert painter.canvases.documents == [painter.document]
        assert painter.document is not None
        assert painter.document.key not in (original.key, copy.key)
        assert painter.canvases.reopen().key == original.key  # type: ignore[union-attr]
        assert not painter.canvases.can_reopen


def test_a_run_with_classes_of_its_own_begins_with_a_map_of_its_own(painter: Painter, told: Told) -> None:
    original = painter.document
    painter._take(made(OTHERS, 16, "other"))
    mine = painter.document
    assert mine is not None
    assert (mine.classes, mine.size, mine.origin) == (OTHERS, 16, None)
    assert not told.said("classes of")
    dab(painter, 4, 4, 2, 3)
    painter._take(made())
    assert painter.document is original
    painter._take(made(OTHERS, 16, "other"))
    assert painter.document is mine
    painter.canvases.switch(original)  # chosen by hand it is converted, whatever its classes
    assert painter.document not in (original, mine)
    assert painter.document is not None
    assert painter.document.classes == OTHERS
    assert told.said("classes of “other”")


def test_every_canvas_has_its_style_and_history(painter: Painter) -> None:
    first = painter.document
    slid(painter, "time of day", -0.7)
    night = drawn(painter)
    painter.source.blank(1)
    assert painter.state is not None
    assert painter.state.position["time of day"][0] == np.float32(-0.7)  # a new one begins in the present style
    slid(painter, "time of day", 0.5)
    drawn(painter)
    painter.canvases.switch(first)
    assert painter.state.position["time of day"][0] == np.float32(-0.7)
    assert np.array_equal(drawn(painter), night)
    assert painter.history.undo() == "Slide"


def test_a_run_whose_data_are_gone_begins_with_a_map_that_it_has_stored(tmp_path: Path) -> None:
    from ganstudio.store import Run

    store_run(tmp_path / "run", Experiment("spade", "landscapes:size=64,count=16", HYPER, 2, 0, "cpu"))
    (tmp_path / "run" / "run.json").write_text(
        (tmp_path / "run" / "run.json").read_text().replace("landscapes:size=64,count=16", "maps:/nowhere/at/all")
    )
    run = Run.open(tmp_path / "run")
    with painting(tmp_path / "canvases", replace(made(run.info.spec.map_classes[::-1], 64), run=run)) as painter:
        blank = painter.document
        until(painter, lambda: painter.source.scenes.reading is None and not painter.studio.jobs.running)
        assert painter.document is not None
        assert painter.document is not blank
        assert len(np.unique(painter.document.ids)) > 2
        assert painter.document.name == "map 1"


@pytest.mark.parametrize("painted", [False, True])
def test_one_begins_with_a_map_of_the_data_unless_one_has_painted_meanwhile(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, painted: bool
) -> None:
    ids = np.full((1, SIZE, SIZE), 2, np.uint8)
    arrays = SimpleNamespace(inputs=ids, items=np.zeros((1, 3, SIZE, SIZE)), spec=SimpleNamespace(map_classes=CLASSES))
    monkeypatch.setattr("ganstudio.app.generators.run_data.read_data", lambda *_args: arrays)
    run: Any = SimpleNamespace(
        path=tmp_path,
        info=SimpleNamespace(experiment=Experiment("spade", "maps"), fingerprint=""),
        checkpoint_path=lambda step: tmp_path / f"{step}.safetensors",
    )
    with painting(tmp_path / "canvases", replace(made(), run=run)) as painter:
        blank = painter.document
        if painted:
            dab(painter)
        until(painter, lambda: painter.source.scenes.reading is None)
        assert len(painter.source.scenes.found) == 1
        assert painter.document is not None
        assert (painter.document is blank) is painted
        assert (blank in painter.canvases.documents) is painted
        assert np.array_equal(painter.document.ids, ids[0]) is not painted
        drawn(painter)


def test_the_last_canvas_that_is_closed_is_followed_by_a_fresh_one(painter: Painter) -> None:
    first = painter.document
    assert first is not None
    painter.source.close(first)
    assert painter.document is not None
    assert painter.document is not first
    painter.canvases.reopen()
    assert painter.document is first


def test_canvases_and_styles_are_there_again_after_a_restart(tmp_path: Path) -> None:
    folder = tmp_path / "kept"
    with painting(folder) as one:
        dab(one)
        slid(one, "style", 1.25, 3)
        picture = drawn(one)
    with painting(folder) as again:
        assert np.array_equal(drawn(again), picture)
        assert len(again.canvases.documents) == 1
        assert not again.history.can_undo


def test_a_label_map_is_opened_as_another_canvas(painter: Painter, told: Told, tmp_path: Path) -> None:
    from PIL import Image

    from ganstudio.core.labelmaps import colour_map

    ids = np.random.default_rng(1).integers(0, 3, (SIZE, SIZE), np.uint8)
    path = tmp_path / "my map.png"
    Image.fromarray(colour_map(ids, CLASSES)).save(path)
    painter.source.open_map(path)
    until(painter, lambda: len(painter.canvases.documents) == 2)
    assert painter.document is not None
    assert painter.document.name == "my map"
    assert np.array_equal(painter.document.ids, ids)
    assert told.said("Read by colour")


# -- taking home ----------------------------------------------------------------------------------------------------------


def test_a_session_holds_map_and_style_bit_by_bit(painter: Painter, monkeypatch: pytest.MonkeyPatch) -> None:
    dab(painter)
    painter.take_variant(1)
    picture = drawn(painter)
    assert painter.document is not None
    assert painter.state is not None
    session = read_session(picture_bytes(picture, 2, session_of(painter)))
    ids, style = painter.document.ids.copy(), painter.state
    dab(painter, 20, 20, 0)
    painter.edit(painter.drawn_from(99), "Another")
    monkeypatch.setattr("ganstudio.app.generators.picture_session.reopen", lambda _desk, _session, then, _leave: then())
    restore(painter, session)
    assert np.array_equal(painter.document.ids, ids)
    for name, value in style.position.items():
        assert np.array_equal(painter.state.position[name], value)
    assert np.array_equal(drawn(painter), picture)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda session: session.pop("canvas"),
        lambda session: session["canvas"].update(ids="AAAA"),
        lambda session: session["canvas"].update(size=10**9),
        lambda session: session["canvas"].update(classes=[{"name": "x", "colour": [1, 2]}]),
        lambda session: session["style"]["position"].update(style=[1.0]),
        lambda session: session.update(style=None),
    ],
)
def test_a_spoilt_session_changes_nothing(
    painter: Painter, told: Told, monkeypatch: pytest.MonkeyPatch, spoil: Any
) -> None:
    session, count = session_of(painter), len(painter.canvases.documents)
    spoil(session)
    monkeypatch.setattr("ganstudio.app.generators.picture_session.reopen", lambda _desk, _session, then, _leave: then())
    restore(painter, session)
    assert told.errors
    assert len(painter.canvases.documents) == count


def test_a_film_replays_the_strokes(painter: Painter) -> None:
    for place in range(4):
        dab(painter, 6 * place, 6 * place, 2, 4)
    picture = drawn(painter)
    assert painter.opened is not None
    assert painter.document is not None
    assert painter.state is not None
    moments = [Moment(ids, painter.state.position) for ids in painter.document.reel.frames(10)]
    assert len(moments) == 5
    frames = {
        shown: list(painting_frames(painter.opened.generator.frozen(), moments, shown))  # type: ignore[arg-type]
        for shown in ("map", "picture", "both")
    }
    assert np.array_equal(frames["picture"][-1], picture)
    assert not np.array_equal(frames["picture"][0], picture)
    for index in range(5):
        assert np.array_equal(frames["both"][index], beside(frames["map"][index], frames["picture"][index]))


def test_generators_that_paint_nothing_are_told_apart() -> None:
    with pytest.raises(UsageError, match="nothing to paint"):
        map_control((LatentVector("z", 2),))
    assert reads_styles(made().generator)


# -- abuse ----------------------------------------------------------------------------------------------------------------


def test_three_hundred_random_deeds_and_all_the_way_back(painter: Painter) -> None:
    rng = random.Random(7)
    for step in range(300):
        deed = rng.randrange(12)
        if deed < 5:
            dab(painter, rng.uniform(-5, 40), rng.uniform(-5, 40), rng.randrange(3), rng.uniform(1, 20))
        elif deed == 5:
            slid(painter, rng.choice(["style", "time of day"]), rng.uniform(-1, 1))
        elif deed == 6:
            painter.take_variant(rng.randrange(VARIANT_COUNT))
        elif deed == 7:
            painter.history.undo()
        elif deed == 8:
            painter.history.redo()
        elif deed == 9:
            rng.choice([painter.surprise, painter.source.duplicate, lambda: painter.source.blank(rng.randrange(3))])()
        elif deed == 10:
            painter.canvases.switch(rng.choice(painter.canvases.documents))
        elif rng.random() < 0.3:
            painter._take(rng.choice([made(seed=step), made(OTHERS, 16, "other")]))
        if rng.random() < 0.3:
            painter.pump()
    assert np.array_equal(drawn(painter), expected(painter))
    while painter.history.can_undo:
        painter.history.undo()
    assert np.array_equal(drawn(painter), expected(painter))
