"""What one does with directions that are kept: add, rename, lock, remove. Each is one step back; no Qt, no torch.

Pins go along directions too. Whatever is done to a direction, a pin goes on showing what it showed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from ganstudio.app.generators.keepsakes import MOST_DIRECTIONS
from ganstudio.core.controls import Control, LatentVector
from ganstudio.core.i18n import _
from ganstudio.explore.direction_files import with_unique_names
from ganstudio.explore.state import Direction, ExploreState, effective
from ganstudio.explore.styles import style_layers

if TYPE_CHECKING:
    from ganstudio.app.explore.explorer import Explorer

LOCKABLE = "attribute"
LONGEST_NAME = 80

Kept = Mapping[str, Direction]


def add(explorer: Explorer, found: Sequence[Direction], label: str) -> list[str]:
    """Keeps more directions, under other names where theirs are taken; returns the names, in their order."""
    before = dict(explorer.kept.directions)
    found = found[: max(0, MOST_DIRECTIONS - len(before))]
    named = with_unique_names([replace(one, name=name) for name, one in before.items()] + list(found))[len(before) :]
    if named:
        _change(explorer, label, {**before, **{one.name: one for one in named}})
    return [one.name for one in named]


def rename(explorer: Explorer, name: str, wanted: str) -> str:
    """Calls a direction something else, wherever it is used; returns its name, with a number where that is taken."""
    before = explorer.kept.directions
    wanted = " ".join(wanted.split())[:LONGEST_NAME]
    if name not in before or not wanted or wanted == name:
        return name
    others = [replace(one, name=other) for other, one in before.items() if other != name]
    wanted = with_unique_names([*others, replace(before[name], name=wanted)])[-1].name
    after = {wanted if other == name else other: replace(one, name=wanted) if other == name else one
             for other, one in before.items()}  # fmt: skip

    def renamed(state: ExploreState) -> ExploreState:
        strengths = {wanted if other == name else other: value for other, value in state.strengths.items()}
        return state.with_(strengths=strengths)

    _change(explorer, _("Rename a direction"), after, renamed)
    return wanted


def remove(explorer: Explorer, names: Sequence[str]) -> None:
    """Keeps these directions no longer; the picture goes back along them."""
    before = explorer.kept.directions
    gone = set(names) & set(before)
    if not gone:
        return
    after = {name: one for name, one in before.items() if name not in gone}

    def without(state: ExploreState) -> ExploreState:
        return state.with_(strengths={name: value for name, value in state.strengths.items() if name not in gone})

    label = _("Remove a direction") if len(gone) == 1 else _("Remove directions")
    _change(explorer, label, after, without)


def lock(explorer: Explorer, name: str, locked: bool) -> None:
    """Keeps all other attributes from moving along this one, or lets them again."""
    before = explorer.kept.directions
    if name in before and before[name].locked != locked:
        label = _("Lock an attribute") if locked else _("Unlock an attribute")
        _change(explorer, label, {**before, name: replace(before[name], locked=locked)})


def set_strength(explorer: Explorer, name: str, strength: float) -> None:
    """Goes so far along a direction; one drag is one step back."""
    state = explorer.state
    if state is None or state.strengths.get(name, 0.0) == strength:
        return
    strengths = {**state.strengths, name: strength}
    if not strength:
        del strengths[name]
    label = _("Go along “{name}”").format(name=name)
    explorer.edit(state.with_(strengths=strengths), label, ("direction", name))


def reset(explorer: Explorer) -> None:
    """Back from all directions."""
    state = explorer.state
    if state is not None and state.strengths:
        explorer.edit(state.with_(strengths={}), _("Reset all directions"))


def unlocked_apart(directions: Kept) -> dict[str, Direction]:
    """The directions with every attribute as the locks make it, always from what was found.

    Only attributes take part: the other kinds were found without regard to each other.
    """
    from ganstudio.explore.attributes import orthogonalise

    found = {name: replace(one, vector=one.vector if one.raw is None else one.raw, raw=None)
             for name, one in directions.items() if one.kind == LOCKABLE}  # fmt: skip
    made = dict(directions)
    for (name, before), now in zip(found.items(), orthogonalise(list(found.values())), strict=True):
        same = np.array_equal(before.vector, now.vector)
        made[name] = before if same else replace(now, raw=before.vector)
    return made


def as_shown(
    state: ExploreState, then: ExploreState, before: Kept, after: Kept, controls: Sequence[Control]
) -> ExploreState:
    """``then``, moved so that it shows with the directions ``after`` what ``state`` showed with those ``before``."""
    was, now = effective(state, controls, before), effective(then, controls, after)
    position = dict(then.position)
    for control in controls:
        if not isinstance(control, LatentVector):
            continue
        moved = was[control.name] - now[control.name]
        if not moved.any():
            continue
        scale = then.truncation if style_layers(controls) is None else 1.0
        if abs(scale) < 1e-3:
            return ExploreState(was)  # at ψ = 0 no latent makes a difference
        position[control.name] = (position[control.name] + moved / np.float32(scale)).astype(np.float32)
    same = all(position[name] is value for name, value in then.position.items())
    return then if same else then.with_(position=position, seed=None)


def _change(
    explorer: Explorer, label: str, after: Kept, follow: Callable[[ExploreState], ExploreState] = lambda state: state
) -> None:
    """Keeps other directions; ``follow`` makes of a state the one that names them as they are called now."""
    before, after = dict(explorer.kept.directions), unlocked_apart(after)
    pins = [
        replace(pin, state=as_shown(pin.state, follow(pin.state), before, after, explorer.controls))
        for pin in explorer.kept.pins
    ]
    state, other = explorer.state, explorer.other
    explorer.history.begin(label)
    explorer.change_kept(label, pins=pins, directions=after)
    if state is not None and follow(state).strengths != state.strengths:
        explorer.edit(follow(state), label)
    if other is not None and follow(other).strengths != other.strengths:
        explorer.compare_with(follow(other))
    explorer.history.commit()
