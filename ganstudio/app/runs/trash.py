"""Runs that go to the trash and come back, and what was renamed: deeds that can be taken back. No Qt."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from psygnal import Signal

from ganstudio.app.history import History
from ganstudio.app.jobs import Job
from ganstudio.core.errors import StudioError
from ganstudio.core.i18n import _, plural, some_of
from ganstudio.store import Run, delete_run, empty_trash, restore_run, runs_folder

if TYPE_CHECKING:
    from ganstudio.app.studio import Studio

_Moved = Callable[[list[Path], list[Path]], object]
"""Told where the runs were, and where those are that could be moved."""


@dataclass(slots=True, eq=False)
class _Batch:
    """Runs that go to the trash and come back together, and where they lie now."""

    places: list[Path]
    trashed: bool = False

    def can_return(self) -> bool:
        """They lie in the trash."""
        return self.trashed and bool(self.places)


class TrashBin:
    """Moves runs to the trash and back, in background jobs, one after the other. Main thread only.

    ``came_back`` is emitted with the places of runs that were brought back.

    Args:
        studio: whose runs they are.
        then: called after each deed: the runs on disk are others now.

    Attributes:
        history: what was deleted or renamed; taken back by :meth:`take_back`, which passes over what no longer can be.
    """

    came_back = Signal(object)

    def __init__(self, studio: Studio, then: Callable[[], object]) -> None:
        self._studio, self._then = studio, then
        self.history = History()
        self._batches: list[_Batch] = []
        self._waiting: list[Callable[[], object]] = []
        self._done = False

    def delete(self, paths: Iterable[Path]) -> bool:
        """Moves runs to the trash, in the background; that can be taken back. Runs that train here are refused.

        Returns:
            Whether there are any to be moved.
        """
        wanted, training = [], {model.path: model.title for model in self._studio.training}
        for path in paths:
            if path in training:
                text = _("“{name}” is training; stop it before you delete it.")
                self._studio.notifications.warning(text.format(name=training[path]))
            else:
                wanted.append(path)
        if wanted:
            batch = _Batch(wanted)
            back, again = partial(self._bring_back, batch), partial(self._trash, batch)
            self._trash(batch)
            self.history.push(plural("Delete {n} run", "Delete {n} runs", len(wanted)), back, again)
        return bool(wanted)

    def restore(self, paths: Iterable[Path]) -> None:
        """Brings runs back from the trash, in the background."""
        self._bring_back(_Batch(list(paths), trashed=True))

    def take_back(self, again: bool = False) -> None:
        """Takes the last deed back that still can be, or does it ``again``."""
        history, self._done = self.history, False
        while not self._done and (history.can_redo if again else history.can_undo):
            history.redo() if again else history.undo()

    def renamed(self, path: Path, old: str, new: str) -> None:
        """Notes that a person gave a run another name."""

        def rename(name: str) -> None:
            self._done = True
            self._studio.rename(path, name).ended.connect(self._then)

        self.history.push(_("Rename {name}").format(name=old), partial(rename, old), partial(rename, new))

    def _trash(self, batch: _Batch) -> None:
        """Moves these to the trash, where they are not there."""
        if batch.trashed or not batch.places:
            return
        batch.trashed = self._done = True
        names: list[str] = []

        def done(before: list[Path], moved: list[Path]) -> None:
            gone = [path for path in before if not path.exists()]
            for model in [model for model in self._studio.runs if model.path in gone]:
                self._studio.close_run(model)
            if moved:
                text = _("Moved to trash: {names}").format(names=some_of(names, 3))
                self._studio.notifications.info(text, "", _("Undo"), partial(self._bring_back, batch), batch.can_return)

        def trash(path: Path) -> Path:
            there = delete_run(path, folder=folder)
            names.append(Run.open(there).info.name)
            return there

        folder = runs_folder()
        self._move(_("Moving to trash"), batch, trash, done)

    def _bring_back(self, batch: _Batch) -> None:
        """Restores these, where they are still in the trash."""
        if not batch.can_return():
            return
        batch.trashed, self._done = False, True
        names: list[str] = []

        def done(before: list[Path], back: list[Path]) -> None:
            for other in self._batches:  # what else could bring them back no longer can
                if other is not batch and other.trashed:
                    other.places = [path for path in other.places if path not in before]
            if back:
                text = _("Back from the trash: {names}").format(names=some_of(names, 3))
                self._studio.notifications.info(text)
                self.came_back.emit(back)

        def restore(path: Path) -> Path:
            there = restore_run(path, elsewhere=known)
            names.append(Run.open(there).info.name)
            return there

        known = self._studio.settings.known
        self._move(_("Restoring"), batch, restore, done)

    def empty(self) -> Job:
        """Removes the runs in the trash for good, in the background."""
        job = self._studio.jobs.start(_("Emptying the trash"), lambda _progress, _cancel: empty_trash())
        self.history.clear()
        for batch in self._batches:
            batch.places = []
        self._batches.clear()
        job.ended.connect(self._then)
        return job

    def _move(self, title: str, batch: _Batch, move: Callable[[Path], Path], done: _Moved) -> None:
        """Moves a batch, after what is being moved: a deed and its taking back may come in quick succession."""
        if batch not in self._batches:
            self._batches.append(batch)
        self._waiting.append(partial(self._begin_move, title, batch, move, done))
        if len(self._waiting) == 1:
            self._waiting[0]()

    def _begin_move(self, title: str, batch: _Batch, move: Callable[[Path], Path], done: _Moved) -> None:
        before = list(batch.places)

        def work(_progress: object, _cancel: object) -> tuple[list[Path], list[StudioError]]:
            targets, errors = [], []
            for path in before:
                try:
                    targets.append(move(path))
                except StudioError as error:
                    errors.append(error)
            return targets, errors

        def moved(found: tuple[list[Path], list[StudioError]]) -> None:
            batch.places, errors = found
            done(before, batch.places)
            for error in errors:
                self._studio.report(error)
            self._then()

        def ended() -> None:
            del self._waiting[:1]
            if self._waiting:
                self._waiting[0]()

        self._studio.jobs.start(title, work).on_done(moved).ended.connect(ended)
