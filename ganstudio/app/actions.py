"""Everything the program can be told to do, as one table: menus, shortcuts, palette and tooltips are made from it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from psygnal import Signal

from ganstudio.core.errors import UsageError
from ganstudio.core.i18n import _


def unmarked(text: str) -> str:
    """Words of a menu as they are read: without the ``&`` before the letter one presses; a doubled one is a real one."""
    return re.sub("&(.)", r"\1", text)


@dataclass(frozen=True, slots=True)
class Action:
    """One thing that can be done.

    Titles and menus may come with a ``&`` before the letter that one presses in the menu, as translators put it; one
    that is meant to be read is doubled there.

    Attributes:
        id: unique, ``"area.verb"``: ``"run.pause"``.
        title: what the menu says, without dots: ``"Pause"``.
        run: does it. For a checkable action it is called after a click too, and ``checked`` says the new state.
        icon: name of an icon; empty for none.
        shortcut: keys in Qt's portable notation, ``"Ctrl+K"``; more than one as ``"F1; Ctrl+/"``; empty for none.
        menu: where it stands, ``"Run"``; a trailing ``"/2"`` is the section within the menu; empty: palette only.
        help: one sentence for tooltip and palette.
        enabled: whether it can be done now.
        checked: for a checkable action: whether it is on; None: not checkable.
        context: ``"window"``: wherever the focus is; otherwise the id of the workspace in which its keys work.
        wording: the title at this moment, for an action whose object decides what it is called; None: always ``title``.
        to_selected: it is done to what is selected in its workspace: by who sees that, never from another one.
    """

    id: str
    title: str
    run: Callable[[], object] = field(compare=False)
    icon: str = ""
    shortcut: str = ""
    menu: str = ""
    help: str = ""
    enabled: Callable[[], bool] = field(default=lambda: True, compare=False)
    checked: Callable[[], bool] | None = field(default=None, compare=False)
    context: str = "window"
    wording: Callable[[], str] | None = field(default=None, compare=False)
    to_selected: bool = False
    _marked: str = field(default="", init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_marked", self.title)
        object.__setattr__(self, "title", unmarked(self.title))

    @property
    def entry(self) -> str:
        """The label as a menu takes it: with the letter that a translator has marked; a name's own ``&`` is doubled."""
        return self._marked if self.wording is None else self.wording().replace("&", "&&")

    @property
    def label(self) -> str:
        """What menus, palette and buttons call it now."""
        return self.title if self.wording is None else self.wording()

    @property
    def checkable(self) -> bool:
        """Whether it can be on or off."""
        return self.checked is not None

    @property
    def shortcuts(self) -> tuple[str, ...]:
        """Its keys, one by one."""
        return tuple(part.strip() for part in self.shortcut.split("; ") if part.strip())

    @property
    def menu_name(self) -> str:
        """The menu without its section, as it is read."""
        return unmarked(self.menu.partition("/")[0])

    def is_in(self, place: str) -> bool:
        """Whether it is done where one is: in the workspace of this id, or anywhere."""
        return self.context in ("window", place)

    @property
    def section(self) -> int:
        """The section within the menu."""
        return int(self.menu.partition("/")[2] or 0)


class ActionTable:
    """The actions there are, in the order of their registration."""

    changed = Signal()
    """Actions were added or removed: menus are rebuilt."""
    state_changed = Signal()
    """What is enabled or checked may be different now."""

    def __init__(self) -> None:
        self._actions: dict[str, Action] = {}

    def add(self, *actions: Action) -> None:
        """Registers actions.

        Raises:
            ValueError: an id or, within one context, a key is taken.
        """
        for action in actions:
            if action.id in self._actions:
                raise ValueError(f"action {action.id!r} is registered twice")
            for other in self._actions.values():
                shared = set(action.shortcuts) & set(other.shortcuts)
                if shared and (action.context == other.context or "window" in (action.context, other.context)):
                    raise ValueError(f"{action.id!r} and {other.id!r} both want {', '.join(sorted(shared))}")
            self._actions[action.id] = action
        self.changed.emit()

    def remove(self, *ids: str) -> None:
        """Takes actions out; unknown ids are ignored."""
        for name in ids:
            self._actions.pop(name, None)
        self.changed.emit()

    def __getitem__(self, name: str) -> Action:
        try:
            return self._actions[name]
        except KeyError:
            raise UsageError(_("There is no action called “{name}”.").format(name=name)) from None

    def __contains__(self, name: object) -> bool:
        return name in self._actions

    def __iter__(self) -> Iterator[Action]:
        return iter(tuple(self._actions.values()))

    def run(self, name: str) -> bool:
        """Does it if it can be done now; whether it was."""
        action = self[name]
        if not action.enabled():
            return False
        action.run()
        self.refresh()
        return True

    def refresh(self) -> None:
        """Tells menus and buttons to ask again what is enabled and checked."""
        self.state_changed.emit()

    def menus(self) -> dict[str, list[list[Action]]]:
        """Menu, as it was given → sections → actions, as registered; actions without a menu are left out."""
        menus: dict[str, dict[int, list[Action]]] = {}
        for action in self:
            if action.menu:
                menus.setdefault(action.menu.partition("/")[0], {}).setdefault(action.section, []).append(action)
        return {name: [sections[key] for key in sorted(sections)] for name, sections in menus.items()}

    def search(self, text: str, place: str = "", more: Iterable[Action] = ()) -> list[Action]:
        """The actions that match, best first; all of them for an empty text. What is done here comes before the rest.

        Args:
            text: some letters.
            place: the workspace on view: of what is done here only that is found which can be done now. Of what is done
                in another one nobody knows that before one is there; it comes first only where here letters are scattered.
            more: actions of other workspaces that are not registered yet.
        """
        here = [action for action in self if action.is_in(place) and action.enabled()]
        return rank(text, here, [action for action in (*self, *more) if not action.is_in(place)])


SCATTERED, ELSEWHERE = 20.0, 60.0


def rank(text: str, here: Iterable[Action], elsewhere: Iterable[Action] = ()) -> list[Action]:
    """Those that contain the letters of ``text`` in order: at word starts first, then in a row, then scattered."""
    wanted = text.casefold().replace(" ", "")
    scored = []
    behind = (*((0.0, action) for action in here), *((ELSEWHERE, action) for action in elsewhere))
    for place, (lag, action) in enumerate(behind):
        whole = _match(wanted, f"{action.menu_name} {action.label}")  # letters strewn over both mean neither
        score = max(_match(wanted, action.label), whole - 1 if whole > SCATTERED else 0)
        if score > 0:
            scored.append((lag - score, place, action))
    return [action for _score, _place, action in sorted(scored, key=lambda row: row[:2])]


def _match(wanted: str, title: str) -> float:
    """0: no match; higher is better."""
    if not wanted:
        return 2.0
    words = title.casefold().split()
    joined = "".join(words)
    if joined.startswith(wanted):
        return 100.0 - len(joined) / 100
    if any("".join(words[i:]).startswith(wanted) for i in range(len(words))):
        return 80.0 - len(joined) / 100
    if wanted in "".join(word[0] for word in words):
        return 60.0
    if wanted in joined:
        return 50.0
    position = 0
    for letter in wanted:
        position = joined.find(letter, position) + 1
        if not position:
            return 0.0
    return SCATTERED - position / 100
