"""One canvas as a document: its classes, name and style, undo of every step, and what of it is not saved yet."""

from __future__ import annotations

import copy
import json
import math
import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from zlib import crc32

import numpy as np
from numpy.typing import NDArray
from psygnal import Signal

from ganstudio.app.history import History
from ganstudio.core.dataspec import MapClass
from ganstudio.core.errors import UsageError
from ganstudio.core.i18n import _
from ganstudio.explore.canvas.edits import Edit
from ganstudio.explore.canvas.film import Reel
from ganstudio.explore.canvas.layer import LabelCanvas
from ganstudio.explore.canvas.shapes import Rect

Ids = NDArray[np.uint8]
LIMIT = 10_000
"""Steps that can be undone, if they fit into the budget."""
BUDGET = 40 * 1024 * 1024
"""Bytes that the steps may take: 500 strokes need 1 MB at 256 pixels, 500 maps of pure noise 33 MB."""
PROGRAM, KIND, VERSION = "ganstudio", "canvas", 1


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What is written of a document; taken on the main thread, used on any."""

    document: CanvasDocument
    version: int
    ids: Ids
    note: dict[str, Any]


class CanvasDocument:
    """A canvas with everything that belongs to it. Main thread only.

    Tools are used on :attr:`canvas`: between :meth:`begin` and :meth:`end` they are one step, outside each is one of its
    own. The history is not stored with the document.

    Args:
        name: what a person calls it.
        classes: what the ids mean; 1 to 256.
        ids: uint8 ``(S, S)``.
        style: plain JSON values of whoever draws the picture; kept as they are.
        key: name of its file, without ending; a new one where it is empty.
        made: when it was made, seconds since 1970; now where it is 0.
        budget: bytes that what can be undone may take; beyond it the oldest steps are forgotten.

    Attributes:
        canvas: what is painted on.
        history: undo and redo; give it to the workspace.
        reel: the film of the painting.
        origin: key of the canvas that it was converted from, and a sum over its ids as they were then; None for its own.
        brush: diameter of the brush that it is painted with, in its pixels; 0 until one was held.

    Signals:
        changed: the rectangle (top, left, bottom, right) in which ids have changed.
        info_changed: name or style has changed.

    Raises:
        UsageError: the ids do not fit the classes.
    """

    changed = Signal(object)
    info_changed = Signal()

    def __init__(
        self,
        name: str,
        classes: Sequence[MapClass],
        ids: Ids,
        style: Mapping[str, Any] | None = None,
        *,
        key: str = "",
        made: float = 0.0,
        budget: int = BUDGET,
    ) -> None:
        self.key, self.made = key or uuid.uuid4().hex, made or time.time()
        self.name, self.classes = name, tuple(classes)
        self.canvas = LabelCanvas(ids, len(self.classes))
        self.history = History(LIMIT, budget=budget)
        self.reel = Reel(self.canvas.ids, budget)
        self.version, self.written, self.brush = 1, 0, 0
        self.origin: tuple[str, int] | None = None
        self._style: dict[str, Any] = copy.deepcopy(dict(style or {}))
        self._label = _("Paint")
        self.canvas.listener = self._painted
        self.canvas.recorder = self._record

    @property
    def ids(self) -> Ids:
        """The label map, uint8 ``(S, S)``; read only."""
        return self.canvas.ids

    @property
    def size(self) -> int:
        """Side of the canvas."""
        return self.canvas.size

    @property
    def dirty(self) -> bool:
        """Whether something has changed since it was last written."""
        return self.version != self.written

    @property
    def touched(self) -> bool:
        """A person has made it, or done something to it; False for what was only converted."""
        history = self.history
        return (
            self.origin is None or history.can_undo or history.can_redo or crc32(self.ids.tobytes()) != self.origin[1]
        )

    @property
    def style(self) -> dict[str, Any]:
        """A copy of the style that is kept with it."""
        return copy.deepcopy(self._style)

    def snapshot(self) -> Snapshot:
        """What has to be written: the ids, and beside them in the file a note of plain JSON values."""
        head = {"program": PROGRAM, "kind": KIND, "version": VERSION, "name": self.name, "made": self.made}
        note = {**head, "size": self.size, "classes": classes_to_json(self.classes), "style": self.style}
        note |= {"brush": self.brush, **({} if self.origin is None else {"origin": self.origin})}
        return Snapshot(self, self.version, self.ids.copy(), note)

    def touch(self) -> None:
        """Marks it as changed since it was written."""
        self.version += 1

    def rename(self, name: str) -> None:
        """Gives it another name; :meth:`Canvases.rename` keeps names different."""
        if name != self.name:
            self.name = name
            self.touch()
            self.info_changed.emit()

    def begin(self, label: str) -> None:
        """From here to :meth:`end` all is one step; meanwhile nothing can be undone. A stroke that is open ends."""
        self.end()
        self._label = label
        self.canvas.begin_stroke()
        self.history.begin(label)

    def end(self) -> bool:
        """Ends the stroke, if there is one; one that changed nothing is no step. Whether there is one more to undo."""
        if not self.canvas.stroking:
            return False
        edit = self.canvas.end_stroke()
        if edit is not None:
            self._record(edit)
        if self.history.grouping:
            self.history.commit()
        return edit is not None

    def abort(self) -> None:
        """Takes back what the stroke has painted, e.g. at Escape."""
        if self.canvas.stroking:
            self.canvas.abort_stroke()
            if self.history.grouping:
                self.history.abort()

    @contextmanager
    def step(self, label: str) -> Iterator[LabelCanvas]:
        """One step: ``with document.step(_("Fill")) as canvas: canvas.flood(x, y, 3)``. Whatever fails is taken back."""
        self.begin(label)
        try:
            yield self.canvas
        except BaseException:
            self.abort()
            raise
        self.end()

    def set_style(self, style: Mapping[str, Any], label: str = "", merge_key: object = None) -> None:
        """Keeps another style with it, plain JSON values; with a ``label`` as a step of undo, see :meth:`History.push`."""
        before, after = self._style, copy.deepcopy(dict(style))
        if before == after:
            return
        self._put_style(after)
        if label:
            self.history.push(label, lambda: self._put_style(before), lambda: self._put_style(after), merge_key)

    def _record(self, edit: Edit) -> None:
        self.reel.add(edit)
        self.history.push(self._label, lambda: self._step(edit, -1), lambda: self._step(edit, 1), cost=edit.nbytes)
        self._label = _("Paint")

    def _step(self, edit: Edit, way: int) -> None:
        rect = edit.apply(self.canvas.ids)
        if way > 0:
            self.reel.add(edit)
        else:
            self.reel.back(self.ids)
        self._painted(rect)

    def _put_style(self, style: dict[str, Any]) -> None:
        self._style = style
        self.touch()
        self.info_changed.emit()

    def _painted(self, rect: Rect) -> None:
        self.touch()
        self.changed.emit(rect)


def read_document(note: Mapping[str, Any], ids: Ids, file: str, key: str) -> CanvasDocument:
    """The document of a snapshot's ids and note, all checked; ``key`` as of :class:`CanvasDocument`.

    Raises:
        UsageError: ``file`` was written by another program, is damaged, or of a newer version.
    """
    if note.get("program") != PROGRAM or note.get("kind") != KIND:
        raise UsageError(_("{file} is no canvas that ganstudio has saved.").format(file=file))
    version = note.get("version")
    if isinstance(version, int) and version > VERSION:
        raise UsageError(_("{file} was written by a newer ganstudio; update this one.").format(file=file))
    try:
        classes = classes_from_json(note["classes"])
        style = json.loads(json.dumps(note.get("style", {}), allow_nan=False))
        key_of, mark = note.get("origin") or ("", 0)
        origin = (str(key_of), int(mark)) if key_of else None
        made, brush = float(note.get("made", 0.0)), min(256, max(0, int(note.get("brush", 0))))
        if not isinstance(style, dict) or not math.isfinite(made):
            raise TypeError("style or time")
        name = " ".join(str(note["name"]).split())[:80] or _("Canvas")
    except (KeyError, TypeError, ValueError, OverflowError, RecursionError) as error:
        raise UsageError(_("{file} is damaged.").format(file=file), repr(error)) from error
    document = CanvasDocument(name, classes, ids, style, key=key, made=made)
    document.written, document.brush, document.origin = document.version, brush, origin
    return document


def classes_to_json(classes: Sequence[MapClass]) -> list[dict[str, Any]]:
    """Classes as plain JSON values."""
    return [{"name": one.name, "colour": list(one.colour)} for one in classes]


def classes_from_json(values: Any) -> tuple[MapClass, ...]:
    """The inverse of :func:`classes_to_json`.

    Raises:
        KeyError, TypeError, ValueError: these are no classes.
    """
    if not isinstance(values, list) or not 1 <= len(values) <= 256:
        raise ValueError("there are 1 to 256 classes")
    found = []
    for one in values:
        red, green, blue = (int(part) for part in one["colour"])
        if not all(0 <= part <= 255 for part in (red, green, blue)):
            raise ValueError("a colour has parts from 0 to 255")
        found.append(MapClass(str(one["name"])[:200], (red, green, blue)))
    return tuple(found)
