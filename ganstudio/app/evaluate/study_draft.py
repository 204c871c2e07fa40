"""A study as a person fills it in, and as a study file: what the window writes and ``ganstudio study`` reads."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ValidationError

from ganstudio.app.drafts import allowed_text, number_text, parse_value
from ganstudio.app.evaluate.asked import extractors
from ganstudio.app.evaluate.study_file import check_plan
from ganstudio.app.evaluate.study_space import Plan, Span, planned
from ganstudio.core.errors import UsageError
from ganstudio.core.experiment import Experiment
from ganstudio.core.fields import FieldSpec, Value
from ganstudio.core.i18n import _, plural
from ganstudio.core.ticks import duration

if TYPE_CHECKING:
    from ganstudio.app.forecasts import Forecasts
    from ganstudio.app.generators.catalogue import MethodCard
    from ganstudio.metrics.base import Metric

_BARE, _RANGE = re.compile(r"[A-Za-z0-9_-]+"), re.compile(r"\s*(?:…|\.\.\.?|\bto\b)\s*")


@dataclass(frozen=True, slots=True)
class StudyDraft:
    """What stands in the form, as it was typed.

    Attributes:
        space: name of a setting, and its values: ``"1e-4, 1e-3"`` or ``"1e-5 … 1e-2"``.
        fixed: settings that are alike in all runs, as far as a method has them.
        judge, extractor, count, report: by which metric runs are judged, how, and what else is measured.
        prune: the curve by which runs are ended early; empty: none is.
        better: which way that curve is better.
    """

    name: str
    data: str
    methods: tuple[str, ...]
    steps: int
    seeds: str = "0, 1, 2"
    search: str = "grid"
    trials: int = 20
    space: tuple[tuple[str, str], ...] = ()
    fixed: Mapping[str, Value] = field(default_factory=dict)
    judge: str = ""
    extractor: str = ""
    count: int = 0
    report: tuple[str, ...] = ()
    prune: str = ""
    better: str = "higher"
    device: str = "auto"


def searches() -> dict[str, str]:
    """How configurations are made, and what that is called."""
    return {"grid": _("All combinations"), "random": _("Random"), "tpe": _("Towards the best (TPE)")}


def run_fields(start: Experiment, name: str) -> list[FieldSpec]:
    """The rows of the form: what is tried, how long and how often. They begin as the experiment ``start``."""
    as_there = ", ".join(f"{key} {value}" for key, value in start.hyper.items()) or _("There, all are default")
    return [
        FieldSpec("name", _("Name"), _("Of the study, and of its folder"), "text", name),
        FieldSpec("steps", _("Steps"), _("How long each run trains"), "int", start.steps, 1, 10_000_000),
        FieldSpec("seeds", _("Seeds"), _("Each configuration is trained once with each of them"), "text", "0, 1, 2"),
        FieldSpec("search", _("Search"), _("How values are combined"), "choice", searches()["grid"],
                  choices=tuple(searches().values())),
        FieldSpec("trials", _("Configurations"), _("So many are tried, each with every seed"), "int", 20, 1, 10_000),
        FieldSpec("as_form", _("Other settings as on the Train page"), as_there, "bool", bool(start.hyper)),
    ]  # fmt: skip


def judge_fields(metrics: Sequence[Metric]) -> list[FieldSpec]:
    """The rows of the form: by what runs are judged."""
    judging = [one.title for one in judges_of(metrics)]
    curves = [one.curve for one in judges_of(metrics) if one.cost == "live" and "{" not in one.curve]
    none, ways = _("No run"), tuple(extractors().values())
    rows = [
        FieldSpec("judge", _("Judged by"), _("The metric that says which run is better"), "choice",
                  next(iter(judging), ""), choices=tuple(judging)),
        FieldSpec("extractor", _("Features by"), _("What makes features of items, where a metric needs them"), "choice",
                  ways[0], choices=ways),
        FieldSpec("count", _("Samples"), _("So many are generated and taken to measure"), "int", 1000, 16, 200_000),
        FieldSpec("prune", _("End early"), _("Runs that are behind the median of the others by this curve"), "choice",
                  none, choices=(none, *curves)),
    ]  # fmt: skip
    return rows if judging else []


def judges_of(metrics: Sequence[Metric]) -> list[Metric]:
    """Those by which runs can be judged, the likeliest first."""
    usual = ("fid", "triangles-f1")
    return sorted(
        (one for one in metrics if one.better),
        key=lambda one: (one.cost == "minutes" and one.name not in usual, one.name not in usual),
    )


def space_field(spec: FieldSpec) -> FieldSpec:
    """The row of a setting of which several values are tried; it begins with what there is, or with the default."""
    default = spec.default
    text = ", ".join(spec.choices) if spec.choices else "true, false" if spec.kind == "bool" else (
        number_text(default) if isinstance(default, int | float) else str(default))  # fmt: skip
    how = _("Values with commas between them, or, but for a grid, a range: 1e-5 … 1e-2")
    return FieldSpec(spec.name, spec.title, "\n".join((spec.help, allowed_text(spec), how)), "text", text)


def draft_of(values: Mapping[str, Value], start: Experiment, metrics: Sequence[Metric], **more: Any) -> StudyDraft:
    """What stands in the form.

    Args:
        values: of the rows of :func:`run_fields` and :func:`judge_fields`.
        start: with which the form began.
        metrics: that can be measured.
        more: data, methods, space, report and device of the draft.
    """

    def key(names: Mapping[str, str], name: str) -> str:
        return next((key for key, words in names.items() if words == values.get(name)), "")

    judges = {one.name: one.title for one in judges_of(metrics)}
    curve = next((one for one in metrics if one.curve and one.curve == values.get("prune")), None)
    return StudyDraft(
        str(values["name"]), steps=int(values["steps"]), seeds=str(values["seeds"]), trials=int(values["trials"]),
        search=key(searches(), "search"), fixed=start.hyper if values["as_form"] else {},
        judge=key(judges, "judge") or next(iter(judges), ""), extractor=key(extractors(), "extractor"),
        count=int(values.get("count", 0)), prune=curve.curve if curve else "",
        better=curve.better if curve else "higher", **more,
    )  # fmt: skip


def amount_words(plan: Plan, forecasts: Forecasts, workers: int) -> str:
    """How many runs that are, and how long they take, as far as it is known."""
    runs = planned(plan)
    costs = [forecasts.cost(Experiment(name, plan.data, dict(plan.fixed), plan.steps, 0, plan.device))
             for name in plan.methods]  # fmt: skip
    words = plural("{n} run.", "{n} runs.", runs)
    known = [cost.begin + cost.step * plan.steps for cost in costs if cost is not None]
    if len(known) < len(costs):
        return words + " " + _("How long it takes is seen once a few have been trained.")
    seconds = sum(known) / len(known) * runs / min(workers, runs)
    told = plural(
        "Training takes about {time} with {n} worker.", "Training takes about {time} with {n} workers.", workers,
        time=duration(seconds),
    )  # fmt: skip
    return f"{words} {told}"


def plan_of(draft: StudyDraft, cards: Mapping[str, MethodCard]) -> tuple[Plan | None, dict[str, str]]:
    """The plan, or None, and what is wrong by the name of the part (``"space:0"`` for its first row; ``""``: the whole).

    Args:
        draft: the form.
        cards: the methods that there are, by name.
    """
    wrong: dict[str, str] = {}
    if not draft.name.strip():
        wrong["name"] = _("A study needs a name; its folder is called so.")
    if not draft.methods:
        wrong["methods"] = _("Choose one method at least.")
    if not draft.judge:
        wrong["judge"] = _("Nothing can be measured on these data by which runs could be judged.")
    seeds = re.split(r"[,\s]+", draft.seeds.strip())
    if not all(seed.isascii() and seed.isdigit() and len(seed) < 10 for seed in seeds):
        wrong["seeds"] = _("Whole numbers with commas between them, 0 or more.")
    elif len({int(seed) for seed in seeds}) < len(seeds):
        wrong["seeds"] = _("A seed stands there twice.")
    specs = settings_of([cards[name] for name in draft.methods if name in cards])
    space: dict[str, Any] = {}
    for place, (name, text) in enumerate(draft.space):
        try:
            if name in space:
                raise ValueError(_("This setting has a row already."))
            if name not in specs:
                raise ValueError(_("None of the chosen methods has this setting."))
            space[name] = values_of(specs[name], text, draft.search == "grid")
        except ValueError as error:
            wrong[f"space:{place}"] = str(error)
    if wrong:
        return None, wrong
    judges = {name: {"metric": name, "extractor": draft.extractor, "count": draft.count}
              for name in dict.fromkeys((draft.judge, *draft.report))}  # fmt: skip
    told = {
        "name": draft.name.strip(), "data": draft.data, "methods": draft.methods, "steps": draft.steps,
        "seeds": [int(seed) for seed in seeds], "search": draft.search, "device": draft.device, "space": space,
        "trials": 0 if draft.search == "grid" else draft.trials,
        "fixed": {name: value for name, value in draft.fixed.items() if name in specs and name not in space},
        "judge": judges[draft.judge], "report": [judges[name] for name in judges if name != draft.judge],
        "pruning": {"by": draft.prune, "better": draft.better, "after": draft.steps // 5} if draft.prune else None,
    }  # fmt: skip
    try:
        plan = Plan.model_validate(told)
        check_plan(plan)
    except ValidationError as error:
        return None, {str(error.errors()[0]["loc"][0]): error.errors()[0]["msg"]}
    except UsageError as error:
        return None, {"": str(error)}
    return plan, {}


def settings_of(methods: Sequence[MethodCard]) -> dict[str, FieldSpec]:
    """The settings that any of the methods has, by name, in their order."""
    return {spec.name: spec for card in reversed(methods) for spec in card.fields}


def values_of(spec: FieldSpec, text: str, grid: bool) -> list[Value] | Span:
    """Values of a setting as they were typed.

    Raises:
        ValueError: a sentence that says what is wrong.
    """
    ends = _RANGE.split(text.strip())
    if len(ends) == 2 and spec.kind in ("int", "float"):
        low, high = (float(parse_value(spec, end)) for end in ends)
        if grid:
            raise ValueError(
                _("A grid needs single values with commas between them; a range is for the other searches.")
            )
        if low >= high:
            raise ValueError(_("A range goes from the lower to the higher end."))
        return Span(low=low, high=high, log=spec.log and low > 0)
    parts = [part for part in re.split(r"[,;]\s*|\s+", text.strip()) if part]
    if not parts:
        raise ValueError(_("Values with commas between them, or a range: 1e-5 … 1e-2."))
    found = [parse_value(spec, part) for part in parts]
    if len(set(found)) < len(found):
        raise ValueError(_("A value stands there twice."))
    return found


def plan_text(plan: Plan) -> str:
    """The study file of a plan; :func:`~ganstudio.app.evaluate.study_file.read_plan` reads the same plan from it."""
    told = plan.model_dump(mode="json", exclude_defaults=True, exclude_none=True)
    tables = {name: told.pop(name) for name in ("space", "fixed", "judge", "report", "pruning") if name in told}
    lines = [f"{name} = {_toml(value)}" for name, value in told.items()]
    for name, value in tables.items():
        for rows in value if isinstance(value, list) else [value]:
            head = f"[[{name}]]" if isinstance(value, list) else f"[{name}]"
            lines += ["", head, *(f"{_key(key)} = {_toml(one)}" for key, one in rows.items())]
    return "\n".join(lines) + "\n"


def _key(name: str) -> str:
    return name if _BARE.fullmatch(name) else _toml(name)


def _toml(value: Any) -> str:
    if isinstance(value, BaseModel):
        value = value.model_dump(mode="json")
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_key(name)} = {_toml(one)}" for name, one in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_toml, value)) + "]"
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")  # which JSON leaves, and TOML refuses
