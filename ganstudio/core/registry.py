"""A table of named things with a helpful refusal for a name that is not in it."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator
from typing import Generic, TypeVar

from ganstudio.core.errors import UsageError
from ganstudio.core.i18n import _

T = TypeVar("T")


class Registry(Generic[T]):
    """Names to things, in the order in which they were added.

    Args:
        kind: what the things are called in messages, e.g. ``"method"``.
    """

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self._items: dict[str, T] = {}

    def add(self, name: str, item: T) -> T:
        """Adds an item; a name can be taken once only."""
        if name in self._items:
            raise ValueError(f"{self.kind} {name!r} is registered twice")
        self._items[name] = item
        return item

    def sort(self, key: Callable[[T], int]) -> None:
        """Puts the things in this order; equal ones stay as they came."""
        self._items = dict(sorted(self._items.items(), key=lambda one: key(one[1])))

    def __getitem__(self, name: str) -> T:
        try:
            return self._items[name]
        except KeyError:
            near = difflib.get_close_matches(name, self._items, n=1)
            hint = (
                _("Did you mean “{near}”?").format(near=near[0])
                if near
                else _("Known: {names}.").format(names=", ".join(self._items))
            )
            raise UsageError(
                _("There is no {kind} called “{name}”. {hint}").format(kind=self.kind, name=name, hint=hint)
            ) from None

    def __contains__(self, name: object) -> bool:
        return name in self._items

    def __iter__(self) -> Iterator[str]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)

    def values(self) -> Iterator[T]:
        """The things, in the order in which they were added."""
        return iter(self._items.values())
