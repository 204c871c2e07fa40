"""The study file: read, and checked in words that name the key."""

from __future__ import annotations

import itertools
import json
import tomllib
from pathlib import Path

from pydantic import ValidationError

from ganstudio.app.evaluate.study_space import MOST_CONFIGURATIONS, Plan, Span, better_of, choices, fixed_of, grid
from ganstudio.core.errors import StoreError, UsageError
from ganstudio.core.fields import field_of, fields_of
from ganstudio.core.i18n import _


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
