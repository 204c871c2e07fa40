"""Tensors out of weight files, without running anything that is in them, and what in them may be a generator."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from ganstudio.core.errors import StoreError, UsageError
from ganstudio.core.i18n import _
from ganstudio.core.regular import open_regular
from ganstudio.explore.foreign.torch_file import (
    DAMAGED,
    LIMIT,
    MOST_TENSORS,
    CodeError,
    TooMuchError,
    read_torch_file,
)
from ganstudio.store.checkpoints import load_checkpoint, read_header

_NAMED, _DEPTH, _GROUPS = 12, 4, 64
_AVERAGED = ("g_ema", "generator_ema", "netg_ema", "ema_generator", "ema", "shadow")
_WANTED = (*_AVERAGED, "netg", "generator", "gen", "g", "decoder", "model_g", "g_state_dict", "generator_state_dict")
_UNWANTED = re.compile(r"(^|[._])(netd|dis|disc|discriminator|d|critic|encoder|enc|classifier|optim\w*|opt\w*)([._]|$)")

Tensors = dict[str, Tensor]


def read_safetensors(path: Path) -> tuple[Tensors, dict[str, str]]:
    """Tensors and metadata.

    Raises:
        UsageError: it is not a whole safetensors file.
    """
    try:
        if len(read_header(path)) > MOST_TENSORS:
            raise too_much(path, _("it holds more than {n:,} tensors").format(n=MOST_TENSORS))
        tensors, metadata, _step = load_checkpoint(path)
    except StoreError as error:
        raise UsageError(
            _("“{file}” is not a whole safetensors file: it is cut off or damaged. Copy it again.").format(
                file=path.name
            ),
            details=f"{error}\n{error.details}",
        ) from error
    return tensors, metadata


def read_pickled(path: Path) -> Any:
    """What ``torch.save`` wrote, as far as it is tensors, numbers, text, lists and dicts. Code is never run.

    Raises:
        UsageError: it contains code, more than any generator has, or it is damaged.
    """
    try:
        with open_regular(path) as file:
            return read_torch_file(file)
    except CodeError as error:
        name = str(error).replace(" ", ".")[:80]
        raise UsageError(
            _("“{file}” contains Python code ({name}) that would run when opened, so it was not opened. In the program "
              "that wrote it, convert it to safetensors with: "
              "safetensors.torch.save_file(generator.state_dict(), \"generator.safetensors\").").format(
                  file=path.name, name=name)
        ) from error  # fmt: skip
    except TooMuchError as error:
        raise too_much(path, error) from error
    except DAMAGED as error:
        raise UsageError(
            _("“{file}” cannot be read: it is cut off, damaged, or not a file of weights.").format(file=path.name),
            details=repr(error),
        ) from error


def too_much(path: Path, why: object) -> UsageError:
    """What to tell of a file that holds, or claims, more than any generator."""
    return UsageError(_("“{file}” was not opened: {why}. No generator needs that.").format(file=path.name, why=why))


def candidates(content: Any) -> Iterator[tuple[str, Tensors]]:
    """Groups of tensors that may be one network, the likeliest first: ``(where in the file, tensors)``.

    Nested dicts are looked through (``{"netG": …}``), then common beginnings of names (``"generator.…"``).
    """
    found = list(_mappings(content, "", 0))
    groups: dict[str, Tensors] = {}
    for where, tensors in found:
        groups.setdefault(where, tensors)
        for prefix in _prefixes(tensors):
            # Half of a network can look like a whole one: only what is all there is, or is called a generator.
            named = prefix.rstrip(".").rpartition(".")[2].lower() in _WANTED
            if not named and not all(name.startswith(prefix) for name in tensors):
                continue
            inner = {name.removeprefix(prefix): value for name, value in tensors.items() if name.startswith(prefix)}
            groups.setdefault(f"{where}.{prefix}".strip("."), inner)
    ranked = sorted(groups.items(), key=lambda item: _rank(item[0]))
    return iter(ranked[:_GROUPS])


def is_averaged(where: str) -> bool:
    """Whether the name of a group says that it is a moving average of weights."""
    return any(part in _AVERAGED for part in where.lower().split("."))


def _mappings(content: Any, where: str, depth: int) -> Iterator[tuple[str, Tensors]]:
    if not isinstance(content, Mapping) or depth > _DEPTH:
        return
    tensors = {
        str(name): value
        for name, value in content.items()
        if isinstance(value, Tensor) and value.layout == torch.strided and not value.is_quantized
    }
    if tensors:
        yield where, tensors
    for name, value in content.items():
        yield from _mappings(value, f"{where}.{name}".strip("."), depth + 1)


def _prefixes(tensors: Tensors) -> list[str]:
    found: dict[str, None] = {}
    for name in tensors:
        parts = name.split(".")[:-2]
        for end in range(1, min(len(parts), _DEPTH) + 1):
            found[".".join(parts[:end]) + "."] = None
    return list(found)


def _rank(where: str) -> tuple[int, int, int]:
    low = where.lower()
    unwanted = bool(_UNWANTED.search(low))
    wanted = [_WANTED.index(part) for part in low.split(".") if part in _WANTED]
    return (int(unwanted), min(wanted, default=len(_WANTED)), low.count("."))


def inventory(content: Any) -> str:
    """What is in a file, for a person: the first tensors with their shapes, and how many there are."""
    named = [
        (f"{where}.{name}".strip("."), tuple(value.shape))
        for where, tensors in _mappings(content, "", 0)
        for name, value in tensors.items()
    ]
    if not named:
        return _("no tensors")
    listed = ", ".join(f"{name} {shape}" for name, shape in named[:_NAMED])
    more = _(", …") if len(named) > _NAMED else ""
    return _("{count} tensors: {listed}{more}").format(count=len(named), listed=listed, more=more)


def too_large(tensors: Tensors) -> bool:
    """Whether the tensors would need more memory than a file may have; a short file can claim huge ones."""
    return sum(value.numel() for value in tensors.values()) * 4 > LIMIT


def not_finite(tensors: Tensors) -> list[str]:
    """Names of the tensors that hold NaN or infinity."""
    return [
        name for name, value in tensors.items() if value.is_floating_point() and not bool(torch.isfinite(value).all())
    ]
