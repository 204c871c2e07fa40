"""Batch norm over several processes: here with one, whose sums are its own."""

from __future__ import annotations

import copy

import pytest
import torch
from torch import nn

from ganstudio.nn.norms import calibrate, norm_2d
from ganstudio.nn.synced import synchronise


@pytest.mark.parametrize("kind", ["pictures", "rows", "plain", "cumulative"])
def test_it_is_the_batch_norm_that_it_was(kind: str) -> None:
    torch.manual_seed(0)
    norm = nn.BatchNorm1d(6) if kind == "rows" else norm_2d(6, "batch") if kind == "pictures" else nn.BatchNorm2d(6)
    if kind == "plain":
        norm = nn.BatchNorm2d(6, affine=False)
    if kind == "cumulative":
        norm.momentum = None
    synced = copy.deepcopy(norm)
    synchronise(synced, lambda flat: flat)
    assert isinstance(synced, type(norm))
    for _turn in range(2):
        x = 3 + 2 * torch.randn(8, 6, *(() if kind == "rows" else (5, 5)))
        slope, (one, other) = torch.randn_like(x), (x.clone().requires_grad_(), x.clone().requires_grad_())
        mine, theirs = synced(one), norm(other)
        mine.backward(slope), theirs.backward(slope)
        torch.testing.assert_close(mine, theirs)
        torch.testing.assert_close(one.grad, other.grad)
    for (name, mine), theirs in zip(synced.named_parameters(), norm.parameters(), strict=True):
        torch.testing.assert_close(mine.grad, theirs.grad, msg=name)
    assert synced.state_dict().keys() == norm.state_dict().keys()
    for name, buffer in synced.named_buffers():
        torch.testing.assert_close(buffer, norm.get_buffer(name), msg=name)
    torch.testing.assert_close(synced.eval()(x), norm.eval()(x))


def test_copies_draw_alone_and_take_a_context() -> None:
    norm = norm_2d(3, "batch")
    asked: list[torch.Tensor] = []
    synchronise(norm, lambda flat: asked.append(flat) or flat)
    copied = copy.deepcopy(norm).eval()
    copied(torch.randn(2, 3, 4, 4), torch.zeros(2, 5))
    assert not asked
    calibrate(norm, lambda: norm(torch.full((2, 3, 4, 4), 7.0)))
    torch.testing.assert_close(norm.get_buffer("running_mean"), torch.full((3,), 7.0))
    assert len(asked) == 1
