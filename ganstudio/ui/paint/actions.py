"""What can be done in the Paint workspace, as rows of the table of actions."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from ganstudio.app.actions import Action
from ganstudio.core.i18n import _
from ganstudio.ui.generator_page.actions import page_action
from ganstudio.ui.paint.tools import paint_tool_actions

if TYPE_CHECKING:
    from ganstudio.ui.paint.workspace import PaintWorkspace


def paint_actions(page: PaintWorkspace) -> tuple[Action, ...]:
    """The rows; they work on what is painted. Tools and zoom of the canvas are among them."""
    painter, exports, canvases = page.painter, page.exports, page.painter.canvases

    def there() -> bool:
        return painter.document is not None

    def drawn() -> bool:
        return painter.picture is not None

    def styled() -> bool:
        return there() and bool(painter.dials)

    def reads() -> bool:
        return there() and painter.reads_styles

    def close() -> None:
        if painter.document is not None:
            painter.source.close(painter.document)

    row = partial(page_action, "paint")
    return (
        row("new", _("New canvas"), lambda: painter.source.blank(page.canvas.options.chosen), "plus", "Ctrl+Shift+N", 0,
            _("A blank canvas of the chosen class; the button New offers examples and maps of the data."), there),
        row("open-map", _("Open a label map…"), page.opening.choose_map, "folder", "", 0,
            _("An index, palette or RGB picture; colours become the nearest class, and you are told which."), there),
        row("scene", _("A map of the run’s data…"), lambda: page.opening.choose_scene(False), "database", "", 0,
            _("Some of the label maps that the run was trained on."), there),
        row("duplicate-canvas", _("Duplicate the canvas"), painter.source.duplicate, "duplicate", "", 0,
            _("A copy with a history of its own."), there),
        row("rename-canvas", _("Rename the canvas…"), page.bar.rename, "rename", "F2", 0,
            _("Another name for the present canvas."), there),
        row("close-canvas", _("Close the canvas"), close, "close", "Ctrl+W", 0,
            _("Takes it off the list; it can be brought back until the window is closed."), there),
        row("reopen-canvas", _("Bring a closed canvas back"), canvases.reopen, "undo", "Ctrl+Shift+T", 0,
            _("The one that was closed last, with its history."), lambda: there() and canvases.can_reopen),
        row("surprise", _("Surprise me"), painter.surprise, "dice", "U", 1,
            _("Eight other styles of this map to choose from."), styled),
        row("style-open", _("Style of a picture…"), page.opening.choose_style, "image", "Ctrl+I", 1,
            _("Opens any picture and paints in its style."), reads),
        row("style-paste", _("Style of the picture on the clipboard"), page.opening.paste_style, "paste",
            "Ctrl+V", 1, _("Paints in its style."), reads),
        row("style-reset", _("Reset the style"), page.style_panel.reset_style, "reset", "Ctrl+0", 1,
            _("Every slider back to the middle."), styled),
        row("compare", _("Compare with the picture before"), lambda: page.set_comparing(not page.result.comparing),
            "compare", "C", 2, _("A line to drag: left of it the picture before the last edit."), drawn,
            lambda: bool(page.result.comparing)),
        row("under", _("Picture under the map"), lambda: page.set_under(not page.under), "layers", "T", 2,
            _("The map lets the picture shine through, instead of standing beside it."), there, lambda: page.under),
        row("pixels", _("Show single pixels"), lambda: page.result.set_exact(not page.result.exact), "", "D", 2,
            _("Every pixel a square; else enlarged pictures are smoothed."), there, lambda: page.result.exact),
        *paint_tool_actions(page.canvas),
        row("save", _("Save the picture…"), exports.save_picture, "export", "Ctrl+E", 6,
            _("PNG at 1 to 8 times its size; dropped back on the window it brings map and style back."), drawn),
        row("save-map", _("Save the label map…"), exports.save_map, "layers", "Ctrl+Shift+S", 6,
            _("An indexed PNG with the colours of the classes."), there),
        row("save-both", _("Save map and picture side by side…"), exports.save_both, "compare", "", 6,
            _("One PNG with both."), drawn),
        row("film", _("Save a film of the painting…"), exports.save_film, "film", "Ctrl+Shift+E", 6,
            _("Every stroke again as GIF, APNG or MP4: the map, the picture or both."), there),
        row("copy", _("Copy the picture"), exports.copy_picture, "copy", "Ctrl+Shift+C", 7,
            _("Puts the picture on the clipboard."), drawn),
        row("copy-map", _("Copy the label map"), exports.copy_map, "", "", 7,
            _("Puts the map in its colours on the clipboard."), there),
    )  # fmt: skip


def shortcut_rows() -> list[tuple[str, str, str]]:
    """Keys and gestures that are no actions, ``(group, what, keys)``, for the list of shortcuts."""
    canvas, picture, styles = _("Canvas"), _("Painted picture"), _("Styles")
    return [
        (canvas, _("Choose a class"), "1 … 9"),
        (canvas, _("Pick the class under the cursor"), _("Right click, Alt+click")),
        (canvas, _("Size of the brush; in large steps"), _("Wheel, [ and ]; with Shift")),
        (canvas, _("Zoom"), _("Ctrl+wheel, + and −")),
        (canvas, _("Pan"), _("Middle button, Space+drag")),
        (canvas, _("Move the cursor; by one pixel; far"), _("Arrow keys; with Shift; with Ctrl")),
        (canvas, _("Paint at the cursor while held"), "Space"),
        (canvas, _("Put the pen down, lift it; close a shape"), "Enter"),
        (canvas, _("Give up what has begun; take a corner back"), "Esc, Backspace"),
        (canvas, _("Straight lines, squares and circles"), "Shift"),
        (picture, _("Move the line of the comparison"), _("Left and right arrow keys")),
        (picture, _("Larger, smaller"), _("Wheel, + and −")),
        (styles, _("Go along, take one"), _("Arrow keys, Enter")),
    ]
