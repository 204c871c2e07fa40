"""What can be done in the Explore workspace, as rows of the table of actions."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from ganstudio.app.actions import Action
from ganstudio.core.i18n import _
from ganstudio.ui.generator_page.actions import page_action

if TYPE_CHECKING:
    from ganstudio.ui.explore.workspace import ExploreWorkspace


def explore_actions(page: ExploreWorkspace) -> tuple[Action, ...]:
    """The rows; they work on what is explored."""
    explorer, exports = page.explorer, page.exports

    def there() -> bool:
        return explorer.opened is not None

    def images() -> bool:
        return explorer.spec is not None and explorer.spec.pictures

    def drawn() -> bool:
        return explorer.picture is not None

    def gridded() -> bool:
        return there() and page.views.current is not None and page.views.current.grid.count > 0

    def comparing() -> bool:
        return explorer.other is not None

    def classes() -> bool:
        return images() and exports.class_control() is not None

    row = partial(page_action, "explore")
    return (
        row("ready", _("Open the ready digits"), explorer.open_bundled, "gallery", "", 0,
            _("The run that comes with the program."), lambda: True),
        row("random", _("Random"), page.controls.new_seed, "reset", "R", 1,
            _("Draws every control with a new seed."), there),
        row("start", _("Back to the start"), page.back_to_start, "", "Ctrl+0", 1,
            _("Every control as it was at first: seed 0, ψ = 1, no directions."), there),
        row("pin", _("Pin this"), page.side.pins.pin, "pin", "P", 1,
            _("Keeps the present position on the board."), there),
        row("compare", _("Compare with this"), page.toggle_compare, "compare", "B", 1,
            _("Keeps what is shown beside what comes next; again: ends it."), there),
        row("swap", _("Swap the two"), page.swap, "", "X", 1,
            _("What one compared with is driven from now on."), comparing),
        row("pixels", _("Show single pixels"), lambda: page.picture.set_exact(not page.picture.exact), "", "S", 1,
            _("Every pixel a square; else large pictures are smoothed."), images, lambda: page.picture.exact),
        row("project", _("Match a picture…"), page.match_picture, "image", "Ctrl+I", 1,
            _("Opens any image and finds where the generator draws it."), images),
        row("copy", _("Copy picture"), exports.copy_picture, "copy", "Ctrl+Shift+C", 2,
            _("Puts the large picture on the clipboard."), drawn),
        row("python", _("Copy as Python"), exports.copy_python, "", "", 2,
            _("A small script that draws what is shown."), exports.can_copy_python),
        row("save", _("Save picture…"), exports.save_picture, "export", "Ctrl+E", 2,
            _("PNG at 1 to 8 times its size; dropped back on the window it brings you here again."), drawn),
        row("save-grid", _("Save the view below…"), exports.save_grid, "grid", "", 2,
            _("The wall, sweep or path as one PNG."), gridded),
        row("film", _("Save a film…"), exports.save_film, "film", "Ctrl+Shift+E", 2,
            _("A walk past the pins, a turn on the plane, a sweep or the training itself as GIF, APNG or MP4."), images),
        row("folders", _("Save pictures by class…"), exports.save_folders, "folder", "", 2,
            _("N pictures of every class into folders, with a list of them: to enlarge a small data set."), classes),
        row("model", _("Save the generator…"), exports.save_model, "duplicate", "", 2,
            _("As safetensors, ONNX or TorchScript, checked against the original."), there),
    )  # fmt: skip


def shortcut_rows() -> list[tuple[str, str, str]]:
    """Keys of the pictures, ``(group, what, keys)``, for the list of shortcuts."""
    picture, grid, pins = _("Large picture"), _("Wall, sweep, path, plane"), _("Pins")
    return [
        (picture, _("Travel; in small steps"), _("Arrow keys; with Shift")),
        (picture, _("Larger, smaller, fit"), "+, −, 0"),
        (grid, _("Go from picture to picture"), _("Arrow keys")),
        (grid, _("Go there"), "Enter"),
        (grid, _("More or less like this one"), "+, −"),
        (pins, _("Rename, take off the board"), "F2, Del"),
    ]
