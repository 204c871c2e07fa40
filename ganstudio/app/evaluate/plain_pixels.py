"""Items as they are, for a program without other extractors."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ganstudio.core.errors import UsageError
from ganstudio.core.i18n import _


class Pixels:
    """Pixels as numbers in [0, 1]; points as they are."""

    name, label, resize, identity = "pixels", "pixels", "", "pixels-plain"
    classes: tuple[str, ...] = ()

    def extract(self, items: NDArray[Any], _tick: object) -> tuple[NDArray[np.float64], None]:
        """Features float64 ``(N, d)``, and no probabilities."""
        rows = items.reshape(len(items), -1).astype(np.float64)
        return (rows / 255 if items.dtype == np.uint8 else rows), None


def extractor_maker() -> Callable[..., Any]:
    """``metrics.extractors.make_extractor`` where it is there, else a maker of plain pixels."""
    try:
        maker: Callable[..., Any] = importlib.import_module("ganstudio.metrics.extractors").make_extractor
    except ModuleNotFoundError:
        return _plain
    return maker


def _plain(name: str, *_items: object, **_options: object) -> Pixels:
    if name != "pixels":
        raise UsageError(_("There is no extractor “{name}”. Known: {names}.").format(name=name, names="pixels"))
    return Pixels()
