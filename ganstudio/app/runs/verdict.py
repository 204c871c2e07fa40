"""A run in words. Is it working? A verdict from what was measured up to a step; and what its updates are called."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from ganstudio.app.runs.readings import Seen, Tables, rows_until, stored_tables, value_at, words_of
from ganstudio.core.dataspec import DataSpec
from ganstudio.core.events import RoleInfo
from ganstudio.core.i18n import _, percent, plural
from ganstudio.core.series import SeriesTable
from ganstudio.store import Run

RECENT = 200  # steps that the verdict looks back
EARLY = 30
PATIENCE = 1000  # steps after which few modes, or samples that are all alike, are no longer a matter of time
ALIKE = 25.0  # percent of the data's diversity below which samples look the same
PARTLY = 60.0  # and below which the networks’ balance alone is no good sign: they agree on a part of the data
APART = 0.6  # D(x) − D(G(z)) from which on nobody would speak of balance
STILL = 40  # steps without an update after which a role is frozen, and not only trained now and then

Tone = Literal["good", "neutral", "warning"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """A short word, ``"balanced"``; what it means and what to try, in one or two sentences; and how to colour it."""

    word: str
    text: str
    tone: Tone = "neutral"


def judge(tables: Tables, spec: DataSpec | None, step: int | None = None, seen: Seen | None = None) -> Verdict:
    """The verdict on a run's measured values.

    The samples come first: who looks at a collapsed picture shall not read that all is well. Then what stands still, then
    how the networks balance.

    Args:
        tables: measured values.
        spec: of the data.
        step: that is looked at: later values do not count; None: the newest.
        seen: measures of the samples on view; without them those that were written down up to that step.
    """
    steps = tables.get("steps")
    stop = 0 if steps is None else rows_until(steps, step)
    if steps is None or stop < EARLY:
        return Verdict(_("too early to tell"), _("The first steps say little. Wait a moment."))
    now = int(steps.steps[stop - 1])
    names = "modes", "high-quality samples %", "diversity %"
    known = ((name, value_at(tables, name, step)) for name in names) if seen is None else ()
    found = {**(seen or {}), **{name: value[0] for name, value in known if value is not None}}
    picture = _modes(found, spec, now) or _alike(found, now)
    frozen = _frozen(steps, stop)
    if frozen is not None:
        return frozen if picture is None else replace(picture, text=f"{frozen.text} {picture.text}")
    balance = _balance(steps, stop)
    if picture is None and balance.tone == "good":  # so it sounds: whoever looks at the picture shall agree
        picture = _partly(found)
    worse = picture is not None and picture.tone == "neutral" and balance.tone == "warning"
    return balance if picture is None or worse else picture


def judge_stored(run: Run) -> Verdict:
    """The verdict on a run as it lies on disk.

    Raises:
        StoreError: it cannot be read.
    """
    return judge(stored_tables(run), run.info.spec)


def _modes(seen: Seen, spec: DataSpec | None, step: int) -> Verdict | None:
    """On samples whose true modes are known."""
    modes, share = seen.get("modes", np.nan), seen.get("high-quality samples %", np.nan)
    if spec is None or not spec.modes or not np.isfinite([modes, share]).all():
        return None
    found, total = int(modes), len(spec.modes)
    # Few modes and every sample near one of them, or all samples alike: no way back. Few modes in a cloud: on the way.
    settled = step >= PATIENCE or (found and (share >= 50 or seen.get("diversity %", 100.0) < ALIKE))
    if found <= total / 2 and settled:
        text = _drawn(found, total) if found else _("None of {total} modes is drawn.").format(total=total)
        cures = _("Cures: a lower learning rate, the non-saturating objective, a penalty — or duplicate this run as "
                  "WGAN-GP.")  # fmt: skip
        return Verdict(_("mode collapse"), f"{text} {cures}", "warning")
    if not found:
        return Verdict(_("no mode yet"), _("No sample lies on a mode of the data so far. Give it some time."))
    if found < total:
        word = _("modes missing") if settled or found > total / 2 else _("finding modes")
        return Verdict(word, _drawn(found, total))
    if share < 50:
        text = _("All {total} modes are reached; {share} of the samples lie on one.")
        return Verdict(_("all modes, blurred"), text.format(total=total, share=percent(share)))
    text = _("All {total} modes are drawn; {share} of the samples lie on one (98.9\N{NO-BREAK SPACE}% is perfect).")
    return Verdict(_("all modes"), text.format(total=total, share=percent(share)), "good")


def _drawn(found: int, total: int) -> str:
    return plural("{n} of {total} modes is drawn.", "{n} of {total} modes are drawn.", found, total=total)


def _alike(seen: Seen, step: int) -> Verdict | None:
    """On samples that hardly differ."""
    share = seen.get("diversity %", np.nan)
    if not share < ALIKE:
        return None
    if step < PATIENCE:
        text = _("The samples hardly differ so far: {share} of the variety of the data. Early on that is usual.")
        return Verdict(_("all alike so far"), text.format(share=percent(share)))
    text = _("The samples hardly differ: {share} of the variety of the data. Cures: a lower learning rate, a penalty, "
             "spectral norm, the non-saturating objective — or go back to an earlier checkpoint.")  # fmt: skip
    return Verdict(_("collapse"), text.format(share=percent(share)), "warning")


def _partly(seen: Seen) -> Verdict | None:
    """On samples that differ, but much less than the data do."""
    share = seen.get("diversity %", np.nan)
    if not share < PARTLY:
        return None
    text = _(
        "The samples have only {share} of the variety of the data: G draws a part of it, whatever D’s outputs say."
    )
    return Verdict(_("part of the data"), text.format(share=percent(share)))


def _frozen(steps: SeriesTable, stop: int) -> Verdict | None:
    """On roles that are not trained while others are; None where all are."""
    newest: dict[str, int] = {}
    for info in steps.series:
        if info.kind == "loss":
            losses = steps.column(info.name)[:stop]
            rows = np.flatnonzero(~np.isnan(losses[-STILL:]))
            last = stop - len(losses[-STILL:]) + int(rows[-1]) if len(rows) else -1
            newest[info.role] = max(newest.get(info.role, -1), last)
    still = [role for role, row in newest.items() if row < 0]
    if not still or len(still) == len(newest):
        return None
    of_them = [steps.column(i.name)[:stop] for i in steps.series if i.kind == "loss" and i.role in still]
    trained = [int(rows[-1]) for rows in map(np.flatnonzero, (~np.isnan(losses) for losses in of_them)) if len(rows)]
    names = {"discriminator": "D", "generator": "G", "encoder": "E"}
    who = ", ".join(names.get(role, role) for role in still)
    if trained:
        text = _("Not trained since step {step}: {who}. What was measured of it is that old.")
        text = text.format(step=f"{steps.steps[max(trained)]:,}", who=who)
    else:
        text = _("Not trained yet: {who}.").format(who=who)
    words = words_of(steps, "probability") or words_of(steps, "score")
    means = [_recent(steps, name, stop) for name in words or ()]
    if words and None not in means:
        told = _("The further {real} and {fake} lie apart, the better D tells real from generated.")
        text += " " + told.format(real=words[0], fake=words[1])
    return Verdict(_("{who} frozen").format(who=who), text)


def _recent(table: SeriesTable, name: str, stop: int) -> float | None:
    if all(info.name != name for info in table.series):
        return None
    values = table.column(name)[max(0, stop - RECENT) : stop]
    finite = values[np.isfinite(values)]
    return float(finite.mean()) if len(finite) else None


def _balance(steps: SeriesTable, stop: int) -> Verdict:
    names = words_of(steps, "probability") or ("", "")
    real, fake = (_recent(steps, name, stop) for name in names)
    if real is None or fake is None:
        return _critic(steps, stop)
    if fake < 0.03 and real > 0.97:
        text = _("D is sure of every item, so G learns little. Try a lower D learning rate, spectral norm, dropout or a "
                 "penalty.")  # fmt: skip
        return Verdict(_("discriminator wins"), text, "warning")
    if fake > 0.9 and real < 0.6:
        text = _("D is fooled nearly always. Try a higher D learning rate or more D updates per G update.")
        return Verdict(_("generator wins"), text, "warning")
    if real - fake > APART:
        text = _(
            "D tells most items apart. Usual early on; if it stays so, help G: a lower D learning rate or a penalty."
        )
        return Verdict(_("discriminator leads"), text)
    if fake - real > 0.1:
        return Verdict(_("generator leads"), _("D finds fakes more real than data. It should find back by itself."))
    if abs(real - 0.5) < 0.06 and abs(fake - 0.5) < 0.06:
        text = _("D hardly tells real from fake: {real} and {fake} are both near ½. Look at the samples to know why.")
        return Verdict(_("near equilibrium"), text.format(real=names[0], fake=names[1]), "good")
    return Verdict(_("balanced"), _("Both networks still have something to learn from each other."), "good")


def _critic(steps: SeriesTable, stop: int) -> Verdict:
    names = words_of(steps, "score") or ("", "")
    real, fake = (_recent(steps, name, stop) for name in names)
    if real is None or fake is None:
        text = _("Nothing that was measured lately tells how the networks balance: judge by the samples.")
        return Verdict(_("training"), text)
    gap = real - fake
    start = max(0, stop - 10 * RECENT)
    early_real, early_fake = (steps.column(name)[start:stop][:RECENT] for name in names)
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
