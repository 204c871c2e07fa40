"""What hidden layers end in, which a file of weights does not say: measured, or said to be unknown."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from ganstudio.explore.foreign import ForeignGenerator, open_foreign
from tests.explore import foreign_networks as nets


def _network(activation: Callable[[], nn.Module]) -> nn.Module:
    network = nets.Flat(
        nn.Sequential(
            nn.ConvTranspose2d(32, 32, 4, bias=False), nn.BatchNorm2d(32), activation(),
            nn.ConvTranspose2d(32, 48, 4, 2, 1, bias=False), nn.BatchNorm2d(48), activation(),
            nn.ConvTranspose2d(48, 1, 4, 2, 1), nn.Tanh(),
        )
    )  # fmt: skip
    for norm in network.modules():
        if isinstance(norm, nn.BatchNorm2d):
            nn.init.normal_(norm.weight, 1, 0.1)
            nn.init.normal_(norm.bias, 0, 0.1)
    return nets.trained(network, 32)


def _opened(tmp_path: Path, network: nn.Module) -> ForeignGenerator:
    generator = open_foreign(nets.save_weights(network, tmp_path / "g.safetensors"))
    assert generator.spec.shape == (1, 16, 16)
    return generator


def _drawn(generator: ForeignGenerator, network: nn.Module) -> tuple[np.ndarray, np.ndarray]:
    values = generator.draw(4, seed=1)
    with torch.inference_mode():
        return generator.generate(values), network(torch.as_tensor(values["z"])).numpy()


KNOWN: dict[str, Callable[[], nn.Module]] = {
    "ReLU": nn.ReLU,
    "leaky ReLU with slope 0.2": lambda: nn.LeakyReLU(0.2),
    "leaky ReLU with slope 0.1": lambda: nn.LeakyReLU(0.1),
    "ELU": nn.ELU,
    "SELU": nn.SELU,
    "SiLU": nn.SiLU,
    "GELU": nn.GELU,
    "Mish": nn.Mish,
    "hard swish": nn.Hardswish,
    "softplus": nn.Softplus,
    "tanh": nn.Tanh,
}


@pytest.mark.parametrize("title", KNOWN)
def test_activations_that_are_known_are_told_apart(tmp_path: Path, title: str) -> None:
    network = _network(KNOWN[title])
    generator = _opened(tmp_path, network)
    assert f"Hidden layers end in {title} (its normalisations tell so)." in generator.notes
    drawn, wanted = _drawn(generator, network)
    assert np.array_equal(drawn, wanted)


@pytest.mark.parametrize(
    "activation",
    [nn.Hardtanh, nn.LogSigmoid, lambda: nn.CELU(3.0)],
    ids=["hardtanh", "log-sigmoid", "CELU"],
)
def test_an_activation_that_is_not_known_is_not_called_another(
    tmp_path: Path, activation: Callable[[], nn.Module]
) -> None:
    (said,) = (note for note in _opened(tmp_path, _network(activation)).notes if "idden layers" in note)
    assert said.startswith("No activation that is known here fits")
    assert "tell so" not in said


def test_no_normalisation_behind_an_activation_tells_nothing(tmp_path: Path) -> None:
    network = nn.Sequential(nn.Linear(12, 64), nn.BatchNorm1d(64), nn.ELU(), nn.Linear(64, 256), nn.Tanh())
    generator = _opened(tmp_path, nets.trained(network, 12))
    assert any("as is common; the file does not say" in note and "idden layers" in note for note in generator.notes)


@pytest.mark.parametrize("shared", [False, True], ids=["one each", "one for all"])
def test_the_slopes_of_a_prelu_are_in_the_file(tmp_path: Path, shared: bool) -> None:
    network = _network(lambda: nn.PReLU(init=0.3))
    state = network.state_dict()
    if shared:
        state["prelu.weight"] = state.pop("main.2.weight")
        del state["main.5.weight"]
    torch.save(state, tmp_path / "g.pth")
    generator = open_foreign(tmp_path / "g.pth")
    assert "Hidden layers end in PReLU, whose slopes the file holds." in generator.notes
    drawn, wanted = _drawn(generator, network)
    assert np.array_equal(drawn, wanted)
