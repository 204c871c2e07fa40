from __future__ import annotations

import builtins
import copy
import json
import threading
import warnings
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from safetensors import safe_open
from safetensors.torch import load_file
from torch import nn

from ganstudio.core.controls import GeneratorIndex, LatentVector
from ganstudio.core.dataspec import DataSpec, MapClass
from ganstudio.core.errors import CancelledError, StudioError, UsageError
from ganstudio.explore import model_files
from ganstudio.explore.exporting import Watch
from ganstudio.explore.generator import Generator
from ganstudio.explore.model_files import save_model
from ganstudio.methods import METHODS
from ganstudio.nn import random
from ganstudio.nn.norms import SpectralNorm, constrain
from tests.explore.toys import CLASS, SIZE, Z, linear, toy

IMAGES = DataSpec("d", "images", 90, 3, 32, ("0", "1", "2"))
SMALL = {"conv_width": 4, "mlp_width": 8, "width": 4, "resnet_width": 8, "width_d": 4, "hidden": 4, "blocks": 1}
CLASSES = (MapClass("sky", (90, 150, 220)), MapClass("grass", (60, 140, 60)))
GIVEN = {
    "maps": {"map_classes": CLASSES, "attributes": ("time",)},
    "pairs": {"input_channels": 1},
    "domains": {"input_channels": 3, "input_count": 9},
}


def of(name: str, spec: DataSpec = IMAGES, fast: bool = True) -> Generator:
    """A shipped method with small networks, its weights laid out as the explorer keeps them."""
    method = METHODS[name]
    hyper = {key: value for key, value in SMALL.items() if key in method.Hyper.model_fields}
    made = method(method.resolve(hyper, spec.kind), spec)
    if spec.pictures:
        for part in made.modules():
            if isinstance(part, nn.ConvTranspose2d):
                part.weight.data.mul_(3)  # fresh networks draw nearly plain grey
    if fast and spec.pictures:
        for child in made.children():
            child.to(memory_format=torch.channels_last)
    return Generator.of_method(made, name, step=7, source="ema")


def run(path: Path, generator: Generator, count: int) -> tuple[np.ndarray, np.ndarray]:
    """What the file draws, through its usual library, and what it should."""
    values = generator.draw(count, 100)
    rows = [values[control.name] for control in generator.controls]
    if path.suffix == ".onnx":
        session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
        fed = {item.name: one for item, one in zip(session.get_inputs(), rows, strict=True)}
        return session.run(["items"], fed)[0], generator.generate(values)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        network = torch.jit.load(str(path))
    with torch.inference_mode():
        return network(*map(torch.as_tensor, rows)).numpy(), generator.generate(values)


@pytest.mark.parametrize("name", sorted(METHODS))
def test_every_method_can_be_taken_home(tmp_path: Path, name: str) -> None:
    for kind in METHODS[name].info.data_kinds[-2:]:
        if kind in GIVEN or kind == "images":
            take_home(tmp_path, name, replace(IMAGES, kind=kind, **GIVEN.get(kind, {})))


def take_home(tmp_path: Path, name: str, spec: DataSpec) -> None:
    generator = of(name, spec)
    for ending in (".pt", ".onnx", ".safetensors"):
        saved = save_model(tmp_path / f"g{ending}", generator)
        assert saved.difference < 1e-4
        assert saved.size == saved.path.stat().st_size


@pytest.mark.parametrize("ending", [".pt", ".ts", ".onnx"])
@pytest.mark.parametrize("count", [1, 2, 13])
def test_it_draws_the_same_for_any_number_of_rows(tmp_path: Path, ending: str, count: int) -> None:
    for generator in (of("cgan"), of("gan", DataSpec("p", "points", 9)), of("dcgan", fast=False)):
        path = tmp_path / f"g{ending}"
        save_model(path, generator)
        got, wanted = run(path, generator, count)
        assert got.shape == wanted.shape
        assert np.abs(got - wanted).max() < 1e-5
        assert wanted.std() > 3e-3


@pytest.mark.parametrize("ending", [".pt", ".onnx"])
def test_a_picture_of_one_colour_is_drawn_alike(tmp_path: Path, ending: str) -> None:
    generator = of("cyclegan", replace(IMAGES, kind="domains", **GIVEN["domains"]))
    path = tmp_path / f"g{ending}"
    save_model(path, generator)
    drawn = generator.draw

    def flat(count: int, seed: int) -> dict[str, np.ndarray]:
        values = dict(drawn(count, seed))
        values["source"] = np.full_like(values["source"], 0.3)
        return values

    generator.draw = flat  # type: ignore[method-assign]
    got, wanted = run(path, generator, 3)
    assert np.abs(got - wanted).max() < 1e-6
    assert np.ptp(wanted, (2, 3)).max() < 1e-6  # without a pattern made of rounding


def test_inputs_are_called_what_the_controls_are(tmp_path: Path) -> None:
    generator = of("infogan")
    assert save_model(tmp_path / "g.onnx", generator).inputs == ("category", "codes", "z")
    session = onnxruntime.InferenceSession(str(tmp_path / "g.onnx"), providers=["CPUExecutionProvider"])
    assert [(item.name, item.shape) for item in session.get_inputs()] == [
        ("category", ["N", 10]), ("codes", ["N", 2]), ("z", ["N", 32])]  # fmt: skip
    assert [(item.name, item.shape) for item in session.get_outputs()] == [("items", ["N", 3, 32, 32])]
    save_model(tmp_path / "g.pt", generator)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        network = torch.jit.load(str(tmp_path / "g.pt"))
    assert [one.name for one in network.forward.schema.arguments[1:]] == ["category", "codes", "z"]
    odd = toy(
        lambda method, values: method.net(values["1 z-ü"]), (LatentVector("1 z-ü", SIZE),), net=nn.Linear(SIZE, 16)
    )
    assert all(name.isidentifier() and name.isascii() for name in save_model(tmp_path / "o.pt", odd).inputs)
    assert save_model(tmp_path / "c.pt", of("cgan")).inputs == ("class_", "z")


def test_each_file_describes_itself(tmp_path: Path) -> None:
    generator = of("cgan")
    for ending in (".pt", ".onnx", ".safetensors"):
        save_model(tmp_path / f"g{ending}", generator)
    extra = {"ganstudio.json": ""}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        torch.jit.load(str(tmp_path / "g.pt"), _extra_files=extra)
    with safe_open(tmp_path / "g.safetensors", "pt") as file:
        plain = file.metadata()["ganstudio"]
    props = {one.key: one.value for one in onnx.load(tmp_path / "g.onnx").metadata_props}
    for text in (extra["ganstudio.json"], plain, props["ganstudio"]):
        card = json.loads(text)
        assert (card["method"], card["step"], card["weights"]) == ("cgan", 7, "ema")
        assert [(one["kind"], one["input"], one["shape"]) for one in card["controls"]] == [
            ("ClassLabel", "class_", ["N", 3]), ("LatentVector", "z", ["N", 100])]  # fmt: skip
        assert card["controls"][0]["names"] == ["0", "1", "2"]
        assert METHODS["cgan"].resolve(card["hyper"], "images") == generator.method.hyper
        assert DataSpec.from_json(card["spec"]) == IMAGES
        assert "class_" in card["call"]


def test_only_the_generator_is_in_it(tmp_path: Path) -> None:
    generator = of("dcgan")
    save_model(tmp_path / "g.safetensors", generator)
    tensors = load_file(tmp_path / "g.safetensors")
    wanted = {name: value for name, value in generator.method.state_dict().items() if name.startswith("generator.")}
    assert tensors.keys() == wanted.keys()
    assert all(torch.equal(tensors[name], value) for name, value in wanted.items())
    network = copy.deepcopy(generator.method.generator)
    for value in network.state_dict().values():
        value.zero_()
    network.load_state_dict({name.removeprefix("generator."): value for name, value in tensors.items()})
    values = generator.draw(3)
    assert np.allclose(network(torch.as_tensor(values["z"])).numpy(), generator.generate(values), atol=1e-6)


class Spectral(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(SIZE, 16), nn.ReLU(), nn.Linear(16, 16))
        for layer in self.layers[::2]:
            constrain(layer, "spectral")

    def forward(self, z: torch.Tensor) -> torch.Tensor:
        return self.layers(z)


@pytest.mark.parametrize("ending", [".pt", ".onnx", ".safetensors"])
def test_constrained_weights_become_plain_ones_and_the_original_stays(tmp_path: Path, ending: str) -> None:
    generator = toy(lambda method, values: method.net(values["z"]), net=Spectral(), judge=Spectral())
    values = generator.draw(4)
    before, state = generator.generate(values), {**generator.method.state_dict()}
    save_model(tmp_path / f"g{ending}", generator)
    assert np.array_equal(generator.generate(values), before)
    assert generator.method.state_dict().keys() == state.keys()
    assert isinstance(generator.method.net.layers[0].parametrizations.weight[0], SpectralNorm)
    assert torch.isfinite(generator.method.judge(torch.as_tensor(values["z"]))).all()
    if ending == ".safetensors":
        names = load_file(tmp_path / "g.safetensors").keys()
        assert {*names} == {f"net.layers.{layer}.{part}" for layer in (0, 2) for part in ("weight", "bias")}


def test_which_of_several_generators_is_an_input_too(tmp_path: Path) -> None:
    class Choice(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.nets = nn.ModuleList(nn.Linear(SIZE, 16) for _ in range(3))

        def forward(self, z: torch.Tensor, index: torch.Tensor) -> torch.Tensor:
            each = torch.stack([net(z) for net in self.nets], 1)
            return each.gather(1, index[:, None, None].expand(-1, 1, 16)).squeeze(1)

    controls = (Z, GeneratorIndex("generator", 3))
    generator = toy(lambda method, values: method.nets(values["z"], values["generator"]), controls, nets=Choice())
    for ending in (".pt", ".onnx"):
        save_model(tmp_path / f"g{ending}", generator)
        got, wanted = run(tmp_path / f"g{ending}", generator, 9)
        assert np.abs(got - wanted).max() < 1e-5


def _fixed_rows() -> Generator:
    def draws(method, values):
        z = values["z"]
        return method.net(z) + torch.arange(len(z))[:, None] * 0.01

    return toy(draws, net=nn.Linear(SIZE, 16))


def _noisy() -> Generator:
    return toy(lambda method, values: method.net(values["z"]) + random.normal(1, 16), net=nn.Linear(SIZE, 16))


@pytest.mark.parametrize("make", [_fixed_rows, _noisy])
@pytest.mark.parametrize("ending", [".pt", ".onnx", ".safetensors"])
def test_what_would_draw_something_else_is_not_kept(tmp_path: Path, make: Any, ending: str) -> None:
    if make is _fixed_rows and ending == ".safetensors":
        save_model(tmp_path / "g.safetensors", make())
        return
    with pytest.raises(StudioError, match=r"draws something else|items of the shape|cannot be written in this form"):
        save_model(tmp_path / f"g{ending}", make())
    assert not [*tmp_path.iterdir()]


def test_what_has_no_weights_of_its_own(tmp_path: Path) -> None:
    generator = toy(lambda method, values: values["z"].repeat(1, 3)[:, :16])
    with pytest.raises(StudioError, match="no weights"):
        save_model(tmp_path / "g.safetensors", generator)
    assert not [*tmp_path.iterdir()]


def test_cancelled_before_it_gets_its_name(tmp_path: Path) -> None:
    for ending in (".pt", ".onnx", ".safetensors"):
        cancel = threading.Event()

        def progress(fraction: float, _text: str, cancel: threading.Event = cancel) -> None:
            if fraction > 0.5:
                cancel.set()

        path = tmp_path / f"g{ending}"
        path.write_bytes(b"older")
        with pytest.raises(CancelledError):
            save_model(path, linear(controls=(Z,)), Watch(progress, cancel))
        assert path.read_bytes() == b"older"
    assert len([*tmp_path.iterdir()]) == 3


def test_wrong_ending_and_missing_packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UsageError, match=r"must end in \.safetensors, \.onnx, \.pt or \.ts"):
        save_model(tmp_path / "g.pkl", linear())
    real = builtins.__import__

    def missing(name: str, *rest: Any) -> Any:
        if name == "onnxruntime":
            raise ImportError(name)
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", missing)
    with pytest.raises(UsageError, match=r'pip install "ganstudio\[onnx\]"'):
        save_model(tmp_path / "g.onnx", linear())
    assert not [*tmp_path.iterdir()]


def test_the_difference_is_measured_on_other_latents_than_were_traced(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that draws the same picture for everything is found out."""
    generator = linear(controls=(Z, CLASS))
    same = generator.generate(generator.draw(1, 0))
    with pytest.raises(StudioError, match="something else"):
        model_files._difference(generator, lambda values: np.repeat(same, len(values["z"]), 0))
