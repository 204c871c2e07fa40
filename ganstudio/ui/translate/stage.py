"""The pictures of the workspace: input, output and the way back beside each other, or input and output over each other."""

from __future__ import annotations

from functools import partial

import numpy as np
from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QResizeEvent, QShortcut
from PySide6.QtWidgets import QSizePolicy, QWidget

from ganstudio.app.translate.translator import Translator
from ganstudio.core.controls import LabelMap
from ganstudio.core.i18n import _, percent
from ganstudio.explore.translating import seen
from ganstudio.ui.kit.parts import ElidedLabel, boxed, tool_button
from ganstudio.ui.kit.words import step_text
from ganstudio.ui.pictures.viewer import Picture, PictureViewer
from ganstudio.ui.translate.pen import Pen
from ganstudio.ui.translate.pen_bar import InputFoot, PenTools

HEAD, FOOT = 36, 40
EDGE, GAP = 16, 8


class Column(QWidget):
    """A heading, a picture, a line below it.

    Attributes:
        title: what the picture is.
    """

    def __init__(self, view: PictureViewer, foot: QWidget, *buttons: QWidget) -> None:
        super().__init__()
        self.title = ElidedLabel("", "strong")
        head = QWidget()
        head.setFixedHeight(HEAD)
        boxed(self.title, *buttons, across=True, margins=(4, 0, 0, 0), gap=4, into=head, stretch=self.title)
        foot.setFixedHeight(FOOT)
        boxed(head, view, foot, into=self, stretch=view)


class Stage(QWidget):
    """All pictures, in columns of exactly the same width, so that they have the same scale; they move together.

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

    def __init__(self, translator: Translator) -> None:
        super().__init__()
        self._translator = translator
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        wheel = _("The wheel zooms; drag it where it is larger than its place.")
        self.pen = Pen(translator)
        self.input = PictureViewer(_("The input"), "", self.pen)
        self.output = PictureViewer("", "")
        words = _("The output translated back again: the more it is like the input, the less was lost.")
        self.back = PictureViewer(_("The output translated back"), f"{words} {wheel}")
        self._output_names = (
            (_("The output"), _("What the network makes of the input.") + " " + wheel),
            (
                _("Input and output, one over the other"),
                _("Left of the line the input, right of it the output. Drag the line, or move it with ← and → (with "
                  "Shift in small steps); the wheel zooms."),
            ),
        )  # fmt: skip
        self.views = (self.input, self.output, self.back)
        self.input_foot = InputFoot(translator, self.pen)
        self.step, self.back_note = ElidedLabel("", "muted"), ElidedLabel("", "muted")
        self.copy = tool_button("copy", _("Copy the output"))
        self.save = tool_button("export", _("Save the output…"))
        foot = QWidget()
        parts = (self.step, self.copy, self.save)
        boxed(*parts, across=True, margins=(4, 0, 0, 0), gap=4, into=foot, stretch=self.step)
        self.columns = (
            Column(self.input, self.input_foot, PenTools(self.pen)),
            Column(self.output, foot),
            Column(self.back, self.back_note),
        )
        for column in self.columns:
            column.setParent(self)
        for view in self.views:
            view.moved.connect(lambda view=view: self._follow(view))
            view.menu_requested.connect(self.menu_requested)
        for keys, up in (("+", True), ("-", False)):  # whatever has the keyboard, but for what takes text
            QShortcut(keys, self, partial(self.output.zoom_by_step, up))
        QShortcut("0", self, partial(self.set_zoom, "fit"))
        self.pen.changed.connect(self._pen_changed)
        self._pen_changed()
        self._show_columns()

    # -- columns ----------------------------------------------------------------------------------------------------

    def minimumSizeHint(self) -> QSize:
        """Room for all that are shown."""
        sizes = [column.minimumSizeHint() for column in self.columns if not column.isHidden()]
        width = sum(size.width() for size in sizes) + GAP * (len(sizes) - 1) + 2 * EDGE
        return QSize(width, max(size.height() for size in sizes))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Places the columns."""
        super().resizeEvent(event)
        self._show_columns()

    def _show_columns(self) -> None:
        """Which there are, where, and what they are called; hidden ones take no room."""
        first, second = (side[:1].upper() + side[1:] for side in self._translator.sides)
        titles = (first, f"{first} | {second}" if self.comparing else second, _("{side} again").format(side=first))
        two_ways = self._translator.direction_control is not None
        seen_now = (not self.comparing, True, two_ways and not self.comparing)
        for column, title, there in zip(self.columns, titles, seen_now, strict=True):
            column.title.setText(title)
            column.setVisible(there)
        shown = [column for column in self.columns if not column.isHidden()]
        width = (self.width() - 2 * EDGE - GAP * (len(shown) - 1)) // len(shown)
        for place, column in enumerate(shown):
            column.setGeometry(EDGE + place * (width + GAP), 0, width, self.height())
        name, tip = self._output_names[self.comparing]
        self.output.setAccessibleName(name)
        self.output.setToolTip(tip)

    # -- how it is shown --------------------------------------------------------------------------------------------

    @property
    def comparing(self) -> bool:
        """Input and output lie over each other."""
        return self.output.comparing == "over"

    def set_comparing(self, comparing: bool) -> None:
        """Lays input and output over each other, or beside each other again."""
        if comparing is self.comparing:
            return
        if comparing and self.pen.tool != "hand":
            self.pen.set_tool("hand")
        focus = self.window().focusWidget()
        had_keyboard = focus is not None and self.isAncestorOf(focus)
        self.output.compare("over" if comparing else "", self._translator.sides)
        self.refresh_input()
        self.refresh_result()
        if had_keyboard:
            (self.output if comparing else self.input).setFocus()
        self.compared.emit()

    def _pen_changed(self) -> None:
        drawing = self.pen.tool != "hand"
        self.input.setToolTip(
            _("Draw with the left button; the wheel makes the pen wider, Ctrl and wheel zoom, Alt and a click take up a "
              "colour, the middle button moves the picture.")
            if drawing
            else _("What is translated. Drop a picture here, paste one, or take the pen. The wheel zooms.")
        )  # fmt: skip
        self._show_exact()
        if drawing:
            self.set_comparing(False)  # one draws on the input

    def _show_exact(self) -> None:
        """Between the classes of a label map there is nothing; whoever draws sees the pixels that the network gets."""
        is_map = isinstance(self._translator.given, LabelMap)
        self.input.set_exact(is_map or self.pen.tool != "hand")
        self.output.set_exact(is_map and self.comparing)

    @property
    def zoom(self) -> str:
        """The present scale, see :attr:`PictureViewer.zoom`."""
        return self.output.zoom

    def set_zoom(self, zoom: str) -> None:
        """Another scale for all."""
        for view in self.views:
            view.set_zoom(zoom)
        self._follow(self.output)  # pictures of another size are shown equally large

    def _follow(self, leader: PictureViewer) -> None:
        for view in self.views:
            if view is not leader:
                view.follow(leader)
        self.zoomed.emit()

    # -- what is shown ----------------------------------------------------------------------------------------------

    def refresh_input(self) -> None:
        """Another input, other words."""
        translator, state = self._translator, self._translator.state
        wanted = translator.given
        self.pen.show(wanted, None if state is None or state.picture is None else state.picture.pixels)
        self.input.show_words(_("Open, paste or drop a picture, choose one below, or take the pen and draw."))
        self.input_foot.refresh()
        self._show_columns()
        self._show_exact()
        if self.comparing:
            self.output.compare("over", translator.sides)
        if translator.spec is not None and wanted is not None:
            finer = translator.spec.size / wanted.size
            for view in self.views:
                view.viewport.set_grain(max(1.0, 1 / finer if view is self.output else finer))

    def refresh_result(self) -> None:
        """Another output, or another way back."""
        translator, output = self._translator, self._translator.output
        live = translator.following is not None
        self.output.show_pictures(output, self._given() if self.comparing else None)
        error = "" if translator.error is None else str(translator.error)
        self.output.show_words(_("The translation appears here at once."), error)
        self.output.show_tags(step_text(translator.step) if live else "", live=live)
        self.back.show_pictures(translator.back)
        self.back.follow(self.output)
        self.back.show_words(_("The output, translated back again."))
        size = "" if output is None else f"{output.shape[1]} × {output.shape[0]}"
        self.step.setText(_("Drag the line, or press ← and →") if self.comparing else size)
        self.back_note.setText(self._difference())

    def _given(self) -> Picture | None:
        """The input as it is seen."""
        state, wanted = self._translator.state, self._translator.given
        return None if state is None or state.picture is None or wanted is None else seen(wanted, state.picture.pixels)

    def _difference(self) -> str:
        given, back = self._given(), self._translator.back
        if given is None or back is None or given.shape != back.shape:
            return ""
        far = float(np.abs(given.astype(np.int16) - back).mean()) / 255
        return _("Differs from the input by {share} on average").format(share=percent(100 * far, ".1f"))
