"""Latent arithmetic: A − B + C of pinned pictures."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QSizePolicy, QWidget

from ganstudio.app.explore.explorer import Explorer
from ganstudio.core.i18n import _
from ganstudio.explore.state import ExploreState
from ganstudio.explore.walks import arithmetic
from ganstudio.ui.explore.parts import Picks
from ganstudio.ui.explore.views.base import GridView
from ganstudio.ui.forms.editors import QuietCombo
from ganstudio.ui.kit.parts import label, push_button
from ganstudio.ui.pictures.grid import PictureGrid

SIGNS = (("", "A"), ("−", "B"), ("+", "C"))


class SumsView(GridView):
    """Three pins (or the present position), and their sum."""

    def __init__(self, explorer: Explorer, picks: Picks) -> None:
        super().__init__(explorer, picks, "sums", PictureGrid(_("Sum of pins"), _("Click: go there.")))
        self._touched = False  # until a person chooses, the first three pins are added up
        self.terms = [QuietCombo() for _term in SIGNS]
        bar: list[QWidget] = []
        for combo, (sign, name) in zip(self.terms, SIGNS, strict=True):
            combo.setAccessibleName(_("Term {name}").format(name=name))
            combo.setToolTip(_("A pinned picture, or the present position"))
            combo.activated.connect(self._chosen)
            combo.setMinimumContentsLength(3)
            combo.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
            bar += [label(f"{sign} {name}".strip()), combo]
        words = _("Moves the controls to A − B + C")
        self.use = push_button(_("Go there"), "", words, clicked=lambda: self.take(3), quiet=True)
        self.use.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.lay_out(*bar, self.use)
        explorer.kept_changed.connect(self._fill)
        explorer.source_changed.connect(self._fill)
        self._fill()

    def _chosen(self, _index: int) -> None:
        self._touched = True
        self.redraw()

    def _fill(self) -> None:
        names = [_("now"), *(pin.name for pin in self.explorer.kept.pins)]
        for index, combo in enumerate(self.terms):
            if [combo.itemText(row) for row in range(combo.count())] == names:
                continue
            chosen = combo.currentIndex()
            combo.clear()
            combo.addItems(names)
            keeps = self._touched and 0 <= chosen < len(names)
            combo.setCurrentIndex(chosen if keeps else min(index + 1, len(names) - 1))
        self.redraw()

    def arrange(self, state: ExploreState) -> Sequence[ExploreState]:
        """A, B, C and the sum."""
        pins = self.explorer.kept.pins
        enough = bool(pins)
        self.use.setEnabled(enough)
        self.say("" if enough else _("Pin pictures (key P) to add and subtract what they show."), pin=not enough)
        if not enough:
            self.grid.clear()
            return []
        states = [state, *(pin.state for pin in pins)]
        terms = [states[min(max(combo.currentIndex(), 0), len(states) - 1)] for combo in self.terms]
        flat = [self.flat(term) for term in terms]
        total = arithmetic(flat[0].position, flat[1].position, flat[2].position, self.explorer.controls)
        self.grid.prepare(4, 4)
        self.grid.set_names(["A", "− B", "+ C", "= A − B + C"], captions=True)
        return [*flat, flat[0].with_(position=total)]
