"""Lines of a name and a value; labels are kept, so that numbers change without flicker."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from ganstudio.ui.kit.parts import ElidedLabel, label, say
from ganstudio.ui.kit.theme import ui_font

Pair = tuple[str, str] | tuple[str, str, str, str]
"""Name and value; then what they mean (a tooltip), and what is said in small letters below."""


class Pairs(QWidget):
    """A heading, where there is one, and lines below it.

    Args:
        title: the heading.
        whole: which of the two is never shortened for the other's sake.
    """

    def __init__(self, title: str = "", *, whole: str = "name") -> None:
        super().__init__()
        self._whole = whole
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(8)
        self._grid.setVerticalSpacing(4)
        self._grid.setColumnStretch(1 if whole == "name" else 0, 1)
        self._lines: list[tuple[QLabel, QLabel, QLabel]] = []
        self.empty = label("", "muted", wrap=True)
        if title:
            self._grid.addWidget(label(title, "strong", True), 0, 0, 1, 2)
        self._grid.addWidget(self.empty, 1, 0, 1, 2)
        self.empty.hide()

    def set_pairs(self, pairs: Sequence[Pair], empty: str = "") -> None:
        """Shows these; with none of them, the words for that, or nothing at all."""
        while len(self._lines) < len(pairs):
            self._lines.append(self._line())
        for labels, pair in zip_longest(self._lines, pairs):
            what, text, meaning, below = (*(pair or ("", "")), "", "")[:4]
            for shown, words in zip(labels, (what, text, below), strict=True):
                if shown.text() != words or shown.isHidden() == bool(words):
                    say(shown, words)
            if labels[0].property("meaning") != meaning:
                for shown in labels:
                    shown.setProperty("meaning", meaning)
                    shown.setToolTip(meaning)
        say(self.empty, "" if pairs else empty)
        self.setVisible(bool(pairs) or bool(empty))

    def _line(self) -> tuple[QLabel, QLabel, QLabel]:
        names = self._whole == "name"
        made = label("", "muted") if names else ElidedLabel(role="muted"), ElidedLabel() if names else label("")
        row, below = 2 * len(self._lines) + 2, label("", "small", wrap=True)
        made[1].setFont(ui_font(tabular=True))
        made[1].setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        if not names:
            made[1].setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            made[1].setFocusPolicy(Qt.FocusPolicy.NoFocus)
        for place, widget in enumerate(made):
            self._grid.addWidget(widget, row, place)
        self._grid.addWidget(below, row + 1, 0, 1, 2)
        below.hide()
        return *made, below
