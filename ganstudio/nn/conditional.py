"""Networks that are told a class, and one that reads numbers from an image.

A class comes as weights ``(N, K)``: one-hot, or any weights ≥ 0 that add up to 1 where classes are mixed. Whatever is
learned about a class is a row of a table, so that a mixture gets the same mixture of rows: ``weights @ table``.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from ganstudio.nn import random
from ganstudio.nn.dcgan import ConvDiscriminator, ConvGenerator, features_of, stages_of
from ganstudio.nn.initialise import dcgan_init, he_init
from ganstudio.nn.norms import Norm, constrain, norm_2d, without_identities
from ganstudio.nn.rectify import leaky


class ClassTable(nn.Module):
    """One learned vector for every class, drawn from N(0, 1) at first.

    Args:
        classes: K, how many there are.
        size: numbers in each vector.
    """

    def __init__(self, classes: int, size: int) -> None:
        super().__init__()
        self.rows = nn.Parameter(random.normal(classes, size))

    def forward(self, weights: Tensor) -> Tensor:
        """``(N, K)`` to ``(N, size)``."""
        return weights @ self.rows


class ConditionalGenerator(ConvGenerator):
    """A convolutional generator of z and a class: the class's vector is joined to z.

    Args:
        latent: size of z.
        classes: K.
        embedding: numbers in a class's vector.
        channels: 1 or 3.
        size: height and width in pixels.
        width: channels of the last hidden stage, as in :class:`ConvGenerator`.
        norm: normalisation of hidden stages.
    """

    def __init__(
        self, latent: int, classes: int, embedding: int, channels: int, size: int, width: int, norm: Norm = "batch"
    ) -> None:
        super().__init__(latent + embedding, channels, size, width, norm)
        self.classes = ClassTable(classes, embedding)

    def forward(self, z: Tensor, weights: Tensor | None = None) -> Tensor:
        """``(N, latent)`` and ``(N, K)`` to ``(N, channels, size, size)``."""
        assert weights is not None, "a conditional generator must be told the class"
        return super().forward(torch.cat((z, self.classes(weights)), 1))


class ConcatDiscriminator(ConvDiscriminator):
    """A convolutional discriminator that sees an image and, as one more channel, a learned picture of the class.

    One picture for each class instead of K planes of zeros and ones: as informative, and no dearer for 100 classes
    than for two.

    Args:
        classes: K.
        channels: 1 or 3.
        size: height and width in pixels.
        width: channels of the first stage, as in :class:`ConvDiscriminator`.
        norm: normalisation; ``spectral`` constrains every convolution.
        dropout: rate before the last layer.
    """

    def __init__(
        self, classes: int, channels: int, size: int, width: int, norm: Norm = "spectral", dropout: float = 0.0
    ) -> None:
        super().__init__(channels + 1, size, width, norm, dropout)
        self.size = size
        self.classes = ClassTable(classes, size * size)

    def features(self, x: Tensor, weights: Tensor | None = None) -> Tensor:
        """``(N, channels, size, size)`` and ``(N, K)`` to what the last stage found in both."""
        assert weights is not None, "a conditional discriminator must be told the class"
        picture = self.classes(weights).view(-1, 1, self.size, self.size)
        return super().features(torch.cat((x, picture), 1))


class ProjectionDiscriminator(ConvDiscriminator):
    """ψ(φ(x)) + ⟨V y, φ(x)⟩: the class asks for a direction in D's last features (Miyato and Koyama 2018, eq. 3).

    φ(x) are all features of the last stage. The paper sums each channel over the image; with the few stages of a DCGAN
    that would forget where the strokes are.

    Args:
        classes: K.
        channels: 1 or 3.
        size: height and width in pixels.
        width: channels of the first stage, as in :class:`ConvDiscriminator`.
        norm: normalisation; ``spectral`` constrains every weight, V too.
        dropout: rate of φ.
    """

    def __init__(
        self, classes: int, channels: int, size: int, width: int, norm: Norm = "spectral", dropout: float = 0.0
    ) -> None:
        super().__init__(channels, size, width, norm, dropout)
        features = features_of(size, width)
        self.classes = nn.Linear(features, classes, bias=False)
        dcgan_init(self.classes)
        constrain(self.classes, norm)

    def verdict(self, features: Tensor, weights: Tensor | None = None) -> Tensor:
        """ψ(φ) + ⟨V y, φ⟩, raw outputs ``(N,)``; both look at the same φ, what dropout leaves of the features."""
        assert weights is not None, "a conditional discriminator must be told the class"
        *dropout, last, flatten = self.head
        for layer in dropout:
            features = layer(features)
        # ⟨V y, φ⟩ = y · (Vᵀ φ): the same number, without a vector of φ's size for every item.
        matches: Tensor = self.classes(features.flatten(1))
        plain: Tensor = flatten(last(features))
        return plain.squeeze(1) + (weights * matches).sum(1)


class ConvEncoder(nn.Module):
    """An image to numbers: the stages of a discriminator, then two fully connected layers.

    Args:
        channels: 1 or 3.
        size: height and width in pixels.
        width: channels of the first stage; later ones have twice as many each, at most 8 × width.
        outputs: how many numbers.
        hidden: units between the stages and the numbers.
        norm: normalisation of every stage but the first.
    """

    def __init__(
        self, channels: int, size: int, width: int, outputs: int, hidden: int = 256, norm: Norm = "batch"
    ) -> None:
        super().__init__()
        base, doublings = stages_of(size)
        layers: list[nn.Module] = []
        before = channels
        for index in range(doublings):
            after = min(width * 2**index, width * 8)
            layers += [nn.Conv2d(before, after, 4, 2, 1), norm_2d(after, norm if index else "none"), leaky()]
            before = after
        layers += [nn.Flatten(), nn.Linear(before * base * base, hidden), leaky(), nn.Linear(hidden, outputs)]
        self.layers = without_identities(layers)
        he_init(self)

    def forward(self, x: Tensor) -> Tensor:
        """``(N, channels, size, size)`` to ``(N, outputs)``."""
        numbers: Tensor = self.layers(x)
        return numbers
