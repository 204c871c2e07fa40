"""Walks a folder of pictures: which files, in which order, of which class."""

from __future__ import annotations

import os
import re
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from ganstudio.core.errors import DataError, MissingDataError
from ganstudio.core.i18n import _, plural
from ganstudio.core.litter import is_litter
from ganstudio.core.regular import read_regular
from ganstudio.core.signs import begins_picture
from ganstudio.data.base import Job

_PICTURE_NAMES = (
    "png apng jpg jpeg jpe jfif bmp dib webp gif tif tiff ppm pgm pbm pnm tga ico jp2 avif heic heif pcx psd"
)
_OTHER_NAMES = "txt md json csv xml html py yaml yml zip gz tar mp4 avi mov npy npz pdf db ini log"
PICTURES = frozenset(f".{name}" for name in _PICTURE_NAMES.split())
_NEVER = frozenset(f".{name}" for name in _OTHER_NAMES.split())
_SPLITS = frozenset({"train", "training", "val", "valid", "validation", "test", "testing", "dev"})


@dataclass(frozen=True, slots=True)
class Scan:
    """The pictures of a folder.

    Attributes:
        folder: the folder.
        files: paths relative to it, in natural order.
        labels: index of the class of each; empty without classes.
        classes: names of the classes.
        notes: lines for a person.
        unclassed: why there are no classes, where subfolders might have been meant as such; else empty.
    """

    folder: Path
    files: tuple[str, ...]
    labels: tuple[int, ...] = ()
    classes: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    unclassed: str = ""


@dataclass(slots=True)
class _Walked:
    """Pictures below a folder (relative, with forward slashes), and what else was met."""

    files: list[str] = field(default_factory=list)
    others: list[str] = field(default_factory=list)
    closed: list[str] = field(default_factory=list)
    litter: dict[str, None] = field(default_factory=dict)


def natural_key(text: str) -> list[tuple[int, int, str]]:
    """Sorts ``img2`` before ``img10``."""
    return [(0, int(part), "") if part.isdecimal() else (1, 0, part.casefold()) for part in re.split(r"(\d+)", text)]


def scan(folder: Path, job: Job, used: Path | None = None) -> Scan:
    """Finds all pictures below a folder; class subfolders become labels.

    Args:
        folder: where to look; a single picture will do.
        job: to watch and to cancel it.
        used: a file that is read for something else (a list of classes): not counted with those that are no pictures.

    Raises:
        DataError: there is no such folder, or no picture in it.
        CancelledError: the job was cancelled.
    """
    try:
        if folder.is_file():
            return Scan(folder.parent, (folder.name,))
        if not folder.exists():
            raise MissingDataError(_("There is no folder {folder}: check its name.").format(folder=folder))
        with os.scandir(folder):
            pass
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        raise DataError(
            _("The folder {folder} cannot be read: {why}.").format(folder=folder, why=why), repr(error)
        ) from error
    found = _walk(folder, job)
    notes = _notes(found, folder, used)
    if not found.files:
        words = _("There is no picture in {folder}: choose a folder that holds PNG, JPEG or other image files.")
        raise MissingDataError(words.format(folder=folder))
    files = sorted(found.files, key=natural_key)
    names, unclassed, loose = _class_names(files)
    if loose:
        notes = (*notes, unclassed[:1].upper() + unclassed[1:])
    if not names:
        return Scan(folder, tuple(files), notes=notes, unclassed=unclassed)
    classes = tuple(sorted(set(names), key=natural_key))
    index = {name: number for number, name in enumerate(classes)}
    return Scan(folder, tuple(files), tuple(index[name] for name in names), classes, notes)


def _notes(found: _Walked, folder: Path, used: Path | None) -> tuple[str, ...]:
    notes = [_("The folder {folder} cannot be read: it is left out.").format(folder=name) for name in found.closed]
    if found.litter:
        names = ", ".join(found.litter)
        notes.append(_("Folders of the system are not looked into: {names}.").format(names=names))
    passed = sum(used is None or folder / name != used for name in found.others)
    if passed:
        notes.append(
            plural(
                "{n} file that is no picture was passed over.",
                "{n} files that are no pictures were passed over.",
                passed,
            )
        )
    return tuple(notes)


def _walk(folder: Path, job: Job) -> _Walked:
    found = _Walked()
    seen: set[tuple[int, int]] = set()
    walk = os.walk(folder, followlinks=True, onerror=lambda error: found.closed.append(str(error.filename)))
    for place, folders, names in walk:
        job.tick(0.0, plural("Looking for pictures: {n}", "Looking for pictures: {n}", len(found.files)))
        # A folder that was walked before (a link back up, or two links to one place) is not walked again.
        identity = _identity(place)
        if identity is None or identity in seen:
            folders.clear()
            continue
        seen.add(identity)
        found.litter |= dict.fromkeys(name for name in sorted(folders) if is_litter(name) and name[0] != ".")
        folders[:] = sorted(name for name in folders if not is_litter(name))
        for name in names:
            if is_litter(name):
                continue
            path = Path(place, name)
            suffix = path.suffix.lower()
            # By its name alone, also a dead link or a pipe: reported when it cannot be read.
            picture = suffix in PICTURES or (suffix not in _NEVER and looks_like_picture(path))
            (found.files if picture else found.others).append(path.relative_to(folder).as_posix())
    return found


def looks_like_picture(path: Path) -> bool:
    """Whether a file whose name says nothing begins like a picture."""
    try:
        return begins_picture(read_regular(path, 16))
    except OSError:
        return False


def _identity(place: str) -> tuple[int, int] | None:
    try:
        status = Path(place).stat()
    except OSError:
        return None
    # Some file systems give no inode numbers; there the resolved path stands in.
    return (status.st_dev, status.st_ino or hash(os.path.realpath(place)))


def _class_names(files: list[str]) -> tuple[list[str], str, bool]:
    """The class of every file (empty: no classes); why there are none although there are subfolders; are some loose."""
    folders = [file.split("/")[:-1] for file in files]
    only = ""
    while all(folders):
        firsts = {parts[0] for parts in folders}
        # One folder that holds everything says nothing; “train” and “test” are parts, not classes.
        splits = {name.casefold() for name in firsts} <= _SPLITS
        if len(firsts) > 1 and not splits:
            return [parts[0] for parts in folders], "", False
        only = only if splits else next(iter(firsts))
        folders = [parts[1:] for parts in folders]
    inside = Counter(parts[0] for parts in folders if parts)
    if inside:
        mixed = _("some pictures lie in sub-folders and some beside them: all are read, without classes.")
        return [], mixed, len(inside) > 1
    if only:
        alone = _(
            "all pictures lie in one folder, “{name}”, and one class alone tells nothing apart. Put a second class into a "
            "folder beside it, or choose a method that needs no classes."
        ).format(name=only)
        return [], alone, False
    return [], "", False
