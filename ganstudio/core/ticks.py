"""Numbers as people of this field write them (few digits, but enough to tell neighbours apart), and where ticks lie."""

from __future__ import annotations

import math

from ganstudio.core.fields import format_number
from ganstudio.core.i18n import clock

Ticks = list[tuple[float, str]]
_TIMES = (0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 21600, 43200, 86400)


def _minus(text: str) -> str:
    return text.replace("-", "−", 1) if text.startswith("-") else text


def short_number(value: float) -> str:
    """A measured value in at most seven characters: ``0.497``, ``12.3 k``, ``−2.31e-4``."""
    if math.isnan(value):
        return "–"
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    size = abs(value)
    if size == 0:
        return "0"
    if size >= 9.995e9 or size < 9.995e-4:
        return _minus(format_number(float(f"{value:.2e}"))) if size < 1 else _minus(f"{value:.2e}".replace("e+", "e"))
    for limit, factor, unit in ((9.995e8, 1e9, "G"), (9.995e5, 1e6, "M"), (9.9995e3, 1e3, "k")):
        if size >= limit:
            return f"{_minus(_digits(value / factor))} {unit}"
    return _minus(_digits(value))


def _digits(value: float) -> str:
    """Three significant digits, trailing zeros kept, never an exponent."""
    size = abs(float(f"{value:.3g}"))
    return f"{value:.{sum(size < limit for limit in (100, 10, 1, 0.1, 0.01))}f}"


def duration(seconds: float) -> str:
    """A duration as people read it: ``4.2 s``, ``1:10``, ``2:05:00``."""
    if seconds < 60:
        return f"{seconds:.1f} s" if seconds < 10 and seconds != int(seconds) else f"{int(seconds)} s"
    return clock(seconds)


def spacing(span: float, count: float) -> float:
    """The smallest of 1, 2, 5 × 10ⁿ that divides a span into at most so many parts."""
    rough = span / max(count, 1)
    power: float = 10.0 ** math.floor(math.log10(rough))
    return next(step * power for step in (1, 2, 5, 10) if step * power >= rough * (1 - 1e-9))


def linear_ticks(low: float, high: float, count: float, whole: bool = False) -> Ticks:
    """About ``count`` round values in [low, high]; ``whole`` allows only whole numbers."""
    if not high > low:
        return []
    step = spacing(high - low, count)
    if whole:
        step = max(step, 1.0)
    values = [index * step for index in range(math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9) + 1)]
    return [(value, _tick_text(value, step, max(abs(low), abs(high)))) for value in values]


def _tick_text(value: float, step: float, largest: float) -> str:
    if abs(value) < step * 1e-6:
        return "0"
    for limit, factor, unit in ((1e9, 1e9, " G"), (1e6, 1e6, " M"), (1e4, 1e3, " k")):
        if largest >= limit:
            decimals = max(0, -math.floor(math.log10(step / factor) + 1e-9))
            if decimals <= 3:
                return _minus(f"{value / factor:.{decimals}f}") + unit
    decimals = max(0, -math.floor(math.log10(step) + 1e-9))
    if decimals > 3 and largest < 1e-2:
        return _minus(format_number(float(f"{value:.3e}")))
    return _minus(f"{value:.{min(decimals, 7)}f}")


def time_ticks(low: float, high: float, count: int) -> Ticks:
    """About ``count`` round times in [low, high] seconds."""
    if not high > low:
        return []
    rough = (high - low) / max(count, 1)
    if rough < _TIMES[0]:
        return [(value, f"{text} s") for value, text in linear_ticks(low, high, count)]
    step = next((time for time in _TIMES if time >= rough), None) or 86400 * math.ceil(rough / 86400)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [(index * step, duration(index * step)) for index in range(first, last + 1)]


def log_ticks(low: float, high: float, count: int) -> Ticks:
    """Round values of a logarithmic axis in [low, high], both positive: as many per decade as there is room for."""
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    every = max(1, math.ceil((last - first) / max(count, 1)))
    choices = [((1, 2, 5), 1), ((1, 3), 1), ((1,), 1), ((1,), every), ((1,), max(1, every // 2))]
    best: list[float] = []
    for mantissas, step in choices:
        exponents = [exponent for exponent in range(first, last + 1) if exponent % step == 0]
        values = [mantissa * 10.0**exponent for exponent in exponents for mantissa in mantissas]
        values = [value for value in values if low <= value <= high]
        if len(values) >= 2:
            best = values
            if len(values) <= 1.5 * count + 1:
                break
    texts = [(value, _log_text(value)) for value in best]
    return texts or linear_ticks(low, high, count) or linear_ticks(low, high, 2 * count)


def _log_text(value: float) -> str:
    if value >= 1e4:
        return f"{value:.0e}".replace("e+0", "e").replace("e+", "e") if value >= 1e6 else f"{value / 1e3:g} k"
    return format_number(value)
