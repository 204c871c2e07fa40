"""One processor thread for torch: these tests are small."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from types import ModuleType
from unittest.mock import MagicMock

import pytest
import torch


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="session")
def fidelity() -> ModuleType:
    """torch-fidelity, which others' numbers come from, to be compared with ours on the same matrices of features.

    Its import asks for torchvision, whose compiled part fits one build of torch only; nothing that is compared needs it.
    """
    names = "torchvision", "torchvision.datasets", "torchvision.transforms", "torchvision.transforms.functional"
    absent = [name for name in names if name not in sys.modules]
    for name in absent:
        sys.modules[name] = MagicMock()
    try:
        return importlib.import_module("torch_fidelity")
    finally:
        for name in absent:
            del sys.modules[name]
