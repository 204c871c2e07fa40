"""Little generators in the layouts that people write, and how they come into files."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from safetensors.torch import save_file
from torch import Tensor, nn


class Flat(nn.Module):
    """Takes ``(N, d)`` where the network inside wants ``(N, d, 1, 1)``."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.main = network

    def forward(self, z: Tensor) -> Tensor:
        images: Tensor = self.main(z[:, :, None, None])
        return images


def stage(before: int, after: int, kernel: int, stride: int, padding: int, extra: int = 0, bias: bool = False) -> Any:
    return [
        nn.ConvTranspose2d(before, after, kernel, stride, padding, extra, bias=bias),
        nn.BatchNorm2d(after),
        nn.ReLU(),
    ]


def dcgan64() -> nn.Module:
    """1 → 4 → 8 → 16 → 32 → 64, as in the tutorial that most begin with."""
    return Flat(
        nn.Sequential(
            *stage(24, 16, 4, 1, 0), *stage(16, 12, 4, 2, 1), *stage(12, 8, 4, 2, 1), *stage(8, 6, 4, 2, 1),
            nn.ConvTranspose2d(6, 3, 4, 2, 1, bias=False), nn.Tanh(),
        )
    )  # fmt: skip


def dcgan28() -> nn.Module:
    """7 px at first."""
    return Flat(
        nn.Sequential(*stage(20, 8, 7, 1, 0), *stage(8, 6, 4, 2, 1), nn.ConvTranspose2d(6, 1, 4, 2, 1), nn.Tanh())
    )


def odd28() -> nn.Module:
    """4 → 7 → 14 → 28 by one kernel of 3."""
    return Flat(
        nn.Sequential(
            *stage(20, 8, 4, 1, 0), *stage(8, 6, 3, 2, 1), *stage(6, 5, 4, 2, 1),
            nn.ConvTranspose2d(5, 1, 4, 2, 1), nn.Tanh(),
        )
    )  # fmt: skip


def course28() -> nn.Module:
    """1 → 3 → 6 → 13 → 28 without padding."""
    return Flat(
        nn.Sequential(
            *stage(10, 12, 3, 2, 0, bias=True), *stage(12, 8, 4, 1, 0, bias=True), *stage(8, 6, 3, 2, 0, bias=True),
            nn.ConvTranspose2d(6, 1, 4, 2), nn.Tanh(),
        )
    )  # fmt: skip


def info28() -> nn.Module:
    """1 → 1 → 7 → 14 → 28."""
    return Flat(
        nn.Sequential(
            *stage(14, 12, 1, 1, 0), *stage(12, 8, 7, 1, 0), *stage(8, 6, 4, 2, 1),
            nn.ConvTranspose2d(6, 1, 4, 2, 1), nn.Tanh(),
        )
    )  # fmt: skip


class Folded(nn.Module):
    """Layers as attributes, the normalisations declared after all convolutions."""

    def __init__(self) -> None:
        super().__init__()
        self.fc = nn.Linear(16, 8 * 4 * 4)
        self.deconv1 = nn.ConvTranspose2d(8, 7, 4, 2, 1)
        self.deconv2 = nn.ConvTranspose2d(7, 6, 4, 2, 1)
        self.deconv3 = nn.ConvTranspose2d(6, 3, 4, 2, 1)
        self.bn0, self.bn1, self.bn2 = nn.BatchNorm1d(8 * 4 * 4), nn.BatchNorm2d(7), nn.BatchNorm2d(6)

    def forward(self, z: Tensor) -> Tensor:
        x = torch.relu(self.bn0(self.fc(z))).view(-1, 8, 4, 4)
        x = torch.relu(self.bn1(self.deconv1(x)))
        x = torch.relu(self.bn2(self.deconv2(x)))
        return torch.tanh(self.deconv3(x))


class Five(nn.Module):
    """7 → 7 → 14 → 28 by kernels of 5."""

    def __init__(self) -> None:
        super().__init__()
        self.model = nn.Sequential(
            nn.Linear(16, 8 * 7 * 7, bias=False), nn.BatchNorm1d(8 * 7 * 7), nn.ReLU(), nn.Unflatten(1, (8, 7, 7)),
            *stage(8, 6, 5, 1, 2), *stage(6, 5, 5, 2, 2, 1), nn.ConvTranspose2d(5, 1, 5, 2, 2, 1, bias=False), nn.Tanh(),
        )  # fmt: skip

    def forward(self, z: Tensor) -> Tensor:
        images: Tensor = self.model(z)
        return images


class Upsampled(nn.Module):
    """Linear, then upsampling and convolutions; ε as a well-known collection has it."""

    def __init__(self, eps: float = 1e-5) -> None:
        super().__init__()
        self.l1 = nn.Sequential(nn.Linear(20, 12 * 8 * 8))
        self.conv_blocks = nn.Sequential(
            nn.BatchNorm2d(12), nn.Upsample(scale_factor=2), nn.Conv2d(12, 12, 3, 1, 1), nn.BatchNorm2d(12, eps),
            nn.LeakyReLU(0.2), nn.Upsample(scale_factor=2), nn.Conv2d(12, 8, 3, 1, 1), nn.BatchNorm2d(8, eps),
            nn.LeakyReLU(0.2), nn.Conv2d(8, 1, 3, 1, 1), nn.Tanh(),
        )  # fmt: skip

    def forward(self, z: Tensor) -> Tensor:
        images: Tensor = self.conv_blocks(self.l1(z).view(-1, 12, 8, 8))
        return images


class Perceptron(nn.Module):
    """Linear layers up to the pixels."""

    def __init__(self, channels: int = 1, size: int = 28, norm: bool = False) -> None:
        super().__init__()
        self.shape = (channels, size, size)
        normal: list[nn.Module] = [nn.BatchNorm1d(40)] if norm else []
        self.net = nn.Sequential(
            nn.Linear(12, 32), nn.LeakyReLU(0.2), nn.Linear(32, 40), *normal, nn.LeakyReLU(0.2),
            nn.Linear(40, channels * size * size), nn.Tanh(),
        )  # fmt: skip

    def forward(self, z: Tensor) -> Tensor:
        images: Tensor = self.net(z).view(-1, *self.shape)
        return images


class Conditional(nn.Module):
    """A class by its number, or as weights beside the latent vector."""

    def __init__(self, form: str) -> None:
        super().__init__()
        self.by_number = form == "index"
        self.label_emb = nn.Embedding(6, 6)
        self.fc = nn.Linear(100 + (6 if self.by_number else 10), 16 * 16)

    def forward(self, noise: Tensor, labels: Tensor) -> Tensor:
        if self.by_number:
            labels = self.label_emb(labels)
        return torch.tanh(self.fc(torch.cat([noise, labels], 1))).view(-1, 1, 16, 16)


class Coder(nn.Module):
    """A variational auto-encoder as the examples of PyTorch have it."""

    latent = 20

    def __init__(self) -> None:
        super().__init__()
        self.fc1, self.fc21, self.fc22 = nn.Linear(784, 60), nn.Linear(60, 20), nn.Linear(60, 20)
        self.fc3, self.fc4 = nn.Linear(20, 60), nn.Linear(60, 784)

    def decode(self, z: Tensor) -> Tensor:
        return torch.sigmoid(self.fc4(torch.relu(self.fc3(z)))).view(-1, 1, 28, 28)


class NamedCoder(nn.Module):
    """Halves that are called encoder and decoder."""

    latent = 12

    def __init__(self) -> None:
        super().__init__()
        self.encoder = nn.Sequential(nn.Linear(784, 40), nn.ReLU(), nn.Linear(40, 30), nn.ReLU())
        self.fc_mu, self.fc_logvar = nn.Linear(30, 12), nn.Linear(30, 12)
        self.decoder = nn.Sequential(
            nn.Linear(12, 30), nn.ReLU(), nn.Linear(30, 40), nn.ReLU(), nn.Linear(40, 784), nn.Sigmoid()
        )

    def decode(self, z: Tensor) -> Tensor:
        images: Tensor = self.decoder(z)
        return images.view(-1, 1, 28, 28)


class SplitCoder(nn.Module):
    """A linear layer in front of a decoder that alone would look like a generator of another latent vector."""

    latent = 10

    def __init__(self) -> None:
        super().__init__()
        self.encoder = nn.Sequential(nn.Conv2d(1, 4, 4, 2, 1), nn.ReLU(), nn.Conv2d(4, 8, 4, 2, 1))
        self.fc_mu, self.fc_var = nn.Linear(8 * 49, 10), nn.Linear(8 * 49, 10)
        self.decoder_input = nn.Linear(10, 8 * 49)
        self.decoder = nn.Sequential(
            nn.ConvTranspose2d(8, 4, 4, 2, 1), nn.ReLU(), nn.ConvTranspose2d(4, 1, 4, 2, 1), nn.Sigmoid()
        )

    def decode(self, z: Tensor) -> Tensor:
        images: Tensor = self.decoder(torch.relu(self.decoder_input(z)).view(-1, 8, 7, 7))
        return images


class FlatCoder(nn.Module):
    """Layers as attributes, convolutions of both halves side by side."""

    latent = 10

    def __init__(self) -> None:
        super().__init__()
        self.conv1, self.conv2 = nn.Conv2d(1, 4, 4, 2, 1), nn.Conv2d(4, 8, 4, 2, 1)
        self.fc_mu, self.fc_logvar = nn.Linear(8 * 49, 10), nn.Linear(8 * 49, 10)
        self.fc = nn.Linear(10, 8 * 49)
        self.deconv1, self.deconv2 = nn.ConvTranspose2d(8, 4, 4, 2, 1), nn.ConvTranspose2d(4, 1, 4, 2, 1)

    def decode(self, z: Tensor) -> Tensor:
        x = torch.relu(self.fc(z)).view(-1, 8, 7, 7)
        return torch.sigmoid(self.deconv2(torch.relu(self.deconv1(x))))


class DoublingCoder(nn.Module):
    """Upsampling and convolutions behind one linear layer, all in one ``nn.Sequential``."""

    latent = 16

    def __init__(self) -> None:
        super().__init__()
        self.enc = nn.Sequential(nn.Conv2d(3, 4, 3, 2, 1), nn.BatchNorm2d(4), nn.ReLU(), nn.Flatten())
        self.mean, self.log_var = nn.Linear(4 * 256, 16), nn.Linear(4 * 256, 16)
        self.dec = nn.Sequential(
            nn.Linear(16, 8 * 64), nn.ReLU(), nn.Unflatten(1, (8, 8, 8)), nn.Upsample(scale_factor=2),
            nn.Conv2d(8, 6, 3, 1, 1), nn.ReLU(), nn.Upsample(scale_factor=2), nn.Conv2d(6, 3, 3, 1, 1), nn.Sigmoid(),
        )  # fmt: skip

    def decode(self, z: Tensor) -> Tensor:
        images: Tensor = self.dec(z)
        return images


def trained(network: nn.Module, latent: int, uniform: bool = False) -> nn.Module:
    """As training leaves it: weights of some size, and normalisations that have seen many batches."""
    network.train()
    for module in network.modules():
        if isinstance(module, nn.BatchNorm1d | nn.BatchNorm2d):
            module.momentum = None  # the mean of all batches
    with torch.no_grad():
        for _ in range(100):
            z = torch.rand(24, latent) * 2 - 1 if uniform else torch.randn(24, latent)
            network(z)
    return network.eval()


def save_weights(network: nn.Module, path: Path, prefix: str = "") -> Path:
    """As safetensors or by torch.save, by the ending."""
    state = {prefix + name: value.contiguous() for name, value in network.state_dict().items()}
    if path.suffix == ".safetensors":
        save_file(state, path)
    else:
        torch.save(state, path)
    return path


def as_onnx(network: nn.Module, path: Path, *inputs: Tensor, names: Sequence[str] = ("z",)) -> Path:
    """As a program of its own; any number of rows, and of latent numbers where there is one input."""
    axes = {name: {0: "N"} for name in (*names, "image")}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the exporter that needs no further package is the older one
        torch.onnx.export(
            network.eval(), inputs, str(path), dynamo=False, input_names=list(names), output_names=["image"],
            dynamic_axes=axes, opset_version=17,
        )  # fmt: skip
    return path


def script(network: nn.Module, path: Path) -> Path:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch.jit is deprecated; its files are not gone
        torch.jit.save(torch.jit.script(network.eval()), str(path))  # type: ignore[no-untyped-call]
    return path


HELPER, FLOAT = onnx.helper, onnx.TensorProto.FLOAT


def info(name: str, shape: tuple[Any, ...], kind: int = FLOAT) -> Any:
    return HELPER.make_tensor_value_info(name, kind, shape)


def constant(name: str, values: Any) -> Any:
    return onnx.numpy_helper.from_array(np.asarray(values), name)


def onnx_model(path: Path, nodes: list[Any], constants: list[Any] = [], functions: list[Any] = []) -> Path:  # noqa: B006
    """A model from ``z`` to a value ``p`` with 256 numbers a row, which becomes the picture."""
    end = [HELPER.make_node("Reshape", ["p", "shape"], ["q"]), HELPER.make_node("Tanh", ["q"], ["image"])]
    start = [HELPER.make_node("MatMul", ["z", "w"], ["x"])]
    weight = np.random.default_rng(0).normal(size=(20, 256)).astype(np.float32)
    graph = HELPER.make_graph(
        [*start, *nodes, *end], "g", [info("z", ("N", 20))], [info("image", ("N", 1, 16, 16))],
        [constant("w", weight), constant("shape", [-1, 1, 16, 16]), *constants],
    )  # fmt: skip
    opsets = [HELPER.make_opsetid("", 17), HELPER.make_opsetid("own", 1), HELPER.make_opsetid("com.microsoft", 1)]
    onnx.save(HELPER.make_model(graph, opset_imports=opsets, ir_version=8, functions=functions), str(path))
    return path


def slow_onnx(path: Path, products: int = 2000) -> Path:
    """Takes minutes to draw: products of large matrices that depend on z, one after another, and no loop."""
    nodes = [
        HELPER.make_node("ReduceMean", ["x"], ["m"], keepdims=0),
        HELPER.make_node("Expand", ["m", "large"], ["y0"]),
        *(HELPER.make_node("MatMul", [f"y{n}", f"y{n}"], [f"y{n + 1}"]) for n in range(products)),
        HELPER.make_node("ReduceMean", [f"y{products}"], ["a"], keepdims=0),
        HELPER.make_node("Add", ["x", "a"], ["p"]),
    ]
    return onnx_model(path, nodes, [constant("large", [3000, 3000])])
