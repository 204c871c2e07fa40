"""What a person has chosen and what the window remembers: one JSON file that never stops the start."""

from __future__ import annotations

import json
import logging
import os
import threading
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from psygnal import Signal

from ganstudio.app.notifications import Notifications, notifications
from ganstudio.core.errors import StoreError
from ganstudio.core.i18n import _
from ganstudio.core.regular import read_regular
from ganstudio.store.atomic import replace_file

if TYPE_CHECKING:
    from ganstudio.app.choices import Remembered, Settings
    from ganstudio.core.fields import Value

FILE, VERSION = "settings.json", 1
MAX_RECENT, MAX_OPENED = 20, 300

_log = logging.getLogger(__name__)


def config_folder() -> Path:
    """Where the settings are; ``GANSTUDIO_CONFIG`` puts them elsewhere."""
    if os.environ.get("GANSTUDIO_CONFIG"):
        return Path(os.environ["GANSTUDIO_CONFIG"])
    from platformdirs import user_config_path

    return user_config_path("ganstudio", appauthor=False)


def apply_folders(values: Settings) -> None:
    """Tells data sets and run folders where the settings want them; environment variables stay stronger."""
    from ganstudio.data.files import set_data_folder, set_inception_file
    from ganstudio.store.folder import set_runs_folder

    set_data_folder(values.data_folder or None)
    set_inception_file(values.inception)
    set_runs_folder(Path(values.runs_folder) if values.runs_folder else None)


class SettingsStore:
    """The settings in force and what the window remembers; every change is written and announced.

    ``hub`` is told when the file was damaged or cannot be written.
    """

    changed = Signal(str, object)
    """``(name, value)`` of a setting."""

    def __init__(self, folder: Path | None = None, hub: Notifications = notifications) -> None:
        self.path = (folder or config_folder()) / FILE
        self._hub = hub
        self._write_failed = False
        self._beside, self._lock = False, threading.Lock()
        self._unwritten: bytes | None = None
        self._writer: threading.Thread | None = None

    def write_beside(self) -> None:
        """From now on the file is written in a thread of its own: a disk that is busy must not hold a window up."""
        self._beside = True

    def flush(self) -> None:
        """Waits until all is on the disk; what changes after this is written at once again."""
        self._beside = False
        writer = self._writer
        if writer is not None:
            writer.join()

    def glance(self) -> tuple[Literal["system", "light", "dark"], str]:
        """Theme and geometry of the window as the file has them, unchecked; usual ones where it has none.

        The first view of the window waits for nothing else; types are checked when anything else is asked for.
        """
        try:
            content = json.loads(read_regular(self.path))
            theme, geometry = content["settings"].get("theme"), content["remembered"]["layouts"].get("geometry")
        except (OSError, ValueError, RecursionError, LookupError, TypeError, AttributeError):
            theme = geometry = None
        return theme if theme in ("light", "dark") else "system", geometry if isinstance(geometry, str) else ""

    @property
    def values(self) -> Settings:
        """What a person has chosen."""
        return self._known[0]

    @property
    def remembered(self) -> Remembered:
        """What the window remembers."""
        return self._known[1]

    @cached_property
    def _known(self) -> tuple[Settings, Remembered]:
        from ganstudio.app.choices import LAYOUT_VERSION, Remembered, Settings, what_is_valid

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
        version = content.get("version", 0)
        newer = isinstance(version, int) and version > VERSION
        if "settings" not in content and not (
            isinstance(version, int) and version
        ):  # number 0 had them at the top level
            content = {"settings": {key: value for key, value in content.items() if key != "version"}}
        settings = what_is_valid(Settings, content.get("settings"), wrong)
        remembered = what_is_valid(Remembered, content.get("remembered"), wrong)
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

    def set(self, name: str, value: Value) -> None:
        """Changes one setting, writes the file, tells everybody.

        Raises:
            UsageError: there is no such setting, or it cannot have that value; nothing was changed.
        """
        from ganstudio.app.choices import Settings
        from ganstudio.core.fields import validate

        new = validate(Settings, {**self.values.model_dump(), name: value})
        if new == self.values:
            return
        self._known = new, self.remembered
        self._save()
        self.changed.emit(name, getattr(new, name))

    def remember(self, **what: Any) -> None:
        """Changes what is remembered, e.g. ``remember(workspace="train")``."""
        new = type(self.remembered).model_validate({**self.remembered.model_dump(), **what})
        if new != self.remembered:
            self._known = self.values, new
            self._save()

    def remember_layout(self, name: str, blob: str) -> None:
        """Stores a window state (base64) under a name; an empty one forgets it."""
        layouts = {key: text for key, text in self.remembered.layouts.items() if key != name}
        self.remember(layouts={**layouts, name: blob} if blob else layouts)

    def told(self, name: str) -> Any:
        """What was remembered as JSON; None where there is nothing, or nothing that can be read."""
        try:
            return json.loads(self.layout(name) or "null")
        except (ValueError, RecursionError):
            return None

    def layout(self, name: str) -> str:
        """A stored window state; empty if there is none."""
        return self.remembered.layouts.get(name, "")

    def remember_folder(self, purpose: str, folder: Path) -> None:
        """Remembers where files of a kind were last asked for."""
        self.remember(folders={**self.remembered.folders, purpose: str(folder)})

    def folder(self, purpose: str) -> Path | None:
        """Where that was; None where nobody has been asked yet, or the folder is gone."""
        place = self.remembered.folders.get(purpose, "")
        return Path(place) if place and os.path.isdir(place) else None  # noqa: PTH112 - Path.is_dir raises for odd names

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

        ``name`` is its path as it is named, or data as they are asked for; ``place`` where that leads to, links followed.
        """
        others = [pair for pair in self.remembered.opened if pair[0] != name]
        self.remember(opened=(*others, (name, place))[-MAX_OPENED:])

    def _save(self) -> None:
        content = {
            "version": VERSION,
            "settings": self.values.model_dump(exclude_defaults=True),
            "remembered": self.remembered.model_dump(mode="json"),
        }
        try:
            # A folder's name need not be text; what is none of it is written as JSON writes it in ASCII.
            text = json.dumps(content, indent=1, ensure_ascii=False).encode(errors="backslashreplace")
        except (TypeError, ValueError) as error:
            self._failed(error)
            return
        with self._lock:
            self._unwritten = text
            if self._beside and self._writer is None:
                self._writer = threading.Thread(target=self._write, name="settings")
                self._writer.start()
        if not self._beside:
            self.flush()
            self._write()

    def _write(self) -> None:
        """Writes the newest until nothing newer has come meanwhile."""
        while True:
            with self._lock:
                text, self._unwritten = self._unwritten, None
                if text is None:
                    self._writer = None
                    return
            try:
                self.path.parent.mkdir(parents=True, exist_ok=True)
                replace_file(self.path, text, mode=0o600)  # it names what a person has opened
                self._write_failed = False
            except (OSError, StoreError) as error:
                self._failed(error)

    def _failed(self, error: Exception) -> None:
        if not self._write_failed:  # once is enough until it works again
            words = _("Your settings could not be saved to {folder}; they hold until you quit.")
            self._hub.warning(words.format(folder=self.path.parent), str(error))
        self._write_failed = True
