"""What a person keeps of an exploration: pinned positions and named directions, stored beside the run."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ganstudio.app.settings import config_folder
from ganstudio.core.controls import Control
from ganstudio.core.errors import StoreError, StudioError
from ganstudio.core.i18n import _
from ganstudio.core.regular import read_regular
from ganstudio.core.resources import resource_folder
from ganstudio.explore.direction_files import with_unique_names
from ganstudio.explore.state import Direction, ExploreState
from ganstudio.store.atomic import replace_file

FOLDER, FILE = "explore", "kept.json"
LARGEST_FILE = 32 * 1024 * 1024
MOST_DIRECTIONS = 400


@dataclass(frozen=True, slots=True)
class Pin:
    """A position one wants to come back to."""

    name: str
    state: ExploreState


class Keepsakes:
    """Pins and directions of one generator, written whenever they change.

    Args:
        path: the run folder, or the file that was brought in. They are kept in the run folder where that can be
            written, else beside the settings.
        controls: of the generator; what does not fit them is left out, and stays in the file as it is.
    """

    def __init__(self, path: Path | None, controls: Sequence[Control]) -> None:
        self._path = path
        self._file = None if path is None else _place(path)
        self._controls = tuple(controls)
        self.pins: list[Pin] = []
        self.directions: dict[str, Direction] = {}
        self._others: dict[str, list[Any]] = {"pins": [], "directions": []}
        if self._file is not None:
            self._read(self._file)

    def _read(self, file: Path) -> None:
        try:
            text = read_regular(file, LARGEST_FILE + 1)
            if len(text) > LARGEST_FILE:
                raise ValueError("too large")
            content = json.loads(text)
            pins, directions = list(content["pins"]), list(content["directions"])
        except FileNotFoundError:
            return
        except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
            raise StudioError(
                _("Pins and directions in {path} cannot be read, so the file is left alone and new ones are not kept. "
                  "Move it away and open the generator again to begin afresh.").format(path=file),
                details=repr(error),
            ) from error  # fmt: skip
        sizes = {control.name: getattr(control, "size", 0) for control in self._controls}
        found: list[Direction] = []
        for values in directions:
            try:
                direction = Direction.from_json(values)
                if sizes.get(direction.control) != len(direction.vector) or len(found) >= MOST_DIRECTIONS:
                    raise StudioError("another size, or more than anybody keeps")
                found.append(direction)
            except StudioError:
                self._others["directions"].append(values)
        self.directions = {direction.name: direction for direction in with_unique_names(found)}
        for values in pins:
            try:
                state = ExploreState.from_json(values["state"], self._controls)
                self.pins.append(Pin(str(values["name"])[:200], state))
            except (StudioError, KeyError, TypeError):
                self._others["pins"].append(values)

    @property
    def left_out(self) -> int:
        """How many pins and directions in the file do not fit this generator."""
        return sum(map(len, self._others.values()))

    def save(self) -> None:
        """Writes everything.

        Raises:
            StoreError: the file cannot be written, or the run that it belongs to is gone.
        """
        if self._file is None or self._path is None:
            return
        if self._file.is_relative_to(self._path) and not self._path.is_dir():
            # A folder made anew would stand in the way of the run when it is put back.
            raise StoreError(_("The run in {path} has been moved or deleted meanwhile.").format(path=self._path))
        content: dict[str, Any] = {
            "pins": [{"name": pin.name, "state": pin.state.to_json()} for pin in self.pins] + self._others["pins"],
            "directions": [one.to_json() for one in self.directions.values()] + self._others["directions"],
        }
        self._file.parent.mkdir(parents=True, exist_ok=True)
        replace_file(self._file, (json.dumps(content, indent=1) + "\n").encode())


def _place(path: Path) -> Path:
    shipped = path.absolute().is_relative_to(resource_folder())  # what comes with the program stays as it came
    own = not (path / FOLDER).is_symlink()  # a run from elsewhere does not choose where is written
    if path.is_dir() and os.access(path, os.W_OK) and own and not shipped:
        return path / FOLDER / FILE
    mark = hashlib.sha256(os.fsencode(path.absolute())).hexdigest()[:12]
    return config_folder() / FOLDER / f"{path.stem}-{mark}.json"
