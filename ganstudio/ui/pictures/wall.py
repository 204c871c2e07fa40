"""The wall of samples: hover names, click enlarges, right-click copies and saves; all of it by keyboard too."""

from __future__ import annotations

from typing import Any, Literal, get_args

from PySide6.QtCore import QEvent, QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QImage, QKeyEvent, QKeySequence, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QMenu, QWidget

from ganstudio.core.i18n import _
from ganstudio.ui.kit.files import copy_image, save_image
from ganstudio.ui.kit.painted import draw_legend, draw_tag
from ganstudio.ui.kit.parts import pop_up
from ganstudio.ui.kit.theme import current_theme, ui_font
from ganstudio.ui.pictures.cells import Cells
from ganstudio.ui.pictures.pane import Groups, Items, Pane, Scores, logical, split_area
from ganstudio.ui.pictures.zoom import SampleZoom

Mode = Literal["fake", "real", "both"]
Sample = tuple[str, int]
"""A side and an index: ``("fake", 12)``."""
MARGIN = 8
CAPTION = 28
CAPTION_FROM = 96
SEEN_FROM = 48
"""Samples smaller than this many logical pixels are hard to judge."""


class ImageWall(Cells):
    """Shows real samples, generated ones, or both side by side.

    They are as large as whole zooms allow, each pixel a square of device pixels, on neutral grey; where all of them would be
    small then, a fraction makes them larger.

    Attributes:
        mode: which samples are shown; see :meth:`set_mode`.
        zoom: the overlay that shows one sample large.
        explorable: generated samples can be taken to Explore.

    Signals:
        explore_requested: a generated sample is to be explored (its place among them).
    """

    explore_requested = Signal(int)
    explorable = False

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(_("Sample wall"), parent)
        self._panes = {"real": Pane(real=True), "fake": Pane(real=False)}
        self.mode: Mode = "fake"
        self._empty_text = _("Samples appear here as soon as the generator has drawn some.")
        self._focused: Sample = ("fake", 0)
        self.zoom = SampleZoom(self)
        self.zoom.walked.connect(lambda index: self.focus((self._focused[0], index)))
        self.zoom.menu_requested.connect(lambda point: self.offer(self._focused, point))
        self.zoom.closed.connect(lambda: self.setFocus(Qt.FocusReason.OtherFocusReason))
        self.setMinimumSize(96, 72)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAccessibleDescription(self._empty_text)

    # -- what it shows ----------------------------------------------------------------------------------------------

    def set_samples(
        self,
        items: Items,
        scores: Scores | None = None,
        score_is_probability: bool = True,
        panels: tuple[str, ...] = ("",),
        groups: Groups | None = None,
        group_names: tuple[str, ...] = (),
    ) -> None:
        """Shows generated samples.

        Args:
            items: uint8 ``(N, H, W, C)``, C = 1 or 3. Not copied but for drawing: do not write into it afterwards.
            scores: float32 ``(N,)``, the discriminator's word on each, or None.
            score_is_probability: the scores lie in [0, 1]; else they are a critic's values.
            panels: names of the pictures that belong together; groups of as many stay in one row.
            groups: int64 ``(N,)``: which of several generators made each; or None.
            group_names: what people call them; empty where they are only numbered.
        """
        for pane in self._panes.values():
            pane.probability = score_is_probability
        self._give("fake", items, scores, panels, groups, group_names)

    def set_real(self, items: Items, scores: Scores | None = None, panels: tuple[str, ...] = ("",)) -> None:
        """Shows real items; arrays as in :meth:`set_samples`."""
        self._give("real", items, scores, panels)

    def _give(self, side: str, *given: Any) -> None:
        pane, (here, index) = self._panes[side], self._focused
        before = pane.count, pane.size, pane.panels
        pane.set_items(*given)
        if before != (pane.count, pane.size, pane.panels):
            self._focused = (here, min(index, max(0, self._panes[here].count - 1)))
            self._arrange()
        elif side in self._sides():
            self.update()
        self.zoom.refresh()
        self._describe()

    def clear(self) -> None:
        """Forgets all samples, but not how they are sorted: the empty text is shown again."""
        self._panes = {side: Pane(pane.real, pane.sorted) for side, pane in self._panes.items()}
        self.zoom.dismiss()
        self._arrange()

    def set_mode(self, mode: Mode) -> None:
        """``"fake"``, ``"real"``, or ``"both"`` side by side at the same zoom."""
        if mode not in get_args(Mode):
            raise ValueError(f"no such mode: {mode!r}")
        self.mode = mode
        if self._focused[0] not in self._sides():
            self._focused = (self._sides()[0], 0)
            self.zoom.dismiss()
        self._arrange()

    def set_sorted(self, by_score: bool) -> None:
        """Shows what the discriminator finds most real first, or samples in their fixed order."""
        for pane in self._panes.values():
            pane.sort(by_score)
        self.zoom.refresh()
        self.update()

    def set_empty_text(self, text: str) -> None:
        """The sentence shown while there is nothing to see."""
        self._empty_text = text
        self._describe()
        self.update()

    def grid_image(self) -> QImage:
        """What is shown, one picture pixel per pixel; real left of generated in ``both``."""
        images = [image for pane in self._shown() if not (image := pane.grid_image()).isNull()]
        if len(images) < 2:
            return images[0] if images else QImage()
        gap = 8
        size = QSize(sum(image.width() for image in images) + gap, max(image.height() for image in images))
        whole = QImage(size, QImage.Format.Format_RGB32)
        whole.fill(QColor(current_theme().picture_grey))
        painter = QPainter(whole)
        painter.drawImage(0, 0, images[0])
        painter.drawImage(images[0].width() + gap, 0, images[1])
        painter.end()
        return whole

    def sizeHint(self) -> QSize:
        """Room for 8 × 8 samples of 32 px at 2×."""
        return QSize(560, 560)

    # -- where things are -------------------------------------------------------------------------------------------

    def cell_rect(self, index: int, is_real: bool = False) -> QRectF:
        """Where a sample is drawn, in the widget's coordinates; empty where it is not shown."""
        side = "real" if is_real else "fake"
        return logical(self._panes[side].cell(index), self.devicePixelRatioF()) if side in self._sides() else QRectF()

    def cell(self, place: Sample) -> QRect:
        """Where a sample is drawn, in whole pixels."""
        return self.cell_rect(place[1], place[0] == "real").toAlignedRect()

    def place_at(self, point: QPoint) -> Sample | None:
        """The sample under a point of the widget."""
        device = point * self.devicePixelRatioF()
        found = ((side, self._panes[side].index_at(device)) for side in self._sides())
        return next(((side, index) for side, index in found if index is not None), None)

    def keyboard_place(self) -> Sample | None:
        """The sample that has the keyboard."""
        return self._focused if self._panes[self._focused[0]].count else None

    def _sides(self) -> list[str]:
        return ["real", "fake"] if self.mode == "both" else [self.mode]

    def _shown(self) -> list[Pane]:
        return [self._panes[side] for side in self._sides()]

    @property
    def _captioned(self) -> bool:
        return self.height() >= CAPTION_FROM and any(pane.count for pane in self._panes.values())

    def _arrange(self) -> None:
        ratio, panes = self.devicePixelRatioF(), self._shown()
        top, between = (CAPTION + 4, 2 * MARGIN + CAPTION) if self._captioned else (MARGIN, 2 * MARGIN)
        size = int((self.width() - 2 * MARGIN) * ratio), int((self.height() - top - MARGIN) * ratio)
        whole = QRect(round(MARGIN * ratio), round(top * ratio), *size)
        areas = split_area(panes, whole, round(between * ratio))
        zooms = [pane.best_zoom(area) for pane, area in zip(panes, areas, strict=True) if pane.count]
        shared, gap = min(zooms, default=1.0), max(1, round(ratio))
        side = max((max(pane.size) for pane in panes if pane.count), default=0)
        if shared >= 1 and side * int(shared) >= SEEN_FROM * ratio:
            shared = float(int(shared))
        for pane, area in zip(panes, areas, strict=True):
            pane.arrange(area, gap, shared)
        self._describe()
        self.update()

    # -- painting ---------------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draws the cells that need it, the captions and the ring around the cell that has the keyboard."""
        painter, theme, ratio = QPainter(self), current_theme(), self.devicePixelRatioF()
        small = ui_font(theme.small, tabular=True)
        painter.fillRect(event.rect(), QColor(theme.picture_grey))
        shown = self._shown()
        if not any(pane.count for pane in shown):
            self._paint_empty(painter, self._empty_text, QRectF(self.rect()))
            shown = []
        for pane in shown:
            if pane.count:
                pane.paint(painter, ratio, event.rect(), theme)
            else:
                text = _("Real items appear here once the data is read.") if pane.real else self._empty_text
                self._paint_empty(painter, text, logical(pane.area, ratio))
            painter.setFont(small)
            if self._captioned:
                self._paint_caption(painter, pane, ratio)
        if self.hasFocus() and (place := self.keyboard_place()) is not None:
            cell = self.cell_rect(place[1], place[0] == "real").adjusted(-2, -2, 2, 2)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            for width, shade in ((4, theme.surface), (2, theme.accent)):
                painter.setPen(QPen(QColor(shade), width))
                painter.drawRoundedRect(cell, 3, 3)
        painter.end()

    def _paint_empty(self, painter: QPainter, text: str, area: QRectF) -> None:
        painter.setFont(ui_font(current_theme().normal))
        painter.setPen(QColor(current_theme().text))
        flags = int(Qt.AlignmentFlag.AlignCenter) | int(Qt.TextFlag.TextWordWrap)
        painter.drawText(area.adjusted(16, 8, -16, -8), flags, text)

    def _paint_caption(self, painter: QPainter, pane: Pane, ratio: float) -> None:
        area, theme = logical(pane.area, ratio), current_theme()
        # The tag stands over the samples, not over the edge of the room around them.
        left, top = area.left(), area.top()
        if pane.layout is not None:
            left, top = max(left, pane.layout.left / ratio), max(top, pane.layout.top / ratio)
        parts = [_("real") if pane.real else _("generated"), " | ".join(pane.panels)]
        if pane.sorted and pane.scores is not None:
            parts.append(_("by score"))
        middle, dot = top - CAPTION / 2 - 2, theme.real if pane.real else theme.generator
        text = " · ".join(part for part in parts if part)
        start = draw_tag(painter, left, middle, text, theme, dot=dot, limit=area.right() - left).right() + 12
        if pane.generators:
            room = max(0.0, area.right() - start)
            draw_legend(painter, start, middle, pane.generators, pane.group_names, theme, room)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fits the samples into the new room; the large one covers the wall."""
        self.zoom.setGeometry(self.rect())
        self._arrange()
        super().resizeEvent(event)

    def event(self, event: QEvent) -> bool:
        """Follows a move to a screen of another scale."""
        if event.type() == QEvent.Type.DevicePixelRatioChange:
            self._arrange()
        return super().event(event)

    def _describe(self) -> None:
        self.setAccessibleDescription(self.tip_of(self.keyboard_place()) or self._empty_text)

    # -- hands ------------------------------------------------------------------------------------------------------

    def tip_of(self, place: Sample | None) -> str:
        """Which sample it is, and what the discriminator says of it."""
        return "" if place is None else self._panes[place[0]].describe(place[1])

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """The copy shortcut copies the picture."""
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy_picture()
        else:
            super().keyPressEvent(event)

    def go(self, columns: int, rows: int) -> None:
        """Moves the keyboard; over the edge of one side into the other."""
        (side, index), sides = self._focused, self._sides()
        target, forward = self._panes[side].neighbour(index, columns, rows), columns + rows > 0
        if target == index and len(sides) == 2 and forward == (side == sides[0]):
            other = sides[1 - sides.index(side)]
            if self._panes[other].count:
                self.focus((other, self._panes[other].order[0 if forward else -1]))
                return
        self.focus((side, target))

    def go_to_end(self, last: bool) -> None:
        """Moves the keyboard to the last sample of its side, or to the first."""
        side = self._focused[0]
        self.focus((side, self._panes[side].order[-1 if last else 0]))

    def focus(self, sample: Sample) -> None:
        """Moves the keyboard to a sample."""
        self._focused = sample
        self._describe()
        self.update()

    def take(self, place: Sample) -> None:
        """Shows a sample large."""
        self.focus(place)
        self.zoom.show_sample(self._panes[place[0]], place[1])

    def enlarge(self, index: int) -> None:
        """Shows a generated sample large, where there is one of that number and a picture is shown large at all."""
        if index < self._panes["fake"].count and (self.zoom.isHidden() or self.zoom.index != index):
            self.take(("fake", index))

    def offer(self, place: Sample | None, point: QPoint) -> None:
        """Offers copying, saving, enlarging and sorting."""
        if place is not None:
            self.focus(place)
        pop_up(self.make_menu(place), point)

    def make_menu(self, sample: Sample | None) -> QMenu:
        """The menu for a sample (``("fake", 12)``), or for the wall as a whole with None."""
        menu = QMenu(self)
        filled = any(pane.count for pane in self._shown())
        if sample is not None:
            (side, index), pane = sample, self._panes[sample[0]]
            menu.addAction(_("Enlarge"), lambda: self.take(sample))
            if self.explorable and not pane.real:
                place = index // len(pane.panels)
                menu.addAction(_("Explore this sample"), lambda: self.explore_requested.emit(place))
            menu.addAction(_("Copy this sample"), lambda: copy_image(pane.sample_image(index)))
            name = f"{side}-{index:03d}.png"
            menu.addAction(_("Save this sample as PNG…"), lambda: save_image(self, pane.sample_image(index), name))
            menu.addSeparator()
        menu.addAction(_("Copy picture"), self.copy_picture).setEnabled(filled)
        menu.addAction(_("Save whole grid as PNG…"), self.save_grid).setEnabled(filled)
        menu.addSeparator()
        by_score = menu.addAction(_("Sort by discriminator score"))
        by_score.setCheckable(True)
        by_score.setChecked(self._panes["fake"].sorted)
        by_score.setEnabled(any(pane.scores is not None for pane in self._shown()))
        by_score.toggled.connect(self.set_sorted)
        return menu

    def copy_picture(self) -> None:
        """Puts what is shown on the clipboard."""
        image = self.grid_image()
        if not image.isNull():
            copy_image(image)

    def save_grid(self) -> None:
        """Asks where and writes what is shown as PNG."""
        save_image(self, self.grid_image(), f"{self.mode}.png")
