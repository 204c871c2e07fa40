"""The plots below each other: those that every run may have, then one for each measure that there is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSplitter, QWidget

from ganstudio.ui.kit.theme import Theme
from ganstudio.ui.plots.curves.model import PLOTS, PlotKind, View
from ganstudio.ui.plots.curves.section import PlotSection


class PlotStack(QSplitter):
    """The sections by key; a plot of a measure is made when its first value comes.

    Args:
        view: what all plots share.
        theme: colours.
        made: told of every section, so that its signals are heard.
    """

    def __init__(
        self, view: View, theme: Theme, made: Callable[[PlotSection], object], parent: QWidget | None = None
    ) -> None:
        super().__init__(Qt.Orientation.Vertical, parent)
        self.setChildrenCollapsible(False)
        self.setHandleWidth(7)
        self._view, self._theme, self._made = view, theme, made
        self._folded: frozenset[str] = frozenset()
        self.sections: dict[str, PlotSection] = {}
        self.slack = QWidget()
        self.slack.hide()
        self.addWidget(self.slack)
        self.offer(PLOTS)

    def offer(self, kinds: Iterable[PlotKind]) -> None:
        """Sees to it that there is a section for each of these; one that is there takes its present title."""
        for kind in kinds:
            if kind.key in self.sections:
                self.sections[kind.key].set_kind(kind)
                continue
            section = self.sections[kind.key] = PlotSection(kind, self._view, self._theme)
            section.hide()
            section.set_open(kind.key not in self._folded)
            self.insertWidget(self.count() - 1, section)
            self._made(section)

    def apply_theme(self, theme: Theme) -> None:
        """Takes the theme's colours."""
        self._theme = theme
        # Seven pixels to grab, one to see.
        line = f"background: transparent; border: none; border-top: 1px solid {theme.hairline}; image: none;"
        self.setStyleSheet(f"QSplitter::handle:vertical {{ {line} margin: 3px 8px 0 8px; }}")
        for section in self.sections.values():
            section.apply_theme(theme)

    # -- state ------------------------------------------------------------------------------------------------------

    @property
    def folded(self) -> list[str]:
        """Keys of the plots that are folded away, also of those that are not there at present."""
        shut = {key for key, section in self.sections.items() if not section.is_open}
        return sorted(shut | (self._folded - self.sections.keys()))

    def fold(self, keys: Iterable[str]) -> None:
        """Folds these plots away and opens the others."""
        self._folded = frozenset(str(key) for key in keys)
        for key, section in self.sections.items():
            section.set_open(key not in self._folded)

    @property
    def heights(self) -> dict[str, int]:
        """Pixels of each plot."""
        return dict(zip(self.sections, self.sizes(), strict=False))

    def set_heights(self, heights: Mapping[str, int]) -> None:
        """Takes heights; a plot that is not named keeps its own."""
        sizes = [heights.get(key, now) for key, now in self.heights.items()]
        if sum(sizes) > 0:
            self.setSizes([*sizes, 0])
