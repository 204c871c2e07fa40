"""Files that name the classes of label maps: one name a line, with or without numbers and colours, tables, or JSON."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ganstudio.core.dataspec import MapClass
from ganstudio.core.errors import DataError
from ganstudio.core.i18n import _
from ganstudio.core.labelmaps import colours_for

CLASS_FILES = (
    "classes.txt", "classes.json", "classes.csv", "class_names.txt", "class_dict.csv", "labels.txt", "labels.json",
    "label_colors.txt", "palette.txt", "palette.json", "objectInfo150.txt",
)  # fmt: skip
_LIMIT = 1 << 20
_MOST = 255
_NAMES = ("name", "names", "class", "label", "title", "readable")
_NUMBERS = ("id", "idx", "index", "value", "trainid", "number")
_COLOURS = ("color", "colour", "rgb")
Colour = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class ClassList:
    """Classes of label maps.

    Attributes:
        classes: names and colours.
        values: the number of each class in index pictures.
        coloured: the colours were given, so RGB label maps can be recognised by them.
    """

    classes: tuple[MapClass, ...]
    values: tuple[int, ...]
    coloured: bool


@dataclass(frozen=True, slots=True)
class _Row:
    name: str
    number: int | None = None
    colour: Colour | None = None


def find_class_file(folder: Path, name: str = "") -> Path | None:
    """The file that names the classes: the one asked for (beside the pictures, or anywhere), else one by a usual name.

    Raises:
        DataError: the one asked for is not there.
    """
    if name:
        path = folder / Path(name).expanduser()
        if not path.is_file():
            raise DataError(
                _("There is no file {file} with class names: check the option “classes”.").format(file=path)
            )
        return path
    return next((folder / usual for usual in CLASS_FILES if (folder / usual).is_file()), None)


def read_class_file(path: Path) -> ClassList:
    """Reads class names and, where they are given, numbers and colours.

    Lines may be ``name``, ``name r g b``, ``number name``, ``number name r g b``, ``r g b name``, with blanks, commas,
    tabs or a colon between; a table may have a heading. JSON may be a list or an object of names, of colours, or of both.

    Raises:
        DataError: it cannot be read, or makes no sense.
    """
    try:
        if path.stat().st_size > _LIMIT:
            raise DataError(_("{file} is too large for a file of class names.").format(file=path))
        text = path.read_text(encoding="utf-8-sig")
        rows = _from_json(json.loads(text)) if text.lstrip()[:1] in ("[", "{") else _from_lines(text)
    except (OSError, ValueError, KeyError, TypeError, IndexError) as error:
        raise DataError(
            _("{file} cannot be read as class names: {why}.").format(file=path, why=str(error) or type(error).__name__)
        ) from error
    if not rows:
        raise DataError(_("{file} names no class: write one name a line.").format(file=path))
    return _class_list(rows, path)


def _class_list(rows: Sequence[_Row], path: Path) -> ClassList:
    numbered = all(row.number is not None for row in rows)
    if numbered:
        # 255 (or −1) with a name is the same as none: what has no class.
        rows = [row for row in rows if row.number is not None and 0 <= row.number < 255]
    numbers = [row.number if numbered and row.number is not None else index for index, row in enumerate(rows)]
    if len(rows) > _MOST or not rows:
        raise DataError(
            _("{file} names {n} classes: 1 to {most} are possible.").format(file=path, n=len(rows), most=_MOST)
        )
    if len(set(numbers)) != len(numbers):
        twice = next(number for number in numbers if numbers.count(number) > 1)
        raise DataError(_("{file} gives the number {n} to two classes.").format(file=path, n=twice))
    names = unique_names([row.name for row in rows])
    coloured = all(row.colour is not None for row in rows)
    colours = tuple(row.colour for row in rows if row.colour is not None) if coloured else colours_for(names)
    classes = tuple(MapClass(name, colour) for name, colour in zip(names, colours, strict=True))
    return ClassList(classes, tuple(numbers), coloured)


def unique_names(names: Sequence[str]) -> list[str]:
    """The names, with “(2)” behind a second one of the same."""
    seen: dict[str, int] = {}
    result = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        result.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return result


def _from_lines(text: str) -> list[_Row]:
    lines = [line.strip() for line in text.splitlines()]
    lines = [line for line in lines if line and not line.startswith(("#", "//"))]
    if not lines:
        return []
    table = _from_table(lines)
    if table is not None:
        return table
    parsed = [_line(line) for line in lines]
    if all(row.number is not None for row in parsed):
        return parsed
    # “2 wheels” among plain names is a name: numbers count only where every line has one.
    return [
        _Row(line if row.colour is None else row.name, None, row.colour)
        for line, row in zip(lines, parsed, strict=True)
    ]


def _line(line: str) -> _Row:
    words = [word for word in re.split(r"\s*[,;\t]\s*|\s*:\s+|\s+", line) if word]
    number: int | None = None
    colour: Colour | None = None
    if len(words) > 3 and all(_byte(word) for word in words[:3]) and not all(_byte(word) for word in words[-3:]):
        colour, words = _colour(words[:3]), words[3:]
    elif len(words) > 3 and all(_byte(word) for word in words[-3:]):
        colour, words = _colour(words[-3:]), words[:-3]
    elif len(words) > 1 and re.fullmatch(r"#[0-9A-Fa-f]{6}", words[-1]):
        colour, words = _colour(words[-1]), words[:-1]
    if len(words) > 1 and re.fullmatch(r"-?\d+:?", words[0]):
        number, words = int(words[0].rstrip(":")), words[1:]
    return _Row(" ".join(words), number, colour)


def _byte(word: str) -> bool:
    return word.isdecimal() and int(word) < 256


def _from_table(lines: list[str]) -> list[_Row] | None:
    """Rows beneath a heading; None where the first line is none."""
    mark = next((mark for mark in ("\t", ",", ";") if mark in lines[0]), None)
    if mark is None:
        return None
    heading = [re.sub(r"[^a-z]", "", cell.casefold()) for cell in lines[0].split(mark)]
    name = next((heading.index(word) for word in _NAMES if word in heading), None)
    if name is None:
        return None
    number = next((heading.index(word) for word in _NUMBERS if word in heading), None)
    parts = [next((heading.index(word) for word in words if word in heading), None) for words in
             (("r", "red"), ("g", "green"), ("b", "blue"))]  # fmt: skip
    rows = []
    for cells in csv.reader(lines[1:], delimiter=mark):
        colour = None
        if all(part is not None for part in parts):
            colour = _colour([cells[part] for part in parts if part is not None])
        rows.append(_Row(cells[name].strip(), None if number is None else int(cells[number]), colour))
    return rows


def _from_json(values: Any) -> list[_Row]:
    if isinstance(values, dict):
        inner = next((values[key] for key in ("classes", "labels", "categories") if key in values), None)
        if isinstance(inner, list | dict):
            return _from_json(inner)
        rows = []
        for key, value in values.items():
            if isinstance(value, dict):
                row = _json_row(value)
                rows.append(_Row(row.name or str(key), row.number, row.colour))
            elif isinstance(value, str) and re.fullmatch(r"-?\d+", key):
                rows.append(_Row(value, int(key)))
            elif isinstance(value, int):
                rows.append(_Row(key, value))
            else:
                rows.append(_Row(key, None, _colour(value)))
        return sorted(rows, key=lambda row: row.number or 0) if all(row.number is not None for row in rows) else rows
    return [_json_row(value) if isinstance(value, dict) else _Row(str(value)) for value in values]


def _json_row(values: dict[str, Any]) -> _Row:
    lowered = {key.casefold(): value for key, value in values.items()}
    name = next((str(lowered[key]) for key in _NAMES if key in lowered), "")
    number = next((int(lowered[key]) for key in _NUMBERS if key in lowered), None)
    colour = next((_colour(lowered[key]) for key in _COLOURS if key in lowered), None)
    return _Row(name or str(number), number, colour)


def _colour(value: Any) -> Colour:
    if isinstance(value, str):
        value = bytes.fromhex(value.strip().lstrip("#"))
    red, green, blue = (int(part) for part in value)
    if not all(0 <= part < 256 for part in (red, green, blue)):
        raise ValueError(_("{value} is no colour: three numbers from 0 to 255 are one").format(value=value))
    return red, green, blue
