"""The strip beside the canvas: tools, brush, mirror, grid, what shines through, zoom; and the same as actions."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QGridLayout, QLabel, QSlider, QToolButton, QWidget

from ganstudio.app.actions import Action
from ganstudio.core.i18n import _
from ganstudio.ui.generator_page.actions import page_action
from ganstudio.ui.kit.parts import boxed, label, tool_button
from ganstudio.ui.kit.style import set_look
from ganstudio.ui.paint.canvas_view import CanvasView
from ganstudio.ui.paint.options import LARGEST, SMALLEST, SWITCHES, TOOLS, Tool

COLUMNS = 5
BUTTON = 32
FLIP = Tool("flip", _("Flip the map"), "flip", "Shift+X", _("Exchanges left and right of the whole map."))
ZOOMS = (
    Tool("zoom-out", _("Zoom out"), "zoom-out", "-", _("Makes the canvas smaller; Ctrl+wheel does it too.")),
    Tool("zoom-in", _("Zoom in"), "zoom-in", "+", _("Enlarges the canvas; Ctrl+wheel does it too.")),
    Tool("fit", _("Whole map"), "fit", "0", _("Shows it as large as it can be.")),
)


def _deeds(view: CanvasView) -> dict[str, Callable[[], object]]:
    """What buttons and keys do besides taking a tool."""
    return {
        **{switch.key: partial(view.options.switch, switch.key) for switch in SWITCHES},
        "flip": view.flip,
        "zoom-out": partial(view.zoom_by_step, False),
        "zoom-in": partial(view.zoom_by_step, True),
        "fit": view.fit,
    }


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
    """

    def __init__(self, view: CanvasView, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._view, self._options = view, view.options
        self.buttons: dict[str, QToolButton] = {}
        self.zoom = ZoomLabel()
        # No button group: it would take the buttons out of the keyboard's reach that may not take the focus by a click.
        self._make_buttons(
            TOOLS, {tool.key: partial(view.options.set, tool=tool.key) for tool in TOOLS}, checkable=True
        )
        self._make_buttons(SWITCHES, _deeds(view), checkable=True)
        self._make_buttons((FLIP, *ZOOMS), _deeds(view), checkable=False)
        smaller, larger, fit = (self.buttons[tool.key] for tool in ZOOMS)
        boxed(
            self._make_grid([tool.key for tool in TOOLS]),
            self._make_grid([*(switch.key for switch in SWITCHES), FLIP.key]),
            4,
            self._make_sliders(),
            boxed(smaller, self.zoom, larger, None, fit, across=True, gap=2),
            gap=4,
            into=self,
        )
        self.zoom.fit_wanted.connect(view.fit)
        self._options.changed.connect(self.refresh)
        view.zoom_changed.connect(self._show_zoom)
        view.document_changed.connect(self.refresh)
        self.refresh()
        self._show_zoom(view.zoom)

    # -- parts ------------------------------------------------------------------------------------------------------

    def _make_buttons(
        self, tools: tuple[Tool, ...], deeds: dict[str, Callable[[], object]], *, checkable: bool
    ) -> None:
        for tool in tools:
            tip = f"{tool.title} ({tool.shortcut.replace('-', '−')})\n{tool.help}"
            made = tool_button(tool.icon, tool.title, tip, checkable, side=BUTTON, on="accent")
            made.clicked.connect(lambda _checked=False, key=tool.key: self._do(deeds[key]))
            made.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # a click leaves the keyboard with the canvas
            self.buttons[tool.key] = made

    def _make_grid(self, keys: list[str]) -> QGridLayout:
        grid = QGridLayout()
        grid.setSpacing(2)
        grid.setColumnStretch(COLUMNS, 1)
        for place, key in enumerate(keys):
            grid.addWidget(self.buttons[key], place // COLUMNS, place % COLUMNS)
        return grid

    def _make_sliders(self) -> QGridLayout:
        size, opacity = _("Size of the brush"), _("How much of the map covers the picture")
        keys = _("Size of the brush, {low} to {high} pixels of the map (the wheel over the canvas, or [ and ])")
        shines = _(
            "How much of the map covers the picture: at 100 % there is only the map, below the picture shines through"
        )
        self.size_slider = _slider(SMALLEST, LARGEST, size, keys.format(low=SMALLEST, high=LARGEST))
        self.opacity_slider = _slider(0, 100, opacity, shines)
        self.size_slider.valueChanged.connect(lambda value: self._options.set(size=value))
        self.opacity_slider.valueChanged.connect(lambda value: self._options.set(opacity=value / 100))
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
            for column, part in enumerate((name, slider, value)):
                grid.addWidget(part, row, column)
        return grid

    # -- what it shows ----------------------------------------------------------------------------------------------

    @Slot()
    def refresh(self) -> None:
        """Shows what the hand holds now."""
        options = self._options
        for tool in TOOLS:
            self.buttons[tool.key].setChecked(tool.key == options.tool)
        for switch in SWITCHES:
            self.buttons[switch.key].setChecked(getattr(options, switch.key))
        self.size_slider.setValue(options.size)
        self.opacity_slider.setValue(round(100 * options.opacity))
        self._size_text.setText(f"{options.size} px")
        self._opacity_text.setText(f"{round(100 * options.opacity)} %")
        self.setEnabled(self._view.document is not None)

    def _do(self, deed: Callable[[], object]) -> None:
        deed()
        self.refresh()  # a click on the tool that is held may not let go of its button

    @Slot(float)
    def _show_zoom(self, zoom: float) -> None:
        self.zoom.setText(f"{100 * zoom:.0f} %")


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
    options, deeds = view.options, _deeds(view)

    def take(key: str) -> None:
        options.set(tool=key)
        view.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def row(
        tool: Tool, section: int, run: Callable[[], object], checked: Callable[[], bool] | None = None, prefix: str = ""
    ) -> Action:
        return page_action("paint", prefix + tool.key, tool.title, run, tool.icon, tool.shortcut, section, tool.help,
                           lambda: view.document is not None, checked)  # fmt: skip

    fill = Tool("fill-canvas", _("Fill the canvas with the chosen class"), "bucket", "",
                _("The whole map becomes the class that is chosen."))  # fmt: skip
    return (
        *(row(one, 3, partial(take, one.key), lambda key=one.key: options.tool == key, "tool-") for one in TOOLS),  # type: ignore[misc]
        *(row(one, 4, deeds[one.key], partial(getattr, options, one.key)) for one in SWITCHES),
        row(FLIP, 4, view.flip),
        row(fill, 4, lambda: view.fill_canvas(options.chosen)),
        *(row(one, 5, deeds[one.key]) for one in (ZOOMS[1], ZOOMS[0], ZOOMS[2])),
    )


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
