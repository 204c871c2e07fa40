"""What the samples themselves say: collapse, parts of the data, learning by heart. The picture is never contradicted."""

from __future__ import annotations

import math

import numpy as np

from ganstudio.app.runs.health.looking import Look, Verdict
from ganstudio.core.i18n import _, percent, plural
from ganstudio.core.series_words import share_of

PATIENCE = 1000  # steps after which few modes, or samples that are all alike, are no longer a matter of time
ALIKE = 25.0  # percent of the data's diversity below which samples look the same
PARTLY = 60.0  # and below which the networks’ balance alone is no good sign: they agree on a part of the data
FALLEN = 0.6  # of the best diversity so far: below it variety is being lost
TWINS = 60.0  # percent of the samples on view that have a twin among them
BY_HEART = 60.0  # percent of the samples on view that are a training item


def modes(look: Look) -> Verdict | None:
    """On samples whose true modes are known."""
    spec, seen = look.spec, look.found
    found, share = seen.get("modes", math.nan), seen.get("high-quality samples %", math.nan)
    if spec is None or not spec.modes or not np.isfinite([found, share]).all():
        return None
    count, total = int(found), len(spec.modes)
    # Few modes and every sample near one of them, or all samples alike: no way back. Few modes in a cloud: on the way.
    gathered = bool(count and share >= 50) or seen.get("diversity %", 100.0) < ALIKE
    drawn = _drawn(count, total) if count else _("None of {total} modes is drawn.").format(total=total)
    spread = seen.get("diversity %", math.nan)
    evidence = _("{share} of the samples lie on a mode.").format(share=share_of(share))
    if np.isfinite(spread):
        evidence = _("{share} of the samples lie on a mode; they have {spread} of the variety of the data.")
        evidence = evidence.format(share=share_of(share), spread=percent(spread))
    if count <= total / 2 and gathered and (count or look.now >= PATIENCE):
        since = look.seen_since("modes", lambda values: values <= total / 2)
        text = _("{modes} G gathers its samples in one place, where D errs most, instead of drawing all of the data.")
        return Verdict(_("mode collapse"), text.format(modes=drawn), "warning", "collapse", evidence, since)
    if count <= total / 2 and look.now >= PATIENCE:
        since = look.seen_since("modes", lambda values: values <= total / 2)
        text = _("{modes} The samples lie elsewhere, and they have had time to find the data.").format(modes=drawn)
        return Verdict(_("far from the data"), text, "warning", "none", evidence, since)
    if not count:
        return Verdict(
            _("no mode yet"), _("No sample lies on a mode of the data so far. Give it some time."), name="early"
        )
    lost = _modes_lost(look, count, total)
    if lost is not None:
        return lost
    if count < total:
        word = _("modes missing") if count > total / 2 else _("finding modes")
        return Verdict(word, drawn, name="missing", evidence=evidence)
    if share < 50:
        text = _("All {total} modes are reached; {share} of the samples lie on one.")
        return Verdict(_("all modes, blurred"), text.format(total=total, share=share_of(share)), name="blurred")
    text = _("All {total} modes are drawn; {share} of the samples lie on one (98.9\N{NO-BREAK SPACE}% is perfect).")
    return Verdict(_("all modes"), text.format(total=total, share=share_of(share)), "good", "all")


def _drawn(found: int, total: int) -> str:
    return plural("{n} of {total} modes is drawn.", "{n} of {total} modes are drawn.", found, total=total)


def _modes_lost(look: Look, count: int, total: int) -> Verdict | None:
    """It drew more of them for a while, and now draws fewer."""
    steps, values = look.tail("modes")
    values = values[steps >= PATIENCE // 2]
    if look.now < PATIENCE or len(values) < 20:
        return None
    fence = max(2.0, total / 4)
    best = float(np.quantile(values, 0.9))
    if best - count < fence or best - float(np.median(values[-5:])) < fence:
        return None
    text = _("{now} It drew {best} before: modes are being lost.").format(now=_drawn(count, total), best=int(best))
    since = look.seen_since("modes", lambda seen: best - seen >= fence)
    return Verdict(_("losing modes"), text, "warning", "collapse", _drawn(count, total), since)


def alike(look: Look) -> Verdict | None:
    """On samples that hardly differ from each other, or are few copies."""
    share, twins = look.found.get("diversity %", math.nan), look.found.get("twins %", math.nan)
    if share < ALIKE:
        told = percent(share)
        if look.now < PATIENCE:
            text = _("The samples hardly differ so far: {share} of the variety of the data. Early on that is usual.")
            return Verdict(_("all alike so far"), text.format(share=told), name="early")
        text = _("The samples hardly differ: G draws nearly the same whatever z is.")
        evidence = _("The samples have {share} of the variety of the data.").format(share=told)
        since = look.seen_since("diversity %", lambda values: values < ALIKE)
        return Verdict(_("collapse"), text, "warning", "collapse", evidence, since)
    if twins >= TWINS and look.now >= PATIENCE:
        text = _("G draws a few pictures over and over, however varied these few are.")
        evidence = _("{share} of the samples on view have a twin among them.").format(share=percent(twins))
        return Verdict(_("copies"), text, "warning", "collapse", evidence)
    return _falling(look, share)


def _falling(look: Look, share: float) -> Verdict | None:
    """On variety that was there and goes."""
    steps, values = look.tail("diversity %")
    values = values[steps >= PATIENCE // 2]
    if not share < PARTLY or look.now < PATIENCE or len(values) < 20:
        return None
    best = min(100.0, float(np.quantile(values, 0.9)))
    if not max(share, float(np.median(values[-5:]))) < FALLEN * best:
        return None
    text = _("The samples were more varied before: G is losing parts of the data.")
    evidence = _("Their variety fell from {best} to {share} of that of the data.")
    since = look.seen_since("diversity %", lambda seen: seen < FALLEN * best)
    evidence = evidence.format(best=percent(best), share=share_of(share))
    return Verdict(_("losing variety"), text, "warning", "collapse", evidence, since)


def by_heart(look: Look) -> Verdict | None:
    """On samples that are training items; known only where the batch on view is a good part of the data."""
    share = look.found.get("by heart %", math.nan)
    if not share >= BY_HEART:
        return None
    text = _(
        "G redraws its training items instead of new ones like them: there are too few, or it has trained too long."
    )
    evidence = _("{share} of the samples on view are nearer to a training item than those are to each other.")
    return Verdict(_("memorising"), text, "warning", "memorising", evidence.format(share=share_of(share)))


def partly(look: Look) -> Verdict | None:
    """On samples that differ, but much less than the data do."""
    share = look.found.get("diversity %", math.nan)
    if not share < PARTLY:
        return None
    text = _(
        "The samples have only {share} of the variety of the data: G draws a part of it, whatever D’s outputs say."
    )
    return Verdict(_("part of the data"), text.format(share=share_of(share)), name="partial")
