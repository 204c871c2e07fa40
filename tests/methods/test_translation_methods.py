"""pix2pix, PAN, pix2pixHD and CycleGAN: what each of them is for, on sets that are learned in seconds."""

from __future__ import annotations

import copy
import dataclasses
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor, nn

from ganstudio.core.controls import Attribute, GeneratorIndex, LabelMap, SourceImage
from ganstudio.core.dataspec import DataSpec
from ganstudio.core.errors import UsageError
from ganstudio.core.experiment import Experiment
from ganstudio.data import Dataset
from ganstudio.methods import METHODS
from ganstudio.methods.base import Method
from ganstudio.nn.perceptual import VGG19
from ganstudio.nn.snapshot import Snapshots
from ganstudio.training import scene
from ganstudio.training.engine import Engine
from ganstudio.training.prepare import settled
from ganstudio.training.state import load_state
from tests.methods.test_spade import CLASSES, blocks
from tests.training.training_kit import assert_same, make_engine, saved, train

TRANSLATES = {"maps", "pairs", "domains"}
TINY = {"width": 6, "width_d": 4, "batch_size": 4, "mirror": False}


def inverted(count: int = 4, size: int = 16, seed: int = 0) -> Dataset:
    """Pairs: grey patches and their negatives."""
    rng = np.random.default_rng(seed)
    coarse = rng.integers(0, 256, (count, 1, size // 4, size // 4))
    inputs = torch.from_numpy(coarse.repeat(4, 2).repeat(4, 3).astype(np.uint8))
    spec = DataSpec("inverted", "pairs", count, 1, size, input_channels=1, sides=("plain", "negative"))
    return Dataset(spec, 255 - inputs, None, "inverted", inputs=inputs)


def two_lights(count: int = 40, size: int = 16, channels: int = 1) -> Dataset:
    """Two piles without partners: patches in the dark and patches in the light."""
    rng = np.random.default_rng(2)
    coarse = rng.integers(0, 90, (2 * count, channels, size // 4, size // 4))
    pictures = torch.from_numpy(coarse.repeat(4, 2).repeat(4, 3).astype(np.uint8))
    dark, light = pictures[:count], pictures[count:] + 160
    spec = DataSpec(
        "lights", "domains", count, channels, size, input_channels=channels, input_count=count, sides=("dark", "light")
    )
    return Dataset(spec, light, None, "lights", inputs=dark)


def error(engine: Engine) -> float:
    """Mean absolute error on everything there is."""
    examples = engine.batches.pick(torch.arange(len(engine.dataset.items)))
    items = examples.real
    with engine.drawing() as view:
        return float((view.generate({**view.draw(len(items)), **view.given(examples)}) - items).abs().mean())


def series(rows: object, name: str) -> np.ndarray:
    names = [info.name for info in rows.series]  # type: ignore[attr-defined]
    return rows.values[:, names.index(name)]  # type: ignore[attr-defined,no-any-return]


# -- pairs ------------------------------------------------------------------------------------------------------------


def test_controls_say_what_can_be_given() -> None:
    for name in ("pix2pix", "pan", "pix2pixhd"):
        assert make_engine(name, inverted(), **TINY).method.controls() == (SourceImage("source", 1, 16),)
        method = make_engine(name, blocks(attributes=True), **TINY).method
        assert method.controls() == (LabelMap("map", CLASSES, 16), Attribute("brightness"))


def test_absolute_error_alone_learns_four_pairs_by_heart() -> None:
    engine = make_engine("pix2pix", inverted(), **TINY | {"width": 16}, dropout=0.0, lr_g=2e-3, ema=0.9)
    before = error(engine)
    train(engine, 120)
    assert error(engine) < 0.15 < 3 * 0.15 < before


@pytest.mark.parametrize(
    ("name", "steps", "more"), [("pix2pix", 60, {}), ("pan", 150, {}), ("pix2pixhd", 80, {"blocks": 1})]
)
def test_colours_of_classes_are_learned(name: str, steps: int, more: dict[str, object]) -> None:
    engine = make_engine(name, blocks(count=24, seed=1), **TINY, lr_g=2e-3, lr_d=1e-3, ema=0.9, **more)
    before = error(engine)
    train(engine, steps)
    assert error(engine) < 0.6 * before


@pytest.mark.parametrize("objective", ["non-saturating", "least-squares"])
@pytest.mark.parametrize("norm", ["instance", "batch"])
def test_every_axis_of_pix2pix_trains(objective: str, norm: str) -> None:
    engine = make_engine("pix2pix", inverted(8), **TINY | {"batch_size": 1}, objective=objective, norm=norm)
    rows = train(engine, 3)
    assert rows is not None
    assert np.isfinite(rows.values).all()
    assert {"generator/adversarial", "generator/l1", "D(x)", "D(G(m))"} <= {info.name for info in rows.series}


def test_a_given_weight_of_nothing_takes_a_term_away() -> None:
    engine = make_engine("pix2pix", inverted(), **TINY, weight_l1=0.0)
    rows = train(engine, 1)
    assert series(rows, "generator/l1")[0] == 0
    engine.set_hyper("weight_l1", 10.0)
    assert series(train(engine, 1), "generator/l1")[-1] > 0


def test_pan_moves_features_apart_to_the_margin_only() -> None:
    engine = make_engine("pan", inverted(), **TINY, margin=0.0)
    assert series(train(engine, 2), "discriminator/margin").max() == 0
    engine.set_hyper("margin", 500.0)
    missing = series(train(engine, 20), "discriminator/margin")[-20:]
    assert missing[0] > 400
    assert missing[-1] < missing[0]  # D alone can do something about it


def test_pan_weighs_the_layers_that_there_are() -> None:
    engine = make_engine("pan", inverted(), **TINY, layer_1=1.0, layer_2=0.0, layer_3=10.0, layer_4=100.0)
    method = engine.method
    assert float(method.weighed(torch.tensor([1.0, 5.0, 2.0]))) == 21.0  # 16 px: D has three hidden layers
    distances = series(train(engine, 1), "generator/distance")
    assert distances[0] > 0


def test_the_global_generator_learns_first_and_the_enhancer_joins_in() -> None:
    engine = make_engine("pix2pixhd", blocks(size=32), **TINY, blocks=1, local_blocks=1, global_steps=2)
    network = engine.method.generator
    fine = copy.deepcopy(network.enhance.state_dict())
    rows = train(engine, 2)
    assert rows is not None
    assert {"global-generator/features", "global-discriminator/real"} <= {info.name for info in rows.series}
    assert not network.joint
    assert all(torch.equal(value, fine[key]) for key, value in network.enhance.state_dict().items())
    state, values = saved(engine)
    rows = train(engine, 2)
    assert rows is not None
    assert {"generator/features", "discriminator/real"} <= {info.name for info in rows.series}
    assert network.joint
    assert engine.averages["generator"].module.joint
    assert any(not torch.equal(value, fine[key]) for key, value in network.enhance.state_dict().items())
    again = make_engine("pix2pixhd", blocks(size=32), **TINY, blocks=1, local_blocks=1, global_steps=2)
    load_state(again, state, values)
    train(again, 2)
    assert_same(saved(again)[0], saved(engine)[0])


@pytest.mark.parametrize("size", [16, 28])
def test_pictures_that_are_too_small_to_begin_with_half_are_refused_in_words(size: int) -> None:
    with pytest.raises(UsageError, match="px"):
        make_engine("pix2pixhd", inverted(size=size), **TINY, blocks=1, global_steps=5)


def test_pix2pixhd_adds_up_the_verdicts_of_its_scales() -> None:
    method = make_engine("pix2pixhd", inverted(size=32), **TINY, blocks=1).method
    found = [[torch.zeros(1, 1, 4, 4)], [torch.full((1, 1, 2, 2), 0.5)]]
    assert float(method.adversarial(found)) == pytest.approx(1 + 0.25)
    words: list[Tensor] = []
    batch = SimpleNamespace(watch=lambda _name, values, *_more: words.append(values))
    terms = method.verdict_terms(batch, found, found)
    assert float(terms["real"]) == pytest.approx(0.5 + 0.125)
    assert float(terms["fake"]) == pytest.approx(0.125)
    assert [word.tolist() for word in words] == [[0.0, 0.5]] * 2  # what is plotted is their mean


@pytest.mark.parametrize("name", [n for n in METHODS if TRANSLATES.intersection(METHODS[n].info.data_kinds)])
def test_schedules_and_what_older_runs_did(name: str) -> None:
    kind = METHODS[name].info.data_kinds[0]
    falls = name in {"pix2pix", "pix2pixhd", "cyclegan"}
    data = "day-night" if kind == "domains" else "landscapes"
    hyper = settled(Experiment(name, f"{data}:count=20", {}, 100, 0, "cpu")).hyper
    assert (hyper.get("decay_from"), hyper.get("decay_to")) == ((50, 100) if falls else (None, None))
    older = METHODS[name].resolve({}, kind, stored=True)
    assert (older.decay, older.jitter) == ("none", False)
    now = METHODS[name].resolve(hyper, kind)
    assert now.jitter == (name in {"pix2pix", "cyclegan"})
    set_of = inverted(size=32) if kind != "domains" else two_lights()
    method = make_engine(name, blocks(size=32) if kind == "maps" else set_of, **{**TINY, **hyper}).method
    for phase in method.phases():
        assert [phase.optimiser.decay.factor(step) for step in (0, 50, 75, 100)] == (
            [1, 1, 0.5, 0] if falls else [1] * 4
        )


# -- the perceptual term ----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def vgg(tmp_path_factory: pytest.TempPathFactory) -> str:
    torch.manual_seed(0)
    path = tmp_path_factory.mktemp("vgg") / "vgg19.safetensors"
    save_file({name: tensor.clone() for name, tensor in VGG19().state_dict().items()}, path)
    return str(path)


@pytest.mark.parametrize("name", ["spade", "pix2pixhd"])
def test_the_perceptual_term_is_there_where_weights_are(name: str, vgg: str) -> None:
    plain = make_engine(name, blocks(), **TINY | {"batch_size": 1})
    engine = make_engine(name, blocks(), **TINY | {"batch_size": 1}, vgg=vgg, weight_vgg=2.0)
    assert series(train(engine, 1), "generator/perceptual")[0] > 0
    names = {info.name for info in train(plain, 1).series}  # type: ignore[union-attr]
    assert "generator/perceptual" not in names
    assert saved(engine)[0].keys() == saved(plain)[0].keys()
    snapshots: Snapshots[Method] = Snapshots()
    engine.write_snapshot(snapshots, "ema")
    taken = snapshots.take()
    assert taken is not None
    assert taken[0].perceptual is engine.method.perceptual
    engine.set_hyper("weight_vgg", 0.0)
    assert np.isfinite(train(engine, 1).values[-1][0])  # type: ignore[union-attr]


@pytest.mark.parametrize("name", ["spade", "pix2pixhd"])
def test_missing_weights_are_told_before_the_first_step(name: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="There is no file"):
        make_engine(name, blocks(), **TINY, vgg=str(tmp_path / "vgg.safetensors"))


# -- two piles --------------------------------------------------------------------------------------------------------


def cycle_engine(data: Dataset | None = None, **hyper: object) -> Engine:
    return make_engine("cyclegan", data or two_lights(), **{**TINY, "blocks": 1, "pool": 8, **hyper})


def test_both_ways_have_names() -> None:
    controls = cycle_engine().method.controls()
    assert controls == (
        SourceImage("source", 1, 16),
        GeneratorIndex("direction", 2, ("dark → light", "light → dark")),
    )
    nameless = dataclasses.replace(two_lights(), spec=dataclasses.replace(two_lights().spec, sides=("", "")))
    assert cycle_engine(nameless).method.controls()[1].names == ("A → B", "B → A")


def test_piles_of_different_channels_are_refused_in_words() -> None:
    data = two_lights()
    with pytest.raises(UsageError, match="one has 3 channels, the other 1"):
        cycle_engine(dataclasses.replace(data, spec=dataclasses.replace(data.spec, input_channels=3)))


def test_both_sides_are_shifted_apart() -> None:
    data = two_lights(count=1)
    data = dataclasses.replace(data, inputs=data.items)
    engine = cycle_engine(data, jitter=True, batch_size=16)
    engine._batch.renew()
    a, b = engine.method.sides(engine._batch)
    assert torch.equal(engine._batch.inputs, engine._batch.real)
    assert len(a.unique(dim=0)) > 3
    assert not torch.equal(a, b)


def test_directions_can_be_mixed_in_a_batch() -> None:
    engine = cycle_engine()
    train(engine, 1)
    with engine.drawing("raw") as view:
        source = engine.batches.fixed(4).real
        ways = torch.tensor([0, 1, 1, 0])
        mixed = view.generate({"source": source, "direction": ways})
        for way, network in enumerate((view.generator.there, view.generator.back)):
            torch.testing.assert_close(mixed[ways == way], network(source[ways == way]))
            alone = view.generate({"source": source, "direction": torch.full((4,), way)})
            torch.testing.assert_close(alone, network(source))


@pytest.mark.filterwarnings("ignore:.torch.jit:DeprecationWarning")
def test_an_exported_model_takes_both_ways() -> None:
    engine = cycle_engine()
    with engine.drawing("raw") as view:

        class Bare(nn.Module):
            def __init__(self) -> None:
                super().__init__()
                self.networks = view.generator

            def forward(self, source: Tensor, direction: Tensor) -> Tensor:
                drawn: Tensor = self.networks(source, direction)
                return drawn

        source, ways = engine.batches.fixed(4).real, torch.tensor([0, 1, 1, 0])
        traced = torch.jit.trace(Bare(), (source, torch.zeros(4, dtype=torch.int64)), check_trace=False)
        torch.testing.assert_close(traced(source, ways), view.generate({"source": source, "direction": ways}))


def test_the_wall_shows_both_ways_and_the_way_back() -> None:
    engine = cycle_engine()
    real, _labels, inputs, _attributes = engine.on_view
    assert inputs is not None
    half = len(real) // 2
    assert engine.fixed["direction"].tolist() == [0] * half + [1] * half
    torch.testing.assert_close(engine.fixed["source"], torch.cat((inputs[:half], real[:half])))
    samples = scene.take_samples(engine, "ema")
    assert len(samples.panels) == 3
    with engine.drawing() as view:
        (_in, source), (_out, drawn), (_back, again) = view.panels(engine.fixed, real)
        torch.testing.assert_close(again[:half], view.generator.back(drawn[:half]))
        torch.testing.assert_close(again[half:], view.generator.there(drawn[half:]))
        assert len(source) == len(samples.items) // 3


def test_there_and_back_ends_where_it_began_and_light_is_learned() -> None:
    engine = cycle_engine(width=6, batch_size=2, lr_g=3e-3, lr_d=5e-4, ema=0.9, weight_identity=0.1)
    rows = train(engine, 80)
    cycle = series(rows, "generator/cycle")
    assert cycle[-10:].mean() < 0.5 * cycle[:3].mean()
    with engine.drawing() as view:
        drawn = view.generate(engine.fixed)
    half = len(drawn) // 2
    # Dark is below −0.3 and light above 0.25: each has moved most of the way to the other side.
    assert float(drawn[:half].mean()) > 0.1
    assert float(drawn[half:].mean()) < -0.1


def test_terms_that_weigh_nothing_are_left_out() -> None:
    rows = train(cycle_engine(weight_identity=0.0), 1)
    assert rows is not None
    names = {info.name for info in rows.series}
    assert "generator/identity" not in names
    assert {"generator/adversarial", "generator/cycle", "D(x)", "D(G(x))"} <= names


def test_the_pools_fill_with_what_was_drawn_and_belong_to_the_state() -> None:
    engine = cycle_engine()
    train(engine, 2)
    tensors = saved(engine)[0]
    for side in ("a", "b"):
        assert int(tensors[f"method/pool_{side}.filled"]) == 8
        assert tensors[f"method/pool_{side}.pictures"].dtype == torch.uint8
        assert len(tensors[f"method/pool_{side}.pictures"].unique()) > 1
    assert {"pool_a", "pool_b", "discriminator"} == set(engine.method.training_only)


def test_without_a_pool_discriminators_see_new_pictures_only() -> None:
    rows = train(cycle_engine(pool=0), 2)
    assert rows is not None
    assert np.isfinite(rows.values).all()
