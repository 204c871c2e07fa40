"""A discriminator that is a classifier: K class scores, from which its verdict follows."""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn.utils.parametrizations import weight_norm

from ganstudio.nn import random
from ganstudio.nn.dcgan import stages_of
from ganstudio.nn.discriminator import Discriminator
from ganstudio.nn.initialise import he_init
from ganstudio.nn.random import Dropout
from ganstudio.nn.rectify import leaky


class Noise(nn.Module):
    """Adds N(0, ``deviation``²) to every entry, while training."""

    def __init__(self, deviation: float) -> None:
        super().__init__()
        self.deviation = deviation

    def forward(self, x: Tensor) -> Tensor:
        """Any shape in, the same shape out."""
        if not self.training or self.deviation == 0:
            return x
        return x + self.deviation * random.normal(*x.shape, device=x.device)


class ClassifyingDiscriminator(Discriminator):
    """An image to K class scores l, and from these to the raw verdict log Z = log Σₖ exp lₖ.

    With a score of 0 for the class "generated", the softmax over K + 1 classes says "real" with probability
    Z / (Z + 1) = σ(log Z): the verdict is a logit like any other (Salimans et al. 2016, section 5).

    Args:
        channels: 1 or 3.
        size: height and width in pixels.
        width: channels of the first stage; later ones have twice as many each, at most 8 × width.
        classes: K.
        noise: deviation of the Gaussian noise on the pixels, while training.
        dropout: rate after every stage, while training.
        hidden: units of the fully connected layer that the scores are made of.

    Raises:
        UsageError: the size cannot be reached by doubling.
    """

    def __init__(
        self,
        channels: int,
        size: int,
        width: int,
        classes: int,
        noise: float = 0.0,
        dropout: float = 0.0,
        hidden: int = 256,
    ) -> None:
        super().__init__()
        base, doublings = stages_of(size)
        stages: list[nn.Module] = [Noise(noise)]
        before = channels
        for index in range(doublings):
            after = min(width * 2**index, width * 8)
            stages += [nn.Conv2d(before, after, 4, 2, 1), leaky(), Dropout(dropout)]
            before = after
        stages += [nn.Flatten(), nn.Linear(before * base * base, hidden), leaky()]
        self.stages = nn.Sequential(*stages)
        self.dropout = Dropout(dropout)
        self.scores_of = nn.Linear(hidden, classes)
        he_init(self)
        for layer in [*self.modules()]:
            if isinstance(layer, nn.Conv2d | nn.Linear):
                weight_norm(layer)

    def features(self, x: Tensor, weights: Tensor | None = None) -> Tensor:
        """What the scores are made of: ``(N, channels, size, size)`` to ``(N, F)``."""
        found: Tensor = self.stages(x)
        return found

    def read(self, features: Tensor) -> Tensor:
        """The class scores l, ``(N, K)``."""
        found: Tensor = self.scores_of(self.dropout(features))
        return found

    def scores(self, x: Tensor) -> Tensor:
        """The class scores l of items, ``(N, K)``."""
        return self.read(self.features(x))

    def verdict(self, features: Tensor, weights: Tensor | None = None) -> Tensor:
        """The raw verdicts log Z, ``(N,)``."""
        return self.read(features).logsumexp(1)
