"""The short way through fused Adam makes the very updates of ``step()``; every other optimiser goes the long way."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from ganstudio.methods.base import Optimiser
from ganstudio.training import optimisers

CPU = torch.device("cpu")


def network() -> nn.Sequential:
    torch.manual_seed(3)
    return nn.Sequential(nn.Conv2d(1, 3, 3), nn.Flatten(), nn.Linear(3 * 4 * 4, 2)).to(
        memory_format=torch.channels_last
    )  # type: ignore[call-overload]


def loss(net: nn.Module, step: int) -> Tensor:
    picture = torch.linspace(-1, 1, 2 * 36).view(2, 1, 6, 6) * (step + 1)
    return net(picture).square().mean()


@pytest.mark.parametrize(
    "spec",
    [
        Optimiser("adam", 1e-2, 0.5, 0.999),
        Optimiser("adam", 1e-2, 0.0, 0.9, weight_decay=0.1, eps=1e-4),
        Optimiser("rmsprop", 1e-2, 0.5, 0.9),
        Optimiser("sgd", 1e-2, 0.5, 0.9),
    ],
)
def test_updates_are_those_of_step(spec: Optimiser) -> None:
    ours, theirs = network(), network()
    mine, reference = (optimisers.build(spec, net.parameters(), CPU) for net in (ours, theirs))
    for step in range(6):
        optimisers.clear(mine)
        reference.zero_grad()
        assert all(p.grad is None for p in ours.parameters())
        for net in (ours, theirs):
            loss(net, step).backward()
            if spec.kind == "adam" and step in (0, 3):  # a part is not reached, before it has moments and after
                net[0].bias.grad = None
        if step == 4:
            optimisers.set_rate(mine, 3e-3)
            optimisers.set_rate(reference, 3e-3)
        optimisers.advance(mine)
        reference.step()
        assert all(torch.equal(a, b) for a, b in zip(ours.parameters(), theirs.parameters(), strict=True))
    states = [optimiser.state_dict()["state"] for optimiser in (mine, reference)]
    for one, other in zip(states[0].values(), states[1].values(), strict=True):
        assert one.keys() == other.keys()
        for key, value in one.items():
            assert value is other[key] or torch.equal(value, other[key])


def test_without_gradients_nothing_moves() -> None:
    net = network()
    optimiser = optimisers.build(Optimiser("adam", 1e-2, 0.5, 0.999), net.parameters(), CPU)
    loss(net, 0).backward()
    optimisers.advance(optimiser)
    before = [p.detach().clone() for p in net.parameters()]
    optimisers.clear(optimiser)
    optimisers.advance(optimiser)
    assert all(torch.equal(a, b) for a, b in zip(before, net.parameters(), strict=True))
