"""What a study tries: its plan, and for each method the values that it may take."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from ganstudio.core.errors import UsageError
from ganstudio.core.fields import Value, field_of
from ganstudio.core.i18n import _

MOST_CONFIGURATIONS = 10_000
_NO_END = 10_000_000
_LIVE_HINT = "live:"
Better = Literal["lower", "higher", "half"]


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Span(_Strict):
    """Values from ``low`` to ``high``, on a logarithmic scale where ``log`` is set."""

    low: float
    high: float
    log: bool = False


class Judge(_Strict):
    """By what a run is judged.

    Attributes:
        metric: registry name, or ``"live:NAME"`` for the last value of a curve that is measured while training.
        extractor: what makes features of items; empty where the metric needs none, or for its own choice.
        count: how many items on each side; 0: as the metric likes.
        better: ``"lower"``, ``"higher"`` or ``"half"``; empty: as the metric says (a curve has to be told).
    """

    metric: str
    extractor: str = ""
    count: int = Field(0, ge=0, le=1_000_000)
    better: Literal["", "lower", "higher", "half"] = ""

    @property
    def live(self) -> str:
        """The name of the curve; empty for a metric of the registry."""
        return self.metric.removeprefix(_LIVE_HINT) if self.metric.startswith(_LIVE_HINT) else ""


class Pruning(_Strict):
    """A run that is worse than the median of the others so far is ended early.

    Attributes:
        after: not before this step (or second, where the budget is in seconds).
        by: the curve that is looked at.
        better: which way it is better.
        first: so many runs are finished before any is ended early.
    """

    after: int = Field(ge=0)
    by: str
    better: Literal["lower", "higher"] = "higher"
    first: int = Field(4, ge=1)


class Plan(_Strict):
    """A study file. ``space`` maps a hyper-parameter to a list of values or a :class:`Span`; ``fixed`` to one value.

    A hyper-parameter (or a value of one) that a method does not have is left out for that method.
    """

    name: str = Field(min_length=1, max_length=100)
    data: str = Field(min_length=1)
    methods: tuple[str, ...] = Field(min_length=1)
    steps: int = Field(0, ge=0, le=_NO_END)
    seconds: float = Field(0.0, ge=0)
    seeds: tuple[int, ...] = Field((0,), min_length=1)
    search: Literal["grid", "random", "tpe"] = "grid"
    trials: int = Field(0, ge=0, le=MOST_CONFIGURATIONS)
    device: str = "auto"
    space: dict[str, list[bool | int | float | str] | Span] = Field(default_factory=dict)
    fixed: dict[str, bool | int | float | str] = Field(default_factory=dict)
    judge: Judge
    report: tuple[Judge, ...] = ()
    pruning: Pruning | None = None

    @property
    def last_step(self) -> int:
        """The step at which a run ends at the latest."""
        return self.steps or _NO_END


@dataclass(frozen=True, slots=True)
class Choice:
    """One hyper-parameter of one method: ``key`` is its name in the search, ``values`` or ``span`` what it may be."""

    name: str
    key: str
    values: tuple[Value, ...] = ()
    span: Span | None = None
    whole: bool = False


def _allowed(method: str, name: str, value: Value) -> bool:
    """Whether a method has this setting and takes the value for it; text for a number is refused, too."""
    from ganstudio.core.fields import validate
    from ganstudio.methods import METHODS

    model = METHODS[method].Hyper
    if name not in model.model_fields or (isinstance(value, str) != (field_of(model, name).kind in ("choice", "text"))):
        return False
    try:
        validate(model, {name: value})
    except UsageError as error:
        # One value by itself may contradict a default; whether the whole fits is seen when a run is made.
        return f"({name})" not in str(error)
    return True


def choices(plan: Plan, method: str) -> list[Choice]:
    """What of the space a method has, in the order of the file."""
    from ganstudio.methods import METHODS

    found = []
    for name, given in plan.space.items():
        if name not in METHODS[method].Hyper.model_fields:
            continue
        if isinstance(given, Span):
            if _allowed(method, name, _rounded(method, name, given.low)) and _allowed(
                method, name, _rounded(method, name, given.high)
            ):
                whole = field_of(METHODS[method].Hyper, name).kind == "int"
                found.append(Choice(name, name, span=given, whole=whole))
            continue
        fitting = tuple(value for value in given if _allowed(method, name, value))
        if fitting:  # Optuna wants one set of values for one key
            found.append(Choice(name, name if len(fitting) == len(given) else f"{name} of {method}", fitting))
    return found


def _rounded(method: str, name: str, value: float) -> Value:
    from ganstudio.methods import METHODS

    return round(value) if field_of(METHODS[method].Hyper, name).kind == "int" else value


def fixed_of(plan: Plan, method: str) -> dict[str, Value]:
    """The fixed settings that a method has."""
    return {name: value for name, value in plan.fixed.items() if _allowed(method, name, value)}


def grid(plan: Plan) -> Iterator[dict[str, Value]]:
    """Every point as search keys: ``{"method": …, "lr_g": …}``. Without ``trials`` all count."""
    for method in plan.methods:
        rows = choices(plan, method)
        for values in itertools.product(*(row.values for row in rows)):
            yield {"method": method, **{row.key: value for row, value in zip(rows, values, strict=True)}}


def planned(plan: Plan) -> int:
    """How many runs it is: each configuration with every seed; lists of values may run out before ``trials``."""
    if any(isinstance(values, Span) for values in plan.space.values()):
        return plan.trials * len(plan.seeds)
    most = plan.trials or MOST_CONFIGURATIONS
    return len(list(itertools.islice(grid(plan), most))) * len(plan.seeds)


def hyper_of(plan: Plan, point: Mapping[str, Value]) -> dict[str, Value]:
    """The hyper-parameters of a point, without the fixed ones."""
    rows = choices(plan, str(point["method"]))
    return {row.name: point[row.key] for row in rows if row.key in point}


def key_of(method: str, hyper: Mapping[str, Value]) -> str:
    """One text for one configuration."""
    return json.dumps([method, dict(sorted(hyper.items()))])


def better_of(judge: Judge) -> Better:
    """Which way a value is better.

    Raises:
        UsageError: there is no such metric, or nobody says which way.
    """
    if judge.live:
        if judge.better:
            return judge.better
        raise UsageError(
            _("“better” must say whether higher or lower values of “{name}” are better.").format(name=judge.live)
        )
    from ganstudio.metrics import all_metrics

    known = all_metrics()[judge.metric]  # refused also where the file says which way
    better = judge.better or known.better
    if not better:
        raise UsageError(_("“{name}” is neither better high nor low: a study cannot be judged by it.").format(
            name=judge.metric))  # fmt: skip
    return better


def slug(name: str) -> str:
    """The name as a folder's: ``"triangles-small"``."""
    return re.sub(r"[^\w]+", "-", name.lower()).strip("-")[:60] or "study"
