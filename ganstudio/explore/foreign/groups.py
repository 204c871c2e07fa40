"""What in a file of weights may be a generator, and what is in it at all."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from ganstudio.core.errors import UsageError
from ganstudio.core.i18n import _
from ganstudio.explore.foreign.decoders import drawing_half, is_decoder
from ganstudio.explore.foreign.plain import MOST_TENSORS_OF_A_NETWORK
from ganstudio.explore.foreign.weights import LIMIT, Tensors

MOST_TENSORS = 20_000
"""A file with more tensors, numbers and texts than this is refused: looking at each would take long."""
_NAMED, _SHOWN, _LONGEST, _DEPTH, _GROUPS, _NUMBERS = 12, 80, 512, 4, 64, range(2**31)
_AVERAGED = ("g_ema", "generator_ema", "netg_ema", "ema_generator", "ema", "shadow")
_WANTED = (*_AVERAGED, "netg", "generator", "gen", "g", "decoder", "model_g", "g_state_dict", "generator_state_dict")
_UNWANTED = re.compile(r"(^|[._])(netd|dis|disc|discriminator|d|critic|encoder|enc|classifier|optim\w*|opt\w*)([._]|$)")


@dataclass(frozen=True, slots=True)
class Group:
    """Tensors that may be one network.

    Attributes:
        where: in the file.
        tensors: names to tensors.
        decoder: they are the drawing half of an auto-encoder.
    """

    where: str
    tensors: Tensors
    decoder: bool = False


def candidates(content: Any) -> Iterator[Group]:
    """Groups of tensors that may be one network, the likeliest first.

    Nested dicts are looked through (``{"netG": …}``), then common beginnings of names (``"generator.…"``).

    Raises:
        UsageError: there are more tensors than any generator has.
    """
    groups: dict[str, tuple[Tensors, str]] = {}
    for where, tensors in _mappings(content):
        for prefix in ("", *_prefixes(tensors)):
            groups.setdefault(f"{where}.{prefix}".strip("."), (tensors, prefix))
    for where, (tensors, prefix) in sorted(groups.items(), key=lambda item: _rank(item[0]))[:_GROUPS]:
        inner = {name.removeprefix(prefix): value for name, value in tensors.items() if name.startswith(prefix)}
        half, decoder = drawing_half(inner) if len(inner) <= MOST_TENSORS_OF_A_NETWORK else ({}, False)
        if 0 < len(half) < len(inner):
            yield Group(where, half, decoder)
        yield Group(where, inner, decoder=is_decoder(where))


def is_averaged(where: str) -> bool:
    """Whether the name of a group says that it is a moving average of weights."""
    return any(part in _AVERAGED for part in where.lower().split("."))


def _mappings(content: Any) -> list[tuple[str, Tensors]]:
    """All dicts with tensors directly in them. Each is looked at once, however often it lies in others or itself."""
    found: list[tuple[str, Tensors]] = []
    waiting: list[tuple[str, Any, int]] = [("", content, 0)]
    seen: set[int] = set()
    count = 0
    while waiting:
        where, mapping, depth = waiting.pop()
        seen.add(id(mapping))
        count += len(mapping)
        if count > MOST_TENSORS:
            raise too_many()
        named = {str(name): value for name, value in mapping.items() if isinstance(name, str) or name in _NUMBERS}
        tensors = {name: value for name, value in named.items() if isinstance(value, Tensor)}
        if tensors:
            found.append((where, tensors))
        inner = [(f"{where}.{name}".strip("."), value, depth + 1) for name, value in named.items()
                 if isinstance(value, Mapping) and id(value) not in seen and depth < _DEPTH]  # fmt: skip
        waiting += reversed(inner)
    return found


def _prefixes(tensors: Tensors) -> list[str]:
    """Half of a network can look like a whole one: only what is all there is, or is called a generator."""
    counts: Counter[str] = Counter()
    for name in tensors:
        parts = name[:_LONGEST].split(".")[:-2]
        counts.update(".".join(parts[:end]) + "." for end in range(1, min(len(parts), _DEPTH) + 1))
    return [
        prefix
        for prefix, count in counts.items()
        if count == len(tensors) or prefix.rstrip(".").rpartition(".")[2].lower() in _WANTED
    ]


def _rank(where: str) -> tuple[int, int, int]:
    low = where.lower()
    unwanted = bool(_UNWANTED.search(low))
    wanted = [_WANTED.index(part) for part in low.split(".") if part in _WANTED]
    return (int(unwanted), min(wanted, default=len(_WANTED)), low.count("."))


def inventory(content: Any) -> str:
    """What is in a file, for a person: the first tensors with their shapes, and how many there are."""
    mappings = _mappings(content)
    count = sum(len(tensors) for _where, tensors in mappings)
    if not count:
        return _("no tensors")
    named = ((f"{where}.{name}".strip("."), value) for where, tensors in mappings for name, value in tensors.items())
    listed = ", ".join(f"{short(name)} {tuple(value.shape)}" for name, value in itertools.islice(named, _NAMED))
    more = _(", …") if count > _NAMED else ""
    return _("{count} tensors: {listed}{more}").format(count=count, listed=listed, more=more)


def short(name: str) -> str:
    """A name out of a file as a message can show it."""
    shown = "".join(letter if letter.isprintable() else "�" for letter in name[:_SHOWN])
    return shown if len(name) <= _SHOWN else f"{shown}…"


def too_many() -> UsageError:
    """What is said of a file with more than ``MOST_TENSORS`` tensors."""
    return UsageError(
        _("The file holds more than {count} tensors or values; no generator that could be read here has so many.").format(
            count=MOST_TENSORS
        )
    )


def too_large(tensors: Tensors) -> bool:
    """Whether the tensors would need more memory than a file may have, or claim more numbers than the file holds.

    A short file can claim huge ones: one number that is said to stand for a million, one table that is said to be many.
    """
    claimed = sum(value.numel() for value in tensors.values()) * 4
    repeated = any(value.numel() * value.element_size() > value.untyped_storage().nbytes() for value in tensors.values())
    return claimed > LIMIT or repeated


def not_finite(tensors: Tensors) -> list[str]:
    """Names of the tensors that hold NaN or infinity."""
    return [
        name
        for name, value in tensors.items()
        if value.is_floating_point() and not bool(torch.isfinite(value if value.element_size() > 1 else value.float()).all())
    ]
