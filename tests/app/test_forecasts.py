"""What is said of a run before it starts, when it is measured and when not. Measuring itself is made up here."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from ganstudio.app.drafts import ExperimentDraft
from ganstudio.app.forecasts import Forecasts, rough_size, rough_time
from ganstudio.app.gallery import gallery_card
from ganstudio.app.generators.catalogue import Catalogue
from ganstudio.app.jobs import Jobs
from ganstudio.app.settings import SettingsStore
from ganstudio.core.errors import CancelledError, TrainingError
from ganstudio.core.experiment import Experiment
from ganstudio.training.forecast import Cost

DIGITS = Experiment("dcgan", "digits", steps=3000)


class Rig:
    """Forecasts with a measurement that answers at once, unless it is told to wait."""

    def __init__(self, folder: Path, patch: pytest.MonkeyPatch) -> None:
        self.jobs, self.trained, self.catalogue = Jobs(), 0, Catalogue()
        self.settings = SettingsStore(folder)
        self.measured: list[Experiment] = []
        self.at_once = self.most = 0
        self.wait = threading.Event()
        self.wait.set()
        self.cost: Callable[[Experiment], Cost] = lambda _one: Cost(0.08, 1.0, 320_000_000)
        patch.setattr("ganstudio.training.forecast.foretell", self.foretell)
        patch.setattr("ganstudio.app.forecasts.QUIET", 0.0)
        self.forecasts = self.another()

    def another(self) -> Forecasts:
        made = Forecasts(self.jobs, self.settings, lambda: self.trained)
        made.ready(made.load(), self.catalogue)
        return made

    def foretell(self, experiment: Experiment, _threads: int, cancel: threading.Event, beside: int) -> Cost:
        self.at_once += 1
        self.most = max(self.most, self.at_once)
        try:
            self.measured.append(experiment)
            while not self.wait.wait(0.005):
                if cancel.is_set():
                    raise CancelledError("given up")
            cost = self.cost(experiment)
            return Cost(cost.step, cost.begin, cost.memory, beside)
        finally:
            self.at_once -= 1

    def until(self, met: Callable[[], Any]) -> None:
        end = time.monotonic() + 20
        while not met():
            assert time.monotonic() < end, self.forecasts.told
            self.jobs.pump()
            self.forecasts.pump()
            time.sleep(0.002)

    def rest(self) -> None:
        for _turn in range(20):
            self.jobs.pump()
            self.forecasts.pump()
            time.sleep(0.002)


@pytest.fixture
def rig(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Rig]:
    made = Rig(tmp_path, monkeypatch)
    yield made
    assert made.jobs.shutdown()


def test_what_was_measured_once_is_known_after_the_next_start(rig: Rig) -> None:
    rig.forecasts.want(DIGITS)
    assert rig.forecasts.told.words.startswith("Measuring")
    rig.until(lambda: rig.forecasts.told.words.startswith("About"))
    assert rig.forecasts.told.words == "About 4 min, 320 MB"
    assert "80 ms a step" in rig.forecasts.told.more
    later = rig.another()
    later.want(DIGITS)
    assert later.told.words == "About 4 min, 320 MB"
    assert len(rig.measured) == 1


def test_cards_tell_what_was_measured_and_else_what_is_estimated(rig: Rig) -> None:
    card = gallery_card("digits")
    before = rig.forecasts.of_cards(1.0)
    assert before["digits"] == ("About 3 min", "About 3 min, estimated for this machine")
    assert before["codes"] == before["folder"] == ("", "")
    rig.forecasts.want(card.experiment)
    rig.until(lambda: rig.measured and not rig.jobs.running)
    words = "About 4 min, 320 MB"
    assert rig.forecasts.of_cards(1.0) == before | {"digits": (words, f"{words}, measured on this machine")}


def test_only_what_changes_the_cost_is_measured_anew(rig: Rig) -> None:
    draft = ExperimentDraft(DIGITS)
    draft.changed.connect(rig.forecasts.want)
    rig.forecasts.want(DIGITS)
    rig.until(lambda: rig.measured and not rig.jobs.running)
    for free in ("lr_d", "beta1"):
        draft.set_hyper(free, 0.4)
    draft.set(seed=5, name="another", steps=6000)
    rig.rest()
    assert len(rig.measured) == 1
    assert rig.forecasts.told.words.startswith("About 8 min")
    for number, (name, value) in enumerate((("batch_size", 16), ("conv_width", 8), ("ema", 0.0)), 2):
        draft.set_hyper(name, value)
        rig.until(lambda wanted=number: len(rig.measured) == wanted and not rig.jobs.running)
    draft.set_data_option("size", 16)
    rig.until(lambda: len(rig.measured) == 5 and not rig.jobs.running)
    assert rig.most == 1


def test_a_change_of_the_form_gives_up_what_is_measured(rig: Rig) -> None:
    rig.wait.clear()
    rig.forecasts.want(DIGITS)
    rig.until(lambda: rig.at_once)
    rig.forecasts.want(DIGITS.with_(steps=4000))  # the same cost: it goes on
    rig.rest()
    assert len(rig.measured) == 1
    rig.forecasts.want(None)
    rig.until(lambda: not rig.at_once and not rig.jobs.running)
    rig.forecasts.want(DIGITS)
    rig.until(lambda: rig.at_once)
    rig.trained = 1  # a run has started somewhere
    rig.until(lambda: not rig.at_once and not rig.jobs.running)
    assert rig.forecasts.told.held


def test_beside_a_run_it_is_measured_when_asked_and_says_so(rig: Rig) -> None:
    rig.trained = 1
    rig.forecasts.want(DIGITS)
    rig.rest()
    assert not rig.measured
    assert rig.forecasts.told.held
    rig.forecasts.measure_beside()
    rig.until(lambda: rig.forecasts.told.words.startswith("About"))
    assert "beside a run" in rig.forecasts.told.more
    assert rig.another().cost(DIGITS) is None  # it is no measure of the machine


def test_hours_come_with_what_takes_minutes(rig: Rig) -> None:
    """The size is halved where that helps, then steps go; all of it is one step of undo."""
    rig.cost = lambda one: Cost(0.1 if "size=16" in one.data else 0.4, 1.0)
    draft = ExperimentDraft(DIGITS.with_(steps=100_000))
    draft.changed.connect(rig.forecasts.want)
    rig.forecasts.want(draft.experiment)
    rig.until(lambda: "px" in rig.forecasts.told.offer)
    told = rig.forecasts.told
    assert told.words == "About 11 h"
    assert told.offer == "Rather 16 px and 7,000 steps: 10 min"
    assert told.lighter is not None
    draft.replace(told.lighter)
    assert rig.forecasts.told.words == "About 10 min"
    assert rig.forecasts.told.lighter is None
    draft.history.undo()
    assert draft.experiment.steps == 100_000
    draft.replace(Experiment("gan", "ring", steps=100_000))  # points have no size
    rig.until(lambda: rig.forecasts.told.offer)
    assert rig.forecasts.told.offer == "Rather 2,000 steps: 15 min"


def test_what_cannot_be_tried_says_why_once(rig: Rig) -> None:
    def refuse(_one: Experiment) -> Cost:
        raise TrainingError("There may not be enough memory for it.")

    rig.cost = refuse
    rig.forecasts.want(DIGITS)
    rig.until(lambda: "memory" in rig.forecasts.told.words)
    rig.rest()
    assert len(rig.measured) == 1


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (1, "5 s"), (23, "25 s"), (55, "1 min"), (250, "4 min"), (1300, "20 min"), (5400, "1½ h"), (40_000, "11 h"),
        (3 * 86_400, "3 days"),
    ],
)  # fmt: skip
def test_times_in_words(seconds: float, words: str) -> None:
    assert rough_time(seconds) == words


def test_sizes_in_words() -> None:
    assert [rough_size(int(size)) for size in (1e6, 3.2e8, 9.6e8, 1.44e9, 2.3e10)] == [
        "10 MB", "320 MB", "1.0 GB", "1.4 GB", "23 GB",
    ]  # fmt: skip
