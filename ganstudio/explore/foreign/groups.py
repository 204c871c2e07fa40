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

from ganstudio.core.elsewhere import shown
from ganstudio.core.i18n import _
from ganstudio.explore.foreign.decoders import drawing_halves, is_decoder
from ganstudio.explore.foreign.plain import LONGEST_NAME, MOST_TENSORS_OF_A_NETWORK
from ganstudio.explore.foreign.weights import Tensors
from ganstudio.store.torch_file import LIMIT, MOST_TENSORS, many_tensors

_NAMED, _DEPTH, _GROUPS = 12, 4, 64
_AVERAGED = ("g_ema", "generator_ema", "netg_ema", "ema_generator", "ema", "shadow")
_WANTED = (*_AVERAGED, "netg", "generator", "gen", "g", "decoder", "model_g", "g_state_dict", "generator_state_dict")
_UNWANTED = re.compile(r"(^|[._])((netd|dis|disc|discriminator|d|critic|encoder|enc|classifier)([._]|$)|opt)")


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
        TooMuchError: there are more tensors than any generator has.
    """
    found: dict[tuple[str, int], tuple[Group, str]] = {}
    for where, tensors in _mappings(content):
        if max(len(where), *map(len, tensors)) > LONGEST_NAME:
            continue
        if len(tensors) <= MOST_TENSORS_OF_A_NETWORK:
            for index, (half, decoder) in enumerate(drawing_halves(tensors), 1):
                found.setdefault((where, index), (Group(where, half, decoder), ""))
        for prefix in ("", *_prefixes(tensors)):
            inside = f"{where}.{prefix}".strip(".")
            found.setdefault((inside, 0), (Group(inside, tensors, is_decoder(inside)), prefix))
    ranked = sorted(found.items(), key=lambda item: _rank(item[1][0], half=item[0][1] > 0))
    return (_inside(group, prefix) for _key, (group, prefix) in ranked[:_GROUPS])


def _inside(group: Group, prefix: str) -> Group:
    inner = {name.removeprefix(prefix): value for name, value in group.tensors.items() if name.startswith(prefix)}
    return Group(group.where, inner, group.decoder)


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
        count += sum(isinstance(value, Tensor | Mapping) for value in mapping.values())
        if count > MOST_TENSORS:
            raise many_tensors()
        named = {name: value for name, value in mapping.items() if isinstance(name, str)}
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
        parts = name.split(".")[:-2]
        counts.update(".".join(parts[:end]) + "." for end in range(1, min(len(parts), _DEPTH) + 1))
    return [
        prefix
        for prefix, count in counts.items()
        if count == len(tensors) or prefix.rstrip(".").rpartition(".")[2].lower() in _WANTED
    ]


def _rank(group: Group, half: bool) -> tuple[int, int, int]:
    low = group.where.lower()
    unwanted = bool(_UNWANTED.search(low))
    wanted = [_WANTED.index(part) for part in low.split(".") if part in _WANTED]
    if half and group.decoder:  # also what lies between the encoder and what is called decoder
        wanted.append(_WANTED.index("decoder"))
    return int(unwanted), min(wanted, default=len(_WANTED)), low.count(".")


def inventory(content: Any) -> str:
    """What is in a file, for a person: the first tensors with their shapes, and how many there are."""
    mappings = _mappings(content)
    count = sum(len(tensors) for _where, tensors in mappings)
    if not count:
        return _("no tensors")
    named = ((f"{where}.{name}".strip("."), value) for where, tensors in mappings for name, value in tensors.items())
    listed = ", ".join(f"{shown(name, 80)} {tuple(value.shape)}" for name, value in itertools.islice(named, _NAMED))
    more = _(", …") if count > _NAMED else ""
    return _("{count} tensors: {listed}{more}").format(count=count, listed=listed, more=more)


def too_large(tensors: Tensors) -> bool:
    """Whether the tensors would need more memory than a file may have, or claim more numbers than the file holds.

    A short file can claim huge ones: one number that is said to stand for a million, one table that is said to be many.
    """
    claimed = sum(value.numel() for value in tensors.values()) * 4
    repeated = any(
        value.layout == torch.strided and value.numel() * value.element_size() > value.untyped_storage().nbytes()
        for value in tensors.values()
    )
    return claimed > LIMIT or repeated
