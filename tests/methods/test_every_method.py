"""What holds for every method in the registry, on every kind of data it takes."""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import Callable

import numpy as np
import pytest
import torch

from ganstudio.core.controls import given
from ganstudio.core.dataspec import DataSpec, MapClass
from ganstudio.core.errors import UsageError
from ganstudio.core.experiment import Experiment
from ganstudio.core.fields import fields_of
from ganstudio.data import Dataset
from ganstudio.methods import METHODS
from ganstudio.methods.base import Method
from ganstudio.methods.game import Play, Verdict
from ganstudio.training.engine import Engine
from ganstudio.training.prepare import build_engine
from ganstudio.training.state import load_state, state_of
from tests.training.training_kit import assert_same, make_engine, pictures, saved, train

SMALL = {
    "conv_width": 4, "width": 4, "width_d": 4, "mlp_width": 12, "hidden": 4, "blocks": 1, "local_blocks": 1,
    "batch_size": 4, "latent_size": 6, "style_size": 3, "pool": 6,
}  # fmt: skip
TRANSLATIONS = ("maps", "pairs", "domains")


def points() -> Dataset:
    items = torch.from_numpy(np.random.default_rng(1).standard_normal((64, 2)).astype(np.float32))
    return Dataset(DataSpec("cloud", "points", 64, extent=3.0), items, None, "cloud")


def translations(kind: str, size: int, channels: int, count: int = 40) -> Dataset:
    """Random pictures, and what they should be drawn from: maps with a number known of each, pictures, or another pile."""
    rng = np.random.default_rng(7)
    known: dict[str, object] = {"input_channels": channels if kind == "domains" else 4 - channels}
    inputs = rng.integers(0, 256, (count, known["input_channels"], size, size), np.uint8)
    attributes = None
    if kind == "maps":
        classes = (MapClass("sky", (90, 150, 220)), MapClass("grass", (60, 140, 60)), MapClass("rock", (90, 90, 90)))
        known = {"map_classes": classes, "attributes": ("time",)}
        inputs = rng.integers(0, 3, (count, size, size), np.uint8)
        attributes = torch.from_numpy(rng.uniform(-1, 1, (count, 1)).astype(np.float32))
    elif kind == "domains":
        inputs = inputs[: count // 2]
        known["input_count"] = len(inputs)
    base = pictures(size, channels, count)
    spec = dataclasses.replace(base.spec, kind=kind, sides=("before", "after"), **known)
    return dataclasses.replace(base, spec=spec, inputs=torch.from_numpy(inputs), attributes=attributes)


def data_for(method: type[Method]) -> list[str]:
    kinds = ["points"] if "points" in method.info.data_kinds else []
    if "images" in method.info.data_kinds:
        kinds += [f"{size}x{channels}" for size in (16, 28, 32) for channels in (1, 3)]
    for kind in TRANSLATIONS:
        if kind in method.info.data_kinds:
            kinds += [f"{kind}:{shape}" for shape in ("28x1", "32x3", "16x3")]
    return kinds


CASES = [(name, data) for name in METHODS for data in data_for(METHODS[name])]


def build(name: str, data: str, make: Callable[[Dataset], Dataset] = lambda made: made, **hyper: object) -> Engine:
    known = {spec.name for spec in fields_of(METHODS[name].Hyper)}
    values = {key: value for key, value in {**SMALL, **hyper}.items() if key in known}
    kind, _colon, shape = data.rpartition(":")
    size, _x, channels = shape.partition("x")
    if kind:
        dataset = translations(kind, int(size), int(channels))
    else:
        dataset = points() if data == "points" else pictures(int(size), int(channels), 40)
    if METHODS[name].info.needs.labels:
        spec = dataclasses.replace(dataset.spec, classes=("a", "b", "c"))
        dataset = dataclasses.replace(dataset, spec=spec, labels=torch.arange(spec.count) % 3)
    return make_engine(name, make(dataset), **values)


def updated(engine: Engine, role: str | None = None) -> set[str]:
    """The networks that the phases (of one role) say they update."""
    phases = engine.method.phases()
    return {network for phase in phases if role in (None, phase.role) for network in phase.networks}


def weights(engine: Engine) -> dict[str, dict[str, torch.Tensor]]:
    return {name: copy.deepcopy(dict(child.named_parameters())) for name, child in engine.method.named_children()}


def moved(before: dict[str, dict[str, torch.Tensor]], engine: Engine) -> set[str]:
    now = weights(engine)
    return {name for name in now if any(not torch.equal(value, before[name][key]) for key, value in now[name].items())}


@pytest.mark.parametrize(("name", "data"), CASES)
def test_three_steps(name: str, data: str) -> None:
    if name == "dcgan-frogs" and data.startswith("16"):
        with pytest.raises(UsageError, match="24 px"):
            build(name, data)
        return
    engine = build(name, data)
    before = weights(engine)
    rows = train(engine, 3)
    assert rows is not None
    assert rows.values.shape == (3, len(rows.series))
    assert np.isfinite(rows.values).all()
    assert moved(before, engine) == updated(engine)
    assert set(engine.method.averaged) <= updated(engine) <= set(before)
    items, scores = engine.samples()
    assert items.shape[1:] == engine.dataset.spec.shape
    assert items.isfinite().all()
    if engine.dataset.spec.pictures:
        assert items.abs().max() <= 1
    if engine.dataset.spec.translates:  # patches have no word on a picture as a whole
        assert scores is None
        return
    assert scores is not None
    assert scores.shape == (len(items),)
    if engine.method.score_is_probability and name != "lsgan":
        assert ((scores >= 0) & (scores <= 1)).all()


def flattened(dataset: Dataset, every: bool) -> Dataset:
    """Six of its pictures: all of one grey; or one black, one grey, one white and one grey but for a single pixel."""
    items, inputs = dataset.items[:6].clone(), None if dataset.inputs is None else dataset.inputs[:6].clone()
    maps = dataset.spec.kind == "maps"
    for value, at in ((128, slice(None) if every else 1), (0, 0), (255, 2), (128, 3))[: 1 if every else None]:
        items[at] = value
        if inputs is not None:
            inputs[at] = value % 3 if maps else value
    if not every:
        items[3, :, 5, 5] = 129
    spec = dataclasses.replace(dataset.spec, count=6, input_count=6 if dataset.spec.kind == "domains" else 0)
    known = {name: None if (rows := getattr(dataset, name)) is None else rows[:6] for name in ("labels", "attributes")}
    return dataclasses.replace(dataset, spec=spec, items=items, inputs=inputs, **known)


@pytest.mark.parametrize("every", [False, True], ids=["some", "all"])
@pytest.mark.parametrize("name", METHODS)
def test_pictures_of_one_colour_do_no_harm(name: str, every: bool) -> None:
    data = "28x1" if name == "dcgan-frogs" else next(d for d in data_for(METHODS[name]) if d.endswith(("16x1", "16x3")))
    engine = build(name, data, make=lambda dataset: flattened(dataset, every), blocks=6, batch_size=2)
    rows = train(engine, 15)
    assert rows is not None
    assert np.isfinite(rows.values).all()
    for key, value in state_of(engine)[0].items():
        if value.is_floating_point():
            # Adam's mean of squares tells of gradients that were too large for a while, and then holds a weight still.
            assert value.isfinite().all(), key
            assert value.abs().max() < 1e6, key


@pytest.mark.parametrize("name", METHODS)
def test_a_phase_moves_its_own_networks_only(name: str) -> None:
    engine = build(name, data_for(METHODS[name])[-1])
    assert {"discriminator", "generator"} <= {*(role.name for role in engine.roles), *updated(engine)}
    for role in [one.name for one in engine.roles]:
        before = weights(engine)
        engine.step(role)
        engine.close_row(1.0)
        assert moved(before, engine) == updated(engine, role), role


@pytest.mark.parametrize("name", METHODS)
def test_a_checkpoint_gives_the_same_as_never_having_stopped(name: str) -> None:
    data = data_for(METHODS[name])[-1]
    whole, resumed = build(name, data), build(name, data)
    train(whole, 3)
    state, values = saved(whole)
    load_state(resumed, state, values)
    rows, again = train(whole, 2), train(resumed, 2)
    assert rows is not None
    assert again is not None
    np.testing.assert_array_equal(rows.values[-2:], again.values)
    assert_same(saved(whole)[0], saved(resumed)[0])


@pytest.mark.parametrize("name", METHODS)
def test_every_default_is_allowed_for_every_kind_of_data(name: str) -> None:
    method = METHODS[name]
    for kind in method.info.data_kinds:
        method.resolve({}, kind)
    assert set(method.kind_defaults) <= {"points", "images", *TRANSLATIONS}
    for spec in fields_of(method.Hyper):
        assert spec.title
        assert spec.help
        assert spec.group


@pytest.mark.parametrize("name", METHODS)
def test_what_people_are_told_about_it(name: str) -> None:
    info = METHODS[name].info
    assert info.name == name == name.lower()
    assert 2013 < info.year < 2027
    assert info.summary.endswith(".")
    assert len(info.look_for) > 100


@pytest.mark.parametrize("name", METHODS)
def test_the_pull_points_where_the_generator_gains(name: str) -> None:
    engine = build(name, data_for(METHODS[name])[0] if name != "dcgan-frogs" else "32x3")
    with engine.drawing() as view:
        items = view.generate({key: value[:8] for key, value in engine.fixed.items()})
        with torch.enable_grad():
            pull = view.pull(items)
        if pull is None:  # arrows are drawn in 2-D only
            assert "points" not in METHODS[name].info.data_kinds
            return
        assert pull.shape == items.shape
        loss = engine.method.rule.generator
        unit = pull / pull.flatten(1).norm(dim=1).view(-1, *[1] * (pull.dim() - 1))
        before, after = (loss(None, view.critic(where)).mean() for where in (items, items + 0.1 * unit))
    assert after < before


@pytest.mark.parametrize("name", METHODS)
def test_what_it_sees_in_items_fits_its_controls(name: str) -> None:
    engine = build(name, data_for(METHODS[name])[-1])
    train(engine, 1)
    method = engine.method
    assert set(method.predicts) == set(method.recognise(engine.batches.next()[0]))
    with engine.drawing() as view:
        items, labels, *_rest = engine.batches.fixed(6)
        described = view.describe(labels)
        raw = view.critic(items, described)
        assert raw is None or raw.shape == (6,)
        encoded = view.encode(items) or {}
        fresh = view.draw(6)
        for name_of_control, rows in {**described, **encoded}.items():
            assert rows.shape == fresh[name_of_control].shape
            assert rows.dtype == fresh[name_of_control].dtype
        for scores in view.recognise(items).values():
            assert scores.shape[0] == 6
            assert scores.isfinite().all()
        assert view.generate({**fresh, **described, **encoded}).isfinite().all()


@pytest.mark.parametrize("name", [n for n in METHODS if "points" not in METHODS[n].info.data_kinds])
def test_methods_for_pictures_refuse_points_in_words(name: str) -> None:
    with pytest.raises(UsageError, match=f"needs {METHODS[name].info.data_kinds[0]}"):
        METHODS[name].resolve({}, "points")


TRANSLATORS = [(name, data) for name, data in CASES if data.endswith("16x3") and ":" in data]


@pytest.mark.parametrize(("name", "data"), TRANSLATORS)
def test_what_is_given_decides_what_is_drawn(name: str, data: str) -> None:
    engine = build(name, data)
    train(engine, 2)
    control = given(engine.method.controls())
    assert control is not None
    with engine.drawing("raw") as view:
        values = {key: rows[:2] for key, rows in engine.fixed.items()}
        assert set(values) == {one.name for one in view.controls()}
        first = view.generate(values)
        torch.testing.assert_close(view.generate(values), first)  # no noise is left when drawing
        for key, rows in values.items():
            if rows.dtype == torch.int64:
                other = (rows + 1) % (2 if rows.dim() == 1 else 3)
            else:
                other = rows.flip(2) if rows.dim() == 4 else rows + 1.5
            changed = view.generate({**values, key: other})
            assert not torch.allclose(changed, first, atol=1e-4), key


@pytest.mark.parametrize(("name", "data"), TRANSLATORS)
def test_the_wall_shows_what_was_given_and_what_is_drawn(name: str, data: str) -> None:
    engine = build(name, data)
    examples = engine.on_view
    real = examples.real
    with engine.drawing() as view:
        panels = view.panels(engine.fixed, real)
        drawn = view.generate(engine.fixed)
        fitting = view.given(examples)
        assert {key: rows.dtype for key, rows in fitting.items()}.items() <= {
            key: rows.dtype for key, rows in engine.fixed.items()
        }.items()
    assert len(panels) == 3
    torch.testing.assert_close(panels[1][1], drawn)
    for title, column in panels:
        assert title
        assert column.shape[2:] == real.shape[2:]
        assert len(column) == len(drawn)
    assert given(engine.method.controls()) is not None


def test_convolutions_refuse_points() -> None:
    with pytest.raises(UsageError, match="mlp"):
        build("gan", "points", architecture="conv")


@pytest.mark.parametrize(
    ("name", "size", "works"),
    [("dcgan", 50, "48 or 56 px"), ("sngan", 17, "16 or 20 px"), ("dcgan", 60, "56 or 64 px"),
     ("dcgan-frogs", 17, "work: 24 px"), ("dcgan-frogs", 63, "62 or 64 px")],
)  # fmt: skip
def test_the_nearest_sizes_that_work_for_the_method_are_told(name: str, size: int, works: str) -> None:
    with pytest.raises(UsageError) as refused:
        build_engine(Experiment(name, f"triangles:count=20,size={size}", {}, 1, 0, "cpu"))
    assert f"{size} px" in str(refused.value) or f"not {size}" in str(refused.value)
    assert works in str(refused.value)


@pytest.mark.parametrize("size", [3, 7, 17, 30, 36, 50])
def test_convolutions_refuse_sizes_they_cannot_reach(size: int) -> None:
    with pytest.raises(UsageError, match=f"{size} px"):
        build("dcgan", f"{size}x1")


@pytest.mark.parametrize("penalty", ["gradient", "r1", "dragan"])
def test_a_penalty_and_batch_norm_are_refused_together(penalty: str) -> None:
    with pytest.raises(UsageError, match="norm_d"):
        build("gan", "points", penalty=penalty, norm_d="batch")
    rows = train(build("gan", "points", penalty=penalty), 2)
    assert rows is not None
    assert "discriminator/penalty" in [info.name for info in rows.series]


@pytest.mark.parametrize("norm", ["none", "batch", "layer", "spectral"])
@pytest.mark.parametrize("data", ["points", "16x1"])
def test_every_normalisation_trains(norm: str, data: str) -> None:
    rows = train(build("gan", data, norm_d=norm, norm_g="batch" if norm == "spectral" else norm, dropout=0.2), 2)
    assert rows is not None
    assert np.isfinite(rows.values).all()


def test_the_critic_is_updated_more_often_and_on_fresh_batches() -> None:
    engine = build("wgan-gp", "points", n_critic=4)
    train(engine, 3)
    assert engine.batches.state() == 12 * engine.batches.batch_size
    engine.set_hyper("n_critic", 1)
    train(engine, 3)
    assert engine.batches.state() == 15 * engine.batches.batch_size


def test_the_warm_up_of_wgan() -> None:
    engine = build("wgan", "points", warm_up=True)
    repeats = [engine._phases[0].repeats_at(step) for step in (0, 24, 25, 499, 500, 501)]
    assert repeats == [100, 100, 5, 5, 100, 5]


def test_weights_of_a_clipped_critic_stay_within_bounds() -> None:
    engine = build("wgan", "points", weight_clip=0.03)
    train(engine, 2)
    largest = max(float(p.detach().abs().max()) for p in engine.method.discriminator.parameters())
    assert largest == pytest.approx(0.03)
    assert max(float(p.detach().abs().max()) for p in engine.method.generator.parameters()) > 0.03


def test_every_gradient_of_the_frogs_discriminator_is_clipped() -> None:
    engine = build("dcgan-frogs", "32x3", grad_clip=1e-6)
    engine.step("discriminator")
    grads = [p.grad for p in engine.method.discriminator.parameters()]
    assert max(float(g.abs().max()) for g in grads if g is not None) <= 1e-6 + 1e-12


def test_reduced_precision_trains_what_it_is_safe_for() -> None:
    for name in ("gan", "wgan-gp"):
        rows = train(build(name, "points", amp=True), 2)
        assert rows is not None
        assert np.isfinite(rows.values).all()


def test_label_noise_moves_every_target_on_its_own_and_critics_have_none() -> None:
    for name in ("wgan", "wgan-gp"):
        assert "label_noise" not in METHODS[name].Hyper.model_fields
    method = build("gan", "points", label_noise=0.5).method
    sure = torch.full((4000,), 8.0)
    play = Play(None, None, {}, Verdict(-sure, sure), Verdict(sure, sure), {})
    # A quarter of the opposite label on average: 0.25 × softplus(8), on either side.
    for term in method.loss_of_d(play).values():
        assert float(term) == pytest.approx(0.25 * 8, rel=0.05)


def test_the_labels_of_the_frogs_move_as_in_the_book() -> None:
    method = build("dcgan-frogs", "32x3", label_noise=0.5).method
    sure = torch.full((4000,), 8.0)
    terms = method.loss_of_d(Play(None, None, {}, Verdict(-sure, sure), Verdict(sure, sure), {}))
    # Real: from 0 (the book's word for real) up to 0.5. Generated: from 1 up to 1.5, more certain than certain.
    assert float(terms["real"]) == pytest.approx(0.25 * 8, rel=0.05)
    assert float(terms["fake"]) == pytest.approx(-0.25 * 8, rel=0.05)
