"""The strip beside the canvas: tools, brush, mirror, grid, what shines through, zoom; and the same as actions."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QSlider, QToolButton, QVBoxLayout, QWidget

from ganstudio.app.actions import Action
from ganstudio.core.i18n import _
from ganstudio.ui.generator_page.actions import page_action
from ganstudio.ui.kit.icons import icon
from ganstudio.ui.kit.parts import label, tool_button
from ganstudio.ui.kit.style import set_look
from ganstudio.ui.paint.canvas_view import CanvasView
from ganstudio.ui.paint.options import LARGEST, SMALLEST, TOOLS

COLUMNS = 5
BUTTON = 32
_SQUARE, _MIRROR, _GRID, _FLIP = "S", "X", "G", "Shift+X"


def _tip(title: str, keys: str, words: str) -> str:
    return f"{title} ({keys})\n{words}"


def _tool_button(icon_name: str, title: str, tip: str, checkable: bool = True) -> QToolButton:
    made = tool_button(icon_name, title, tip, checkable)
    made.setIcon(icon(icon_name, on="accent"))
    made.setFixedSize(BUTTON, BUTTON)
    made.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # a click leaves the keyboard with the canvas
    return made


class ZoomLabel(QLabel):
    """The zoom in percent; a double click fits the map.

    Signals:
        fit_wanted(): it was clicked twice.
    """

    fit_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setToolTip(_("Zoom: Ctrl+wheel, + and −, or a pinch; a double click shows the whole map (0)"))
        set_look(self, role="small")
        self.setMinimumWidth(self.fontMetrics().horizontalAdvance("6400 %") + 4)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Asks for the whole map."""
        event.accept()
        self.fit_wanted.emit()


class ToolStrip(QWidget):
    """Shows and changes what the hand holds.

    Args:
        view: the canvas; its options are shown.
        columns: so many tools stand in a row.
    """

    def __init__(self, view: CanvasView, parent: QWidget | None = None, *, columns: int = COLUMNS) -> None:
        super().__init__(parent)
        self._view, self._options = view, view.options
        self.buttons: dict[str, QToolButton] = {}
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(self._make_tools(columns))
        column.addLayout(self._make_switches(columns))
        column.addSpacing(4)
        column.addLayout(self._make_sliders())
        column.addLayout(self._make_zoom())
        self._options.changed.connect(self.refresh)
        view.zoom_changed.connect(self._show_zoom)
        view.document_changed.connect(self.refresh)
        self.refresh()
        self._show_zoom(view.zoom)

    # -- parts ------------------------------------------------------------------------------------------------------

    def _make_tools(self, columns: int) -> QGridLayout:
        grid = _button_grid(columns)
        for place, tool in enumerate(TOOLS):
            button = _tool_button(tool.icon, tool.title, _tip(tool.title, tool.shortcut, tool.help))
            button.clicked.connect(lambda _checked=False, key=tool.key: self._take(key))
            self.buttons[tool.key] = button
            grid.addWidget(button, place // columns, place % columns)
        return grid

    def _make_switches(self, columns: int) -> QGridLayout:
        self.square = _tool_button(
            "square", _("Square brush"), _tip(_("Square brush"), _SQUARE, _("The brush is square; else it is round."))
        )
        self.mirror = _tool_button(
            "mirror", _("Mirror"), _tip(_("Mirror"), _MIRROR, _("What is painted is painted on the other side too."))
        )
        self.grid = _tool_button(
            "pixels",
            _("Pixel grid"),
            _tip(_("Pixel grid"), _GRID, _("Lines between the pixels, from a zoom of 800 % on.")),
        )
        self.flip = _tool_button(
            "flip",
            _("Flip the map"),
            _tip(_("Flip the map"), _FLIP, _("Exchanges left and right of the whole map.")),
            False,
        )
        self.square.toggled.connect(self._options.set_square)
        self.mirror.toggled.connect(self._options.set_mirror)
        self.grid.toggled.connect(self._options.set_grid)
        self.flip.clicked.connect(self._view.flip)
        grid = _button_grid(columns)
        for place, button in enumerate((self.square, self.mirror, self.grid, self.flip)):
            grid.addWidget(button, place // columns, place % columns)
        return grid

    def _make_sliders(self) -> QGridLayout:
        self.size_slider = _slider(SMALLEST, LARGEST, _("Size of the brush"),
                            _("Size of the brush, {low} to {high} pixels of the map (the wheel over the canvas, or [ and ])")
                            .format(low=SMALLEST, high=LARGEST))  # fmt: skip
        self.opacity_slider = _slider(0, 100, _("How much of the map covers the picture"),
                               _("How much of the map covers the picture: at 100 % there is only the map, below the "
                                 "picture shines through"))  # fmt: skip
        self.size_slider.valueChanged.connect(self._options.set_size)
        self.opacity_slider.valueChanged.connect(lambda value: self._options.set_opacity(value / 100))
        self._size_text, self._opacity_text = label("", "small"), label("", "small")
        grid = QGridLayout()
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(0)
        grid.setColumnStretch(1, 1)
        lines: tuple[tuple[str, QSlider, QLabel], ...] = (
            (_("Size"), self.size_slider, self._size_text),
            (_("Map"), self.opacity_slider, self._opacity_text),
        )
        for row, (words, slider, value) in enumerate(lines):
            name = label(words, "small")
            name.setToolTip(slider.toolTip())
            name.setBuddy(slider)
            value.setMinimumWidth(value.fontMetrics().horizontalAdvance("100 %") + 4)
            value.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            grid.addWidget(name, row, 0)
            grid.addWidget(slider, row, 1)
            grid.addWidget(value, row, 2)
        return grid

    def _make_zoom(self) -> QHBoxLayout:
        smaller = _tool_button("zoom-out", _("Zoom out"), _tip(_("Zoom out"), "−", _("Ctrl+wheel does it too.")), False)
        larger = _tool_button("zoom-in", _("Zoom in"), _tip(_("Zoom in"), "+", _("Ctrl+wheel does it too.")), False)
        fit = _tool_button(
            "fit", _("Whole map"), _tip(_("Whole map"), "0", _("Shows it as large as it can be.")), False
        )
        self.zoom = ZoomLabel()
        smaller.clicked.connect(self._view.zoom_out)
        larger.clicked.connect(self._view.zoom_in)
        fit.clicked.connect(self._view.fit)
        self.zoom.fit_wanted.connect(self._view.fit)
        row = QHBoxLayout()
        row.setSpacing(2)
        row.addWidget(smaller)
        row.addWidget(self.zoom)
        row.addWidget(larger)
        row.addStretch(1)
        row.addWidget(fit)
        return row

    # -- what it shows ----------------------------------------------------------------------------------------------

    @Slot()
    def refresh(self) -> None:
        """Shows what the hand holds now."""
        options = self._options
        for key, tool in self.buttons.items():
            tool.setChecked(key == options.tool)
        for button, on in ((self.square, options.square), (self.mirror, options.mirror), (self.grid, options.grid)):
            button.setChecked(on)
        self.size_slider.setValue(options.size)
        self.opacity_slider.setValue(round(100 * options.opacity))
        self._size_text.setText(f"{options.size} px")
        self._opacity_text.setText(f"{round(100 * options.opacity)} %")
        self.setEnabled(self._view.document is not None)

    def _take(self, key: str) -> None:
        # No button group: it would take the buttons out of the keyboard's reach that may not take the focus by a click.
        self._options.set_tool(key)
        self.refresh()

    @Slot(float)
    def _show_zoom(self, zoom: float) -> None:
        self.zoom.setText(f"{100 * zoom:.0f} %")


def _button_grid(columns: int) -> QGridLayout:
    grid = QGridLayout()
    grid.setSpacing(2)
    grid.setColumnStretch(columns, 1)
    return grid


def _slider(low: int, high: int, name: str, tip: str) -> QSlider:
    slider = QSlider(Qt.Orientation.Horizontal)
    slider.setRange(low, high)
    slider.setToolTip(tip)
    slider.setAccessibleName(name)
    slider.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    slider.setMinimumSize(QSize(48, 20))
    return slider


def paint_tool_actions(view: CanvasView) -> tuple[Action, ...]:
    """Tools, switches and zoom as rows of the table of actions, in the menu Paint."""
    options = view.options

    def there() -> bool:
        return view.document is not None

    def take(key: str) -> Callable[[], None]:
        def run() -> None:
            options.set_tool(key)
            view.setFocus(Qt.FocusReason.ShortcutFocusReason)

        return run

    def row(
        name: str, title: str, run: Callable[[], object], icon_name: str, keys: str, section: int, words: str,
        checked: Callable[[], bool] | None = None,
    ) -> Action:  # fmt: skip
        return page_action("paint", name, title, run, icon_name, keys, section, words, there, checked)

    tools = [
        row(f"tool-{tool.key}", tool.title, take(tool.key), tool.icon, tool.shortcut, 3, tool.help,
            lambda key=tool.key: options.tool == key)  # type: ignore[misc]
        for tool in TOOLS
    ]  # fmt: skip
    return (
        *tools,
        row("square", _("Square brush"), lambda: options.set_square(not options.square), "square", _SQUARE, 4,
            _("The brush is square; else it is round."), lambda: options.square),
        row("mirror", _("Mirror"), lambda: options.set_mirror(not options.mirror), "mirror", _MIRROR, 4,
            _("What is painted is painted on the other side too."), lambda: options.mirror),
        row("grid", _("Pixel grid"), lambda: options.set_grid(not options.grid), "pixels", _GRID, 4,
            _("Lines between the pixels, from a zoom of 800 % on."), lambda: options.grid),
        row("flip", _("Flip the map"), view.flip, "flip", _FLIP, 4, _("Exchanges left and right of the whole map.")),
        row("fill-canvas", _("Fill the canvas with the chosen class"), lambda: view.fill_canvas(options.chosen), "bucket",
            "", 4, _("The whole map becomes the class that is chosen.")),
        row("zoom-in", _("Zoom in"), view.zoom_in, "zoom-in", "+", 5, _("Enlarges the canvas.")),
        row("zoom-out", _("Zoom out"), view.zoom_out, "zoom-out", "-", 5, _("Makes it smaller.")),
        row("fit", _("Whole map"), view.fit, "fit", "0", 5, _("Shows it as large as it can be.")),
    )  # fmt: skip


def canvas_shortcut_rows() -> list[tuple[str, str, str]]:
    """Keys and gestures of the canvas that are no actions, ``(group, what, keys)``, for the list of shortcuts."""
    group = _("Canvas")
    return [
        (group, _("Choose a class"), "1 … 9"),
        (group, _("Pick the class under the cursor"), _("Right click, Alt+click")),
        (group, _("Size of the brush; in large steps"), _("Wheel, [ and ]; with Shift")),
        (group, _("Zoom"), _("Ctrl+wheel, + and −")),
        (group, _("Pan"), _("Middle button, Space+drag")),
        (group, _("Move the cursor; by one pixel; far"), _("Arrow keys; with Shift; with Ctrl")),
        (group, _("Paint at the cursor while held"), "Space"),
        (group, _("Put the pen down, lift it; close a shape"), "Enter"),
        (group, _("Give up what has begun; take a corner back"), "Esc, Backspace"),
        (group, _("Straight lines, squares and circles"), "Shift"),
    ]
