"""Mixing styles: which layers take the style of a second picture, and which picture that is (StyleGAN, section 3.1)."""

from __future__ import annotations

from functools import partial

from PySide6.QtWidgets import QMenu

from ganstudio.app.explore.explorer import Explorer
from ganstudio.core.controls import StyleLayers
from ganstudio.core.i18n import _
from ganstudio.explore.state import ExploreState, Position
from ganstudio.explore.styles import share_of
from ganstudio.ui.controls.editing import Editing
from ganstudio.ui.controls.layer_cells import LayerCells, spans
from ganstudio.ui.controls.sample import LARGEST_SEED
from ganstudio.ui.controls.section import TITLE, Section
from ganstudio.ui.controls.seed_row import SeedRow
from ganstudio.ui.kit.parts import ElidedLabel


class StylesSection(Section):
    """The second picture, by its seed or a pin, and a cell for every layer."""

    def __init__(self, control: StyleLayers, explorer: Explorer, editing: Editing) -> None:
        super().__init__(_("Mix styles"), explorer, editing)
        self.control, self._explorer = control, explorer
        self.pins = self.add_tool(
            "pin", _("Take styles from a pin"), _("The second picture is one that was pinned"), self._offer_pins
        )
        self._reset = self.add_reset(self.reset)
        self._reset.setToolTip(_("Every layer has its own style again"))
        names = (_("Another second picture"), _("Previous second picture"), _("Next second picture"))
        help = _("Seed of the picture that the marked layers take their style from.")
        self.second = SeedRow(_("Second seed"), help, LARGEST_SEED, names, TITLE)
        self.second.set_seed(1)
        self.second.chosen.connect(self.take_seed)
        self.cells = LayerCells(control.layers)
        self.cells.changed.connect(self._exchange)
        self.cells.released.connect(editing.done)
        self.words = ElidedLabel("", "muted")
        for part in (self.second, self.cells, self.words):
            self.column.addWidget(part)

    def _shares(self, state: ExploreState) -> list[float]:
        found = state.position.get(share_of(self.control))
        return [0.0] * self.control.layers if found is None else [float(share) for share in found]

    # -- hands ------------------------------------------------------------------------------------------------------

    def take_seed(self, seed: int) -> None:
        """Takes styles from the picture of a seed; into the coarse half of the layers where none is marked."""
        if self.driven.state is not None:
            self.second.set_seed(seed)
            self._take(self.driven.drawn_from(seed).position, seed, _("Styles of seed {seed}").format(seed=seed))

    def take_pin(self, name: str, state: ExploreState) -> None:
        """The same from a pinned picture."""
        self._take(self._explorer.effective(state), None, _("Styles of {name}").format(name=name))

    def _take(self, other: Position, seed: int | None, words: str) -> None:
        state = self.driven.state
        if state is None:
            return
        shares, layers = self._shares(state), self.control.layers
        if not any(shares):
            shares = [float(layer < (layers + 1) // 2) for layer in range(layers)]
        self.editing.edit(state.mixed(self.driven.controls, shares, other, seed), words, "styles")

    def _exchange(self, layer: int, share: float) -> None:
        state = self.driven.state
        if state is None:
            return
        before = self._shares(state)  # what the cells show may be a moment old
        shares = [share if place == layer else other for place, other in enumerate(before)]
        if shares == before:
            return
        other = None if any(before) else self.driven.drawn_from(self.second.seed).position
        then = state.mixed(self.driven.controls, shares, other, self.second.seed)
        self.editing.edit(then, _("Mix styles"), "layers", held=True)

    def _offer_pins(self) -> None:
        menu = QMenu(self)
        for pin in self._explorer.kept.pins:
            menu.addAction(pin.name, partial(self.take_pin, pin.name, pin.state))
        if menu.isEmpty():
            menu.addAction(_("Nothing is pinned yet (key P)")).setEnabled(False)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(self.pins.mapToGlobal(self.pins.rect().bottomLeft()))

    def reset(self) -> None:
        """Every layer has its own style again."""
        state = self.driven.state
        if state is not None:
            shares = [0.0] * self.control.layers
            self.editing.edit(state.mixed(self.driven.controls, shares), _("Reset {title}").format(title=self.title))

    # -- what is shown ----------------------------------------------------------------------------------------------

    def refresh(self, state: ExploreState) -> None:
        """Shows whose style every layer has."""
        shares = self._shares(state)
        taken = [layer + 1 for layer, share in enumerate(shares) if share > 0]
        self.cells.set_shares(shares)
        if state.second is not None:
            self.second.set_seed(state.second)
        if not taken:
            words = _("Every layer has its own style.")
        elif state.second is not None:
            words = _("Layers {layers} have the style of seed {seed}.").format(layers=spans(taken), seed=state.second)
        else:
            words = _("Layers {layers} have the style of another picture.").format(layers=spans(taken))
        if words != self.words.text():
            self.words.setText(words)
        self._reset.setEnabled(bool(taken))
