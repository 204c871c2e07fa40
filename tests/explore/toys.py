"""Generators of which everything is known."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from ganstudio.core.controls import ClassLabel, Control, LatentVector
from ganstudio.core.dataspec import DataSpec
from ganstudio.core.fields import Hyper
from ganstudio.core.working import Working
from ganstudio.explore.generator import Generator
from ganstudio.methods.base import Method, MethodInfo, Phase, Values

SIZE = 6
T = TypeVar("T")


class Toy(Method):
    """Networks given from outside; draws 4 × 4 pictures from the latent ``z`` and, where there is one, the class."""

    info = MethodInfo("toy", "Toy", "nobody", 2026, "", "")
    Hyper = Hyper

    def __init__(self, draws: Callable[[Toy, Values], Tensor], controls: Sequence[Control], **networks: nn.Module):
        super().__init__(Hyper(), DataSpec("toy", "images", 1, 1, 4))
        self._draws, self._controls = draws, tuple(controls)
        for name, network in networks.items():
            self.add_module(name, network)

    def phases(self) -> Sequence[Phase]:
        return ()

    def controls(self) -> Sequence[Control]:
        return self._controls

    def generate(self, values: Values) -> Tensor:
        return self._draws(self, values).view(-1, 1, 4, 4)


Z, CLASS = LatentVector("z", SIZE), ClassLabel("class", ("a", "b", "c"))


def toy(draws: Callable[[Any, Values], Tensor], controls: Sequence[Control] = (Z,), **networks: nn.Module) -> Generator:
    return Generator.of_method(Toy(draws, controls, **networks), "Toy")


def linear(matrix: NDArray[Any] | None = None, controls: Sequence[Control] = (Z,)) -> Generator:
    """``x = A z``."""
    layer = nn.Linear(SIZE, 16)
    if matrix is not None:
        layer.weight = nn.Parameter(torch.as_tensor(matrix, dtype=torch.float32))
    return toy(lambda method, values: method.net(values["z"]), controls, net=layer)


def known_matrix(strengths: Sequence[float], seed: int = 3) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """A ``(16, SIZE)`` matrix with these singular values, and its right singular vectors as rows."""
    random = np.random.default_rng(seed)
    left = np.linalg.qr(random.standard_normal((16, SIZE)))[0]
    right = np.linalg.qr(random.standard_normal((SIZE, SIZE)))[0]
    return left @ np.diag(strengths) @ right, right


def finish(work: Iterator[Working | T]) -> T:
    """The result; checks on the way that the fractions never fall or leave [0, 1], and that nothing follows it."""
    last = 0.0
    for step in work:
        if not isinstance(step, Working):
            assert next(work, None) is None
            return step
        assert last <= step.fraction <= 1
        last = step.fraction
    raise AssertionError("no result")


def alike(one: NDArray[Any], other: NDArray[Any]) -> float:
    """The cosine."""
    return float(one @ other / np.linalg.norm(one) / np.linalg.norm(other))
