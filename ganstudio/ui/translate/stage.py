"""The pictures of the workspace: input, output and the way back beside each other, or input and output over each other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import numpy as np
from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QImage, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QStackedWidget, QVBoxLayout, QWidget

from ganstudio.app.translate.translator import Translator
from ganstudio.core.controls import LabelMap
from ganstudio.core.i18n import _
from ganstudio.data.decode import Fit
from ganstudio.explore.translating import FITS, seen
from ganstudio.ui.forms.editors import QuietCombo
from ganstudio.ui.kit.painted import to_image
from ganstudio.ui.kit.parts import ElidedLabel, tool_button
from ganstudio.ui.kit.words import step_text
from ganstudio.ui.translate.before_after import BeforeAfter
from ganstudio.ui.translate.input_view import InputView
from ganstudio.ui.translate.pen_bar import PenOptions, PenTools
from ganstudio.ui.translate.picture_view import PictureView

HEAD, FOOT = 36, 40
EDGE, GAP = 16, 8


class Column(QWidget):
    """A heading, a picture, a line below it.

    Attributes:
        view: the picture.
        title: what it is.
        head: the row with the title; buttons may be put at its end.
        foot: what stands below the picture.
    """

    def __init__(self, view: PictureView, foot: QWidget) -> None:
        super().__init__()
        self.view, self.foot = view, foot
        self.title = ElidedLabel("", "strong")
        self.title.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        top = QWidget()
        top.setFixedHeight(HEAD)
        self.head = QHBoxLayout(top)
        self.head.setContentsMargins(4, 0, 0, 0)
        self.head.setSpacing(4)
        self.head.addWidget(self.title, 1)
        foot.setFixedHeight(FOOT)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(top)
        column.addWidget(view, 1)
        column.addWidget(foot)


class EqualRow(QWidget):
    """Columns of exactly the same width, so that their pictures have the same scale; hidden ones take no room.

    Args:
        columns: from left to right.
    """

    def __init__(self, columns: Sequence[QWidget]) -> None:
        super().__init__()
        self._columns = tuple(columns)
        for column in columns:
            column.setParent(self)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def minimumSizeHint(self) -> QSize:
        """Room for all that are shown."""
        sizes = [column.minimumSizeHint() for column in self._columns if not column.isHidden()]
        width = sum(size.width() for size in sizes) + GAP * (len(sizes) - 1) + 2 * EDGE
        return QSize(width, max(size.height() for size in sizes))

    def arrange(self) -> None:
        """Places the columns; called where one was hidden or shown."""
        shown = [column for column in self._columns if not column.isHidden()]
        width = (self.width() - 2 * EDGE - GAP * (len(shown) - 1)) // len(shown)
        for place, column in enumerate(shown):
            column.setGeometry(EDGE + place * (width + GAP), 0, width, self.height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Places the columns."""
        super().resizeEvent(event)
        self.arrange()


class InputFoot(QStackedWidget):
    """Below the input: what it is and how it is fitted; with a pen in the hand: what one draws with."""

    def __init__(self, translator: Translator, view: InputView) -> None:
        super().__init__()
        self._translator, self._view = translator, view
        self.name = ElidedLabel("", "muted")
        self.name.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.fit = QuietCombo()
        words = {"crop": _("Crop"), "pad": _("Add margin"), "stretch": _("Stretch")}
        for fit in FITS:
            self.fit.addItem(words[fit], fit)
        self.fit.setMinimumWidth(116)
        self.fit.setAccessibleName(_("How pictures are made square"))
        self.fit.setToolTip(
            _("How pictures are brought to the size of the network: their middle square, the whole with a margin, or "
              "distorted. Applies to what is opened, pasted and translated by the folder.")
        )  # fmt: skip
        self.fit.activated.connect(lambda place: translator.set_fit(cast("Fit", self.fit.itemData(place))))
        shown = QWidget()
        row = QHBoxLayout(shown)
        row.setContentsMargins(4, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self.name, 1)
        row.addWidget(self.fit)
        self.pen = PenOptions(translator, view)
        self.addWidget(shown)
        self.addWidget(self.pen)
        view.tool_changed.connect(self._show)

    def _show(self) -> None:
        self.setCurrentIndex(0 if self._view.tool == "hand" else 1)

    def refresh(self) -> None:
        """Shows the present input."""
        self.pen.refresh()
        translator, state = self._translator, self._translator.state
        if translator.reading:
            self.name.setText(translator.reading + "…")
        elif state is None or state.picture is None:
            self.name.setText(_("Nothing is given yet"))
        else:
            self.name.setText(" · ".join([state.picture.name, *state.picture.notes]))
        if state is not None:
            self.fit.setCurrentIndex(FITS.index(state.fit))


class Stage(QStackedWidget):
    """All pictures; they are zoomed and moved together.

    Args:
        translator: what is shown.

    Signals:
        menu_requested: a context menu is wanted at this global point.
        zoomed: the scale is another one.
        compared: side by side, or over each other.
    """

    menu_requested = Signal(object)
    zoomed = Signal()
    compared = Signal()

    def __init__(self, translator: Translator, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._translator = translator
        self.input = InputView(translator)
        wheel = _("The wheel zooms; drag it where it is larger than its place.")
        self.output = PictureView(_("The output"), _("What the network makes of the input.") + " " + wheel)
        self.back = PictureView(
            _("The output translated back"),
            _("The output translated back again: the more it is like the input, the less was lost.") + " " + wheel,
        )
        self.compare = BeforeAfter()
        self.input_foot = InputFoot(translator, self.input)
        self.tools = PenTools(self.input)
        self.output_foot, self.back_note = QWidget(), ElidedLabel("", "muted")
        self.step, self.compare_note = ElidedLabel("", "muted"), ElidedLabel("", "muted")
        self.copy = tool_button("copy", _("Copy the output"))
        self.save = tool_button("export", _("Save the output…"))
        foot = QHBoxLayout(self.output_foot)
        foot.setContentsMargins(4, 0, 0, 0)
        foot.setSpacing(4)
        foot.addWidget(self.step, 1)
        foot.addWidget(self.copy)
        foot.addWidget(self.save)
        self.columns = (
            Column(self.input, self.input_foot),
            Column(self.output, self.output_foot),
            Column(self.back, self.back_note),
        )
        self.columns[0].head.addWidget(self.tools)
        self.over = Column(self.compare, self.compare_note)
        self._lay_out()
        self.views: tuple[PictureView, ...] = (self.input, self.output, self.back, self.compare)
        for view in self.views:
            view.moved.connect(lambda view=view: self._follow(view))
            view.menu_requested.connect(self.menu_requested)
        self.input.tool_changed.connect(self._tool_changed)

    def _lay_out(self) -> None:
        self._beside = EqualRow(self.columns)
        self.addWidget(self._beside)
        self.addWidget(EqualRow([self.over]))

    # -- how it is shown --------------------------------------------------------------------------------------------

    @property
    def comparing(self) -> bool:
        """Input and output lie over each other."""
        return self.currentIndex() == 1

    def set_comparing(self, comparing: bool) -> None:
        """Lays input and output over each other, or beside each other again."""
        if comparing is self.comparing:
            return
        if comparing and self.input.tool != "hand":
            self.input.set_tool("hand")
        focus = self.window().focusWidget()
        had_keyboard = focus is not None and self.isAncestorOf(focus)
        self.setCurrentIndex(1 if comparing else 0)
        if had_keyboard:
            (self.compare if comparing else self.input).setFocus()
        self.refresh_result()
        self.compared.emit()

    def _tool_changed(self) -> None:
        if self.input.tool != "hand":
            self.set_comparing(False)  # one draws on the input

    @property
    def zoom(self) -> str:
        """The present scale, see :attr:`PictureView.zoom`."""
        return (self.compare if self.comparing else self.output).zoom

    def set_zoom(self, zoom: str) -> None:
        """Another scale for all."""
        for view in self.views:
            view.set_zoom(zoom)
        self._follow(self.output)  # pictures of another size are shown equally large

    def _follow(self, leader: PictureView) -> None:
        for view in self.views:
            if view is not leader:
                view.follow(leader)
        self.zoomed.emit()

    # -- what is shown ----------------------------------------------------------------------------------------------

    def refresh_input(self) -> None:
        """Another input, other words."""
        translator, state = self._translator, self._translator.state
        wanted, picture = translator.given, None if state is None else state.picture
        self.input.show_input(wanted, None if picture is None else picture.pixels)
        self.input.show_words(_("Open, paste or drop a picture, choose one below, or take the pen and draw."))
        self.input_foot.refresh()
        first, second = translator.sides
        two_ways = translator.direction_control is not None
        self.columns[0].title.setText(_capital(first))
        self.columns[1].title.setText(_capital(second))
        self.columns[2].title.setText(_("{side} again").format(side=_capital(first)))
        if two_ways is self.columns[2].isHidden():
            self.columns[2].setVisible(two_ways)
            self._beside.arrange()
        if translator.spec is not None and wanted is not None:
            finer = translator.spec.size / wanted.size
            for view in self.views:
                ours = finer if view in (self.input, self.back) else 1 / finer
                view.viewport.set_grain(max(1.0, ours))
        for view in self.views:
            view.set_exact(isinstance(wanted, LabelMap) and view in (self.input, self.compare))
        self.over.title.setText(f"{_capital(first)} | {_capital(second)}")

    def refresh_result(self) -> None:
        """Another output, or another way back."""
        translator = self._translator
        output = QImage() if translator.output is None else to_image(translator.output)
        error = "" if translator.error is None else str(translator.error)
        hint = _("The translation appears here at once.")
        live = translator.following is not None
        words = step_text(translator.step) if live else ""
        for view in (self.output, self.compare):
            view.show_image(output)
            view.show_words(hint, error)
            view.show_tag(words, live)
        self.back.show_image(QImage() if translator.back is None else to_image(translator.back))
        self.back.show_words(_("The output, translated back again."))
        self.step.setText("" if output.isNull() else f"{output.width()} × {output.height()}")
        self.back_note.setText(self._difference())
        self.compare_note.setText(_("Drag the line, or press ← and →"))
        if self.comparing:
            self.compare.show_before(self.input_image(), translator.sides)

    def input_image(self) -> QImage:
        """The input as it is seen."""
        return self.input.image

    def _difference(self) -> str:
        translator, state = self._translator, self._translator.state
        if translator.back is None or state is None or state.picture is None or translator.given is None:
            return ""
        given = seen(translator.given, state.picture.pixels)
        if given.shape != translator.back.shape:
            return ""
        far = float(np.abs(given.astype(np.int16) - translator.back).mean()) / 255
        return _("Differs from the input by {share:.1f} % on average").format(share=100 * far)


def _capital(name: str) -> str:
    return name[:1].upper() + name[1:]
