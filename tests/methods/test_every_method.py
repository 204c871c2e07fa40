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
from ganstudio.core.events import SeriesInfo
from ganstudio.core.fields import fields_of
from ganstudio.data import Dataset
from ganstudio.methods import METHODS
from ganstudio.methods.base import Method
from ganstudio.training.engine import Engine
from ganstudio.training.state import load_state, state_of
from tests.training.training_kit import assert_same, make_engine, pictures, saved, train

LEAST, COUNTS = 4, 2
"""The sizes of a small network: where a number is chosen on a logarithmic scale (widths, codes, batches), and elsewhere."""
SHAPES = ((28, 1), (32, 3), (16, 3))
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
    """Every kind of data that it accepts, pictures in several sizes and colours."""
    needs, kinds = method.info.needs, method.info.data_kinds
    sizes = [(s, c) for s, c in SHAPES if needs.smallest <= s <= (needs.largest or s)] or [(needs.smallest, 3)]
    shapes = [f"{size}x{needs.channels or channels}" for size, channels in sizes]
    cases = [[kind] if kind == "points" else [f"{kind}:{shape}" for shape in shapes] for kind in kinds]
    return [case for several in cases for case in several]


def small(method: type[Method]) -> dict[str, int]:
    """Hyper-parameters of small networks, by a rule that holds for fields that nobody has thought of yet.

    What is chosen on a logarithmic scale is a size: as near to LEAST as its bounds let it. Other whole numbers count
    something, and more than COUNTS of it add nothing new. What can be changed while it trains makes no network larger.
    """
    sizes: dict[str, int] = {}
    for spec in fields_of(method.Hyper):
        if spec.kind == "int" and not spec.live and spec.log:
            sizes[spec.name] = int(max(spec.low or 0, LEAST))
        elif spec.kind == "int" and not spec.live:
            sizes[spec.name] = int(min(spec.default, max(spec.low or 0, COUNTS)))
    return sizes


CASES = [(name, data) for name in METHODS for data in data_for(METHODS[name])]


def build(name: str, data: str, make: Callable[[Dataset], Dataset] = lambda made: made, **hyper: object) -> Engine:
    method = METHODS[name]
    known = {spec.name for spec in fields_of(method.Hyper)}
    values = {key: value for key, value in {**small(method), **hyper}.items() if key in known}
    kind, _colon, shape = data.partition(":")
    if kind == "points":
        dataset = points()
    else:
        size, channels = (int(number) for number in shape.split("x"))
        dataset = pictures(size, channels, 40) if kind == "images" else translations(kind, size, channels)
    if method.info.needs.labels:
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
def test_it_trains_goes_on_and_draws(name: str, data: str) -> None:
    """One step, three steps on all data; of each kind the same after a checkpoint, and in reduced precision."""
    engine = build(name, data)
    before = weights(engine)
    learned(engine, 1)
    due = {network for phase in engine.method.phases() if phase.repeats_at(0) for network in phase.networks}
    assert moved(before, engine) == due
    stored = saved(engine)
    rows = learned(engine, 2)
    assert moved(before, engine) == updated(engine)
    assert set(engine.method.averaged) <= updated(engine) <= set(before)
    what_is_drawn(engine, name)
    of_phases = [(f"gradient/{p.name}", "gradient") for p in engine.method.phases()]
    of_phases += [(f"rate/{p.name}", "measure") for p in engine.method.phases()]
    people_read([*engine.losses.series, *(SeriesInfo(key, kind, "other") for key, kind in of_phases)])
    if data in {case.partition(":")[0]: case for case in data_for(METHODS[name])}.values():  # the smallest of its kind
        resumed = build(name, data)
        load_state(resumed, *stored)
        assert learned(resumed, 2) == rows
        assert_same(saved(engine)[0], saved(resumed)[0])
        learned(build(name, data, amp=True), 2)


def people_read(series: list[SeriesInfo]) -> None:
    """Nobody is shown a key: labels are words, no two alike, and each has its meaning."""
    labels = [info.label for info in series]
    assert not [label for label in labels if set("/_") & set(label) or "discriminator" in label]
    assert len(set(labels)) == len(labels)
    assert all(info.help.endswith(".") for info in series)


def learned(engine: Engine, steps: int) -> dict[str, list[float | None]]:
    """What was measured in so many steps, by name: finite, but for what is not measured in every step."""
    rows = train(engine, steps)
    assert rows is not None
    assert rows.values.shape == (steps, len(rows.series))
    assert engine.losses.not_finite is None
    assert not np.isinf(rows.values).any()
    columns = zip(rows.series, rows.values.T, strict=True)
    return {info.name: np.where(np.isnan(c), None, c).tolist() for info, c in columns if np.isfinite(c).any()}


def what_is_drawn(engine: Engine, name: str) -> None:
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
    data = data_for(METHODS[name])[-1]
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
    engine = build(name, data_for(METHODS[name])[0])
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


TRANSLATORS = [(name, data) for name, data in CASES if data.startswith(TRANSLATIONS) and data.endswith("16x3")]


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
