"""What a person has chosen and what the window remembers: one JSON file that never stops the start."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, TypeVar

from psygnal import Signal
from pydantic import BaseModel, ConfigDict, ValidationError

from ganstudio.app.notifications import Notifications, notifications
from ganstudio.core.errors import StoreError
from ganstudio.core.fields import Fields, Value, field, validate
from ganstudio.core.i18n import _
from ganstudio.core.regular import read_regular
from ganstudio.store.atomic import replace_file

FILE, VERSION = "settings.json", 1
LAYOUT_VERSION = 1
"""Raised when panels change so much that a stored layout no longer fits; older ones are then forgotten."""

MAX_RECENT, MAX_OPENED = 20, 300

_log = logging.getLogger(__name__)
M = TypeVar("M", bound=BaseModel)


class Settings(Fields):
    """The choices a person makes; the preferences dialog is made from these rows."""

    # fmt: off
    theme: Literal["system", "light", "dark"] = field(
        "system", _("Theme"), _("Light or dark colours, or whatever the system uses."), group=_("Appearance"))
    reduced_motion: bool = field(
        False, _("Reduce motion"), _("Panels and messages appear at once instead of sliding in."), group=_("Appearance"))
    runs_folder: str = field(
        "", _("Runs folder"), _("Where new runs are stored. Empty: in your user data folder."), group=_("Folders"))
    data_folder: str = field(
        "", _("Data folder"), _("Where data sets are found and downloaded to. Empty: in your user data folder."),
        group=_("Folders"))
    device: Literal["auto", "cpu", "cuda", "mps"] = field(
        "auto", _("Device"), _("Where new runs train, and where Paint and Translate draw. Auto takes the fastest there is."),
        group=_("Training"))
    cpu_threads: int = field(
        0, _("CPU threads"), _("How many cores training may use. 0: all but one, so that the window stays quick."),
        group=_("Training"), ge=0, le=256)
    keep_checkpoints: int = field(
        5, _("Checkpoints to keep"), _("The newest ones of each run. Of older ones only the first and those of steps 100, "
                                       "200, 400… stay. 0 keeps all."), group=_("Training"), ge=0, le=1000)
    # fmt: on


class Remembered(BaseModel):
    """What the window remembers by itself.

    Attributes:
        recent_runs: folders, newest first.
        opened: runs and files that were opened or made here, newest last: as they were named, and where that led to.
        layout_version: of the blobs below.
        layouts: opaque window states as base64, by name (``"geometry"``, ``"train/splitter"`` …).
        workspace: the one last looked at.
        draft: the experiment last edited, as plain JSON values.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    recent_runs: tuple[str, ...] = ()
    opened: tuple[tuple[str, str], ...] = ()
    layout_version: int = LAYOUT_VERSION
    layouts: dict[str, str] = {}
    workspace: str = ""
    draft: dict[str, Any] = {}


def config_folder() -> Path:
    """Where the settings are; ``GANSTUDIO_CONFIG`` puts them elsewhere."""
    if os.environ.get("GANSTUDIO_CONFIG"):
        return Path(os.environ["GANSTUDIO_CONFIG"])
    from platformdirs import user_config_path

    return user_config_path("ganstudio", appauthor=False)


def apply_folders(values: Settings) -> None:
    """Tells data sets and run folders where the settings want them; environment variables stay stronger."""
    from ganstudio.data.files import set_data_folder
    from ganstudio.store.folder import set_runs_folder

    set_data_folder(values.data_folder or None)
    set_runs_folder(Path(values.runs_folder) if values.runs_folder else None)


class SettingsStore:
    """The settings in force and what the window remembers; every change is written at once and announced.

    Args:
        folder: where ``settings.json`` is; default :func:`config_folder`.
        hub: told when the file was damaged or cannot be written.
    """

    changed = Signal(str, object)
    """``(name, value)`` of a setting."""
    remembered_changed = Signal(str)
    """The name of what is remembered differently now."""

    def __init__(self, folder: Path | None = None, hub: Notifications = notifications) -> None:
        self.path = (folder or config_folder()) / FILE
        self._hub = hub
        self._write_failed = False
        self.values, self.remembered = self._load()

    # reading

    def _load(self) -> tuple[Settings, Remembered]:
        try:
            raw = read_regular(self.path)
        except FileNotFoundError:
            return Settings(), Remembered()
        except OSError as error:
            self._hub.warning(_("Your settings cannot be read; the usual ones are used."), str(error))
            return Settings(), Remembered()
        try:
            content = json.loads(raw)
            if not isinstance(content, dict):
                raise ValueError("not an object")
        except (ValueError, RecursionError) as error:
            self._set_aside(raw, [str(error)])
            return Settings(), Remembered()
        wrong: list[str] = []
        newer = isinstance(content.get("version"), int) and content["version"] > VERSION
        content = _migrate(content)
        settings = _what_is_valid(Settings, content.get("settings"), wrong)
        remembered = _what_is_valid(Remembered, content.get("remembered"), wrong)
        if remembered.layout_version != LAYOUT_VERSION:
            remembered = remembered.model_copy(update={"layouts": {}, "layout_version": LAYOUT_VERSION})
        if wrong or newer:
            self._set_aside(raw, wrong or ["written by a newer version"])
        return settings, remembered

    def _set_aside(self, raw: bytes, wrong: list[str]) -> None:
        backup = self.path.with_name(self.path.name + ".BAK")
        try:
            backup.write_bytes(raw)
        except OSError:
            _log.info("the damaged settings could not be copied to %s", backup, exc_info=True)
        words = _("Some settings could not be understood and were set back; the old file is kept as {name}.")
        self._hub.warning(words.format(name=backup.name), "\n".join([str(backup), *wrong]))

    # changing

    def set(self, name: str, value: Value) -> None:
        """Changes one setting, writes the file, tells everybody.

        Raises:
            UsageError: there is no such setting, or it cannot have that value; nothing was changed.
        """
        new = validate(Settings, {**self.values.model_dump(), name: value})
        if new == self.values:
            return
        self.values = new
        self._save()
        self.changed.emit(name, getattr(new, name))

    def reset(self, name: str) -> None:
        """Gives one setting its default."""
        self.set(name, getattr(Settings(), name))

    def remember(self, **what: Any) -> None:
        """Changes what is remembered, e.g. ``remember(workspace="train")``."""
        new = Remembered.model_validate({**self.remembered.model_dump(), **what})
        if new == self.remembered:
            return
        self.remembered = new
        self._save()
        for name in what:
            self.remembered_changed.emit(name)

    def remember_layout(self, name: str, blob: str) -> None:
        """Stores a window state (base64) under a name; an empty one forgets it."""
        layouts = {key: text for key, text in self.remembered.layouts.items() if key != name}
        self.remember(layouts={**layouts, name: blob} if blob else layouts)

    def layout(self, name: str) -> str:
        """A stored window state; empty if there is none."""
        return self.remembered.layouts.get(name, "")

    def add_recent(self, folder: Path | str) -> None:
        """Puts a run's folder first among the recent ones."""
        path = str(folder)
        others = [other for other in self.remembered.recent_runs if other != path]
        self.remember(recent_runs=(path, *others)[:MAX_RECENT])
        self.add_opened(path, os.path.realpath(path))

    @property
    def known(self) -> dict[str, str]:
        """What a person has opened or made here: paths as they were named, and where they led to, links followed."""
        return {**{path: path for path in self.remembered.recent_runs}, **dict(self.remembered.opened)}

    def add_opened(self, name: str, place: str) -> None:
        """Remembers that something was opened or made here; what a picture or a run names may then be opened unasked.

        Args:
            name: its path as it is named; or data as they are asked for.
            place: where that leads to, links followed.
        """
        others = [pair for pair in self.remembered.opened if pair[0] != name]
        self.remember(opened=(*others, (name, place))[-MAX_OPENED:])

    # writing

    def _save(self) -> None:
        content = {
            "version": VERSION,
            "settings": self.values.model_dump(exclude_defaults=True),
            "remembered": self.remembered.model_dump(mode="json"),
        }
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            # A folder's name need not be text; what is none of it is written as JSON writes it in ASCII.
            replace_file(self.path, json.dumps(content, indent=1, ensure_ascii=False).encode(errors="backslashreplace"))
            self._write_failed = False
        except (OSError, StoreError, TypeError, ValueError) as error:
            if not self._write_failed:  # once is enough until it works again
                words = _("Your settings could not be saved to {folder}; they hold until you quit.")
                self._hub.warning(words.format(folder=self.path.parent), str(error))
            self._write_failed = True


def _migrate(content: dict[str, Any]) -> dict[str, Any]:
    """Brings an older file to the present version: number 0 had none, and the settings at the top level."""
    version = content.get("version", 0)
    if (isinstance(version, int) and version != 0) or "settings" in content:
        return content
    return {"settings": {key: value for key, value in content.items() if key != "version"}}


def _what_is_valid(model: type[M], values: Any, wrong: list[str]) -> M:
    """The model with those values that fit; what does not is named in ``wrong``."""
    if values is None:
        return model()
    if not isinstance(values, Mapping):
        wrong.append(f"{model.__name__}: not an object")
        return model()
    good = dict(values)
    while True:
        try:
            return model.model_validate(good)
        except ValidationError as error:
            bad = {str(entry["loc"][0]) for entry in error.errors() if entry["loc"]}
            if not bad & good.keys():
                wrong.append(str(error))
                return model()
            for name in bad:
                wrong.append(f"{name}: {good.pop(name, None)!r}")
