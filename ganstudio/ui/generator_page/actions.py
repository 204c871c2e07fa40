"""Rows of the table of actions that belong to a workspace."""

from __future__ import annotations

from collections.abc import Callable

from ganstudio.app.actions import Action
from ganstudio.app.generators.workplaces import Workplace, word_of


def page_action(
    place: Workplace,
    name: str,
    title: str,
    run: Callable[[], object],
    icon: str,
    keys: str,
    section: int,
    words: str,
    enabled: Callable[[], bool] = lambda: True,
    checked: Callable[[], bool] | None = None,
) -> Action:
    """One row; its keys work in its workspace only, whose menu it is in.

    Args:
        place: the workspace.
        name: of the action within it.
        title: in menus.
        run: does it.
        icon: empty for none.
        keys: empty for none.
        section: of the menu.
        words: one sentence for the tooltip.
        enabled: whether it can be done now.
        checked: whether it is on, for what is turned on and off.
    """
    menu = f"{word_of(place)}/{section}"
    return Action(f"{place}.{name}", title, run, icon, keys, menu, words, enabled, checked, context=place)
