"""One plot with its heading: a fold button, the legend, the plot itself."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QGuiApplication, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QToolButton, QWidget

from ganstudio.core.i18n import _
from ganstudio.ui.kit.flow import FlowLayout
from ganstudio.ui.kit.icons import icon
from ganstudio.ui.kit.parts import boxed
from ganstudio.ui.kit.theme import Theme, ui_font
from ganstudio.ui.plots.axes import short_number
from ganstudio.ui.plots.curves.legend import ROW, LegendEntry
from ganstudio.ui.plots.curves.model import COMPARED, Curve, PlotKind, Style, View, labels, styles
from ganstudio.ui.plots.curves.plot import Plot

_FREE = 16_777_215


class PlotSection(QWidget):
    """A plot of the stack.

    Signals:
        folded: it was folded away or opened.
        chosen: other series, or the other run, are to be shown or hidden.
    """

    folded = Signal()
    chosen = Signal()

    def __init__(self, kind: PlotKind, view: View, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.plot = Plot(kind, view, theme)
        self.entries: dict[str, LegendEntry] = {}
        self._other: LegendEntry | None = None
        self.is_open = True
        self._compact = self._one_row = False
        self.fold = QToolButton()
        self.fold.setAutoRaise(True)
        self.fold.setStyleSheet("QToolButton { padding: 0 6px; }")
        self.fold.setFixedHeight(ROW)
        self.fold.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.fold.setIconSize(QSize(14, 14))
        self.fold.clicked.connect(lambda: self.set_open(not self.is_open))
        self._header = QWidget()
        self._header.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._flow = FlowLayout(self._header)
        self._flow.addWidget(self.fold)
        boxed(self._header, self.plot, into=self, stretch=self.plot)
        self.set_kind(kind)
        self.apply_theme(theme)

    def set_kind(self, kind: PlotKind) -> None:
        """The same plot, maybe with another title: more of what it shows has come."""
        self.plot.kind = kind
        if self.fold.text() != kind.title:
            self.fold.setText(kind.title)
            self.fold.setToolTip(_("{help} Click to fold away or open.").format(help=kind.help))
            self.fold.setAccessibleName(_("Fold {title}").format(title=kind.title))
            self.plot.setAccessibleName(kind.title)

    @property
    def comparison_shown(self) -> str:
        """The label of the entry for the other run, empty without one."""
        return self._other.text() if self._other is not None else ""

    def set_open(self, opened: bool) -> None:
        """Opens the plot or folds it away; its legend stays."""
        if opened != self.is_open:
            self.is_open = opened
            self.plot.setVisible(opened)
            self._draw_fold()
            self._fit_header()
            self.folded.emit()

    def _draw_fold(self) -> None:
        self.fold.setIcon(icon("chevron-down" if self.is_open else "chevron-right", "text_muted"))

    def apply_theme(self, theme: Theme) -> None:
        """Takes the theme's colours."""
        self.plot.set_theme(theme)
        self.fold.setFont(ui_font(theme.normal))
        self._draw_fold()
        self.set_curves(self.plot.curves, self.comparison_shown)

    def set_curves(self, curves: list[Curve], comparison: str = "") -> None:
        """Takes the curves; legend entries stay where their series does.

        Args:
            curves: of the run and of the one it is compared with.
            comparison: the other run's label, where the entry that switches it on and off is to be here.
        """
        theme = self.plot.theme
        infos = tuple({curve.info.name: curve.info for curve in curves}.values())
        looks, words = styles(infos, theme), labels(infos)
        self.plot.curves = [
            Curve(c.table, c.info, looks[c.info.name], c.comparison, words[c.info.name]) for c in curves
        ]
        for name in self.entries.keys() - looks.keys():
            self._drop(self.entries.pop(name))
        for name, style in looks.items():
            if name not in self.entries:
                entry = self.entries[name] = self._add(LegendEntry())
                entry.setChecked(name not in self.plot.view.hidden)
                entry.clicked.connect(lambda checked, name=name: self._clicked(name, checked))
            self.entries[name].show_line(words[name], style, theme)
        if self._other is not None and self._other.text() != comparison:
            self._drop(self._other)
            self._other = None
        if comparison:
            if self._other is None:
                self._other = self._add(LegendEntry(value=False))
                self._other.setChecked(self.plot.view.show_comparison)
                self._other.clicked.connect(self._show_other)
            self._other.show_line(comparison, Style(theme.text_muted, COMPARED), theme)
            self._other.setToolTip(_("The other run, “{name}”: click to show or hide").format(name=comparison))
        self._fit_header()
        self.plot.invalidate()

    def _add(self, entry: LegendEntry) -> LegendEntry:
        entry.set_compact(self._compact)
        self._flow.addWidget(entry)
        return entry

    def _drop(self, entry: LegendEntry) -> None:
        self._flow.removeWidget(entry)
        entry.hide()
        entry.deleteLater()

    def set_compact(self, compact: bool, *, one_row: bool = False) -> None:
        """Leaves the values out of the legend, or keeps it to one row, where there is little room."""
        if (compact, one_row) != (self._compact, self._one_row):
            self._compact, self._one_row = compact, one_row
            for entry in self.entries.values():
                entry.set_compact(compact)
            self._fit_header()

    def _clicked(self, name: str, shown: bool) -> None:
        hidden = self.plot.view.hidden
        if QGuiApplication.keyboardModifiers() & Qt.KeyboardModifier.AltModifier:
            self.solo(name)
        else:
            (hidden.discard if shown else hidden.add)(name)
            self.chosen.emit()

    def solo(self, name: str) -> None:
        """Shows only this series of the plot; all of them when it is the only one already."""
        hidden, names = self.plot.view.hidden, set(self.entries)
        alone = names - hidden == {name}
        hidden -= names
        if not alone:
            hidden |= names - {name}
        self.chosen.emit()

    def _show_other(self, shown: bool) -> None:
        self.plot.view.show_comparison = shown
        self.chosen.emit()

    def sync_hidden(self) -> None:
        """Checks the entries of what is shown."""
        for name, entry in self.entries.items():
            entry.setChecked(name not in self.plot.view.hidden)

    def show_values(self) -> None:
        """Writes each series' value at the cursor, or its last one, into the legend."""
        view = self.plot.view
        where = view.cursor if view.cursor is not None else view.full[1]
        texts: dict[str, list[str]] = {}
        for curve in self.plot.curves:
            if not curve.comparison:
                found = curve.table.value_at(curve.info.name, where, view.by, self.plot.weight)
                texts.setdefault(curve.info.name, []).append(short_number(found[1]) if found else "–")
        for name, entry in self.entries.items():
            entry.show_value(" ".join(texts.get(name, [])))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Wraps the legend anew."""
        super().resizeEvent(event)
        self._fit_header()

    def _fit_header(self) -> None:
        height = ROW if self._one_row else max(self._flow.heightForWidth(max(self.width(), 80)), ROW)
        self._header.setFixedHeight(height)
        self.setMinimumHeight(height + (self.plot.minimumHeight() if self.is_open else 0))
        self.setMaximumHeight(_FREE if self.is_open else height)
