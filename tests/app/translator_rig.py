"""A studio without a window around a translator, pumped by the test; and a small translating run on disk."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from ganstudio.app.generators.catalogue import Catalogue
from ganstudio.app.notifications import Notification, Notifications
from ganstudio.app.settings import SettingsStore
from ganstudio.app.studio import Studio
from ganstudio.app.translate.translator import Translator
from ganstudio.core.controls import Control
from ganstudio.core.experiment import Experiment
from tests.explore.toy_translators import opened, take

EXPERIMENT = Experiment("pix2pix", "edges-digits", {"width": 4, "width_d": 4, "batch_size": 2}, 3, 0, "cpu")


def store_run(path: Path, experiment: Experiment = EXPERIMENT) -> Path:
    """Trains a tiny translating run."""
    from ganstudio.training.session import Session
    from tests.training.training_kit import finish

    finish(Session.new(experiment.with_(name=path.name), path=path))
    return path


class Rig:
    """A studio without a window, and what it was told."""

    def __init__(self) -> None:
        self.told: list[Notification] = []
        hub = Notifications()
        hub.subscribe(self.told.append)
        self.studio = Studio(SettingsStore(hub=hub), hub)
        self.studio.catalogue = Catalogue()
        self.translator = Translator(self.studio, lambda: None)

    def pump(self) -> None:
        self.studio.pump()
        self.translator.pump()

    def until(self, true: Callable[[], object], seconds: float = 30.0) -> None:
        end = time.monotonic() + seconds
        while not true():
            assert time.monotonic() < end, (self.translator.opening, self.translator.error, self.told)
            self.pump()
            time.sleep(0.002)

    def drawn(self) -> np.ndarray:
        """The output once everything that was asked for is drawn and nothing is being read any more."""
        translator = self.translator
        self.until(lambda: not translator.reading and translator.service.idle and translator.output is not None)
        self.pump()
        assert translator.output is not None
        return translator.output

    def take(self, controls: Sequence[Control], title: str = "toy", examples: bool = True) -> None:
        """Opens a toy network."""
        if examples:
            take(self.translator, controls, title)
        else:
            self.translator._take(opened(controls, title))

    def open(self, path: Path) -> None:
        before = self.translator.opened
        self.translator.open_run(path)
        self.until(lambda: self.translator.opened is not before and not self.translator.opening)

    def close(self) -> None:
        for model in self.studio.training:
            model.stop(save=False)
        self.translator.shutdown()
        self.studio.shutdown()
