"""Files that name the classes of label maps: found by their usual names, read in the encoding they are in, checked."""

from __future__ import annotations

import codecs
import filecmp
import os
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from ganstudio.core.dataspec import MapClass
from ganstudio.core.errors import DataError
from ganstudio.core.i18n import _
from ganstudio.core.labelmaps import colours_for
from ganstudio.core.litter import is_litter
from ganstudio.core.regular import read_regular
from ganstudio.data.classlines import Row, lists_classes, rows_of

CLASS_FILES = (
    "classes.txt", "classes.json", "classes.csv", "class_names.txt", "class_dict.csv", "labels.txt", "labels.json",
    "label_colors.txt", "palette.txt", "palette.json", "objectInfo150.txt", "labelmap.txt", "label_map.txt",
    "class_names.json", "class_dict.txt", "labels.csv", "label_colors.csv", "meta.json", "config.json",
    "label_map.pbtxt", "_classes.csv", "obj_class_to_machine_color.json",
)  # fmt: skip
NO_FILE = "none"
"""In place of a class file: what is in the folder is not looked at."""
NUMBERS_OF_NOTHING = frozenset({255, 65535})
_LIMIT = 1 << 20
_DEEPEST = 3
_MOST = 255
_NOTHING = re.compile(
    r"[\W_]*(?:unlabell?ed|void|ignored?|unknown|border|boundary|don'?t[ _-]?care)\b.*", re.IGNORECASE
)
# labelme's list begins with this name, which has the number −1 there: background, the next, is 0.
_MINUS_ONE = re.compile(r"_+ignore_+", re.IGNORECASE)
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"),
)  # fmt: skip
_COMMON = range(0xB0, 0xD8)
"""First bytes of the common Chinese characters in GB2312."""
_KOREAN = 0xC8
"""Up to here they are those of Korean syllables too."""
_OFTEN_OTHER = frozenset({"labels.txt", "labels.json", "labels.csv"})
"""Beside pictures these tell the label of each."""
_ALSO_OTHER = frozenset({"meta.json", "config.json"})


@dataclass(frozen=True, slots=True)
class ClassList:
    """Classes of label maps.

    Attributes:
        classes: names and colours.
        values: the number of each class in index pictures.
        coloured: the colours were given, so RGB label maps can be recognised by them.
        numbered: the numbers were given; else they are places in the list.
        training: the numbers of maps that are made for training (Cityscapes), None where the list has no second ones.
        said: what was assumed while reading, a line each.
        nothing: the numbers that mean “unlabelled”; None: those that do by convention.
        doubts: what may be wrong about it, a line each.
    """

    classes: tuple[MapClass, ...]
    values: tuple[int, ...]
    coloured: bool
    numbered: bool = False
    training: tuple[int | None, ...] | None = None
    said: tuple[str, ...] = ()
    nothing: frozenset[int] | None = None
    doubts: tuple[str, ...] = ()


def find_class_file(folder: Path, name: str = "") -> Path | None:
    """The file that names the classes: the one asked for (beside the pictures, or anywhere), else one by a usual name.

    It may lie in a folder below, as sets that come in parts have it; the nearest to the top counts.

    Raises:
        DataError: the one asked for is not there.
    """
    path = folder / Path(name).expanduser()
    if name and not (name == NO_FILE and not path.exists()):
        if not path.is_file():
            raise DataError(
                _("There is no file {file} with class names: check the option “classes”.").format(file=path)
            )
        return path
    if name or not folder.is_dir():
        return None
    level = [folder]
    for depth in range(_DEEPEST):
        found = [one for one in (_list_in(one, _OFTEN_OTHER if depth else ()) for one in level) if one is not None]
        # “train” and “valid” may have a list each: of the same classes, or there is no telling.
        if found:
            return found[0] if all(filecmp.cmp(found[0], one, shallow=False) for one in found[1:]) else None
        level = [below for above in level for below in _folders_in(above)]
    return None


def _folders_in(folder: Path) -> list[Path]:
    try:
        with os.scandir(folder) as entries:
            return sorted(Path(one.path) for one in entries if one.is_dir() and not is_litter(one.name))
    except OSError:  # one that is closed is told where pictures are looked for
        return []


def _list_in(folder: Path, without: Collection[str]) -> Path | None:
    """The file of a usual name in a folder."""
    usual = {one.casefold(): place for place, one in enumerate(CLASS_FILES) if one not in without}
    try:
        with os.scandir(folder) as entries:
            there = sorted((usual[one.name.casefold()], one.path) for one in entries if one.name.casefold() in usual)
    except OSError:
        return None
    return next((Path(path) for _place, path in there if Path(path).is_file() and _is_list(Path(path))), None)


def _is_list(path: Path) -> bool:
    """A file of a name that others have too is a list of classes by what is in it."""
    if path.name.casefold() not in _ALSO_OTHER:
        return True
    try:
        data = read_regular(path, _LIMIT + 1)
        return len(data) <= _LIMIT and lists_classes(data.decode("utf-8-sig"))
    except (OSError, ValueError):
        return False


def read_class_file(path: Path, encoding: str = "") -> ClassList:
    """Reads class names and, where they are given, numbers and colours.

    Lines may be ``name``, ``name r g b``, ``number name``, ``number name r g b``, ``r g b name``, ``name,number`` with
    blanks, commas, tabs or a colon between, or CVAT's ``name:r,g,b:parts:actions``; a table may have a heading. JSON may be
    a list or an object of names, of colours, of numbers, or of all of them.

    Args:
        path: the file.
        encoding: Python's name of it; empty: told by what is in the file.

    Raises:
        DataError: it cannot be read, or makes no sense.
    """
    try:
        data = read_regular(path, _LIMIT + 1)
        if len(data) > _LIMIT:
            raise DataError(_("{file} is too large for a file of class names.").format(file=path))
        text, said = _text_of(path, data, encoding)
        rows = rows_of(text)
    except (OSError, ValueError, KeyError, TypeError, IndexError, RecursionError) as error:
        raise DataError(
            _("{file} cannot be read as class names: {why}.").format(file=path, why=str(error) or type(error).__name__)
        ) from error
    if not rows:
        raise DataError(_("{file} names no class: write one name a line.").format(file=path))
    return _class_list(rows, path, said)


def _text_of(path: Path, data: bytes, encoding: str) -> tuple[str, tuple[str, ...]]:
    """The text of a file, and what was assumed of its encoding; names that could be anything are refused."""
    try:
        if encoding:
            return data.decode(encoding).lstrip("\ufeff"), ()
        for mark, name in _MARKS:
            if data.startswith(mark):
                return data.decode(name), ()
        if b"\0" in data:
            # At least the line ends are plain letters.
            ways = {name: sum(map(str.isascii, data.decode(name, "replace"))) for name in ("utf-16-le", "utf-16-be")}
            return data.decode(max(ways, key=ways.__getitem__)), ()
        return data.decode("utf-8"), ()
    except LookupError as error:
        raise DataError(
            _("“{name}” is no encoding of text: check the option “encoding”.").format(name=encoding)
        ) from error
    except UnicodeError as error:
        guess = "" if encoding or b"\0" in data else _guessed(data)
        if not guess:
            raise DataError(
                _("{file} is not in {encoding}, so its names cannot be told: save it as UTF-8, or say what it is in, such "
                  "as encoding=gb18030, encoding=cp1251 or encoding=cp1252.").format(
                      file=path, encoding=encoding or "UTF-8"),
                repr(error),
            ) from error  # fmt: skip
        said = _("{file} is not in UTF-8: it was read as {encoding}. If the names look wrong, save it as UTF-8, or say what "
                 "it is in: encoding=…").format(file=path.name, encoding=guess)  # fmt: skip
        return data.decode(guess), (said,)


def _guessed(data: bytes) -> str:
    """Single accented letters are Western, pairs of bytes of common characters Chinese; all else is anybody's guess."""
    runs = re.findall(rb"[\x80-\xff]+", data)
    if all(len(run) % 2 == 0 for run in runs):
        firsts = [run[place] for run in runs for place in range(0, len(run), 2)]
        common = sum(first in _COMMON for first in firsts) >= 0.8 * len(firsts)
        if common and max(firsts) > _KOREAN and _decodes(data, "gb18030"):
            return "gb18030"
    if all(len(run) <= 2 for run in runs) and _decodes(data, "cp1252"):
        text = data.decode("cp1252")
        # A letter alone among Latin ones: of other alphabets whole words would be high bytes.
        joined = re.findall(r"[A-Za-z][\x80-\uffff]+|[\x80-\uffff]+[A-Za-z]", text)
        if joined and all(char.isalpha() for char in text if char > "\x7f"):
            return "cp1252"
    return ""


def _decodes(data: bytes, encoding: str) -> bool:
    try:
        data.decode(encoding)
    except UnicodeError:
        return False
    return True


def _class_list(rows: Sequence[Row], path: Path, said: tuple[str, ...]) -> ClassList:
    numbered = all(row.number is not None for row in rows)
    if numbered:
        # A number that by convention means nothing is no class, unless its name says that it is one.
        rows = [row for row in rows if (row.number or 0) >= 0 and not _is_nothing(row)]
    elif len(rows) > 1 and _MINUS_ONE.fullmatch(rows[0].name):
        rows = rows[1:]
        said += (_("“__ignore__” of {file} is no class: “{name}”, the next, has the number 0.").format(
            file=path.name, name=rows[0].name),)  # fmt: skip
    numbers = [row.number if numbered and row.number is not None else index for index, row in enumerate(rows)]
    if len(rows) > _MOST or not rows:
        raise DataError(
            _("{file} names {n} classes: 1 to {most} are possible.").format(file=path, n=len(rows), most=_MOST)
        )
    if len(set(numbers)) != len(numbers):
        twice = next(number for number in numbers if numbers.count(number) > 1)
        raise DataError(_("{file} gives the number {n} to two classes.").format(file=path, n=twice))
    if any(not row.name for row in rows):
        raise DataError(_("{file} has a class without a name.").format(file=path))
    names = unique_names([row.name for row in rows])
    coloured = all(row.colour is not None for row in rows)
    colours = tuple(row.colour for row in rows if row.colour is not None) if coloured else colours_for(names)
    classes = tuple(MapClass(name, colour) for name, colour in zip(names, colours, strict=True))
    training = tuple(row.training for row in rows) if any(row.training is not None for row in rows) else None
    return ClassList(classes, tuple(numbers), coloured, numbered, training, said)


def _is_nothing(row: Row) -> bool:
    return row.number in NUMBERS_OF_NOTHING and (row.number != 255 or names_nothing(row.name))


def names_nothing(name: str) -> bool:
    """It says that nothing is known here: “void”, “unlabelled”, “ignore”."""
    return bool(_NOTHING.fullmatch(name))


def unique_names(names: Sequence[str]) -> list[str]:
    """The names, with “(2)” behind a second one of the same."""
    seen: dict[str, int] = {}
    result = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        result.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return result
