"""Tensors out of weight files, without running anything that is in them."""

from __future__ import annotations

import pickle
import re
import struct
import warnings
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from ganstudio.core.errors import StoreError, UsageError
from ganstudio.core.i18n import _
from ganstudio.store.checkpoints import load_checkpoint

LIMIT = 2 * 1024**3
"""Bytes: a file, or what is in it, may not be larger."""
Tensors = dict[str, Tensor]


def read_safetensors(path: Path) -> tuple[Tensors, dict[str, str]]:
    """Tensors and metadata.

    Raises:
        UsageError: it is not a whole safetensors file.
    """
    try:
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
        UsageError: it contains code, or it is damaged.
    """
    try:
        # From an open file: given a name, PyTorch goes by its ending.
        with warnings.catch_warnings(), path.open("rb") as file:
            warnings.simplefilter("ignore")  # of old formats and storage classes
            return torch.load(file, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as error:
        raise _code_inside(path, str(error)) from error
    except (RuntimeError, OSError, ValueError, LookupError, TypeError, AttributeError, EOFError, AssertionError,
            MemoryError, RecursionError, ImportError, struct.error) as error:  # fmt: skip
        raise UsageError(
            _("“{file}” cannot be read: it is cut off, damaged, or not a file of weights.").format(file=path.name),
            details=repr(error),
        ) from error


def _code_inside(path: Path, told: str) -> UsageError:
    found = re.search(r"GLOBAL ([\w.]+\.[\w.]+)|safe_globals\(\[([\w.]+)\]\)", told)
    if found:
        what = _("contains Python code ({name}) that would run when opened").format(name=found[1] or found[2])
    else:
        what = _("is a Python pickle, which can contain code that would run when opened")
    return UsageError(
        _("“{file}” {what}, so it was not opened. In the program that wrote it, convert it to safetensors with: "
          "safetensors.torch.save_file(generator.state_dict(), \"generator.safetensors\").").format(
              file=path.name, what=what),
        details=told,
    )  # fmt: skip


MOST_TENSORS = 20_000
"""A file with more than this is refused: looking at each would take long."""


def too_many(path: Path) -> UsageError:
    """What is said of a file with more than ``MOST_TENSORS`` tensors."""
    return UsageError(
        _("“{file}” holds more than {count} tensors; a generator has hundreds. Save the generator alone.").format(
            file=path.name, count=MOST_TENSORS
        )
    )


def not_finite(tensors: Tensors) -> list[str]:
    """Names of the tensors that hold NaN or infinity."""
    return [
        name
        for name, value in tensors.items()
        if value.is_floating_point()
        and not bool(torch.isfinite(value if value.element_size() > 1 else value.float()).all())
    ]
