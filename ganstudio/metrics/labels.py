"""How well what a network sees in pictures agrees with their true classes."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from ganstudio.core.i18n import _
from ganstudio.core.observed import Predicts
from ganstudio.core.series_words import measured_help
from ganstudio.metrics.base import Evidence, Found, metric
from ganstudio.metrics.checks import not_finite, undefined, wilson

_LITTLE = 5.0  # percent


def accuracy(predicted: NDArray[np.int64], labels: NDArray[np.int64]) -> float:
    """Share of items whose class was recognised, in [0, 1]; NaN for no items."""
    return float((predicted == labels).mean()) if len(labels) else float("nan")


def purity(clusters: NDArray[np.int64], labels: NDArray[np.int64]) -> float:
    """Share of items that belong to the most frequent class of their cluster, in [0, 1]; NaN for no items.

    (1/N) Σ_k max_j |cluster k ∩ class j| (Manning, Raghavan, Schütze: Introduction to Information Retrieval, 2008,
    section 16.3). Two clusters may share a class, and a class may have no cluster: look at the sweep as well.

    Args:
        clusters: int64 ``(N,)``, each ≥ 0.
        labels: int64 ``(N,)``, each ≥ 0.
    """
    if not len(labels):
        return float("nan")
    table = np.zeros((int(clusters.max()) + 1, int(labels.max()) + 1), np.int64)
    np.add.at(table, (clusters, labels), 1)
    return float(table.max(axis=1).sum() / len(labels))


# -- what a network of the model recognises in real items -----------------------------------------------------------------


def _recognised(evidence: Evidence, kind: Predicts) -> Found:
    """The best in percent, and each by its name in ``more``."""
    seen = evidence.recognised
    if seen is None or seen.labels is None:
        return undefined(_("Nothing of known classes was recognised."))
    judge = purity if kind == "clusters" else accuracy
    each = {
        name: 100 * judge(found, seen.labels) for name, found in seen.recognised.items() if seen.predicts[name] == kind
    }
    note = "" if each else _("Nothing of this kind was recognised.")
    return Found(max(each.values(), default=math.nan), more=each, note=note)


@metric(
    "purity", _("Purity"), better="higher", needs={"clusters"}, cost="live", unit="%",
    series="purity of {name} %", help=measured_help("purity of {name} %"),
)  # fmt: skip
def purity_of_codes(evidence: Evidence) -> Found:
    """Purity of the clusters in which a network puts real items, in percent."""
    return _recognised(evidence, "clusters")


@metric(
    "accuracy", _("Accuracy"), better="higher", needs={"classes"}, cost="live", unit="%",
    series="accuracy {name} %", help=measured_help("accuracy {name} %"),
)  # fmt: skip
def accuracy_of_classes(evidence: Evidence) -> Found:
    """Share of real items whose class a network of the model recognises, in percent."""
    return _recognised(evidence, "classes")


# -- what a classifier sees in generated items ----------------------------------------------------------------------------


def _drawn(evidence: Evidence, asked: NDArray[np.int64] | None) -> tuple[NDArray[np.int64], NDArray[np.int64]] | str:
    """What was asked for and what is seen, of items that were asked to be something; or why there are none."""
    seen = evidence.fake.probabilities
    if asked is None or seen is None or not (asked >= 0).any():
        return _("No generated items were asked to be of a class.")
    if bad := not_finite(int((~np.isfinite(seen).all(axis=1)).sum())):
        return bad
    known = asked >= 0
    return asked[known], seen[known].argmax(axis=1)


@metric(
    "drawn-accuracy",
    _("Drawn as asked"),
    better="higher",
    needs={"asked", "probabilities"},
    unit="%",
    help=_(
        "Share of generated items in which the classifier sees the class that was asked for, 0 to 100 %. It can be no "
        "better than the classifier is, and says nothing of variety. Codes that nobody named have no class: see their "
        "purity."
    ),
)
def drawn_accuracy(evidence: Evidence) -> Found:
    """Percent, with its 95 % interval (Wilson 1927), and each class by its number in ``more``."""
    told = _drawn(evidence, evidence.fake.labels)
    if isinstance(told, str):
        return undefined(told)
    asked, seen = told
    each = {f"class {k}": 100 * accuracy(seen[asked == k], asked[asked == k]) for k in np.unique(asked).tolist()}
    share, low, high = (100 * part for part in wilson(accuracy(seen, asked), len(asked)))
    return Found(share, low, high, each)


@metric(
    "drawn-purity",
    _("Purity of drawn codes"),
    better="higher",
    needs={"codes", "probabilities"},
    unit="%",
    help=_(
        "Share of generated items in which the classifier sees the class that is most frequent among items of the same code "
        "or class: 100 % where each code draws one class, whatever its number is; chance is the most frequent class. Two "
        "codes may draw one class: look at the sweep as well."
    ),
)
def drawn_purity(evidence: Evidence) -> Found:
    """Percent."""
    fake = evidence.fake
    told = _drawn(evidence, fake.labels if fake.codes is None else fake.codes)
    if isinstance(told, str):
        return undefined(told)
    found, chance = 100 * purity(*told), 100 * float(np.bincount(told[1]).max() / len(told[1]))
    one = _("Codes make little difference: one class is seen in {share:.0f} % of all that is drawn.")
    return Found(found, more={"chance": chance}, note=one.format(share=chance) if found < chance + _LITTLE else "")
