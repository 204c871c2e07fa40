"""Painting label maps: the canvas, its edits and their film. numpy and pillow only, so importing it is instant."""

from __future__ import annotations

from ganstudio.explore.canvas.adapt import (
    LARGEST,
    check_ids,
    class_table,
    pack_ids,
    remap,
    resized,
    said_of,
    unpack_ids,
)
from ganstudio.explore.canvas.edits import Adaptation, Edit, Record
from ganstudio.explore.canvas.film import Reel, replay
from ganstudio.explore.canvas.layer import Brush, LabelCanvas
from ganstudio.explore.canvas.png import LabelPng, label_png, read_label_png, save_label_png
from ganstudio.explore.canvas.shapes import Patch, Point, Rect

__all__ = [
    "LARGEST",
    "Adaptation",
    "Brush",
    "Edit",
    "LabelCanvas",
    "LabelPng",
    "Patch",
    "Point",
    "Record",
    "Rect",
    "Reel",
    "check_ids",
    "class_table",
    "label_png",
    "pack_ids",
    "read_label_png",
    "remap",
    "replay",
    "resized",
    "said_of",
    "save_label_png",
    "unpack_ids",
]
