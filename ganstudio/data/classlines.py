"""The many forms in which programs write lists of classes: lines of text, tables with a heading, JSON, protocol text."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ganstudio.core.i18n import _

_NAMES = ("name", "names", "class", "classname", "classnames", "label", "labelname", "category", "title", "readable")
_NUMBERS = (
    "id", "idx", "index", "value", "number", "classid", "labelid", "classindex", "classidx", "categoryid", "pixelvalue",
    "greyvalue", "grayvalue",
)  # fmt: skip
_TRAINING = ("trainid", "labeltrainid", "trainids")
_COLOURS = ("color", "colour", "rgb", "colorrgb", "colourrgb", "hex", "background")
_INSIDE = ("classes", "labels", "categories", "items", "names", "classnames", "labelnames", "idtolabel", "id2label",
           "labeltoid", "label2id", "classtoidx", "class2idx", "idxtoclass", "idx2class")  # fmt: skip
_TITLES = frozenset(_NAMES) | {"labels", "classes", "categories"}
_PARTS = (("r", "red"), ("g", "green"), ("b", "blue"))
# CVAT and what imitates it: name:r,g,b:parts:actions
_COLONS = re.compile(r"(?P<name>.+?)\s*:\s*(?P<colour>\d+\s*,\s*\d+\s*,\s*\d+)\s*(?::[^:]*:[^:]*)?")
_BARE_COLONS = re.compile(r"(?P<name>[^:]+)::[^:]*:[^:]*")
_HEADING = re.compile(r"label:color_rgb(:\w+)*", re.IGNORECASE)
_FOUR = re.compile(r"(\d+)[\s,;]+(\d+)[\s,;]+(\d+)[\s,;]+(\d+)[\s,;:]+(\S.*)")
_HEX = re.compile(r"#[0-9A-Fa-f]{6}\b")
_FIRST = re.compile(r"\[?(?P<number>-?\d+)\]?(?:\s*[:=,;).]\s*|\s+-\s+|\s+)(?P<name>\S.*)")
_LAST = re.compile(r"(?P<name>.*\S)\s*[:=,;\t]\s*(?P<number>-?\d+)")
_ITEM = re.compile(r"\bitem\s*\{([^{}]*)\}")
_EDGES = " \t,;:="
Colour = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Row:
    """One class of a list.

    Attributes:
        name: what it is called.
        number: its number in label maps; None where the list gives none.
        colour: red, green, blue; None where the list gives none.
        training: a second number, of maps made for training (Cityscapes); None where the list gives none.
    """

    name: str
    number: int | None = None
    colour: Colour | None = None
    training: int | None = None


def rows_of(text: str) -> list[Row]:
    """The classes that a text lists, in its order.

    Raises:
        ValueError, KeyError, TypeError, IndexError, RecursionError: it makes no sense.
    """
    if text.lstrip()[:1] in ("[", "{") and not _FIRST.fullmatch(text.lstrip().splitlines()[0].rstrip()):
        return _from_json(_json(text))
    items = _ITEM.findall(text)
    if items:
        return [_from_item(item) for item in items]
    lines = [re.sub(r"\s#\s.*", "", line).strip("\r\n\0\x1a \t") for line in text.splitlines()]
    lines = [line for line in lines if line and not _is_remark(line)]
    if not lines:
        return []
    return _from_table(lines) or _from_lines(lines[1:] if len(lines) > 1 and _is_heading(lines[0]) else lines)


def _json(text: str) -> Any:
    if '"' not in text:  # as Python prints a list or a dict
        text = re.sub(r"([{,]\s*)(-?\d+)(?=\s*:)", r'\1"\2"', text.replace("'", '"'))
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise ValueError(_("it begins like JSON, but in line {n} it is none").format(n=error.lineno)) from error


def _is_heading(line: str) -> bool:
    """A heading over one column, or over columns with blanks between."""
    words = {_plain(word) for word in line.split()}
    return bool(words & _TITLES) and words <= _TITLES.union(_NUMBERS, _TRAINING, _COLOURS, *_PARTS)


def _is_remark(line: str) -> bool:
    return bool(_HEADING.fullmatch(line)) or (line.startswith(("//", "#")) and not _HEX.match(line))


def _from_lines(lines: Sequence[str]) -> list[Row]:
    """Lines without a heading: a form holds where it holds for every line, so “2 wheels” among names is a name."""
    if len(lines) == 1 and re.search(r"[,;\t]", lines[0]) and not re.search(r"\d", lines[0]):
        return [Row(_unquoted(name)) for name in re.split(r"[,;\t]", lines[0]) if name.strip()]
    if all(line.isdecimal() for line in lines) and len(set(lines)) == len(lines):
        return [Row(line, int(line)) for line in lines]
    four = [_FOUR.fullmatch(line) for line in lines]
    if all(four):
        return _with_four([one.groups() for one in four if one])
    parsed = [_coloured(line) for line in lines]
    for form in (_FIRST, _LAST):
        found = [form.fullmatch(rest) for rest, _colour in parsed]
        _check_some(lines, found)
        if all(found):
            pairs = zip(found, parsed, strict=True)
            return [Row(_unquoted(one["name"]), int(one["number"]), colour) for one, (_r, colour) in pairs if one]
    return [Row(_unquoted(rest), None, colour) for rest, colour in parsed]


def _check_some(lines: Sequence[str], found: Sequence[re.Match[str] | None]) -> None:
    """Most lines with numbers that count up, and some without: which number the others have is anybody's guess."""
    numbers = [int(one["number"]) for one in found if one]
    if len(lines) / 2 < len(numbers) < len(lines) and numbers == sorted(set(numbers)):
        line = next(line for line, one in zip(lines, found, strict=True) if not one)
        raise ValueError(_("most lines have a number, but “{line}” has none").format(line=line[:80]))


def _with_four(table: Sequence[Sequence[str]]) -> list[Row]:
    """“7 128 64 128 road” and “128 64 128 7 road”: what counts up is the number."""
    firsts = [int(row[0]) for row in table]
    start = 1 if len(set(firsts)) == len(firsts) and max(firsts) - min(firsts) < 2 * len(firsts) else 0
    return [Row(_unquoted(row[4]), int(row[0 if start else 3]), colour_of(row[start : start + 3])) for row in table]


def _coloured(line: str) -> tuple[str, Colour | None]:
    """A line without its colour, and the colour: three numbers before or behind the rest, or #rrggbb."""
    colons = _COLONS.fullmatch(line) or _BARE_COLONS.fullmatch(line)
    if colons:
        return colons["name"], colour_of(colons["colour"]) if "colour" in colons.groupdict() else None
    found = _HEX.search(line)
    if found and (found.start() == 0 or found.end() == len(line)):
        rest = (line[: found.start()] + line[found.end() :]).strip(_EDGES)
        return (rest, colour_of(found[0])) if rest else (line, None)
    mark = r"\s*[\s,;:]\s*"
    three = mark.join([r"[\[(]?(\d{1,3})", r"(\d{1,3})", r"(\d{1,3})[\])]?"])
    before = re.fullmatch(rf"{three}{mark}(.*)", line)
    behind = re.fullmatch(rf"(.*?\S){mark}{three}", line)
    if behind and _bytes(behind.groups()[1:]):
        return behind[1].rstrip(_EDGES), colour_of(behind.groups()[1:])
    if before and _bytes(before.groups()[:3]):
        return before[4].strip(_EDGES), colour_of(before.groups()[:3])
    return line, None


def _bytes(words: Sequence[str]) -> bool:
    return all(int(word) < 256 for word in words)


def _unquoted(name: str) -> str:
    name = name.strip(" \t,;")
    return name[1:-1] if len(name) > 1 and name[0] == name[-1] and name[0] in "\"'" else name


def _from_item(text: str) -> Row:
    """One ``item { id: 1 name: 'cat' }`` of a protocol text, as detectors have them."""
    found = dict(re.findall(r"(\w+)\s*:\s*(\"[^\"]*\"|'[^']*'|[^\s,]+)", text))
    return Row(_unquoted(found.get("display_name") or found["name"]), int(found["id"]) if "id" in found else None)


def _from_table(lines: list[str]) -> list[Row]:
    """Rows beneath a heading; empty where the first line is none."""
    mark = next((mark for mark in ("\t", ",", ";") if mark in lines[0]), None)
    if mark is None:
        return []
    table = [[cell.strip() for cell in cells] for cells in csv.reader(lines, delimiter=mark, skipinitialspace=True)]
    heading, body = [_plain(cell) for cell in table[0]], table[1:]
    name = _place(heading, _NAMES)
    if name is None or not body:
        return []
    number, training, colour = (_place(heading, words) for words in (_NUMBERS, _TRAINING, _COLOURS))
    parts = [_place(heading, words) for words in _PARTS]
    others = [heading.index(word) for word in ("class", "label") if word in heading and heading.index(word) != name]
    if number is None and heading[0] == "" and all(re.fullmatch(r"\d+", cells[0]) for cells in body):
        number = 0  # the index of a table that pandas has written
    if number is None and others and all(re.fullmatch(r"-?\d+", cells[others[0]]) for cells in body):
        number = others[0]  # “class,name”: the class is its number
    if number is None and training is not None:
        number, training = training, None
    rows = []
    for cells in body:
        shade = None
        if all(part is not None for part in parts):
            shade = colour_of([cells[part] for part in parts if part is not None])
        elif colour is not None and cells[colour]:
            shade = colour_of(cells[colour])
        first, second = (None if place is None else int(cells[place]) for place in (number, training))
        rows.append(Row(cells[name], first, shade, second))
    return rows


def _place(heading: Sequence[str], words: Sequence[str]) -> int | None:
    """The column of the first of these words that is there."""
    return next((heading.index(word) for word in words if word in heading), None)


def _plain(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", text.casefold())


def _from_json(values: Any) -> list[Row]:
    if isinstance(values, dict):
        keys = {_plain(str(key)): key for key in values}
        inner = next((values[keys[key]] for key in _INSIDE if isinstance(values.get(keys.get(key)), list | dict)), None)
        if inner is not None:
            return _from_json(inner)
        rows = [_json_pair(str(key), value) for key, value in values.items()]
        return sorted(rows, key=lambda row: row.number or 0) if all(row.number is not None for row in rows) else rows
    listed = [_json_row(value) if isinstance(value, dict) else Row(str(value)) for value in values]
    if not all(row.name for row in listed):
        raise ValueError(_("a class in it has neither a name nor a number"))
    return listed


def _json_pair(key: str, value: Any) -> Row:
    digits = bool(re.fullmatch(r"-?\d+", key))
    if isinstance(value, dict):
        row = _json_row(value)
        return Row(row.name or key, int(key) if digits and row.number is None else row.number, row.colour, row.training)
    if isinstance(value, str) and digits:
        return Row(value, int(key))
    if isinstance(value, int) or (isinstance(value, str) and re.fullmatch(r"-?\d+", value)):
        return Row(key, int(value))
    return Row(key, None, colour_of(value))


def _json_row(values: dict[str, Any]) -> Row:
    lowered = {_plain(key): value for key, value in values.items()}
    name = next((str(lowered[key]) for key in _NAMES if key in lowered), "")
    number, training = (
        next((int(lowered[key]) for key in words if re.fullmatch(r"-?\d+", str(lowered.get(key, "")))), None)
        for words in (_NUMBERS, _TRAINING)
    )
    if not name and isinstance(lowered.get("value"), str) and number is None:  # Label Studio
        name = lowered["value"]
    if number is None:
        number, training = training, None
    colour = next((colour_of(lowered[key]) for key in _COLOURS if lowered.get(key)), None)
    return Row(name or ("" if number is None else str(number)), number, colour, training)


def colour_of(value: Any) -> Colour:
    """A colour from ``"#rrggbb"``, ``"r,g,b"``, ``"rgb(r, g, b)"`` or a row of three numbers.

    Raises:
        ValueError: it is none.
    """
    if isinstance(value, str):
        found = re.findall(r"\d+", value)
        three = len(found) in (3, 4) and not value.strip().startswith("#")
        value = found[:3] if three else bytes.fromhex(value.strip().lstrip("#"))
    parts = list(value)[:3]
    if any(isinstance(part, float) for part in parts) and max(parts) <= 1:  # as shares of 1
        parts = [round(255 * part) for part in parts]
    red, green, blue = (int(part) for part in parts)
    if not all(0 <= part < 256 for part in (red, green, blue)):
        raise ValueError(_("{value} is no colour: three numbers from 0 to 255 are one").format(value=value))
    return red, green, blue


def lists_classes(text: str) -> bool:
    """A JSON text has a list of classes in it; many others are called “config” or “meta” too."""
    try:
        values = json.loads(text)
    except (ValueError, RecursionError):
        return False
    return isinstance(values, dict) and any(_plain(str(key)) in _INSIDE for key in values)
