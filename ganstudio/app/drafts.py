"""The experiment a person is putting together: every edit can be undone, and the draft says itself what is wrong."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

from psygnal import Signal

from ganstudio.app.generators.catalogue import Catalogue, DataCard, MethodCard, data_for, method_for, misfit
from ganstudio.app.history import History
from ganstudio.app.runs.schedules import schedule_problem
from ganstudio.core.errors import StudioError
from ganstudio.core.experiment import Experiment
from ganstudio.core.fields import FieldSpec, Value, format_number
from ganstudio.core.i18n import _

_OPTION = re.compile(r"[A-Za-z_][A-Za-z_0-9-]*=")
MAX_STEPS = 100_000_000
MAX_SEED = 2**31 - 1
DEFAULT = Experiment(method="dcgan", data="digits", steps=3000)

# fmt: off
STEPS = FieldSpec(
    "steps", _("Steps"),
    _("How many updates to train for. More can be added later; a run can also be stopped at any moment."),
    "int", 3000, low=1, high=MAX_STEPS, live=True, log=True)
PATIENCE = FieldSpec(
    "patience", _("Patience"),
    _("The run ends where its distance to the data has not become better for so many steps; 0: it takes all of them. The "
      "best checkpoint is kept in any case."),
    "int", 0, low=0, high=MAX_STEPS)
SEED = FieldSpec(
    "seed", _("Seed"),
    _("Decides everything that is drawn: weights, latents, order of the data. The same seed gives the same run."),
    "int", 0, low=0, high=MAX_SEED)
NAME = FieldSpec(
    "name", _("Name"), _("What the run is called in the list. Left empty, it is made from data and method."), "text", "",
    live=True)
# fmt: on
_BOOLS = {"true": True, "on": True, "yes": True, "1": True, "false": False, "off": False, "no": False, "0": False}


def number_text(value: float) -> str:
    """A number as short as it can be written without losing a digit: ``2e-4``, ``0.5``, ``128``."""
    if isinstance(value, int):
        return str(value)
    short = format_number(value)
    return short if float(short) == value else repr(value)


def allowed_text(spec: FieldSpec) -> str:
    """What a field takes, as the end of a sentence: ``"a number, 0 < x ≤ 1"``."""
    if spec.choices:
        return _("one of {choices}").format(choices=", ".join(spec.choices))
    kind = {"int": _("a whole number"), "float": _("a number"), "bool": _("on or off")}.get(spec.kind, _("text"))
    # The range stays in one piece where the sentence breaks.
    return f"{kind}, {spec.range_text.replace(chr(32), chr(160))}" if spec.range_text else kind


def problem_of(spec: FieldSpec, value: object) -> str:
    """One sentence on what is wrong with a value; empty where nothing is."""
    refusal = _("{title} cannot be {value}: allowed is {allowed}.").format(
        title=spec.title, value=_("empty") if value == "" else value, allowed=allowed_text(spec)
    )
    if spec.kind == "choice":
        return "" if str(value) in spec.choices else refusal
    if spec.kind in ("bool", "text"):
        return "" if isinstance(value, bool if spec.kind == "bool" else str) else refusal
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return refusal
    if spec.kind == "int" and not isinstance(value, int):
        return refusal
    too_low = spec.low is not None and (value <= spec.low if spec.low_open else value < spec.low)
    too_high = spec.high is not None and (value >= spec.high if spec.high_open else value > spec.high)
    return refusal if too_low or too_high else ""


def parse_value(spec: FieldSpec, text: str) -> Value:
    """Reads what a person typed.

    Args:
        spec: the field it is for.
        text: e.g. ``"2e-4"``, ``"0,5"``, ``"1 000"``, ``"true"``.

    Raises:
        ValueError: the message is one sentence that says what is allowed.
    """
    text = text.strip()
    if spec.kind in ("text", "choice"):
        value: Value = text
    elif spec.kind == "bool":
        value = _BOOLS.get(text.lower(), text)  # what is none of these is the problem below
    else:
        value = _parse_number(spec, text)
    problem = problem_of(spec, value)
    if problem:
        raise ValueError(problem)
    return value


def _parse_number(spec: FieldSpec, text: str) -> int | float:
    # People paste "0,5" and "1 000 000"; a comma is read as a decimal mark only where it cannot group thousands.
    plain = text.replace("\u2212", "-").replace("\u00a0", "").replace("\u202f", "").replace(" ", "").replace("_", "")
    if plain.count(",") == 1 and "." not in plain and len(plain.split(",")[1]) != 3:
        plain = plain.replace(",", ".")
    plain = plain.replace(",", "")
    try:
        number = float(plain)
    except ValueError:
        raise ValueError(problem_of(spec, text)) from None
    if spec.kind == "float":
        return number
    if not number.is_integer():  # infinity is none, either
        raise ValueError(problem_of(spec, text))
    try:
        return int(plain)
    except ValueError:
        return int(number)


def split_request(request: str) -> tuple[str, str, dict[str, str]]:
    """Takes a data request apart: ``"cifar10:classes=frog,cat"`` → ``("cifar10", "", {"classes": "frog,cat"})``.

    Options stand behind the last colon; what is left before them is a path or the name of a drawing:
    ``"folder:/home/me/cats:size=64"`` → ``("folder", "/home/me/cats", {"size": "64"})``. Nothing is checked here: a
    draft may hold a request that is still wrong.
    """
    name, _colon, rest = request.strip().partition(":")
    path, _colon, tail = rest.rpartition(":")
    if not _OPTION.match(tail):
        return name, rest, {}
    options: dict[str, str] = {}
    last = ""
    for part in tail.split(","):
        key, equals, value = part.partition("=")
        last = key.strip() if equals else last  # a part without "=" continues the list before it
        options[last] = value.strip() if equals else f"{options[last]},{part.strip()}"
    return name, path, options


def join_request(name: str, path: str = "", options: Mapping[str, Value] | None = None) -> str:
    """The inverse of :func:`split_request`."""
    words = ",".join(f"{key}={_option_text(value)}" for key, value in (options or {}).items())
    return ":".join(part for part in (name, path, words) if part)


def _option_text(value: Value) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else number_text(value)


class ExperimentDraft:
    """An experiment under edit. Each setter is one step of undo; the same field edited again soon joins its step.

    ``changed`` carries the new :class:`Experiment` after every edit, undo and redo.

    Attributes:
        experiment: the present state, frozen.
    """

    changed = Signal(object)

    def __init__(self, experiment: Experiment = DEFAULT) -> None:
        self.experiment = experiment
        self.history = History()
        self._ready_name = ""  # nobody has typed it: other data are called otherwise

    @classmethod
    def from_json(cls, values: object) -> ExperimentDraft:
        """The draft of a session before; whatever cannot be used falls back to the default, nothing is raised."""
        if not isinstance(values, Mapping):
            return cls()
        base = DEFAULT.to_json()
        kept: dict[str, Any] = {name: values.get(name) for name in base}
        kept = {name: value if type(value) is type(base[name]) else base[name] for name, value in kept.items()}
        hyper = kept["hyper"].items()
        kept["hyper"] = {str(key): value for key, value in hyper if isinstance(value, bool | int | float | str)}
        return cls(Experiment.from_json(kept))

    def replace(self, experiment: Experiment, label: str = "") -> None:
        """Puts a whole experiment in place, e.g. one from the gallery; one step of undo."""
        self._ready_name = experiment.name
        self._apply(label or _("Choose an experiment"), experiment, None)

    def name_is_taken(self, name: str) -> None:
        """A run is called so: what is put together from now on is another one. No step of undo."""
        if name and name == self.experiment.name:
            self._put(self.experiment.with_(name=""))

    def set_method(self, name: str) -> None:
        """Another method. Overrides go: a learning rate chosen for one method is seldom right for another."""
        if name != self.experiment.method:
            self._apply(_("Choose the method"), self.experiment.with_(method=name, hyper={}), None)

    def set_data(self, request: str, *, method: str = "", name: str = "") -> None:
        """Another data request, e.g. ``"cifar10:classes=frog"``, also with another method.

        Args:
            request: what to train on.
            method: with this method, and without overrides; the present one where empty.
            name: what the data are called: the experiment is called so, unless a person has called it something else.
        """
        new = self.experiment.with_(method=method, hyper={}) if method else self.experiment
        label = _("Choose method and data") if method else _("Choose the data")
        self._apply(label, self._on_data(new, request, name), None)

    def choose_method(self, name: str, catalogue: Catalogue) -> None:
        """A person's choice: where the method cannot use the present data, data that it can use come with it."""
        method, (present, path, _options) = catalogue.method(name), split_request(self.experiment.data)
        data = _look_up(catalogue.dataset, present, "data", {})
        other = data_for(method, catalogue.datasets, data) if data is not None and misfit(method, data) else None
        if other is None:
            return self.set_method(name)
        request = join_request(other.name, path if other.own_pictures and data.own_pictures else "")
        return self.set_data(request, method="" if name == self.experiment.method else name)

    def choose_data(self, name: str, catalogue: Catalogue) -> None:
        """A person's choice: where the present method cannot use the data, the first that can comes with them."""
        data = catalogue.dataset(name)
        method = _look_up(catalogue.method, self.experiment.method, "method", {})
        other = method_for(data, catalogue.methods) if method is not None and misfit(method, data) else None
        self.set_data(name, method="" if other is None else other.name)

    def _on_data(self, experiment: Experiment, request: str, name: str = "") -> Experiment:
        if split_request(request)[:2] == split_request(experiment.data)[:2] and not name:
            return experiment.with_(data=request)
        typed = experiment.name not in ("", self._ready_name)
        self._ready_name = name
        return experiment.with_(data=request, name=experiment.name if typed else name)

    def set_data_option(self, name: str, value: Value | None) -> None:
        """Sets one option of the data request; None takes it out, so that the default holds."""
        data, path, options = split_request(self.experiment.data)
        if value is None:
            options.pop(name, None)
        else:
            options[name] = _option_text(value)
        request = join_request(data, path, options)
        self._apply(_("Change the data"), self.experiment.with_(data=request), f"option:{name}")

    def set_hyper(self, name: str, value: Value, title: str = "") -> None:
        """Overrides one hyper-parameter; ``title`` is what a person knows it by."""
        hyper = {**self.experiment.hyper, name: value}
        self._apply(_("Change {name}").format(name=title or name), self.experiment.with_(hyper=hyper), f"hyper:{name}")

    def reset_hyper(self, name: str, title: str = "") -> None:
        """Takes an override away, so that the method's default holds; ``title`` is what a person knows it by."""
        hyper = {key: value for key, value in self.experiment.hyper.items() if key != name}
        self._apply(_("Reset {name}").format(name=title or name), self.experiment.with_(hyper=hyper), f"hyper:{name}")

    def set(self, title: str = "", /, **changes: Any) -> None:
        """Changes ``steps``, ``patience``, ``seed``, ``device`` or ``name``; ``title`` is what a person knows it by."""
        key = "set:" + ",".join(sorted(changes))
        label = _("Change {name}").format(name=title or ", ".join(changes))
        self._apply(label, self.experiment.with_(**changes), key)

    def problems(self, catalogue: Catalogue) -> dict[str, str]:
        """What stands in the way of training: field → one sentence; empty when it can start.

        Keys are ``method``, ``data``, ``steps``, ``patience``, ``seed``, ``data.OPTION`` and ``hyper.NAME``.
        """
        found: dict[str, str] = {}
        for spec in (STEPS, PATIENCE, SEED):
            if problem := problem_of(spec, getattr(self.experiment, spec.name)):
                found[spec.name] = problem
        method = _look_up(catalogue.method, self.experiment.method, "method", found)
        name, path, options = split_request(self.experiment.data)
        data = _look_up(catalogue.dataset, name, "data", found)
        if method is not None:
            found |= _hyper_problems(method, self.experiment.hyper)
        if data is not None:
            found |= _data_problems(data, path, options)
        if method is not None and data is not None:
            hyper = {**method.defaults_for(data.kind), **self.experiment.hyper}
            if words := schedule_problem(hyper, self.experiment.steps):
                found.setdefault("hyper.decay_to", words)
            if words := _size_problem(method, data, options):
                found.setdefault("data.size", words)
            if words := misfit(method, data):
                found["data"] = words
        return found

    def _apply(self, label: str, new: Experiment, merge_key: str | None) -> None:
        old = self.experiment
        if new == old:
            return
        self._put(new)
        self.history.push(label, lambda: self._put(old), lambda: self._put(new), merge_key)

    def _put(self, experiment: Experiment) -> None:
        self.experiment = experiment
        self.changed.emit(experiment)


def _look_up(find: Any, name: str, key: str, found: dict[str, str]) -> Any:
    """A card, or None with a sentence left in ``found``."""
    try:
        return find(name)
    except (StudioError, LookupError) as error:
        plain = isinstance(error, StudioError)
        found[key] = str(error) if plain else _("“{name}” is not known: choose another.").format(name=name)
        return None


def _hyper_problems(method: MethodCard, hyper: Mapping[str, Value]) -> dict[str, str]:
    specs = {spec.name: spec for spec in method.fields}
    found = {}
    for name, value in hyper.items():
        spec = specs.get(name)
        if spec is None:
            text = _("{method} has no setting called “{name}”: reset it.")
            found[f"hyper.{name}"] = text.format(method=method.title, name=name)
        elif problem := problem_of(spec, value):
            found[f"hyper.{name}"] = problem
    return found


def _data_problems(data: DataCard, path: str, options: Mapping[str, str]) -> dict[str, str]:
    found = {}
    if data.takes_path and not path:
        drawn = data.kind == "points"
        words = _("{data}: draw it first.") if drawn else _("{data}: choose where it is.")
        found["data"] = words.format(data=data.title)
    elif not data.takes_path and not data.available:
        way = _("download it") if data.downloadable else _("put its files into the data folder")
        found["data"] = _("{data} is not on this machine yet: {way} first.").format(data=data.title, way=way)
    specs = {spec.name: spec for spec in data.fields}
    for name, text in options.items():
        spec = specs.get(name)
        if spec is None:
            found[f"data.{name}"] = _("{data} has no option “{name}”.").format(data=data.title, name=name)
            continue
        try:
            parse_value(spec, text)
        except ValueError as error:
            found[f"data.{name}"] = str(error)
    return found


def _size_problem(method: MethodCard, data: DataCard, options: Mapping[str, str]) -> str:
    """Why the method does not take pictures of the size that is asked for; empty where it does or nobody asks."""
    spec = next((spec for spec in data.fields if spec.name == "size"), None)
    asked = "" if spec is None else options.get("size", str(spec.default))
    words = method.needs.refusal(method.title, size=int(asked)) if asked.isdecimal() else ""
    return _("{refusal} Choose another size.").format(refusal=words) if words else ""
