"""Data sets and their batches on the device.

Importing this package imports neither torch nor scikit-learn; :class:`Batches` brings torch when it is first asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ganstudio.data.base import Arrays, DataRequest, Dataset, DataSource, Problem
from ganstudio.data.catalogue import DATASETS, is_available, load, read, thumbnail
from ganstudio.data.drawing import delete_drawing, list_drawings, load_drawing, save_drawing
from ganstudio.data.files import Located, data_folder, find, set_data_folder
from ganstudio.data.report import DataReport, check
from ganstudio.data.request import make_request, parse_request

if TYPE_CHECKING:
    from ganstudio.data.batches import Batches
    from ganstudio.data.fetch import download

__all__ = [
    "DATASETS",
    "Arrays",
    "Batches",
    "DataReport",
    "DataRequest",
    "DataSource",
    "Dataset",
    "Located",
    "Problem",
    "check",
    "data_folder",
    "delete_drawing",
    "download",
    "find",
    "is_available",
    "list_drawings",
    "load",
    "load_drawing",
    "make_request",
    "parse_request",
    "read",
    "save_drawing",
    "set_data_folder",
    "thumbnail",
]


def __getattr__(name: str) -> Any:
    if name == "Batches":
        from ganstudio.data.batches import Batches

        return Batches
    if name == "download":
        from ganstudio.data.fetch import download

        return download
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
