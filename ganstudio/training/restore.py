"""Going back to what is stored: the newest checkpoint of a run that its engine can use."""

from __future__ import annotations

import json

from ganstudio.core.errors import StoreError, UsageError
from ganstudio.core.events import HyperChanged, Note
from ganstudio.core.fields import fields_of
from ganstudio.core.i18n import _
from ganstudio.core.mailbox import Mailbox
from ganstudio.store import Run, load_checkpoint
from ganstudio.training.engine import Engine
from ganstudio.training.publish import Publisher


def restore(engine: Engine, run: Run, mailbox: Mailbox) -> int | None:
    """Loads the newest usable checkpoint into the engine; the mailbox is told of newer ones that are not usable.

    Returns:
        Its step; None where the run has no checkpoint at all.

    Raises:
        StoreError: the data have changed, or there are checkpoints and none is usable. Beginning anew from step 0
            would then delete what the run has learned, so that is left to the person.
        UsageError: the run's description asks for other hyper-parameters than it was trained with.
    """
    if run.info.fingerprint != engine.dataset.fingerprint:
        raise StoreError(
            _("The data set “{name}” is not the one this run was trained on: its content has changed.").format(
                name=run.info.experiment.data
            )
        )
    _tell_names(engine, run, mailbox)
    refused = ""
    for step in reversed(run.checkpoint_steps()):
        try:
            tensors, metadata, _at = load_checkpoint(run, step)
            engine.load_state(tensors, json.loads(metadata["state"]))
        except StoreError as error:
            reason = str(error)
        except (KeyError, ValueError, TypeError, AttributeError):  # whole, but not written by this program
            reason = _("{path} is no checkpoint of a run: its description is missing or not understood.").format(
                path=run.checkpoint_path(step)
            )
        else:
            _carry_changes(engine, run, mailbox)
            return step
        mailbox.post(Note("warning", reason))
        refused = refused or reason
    if refused:
        raise StoreError(_("No checkpoint of this run can be used. {reason}").format(reason=refused))
    return None


def _tell_names(engine: Engine, run: Run, mailbox: Mailbox) -> None:
    """The data are the same, but what they call their classes may not be: the run's own names hold."""
    before = [one.name for one in run.info.spec.map_classes]
    now = [one.name for one in engine.dataset.spec.map_classes]
    changed = [(old, new) for old, new in zip(before, now, strict=False) if old != new]
    if changed:
        words = _("The data call some classes otherwise than when this run was begun (“{old}” is “{new}” now); the run "
                  "keeps its names.").format(old=changed[0][0], new=changed[0][1])  # fmt: skip
        mailbox.post(Note("warning", words))


def _carry_changes(engine: Engine, run: Run, mailbox: Mailbox) -> None:
    """What was changed after the checkpoint, but before the step that follows it, is told by the diary alone."""
    for event in run.events():
        if isinstance(event, HyperChanged) and event.step == engine.step_count:
            try:
                engine.set_hyper(event.name, event.new)
            except UsageError as error:  # a diary that somebody edited: the checkpoint's value holds
                mailbox.post(Note("warning", str(error)))


def rewind(engine: Engine, publisher: Publisher, factor: float) -> dict[str, float] | None:
    """Takes a living run back to its newest usable checkpoint, in memory and on disk.

    Returns:
        The learning rates to go on with; None where there is no checkpoint, and the watcher has been told so.

    Raises:
        StoreError: no checkpoint can be used.
    """
    names = [spec.name for spec in fields_of(engine.method.Hyper) if spec.live and spec.name.startswith("lr")]
    failed = {name: getattr(engine.method.hyper, name) for name in names}
    publisher.flush_scalars()
    publisher.queue.flush()
    run = Run.open(publisher.writer.path)
    step = restore(engine, run, publisher.mailbox)
    if step is None:
        publisher.mailbox.post(
            Note("warning", _("There is no checkpoint to go back to; start again with a lower learning rate."))
        )
        return None
    engine.losses.not_finite = None
    publisher.queue.submit(lambda: publisher.writer.truncate_after(step))
    publisher.queue.flush()
    publisher.rewound(step, run.sample_steps())
    # The rate that failed may be lower than the checkpoint's (a second return), or higher (what somebody has tried).
    return {name: factor * min(rate, getattr(engine.method.hyper, name)) for name, rate in failed.items()}
