"""Curves and clouds of points as SVG for a page that stands alone: no script, no font, no file beside it. No Qt."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import numpy as np
from numpy.typing import NDArray

from ganstudio.core.bands import Floats, Spread, common_axis, mean_and_band, on_axis
from ganstudio.core.i18n import _
from ganstudio.core.series import By, SeriesTable
from ganstudio.core.ticks import linear_ticks, short_number, time_ticks

WIDTH, HEIGHT = 680, 240
_LEFT, _RIGHT, _TOP, _BOTTOM = 56, 168, 10, 34
_POINTS = 240
_MOST_DOTS = 600
_UNITS: dict[By, str] = {"step": _("step"), "images": _("images seen"), "seconds": _("training time")}
STYLE = """
svg { display: block; max-width: 100%; height: auto; font: 11px system-ui, sans-serif; }
svg text { fill: var(--muted); } svg .rule { stroke: var(--rule); fill: none; }
svg .line { fill: none; stroke-width: 1.5; stroke-linejoin: round; } svg .band { stroke: none; opacity: .16; }
.c0 { stroke: var(--c0); fill: var(--c0); stroke-dasharray: none; }
.c1 { stroke: var(--c1); fill: var(--c1); stroke-dasharray: 9 4; }
.c2 { stroke: var(--c2); fill: var(--c2); stroke-dasharray: 3 3; }
.c3 { stroke: var(--c3); fill: var(--c3); stroke-dasharray: 12 3 3 3; }
.c4 { stroke: var(--c4); fill: var(--c4); stroke-dasharray: 6 2; }
.c5 { stroke: var(--c5); fill: var(--c5); stroke-dasharray: 2 5; }
"""
"""Of the drawings; the page says what the colours are. Lines differ in their dashes as well."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """One line of a chart: its name, where it lies, and the edges of its band (the line itself where it has none)."""

    name: str
    x: Floats
    y: Floats
    low: Floats
    high: Floats


def drawn(name: str, series: str, tables: Sequence[SeriesTable], by: By, spread: Spread = "range") -> Drawn | None:
    """Runs as one line of a chart, at most some hundred points long; None where nothing was measured.

    Args:
        name: what the line is called.
        series: name of the column.
        tables: those of each run that have it.
        by: the x axis.
        spread: what the band shows.
    """
    found = []
    for table in tables:
        values = table.column(series)
        there = np.isfinite(values)
        found.append((table.positions(by)[there].astype(np.float64), values[there].astype(np.float64)))
    axis = common_axis([x for x, _y in found], _POINTS)
    if not len(axis):
        return None
    return Drawn(name, axis, *mean_and_band(np.array([on_axis(x, y, axis) for x, y in found]), spread))


def chart(title: str, lines: Sequence[Drawn], by: By) -> str:
    """A chart as SVG; every line is named at its end.

    Args:
        title: what is measured.
        lines: six at most.
        by: the unit of x.
    """
    right, bottom = WIDTH - _RIGHT, HEIGHT - _BOTTOM
    edges = np.concatenate([part for line in lines for part in (line.low, line.high)])
    edges = edges[np.isfinite(edges)]
    x0, x1 = min(float(line.x[0]) for line in lines), max(float(line.x[-1]) for line in lines)
    y0, y1 = (float(edges.min()), float(edges.max())) if len(edges) else (0.0, 1.0)
    pad = 0.06 * (y1 - y0) or abs(y1) * 0.1 or 0.5
    x1, y0, y1 = x1 if x1 > x0 else x0 + 1, y0 - pad, y1 + pad

    def across(x: float) -> float:
        return _LEFT + (x - x0) / (x1 - x0) * (right - _LEFT)

    def down(y: float) -> float:
        return bottom - (y - y0) / (y1 - y0) * (bottom - _TOP)

    def path(x: Floats, y: Floats) -> str:
        return " ".join(f"{across(a):.1f},{down(b):.1f}" for a, b in zip(x, y, strict=True) if math.isfinite(b))

    parts = [f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(title)}">']
    for value, text in linear_ticks(y0, y1, 5):
        parts.append(f'<path class="rule" d="M{_LEFT} {down(value):.1f}H{right}"/>')
        parts.append(f'<text x="{_LEFT - 6}" y="{down(value) + 4:.1f}" text-anchor="end">{escape(text)}</text>')
    ticks = time_ticks(x0, x1, 5) if by == "seconds" else linear_ticks(x0, x1, 5, whole=True)
    for value, text in ticks:
        parts.append(f'<text x="{across(value):.1f}" y="{bottom + 16}" text-anchor="middle">{escape(text)}</text>')
    parts.append(f'<text x="{right}" y="{HEIGHT - 4}" text-anchor="end">{escape(_UNITS[by])}</text>')
    places = _apart([down(_last(line)) for line in lines])
    for number, line in enumerate(lines):
        look = f"c{number % 6}"
        if not np.array_equal(line.low, line.high, equal_nan=True):
            both = np.concatenate((line.x, line.x[::-1])), np.concatenate((line.low, line.high[::-1]))
            parts.append(f'<polygon class="band {look}" points="{path(*both)}"/>')
        parts.append(f'<polyline class="line {look}" style="fill:none" points="{path(line.x, line.y)}"/>')
        words = f"{line.name} {short_number(_last(line))}"
        place = places[number]
        parts.append(f'<path class="line {look}" d="M{right + 6} {place:.1f}h16"/>')
        parts.append(
            f'<text x="{right + 26}" y="{place + 4:.1f}">{escape(_short(words))}<title>{escape(words)}</title></text>'
        )
    return "".join((*parts, "</svg>"))


def cloud(points: NDArray[np.float32], extent: float, title: str) -> str:
    """Points of the plane as SVG.

    Args:
        points: float32 ``(n, 2)``; the first few hundred are drawn.
        extent: they lie in ``[-extent, extent]²``.
        title: what they are.
    """
    inside = points[np.isfinite(points).all(axis=1)][:_MOST_DOTS]
    dots = "".join(
        f'<circle cx="{100 + 96 * x / extent:.1f}" cy="{100 - 96 * y / extent:.1f}" r="1.4"/>'
        for x, y in inside.tolist()
        if max(abs(x), abs(y)) <= extent
    )
    frame = '<rect class="rule" x="1" y="1" width="198" height="198"/>'
    return (
        f'<svg viewBox="0 0 200 200" class="cloud" role="img" aria-label="{escape(title)}">{frame}<g>{dots}</g></svg>'
    )


def _last(line: Drawn) -> float:
    there = line.y[np.isfinite(line.y)]
    return float(there[-1]) if len(there) else math.nan


def _short(words: str) -> str:
    return words if len(words) <= 26 else f"{words[:13]}…{words[-12:]}"


def _apart(wanted: list[float], gap: float = 14.0) -> list[float]:
    """Places near the wanted ones that do not meet, in the same order from the top down."""
    order = sorted(range(len(wanted)), key=lambda place: (math.isnan(wanted[place]), wanted[place]))
    placed, last = dict.fromkeys(order, 0.0), -math.inf
    for place in order:
        here = wanted[place] if math.isfinite(wanted[place]) else 0.0
        placed[place] = last = max(here, last + gap)
    over = max(0.0, last - (HEIGHT - _BOTTOM))
    return [placed[place] - over for place in range(len(wanted))]
