"""What a wall of samples shows and how it is painted; the hand that works it is in the wall itself."""

from __future__ import annotations

from typing import Literal, get_args

from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFocusEvent, QImage, QPainter, QPaintEvent, QPen, QRegion, QResizeEvent
from PySide6.QtWidgets import QWidget

from ganstudio.core.i18n import _
from ganstudio.ui.kit.painted import colour, draw_legend, draw_tag
from ganstudio.ui.kit.theme import Theme, current_theme, theme_hub, ui_font
from ganstudio.ui.pictures.pane import Groups, Items, Pane, Scores, empty_text_flags, logical, split_area

Mode = Literal["fake", "real", "both"]
MARGIN = 8
CAPTION = 28
CAPTION_FROM = 96
SEEN_FROM = 48
"""Samples smaller than this many logical pixels are hard to judge."""


class WallView(QWidget):
    """Samples as large as whole zooms allow, each pixel a square of device pixels, on neutral grey."""

    def __init__(self, parent: QWidget | None = None, *, theme: Theme | None = None) -> None:
        super().__init__(parent)
        self._theme = theme or current_theme()
        self._panes = {"real": Pane(real=True), "fake": Pane(real=False)}
        self._mode: Mode = "fake"
        self._caption = ""
        self._smooth = False
        self._empty_text = _("Samples appear here as soon as the generator has drawn some.")
        self._focused: tuple[str, int] = ("fake", 0)
        self.setMinimumSize(96, 72)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAccessibleName(_("Sample wall"))
        self.setAccessibleDescription(self._empty_text)
        theme_hub.changed.connect(self.apply_theme)

    def _panes_changed(self, closed: bool) -> None:
        """The samples are others or in another order; ``closed``: what was shown is gone."""

    # what it shows

    def set_samples(
        self,
        items: Items,
        scores: Scores | None = None,
        score_is_probability: bool = True,
        caption: str = "",
        panels: tuple[str, ...] = ("",),
        groups: Groups | None = None,
        group_names: tuple[str, ...] = (),
    ) -> None:
        """Shows generated samples.

        Args:
            items: uint8 ``(N, H, W, C)``, C = 1 or 3. Not copied but for drawing: do not write into it afterwards.
            scores: float32 ``(N,)``, the discriminator's word on each, or None.
            score_is_probability: the scores lie in [0, 1]; else they are a critic's values.
            caption: what these samples are, e.g. ``"step 1,240 · EMA"``.
            panels: names of the pictures that belong together; groups of as many stay in one row.
            groups: int64 ``(N,)``: which of several generators made each; or None.
            group_names: what people call them; empty where they are only numbered.
        """
        for pane in self._panes.values():
            pane.probability = score_is_probability
        self._caption = caption
        self._take("fake", items, scores, panels, groups, group_names)

    def set_real(self, items: Items, scores: Scores | None = None, panels: tuple[str, ...] = ("",)) -> None:
        """Shows real items; arrays as in :meth:`set_samples`."""
        self._take("real", items, scores, panels)

    def clear(self) -> None:
        """Forgets all samples: the empty text is shown again."""
        self._panes = {"real": Pane(real=True), "fake": Pane(real=False)}
        self._panes_changed(closed=True)
        self._arrange()

    def set_mode(self, mode: Mode) -> None:
        """``"fake"``, ``"real"``, or ``"both"`` side by side at the same zoom."""
        if mode not in get_args(Mode):
            raise ValueError(f"no such mode: {mode!r}")
        self._mode = mode
        if self._focused[0] not in self._sides():
            self._focused = (self._sides()[0], 0)
            self._panes_changed(closed=True)
        self._arrange()

    def mode(self) -> Mode:
        """Which samples are shown."""
        return self._mode

    def set_sorted(self, by_score: bool) -> None:
        """Shows what the discriminator finds most real first, or samples in their fixed order."""
        for pane in self._panes.values():
            pane.sort(by_score)
        self._panes_changed(closed=False)
        self.update()

    def is_sorted(self) -> bool:
        """Whether the wall is sorted by score."""
        return self._panes["fake"].sorted

    def set_smooth(self, smooth: bool) -> None:
        """Fills the room with smooth scaling where samples are larger than 4×; else zooms stay whole."""
        self._smooth = smooth
        self._arrange()

    def set_empty_text(self, text: str) -> None:
        """The sentence shown while there is nothing to see."""
        self._empty_text = text
        self._describe()
        self.update()

    def grid_image(self) -> QImage:
        """What is shown, one picture pixel per pixel; real left of generated in ``both``."""
        images = [image for image in (self._panes[side].grid_image() for side in self._sides()) if not image.isNull()]
        if len(images) < 2:
            return images[0] if images else QImage()
        gap = 8
        whole = QImage(
            sum(image.width() for image in images) + gap,
            max(image.height() for image in images),
            QImage.Format.Format_RGB32,
        )
        whole.fill(QColor(self._theme.picture_grey))
        painter = QPainter(whole)
        left = 0
        for image in images:
            painter.drawImage(left, 0, image)
            left += image.width() + gap
        painter.end()
        return whole

    # No @Slot: PySide 6.11 does not disconnect a decorated slot that is overridden when its object is deleted.
    def apply_theme(self, theme: Theme) -> None:
        """Uses the colours of another theme."""
        self._theme = theme
        self.update()

    def sizeHint(self) -> QSize:
        """Room for 8 × 8 samples of 32 px at 2×."""
        return QSize(560, 560)

    # where things are

    def cell_rect(self, index: int, is_real: bool = False) -> QRectF:
        """Where a sample is drawn, in the widget's coordinates; empty where it is not shown."""
        side = "real" if is_real else "fake"
        return logical(self._panes[side].cell(index), self.devicePixelRatioF()) if side in self._sides() else QRectF()

    def sample_at(self, point: QPoint) -> tuple[int, bool] | None:
        """The sample under a point of the widget, as ``(index, is_real)``."""
        found = self._find(point)
        return None if found is None else (found[1], found[0] == "real")

    def _sides(self) -> list[str]:
        return ["real", "fake"] if self._mode == "both" else [self._mode]

    def _take(
        self,
        side: str,
        items: Items,
        scores: Scores | None,
        panels: tuple[str, ...],
        groups: Groups | None = None,
        group_names: tuple[str, ...] = (),
    ) -> None:
        pane = self._panes[side]
        before = None if pane.items is None else (pane.items.shape, pane.panels)
        pane.set_items(items, scores, panels, groups, group_names)
        if before != (items.shape, pane.panels):
            self._focused = (self._focused[0], min(self._focused[1], max(0, self._panes[self._focused[0]].count - 1)))
            self._arrange()
        elif side in self._sides():
            self.update()
        self._panes_changed(closed=False)
        self._describe()

    def _captioned(self) -> bool:
        return self.height() >= CAPTION_FROM and any(pane.count for pane in self._panes.values())

    def _arrange(self) -> None:
        ratio = self.devicePixelRatioF()
        top = CAPTION + 4 if self._captioned() else MARGIN
        whole = QRect(
            round(MARGIN * ratio),
            round(top * ratio),
            int((self.width() - 2 * MARGIN) * ratio),
            int((self.height() - top - MARGIN) * ratio),
        )
        panes = [self._panes[side] for side in self._sides()]
        gutter = round((2 * MARGIN + (CAPTION if self._captioned() else 0)) * ratio)
        areas = split_area(panes, whole, gutter)
        zooms = [pane.best_zoom(area) for pane, area in zip(panes, areas, strict=True) if pane.count]
        shared = min(zooms, default=1.0)
        gap, limit = max(1, round(ratio)), 1_000_000
        if not self._smooth and zooms:
            shared, limit = self._enough(panes, areas, shared if shared < 1 else int(shared), gap)
        for pane, area in zip(panes, areas, strict=True):
            pane.arrange(area, gap, shared, self._smooth, limit)
        self._describe()
        self.update()

    def _enough(self, panes: list[Pane], areas: list[QRect], zoom: float, gap: int) -> tuple[float, int]:
        """Where samples would be too tiny to judge, shows fewer of them, larger: zoom and count."""
        filled = [
            (pane, area) for pane, area in zip(panes, areas, strict=True) if pane.items is not None and pane.count
        ]
        limit = 1_000_000
        while filled:
            side = max(max(pane.items.shape[1:3]) for pane, __ in filled if pane.items is not None)
            larger = int(zoom) + 1
            rooms = [pane.capacity(area, gap, larger) for pane, area in filled]
            enough = all(room >= pane.fewest for room, (pane, __) in zip(rooms, filled, strict=True))
            if side * zoom >= SEEN_FROM * self.devicePixelRatioF() or not enough:
                break
            zoom, limit = larger, min(rooms)
        return zoom, limit

    def _find(self, point: QPoint) -> tuple[str, int] | None:
        device = point * self.devicePixelRatioF()
        for side in self._sides():
            index = self._panes[side].index_at(device)
            if index is not None:
                return side, index
        return None

    # painting

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draws the cells that need it, the captions and the ring around the cell that has the keyboard."""
        painter = QPainter(self)
        painter.setFont(ui_font(self._theme.small, tabular=True))
        painter.fillRect(event.rect(), QColor(self._theme.picture_grey))
        ratio = self.devicePixelRatioF()
        rect = event.rect()
        clip = QRegion(
            QRect(
                int(rect.left() * ratio) - 1,
                int(rect.top() * ratio) - 1,
                int(rect.width() * ratio) + 3,
                int(rect.height() * ratio) + 3,
            )
        )
        sides = self._sides() if any(self._panes[side].count for side in self._sides()) else []
        if not sides:
            self._paint_empty(painter, self._empty_text, QRectF(self.rect()))
        for side in sides:
            pane = self._panes[side]
            if pane.count:
                pane.paint(painter, ratio, clip)
                pane.paint_groups(painter, ratio, self._theme)
                painter.setFont(ui_font(self._theme.small, tabular=True))
            else:
                text = _("Real items appear here once the data is read.") if pane.real else self._empty_text
                self._paint_empty(painter, text, logical(pane.area, ratio))
            if self._captioned():
                self._paint_caption(painter, pane, ratio)
        if self.hasFocus() and self._panes[self._focused[0]].count:
            self._paint_focus(painter, ratio)
        painter.end()

    def _paint_empty(self, painter: QPainter, text: str, area: QRectF) -> None:
        painter.setFont(ui_font(self._theme.normal))
        painter.setPen(QColor(self._theme.text))
        painter.drawText(area.adjusted(16, 8, -16, -8), empty_text_flags(), text)
        painter.setFont(ui_font(self._theme.small, tabular=True))

    def _paint_caption(self, painter: QPainter, pane: Pane, ratio: float) -> None:
        area = logical(pane.area, ratio)
        # The tag stands over the samples, not over the edge of the room around them.
        left = area.left() if pane.layout is None else max(area.left(), pane.layout.left / ratio)
        top = area.top() if pane.layout is None else max(area.top(), pane.layout.top / ratio)
        if pane.real:
            text, dot = _("real"), self._theme.real
        else:
            text, dot = _("generated"), self._theme.generator
            text = f"{text} · {self._caption}" if self._caption else text
        if len(pane.panels) > 1:
            text = f"{text} · {' | '.join(pane.panels)}"
        if pane.sorted and pane.scores is not None:
            text = f"{text} · {_('by score')}"
        if pane.shown < pane.count:
            shown = pane.shown // len(pane.panels)
            text = f"{text} · {_('{shown} of {count}').format(shown=shown, count=pane.samples)}"
        limit = area.right() - left
        middle = top - CAPTION / 2 - 2
        tag = draw_tag(painter, left, middle, text, self._theme, dot=dot, limit=limit)
        if pane.generators:
            start = tag.right() + 12
            draw_legend(
                painter, start, middle, pane.generators, pane.group_names, self._theme, max(0.0, area.right() - start)
            )

    def _paint_focus(self, painter: QPainter, ratio: float) -> None:
        side, index = self._focused
        cell = logical(self._panes[side].cell(index), ratio)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for grow, width, shade in ((2.0, 4.0, self._theme.surface), (2.0, 2.0, self._theme.accent)):
            painter.setPen(QPen(colour(shade), width))
            painter.drawRoundedRect(cell.adjusted(-grow, -grow, grow, grow), 3, 3)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fits the samples into the new room."""
        self._arrange()
        super().resizeEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Shows which sample has the keyboard."""
        self.update()
        super().focusInEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Hides the ring."""
        self.update()
        super().focusOutEvent(event)

    def _describe(self) -> None:
        side, index = self._focused
        pane = self._panes[side]
        self.setAccessibleDescription(pane.describe(index) if index < pane.count else self._empty_text)
