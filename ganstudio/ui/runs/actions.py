"""What can be done with the selected runs, as rows of the table of actions."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from ganstudio.app.actions import Action
from ganstudio.app.generators.workplaces import word_of
from ganstudio.app.runs.comparison import LEAST, MANY
from ganstudio.app.runs.library import RunRow
from ganstudio.core.i18n import _

MENU = (
    ("runs.open", "runs.compare", "runs.explore", "runs.continue", "runs.duplicate"),
    ("runs.rename", "runs.copy-path", "runs.folder", "runs.thin"),
    ("runs.delete",),
    ("runs.open-elsewhere", "runs.thin-all", "runs.trash"),
)
"""The menu of the table, by sections."""

KEYS = {
    "runs.open": "Enter",
    "runs.compare": "Enter",
    "runs.rename": "F2",
    "runs.delete": "Del",
    "runs.copy-path": "Ctrl+C",
}
"""Keys that work in the table only; they are no shortcuts of the window, where text is edited with them."""


def shortcut_rows() -> list[tuple[str, str, str]]:
    """``(group, what, keys)`` for the list of shortcuts."""
    opens = _("Open the selected run, or compare the selected ones")
    words = (opens, _("Rename"), _("Move to trash"), _("Copy path"))
    return [(_("Runs"), what, keys) for what, keys in zip(words, dict.fromkeys(KEYS.values()), strict=True)]


def runs_actions(
    deeds: Mapping[str, Callable[[], object]], chosen: Callable[[], Sequence[RunRow]], on_view: Callable[[], bool]
) -> list[Action]:
    """The actions; enabled where the selection allows them and the workspace is on view.

    Args:
        deeds: what each does, by its name.
        chosen: the selected runs.
        on_view: whether the workspace is.
    """

    def one() -> bool:
        return on_view() and len(chosen()) == 1

    def one_rests() -> bool:
        return one() and not chosen()[0].live

    def some() -> bool:
        return on_view() and bool(chosen())

    def some_rest() -> bool:
        return some() and not any(row.live for row in chosen())

    def several() -> bool:
        return on_view() and LEAST <= len(chosen()) <= MANY

    def verb() -> str:
        return word_of(chosen()[0].place if one() else "explore")

    rows = [
        ("open", _("Open"), "forward", one, _("Shows the run as it learns or has learned.")),
        ("compare", _("Compare"), "compare", several,
         _("Runs side by side in Evaluate: numbers, pictures at one step, curves over one another, settings that differ.")),
        ("explore", _("Explore"), "explore", one,
         _("What its generator has learned, to play with: in Explore, Paint or Translate.")),
        ("continue", _("Continue training…"), "play", one_rests, _("Trains a run on from its newest checkpoint.")),
        ("duplicate", _("Duplicate with changes"), "duplicate", one,
         _("Puts the run’s settings into a new experiment, to change and start.")),
        ("rename", _("Rename"), "rename", one, _("Gives the run another name; its folder keeps its own.")),
        ("folder", _("Open folder"), "folder", some, _("Shows the run’s files.")),
        ("copy-path", _("Copy path"), "copy", some, _("Copies where the run lies, e.g. for a command line.")),
        ("delete", _("Move to trash"), "trash", some_rest, _("Can be undone until the trash is emptied.")),
        ("thin", _("Thin…"), "database", some_rest,
         _("Frees room: says what of old checkpoints and grids would go by the rule of the preferences, and asks.")),
        ("thin-all", _("Thin old runs…"), "database", on_view,
         _("Says what thinning all runs that rest would free, and asks.")),
        ("open-elsewhere", _("Open run folder…"), "link", on_view,
         _("Opens a run that lies anywhere, e.g. on a network share.")),
        ("trash", _("Show trash"), "trash", on_view, _("Deleted runs, to bring back.")),
        ("search", _("Search the runs"), "search", on_view, _("Words in the name, method, data or state.")),
    ]  # fmt: skip
    return [
        Action(f"runs.{name}", title, deeds[name], picture, "Ctrl+F" if name == "search" else "", "", words,
               enabled, context="runs", wording=verb if name == "explore" else None, to_selected=enabled is not on_view)
        for name, title, picture, enabled, words in rows
    ]  # fmt: skip
