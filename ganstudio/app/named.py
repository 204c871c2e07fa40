"""What a picture or a run from elsewhere names is opened unasked only where this program has opened or made it before."""

from __future__ import annotations

import os
import posixpath
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PureWindowsPath
from typing import TYPE_CHECKING, Any

from ganstudio.core.elsewhere import NotThereError, check_kind, check_named, check_place, shown
from ganstudio.core.errors import UsageError
from ganstudio.core.i18n import _

if TYPE_CHECKING:
    from ganstudio.app.settings import SettingsStore
    from ganstudio.core.experiment import Experiment


@dataclass(frozen=True, slots=True)
class Question:
    """Something that only a person can decide.

    Attributes:
        title: what it is about, in a few words.
        text: the question, or what is the case.
        about: what it is asked about, e.g. a whole path; or what each way means.
        ways: the buttons, each with what the answer is then.
        no: the button that leaves everything as it is, the answer is None; that of Escape.
        careful: whoever just presses Return has said no, else taken the first way.
    """

    title: str
    text: str
    about: str
    ways: Sequence[tuple[str, Any]]
    no: str
    careful: bool = False


_OPTIONS, _OPTION = re.compile(r":(?=[A-Za-z_][\w-]*=)"), re.compile(r"(?:^|,)[A-Za-z_][\w-]*=")

Answer = Callable[[Any], object]


class LeftAloneError(UsageError):
    """A person was asked, and did not want it opened."""


def is_known(text: str, known: Mapping[str, str]) -> bool:
    """Whether a path leads to where it led when a person opened it. Looks at the disk where they did: for a job."""
    return text in known and os.path.realpath(text) == known[text]


def look(text: str, known: Mapping[str, str]) -> bool:
    """Looks at a path that is named by something from elsewhere, without opening what nobody has opened before.

    Returns:
        whether a person has opened it (:attr:`SettingsStore.known`); about all else they have to be asked.

    Raises:
        UsageError: it is nothing that is ever opened: a device, a pipe, something on another computer.
        NotThereError: nothing is there.
    """
    if is_known(text, known):
        check_kind(Path(text))
        return True
    check_named(text)
    if not Path(text).is_absolute():
        raise NotThereError(_("“{path}” is not on this machine.").format(path=shown(text, 200)))
    check_place(Path(text))
    return False


def data_refusal(experiment: Experiment, settings: SettingsStore) -> str:
    """Why the data of a stored run are not read without asking, in words; empty where they may be. Touches no disk.

    They name something on another computer, a device or a whole disk, and nobody has trained with them here.
    """
    try:
        if experiment.data not in settings.known:
            check_data(experiment.data)
    except UsageError as error:
        return _("The data of this run are not read. {why}").format(why=error)
    return ""


def training_refusal(experiment: Experiment, settings: SettingsStore) -> tuple[str, str]:
    """What a stored run is not trained on with without asking, and why, in words; two empty texts where it may be.

    Beside the data these are the files that hyper-parameters name. Touches no disk.
    """
    why = data_refusal(experiment, settings)
    if why:
        return experiment.data, why
    for value in experiment.hyper.values():
        if isinstance(value, str) and re.search(r"[\\/]", value) and value not in settings.known:
            try:
                check_named(value)
            except UsageError as error:
                return value, _("A file that this run is trained with is not read. {why}").format(why=error)
    return "", ""


def check_data(text: str) -> None:
    """Refuses a request for data that names what is on another computer, a device, or a whole disk.

    Raises:
        UsageError: says which path, and why.
    """
    path, *options = _OPTIONS.split(text.partition(":")[2])
    values = [value for option in options for value in _OPTION.split(option)]
    for part in (path, *values):  # also options may name a file, e.g. of class names
        if part.strip():
            check_named(part)
    whole = PureWindowsPath(posixpath.normpath(path.replace("\\", "/")))
    if whole.anchor and len(whole.parts) == 1:
        raise UsageError(_("“{path}” is not read: it is a whole disk.").format(path=shown(path, 200)))
