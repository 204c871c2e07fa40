"""An exploration as plain JSON values: what a saved picture carries, and how it is brought back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from ganstudio.app.generators.picture_session import Change, Session, restorer, session_head
from ganstudio.core.errors import UsageError
from ganstudio.core.i18n import _
from ganstudio.explore.state import Direction, ExploreState, size_of

if TYPE_CHECKING:
    from ganstudio.app.explore.explorer import Explorer


def session_of(explorer: Explorer, state: ExploreState | None = None, **more: Any) -> dict[str, Any]:
    """Everything needed to be here again.

    Args:
        explorer: with something open.
        state: another state than the present one.
        **more: what the window wants to remember besides, plain JSON values.

    Raises:
        UsageError: nothing is open.
    """
    head, state = session_head(explorer), state or explorer.state
    assert state is not None  # something is open
    kept = explorer.kept.directions
    used = [kept[name] for name, far in state.strengths.items() if far and name in kept]
    directions = [direction.to_json() for direction in used]
    return {**head, "state": state.to_json(), "directions": directions, "view": more}


def _read(explorer: Explorer, session: Session) -> Change:
    """What puts state and directions back, as one step."""
    state = ExploreState.from_json(session.get("state"), explorer.controls)
    found = [Direction.from_json(values) for values in list(session.get("directions", ()))]
    sizes = {control.name: size_of(control) for control in explorer.controls}
    for one in found:
        if sizes.get(one.control) != len(one.vector):
            words = _("The direction “{name}” in this picture does not fit this generator; nothing was changed.")
            raise UsageError(words.format(name=one.name))
    directions, strengths = _joined(explorer.kept.directions, found, state.strengths)

    def change() -> None:
        history = explorer.history
        history.begin(_("Restore the picture"))
        if len(directions) > len(explorer.kept.directions):
            explorer.change_kept(_("Directions of the picture"), directions=directions)
        explorer.edit(state.with_(strengths=strengths), _("Restore the picture"))
        history.commit()

    return change


def _joined(
    kept: Mapping[str, Direction], found: Sequence[Direction], strengths: Mapping[str, float]
) -> tuple[dict[str, Direction], dict[str, float]]:
    """The directions that are kept and those of the picture, which get another name where theirs means another one."""
    joined, renamed = dict(kept), {}
    for one in found:
        name, number = one.name, 2
        while name in joined and not np.array_equal(joined[name].vector, one.vector):
            name, number = f"{one.name} {number}", number + 1
        renamed[one.name] = name
        joined.setdefault(name, replace(one, name=name))
    carried = {renamed[name]: far for name, far in strengths.items() if name in renamed}
    return joined, carried


restore = restorer(_read, _("The directions in this picture are damaged; nothing was changed."))
