"""The panel of controls, built from what the generator says can be driven: as a column of sections, or as a flow."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QObject, QSize, QTimer, Signal
from PySide6.QtWidgets import QWidget

from ganstudio.app.explore.explorer import Explorer
from ganstudio.core.controls import (
    Attribute,
    CategoricalCode,
    ClassImages,
    ClassLabel,
    ContinuousCode,
    Control,
    GeneratorIndex,
    LatentVector,
    NoiseSeed,
    StyleLayers,
)
from ganstudio.core.i18n import _
from ganstudio.ui.controls.choices import IndexSection, WeightsSection
from ganstudio.ui.controls.class_slots import ClassSlots
from ganstudio.ui.controls.editing import Editing
from ganstudio.ui.controls.latent import LatentSection, Ranking
from ganstudio.ui.controls.numbers import AttributeSlider, CodesSection, LatentDice, flowing_sliders
from ganstudio.ui.controls.section import RowList, Section
from ganstudio.ui.controls.seeds import NoiseRow, SampleSection
from ganstudio.ui.controls.slider import ROW, ValueSlider
from ganstudio.ui.controls.styles import StylesSection
from ganstudio.ui.kit.flow import FlowLayout
from ganstudio.ui.kit.lifetimes import listen
from ganstudio.ui.kit.parts import boxed, scrolled

if TYPE_CHECKING:
    from ganstudio.ui.controls.editing import Driven

MIN_WIDTH = 288
GAP, EACH, WITH_WORDS, TWO_COLUMNS = 24, 264, 340, 420
"""Between rows of a flow; their widths in a line; from which width on there are two columns of them."""
LATER_MS = 16  # the picture is drawn and painted first: a hundred sliders that follow would hold it up
ORDER: tuple[tuple[type, ...], ...] = (
    (ClassLabel, CategoricalCode), (ContinuousCode,), (GeneratorIndex,), (ClassImages,), (), (StyleLayers,), (LatentVector,)
)  # fmt: skip
"""A column begins with what was made to mean something and ends with latents; what is drawn at random stands between."""
Layout = Literal["column", "flow", "line"]
S = TypeVar("S", bound=QWidget)


class ControlsPanel(QWidget):
    """Everything that can be driven.

    Args:
        driven: whose controls these are.
        layout: ``column``: sections with headings below each other (an explorer's); ``flow``: sliders in one or two
            columns, what changes the picture most first, the rest before them; ``line``: all in as few lines as possible,
            where latents are only drawn anew; not there where nothing can be driven.

    Attributes:
        sections: what has a heading, or words in its place.
        rows: the sliders of a flow by control and number.
        ranking: what changes the picture most, measured for a column.

    Signals:
        released: a hand has let go of a row.
    """

    released = Signal()

    def __init__(self, driven: Driven, layout: Layout = "column") -> None:
        super().__init__()
        self._driven, self._layout = driven, layout
        self._effects: Mapping[str, NDArray[Any]] = {}
        self._waiting = False
        self.ranking = Ranking(driven, self) if isinstance(driven, Explorer) else None
        self._content = QWidget()
        if layout == "line":
            self._whole = boxed(self._content, margins=(16, 4, 16, 4), into=self)
            self.hide()
        else:
            self.scroll_area = scrolled(self._content)
            self.scroll_area.setAccessibleName(_("Controls"))
            self._whole = boxed(self.scroll_area, into=self)
        if layout == "column":
            self.setMinimumWidth(MIN_WIDTH)
        self._later = QTimer(self, singleShot=True, interval=LATER_MS)
        self._later.timeout.connect(self.refresh)
        listen(self, (driven.source_changed, self._source_changed), (driven.state_changed, self._follow))
        self._build()

    def section(self, kind: type[S]) -> S | None:
        """The first section of a kind."""
        return next((section for section in self.sections if isinstance(section, kind)), None)

    def new_seed(self) -> None:
        """Draws every control with a new seed."""
        sample = self.section(SampleSection)
        if sample is not None:
            sample.row.choose_new()

    def sizeHint(self) -> QSize:
        """Room for four rows of a flow."""
        return QSize(2 * 240, 4 * ROW) if self._layout == "flow" else super().sizeHint()

    # -- what there is ----------------------------------------------------------------------------------------------

    def _build(self) -> None:
        """Makes everything anew."""
        self._controls: tuple[Control, ...] = self._driven.dials
        self.editing = Editing(self._driven, self.released.emit)
        self.sections: list[Section] = []
        self.rows: dict[tuple[str, int], ValueSlider] = {}
        self._parts: list[Section | LatentDice | NoiseRow] = []
        content = QWidget()
        if self._layout == "column":
            for kinds in ORDER:
                if not kinds and self._controls:
                    self.sections.append(SampleSection(self.editing))
                self.sections += [self._section(control) for control in self._controls if isinstance(control, kinds)]
            self._parts += self.sections
            boxed(*self.sections, None, margins=(16, 8, 12, 16), gap=16, into=content)
        else:
            self._flow = FlowLayout(None, GAP, 4 if self._layout == "line" else 0)
            self._others = [part for control in self._controls for part in self._others_of(control)]
            boxed(self._flow, None, margins=(0, 0, 8 * (self._layout == "flow"), 0), into=content)
            content.installEventFilter(self)
        if self._layout == "line":
            self._whole.replaceWidget(self._content, content)
            self._content.deleteLater()
            if self.parentWidget() is not None:  # without one, showing would open a window
                self.setVisible(bool(self._others or self.rows))
        else:
            self.scroll_area.setWidget(content)  # deletes what was there
        self._content = content
        if self._layout != "column":
            self.rank(self._effects)
        takers: list[ValueSlider | Section] = [*self.rows.values(), *self.sections]
        for one in takers:
            one.digits = self._layout != "flow"  # there they choose classes, whatever has the keyboard
        for rows in content.findChildren(RowList):
            rows.wanted.connect(self._bring_in_sight)
        self.refresh()

    def _section(self, control: Control) -> Section:
        match control:
            case ClassLabel() | CategoricalCode():
                return WeightsSection(control, self.editing, low=self._layout == "line")
            case ContinuousCode():
                return CodesSection(control, self.editing)
            case GeneratorIndex():
                return IndexSection(control, self.editing)
            case ClassImages():
                return ClassSlots(control, self.editing)
            case StyleLayers() if isinstance(self._driven, Explorer):
                return StylesSection(control, self.editing, self._driven)
            case LatentVector() if self.ranking is not None:
                return LatentSection(control, self.editing, self.ranking)
        raise TypeError(f"there is no section for {control}")

    def _others_of(self, control: Control) -> list[QWidget]:
        """The part of a flow for a control; a control of sliders adds those to :attr:`rows` instead."""
        match control:
            case LatentVector() if self._layout == "line":
                part: Section | LatentDice | NoiseRow = LatentDice(control, self.editing)
            case Attribute() | ContinuousCode() | LatentVector():
                rows = flowing_sliders(control, self.editing)
                self.rows |= {(control.name, index): row for index, row in enumerate(rows)}
                return []
            case NoiseSeed():
                part = NoiseRow(control, self.editing)
                part.setFixedWidth(EACH)
            case ClassLabel() | CategoricalCode() | GeneratorIndex() | ClassImages():
                part = self._section(control)
                part.lay_flat(words=not isinstance(control, ClassImages))
                self.sections.append(part)
            case _:
                return []
        self._parts.append(part)
        return [part]

    def _bring_in_sight(self, row: QWidget) -> None:
        if self._layout != "line":
            self.scroll_area.ensureWidgetVisible(row, 0, row.height())

    # -- a flow -----------------------------------------------------------------------------------------------------

    def rank(self, effects: Mapping[str, NDArray[Any]]) -> None:
        """Puts the sliders of a flow in the order of what changes the picture most; attributes come before all.

        Args:
            effects: of every number of a control, by its name, the largest 1; what is missing is not known.
        """
        self._effects = effects
        for (name, index), row in self.rows.items():
            row.set_share(float(effects[name][index]) if index < len(effects.get(name, ())) else math.nan)

        self._waiting = self.underMouse() and bool(self._flow.count())  # nothing moves under the mouse
        if not self._waiting:
            self._order()

    def leaveEvent(self, event: QEvent) -> None:
        """The mouse has gone: rows may change their places."""
        super().leaveEvent(event)
        if self._waiting:
            self._waiting = False
            self._order()

    def _order(self) -> None:
        def place(row: ValueSlider) -> tuple[bool, float]:
            plain = not isinstance(row, AttributeSlider)
            return plain, -row.share if plain and row.share > 0 else 0.0

        rows = sorted(self.rows.values(), key=place)
        while self._flow.count():
            self._flow.takeAt(0)
        for part in (*self._others, *rows):
            self._flow.addWidget(part)
        self._flow.invalidate()
        self._share_width()

    def _share_width(self) -> None:
        """One column of sliders or two; a slider that says in words where it stands deserves the whole width."""
        width = self._content.width() - 8
        halved = width >= TWO_COLUMNS and len(self.rows) > 1
        for row in self.rows.values():
            wide = isinstance(row, AttributeSlider)
            if self._layout == "line":
                row.set_hint(WITH_WORDS if wide else EACH)
            else:
                row.set_hint((width - GAP) // 2 if halved and not wide else width)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """There is another width for the rows."""
        if event.type() == QEvent.Type.Resize and watched is self._content and self._layout != "column":
            self._share_width()
        return False

    # -- what is told -----------------------------------------------------------------------------------------------

    def _source_changed(self) -> None:
        if self._driven.opening:
            return  # what is there stays until the other one is
        self.editing.done()
        if self._driven.dials != self._controls:
            self._build()

    def _follow(self) -> None:
        if not self._later.isActive():
            self._later.start()

    def refresh(self) -> None:
        """Shows where the controls stand, without telling anybody."""
        state = self._driven.state
        if state is None or self._driven.dials != self._controls:
            return
        for part in self._parts:
            part.refresh(state)
        for (name, index), row in self.rows.items():
            row.set_value(float(state.position[name][index]))
