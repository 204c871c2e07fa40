"""What can be done with the run that is looked at, as rows of the table of actions."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtWidgets import QAbstractButton

from ganstudio.app.actions import Action
from ganstudio.app.generators.workplaces import invitation, workplace_of_run
from ganstudio.app.runs.health.remedies import Remedy, back_to_best
from ganstudio.app.runs.run_model import RunModel
from ganstudio.app.runs.verdict import letters
from ganstudio.app.studio import Studio
from ganstudio.core.events import RoleInfo
from ganstudio.core.i18n import _

Deed = Callable[[], object]


def _ask(studio: Studio, what: Callable[[RunModel], object]) -> Deed:
    """Asks something of the run that is looked at."""
    return lambda: what(studio.current) if studio.current is not None else None


def _here(studio: Studio) -> bool:
    return studio.current is not None and studio.current.here and studio.current.state != "stopping"


def role_actions(studio: Studio, roles: Sequence[RoleInfo]) -> tuple[Action, ...]:
    """A step of each role. A role of one letter has it as its key, where nothing else wants that."""
    taken = {keys for action in studio.actions for keys in action.shortcuts}
    rows = []
    for role, short in zip(roles, letters(roles), strict=True):
        keys = f"Ctrl+Shift+{short}"
        free = re.fullmatch("[A-Z]", short) is not None and keys not in taken
        step = _ask(studio, partial(RunModel.step_once, role=role.name))
        rows.append(
            Action(f"run.step-{role.name}", _("One step: {role}").format(role=role.title), step, f"step:{short}",
                   keys if free else "", f"{_('Run')}/1",
                   _("Only this learns in it: {role}; then hold.").format(role=role.title), partial(_here, studio))
        )  # fmt: skip
    return tuple(rows)


def train_actions(
    studio: Studio,
    start: QAbstractButton,
    *,
    new_experiment: Deed,
    explore: Deed,
    duplicate: Deed,
    show_gallery: Deed,
    go_to: Callable[[int], object],
) -> tuple[Action, ...]:
    """The rows; they work on the run that is looked at.

    Args:
        studio: which knows that run.
        start: the button below the form.
        new_experiment: shows the form, empty.
        explore: opens the run's generator in its workspace.
        duplicate: puts the run's settings into the form.
        show_gallery: shows the ready experiments.
        go_to: shows the samples of a step.
    """
    menu, here, ask = _("Run"), partial(_here, studio), partial(_ask, studio)

    def can_toggle() -> bool:
        model = studio.current
        return model is not None and (here() if model.here else not model.live and model.path is not None)

    def can_start() -> bool:
        return start.isVisible() and start.isEnabled()

    def any_run() -> bool:
        return studio.current is not None

    def stored() -> bool:
        return studio.current is not None and studio.current.path is not None

    def best() -> int | None:
        return None if studio.current is None else studio.current.best

    def way_back() -> Remedy | None:
        return None if studio.current is None or not here() else back_to_best(studio.current)

    def go_back(model: RunModel) -> None:
        if (remedy := way_back()) is not None:
            studio.treat(model, remedy)

    def invited() -> str:
        return invitation(workplace_of_run(None if studio.current is None else studio.current.info))

    return (
        Action("run.new", _("New experiment"), new_experiment, "plus", "Ctrl+N", f"{_('File')}/0",
               _("An empty form beside the gallery’s ready experiments.")),
        Action("run.start", _("Start"), start.click, "play", "Ctrl+Return", f"{menu}/0",
               _("Trains what the form says."), can_start),
        Action("run.toggle", _("Pause or resume"), ask(studio.toggle), "", "Ctrl+P", f"{menu}/0",
               _("Holds after the present step, or goes on; a run that has ended goes on until the step that is said."),
               can_toggle, wording=lambda: studio.current.next_deed if studio.current is not None else _("Pause or resume")),
        Action("run.step", _("One step"), ask(RunModel.step_once), "step", "Ctrl+.", f"{menu}/1",
               _("One step of all networks, then hold."), here),
        Action("run.checkpoint", _("Save a checkpoint"), ask(RunModel.save_checkpoint), "checkpoint", "Ctrl+S", f"{menu}/2",
               _("Everything that is needed to go on from here."), here),
        Action("run.best", _("Show the best step"), lambda: go_to(best() or 0), "", "", f"{menu}/2",
               _("The samples of the step that was the nearest to the data."), lambda: best() is not None),
        Action("run.back", _("Go back to the best step…"), ask(go_back), "", "", f"{menu}/2",
               _("Goes on from its checkpoint, with half the learning rates."), lambda: way_back() is not None),
        Action("run.stop", _("Stop"), ask(RunModel.stop), "stop", "Ctrl+Shift+X", f"{menu}/2",
               _("Saves a checkpoint and ends; the run can be continued later."), here),
        Action("run.explore", _("Explore this run"), explore, "explore", "Ctrl+Shift+O", f"{menu}/3",
               _("Its generator to play with, also while it trains: in Explore, Paint or Translate."), stored,
               wording=invited),
        Action("run.duplicate", _("Duplicate with changes"), duplicate, "duplicate", "Ctrl+D", f"{menu}/3",
               _("This run’s settings as a new experiment."), any_run),
        Action("run.gallery", _("Gallery"), show_gallery, "gallery", "Ctrl+Home", f"{_('View')}/0",
               _("All ready experiments; what trains goes on.")),
    )  # fmt: skip


def shortcut_rows() -> list[tuple[str, str, str]]:
    """Keys of the pictures and curves, ``(group, what, keys)``, for the list of shortcuts."""
    wall, timeline, scene, curves = _("Sample wall"), _("Timeline"), _("2-D scene"), _("Curves")
    return [
        (wall, _("Go from sample to sample"), _("Arrow keys")),
        (wall, _("Enlarge the sample; close it again"), "Enter, Esc"),
        (timeline, _("One stored grid back or on"), "Left, Right"),
        (timeline, _("Ten back or on"), "PgUp, PgDown"),
        (timeline, _("Step 0; live"), "Home, End"),
        (timeline, _("Play the history"), "Space"),
        (scene, _("Zoom; everything in view again"), _("Ctrl+wheel, + and −; 0")),
        (scene, _("Move the view"), _("Arrow keys")),
        (curves, _("Move the cursor"), "Left, Right"),
        (curves, _("Zoom; everything in view again, then every spike"), _("Ctrl+wheel, + and −; 0")),
        (curves, _("Show the samples of the cursor’s step"), "Enter"),
    ]
