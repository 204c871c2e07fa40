"""Styles, noise, pictures of a class and maps to look at: positions of them, what is drawn, how they are written down."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from PIL import Image

from ganstudio.core.controls import ClassImages, NoiseSeed
from ganstudio.core.dataspec import DataSpec
from ganstudio.core.errors import UsageError
from ganstudio.core.experiment import Experiment
from ganstudio.explore.class_pictures import from_files
from ganstudio.explore.foreign import open_foreign
from ganstudio.explore.generator import Generator
from ganstudio.explore.looking import laid_over
from ganstudio.explore.model_files import save_model
from ganstudio.explore.projection import project
from ganstudio.explore.python_code import as_python
from ganstudio.explore.state import Direction, ExploreState, effective, position_of, read_value, stack
from ganstudio.explore.stored import StoredGenerator
from ganstudio.explore.styles import redrawn
from ganstudio.explore.views import looked_into
from ganstudio.explore.walks import arithmetic, axes_of, sweep, walk
from ganstudio.store import Run
from tests.methods.tiny_styles import LAYERS, SmallHyper, TinyFewShot, TinyStyles, registered

SPEC = DataSpec("toy", "images", 8, 3, 8, classes=("cat", "dog"))


def make(kind: type[TinyStyles | TinyFewShot] = TinyStyles) -> Generator:
    torch.manual_seed(0)
    return Generator.of_method(kind(SmallHyper(), SPEC), "Toy", 3)


@pytest.fixture
def generator() -> Generator:
    return make()


def start(generator: Generator, seed: int = 0) -> ExploreState:
    return ExploreState(position_of(generator.draw(1, seed)), seed=seed)


def shown(generator: Generator, state: ExploreState, **directions: Direction) -> NDArray[np.float32]:
    picture: NDArray[np.float32] = generator.generate(stack([effective(state, generator.controls, directions)]))[0]
    return picture


def mixed(generator: Generator, state: ExploreState, shares: list[float], seed: int = 5) -> ExploreState:
    return state.mixed(generator.controls, shares, start(generator, seed).position, seed)


def by_hand(generator: Generator, position: Any, styles: torch.Tensor) -> NDArray[np.float32]:
    with torch.inference_mode():
        return generator.method.generate({"w": styles, "noise": torch.tensor([int(position["noise"])])})[0].numpy()


def styles_of(generator: Generator, seed: int) -> torch.Tensor:
    with torch.inference_mode():
        return generator.method.mapped({"z": torch.as_tensor(generator.draw(1, seed)["z"])})["w"]


# -- styles -----------------------------------------------------------------------------------------------------------


def test_layers_take_the_style_of_another_picture(generator: Generator) -> None:
    state = start(generator)
    for first in range(LAYERS):
        shares = [float(layer >= first) for layer in range(LAYERS)]
        styles = styles_of(generator, 0).clone()
        styles[:, first:] = styles_of(generator, 5)[:, first:]
        wanted = by_hand(generator, state.position, styles)
        np.testing.assert_allclose(shown(generator, mixed(generator, state, shares)), wanted, atol=1e-6)
    assert mixed(generator, state, [1.0] * LAYERS).mixed(generator.controls, [0.0] * LAYERS) == state


def test_truncation_pulls_styles_to_their_mean(generator: Generator) -> None:
    state = start(generator)
    whole, half, none = (shown(generator, state.with_(truncation=psi)) for psi in (1.0, 0.5, 0.0))
    np.testing.assert_array_equal(whole, shown(generator, state))
    drawn = torch.as_tensor(generator.draw(20_000, 9)["z"])
    with torch.inference_mode():
        mean = generator.method.mapped({"z": drawn})["w"].mean(0, keepdim=True)
    np.testing.assert_allclose(none, by_hand(generator, state.position, mean), atol=0.02)
    styles = mean.lerp(styles_of(generator, 0), 0.5)
    np.testing.assert_allclose(half, by_hand(generator, state.position, styles), atol=0.02)
    other = shown(generator, start(generator, 4).with_(truncation=0.0).moved("noise", state.position["noise"]))
    np.testing.assert_allclose(other, none, atol=1e-6)  # whatever z is, the mean is the mean


def test_a_method_that_knows_its_mean_style_is_asked(generator: Generator, monkeypatch: pytest.MonkeyPatch) -> None:
    mean = torch.full((LAYERS, 6), 0.25)
    monkeypatch.setattr(generator.method, "mean_style", lambda: mean)
    state = start(generator).with_(truncation=0.0)
    np.testing.assert_allclose(shown(generator, state), by_hand(generator, state.position, mean[None]), atol=1e-6)


def test_newer_weights_have_another_mean(generator: Generator) -> None:
    state = start(generator).with_(truncation=0.0)
    before = shown(generator, state)
    with torch.no_grad():
        generator.method.mapping[2].bias += 1.0
    generator.step += 1
    assert np.abs(shown(generator, state) - before).max() > 1e-3


def test_the_same_noise_the_same_picture_in_whatever_company(generator: Generator) -> None:
    state = start(generator)
    seven, eight = (state.moved("noise", np.asarray(seed, np.int64)) for seed in (7, 8))
    assert np.abs(shown(generator, seven) - shown(generator, eight)).max() > 1e-3
    both = stack([effective(one, generator.controls, {}) for one in (eight, seven)])
    np.testing.assert_allclose(generator.generate(both)[1], shown(generator, seven), atol=1e-6)


def test_directions_move_the_latent_before_styles_are_made(generator: Generator) -> None:
    along = Direction("along", "pca", "z", np.eye(5, dtype=np.float32)[0])
    state = start(generator).with_(strengths={"along": 2.0})
    z = state.position["z"] + 2 * along.vector
    np.testing.assert_allclose(
        shown(generator, state, along=along), shown(generator, start(generator).moved("z", z)), atol=1e-6
    )


# -- written down -----------------------------------------------------------------------------------------------------


def test_a_mixture_is_written_down_and_read_back(generator: Generator) -> None:
    state = mixed(generator, start(generator), [0.0, 1.0, 0.0, 1.0]).with_(truncation=0.7)
    again = ExploreState.from_json(json.loads(json.dumps(state.to_json())), generator.controls)
    assert again.second == 5
    np.testing.assert_array_equal(shown(generator, again), shown(generator, state))
    plain = start(generator).to_json()
    assert set(plain["position"]) == {"z", "noise"}  # nothing more where nobody mixes
    plain["position"]["w"] = [0.0]
    with pytest.raises(UsageError, match="driven by"):
        ExploreState.from_json(plain, generator.controls)


@pytest.mark.parametrize("value", [-1, 0.5, 2**31, [1, 2], "many", None])
def test_a_seed_of_noise_is_a_whole_number(value: Any) -> None:
    with pytest.raises(UsageError):
        read_value(NoiseSeed("noise"), value)
    assert read_value(NoiseSeed("noise"), 2**31 - 1) == 2**31 - 1


def test_pictures_of_a_class_are_written_down_and_read_back(tmp_path: Path) -> None:
    few = make(TinyFewShot)
    control = few.controls[0]
    assert isinstance(control, ClassImages)
    paths = [tmp_path / f"{name}.png" for name in "ab"]
    for index, path in enumerate(paths):
        Image.fromarray(np.random.default_rng(index).integers(0, 256, (20, 20, 3), dtype=np.uint8)).save(path)
    given = from_files(control, paths)
    np.testing.assert_array_equal(given[0], given[2])  # there are two for three places
    state = start(few).moved("pictures", given)
    again = ExploreState.from_json(json.loads(json.dumps(state.to_json())), few.controls)
    np.testing.assert_array_equal(again.position["pictures"], given)
    with pytest.raises(UsageError):
        read_value(control, "no picture")
    assert redrawn(state.position, start(few, 3).position, few.controls)["pictures"] is given


# -- walks, sweeps, projection, export --------------------------------------------------------------------------------


def test_walks_go_through_mixtures_and_meet_their_ends(generator: Generator) -> None:
    one, two = start(generator).with_(truncation=0.5), mixed(generator, start(generator, 2), [1.0, 1.0, 0.0, 0.0])
    ends = [effective(state, generator.controls, {}) for state in (one, two)]
    way = [*walk(ends, generator.controls, 4)]
    drawn = generator.generate(stack(way))
    np.testing.assert_allclose(drawn[0], shown(generator, one), atol=1e-6)
    np.testing.assert_allclose(drawn[-1], shown(generator, two), atol=1e-6)
    assert {int(position["noise"]) for position in way} == {int(end["noise"]) for end in ends}
    again = [ExploreState(position) for position in way]  # a person goes to one of them
    np.testing.assert_allclose(shown(generator, again[1]), drawn[1], atol=1e-6)
    total = arithmetic(ends[0], ends[0], ends[1], generator.controls)
    np.testing.assert_allclose(generator.generate(stack([total]))[0], drawn[-1], atol=1e-5)


def test_everything_that_can_be_swept_is_drawn(generator: Generator) -> None:
    state = mixed(generator, start(generator), [0.0, 0.0, 0.0, 1.0])
    keys = [axis.key for axis in axes_of(generator.controls, {})]
    assert "noise" in keys
    for axis in axes_of(generator.controls, {}):
        (row,) = sweep(state, None, axis, 3)
        drawn = generator.generate(stack([effective(one, generator.controls, {}) for one in row]))
        assert np.abs(drawn[0] - drawn[-1]).max() > 0, axis.key


def test_a_picture_of_it_can_be_looked_for(generator: Generator) -> None:
    target = shown(generator, start(generator, 1))
    *_rest, found = project(generator, target, candidates=4, iterations=30, drawn=16)
    assert found.values["noise"].dtype == np.int64
    np.testing.assert_allclose(
        np.rint((generator.generate(found.values) + 1) * 127.5).transpose(0, 2, 3, 1), found.pictures, atol=1
    )


def test_given_pictures_stay_while_another_is_looked_for() -> None:
    few = make(TinyFewShot)
    pictures = np.random.default_rng(0).uniform(-0.5, 0.5, (3, 3, 8, 8)).astype(np.float32)
    target = shown(few, start(few, 1).moved("pictures", pictures))
    *_rest, found = project(few, target, candidates=3, iterations=20, drawn=12, given={"pictures": pictures})
    assert (found.values["pictures"] == pictures).all()
    assert found.errors.min() < 0.02


def test_a_mixture_is_drawn_also_where_nobody_has_completed_it(generator: Generator) -> None:
    state = mixed(generator, start(generator), [1.0, 1.0, 1.0, 0.0])
    np.testing.assert_allclose(generator.generate(stack([state.position]))[0], shown(generator, state), atol=1e-6)


def test_the_generator_is_written_with_its_seed_of_noise(generator: Generator, tmp_path: Path) -> None:
    with registered():
        done = save_model(tmp_path / "a.safetensors", generator)
        assert done.inputs == ("z", "noise")
        again = open_foreign(tmp_path / "a.safetensors")
        values = generator.draw(3, 0)
        np.testing.assert_allclose(again.generate(values), generator.generate(values), atol=1e-5)


@pytest.fixture
def runs(tmp_path: Path) -> Iterator[Path]:
    """``tiny-styles`` and ``tiny-few-shot``, trained for two steps."""
    from ganstudio.training.session import Session
    from tests.training.training_kit import finish

    with registered():
        for name in ("tiny-styles", "tiny-few-shot"):
            experiment = Experiment(name, "digits:size=16", {}, 2, 0, "cpu", name)
            finish(Session.new(experiment, path=tmp_path / name))
        yield tmp_path


def test_a_script_draws_mixtures_and_given_pictures_again(runs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(runs)
    for name in ("tiny-styles", "tiny-few-shot"):
        generator = StoredGenerator.open(Run.open(runs / name))
        state = start(generator).with_(truncation=0.8)
        if name == "tiny-styles":
            state = mixed(generator, state, [1.0, 0.0, 0.0, 1.0]).moved("noise", np.asarray(2**31 - 1, np.int64))
        else:
            pixels = np.random.default_rng(0).integers(0, 256, (3, 1, 16, 16))
            state = state.moved("pictures", pixels.astype(np.float32) / np.float32(127.5) - 1)
        exec(compile(as_python(runs / name, generator, state, {}), "script", "exec"), {})
        wanted = np.rint((shown(generator, state)[0] + 1) * 127.5)
        with Image.open(runs / "picture.png") as image:
            np.testing.assert_array_equal(np.asarray(image), wanted)


# -- looking into it --------------------------------------------------------------------------------------------------


def test_maps_come_with_their_pictures_row_by_row(generator: Generator) -> None:
    values = generator.draw(40, 0)
    pictures, maps = looked_into(generator, values)
    assert generator.looks
    assert len(pictures) == 40
    assert {name: rows.shape for name, rows in maps.items()} == {"attention": (40, 8, 8), "energy": (40, 4, 4)}
    last = generator.look_into({name: rows[39:] for name, rows in values.items()})
    np.testing.assert_allclose(maps["energy"][39], last["energy"][0], atol=1e-6)
    assert not make(TinyFewShot).looks


@pytest.mark.parametrize("tone", [0, 128, 255])
def test_a_map_is_seen_on_dark_and_light_pictures(tone: int) -> None:
    picture = np.full((16, 16, 1), tone, np.uint8)
    map_ = np.zeros((4, 4), np.float32)
    map_[:, 2:] = 7.0
    laid = laid_over(picture, map_).astype(int)
    assert laid.shape == (16, 16, 3)
    cold, hot = laid[8, 1], laid[8, 14]
    assert np.abs(cold - hot).max() > 60
    assert np.abs(cold - tone).max() < 40  # what is cold stays as it was drawn
    flat = laid_over(picture, np.full((4, 4), np.nan, np.float32))
    assert (flat == flat[0, 0]).all()
