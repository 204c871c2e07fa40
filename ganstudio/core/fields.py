"""Typed, bounded, explained values: one declaration makes the form, the command line, the checks and the docs.

A set of hyper-parameters (or of data-set options) is a frozen pydantic model whose fields are declared with
:func:`field`. :func:`fields_of` turns the model into plain :class:`FieldSpec` rows for forms and documentation, and
:func:`validate` turns names and raw values (also strings, as the command line gives them) into a checked model.
"""

from __future__ import annotations

import types
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ganstudio.core.errors import UsageError
from ganstudio.core.i18n import _
from ganstudio.core.paths import absolute

Value = bool | int | float | str
Kind = Literal["float", "int", "bool", "choice", "text"]


class Fields(BaseModel):
    """Base of every set of typed values: frozen, unknown names refused, bounds checked, NaN and infinity refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True, allow_inf_nan=False, defer_build=True)


class Hyper(Fields):
    """Base of a method's hyper-parameters."""


F = TypeVar("F", bound=Fields)


def field(
    default: Any,
    title: str,
    help: str,
    *,
    group: str = "",
    ge: float | None = None,
    gt: float | None = None,
    le: float | None = None,
    lt: float | None = None,
    unit: str = "",
    log: bool = False,
    live: bool = False,
    advanced: bool = False,
    path: bool = False,
    before: Value | None = None,
) -> Any:
    """Declares one typed value.

    Args:
        default: the value when nobody says otherwise.
        title: short label, in words.
        help: what it does and what goes wrong with too much or too little; one or two sentences.
        group: heading under which the form shows it, e.g. ``"Optimiser"``.
        ge: smallest value allowed.
        gt: the value must be larger than this.
        le: largest value allowed.
        lt: the value must be smaller than this.
        unit: e.g. ``"steps"`` or ``"px"``.
        log: edit it on a logarithmic scale.
        live: may be changed while training.
        advanced: folded away in the form until asked for.
        path: names a file; :func:`validate` makes it absolute, so that it holds from every directory.
        before: what stored runs had that are older than this value and do not name it; None: the default.
    """
    extra: dict[str, Any] = {
        "group": group, "unit": unit, "log": log, "live": live, "advanced": advanced, "path": path, "before": before
    }  # fmt: skip
    return Field(default, ge=ge, gt=gt, le=le, lt=lt, title=title, description=help, json_schema_extra=extra)


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """One typed value as a form, a command line or a table of documentation sees it."""

    name: str
    title: str
    help: str
    kind: Kind
    default: Value
    low: float | None = None
    high: float | None = None
    low_open: bool = False
    high_open: bool = False
    choices: tuple[str, ...] = ()
    group: str = ""
    unit: str = ""
    log: bool = False
    live: bool = False
    advanced: bool = False
    path: bool = False
    before: Value | None = None

    @property
    def range_text(self) -> str:
        """The allowed values in words, e.g. ``"0 < x ≤ 1"`` or ``"mlp | conv"``; empty where all are."""
        if self.choices:
            return " | ".join(self.choices)
        if self.low is None and self.high is None:
            return ""
        low = "" if self.low is None else f"{format_number(self.low)} {'<' if self.low_open else '≤'} "
        high = "" if self.high is None else f" {'<' if self.high_open else '≤'} {format_number(self.high)}"
        return f"{low}x{high}"

    def to_json(self) -> dict[str, Any]:
        """The row as plain JSON values, for ``ganstudio methods --json``."""
        return {
            "name": self.name,
            "title": self.title,
            "help": self.help,
            "kind": self.kind,
            "default": self.default,
            "range": self.range_text,
            "low": self.low,
            "high": self.high,
            "log": self.log,
            "advanced": self.advanced,
            "choices": list(self.choices),
            "group": self.group,
            "unit": self.unit,
            "live": self.live,
        }


def format_number(value: float) -> str:
    """A number as people of the field write it: ``2e-4``, ``0.5``, ``128``."""
    if value == 0:
        return "0"
    if isinstance(value, int) or float(value).is_integer():
        if abs(value) < 1e6:
            return str(int(value))
        return f"{value:g}".replace("e+0", "e").replace("e+", "e")
    if abs(value) < 1e-2:
        mantissa, exponent = f"{value:.4e}".split("e")
        return f"{mantissa.rstrip('0').rstrip('.')}e{int(exponent)}"
    return f"{value:.6g}"


def choice_text(choice: str) -> str:
    """A choice as people read it: ``Least squares`` for ``least-squares``."""
    words = {
        "adam": "Adam", "rmsprop": "RMSProp", "sgd": "SGD", "mlp": "MLP", "r1": "R1", "dragan": "DRAGAN", "rgb": "RGB",
        "cpu": "CPU", "cuda": "CUDA", "mps": "MPS", "system": _("As the system"), "least-squares": _("Least squares"),
        "concat": _("Concatenation"), "labels-left": _("Labels left"), "labels-right": _("Labels right"),
        "from0": _("From 0"), "from1": _("From 1"), "second0": _("Second is 0"),
    }  # fmt: skip
    shown = words.get(choice) or _(choice)
    return shown[:1].upper() + shown[1:]


def value_text(value: Value, spec: FieldSpec | None = None) -> str:
    """A setting as people read it: ``2e-4``, ``on``, ``Least squares``; without its row a choice is told as it is stored."""
    if isinstance(value, bool):
        return _("on") if value else _("off")
    if isinstance(value, int | float):
        return format_number(value)
    return choice_text(value) if spec is not None and spec.choices else value or _("empty")


def _kind_of(annotation: Any) -> tuple[Kind, tuple[str, ...]]:
    if get_origin(annotation) is Literal:
        return "choice", tuple(str(choice) for choice in get_args(annotation))
    if get_origin(annotation) in (Union, types.UnionType):
        raise TypeError(f"a field has one type, not {annotation}")
    kinds: dict[Any, Kind] = {bool: "bool", int: "int", float: "float", str: "text"}
    return kinds[annotation], ()


def fields_of(model: type[Fields]) -> tuple[FieldSpec, ...]:
    """The model's fields as plain rows, in the order of their declaration."""
    specs = []
    for name, info in model.model_fields.items():
        kind, choices = _kind_of(info.annotation)
        bounds: dict[str, float] = {}
        for constraint in info.metadata:
            for bound in ("ge", "gt", "le", "lt"):
                if getattr(constraint, bound, None) is not None:
                    bounds[bound] = getattr(constraint, bound)
        extra = info.json_schema_extra if isinstance(info.json_schema_extra, dict) else {}
        specs.append(
            FieldSpec(
                name=name,
                title=info.title or name,
                help=info.description or "",
                kind=kind,
                default=info.default,
                low=bounds.get("ge", bounds.get("gt")),
                high=bounds.get("le", bounds.get("lt")),
                low_open="gt" in bounds,
                high_open="lt" in bounds,
                choices=choices,
                **extra,  # type: ignore[arg-type]
            )
        )
    return tuple(specs)


def field_of(model: type[Fields], name: str) -> FieldSpec:
    """One field by name.

    Raises:
        UsageError: there is no such field; the message lists those there are.
    """
    for spec in fields_of(model):
        if spec.name == name:
            return spec
    known = ", ".join(spec.name for spec in fields_of(model)) or _("none")
    raise UsageError(_("There is no setting called “{name}”. Known: {known}.").format(name=name, known=known))


def as_stored(fields: Sequence[FieldSpec], values: Mapping[str, Value]) -> dict[str, Value]:
    """The values of a stored run, with those that did not exist when it was begun as they were by nature then."""
    older = {spec.name: spec.before for spec in fields if spec.before is not None}
    return {**older, **values}


def of_run(fields: Sequence[FieldSpec], values: Mapping[str, Value]) -> dict[str, Value]:
    """The values of a run for people: of a stored one, which names all that there were, those of :func:`as_stored`.

    A run that is only being prepared names those that somebody chose; the others are the defaults.
    """
    stored = all(spec.name in values for spec in fields if spec.before is None)
    return as_stored(fields, values) if stored else dict(values)


def validate(model: type[F], values: Mapping[str, Any]) -> F:
    """Checks raw values (strings too) and returns the model.

    Raises:
        UsageError: one sentence that names the first wrong value, what it was and what is allowed.
    """
    checked = dict(values)
    for name, value in values.items():
        if field_of(model, name).path and isinstance(value, str):
            checked[name] = absolute(value)
    try:
        return model.model_validate(checked)
    except ValidationError as error:
        first = error.errors()[0]
        where = str(first["loc"][0]) if first["loc"] else ""
        if not where:
            raise UsageError(str(first["msg"]).removeprefix("Value error, ")) from None
        spec = field_of(model, where)
        wanted = spec.range_text or {
            "int": _("a whole number"),
            "float": _("a number"),
            "bool": _("true or false"),
        }.get(spec.kind, _("text"))
        raise UsageError(
            _("{title} ({name}) cannot be {value}: allowed is {wanted}.").format(
                title=spec.title, name=where, value=values.get(where, first.get("input")), wanted=wanted
            )
        ) from None
