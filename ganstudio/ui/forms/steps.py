"""What an arrow key does to a number: 1-2-5 on logarithmic fields, a round hundredth of the range on others."""

from __future__ import annotations

import math

from ganstudio.app.drafts import problem_of
from ganstudio.core.fields import FieldSpec

SMALLEST = 1e-12
"""Below this a logarithmic field steps to its lower bound."""


def stepped(spec: FieldSpec, value: float, steps: int) -> int | float:
    """The value ``steps`` arrow keys away (negative: down), never outside the allowed range."""
    for _ in range(abs(steps)):
        following = _one(spec, value, 1 if steps > 0 else -1)
        if problem_of(spec, following):
            following = _edge(spec, value, 1 if steps > 0 else -1)
        value = following
    return value


def can_step(spec: FieldSpec, value: float, direction: int) -> bool:
    """Whether there is anywhere to go."""
    return stepped(spec, value, direction) != value


def _edge(spec: FieldSpec, value: float, direction: int) -> int | float:
    """The bound itself where it is allowed, else the value unchanged."""
    bound = spec.high if direction > 0 else spec.low
    if bound is None:
        return value
    edge = int(bound) if spec.kind == "int" else float(bound)
    return value if problem_of(spec, edge) else edge


def _one(spec: FieldSpec, value: float, direction: int) -> int | float:
    if spec.kind == "int":
        return _one_int(spec, int(value), direction)
    if spec.log and value >= 0:
        return _log_step(spec, float(value), direction)
    step = linear_step(spec, value)
    return float(f"{(round(value / step) + direction) * step:.10g}") if step else value


def _one_int(spec: FieldSpec, value: int, direction: int) -> int:
    if not spec.log or value <= 1:
        return value + direction
    if value & (value - 1) == 0:  # batch sizes and widths are powers of two and stay so
        return value * 2 if direction > 0 else value // 2
    following = round(series_step(float(value), direction))
    return following if following != value else value + direction


def _log_step(spec: FieldSpec, value: float, direction: int) -> float:
    low = spec.low or 0.0
    if value == 0:
        return value if direction < 0 else 1e-6
    following = series_step(value, direction)
    return low if following < SMALLEST else following


def series_step(value: float, direction: int) -> float:
    """The neighbour of a positive number among 0.1, 0.2, 0.5, 1, 2, 5, 10 and so on."""
    exponent = math.floor(math.log10(value)) - 1
    series = [float(f"{digit}e{exponent + shift}") for shift in range(4) for digit in (1, 2, 5)]
    slack = 1e-9 * value
    if direction > 0:
        return next(item for item in series if item > value + slack)
    return next(item for item in reversed(series) if item < value - slack)


def linear_step(spec: FieldSpec, value: float) -> float:
    """A round step: about a hundredth of the range, or a tenth of the value where there is no range."""
    if spec.low is not None and spec.high is not None and spec.high - spec.low <= 1000:
        rough = (spec.high - spec.low) / 100
    else:
        rough = max(abs(value), 1e-3) / 10
    return series_step(rough * 1.0000001, -1)
