"""Going back to what is stored: the newest checkpoint of a run that its engine can use."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial

from ganstudio.core.commands import GoBack
from ganstudio.core.errors import MissingDataError, StoreError, UsageError
from ganstudio.core.events import HyperChanged, Note
from ganstudio.core.experiment import Experiment
from ganstudio.core.fields import Value, fields_of
from ganstudio.core.i18n import _, plural
from ganstudio.core.mailbox import Mailbox
from ganstudio.data import parse_request
from ganstudio.store import Run, RunWriter, newest_usable
from ganstudio.store.checkpoints import THINNED, Loaded
from ganstudio.training.engine import Engine
from ganstudio.training.publish import Publisher
from ganstudio.training.state import load_state
from ganstudio.training.trouble import not_finite


def goal_of(run: Run, steps: int | None) -> int:
    """How far a stored run is to be trained: until ``steps``, or until its own goal.

    Raises:
        UsageError: it is there already.
    """
    goal = steps if steps is not None else max(run.info.experiment.steps, run.status().total)
    done = max(run.checkpoint_steps(), default=0)
    if goal <= done:  # only then does it matter whether it can be used, which takes reading it
        done = run.newest_good_checkpoint().step or 0
    if goal <= done:
        raise UsageError(
            _("This run has already reached step {done}; ask for more than that, e.g. {more}.").format(
                done=done, more=done + max(run.info.experiment.steps, 1)
            )
        )
    return goal


def hyper_now(run: Run, experiment: Experiment) -> dict[str, Value]:
    """The hyper-parameters of a stored run as they were last: its description, and what was changed while it trained."""
    changed = {event.name: event.new for event in run.events() if isinstance(event, HyperChanged)}
    return {**experiment.hyper, **changed}


def take_up(engine: Engine, run: Run, writer: RunWriter, mailbox: Mailbox) -> Value | None:
    """Goes on with a stored run: :func:`restore`, and what came later is forgotten on disk, too.

    Returns:
        The batch size that the run's description names, which somebody may have edited; None where the diary knows more.
    """
    described: Value | None = engine.method.hyper.batch_size
    told: list[Note] = []
    restore(engine, run, told.append)
    if engine.step_count:
        told += other_ranks(engine)
    if any(isinstance(event, HyperChanged) and event.name == "batch_size" for event in run.events()):
        described = None
    writer.truncate_after(engine.step_count)
    for note in told:
        writer.append_event(note)
        mailbox.post(note)
    return described


def restore(engine: Engine, run: Run, tell: Callable[[Note], object], before: int | None = None) -> int | None:
    """Loads the newest usable checkpoint into the engine; ``tell`` hears of newer ones that are not usable.

    With ``before`` only those of earlier steps are looked at.

    Returns:
        Its step; None where the run has no checkpoint at all.

    Raises:
        MissingDataError: the data are not those that the run was trained on; those may lie elsewhere now.
        StoreError: the same of data that lie at no place; or there are checkpoints and none is usable. Beginning anew
            from step 0 would then delete what the run has learned, so that is left to the person.
        UsageError: the run's description asks for other hyper-parameters than it was trained with.
    """
    if run.info.fingerprint != engine.dataset.fingerprint:
        lies_somewhere = parse_request(engine.dataset.spec.name).path is not None
        words = _("“{name}” does not hold the data that this run was trained on: files were added, removed or changed, or "
                  "are read in another way.").format(name=engine.dataset.spec.name)  # fmt: skip
        raise (MissingDataError if lies_somewhere else StoreError)(words)
    _tell_names(engine, run, tell)

    check, _nothing = newest_usable(run, partial(_take_in, engine), before)
    if check.step is None and check.bad:
        raise StoreError(check.words, check.details)
    if check.step is not None:
        _carry_changes(engine, run, tell)
        if check.words:
            tell(Note("warning", check.words, check.details))
    return check.step


def _take_in(engine: Engine, loaded: Loaded) -> None:
    tensors, metadata, at = loaded
    if THINNED in metadata:
        words = _("That of step {step} was thinned when it grew old: it can be drawn with, but not trained on.")
        raise StoreError(words.format(step=at))
    if (broken := not_finite(tensors)) is not None:
        words = _("That of step {step} holds values that are not finite numbers (“{name}”).")
        raise StoreError(words.format(step=at, name=broken))
    try:
        load_state(engine, tensors, json.loads(metadata["state"]))
    except (KeyError, ValueError, TypeError, AttributeError, RecursionError) as error:  # whole, but not of this program
        words = _("That of step {step} is no checkpoint of a run: its description is missing or not understood.")
        raise StoreError(words.format(step=at), repr(error)) from error


def other_ranks(engine: Engine) -> list[Note]:
    """What is no longer exact when a run goes on with several ranks, or with another number of them."""
    before, now = engine.shared_by, engine.ranks.size
    if before != now:
        words = _(
            "This run was trained by {before} up to step {step} and goes on with {now}. The items go on in their order, but "
            "latents and noise are others: from here on it is no longer equal bit by bit to a run that never stopped."
        )
        ranks = {n: plural("{n} rank", "{n} ranks", n) for n in (before, now)}
        return [Note("info", words.format(before=ranks[before], now=ranks[now], step=engine.step_count))]
    own = [b for b in engine.method.buffers() if b.dim() and not b.is_floating_point()]
    if now == 1 or not own:
        return []
    words = _("What each rank keeps for itself, as a pool of pictures, goes on from that of the first: from step {step} on "
              "this run is no longer equal bit by bit to one that never stopped.")  # fmt: skip
    return [Note("info", words.format(step=engine.step_count))]


def other_batches(old: Value, new: Value, step: int) -> str:
    """What another batch size does to a run that goes on."""
    return _(
        "Batches hold {new} items instead of {old} after step {step}. The items go on in their order, none twice and none "
        "left out; but from here on this run is another than one that never stopped, no longer equal to it bit by bit."
    ).format(new=new, old=old, step=step)


def _tell_names(engine: Engine, run: Run, tell: Callable[[Note], object]) -> None:
    """The data are the same, but what they call their classes may not be: the run's own names hold."""
    before = [one.name for one in run.info.spec.map_classes]
    now = [one.name for one in engine.dataset.spec.map_classes]
    changed = [(old, new) for old, new in zip(before, now, strict=False) if old != new]
    if changed:
        words = _("The data call some classes otherwise than when this run was begun (“{old}” is “{new}” now); the run "
                  "keeps its names.").format(old=changed[0][0], new=changed[0][1])  # fmt: skip
        tell(Note("warning", words))


def _carry_changes(engine: Engine, run: Run, tell: Callable[[Note], object]) -> None:
    """What was changed after the checkpoint, but before the step that follows it, is told by the diary alone."""
    for event in run.events():
        if isinstance(event, HyperChanged) and event.step == engine.step_count:
            try:
                engine.set_hyper(event.name, event.new, resuming=True)
            except UsageError as error:  # a diary that somebody edited: the checkpoint's value holds
                tell(Note("warning", str(error)))


def keep_place(run: Run, request: str, writer: RunWriter, mailbox: Mailbox) -> None:
    """The data were found to be those of the run: where they lie elsewhere now, the run keeps the new place."""
    if request == run.info.experiment.data:
        return
    writer.move_data(request)
    note = Note("info", _("The data are those of this run; from now on they are read from {data}").format(data=request))
    mailbox.post(note)
    writer.append_event(note)


def rewind(
    engine: Engine, publisher: Publisher, asked: GoBack, write_out: Callable[[], object]
) -> dict[str, float] | None:
    """Takes a living run back to its newest usable checkpoint, in memory and on disk.

    Args:
        engine: of the run.
        publisher: of the run.
        asked: from before which step, and the factor for the learning rates.
        write_out: waits until everything that was submitted is on disk.

    Returns:
        The learning rates to go on with; None where there is no checkpoint, and the watcher has been told so.

    Raises:
        StoreError: no checkpoint can be used, though any would do.
    """
    names = [spec.name for spec in fields_of(engine.method.Hyper) if spec.live and spec.name.startswith("lr")]
    failed = {name: getattr(engine.method.hyper, name) for name in names}
    publisher.flush_scalars()
    write_out()
    run = Run.open(publisher.writer.path)
    try:
        step = restore(engine, run, publisher.post_event, asked.before)
    except StoreError as error:
        if asked.before is None:
            raise
        publisher.mailbox.post(Note("warning", str(error), error.details))  # it stays where it is
        return None
    if step is None:
        publisher.mailbox.post(
            Note("warning", _("There is no checkpoint to go back to; start again with a lower learning rate."))
        )
        return None
    engine.losses.not_finite = None
    publisher.queue.submit(lambda: publisher.writer.truncate_after(step))
    write_out()
    publisher.rewound(step, run.sample_steps())
    # The rate that failed may be lower than the checkpoint's (a second return), or higher (what somebody has tried).
    return {name: asked.lr_factor * min(rate, getattr(engine.method.hyper, name)) for name, rate in failed.items()}
