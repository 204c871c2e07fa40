"""Choosing some classes of a labelled set by name."""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import NDArray

from ganstudio.core.errors import DataError, UsageError
from ganstudio.core.i18n import _

CLASSES_HELP = _("Which classes to train on, by name, separated by commas or +; empty means all of them.")


def choose_classes(text: str, names: tuple[str, ...]) -> tuple[int, ...]:
    """Indices of the classes that ``text`` names (in the order of ``names``); all of them for an empty text.

    Raises:
        UsageError: a name that is not one of ``names``.
    """
    wanted = [part.strip() for part in re.split(r"[,+]", text) if part.strip()]
    if not wanted:
        return tuple(range(len(names)))
    known = {name.casefold(): index for index, name in enumerate(names)}
    for part in wanted:
        if part.casefold() not in known:
            raise UsageError(
                _("There is no class called “{name}”. Known: {names}.").format(name=part, names=", ".join(names))
            )
    return tuple(sorted({known[part.casefold()] for part in wanted}))


def keep_classes(
    items: NDArray[np.uint8], labels: NDArray[np.int64], text: str, names: tuple[str, ...]
) -> tuple[NDArray[np.uint8], NDArray[np.int64], tuple[str, ...]]:
    """The items of the chosen classes, their labels renumbered from 0, and the names of the classes.

    Raises:
        UsageError: an unknown class.
        DataError: the files hold no item of these classes.
    """
    chosen = choose_classes(text, names)
    if len(chosen) == len(names):
        return items, labels, names
    renumber = np.full(len(names), -1, dtype=np.int64)
    renumber[list(chosen)] = np.arange(len(chosen))
    fresh = renumber[labels]
    kept = fresh >= 0
    if not kept.any():
        raise DataError(
            _("The files hold no picture of {names}: choose other classes.").format(
                names=", ".join(names[index] for index in chosen)
            )
        )
    return items[kept], fresh[kept], tuple(names[index] for index in chosen)
