"""One plot with its heading: a fold button, the legend, the canvas."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QGuiApplication, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QToolButton, QVBoxLayout, QWidget

from ganstudio.core.i18n import _
from ganstudio.ui.kit.flow import FlowLayout
from ganstudio.ui.kit.icons import icon
from ganstudio.ui.kit.theme import Theme, ui_font
from ganstudio.ui.plots.axes import short_number
from ganstudio.ui.plots.curves.legend import ROW, LegendEntry
from ganstudio.ui.plots.curves.model import Curve, PlotKind, Style, View, labels, styles
from ganstudio.ui.plots.curves.plot import PlotCanvas

_FREE = 16_777_215


class PlotSection(QWidget):
    """A plot of the stack.

    Signals:
        folded: it was folded away or opened.
        toggled: name of a series and whether it is to be shown.
        soloed: name of the only series of this plot to be shown.
        comparison_toggled: whether the other run is to be shown.
    """

    folded = Signal()
    toggled = Signal(str, bool)
    soloed = Signal(str)
    comparison_toggled = Signal(bool)

    def __init__(self, kind: PlotKind, view: View, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.kind, self.view, self._theme = kind, view, theme
        self.canvas = PlotCanvas(kind, view, theme)
        self.entries: dict[str, LegendEntry] = {}
        self._comparison: LegendEntry | None = None
        self._open = True
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
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._header)
        layout.addWidget(self.canvas, 1)
        self._write_title()
        self.apply_theme(theme)

    def set_kind(self, kind: PlotKind) -> None:
        """The same plot with another title: more of what it shows has come."""
        if kind != self.kind:
            self.kind = self.canvas.figure.kind = kind
            self._write_title()

    def _write_title(self) -> None:
        kind = self.kind
        self.fold.setText(kind.title)
        self.fold.setToolTip(_("{help} Click to fold away or open.").format(help=kind.help))
        self.fold.setAccessibleName(_("Fold {title}").format(title=kind.title))
        self.canvas.setAccessibleName(kind.title)

    @property
    def is_open(self) -> bool:
        """Whether the plot itself is shown."""
        return self._open

    @property
    def comparison_shown(self) -> str:
        """The label of the entry for the other run, empty without one."""
        return self._comparison.text() if self._comparison is not None else ""

    def set_open(self, opened: bool) -> None:
        """Opens the plot or folds it away; its legend stays."""
        if opened == self._open:
            return
        self._open = opened
        self.canvas.setVisible(opened)
        self.fold.setIcon(icon("chevron-down" if opened else "chevron-right", "text_muted"))
        self._fit_header()
        self.folded.emit()

    def apply_theme(self, theme: Theme) -> None:
        """Takes the theme's colours."""
        self._theme = self.canvas.figure.theme = theme
        self.fold.setFont(ui_font(theme.normal))
        self.fold.setIcon(icon("chevron-down" if self.is_open else "chevron-right", "text_muted"))
        self.set_curves(self.canvas.figure.curves, self.comparison_shown, comparison_entry=True)

    def set_curves(self, curves: list[Curve], comparison: str = "", *, comparison_entry: bool = False) -> None:
        """Takes the curves; legend entries stay where their series does.

        Args:
            curves: of the run and of the one it is compared with.
            comparison: the other run's label.
            comparison_entry: show the entry that switches the other run on and off here.
        """
        infos = tuple({curve.info.name: curve.info for curve in curves}.values())
        looks, words = styles(infos, self._theme), labels(infos)
        figure = self.canvas.figure
        figure.curves = [Curve(c.table, c.info, looks[c.info.name], c.comparison, words[c.info.name]) for c in curves]
        for name in [name for name in self.entries if name not in looks]:
            self._drop(self.entries.pop(name))
        for name, style in looks.items():
            if name in self.entries:
                self.entries[name].restyle(style, self._theme)
                self.entries[name].set_name(words[name])
                continue
            entry = self.entries[name] = LegendEntry(words[name], style, self._theme)
            entry.set_compact(self._compact)
            entry.setChecked(name not in self.view.hidden)
            entry.clicked.connect(lambda checked, name=name: self._clicked(name, checked))
            self._flow.addWidget(entry)
        self._set_comparison(comparison, comparison_entry and bool(comparison))
        self._fit_header()
        self.canvas.invalidate()

    def _set_comparison(self, label: str, wanted: bool) -> None:
        if self._comparison is not None and (not wanted or self._comparison.text() != label):
            self._drop(self._comparison)
            self._comparison = None
        if wanted and self._comparison is None:
            style = Style(self._theme.text_muted, (6, 4))
            self._comparison = LegendEntry(label, style, self._theme, value=False)
            self._comparison.setToolTip(_("The other run, “{name}”: click to show or hide").format(name=label))
            self._comparison.setChecked(self.view.show_comparison)
            self._comparison.clicked.connect(self.comparison_toggled)
            self._flow.addWidget(self._comparison)
        elif self._comparison is not None:
            self._comparison.restyle(Style(self._theme.text_muted, (6, 4)), self._theme)

    def set_compact(self, compact: bool, *, one_row: bool = False) -> None:
        """Leaves the values out of the legend, or keeps it to one row, where there is little room."""
        if (compact, one_row) != (self._compact, self._one_row):
            self._compact, self._one_row = compact, one_row
            for entry in self.entries.values():
                entry.set_compact(compact)
            self._fit_header()

    def _drop(self, entry: LegendEntry) -> None:
        self._flow.removeWidget(entry)
        entry.hide()
        entry.deleteLater()

    def _clicked(self, name: str, checked: bool) -> None:
        if QGuiApplication.keyboardModifiers() & Qt.KeyboardModifier.AltModifier:
            self.soloed.emit(name)
        else:
            self.toggled.emit(name, checked)

    def sync_hidden(self) -> None:
        """Checks the entries of what is shown."""
        for name, entry in self.entries.items():
            entry.set_compact(self._compact)
            entry.setChecked(name not in self.view.hidden)

    def show_values(self) -> None:
        """Writes each series' value at the cursor, or its last one, into the legend."""
        view = self.view
        texts: dict[str, list[str]] = {}
        for curve in self.canvas.figure.curves:
            if curve.comparison:
                continue
            where = view.cursor if view.cursor is not None else view.full[1]
            weight = self.canvas.figure.weight(view)
            found = curve.table.value_at(curve.info.name, where, view.by, weight)
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
        self.setMinimumHeight(height + (self.canvas.minimumHeight() if self.is_open else 0))
        self.setMaximumHeight(_FREE if self.is_open else height)
