from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from ganstudio.core.controls import LatentVector
from ganstudio.core.errors import UsageError
from ganstudio.explore.foreign import ForeignGenerator, open_foreign
from ganstudio.nn.dcgan import ConvGenerator
from tests.explore import foreign_networks as nets


def _same(generator: ForeignGenerator, network: nn.Module, count: int = 5) -> None:
    values = generator.draw(count, seed=3)
    with torch.inference_mode():
        wanted = network(torch.as_tensor(values["z"])).numpy()
    drawn = generator.generate(values)
    assert drawn.dtype == np.float32
    assert drawn.shape == wanted.shape == (count, *generator.spec.shape)
    assert np.array_equal(drawn, wanted)


LAYOUTS: list[tuple[Callable[[], nn.Module], int, tuple[int, int]]] = [
    (nets.dcgan64, 24, (3, 64)),
    (nets.dcgan28, 20, (1, 28)),
    (nets.odd28, 20, (1, 28)),
    (nets.course28, 10, (1, 28)),
    (nets.info28, 14, (1, 28)),
    (nets.Folded, 16, (3, 32)),
    (nets.Five, 16, (1, 28)),
    (nets.Perceptron, 12, (1, 28)),
    (lambda: nets.Perceptron(3, 32, norm=True), 12, (3, 32)),
]


@pytest.mark.parametrize("ending", [".safetensors", ".pt"])
@pytest.mark.parametrize("ran", [False, True], ids=["new", "trained"])
@pytest.mark.parametrize(("make", "latent", "image"), LAYOUTS)
def test_common_layouts_draw_the_same_pictures(
    tmp_path: Path, make: Callable[[], nn.Module], latent: int, image: tuple[int, int], ran: bool, ending: str
) -> None:
    network = nets.trained(make(), latent) if ran else make().eval()
    generator = open_foreign(nets.save_weights(network, tmp_path / f"made elsewhere{ending}"))
    assert generator.title == f"made elsewhere{ending}"
    assert (generator.spec.kind, generator.spec.channels, generator.spec.size) == ("images", *image)
    assert generator.controls == (LatentVector("z", latent),)
    _same(generator, network)
    assert generator.method.phases() == ()
    assert any("tanh" in note for note in generator.notes)


@pytest.mark.parametrize("eps", [1e-5, 0.8])
@pytest.mark.parametrize("ending", [".safetensors", ".pth"])
def test_what_the_file_does_not_say_is_measured_by_its_normalisations(tmp_path: Path, eps: float, ending: str) -> None:
    network = nets.trained(nets.Upsampled(eps), 20)
    generator = open_foreign(nets.save_weights(network, tmp_path / f"up{ending}"))
    _same(generator, network)
    said = " ".join(generator.notes)
    assert "leaky ReLU with slope 0.2 (its normalisations tell so)" in said
    assert ("ε = 0.8" in said) == (eps == 0.8)
    assert "8 → 16 → 32 → 32" in said


def test_the_prior_is_measured_too(tmp_path: Path) -> None:
    network = nets.trained(nets.dcgan64(), 24, uniform=True)
    generator = open_foreign(nets.save_weights(network, tmp_path / "g.pt"))
    assert generator.controls == (LatentVector("z", 24, "uniform"),)
    _same(generator, network)


def test_what_is_not_measured_is_called_an_assumption(tmp_path: Path) -> None:
    said = " ".join(open_foreign(nets.save_weights(nets.dcgan64(), tmp_path / "g.pt")).notes)
    assert "Hidden layers end in ReLU (as is common; the file does not say)" in said
    assert "tell so" not in said


def test_its_own_network_in_half_precision(tmp_path: Path) -> None:
    network = ConvGenerator(16, 1, 28, 4).eval()
    generator = open_foreign(nets.save_weights(network.half(), tmp_path / "own.safetensors"))
    values = generator.draw(4)
    with torch.inference_mode():
        wanted = network.float()(torch.as_tensor(values["z"])).numpy()
    assert np.allclose(generator.generate(values), wanted, atol=1e-6)


WRAPPED: list[Callable[[dict[str, Any], dict[str, Any]], dict[str, Any]]] = [
    lambda g, d: {"netG": g, "netD": d, "epoch": 7, "lr": 0.1},
    lambda g, d: {"netD": d, "netG": {f"module.{name}": value for name, value in g.items()}},
    lambda g, d: {"state_dict": {f"{k}.{n}": v for k, x in (("generator", g), ("critic", d)) for n, v in x.items()}},
    lambda g, d: {"models": {"D": d, "G": g}, "optimizer": {"state": {0: {"exp_avg": torch.zeros(3)}}}},
]  # fmt: skip


@pytest.mark.parametrize("wrap", WRAPPED)
def test_a_generator_is_found_among_other_things(
    tmp_path: Path, wrap: Callable[[dict[str, Any], dict[str, Any]], dict[str, Any]]
) -> None:
    network = nets.dcgan28().eval()
    torch.save(wrap(network.state_dict(), _critic().state_dict()), tmp_path / "all.ckpt")
    generator = open_foreign(tmp_path / "all.ckpt")
    _same(generator, network)
    assert "under “" in generator.notes[0]


def test_the_average_is_preferred(tmp_path: Path) -> None:
    raw, averaged = nets.dcgan28().eval(), nets.dcgan28().eval()
    torch.save({"g": raw.state_dict(), "g_ema": averaged.state_dict()}, tmp_path / "both.pt")
    generator = open_foreign(tmp_path / "both.pt")
    _same(generator, averaged)
    assert any("average" in note for note in generator.notes)


def test_a_frozen_copy_keeps_notes_and_pictures(tmp_path: Path) -> None:
    generator = open_foreign(nets.save_weights(nets.dcgan28(), tmp_path / "g.pt"))
    same, values = generator.frozen(), generator.draw(2)
    assert same.method is not generator.method
    assert (same.notes, same.title) == (generator.notes, generator.title)
    assert np.array_equal(same.generate(values), generator.generate(values))


def _critic() -> nn.Module:
    return nn.Sequential(
        nn.Conv2d(1, 8, 4, 2, 1), nn.LeakyReLU(0.2), nn.Conv2d(8, 16, 4, 2, 1), nn.BatchNorm2d(16), nn.Conv2d(16, 1, 7)
    )


def _encoder() -> nn.Module:
    return nn.Sequential(
        nn.Conv2d(3, 8, 4, 2, 1), nn.ReLU(), nn.Conv2d(8, 16, 4, 2, 1), nn.ReLU(), nn.Conv2d(16, 20, 4)
    )


NO_GENERATORS: dict[str, Callable[[], nn.Module]] = {
    "critic": _critic,
    "encoder": _encoder,
    "classifier": lambda: nn.Sequential(nn.Linear(784, 64), nn.ReLU(), nn.Linear(64, 10)),
    "features": lambda: nn.Sequential(nn.Linear(784, 512), nn.ReLU(), nn.Linear(512, 256)),
    "convolutional classifier": lambda: nn.Sequential(nn.Conv2d(1, 8, 3), nn.Conv2d(8, 8, 3), nn.Linear(200, 10)),
    "upscaler": lambda: nn.Sequential(nn.Conv2d(3, 8, 3), nn.Conv2d(8, 8, 3), nn.ConvTranspose2d(8, 3, 4, 2, 1)),
    "layers that are unknown": lambda: nn.Sequential(nn.LSTM(4, 4), nn.Linear(4, 784)),
    "wrong chain": lambda: nn.Sequential(nn.ConvTranspose2d(20, 8, 4), nn.ConvTranspose2d(9, 1, 4, 2, 1)),
    "odd number of channels": lambda: nn.Sequential(nn.ConvTranspose2d(20, 8, 4), nn.ConvTranspose2d(8, 4, 4, 2, 1)),
    "class and picture": lambda: nn.ModuleDict(
        {"label_emb": nn.Embedding(10, 12), "net": nn.Sequential(nn.Linear(24, 32), nn.Linear(32, 784))}
    ),
}


@pytest.mark.parametrize("ending", [".safetensors", ".pt"])
@pytest.mark.parametrize("name", NO_GENERATORS)
def test_other_networks_are_refused_with_what_was_found(tmp_path: Path, name: str, ending: str) -> None:
    network = NO_GENERATORS[name]()
    first, tensor = min(network.state_dict().items())
    with pytest.raises(UsageError, match="holds no generator") as caught:
        open_foreign(nets.save_weights(network, tmp_path / f"x{ending}"))
    assert f"{len(network.state_dict())} tensors" in str(caught.value)
    assert f"{first} {tuple(tensor.shape)}" in str(caught.value)
    assert "brought in as ONNX" in str(caught.value)


def test_a_reversed_encoder_is_no_generator(tmp_path: Path) -> None:
    """Read from its end it would have every shape of one."""
    layers = _encoder()
    torch.save({f"conv{3 - index}.{name}": value for index, layer in enumerate(layers) for name, value in
                layer.state_dict().items()}, tmp_path / "x.pt")  # fmt: skip
    with pytest.raises(UsageError, match="holds no generator"):
        open_foreign(tmp_path / "x.pt")


def test_long_lists_are_cut(tmp_path: Path) -> None:
    torch.save({f"layer{index}.scale": torch.zeros(index + 1) for index in range(30)}, tmp_path / "x.pt")
    with pytest.raises(UsageError, match=r"30 tensors: .*layer11\.scale \(12,\), …\. Needed"):
        open_foreign(tmp_path / "x.pt")


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
@pytest.mark.parametrize("ending", [".safetensors", ".pt"])
def test_weights_that_are_not_finite(tmp_path: Path, value: float, ending: str) -> None:
    network = nets.dcgan28()
    with torch.no_grad():
        network.main[3].weight[0, 0, 0, 0] = value  # type: ignore[index, union-attr]
    with pytest.raises(UsageError, match=r"not finite numbers \(main\.3\.weight\)"):
        open_foreign(nets.save_weights(network, tmp_path / f"x{ending}"))


def test_a_small_file_that_claims_much_memory(tmp_path: Path) -> None:
    huge = torch.zeros(1).expand(2**16, 2**16)
    torch.save({"0.weight": huge, "2.weight": torch.zeros(784, 2**16)}, tmp_path / "x.pt")
    with pytest.raises(UsageError, match="more than 2 GB"):
        open_foreign(tmp_path / "x.pt")


def test_nothing_random_is_disturbed(tmp_path: Path) -> None:
    path = nets.save_weights(nets.trained(nets.dcgan28(), 20), tmp_path / "g.pt")
    before = torch.get_rng_state()
    open_foreign(path)
    assert torch.equal(before, torch.get_rng_state())


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from ganstudio.app.generators.sessions import new_session
    from ganstudio.core.experiment import Experiment

    path = tmp_path_factory.mktemp("foreign") / "run"
    hyper: dict[str, Any] = {"conv_width": 4, "batch_size": 4}
    session = new_session(Experiment("dcgan", "digits:size=16", hyper, steps=2), path=path, hold_on_trouble=False)
    session.start()
    assert session.join(60)
    return path


def test_a_checkpoint_of_this_program(run: Path, tmp_path: Path) -> None:
    from ganstudio.explore.stored import StoredGenerator
    from ganstudio.store import Run

    (checkpoint,) = run.glob("checkpoints/*2.safetensors")
    generator, stored = open_foreign(checkpoint), StoredGenerator.open(Run.open(run), 2)
    values = stored.draw(3)
    assert (generator.step, generator.spec) == (2, stored.spec)
    assert np.array_equal(generator.generate(values), stored.generate(values))
    with pytest.raises(UsageError, match="Open the folder of the run"):
        open_foreign(shutil.copy(checkpoint, tmp_path / "alone.safetensors"))
    with pytest.raises(UsageError, match="folder of a run"):
        open_foreign(run)


def test_a_checkpoint_of_another_method_or_size(run: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(run, tmp_path / "run")
    about = json.loads((copy / "run.json").read_text(encoding="utf-8"))
    text = json.dumps(about).replace('"size": 16', '"size": 32')
    assert text != json.dumps(about)
    (copy / "run.json").write_text(text, encoding="utf-8")
    (checkpoint,) = copy.glob("checkpoints/*2.safetensors")
    with pytest.raises(UsageError, match="does not belong"):
        open_foreign(checkpoint)
