"""What can be done with the selected runs, as rows of the table of actions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ganstudio.app.actions import Action
from ganstudio.app.generators.workplaces import word_of
from ganstudio.core.i18n import _

if TYPE_CHECKING:
    from ganstudio.ui.runs.workspace import RunsWorkspace

MENU = (
    ("runs.open", "runs.explore", "runs.continue", "runs.duplicate"),
    ("runs.rename", "runs.copy-path", "runs.folder"),
    ("runs.delete",),
    ("runs.open-elsewhere", "runs.trash"),
)
"""The menu of the table, by sections."""

KEYS = {
    "runs.open": "Enter",
    "runs.rename": "F2",
    "runs.copy-path": "Ctrl+C",
    "runs.delete": "Del",
}
"""Keys that work in the table only; they are no shortcuts of the window, where text is edited with them."""


def shortcut_rows() -> list[tuple[str, str, str]]:
    """``(group, what, keys)`` for the list of shortcuts."""
    group = _("Runs")
    return [
        (group, _("Open the selected run"), "Enter"),
        (group, _("Rename"), "F2"),
        (group, _("Move to trash"), "Del"),
        (group, _("Copy path"), "Ctrl+C"),
    ]


def runs_actions(page: RunsWorkspace) -> list[Action]:
    """The actions; enabled where the selection allows them and the workspace is on view."""

    def one() -> bool:
        return page.isVisible() and len(page.chosen) == 1

    def verb() -> str:
        return word_of(page.chosen[0].place if one() else "explore")

    def some() -> bool:
        return page.isVisible() and bool(page.chosen)

    def rest() -> bool:
        return page.isVisible() and bool(page.chosen) and not any(row.live for row in page.chosen)

    def one_rests() -> bool:
        return one() and not page.chosen[0].live

    return [
        Action("runs.open", _("Open"), page.open_chosen, "forward", help=_("Shows the run as it learns or has learned."),
               enabled=one, context="runs"),
        Action("runs.explore", _("Explore"), page.explore_chosen, "explore",
               help=_("What its generator has learned, to play with: in Explore, Paint or Translate."), enabled=one,
               context="runs", wording=verb),
        Action("runs.continue", _("Continue training…"), page.continue_chosen, "play",
               help=_("Trains a run on from its newest checkpoint."), enabled=one_rests, context="runs"),
        Action("runs.duplicate", _("Duplicate with changes"), page.duplicate_chosen, "duplicate",
               help=_("Puts the run’s settings into a new experiment, to change and start."), enabled=one,
               context="runs"),
        Action("runs.rename", _("Rename"), page.table.edit_name, "rename",
               help=_("Gives the run another name; its folder keeps its own."), enabled=one, context="runs"),
        Action("runs.folder", _("Open folder"), page.open_folders, "folder",
               help=_("Shows the run’s files."), enabled=some, context="runs"),
        Action("runs.copy-path", _("Copy path"), page.copy_paths, "copy",
               help=_("Copies where the run lies, e.g. for a command line."), enabled=some, context="runs"),
        Action("runs.delete", _("Move to trash"), page.delete_chosen, "trash",
               help=_("Can be undone until the trash is emptied."), enabled=rest, context="runs"),
        Action("runs.open-elsewhere", _("Open run folder…"), page.choose_folder, "link",
               help=_("Opens a run that lies anywhere, e.g. on a network share."), enabled=page.isVisible,
               context="runs"),
        Action("runs.trash", _("Show trash"), page.show_trash, "trash", help=_("Deleted runs, to bring back."),
               enabled=page.isVisible, context="runs"),
        Action("runs.search", _("Search the runs"), page.focus_search, "search", "Ctrl+F",
               help=_("Words in the name, method, data or state."), enabled=page.isVisible, context="runs"),
    ]  # fmt: skip
