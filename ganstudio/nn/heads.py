"""Discriminators that say more about an image than whether it is real: other heads on the same trunk."""

from __future__ import annotations

from torch import Tensor, nn

from ganstudio.nn.dcgan import ConvDiscriminator, features_of
from ganstudio.nn.initialise import dcgan_init, he_init
from ganstudio.nn.norms import Norm
from ganstudio.nn.rectify import leaky


class RecognisingDiscriminator(ConvDiscriminator):
    """A convolutional discriminator with a second head that reads numbers back from the image.

    The second head, two fully connected layers, has neither norm nor constraint: under spectral norm the trunk's
    features are small, and the head must be free to enlarge them.

    Args:
        channels: 1 or 3.
        size: height and width in pixels.
        width: channels of the first stage; later ones have twice as many each, at most 8 × width.
        outputs: how many numbers are read.
        hidden: units between trunk and numbers.
        norm: of trunk and verdict, as in :class:`ConvDiscriminator`.
        dropout: rate before the verdict; the second head gets all features.
    """

    def __init__(
        self,
        channels: int,
        size: int,
        width: int,
        outputs: int,
        hidden: int = 128,
        norm: Norm = "batch",
        dropout: float = 0.0,
    ) -> None:
        super().__init__(channels, size, width, norm, dropout)
        features = features_of(size, width)
        self.reader = nn.Sequential(nn.Linear(features, hidden), leaky(), nn.Linear(hidden, outputs))
        he_init(self.reader[0])
        dcgan_init(self.reader[2])

    def read(self, features: Tensor) -> Tensor:
        """The numbers read back, ``(N, outputs)``."""
        out: Tensor = self.reader(features.flatten(1))
        return out
