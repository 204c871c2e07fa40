"""One translation: opening, giving, drawing, turning round, reading files, all of it with undo. No window."""

from __future__ import annotations

import base64
import json
import random
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from PIL import Image

from ganstudio.app.generators.picture_session import restore, session_of
from ganstudio.app.generators.run_data import read_data
from ganstudio.app.notifications import Notification
from ganstudio.app.translate.translator import Translator
from ganstudio.core.controls import LabelMap, SourceImage
from ganstudio.core.errors import UsageError
from ganstudio.core.experiment import Experiment
from ganstudio.explore.pen import PenStroke
from ganstudio.explore.translating import (
    InputPicture,
    as_input,
    blank,
    input_from_png,
    input_png,
    read_input,
    seen,
    side_by_side,
)
from tests.app.translator_rig import Rig
from tests.explore.toy_translators import CLASSES, MAP, SIZE, SKETCH, TWO_WAYS


@pytest.fixture
def rig() -> Iterator[Rig]:
    made = Rig()
    yield made
    made.close()


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from tests.app.translator_rig import store_run

    return store_run(tmp_path_factory.mktemp("runs") / "run")


def photo(path: Path, size: tuple[int, int] = (40, 24), mode: str = "RGB") -> Path:
    rows = np.random.default_rng(1).integers(0, 255, (size[1], size[0], 3), np.uint8)
    Image.fromarray(rows).convert(mode).save(path)
    return path


def draw_anew(translator: Translator, seed: int) -> None:
    assert translator.state is not None
    translator.edit(translator.state.moved("style", translator.drawn_from(seed).position["style"]), "Another style")


# -- what is given ----------------------------------------------------------------------------------------------------


def test_something_is_translated_from_the_first_moment(rig: Rig) -> None:
    rig.take(SKETCH)
    translator = rig.translator
    output = rig.drawn()
    assert translator.state.picture is translator.shelf.found.of(0)[0]
    np.testing.assert_array_equal(output, 255 - seen(translator.given, translator.state.picture.pixels))
    assert not translator.history.can_undo
    assert translator.sides == ("edges", "digits")


def test_a_file_is_read_beside_the_window_and_can_be_taken_back(rig: Rig, tmp_path: Path) -> None:
    rig.take(SKETCH)
    translator, before = rig.translator, rig.drawn()
    translator.give_file(photo(tmp_path / "photo.png"))
    assert "photo.png" in translator.reading
    after = rig.drawn()
    assert not np.array_equal(before, after)
    assert translator.state.picture.name == "photo.png"
    assert translator.history.undo() == "Open photo.png"
    np.testing.assert_array_equal(rig.drawn(), before)
    translator.history.redo()
    np.testing.assert_array_equal(rig.drawn(), after)


def test_the_newest_of_several_files_wins(rig: Rig, tmp_path: Path) -> None:
    rig.take(SKETCH)
    files = [photo(tmp_path / f"{number}.png") for number in range(4)]
    for file in files:
        rig.translator.give_file(file)
    rig.until(lambda: not rig.studio.jobs.running)
    rig.drawn()
    assert rig.translator.state.picture.name == "3.png"
    rig.translator.history.undo()
    assert not rig.translator.history.can_undo


@pytest.mark.parametrize("content", [b"", b"no picture at all", b"\x89PNG\r\n\x1a\n broken"])
def test_broken_files_say_so_and_change_nothing(rig: Rig, tmp_path: Path, content: bytes) -> None:
    rig.take(SKETCH)
    before = rig.drawn()
    (tmp_path / "bad.png").write_bytes(content)
    rig.translator.give_file(tmp_path / "bad.png")
    rig.until(lambda: rig.told)
    assert "bad.png" in rig.told[0].text
    assert "cannot be used" in rig.told[0].text
    np.testing.assert_array_equal(rig.drawn(), before)
    rig.translator.give_file(tmp_path)
    rig.until(lambda: len(rig.told) == 2)
    assert "not a file" in rig.told[1].text


def test_pictures_of_every_make(tmp_path: Path) -> None:
    wanted = SourceImage("source", 3, SIZE)
    for mode, name in (("CMYK", "a.tif"), ("P", "b.gif"), ("LA", "c.png"), ("RGBA", "d.png"), ("1", "e.png")):
        assert read_input(photo(tmp_path / name, mode=mode), wanted).pixels.shape == (3, SIZE, SIZE)
    deep = Image.fromarray(np.linspace(0, 65535, 400, dtype=np.uint16).reshape(20, 20))
    deep.save(tmp_path / "deep.png")
    found = read_input(tmp_path / "deep.png", SourceImage("source", 1, SIZE))
    assert any("16 bits" in note for note in found.notes)
    frames = [Image.new("RGB", (20, 20), tone) for tone in ("red", "blue")]
    frames[0].save(tmp_path / "film.gif", save_all=True, append_images=frames[1:])
    found = read_input(tmp_path / "film.gif", wanted)
    assert any("frames" in note for note in found.notes)
    assert found.pixels[0].mean() > 200


def test_another_fit_reads_the_file_again(rig: Rig, tmp_path: Path) -> None:
    rig.take(SKETCH)
    translator = rig.translator
    translator.give_file(photo(tmp_path / "wide.png", (64, 16)))
    crop = rig.drawn()
    translator.set_fit("pad")
    pad = rig.drawn()
    assert (translator.state.picture.pixels[:, 0] == 0).all()
    translator.set_fit("stretch")
    assert not np.array_equal(rig.drawn(), pad)
    while translator.history.can_undo and translator.state.fit != "crop":
        translator.history.undo()
    np.testing.assert_array_equal(rig.drawn(), crop)


def test_label_maps_are_read_by_their_colours(rig: Rig, tmp_path: Path) -> None:
    rig.take(MAP)
    ids = np.random.default_rng(2).integers(0, 3, (SIZE, SIZE), np.uint8)
    colours = np.array([one.colour for one in CLASSES], np.uint8)
    Image.fromarray(colours[ids]).save(tmp_path / "map.png")
    rig.translator.give_file(tmp_path / "map.png")
    rig.drawn()
    np.testing.assert_array_equal(rig.translator.state.picture.pixels, ids)
    (tmp_path / "bad.png").write_bytes(b"bad")
    rig.translator.give_file(tmp_path / "bad.png")
    rig.until(lambda: rig.told)
    assert "label map" in rig.told[0].text


# -- directions and controls ------------------------------------------------------------------------------------------


def test_both_ways_and_back_again(rig: Rig) -> None:
    rig.take(TWO_WAYS)
    translator, there = rig.translator, rig.drawn()
    assert translator.sides == ("day", "night")
    assert translator.back is not None
    given = seen(translator.given, translator.state.picture.pixels).astype(int)
    assert abs((translator.back.astype(int) - 127.5) * 2 - (given - 127.5)).max() < 4  # the way back is half as strong
    translator.set_direction(1)
    assert translator.sides == ("night", "day")
    other = rig.drawn()
    assert not np.array_equal(there, other)
    translator.history.undo()
    np.testing.assert_array_equal(rig.drawn(), there)
    translator.swap()
    assert translator.direction == 1
    np.testing.assert_array_equal(seen(translator.given, translator.state.picture.pixels), there)
    rig.drawn()
    translator.history.undo()
    assert translator.direction == 0
    np.testing.assert_array_equal(rig.drawn(), there)


def test_one_way_networks_have_nothing_to_swap(rig: Rig) -> None:
    rig.take(SKETCH)
    rig.drawn()
    assert not rig.translator.can_swap
    before = rig.translator.state
    rig.translator.swap()
    rig.translator.set_direction(1)
    assert rig.translator.state is before
    assert rig.translator.back is None


def test_style_and_attributes(rig: Rig) -> None:
    rig.take(MAP)
    translator, first = rig.translator, rig.drawn()
    assert [control.name for control in translator.dials] == ["style", "time"]
    draw_anew(translator, 5)
    second = rig.drawn()
    assert not np.array_equal(first, second)
    translator.edit(translator.state.moved("time", np.array([1.0], np.float32)), "Time", "time")
    assert not np.array_equal(rig.drawn(), second)
    translator.history.undo()
    translator.history.undo()
    np.testing.assert_array_equal(rig.drawn(), first)


def test_another_network_takes_the_same_file_at_its_own_size(rig: Rig, tmp_path: Path) -> None:
    rig.take(SKETCH)
    rig.translator.give_file(photo(tmp_path / "photo.png"))
    rig.drawn()
    rig.take((SourceImage("source", 3, 24),), "larger")
    rig.drawn()
    assert rig.translator.state.picture.name == "photo.png"
    assert rig.translator.state.picture.pixels.shape == (3, 24, 24)
    assert not rig.translator.history.can_undo
    rig.take(MAP, "map")  # a drawing of colours is no label map, but its file can be read as one
    rig.drawn()
    assert rig.translator.state.picture.pixels.shape == (SIZE, SIZE)


# -- drawing ----------------------------------------------------------------------------------------------------------


def test_a_stroke_is_translated_on_its_way_and_is_one_step_back(rig: Rig) -> None:
    rig.take(SKETCH)
    translator = rig.translator
    translator.give_blank()
    white = rig.drawn()
    stroke = PenStroke(translator.begin_stroke(), (0,), 2.0)
    outputs = []
    for x in range(2, 14):
        assert stroke.to(x, 8) is not None
        translator.stroke(stroke.pixels)
        outputs.append(rig.drawn())
    translator.end_stroke("Draw")
    assert not np.array_equal(outputs[0], outputs[-1])
    np.testing.assert_array_equal(outputs[-1], 255 - seen(translator.given, stroke.pixels))
    assert translator.history.undo() == "Draw"
    np.testing.assert_array_equal(rig.drawn(), white)
    translator.history.redo()
    np.testing.assert_array_equal(rig.drawn(), outputs[-1])
    again = PenStroke(translator.begin_stroke(), (0,), 2.0)
    again.to(3, 3)
    translator.stroke(again.pixels)
    translator.cancel_stroke()
    np.testing.assert_array_equal(rig.drawn(), outputs[-1])


def test_ink_lies_once_however_often_a_stroke_crosses_itself() -> None:
    paper = np.full((1, 20, 20), 255, np.uint8)
    stroke, once = PenStroke(paper, (0,), 3.0), PenStroke(paper, (0,), 3.0)
    once.to(4.2, 10.3)
    once.to(15.7, 10.3)
    for x in (4.2, 15.7, 4.2, 15.7):
        stroke.to(x, 10.3)
    np.testing.assert_array_equal(stroke.pixels, once.pixels)
    assert (paper == 255).all()
    assert stroke.pixels.min() == 0
    assert len(np.unique(stroke.pixels)) > 2  # smooth edges
    assert PenStroke(paper, (0,), 1.0).to(-50, -50) is None
    hard = PenStroke(paper, (0,), 1.5, hard=True)
    hard.to(3, 3)
    hard.to(15, 9)
    assert set(np.unique(hard.pixels)) == {0, 255}


def test_on_label_maps_there_is_nothing_between_two_classes() -> None:
    ids = np.zeros((20, 20), np.uint8)
    stroke = PenStroke(ids, 2, 4.5)
    for x, y in ((2.3, 3.1), (17.6, 15.2), (5.0, 18.0)):
        stroke.to(x, y)
    assert set(np.unique(stroke.pixels)) == {0, 2}


# -- taking home and bringing back ------------------------------------------------------------------------------------


@pytest.mark.parametrize("controls", [SKETCH, TWO_WAYS, MAP])
def test_inputs_survive_as_png(controls: tuple) -> None:
    wanted = controls[0]
    most = len(CLASSES) if isinstance(wanted, LabelMap) else 256
    pixels = np.random.default_rng(3).integers(0, most, blank(wanted).pixels.shape, np.uint8)
    found = input_from_png(wanted, input_png(wanted, pixels), "again")
    np.testing.assert_array_equal(found.pixels, pixels)
    other = SourceImage("source", 1, 20)
    with pytest.raises(UsageError, match="does not fit"):
        input_from_png(other, input_png(wanted, pixels), "again")
    with pytest.raises(UsageError, match="damaged"):
        input_from_png(wanted, b"nothing", "again")


def test_as_input_and_side_by_side() -> None:
    grey, colour = np.zeros((8, 8, 1), np.uint8), np.full((8, 8, 3), 9, np.uint8)
    assert side_by_side([grey, colour]).shape == (8, 16, 3)
    assert as_input(SourceImage("source", 3, 8), grey, "a").pixels.shape == (3, 8, 8)
    assert as_input(SourceImage("source", 1, 8), colour, "a").pixels.shape == (1, 8, 8)
    with pytest.raises(UsageError):
        as_input(SourceImage("source", 1, 9), colour, "a")


def test_a_session_brings_back_run_input_and_direction(rig: Rig, stored: Path, tmp_path: Path) -> None:
    rig.open(stored)
    translator = rig.translator
    translator.give_file(photo(tmp_path / "photo.png"))
    picture = rig.drawn()
    session = json.loads(json.dumps(session_of(translator)))
    assert base64.b64decode(session["state"]["input"]["png"]).startswith(b"\x89PNG")
    other = Rig()
    try:
        restore(other.translator, session)
        other.until(lambda: other.translator.state is not None and other.translator.state.picture is not None)
        other.until(lambda: other.translator.state.picture.name == "photo.png")
        np.testing.assert_array_equal(other.drawn(), picture)
        for changes, words in (
            ({"state": {"fit": "crop", "settings": {"far": 1}, "input": None}}, "driven by far"),
            ({"state": {"fit": "crop", "settings": {}, "input": {"png": "%%%"}}}, "damaged"),
            ({"state": 7}, "damaged"),
            ({"state": {"fit": "crop", "settings": {}, "input": 5}}, "damaged"),
        ):
            before = other.translator.state
            restore(other.translator, {**session, **changes})
            other.until(lambda words=words: any(words in note.text for note in other.told))
            assert other.translator.state is before
        with pytest.raises(UsageError, match="not saved by"):
            restore(other.translator, {**session, "kind": "explore"})
        restore(other.translator, {**session, "path": "/nowhere", "run": {**session["run"], "created": "x"}})
        other.until(lambda: any("not on this machine" in note.text for note in other.told))
    finally:
        other.close()


def test_the_data_of_a_run_are_offered(rig: Rig, stored: Path) -> None:
    rig.open(stored)
    translator = rig.translator
    rig.until(lambda: not translator.shelf.reading)
    assert translator.shelf.error == ""
    assert 1 < len(translator.shelf.found.of(0)) <= 24
    assert translator.state.picture is translator.shelf.found.of(0)[0]
    assert (translator.shelf.found.paper, translator.shelf.found.hard) == (255, False)
    rig.drawn()


def test_data_that_are_gone_are_said_and_nothing_breaks(rig: Rig) -> None:
    info = SimpleNamespace(experiment=Experiment("pix2pix", "nothing-like-this"), fingerprint="")
    run: Any = SimpleNamespace(path=Path("gone"), info=info)
    with pytest.raises(UsageError):
        read_data(run)
    rig.take(SKETCH, examples=False)
    assert rig.translator.state.picture is None
    assert rig.translator.position is None
    rig.translator.give_blank()
    rig.drawn()
    rig.translator.history.undo()
    rig.until(lambda: rig.translator.output is None)


def test_runs_that_translate_nothing_are_refused(rig: Rig, tmp_path: Path) -> None:
    from tests.ui.explore_window import store_run

    path = store_run(tmp_path / "dcgan")
    rig.translator.open_run(path)
    rig.until(lambda: rig.told)
    assert "Explore" in rig.told[0].text
    assert rig.translator.opened is None


def test_a_run_in_training_is_followed(rig: Rig) -> None:
    from tests.app.translator_rig import EXPERIMENT

    model = rig.studio.start(EXPERIMENT.with_(steps=10**6, name="live"))
    assert model is not None
    rig.until(lambda: model.step > 2)
    rig.translator.follow(model)
    rig.until(lambda: rig.translator.following is model and rig.translator.output is not None)
    step, first = rig.translator.step, rig.translator.output.copy()
    rig.until(lambda: rig.translator.step > step and not np.array_equal(rig.translator.output, first))
    model.stop(save=True)
    rig.until(lambda: rig.translator.following is None and not rig.translator.opening)
    rig.drawn()


def test_three_hundred_random_deeds(rig: Rig, tmp_path: Path) -> None:
    dice, files = (
        random.Random(4),
        [photo(tmp_path / "a.png"), photo(tmp_path / "b.gif", mode="P"), tmp_path / "gone.png"],
    )
    rig.take(TWO_WAYS)
    translator = rig.translator

    def stroke() -> None:
        pixels = translator.begin_stroke()
        pen = PenStroke(pixels, 1 if pixels.ndim == 2 else (40,), dice.uniform(1, 6))
        for _ in range(dice.randrange(5)):
            if pen.to(dice.uniform(-3, 20), dice.uniform(-3, 20)) is not None:
                translator.stroke(pen.pixels)
        dice.choice([lambda: translator.end_stroke("Draw"), translator.cancel_stroke, lambda: None])()

    deeds = (
        stroke,
        stroke,
        translator.swap,
        translator.history.undo,
        translator.history.undo,
        translator.history.redo,
        lambda: translator.set_direction(dice.randrange(2)),
        lambda: translator.set_fit(dice.choice(["crop", "pad", "stretch"])),
        lambda: translator.give_file(dice.choice(files)),
        lambda: translator.give(dice.choice(translator.shelf.found.of(0))),
        lambda: translator.give(InputPicture("odd", np.zeros((2, 2), np.uint8))),
        lambda: translator.give_blank(dice.randrange(256)),
        lambda: rig.take(dice.choice([SKETCH, TWO_WAYS, MAP]), dice.choice("ab")),
        lambda: draw_anew(translator, dice.randrange(9)) if "style" in translator.state.position else None,
        rig.pump,
    )
    for _ in range(300):
        dice.choice(deeds)()
        rig.pump()
    translator.end_stroke("Draw")
    rig.drawn()
    assert translator.error is None
    assert all("gone.png" in note.text or "opened" in note.text for note in rig.told if isinstance(note, Notification))
