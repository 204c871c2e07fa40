"""Measures runs and folders with the metrics of the registry. For a job: nothing of it knows a window."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence, Set
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ganstudio.app.evaluate.asked import (
    MOST_COUNT,
    USUAL_COUNT,
    Asked,
    default_extractor,
    extractors_for,
    is_stacked,
    lacking,
    metrics_for,
    usual,
)
from ganstudio.core.errors import CancelledError, StoreError, StudioError, UsageError
from ganstudio.core.i18n import _
from ganstudio.core.scores import Score
from ganstudio.metrics import all_metrics
from ganstudio.metrics.base import RECOGNISED, Evidence, Found, Metric, Need, Sample
from ganstudio.metrics.extractors import make_extractor
from ganstudio.metrics.real_side import RealKey, cached_features

if TYPE_CHECKING:
    from ganstudio.app.evaluate.sides import Parts
    from ganstudio.data.base import Arrays
    from ganstudio.metrics.extractors import Extractor
    from ganstudio.store import Run

Tick = Callable[[float, str], None]
Keep = Callable[[Score], None]
_WITH_FEATURES = {"features", "probabilities"}

__all__ = ["Asked", "extractors_for", "measure_folders", "measure_run", "metrics_for"]


def measure_run(run: Run, asked: Asked, tick: Tick, into: list[Score] | None = None) -> list[Score]:
    """Measures checkpoints of a run against its data; each score is written into the run as it comes.

    Args:
        run: a stored run; it may be in training meanwhile.
        asked: what is measured, and how.
        tick: told a share in [0, 1] and words, often; raises CancelledError to end, and what was written stays.
        into: each score is added to it as it comes, so that whoever is interrupted has them; it is what is returned.

    Returns:
        A score for every checkpoint and metric; NaN with a note where a metric failed or is not defined.

    Raises:
        UsageError: no such metric, extractor, checkpoint, part or device.
        StudioError: no checkpoint can be opened, or the data are gone or others now.
        DiskFullError: at the end, where scores could not be written; ``into`` holds all that was measured.
    """
    from ganstudio.app.evaluate.sides import read_parts, some_of
    from ganstudio.explore.stored import StoredGenerator
    from ganstudio.store.scores import append_scores
    from ganstudio.training.device import choose_device

    metrics = _wanted(asked, metrics_for(run.info))
    if asked.source not in ("ema", "raw"):
        raise UsageError(_("Weights are “ema” or “raw”, not “{source}”.").format(source=asked.source))
    device = choose_device(asked.device)
    steps: Sequence[int | None] = run.checkpoint_steps() if asked.all_checkpoints else asked.steps or (None,)
    if not steps:
        raise StoreError(
            _("The run in {path} has no checkpoint yet; train it for a while first.").format(path=run.path)
        )
    if len(steps) == 1:  # tells of a run without a good checkpoint before the data are read
        StoredGenerator.open(run, steps[0], "raw" if asked.source == "raw" else "ema", "cpu")
    want_held = asked.split == "held out" or any(one.needs & ({"held out"} | RECOGNISED) for one in metrics)
    parts = read_parts(run, want_held, _part(tick, 0.0, 0.1))
    arrays, split = _chosen(parts, asked.split, run.info.takes != "nothing")
    real = some_of(arrays, _count(asked.count, len(arrays.items)), asked.seed)
    bench = _Bench(metrics, asked, str(device.type), run.info.fingerprint, split)
    bench.prepare(real, parts, _part(tick, 0.1, 0.25))
    scores: list[Score] = [] if into is None else into
    lost: StoreError | None = None

    def keep(score: Score) -> None:
        nonlocal lost
        scores.append(score)
        try:
            append_scores(run.path, [score])
        except StoreError as error:
            lost = error

    for number, step in enumerate(steps):
        share = 0.75 / len(steps)
        within = _part(tick, 0.25 + share * number, 0.25 + share * (number + 1))
        made = _now()
        try:
            generator = StoredGenerator.open(run, step, "raw" if asked.source == "raw" else "ema", device)
        except StudioError as error:
            if len(steps) == 1:
                raise
            bench.damaged(Score("", math.nan, step=step or 0, source=asked.source, made=made), str(error), keep)
            continue
        bench.of_generator(generator, made, keep, within)
    if lost is not None:
        raise lost
    return scores


def measure_folders(real: Path, fake: Path, asked: Asked, tick: Tick, into: list[Score] | None = None) -> list[Score]:
    """Compares two folders of pictures, or two ``.npy`` files; nothing is written.

    Args:
        real: what is held for true: a folder, or a file with uint8 pictures or float features ``(n, d)``.
        fake: what is compared with it.
        asked: which metrics, how many, which extractor.
        tick: as in :func:`measure_run`.
        into: as in :func:`measure_run`.

    Raises:
        UsageError: no such metric, or the two cannot be compared.
        DataError: one cannot be read.
    """
    from ganstudio.app.evaluate.given import read_two
    from ganstudio.training.device import choose_device

    device = choose_device(asked.device)
    two = read_two(Path(real), Path(fake), asked.count, asked.seed, _part(tick, 0.0, 0.2))
    pictures = two.spec.kind == "images"
    met: set[Need] = {"features", "many", *(("pictures",) if pictures else ())}
    if two.partners:
        met.add("partners")
    if pictures and asked.extractor.startswith("inception"):
        met.add("probabilities")
    if two.spec.kind == "points" and two.real.items.shape[1] == 2:
        met.add("density")
    there = [one for one in all_metrics().values() if one.needs <= met]
    metrics = _wanted(asked, there)
    bench = _Bench(metrics, replace(asked, source=""), str(device.type), two.fingerprint, "", met, two.resize, two.note)
    scores: list[Score] = [] if into is None else into
    bench.of_two(two.spec, two.real, two.fake, scores.append, _part(tick, 0.2, 1.0))
    return scores


class _Bench:
    """Measures one side after the other against the same real items."""

    def __init__(
        self, metrics: Sequence[Metric], asked: Asked, device: str, data: str, split: str, met: Set[str] = frozenset(),
        resize: str = "", note: str = "",
    ) -> None:  # fmt: skip
        self._met, self._resize, self._note = met, resize, note
        self._metrics, self._asked, self._device, self._data, self._split = metrics, asked, device, data, split
        self._extractor: Extractor | None = None
        self._arrays: Arrays | None = None
        self._parts: Parts | None = None
        self._held: Sample | None = None
        self._trained_on: Sample | None = None
        self._of_real: dict[str, Any] = {}
        self._featured = any(one.needs & _WITH_FEATURES for one in metrics)

    def prepare(self, real: Arrays, parts: Parts, tick: Tick) -> None:
        """Makes the real side."""
        from ganstudio.app.evaluate.sides import sample_of, some_of

        self._arrays, self._parts, train = real, parts, parts.train
        if self._featured:
            name = self._asked.extractor or default_extractor(real.spec)
            what = _singles(train) if name == "classifier" and is_stacked(train.spec) else None
            items, labels, classes = what or (train.items, train.labels, train.spec.classes)
            self._extractor = self._make(name, items, labels, classes, _part(tick, 0.0, 0.6), what is not None)
        self._real = self._known(sample_of(real), self._split, _part(tick, 0.6, 0.8))
        if parts.held is not None and any("held out" in one.needs for one in self._metrics):
            count, seed = len(real.items), self._asked.seed
            held = some_of(parts.held, count, seed)
            self._held = self._known(sample_of(held), "held out", _part(tick, 0.8, 0.9))
            if self._split != "train":  # what was learned by heart was trained on
                trained_on = sample_of(some_of(train, count, seed))
                self._trained_on = self._known(trained_on, "train", _part(tick, 0.9, 1.0))

    def _make(
        self, name: str, items: Any, labels: Any, classes: tuple[str, ...], tick: Tick, stacked: bool = False
    ) -> Extractor:
        from ganstudio.data.files import cache_folder

        return make_extractor(
            name, items, labels, classes, cache=cache_folder(), device=self._device, tick=tick,
            inception_path=self._asked.inception or None, stacked=stacked,
        )  # fmt: skip

    def _known(self, side: Sample, split: str, tick: Tick) -> Sample:
        """A real side with features: those that are kept, where it was looked at before."""
        from ganstudio.data.files import cache_folder

        by = self._extractor
        if by is None or side.features is not None:
            return side
        key = RealKey(self._data, len(side), split, self._asked.seed)
        features, probabilities = cached_features(by, key, lambda: by.extract(side.items, tick), cache_folder())
        return replace(side, features=features, probabilities=probabilities)

    def _seen(self, side: Sample, tick: Tick) -> Sample:
        if self._extractor is None or side.features is not None:
            return side
        features, probabilities = self._extractor.extract(side.items, tick)
        return replace(side, features=features, probabilities=probabilities)

    def of_generator(self, generator: Any, made: str, keep: Keep, tick: Tick) -> None:
        """All metrics of one checkpoint."""
        from ganstudio.app.evaluate.sides import draw_fakes, recognised_by
        from ganstudio.explore.decoding import decoder_of

        arrays, asked, parts = self._arrays, self._asked, self._parts
        assert arrays is not None, "prepare comes first"
        assert parts is not None
        terms = Score("", math.nan, step=generator.step, source=generator.source, made=made)
        count = asked.count or len(arrays.items)
        try:
            fake = draw_fakes(generator, arrays, count, asked.seed, _part(tick, 0.0, 0.3))
            fake = self._seen(fake, _part(tick, 0.3, 0.5))
        except (CancelledError, UsageError):
            raise
        except StudioError as error:
            self.damaged(terms, str(error), keep)
            return
        needs = {need for one in self._metrics for need in one.needs}
        decoder = decoder_of(generator, asked.seed, self._device) if "decoder" in needs else None
        recognised = recognised_by(generator, parts, asked.seed) if RECOGNISED & needs else None
        evidence = Evidence(
            arrays.spec, self._real, fake, self._held, decoder, recognised, seed=asked.seed, device=self._device,
            of_real=self._of_real,
        )  # fmt: skip
        self._measure(evidence, terms, keep, _part(tick, 0.5, 1.0))

    def damaged(self, terms: Score, note: str, keep: Keep) -> None:
        """Nothing can be measured of one checkpoint: each metric says why."""
        assert self._arrays is not None, "prepare comes first"
        real = len(self._arrays.items)
        for one in self._metrics:
            keep(self._score(one, Found(math.nan, note=note), terms, self._asked.count or real, real, 0.0,
                             self._split_of(one, False)))  # fmt: skip

    def of_two(self, spec: Any, real: Sample, fake: Sample, keep: Keep, tick: Tick) -> None:
        """All metrics of two sides as they are."""
        label = _("features as given")
        if self._featured and real.features is None:
            self._extractor = self._make(
                self._asked.extractor or "pixels", real.items, None, (), _part(tick, 0.0, 0.1)
            )  # fmt: skip
            real, fake = self._known(real, "", _part(tick, 0.1, 0.3)), self._seen(fake, _part(tick, 0.3, 0.5))
            label = ""
        evidence = Evidence(spec, real, fake, seed=self._asked.seed, device=self._device)
        terms = Score("", math.nan, source="", made=_now(), extractor_label=label)
        self._measure(evidence, terms, keep, _part(tick, 0.5, 1.0))

    def _measure(self, evidence: Evidence, terms: Score, keep: Keep, tick: Tick) -> None:
        apart: Evidence | None = None
        for number, metric in enumerate(self._metrics):
            share = 1 / len(self._metrics)
            tick(number * share, metric.title)
            given = evidence
            if "held out" in metric.needs and self._trained_on is not None:
                given = apart = apart or replace(evidence, real=self._trained_on, of_real={}, _known={})
            given.tick = _part(tick, number * share, (number + 1) * share)
            began = time.monotonic()
            found = _tried(metric, given, self._met)
            counts = len(given.fake), len(given.real)
            seen = given.recognised
            if metric.needs & RECOGNISED and seen is not None and seen.labels is not None:
                counts = len(seen.labels), len(seen.labels)
            split = self._split_of(metric, seen is not None)
            keep(self._score(metric, found, terms, *counts, time.monotonic() - began, split))
        tick(1.0, _("Done"))

    def _split_of(self, metric: Metric, recognised: bool) -> str:
        """What real items it looked at; ``recognised``: as far as networks of the model looked at some."""
        if "held out" in metric.needs and self._trained_on is not None:
            return "train"
        apart = self._parts is not None and self._parts.held is not None
        return "held out" if metric.needs & RECOGNISED and recognised and apart else self._split

    def _score(
        self, metric: Metric, found: Found, terms: Score, count: int, real: int, seconds: float, split: str
    ) -> Score:
        note = " ".join(filter(None, (found.note, self._note)))
        if self._asked.count > real and not metric.needs & RECOGNISED:
            few = _("There are only {n} real items; all were taken.").format(n=f"{real:,}")
            note = f"{note} {few}".strip()
        by = self._extractor if metric.needs & _WITH_FEATURES else None
        resize = ", ".join(filter(None, (self._resize, by.resize if by else "")))
        given = terms.extractor_label if metric.needs & _WITH_FEATURES else ""
        return replace(
            terms, metric=metric.name, value=float(found.value), low=float(found.low), high=float(found.high),
            more=dict(found.more), extractor=by.name if by else "", extractor_label=by.label if by else given,
            resize=resize, count=count, real_count=real, split=split,
            seed=self._asked.seed, data=self._data, seconds=round(seconds, 3), note=note,
        )  # fmt: skip


def _tried(metric: Metric, evidence: Evidence, met: Set[str]) -> Found:
    """What a metric finds; where it fails, why: the others go on."""
    if reason := lacking(metric, evidence, met):
        return Found(math.nan, note=reason)
    try:
        return metric.compute(evidence)
    except CancelledError:
        raise
    except StudioError as error:
        return Found(math.nan, note=str(error))
    except Exception as error:  # noqa: BLE001 - one metric that fails must not take the others along
        return Found(math.nan, note=_("It failed: {kind}: {error}").format(kind=type(error).__name__, error=error))


def _wanted(asked: Asked, there: list[Metric]) -> list[Metric]:
    if not 0 <= asked.count <= MOST_COUNT:
        raise UsageError(_("From 1 to {most} items can be compared.").format(most=f"{MOST_COUNT:,}"))
    registry = all_metrics()
    found = [registry[name] for name in dict.fromkeys(asked.metrics or usual(there))]
    if not found:
        raise UsageError(_("There is no metric that can be measured on this."))
    return found


def _count(asked: int, there: int) -> int:
    return min(asked or USUAL_COUNT, there)


def _chosen(parts: Parts, split: str, translates: bool) -> tuple[Arrays, str]:
    if split not in ("", "train", "held out"):
        raise UsageError(_("The parts of a set are “train” and “held out”, not “{split}”.").format(split=split))
    if split == "held out" and parts.held is None:
        raise UsageError(_("These data have no part that was not trained on: take the split “train”."))
    if parts.held is not None and (split == "held out" or (translates and not split)):
        return parts.held, "held out"
    return parts.train, "train"


def _singles(stacked: Arrays) -> tuple[Any, Any, tuple[str, ...]] | None:
    """The single digits that a set was stacked of, their classes, and the names of these."""
    from ganstudio.data.base import Job
    from ganstudio.data.request import parse_request
    from ganstudio.data.stacked import StackedOptions, singles

    options = parse_request(stacked.spec.name).options
    if not isinstance(options, StackedOptions):
        return None
    items, labels, _notes = singles(options, Job())
    return items, labels, tuple(map(str, range(10)))


def _part(tick: Tick, low: float, high: float) -> Tick:
    """A part of the whole progress."""
    return lambda share, text: tick(low + (high - low) * min(max(share, 0.0), 1.0), text)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
