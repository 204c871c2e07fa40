"""Undo and redo: what was done, with a label, and how to go back."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from psygnal import Signal

MERGE_SECONDS = 0.8
Step = Callable[[], object]


@dataclass(slots=True)
class _Entry:
    label: str
    undo: Step
    redo: Step
    merge_key: object
    when: float
    cost: int = 0


class History:
    """A bounded list of edits.

    An edit has been done already when it is pushed. Edits of one slider within 0.8 s of each other become one, so that
    a drag is one step back. Whatever is pushed while an edit is being undone or redone is part of that and not kept.

    At most ``limit`` of them are kept, and as many as together cost no more than ``budget``, e.g. in bytes: beyond it
    the oldest are dropped. ``clock`` tells seconds.
    """

    changed = Signal()

    def __init__(
        self, limit: int = 200, clock: Callable[[], float] = time.monotonic, budget: int | None = None
    ) -> None:
        self._limit = limit
        self._budget = budget
        self._cost = 0  # of all that can be undone or done again
        self._clock = clock
        self._done: list[_Entry] = []
        self._undone: list[_Entry] = []
        self._groups: list[tuple[str, list[_Entry]]] = []
        self._busy = False

    @property
    def can_undo(self) -> bool:
        """Whether there is something to take back and no group is open."""
        return bool(self._done) and not self._groups

    @property
    def can_redo(self) -> bool:
        """Whether there is something to do again and no group is open."""
        return bool(self._undone) and not self._groups

    @property
    def grouping(self) -> bool:
        """Whether a group is open."""
        return bool(self._groups)

    @property
    def undo_label(self) -> str:
        """What :meth:`undo` would take back; empty for nothing."""
        return self._done[-1].label if self.can_undo else ""

    @property
    def redo_label(self) -> str:
        """What :meth:`redo` would do again; empty for nothing."""
        return self._undone[-1].label if self.can_redo else ""

    def push(self, label: str, undo: Step, redo: Step, merge_key: object = None, cost: int = 0) -> None:
        """Notes an edit that has just been done, with what takes it back and what does it again.

        ``label`` says what it was, as the menu shows it; edits with the same ``merge_key`` within 0.8 s become one, those
        with None never; ``cost`` is what it takes of the budget.
        """
        if not self._busy:
            self._note(_Entry(label, undo, redo, merge_key, self._clock(), cost))

    def _note(self, entry: _Entry) -> None:
        into = self._groups[-1][1] if self._groups else self._done
        last = into[-1] if into and (self._groups or not self._undone) else None
        one = last is not None and entry.merge_key is not None and last.merge_key == entry.merge_key
        if last is not None and one and entry.when - last.when <= MERGE_SECONDS:
            last.redo, last.when = entry.redo, entry.when
            last.cost += entry.cost
        else:
            into.append(entry)
        if not self._groups:
            self._cost += entry.cost - sum(gone.cost for gone in self._undone)
            self._undone.clear()
            self._drop_oldest()
            self.changed.emit()

    def _drop_oldest(self) -> None:
        drop = max(0, len(self._done) - self._limit)
        self._cost -= sum(entry.cost for entry in self._done[:drop])
        # The last edit stays, whatever it costs: a person who has just done something can take it back.
        while self._budget is not None and self._cost > self._budget and drop < len(self._done) - 1:
            self._cost -= self._done[drop].cost
            drop += 1
        del self._done[:drop]

    def begin(self, label: str) -> None:
        """From here to :meth:`commit` everything is one edit. Groups nest; the outermost gives the label."""
        self._groups.append((label, []))
        if len(self._groups) == 1:
            self.changed.emit()

    def commit(self) -> None:
        """Ends the group; an empty one leaves no trace."""
        label, entries = self._groups.pop()
        if entries:
            self._note(_grouped(label, entries, self._clock()))
        elif not self._groups:
            self.changed.emit()

    def abort(self) -> None:
        """Ends the group and takes back what was done in it."""
        entries = self._groups.pop()[1]
        if entries:
            self._run(_grouped("", entries, 0.0).undo)
        if not self._groups:
            self.changed.emit()

    def undo(self) -> str:
        """Takes the last edit back; returns its label, empty if there was none."""
        if not self.can_undo:
            return ""
        entry = self._done.pop()
        self._run(entry.undo)
        entry.merge_key = None  # an edit that was taken back once is closed: later moves are steps of their own
        self._undone.append(entry)
        self.changed.emit()
        return entry.label

    def redo(self) -> str:
        """Does the last undone edit again; returns its label, empty if there was none."""
        if not self.can_redo:
            return ""
        entry = self._undone.pop()
        self._run(entry.redo)
        self._done.append(entry)
        self.changed.emit()
        return entry.label

    def clear(self) -> None:
        """Forgets everything, also open groups."""
        self._done.clear()
        self._undone.clear()
        self._cost = 0
        self._groups.clear()
        self.changed.emit()

    def _run(self, step: Step) -> None:
        self._busy = True
        try:
            step()
        finally:
            self._busy = False


def _grouped(label: str, entries: list[_Entry], when: float) -> _Entry:
    def undo() -> None:
        for entry in reversed(entries):
            entry.undo()

    def redo() -> None:
        for entry in entries:
            entry.redo()

    return _Entry(label, undo, redo, None, when, sum(entry.cost for entry in entries))
