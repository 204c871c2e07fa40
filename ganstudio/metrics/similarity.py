"""How alike pictures are: PSNR and SSIM of a translator's pictures, and how varied generated ones are by MS-SSIM.

SSIM as in Wang et al. 2004: a Gaussian window of 11 pixels with σ = 1.5, K₁ = 0.01, K₂ = 0.03, only where the window lies
in the picture, each channel alone and then averaged. Pictures are uint8, so the range is 255.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ganstudio.core.i18n import _, plural
from ganstudio.metrics.base import Evidence, Found, metric
from ganstudio.metrics.checks import interval, not_finite, stage, standard_error, too_few, undefined

if TYPE_CHECKING:
    import torch

Pictures = NDArray[Any]
Tick = Callable[[float], None]
WINDOW, SIGMA, C1, C2 = 11, 1.5, (0.01 * 255) ** 2, (0.03 * 255) ** 2
SCALES = (0.0448, 0.2856, 0.3001, 0.2363, 0.1333)
"""Weights of the scales of MS-SSIM, the finest first (Wang et al. 2003)."""
PAIRS = 200
"""So many random pairs of pictures are compared."""
MOST_DB = 100.0
"""PSNR of equal pictures, which were infinite else; one grey level in one pixel of 256 × 256 is 96 dB."""
_MOST_NUMBERS = 1 << 19


def _silent(_fraction: float) -> None:
    return None


def psnr(one: Pictures, other: Pictures) -> NDArray[np.float64]:
    """10 log₁₀(255² / mean square error) of each pair ``(N, C, H, W)`` in 0…255, in dB, at most :data:`MOST_DB`."""
    errors = np.array([np.square(a.astype(np.float64) - b).mean() for a, b in zip(one, other, strict=True)])
    with np.errstate(divide="ignore"):
        found: NDArray[np.float64] = np.minimum(MOST_DB, 10 * np.log10(255**2 / errors))
    return found


def ssim(one: Pictures, other: Pictures, *, device: str = "cpu", tick: Tick = _silent) -> NDArray[np.float64]:
    """SSIM of each pair, −1 to 1; of pictures smaller than the window with the largest odd window that fits.

    Args:
        one: ``(N, C, H, W)`` in 0…255.
        other: likewise.
        device: where it is computed.
        tick: told the share that is done; may raise.
    """
    return _scored(one, other, 1, device, tick)


def ms_ssim(one: Pictures, other: Pictures, *, device: str = "cpu", tick: Tick = _silent) -> NDArray[np.float64]:
    """MS-SSIM of each pair, 0 to 1, over as many scales as :func:`scales` says; see :func:`ssim`."""
    return _scored(one, other, scales(one.shape[2:]), device, tick)


def scales(size: tuple[int, ...]) -> int:
    """How many halvings leave room for the window: 5 from 176 pixels on, 2 at 32, at least 1."""
    return max(1, min(len(SCALES), int(math.log2(max(1, min(size)) / WINDOW)) + 1 if min(size) >= WINDOW else 1))


def _scored(one: Pictures, other: Pictures, levels: int, device: str, tick: Tick) -> NDArray[np.float64]:
    """The product over scales of contrast and structure, and of SSIM itself at the coarsest."""
    import torch

    step = max(1, _MOST_NUMBERS // max(1, one[0].size)) if len(one) else 1
    weights = np.array(SCALES[:levels]) / sum(SCALES[:levels])
    found = np.empty(len(one))
    for start in range(0, len(one), step):
        tick(start / len(one))
        x, y = (
            torch.from_numpy(side[start : start + step].astype(np.float64)).to(device).flatten(0, 1)[:, None]
            for side in (one, other)
        )
        whole = torch.ones(len(x), dtype=torch.float64, device=device)
        for level, weight in enumerate(weights):
            if level:
                x, y = (torch.nn.functional.avg_pool2d(side, 2) for side in (x, y))
            both, contrast = _ssim_maps(x, y)
            part = both if level == levels - 1 else contrast
            whole = part if levels == 1 else whole * part.clamp(min=0) ** float(weight)
        found[start : start + step] = whole.reshape(-1, one.shape[1]).mean(dim=1).cpu().numpy()
    return found


def _ssim_maps(x: torch.Tensor, y: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Mean SSIM, and its part without luminance, of one-channel pictures ``(N, 1, H, W)``."""
    import torch

    side = min(WINDOW, *x.shape[2:])
    side -= 1 - side % 2
    at = torch.arange(side, dtype=torch.float64, device=x.device) - side // 2
    window = torch.exp(-at.square() / (2 * SIGMA**2))
    window /= window.sum()

    def blurred(image: torch.Tensor) -> torch.Tensor:
        return torch.nn.functional.conv2d(
            torch.nn.functional.conv2d(image, window.view(1, 1, 1, -1)), window.view(1, 1, -1, 1)
        )

    mean_x, mean_y = blurred(x), blurred(y)
    xx, yy, xy = blurred(x * x) - mean_x**2, blurred(y * y) - mean_y**2, blurred(x * y) - mean_x * mean_y
    contrast = (2 * xy + C2) / (xx + yy + C2)
    both = contrast * (2 * mean_x * mean_y + C1) / (mean_x**2 + mean_y**2 + C1)
    return both.mean(dim=(1, 2, 3)), contrast.mean(dim=(1, 2, 3))


def random_pairs(count: int, pairs: int, seed: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Indices of pairs of different items, of ``count`` ≥ 2."""
    rng = np.random.default_rng(seed)
    first = rng.integers(0, count, pairs)
    return first, (first + rng.integers(1, count, pairs)) % count


# -- metrics --------------------------------------------------------------------------------------------------------------


def _unfit(*sides: Pictures, least: int = 1) -> str:
    """Why pictures cannot be compared, as a sentence; empty where they can."""
    if any(side.ndim != 4 for side in sides):
        return _("Not defined: these are no pictures.")
    if few := too_few(min(map(len, sides)), least):
        return few
    if len({side.shape[1:] for side in sides}) > 1:
        return _("Not defined: the pictures of the two sides differ in size.")
    exact = all(side.dtype == np.uint8 for side in sides)
    return "" if exact else not_finite(sum(int((~np.isfinite(side).all(axis=(1, 2, 3))).sum()) for side in sides))


def _mean(each: NDArray[np.float64], more: dict[str, float] | None = None, note: str = "") -> Found:
    """The mean, with its 95 % interval from the spread."""
    mean = float(each.mean())
    return Found(mean, **interval(mean, standard_error(each)), more=more or {}, note=note)


def _small(size: tuple[int, ...]) -> str:
    """A note of a window that was made to fit."""
    if min(size) >= WINDOW:
        return ""
    return _("The pictures are smaller than the window of 11 pixels: it was made smaller.")


@metric(
    "ms-ssim",
    _("MS-SSIM of pairs"),
    better="",
    needs={"pictures"},
    help=_(
        "How alike two random generated pictures are, on average over 200 pairs, 0 to 1; that of real pairs is told beside "
        "it. Above the real one means too little variety, far below it noise. Five scales from 176 pixels on, fewer in "
        "smaller pictures (2 at 32): only numbers of one size compare (Odena et al. 2017)."
    ),
)
def ms_ssim_of_pairs(evidence: Evidence) -> Found:
    """Mean MS-SSIM of random pairs of generated pictures; of real ones in ``more``."""
    real, fake = evidence.real.items, evidence.fake.items
    if reason := _unfit(fake, least=2):
        return undefined(reason)
    found, sides = [], [fake] if _unfit(real, least=2) else [fake, real]
    for at, side in enumerate(sides):
        tick = stage(evidence, at / len(sides), (at + 1) / len(sides), _("Comparing pairs of pictures"))
        first, second = random_pairs(len(side), PAIRS, evidence.seed + at)
        found.append(ms_ssim(_Taken(side, first), _Taken(side, second), device=evidence.device, tick=tick))  # type: ignore[arg-type]
    more = {"real": float(found[1].mean())} if len(found) > 1 else {}
    used = scales(fake.shape[2:])
    fewer = plural("Pictures of this size have room for {n} scale of 5.",
                   "Pictures of this size have room for {n} scales of 5.", used)  # fmt: skip
    notes = [fewer if used < len(SCALES) else "", _small(fake.shape[2:])]
    return _mean(found[0], more | {"scales": float(used)}, " ".join(filter(None, notes)))


class _Taken:
    """Items by index, copied only where a piece is looked at: 200 pairs of large pictures are many."""

    def __init__(self, items: Pictures, at: NDArray[np.int64]) -> None:
        self._items, self._at = items, at
        self.shape = (len(at), *items.shape[1:])

    def __len__(self) -> int:
        return len(self._at)

    def __getitem__(self, which: Any) -> Pictures:
        found: Pictures = self._items[self._at[which]]
        return found


def _partners(evidence: Evidence) -> tuple[Pictures, Pictures, str] | str:
    """Pictures and those that they should be, and a note; or why there are none."""
    count = min(len(evidence.real), len(evidence.fake))
    real, fake = (side.items[:count] for side in (evidence.real, evidence.fake))
    note = "" if len(evidence.real) == len(evidence.fake) else (
        _("Only the first {count} have a partner.").format(count=f"{count:,}")
    )  # fmt: skip
    return _unfit(real, fake) or (real, fake, note)


@metric(
    "psnr",
    _("PSNR"),
    better="higher",
    needs={"partners"},
    unit="dB",
    help=_(
        "Peak signal-to-noise ratio of each picture against the one that it should be, in dB, averaged; 20 is coarse, above "
        "35 hard to tell apart, equal pictures count as 100. It rewards blur: a sharp picture in a wrong place scores "
        "worse than a grey one."
    ),
)
def psnr_of_partners(evidence: Evidence) -> Found:
    """Mean PSNR in dB."""
    sides = _partners(evidence)
    if isinstance(sides, str):
        return undefined(sides)
    real, fake, note = sides
    each = []
    for start in range(0, len(real), 16):
        evidence.tick(start / len(real), _("PSNR"))
        each.append(psnr(real[start : start + 16], fake[start : start + 16]))
    return _mean(np.concatenate(each), note=note)


@metric(
    "ssim",
    _("SSIM"),
    better="higher",
    needs={"partners"},
    help=_(
        "Structural similarity of each picture to the one that it should be, averaged, −1 to 1 (equal). A Gaussian window "
        "of 11 pixels with σ 1.5, each channel alone (Wang et al. 2004). It looks at local contrast, and so punishes blur "
        "more than PSNR does."
    ),
)
def ssim_of_partners(evidence: Evidence) -> Found:
    """Mean SSIM."""
    sides = _partners(evidence)
    if isinstance(sides, str):
        return undefined(sides)
    real, fake, note = sides
    each = ssim(real, fake, device=evidence.device, tick=stage(evidence, 0, 1, _("SSIM")))
    return _mean(each, note=" ".join(filter(None, [note, _small(real.shape[2:])])))
