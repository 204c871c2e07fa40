"""Data sets and their batches on the device.

Its parts are imported when they are first asked for: neither torch nor scikit-learn comes before it is needed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ganstudio.core.faces import face

if TYPE_CHECKING:
    from ganstudio.data.base import Arrays, DataRequest, Dataset, DataSource, Problem
    from ganstudio.data.batches import Batches
    from ganstudio.data.catalogue import DATASETS, is_available, load, read, thumbnail
    from ganstudio.data.drawing import delete_drawing, list_drawings, load_drawing, save_drawing
    from ganstudio.data.fetch import download
    from ganstudio.data.files import Located, data_folder, find, set_data_folder
    from ganstudio.data.report import DataReport, check
    from ganstudio.data.request import make_request, parse_request

__all__ = [
    "Arrays",
    "Batches",
    "DATASETS",
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

__getattr__ = face(
    __name__,
    {
        "base": "Arrays DataRequest DataSource Dataset Problem",
        "batches": "Batches",
        "catalogue": "DATASETS is_available load read thumbnail",
        "drawing": "delete_drawing list_drawings load_drawing save_drawing",
        "fetch": "download",
        "files": "Located data_folder find set_data_folder",
        "report": "DataReport check",
        "request": "make_request parse_request",
    },
)
