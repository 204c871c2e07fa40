"""Who is whose neighbour: the 1-NN test, precision and recall, density and coverage, and memorised items.

The first five look at one and the same distances, which are computed once, in pieces. "Within" a radius means ≤: with <
a set of equal items would not lie within itself.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ganstudio.core.i18n import _
from ganstudio.metrics.base import Evidence, Found, metric
from ganstudio.metrics.checks import features_of, flaw, stage, undefined
from ganstudio.metrics.distances import nearest, squared_distances

if TYPE_CHECKING:
    import torch

NEIGHBOURS, NEIGHBOURS_DENSITY = 3, 5
"""k of precision and recall (Kynkäänniemi et al. 2019), and of density and coverage (Naeem et al. 2020)."""
TIE = 1e-9
"""Two squared distances that differ by a smaller share are equal."""
RARE = 0.05
"""The share of fresh items that is called suspiciously near to the training set."""


@dataclass(frozen=True, slots=True)
class Neighbourhoods:
    """What the distances between and within two sets say.

    Attributes:
        precision, recall: shares in [0, 1]; ``k`` neighbours.
        density, coverage: ≥ 0 and in [0, 1]; ``k_density`` neighbours.
        real_accuracy, fake_accuracy: of the leave-one-out 1-NN classifier, a tie counts ½.
        one_nn_items: items of each side that it saw.
        to_real: distance of each generated item to the nearest real one, ``(M,)``.
    """

    precision: float
    recall: float
    density: float
    coverage: float
    k: int
    k_density: int
    real_accuracy: float
    fake_accuracy: float
    one_nn_items: int
    to_real: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class _Own:
    """Squared distances within one side: to the k-th neighbours, and to the nearest of those that the 1-NN test sees."""

    radii: torch.Tensor
    wide: torch.Tensor
    nearest: torch.Tensor


def neighbourhoods(
    real: NDArray[np.float64],
    fake: NDArray[np.float64],
    *,
    seed: int = 0,
    device: str = "cpu",
    tick: Callable[[float], None] = lambda _fraction: None,
) -> Neighbourhoods:
    """Compares two sets of features by their nearest neighbours, in O(n²d) time and some 130 MiB of memory.

    Args:
        real: float64 ``(N, d)``, N ≥ 2, finite.
        fake: float64 ``(M, d)``, M ≥ 2, finite.
        seed: chooses which items of the larger side the 1-NN test sees: it wants equal sides.
        device: where distances are computed.
        tick: told the share that is done; may raise.
    """
    import torch

    n, m = len(real), len(fake)
    least = min(n, m)
    k, k_density = (min(wanted, least - 1) for wanted in (NEIGHBOURS, NEIGHBOURS_DENSITY))
    left_out = [_left_out(count, least, seed, device) for count in (n, m)]
    ks = k, k_density
    own_real = _within(real, left_out[0], ks, device, lambda done: tick(done / 3))
    own_fake = _within(fake, left_out[1], ks, device, lambda done: tick((1 + done) / 3))
    recalled = torch.zeros(n, dtype=torch.bool, device=device)
    to_fake, others_real = (torch.full((n,), torch.inf, dtype=torch.float64, device=device) for _side in range(2))
    to_real, others_fake = (torch.empty(m, dtype=torch.float64, device=device) for _side in range(2))
    inside = density = 0
    for rows, table in squared_distances(fake, real, device, lambda done: tick((2 + done) / 3)):
        inside += int((table <= own_real.radii).any(dim=1).sum())
        density += int((table <= own_real.wide).sum())
        recalled |= (table <= own_fake.radii[rows, None]).any(dim=0)
        torch.minimum(to_fake, table.amin(dim=0), out=to_fake)
        to_real[rows] = table.amin(dim=1)
        if left_out[0] is not None:
            table[:, left_out[0]] = torch.inf
        others_fake[rows] = table.amin(dim=1)
        if left_out[1] is not None:
            table[left_out[1][rows]] = torch.inf
        torch.minimum(others_real, table.amin(dim=0), out=others_real)
    return Neighbourhoods(
        inside / m,
        float(recalled.double().mean()),
        density / (k_density * m),
        float((to_fake <= own_real.wide).double().mean()),
        k,
        k_density,
        _recognised(own_real.nearest, others_real, left_out[0]),
        _recognised(own_fake.nearest, others_fake, left_out[1]),
        least,
        to_real.sqrt().cpu().numpy(),
    )


def _left_out(count: int, wanted: int, seed: int, device: str) -> torch.Tensor | None:
    """Which items of a side the 1-NN test does not see; None where it sees all."""
    import torch

    if count == wanted:
        return None
    out = np.ones(count, np.bool_)
    out[np.random.default_rng(seed).permutation(count)[:wanted]] = False
    return torch.from_numpy(out).to(device)


def _within(
    side: NDArray[np.float64],
    left_out: torch.Tensor | None,
    ks: tuple[int, int],
    device: str,
    tick: Callable[[float], None],
) -> _Own:
    """An item is no neighbour of itself."""
    import torch

    radii, wide, close = (torch.empty(len(side), dtype=torch.float64, device=device) for _column in range(3))
    for rows, table in squared_distances(side, side, device, tick):
        table[:, rows].fill_diagonal_(torch.inf)
        smallest = table.topk(max(ks), dim=1, largest=False).values
        radii[rows], wide[rows] = smallest[:, ks[0] - 1], smallest[:, ks[1] - 1]
        if left_out is not None:
            table[:, left_out] = torch.inf
        close[rows] = table.amin(dim=1)
    return _Own(radii, wide, close)


def _recognised(own: torch.Tensor, others: torch.Tensor, left_out: torch.Tensor | None) -> float:
    """Share of items whose nearest neighbour is of their own side; of both sides at one distance: half of it."""
    if left_out is not None:
        own, others = own[~left_out], others[~left_out]
    tied = (own - others).abs() <= TIE * own.maximum(others)
    return float(((own < others) & ~tied).double().add(tied.double() / 2).mean())


# -- metrics --------------------------------------------------------------------------------------------------------------


def _near(evidence: Evidence) -> Neighbourhoods | str:
    """The neighbourhoods of both sides, or why there are none."""

    def make() -> Neighbourhoods | str:
        return flaw(evidence.real, evidence.fake) or neighbourhoods(
            features_of(evidence.real), features_of(evidence.fake), seed=evidence.seed, device=evidence.device,
            tick=stage(evidence, 0, 1, _("Distances to neighbours")),
        )  # fmt: skip

    return evidence.once("neighbourhoods", make)


def _found(evidence: Evidence, of: Callable[[Neighbourhoods], tuple[float, int, int]]) -> Found:
    """A value, with a note where so many neighbours as were wanted are not there."""
    near = _near(evidence)
    if isinstance(near, str):
        return undefined(near)
    value, k, wanted = of(near)
    few = _("So few items allow {k} neighbours only, where {wanted} are usual.").format(k=k, wanted=wanted)
    return Found(value, more={"neighbours": float(k)}, note=few if k < wanted else "")


@metric(
    "1-nn",
    _("1-NN"),
    better="half",
    needs={"features"},
    help=_(
        "How often a nearest-neighbour classifier tells real from generated items, each left out once, with equally many "
        "of both: ½ means that it cannot, 1 that the two lie apart, and less than ½ that generated items are copies of "
        "real ones. The accuracies on real and on generated items are told apart, since a collapsed generator may "
        "average to ½ (Lopez-Paz & Oquab 2017; Xu et al. 2018)."
    ),
)
def one_nn(evidence: Evidence) -> Found:
    """Leave-one-out accuracy of the 1-NN classifier, in [0, 1]."""
    near = _near(evidence)
    if isinstance(near, str):
        return undefined(near)
    apart = {"real": near.real_accuracy, "generated": near.fake_accuracy}
    note = ""
    if len(evidence.real) != len(evidence.fake):
        note = _("It looked at {count} items of each side.").format(count=f"{near.one_nn_items:,}")
    return Found((near.real_accuracy + near.fake_accuracy) / 2, more=apart, note=note)


@metric(
    "precision",
    _("Precision"),
    better="higher",
    needs={"features"},
    help=_(
        "Share of generated items that lie among real ones: within the distance of a real item to its 3rd neighbour, 0 to "
        "1. It tells quality, not variety, and one stray real item can make it too high (Kynkäänniemi et al. 2019)."
    ),
)
def precision(evidence: Evidence) -> Found:
    """Improved precision, in [0, 1]."""
    return _found(evidence, lambda near: (near.precision, near.k, NEIGHBOURS))


@metric(
    "recall",
    _("Recall"),
    better="higher",
    needs={"features"},
    help=_(
        "Share of real items that lie among generated ones: within the distance of a generated item to its 3rd neighbour, "
        "0 to 1. It tells variety, and widely scattered bad items can make it too high (Kynkäänniemi et al. 2019)."
    ),
)
def recall(evidence: Evidence) -> Found:
    """Improved recall, in [0, 1]."""
    return _found(evidence, lambda near: (near.recall, near.k, NEIGHBOURS))


@metric(
    "density",
    _("Density"),
    better="higher",
    needs={"features"},
    help=_(
        "In how many neighbourhoods of real items (5 neighbours) a generated item lies, on average, ÷ 5: near 1 where "
        "both are spread alike. It may exceed 1 where generated items crowd the dense parts; strays count less than in "
        "precision (Naeem et al. 2020)."
    ),
)
def density(evidence: Evidence) -> Found:
    """Density, 0 and up."""
    return _found(evidence, lambda near: (near.density, near.k_density, NEIGHBOURS_DENSITY))


@metric(
    "coverage",
    _("Coverage"),
    better="higher",
    needs={"features"},
    help=_(
        "Share of real items whose neighbourhood (5 neighbours) holds a generated item, 0 to 1; for two samples of one "
        "distribution of equal size it is about 0.97. Bad items do not raise it (Naeem et al. 2020)."
    ),
)
def coverage(evidence: Evidence) -> Found:
    """Coverage, in [0, 1]."""
    return _found(evidence, lambda near: (near.coverage, near.k_density, NEIGHBOURS_DENSITY))


def too_near(fake: NDArray[np.float64], fresh: NDArray[np.float64]) -> dict[str, float]:
    """Whether generated items lie nearer to the training items than items do that nobody was trained on.

    Args:
        fake: distance of each generated item to the nearest training item.
        fresh: the same of each held-out item.

    Returns:
        ``share``: of generated items that are nearer than the 5 % nearest fresh ones (5 % is expected; at exactly that
        distance such a part of them counts that it is 5 % of fresh ones, too). ``ratio``: of the medians. ``z``: of the
        Mann-Whitney test, negative where generated items are nearer (Meehan et al. 2020, C_T of one cell).
    """
    limit = np.quantile(fresh, RARE, method="inverted_cdf")
    below, at = (fresh < limit).mean(), (fresh == limit).mean()
    share = (fake < limit).mean() + (RARE - below) / at * (fake == limit).mean()
    ordered = np.sort(fresh)
    beaten = (np.searchsorted(ordered, fake, "left") + np.searchsorted(ordered, fake, "right")).sum() / 2
    m, n = len(fake), len(fresh)
    usual = float(np.median(fresh))
    return {
        "share": float(share),
        "ratio": float(np.median(fake)) / usual if usual > 0 else math.nan,
        "z": float((beaten - m * n / 2) / np.sqrt(m * n * (m + n + 1) / 12)),
    }


@metric(
    "memorisation",
    _("Too near to training"),
    better="lower",
    needs={"features", "held out"},
    unit="%",
    help=_(
        "Share of generated items that are nearer to a training item than 19 of 20 held-out real items are: 5 % is what "
        "fresh items have, 100 % are copies. It looks at those training items only that were compared; blurred or collapsed "
        "items may lie near without being copies. Also told: the ratio of median distances, and the z-value of the "
        "data-copying test (Meehan et al. 2020), below −3 where it is no accident."
    ),
)
def memorisation(evidence: Evidence) -> Found:
    """Share in percent; the real side must be what was trained on."""
    fresh = evidence.held_out
    reason = _("There are no held-out items.") if fresh is None else flaw(evidence.real, evidence.fake, fresh)
    near = reason or _near(evidence)
    if isinstance(near, str) or fresh is None:
        return undefined(str(near))
    tick = stage(evidence, 0, 1, _("Distances of held-out items"))
    away = nearest(features_of(fresh), features_of(evidence.real), device=evidence.device, tick=tick)
    if not away.any():
        return undefined(_("All held-out items are among the real ones: nothing is left to compare with."))
    told = too_near(near.to_real, away)
    return Found(100 * told["share"], more={"ratio of medians": told["ratio"], "z": told["z"]})
