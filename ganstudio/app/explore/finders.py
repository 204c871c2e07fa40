"""Finding directions: the ways there are, what stands in the way of each, and the one search that is going on. No Qt."""

from __future__ import annotations

import math
from collections.abc import Generator as Steps
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeVar

import numpy as np
from numpy.typing import NDArray
from psygnal import Signal

from ganstudio.app.explore import kept_directions
from ganstudio.app.generators.keepsakes import MOST_DIRECTIONS
from ganstudio.app.generators.sources import data_of
from ganstudio.app.jobs import Newest, Progress
from ganstudio.app.named import data_refusal
from ganstudio.core.controls import ClassLabel, LatentVector
from ganstudio.core.errors import StudioError, UsageError
from ganstudio.core.i18n import _, plural
from ganstudio.core.working import Working
from ganstudio.explore.rendering import Drawn, Work
from ganstudio.explore.state import Direction, ExploreState, Position
from ganstudio.explore.styles import fits

if TYPE_CHECKING:
    from ganstudio.app.explore.explorer import Explorer
    from ganstudio.app.studio import Studio
    from ganstudio.data import Dataset
    from ganstudio.explore.generator import Generator
    from ganstudio.nn.classifier import Classifier

CHANNEL, URGENCY = "directions", 1
DEFAULT_COUNT, LARGEST_COUNT = 8, 64

T = TypeVar("T")
Needs = Literal["nothing", "labels", "hand", "picks"]


@dataclass(frozen=True, slots=True)
class Way:
    """A way of finding directions.

    Attributes:
        key, title, summary: what it is called in code and by people, and what it does, in one or two sentences.
        needs: what must be there: samples labelled by a classifier, or by hand, or picked.
        counted: a person says how many directions are wanted.
    """

    key: str
    title: str
    summary: str
    needs: Needs = "nothing"
    counted: bool = False


def ways() -> tuple[Way, ...]:
    """Every way, those that need least first."""
    # fmt: off
    return (
        Way("pca", _("Principal components (PCA)"),
            _("What varies most in the network’s activations, carried back to the latent. Needs no labels."),
            counted=True),
        Way("sefa", _("First layer (SeFa)"),
            _("What the first layer amplifies most, read off its weights without drawing anything."), counted=True),
        Way("means", _("Class means"),
            _("From the middle of all samples to the middle of those that look like one class."), "labels"),
        Way("logistic", _("Boundaries, logistic"),
            _("Straight across the line that best tells one class from the rest (logistic regression)."), "labels"),
        Way("svm", _("Boundaries, support vectors"),
            _("Straight across the line with the widest margin between one class and the rest (linear SVM)."), "labels"),
        Way("attributes", _("Attributes (TL-GAN)"),
            _("How much a sample looks like each class, regressed on its latent. Each can be locked against the others."),
            "labels"),
        Way("hand", _("Attribute, labelled by hand"),
            _("Say of a few dozen samples whether they have it: a smile, a slant, a handle. That becomes a slider."),
            "hand"),
        Way("picks", _("More like these, less like those"),
            _("From samples you picked on the wall with + and −."), "picks"),
    )
    # fmt: on


def latent_of(explorer: Explorer) -> LatentVector | None:
    """The latent vector that directions are found in: the first one."""
    return next((control for control in explorer.controls if isinstance(control, LatentVector)), None)


def obstacle(explorer: Explorer, way: Way, liked: Sequence[ExploreState] = ()) -> str:
    """Why a way cannot be gone, and what can be done instead; empty where it can."""
    if explorer.opened is None:
        return _("Open a generator first.")
    if latent_of(explorer) is None:
        return _("This generator has no latent vector, so there are no directions to find.")
    if way.needs == "labels":
        return _no_labels(explorer)
    if way.needs == "picks" and not latents_of(explorer, liked):
        return _("Pick at least one sample you like: + on the wall of samples, or a right click on it.")
    return ""


def _no_labels(explorer: Explorer) -> str:
    classes = next((control for control in explorer.controls if isinstance(control, ClassLabel)), None)
    if classes is not None:
        words = _(
            "“{name}” is a control of this generator already. Label samples by hand to find what it has none for."
        )
        return words.format(name=classes.name)
    why = _no_data(explorer)
    return f"{why} {_('Label samples by hand instead.')}" if why else ""


def _no_data(explorer: Explorer) -> str:
    run = None if explorer.opened is None else explorer.opened.run
    if run is None:
        return _("This generator came without data of its own, so nothing can label its samples.")
    if not run.info.spec.classes:
        return _("The data of this run has no labels.")
    refused = data_refusal(run.info.experiment, explorer.studio.settings)
    if refused:
        return refused
    from ganstudio.data import DATASETS, is_available

    try:
        there = is_available(DATASETS[run.info.experiment.data.partition(":")[0].strip()])
    except StudioError as error:
        return str(error)
    return "" if there else _("The data of this run is not on this computer.")


def latents_of(explorer: Explorer, states: Sequence[ExploreState]) -> list[NDArray[np.float32]]:
    """The latents of picked samples as the network gets them; those of another generator are passed over."""
    latent = latent_of(explorer)
    if latent is None:
        return []
    fitting = [state for state in states if fits(state.position, explorer.controls)]
    return [explorer.effective(state)[latent.name] for state in fitting
            if state.position[latent.name].shape == (latent.size,)]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a search ends with: what was found, and what labelled the samples, to be used again."""

    directions: list[Direction]
    classifier: Classifier | None = None


class Finding:
    """The one search that is going on, if any. Main thread.

    Signals:
        changed: it began, went on or ended.
        found: directions were kept; carries their names.

    Attributes:
        running: a search is going on.
        fraction: how far it is, 0 to 1; negative while nobody knows.
        text: what it is doing, or how it ended; ``error`` why it failed.
    """

    changed = Signal()
    found = Signal(object)

    def __init__(self, explorer: Explorer, studio: Studio) -> None:
        self._explorer = explorer
        self.running, self.fraction, self.text = False, -1.0, ""
        self.error: StudioError | None = None
        self._label = ""
        self._generator: object = None
        self._job = Newest(studio.jobs)
        self._classifiers: dict[tuple[Path | None, str], Classifier] = {}
        explorer.drawn.connect(self._drawn)
        explorer.source_changed.connect(self._look_whether_dropped)
        explorer.weights_changed.connect(self._look_whether_dropped)

    def start(
        self,
        way: Way,
        count: int = DEFAULT_COUNT,
        liked: Sequence[ExploreState] = (),
        disliked: Sequence[ExploreState] = (),
    ) -> None:
        """Looks for directions; replaces a search that is going on. What is in the way is told as :attr:`error`."""
        reason = obstacle(self._explorer, way, liked)
        if reason:
            self._end(error=UsageError(reason))
            return
        state = self._explorer.state
        assert state is not None
        if way.counted:
            self._search(way.title, _unlabelled(way.key, count, state.position))
        elif way.needs == "picks":
            self._search(way.title, _picked(latents_of(self._explorer, liked), latents_of(self._explorer, disliked)))
        else:
            self._with_classifier(way, state.position)

    def start_by_hand(self, latents: NDArray[np.float32], table: NDArray[np.float32], name: str) -> None:
        """Regresses one attribute on samples that a person labelled.

        Args:
            latents: ``(N, size)``.
            table: ``(N,)``: 1 where a sample has it, −1 where not.
            name: what the person calls it.
        """

        def work(generator: Generator) -> Iterator[Any]:
            from ganstudio.explore.attributes import regress
            from ganstudio.explore.probing import latent_of as first

            search = regress(generator, {first(generator).name: latents}, table, [name])
            yield Outcome((yield from _part(search, 0, 1)))

        self._search(name, work)

    def cancel(self) -> None:
        """Stops; what was found so far is dropped."""
        if self.running:
            self._end(_("Stopped."))

    def _begin(self, title: str, text: str) -> None:
        self._stop()
        self.running, self.fraction, self.text, self.error = True, -1.0, text, None
        self._label = _("Find directions: {way}").format(way=title)
        self._generator = None if self._explorer.opened is None else self._explorer.opened.generator
        self.changed.emit()

    def _search(self, title: str, work: Work) -> None:
        self._begin(title, _("Looking"))
        self._explorer.ask(CHANNEL, work, URGENCY)

    def _with_classifier(self, way: Way, hold: Position) -> None:
        opened = self._explorer.opened
        assert opened is not None
        assert opened.run is not None
        run, experiment = opened.run, opened.run.info.experiment
        key = (opened.path, experiment.data)
        known = self._classifiers.get(key)
        if known is not None:
            self._search(way.title, _labelled(way.key, hold, None, known))
            return
        self._begin(way.title, _("Reading the data"))

        def work(progress: Progress, cancel: Any) -> Dataset:
            from ganstudio.data import load

            return load(data_of(run), seed=experiment.seed, cancel=cancel, progress=progress)

        def loaded(data: Dataset) -> None:
            self._explorer.ask(CHANNEL, _labelled(way.key, hold, data, None), URGENCY)

        title = _("Reading {data}").format(data=experiment.data)
        job = self._job.start(title, work, loaded, lambda error: self._end(error=error))
        job.progressed.connect(self._reading)

    def _reading(self, fraction: float, text: str) -> None:
        if self.running and self._job.job is not None:
            self.fraction, self.text = fraction if fraction < 0 else 0.1 * fraction, text
            self.changed.emit()

    def _drawn(self, result: Drawn) -> None:
        if result.channel != CHANNEL or not self.running:
            return
        if isinstance(result.value, Working):
            self.fraction, self.text = result.value.fraction, result.value.text
            self.changed.emit()
        elif isinstance(result.value, Outcome):
            self._keep(result.value)
        elif result.error is not None:
            self._end(error=result.error)

    def _keep(self, outcome: Outcome) -> None:
        opened = self._explorer.opened
        if outcome.classifier is not None and opened is not None and opened.run is not None:
            self._classifiers = {(opened.path, opened.run.info.experiment.data): outcome.classifier}
        names = kept_directions.add(self._explorer, outcome.directions, self._label)
        text = plural("{n} direction found.", "{n} directions found.", len(names))
        if len(names) < len(outcome.directions):
            text += " " + _("No more than {most} are kept; remove some first.").format(most=MOST_DIRECTIONS)
        if outcome.classifier is not None and not math.isnan(outcome.classifier.accuracy):
            words = _("The classifier that labelled the samples is right for {share} of the data kept back.")
            text += " " + words.format(share=f"{outcome.classifier.accuracy:.1%}")
        self._end(text)
        self.found.emit(names)

    def _look_whether_dropped(self) -> None:
        """The rendering service drops everything when it draws with another generator, but not when one trains on."""
        opened = self._explorer.opened
        if self.running and (opened is None or opened.generator is not self._generator):
            self._end(_("Stopped: another generator was opened."))

    def _stop(self) -> None:
        self._explorer.drop(CHANNEL)
        self._job.stop()

    def _end(self, text: str = "", error: StudioError | None = None) -> None:
        self._stop()
        self.running, self.fraction, self.text, self.error = False, -1.0, text, error
        self._generator = None
        self.changed.emit()


# -- what runs in the rendering service -----------------------------------------------------------------------------


def _part(steps: Iterator[Working | T], low: float, high: float) -> Steps[Working, None, T]:
    """The steps of one part of the work, as a share of the whole; the part's result is what this generator returns."""
    for step in steps:
        if not isinstance(step, Working):
            return step
        yield Working(low + (high - low) * step.fraction, step.text)
    raise StudioError(_("The search ended without a result."))


def _unlabelled(key: str, count: int, hold: Position) -> Work:
    def work(generator: Generator) -> Iterator[Any]:
        from ganstudio.explore.directions import factorise, pca

        yield Outcome((yield from _part((factorise if key == "sefa" else pca)(generator, count, hold=hold), 0, 1)))

    return work


def _picked(liked: Sequence[NDArray[np.float32]], disliked: Sequence[NDArray[np.float32]]) -> Work:
    def work(generator: Generator) -> Iterator[Any]:
        from ganstudio.explore.directions import picks

        yield Outcome([picks(generator, np.asarray(liked), np.asarray(disliked))])

    return work


def _labelled(key: str, hold: Position, data: Dataset | None, known: Classifier | None) -> Work:
    def work(generator: Generator) -> Iterator[Any]:
        from ganstudio.explore.attributes import regress
        from ganstudio.explore.directions import boundaries, class_means
        from ganstudio.explore.labelling import label_samples
        from ganstudio.explore.linear import bring_scikit_learn
        from ganstudio.nn.classifier import train_classifier

        if key != "attributes":
            bring_scikit_learn(wait=False)
        classifier, begun = known, 0.0
        if classifier is None:
            assert data is not None
            if data.labels is None:
                raise UsageError(_("The data of this run has no labels. Label samples by hand instead."))
            steps = train_classifier(data.items, data.labels, data.spec.classes)
            classifier, begun = (yield from _part(steps, 0.1, 0.6)), 0.6
        seen = yield from _part(label_samples(generator, classifier, hold=hold), begun, 0.9)
        if key == "attributes":
            search = regress(generator, seen.values, seen.probabilities, seen.names)
        elif key == "means":
            search = class_means(generator, seen.values, seen.labels, seen.names)
        else:
            kind: Any = key
            search = boundaries(generator, seen.values, seen.labels, seen.names, kind)
        yield Outcome((yield from _part(search, 0.9, 1)), classifier)

    return work
