"""How many of the 1,000 modes of stacked digits a generator draws (Metz et al. 2017; Lin et al. 2018)."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from ganstudio.core.i18n import _
from ganstudio.metrics.base import Evidence, Found, metric
from ganstudio.metrics.checks import undefined

Labels = NDArray[np.int64]
Probabilities = NDArray[np.float64]
Tick = Callable[[float, str], None]

DIGITS = 10
_USUAL = 25_600
_AT_ONCE, _STEPS = 512, 600


def stacked_modes(first: Labels, second: Labels, third: Labels, classes: int = DIGITS) -> tuple[int, float]:
    """Modes that appear, and the reverse KL divergence.

    Args:
        first: classes seen in the first channel, ``(N,)``, each in [0, ``classes``); so are the others.
        second: in the second.
        third: in the third.
        classes: of a single channel.

    Returns:
        the number of triples that appear at least once, and KL(generated ‖ uniform) in nats; NaN for no items.
    """
    counts = np.bincount((first * classes + second) * classes + third, minlength=classes**3)
    if not len(first):
        return 0, math.nan
    shares = counts[counts > 0] / len(first)
    return len(shares), float((shares * np.log(shares * classes**3)).sum())


def expected_modes(count: int, modes: int = DIGITS**3) -> float:
    """How many of so many equally likely modes appear among ``count`` draws, on average."""
    return modes * -math.expm1(count * math.log1p(-1 / modes))


def of_channels(
    items: NDArray[np.uint8], recognise: Callable[[NDArray[np.float32]], NDArray[np.float32]],
    tick: Tick = lambda _fraction, _text: None,
) -> Probabilities:  # fmt: skip
    """What a classifier of single digits sees in every channel, float64 ``(N, 3 · K)``: three blocks.

    Args:
        items: uint8 ``(N, 3, S, S)``.
        recognise: float32 pictures ``(n, 1, S, S)`` in [−1, 1] to probabilities ``(n, K)``.
        tick: told how far it is.
    """
    found = []
    for start in range(0, len(items), _AT_ONCE):
        tick(start / len(items), _("Reading the digits of every channel"))
        part = items[start : start + _AT_ONCE].astype(np.float32) / 127.5 - 1
        found.append(np.concatenate([recognise(part[:, channel, None]) for channel in range(part.shape[1])], axis=1))
    return np.concatenate(found).astype(np.float64) if found else np.empty((0, 3 * DIGITS))


def _recogniser(evidence: Evidence) -> tuple[Callable[[NDArray[np.float32]], NDArray[np.float32]], float] | None:
    """A classifier of the digits that the set is made of, and its accuracy; None where they are not known.

    Its chance does not depend on the evidence: what is measured of two runs is seen by the same eyes.
    """
    from ganstudio.core.errors import UsageError
    from ganstudio.data.base import Job
    from ganstudio.data.request import parse_request
    from ganstudio.data.stacked import StackedOptions, singles
    from ganstudio.nn.classifier import train_classifier

    try:
        options = parse_request(evidence.spec.name).options
    except UsageError:
        return None
    if not isinstance(options, StackedOptions):
        return None
    items, labels, _notes = singles(options, Job())
    names = tuple(map(str, range(DIGITS)))
    classifier = None
    for classifier in train_classifier(items.copy(), labels, names, steps=_STEPS):
        if hasattr(classifier, "fraction"):
            evidence.tick(0.8 * classifier.fraction, _("Learning the digits"))
    return classifier.probabilities, float(classifier.accuracy)  # type: ignore[union-attr]


@metric(
    "stacked-modes", "Modes (stacked digits)", better="higher", needs={"stacked"}, cost="seconds",
    help=_("How many of the 1,000 triples of digits appear among the generated pictures, each channel read by a small "
           "classifier that is trained here on the single digits. Usual with 25,600 pictures: with fewer, even a perfect "
           "generator does not show all of them, and with many, what the classifier misreads passes for rare modes. The "
           "reverse KL divergence from even shares is told as well: 0 is best (Metz et al. 2017)."),
)  # fmt: skip
def modes_of_stacked_digits(evidence: Evidence) -> Found:
    """See the help."""
    given, accuracy = evidence.fake.probabilities, math.nan
    if given is None or given.shape[1] != 3 * DIGITS:
        items = evidence.fake.items
        if items.ndim != 4 or items.shape[1] != 3:
            return undefined(_("Only pictures of the data set “stacked-digits” are read so."))
        known = evidence.once("digits", lambda: _recogniser(evidence), real=True)
        if known is None:
            return undefined(_("Only pictures of the data set “stacked-digits” are read so."))
        recognise, accuracy = known
        given = of_channels(items, recognise, lambda share, text: evidence.tick(0.8 + 0.2 * share, text))
    if not len(given):
        return undefined(_("There are no generated pictures."))
    seen = given.reshape(len(given), 3, DIGITS).argmax(axis=2).astype(np.int64)
    modes, divergence = stacked_modes(seen[:, 0], seen[:, 1], seen[:, 2])
    perfect = expected_modes(len(given))
    more = {"reverse KL": divergence, "of a perfect generator": perfect}
    if math.isfinite(accuracy):
        more["accuracy of the classifier"] = accuracy
    words = _("Among so few pictures a perfect generator shows about {n:.0f} of the 1,000.")
    return Found(float(modes), more=more, note=words.format(n=perfect) if len(given) < _USUAL / 2 else "")
