"""What the kinds of a method's updates are called where there is little room. No Qt, no torch."""

from __future__ import annotations

from collections.abc import Sequence

from ganstudio.core.events import RoleInfo


def letters(roles: Sequence[RoleInfo]) -> tuple[str, ...]:
    """A few letters for each role, all different: the initials of its title (``"D"``, ``"G"``, ``"SG"``).

    Where two have the same initials, more letters of the last word tell them apart, or at last a number.
    """
    titles = [role.title for role in roles]
    found = []
    for place, title in enumerate(titles):
        others = titles[:place] + titles[place + 1 :]
        lengths = range(1, len(title) + 1)
        alone = (n for n in lengths if _initials(title, n) not in {_initials(other, n) for other in others})
        many = next(alone, 0)
        found.append(_initials(title, many) if many else f"{_initials(title, 1)}{place + 1}")
    return tuple(found)


def _initials(title: str, of_last: int) -> str:
    *before, last = title.split() or ["?"]
    return "".join(word[0].upper() for word in before) + last[0].upper() + last[1:of_last].lower()
