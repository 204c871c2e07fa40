"""From an experiment to an engine that is ready for its first step."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ganstudio.core.controls import takes
from ganstudio.core.errors import SizeError, UsageError
from ganstudio.core.events import Note
from ganstudio.core.experiment import Experiment
from ganstudio.core.fields import Value, as_stored, fields_of
from ganstudio.core.i18n import _
from ganstudio.core.names import free_name
from ganstudio.core.paths import located
from ganstudio.data import DATASETS, Dataset, load, parse_request
from ganstudio.data.request import absolute_request, moved_request, stored_request
from ganstudio.methods import METHODS
from ganstudio.nn.random import randomness, seeded
from ganstudio.store import create_run, runs_folder, taken_names
from ganstudio.training.device import choose_device
from ganstudio.training.engine import Engine
from ganstudio.training.ranks import ALONE, Ranks
from ganstudio.training.sizes import refusal

_NAMING = threading.Lock()
"""Two runs that begin at once are not to find the same name free."""
_UNCLASSED = _("a folder has classes where it holds two or more sub-folders of pictures, one for each class.")


def check_experiment(experiment: Experiment) -> None:
    """Refuses what cannot be trained, before anything is loaded or written.

    Raises:
        UsageError: an unknown name, a value out of range, a device that is not there.
    """
    request = parse_request(experiment.data)
    method = METHODS[experiment.method]
    method.resolve(experiment.hyper, DATASETS[request.name].kind)
    choose_device(experiment.device)
    if experiment.steps < 1:
        raise UsageError(_("The number of steps must be 1 or more, not {steps}.").format(steps=experiment.steps))
    if experiment.seed < 0:
        raise UsageError(_("The seed must be 0 or more, not {seed}.").format(seed=experiment.seed))


def settled(experiment: Experiment) -> Experiment:
    """The experiment, checked, with all that is told "by itself" said: where its data lie, where its schedule ends.

    Raises:
        UsageError: as :func:`check_experiment` and :func:`check_schedule`.
    """
    check_experiment(experiment)
    resolved = _resolved(experiment)
    hyper = {**experiment.hyper, **schedule(resolved, experiment.steps)}
    check_schedule({"decay": getattr(resolved, "decay", "none"), **hyper}, experiment.steps)  # it may decay untold
    return experiment.with_(data=absolute_request(experiment.data), hyper=hyper)


def schedule(hyper: Any, steps: int, now: int = 0) -> dict[str, Value]:
    """Both ends of a schedule, in steps: it ends with the run, and begins where the method has it begin.

    Args:
        hyper: of the method. What they say of it themselves holds.
        steps: of the run.
        now: the step at which somebody asks for it; it begins there where the method would have had it begin earlier.

    Returns:
        ``decay_from`` and ``decay_to``; nothing where rates do not fall.
    """
    kind = getattr(hyper, "decay", "none")
    if kind == "none":
        return {}
    last = hyper.decay_to or steps
    share = getattr(hyper, "decay_begins", 0.0) or (0.5 if kind == "step" else 0.0)
    return {"decay_from": hyper.decay_from or max(now, round(share * last)), "decay_to": last}


def unsettled(experiment: Experiment) -> Experiment:
    """A run's experiment, to begin another with: a schedule that followed from its length follows from the new one."""
    hyper, ends = experiment.hyper, ("decay_from", "decay_to")
    for open_ones in (ends, ends[1:]):
        bare = {**hyper, **{name: 0 for name in open_ones if name in hyper}}
        again = schedule(_resolved(experiment.with_(hyper=bare)), experiment.steps)
        if again and all(hyper.get(name) == step for name, step in again.items()):
            return experiment.with_(hyper=bare)
    return experiment


def _resolved(experiment: Experiment) -> Any:
    return METHODS[experiment.method].resolve(experiment.hyper, DATASETS[parse_request(experiment.data).name].kind)


def check_schedule(hyper: Mapping[str, Value], steps: int) -> None:
    """Refuses to go on where every learning rate has fallen to 0: how to go on is a question for a person.

    Args:
        hyper: as they are now.
        steps: the step at which the run is to end.

    Raises:
        UsageError: the schedule ends before, or ends before it begins.
    """
    if hyper.get("decay", "none") == "none":
        return
    first, last = int(hyper.get("decay_from", 0)), int(hyper.get("decay_to", 0)) or steps
    if first >= last:
        words = _(
            "The learning rates cannot fall from step {first} to step {last}: decay_from must be less than decay_to."
        )
        raise UsageError(words.format(first=first, last=last))
    if hyper["decay"] == "linear" and 0 < last < steps:
        words = _("The learning rates reach 0 at step {last}, and the run is to go on to step {steps}. Let them fall until "
                  "then (decay_to={steps}; they rise again at first), or no more at all (decay=none).")  # fmt: skip
        raise UsageError(words.format(last=last, steps=steps))


def where_it_lies(experiment: Experiment, run: Path, moved: str | None = None) -> Experiment:
    """A stored experiment with absolute paths: older runs hold them as they were typed.

    Args:
        experiment: as the run has it.
        run: the run's folder.
        moved: where its data lie now, as :func:`ganstudio.data.request.moved_request` takes it; None: where they lay.

    Raises:
        UsageError: an unknown name, or ``moved`` names another kind of set.
    """
    data = stored_request(experiment.data, run)
    fields = fields_of(METHODS[experiment.method].Hyper)
    paths = {spec.name for spec in fields if spec.path}
    hyper = {
        name: located(value, run) if name in paths and isinstance(value, str) else value
        for name, value in as_stored(fields, experiment.hyper).items()
    }
    return experiment.with_(data=data if moved is None else moved_request(data, moved), hyper=hyper)


def changes_of(experiment: Experiment, hyper: Mapping[str, Value] | None) -> dict[str, Value]:
    """Other values that a stored run is to go on with: live ones, and the batch size.

    Raises:
        UsageError: one is unknown, out of range, or cannot be changed any more.
    """
    method = METHODS[experiment.method]
    for name in hyper or ():
        method.check_changeable(name, resuming=True)
    kind = DATASETS[parse_request(experiment.data).name].kind
    checked = method.resolve({**experiment.hyper, **(hyper or {})}, kind)
    return {name: getattr(checked, name) for name in hyper or ()}


def build_engine(
    experiment: Experiment, cancel: threading.Event | None = None, expected: str = "", ranks: Ranks = ALONE
) -> Engine:
    """Reads the data and builds the networks, on their device. Writes nothing.

    Args:
        experiment: what is trained.
        cancel: set it from another thread to stop reading.
        expected: the fingerprint of the data of a stored run, which are read as they were then.
        ranks: the processes that it is trained on.

    Raises:
        UsageError: the experiment cannot be trained on these data.
        DataError: the data cannot be read.
        CancelledError: ``cancel`` was set while the data were being read.
    """
    device = ranks.own(choose_device(experiment.device))
    request = parse_request(experiment.data)
    dataset = load(request, seed=experiment.seed, cancel=cancel, expected=expected)
    method_class = METHODS[experiment.method]
    if method_class.info.needs.labels and dataset.labels is None:
        raise UsageError(
            _("{title} learns from classes, and “{data}” has none: {why}").format(
                title=method_class.info.title, data=experiment.data, why=dataset.unclassed or _UNCLASSED
            )
        )
    info, spec = method_class.info, dataset.spec
    if words := info.needs.refusal(info.title, channels=spec.channels):
        raise UsageError(words)
    hyper = method_class.resolve(experiment.hyper, dataset.spec.kind)
    try:
        if words := info.needs.refusal(info.title, size=spec.size):
            raise SizeError(words)
        with randomness(seeded(experiment.seed, "weights")):
            method = method_class(hyper, dataset.spec)
    except SizeError as error:
        raise refusal(error, method_class, hyper, dataset.spec, request) from error
    return Engine(method, dataset, experiment.seed, device, ranks)


def told(dataset: Dataset) -> tuple[Note, ...]:
    """What a person is told of the data when training begins; files that were left out are a warning."""
    left_out = (Note("warning", dataset.left_out),) if dataset.left_out else ()
    return (*(Note("info", note) for note in dataset.notes), *left_out)


def make_run(experiment: Experiment, engine: Engine, folder: Path | None, path: Path | None) -> Path:
    """The folder of a new run, with every hyper-parameter, and with what was told of the data: warnings first.

    Where a run of its name is there already, in the folder or in its trash, it gets a number.

    Raises:
        StoreError: as :func:`ganstudio.store.create_run`.
    """
    full = experiment.with_(hyper=engine.method.hyper.model_dump())
    data = engine.dataset
    lines = [note.text for note in sorted(told(data), key=lambda note: note.level == "info")]
    given = takes(engine.method.controls())
    with _NAMING:
        homes = (folder or runs_folder(), *([] if path is None else [path.absolute().parent]))
        name = free_name(" ".join(full.title.split()), taken_names(*homes))
        return create_run(
            full, data.spec, data.fingerprint, folder=folder, path=path, told=lines, given=given, name=name
        )
