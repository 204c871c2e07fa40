"""Weights in other clothes: normalised in training, wrapped, beside an encoder, of other number types, or too many."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn.utils import parametrizations

from ganstudio.core.errors import UsageError
from ganstudio.explore.foreign import open_foreign
from tests.explore import foreign_networks as nets


def _former(name: str) -> Callable[..., nn.Module]:
    def wrap(module: nn.Module, **options: Any) -> nn.Module:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # deprecated; its files are not gone
            wrapped: nn.Module = getattr(torch.nn.utils, name)(module, **options)
        return wrapped

    return wrap


NORMALISED: dict[str, Callable[[nn.Module], nn.Module]] = {
    "spectral": parametrizations.spectral_norm,
    "former spectral": _former("spectral_norm"),
    "weight": parametrizations.weight_norm,
    "former weight": _former("weight_norm"),
    "former weight by the second axis": lambda module: _former("weight_norm")(module, dim=1),
    "former weight as one": lambda module: _former("weight_norm")(module, dim=None),
}


def _normalised(wrap: Callable[[nn.Module], nn.Module]) -> nn.Module:
    """As many channels in as out at first, so that only the numbers tell which axis was normalised."""
    network = nn.Sequential(
        wrap(nn.ConvTranspose2d(12, 12, 4, bias=False)), nn.BatchNorm2d(12), nn.ReLU(),
        wrap(nn.ConvTranspose2d(12, 6, 4, 2, 1)), nn.BatchNorm2d(6), nn.ReLU(),
        wrap(nn.ConvTranspose2d(6, 1, 4, 2, 1)), nn.Tanh(),
    )  # fmt: skip
    optimiser = torch.optim.SGD(network.parameters(), 0.1)
    for _step in range(30):
        optimiser.zero_grad()
        (network(torch.randn(16, 12, 1, 1)) - 0.5).square().mean().backward()
        optimiser.step()
    return nets.Flat(network.eval())


@pytest.mark.parametrize("ending", [".safetensors", ".pt"])
@pytest.mark.parametrize("form", NORMALISED)
def test_weights_that_were_normalised_in_training(tmp_path: Path, form: str, ending: str) -> None:
    network = _normalised(NORMALISED[form])
    state = network.state_dict()
    assert not any(name.endswith("main.0.weight") for name in state)
    generator = open_foreign(nets.save_weights(network, tmp_path / f"g{ending}"))
    values = generator.draw(4, seed=1)
    with torch.inference_mode():
        wanted = network(torch.as_tensor(values["z"])).numpy()
    assert np.allclose(generator.generate(values), wanted, atol=1e-6)


@pytest.mark.parametrize("prefix", ["module.", "_orig_mod.", "netG._orig_mod.module.", "model.generator."])
def test_names_that_wrappers_lengthen(tmp_path: Path, prefix: str) -> None:
    network, critic = _normalised(parametrizations.spectral_norm), nn.Linear(784, 1)
    state = {prefix + name: value for name, value in network.state_dict().items()}
    if "enerator" in prefix:
        state |= {f"model.discriminator.{name}": value for name, value in critic.state_dict().items()}
    torch.save({"state_dict": state, "epoch": 3, "hyper_parameters": {"lr": 0.1}}, tmp_path / "last.ckpt")
    generator = open_foreign(tmp_path / "last.ckpt")
    values = generator.draw(2)
    with torch.inference_mode():
        wanted = network(torch.as_tensor(values["z"])).numpy()
    assert np.allclose(generator.generate(values), wanted, atol=1e-6)


@pytest.mark.parametrize("ending", [".safetensors", ".pt"])
@pytest.mark.parametrize(
    "make", [nets.Coder, nets.NamedCoder, nets.SplitCoder, nets.FlatCoder, nets.DoublingCoder]
)  # fmt: skip
def test_of_an_auto_encoder_the_decoder_draws(tmp_path: Path, make: Callable[[], Any], ending: str) -> None:
    network = make().eval()
    generator = open_foreign(nets.save_weights(network, tmp_path / f"vae{ending}"))
    values = generator.draw(4, seed=1)
    assert values["z"].shape == (4, make.latent)  # type: ignore[attr-defined]
    with torch.inference_mode():
        wanted = network.decode(torch.as_tensor(values["z"])).numpy() * 2 - 1
    assert np.allclose(generator.generate(values), wanted, atol=1e-6)
    said = " ".join(generator.notes)
    assert "ends in a sigmoid (as is common for auto-encoders; the file does not say)" in said
    assert "Hidden layers end in ReLU (as is common; the file does not say)" in said


@pytest.mark.parametrize("ending", [".safetensors", ".pt"])
def test_an_encoder_alone_draws_nothing(tmp_path: Path, ending: str) -> None:
    state = {name: value for name, value in nets.Coder().state_dict().items() if name < "fc3"}
    torch.save(state, tmp_path / "x.pt")
    with pytest.raises(UsageError, match="holds no generator"):
        open_foreign(tmp_path / "x.pt")


def _converted(convert: Callable[[torch.Tensor], torch.Tensor]) -> dict[str, torch.Tensor]:
    state = nets.dcgan28().state_dict()
    return {name: convert(value) if value.is_floating_point() else value for name, value in state.items()}


@pytest.mark.parametrize("dtype", [torch.float64, torch.bfloat16, torch.float8_e5m2])
def test_other_precisions(tmp_path: Path, dtype: torch.dtype) -> None:
    torch.save(_converted(lambda value: value.to(dtype)), tmp_path / "x.pt")
    assert open_foreign(tmp_path / "x.pt").spec.size == 28


@pytest.mark.parametrize(
    "convert",
    [
        lambda value: value.to(torch.complex64),
        lambda value: value.to("meta"),
        lambda value: value.to_sparse(),
        lambda value: value.int(),
    ],
    ids=["complex", "meta", "sparse", "integers"],
)
def test_numbers_that_are_no_weights(tmp_path: Path, convert: Callable[[torch.Tensor], torch.Tensor]) -> None:
    torch.save(_converted(convert), tmp_path / "x.pt")
    with pytest.raises(UsageError, match=r"x\.pt"):
        open_foreign(tmp_path / "x.pt")


def _itself() -> dict[str, Any]:
    content: dict[str, Any] = {}
    content |= {f"k{index}": content for index in range(1000)}
    return content


HOSTILE: dict[str, Callable[[], dict[Any, Any]]] = {
    "many tensors": lambda: dict.fromkeys((f"a.{index}.g.weight" for index in range(30_000)), torch.zeros(0)),
    "many numbers": lambda: {index: index for index in range(100_000)},
    "a dict in itself": _itself,
    "names of a megabyte": lambda: {"a." * 500_000 + "weight": torch.zeros(1), "b" * 1_000_000: torch.zeros(1)},
    "names that take long to search": lambda: {f"{'_enc_dis_opt_mu' * 5000}{index}-.weight": torch.zeros(1)
                                               for index in range(20)},
    "names that are none": lambda: {(1, 2): torch.zeros(1), 10**5000: torch.zeros(1)},
    "escapes": lambda: {"\x1b[31m\n.weight": torch.zeros(1)},
    "kernels of no size": lambda: {"0.weight": torch.zeros(20, 8, 0, 0), "1.weight": torch.zeros(8, 1, 0, 0)},
    "overlapping": lambda: {"0.weight": torch.zeros(2000).as_strided((16, 16, 4, 4), (1, 1, 1, 1)),
                            "1.weight": torch.zeros(16, 1, 4, 4)},
    "huge layers": lambda: {"0.weight": torch.zeros(1).expand(2**20, 2**20, 4, 4),
                            "1.weight": torch.zeros(1).expand(2**20, 1, 4, 4)},
    "too much work": lambda: {"0.weight": torch.zeros(1).expand(64, 512, 4, 4), "99.weight": torch.zeros(512, 3, 4, 4)}
    | {f"{index + 1}.weight": torch.zeros(1).expand(512, 512, 4, 4) for index in range(7)},
    "one number that is said to be many": lambda: {"0.weight": torch.zeros(1).half().expand(10**11)},
    "gains of a normalisation": lambda: {"0.weight": torch.ones(300, 20), "1.weight": torch.ones(300),
                                         "3.weight": torch.ones(784, 300)},
    "u and v of another weight": lambda: {"0.weight_orig": torch.ones(20, 8, 4, 4), "0.weight_u": torch.ones(7),
                                          "1.weight": torch.ones(8, 1, 4, 4)},
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_no_generator_is_refused_at_once(tmp_path: Path, name: str) -> None:
    torch.save(HOSTILE[name](), tmp_path / "x.pt")
    with pytest.raises(UsageError) as caught:
        open_foreign(tmp_path / "x.pt")
    assert "x.pt" in str(caught.value)
    assert len(str(caught.value)) < 2000
    assert str(caught.value).isprintable()
