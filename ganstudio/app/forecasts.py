"""How long the experiment that is being put together would take, and how much memory: measured while nobody waits for it.

One small measurement at a time, in a job, once the form has rested for a moment; given up when the form changes or a run
starts. See :mod:`ganstudio.training.forecast` for what is measured and where it is kept.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from psygnal import Signal

from ganstudio.app.drafts import join_request, split_request
from ganstudio.app.jobs import Jobs, Newest
from ganstudio.core.errors import StudioError, UsageError
from ganstudio.core.experiment import Experiment
from ganstudio.core.i18n import _, plural

if TYPE_CHECKING:
    from ganstudio.app.generators.catalogue import Catalogue
    from ganstudio.app.settings import SettingsStore
    from ganstudio.training.forecast import Cost, Costs

QUIET = 0.7
"""Seconds for which the form must have rested."""
LONG, SHORT = 3600.0, 900.0
"""Seconds of a run for which something smaller is offered, and that this may take."""
SMALLEST = 16


@dataclass(frozen=True, slots=True)
class Forecast:
    """What is said of an experiment.

    Attributes:
        words: one line; ``more`` says how that is known, or why it is not.
        lighter: an experiment like it that takes minutes, where this one takes hours; ``offer`` says what it changes.
        held: it is not measured because something trains; it can be asked for.
    """

    words: str = ""
    more: str = ""
    lighter: Experiment | None = None
    offer: str = ""
    held: bool = False


class Forecasts:
    """Forecasts for the form and for the cards. Main thread only; ``changed`` when more is known.

    Args:
        jobs: where measuring is done.
        settings: threads and device that a run gets.
        training: how many runs train here at present.
    """

    changed = Signal()

    def __init__(self, jobs: Jobs, settings: SettingsStore, training: Callable[[], int]) -> None:
        self._settings, self._training = settings, training
        self._measuring = Newest(jobs)
        self._costs: Costs | None = None
        self._catalogue: Catalogue | None = None
        self._wanted: Experiment | None = None
        self._asked = False
        self._due = 0.0
        self._at = ""  # what is being measured
        self._failed: dict[str, str] = {}
        self._keys: dict[tuple[Any, ...], str] = {}

    # -- what is known ----------------------------------------------------------------------------------------------

    def load(self, known: Sequence[Experiment] = ()) -> Costs:
        """What was measured before; reads a file, so not for the main thread. ``known`` will be asked about at once."""
        from ganstudio.training.forecast import Costs

        for experiment in known:
            self._key(experiment)
        return Costs()

    def ready(self, costs: Costs, catalogue: Catalogue) -> None:
        """Everything is there to answer with."""
        self._costs, self._catalogue = costs, catalogue
        self._begin_soon()
        self.changed.emit()

    def cost(self, experiment: Experiment) -> Cost | None:
        """What it costs on this machine; None while nothing was measured."""
        try:
            return None if self._costs is None else self._costs.get(self._key(experiment))
        except StudioError:
            return None

    def _key(self, experiment: Experiment) -> str:
        from ganstudio.training.forecast import what_costs

        experiment, threads = self._placed(experiment), self._threads()
        hyper = tuple(sorted(experiment.hyper.items()))
        asked = (experiment.method, experiment.data, experiment.device, threads, hyper)
        if asked not in self._keys:
            if len(self._keys) > 1000:
                self._keys.clear()
            self._keys[asked] = what_costs(experiment, threads)
        return self._keys[asked]

    def _placed(self, experiment: Experiment) -> Experiment:
        device = experiment.device
        return experiment.with_(device=self._settings.values.device if device == "auto" else device, name="")

    def _threads(self) -> int:
        from ganstudio.training.device import thread_count

        return thread_count(self._settings.values.cpu_threads, beside_window=True)

    # -- what is wanted ---------------------------------------------------------------------------------------------

    def want(self, experiment: Experiment | None) -> None:
        """What the form shows and could start; None: nothing, and what is being measured is given up."""
        before, self._wanted = self._wanted, experiment
        if experiment is None:
            self._stop()
            self._failed.clear()  # what was in the way may be mended when somebody comes back
        elif experiment != before:
            self._asked = self._asked and before is not None
            self._begin_soon()

    def measure_beside(self) -> None:
        """Measures although something trains; what comes out says so."""
        self._asked, self._due = True, time.monotonic()

    def pump(self) -> None:
        """Begins what is due. Called by the window's one timer."""
        if self._measuring.job is not None and self._training() and not self._asked:
            self._stop()
            self._begin_soon()
        if self._due and time.monotonic() >= self._due:
            self._due = 0.0
            self._begin()

    def _begin_soon(self) -> None:
        if self._wanted is not None and self._costs is not None:
            self._due = time.monotonic() + QUIET

    def _stop(self) -> None:
        self._measuring.stop()
        self._at, self._due = "", 0.0

    def _begin(self) -> None:
        following = self._next()
        key = "" if following is None else self._key(following)
        if key and key == self._at:
            return
        self._stop()
        if following is not None and (self._asked or not self._training()):
            self._measure(following, key)
        self.changed.emit()

    def _next(self) -> Experiment | None:
        """What is to be measured: what is wanted, then what could be offered in its place."""
        for experiment in (self._wanted, self._halved()):
            if experiment is not None:
                try:
                    key = self._key(experiment)
                except UsageError:
                    continue
                cost, alone = self.cost(experiment), not self._training()
                if (cost is None or (cost.beside and alone)) and key not in self._failed:
                    return experiment
        return None

    def _measure(self, experiment: Experiment, key: str) -> None:
        from ganstudio.training.forecast import foretell

        costs, beside, threads, placed = self._costs, self._training(), self._threads(), self._placed(experiment)
        assert costs is not None
        self._at = key

        def work(_progress: object, cancel: Any) -> None:
            costs.put(key, foretell(placed, threads, cancel, beside))

        def ended(_what: object = None, why: str = "") -> None:
            self._at = ""
            if why:
                self._failed[key] = why
            self._due = time.monotonic()  # something smaller may be wanted, too
            self.changed.emit()

        title = _("Measuring how long it takes")
        self._measuring.start(title, work, ended, lambda error: ended(why=str(error)))

    # -- what is said -----------------------------------------------------------------------------------------------

    @property
    def told(self) -> Forecast:
        """What there is to say of what is wanted."""
        wanted = self._wanted
        if wanted is None or self._costs is None:
            return Forecast()
        cost = self.cost(wanted)
        if cost is not None:
            lighter, offer = self._lighter(wanted, cost)
            return Forecast(cost_words(cost, wanted.steps), _how_known(cost), lighter, offer)
        try:
            why = self._failed.get(self._key(wanted), "")
        except UsageError:
            return Forecast()
        if why:
            return Forecast(why, _("A few steps were tried, and this came of it."))
        if self._training() and not self._asked:
            more = _("What trains would be held up, and what is measured would be too slow.")
            return Forecast(_("Not measured while a run trains"), more, held=True)
        return Forecast(_("Measuring how long it takes…"), _("A few steps are taken, timed and thrown away."))

    def of_cards(self, rate_scale: float) -> dict[str, tuple[str, str]]:
        """How long the ready experiments take, by the card's id: in words, and with how that is known.

        What has not been measured here is told from how fast the machine is, in units of the reference machine.
        """
        from ganstudio.app.gallery import GALLERY

        found = {}
        for card in GALLERY:
            words, cost = card.expected_time(rate_scale), self.cost(card.experiment)
            if words and cost is not None:
                words = cost_words(cost, card.experiment.steps)
            known = _("{time}, measured on this machine") if cost else _("{time}, estimated for this machine")
            found[card.id] = words, known.format(time=words) if words else ""
        return found

    def _halved(self) -> Experiment | None:
        """What is wanted with pictures of half the size, where it takes hours and both method and data allow it."""
        wanted, catalogue = self._wanted, self._catalogue
        cost = None if wanted is None else self.cost(wanted)
        if wanted is None or catalogue is None or cost is None or cost.seconds(wanted.steps) < LONG:
            return None
        name, path, options = split_request(wanted.data)
        field = next((spec for spec in catalogue.dataset(name).fields if spec.name == "size"), None)
        size = 0 if field is None else int(options.get("size", field.default)) // 2
        if field is None or size < SMALLEST or (field.choices and str(size) not in field.choices):
            return None
        method = catalogue.method(wanted.method)
        if method.needs and method.needs.refusal(method.title, size=size):
            return None
        return wanted.with_(data=join_request(name, path, {**options, "size": str(size)}))

    def _lighter(self, wanted: Experiment, cost: Cost) -> tuple[Experiment | None, str]:
        """An experiment that takes minutes instead of hours, and what it changes in words."""
        if cost.seconds(wanted.steps) < LONG:
            return None, ""
        smaller = self._halved()
        its = None if smaller is None else self.cost(smaller)
        if smaller is None or its is None or its.step > 0.7 * cost.step:
            smaller, its = wanted, cost
        steps = min(wanted.steps, _round_down((SHORT - its.begin) / its.step))
        if steps < 1:
            return None, ""
        lighter, time = smaller.with_(steps=steps), rough_time(its.seconds(steps))
        _name, _path, options = split_request(lighter.data)
        words = _("Rather {size} px and {steps} steps: {time}")
        if smaller.data == wanted.data:
            words = _("Rather {steps} steps: {time}")
        elif steps == wanted.steps:
            words = _("Rather {size} px: {time}")
        return lighter, words.format(size=options.get("size", ""), steps=f"{steps:,}", time=time)


def _how_known(cost: Cost) -> str:
    lines = [_("Measured on this machine: {time}.").format(time=step_words(cost))]
    if cost.beside:
        lines.append(_("It was measured beside a run that trains; alone it is faster."))
    if cost.memory:
        lines.append(_("The memory is what it takes beyond the program itself."))
    return "\n".join(lines)


def step_words(cost: Cost) -> str:
    """What one step takes: ``"92 ms a step"``."""
    digits = 3 if cost.step < 100 else 4
    words = _("{n} ms a step") if cost.step < 1 else _("more than {n} s a step") if cost.at_least else _("{n} s a step")
    return words.format(n=f"{cost.step * (1000 if cost.step < 1 else 1):.{digits}g}")


def _round_down(count: float) -> int:
    """The next of 1, 2, 3, 5, 7, 10, 20, … below."""
    if count < 1:
        return 0
    unit = 10 ** (len(str(int(count))) - 1)
    return int(max(lead for lead in (1, 2, 3, 5, 7) if lead * unit <= count) * unit)


def cost_words(cost: Cost, steps: int) -> str:
    """Time and memory of a run in words: ``"About 4 min, 320 MB"``."""
    time = rough_time(cost.seconds(steps))
    words = _("More than {time}") if cost.at_least else _("About {time}")
    if cost.memory and not cost.at_least:
        words = _("About {time}, {memory}")
    return words.format(time=time, memory=rough_size(cost.memory))


def rough_time(seconds: float) -> str:
    """A duration as one says it: ``"20 s"``, ``"4 min"``, ``"1½ h"``, ``"3 days"``; never more exact than it is known."""
    if seconds < 50:
        return plural("{n} s", "{n} s", max(5, 5 * round(seconds / 5)))
    minutes = seconds / 60
    if minutes < 10:
        return plural("{n} min", "{n} min", max(1, round(minutes)))
    if minutes < 50:
        return plural("{n} min", "{n} min", 5 * round(minutes / 5))
    halves = round(minutes / 30)
    if halves >= 96:
        return plural("{n} day", "{n} days", round(halves / 48))
    whole, half = divmod(halves, 2)
    return _("{hours} h").format(hours=f"{whole}{'½' if half else ''}" if halves < 20 else round(halves / 2))


def rough_size(size: int) -> str:
    """An amount of memory as one says it: ``"30 MB"``, ``"320 MB"``, ``"1.4 GB"``."""
    if size >= 950e6:
        return _("{n} GB").format(n=f"{size / 1e9:.1f}" if size < 9.5e9 else f"{size / 1e9:.0f}")
    return _("{n} MB").format(n=max(10, 10 * round(size / 1e7)))
