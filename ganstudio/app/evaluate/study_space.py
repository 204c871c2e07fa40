"""What a study tries: its file, checked, and for each method the values that it may take."""

from __future__ import annotations

import itertools
import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ganstudio.core.errors import StoreError, UsageError
from ganstudio.core.fields import Value, field_of, fields_of
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


def read_plan(file: Path) -> Plan:
    """Reads and checks a study file; loads the methods, which bring torch.

    Raises:
        UsageError: it is no TOML, or a key is wrong; the sentence names file and key.
        StoreError: it cannot be read.
    """
    try:
        values = tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise StoreError(_("{path} cannot be read: {why}.").format(path=file, why=error.strerror)) from error
    except ValueError as error:  # also text that is no UTF-8
        raise UsageError(_("{path} is no study file: {why}").format(path=file, why=error)) from error
    try:
        plan = Plan.model_validate(values)
        check_plan(plan)
    except ValidationError as error:
        raise UsageError(_in_words(file, error)) from None
    except UsageError as error:
        raise UsageError(f"{file.name}: {error}") from error
    return plan


def _in_words(file: Path, error: ValidationError) -> str:
    first = min(error.errors(), key=lambda one: one["type"] != "extra_forbidden")  # a wrong name explains a missing one
    kinds = ("list", "Span", "bool", "int", "float", "str")
    where = ".".join(str(part) for part in first["loc"] if str(part) not in kinds and not str(part).startswith("list["))
    if first["type"] == "extra_forbidden":
        known = ", ".join(Plan.model_fields)
        return _("{file}: there is no key “{key}”. Known at the top: {known}.").format(
            file=file.name, key=where, known=known
        )
    if first["type"] == "missing":
        return _("{file}: the key “{key}” is missing.").format(file=file.name, key=where)
    return _("{file}: “{key}” cannot be {value}: {why}.").format(
        file=file.name, key=where, value=json.dumps(first.get("input"), default=str)[:80], why=first["msg"]
    )


def check_plan(plan: Plan) -> None:
    """Refuses what could not be tried, before anything is trained.

    Raises:
        UsageError: says which key is wrong and what is allowed.
    """
    from ganstudio.data import DATASETS, parse_request
    from ganstudio.methods import METHODS

    if not plan.steps and not plan.seconds:
        raise UsageError(_("“steps” or “seconds” must say how long a run may train."))
    if len(set(plan.seeds)) < len(plan.seeds) or min(plan.seeds) < 0:
        raise UsageError(_("“seeds” must be different whole numbers, 0 or more."))
    if len(set(plan.methods)) < len(plan.methods):
        raise UsageError(_("“methods” names a method twice."))
    kind = DATASETS[parse_request(plan.data).name].kind
    for method in plan.methods:
        METHODS[method].resolve({}, kind)
    for name in (*plan.space, *plan.fixed):
        _check_name(plan, name)
    for name in plan.space:
        if name in plan.fixed:
            raise UsageError(_("“{name}” is both in [space] and in [fixed].").format(name=name))
        if not any(choice.name == name for method in plan.methods for choice in choices(plan, method)):
            _refuse_values(plan, name)
    for name, value in plan.fixed.items():
        if not any(name in fixed_of(plan, method) for method in plan.methods):
            raise UsageError(_("[fixed] {name}: no method takes {value}.").format(name=name, value=value))
    _check_search(plan)
    for judge in (plan.judge, *plan.report):
        better_of(judge)


def _check_name(plan: Plan, name: str) -> None:
    from ganstudio.methods import METHODS

    known = {spec.name for method in plan.methods for spec in fields_of(METHODS[method].Hyper)}
    if name not in known:
        raise UsageError(
            _("No method of this study has a setting called “{name}”. Known: {known}.").format(
                name=name, known=", ".join(sorted(known))
            )
        )


def _refuse_values(plan: Plan, name: str) -> None:
    from ganstudio.methods import METHODS

    for method in plan.methods:
        if name in METHODS[method].Hyper.model_fields:
            wanted = field_of(METHODS[method].Hyper, name).range_text
            raise UsageError(_("[space] {name}: none of its values is allowed; allowed is {wanted}.").format(
                name=name, wanted=wanted or _("text")))  # fmt: skip


def _check_search(plan: Plan) -> None:
    spans = [name for name, values in plan.space.items() if isinstance(values, Span)]
    for name in spans:
        span = plan.space[name]
        if isinstance(span, Span) and (span.low >= span.high or (span.log and span.low <= 0)):
            raise UsageError(
                _("[space] {name}: “low” must be less than “high”, and above 0 with “log”.").format(name=name)
            )
    if plan.search == "grid":
        if spans:
            raise UsageError(
                _('A grid needs lists of values, and “{name}” is a range: give a list, or search = "random".').format(
                    name=spans[0]
                )
            )
        if len(list(itertools.islice(grid(plan), MOST_CONFIGURATIONS + 1))) > MOST_CONFIGURATIONS:
            raise UsageError(_("This grid has more than {n} points.").format(n=f"{MOST_CONFIGURATIONS:,}"))
    elif not plan.trials:
        raise UsageError(_("“trials” must say how many configurations are tried with search = \"{search}\".").format(
            search=plan.search))  # fmt: skip


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
    if judge.better:
        return judge.better
    if judge.live:
        raise UsageError(
            _("“better” must say whether higher or lower values of “{name}” are better.").format(name=judge.live)
        )
    from ganstudio.metrics import all_metrics

    better = all_metrics()[judge.metric].better
    if not better:
        raise UsageError(_("“{name}” is neither better high nor low: a study cannot be judged by it.").format(
            name=judge.metric))  # fmt: skip
    return better


def check_growth(old: Plan, new: Plan) -> None:
    """A study that was begun may only grow: more trials, more seeds.

    Raises:
        UsageError: something else changed; says what.
    """
    for name in Plan.model_fields:
        before, now = getattr(old, name), getattr(new, name)
        if before == now or (name == "seeds" and now[: len(before)] == before):
            continue
        if name == "trials" and (now == 0 or (before and now >= before)):
            continue
        raise UsageError(
            _("This study was begun with another “{key}”; only “trials” and “seeds” may grow. Give the changed study "
              "another name, or another folder.").format(key=name)
        )  # fmt: skip


def slug(name: str) -> str:
    """The name as a folder's: ``"triangles-small"``."""
    return re.sub(r"[^\w]+", "-", name.lower()).strip("-")[:60] or "study"
