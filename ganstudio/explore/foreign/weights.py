"""Tensors out of weight files, without running anything that is in them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from ganstudio.core.elsewhere import shown
from ganstudio.core.errors import StoreError, UsageError
from ganstudio.core.i18n import _, some_of
from ganstudio.core.regular import open_regular
from ganstudio.store.checkpoints import load_checkpoint, read_header
from ganstudio.store.torch_file import (
    DAMAGED,
    MOST_TENSORS,
    CodeError,
    TooMuchError,
    many_tensors,
    read_torch_file,
)

Tensors = dict[str, Tensor]


def read_safetensors(path: Path) -> tuple[Tensors, dict[str, str]]:
    """Tensors and metadata.

    Raises:
        UsageError: it is not a whole safetensors file.
    """
    try:
        if len(read_header(path)) > MOST_TENSORS:
            raise too_much(path, many_tensors())
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


def check_finite(path: Path, tensors: Tensors) -> None:
    """Refuses weights that hold NaN or infinity.

    Raises:
        UsageError: they do; names the first tensors.
    """
    broken = [
        shown(name, 80)
        for name, value in tensors.items()
        if value.is_floating_point()
        and not bool(torch.isfinite(value if value.element_size() > 1 else value.float()).all())
    ]
    if broken:
        raise UsageError(
            _("The weights in “{file}” are not finite numbers ({names}): its training had diverged. Take an earlier "
              "state of it.").format(file=path.name, names=some_of(broken, 3)), details=", ".join(broken))  # fmt: skip
