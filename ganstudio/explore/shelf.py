"""Checkpoints that were looked at last, ready to be drawn with. Torch is brought when the first one is opened."""

from __future__ import annotations

from collections import OrderedDict
from pathlib import Path
from typing import TYPE_CHECKING

from ganstudio.core.commands import Source
from ganstudio.core.errors import StoreError, UsageError
from ganstudio.core.i18n import _
from ganstudio.store import Run

if TYPE_CHECKING:
    from ganstudio.explore.stored import StoredGenerator

HELD = 4


class Shelf:
    """What a rendering service of stored steps draws with: a few checkpoints, of which the oldest makes way."""

    step = 0

    def __init__(self) -> None:
        self._held: OrderedDict[tuple[object, ...], StoredGenerator] = OrderedDict()

    def refresh(self) -> bool:
        """What is stored never changes."""
        return False

    def end(self) -> None:
        """Nothing that it does takes long enough to be ended."""

    def newest_at(self, path: Path, step: int, source: Source) -> StoredGenerator:
        """The newest usable checkpoint of a run at a step or before.

        Raises:
            StudioError: there is none; the message says why.
        """
        run, why = Run.open(path), None  # type: Run, StoreError | None
        for stored in reversed([at for at in run.checkpoint_steps() if at <= step]):
            try:
                return self._take(run, stored, source)
            except StoreError as error:
                why = why or error
        words = _("No checkpoint of step {step} or before is stored.").format(step=f"{step:,}")
        raise why or UsageError(words)

    def _take(self, run: Run, step: int, source: Source) -> StoredGenerator:
        from ganstudio.explore.stored import StoredGenerator

        try:
            written = run.checkpoint_path(step).stat().st_mtime_ns  # a run that went back writes a step anew
        except OSError as error:
            raise StoreError(_("The checkpoint of step {step} is gone.").format(step=step), str(error)) from error
        key = run.path, step, source, written
        found = self._held.pop(key, None) or StoredGenerator.open(run, step, source)
        self._held[key] = found
        while len(self._held) > HELD:
            self._held.popitem(last=False)
        return found
