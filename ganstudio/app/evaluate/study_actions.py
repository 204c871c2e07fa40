"""What can be done with studies, as rows of the table of actions. No Qt."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ganstudio.app.actions import Action
from ganstudio.app.evaluate.study_desk import StudyDesk, StudyRow
from ganstudio.core.i18n import _

MENU = (
    ("study.go", "study.stop"),
    ("study.runs", "study.run"),
    ("study.copy", "study.save", "study.folder"),
)
"""The menu of the tables, by sections."""

LIST_KEYS, FOUND_KEYS = {"study.go": "Enter", "study.stop": "Enter"}, {"study.run": "Enter"}
"""Keys that work in the list of studies, and in the table of what was found."""


def study_actions(
    deeds: Mapping[str, Callable[[], object]],
    desk: StudyDesk,
    chosen: Callable[[], StudyRow | None],
    on_view: Callable[[], bool],
) -> list[Action]:
    """The actions; enabled where the chosen study allows them and the page is on view.

    Args:
        deeds: what each does, by its name.
        desk: knows what was found.
        chosen: the study that is looked at.
        on_view: whether the page is.
    """

    def some() -> bool:
        return on_view() and chosen() is not None

    def can_start() -> bool:
        return on_view() and (row := chosen()) is not None and row.open and not row.asked and not row.here

    def can_stop() -> bool:
        return on_view() and (row := chosen()) is not None and bool(row.here) and not row.asked

    def found() -> bool:
        return some() and bool(desk.reading and desk.reading.trials)

    rows = [
        ("new", _("New study…"), "plus", on_view, "Ctrl+Shift+N",
         _("Chooses methods, settings and seeds that are tried on one data set.")),
        ("file", _("Open a study file…"), "folder", on_view, "",
         _("Begins the study that a TOML file describes, or goes on with it.")),
        ("go", _("Go on"), "play", can_start, "",
         _("Starts so many processes that train its runs; they end with the window.")),
        ("stop", _("Stop"), "stop", can_stop, "",
         _("Lets the runs that train be stored; Go on goes on exactly there.")),
        ("folder", _("Show in folder"), "folder", some, "", _("The study file, the journal and the runs.")),
        ("runs", _("Compare its runs"), "compare", found, "",
         _("Curves and pictures of the selected configurations, of the best ones where none is selected.")),
        ("run", _("Open the best run"), "forward", found, "",
         _("Of the selected configuration, else of all: as it has learned.")),
        ("copy", _("Copy as Markdown"), "copy", found, "", _("All tables of the study.")),
        ("save", _("Save…"), "export", found, "",
         _("The runs as CSV, the tables as Markdown, or the plot as PNG.")),
    ]  # fmt: skip
    return [
        Action(f"study.{name}", title, deeds[name], icon, keys, "", words, enabled, context="evaluate",
               to_selected=enabled is not on_view)
        for name, title, icon, enabled, keys, words in rows
    ]  # fmt: skip
