"""The generator of a run that is training at this moment, in this process."""

from __future__ import annotations

from ganstudio.core.dataspec import DataSpec
from ganstudio.core.errors import StudioError
from ganstudio.core.i18n import _
from ganstudio.explore.generator import Generator
from ganstudio.methods import Method
from ganstudio.nn.snapshot import Snapshots


class LiveGenerator(Generator):
    """Draws with the newest snapshot that the trainer has written; asking for one is the caller's business.

    Args:
        snapshots: where the trainer writes.
        title: of the run.
        spec: of its data.

    Raises:
        StudioError: nothing has been written yet.
    """

    def __init__(self, snapshots: Snapshots[Method], title: str, spec: DataSpec) -> None:
        found = snapshots.take()
        if found is None:
            raise StudioError(_("“{title}” has not handed over its weights yet.").format(title=title))
        method, step, source = found
        super().__init__(method, title, spec, step, source, next(method.parameters()).device)
        self._snapshots = snapshots

    def refresh(self) -> bool:
        """Takes the weights that were written since; True if there were any."""
        found = self._snapshots.take()
        if found is None or found[0] is self.method:
            return False
        self.method, self.step, self.source = found
        return True
