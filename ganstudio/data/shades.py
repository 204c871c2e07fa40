"""Classes written as shades of grey, spread over 0 … 255: which shade is which class, and whether 255 is one."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from itertools import pairwise

APART = 8
"""Shades at least so far apart are told from each other though they were rounded; class numbers are closer."""
_FAR = 3
_FEW_STEPS = 9


def readings(present: Collection[int], count: int) -> list[dict[int, int]]:
    """Every way in which these shades are ``count`` classes in even steps: shade → place of its class.

    The ways in use: 0 … 255 in equal steps (rounded up, down or to the nearest), and whole steps from 0 that stay below 256.
    """
    found: list[dict[int, int]] = []
    for ideal, tolerance in _ideals(count):
        table = {shade + off: place for place, shade in enumerate(ideal) for off in range(-tolerance, tolerance + 1)}
        if all(shade in table for shade in present):
            found.append({shade: table[shade] for shade in sorted(present)})
    if len(present) == count and count > 1 and _even(sorted(present)):
        found.append({shade: place for place, shade in enumerate(sorted(present))})
    return [one for index, one in enumerate(found) if one not in found[:index]]


def _ideals(count: int) -> list[tuple[list[int], int]]:
    steps = max(1, count - 1)
    exact = [[place * 255 // steps for place in range(count)], [-(-place * 255 // steps) for place in range(count)],
             [round(place * 255 / steps) for place in range(count)]]  # fmt: skip
    for step in {256 // count, 255 // count, 255 // steps} - {0, 1}:
        exact.append([place * step for place in range(count)])
    exact.append([place * 256 // count for place in range(count)])
    return [(ideal, 1 if gap(ideal) >= APART else 0) for ideal in exact]


def _even(shades: Sequence[int]) -> bool:
    gaps = _gaps(shades)
    return min(gaps) >= APART and max(gaps) - min(gaps) <= 2


def gap(shades: Collection[int]) -> int:
    """The smallest difference between two of them; 256 where there are fewer than two."""
    return min(_gaps(sorted(shades)), default=256)


def _gaps(row: Sequence[int]) -> list[int]:
    return [after - before for before, after in pairwise(row)]


def snapped(present: Collection[int], numbers: Collection[int]) -> dict[int, int]:
    """Shades that were rounded otherwise than the classes' own: each with the number that it stands for.

    Empty where the numbers are not far apart, or one of the shades is no such neighbour.
    """
    if len(numbers) < 2 or gap(numbers) < APART:
        return {}
    table = {number + off: number for number in numbers for off in (-1, 0, 1)}
    return {shade: table[shade] for shade in present} if all(shade in table for shade in present) else {}


def merged(numbers: Mapping[int, int]) -> list[int]:
    """Numbers (with how often they occur) in order; of even steps that were rounded in two ways, the more frequent one."""
    kept: list[int] = []
    for number in sorted(numbers):
        if kept and number - kept[-1] == 1 and 1 < number < 255:
            kept[-1] = max(kept[-1], number, key=numbers.__getitem__)
        else:
            kept.append(number)
    return kept if _steps([number for number in kept if number < 255]) else sorted(numbers)


def means_nothing(numbers: Collection[int]) -> bool | None:
    """Whether 255 among numbers from 0 to 255 marks what has no class, as is usual; None: there is no telling.

    It does where the others are small or dense, as class numbers are; it does not where all are steps up to 255.
    """
    others = sorted(number for number in numbers if number < 255)
    if not others:
        return None
    if others == [0] or _steps(others):
        return False
    gaps = _gaps(others)
    far = 255 - others[-1] > _FAR * max([others[0], *gaps])
    if len(others) == 1:
        return None  # one class and nothing else: 255 may as well be the other one
    return True if far or min(gaps) < APART else None


def _steps(others: Sequence[int]) -> bool:
    """They are some of the even steps 0 … 255, not many."""
    if not others or others[0] != 0 or gap(others) < APART:
        return False
    # Of few steps some may be missing; where many are, the numbers are no steps.
    most = min(2 * len(others) + 1, 255 // APART, max(_FEW_STEPS, len(others) + 1) - 1)
    return any(all(min(shade * n % 255, -shade * n % 255) <= n for shade in others) for n in range(2, most + 1))
