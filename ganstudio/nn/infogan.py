"""The networks of InfoGAN (Chen et al. 2016, table 1): DCGAN's with a fully connected layer between codes and pixels.

That layer is what makes categories digits: without it a category is a fixed pattern of strokes, laid over whatever the
noise draws, and as easily read back.
"""

from __future__ import annotations

from torch import Tensor, nn

from ganstudio.nn.dcgan import ConvDiscriminator, ConvGenerator, features_of
from ganstudio.nn.discriminator import Discriminator
from ganstudio.nn.initialise import dcgan_init, he_init
from ganstudio.nn.norms import Norm, constrain, norm_1d, without_identities
from ganstudio.nn.random import Dropout
from ganstudio.nn.rectify import leaky, relu

READER_UNITS = 128


class DenseConvGenerator(nn.Module):
    """Noise and codes to an image in [−1, 1]: one fully connected layer, then the stages of :class:`ConvGenerator`.

    Args:
        latent: numbers that come in.
        dense: units of the fully connected layer.
        channels: 1 or 3.
        size: height and width in pixels.
        width: channels of the last hidden stage; earlier ones have twice as many each, at most 8 × width.
        norm: normalisation of hidden layers.
    """

    def __init__(self, latent: int, dense: int, channels: int, size: int, width: int, norm: Norm = "batch") -> None:
        super().__init__()
        self.dense = without_identities([nn.Linear(latent, dense, bias=norm != "batch"), norm_1d(dense, norm), relu()])
        _initialise(self.dense, norm, slope=0.0)
        self.stages = ConvGenerator(dense, channels, size, width, norm)

    def forward(self, z: Tensor) -> Tensor:
        """``(N, latent)`` to ``(N, channels, size, size)``."""
        image: Tensor = self.stages(self.dense(z))
        return image


class DenseRecognisingDiscriminator(Discriminator):
    """An image to a verdict and, by a second head on the same trunk, to numbers that are read back from it.

    The reader is never constrained: under spectral norm the trunk's features are small, and it must be free to enlarge
    them.

    Args:
        channels: 1 or 3.
        size: height and width in pixels.
        width: channels of the first stage; later ones have twice as many each, at most 8 × width.
        dense: units of the fully connected layer at the trunk's end.
        outputs: how many numbers are read.
        norm: normalisation (not after the first convolution); ``spectral`` constrains every weight but the reader's.
        dropout: rate before the verdict; the reader gets all features.
    """

    def __init__(
        self,
        channels: int,
        size: int,
        width: int,
        dense: int,
        outputs: int,
        norm: Norm = "batch",
        dropout: float = 0.0,
    ) -> None:
        super().__init__()
        flat = features_of(size, width)
        between = [nn.Linear(flat, dense, bias=norm != "batch"), norm_1d(dense, norm), leaky()]
        verdict = nn.Linear(dense, 1)
        read: list[nn.Module] = [nn.Linear(dense, READER_UNITS, bias=norm != "batch"), norm_1d(READER_UNITS, norm)]
        self.stages = ConvDiscriminator(channels, size, width, norm).layers[:-2]  # all but its own verdict
        self.dense = without_identities(between)
        self.judge = nn.Sequential(*([Dropout(dropout)] if dropout else []), verdict)
        self.reader = without_identities([*read, leaky(), nn.Linear(READER_UNITS, outputs)])
        for part in (self.dense, self.judge, self.reader):
            _initialise(part, norm)
        for layer in (between[0], verdict):
            constrain(layer, norm)

    def features(self, x: Tensor, weights: Tensor | None = None) -> Tensor:
        """What both heads look at: ``(N, channels, size, size)`` to ``(N, dense)``."""
        out: Tensor = self.dense(self.stages(x).flatten(1))
        return out

    def verdict(self, features: Tensor, weights: Tensor | None = None) -> Tensor:
        """Raw verdicts ``(N,)``: is it real?"""
        out: Tensor = self.judge(features)
        return out.squeeze(1)

    def read(self, features: Tensor) -> Tensor:
        """The numbers read back, ``(N, outputs)``."""
        out: Tensor = self.reader(features)
        return out


def _initialise(layers: nn.Module, norm: Norm, slope: float = 0.2) -> None:
    """DCGAN's small weights where batch norm enlarges what comes out of them, else He's."""
    if norm == "batch":
        dcgan_init(layers)
    else:
        he_init(layers, slope)
