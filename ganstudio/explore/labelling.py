"""What generated samples look like to a classifier that was trained on a run's own labelled data."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ganstudio.core.i18n import _
from ganstudio.core.working import Working
from ganstudio.explore.generator import Generator
from ganstudio.explore.probing import at_once, held, latent_of, pieces, rows_of
from ganstudio.explore.state import Position
from ganstudio.nn.classifier import Classifier


@dataclass(frozen=True, slots=True)
class Labelled:
    """Samples of a generator and what a classifier says of them.

    Attributes:
        values: their control values, N rows.
        probabilities: float32 ``(N, K)``.
        names: of the K classes.
    """

    values: dict[str, NDArray[Any]]
    probabilities: NDArray[np.float32]
    names: tuple[str, ...]

    @property
    def labels(self) -> NDArray[np.int64]:
        """The likeliest class of each, ``(N,)``."""
        likeliest: NDArray[np.int64] = self.probabilities.argmax(axis=1).astype(np.int64)
        return likeliest


def label_samples(
    generator: Generator,
    classifier: Classifier,
    samples: int = 2000,
    hold: Position | None = None,
    seed: int = 0,
    control: str | None = None,
) -> Iterator[Working | Labelled]:
    """Draws samples and asks the classifier about them.

    Args:
        generator: what draws.
        classifier: what is asked.
        samples: how many.
        hold: where all controls but the latent vector stay; by default they are drawn at random too.
        seed: of what is drawn.
        control: which latent vector varies where ``hold`` is given; the first by default.

    Yields:
        :class:`Working`, and last :class:`Labelled`.
    """
    generator = generator.frozen()  # one that is in training takes newer weights between two pieces of work
    values: dict[str, NDArray[Any]] = generator.draw(samples, seed)
    if hold is not None:
        latent = latent_of(generator, control)
        values = dict(held(generator, values[latent.name], latent, hold))
    found = np.empty((samples, len(classifier.names)), np.float32)
    for part in pieces(samples, at_once(generator)):
        found[part] = classifier.probabilities(generator.generate(rows_of(values, part)))
        yield Working(part.stop / samples, _("Looking at samples"))
    yield Labelled(values, found, classifier.names)
