"""Residual networks: sizes, shortcuts that may change places, and the bound that every layer of D has to keep."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn
from torch.nn.functional import avg_pool2d, interpolate, relu

from ganstudio.core.errors import UsageError
from ganstudio.nn import random
from ganstudio.nn.norms import Context
from ganstudio.nn.resnet import DownBlock, ResNetDiscriminator, ResNetGenerator, UpBlock


def seeded(seed: int = 3) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("size", [8, 16, 20, 28, 32, 64])
def test_there_and_back_at_every_size(size: int, channels: int) -> None:
    with random.randomness(seeded()):
        generator = ResNetGenerator(6, channels, size, 4)
        discriminator = ResNetDiscriminator(channels, size, 4)
        image = generator(random.normal(3, 6))
    assert image.shape == (3, channels, size, size)
    assert image.abs().max() <= 1
    assert image.std() > 0.01
    assert discriminator(image).shape == (3,)


@pytest.mark.parametrize("size", [4, 18, 30, 36])
def test_sizes_that_cannot_be_reached_are_refused(size: int) -> None:
    with pytest.raises(UsageError, match=f"{size} px"):
        ResNetGenerator(6, 1, size, 4)
    with pytest.raises(UsageError, match=f"{size} px"):
        ResNetDiscriminator(1, size, 4)


def test_the_networks_of_the_paper_at_32_px() -> None:
    """Table 3: three enlarging blocks; two halving ones and two that keep 8 × 8."""
    generator, discriminator = ResNetGenerator(128, 3, 32, 256), ResNetDiscriminator(3, 32, 128)
    assert generator.dense.weight.shape == (4 * 4 * 256, 128)
    assert len(generator.blocks) == 3
    sizes = []
    x = torch.zeros(1, 3, 32, 32)
    for block in discriminator.blocks:
        x = block(x)
        sizes.append(tuple(x.shape[1:]))
    assert sizes == [(128, 16, 16), (128, 8, 8), (128, 8, 8), (128, 8, 8)]


def test_enlarging_after_the_shortcut_is_the_same_as_before_it() -> None:
    with random.randomness(seeded()):
        block = UpBlock(4, 6, "none")
        x = random.normal(2, 4, 5, 5)
    large = interpolate(x, scale_factor=2.0)
    plainly = block.shortcut(large) + block.second(relu(block.first(relu(large))))
    torch.testing.assert_close(block(x), plainly)


def test_halving_before_the_shortcut_is_the_same_as_after_it() -> None:
    with random.randomness(seeded()):
        block = DownBlock(4, 6, halve=True)
        x = random.normal(2, 4, 8, 8)
    plainly = avg_pool2d(block.shortcut(x) + block.second(relu(block.first(relu(x)))), 2)
    torch.testing.assert_close(block(x), plainly)


@pytest.mark.parametrize("first", [True, False])
def test_only_the_first_block_tells_dark_pixels_apart(first: bool) -> None:
    with random.randomness(seeded()):
        block = DownBlock(1, 4, halve=True, first=first)
        dark = -random.uniform(2, 1, 8, 8)
    nn.init.zeros_(block.shortcut.weight)
    assert torch.allclose(block(dark), block(torch.zeros_like(dark)), atol=1e-6) != first


def layers_of(network: nn.Module) -> list[nn.Conv2d | nn.Linear]:
    return [part for part in network.modules() if isinstance(part, nn.Conv2d | nn.Linear)]


def test_weights_begin_as_in_the_authors_program() -> None:
    """Glorot and Bengio 2010, with gain √2 in the convolutions beside a shortcut."""
    with random.randomness(seeded()):
        networks = ResNetGenerator(64, 3, 16, 64), ResNetDiscriminator(3, 16, 64, "none")
    for network in networks:
        for name, layer in network.named_modules():
            if isinstance(layer, nn.Conv2d | nn.Linear):
                fans = layer.weight[0].numel() + layer.weight[:, 0].numel()
                gain = value(layer.weight.std()) / (2 / fans) ** 0.5
                wanted = 2**0.5 if name.endswith(("first", "second")) else 1.0
                assert gain == pytest.approx(wanted, rel=0.1), name


def test_norms_of_the_generator_may_be_told_something() -> None:
    z = random.normal(3, 6)
    plain = ResNetGenerator(6, 1, 16, 4)
    assert torch.equal(plain(z), plain(z, random.normal(3, 2)))  # nobody listens
    assert not any("gamma" in name for name in plain.state_dict())
    for context in (Context(2), Context(6, hidden=32)):
        generator = ResNetGenerator(6, 1, 16, 4, context=context).eval()
        told = [random.normal(3, context.size) for _case in range(2)]
        one, other = (generator(z, each) for each in told)
        assert one.shape == (3, 1, 16, 16)
        assert (one - other).abs().max() > 1e-3
        generator(z, told[0]).sum().backward()
        assert all(parameter.grad is not None for parameter in generator.parameters())


def value(tensor: Tensor) -> float:
    return float(tensor.detach())


def largest(weight: Tensor) -> float:
    return float(torch.linalg.matrix_norm(weight.detach().flatten(1), 2))


def test_no_layer_of_the_discriminator_enlarges() -> None:
    with random.randomness(seeded()):
        network = ResNetDiscriminator(1, 16, 8)
    for _iteration in range(60):
        network(torch.zeros(1, 1, 16, 16))
    assert len(layers_of(network)) == 8  # two in each of three blocks, the shortcut of the first, the verdict
    assert [largest(layer.weight) for layer in layers_of(network)] == pytest.approx([1.0] * 8, abs=0.02)
    free = ResNetDiscriminator(1, 16, 8, "none")
    assert max(largest(layer.weight) for layer in layers_of(free)) > 1.2


def test_every_item_is_judged_alone() -> None:
    network = ResNetDiscriminator(1, 16, 8).eval()
    with random.randomness(seeded()):
        items = random.normal(5, 1, 16, 16)
    torch.testing.assert_close(network(items)[2:3], network(items[2:3]))


def test_dropout_acts_while_training_only() -> None:
    network = ResNetDiscriminator(1, 16, 8, dropout=0.5)
    items = torch.ones(2, 1, 16, 16)
    network.train()
    assert not torch.allclose(network(items), network(items))
    network.eval()
    torch.testing.assert_close(network(items), network(items))
