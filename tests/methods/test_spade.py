"""SPADE: what it is given decides what it draws, and a style can be read, drawn and moved."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import torch

from ganstudio.core.controls import Attribute, LabelMap, LatentVector, given
from ganstudio.core.dataspec import DataSpec, MapClass
from ganstudio.data import Dataset
from ganstudio.methods.spade import Spade
from ganstudio.nn.labelmaps import coloured, planes
from ganstudio.nn.norms import Context, norm_2d
from ganstudio.nn.spade import SpadeBlock, SpadeGenerator
from ganstudio.training import scene
from ganstudio.training.engine import Engine
from tests.training.training_kit import make_engine, train

CLASSES = (MapClass("dark", (10, 20, 30)), MapClass("light", (200, 210, 220)), MapClass("red", (250, 0, 0)))


def blocks(count: int = 24, size: int = 16, attributes: bool = False, seed: int = 3) -> Dataset:
    """Maps of coarse blocks; every class has a colour of its own, which an attribute makes darker."""
    rng = np.random.default_rng(seed)
    coarse = rng.integers(0, 3, (count, size // 8, size // 8))
    maps = coarse.repeat(8, 1).repeat(8, 2).astype(np.uint8)
    known = rng.uniform(-1, 1, (count, 1)).astype(np.float32)
    colours = np.array([(20, 40, 60), (180, 200, 220), (230, 60, 30)])
    pictures = colours[maps].transpose(0, 3, 1, 2) * ((0.75 + 0.25 * known[:, :, None, None]) if attributes else 1)
    spec = DataSpec("blocks", "maps", count, 3, size, map_classes=CLASSES, sides=("map", "picture"))
    if attributes:
        spec = dataclasses.replace(spec, attributes=("brightness",))
    items, inputs = torch.from_numpy(pictures.astype(np.uint8)), torch.from_numpy(maps)
    return Dataset(
        spec, items, None, "blocks", inputs=inputs, attributes=torch.from_numpy(known) if attributes else None
    )


def build(data: Dataset | None = None, **hyper: object) -> Engine:
    values = {"width": 4, "hidden": 8, "width_d": 4, "style_size": 3, "batch_size": 4, **hyper}
    return make_engine("spade", data or blocks(), **values)


def test_controls_say_what_can_be_driven() -> None:
    engine = build(blocks(attributes=True))
    assert engine.method.controls() == (
        LabelMap("map", CLASSES, 16),
        LatentVector("style", 3),
        Attribute("brightness"),
    )
    assert given(engine.method.controls()) == LabelMap("map", CLASSES, 16)


@pytest.mark.parametrize("size", [16, 32, 48, 64])
def test_every_size_has_its_networks(size: int) -> None:
    data = blocks(count=4, size=size)
    engine = build(data, batch_size=2)
    rows = train(engine, 1)
    assert rows is not None
    assert np.isfinite(rows.values).all()
    items, scores = engine.samples()
    assert items.shape[1:] == (3, size, size)
    assert scores is None


def test_map_style_and_attribute_change_the_picture() -> None:
    engine = build(blocks(attributes=True))
    train(engine, 2)
    with engine.drawing("raw") as view:
        values = {name: rows[:1] for name, rows in engine.fixed.items()}
        first = view.generate(values)
        for name in values:
            changed = dict(values)
            changed[name] = (values[name] + 1) % 3 if name == "map" else values[name] + 1.0
            assert not torch.allclose(view.generate(changed), first, atol=1e-4), name
        torch.testing.assert_close(view.generate(values), first)


def test_a_pixel_of_the_map_changes_its_surroundings_most() -> None:
    engine = build()
    with engine.drawing("raw") as view:
        values = {name: rows[:1].clone() for name, rows in engine.fixed.items()}
        first = view.generate(values)
        values["map"][0, :4, :4] = (values["map"][0, :4, :4] + 1) % 3
        change = (view.generate(values) - first).abs().sum(1)[0]
    assert change[:8, :8].mean() > 2 * change[8:, 8:].mean()


def test_it_learns_the_colours_of_the_classes() -> None:
    engine = build(blocks(count=32, seed=1), lr_g=2e-3, lr_d=2e-3, ema=0.9, weight_kl=0.5)
    real = engine.on_view.real

    def error() -> float:
        with engine.drawing() as view:
            return float((view.generate(engine.fixed) - real).abs().mean())

    before = error()
    train(engine, 150)
    assert error() < 0.4 * before


def test_style_is_read_from_a_picture() -> None:
    engine = build()
    with engine.drawing() as view:
        found = view.encode(engine.on_view.real)
    assert found is not None
    assert set(found) == {"style"}
    assert found["style"].shape == (len(engine.on_view.real), 3)


def test_mirroring_keeps_map_and_picture_together() -> None:
    data = blocks()
    engine = build(data, mirror=True, batch_size=16)
    method = engine.method
    assert isinstance(method, Spade)
    engine._batch.renew()
    pair = method.pair(engine._batch)
    for index in range(3):  # whatever was turned, each class still has one colour
        mask = pair.given[:, index] == 1
        assert pair.real.permute(0, 2, 3, 1)[mask].std(0).max() < 1e-5


@pytest.mark.parametrize("name", ["spade", "pix2pix"])
def test_shifting_keeps_map_and_picture_together(name: str) -> None:
    engine = make_engine(name, blocks(size=32), jitter=True, mirror=True, batch_size=16, width=4, width_d=4)
    engine._batch.renew()
    pair = engine.method.pair(engine._batch)
    assert torch.equal(pair.given.sum(1), torch.ones(16, 32, 32))
    assert set(pair.given.unique().tolist()) == {0.0, 1.0}
    inside = 1 - torch.nn.functional.max_pool2d(1 - pair.given, 5, 1, 2)  # two pixels from every border of a class
    for index in range(3):
        assert inside[:, index].sum() > 100
        assert pair.real.permute(0, 2, 3, 1)[inside[:, index] == 1].std(0).max() < 1e-5
    whole = engine._batch.inputs
    assert not torch.equal(pair.given.argmax(1), whole)
    assert not torch.equal(pair.given.argmax(1), whole.flip(2))


def test_the_scales_are_averaged_and_least_squares_count_in_full() -> None:
    found = [[torch.zeros(1, 1, 4, 4)], [torch.full((1, 1, 2, 2), 0.5)]]
    assert float(build().method.adversarial(found)) == pytest.approx(-0.25)
    assert float(build(objective="least-squares").method.adversarial(found)) == pytest.approx((1 + 0.25) / 2)


def test_older_runs_have_no_norm_on_the_shortcut() -> None:
    resolve = Spade.resolve
    assert resolve({}, "maps").shortcut_norm
    assert not resolve({}, "maps", stored=True).shortcut_norm
    assert resolve({"shortcut_norm": True}, "maps", stored=True).shortcut_norm
    new, old = (set(build(shortcut_norm=on).method.state_dict()) for on in (True, False))
    assert old < new
    assert all(".shortcut_norm." in name for name in new - old)


def test_the_wall_shows_map_drawing_and_real_picture() -> None:
    engine = build(blocks(count=60))
    samples = scene.take_samples(engine, "ema")
    assert len(samples.panels) == 3
    assert samples.drawn == 1
    assert samples.panels[0] == "map"
    assert len(samples.items) % 3 == 0
    real = scene.take_real(engine)
    assert real.panels == ("map", "picture")
    np.testing.assert_array_equal(samples.items[0], real.items[0])
    np.testing.assert_array_equal(samples.items[2], real.items[1])


def test_planes_and_colours() -> None:
    maps = torch.tensor([[[0, 1], [2, 0]]])
    assert planes(maps, 3).argmax(1).equal(maps)
    assert planes(maps, 3).sum() == 4
    torch.testing.assert_close(coloured(maps, CLASSES)[0, :, 0, 1], torch.tensor([200.0, 210.0, 220.0]) / 127.5 - 1)


def test_modulation_is_the_norm_when_the_guide_says_nothing() -> None:
    layer = norm_2d(4, "instance", Context(6, "planes"))
    torch.nn.init.zeros_(layer.gamma_beta.bias)
    x = torch.randn(2, 4, 8, 8, generator=torch.Generator().manual_seed(0))
    torch.testing.assert_close(layer(x, torch.zeros(2, 6, 8, 8)), torch.nn.functional.instance_norm(x))


def test_generator_takes_odd_bases() -> None:
    network = SpadeGenerator(3, 2, 1, 56, 4, 4, "instance")
    assert network(torch.zeros(1, 3, 56, 56), torch.zeros(1, 2)).shape == (1, 1, 56, 56)


def test_learned_shortcuts_have_a_norm_of_their_own() -> None:
    """Figure 4 of the paper; runs that were stored without it are drawn without it."""
    with_it, without = (SpadeGenerator(3, 2, 1, 16, 4, 5, "instance", shortcut_norm=on) for on in (True, False))
    more = with_it.state_dict().keys() - without.state_dict().keys()
    learned = [index for index, block in enumerate(with_it.blocks) if isinstance(block.shortcut, torch.nn.Conv2d)]
    assert learned
    assert more == {f"blocks.{i}.shortcut_norm.gamma_beta.{part}" for i in learned for part in ("weight", "bias")}
    assert without.state_dict().keys() < with_it.state_dict().keys()


@pytest.mark.parametrize("shortcut_norm", [True, False])
def test_what_the_shortcut_passes_on(shortcut_norm: bool) -> None:
    block = SpadeBlock(8, 4, 3, 5, "instance", "none", shortcut_norm=shortcut_norm)
    for name, parameter in block.named_parameters():
        if name.startswith(("second.", "read.")) or name.endswith("gamma_beta.bias"):
            torch.nn.init.zeros_(parameter)  # the shortcut alone, on a map that says nothing
    x = 100 * torch.randn(2, 8, 6, 6, generator=torch.Generator().manual_seed(0))
    passed = torch.nn.functional.instance_norm(x) if shortcut_norm else x
    torch.testing.assert_close(block(x, torch.zeros(2, 3, 6, 6)), block.shortcut(passed))
