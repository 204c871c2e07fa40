"""Every discriminator answers with features and a verdict on them, through one signature."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy

import pytest
import torch
from torch import nn

from ganstudio.nn import random
from ganstudio.nn.classifying import ClassifyingDiscriminator
from ganstudio.nn.conditional import ConcatDiscriminator, ProjectionDiscriminator
from ganstudio.nn.dcgan import ConvDiscriminator
from ganstudio.nn.discriminator import Discriminator
from ganstudio.nn.heads import RecognisingDiscriminator
from ganstudio.nn.infogan import DenseRecognisingDiscriminator
from ganstudio.nn.mlp import MLPDiscriminator
from ganstudio.nn.patch import PatchDiscriminator
from ganstudio.nn.resnet import ResNetDiscriminator

Make = Callable[[float], Discriminator]
MAKES: dict[str, Make] = {
    "mlp": lambda dropout: MLPDiscriminator((1, 16, 16), 8, 2, dropout=dropout),
    "mlp without hidden layers": lambda dropout: MLPDiscriminator((1, 16, 16), 8, 0, dropout=dropout),
    "conv": lambda dropout: ConvDiscriminator(1, 16, 4, dropout=dropout),
    "resnet": lambda dropout: ResNetDiscriminator(1, 16, 4, dropout=dropout),
    "concat": lambda dropout: ConcatDiscriminator(3, 1, 16, 4, dropout=dropout),
    "projection": lambda dropout: ProjectionDiscriminator(3, 1, 16, 4, dropout=dropout),
    "recognising": lambda dropout: RecognisingDiscriminator(1, 16, 4, 5, dropout=dropout),
    "dense recognising": lambda dropout: DenseRecognisingDiscriminator(1, 16, 4, 6, 5, dropout=dropout),
    "classifying": lambda dropout: ClassifyingDiscriminator(1, 16, 4, 3, noise=0.1, dropout=dropout),
}
READERS = ("recognising", "dense recognising", "classifying")


def seeded() -> torch.Generator:
    return torch.Generator().manual_seed(3)


def built(name: str, dropout: float) -> tuple[Discriminator, torch.Tensor, torch.Tensor]:
    with random.randomness(seeded()):
        return MAKES[name](dropout), random.normal(5, 1, 16, 16), random.uniform(5, 3).softmax(1)


@pytest.mark.parametrize("dropout", [0.0, 0.5])
@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("name", MAKES)
def test_forward_is_the_verdict_on_the_features(name: str, training: bool, dropout: float) -> None:
    network, x, weights = built(name, dropout)
    twin, *_same = built(name, dropout)  # a pass moves power iterations on: each way goes through a network of its own
    network.train(training)
    twin.train(training)
    with random.randomness(seeded()):
        found = network(x, weights)
    with random.randomness(seeded()):
        features = twin.features(x, weights)
        verdict = twin.verdict(features, weights)
    assert found.shape == (5,)
    assert torch.equal(found, verdict)
    assert len(features) == 5
    assert features.flatten(1).shape[1] > 1


@pytest.mark.parametrize("name", [name for name in MAKES if name != "classifying"])  # which drops after every stage
def test_features_are_found_before_dropout(name: str) -> None:
    network, x, weights = built(name, 0.5)
    plain, *_same = built(name, 0.0)
    with random.randomness(seeded()):
        assert torch.equal(network.features(x, weights), plain.features(x, weights))
        assert not torch.equal(network(x, weights), plain(x, weights))


@pytest.mark.parametrize("name", READERS)
def test_the_second_head_reads_the_same_features(name: str) -> None:
    network, x, _weights = built(name, 0.0)
    features = network.eval().features(x)
    read = network.read(features)
    assert read.shape == (5, 3 if name == "classifying" else 5)
    if name == "classifying":
        assert torch.equal(network.verdict(features), read.logsumexp(1))


@pytest.mark.parametrize("name", ["concat", "projection"])
def test_what_is_told_a_class_judges_by_it(name: str) -> None:
    network, x, _weights = built(name, 0.0)
    one, other = (torch.eye(3)[row].expand(5, -1) for row in (0, 1))
    network.eval()
    assert not torch.allclose(network(x, one), network(x, other))


@pytest.mark.parametrize("name", [name for name in MAKES if name not in ("concat", "projection")])
def test_what_is_told_no_class_asks_for_none(name: str) -> None:
    network, x, weights = built(name, 0.0)
    network.eval()
    assert torch.equal(network(x), network(x, weights))


@pytest.mark.parametrize(
    ("name", "keys"),
    [
        ("conv", {"layers.0.weight", "layers.5.weight"}),
        ("recognising", {"layers.5.weight", "reader.0.weight", "reader.2.bias"}),
        ("projection", {"layers.4.parametrizations.weight.original", "classes.parametrizations.weight.0.u"}),
        ("resnet", {"blocks.0.first.bias", "verdict.bias", "verdict.parametrizations.weight.original"}),
        ("dense recognising", {"stages.0.weight", "dense.0.weight", "judge.0.weight", "reader.0.weight"}),
        ("classifying", {"stages.1.parametrizations.weight.original0", "scores_of.bias"}),
    ],
)
def test_stored_runs_find_their_weights_by_the_same_names(name: str, keys: set[str]) -> None:
    network, *_rest = built(name, 0.0)
    assert keys <= set(network.state_dict())


# -- activations that write over what they are given ------------------------------------------------------------------


def plainly(network: nn.Module) -> nn.Module:
    """The same network with activations that make a new tensor."""
    for part in network.modules():
        if isinstance(part, nn.ReLU | nn.LeakyReLU):
            part.inplace = False
    return network


@pytest.mark.parametrize("name", MAKES)
def test_writing_over_changes_no_derivative(name: str) -> None:
    network, x, weights = built(name, 0.3)
    found = []
    for each in (network, plainly(deepcopy(network))):
        with random.randomness(seeded()):
            points = x.clone().requires_grad_(True)
            out = each(points, weights)
            (slope,) = torch.autograd.grad(out.sum(), points, create_graph=True)
            (out.square().mean() + slope.square().mean()).backward()
        found.append([out, slope, *(p.grad for p in each.parameters() if p.grad is not None)])
    assert len(found[0]) > 3
    assert all(torch.equal(a, b) for a, b in zip(*found, strict=True))


@pytest.mark.parametrize("name", MAKES)
def test_heads_leave_the_features_as_they_are(name: str) -> None:
    network, x, weights = built(name, 0.3)
    features = network.features(x, weights)
    before = features.clone()
    network.verdict(features, weights)
    if name in READERS:
        network.read(features)
    assert torch.equal(features, before)


def test_every_layers_answer_is_left_as_it_is() -> None:
    with random.randomness(seeded()):
        network = PatchDiscriminator(1, 4, 2)
        x = random.normal(2, 1, 32, 32)
    for mine, theirs in zip(network(x), plainly(deepcopy(network))(x), strict=True):
        assert torch.equal(mine, theirs)
