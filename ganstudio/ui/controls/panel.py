"""The panel of controls, built from what the generator says can be driven."""

from __future__ import annotations

from typing import TypeVar

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from ganstudio.app.explore.explorer import Explorer
from ganstudio.core.controls import (
    CategoricalCode,
    ClassImages,
    ClassLabel,
    ContinuousCode,
    Control,
    GeneratorIndex,
    LatentVector,
    StyleLayers,
)
from ganstudio.explore.rendering import Drawn
from ganstudio.explore.styles import fits
from ganstudio.ui.controls.codes import CodesSection
from ganstudio.ui.controls.editing import Editing, Origins
from ganstudio.ui.controls.index import IndexSection
from ganstudio.ui.controls.latent import LatentSection
from ganstudio.ui.controls.pictures import PicturesSection
from ganstudio.ui.controls.ranking import Ranking
from ganstudio.ui.controls.sample import SampleSection
from ganstudio.ui.controls.section import Section
from ganstudio.ui.controls.styles import StylesSection
from ganstudio.ui.controls.weights import WeightsSection
from ganstudio.ui.kit.lifetimes import listen

MIN_WIDTH = 280
LATER_MS = 16  # the picture is drawn and painted first: a hundred sliders that follow would hold it up
S = TypeVar("S", bound=Section)


class ControlsPanel(QWidget):
    """Everything that can be driven: what was made to mean something first, latents last.

    Args:
        explorer: whose controls these are.
    """

    def __init__(self, explorer: Explorer, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._explorer = explorer
        self._controls: tuple[Control, ...] = ()
        self._generator = None if explorer.opened is None else explorer.opened.generator
        self.editing = Editing(explorer)
        self._origins = Origins()
        self.ranking = Ranking(explorer, self)
        self.sections: list[Section] = []
        self.setMinimumWidth(MIN_WIDTH)
        self.scroll_area = QScrollArea()
        self.scroll_area.setWidgetResizable(True)
        self.scroll_area.setFrameShape(QFrame.Shape.NoFrame)
        self.scroll_area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.scroll_area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self.scroll_area)
        self._later = QTimer(self, singleShot=True, interval=LATER_MS)
        self._later.timeout.connect(self._state_changed)
        listen(
            self,
            (explorer.source_changed, self._source_changed),
            (explorer.weights_changed, self._weights_changed),
            (explorer.state_changed, self._follow),
            (explorer.drawn, self._drawn),
        )
        self._build()

    def new_seed(self) -> None:
        """Draws every control with a new seed."""
        sample = self.section(SampleSection)
        if sample is not None:
            sample.new_seed()

    def section(self, kind: type[S]) -> S | None:
        """The first section of a kind."""
        return next((section for section in self.sections if isinstance(section, kind)), None)

    def _build(self) -> None:
        """Makes the sections anew."""
        self._controls = self._explorer.controls
        self._origins = Origins()
        self.sections = [self._make(control) for kinds in
                         ((ClassLabel, CategoricalCode), (ContinuousCode,), (GeneratorIndex,))
                         for control in self._controls if isinstance(control, kinds)]  # fmt: skip
        self.sections += [self._make(control) for control in self._controls if isinstance(control, ClassImages)]
        if self._controls:
            self.sections.append(SampleSection(self._explorer, self.editing))
        self.sections += [self._make(control) for control in self._controls if isinstance(control, StyleLayers)]
        self.sections += [self._make(control) for control in self._controls if isinstance(control, LatentVector)]
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(16, 8, 12, 16)
        column.setSpacing(16)
        for section in self.sections:
            column.addWidget(section)
        column.addStretch(1)
        self.scroll_area.setWidget(content)  # deletes what was there
        self._keep_order(content)
        self._state_changed()

    def _keep_order(self, content: QWidget) -> None:
        """Tab comes to the controls where the panel stands: new widgets are put last, after everything else."""
        stops: list[QWidget] = []
        widget = content.nextInFocusChain()
        while widget is not None and widget is not content:
            if content.isAncestorOf(widget) and widget.focusPolicy() != Qt.FocusPolicy.NoFocus:
                stops.append(widget)
            widget = widget.nextInFocusChain()
        before: QWidget = self.scroll_area
        before.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # only what takes part in Tab can be an anchor
        for stop in stops:
            QWidget.setTabOrder(before, stop)
            before = stop
        self.scroll_area.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    def _make(self, control: Control) -> Section:
        explorer, editing = self._explorer, self.editing
        match control:
            case ClassLabel() | CategoricalCode():
                made: Section = WeightsSection(control, explorer, editing)
            case ContinuousCode():
                made = CodesSection(control, explorer, editing)
            case GeneratorIndex():
                made = IndexSection(control, explorer, editing)
            case LatentVector():
                made = LatentSection(control, explorer, editing, self._origins, self.ranking)
            case StyleLayers():
                made = StylesSection(control, explorer, editing)
            case ClassImages():
                made = PicturesSection(control, explorer, editing)
        if isinstance(made, WeightsSection | CodesSection | LatentSection):
            made.list.wanted.connect(self._bring_in_sight)
        return made

    def _bring_in_sight(self, row: QWidget) -> None:
        self.scroll_area.ensureWidgetVisible(row, 0, row.height())

    # -- what the explorer tells ------------------------------------------------------------------------------------

    def _source_changed(self) -> None:
        if self._explorer.opening:
            return  # what is there stays until the other one is
        generator = None if self._explorer.opened is None else self._explorer.opened.generator
        if generator is self._generator:
            return  # what was to be opened could not be
        self._generator = generator
        self.editing.done()
        if self._explorer.controls != self._controls:
            self.ranking.want(False)
            self.ranking.renew(forget=True)
            self._build()
        else:
            self.ranking.renew(forget=True)

    def _weights_changed(self) -> None:
        self._generator = None if self._explorer.opened is None else self._explorer.opened.generator
        self.ranking.renew()

    def _follow(self) -> None:
        if not self._later.isActive():
            self._later.start()

    def _state_changed(self) -> None:
        state = self._explorer.state
        if state is not None and fits(state.position, self._controls):
            for section in self.sections:
                section.refresh(state)

    def _drawn(self, drawn: Drawn) -> None:
        self.ranking.take(drawn)
