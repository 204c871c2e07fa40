"""Optuna's part in a study: the library, silent, and its journal, which survives kills and full disks."""

from __future__ import annotations

import math
import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ganstudio.app.evaluate.study_space import Plan, choices
from ganstudio.core.errors import StudioError
from ganstudio.core.fields import Value
from ganstudio.core.i18n import _
from ganstudio.store.atomic import words_for


def optuna() -> Any:
    """The library, silent.

    Raises:
        StudioError: it is not installed.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import optuna as library
    except ImportError as error:
        raise StudioError(
            _('Studies need a package that is not installed. Install it with: pip install "ganstudio[study]"'),
            details=repr(error),
        ) from error
    library.logging.set_verbosity(library.logging.CRITICAL)
    return library


MARKS = 20
"""How often in its life a run is compared with the others."""


@contextmanager
def quiet(path: Path) -> Iterator[None]:
    """Optuna's warnings go nowhere, and what the disk refuses becomes a sentence."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            yield
        except OSError as error:
            raise words_for(error, path) from error


def backend(file: Path) -> Any:
    """The journal's file, made where there is none.

    What a killed process, or a full disk, left half-written at its end is cut off before more is added. Its lock is a
    file made exclusively: links need a privilege on Windows.
    """
    journal = optuna().storages.journal

    class Lock(journal.JournalFileOpenLock):  # type: ignore[misc,name-defined]
        def acquire(self) -> bool:
            taken = bool(super().acquire())
            try:
                _heal(file)
            except BaseException:
                self.release()
                raise
            return taken

    return journal.JournalFileBackend(str(file), lock_obj=Lock(str(file)))


def _heal(file: Path) -> None:
    with file.open("rb+") as stream:
        size = stream.seek(0, os.SEEK_END)
        if not size:
            return
        stream.seek(-1, os.SEEK_END)
        if stream.read(1) != b"\n":
            stream.seek(0)
            stream.truncate(stream.read().rfind(b"\n") + 1)


def point_of(trial: Any) -> dict[str, Value] | None:
    """What an Optuna trial tries; None where it was killed before that was known."""
    point = {**trial.system_attrs.get("fixed_params", {}), **trial.params}
    return point if "method" in point else None


def suggest(trial: Any, plan: Plan) -> None:
    """Has Optuna propose a point of the plan for a trial, or takes the one that was queued."""
    method = trial.suggest_categorical("method", list(plan.methods))
    for choice in choices(plan, method):
        if choice.span is None:
            trial.suggest_categorical(choice.key, list(choice.values))
        elif choice.whole:
            trial.suggest_int(choice.key, round(choice.span.low), round(choice.span.high), log=choice.span.log)
        else:
            trial.suggest_float(choice.key, choice.span.low, choice.span.high, log=choice.span.log)


def guides(plan: Plan, begun: int = 0) -> tuple[Any, Any]:
    """What proposes points, and what gives runs up.

    Args:
        plan: whose first seed the proposals follow: one worker by itself finds the same again.
        begun: how many trials and workers there were before; it parts the proposals of workers that share a study.
    """
    library = optuna()
    seed = (plan.seeds[0] + 7919 * begun) % 2**32
    with quiet(Path()):
        sampler = (
            library.samplers.TPESampler(constant_liar=True, seed=seed)
            if plan.search == "tpe"
            else library.samplers.RandomSampler(seed=seed)
        )
        rule = plan.pruning
        if rule is None:
            return sampler, library.pruners.NopPruner()
        warm = math.ceil(MARKS * rule.after / (plan.seconds or plan.steps))
        return sampler, library.pruners.MedianPruner(n_startup_trials=rule.first, n_warmup_steps=warm)
