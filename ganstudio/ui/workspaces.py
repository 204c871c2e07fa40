"""The workspaces that work with an open generator, as a table: the window treats them all alike."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple, Protocol

from PySide6.QtWidgets import QWidget

from ganstudio.app.actions import Action
from ganstudio.app.generators.workplaces import Workplace, word_of
from ganstudio.app.history import History
from ganstudio.app.runs.run_model import RunModel
from ganstudio.app.studio import Studio
from ganstudio.core.i18n import _
from ganstudio.ui.explore.actions import shortcut_rows as explore_shortcut_rows
from ganstudio.ui.kit.dropping import Dropped
from ganstudio.ui.kit.menus import ActionBinder
from ganstudio.ui.paint.actions import shortcut_rows as paint_shortcut_rows
from ganstudio.ui.translate.actions import shortcut_rows as translate_shortcut_rows


class Page(Protocol):
    """What the window asks of such a workspace, besides being a widget."""

    @property
    def page_history(self) -> History:
        """What can be taken back here."""

    def open_run(self, model: RunModel) -> None:
        """Follows a run that trains here; else opens its newest checkpoint."""

    def open_path(self, path: Path) -> None:
        """Opens the newest checkpoint of a stored run."""

    def open_ready(self) -> None:
        """Opens the run that comes with the program; goes on where that is open already."""

    def open_file(self, dropped: Dropped) -> None:
        """Takes a file that was dropped: a picture that carries a state of this workspace, or any other picture."""

    def refresh(self) -> None:
        """Called by the window's one timer."""

    def restore_layout(self) -> None:
        """Arranges everything as it was; as at first where nothing is remembered."""

    def end(self) -> None:
        """The window goes: remembers the layout, ends threads, listens to nothing any more."""


class WorkspaceRow(NamedTuple):
    """One such workspace.

    Attributes:
        name: its id.
        icon: in the rail.
        help: one sentence for the tooltip.
        make: builds the page and the rows of the table of actions that work on it.
        shortcuts: ``(group, what, keys)`` of keys that are no actions, for the list of shortcuts.
    """

    name: Workplace
    icon: str
    help: str
    make: Callable[[Studio, ActionBinder], tuple[QWidget, tuple[Action, ...]]]
    shortcuts: tuple[tuple[str, str, str], ...] = ()

    @property
    def title(self) -> str:
        """One short word."""
        return word_of(self.name)


def workspace_rows() -> tuple[WorkspaceRow, ...]:
    """The table, in the order of the rail."""
    return (
        WorkspaceRow(
            "explore",
            "explore",
            _("Sliders, codes, classes and directions of a generator that has learned or is learning."),
            _make_explore,
            tuple(explore_shortcut_rows()),
        ),
        WorkspaceRow(
            "paint",
            "brush",
            _("A label map under your brush becomes a picture while you paint."),
            _make_paint,
            tuple(paint_shortcut_rows()),
        ),
        WorkspaceRow(
            "translate",
            "translate",
            _("Edges to photos, day to night: a picture goes in, the translated one comes out at once."),
            _make_translate,
            tuple(translate_shortcut_rows()),
        ),
    )


def _make_explore(studio: Studio, binder: ActionBinder) -> tuple[QWidget, tuple[Action, ...]]:
    from ganstudio.ui.explore.actions import explore_actions
    from ganstudio.ui.explore.workspace import ExploreWorkspace

    page = ExploreWorkspace(studio, binder)
    return page, explore_actions(page)


def _make_paint(studio: Studio, binder: ActionBinder) -> tuple[QWidget, tuple[Action, ...]]:
    from ganstudio.ui.paint.actions import paint_actions
    from ganstudio.ui.paint.workspace import PaintWorkspace

    page = PaintWorkspace(studio, binder)
    return page, paint_actions(page)


def _make_translate(studio: Studio, binder: ActionBinder) -> tuple[QWidget, tuple[Action, ...]]:
    from ganstudio.ui.translate.actions import translate_actions
    from ganstudio.ui.translate.workspace import TranslateWorkspace

    page = TranslateWorkspace(studio, binder)
    return page, translate_actions(page)
