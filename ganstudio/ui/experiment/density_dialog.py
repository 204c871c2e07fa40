"""Draw your own distribution: canvas, brush, preview of samples, a name."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QSlider,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from ganstudio.core.i18n import _
from ganstudio.ui.experiment import density_shapes as shapes
from ganstudio.ui.experiment.density import Field
from ganstudio.ui.experiment.density_canvas import LARGEST, SMALLEST, DrawingCanvas
from ganstudio.ui.experiment.density_preview import PointsPreview
from ganstudio.ui.kit.icons import icon
from ganstudio.ui.kit.theme import Theme, current_theme, theme_hub, ui_font

SAMPLES = 2000


class DrawingDialog(QDialog):
    """Asks for a drawing and its name. Writes nothing: the caller saves :meth:`drawing` when the dialog is accepted.

    Args:
        parent: the window.
        name: name to begin with.
        field: drawing to begin with, uint8 ``(256, 256)``, row 0 at the top.
        theme: colours; the theme in force by default.

    Signals:
        changed(): drawing or name are others.
    """

    changed = Signal()

    def __init__(
        self, parent: QWidget | None = None, *, name: str = "", field: Field | None = None, theme: Theme | None = None
    ) -> None:
        super().__init__(parent)
        self._theme = theme or current_theme()
        self.setWindowTitle(_("Draw a distribution"))
        self.canvas = DrawingCanvas(self, theme=self._theme)
        if field is not None:
            self.canvas.set_field(field)
        self._preview = PointsPreview(self._theme, self)
        self._preview_note = QLabel(self)
        row = QHBoxLayout()
        row.setSpacing(16)
        row.addWidget(self.canvas, 1)
        row.addLayout(self._make_side())
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(12)
        column.addLayout(row, 1)
        column.addLayout(self._make_foot(name))
        self.canvas.changed.connect(self._drawn)
        self.canvas.brush_changed.connect(self._show_brush)
        theme_hub.changed.connect(self.apply_theme)
        self.apply_theme(self._theme)
        self._show_brush()
        self._drawn()
        self._say("")
        self.canvas.setFocus()

    def sizeHint(self) -> QSize:
        """Fits a 1024 × 700 screen."""
        return QSize(800, 620)

    # what it gives

    def drawing(self) -> tuple[str, Field]:
        """The name without blanks around it, and the density: uint8 ``(256, 256)``, row 0 at the top."""
        return self._name.text().strip(), self.canvas.field()

    def problem(self) -> str:
        """What keeps the drawing from being saved, as a sentence; empty where nothing does."""
        if self.canvas.density.empty:
            return _("Nothing is drawn yet: draw where the data shall lie.")
        if not self._name.text().strip():
            return _("The drawing needs a name: type one here.")
        return ""

    def accept(self) -> None:
        """Closes, unless something is missing, which is then said beside the field."""
        problem = self.problem()
        self._say(problem)
        if not problem:
            super().accept()
        elif self.canvas.density.empty:
            self.canvas.setFocus()
        else:
            self._name.setFocus()

    @Slot(object)
    def apply_theme(self, theme: Theme) -> None:
        """Uses the colours of another theme."""
        self._theme = theme
        self._preview.set_theme(theme)
        self.canvas.apply_theme(theme)
        for label in self.findChildren(QLabel):
            label.setFont(ui_font(theme.small, tabular=True))
        palette = self._problem.palette()
        palette.setColor(self._problem.foregroundRole(), QColor(theme.error))
        self._problem.setPalette(palette)

    # parts

    def _make_side(self) -> QVBoxLayout:
        side = QVBoxLayout()
        side.setSpacing(8)
        side.addWidget(self._preview)
        side.addWidget(self._preview_note)
        side.addSpacing(8)
        self._draw = self._tool("brush", _("Draw (left button; right button erases)"))
        self._erase = self._tool("eraser", _("Erase (E)"))
        self._draw.clicked.connect(lambda: self.canvas.set_brush(erase=False))
        self._erase.clicked.connect(lambda: self.canvas.set_brush(erase=True))
        self._mirror_x = self._tool("", _("Mirror left and right"), "↔")
        self._mirror_y = self._tool("", _("Mirror top and bottom"), "↕")
        self._mirror_x.clicked.connect(lambda on: self.canvas.set_brush(mirror_x=on))
        self._mirror_y.clicked.connect(lambda on: self.canvas.set_brush(mirror_y=on))
        tools = QHBoxLayout()
        tools.setSpacing(4)
        for tool in (self._draw, self._erase):
            tools.addWidget(tool)
        tools.addStretch(1)
        for tool in (self._mirror_x, self._mirror_y):
            tools.addWidget(tool)
        side.addLayout(tools)
        self._size = self._slider(SMALLEST, LARGEST, _("Brush size in pixels of 256 ([ and ], or the wheel)"))
        self._size.valueChanged.connect(lambda value: self.canvas.set_brush(radius=value))
        self._strength = self._slider(5, 100, _("How much one stroke adds, in percent"))
        self._strength.valueChanged.connect(lambda value: self.canvas.set_brush(strength=value / 100))
        self._size_value, self._strength_value = QLabel(self), QLabel(self)
        grid = QGridLayout()
        grid.setHorizontalSpacing(8)
        grid.setColumnStretch(1, 1)
        for line, (text, slider, value) in enumerate(
            ((_("size"), self._size, self._size_value), (_("strength"), self._strength, self._strength_value))
        ):
            grid.addWidget(QLabel(text, self), line, 0)
            grid.addWidget(slider, line, 1)
            value.setMinimumWidth(40)
            value.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            grid.addWidget(value, line, 2)
        side.addLayout(grid)
        side.addLayout(self._make_shapes())
        side.addStretch(1)
        side.addLayout(self._make_history())
        return side

    def _make_shapes(self) -> QHBoxLayout:
        self._shape = QComboBox(self)
        self._shape.setToolTip(_("Put a ready shape in place of the drawing (can be undone)"))
        self._shape.setAccessibleName(_("Start from a shape"))
        self._shape.addItem(_("Start from…"))
        for text, make in (
            (_("ring"), shapes.ring),
            (_("spiral"), shapes.spiral),
            (_("heart"), shapes.heart),
            (_("nine spots"), shapes.spots),
        ):
            self._shape.addItem(text, make)
        self._shape.activated.connect(self._start_from)
        self._letters = QLineEdit(self)
        self._letters.setPlaceholderText(_("text"))
        self._letters.setMaxLength(8)
        self._letters.setFixedWidth(72)
        self._letters.setToolTip(_("Type a few letters to start from them"))
        self._letters.setAccessibleName(_("Start from letters"))
        self._letters.textEdited.connect(self._write)
        row = QHBoxLayout()
        row.setSpacing(4)
        row.addWidget(self._shape, 1)
        row.addWidget(self._letters)
        return row

    def _make_history(self) -> QHBoxLayout:
        self._undo = self._tool("undo", _("Undo (Ctrl+Z)"), checkable=False)
        self._redo = self._tool("redo", _("Redo (Ctrl+Shift+Z)"), checkable=False)
        self._clear = self._tool("trash", _("Clear everything (can be undone)"), checkable=False)
        self._undo.clicked.connect(self.canvas.undo)
        self._redo.clicked.connect(self.canvas.redo)
        self._clear.clicked.connect(self.canvas.clear)
        row = QHBoxLayout()
        row.setSpacing(4)
        row.addWidget(self._undo)
        row.addWidget(self._redo)
        row.addStretch(1)
        row.addWidget(self._clear)
        return row

    def _make_foot(self, name: str) -> QVBoxLayout:
        self._name = QLineEdit(name, self)
        self._name.setPlaceholderText(_("Name of the drawing"))
        self._name.setAccessibleName(_("Name of the drawing"))
        self._name.setToolTip(_("The data set is listed under this name"))
        self._name.setMaxLength(60)
        self._name.textChanged.connect(self._named)
        cancel, self._save = QPushButton(_("Cancel"), self), QPushButton(_("Save"), self)
        cancel.setAutoDefault(False)
        self._save.setDefault(True)
        self._save.setProperty("primary", True)
        cancel.clicked.connect(self.reject)
        self._save.clicked.connect(self.accept)
        self._problem = QLabel(self)
        self._problem.setWordWrap(True)
        self._problem.setTextFormat(Qt.TextFormat.PlainText)  # it names files
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self._name, 1)
        row.addSpacing(8)
        row.addWidget(cancel)
        row.addWidget(self._save)
        foot = QVBoxLayout()
        foot.setSpacing(4)
        foot.addLayout(row)
        foot.addWidget(self._problem)
        return foot

    def _tool(self, name: str, tip: str, text: str = "", checkable: bool = True) -> QToolButton:
        button = QToolButton(self)
        if name:
            button.setIcon(icon(name))
        button.setText(text)
        button.setIconSize(QSize(18, 18))
        button.setFixedSize(32, 32)
        button.setAutoRaise(True)
        button.setCheckable(checkable)
        button.setToolTip(tip)
        button.setAccessibleName(tip)
        return button

    def _slider(self, low: int, high: int, tip: str) -> QSlider:
        slider = QSlider(Qt.Orientation.Horizontal, self)
        slider.setRange(low, high)
        slider.setToolTip(tip)
        slider.setAccessibleName(tip)
        return slider

    # what happens

    @Slot()
    def _drawn(self) -> None:
        density = self.canvas.density
        points = density.sample(SAMPLES)
        self._preview.set_points(points)
        note = _("{count} points drawn from it").format(count=f"{len(points):,}") if len(points) else _("no points yet")
        self._preview_note.setText(note)
        self._undo.setEnabled(density.can_undo)
        self._redo.setEnabled(density.can_redo)
        self._clear.setEnabled(not density.empty)
        self._named()

    @Slot()
    def _named(self) -> None:
        if self._problem.text():
            self._say(self.problem())
        self.changed.emit()

    def _say(self, problem: str) -> None:
        # A blank keeps the line's height, so that nothing moves when a sentence appears.
        self._problem.setText(problem or "")
        self._problem.setMinimumHeight(self._problem.fontMetrics().height())

    @Slot()
    def _show_brush(self) -> None:
        brush = self.canvas.brush
        for widget, value in ((self._size, round(brush.radius)), (self._strength, round(brush.strength * 100))):
            widget.blockSignals(True)
            widget.setValue(value)
            widget.blockSignals(False)
        self._size_value.setText(f"{round(brush.radius)} px")
        self._strength_value.setText(f"{round(brush.strength * 100)} %")
        self._draw.setChecked(not brush.erase)
        self._erase.setChecked(brush.erase)
        self._mirror_x.setChecked(brush.mirror_x)
        self._mirror_y.setChecked(brush.mirror_y)

    @Slot(int)
    def _start_from(self, row: int) -> None:
        make = self._shape.itemData(row)
        if make is not None:
            self.canvas.replace(make())
        self._shape.setCurrentIndex(0)

    @Slot(str)
    def _write(self, text: str) -> None:
        if text.strip():
            self.canvas.replace(shapes.letters(text.strip(), ui_font()))
