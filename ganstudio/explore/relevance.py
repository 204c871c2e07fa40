"""How much each number of a latent or code changes the picture, so that the sliders that matter come first."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from ganstudio.core.controls import ContinuousCode, LatentVector
from ganstudio.core.errors import UsageError
from ganstudio.core.i18n import _
from ganstudio.core.working import Working
from ganstudio.explore.generator import Generator
from ganstudio.explore.probing import at_once, pieces

Relevance = dict[str, NDArray[np.float32]]


def relevance(generator: Generator, samples: int = 32, seed: int = 0) -> Iterator[Working | Relevance]:
    """The share of the pictures' variance that goes with each number, all its interplay with others included.

    Total sensitivity indices with Jansen's estimator: draw samples, draw this one number anew, and take half the mean
    squared change over the variance (Saltelli et al. 2010, table 2 (f)). As numbers act together, the shares may add up
    to more than 1.

    Args:
        generator: what draws.
        samples: how many pictures each number is tried on; more are steadier.
        seed: of what is drawn.

    Yields:
        :class:`Working`, and last float32 ``(size,)``, each in [0, 1], for every latent vector and continuous code by
        the control's name; all 0 where the pictures do not vary.

    Raises:
        UsageError: there is no such control.
    """
    generator = generator.frozen()  # one that is in training takes newer weights between two pieces of work
    wanted = [control for control in generator.controls if isinstance(control, LatentVector | ContinuousCode)]
    if not wanted:
        raise UsageError(_("This generator has no latent vector and no continuous codes to be ranked."))
    values, anew = generator.draw(samples, seed), generator.draw(samples, seed + 1)
    items, step = np.empty((samples, *generator.spec.shape), np.float32), at_once(generator)
    total, done = sum(control.size for control in wanted) + 1, 0
    for part in pieces(samples, step):
        items[part] = generator.generate({name: rows[part] for name, rows in values.items()})
        yield Working(part.stop / samples / total, _("Drawing samples"))
    variance = float(items.var(axis=0, ddof=1, dtype=np.float64).sum()) if samples > 1 else 0.0
    found: Relevance = {control.name: np.zeros(control.size, np.float32) for control in wanted}
    for control in wanted:
        for index in range(control.size):
            changed = values[control.name].copy()
            changed[:, index] = anew[control.name][:, index]
            squares = 0.0
            for part in pieces(samples, step):
                rows = {name: rows[part] for name, rows in {**values, control.name: changed}.items()}
                squares += float(np.square(generator.generate(rows) - items[part], dtype=np.float64).sum())
                yield Working((1 + done + part.stop / samples) / total, _("Trying every number"))
            done += 1
            if variance > 0:
                found[control.name][index] = min(squares / (2 * samples * variance), 1.0)
    yield found
