"""What every rank but the first does: as rank 0 says."""

from __future__ import annotations

import os
import signal

from ganstudio.core.commands import SetHyper, StepOnce
from ganstudio.core.errors import StudioError, TrainingError
from ganstudio.core.experiment import Experiment
from ganstudio.training.engine import Engine, seeded
from ganstudio.training.prepare import build_engine
from ganstudio.training.ranks import Begin, State, Together
from ganstudio.training.state import load_state
from ganstudio.training.trouble import explain


def follow(ranks: Together) -> int:
    """Takes part until rank 0 ends the run; says nothing. The exit status: 0, or 1 where this rank failed."""
    try:
        _follow(ranks)
    except StudioError as error:
        ranks.leave(str(error), 1)
        return 1
    except Exception as error:  # noqa: BLE001 - whatever it was: rank 0 says it in words
        ranks.leave(str(explain(error, None)), 1)
        return 1
    return 0


def _follow(ranks: Together) -> None:
    ranks.when_lost(lambda _error, said: os._exit(0 if said else 1))  # rank 0 has told why, or nobody will
    engine: Engine | None = None
    while (message := ranks.hear()) is not None:
        match message:
            case StepOnce(role=role) if engine is not None:
                # Anew in every step: nothing of it has to be stored to go on as if one had never stopped.
                engine.chance = seeded(engine.seed, f"rank {ranks.rank}, step {engine.step_count}", engine.device)
                engine.step(role)
            case Begin(experiment=experiment, fingerprint=fingerprint):
                # Ctrl-C in a terminal reaches every process; rank 0 alone decides what comes of it.
                for number in (signal.SIGINT, signal.SIGTERM):
                    signal.signal(number, signal.SIG_IGN)
                engine = build_engine(Experiment.from_json(experiment), expected=fingerprint, ranks=ranks)
                engine.averages.clear()  # rank 0 draws
            case State() as state if engine is not None:
                load_state(engine, ranks.receive(state), state.values)
            case SetHyper(name=name, value=value) if engine is not None:
                engine.set_hyper(name, value, resuming=True)
            case _:
                raise TrainingError(f"rank 0 said what nobody understands: {message!r}")
    ranks.end()
