"""What may be asked to be measured, and what makes sense for which data."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ganstudio.core.controls import CategoricalCode, ClassLabel
from ganstudio.core.i18n import _
from ganstudio.metrics import all_metrics
from ganstudio.metrics.base import RECOGNISED
from ganstudio.metrics.inception_file import find_inception

if TYPE_CHECKING:
    from ganstudio.core.controls import Control
    from ganstudio.core.dataspec import DataSpec
    from ganstudio.metrics.base import Evidence, Metric
    from ganstudio.store.folder import RunInfo

MOST_COUNT, USUAL_COUNT = 200_000, 5_000
_USUAL = ("fid", "kid", "mmd", "precision", "recall", "density", "coverage", "modes", "high-quality")


def extractors() -> dict[str, str]:
    """What can make features, and what it is called."""
    return {
        "": _("What suits the data"), "pixels": _("Pixels"), "classifier": _("A classifier trained on the data"),
        "inception": _("Inception-v3 (needs its weights)"),
    }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be measured, and how.

    Attributes:
        metrics: their names; none: the usual ones, see :func:`usual`.
        extractor: name of what makes features; empty: points and pictures without classes as they are, else a classifier.
        count: items of each side; 0: 5,000, or the whole real set where that is smaller.
        steps: which checkpoints; none: the newest good one.
        all_checkpoints: every one instead.
        seed: of all that is drawn.
        split: ``"train"`` or ``"held out"``; empty: what was trained on, for translations what was not.
        source: ``"ema"`` or ``"raw"`` weights.
        device: as for training, ``"auto"`` too.
        inception: the file with Inception's weights; empty: where it usually lies.
    """

    metrics: tuple[str, ...] = ()
    extractor: str = ""
    count: int = 0
    steps: tuple[int, ...] = ()
    all_checkpoints: bool = False
    seed: int = 0
    split: str = ""
    source: str = "ema"
    device: str = "cpu"
    inception: str = ""


def metrics_for(info: RunInfo) -> list[Metric]:
    """The metrics that make sense for a run, as far as its description tells."""
    from ganstudio.explore.decoding import numbers_of
    from ganstudio.methods import METHODS
    from ganstudio.metrics.annealed import MOST_LATENTS

    missing: set[str] = {need for need in RECOGNISED if need not in METHODS[info.experiment.method].predicts.values()}
    controls = _controls(info)
    driven = {type(one) for one in controls}
    numbers = numbers_of(controls)
    if info.takes != "nothing" or not numbers:
        missing |= {"decoder"}
    if numbers > MOST_LATENTS:
        missing |= {"few latents"}
    if ClassLabel not in driven:
        missing |= {"asked"}
    if not {ClassLabel, CategoricalCode} & driven:
        missing |= {"codes"}
    return metrics_on(info.spec, missing)


def metrics_on(spec: DataSpec, missing: Set[str] = frozenset()) -> list[Metric]:
    """The metrics that make sense on such data, but for those that need something of ``missing``."""
    missing = missing | _impossible(spec)
    if spec.pictures and find_inception() is not None:
        missing = missing - {"probabilities"}
    return [one for one in all_metrics().values() if not one.needs & missing]


def usual(metrics: list[Metric]) -> tuple[str, ...]:
    """The names that are measured where nobody named any: cheap ones; all cheap ones where none of them is usual."""
    cheap = [one.name for one in metrics if one.cost != "minutes"]
    return tuple(name for name in cheap if name in _USUAL) or tuple(cheap)


def _controls(info: RunInfo) -> tuple[Control, ...]:
    """What can be driven in its generator, told by one that has learned nothing."""
    import torch

    from ganstudio.methods import METHODS
    from ganstudio.nn.random import randomness

    method = METHODS[info.experiment.method]
    hyper = method.resolve(dict(info.experiment.hyper), info.spec.kind, stored=True)
    with randomness(torch.Generator().manual_seed(0)):
        return tuple(method(hyper, info.spec).controls())


def extractors_for(spec: DataSpec) -> list[str]:
    """What can make features of such data here, the usual one first; Inception only where its weights are."""
    seen = ["classifier"] if spec.pictures and (len(spec.classes) > 1 or is_stacked(spec)) else []
    seen.append("pixels")
    if spec.pictures and find_inception() is not None:
        seen += ["inception", "inception-clean"]
    return seen


def is_stacked(spec: DataSpec) -> bool:
    """It is the set of three digits in three channels."""
    return spec.name.partition(":")[0] == "stacked-digits"


def default_extractor(spec: DataSpec) -> str:
    """What makes features of such data where nobody says."""
    return extractors_for(spec)[0]


def lacking(metric: Metric, evidence: Evidence, met: Set[str] = frozenset()) -> str:
    """Why a metric cannot be measured on this, as a sentence; empty where it can. ``met``: needs of its kind that are."""
    seen = evidence.recognised.predicts.values() if evidence.recognised is not None else ()
    there = {
        "probabilities": evidence.real.probabilities is not None and evidence.fake.probabilities is not None,
        "held out": evidence.held_out is not None,
        "labels": evidence.real.labels is not None,
        "asked": evidence.fake.labels is not None,
        "codes": evidence.fake.labels is not None or evidence.fake.codes is not None,
        "decoder": evidence.decoder is not None,
        "classes": "classes" in seen,
        "clusters": "clusters" in seen,
    }
    words = {
        "probabilities": _("It needs probabilities of classes, which this extractor does not give."),
        "held out": _("It needs real items that nobody was trained on, and there are none."),
        "labels": _("It needs the true classes of the real items."),
        "asked": _("It needs a generator that is asked for a class."),
        "codes": _("It needs a generator that is asked for a class or a code."),
        "decoder": _("It needs a generator with a latent vector, through which gradients flow."),
        "classes": _(
            "It needs a network of the model that recognises classes in real items, and items of known classes: this "
            "method or this checkpoint has none, or the data."
        ),
        "clusters": _(
            "It needs a network of the model that sorts real items into clusters, and items of known classes: this "
            "method or this checkpoint has none, or the data."
        ),
    }
    for need, sentence in words.items():
        if need in metric.needs and not there[need]:
            return sentence
    if metric.needs & _impossible(evidence.spec) - there.keys() - met:
        return _("It is not defined for data of this kind.")
    return ""


def _impossible(spec: DataSpec) -> set[str]:
    """Needs that data of this kind never meet."""
    name = spec.name.partition(":")[0]
    met: dict[str, bool] = {
        "modes": bool(spec.modes),
        "pictures": spec.pictures,
        "classes": bool(spec.classes),
        "clusters": bool(spec.classes),
        "density": spec.kind == "points",
        "labels": bool(spec.classes),
        "probabilities": spec.pictures and len(spec.classes) > 1,
        "partners": spec.kind in ("maps", "pairs"),
        "maps": spec.kind == "maps",
        "polygons": name == "triangles",
        "stacked": is_stacked(spec),
    }
    return {need for need, there in met.items() if not there}
