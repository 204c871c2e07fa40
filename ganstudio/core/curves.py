"""What curves show and how: plots, marks, the part of the run that is looked at, and the values their axes span."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ganstudio.core.events import SeriesInfo
from ganstudio.core.i18n import _
from ganstudio.core.series import By, SeriesTable
from ganstudio.core.series_words import shared

Floats = NDArray[np.float64]
Dash = tuple[int, ...]
"""Pixels on, off, on, off, … along x; empty is a solid line."""
MarkKind = Literal["hyper", "checkpoint", "best"]
OTHER_RUN = ""
"""Stands for all its lines among what is hidden, where each series stands for itself."""
_TAIL = 0.02
"""The share of values on either side that is not taken for the bulk of a curve."""
_BEYOND = 0.75
"""So many times the width of its bulk a curve may reach beyond it; what lies further away is a spike."""
_FEWEST = 12
"""With fewer values none is a spike."""


@dataclass(frozen=True, slots=True)
class Mark:
    """Something at a step: a hyper-parameter was changed, a checkpoint saved, or it is the best so far."""

    step: int
    seconds: float
    kind: MarkKind
    text: str

    def at(self, by: By) -> float:
        """Where it lies on the x axis."""
        return float(self.step) if by == "step" else self.seconds


@dataclass(frozen=True, slots=True)
class PlotKind:
    """One plot of the stack and which series belong in it.

    Attributes:
        key: name under which the layout is stored, see :func:`plot_key`.
        log: logarithmic until a person says otherwise.
        equilibrium: fixed to 0..1 with the line at 1/2.
        sparse: measured now and then with care: never smoothed.
    """

    key: str
    title: str
    help: str
    log: bool = False
    equilibrium: bool = False
    sparse: bool = False


PLOTS = (
    PlotKind("loss", _("Losses"), _("Every term of the losses that are minimised, as the optimiser sees it.")),
    PlotKind(
        "distance",
        _("Distance to the data"),
        _("How far many samples lie from the data, measured now and then: the lower, the better."),
        sparse=True,
    ),
    PlotKind(
        "probability",
        _("D(x) and D(G(z))"),
        _("How real the discriminator finds real data and fakes; ½ means that it cannot tell them apart."),
        equilibrium=True,
    ),
    PlotKind(
        "score", _("Critic scores"), _("The critic's mean value on real data and on fakes; it has no fixed scale.")
    ),
    PlotKind(
        "gradient", _("Gradient norms"), _("Euclidean norm of each network's gradient, before clipping."), log=True
    ),
    PlotKind("quality", _("Quality"), _("Measures of the samples, taken now and then."), sparse=True),
)


def plot_key(info: SeriesInfo) -> str:
    """The plot that a series belongs in: that of its kind; a measure has one of its own.

    Measures of one unit whose names have the same first part (``"rate/discriminator"``, ``"rate/generator"``) share it.
    """
    if info.kind != "measure":
        return info.kind
    return f"measure/{info.name.partition('/')[0]} {info.unit}".rstrip()


def plots_of(series: Iterable[SeriesInfo]) -> list[PlotKind]:
    """The usual plots, and those of all measures among some series, titled with what they measure and its unit."""
    found: dict[str, dict[str, SeriesInfo]] = {}
    for info in series:
        if info.kind == "measure":
            found.setdefault(plot_key(info), {}).setdefault(info.name, info)
    plots = list(PLOTS)
    for key, named in found.items():
        infos = list(named.values())
        title = infos[0].label if len(infos) == 1 else shared(infos) or infos[0].name.partition("/")[0]
        title = title[:1].upper() + title[1:]
        if infos[0].unit:
            title = _("{what} ({unit})").format(what=title, unit=infos[0].unit)
        plots.append(PlotKind(key, title, _("A quantity that this method measures of itself.")))
    return plots


@dataclass(frozen=True, slots=True)
class Style:
    """Colour and dash of one series."""

    colour: str
    dash: Dash = ()


@dataclass(frozen=True, slots=True)
class Curve:
    """One line of a plot.

    Attributes:
        comparison: of another run that lies below this one's lines.
        label: what it is called in its plot.
        of: the run it belongs to, where lines of several are drawn.
        run: which one of several equal runs that is: it has that one's look, and is switched with it; None: of one run.
        clock: of several equal runs, how far this one has gone.
    """

    table: SeriesTable
    info: SeriesInfo
    comparison: bool
    style: Style = Style("")
    label: str = ""
    of: str = ""
    run: int | None = None
    clock: SeriesTable | None = None

    def ended(self, where: float, by: By) -> bool:
        """Whether its run, one of several, has not gone so far."""
        return self.clock is not None and where > end_of(self.clock, by)

    @property
    def key(self) -> str:
        """What it is switched by."""
        return self.info.name if self.run is None else f"run {self.run}"

    @property
    def words(self) -> str:
        """Its run, where there are several, and what it shows."""
        return f"{self.of} · {self.info.short}" if self.of else self.label


class Piece(NamedTuple):
    """The part of a curve that is seen; ``faint`` where it lies behind its smoothed self."""

    curve: Curve
    x: Floats
    y: Floats
    faint: bool


class Spike(NamedTuple):
    """A value that the y axis does not reach: where it is along x in pixels, what it is, and on which side it lies."""

    curve: Curve
    x: float
    y: float
    above: bool


@dataclass(slots=True)
class View:
    """What all plots of the stack share: the visible part of the x axis and the ways of drawing.

    Attributes:
        by: the unit of ``x0``, ``x1``, ``full`` and ``cursor``.
        follow: show the whole run and follow its newest step.
        weight: of the smoothing, 0 for none.
        spikes: the y axes reach to every single value, also to those far away from all others.
        log: logarithmic y; None leaves it to each plot.
        cursor: where the mouse or the arrow keys point.
        picked: the step that the timeline shows.
        told: the step up to which what is said beside the curves was read of a table; others are read to their end.
        hidden: keys of curves that are switched off, and :data:`OTHER_RUN`.
    """

    by: By = "step"
    x0: float = 0.0
    x1: float = 1.0
    full: tuple[float, float] = (0.0, 1.0)
    follow: bool = True
    weight: float = 0.0
    spikes: bool = False
    log: bool | None = None
    show_marks: bool = True
    marks: tuple[Mark, ...] = ()
    cursor: float | None = None
    picked: int | None = None
    told: dict[SeriesTable, int] = field(default_factory=dict)
    hidden: set[str] = field(default_factory=set)

    def shows(self, curve: Curve) -> bool:
        """Whether a curve is switched on."""
        return curve.key not in self.hidden and not (curve.comparison and OTHER_RUN in self.hidden)

    def picked_at(self, table: SeriesTable | None) -> float | None:
        """Where on the x axis the step lies that the timeline shows; ``table`` relates steps to seconds."""
        return None if self.picked is None else convert(float(self.picked), table, "step", self.by)

    def reads_at(self, clock: SeriesTable | None, table: SeriesTable | None) -> float:
        """Where a table is read: at the cursor, else at the timeline's step, else at what is told beside, else at the end.

        ``clock`` relates steps to seconds.
        """
        where = self.picked_at(clock) if self.cursor is None else self.cursor
        if where is None and table in self.told:
            where = convert(float(self.told[table]), table, "step", self.by)
        return self.full[1] if where is None else where

    def set_full(self, tables: list[SeriesTable]) -> None:
        """Takes the extent of all rows; the visible part follows where it should."""
        ends = [(float(x[0]), float(x[-1])) for x in (table.positions(self.by) for table in tables) if len(x)]
        low = min((first for first, _last in ends), default=0.0)
        high = max((last for _first, last in ends), default=low)
        self.full = (low, high if high > low else low + 1.0)
        if self.follow:
            self.x0, self.x1 = self.full

    def zoom(self, factor: float, centre: float) -> None:
        """Shows ``factor`` times as much of the x axis, keeping ``centre`` where it is."""
        smallest = 1e-3 if self.by == "seconds" else 4.0
        whole = self.full[1] - self.full[0]
        span = max((self.x1 - self.x0) * factor, min(smallest, whole))
        if span >= whole:
            self.follow = True
            self.x0, self.x1 = self.full
            return
        share = (centre - self.x0) / (self.x1 - self.x0)
        self.follow = False
        self._show(centre - share * span, span)

    def pan(self, distance: float) -> None:
        """Moves the visible part along the x axis, no further than the data reach."""
        if not self.follow:
            self._show(self.x0 + distance, self.x1 - self.x0)

    def _show(self, start: float, span: float) -> None:
        self.x0 = min(max(start, self.full[0]), max(self.full[1] - span, self.full[0]))
        self.x1 = self.x0 + span

    def fit(self) -> None:
        """Shows everything, and follows what comes; where that is so already, with every spike, or without them again."""
        self.spikes = not self.spikes if self.follow else self.spikes
        self.follow = True
        self.x0, self.x1 = self.full


def longest(tables: Iterable[SeriesTable]) -> SeriesTable | None:
    """The table with most rows: it relates steps to seconds."""
    return max(tables, key=len, default=None)


def end_of(table: SeriesTable, by: By) -> float:
    """Where a table ends on the x axis."""
    return float(table.positions(by)[-1]) if len(table) else -math.inf


def convert(x: float, table: SeriesTable | None, source: By, target: By) -> float:
    """A position in steps as one in seconds, or back, between the rows of ``table``."""
    if table is None or not len(table) or source == target:
        return x
    return float(np.interp(x, table.positions(source), table.positions(target)))


class Span(NamedTuple):
    """What a curve asks of the axis: its bulk, and the limits beyond which its values are spikes."""

    low: float
    high: float
    least: float
    most: float


def span_of(values: Floats, spikes: bool) -> Span | None:
    """The span of some values without NaN, on the scale they are drawn on; None for none.

    Args:
        values: float64 ``(n,)``.
        spikes: they count like any other value.
    """
    if not len(values):
        return None
    low, high = float(values.min()), float(values.max())
    if spikes or len(values) < _FEWEST:
        return Span(low, high, low, high)
    first = int(_TAIL * len(values))
    parted = np.partition(values, (first, len(values) - 1 - first))
    inner_low, inner_high = float(parted[first]), float(parted[-1 - first])
    reach = _BEYOND * (inner_high - inner_low)
    if not reach:  # it stands still but for what is worth seeing
        return Span(low, high, low, high)
    return Span(inner_low, inner_high, max(low, inner_low - reach), min(high, inner_high + reach))
