"""A generator as one differentiable function of normal numbers, which draws exactly what the generator draws."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from ganstudio.core.controls import (
    CategoricalCode,
    ClassLabel,
    ContinuousCode,
    GeneratorIndex,
    LatentVector,
    NoiseSeed,
    SourceImage,
)
from ganstudio.core.dataspec import DataSpec
from ganstudio.explore.decoding import decoder_of
from ganstudio.explore.foreign import open_foreign
from ganstudio.explore.generator import Generator
from ganstudio.methods import METHODS
from tests.explore import foreign_networks as nets
from tests.explore.toys import SIZE, Z, linear, toy


def drawn(count: int, latent: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(count, latent, generator=torch.Generator().manual_seed(seed))


def test_a_plain_latent_is_taken_as_it_is_and_has_gradients() -> None:
    generator = linear(np.ones((16, SIZE)))
    decoder = decoder_of(generator)
    assert decoder is not None
    assert decoder.latent == SIZE
    z = drawn(3, SIZE).requires_grad_(True)
    items = decoder.decode(z)
    assert items.detach().numpy() == pytest.approx(generator.generate({"z": z.detach().numpy()}), abs=1e-5)
    items.sum().backward()
    assert z.grad is not None
    assert z.grad.numpy() == pytest.approx(np.full((3, SIZE), 16.0))
    assert all(parameter.grad is None for parameter in generator.method.parameters())
    known = torch.distributions.Normal(0, 1).log_prob(z).sum(1)
    assert decoder.log_prior(z).detach().numpy() == pytest.approx(known.detach().numpy(), rel=1e-5)
    assert decoder.prior(5, torch.Generator().manual_seed(1)).shape == (5, SIZE)


def test_uniform_numbers_and_choices_come_from_normal_ones() -> None:
    seen: dict[str, torch.Tensor] = {}

    def draws(_method: object, values: dict[str, torch.Tensor]) -> torch.Tensor:
        seen.update(values)
        return values["z"].repeat(1, 8)

    controls = (
        LatentVector("z", 2, "uniform"), ContinuousCode("c", 3), ClassLabel("class", ("a", "b", "c", "d")),
        CategoricalCode("k", 5), GeneratorIndex("g", 2), NoiseSeed("noise"),
    )  # fmt: skip
    decoder = decoder_of(toy(draws, controls), seed=3)
    assert decoder is not None
    assert decoder.latent == 2 + 3 + 1 + 1 + 1
    decoder.decode(drawn(4000, decoder.latent))
    for name in ("z", "c"):
        values = seen[name].numpy()
        assert np.abs(values).max() <= 1
        assert np.histogram(values, 4, (-1, 1))[0] / values.size == pytest.approx([0.25] * 4, abs=0.03)
    for name, count in (("class", 4), ("k", 5)):
        assert seen[name].sum(1).eq(1).all()
        assert seen[name].mean(0).numpy() == pytest.approx([1 / count] * count, abs=0.03)
    assert seen["g"].double().mean() == pytest.approx(0.5, abs=0.03)
    assert len(seen["noise"].unique()) == 1
    decoder.decode(torch.full((2, decoder.latent), torch.nan))  # numbers that are none choose something all the same


def test_the_same_vector_is_the_same_picture_wherever_it_stands() -> None:
    decoder = decoder_of(linear(controls=(Z, ClassLabel("class", ("a", "b")))))
    assert decoder is not None
    z = drawn(4, decoder.latent)
    assert decoder.decode(z)[2:].numpy() == pytest.approx(decoder.decode(z[2:]).numpy(), abs=1e-6)


@pytest.mark.parametrize("name", ["gan", "dcgan", "cgan", "infogan"])
def test_the_methods_have_decoders(name: str) -> None:
    method = METHODS[name]
    spec = DataSpec("x", "images", 9, channels=1, size=16, classes=("a", "b"))
    generator = Generator.of_method(method(method.Hyper(), spec), "x")
    decoder = decoder_of(generator)
    assert decoder is not None
    assert decoder.decode(drawn(2, decoder.latent)).shape == (2, 1, 16, 16)


def test_nothing_where_there_is_no_latent_or_no_gradient(tmp_path: Path) -> None:
    picture = SourceImage("x", 1, 4)
    assert decoder_of(toy(lambda _m, values: values["x"], (picture,))) is None
    assert decoder_of(toy(lambda _m, values: values["x"], (Z, picture))) is None
    assert decoder_of(toy(lambda _m, values: values["z"].detach().repeat(1, 16)[:, :16], (Z,))) is None
    assert decoder_of(toy(lambda _m, values: (values["z"] * 0).repeat(1, 16)[:, :16], (Z,))) is None


def test_nothing_of_an_onnx_file(tmp_path: Path) -> None:
    path = nets.as_onnx(nets.Perceptron(), tmp_path / "flat.onnx", torch.zeros(2, 12))
    generator = open_foreign(path)
    assert decoder_of(generator) is None
    assert generator.generate(generator.draw(1)).shape[0] == 1  # and it draws on
