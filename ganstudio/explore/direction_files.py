"""Directions as JSON: exported and imported by people."""

from __future__ import annotations

import itertools
import json
import math
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from ganstudio.core.controls import Control, LatentVector
from ganstudio.core.errors import UsageError
from ganstudio.core.i18n import _
from ganstudio.core.regular import read_regular
from ganstudio.explore.state import Direction
from ganstudio.store.atomic import replace_file

FORMAT, VERSION = "ganstudio-directions", 1
LARGEST_FILE, MOST = 32 * 1024**2, 1000


def save_directions(path: Path, directions: Sequence[Direction]) -> None:
    """Writes directions; the file appears whole or not at all.

    Raises:
        StoreError: it cannot be written.
    """
    rows = [direction.to_json() for direction in with_unique_names(directions)]
    content = {"format": FORMAT, "version": VERSION, "directions": rows}
    replace_file(path, (json.dumps(content, ensure_ascii=False) + "\n").encode("utf-8", "backslashreplace"))


def load_directions(path: Path, controls: Sequence[Control] | None = None) -> list[Direction]:
    """Reads what :func:`save_directions` wrote; of several with one name, the later ones are renamed.

    Args:
        path: the file.
        controls: those of the generator that the directions are for; None: any will do.

    Raises:
        UsageError: it cannot be read, is something else or damaged, or holds a direction for another latent vector.
    """
    content = _read(path)
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise UsageError(_("{file} holds no directions that ganstudio has written.").format(file=path.name))
    if content.get("version") != VERSION:
        raise UsageError(_("{file} was written by a newer ganstudio; update this one.").format(file=path.name))
    rows = content.get("directions")
    if not isinstance(rows, list) or len(rows) > MOST:
        raise UsageError(
            _("{file} is damaged: it should list at most {most} directions.").format(file=path.name, most=MOST)
        )
    found = with_unique_names([_sane(Direction.from_json(row)) for row in rows])
    if controls is not None:
        check_fit(found, controls)
    return found


def check_fit(directions: Sequence[Direction], controls: Sequence[Control]) -> None:
    """Refuses directions that a generator with these controls cannot go along.

    Raises:
        UsageError: says which direction, and what it was made for.
    """
    sizes = {control.name: control.size for control in controls if isinstance(control, LatentVector)}
    for direction in directions:
        if sizes.get(direction.control) != len(direction.vector):
            raise UsageError(
                _("“{name}” is for a latent vector “{control}” of {size} numbers; this generator has {ours}.").format(
                    name=direction.name,
                    control=direction.control,
                    size=len(direction.vector),
                    ours=", ".join(f"“{name}” ({size})" for name, size in sizes.items()) or _("none"),
                )
            )


def with_unique_names(directions: Sequence[Direction]) -> list[Direction]:
    """The directions, later ones of the same name renamed: strengths are kept by name."""
    taken: set[str] = set()
    found = []
    for direction in directions:
        plain = direction.name.strip() or _("Direction")
        tries = itertools.chain([plain], (f"{plain} ({number})" for number in itertools.count(2)))
        name = next(name for name in tries if name not in taken)
        taken.add(name)
        found.append(direction if name == direction.name else replace(direction, name=name))
    return found


def _read(path: Path) -> Any:
    try:
        content = read_regular(path, LARGEST_FILE + 1)
    except OSError as error:
        raise UsageError(
            _("{file} cannot be read: {reason}.").format(file=path, reason=error.strerror or error), details=repr(error)
        ) from error
    if len(content) > LARGEST_FILE:
        raise UsageError(_("{file} is far too large to be a list of directions.").format(file=path.name))
    try:
        return json.loads(content)
    except (ValueError, RecursionError) as error:
        raise UsageError(
            _("{file} is no JSON file, or it is damaged.").format(file=path.name), details=repr(error)
        ) from error


def _sane(direction: Direction) -> Direction:
    known = 0 <= direction.quality <= 1
    return direction if known else replace(direction, quality=math.nan)
