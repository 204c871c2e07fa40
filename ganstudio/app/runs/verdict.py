"""A run in words. Is it working? A verdict from its last measurements alone; and what its updates are called."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from ganstudio.core.dataspec import DataSpec
from ganstudio.core.events import RoleInfo, SeriesKind
from ganstudio.core.i18n import _
from ganstudio.core.series import SeriesTable
from ganstudio.store import Run

RECENT = 200  # steps that the verdict looks back
EARLY = 30
PATIENCE = 1000  # steps after which not a single mode is no longer a matter of time

Tone = Literal["good", "neutral", "warning"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """A short word, ``"balanced"``; what it means and what to try, in one or two sentences; and how to colour it."""

    word: str
    text: str
    tone: Tone = "neutral"


def _recent(table: SeriesTable | None, name: str) -> float | None:
    if table is None or all(info.name != name for info in table.series):
        return None
    values = table.column(name)[-RECENT:]
    finite = values[np.isfinite(values)]
    return float(finite.mean()) if len(finite) else None


def words_of(table: SeriesTable | None, kind: SeriesKind) -> tuple[str, str] | None:
    """The names of D's word on real and on generated items, ``("D(x)", "D(G(z))")``; None where it is not measured."""
    if table is None:
        return None
    names = {info.role: info.name for info in reversed(table.series) if info.kind == kind}
    return (names["real"], names["fake"]) if {"real", "fake"} <= names.keys() else None


def judge(tables: Mapping[str, SeriesTable], spec: DataSpec | None) -> Verdict:
    """The verdict on a run's measured values."""
    steps = tables.get("steps")
    if steps is None or len(steps) < EARLY:
        return Verdict(_("too early to tell"), _("The first steps say little. Wait a moment."))
    return _modes(tables.get("quality"), spec) or _balance(steps)


def judge_stored(run: Run) -> Verdict:
    """The verdict on a run as it lies on disk.

    Raises:
        StoreError: it cannot be read.
    """
    tables = {name: SeriesTable(name) for name in run.tables()}
    for name, table in tables.items():
        for rows in run.rows(name):
            table.append(rows)
    return judge(tables, run.info.spec)


def _modes(quality: SeriesTable | None, spec: DataSpec | None) -> Verdict | None:
    if quality is None or spec is None or not spec.modes or len(quality) < 2:
        return None
    modes, share = float(quality.column("modes")[-1]), float(quality.column("high-quality samples %")[-1])
    if not np.isfinite([modes, share]).all():
        return None
    found, total = int(modes), len(spec.modes)
    if not found and quality.steps[-1] < PATIENCE:
        return Verdict(_("no mode yet"), _("No sample lies on a mode of the data so far. Give it some time."))
    if found <= total / 2:
        text = _("Only {found} of {total} modes are drawn. Cures: a lower learning rate, the non-saturating objective, a "
                 "penalty — or duplicate this run as WGAN-GP.")  # fmt: skip
        return Verdict(_("mode collapse"), text.format(found=found, total=total), "warning")
    if found < total:
        return Verdict(_("modes missing"), _("{found} of {total} modes are drawn.").format(found=found, total=total))
    if share < 50:
        text = _("All {total} modes are reached; {share:.0f} % of the samples lie on one.")
        return Verdict(_("all modes, blurred"), text.format(total=total, share=share))
    text = _("All {total} modes are drawn; {share:.0f} % of the samples lie on one (98.9 % is perfect).")
    return Verdict(_("all modes"), text.format(total=total, share=share), "good")


def _balance(steps: SeriesTable) -> Verdict:
    names = words_of(steps, "probability") or ("", "")
    real, fake = (_recent(steps, name) for name in names)
    if real is None or fake is None:
        return _critic(steps)
    if fake < 0.03 and real > 0.97:
        text = _("D is sure of every item, so G learns little. Try a lower D learning rate, spectral norm, dropout or a "
                 "penalty.")  # fmt: skip
        return Verdict(_("discriminator wins"), text, "warning")
    if fake > 0.9 and real < 0.6:
        text = _("D is fooled nearly always. Try a higher D learning rate or more D updates per G update.")
        return Verdict(_("generator wins"), text, "warning")
    if abs(real - 0.5) < 0.06 and abs(fake - 0.5) < 0.06:
        text = _("D hardly tells real from fake: {real} and {fake} are both near ½. Look at the samples to know why.")
        return Verdict(_("near equilibrium"), text.format(real=names[0], fake=names[1]), "good")
    return Verdict(_("balanced"), _("Both networks still have something to learn from each other."), "good")


def _critic(steps: SeriesTable) -> Verdict:
    names = words_of(steps, "score") or ("", "")
    real, fake = (_recent(steps, name) for name in names)
    if real is None or fake is None:
        return Verdict(_("training"), _("This method has no discriminator to read a balance from."))
    gap = real - fake
    count = min(len(steps), 10 * RECENT)
    early_real, early_fake = (steps.column(name)[-count:][:RECENT] for name in names)
    early = early_real - early_fake
    early = early[np.isfinite(early)]
    before = float(early.mean()) if len(early) else gap
    if gap < before - 0.05 * abs(before):  # a critic's gap may be negative
        text = _("The critic’s gap falls, from {before:.3g} to {gap:.3g}: samples come closer to the data.")
        return Verdict(_("improving"), text.format(before=before, gap=gap), "good")
    text = _("The critic’s gap, {gap:.3g}, is an estimate of the distance to the data; it should fall over time.")
    return Verdict(_("learning"), text.format(gap=gap))


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
