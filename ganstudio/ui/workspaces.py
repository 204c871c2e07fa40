"""The workspaces as a table, one row each: the window treats them all alike."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from ganstudio.core.i18n import _
from ganstudio.ui.kit.menus import ActionBinder
from ganstudio.ui.kit.page import Page

if TYPE_CHECKING:
    from ganstudio.app.actions import Action
    from ganstudio.app.budget import Budget
    from ganstudio.app.studio import Studio

Keys = tuple[str, str, str]


class WorkspaceRow(NamedTuple):
    """One workspace. It knows no other; what it asks of the window are signals of its page.

    Attributes:
        name: its id.
        title: one short word.
        icon: in the rail.
        help: one sentence for the tooltip.
        make: builds the page, when it is first shown, and the rows of the table of actions that work on it.
        actions: gives these rows to be listed, and no more, before the page is built.
    """

    name: str
    title: str
    icon: str
    help: str
    make: Callable[[Studio, ActionBinder, Budget], tuple[Page, Iterable[Action]]]
    actions: Callable[[], Iterable[Action]] = tuple


def workspace_rows() -> tuple[WorkspaceRow, ...]:
    """The table, in the order of the rail."""
    return (
        WorkspaceRow("train", _("Train"), "train", _("Start experiments and watch them learn."), _train),
        WorkspaceRow("explore", _("Explore"), "explore",
                     _("Sliders, codes, classes and directions of a generator that has learned or is learning."),
                     partial(_generator, "explore", "ExploreWorkspace"), partial(_to_come, "explore")),
        WorkspaceRow("paint", _("Paint"), "brush",
                     _("A label map under your brush becomes a picture while you paint."),
                     partial(_generator, "paint", "PaintWorkspace"), partial(_to_come, "paint")),
        WorkspaceRow("translate", _("Translate"), "translate",
                     _("Edges to photos, day to night: a picture goes in, the translated one comes out at once."),
                     partial(_generator, "translate", "TranslateWorkspace"), partial(_to_come, "translate")),
        WorkspaceRow("evaluate", _("Evaluate"), "evaluate",
                     _("Which run is better: runs measured in numbers, and their curves and pictures beside each other."),
                     _evaluate, partial(_to_come, "evaluate", 3)),
        WorkspaceRow("runs", _("Runs"), "runs", _("Everything that was ever trained here."), _runs,
                     partial(_to_come, "runs", 3)),
    )  # fmt: skip


def _part(name: str, module: str) -> Any:
    return importlib.import_module(f"ganstudio.ui.{name}.{module}")


def keys_of(name: str) -> Iterable[Keys]:
    """Group, what they do, keys: of a workspace's keys that are no actions, for the list of shortcuts."""
    rows: Iterable[Keys] = _part(name, "actions").shortcut_rows()
    return rows


class _Unbuilt:
    """Stands where a page will be, for rows that are only listed: whatever is asked of it is itself."""

    def __getattr__(self, _name: str) -> _Unbuilt:
        return self

    __getitem__ = __call__ = __getattr__


def _to_come(name: str, parts: int = 1) -> list[Action]:
    rows = getattr(_part(name, "actions"), f"{name}_actions")(*[_Unbuilt()] * parts)
    return [replace(action, wording=None) for action in rows]


def _train(studio: Studio, binder: ActionBinder, budget: Budget) -> tuple[Page, Iterable[Action]]:
    from ganstudio.ui.train.actions import train_actions
    from ganstudio.ui.train.workspace import TrainWorkspace

    page = TrainWorkspace(studio, binder, budget)
    return page, train_actions(
        studio,
        page.panel.start,
        new_experiment=page.new_experiment,
        explore=page.explore,
        duplicate=page.duplicate,
        show_gallery=page.show_gallery,
        go_to=page.go_to,
    )


def _generator(name: str, page: str, studio: Studio, binder: ActionBinder, _budget: Budget) -> Any:
    made = getattr(_part(name, "workspace"), page)(studio, binder)
    return made, getattr(_part(name, "actions"), f"{name}_actions")(made)


def _evaluate(studio: Studio, binder: ActionBinder, _budget: Budget) -> tuple[Page, Iterable[Action]]:
    from ganstudio.ui.evaluate.workspace import EvaluateWorkspace

    return EvaluateWorkspace(studio, binder), ()


def _runs(studio: Studio, binder: ActionBinder, _budget: Budget) -> tuple[Page, Iterable[Action]]:
    from ganstudio.ui.runs.workspace import RunsWorkspace

    return RunsWorkspace(studio, binder), ()
