"""What can be trained on what, as plain rows for forms and lists. Building it brings torch; hold one, built once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING, Any

from ganstudio.core.dataspec import DataKind
from ganstudio.core.fields import FieldSpec, Value, fields_of
from ganstudio.core.registry import Registry

if TYPE_CHECKING:
    from ganstudio.methods.info import Needs  # brings torch


@dataclass(frozen=True, slots=True)
class MethodCard:
    """One method, in words and fields: what :class:`ganstudio.methods.info.MethodInfo` says of it."""

    name: str
    title: str
    paper: str
    year: int
    summary: str
    look_for: str
    data_kinds: tuple[DataKind, ...]
    fields: tuple[FieldSpec, ...]
    kind_defaults: Mapping[Any, Mapping[str, Value]]
    family: str = ""
    family_title: str = ""
    needs: Needs | None = None
    objective: str = ""
    compare: tuple[str, ...] = ()

    def defaults_for(self, kind: str) -> dict[str, Value]:
        """Every hyper-parameter's default for a kind of data."""
        return {**{spec.name: spec.default for spec in self.fields}, **self.kind_defaults.get(kind, {})}

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values, for ``ganstudio methods --json``."""
        told = ("name", "title", "paper", "year", "summary", "look_for", "family", "objective")
        return {
            **{name: getattr(self, name) for name in told},
            "compare": list(self.compare),
            "needs": {} if self.needs is None else asdict(self.needs),
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


class Catalogue:
    """All methods and data sets. Whether a data set's files are there is looked up anew by :meth:`refresh`."""

    def __init__(self) -> None:
        from ganstudio.methods import METHODS
        from ganstudio.methods.info import FAMILIES

        self._methods: Registry[MethodCard] = Registry("method")
        for method in METHODS.values():
            said = {one.name: getattr(method.info, one.name) for one in fields(method.info)}
            defaults, title = method.kind_defaults, FAMILIES[method.info.family]
            card = MethodCard(**said, fields=fields_of(method.Hyper), kind_defaults=defaults, family_title=title)
            self._methods.add(card.name, card)
        self.refresh()

    def refresh(self) -> None:
        """Looks again which data sets are there."""
        from ganstudio.data import DATASETS, is_available

        self._datasets: Registry[DataCard] = Registry("data set")
        told = ("name", "title", "summary", "kind", "licence", "downloadable", "takes_path")
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

    def setting_title(self, method: str, name: str) -> str:
        """What people call a setting of a method; its name in words where this version does not know it."""
        known = self._methods[method].fields if method in self._methods else ()
        return next((spec.title for spec in known if spec.name == name), name.replace("_", " "))

    def dataset(self, name: str) -> DataCard:
        """A data set by its registry name."""
        return self._datasets[name]
