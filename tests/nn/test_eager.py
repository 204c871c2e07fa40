from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest
import torch
from torch import nn

from ganstudio.nn import eager

OPTIONS: dict[str, dict[str, Any]] = {
    "Adam": {"lr": 1e-2, "betas": (0.5, 0.9), "weight_decay": 1e-3, "eps": 1e-3, "fused": True},
    "RMSprop": {"lr": 1e-3, "momentum": 0.5, "foreach": True},
    "SGD": {"lr": 1e-2, "momentum": 0.9, "weight_decay": 1e-3},
}


def _train(network: nn.Module, optimiser: torch.optim.Optimizer, steps: int) -> None:
    for _step in range(steps):
        optimiser.zero_grad()
        network(torch.linspace(-1, 1, 12).view(4, 3)).square().sum().backward()
        optimiser.step()


def _network() -> nn.Module:
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(3, 5), nn.Tanh(), nn.Linear(5, 2))


@pytest.mark.parametrize("kind", OPTIONS)
def test_the_numbers_are_torchs_own(kind: str) -> None:
    mine, theirs = _network(), _network()
    one = getattr(eager, kind)(mine.parameters(), **OPTIONS[kind])
    other = getattr(torch.optim, kind)(theirs.parameters(), **OPTIONS[kind])
    _train(mine, one, 5)
    _train(theirs, other, 5)
    assert all(torch.equal(a, b) for a, b in zip(mine.parameters(), theirs.parameters(), strict=True))
    assert all(parameter.requires_grad for parameter in mine.parameters())
    # What one has stored the other goes on with.
    again = _network()
    again.load_state_dict(mine.state_dict())
    later = getattr(eager, kind)(again.parameters(), **OPTIONS[kind])
    later.load_state_dict(deepcopy(other.state_dict()))
    _train(again, later, 3)
    _train(theirs, other, 3)
    assert all(torch.equal(a, b) for a, b in zip(again.parameters(), theirs.parameters(), strict=True))


def test_what_has_no_gradient_stays_and_may_have_one_later() -> None:
    mine, theirs = _network(), _network()
    optimisers = [
        kind(net.parameters(), **OPTIONS["Adam"]) for kind, net in ((eager.Adam, mine), (torch.optim.Adam, theirs))
    ]
    for step in range(6):
        for net, optimiser in zip((mine, theirs), optimisers, strict=True):
            optimiser.zero_grad()
            assert all(parameter.grad is None for parameter in net.parameters())
            net(torch.linspace(-1, 1, 12).view(4, 3)).square().sum().backward()
            if step in (0, 3):  # before its moments are there, and after
                net[0].bias.grad = None
            if step == 4:
                optimiser.zero_grad()
            optimiser.step()
        assert all(torch.equal(a, b) for a, b in zip(mine.parameters(), theirs.parameters(), strict=True))
