"""What every rank but the first does: as rank 0 says."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable

from ganstudio.core.commands import SetHyper, StepOnce
from ganstudio.core.errors import StudioError, TrainingError
from ganstudio.core.experiment import Experiment
from ganstudio.nn.random import seeded
from ganstudio.training.engine import Engine
from ganstudio.training.prepare import build_engine
from ganstudio.training.ranks import Begin, State, Together
from ganstudio.training.state import load_state
from ganstudio.training.trouble import explain
from ganstudio.training.watch import Leaderless


def follow(ranks: Together, tell: Callable[[StudioError], object]) -> int:
    """Takes part until rank 0 ends the run. The exit status: 0, or 1 where this rank failed or rank 0 is gone.

    Args:
        ranks: that belong together.
        tell: hears what rank 0 cannot say itself: that it is gone. Everything else is left to rank 0.
    """

    def lost(error: TrainingError, said: bool) -> None:
        if not said:
            tell(error)
        os._exit(0 if said else 1)

    ranks.when_lost(lost)
    following = _Following(ranks)
    try:
        while (message := ranks.hear()) is not None:
            following.obey(message)
        ranks.end()
    except Exception as error:  # noqa: BLE001 - whatever it was: rank 0 says it in words
        words = error if isinstance(error, StudioError) else explain(error, following.engine)
        if isinstance(error, Leaderless):
            tell(error)
        ranks.leave(str(words), 1)
        return 1
    return 0


class _Following:
    def __init__(self, ranks: Together) -> None:
        self.ranks = ranks
        self.engine: Engine | None = None

    def obey(self, message: object) -> None:
        engine = self.engine
        match message:
            case StepOnce(role=role) if engine is not None:
                # Anew in every step: nothing of it has to be stored to go on as if one had never stopped.
                engine.chance = seeded(engine.seed, f"rank {self.ranks.rank}, step {engine.step_count}", engine.device)
                engine.step(role)
            case Begin(experiment=experiment, fingerprint=fingerprint):
                # Ctrl-C in a terminal reaches every process; rank 0 alone decides what comes of it.
                for number in (signal.SIGINT, signal.SIGTERM):
                    signal.signal(number, signal.SIG_IGN)
                self.engine = build_engine(Experiment.from_json(experiment), expected=fingerprint, ranks=self.ranks)
                self.engine.averages.clear()  # rank 0 draws
            case State() as state if engine is not None:
                load_state(engine, self.ranks.receive(state), state.values)
            case SetHyper(name=name, value=value) if engine is not None:
                engine.set_hyper(name, value, resuming=True)
            case _:
                raise TrainingError(f"rank 0 said what nobody understands: {message!r}")
