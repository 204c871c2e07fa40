"""An exploration as plain JSON values: what a saved picture carries, and how it is brought back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ganstudio.core.controls import Control
from ganstudio.core.errors import StoreError, StudioError, UsageError
from ganstudio.core.i18n import _
from ganstudio.core.resources import resource_path
from ganstudio.explore.picture_file import KIND, PROGRAM, VERSION
from ganstudio.explore.state import Direction, ExploreState, size_of

if TYPE_CHECKING:
    from ganstudio.app.explorer import Explorer


def session_of(explorer: Explorer, state: ExploreState | None = None, **more: Any) -> dict[str, Any]:
    """Everything needed to be here again.

    Args:
        explorer: with something open.
        state: another state than the present one.
        **more: what the window wants to remember besides, plain JSON values.

    Raises:
        UsageError: nothing is open.
    """
    opened, state = explorer.opened, state or explorer.state
    if opened is None or state is None:
        raise UsageError(_("Nothing is open to be saved."))
    used = [
        explorer.kept.directions[name]
        for name, far in state.strengths.items()
        if far and name in explorer.kept.directions
    ]
    session: dict[str, Any] = {
        "program": PROGRAM,
        "version": VERSION,
        "release": metadata.version("ganstudio"),
        "kind": KIND,
        "title": opened.title,
        "path": str(opened.path or ""),
        "step": explorer.step,
        "weights": explorer.weights,
        "state": state.to_json(),
        "directions": [direction.to_json() for direction in used],
        "view": more,
    }
    if opened.run is not None:
        info = opened.run.info
        session["run"] = {
            "name": info.name,
            "created": info.created.isoformat(timespec="seconds"),
            "fingerprint": info.fingerprint,
            "method": info.experiment.method,
            "seed": info.experiment.seed,
        }
    return session


def restore(explorer: Explorer, session: Mapping[str, Any]) -> None:
    """Opens what the session was saved from and puts everything back; what fails is reported, and nothing changes.

    Raises:
        UsageError: it is no session of the explorer, or what it was saved from is not on this machine.
    """
    if session.get("program") != PROGRAM or session.get("kind") != KIND:
        raise UsageError(_("This picture was not saved by ganstudio’s explorer; it can be projected instead."))
    if not isinstance(session.get("version"), int) or session["version"] > VERSION:
        raise UsageError(_("This picture was saved by a newer ganstudio; update the program to open it."))
    described = session.get("run")
    if isinstance(described, Mapping):
        path = find_run(described, Path(str(session.get("path", ""))))
        if path is None:
            raise UsageError(
                _("The run “{name}” that this picture was made with is not on this machine. Copy its folder into your "
                  "runs folder and drop the picture again.").format(name=described.get("name", "?"))
            )  # fmt: skip
        explorer.open_run(path, _step_there(path, session), _weights(session), lambda: _put(explorer, session))
        return
    file = Path(str(session.get("path", "")))
    if not file.is_file():
        raise UsageError(_("The generator file {path} is not there any more.").format(path=file))
    explorer.open_file(file, lambda: _put(explorer, session))


def find_run(described: Mapping[str, Any], path: Path) -> Path | None:
    """The run that is described: where it was, or anywhere in the runs folder, or the one that comes with the program."""
    from ganstudio.app.explorer_sources import BUNDLED
    from ganstudio.store import Run, list_runs

    for place in [path, resource_path("runs", BUNDLED), *(entry.path for entry in list_runs())]:
        try:
            info = Run.open(place).info
        except StoreError:
            continue
        created = info.created.isoformat(timespec="seconds")
        if created == described.get("created") and info.fingerprint == described.get("fingerprint"):
            return place
    return None


def _step_there(path: Path, session: Mapping[str, Any]) -> int | None:
    from ganstudio.store import Run

    step = session.get("step")
    return step if isinstance(step, int) and step in Run.open(path).checkpoint_steps() else None


def _weights(session: Mapping[str, Any]) -> Any:
    return "raw" if session.get("weights") == "raw" else "ema"


def _put(explorer: Explorer, session: Mapping[str, Any]) -> None:
    try:
        state = ExploreState.from_json(session.get("state"), explorer.controls)
        found = [Direction.from_json(values) for values in list(session.get("directions", ()))]
        _check_sizes(found, explorer.controls)
    except (StudioError, TypeError) as error:
        damaged = _("The directions in this picture are damaged; nothing was changed.")
        explorer.studio.report(error if isinstance(error, StudioError) else UsageError(damaged, details=repr(error)))
        return
    directions, strengths = _joined(explorer.kept.directions, found, state.strengths)
    history = explorer.history
    history.begin(_("Restore the picture"))
    if len(directions) > len(explorer.kept.directions):
        explorer.change_kept(_("Directions of the picture"), directions=directions)
    explorer.edit(state.with_(strengths=strengths), _("Restore the picture"))
    history.commit()
    if isinstance(session.get("step"), int) and session["step"] != explorer.step:
        explorer.studio.notifications.info(
            _(
                "There is no checkpoint of step {step}, with which this picture was drawn; step {other} is shown."
            ).format(step=f"{session['step']:,}", other=f"{explorer.step:,}")
        )


def _check_sizes(directions: Sequence[Direction], controls: Sequence[Control]) -> None:
    sizes = {control.name: size_of(control) for control in controls}
    for one in directions:
        if sizes.get(one.control) != len(one.vector):
            raise UsageError(
                _("The direction “{name}” in this picture does not fit this generator; nothing was changed.").format(
                    name=one.name
                )
            )


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
