"""Generators as ONNX: what they take is found out by trying."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
import torch
from torch import Tensor, nn

from ganstudio.core.controls import ClassLabel, LatentVector
from ganstudio.core.errors import UsageError
from ganstudio.explore.foreign import ForeignGenerator, open_foreign
from tests.explore import foreign_networks as nets


class Head(nn.Module):
    """A linear layer to a picture; ``end`` makes the range."""

    def __init__(self, end: str = "tanh", shape: tuple[int, ...] = (1, 16, 16)) -> None:
        super().__init__()
        self.shape, self.end = shape, end
        self.fc = nn.Linear(20, int(np.prod(shape)))

    def forward(self, z: Tensor) -> Tensor:
        x = 3 * self.fc(z)
        if self.end == "tanh":
            x = torch.tanh(x)
        elif self.end == "sigmoid":
            x = torch.sigmoid(x)
        elif self.end == "bytes":
            x = torch.sigmoid(x) * 255
        elif self.end == "nan":
            x = x / 0
        elif self.end == "wide":
            x = x * 50
        elif self.end == "constant":
            x = x * 0
        elif self.end == "noise":
            x = torch.tanh(x + torch.randn_like(x))
        return x.view([-1, *self.shape])


def _exported(network: nn.Module, path: Path) -> Path:
    return nets.as_onnx(network, path, torch.zeros(2, 20))


def test_exported_with_either_form_of_latent(tmp_path: Path) -> None:
    inner = nets.dcgan64().main.eval()  # type: ignore[operator]
    generator = open_foreign(nets.as_onnx(inner, tmp_path / "trailing.onnx", torch.zeros(2, 24, 1, 1)))
    assert generator.controls == (LatentVector("z", 24),)
    values = generator.draw(3)
    drawn = generator.generate(values)
    with torch.inference_mode():
        wanted = inner(torch.as_tensor(values["z"])[:, :, None, None]).numpy()
    assert np.allclose(drawn, wanted, atol=1e-5)
    assert np.array_equal(generator.frozen().generate(values), drawn)
    flat = open_foreign(nets.as_onnx(nets.Perceptron(), tmp_path / "flat.onnx", torch.zeros(2, 12)))
    assert flat.generate(flat.draw(3)).shape == (3, *flat.spec.shape)


@pytest.mark.parametrize(("form", "count"), [("index", 6), ("one-hot", 10)])
def test_classes_are_found(tmp_path: Path, form: str, count: int) -> None:
    network = nets.Conditional(form).eval()
    labels = torch.zeros(2, dtype=torch.long) if form == "index" else torch.zeros(2, 10)
    file = nets.as_onnx(network, tmp_path / "c.onnx", torch.zeros(2, 100), labels, names=("noise", "labels"))
    generator = open_foreign(file)
    names = tuple(str(index) for index in range(count))
    assert generator.controls == (LatentVector("z", 100), ClassLabel("class", names))
    assert generator.spec.classes == names
    values = generator.draw(4)
    weights = torch.as_tensor(values["class"])
    with torch.inference_mode():
        wanted = network(torch.as_tensor(values["z"]), weights.argmax(1) if form == "index" else weights)
    assert np.allclose(generator.generate(values), wanted.numpy(), atol=1e-5)


@pytest.mark.parametrize(("end", "words"), [("tanh", ""), ("sigmoid", "[0, 1]"), ("bytes", "[0, 255]")])
def test_ranges_come_to_minus_one_to_one(tmp_path: Path, end: str, words: str) -> None:
    network = Head(end).eval()
    generator = open_foreign(_exported(network, tmp_path / "r.onnx"))
    values = generator.draw(8)
    with torch.inference_mode():
        raw = network(torch.as_tensor(values["z"])).numpy()
    wanted = {"tanh": raw, "sigmoid": raw * 2 - 1, "bytes": raw / 127.5 - 1}[end]
    assert np.allclose(generator.generate(values), wanted, atol=1e-5)
    assert generator.generate(values).min() < -0.5
    assert words in " ".join(generator.notes)


def test_noise_of_its_own_is_told(tmp_path: Path) -> None:
    notes = open_foreign(_exported(Head("noise"), tmp_path / "n.onnx")).notes
    assert any("noise of its own" in note for note in notes)


REFUSED: dict[str, tuple[str, tuple[int, ...], str]] = {
    "values that are not finite": ("nan", (1, 16, 16), "not finite"),
    "any range": ("wide", (1, 16, 16), "draws values from"),
    "always the same": ("constant", (1, 16, 16), "the same picture"),
    "no square": ("tanh", (1, 16, 8), r"Its inputs: z \(N, 20\)\..*\(1, 1, 16, 8\)"),
    "two colours": ("tanh", (2, 16, 16), r"\(1, 2, 16, 16\)"),
    "a classifier": ("tanh", (10,), r"came out had the shape \(1, 10\)"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_other_programs_are_refused_with_what_they_take_and_give(tmp_path: Path, name: str) -> None:
    end, shape, words = REFUSED[name]
    with pytest.raises(UsageError, match=words):
        open_foreign(_exported(Head(end, shape), tmp_path / "x.onnx"))


class Joined(nn.Module):
    def forward(self, a: Tensor, b: Tensor) -> Tensor:
        return torch.cat([a, b], 1)


def test_of_many_shapes_that_came_out_a_few_are_named(tmp_path: Path) -> None:
    example = torch.zeros(2, 20)
    path = nets.as_onnx(Joined(), tmp_path / "x.onnx", example, example, names=("a", "b"))
    with pytest.raises(UsageError, match=r"Its inputs: a .*, b .*\. What came out had the shape \(1, 40\)") as caught:
        open_foreign(path)
    assert len(str(caught.value)) < 400


class Many(nn.Module):
    def forward(self, a: Tensor, b: Tensor, c: Tensor) -> Tensor:
        return a + b + c


def test_inputs_of_another_number(tmp_path: Path) -> None:
    example = torch.zeros(2, 20)
    path = nets.as_onnx(Many(), tmp_path / "x.onnx", example, example, example, names=("a", "b", "c"))
    with pytest.raises(UsageError, match=r"takes a tensor\(float\), b tensor\(float\), c"):
        open_foreign(path)


# ONNX: written with the format's own helper, so that no exporter is needed.


def _constant(name: str, values: Any) -> Any:
    return onnx.numpy_helper.from_array(np.asarray(values), name)


def _model(path: Path, nodes: list[Any], inputs: list[Any], outputs: list[Any], constants: list[Any]) -> Path:
    graph = onnx.helper.make_graph(nodes, "g", inputs, outputs, constants)
    model = onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", 17)], ir_version=8)
    onnx.save(model, str(path))
    return path


def _onnx_head(
    path: Path, rows: int | str = "N", latent: int | str = 20, end: str = "Tanh", shape: tuple[int, ...] = (1, 16, 16)
) -> tuple[Path, np.ndarray[Any, Any]]:
    weight = np.random.default_rng(0).normal(size=(20, int(np.prod(shape)))).astype(np.float32)
    helper, float32 = onnx.helper, onnx.TensorProto.FLOAT
    nodes = [
        helper.make_node("MatMul", ["noise", "w"], ["a"]),
        helper.make_node("Reshape", ["a", "shape"], ["b"]),
        helper.make_node(end, ["b"], ["image"]),
    ]
    constants = [_constant("w", weight), _constant("shape", np.array([-1 if rows == "N" else rows, *shape]))]
    inputs = [helper.make_tensor_value_info("noise", float32, [rows, latent])]
    outputs = [helper.make_tensor_value_info("image", float32, [rows, *shape])]
    return _model(path, nodes, inputs, outputs, constants), weight


def _check(generator: ForeignGenerator, weight: np.ndarray[Any, Any], sigmoid: bool = False) -> None:
    assert generator.controls == (LatentVector("z", 20),)
    values = generator.draw(5)
    raw = values["z"] @ weight
    wanted = (2 / (1 + np.exp(-raw)) - 1) if sigmoid else np.tanh(raw)
    assert np.allclose(generator.generate(values).reshape(5, -1), wanted, atol=1e-5)
    assert np.array_equal(generator.frozen().generate(values), generator.generate(values))


@pytest.mark.parametrize("latent", [20, "d"])
def test_onnx_with_open_and_declared_sizes(tmp_path: Path, latent: int | str) -> None:
    path, weight = _onnx_head(tmp_path / "g.onnx", latent=latent)
    _check(open_foreign(path), weight)


def test_onnx_of_one_picture_at_a_time(tmp_path: Path) -> None:
    path, weight = _onnx_head(tmp_path / "g.onnx", rows=1)
    generator = open_foreign(path)
    _check(generator, weight)
    assert any("one picture at a time" in note for note in generator.notes)


def test_onnx_that_ends_in_a_sigmoid(tmp_path: Path) -> None:
    path, weight = _onnx_head(tmp_path / "g.onnx", end="Sigmoid")
    _check(open_foreign(path), weight, sigmoid=True)


def test_onnx_is_known_by_its_content(tmp_path: Path) -> None:
    path, weight = _onnx_head(tmp_path / "without an ending")
    _check(open_foreign(path), weight)


def test_onnx_with_classes_by_number(tmp_path: Path) -> None:
    helper, proto = onnx.helper, onnx.TensorProto
    table, weight = (
        np.random.default_rng(seed).normal(size=(7, 30) if seed else (30, 256)).astype(np.float32) for seed in (1, 0)
    )
    nodes = [
        helper.make_node("Gather", ["embedding", "label"], ["e"]), helper.make_node("Mul", ["e", "z"], ["p"]),
        helper.make_node("MatMul", ["p", "w"], ["a"]), helper.make_node("Reshape", ["a", "shape"], ["b"]),
        helper.make_node("Tanh", ["b"], ["image"]),
    ]  # fmt: skip
    inputs = [
        helper.make_tensor_value_info("label", proto.INT64, ["N"]),
        helper.make_tensor_value_info("z", proto.FLOAT, ["N", 30]),
    ]
    outputs = [helper.make_tensor_value_info("image", proto.FLOAT, ["N", 1, 16, 16])]
    constants = [_constant("embedding", table), _constant("w", weight), _constant("shape", np.array([-1, 1, 16, 16]))]
    generator = open_foreign(_model(tmp_path / "c.onnx", nodes, inputs, outputs, constants))
    assert [type(control) for control in generator.controls] == [LatentVector, ClassLabel]
    assert generator.spec.classes == tuple("0123456")
    values = generator.draw(4)
    wanted = np.tanh(table[values["class"].argmax(1)] * values["z"] @ weight).reshape(4, 1, 16, 16)
    assert np.allclose(generator.generate(values), wanted, atol=1e-5)


def test_onnx_of_something_else(tmp_path: Path) -> None:
    path, _weight = _onnx_head(tmp_path / "c.onnx", shape=(10,))
    with pytest.raises(UsageError, match=r"Its inputs: noise \(N, 20\)\. What came out had the shape \(1, 10\)"):
        open_foreign(path)
    helper, float32 = onnx.helper, onnx.TensorProto.FLOAT
    image = helper.make_tensor_value_info("picture", float32, ["N", 3, 32, 32])
    node = helper.make_node("Tanh", ["picture"], ["out"])
    out = helper.make_tensor_value_info("out", float32, ["N", 3, 32, 32])
    with pytest.raises(UsageError, match=r"Its inputs: picture \(N, 3, 32, 32\)"):
        open_foreign(_model(tmp_path / "filter.onnx", [node], [image], [out], []))


def test_onnx_may_not_read_other_places(tmp_path: Path) -> None:
    path, weight = _onnx_head(tmp_path / "g.onnx")
    model = onnx.load(str(path))
    (tmp_path / "inside").mkdir()
    onnx.save(
        model, str(tmp_path / "inside" / "g.onnx"), save_as_external_data=True, size_threshold=1000, location="g.data"
    )
    _check(open_foreign(tmp_path / "inside" / "g.onnx"), weight)
    (tmp_path / "inside" / "g.data").rename(tmp_path / "g.data")
    with pytest.raises(UsageError, match=r"“g\.data”, which is not beside it"):
        open_foreign(tmp_path / "inside" / "g.onnx")
    model = onnx.load(str(tmp_path / "inside" / "g.onnx"), load_external_data=False)
    for entry in (entry for item in model.graph.initializer for entry in item.external_data):
        entry.value = "../g.data" if entry.key == "location" else entry.value
    (tmp_path / "inside" / "out.onnx").write_bytes(model.SerializeToString())
    with pytest.raises(UsageError, match="outside its own folder"):
        open_foreign(tmp_path / "inside" / "out.onnx")


def test_damaged_onnx(tmp_path: Path) -> None:
    path, _weight = _onnx_head(tmp_path / "g.onnx")
    whole = path.read_bytes()
    for content in (whole[: len(whole) // 2], b"\x08\x08", b"not a model at all", bytes(300)):
        path.write_bytes(content)
        with pytest.raises(UsageError, match=r"g\.onnx"):
            open_foreign(path)


def test_without_onnx_runtime(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, _weight = _onnx_head(tmp_path / "g.onnx")
    monkeypatch.setitem(__import__("sys").modules, "onnxruntime", None)
    with pytest.raises(UsageError, match=r"ganstudio\[onnx\]"):
        open_foreign(path)


def test_loading_says_nothing(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path, _weight = _onnx_head(tmp_path / "g.onnx")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        open_foreign(path)
    assert capfd.readouterr() == ("", "")
