"""One plot with its heading: a fold button, and a legend that wraps, switches lines and reads values at the cursor."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QLineF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QGuiApplication, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from ganstudio.core.curves import OTHER_RUN, Curve, PlotKind, Style, View
from ganstudio.core.i18n import _
from ganstudio.core.series_words import labels
from ganstudio.ui.kit.flow import FlowLayout
from ganstudio.ui.kit.painted import write_line
from ganstudio.ui.kit.parts import FoldButton, boxed
from ganstudio.ui.kit.theme import current_theme, ui_font
from ganstudio.ui.plots.curves.plot import Plot
from ganstudio.ui.plots.curves.styles import COMPARED, role_colour, run_style, styles

SAMPLE = 18
"""Width of the piece of line before a name."""
ROW = 24
"""Height of a row of the legend."""
HEADING = "QToolButton { padding: 0 6px; font-weight: 400; }"
_NAME_WIDTH = 168
_FREE = 16_777_215


def paint_sample(painter: QPainter, style: Style, x: float, y: float, colour: str = "") -> None:
    """A short piece of a line as it looks in its plot, or in another colour."""
    pen = QPen(QColor(colour or style.colour), 2, c=Qt.PenCapStyle.FlatCap)
    if style.dash:
        pen.setDashPattern([length / 2 for length in style.dash])
    painter.setPen(pen)
    painter.drawLine(QLineF(x, y, x + SAMPLE, y))


class LegendEntry(QAbstractButton):
    """A line's sample, name and value; checked while the line is shown.

    Attributes:
        value: what is written beside the name; the place is kept, so that nothing jumps. None: nothing ever is.
    """

    def __init__(self, value: str | None) -> None:
        super().__init__()
        self.value = value
        self._style, self._compact = Style(""), False
        self.setCheckable(True)
        self.setFont(ui_font(current_theme().small, tabular=True))
        self._room = QFontMetrics(self.font()).horizontalAdvance("−0.00200") + 2
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)

    def show_line(self, name: str, style: Style, tip: str) -> None:
        """Says what the line is called, how it looks and what it means."""
        self._style = style
        if name != self.text():
            self.setText(name)
            self.setAccessibleName(name)
            self.setToolTip(tip)
        self.updateGeometry()
        self.update()

    def set_compact(self, compact: bool) -> None:
        """A shorter name and no value; assistive tools still read the value."""
        self._compact = compact
        self.updateGeometry()
        self.update()

    def show_value(self, text: str) -> bool:
        """Writes another value; whether its place has grown. It never shrinks: nothing jumps."""
        if self.value in (None, text):
            return False
        self.value = text
        self.setAccessibleDescription(text)
        self.update()
        wide = QFontMetrics(self.font()).horizontalAdvance(text)
        if grows := wide > self._room:
            self._room = wide + 8
            self.updateGeometry()
        return grows

    def _widths(self) -> tuple[int, int]:
        metrics = QFontMetrics(self.font())
        value = self._room if self.value is not None and not self._compact else 0
        return min(metrics.horizontalAdvance(self.text()) + 2, 92 if self._compact else _NAME_WIDTH), value

    def sizeHint(self) -> QSize:
        """Sample, name, and room for a value."""
        name, value = self._widths()
        return QSize(4 + SAMPLE + 6 + name + (6 + value if value else 4), ROW)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draws the entry; an unchecked one is hollow and muted."""
        painter = QPainter(self)
        theme, on, middle = current_theme(), self.isChecked(), self.height() // 2
        if self.underMouse():
            painter.fillRect(self.rect(), QColor(theme.hover))
        paint_sample(painter, self._style, 4, middle, "" if on else theme.hairline)
        x, (name, value) = 4 + SAMPLE + 6, self._widths()
        box, elide = QRectF(x, 0, name, self.height()), Qt.TextElideMode.ElideMiddle
        wide = write_line(painter, box, self.text(), self.font(), theme.text_muted, elide=elide)
        if not on:
            painter.drawLine(x, middle, x + wide, middle)
        elif value:
            write_line(
                painter, QRectF(x + name + 6, 0, value, self.height()), self.value or "", self.font(), theme.text
            )
        if self.hasFocus():
            painter.setPen(QPen(QColor(theme.focus), 1))
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
        painter.end()


class PlotSection(QWidget):
    """A plot of the stack.

    Attributes:
        entries: of the legend, by the series they switch; :data:`OTHER_RUN` is that of the run that is compared with.

    Signals:
        folded: it was folded away or opened.
        chosen: other series, or the other run, are to be shown or hidden.
    """

    folded = Signal()
    chosen = Signal()

    def __init__(self, kind: PlotKind, view: View) -> None:
        super().__init__()
        self.plot = Plot(kind, view)
        self.entries: dict[str, LegendEntry] = {}
        self._compact = self._one_row = False
        self.fold = FoldButton(kind.title)
        self.fold.setStyleSheet(HEADING)
        self.fold.setFixedHeight(ROW)
        self.fold.toggled.connect(self._folded)
        self._header = QWidget()
        self._header.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._flow = FlowLayout(self._header)
        self._flow.addWidget(self.fold)
        boxed(self._header, self.plot, into=self, stretch=self.plot)
        self.set_kind(kind)

    def set_kind(self, kind: PlotKind) -> None:
        """The same plot, maybe with another title: more of what it shows has come."""
        self.plot.kind = kind
        self.fold.setText(kind.title)
        self.fold.setToolTip(_("{help} Click to fold away or open.").format(help=kind.help))
        self.fold.setAccessibleName(_("Fold {title}").format(title=kind.title))
        self.plot.setAccessibleName(kind.title)

    @property
    def comparison_shown(self) -> str:
        """The label of the entry for the other run, empty without one."""
        return self.entries[OTHER_RUN].text() if OTHER_RUN in self.entries else ""

    @property
    def is_open(self) -> bool:
        """Whether the plot is seen; its legend always is."""
        return self.fold.isChecked()

    def _folded(self, opened: bool) -> None:
        self.plot.setVisible(opened)
        self._fit_header()
        self.set_kind(self.plot.kind)
        self.folded.emit()

    def set_curves(self, curves: list[Curve], comparison: str = "") -> None:
        """Takes the curves and dresses them; legend entries stay where their series does.

        Args:
            curves: of the run and of the one it is compared with.
            comparison: the other run's label, where the entry that switches it on and off is to be here.
        """
        theme = current_theme()
        infos = tuple({curve.info.name: curve.info for curve in curves if curve.run is None}.values())
        looks, words = styles(infos, theme), labels(infos)
        for curve in curves:
            if curve.run is not None:  # then the heading's colour tells whose series it is
                looks[curve.key], words[curve.key] = run_style(curve.run, theme), curve.of
                tone = f"border-left: 3px solid {role_colour(curve.info, theme)}; border-radius: 0;"
                self.fold.setStyleSheet(f"{HEADING} QToolButton {{ {tone} }}")
        self.plot.curves = [replace(c, style=looks[c.key], label=words[c.key]) for c in curves]
        if comparison:
            looks, words[OTHER_RUN] = {OTHER_RUN: Style(theme.text_muted, COMPARED), **looks}, comparison
        for name in self.entries.keys() - looks.keys():
            old = self.entries.pop(name)
            self._flow.removeWidget(old)
            old.hide()
            old.deleteLater()
        help_on = _("{name}. {help} Click to show or hide, Alt-click to show only this one.")
        known = {c.key: c for c in sorted(curves, key=lambda curve: not curve.comparison)}
        tips = {
            key: help_on.format(name=c.info.label if c.run is None else c.words, help=c.info.help)
            for key, c in known.items()
        }
        tips[OTHER_RUN] = _("The other run, “{name}”: click to show or hide").format(name=comparison)
        for name, style in looks.items():
            if name not in self.entries:
                entry = self.entries[name] = LegendEntry(None if name == OTHER_RUN else "")
                entry.set_compact(self._compact)
                entry.clicked.connect(lambda checked, name=name: self._clicked(name, checked))
            self._flow.removeWidget(self.entries[name])
            self._flow.addWidget(self.entries[name])  # the other run first: where there is one row only, it is named
            self.entries[name].show_line(words[name], style, tips.get(name, ""))
        self.sync_hidden()
        self._fit_header()
        self.plot.invalidate()

    def set_compact(self, compact: bool, *, one_row: bool = False) -> None:
        """Leaves the values out of the legend, or keeps it to one row, where there is little room."""
        if (compact, one_row) != (self._compact, self._one_row):
            self._compact, self._one_row = compact, one_row
            for entry in self.entries.values():
                entry.set_compact(compact)
            self._fit_header()

    def _clicked(self, name: str, shown: bool) -> None:
        hidden = self.plot.view.hidden
        if name != OTHER_RUN and QGuiApplication.keyboardModifiers() & Qt.KeyboardModifier.AltModifier:
            self.solo(name)
        else:
            (hidden.discard if shown else hidden.add)(name)
            self.chosen.emit()

    def solo(self, name: str) -> None:
        """Shows only this series of the plot; all of them when it is the only one already."""
        hidden, names = self.plot.view.hidden, self.entries.keys() - {OTHER_RUN}
        alone = names - hidden == {name}
        hidden -= names
        if not alone:
            hidden |= names - {name}
        self.chosen.emit()

    def sync_hidden(self) -> None:
        """Checks the entries of what is shown."""
        for name, entry in self.entries.items():
            entry.setChecked(name not in self.plot.view.hidden)

    def show_values(self) -> None:
        """Writes each series' value at the cursor, or its last one, into the legend."""
        texts: dict[str, list[str]] = {}
        for curve in self.plot.curves:
            if not curve.comparison:
                found, ended = self.plot.read(curve)
                text = curve.info.tell(found[1]) if found else "–"
                if found and ended:  # the step that is spoken of is not this value's
                    text = _("{value} at {step}").format(value=text, step=f"{found[0]:,}")
                texts.setdefault(curve.key, []).append(text)
        if sum(entry.show_value(" ".join(texts.get(name, []))) for name, entry in self.entries.items()):
            self._fit_header()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Wraps the legend anew."""
        super().resizeEvent(event)
        self._fit_header()

    def _fit_header(self) -> None:
        height = ROW if self._one_row else max(self._flow.heightForWidth(max(self.width(), 80)), ROW)
        self._header.setFixedHeight(height)
        self.setMinimumHeight(height + (self.plot.minimumHeight() if self.is_open else 0))
        self.setMaximumHeight(_FREE if self.is_open else height)
