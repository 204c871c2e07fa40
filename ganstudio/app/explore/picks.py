"""Samples that a person picked on the wall. Main thread, no Qt."""

from __future__ import annotations

from collections.abc import Sequence

from psygnal import Signal

from ganstudio.explore.state import ExploreState


class Picks:
    """Samples that a person wants more or less of.

    Signals:
        changed: another pick, or one less.
    """

    changed = Signal()

    def __init__(self) -> None:
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

    def follow(self, before: Sequence[ExploreState], now: Sequence[ExploreState]) -> None:
        """What was said of some states holds for these, which are the same samples."""
        other = {id(was): state for was, state in zip(before, now, strict=True)}
        self._picked = [(other.get(id(state), state), said) for state, said in self._picked]

    def turn(self, state: ExploreState, like: bool) -> None:
        """Says it of a state, or takes it back where just that was said."""
        self.pick(state, None if self.verdict(state) is like else like)
