"""What can be trained on what, as plain rows for forms and lists. Building it brings torch; hold one, built once."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import PurePath
from typing import Any

from ganstudio.core.dataspec import DataKind
from ganstudio.core.fields import FieldSpec, Value, fields_of, value_text
from ganstudio.core.i18n import _
from ganstudio.core.methodinfo import FAMILIES, MethodInfo
from ganstudio.core.registry import Registry

_KINDS: Mapping[str, str] = {
    "points": _("2-D points"),
    "images": _("images"),
    "maps": _("label maps"),
    "pairs": _("pairs of pictures"),
    "domains": _("two sets of pictures"),
}


def kinds_text(kinds: Iterable[str]) -> str:
    """Kinds of data in words: ``"images or 2-D points"``."""
    return _(" or ").join(_KINDS.get(kind, kind) for kind in kinds)


@dataclass(frozen=True, slots=True)
class MethodCard(MethodInfo):
    """One method, in words and fields.

    Attributes:
        fields: its hyper-parameters; ``kind_defaults`` defaults that hold for one kind of data.
        page: the page of docstring that its module begins with.
    """

    fields: tuple[FieldSpec, ...] = ()
    kind_defaults: Mapping[Any, Mapping[str, Value]] = field(default_factory=dict)
    page: str = ""

    @property
    def family_title(self) -> str:
        """The heading under which it stands in lists."""
        return FAMILIES[self.family]

    def defaults_for(self, kind: str) -> dict[str, Value]:
        """Every hyper-parameter's default for a kind of data."""
        return {**{spec.name: spec.default for spec in self.fields}, **self.kind_defaults.get(kind, {})}

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values, for ``ganstudio methods --json``."""
        told = ("name", "title", "paper", "year", "summary", "look_for", "family", "objective")
        return {
            **{name: getattr(self, name) for name in told},
            "compare": list(self.compare),
            "needs": asdict(self.needs),
            "data": list(self.data_kinds),
            "hyper": [spec.to_json() for spec in self.fields],
            "defaults": {kind: self.defaults_for(kind) for kind in self.data_kinds},
        }


@dataclass(frozen=True, slots=True)
class DataCard:
    """One data set, in words and fields."""

    name: str
    title: str
    summary: str
    kind: DataKind
    licence: str
    available: bool
    downloadable: bool
    fields: tuple[FieldSpec, ...]
    takes_path: bool
    classed: bool = True

    @property
    def own_pictures(self) -> bool:
        """They are read from a folder or an archive that a person names."""
        return self.takes_path and self.kind != "points"


def lacks(method: MethodCard, data: DataCard) -> str:
    """What the method needs and the data are not or have not, in words; empty where it can be trained on them."""
    if data.kind not in method.data_kinds:
        return kinds_text(method.data_kinds)
    return _("classes") if method.needs.labels and not data.classed else ""


def misfit(method: MethodCard, data: DataCard) -> str:
    """Why the method cannot be trained on the data, as a sentence; empty where it can."""
    wanted, kind = lacks(method, data), kinds_text((data.kind,))
    words = _("{method} trains on {wanted}, and {data} is made of {kind}.")
    if data.kind in method.data_kinds:
        words = _("{method} learns from {wanted}, and {data} has none.")
    return words.format(method=method.title, data=data.title, wanted=wanted, kind=kind) if wanted else ""


def data_for(method: MethodCard, datasets: Iterable[DataCard], instead: DataCard | None = None) -> DataCard | None:
    """Data that fit a method: those that are there at once first, a person's own last; None where there are none.

    A person who has chosen own pictures (``instead``) gets the set that reads such a folder as the method wants it.
    """
    own = instead is not None and instead.own_pictures
    fitting = [card for card in datasets if not lacks(method, card)]
    return min(fitting, default=None, key=lambda card: (card.own_pictures != own, card.takes_path, not card.available))


def method_for(data: DataCard, methods: Iterable[MethodCard]) -> MethodCard | None:
    """The first method that can be trained on the data; None where there is none."""
    return next((card for card in methods if not lacks(card, data)), None)


class Catalogue:
    """All methods and data sets. Whether a data set's files are there is looked up anew by :meth:`refresh`."""

    def __init__(self) -> None:
        from ganstudio.methods import METHODS

        self._methods: Registry[MethodCard] = Registry("method")
        for method in METHODS.values():
            said = {one.name: getattr(method.info, one.name) for one in fields(method.info)}
            page = inspect.cleandoc(sys.modules[method.__module__].__doc__ or "")
            self._methods.add(
                method.info.name,
                MethodCard(**said, fields=fields_of(method.Hyper), kind_defaults=method.kind_defaults, page=page),
            )
        self.refresh()

    def refresh(self) -> None:
        """Looks again which data sets are there."""
        from ganstudio.data import DATASETS, is_available

        self._datasets: Registry[DataCard] = Registry("data set")
        told = ("name", "title", "summary", "kind", "licence", "downloadable", "takes_path", "classed")
        for source in DATASETS.values():
            said = {name: getattr(source, name) for name in told}
            card = DataCard(**said, available=is_available(source), fields=fields_of(source.Options))
            self._datasets.add(card.name, card)

    @property
    def methods(self) -> tuple[MethodCard, ...]:
        """In the order in which a newcomer should meet them."""
        return tuple(self._methods.values())

    @property
    def datasets(self) -> tuple[DataCard, ...]:
        """2-D sets first, then images, then a person's own."""
        return tuple(self._datasets.values())

    def method(self, name: str) -> MethodCard:
        """A method by its registry name."""
        return self._methods[name]

    def method_title(self, name: str) -> str:
        """What people call a method; its name where this version does not know it."""
        return self._methods[name].title if name in self._methods else name

    def data_title(self, request: str) -> str:
        """What people call the data of a request, options included; of own data the name of the folder or the file."""
        from ganstudio.app.drafts import split_request

        name, path, options = split_request(request)
        if name not in self._datasets:
            return request
        data = self._datasets[name]
        titles = {field.name: field.title for field in data.fields}
        said = (f"{titles.get(key) or key} {_(str(value))}" for key, value in options.items())
        return " · ".join((PurePath(path).name or path or data.title, *said))

    def setting_title(self, method: str, name: str) -> str:
        """What people call a setting of a method; its name in words where this version does not know it."""
        spec = self._setting(method, name)
        return name.replace("_", " ") if spec is None else spec.title

    def setting_text(self, method: str, name: str, value: Value) -> str:
        """The value of a setting of a method, in the words of the form."""
        return value_text(value, self._setting(method, name))

    def _setting(self, method: str, name: str) -> FieldSpec | None:
        known = self._methods[method].fields if method in self._methods else ()
        return next((spec for spec in known if spec.name == name), None)

    def changed(self, method: str, kind: str, hyper: Mapping[str, Value]) -> list[tuple[str, str]]:
        """Which settings are not as a method proposes them for a kind of data: their titles, and what they are."""
        usual = self._methods[method].defaults_for(kind) if method in self._methods else {}
        changed = [name for name, value in hyper.items() if usual.get(name) != value]
        return [(self.setting_title(method, name), self.setting_text(method, name, hyper[name])) for name in changed]

    def dataset(self, name: str) -> DataCard:
        """A data set by its registry name."""
        return self._datasets[name]
