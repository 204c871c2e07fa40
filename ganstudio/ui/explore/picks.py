"""Samples that a person wants more or less of."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from ganstudio.explore.state import ExploreState


class Picks(QObject):
    """Picked states: liked or disliked.

    Signals:
        changed: another pick, or one less.
    """

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._picked: list[tuple[ExploreState, bool]] = []

    @property
    def liked(self) -> list[ExploreState]:
        """More like these."""
        return [state for state, like in self._picked if like]

    @property
    def disliked(self) -> list[ExploreState]:
        """Less like those."""
        return [state for state, like in self._picked if not like]

    def verdict(self, state: ExploreState) -> bool | None:
        """What was said of a state: liked, disliked, or nothing."""
        return next((like for other, like in self._picked if other is state), None)

    def pick(self, state: ExploreState, like: bool | None) -> None:
        """Says it of a state; None takes it back."""
        self._picked = [(other, said) for other, said in self._picked if other is not state]
        if like is not None:
            self._picked.append((state, like))
        self.changed.emit()
