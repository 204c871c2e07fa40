"""What is measured: the table of rows, and one measured figure."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

Direction = Literal["at least", "at most"]


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured figure.

    Attributes:
        name: of the row, or of the row and what about it: ``"timer-image-p99"``.
        value: the median of its repetitions where there are several.
        unit: ``"×"`` for ratios, else ``"ms"``, ``"s"``, ``"MB"``…
        what: in words, what was divided by what or timed.
        target: the bound that it should keep; None for a figure that is only told.
        direction: on which side of the target it should lie.
        raw: the numbers that it was made from.
    """

    name: str
    value: float
    unit: str
    what: str
    target: float | None = None
    direction: Direction = "at least"
    raw: Mapping[str, Any] = field(default_factory=dict)

    @property
    def ok(self) -> bool | None:
        """Whether the target was reached; None where there is none."""
        if self.target is None:
            return None
        return self.value >= self.target if self.direction == "at least" else self.value <= self.target

    @property
    def bound(self) -> str:
        """The target as people write it, ``"≥ 1.15"``; empty where there is none."""
        if self.target is None:
            return ""
        return f"{'≥' if self.direction == 'at least' else '≤'} {self.target:g}"

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        return {
            "name": self.name,
            "value": self.value,
            "unit": self.unit,
            "what": self.what,
            "target": self.bound or None,
            "ok": self.ok,
            "raw": dict(self.raw),
        }

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Figure:
        """The inverse of :meth:`to_json`."""
        bound = values["target"]
        return cls(
            values["name"],
            values["value"],
            values["unit"],
            values["what"],
            float(bound[2:]) if bound else None,
            "at most" if bound and bound[0] == "≤" else "at least",
            values["raw"],
        )


@dataclass(frozen=True, slots=True)
class Row:
    """A row that can be asked for by name, and the module whose ``measure(name, quick)`` measures it."""

    name: str
    module: str
    needs: Literal["", "window", "cuda"] = ""


ROWS = {
    row.name: row
    for row in (
        Row("engine-image", "ganstudio.bench.engine"),
        Row("engine-small", "ganstudio.bench.engine"),
        Row("engine-points", "ganstudio.bench.engine"),
        Row("window-image", "ganstudio.bench.window", "window"),
        Row("window-points", "ganstudio.bench.window", "window"),
        Row("window-two", "ganstudio.bench.window", "window"),
        Row("window-half", "ganstudio.bench.window", "window"),
        Row("window-default", "ganstudio.bench.window", "window"),
        Row("timer", "ganstudio.bench.timer", "window"),
        Row("theme", "ganstudio.bench.theme", "window"),
        Row("start", "ganstudio.bench.start", "window"),
        Row("start-train", "ganstudio.bench.start"),
        Row("curves", "ganstudio.bench.curves", "window"),
        Row("checkpoint", "ganstudio.bench.checkpoint"),
        Row("ranks", "ganstudio.bench.ranks"),
        Row("live-metric", "ganstudio.bench.watching"),
        Row("metrics-prc", "ganstudio.bench.metrics"),
        Row("metrics-fid", "ganstudio.bench.metrics"),
        Row("study-workers", "ganstudio.bench.study"),
        *(
            Row(f"explore-{what}", "ganstudio.bench.explore", "window")
            for what in ("slider", "drag", "sweep", "live", "projection", "memory")
        ),
        *(Row(f"paint-{what}", "ganstudio.bench.paint", "window") for what in ("ink", "stroke", "final", "undo")),
        Row("translate-forward", "ganstudio.bench.paint", "window"),
        Row("cuda-image", "ganstudio.bench.cuda", "cuda"),
        Row("cuda-points", "ganstudio.bench.cuda", "cuda"),
    )
}


def ratio(
    name: str,
    what: str,
    target: float | None,
    above: Sequence[float],
    below: Sequence[float],
    others: Sequence[float],
    **raw: Any,
) -> Figure:
    """The median of ratios of pairs measured one right after the other, so that a busy machine slows both alike.

    Args:
        name: of the figure.
        what: in words.
        target: to be reached or exceeded.
        above: measured values, divided by those in ``below``.
        below: measured values.
        others: the share of the machine that other programs took during each pair. Only the calmer half of the pairs
            counts (and all that were as calm): how two programs share a crowded processor says nothing of either.
        **raw: more numbers to tell.
    """
    ratios = [a / b for a, b in zip(above, below, strict=True)]
    limit = statistics.median_low(others)
    calm = [each for each, crowd in zip(ratios, others, strict=True) if crowd <= limit]
    numbers = {
        "above": _short(above),
        "below": _short(below),
        "ratios": _short(ratios),
        "taken by others": [round(crowd, 2) for crowd in others],
        "median of all": statistics.median(ratios),
    }
    return Figure(name, statistics.median(calm), "×", what, target, "at least", numbers | raw)


def _short(values: Sequence[float]) -> list[float]:
    return [float(f"{value:.4g}") for value in values]
