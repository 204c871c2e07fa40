"""Runs that are *made* to be ill, and healthy ones: small games, trained for a moment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from ganstudio.core.dataspec import DataSpec
from ganstudio.core.events import RealBatch, Rows, Samples, SeriesInfo
from ganstudio.core.observed import Observed
from ganstudio.core.series import SeriesTable
from ganstudio.data import Dataset, load
from ganstudio.methods import METHODS
from ganstudio.metrics.while_training import measure
from ganstudio.nn.random import randomness, seeded
from ganstudio.training import scene
from ganstudio.training.engine import Engine

LOOK_EVERY = 25
SMALL_2D: dict[str, Any] = {"mlp_width": 64, "batch_size": 64}
SMALL_CONV: dict[str, Any] = {"conv_width": 8, "batch_size": 32}
RING, DIGITS = "ring:count=16384", "digits:size=16"


@dataclass(frozen=True)
class Case:
    """One way to train: the method, its data, so many steps, and what should be said of it at the end.

    Attributes:
        few: so many items of the data only, over and over.
        allowed: keys of verdicts that name what was done to it (or, of a healthy run, that raise no alarm).
    """

    method: str
    data: str
    steps: int
    allowed: frozenset[str]
    hyper: Mapping[str, Any] = field(default_factory=dict)
    few: int = 0


def _case(method: str, data: str, steps: int, allowed: str, few: int = 0, **hyper: Any) -> Case:
    small = SMALL_2D if data.startswith(("ring", "grid", "moons")) else SMALL_CONV
    return Case(method, data, steps, frozenset(allowed.split()), {**small, **hyper}, few)


ILL: dict[str, Case] = {
    "D too strong": _case("gan", RING, 1000, "strong vanishing", objective="minimax", n_critic=10, lr_d=2e-3, lr_g=1e-5),
    "D too strong, digits": _case("dcgan", DIGITS, 400, "strong vanishing", n_critic=8, lr_d=2e-3, lr_g=1e-5,
                                  norm_d="none"),
    "D too weak": _case("gan", RING, 1500, "weak behind none collapse", lr_d=1e-6, lr_g=1e-3),
    "D too weak, digits": _case("dcgan", DIGITS, 500, "weak behind none collapse", lr_d=1e-7, lr_g=1e-3),
    "vanishing": _case("gan", DIGITS, 600, "vanishing strong", objective="minimax", n_critic=5, lr_d=1e-3, lr_g=1e-4,
                       norm_d="none"),
    "exploding": _case("wgan", RING, 800, "exploding diverging", weight_clip=1.0, lr_d=1e-2, lr_g=1e-2),
    "diverging": _case("lsgan", RING, 600, "diverging exploding", lr_d=0.3, lr_g=0.3, optimiser_d="sgd", optimiser_g="sgd",
                       beta1=0.9),
    "oscillation": _case("gan", RING, 2000, "oscillation collapse", lr_d=1e-3, lr_g=1e-3, beta1=0.98, norm_g="none"),
    "collapse": _case("gan", RING, 1200, "collapse none", objective="minimax", norm_d="spectral", lr_d=1e-3, lr_g=5e-3,
                      beta1=0.9, ema=0.0),
    "collapse, digits": _case("gan", DIGITS, 1400, "collapse strong", lr_d=2e-3, lr_g=2e-3, beta1=0.95, norm_g="none",
                              architecture="mlp", mlp_width=64),
    "memorising": _case("dcgan", DIGITS, 2500, "memorising", few=8, lr_d=5e-4, lr_g=1e-3),
    "stalled": _case("gan", RING, 1500, "stalled strong", lr_g=1e-9, penalty="r1"),
    "stalled, digits": _case("dcgan", DIGITS, 800, "stalled strong", lr_g=1e-9, lr_d=1e-9),
}  # fmt: skip
FINE = (
    "good early balanced equilibrium leads behind learning improving training missing unclear blurred partial none all"
)
HEALTHY: dict[str, Case] = {
    "gan ring": _case("gan", RING, 2000, FINE),
    "wgan-gp ring": _case("wgan-gp", RING, 1000, FINE),
    "wgan ring": _case("wgan", RING, 1500, FINE),
    "lsgan ring": _case("lsgan", RING, 2000, FINE),
    "dcgan digits": _case("dcgan", DIGITS, 1500, FINE),
    "wgan-gp digits": _case("wgan-gp", DIGITS, 600, FINE),
    "sngan digits": _case("sngan", DIGITS, 600, FINE),
}


@dataclass
class Course:
    """What was measured of a run, and its pictures at some steps."""

    spec: DataSpec
    real: RealBatch
    rows: list[Rows]
    pictures: list[Samples]

    @cached_property
    def tables(self) -> dict[str, SeriesTable]:
        tables: dict[str, SeriesTable] = {}
        for rows in self.rows:
            tables.setdefault(rows.table, SeriesTable(rows.table)).append(rows)
        return tables


def _dataset(case: Case, seed: int) -> Dataset:
    data = load(case.data, seed=seed)
    if not case.few:
        return data
    kept = torch.arange(case.few) * (len(data.items) // case.few)
    labels = None if data.labels is None else data.labels[kept]
    return replace(data, spec=replace(data.spec, count=case.few), items=data.items[kept], labels=labels)


def course(case: Case, seed: int, looks: int = 10) -> Course:
    """Trains it as a session does (one thread), measuring what a session measures; ends where it is not finite."""
    data = _dataset(case, seed)
    kind = METHODS[case.method]
    with randomness(seeded(seed, "weights")):
        method = kind(kind.resolve(dict(case.hyper), data.spec.kind), data.spec)
    engine = Engine(method, data, seed, torch.device("cpu"))
    real = scene.take_real(engine)
    made = Course(data.spec, real, [], [])
    for step in range(1, case.steps + 1):
        engine.step()
        engine.close_row(0.005 * step)
        if step % LOOK_EVERY and step != case.steps:
            continue
        made.rows += [rows for rows in (engine.losses.take(), engine.gradients.take()) if rows is not None]
        samples = scene.take_samples(engine, "ema")
        made.rows += _quality(samples, real, data.spec, engine)
        if step % (case.steps // looks) < LOOK_EVERY or step == case.steps:
            made.pictures.append(samples)
        if engine.losses.not_finite is not None:
            made.pictures.append(samples)
            break
    return made


def _quality(samples: Samples, real: RealBatch, spec: DataSpec, engine: Engine) -> list[Rows]:
    scores = measure(Observed(samples.generated, real.wanted), spec)
    values: NDArray[np.float32] = np.array([list(scores.values())], np.float32)
    series = tuple(SeriesInfo(name, "quality", "fake") for name in scores)
    at = np.array([engine.step_count], np.int64), np.array([engine.seconds], np.float64)
    return [Rows("quality", series, *at, values)] if scores else []
