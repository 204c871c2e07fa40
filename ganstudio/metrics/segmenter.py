"""Do the pictures show the label map that they were asked for? A segmenter, trained on the real pairs, says what it sees.

As in SPADE (Park et al. 2019), but with a small network that is trained here (:mod:`ganstudio.nn.segmenting`): its own
accuracy on real pictures, which nobody trained on, stands beside every number.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ganstudio.core.i18n import _
from ganstudio.data.labelmaps import unlabelled_class
from ganstudio.metrics.base import Evidence, Found, metric
from ganstudio.metrics.checks import undefined

if TYPE_CHECKING:
    from ganstudio.nn.segmenting import Segmenter

Table = NDArray[np.int64]
Maps = NDArray[np.uint8]

MOST_PAIRS, MOST_MEASURED = 4096, 1024
_KEPT_BACK = 0.15
_AT_ONCE = 16
_TRAINING = 0.8  # share of the time


def confusion(seen: Maps, wanted: Maps, classes: int) -> Table:
    """How many pixels of each wanted class (row) were seen as each class (column), ``(K, K)``.

    Args:
        seen: ``(N, H, W)``.
        wanted: ``(N, H, W)``; pixels with numbers of no class are not counted.
        classes: K.
    """
    known = wanted < classes
    places = wanted[known].astype(np.int64) * classes + seen[known]
    return np.bincount(places, minlength=classes**2).reshape(classes, classes)


def pixel_accuracy(table: Table) -> float:
    """Share of pixels that are seen as what was wanted; NaN for none."""
    return float(np.trace(table) / table.sum()) if table.sum() else math.nan


def ious(table: Table) -> NDArray[np.float64]:
    """Intersection over union of each class, ``(K,)``; NaN for classes that were not wanted anywhere."""
    hit, wanted, seen = table.diagonal(), table.sum(axis=1), table.sum(axis=0)
    found: NDArray[np.float64] = np.where(wanted > 0, hit / np.maximum(wanted + seen - hit, 1), np.nan)
    return found


def mean_iou(table: Table) -> float:
    """Mean of :func:`ious` over the classes that were wanted; NaN for none."""
    each = ious(table)
    return float(np.nanmean(each)) if np.isfinite(each).any() else math.nan


@dataclass(frozen=True, slots=True)
class _Seen:
    """What the segmenter saw: in generated pictures, and in real ones it was not trained on."""

    fake: Table
    real: Table


def _seen(evidence: Evidence) -> _Seen | str:
    """Trains the segmenter and asks it; a sentence where that cannot be done."""
    real, held = evidence.real, evidence.held_out
    count = len(evidence.spec.map_classes)
    if not count or evidence.fake.inputs is None or real.inputs is None or real.inputs.ndim != 3:
        return _("There are no label maps with these pictures.")
    mixed = np.random.default_rng(evidence.seed).permutation(len(real))
    if held is not None and len(held) and held.inputs is not None:
        used, kept = mixed[:MOST_PAIRS], np.arange(0)
    else:
        held, keep = real, max(1, round(_KEPT_BACK * len(real)))
        kept, used = mixed[:keep], mixed[keep:][:MOST_PAIRS]
    if not len(used) or not len(evidence.fake):
        return _("There are too few pictures with label maps.")
    unlabelled = unlabelled_class(evidence.spec.map_classes)
    network = _trained(evidence, real.items[used], _known(real.inputs[used], unlabelled, count), count)
    kept = kept if held is real else np.arange(len(held))
    assert held.inputs is not None
    return _Seen(
        _asked(evidence, network, evidence.fake.items, evidence.fake.inputs, unlabelled, 0.8),
        _asked(
            evidence, network, held.items[kept[:MOST_MEASURED]], held.inputs[kept[:MOST_MEASURED]], unlabelled, 0.95
        ),
    )


def _known(maps: Maps, unlabelled: int | None, count: int) -> Maps:
    """Maps in which everything that is of no class, or unlabelled, is marked so."""
    from ganstudio.nn.segmenting import IGNORED

    nothing = maps >= count if unlabelled is None else (maps >= count) | (maps == unlabelled)
    return np.where(nothing, np.uint8(IGNORED), maps)


def _trained(evidence: Evidence, items: NDArray[np.uint8], maps: Maps, count: int) -> Segmenter:
    import torch

    from ganstudio.nn.segmenting import train_segmenter

    words, network = _("Learning to see the classes of label maps"), None
    for told in train_segmenter(
        torch.from_numpy(items), torch.from_numpy(maps), count, evidence.seed, evidence.device
    ):  # fmt: skip
        if isinstance(told, float):
            evidence.tick(_TRAINING * told, words)
        else:
            network = told
    assert network is not None
    return network


def _asked(
    evidence: Evidence, network: Segmenter, items: NDArray[np.uint8], maps: NDArray[np.uint8], unlabelled: int | None,
    begun: float,
) -> Table:  # fmt: skip
    """The table of what it sees in pictures of these maps, a few at a time."""
    import torch

    from ganstudio.nn.segmenting import prepared, prepared_maps

    count = len(evidence.spec.map_classes)
    table = np.zeros((count, count), np.int64)
    for start in range(0, len(items), _AT_ONCE):
        evidence.tick(begun + 0.05 * start / len(items), _("Looking at the pictures"))
        part = slice(start, start + _AT_ONCE)
        with torch.inference_mode():
            pictures = prepared(torch.from_numpy(np.ascontiguousarray(items[part])).to(evidence.device))
            seen = network(pictures).argmax(1).to(torch.uint8).cpu().numpy()
            wanted = prepared_maps(torch.from_numpy(_known(maps[part], unlabelled, count)))
        table += confusion(seen, wanted.numpy().astype(np.uint8), count)
    return table


def _found(evidence: Evidence, number: Callable[[Table], float], words: str) -> Found:
    seen = evidence.once("segmenter", lambda: _seen(evidence))
    if isinstance(seen, str):
        return undefined(seen)
    own = number(seen.real)
    more = {"of real pictures": own}
    for one, value in zip(evidence.spec.map_classes, ious(seen.fake), strict=True):
        if math.isfinite(value):
            more[f"IoU {one.name}"] = float(value)
    return Found(number(seen.fake), more=more, note=words.format(own=f"{own:.1%}"))


@metric(
    "pixel-accuracy", "Pixel accuracy", better="higher", needs={"maps"}, cost="minutes",
    help=_("Share of pixels in which a segmenter sees the class that the label map asked for (Park et al. 2019). It is a "
           "small network, trained for 400 steps on the real pairs; what it gets right of real pictures that it was not "
           "trained on is told beside it, and is about as high as one can get. Unlabelled pixels do not count. A minute "
           "or two."),
)  # fmt: skip
def pixels_right(evidence: Evidence) -> Found:
    """See the help."""
    return _found(
        evidence, pixel_accuracy, _("Of real pictures the segmenter itself sees {own} of the pixels rightly.")
    )


@metric(
    "miou", "mIoU", better="higher", needs={"maps"}, cost="minutes",
    help=_("Mean over the classes of intersection over union between what a segmenter sees in the pictures and the label "
           "maps that they were asked for, 0 to 1. Small classes count as much as large ones; classes that no map asks "
           "for do not count. The same segmenter as for pixel accuracy, and as good as that is: see its number for real "
           "pictures."),
)  # fmt: skip
def mean_intersection(evidence: Evidence) -> Found:
    """See the help."""
    return _found(evidence, mean_iou, _("Of real pictures the segmenter itself reaches {own}."))
