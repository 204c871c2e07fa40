"""The strip beside the canvas: tools, brush, mirror, grid, what shines through, zoom; and the same as actions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QSignalBlocker, QSize, Qt, Slot
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QGridLayout, QLabel, QSlider, QToolButton, QWidget

from ganstudio.app.actions import Action
from ganstudio.app.paint.tools import SWITCHES, TOOLS, Tool
from ganstudio.core.i18n import _, percent
from ganstudio.ui.generator_page.actions import page_action
from ganstudio.ui.kit.parts import boxed, label, tool_button
from ganstudio.ui.kit.style import set_look
from ganstudio.ui.paint.options import SMALLEST

if TYPE_CHECKING:
    from ganstudio.ui.paint.canvas_view import CanvasView

COLUMNS = 5
BUTTON = 32
FLIP = Tool("flip", _("Flip the map"), "flip", "Shift+X", _("Exchanges left and right of the whole map."))
FILL = Tool("fill-canvas", _("Fill the canvas with the chosen class"), "bucket", "",
            _("The whole map becomes the class that is chosen."))  # fmt: skip
ZOOMS = (
    Tool("zoom-out", _("Zoom out"), "zoom-out", "-", _("Makes the canvas smaller; Ctrl+wheel does it too.")),
    Tool("zoom-in", _("Zoom in"), "zoom-in", "+", _("Enlarges the canvas; Ctrl+wheel does it too.")),
    Tool("fit", _("Whole map"), "fit", "0", _("Shows it as large as it can be.")),
)


def _deeds(view: CanvasView) -> dict[str, Callable[[], object]]:
    """What buttons and keys do."""
    return {
        **{tool.key: partial(view.options.set, tool=tool.key) for tool in TOOLS},
        **{switch.key: partial(view.options.switch, switch.key) for switch in SWITCHES},
        "flip": view.flip,
        "fill-canvas": lambda: view.fill_canvas(view.options.chosen),
        "zoom-out": partial(view.zoom_by_step, False),
        "zoom-in": partial(view.zoom_by_step, True),
        "fit": view.fit,
    }


class ZoomLabel(QLabel):
    """The zoom in percent; a double click fits the map."""

    def __init__(self, fit: Callable[[], None]) -> None:
        super().__init__()
        self._fit = fit
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setToolTip(_("Zoom: Ctrl+wheel, + and −, or a pinch; a double click shows the whole map (0)"))
        set_look(self, role="small")
        self.setMinimumWidth(self.fontMetrics().horizontalAdvance("6400 %") + 4)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Shows the whole map."""
        event.accept()
        self._fit()


class ToolStrip(QWidget):
    """Shows and changes what the hand holds.

    Args:
        view: the canvas; its options are shown.
    """

    def __init__(self, view: CanvasView) -> None:
        super().__init__()
        self._view, self._options = view, view.options
        self.buttons: dict[str, QToolButton] = {}
        self.zoom = ZoomLabel(view.fit)
        tools, switches, zooms = (self._make_buttons(row) for row in (TOOLS, (*SWITCHES, FLIP), ZOOMS))
        smaller, larger, fit = zooms
        sliders = QGridLayout()
        sliders.setHorizontalSpacing(8)
        sliders.setVerticalSpacing(0)
        sliders.setColumnStretch(1, 1)
        tip = _("Size of the brush in pixels of the map, at most half of it (the wheel over the canvas, or [ and ])")
        reach = (SMALLEST, view.options.largest)
        self.size_slider, self._size_text = _add_slider(sliders, _("Size"), _("Size of the brush"), tip, reach)
        self.size_slider.valueChanged.connect(lambda value: view.options.set(size=value))
        name = _("How much of the map covers the picture")
        tip = _("{name}: at 100 % there is only the map, below the picture shines through").format(name=name)
        self.opacity_slider, self._opacity_text = _add_slider(sliders, _("Map"), name, tip, (0, 100))
        self.opacity_slider.valueChanged.connect(lambda value: view.options.set(opacity=value / 100))
        below = boxed(smaller, self.zoom, larger, None, fit, across=True, gap=2)
        boxed(_grid(tools), _grid(switches), 4, sliders, below, gap=4, into=self)
        self._options.changed.connect(self.refresh)
        view.zoom_changed.connect(self._show_zoom)
        view.document_changed.connect(self.refresh)
        self.refresh()
        self._show_zoom(view.zoom)

    def _make_buttons(self, tools: Sequence[Tool]) -> list[QToolButton]:
        deeds, made = _deeds(self._view), []
        for tool in tools:
            tip = f"{tool.title} ({tool.shortcut.replace('-', '−')})\n{tool.help}"
            stays, do = tool in TOOLS or tool in SWITCHES, partial(self._do, deeds[tool.key])
            button = tool_button(tool.icon, tool.title, tip, stays, clicked=do, side=BUTTON, on="accent")
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # a click leaves the keyboard with the canvas
            self.buttons[tool.key] = button
            made.append(button)
        return made

    @Slot()
    def refresh(self) -> None:
        """Shows what the hand holds now."""
        options = self._options
        for tool in TOOLS:
            self.buttons[tool.key].setChecked(tool.key == options.tool)
        for switch in SWITCHES:
            self.buttons[switch.key].setChecked(getattr(options, switch.key))
        with QSignalBlocker(self.size_slider):  # another reach is no other size
            self.size_slider.setMaximum(options.largest)
            self.size_slider.setValue(options.size)
        self.opacity_slider.setValue(round(100 * options.opacity))
        self._size_text.setText(f"{options.size} px")
        self._opacity_text.setText(percent(100 * options.opacity))
        self.setEnabled(self._view.document is not None)

    def _do(self, deed: Callable[[], object]) -> None:
        deed()
        self.refresh()  # a click on the tool that is held may not let go of its button

    @Slot(float)
    def _show_zoom(self, zoom: float) -> None:
        self.zoom.setText(percent(100 * zoom))


def _grid(buttons: list[QToolButton]) -> QGridLayout:
    # No button group: it would take the buttons out of the keyboard's reach that may not take the focus by a click.
    grid = QGridLayout()
    grid.setSpacing(2)
    grid.setColumnStretch(COLUMNS, 1)
    for place, button in enumerate(buttons):
        grid.addWidget(button, place // COLUMNS, place % COLUMNS)
    return grid


def _add_slider(grid: QGridLayout, words: str, name: str, tip: str, reach: tuple[int, int]) -> tuple[QSlider, QLabel]:
    """One more row: words, a slider, and room for its value."""
    slider, title, value = QSlider(Qt.Orientation.Horizontal), label(words, "small"), label("", "small")
    slider.setRange(*reach)
    slider.setAccessibleName(name)
    slider.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    slider.setMinimumSize(QSize(48, 20))
    slider.setToolTip(tip)
    title.setToolTip(tip)
    title.setBuddy(slider)
    value.setMinimumWidth(value.fontMetrics().horizontalAdvance("100 %") + 4)
    value.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
    row = grid.rowCount()
    for column, part in enumerate((title, slider, value)):
        grid.addWidget(part, row, column)
    return slider, value


def paint_tool_actions(view: CanvasView) -> tuple[Action, ...]:
    """Tools, switches and zoom as rows of the table of actions, in the menu Paint."""
    options, deeds = view.options, _deeds(view)

    def row(tool: Tool, section: int, checked: Callable[[], bool] | None = None) -> Action:
        def run() -> None:
            deeds[tool.key]()
            if tool in TOOLS:
                view.setFocus(Qt.FocusReason.ShortcutFocusReason)

        return page_action("paint", f"tool-{tool.key}" if tool in TOOLS else tool.key, tool.title, run, tool.icon,
                           tool.shortcut, section, tool.help, lambda: view.document is not None, checked)  # fmt: skip

    return (
        *(row(tool, 3, lambda key=tool.key: options.tool == key) for tool in TOOLS),  # type: ignore[misc]
        *(row(one, 4, partial(getattr, options, one.key)) for one in SWITCHES),
        row(FLIP, 4),
        row(FILL, 4),
        *(row(one, 5) for one in (ZOOMS[1], ZOOMS[0], ZOOMS[2])),
    )
