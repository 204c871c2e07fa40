"""From an experiment to an engine that is ready for its first step."""

from __future__ import annotations

import threading

from ganstudio.core.errors import UsageError
from ganstudio.core.experiment import Experiment
from ganstudio.core.i18n import _
from ganstudio.data import DATASETS, load, parse_request
from ganstudio.methods import METHODS
from ganstudio.nn.random import randomness
from ganstudio.training.device import choose_device
from ganstudio.training.engine import Engine, seeded


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


def build_engine(experiment: Experiment, cancel: threading.Event | None = None, expected: str = "") -> Engine:
    """Reads the data and builds the networks, on their device. Writes nothing.

    Args:
        experiment: what is trained.
        cancel: set it from another thread to stop reading.
        expected: the fingerprint of the data of a stored run, which are read as they were then.

    Raises:
        UsageError: the experiment cannot be trained on these data.
        DataError: the data cannot be read.
        CancelledError: ``cancel`` was set while the data were being read.
    """
    device = choose_device(experiment.device)
    dataset = load(parse_request(experiment.data), seed=experiment.seed, cancel=cancel, expected=expected)
    method_class = METHODS[experiment.method]
    if method_class.info.needs_labels and dataset.labels is None:
        raise UsageError(
            _("{title} learns from classes, and “{data}” has none. A folder has classes where every class is a sub-folder.")
            .format(title=method_class.info.title, data=experiment.data)
        )  # fmt: skip
    hyper = method_class.resolve(experiment.hyper, dataset.spec.kind)
    with randomness(seeded(experiment.seed, "weights")):
        method = method_class(hyper, dataset.spec)
    return Engine(method, dataset, experiment.seed, device)
