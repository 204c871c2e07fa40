"""What can be done with the runs of the Evaluate table, as rows of the table of actions. No Qt."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from ganstudio.app.actions import Action
from ganstudio.app.evaluate.table import Line
from ganstudio.core.i18n import _

MENU = (
    ("evaluate.measure", "evaluate.again", "evaluate.cancel"),
    ("evaluate.star", "evaluate.remark", "evaluate.copy"),
    ("evaluate.export", "evaluate.tensorboard"),
    ("evaluate.open", "evaluate.explore", "evaluate.duplicate"),
)
"""The menu of the table, by sections."""

KEYS = {
    "evaluate.open": "Enter",
    "evaluate.star": "S",
    "evaluate.remark": "F2",
    "evaluate.copy": "Ctrl+C",
    "evaluate.cancel": "Esc",
}
"""Keys that work in the table only."""


def shortcut_rows() -> list[tuple[str, str, str]]:
    """``(group, what, keys)`` for the list of shortcuts."""
    words = (
        _("Open the run"), _("Give it a star, or take it"), _("Tags and note"), _("Copy the command that measures again"),
        _("Cancel measuring"),
    )  # fmt: skip
    return [(_("Evaluate"), what, keys) for what, keys in zip(words, KEYS.values(), strict=True)]


def evaluate_actions(
    deeds: Mapping[str, Callable[[], object]], chosen: Callable[[], Sequence[Line]], on_view: Callable[[], bool]
) -> list[Action]:
    """The actions; enabled where the selection allows them and the workspace is on view.

    Args:
        deeds: what each does, by its name.
        chosen: the selected lines.
        on_view: whether the workspace is.
    """

    def some() -> bool:
        return on_view() and bool(chosen())

    def one() -> bool:
        return on_view() and len(chosen()) == 1

    def measured() -> bool:
        return some() and any(line.cells for line in chosen())

    def doing() -> bool:
        return some() and any(line.doing for line in chosen())

    rows = [
        ("measure", _("Measure…"), "evaluate", some, "Ctrl+M",
         _("Chooses metrics and measures the selected runs, one after another.")),
        ("again", _("Measure again"), "reset", measured, "Ctrl+Shift+M",
         _("Measures the newest checkpoint in the same way as the numbers of the selected runs were.")),
        ("cancel", _("Cancel measuring"), "stop", doing, "",
         _("Of the selected runs; what has been measured so far stays.")),
        ("star", _("Star"), "star", some, "", _("Marks the selected runs with a star, or takes it.")),
        ("remark", _("Tags and note…"), "rename", some, "", _("What you remark of the selected runs; kept with them.")),
        ("copy", _("Copy command"), "copy", measured, "",
         _("The command lines that measure the numbers of the selected runs again.")),
        ("export", _("Export…"), "export", some, "Ctrl+E",
         _("The selected runs as CSV or LaTeX, or as a report with curves and pictures in one HTML file.")),
        ("tensorboard", _("TensorBoard files…"), "", some, "",
         _("All values, pictures and settings of the selected runs, for TensorBoard to open.")),
        ("open", _("Open"), "forward", one, "", _("Shows the run as it learns or has learned.")),
        ("explore", _("Explore"), "explore", one, "", _("What its generator has learned, to play with.")),
        ("duplicate", _("Duplicate with changes"), "duplicate", one, "",
         _("Puts the run’s settings into a new experiment, to change and start.")),
        ("search", _("Search the table"), "search", on_view, "Ctrl+F",
         _("Words in the name, method, data, verdict or tags.")),
    ]  # fmt: skip
    return [
        Action(f"evaluate.{name}", title, deeds[name], picture, keys, "", words, enabled, context="evaluate",
               to_selected=enabled is not on_view)
        for name, title, picture, enabled, keys, words in rows
    ]  # fmt: skip
