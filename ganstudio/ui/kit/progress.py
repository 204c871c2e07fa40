"""How far something is that takes its time."""

from __future__ import annotations

from PySide6.QtWidgets import QProgressBar

PARTS = 1000


class ProgressBar(QProgressBar):
    """A line that fills; it runs to and fro where nobody knows how far it is.

    Args:
        name: of what, for screen readers and the tooltip.
    """

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setTextVisible(False)
        self.setAccessibleName(name)
        self.setToolTip(name)

    def show_share(self, share: float | None) -> None:
        """Shows how far it is, 0 to 1; below 0, or with None, nobody knows."""
        known = share is not None and share >= 0
        self.setRange(0, PARTS if known else 0)
        self.setValue(round(PARTS * share) if share is not None and known else 0)
