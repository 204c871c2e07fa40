"""Painting label maps: the canvas, its edits and their film. numpy and pillow only, so importing it is instant."""

from __future__ import annotations

from ganstudio.explore.canvas.adapt import LARGEST, check_ids, pack_ids, remap, resized, unpack_ids
from ganstudio.explore.canvas.edits import Edit
from ganstudio.explore.canvas.film import Reel, replay
from ganstudio.explore.canvas.layer import Brush, LabelCanvas
from ganstudio.explore.canvas.png import LabelPng, label_png, read_label_png, save_label_png
from ganstudio.explore.canvas.shapes import Patch, Point, Rect

__all__ = [
    "LARGEST",
    "Brush",
    "Edit",
    "LabelCanvas",
    "LabelPng",
    "Patch",
    "Point",
    "Rect",
    "Reel",
    "check_ids",
    "label_png",
    "pack_ids",
    "read_label_png",
    "remap",
    "replay",
    "resized",
    "save_label_png",
    "unpack_ids",
]
