"""Sliders of the style: attributes first, with words for where they stand; then latents, those that matter first."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRect, QSize, Qt, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QScrollArea, QVBoxLayout, QWidget

from ganstudio.app.paint.painter import Painter
from ganstudio.core.attributes import attribute_words
from ganstudio.core.controls import (
    Attribute,
    CategoricalCode,
    ClassLabel,
    ContinuousCode,
    Control,
    GeneratorIndex,
    LatentVector,
)
from ganstudio.core.i18n import _
from ganstudio.explore.state import ExploreState
from ganstudio.ui.controls.editing import Editing, with_number
from ganstudio.ui.controls.index import IndexSection
from ganstudio.ui.controls.section import Section
from ganstudio.ui.controls.slider import ROW, ValueSlider
from ganstudio.ui.controls.weights import WeightsSection

TITLE, SHORT, WIDE = 148, 72, 420
"""Width of the words before the track of an attribute and of a latent; from the last width on there are two columns."""
GAP = 24
NORMAL, UNIFORM = 3.0, 1.0


class AttributeSlider(ValueSlider):
    """A number in [−1, 1] whose title says in words where it stands."""

    def __init__(self, control: Attribute) -> None:
        self._plain, self._words = control.name[:1].upper() + control.name[1:], attribute_words(control.name)
        ends = _("from {first} to {last}").format(first=self._words[0], last=self._words[-1]) if self._words else ""
        super().__init__(
            self._plain, -1, 1, 0, title_width=TITLE, allowed=(-1, 1), help=ends[:1].upper() + ends[1:] if ends else ""
        )
        self._name_it()

    def word(self) -> str:
        """The word for where it stands; empty where there are none."""
        if not self._words:
            return ""
        return self._words[round((self.value + 1) / 2 * (len(self._words) - 1))]

    def set_value(self, value: float) -> None:
        """Shows a value and its word without telling anybody."""
        super().set_value(value)
        self._name_it()

    def _name_it(self) -> None:
        word = self.word()
        self.name = f"{self._plain}: {word}" if word else self._plain
        self.setAccessibleName(self._plain)
        self.setAccessibleDescription(f"{self.text()} {word}".strip())
        self.update()


class StyleRows(QScrollArea):
    """All controls but the map, made of what the generator says it has.

    Args:
        painter: what is driven.
    """

    def __init__(self, painter: Painter, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._painter = painter
        self.editing = Editing(painter)
        self.rows: dict[tuple[str, int], ValueSlider] = {}
        self.sections: list[Section] = []
        self._order: list[ValueSlider] = []
        self._controls: tuple[Control, ...] = ()
        self._content = QWidget()
        self._column = QVBoxLayout(self._content)
        self._column.setContentsMargins(0, 0, 8, 0)
        self._column.setSpacing(4)
        self._sliders = QWidget()
        self._column.addWidget(self._sliders)
        self._column.addStretch(1)
        self.setWidget(self._content)
        self.setWidgetResizable(True)
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAccessibleName(_("Style sliders"))

    def sizeHint(self) -> QSize:
        """Room for four rows."""
        return QSize(2 * 240, 4 * ROW)

    # -- what there is ----------------------------------------------------------------------------------------------

    @Slot()
    def build(self) -> None:
        """Makes the rows anew where the controls are others."""
        controls = self._painter.style_controls
        if controls != self._controls:
            self._controls = controls
            self.editing.done()
            for row in self.rows.values():
                row.hide()
                row.deleteLater()
            for section in self.sections:
                section.hide()
                section.deleteLater()
            self.rows, self.sections = {}, []
            for control in controls:
                self._add(control)
        self.arrange()
        self.refresh()

    def _add(self, control: Control) -> None:
        match control:
            case Attribute():
                self._bind(AttributeSlider(control), control.name, 0)
            case LatentVector(size=size) | ContinuousCode(size=size):
                normal = isinstance(control, LatentVector) and control.prior == "normal"
                for index in range(size):
                    title = control.name if size == 1 else f"{control.name} {index + 1}"
                    far = NORMAL if normal else UNIFORM
                    self._bind(ValueSlider(title[:1].upper() + title[1:], -far, far, 0, title_width=SHORT),
                               control.name, index)  # fmt: skip
            case ClassLabel() | CategoricalCode():
                self._add_section(WeightsSection(control, self._painter, self.editing))
            case GeneratorIndex():
                self._add_section(IndexSection(control, self._painter, self.editing))

    def _add_section(self, section: Section) -> None:
        self.sections.append(section)
        self._column.insertWidget(self._column.count() - 2, section)

    def _bind(self, row: ValueSlider, name: str, index: int) -> None:
        row.setParent(self._sliders)
        self.editing.bind(
            row, lambda state, value: with_number(state, name, index, value), row.accessibleName(), (name, index)
        )
        row.released.connect(self._painter.style_drawn)
        self.rows[name, index] = row

    # -- where they are ---------------------------------------------------------------------------------------------

    @Slot()
    def arrange(self) -> None:
        """Those that change the picture most come first; attributes before all."""
        effects = self._painter.effects

        def rank(item: tuple[tuple[str, int], ValueSlider]) -> tuple[int, float]:
            (name, index), row = item
            if isinstance(row, AttributeSlider):
                return (0, 0.0)
            found = effects.get(name)
            return (1, 0.0 if found is None or index >= len(found) else -float(found[index]))

        self._order = [row for _key, row in sorted(self.rows.items(), key=rank)]
        for (name, index), row in self.rows.items():
            found = effects.get(name)
            row.set_share(float("nan") if found is None else float(found[index]))
        self._place()
        for before, after in zip(self._order, self._order[1:], strict=False):
            QWidget.setTabOrder(before, after)

    def _place(self) -> None:
        width = max(1, self.viewport().width() - 8)
        columns = 2 if width >= WIDE and len(self._order) > 1 else 1
        each = (width - GAP * (columns - 1)) // columns
        line = column = 0
        for row in self._order:
            alone = isinstance(row, AttributeSlider)  # the light deserves the whole width
            row.setGeometry(QRect(column * (each + GAP), line * ROW, width if alone else each, ROW))
            row.show()
            column = 0 if alone else (column + 1) % columns
            line += column == 0
        self._sliders.setFixedHeight((line + (column > 0)) * ROW)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """One column or two."""
        super().resizeEvent(event)
        self._place()

    # -- where they stand -------------------------------------------------------------------------------------------

    @Slot()
    def refresh(self) -> None:
        """Shows where the style stands, without telling anybody."""
        state = self._painter.state
        if state is None or self._painter.style_controls != self._controls:
            return  # another generator: its rows are made in a moment
        for (name, index), row in self.rows.items():
            row.set_value(float(np.atleast_1d(state.position[name])[index]))
        for section in self.sections:
            section.refresh(state)

    def reset(self) -> None:
        """Every control as it was at first."""
        start: ExploreState | None = self._painter.start
        if start is not None:
            self._painter.edit(start, _("Reset the style"))
