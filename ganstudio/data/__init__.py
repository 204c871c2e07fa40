"""Data sets and their batches on the device.

Importing this package imports neither torch nor scikit-learn; :class:`Batches` brings torch when it is first asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ganstudio.data.base import Arrays, DataRequest, Dataset, DataSource, Problem
from ganstudio.data.catalogue import DATASETS, load, read, thumbnail
from ganstudio.data.files import data_folder, set_data_folder
from ganstudio.data.request import make_request, parse_request

if TYPE_CHECKING:
    from ganstudio.data.batches import Batches

__all__ = [
    "DATASETS",
    "Arrays",
    "Batches",
    "DataRequest",
    "DataSource",
    "Dataset",
    "Problem",
    "data_folder",
    "load",
    "make_request",
    "parse_request",
    "read",
    "set_data_folder",
    "thumbnail",
]


def __getattr__(name: str) -> Any:
    if name == "Batches":
        from ganstudio.data.batches import Batches

        return Batches
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
