"""What every discriminator with one verdict per item has in common: features, and a verdict on features."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

from torch import Tensor, nn

from ganstudio.nn.norms import without_identities


class Discriminator(nn.Module):
    """Looks at items, then judges what it has seen: ``forward(x) = verdict(features(x))``.

    Whoever needs both (feature matching, a second head, a distance in D's eyes) asks for the features once and judges
    them, instead of looking twice. ``weights`` are class weights ``(N, K)``; a network that is told no class ignores them.
    """

    def features(self, x: Tensor, weights: Tensor | None = None) -> Tensor:
        """What the verdict is made of, before any dropout: ``(N, *shape)`` to ``(N, …)``, one row for every item."""
        raise NotImplementedError

    def verdict(self, features: Tensor, weights: Tensor | None = None) -> Tensor:
        """Raw outputs ``(N,)``: is it real?"""
        raise NotImplementedError

    def forward(self, x: Tensor, weights: Tensor | None = None) -> Tensor:
        """``(N, *shape)`` to raw outputs ``(N,)``."""
        return self.verdict(self.features(x, weights), weights)


class ChainDiscriminator(Discriminator):
    """A discriminator that is one chain of ``layers``.

    Args:
        trunk: the layers that find features; those that do nothing are left out.
        head: the layers that judge them: ``(N, …)`` to ``(N, 1)``.
    """

    def __init__(self, trunk: Sequence[nn.Module], head: Sequence[nn.Module]) -> None:
        super().__init__()
        self.layers = without_identities([*trunk, *head])
        self._depth = len(without_identities([*trunk]))

    @property
    def head(self) -> Iterator[nn.Module]:
        """The layers that judge."""
        return islice(self.layers, self._depth, None)

    def features(self, x: Tensor, weights: Tensor | None = None) -> Tensor:
        """What the trunk found."""
        for layer in islice(self.layers, self._depth):
            x = layer(x)
        return x

    def verdict(self, features: Tensor, weights: Tensor | None = None) -> Tensor:
        """Raw outputs ``(N,)``."""
        for layer in self.head:
            features = layer(features)
        return features.squeeze(1)
