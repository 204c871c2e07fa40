"""The canvases that are open, and how they are kept: autosaved as label PNGs and there again at the next start."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from psygnal import Signal

from ganstudio.app.notifications import Notifications, notifications
from ganstudio.app.paint.canvas_document import CanvasDocument, Ids, Snapshot, read_document
from ganstudio.core.dataspec import MapClass
from ganstudio.core.errors import StudioError
from ganstudio.core.i18n import _, plural
from ganstudio.explore.canvas.png import label_png, read_label_png
from ganstudio.store.atomic import replace_file
from ganstudio.store.lock import WriterLock

FOLDER = "canvases"
SECONDS = 2.0
"""Between two autosaves."""
MAX_CLOSED = 10


class Canvases:
    """All canvases of one window. Main thread only; autosaving writes in a thread of its own.

    Every canvas has a file of its own with a name that is never used again, and a lock beside it, so that two windows
    or processes with one folder neither write nor restore the same canvas. Undo history and film are not stored: a
    canvas that is restored begins with what was on it.

    The folder is made when it is first needed. ``hub`` is told once when saving fails, and of files that could not be
    restored; ``clock`` tells seconds.

    Signals:
        changed: canvases were opened, closed or renamed.
        current_changed: another canvas is painted on, or none.
    """

    changed = Signal()
    current_changed = Signal()

    def __init__(
        self, folder: Path, hub: Notifications = notifications, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.folder = folder
        self.documents: list[CanvasDocument] = []
        self.current: CanvasDocument | None = None
        self._hub, self._clock = hub, clock
        self._closed: list[CanvasDocument] = []
        self._locks: dict[str, WriterLock] = {}
        self._last = clock()
        self._pool: ThreadPoolExecutor | None = None
        self._running: Future[StudioError | None] | None = None
        self._writing = threading.Lock()
        self._told = False

    def from_ids(
        self, name: str, classes: Sequence[MapClass], ids: Ids, style: dict[str, object] | None = None
    ) -> CanvasDocument:
        """A canvas with a label map, uint8 ``(S, S)``, which is looked at from now on.

        Raises:
            UsageError: the ids do not fit the classes.
        """
        return self.add(CanvasDocument(self.free_name(name), classes, ids, style))

    def duplicate(self, document: CanvasDocument) -> CanvasDocument:
        """A copy with a history of its own, which is looked at from now on."""
        copy = CanvasDocument(self.free_name(document.name), document.classes, document.ids, document.style)
        copy.canvas.background, copy.brush = document.canvas.background, document.brush
        return self.add(copy)

    def add(self, document: CanvasDocument) -> CanvasDocument:
        """Opens a document and looks at it."""
        self.documents.append(document)
        self.changed.emit()
        self.switch(document)
        return document

    def rename(self, document: CanvasDocument, name: str) -> str:
        """Gives another name, with a number behind it where it is taken; returns it. An empty one changes nothing."""
        name = " ".join(name.split())
        if name and name != document.name:
            document.rename(self.free_name(name, besides=document))
            self.changed.emit()
        return document.name

    def close(self, document: CanvasDocument, keep: bool = True) -> None:
        """Closes a canvas and deletes its file; :meth:`reopen` brings the last ten back that were to be kept."""
        if document not in self.documents:
            return
        document.end()
        place = self.documents.index(document)
        self.documents.remove(document)
        self._closed = [*self._closed, *([document] if keep else [])][-MAX_CLOSED:]
        with self._writing:  # a write on its way would bring the file back
            document.written = document.version
            with contextlib.suppress(OSError):
                (self.folder / f"{document.key}.png").unlink(missing_ok=True)
            self._let_go(document.key)
        self.changed.emit()
        if self.current is document:
            self.switch(self.documents[min(place, len(self.documents) - 1)] if self.documents else None)

    @property
    def can_reopen(self) -> bool:
        """Whether :meth:`reopen` would bring something back."""
        return bool(self._closed)

    def reopen(self) -> CanvasDocument | None:
        """Brings back the canvas that was closed last."""
        if not self._closed:
            return None
        document = self._closed.pop()
        document.touch()
        return self.add(document)

    def switch(self, document: CanvasDocument | None) -> None:
        """Looks at another canvas; a stroke on the present one ends."""
        if document is not self.current:
            if self.current is not None:
                self.current.end()
            self.current = document
            self.current_changed.emit()

    def free_name(self, wanted: str, besides: CanvasDocument | None = None) -> str:
        """A name that no canvas has, but perhaps ``besides``: the wanted one, or with a number behind it."""
        wanted = " ".join(wanted.split())[:80] or _("Canvas")
        taken, name, number = {one.name for one in self.documents if one is not besides}, wanted, 2
        while name in taken:
            name, number = f"{wanted} {number}", number + 1
        return name

    @property
    def dirty(self) -> bool:
        """Whether something is not on disk yet."""
        return any(document.dirty for document in self.documents)

    def autosave(self, now: float | None = None) -> bool:
        """Call it from a timer: takes in what was written meanwhile, and writes in the background every 2 s at most.

        On this thread it costs a copy of each label map that has changed; encoding and the disk cost some 5 ms. Returns
        whether a write was begun.
        """
        now = self._clock() if now is None else now
        if self._running is not None and self._running.done():
            running, self._running = self._running, None
            self._tell(running.result())
        if self._running is not None or now - self._last < SECONDS or not self.dirty:
            return False
        self._last = now
        snapshots = [document.snapshot() for document in self.documents if document.dirty]
        if self._pool is None:
            self._pool = ThreadPoolExecutor(1, thread_name_prefix="canvas-autosave")
        self._running = self._pool.submit(self._write_all, snapshots)
        return True

    def save_all(self) -> bool:
        """Writes all that has changed, now and on this thread; e.g. before the window closes.

        A canvas that cannot be written stays in memory and dirty; the person is told once, until it works again. Returns
        whether everything is on disk.
        """
        self._last = self._clock()
        error = self._write_all([document.snapshot() for document in self.documents if document.dirty])
        self._tell(error)
        return error is None

    def shut(self) -> bool:
        """Saves, ends the thread and lets go of the files; returns whether everything is on disk."""
        if self._pool is not None:
            self._pool.shutdown(wait=True)
            self._pool, self._running = None, None
        done = self.save_all()
        for key in list(self._locks):
            self._let_go(key)
        return done

    def restore(self) -> tuple[str, ...]:
        """Opens what is in the folder, in the order in which it was made, and looks at the last one changed.

        Canvases that another window has open are left to it. Files that are damaged or no canvas stay as they are; the
        sentence for each of them is returned, and the person is told once.
        """
        found: list[tuple[float, float, CanvasDocument]] = []
        notes: list[str] = []
        open_already = {document.key for document in self.documents}
        try:
            files = sorted(self.folder.glob("*.png")) if self.folder.is_dir() else []
        except OSError as error:
            files, notes = [], [str(error)]
        for file in files:
            if file.stem in open_already or file.name.startswith("."):
                continue
            try:
                document = self._read(file)
                if document is not None:
                    found.append((document.made, file.stat().st_mtime, document))
            except StudioError as error:
                notes.append(str(error))
            except OSError as error:
                notes.append(f"{file.name}: {error}")
        found.sort(key=lambda one: one[:2])
        self.documents += [document for *_times, document in found]
        if notes:
            words = plural("{n} canvas could not be restored", "{n} canvases could not be restored", len(notes))
            text = _("{words}; the files in {folder} were left as they are.")
            self._hub.warning(text.format(words=words, folder=self.folder), "\n".join(notes))
        if found:
            self.changed.emit()
            self.switch(max(found, key=lambda one: one[1])[2])
        return tuple(notes)

    def _read(self, file: Path) -> CanvasDocument | None:
        found = read_label_png(file)
        document = read_document(found.note, found.ids, file.name, file.stem)
        lock = file.with_suffix(".lock")
        try:
            self._locks[file.stem] = WriterLock(lock)
        except StudioError:
            # Held by a live window, or the folder cannot be written: then it is shown and the next save says so.
            return None if lock.exists() else document
        return document

    def _let_go(self, key: str) -> None:
        lock = self._locks.pop(key, None)
        if lock is not None:
            lock.release()

    def _write_all(self, snapshots: Sequence[Snapshot]) -> StudioError | None:
        """Writes label maps, the newest state of each; on any thread. Returns the first failure, goes on behind it."""
        failure: StudioError | None = None
        for snapshot in snapshots:
            with self._writing:
                document = snapshot.document
                if snapshot.version <= document.written:
                    continue
                try:
                    data = label_png(snapshot.ids, document.classes, snapshot.note)
                    self.folder.mkdir(parents=True, exist_ok=True)
                    if document.key not in self._locks:
                        self._locks[document.key] = WriterLock(self.folder / f"{document.key}.lock")
                    replace_file(self.folder / f"{document.key}.png", data)
                    document.written = snapshot.version
                except StudioError as error:
                    failure = failure or error
                except OSError as error:
                    words = _("The canvas “{name}” could not be saved in {folder}; it stays open.")
                    words = words.format(name=snapshot.note["name"], folder=self.folder)
                    failure = failure or StudioError(words, repr(error))
        return failure

    def _tell(self, error: StudioError | None) -> None:
        if error is not None and not self._told:
            self._hub.warning(str(error), error.details)
        self._told = error is not None
