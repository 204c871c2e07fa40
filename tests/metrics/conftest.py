"""One processor thread for torch: these tests are small."""

from __future__ import annotations

from collections.abc import Iterator
from types import ModuleType

import pytest
import torch

from ganstudio.bench import metrics as bench_metrics


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
    return bench_metrics.fidelity("torch_fidelity")
