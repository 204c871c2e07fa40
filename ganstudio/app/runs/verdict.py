"""A run in words. Is it working? A verdict from what was measured up to a step; and what its updates are called."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace

from ganstudio.app.runs.health import curves, pictures
from ganstudio.app.runs.health.looking import RECENT, Look, Verdict
from ganstudio.app.runs.health.remedies import remedies, stored_patient
from ganstudio.app.runs.readings import Seen, Tables, seen_in, stored_tables
from ganstudio.core.dataspec import DataSpec
from ganstudio.core.errors import StoreError
from ganstudio.core.events import RoleInfo
from ganstudio.core.i18n import _
from ganstudio.store import Run

__all__ = ["Verdict", "judge", "judge_stored", "letters"]

EARLY = 30
Detector = Callable[[Look], Verdict | None]
PICTURES: tuple[Detector, ...] = pictures.by_heart, pictures.modes, pictures.alike
"""What the samples say; the first that says something is heard before the curves are."""
CURVES: tuple[Detector, ...] = (
    curves.vanishing, curves.strong, curves.weak, curves.stuck, curves.oscillating, curves.plateau,
)  # fmt: skip
"""What the curves say that is wrong, the worst first."""
MEANS_MORE = frozenset({"none"})
"""Pictures that say less than a curve that is wrong: nothing of the data is drawn, and the curve may tell why."""


def judge(tables: Tables, spec: DataSpec | None, step: int | None = None, seen: Seen | None = None) -> Verdict:
    """The verdict on a run's measured values.

    Numbers that are none any more come first. Then the samples: who looks at a collapsed picture shall not read that all is
    well, nor who looks at a good one that it is ill. Then what stands still, then what curves and gradients tell.

    Args:
        tables: measured values.
        spec: of the data.
        step: that is looked at: later values do not count; None: the newest.
        seen: measures of the samples on view; without them those that were written down up to that step.
    """
    look = Look(tables, spec, step, seen)
    wild = curves.diverging(look) if look.stop else None
    if wild is not None:
        return curves.weak(look) or wild
    if look.stop < EARLY:
        return Verdict(_("too early to tell"), _("The first steps say little. Wait a moment."), name="early")
    dead = curves.stuck(look)
    if dead is not None and dead.since is not None and dead.since <= RECENT:  # it never began
        return curves.vanishing(look) or curves.strong(look) or dead
    picture = _first(PICTURES, look)
    frozen = curves.frozen(look)
    if frozen is not None:
        return frozen if picture is None else replace(picture, text=f"{frozen.text} {picture.text}")
    certain = picture is not None and picture.name not in MEANS_MORE
    if picture is not None and certain and picture.tone == "warning":
        return picture
    if (burst := curves.exploding(look)) is not None:  # whatever it draws now
        return burst
    if picture is not None and certain and picture.tone == "good":
        return picture
    if (ill := _first(CURVES, look)) is not None:
        return ill
    balance = curves.balance(look)
    if picture is None and balance.tone == "good":  # so it sounds: whoever looks at the picture shall agree
        picture = pictures.partly(look)
    return balance if picture is None else picture


def _first(detectors: Sequence[Detector], look: Look) -> Verdict | None:
    return next((found for detect in detectors if (found := detect(look)) is not None), None)


def judge_stored(run: Run) -> Verdict:
    """The verdict on a run as it lies on disk, and what can be done about it.

    Raises:
        StoreError: it cannot be read.
    """
    grids, spec, seen = run.sample_steps(), run.info.spec, None
    with suppress(StoreError):  # a damaged picture is not looked at
        seen = seen_in(run.load_samples(grids[-1]), run.load_real(), spec) if grids else None
    tables = stored_tables(run)
    last = max((int(table.steps[-1]) for table in tables.values() if len(table)), default=0)
    found = judge(tables, spec, seen=seen if seen and last - grids[-1] < RECENT else None)
    return replace(found, remedies=remedies(found.name, found.since, stored_patient(run, found)))


def letters(roles: Sequence[RoleInfo]) -> tuple[str, ...]:
    """A few letters for each role, all different: the initials of its title (``"D"``, ``"G"``, ``"SG"``).

    Where two have the same initials, more letters of the last word tell them apart, or at last a number.
    """
    titles = [role.title for role in roles]
    found = []
    for place, title in enumerate(titles):
        others = titles[:place] + titles[place + 1 :]
        lengths = range(1, len(title) + 1)
        alone = (n for n in lengths if _initials(title, n) not in {_initials(other, n) for other in others})
        many = next(alone, 0)
        found.append(_initials(title, many) if many else f"{_initials(title, 1)}{place + 1}")
    return tuple(found)


def _initials(title: str, of_last: int) -> str:
    *before, last = title.split() or ["?"]
    return "".join(word[0].upper() for word in before) + last[0].upper() + last[1:of_last].lower()
