"""One measured number with everything that it depends on: without that it can be compared with no other."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from ganstudio.core.i18n import _


@dataclass(frozen=True, slots=True)
class Score:
    """A number that was measured of a run (or of two folders), and how.

    Attributes:
        metric: registry name, e.g. ``"fid"``.
        value: NaN where it was tried and is not defined.
        low, high: 95 % interval; NaN where nobody knows one.
        more: further numbers by name, e.g. a p-value.
        step: of the checkpoint; 0 for folders.
        source: ``"ema"`` or ``"raw"`` weights; empty for folders.
        extractor: registry name of what made features of items; empty where none was used.
        extractor_label: the same for people, with its accuracy: ``"classifier (97.1 % right)"``.
        count, real_count: how many generated and real items.
        split: part of the real set: ``"train"``, ``"held out"``, …
        resize: how items were brought to the extractor's size; empty where they were not.
        seed: of what was drawn.
        data: fingerprint of the real set.
        made: ISO time.
        seconds: how long it took.
        note: what a reader should know of it, in words; empty mostly.
    """

    metric: str
    value: float
    low: float = math.nan
    high: float = math.nan
    more: Mapping[str, float] = field(default_factory=dict)
    step: int = 0
    source: str = "ema"
    extractor: str = ""
    extractor_label: str = ""
    count: int = 0
    real_count: int = 0
    split: str = ""
    resize: str = ""
    seed: int = 0
    data: str = ""
    made: str = ""
    seconds: float = 0.0
    note: str = ""

    def label(self, title: str) -> str:
        """``"FID · classifier (97.1 % right) · 5,000 · train"``: two numbers with one label may be compared.

        Args:
            title: of the metric.
        """
        count = f"{self.count:,}" if self.count == self.real_count or not self.real_count else (
            _("{fake} against {real}").format(fake=f"{self.count:,}", real=f"{self.real_count:,}")
        )  # fmt: skip
        return " · ".join(part for part in (title, self.extractor_label, count, self.split, self.resize) if part)

    @property
    def terms(self) -> tuple[object, ...]:
        """What must be equal for two values to be comparable."""
        return (self.metric, self.extractor_label, self.count, self.real_count, self.split, self.resize, self.data)

    def to_json(self) -> dict[str, Any]:
        """Plain values; numbers that are not finite as None."""
        values = asdict(self)
        for name in ("value", "low", "high"):
            values[name] = values[name] if math.isfinite(values[name]) else None
        values["more"] = {name: value if math.isfinite(value) else None for name, value in self.more.items()}
        return values

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Score:
        """The inverse of :meth:`to_json`; unknown names are left out.

        Raises:
            KeyError, TypeError, ValueError: it is no score.
        """
        known = {name: values[name] for name in cls.__dataclass_fields__ if name in values}
        for name in ("value", "low", "high"):
            known[name] = math.nan if known.get(name) is None else float(known[name])
        more = dict(known.get("more") or {})
        known["more"] = {str(name): math.nan if value is None else float(value) for name, value in more.items()}
        return cls(**known)
