"""What a translating network listens to besides its input, in the form in which every panel of controls drives."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ganstudio.core.controls import Control
from ganstudio.explore.state import ExploreState, position_of

if TYPE_CHECKING:
    from ganstudio.app.generators.sources import Opened
    from ganstudio.app.translate.translator import Translator


class TranslatorSettings:
    """The controls of a translator but for its input and its direction, which have places of their own.

    Args:
        translator: whose controls these are.
    """

    def __init__(self, translator: Translator) -> None:
        self._translator = translator
        self.studio, self.history = translator.studio, translator.history
        self.source_changed, self.state_changed = translator.source_changed, translator.state_changed

    @property
    def opening(self) -> str:
        """What is being opened at the moment, in words; empty for nothing."""
        return self._translator.opening

    @property
    def opened(self) -> Opened | None:
        """The network."""
        return self._translator.opened

    @property
    def controls(self) -> tuple[Control, ...]:
        """What can be driven."""
        return self._translator.other_controls

    @property
    def state(self) -> ExploreState | None:
        """Where it stands; None while nothing is open."""
        state = self._translator.state
        return None if state is None else ExploreState(state.settings)

    @property
    def start(self) -> ExploreState | None:
        """Where it stood at first."""
        return self._translator.start

    def edit(self, state: ExploreState, label: str, merge_key: object = None) -> None:
        """Moves the controls; can be undone."""
        now = self._translator.state
        if now is not None:
            self._translator.edit(now.with_(settings=state.position), label, merge_key)

    def drawn_from(self, seed: int) -> ExploreState:
        """Where the controls stand that are drawn at random with a seed."""
        assert self.opened is not None
        return ExploreState(position_of(self.opened.generator.draw(1, seed)), seed=seed)
