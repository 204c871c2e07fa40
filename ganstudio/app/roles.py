"""What the kinds of a method's updates are called where there is little room. No Qt, no torch."""

from __future__ import annotations

from collections.abc import Sequence

from ganstudio.core.events import RoleInfo


def letters(roles: Sequence[RoleInfo]) -> tuple[str, ...]:
    """A few letters for each role, all different: the initials of its title (``"D"``, ``"G"``, ``"SG"``).

    Where two have the same initials, more letters of the last word tell them apart, or at last a number.
    """
    longest = max((len(role.title) for role in roles), default=0)
    for more in range(1, longest + 1):
        found = tuple(_initials(role.title, more) for role in roles)
        if len(set(found)) == len(found):
            return found
    return tuple(f"{_initials(role.title, 1)}{place}" for place, role in enumerate(roles, 1))


def _initials(title: str, of_last: int) -> str:
    *before, last = title.split() or ["?"]
    return "".join(word[0].upper() for word in before) + last[0].upper() + last[1:of_last].lower()
