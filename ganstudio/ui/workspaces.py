"""The workspaces as a table, one row each: the window treats them all alike."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from ganstudio.core.i18n import _
from ganstudio.ui.kit.menus import ActionBinder
from ganstudio.ui.kit.page import Page

if TYPE_CHECKING:
    from ganstudio.app.actions import Action
    from ganstudio.app.generators.workplaces import Workplace
    from ganstudio.app.runs.run_model import RunModel
    from ganstudio.app.studio import Studio
    from ganstudio.ui.kit.budget import Budget

Keys = tuple[str, str, str]
"""Group, what they do, keys: of keys that are no actions, for the list of shortcuts."""


@dataclass(frozen=True, slots=True)
class Ways:
    """What a workspace may ask of the window: it knows no other workspace.

    Attributes:
        studio: what all show.
        binder: connects actions with buttons.
        budget: how often what is watched is drawn.
        open_path: looks at a stored run where it was trained.
        use: opens a run's generator in its workspace.
        use_path: the same of a stored run.
        use_ready: opens the run that comes with the program, in this workspace.
        duplicate: a stored run's experiment in the form.
        show_gallery: the ready experiments.
    """

    studio: Studio
    binder: ActionBinder
    budget: Budget
    open_path: Callable[[object], None]
    use: Callable[[RunModel], None]
    use_path: Callable[[object], None]
    use_ready: Callable[[Workplace], None]
    duplicate: Callable[[object], None]
    show_gallery: Callable[[], None]


class WorkspaceRow(NamedTuple):
    """One workspace.

    Attributes:
        name: its id.
        title: one short word.
        icon: in the rail.
        help: one sentence for the tooltip.
        make: builds the page and the rows of the table of actions that work on it.
        shortcuts: gives the keys that are no actions, when the list of shortcuts is opened.
    """

    name: str
    title: str
    icon: str
    help: str
    make: Callable[[Ways], tuple[Page, Iterable[Action]]]
    shortcuts: Callable[[], Iterable[Keys]] = tuple


def _keys(folder: str) -> Iterable[Keys]:
    """What a workspace's table of actions says of them."""
    rows: Iterable[Keys] = importlib.import_module(f"ganstudio.ui.{folder}.actions").shortcut_rows()
    return rows


def workspace_rows() -> tuple[WorkspaceRow, ...]:
    """The table, in the order of the rail."""
    return (
        WorkspaceRow("train", _("Train"), "train", _("Start experiments and watch them learn."), _train,
                     partial(_keys, "train")),
        WorkspaceRow("explore", _("Explore"), "explore",
                     _("Sliders, codes, classes and directions of a generator that has learned or is learning."),
                     _explore, partial(_keys, "explore")),
        WorkspaceRow("paint", _("Paint"), "brush",
                     _("A label map under your brush becomes a picture while you paint."), _paint, partial(_keys, "paint")),
        WorkspaceRow("translate", _("Translate"), "translate",
                     _("Edges to photos, day to night: a picture goes in, the translated one comes out at once."),
                     _translate, partial(_keys, "translate")),
        WorkspaceRow("runs", _("Runs"), "runs", _("Everything that was ever trained here."), _runs, partial(_keys, "runs")),
    )  # fmt: skip


# Each is built, and its modules are loaded, when it is first shown.


def _train(ways: Ways) -> tuple[Page, Iterable[Action]]:
    from ganstudio.ui.train.actions import train_actions
    from ganstudio.ui.train.workspace import TrainWorkspace

    page = TrainWorkspace(ways.studio, ways.binder, ways.budget)
    page.explore_requested.connect(ways.use)
    page.bundled_requested.connect(ways.use_ready)
    return page, train_actions(
        ways.studio,
        page.panel.start,
        new_experiment=page.new_experiment,
        explore=page.explore,
        duplicate=page.duplicate,
        show_gallery=page.show_gallery,
    )


def _explore(ways: Ways) -> tuple[Page, Iterable[Action]]:
    from ganstudio.ui.explore.actions import explore_actions
    from ganstudio.ui.explore.workspace import ExploreWorkspace

    page = ExploreWorkspace(ways.studio, ways.binder)
    return page, explore_actions(page)


def _paint(ways: Ways) -> tuple[Page, Iterable[Action]]:
    from ganstudio.ui.paint.actions import paint_actions
    from ganstudio.ui.paint.workspace import PaintWorkspace

    page = PaintWorkspace(ways.studio, ways.binder)
    return page, paint_actions(page)


def _translate(ways: Ways) -> tuple[Page, Iterable[Action]]:
    from ganstudio.ui.translate.actions import translate_actions
    from ganstudio.ui.translate.workspace import TranslateWorkspace

    page = TranslateWorkspace(ways.studio, ways.binder)
    return page, translate_actions(page)


def _runs(ways: Ways) -> tuple[Page, Iterable[Action]]:
    from ganstudio.ui.runs.workspace import RunsWorkspace

    page = RunsWorkspace(ways.studio, ways.binder)
    page.open_requested.connect(ways.open_path)
    page.explore_requested.connect(ways.use_path)
    page.duplicate_requested.connect(ways.duplicate)
    page.gallery_requested.connect(ways.show_gallery)
    return page, ()
