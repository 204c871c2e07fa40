"""What the boxes of the form list: methods by family, data by kind, what does not fit with its reason. No Qt."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from ganstudio.app.generators.catalogue import DataCard, MethodCard, data_for, kinds_text, lacks, method_for
from ganstudio.core.i18n import _
from ganstudio.core.methodinfo import FAMILIES


class Entry(NamedTuple):
    """One line of a list that is searched by typing.

    Attributes:
        key: tells it from the others; empty for a heading.
        title: what the box shows of it.
        group: the heading that it stands under.
        tip: more about it.
        note: why it does not go with what else is chosen, and what becomes of that.
    """

    key: str
    title: str
    group: str
    tip: str = ""
    note: str = ""


def method_entries(methods: Sequence[MethodCard], data: DataCard | None, datasets: Iterable[DataCard]) -> list[Entry]:
    """The methods family by family, the oldest first; those that cannot use the data say so, and what they bring."""
    found, families = [], list(FAMILIES.values())
    for card in sorted(methods, key=lambda card: (families.index(card.family_title), card.year)):
        note, tip = "", f"{card.summary}\n{card.objective}".strip()
        if data is not None and (wanted := lacks(card, data)):
            other, words = data_for(card, datasets, data), _("needs {wanted}: takes “{data}” with it")
            words = words if other is not None else _("needs {wanted}")
            note = words.format(wanted=wanted, data=other.title if other is not None else "")
        found.append(Entry(card.name, f"{card.title} · {card.year}", card.family_title, tip, note))
    return found


def data_entries(datasets: Iterable[DataCard], method: MethodCard | None, methods: Sequence[MethodCard]) -> list[Entry]:
    """The data sets by what a person thinks of first; those that the method cannot use say so, and what they bring."""
    points, images, own = _("2-D points"), _("Images"), _("Your own")
    order, found = (points, images, _("Pictures from maps or pictures"), own), []
    for card in datasets:
        group, note = own if card.takes_path else {"points": points, "images": images}.get(card.kind, order[2]), ""
        if method is not None and lacks(method, card):
            other = method_for(card, methods)
            note = _("has no classes") if card.kind in method.data_kinds else _("is made of {kinds}")
            note = note.format(kinds=kinds_text((card.kind,)))
            if other is not None:
                note = _("{reason}: takes {method} with it").format(reason=note, method=other.title)
        found.append(Entry(card.name, card.title, group, card.summary, note))
    return sorted(found, key=lambda entry: order.index(entry.group))


def matching(entries: Iterable[Entry], text: str) -> list[Entry]:
    """The entries that hold all the words of a text, in their order; what is said about them counts where no name does."""
    words = text.casefold().split()

    def holds(entry: Entry, more: str = "") -> bool:
        return all(word in f"{entry.title} {entry.key} {entry.group} {more}".casefold() for word in words)

    return [entry for entry in entries if holds(entry)] or [entry for entry in entries if holds(entry, entry.tip)]


def best(entries: Sequence[Entry], text: str) -> str:
    """The key that Enter takes of the matches: one that begins so before one that holds it, a grey one last."""
    begins = text.casefold().strip()
    ranked = sorted(entries, key=lambda entry: (bool(entry.note), not entry.title.casefold().startswith(begins)))
    return ranked[0].key if ranked else ""
