"""Hyper-parameters that change in a run that has begun: live ones between two steps, the batch size when it is resumed."""

from __future__ import annotations

from collections.abc import Mapping

from ganstudio.core.errors import UsageError
from ganstudio.core.events import HyperChanged, Note
from ganstudio.core.experiment import Experiment
from ganstudio.core.fields import Value
from ganstudio.core.i18n import _
from ganstudio.methods import METHODS
from ganstudio.store import Run
from ganstudio.training.engine import Engine
from ganstudio.training.prepare import check_experiment
from ganstudio.training.publish import Publisher


def check_changes(experiment: Experiment, hyper: Mapping[str, Value]) -> dict[str, Value]:
    """What a run of this experiment is to go on with, checked; raw values (also strings) become typed ones.

    Raises:
        UsageError: a value is wrong, or belongs to what a run keeps; or the experiment cannot be trained.
    """
    for name in hyper:
        METHODS[experiment.method].check_changeable(name, resuming=True)
    checked = check_experiment(experiment.with_(hyper={**experiment.hyper, **hyper}))
    return {name: getattr(checked, name) for name in hyper}


def change(engine: Engine, publisher: Publisher, name: str, value: Value, resuming: bool = False) -> None:
    """Changes one from the next step on and tells so; where it is refused, the watcher is told why."""
    try:
        old, new = engine.set_hyper(name, value, resuming)
    except UsageError as error:
        publisher.mailbox.post(Note("warning", str(error)))
        return
    if old == new:
        return
    publisher.post_event(HyperChanged(engine.step_count, name, old, new))
    publisher.last_checkpoint = -1  # one of this very step would hold the old value
    if name == "batch_size":
        words = _(
            "Batches hold {new} items instead of {old} after step {step}. The items go on in their order, none twice and "
            "none left out; but from here on this run is another than one that never stopped, no longer equal to it bit "
            "by bit."
        ).format(new=new, old=old, step=engine.step_count)
        publisher.post_event(Note("info", words))


def resume_with(engine: Engine, publisher: Publisher, run: Run, changes: Mapping[str, Value]) -> None:
    """Carries changes into a run that has just been restored; also a batch size that its description was given since."""
    size = run.info.experiment.hyper.get("batch_size")
    told = any(isinstance(event, HyperChanged) and event.name == "batch_size" for event in run.events())
    edited = {} if size is None or told else {"batch_size": size}
    for name, value in {**edited, **changes}.items():
        change(engine, publisher, name, value, resuming=True)
