"""CGAN, AC-GAN, IcGAN: the class goes in, is judged or named, and (IcGAN) is read from real pictures."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from ganstudio.core.controls import ClassLabel, LatentVector
from ganstudio.core.dataspec import DataSpec
from ganstudio.core.errors import UsageError
from ganstudio.core.experiment import Experiment
from ganstudio.data import Dataset
from ganstudio.methods.base import one_hot
from ganstudio.training.engine import Engine
from ganstudio.training.prepare import build_engine
from tests.training.training_kit import make_engine, train

SMALL = {"conv_width": 8, "latent_size": 4, "batch_size": 32, "embedding": 8}
NAMES = ("a", "b", "c", "d")
KINDS = [
    ("cgan", {"conditioning": "projection"}),
    ("cgan", {"conditioning": "concat"}),
    ("acgan", {}),
    ("icgan", {}),
]
JUDGES_OF_CLASSES = [kind for kind in KINDS if kind[0] != "acgan"]


def bars(count: int = 400) -> Dataset:
    """A bright bar of 4 pixels in one of four places, at slightly different brightness: the place is the class."""
    rng = np.random.default_rng(2)
    labels = np.arange(count) % 4
    items = np.zeros((count, 1, 16, 16), np.uint8)
    for item, label in zip(items, labels, strict=True):
        item[0, :, 4 * label : 4 * label + 4] = rng.integers(150, 256)
    return Dataset(
        DataSpec("bars", "images", count, 1, 16, NAMES), torch.from_numpy(items), torch.from_numpy(labels), ""
    )


def build(name: str, data: Dataset | None = None, **hyper: Any) -> Engine:
    return make_engine(name, data or bars(), 0, **{**SMALL, **hyper})


def places(items: torch.Tensor) -> torch.Tensor:
    """Which of the four places is the brightest, int64 ``(N,)``."""
    return items.unflatten(3, (4, 4)).mean((1, 2, 4)).argmax(1)


def row_of(engine: Engine) -> dict[str, float]:
    rows = train(engine, 1)
    assert rows is not None
    return dict(zip((info.name for info in rows.series), rows.values[-1].tolist(), strict=True))


@pytest.mark.parametrize(("name", "hyper"), KINDS)
def test_controls_are_the_class_and_z(name: str, hyper: dict[str, Any]) -> None:
    method = build(name, **hyper).method
    assert list(method.controls()) == [ClassLabel("class", NAMES), LatentVector("z", 4, "normal")]
    shown = method.showcase(8)["class"].argmax(1)
    assert shown.tolist() == [0, 0, 1, 1, 2, 2, 3, 3]


@pytest.mark.parametrize(("name", "hyper"), KINDS)
def test_it_learns_to_draw_the_class_that_it_is_told(name: str, hyper: dict[str, Any]) -> None:
    engine = build(name, **hyper)
    train(engine, 200)
    with engine.drawing() as view:
        values = view.draw(200)
        drawn = places(view.generate(values))
    assert float((drawn == values["class"].argmax(1)).float().mean()) > 0.9


@pytest.mark.parametrize(("name", "hyper"), KINDS)
def test_a_mixture_of_classes_is_drawn_from_the_mixture_of_their_vectors(name: str, hyper: dict[str, Any]) -> None:
    engine = build(name, **hyper)
    mixed = torch.tensor([[0.25, 0.75, 0.0, 0.0]])
    with engine.drawing() as view:
        table = view.generator.classes
        torch.testing.assert_close(table(mixed)[0], 0.25 * table.rows[0] + 0.75 * table.rows[1])
        values = {key: rows[:1] for key, rows in engine.fixed.items()}
        between = view.generate({**values, "class": mixed})
        ends = [view.generate({**values, "class": one_hot(torch.tensor([k]), 4)}) for k in (0, 1)]
        # The bottom row of the table alone must decide: a class whose vector equals the mixture draws the mixture.
        table.rows[3] = table(mixed)[0]
        same = view.generate({**values, "class": one_hot(torch.tensor([3]), 4)})
    torch.testing.assert_close(same, between)
    assert not any(torch.allclose(between, end) for end in ends)


@pytest.mark.parametrize("norm", ["spectral", "batch", "layer", "none"])
@pytest.mark.parametrize(("name", "hyper"), JUDGES_OF_CLASSES)
def test_the_verdict_depends_on_the_class(name: str, hyper: dict[str, Any], norm: str) -> None:
    engine = build(name, norm_d=norm, **hyper)
    train(engine, 40)
    items, labels, *_rest = engine.batches.fixed(100)
    assert labels is not None
    with engine.drawing() as view:
        right = view.critic(items, view.describe(labels))
        wrong = view.critic(items, view.describe((labels + 1) % 4))
        best = view.critic(items)
        every = [view.critic(items, view.describe(torch.full_like(labels, k))) for k in range(4)]
    assert right is not None
    assert wrong is not None
    assert right.mean() > wrong.mean()
    torch.testing.assert_close(best, torch.stack(every).amax(0))  # type: ignore[arg-type]


def test_a_mixed_class_is_judged_between_under_projection() -> None:
    engine = build("cgan", conditioning="projection")
    items, _labels, *_rest = engine.batches.fixed(5)
    with engine.drawing() as view:
        ends = [view.critic(items, {"class": one_hot(torch.full((5,), k), 4)}) for k in (0, 1)]
        middle = view.critic(items, {"class": torch.tensor([[0.5, 0.5, 0.0, 0.0]]).expand(5, -1)})
    torch.testing.assert_close(middle, (ends[0] + ends[1]) / 2)


def test_the_verdict_of_acgan_does_not_know_the_class() -> None:
    engine = build("acgan")
    items, labels, *_rest = engine.batches.fixed(5)
    with engine.drawing() as view:
        assert torch.equal(view.critic(items), view.critic(items, view.describe(labels)))


@pytest.mark.parametrize("penalty", ["gradient", "r1", "dragan"])
@pytest.mark.parametrize(("name", "hyper"), KINDS)
def test_slope_penalties_know_the_class(name: str, hyper: dict[str, Any], penalty: str) -> None:
    found = row_of(build(name, norm_d="none", penalty=penalty, **hyper))
    assert math.isfinite(found["discriminator/penalty"])
    assert found["discriminator/penalty"] > 0


def test_fakes_have_the_classes_of_the_real_batch_beside_them() -> None:
    """A data set of one class only (of two that it names): D must never be shown the other one."""
    data = bars()
    alone = Dataset(data.spec, data.items[::4].contiguous(), data.labels[::4].contiguous(), "alone")  # type: ignore[index]
    engine = build("cgan", alone, conditioning="concat")
    before = engine.method.discriminator.classes.rows.detach().clone()
    engine.step("discriminator")
    changed = (engine.method.discriminator.classes.rows != before).any(1)
    assert changed.tolist() == [True, False, False, False]


def test_acgan_knows_nothing_at_first_and_its_terms_carry_their_weights() -> None:
    """−log of a blind guess among K is log K."""
    engine = build("acgan", weight_class_d=2.0, weight_class_g=3.0, batch_size=360, classify_fakes=True)
    found = row_of(engine)
    assert found["discriminator/class of real"] == pytest.approx(2 * math.log(4), rel=0.1)
    assert found["discriminator/class of fakes"] == pytest.approx(2 * math.log(4), rel=0.1)
    assert found["generator/class"] == pytest.approx(3 * math.log(4), rel=0.15)
    assert found["class recognised in fakes"] == pytest.approx(0.25, abs=0.1)
    engine.set_hyper("classify_fakes", False)
    assert math.isnan(row_of(engine).get("discriminator/class of fakes", math.nan))


@pytest.mark.parametrize("phase", ["discriminator", "generator"])
def test_both_players_of_acgan_learn_from_the_class(phase: str) -> None:
    ends = []
    for weight in (0.0, 1.0):
        engine = build("acgan", weight_class_d=weight, weight_class_g=weight)
        engine.step(phase)  # type: ignore[arg-type]
        child = getattr(engine.method, phase)
        ends.append(torch.cat([p.detach().flatten() for name, p in child.named_parameters() if "reader" not in name]))
    assert not torch.allclose(*ends, atol=1e-6)


@pytest.mark.parametrize(("name", "reader"), [("acgan", "auxiliary classifier"), ("icgan", "class encoder")])
def test_classes_of_pictures_that_were_kept_out_are_recognised(name: str, reader: str) -> None:
    engine = build(name)
    train(engine, 100)
    found, labels = engine.recognised(400)
    assert labels is not None
    assert len(labels) == 40
    assert float((found[f"of the {reader}"] == labels).float().mean()) > 0.95


def test_icgan_shows_real_pictures_of_a_wrong_class_unless_told_not_to() -> None:
    engine = build("icgan")
    train(engine, 60)
    found = row_of(engine)
    assert found["D(x) of a wrong class"] < found["D(x)"]
    engine.set_hyper("wrong_class", 0.0)
    assert "discriminator/wrong class" not in {k for k, v in row_of(engine).items() if not math.isnan(v)}


@pytest.mark.parametrize(("hyper", "fake", "wrong"), [({}, 0.5, 0.5), ({"wrong_class": 0.25}, 0.75, 0.25)])
def test_icgan_weighs_fakes_of_both_kinds_as_much_as_real_pictures(
    hyper: dict[str, float], fake: float, wrong: float
) -> None:
    engine = build("icgan", norm_d="none", **hyper)
    with torch.no_grad():
        for parameter in engine.method.discriminator.parameters():
            parameter.zero_()  # D cannot tell: every loss is ln 2
    found = row_of(engine)
    assert found["discriminator/real"] == pytest.approx(math.log(2))
    assert found["discriminator/fake"] == pytest.approx(fake * math.log(2))
    assert found["discriminator/wrong class"] == pytest.approx(wrong * math.log(2))


def test_the_encoders_begin_when_they_are_told_to() -> None:
    engine = build("icgan", encoders_from=2)
    start = engine.method.encoder_z.layers[0].weight.detach().clone()
    train(engine, 2)
    assert torch.equal(engine.method.encoder_z.layers[0].weight, start)
    train(engine, 1)
    assert not torch.equal(engine.method.encoder_z.layers[0].weight, start)
    assert [role.name for role in engine.roles] == ["discriminator", "generator", "encoder"]


def test_a_real_picture_is_read_and_drawn_again_as_another_class() -> None:
    engine = build("icgan")
    train(engine, 120)
    items, labels, *_rest = engine.batches.unseen(40)
    assert labels is not None
    with engine.drawing() as view:
        read = view.encode(items)
        assert read is not None
        assert read["z"].shape == (40, 4)
        torch.testing.assert_close(read["class"].sum(1), torch.ones(40))
        again = view.generate(read)
        other = view.generate({**read, "class": one_hot((labels + 2) % 4, 4)})
    assert float((places(again) == labels).float().mean()) > 0.9
    assert float((places(other) == (labels + 2) % 4).float().mean()) > 0.9


def test_the_z_of_drawn_pictures_is_read_back() -> None:
    """From a generator that stands still; always answering the mean would leave an error of the variance: 1."""
    engine = build("icgan", lr_e=2e-3)
    for _step in range(100):
        engine.step("encoder")
    with engine.drawing("raw") as view:
        drawn = view.draw(200)
        known = view.encode(view.generate(drawn))
    assert known is not None
    assert float((known["z"] - drawn["z"]).square().mean()) < 0.4


def test_what_is_read_stays_within_a_uniform_prior() -> None:
    engine = build("icgan", prior="uniform")
    with torch.no_grad():
        engine.method.encoder_z.layers[-1].weight.mul_(100)
    with engine.drawing() as view:
        read = view.encode(engine.batches.next()[0])
    assert read is not None
    assert read["z"].abs().max() == 1


@pytest.mark.parametrize("name", ["cgan", "acgan", "icgan"])
def test_data_without_classes_are_refused_in_words(name: str) -> None:
    with pytest.raises(UsageError, match="learns from classes"):
        build_engine(Experiment(name, "triangles:count=20", {}, 1, 0, "cpu"))


@pytest.mark.parametrize(
    ("files", "says"),
    [(["cat/0.png", "cat/1.png"], "all pictures lie in one folder, “cat”"), (["0.png", "cat/0.png"], "some beside them"),
     (["0.png", "1.png"], "two or more sub-folders")],
)  # fmt: skip
def test_why_a_folder_has_no_classes_is_told(tmp_path: Path, files: list[str], says: str) -> None:
    for file in files:
        (tmp_path / file).parent.mkdir(exist_ok=True)
        Image.new("L", (16, 16), 99).save(tmp_path / file)
    with pytest.raises(UsageError, match=says):
        build_engine(Experiment("cgan", f"folder:{tmp_path}:size=16", {}, 1, 0, "cpu"))


@pytest.mark.parametrize("name", ["cgan", "acgan", "icgan"])
def test_a_single_class_is_refused_in_words(name: str) -> None:
    data = bars(40)
    alone = Dataset(DataSpec("one", "images", 40, 1, 16, ("a",)), data.items, torch.zeros(40, dtype=torch.int64), "one")
    with pytest.raises(UsageError, match="two or more"):
        build(name, alone)
