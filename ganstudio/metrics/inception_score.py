"""Scores of class probabilities: Inception Score and Mode Score."""

from __future__ import annotations

import math

import numpy as np

from ganstudio.core.i18n import _, plural
from ganstudio.metrics.base import Evidence, Found, metric
from ganstudio.metrics.checks import Matrix, interval, probabilities_flaw, standard_error, told, undefined

_SPLITS, _LEAST = 10, 10


def divergence(of: Matrix, against: Matrix) -> Matrix:
    """KL divergence in nats along the last axis; 0 · log 0 is 0, and it is ∞ where ``against`` lacks what ``of`` has."""
    with np.errstate(divide="ignore", invalid="ignore"):
        terms = np.where(of > 0, of * (np.log(of) - np.log(against)), 0.0)
    found: Matrix = terms.sum(axis=-1)
    return found


def inception_scores(probabilities: Matrix, splits: int, seed: int) -> Matrix:
    """``exp E KL(p(y|x) ‖ p(y))`` of each of so many parts of the shuffled rows ``(N, K)``; each from 1 to K."""
    count = len(probabilities)
    order = np.random.RandomState(seed).permutation(count)  # torch-fidelity's, so that its numbers are reproduced
    parts = [probabilities[order[i * count // splits : (i + 1) * count // splits]] for i in range(splits)]
    return np.array([math.exp(max(0.0, divergence(part, part.mean(axis=0)).mean())) for part in parts])


def mode_score(*, fake: Matrix, real: Matrix) -> float:
    """``exp(E KL(p(y|x) ‖ p(y)) − KL(p(y) ‖ p*(y)))``: x, p of ``fake`` rows ``(N, K)``, p* the mean of ``real`` rows.

    Che et al. (2017) write p*(y) in the first term, too. But E KL(p(y|x) ‖ p*) = E KL(p(y|x) ‖ p) + KL(p ‖ p*), so that
    form is the Inception Score again and does not know p* at all (Zhou et al. 2018). This is the form of Xu et al. (2018),
    "An empirical study on evaluation metrics of GANs", which loses by classes that are drawn too often or too seldom.
    """
    mean = fake.mean(axis=0)
    return math.exp(float(divergence(fake, mean).mean() - divergence(mean, real.mean(axis=0))))


@metric(
    "inception-score", "IS", better="higher", needs={"probabilities"},
    help=_(
        "How surely single items are of one class, and how evenly all classes come: from 1 to the number of "
        "classes. It never looks at real items: it sees neither copies nor that all items of a class are one. Mean "
        "of 10 parts; comparable only with the same classifier and number of items. Salimans et al. 2016."
    ),
)  # fmt: skip
def inception_score(evidence: Evidence) -> Found:
    """Mean over parts; ``std`` over parts in ``more``; the interval is that of the mean of the parts."""
    fake = evidence.fake.probabilities
    flaw = probabilities_flaw(None, evidence.fake)
    if flaw or fake is None:
        return undefined(flaw)
    evidence.tick(0.0, _("Inception Score"))
    splits = min(_SPLITS, max(1, len(fake) // _LEAST))
    values = inception_scores(fake, splits, evidence.seed)
    value, note = float(values.mean()), ""
    if splits < _SPLITS:
        note = plural(
            "So few items that there was {n} part instead of 10: the value is too low.",
            "So few items that there were {n} parts instead of 10: the value is too low.",
            splits,
        )
    more = {"std": float(values.std()), "parts": float(splits)}
    return told(value, **interval(value, standard_error(values)), more=more, note=note)


@metric(
    "mode-score", "Mode Score", better="higher", needs={"probabilities"},
    help=_(
        "The Inception Score of all items, made smaller where classes come more or less often than among real "
        "items: from 0 to the number of classes. It knows classes only: that items of a class are all alike it does "
        "not see. Xu et al. 2018, after Che et al. 2017."
    ),
)  # fmt: skip
def mode(evidence: Evidence) -> Found:
    """See :func:`mode_score`."""
    real, fake = evidence.real.probabilities, evidence.fake.probabilities
    flaw = probabilities_flaw(evidence.real, evidence.fake)
    if flaw or real is None or fake is None:
        return undefined(flaw)
    evidence.tick(0.0, _("Mode Score"))
    value = mode_score(fake=fake, real=real)
    return told(value, note=_("A class is drawn that no real item has.") if value == 0 else "")
