"""What can be done in the Translate workspace, as rows of the table of actions."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from ganstudio.app.actions import Action
from ganstudio.core.i18n import _
from ganstudio.ui.generator_page.actions import page_action

if TYPE_CHECKING:
    from ganstudio.ui.translate.workspace import TranslateWorkspace


def translate_actions(page: TranslateWorkspace) -> tuple[Action, ...]:
    """The rows; they work on what is translated."""
    translator, exports, stage, pen = page.translator, page.exports, page.stage, page.stage.pen

    def there() -> bool:
        return translator.opened is not None

    def given() -> bool:
        return translator.state is not None and translator.state.picture is not None

    def drawn() -> bool:
        return given() and translator.output is not None

    def penned() -> bool:
        return there() and pen.tool != "hand"

    row = partial(page_action, "translate")
    return (
        row("paste", _("Paste a picture"), page.paste, "paste", "Ctrl+V", 1,
            _("Translates the picture, or the picture file, on the clipboard."), there),
        row("draw", _("New drawing"), page.new_drawing, "plus", "N", 1,
            _("An empty sheet and a pen: the translation follows every stroke."), there),
        row("hand", _("Move the picture"), lambda: pen.set_tool("hand"), "move", "V", 2,
            _("Lays the pen down."), there),
        row("pen", _("Draw"), lambda: pen.set_tool("pen"), "brush", "B", 2, _("Draws on the input."), there),
        row("eraser", _("Erase"), lambda: pen.set_tool("eraser"), "eraser", "E", 2,
            _("Makes the input blank again where one draws."), there),
        row("narrower", _("Narrower pen"), lambda: pen.step_width(False), "minus", "[", 2,
            _("Also with the wheel over the input."), penned),
        row("wider", _("Wider pen"), lambda: pen.step_width(True), "plus", "]", 2,
            _("Also with the wheel over the input."), penned),
        row("swap", _("Swap input and output"), translator.swap, "translate", "D", 3,
            _("The output becomes the input and is translated the other way."), lambda: translator.can_swap),
        row("compare", _("Before | after"), lambda: stage.set_comparing(not stage.comparing), "compare", "C", 3,
            _("Input and output over each other, with a line to drag; again: side by side."), there,
            lambda: stage.comparing),
        row("fit", _("Fit the pictures"), lambda: stage.set_zoom("fit"), "fit", "Ctrl+0", 3,
            _("As large as there is room."), there),
        row("copy", _("Copy the output"), exports.copy_output, "copy", "Ctrl+Shift+C", 4,
            _("Puts the translation on the clipboard."), drawn),
        row("copy-input", _("Copy the input"), exports.copy_input, "", "", 4,
            _("Puts the input, at the network’s size, on the clipboard."), given),
        row("save", _("Save the output…"), exports.save_picture, "export", "Ctrl+E", 4,
            _("PNG at 1 to 8 times its size; dropped back on the window it brings you here again."), drawn),
        row("save-both", _("Save side by side…"), exports.save_both, "grid", "Ctrl+Shift+E", 4,
            _("Input, output and the way back in one PNG."), drawn),
        row("batch", _("Translate a folder…"), exports.translate_folder, "folder", "", 5,
            _("All pictures of a folder, with a list of what became of each."), there),
    )  # fmt: skip


def shortcut_rows() -> list[tuple[str, str, str]]:
    """Keys of the pictures, ``(group, what, keys)``, for the list of shortcuts."""
    picture, compare, strip = _("Input and output"), _("Before | after"), _("From the data")
    return [
        (picture, _("Larger, smaller, fit"), "+, −, 0"),
        (picture, _("Width of the pen; zoom with a pen"), _("Wheel; Ctrl+wheel")),
        (picture, _("Take up a colour or a class"), _("Alt+click")),
        (picture, _("Take a stroke back that is being drawn"), "Esc"),
        (compare, _("Move the line; in small steps"), _("←, →; with Shift")),
        (strip, _("Go from picture to picture; translate it"), _("Arrow keys; Enter")),
    ]
