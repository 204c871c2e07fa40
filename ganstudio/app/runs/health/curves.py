"""What losses, gradients and D's words say: one detector for each illness, each None where it does not see it."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from ganstudio.app.runs.health.looking import RECENT, SEEN, Look, Verdict, short, told
from ganstudio.core.i18n import _, percent

APART = 0.6  # D(x) − D(G(z)) from which on nobody would speak of balance
STILL = 40  # steps without an update after which a role is frozen, and not only trained now and then
HUGE = 1000.0  # of a loss or a critic's value: nobody's usual size
AWAY = 1000.0  # percent of the data's variety: the samples fly off
FAINT, VIOLENT = 0.005, 300.0  # of a gradient's norm
STUCK = 0.01  # relative change of all measures of the samples below which G does not learn
POOR, GOOD = 60.0, 50.0  # percent of the data’s variety, and of samples that lie on a mode
PLATEAU = 2000  # steps without any gain after which a run that is not good has stalled
SWINGS = (400, 100), (1600, 80)  # fast and slow ones: rows that are looked at, and in how many running means
REGULAR, TURNS = 0.45, 6  # of a swing: how alike two of its periods are, and how often it crosses its middle
SETTLED = 500  # steps before which swings are a beginning and no illness
WIDE, SLIGHT, RELATIVE = 0.14, 0.1, 0.5  # its deviation: of a probability, of a regular one; of others ÷ their size


def diverging(look: Look) -> Verdict | None:
    """Losses that are no numbers any more, or grow without bound; samples that fly away from the data."""
    text = _("The numbers grow without bound. Go back to before that began, with lower learning rates or a penalty.")
    bad = [step for info in look.of("loss") for step in look.steps.not_finite(info.name)[-2000:] if step <= look.now]
    if bad and max(bad) >= look.steps.steps[max(0, look.stop - STILL)]:
        since = int(min(bad))
        evidence = _("The losses are not finite numbers since step {step:,}.").format(step=since)
        return Verdict(_("diverging"), text, "warning", "diverging", evidence, since)
    for info in look.of("loss", "score"):
        size = abs(look.mean(info.name, rows=50))
        if not size >= HUGE or size < 3 * abs(look.mean(info.name, look.stop // 2, 50)):
            continue
        since = look.began(lambda stop, name=info.name: abs(look.mean(name, stop, 50)) >= HUGE, stride=50)  # type: ignore[misc]
        evidence = _("“{name}” is {value} over the last 50 steps.").format(name=info.label, value=short(size))
        return Verdict(_("diverging"), text, "warning", "diverging", evidence, since)
    share = look.found.get("diversity %", math.nan)
    if share > AWAY:
        since = look.seen_since("diversity %", lambda values: values > AWAY)
        evidence = _("The samples are spread {times} times as widely as the data.").format(times=short(share / 100))
        return Verdict(_("diverging"), text, "warning", "diverging", evidence, since)
    return None


def _gradient(look: Look, role: str, holds: Callable[[float], bool]) -> tuple[str, float, int] | None:
    """A gradient of a role whose usual norm, lately, is so: what it is called, the norm, and since when."""
    rows = 20  # one is measured every ten steps

    def usual(name: str, stop: int) -> float:
        part = look.tables["gradients"].column(name)[max(0, stop - rows) : stop]
        finite = part[np.isfinite(part)]
        return float(np.median(finite)) if len(finite) >= rows // 2 else math.nan

    for info in look.of("gradient", role=role, table="gradients"):
        table = look.tables["gradients"]
        stop = int(np.searchsorted(table.steps, look.now, side="right"))
        value = usual(info.name, stop)
        if holds(value):
            since = look.began(lambda stop, name=info.name: holds(usual(name, stop)), "gradients", rows)  # type: ignore[misc]
            return info.label, value, since
    return None


def vanishing(look: Look) -> Verdict | None:
    """G hears nothing: its gradient is nearly 0 while D is sure of itself."""
    real, fake = look.pair(look.probabilities)
    if look.probabilities is not None and not real - fake > APART:
        return None  # at an equilibrium a small gradient is what one wants
    if look.probabilities is None and look.scores is None:
        return None
    found = _gradient(look, "generator", lambda norm: norm < FAINT)
    if found is None:
        return None
    text = _("G’s gradient is next to nothing, so it learns nothing from D’s judgement.")
    evidence = _("{name} is {value} over the last 200 steps.").format(name=found[0], value=short(found[1]))
    return Verdict(_("vanishing gradient"), text, "warning", "vanishing", evidence, found[2])


def exploding(look: Look) -> Verdict | None:
    """Gradients of a size at which a step throws the weights about."""
    for role in ("generator", "discriminator"):
        found = _gradient(look, role, lambda norm: norm > VIOLENT)
        if found is not None:
            text = _("The gradients are so large that every step throws the weights about.")
            evidence = _("{name} is {value} over the last 200 steps.").format(name=found[0], value=short(found[1]))
            return Verdict(_("exploding gradients"), text, "warning", "exploding", evidence, found[2])
    return None


def swing(values: NDArray[np.float32], count: int) -> tuple[float, float, int]:
    """How regularly values go up and down, seen in so many means of neighbours.

    Returns:
        how alike they are one period later (a correlation, 0 where there is no period), the deviation of the means about
        a straight line, and the period in values. The deviation is 0 where they do not go up and down at all.
    """
    size = max(1, len(values) // count)
    blocks = values[len(values) % size :].reshape(-1, size)
    known = np.isfinite(blocks)
    means = np.where(known, blocks, 0).sum(1, dtype=np.float64) / np.maximum(known.sum(1), 1)
    if not known.any(1).all():
        return 0.0, 0.0, 0
    place = np.linspace(-1, 1, len(means))
    level = means - means.mean() - place * (place @ (means - means.mean())) / (place @ place)
    power = float(level @ level)
    if power <= 0 or int((np.diff(np.sign(level)) != 0).sum()) < TURNS:
        return 0.0, 0.0, 0
    whole = np.correlate(level, level, "full")[len(level) - 1 :] / power
    whole *= len(level) / np.arange(len(level), 0, -1)  # fewer pairs the further apart
    below = np.flatnonzero(whole < 0)
    first = int(below[0]) if len(below) else len(whole)
    half = whole[: len(whole) // 2]
    deviation = float(np.sqrt(power / len(level)))
    if first + 1 >= len(half):
        return 0.0, deviation, 0
    best = first + int(half[first:].argmax())
    return float(half[best]), deviation, best * size


def oscillating(look: Look) -> Verdict | None:
    """D and G chase each other: D's words, or the losses, rise and fall."""
    for label, read in _swinging(look) if look.stop >= SETTLED else ():
        for rows, count in SWINGS:
            now = _swings(read(look.stop - rows, look.stop), rows, count, look.probabilities is not None)
            if now is None:
                continue

            def so(stop: int, rows: int = rows, count: int = count, read: _Read = read) -> bool:
                part = read(stop - rows, stop)
                return _swings(part, rows, count, look.probabilities is not None) is not None

            text = _("D and G chase each other in circles instead of settling: each undoes what the other has learned.")
            size = short(now[0] * math.sqrt(2))
            if now[1]:
                evidence = _("{name} swings by ±{size}, every {period:,} steps or so.")
                evidence = evidence.format(name=label, size=size, period=now[1])
            else:
                evidence = _("{name} swings by ±{size} over the last {rows:,} steps.")
                evidence = evidence.format(name=label, size=size, rows=min(rows, look.stop))
            since = look.began(so, stride=rows // 2)
            return Verdict(_("oscillating"), text, "warning", "oscillation", evidence, since)
    return None


_Read = Callable[[int, int], NDArray[np.float32]]


def _swinging(look: Look) -> list[tuple[str, _Read]]:
    """What may swing, each with its name: D's probabilities, or a critic's gap, or the losses of both players."""

    def column(name: str) -> _Read:
        return lambda start, stop: look.steps.column(name)[max(0, start) : stop]

    if look.probabilities is not None:
        return [(name, column(name)) for name in look.probabilities]
    if look.scores is not None:
        real, fake = map(column, look.scores)
        gap = _("{real} − {fake}").format(real=look.scores[0], fake=look.scores[1])
        return [(gap, lambda start, stop: real(start, stop) - fake(start, stop))]
    both = [info for info in look.of("loss") if info.role in ("generator", "discriminator")]
    return [(info.label, column(info.name)) for info in both]


def _swings(part: NDArray[np.float32], rows: int, count: int, shares: bool) -> tuple[float, int] | None:
    """The deviation and the period (0: none) of values that swing, probabilities or others; None where they do not."""
    if len(part) < rows // 2:
        return None
    alike, deviation, period = swing(part, count)
    if shares:
        fits = deviation >= WIDE or (alike >= REGULAR and deviation >= SLIGHT)
    else:
        fits = alike >= REGULAR and deviation > 0 and deviation >= RELATIVE * float(np.nanmean(np.abs(part)))
    return (deviation, period if alike >= REGULAR else 0) if fits else None


def frozen(look: Look) -> Verdict | None:
    """On roles that are not trained while others are; None where all are."""
    steps, stop = look.steps, look.stop
    newest: dict[str, int] = {}
    for info in look.of("loss"):
        losses = steps.column(info.name)[:stop]
        rows = np.flatnonzero(~np.isnan(losses[-STILL:]))
        last = stop - len(losses[-STILL:]) + int(rows[-1]) if len(rows) else -1
        newest[info.role] = max(newest.get(info.role, -1), last)
    still = [role for role, row in newest.items() if row < 0]
    if not still or len(still) == len(newest):
        return None
    of_them = [steps.column(info.name)[:stop] for info in look.of("loss") if info.role in still]
    trained = [int(rows[-1]) for rows in map(np.flatnonzero, (~np.isnan(losses) for losses in of_them)) if len(rows)]
    names = {"discriminator": "D", "generator": "G", "encoder": "E"}
    who = ", ".join(names.get(role, role) for role in still)
    since = int(steps.steps[max(trained)]) if trained else None
    if since is not None:
        text = _("Not trained since step {step}: {who}. What was measured of it is that old.")
        text = text.format(step=f"{since:,}", who=who)
    else:
        text = _("Not trained yet: {who}.").format(who=who)
    words = look.probabilities or look.scores
    if words and np.isfinite(look.pair(words)).all():
        more = _("The further {real} and {fake} lie apart, the better D tells real from generated.")
        text += " " + more.format(real=words[0], fake=words[1])
    return Verdict(_("{who} frozen").format(who=who), text, name="frozen", since=since)


def stuck(look: Look) -> Verdict | None:
    """G is trained and its samples do not change at all; where they are good, that is no illness."""
    if look.found.get("high-quality samples %", 0.0) >= GOOD:
        return None
    spans: list[tuple[float, float]] = []
    for name in SEEN:
        steps, values = look.tail(name, 512)
        if name == "diversity %" and not spans and len(values) and values[-1] >= POOR:
            return None  # that alone says little of samples that vary: healthy ones keep theirs, too
        count = max(8, int((steps >= look.now - RECENT * 2).sum()))  # a quick run is looked at only now and then
        part = values[-count:]
        fresh = len(values) >= count and look.now - int(steps[-1]) <= RECENT
        if fresh and look.now - int(steps[-count]) >= 2 * RECENT:
            spans.append((float(np.ptp(part)), float(np.abs(part).mean())))
    if not spans or not any(size for _span, size in spans) or any(span > STUCK * size for span, size in spans):
        return None
    return _stalled(
        look, _("G is trained and what it draws does not change: its learning rate, or what D tells it, is too small.")
    )


def _stalled(look: Look, text: str) -> Verdict:
    name = next(name for name in reversed(SEEN) if len(look.tail(name, 1)[1]))
    value = look.tail(name, 1)[1][-1]
    since = look.seen_since(name, lambda values: np.abs(values - value) <= 0.02 * np.abs(value))
    evidence = _("“{name}” has been about {value:.0f} since step {step:,}.")
    return Verdict(_("stalled"), text, "warning", "stalled", evidence.format(name=name, value=value, step=since), since)


def plateau(look: Look) -> Verdict | None:
    """No measure of the samples has got better for long, though they are far from the data."""
    share, good = look.found.get("diversity %", math.nan), look.found.get("high-quality samples %", math.nan)
    poor = good < 20 if look.spec is not None and look.spec.modes else share < 80
    if look.now < 2 * PLATEAU or not poor:
        return None
    for name in SEEN:
        steps, values = look.tail(name)
        before, after = (values[part] for part in (steps < look.now - PLATEAU, steps >= look.now - PLATEAU))
        if name == "diversity %":
            before, after = np.minimum(before, 100), np.minimum(after, 100)
        if len(before) and len(after) and np.quantile(after, 0.9) > 1.02 * np.quantile(before[-200:], 0.9):
            return None
    if not len(look.tail(SEEN[-1])[1]):
        return None
    text = _("Nothing has got better for {steps:,} steps, though the samples are far from the data.")
    return _stalled(look, text.format(steps=PLATEAU))


def strong(look: Look) -> Verdict | None:
    """D is sure of everything."""
    names = look.probabilities
    edge = 0.02 if look.now < SETTLED else 0.04  # at first D is often ahead

    def so(stop: int) -> bool:
        real, fake = look.pair(names, stop)
        return fake < edge and real > 1 - edge

    if names is None or not so(look.stop):
        return None
    text = _("D is sure of every item, so G learns little from it.")
    evidence = told(names, look.pair(names), min(RECENT, look.stop))
    return Verdict(_("discriminator wins"), text, "warning", "strong", evidence, look.began(so))


def weak(look: Look) -> Verdict | None:
    """D is fooled by nearly everything, or takes what is drawn for the data and the data for drawn."""
    names = look.probabilities

    def so(stop: int) -> bool:
        real, fake = look.pair(names, stop)
        return 2 > fake > 0.8 and fake > real + 0.2  # beyond that the numbers run away

    if names is None or not so(look.stop):
        return None
    text = _("D is fooled nearly always, so what it tells G is worth nothing.")
    evidence = told(names, look.pair(names), min(RECENT, look.stop))
    return Verdict(_("generator wins"), text, "warning", "weak", evidence, look.began(so))


def balance(look: Look) -> Verdict:
    """How the networks stand to each other; what is said where nothing is wrong."""
    names = look.probabilities or ("", "")
    real, fake = look.pair(look.probabilities)
    if not np.isfinite([real, fake]).all():
        return _critic(look)
    evidence = told(names, (real, fake), min(RECENT, look.stop))
    if real - fake > APART:
        text = _(
            "D tells most items apart. Usual early on; if it stays so, help G: a lower D learning rate or a penalty."
        )
        since = look.began(lambda stop: (pair := look.pair(names, stop))[0] - pair[1] > APART)
        return Verdict(_("discriminator leads"), text, "neutral", "leads", evidence, since)
    if fake - real > 0.1:
        text = _("D finds fakes more real than data. It should find back by itself.")
        since = look.began(lambda stop: (pair := look.pair(names, stop))[1] - pair[0] > 0.1)
        return Verdict(_("generator leads"), text, "neutral", "behind", evidence, since)
    if abs(real - 0.5) < 0.06 and abs(fake - 0.5) < 0.06:
        text = _("D hardly tells real from fake: {real} and {fake} are both near ½. Look at the samples to know why.")
        text = text.format(real=names[0], fake=names[1])
        share = look.found.get("diversity %", math.nan)
        if math.isfinite(share):
            more = _("The samples have {share} of the variety of the data.").format(share=percent(share))
            evidence = f"{evidence} {more}"
        return Verdict(_("near equilibrium"), text, "good", "equilibrium", evidence)
    text = _("Both networks still have something to learn from each other.")
    return Verdict(_("balanced"), text, "good", "balanced", evidence)


def _critic(look: Look) -> Verdict:
    real, fake = look.pair(look.scores)
    if look.scores is None or not np.isfinite([real, fake]).all():
        text = _("Nothing that was measured lately tells how the networks balance: judge by the samples.")
        return Verdict(_("training"), text, name="training")
    gap, evidence = real - fake, told(look.scores, (real, fake), min(RECENT, look.stop))
    start = max(0, look.stop - 10 * RECENT)
    early = look.pair(look.scores, min(start + RECENT, look.stop))
    before = early[0] - early[1] if np.isfinite(early).all() else gap
    if gap < before - 0.05 * abs(before):  # a critic's gap may be negative
        text = _("The critic’s gap falls, from {before:.3g} to {gap:.3g}: samples come closer to the data.")
        return Verdict(_("improving"), text.format(before=before, gap=gap), "good", "improving", evidence)
    text = _("The critic’s gap, {gap:.3g}, is an estimate of the distance to the data; it should fall over time.")
    return Verdict(_("learning"), text.format(gap=gap), "neutral", "learning", evidence)
