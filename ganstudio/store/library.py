"""All runs of a folder: list, rename, delete to a trash and back."""

from __future__ import annotations

import errno
import json
import shutil
import time
from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from ganstudio.core.errors import DiskFullError, StoreError
from ganstudio.core.i18n import _
from ganstudio.core.names import free_name
from ganstudio.core.regular import read_regular
from ganstudio.store.atomic import replace_file, words_for
from ganstudio.store.folder import RUN_FILE, read_info, runs_folder, write_info
from ganstudio.store.run import Run
from ganstudio.store.status import has_live_writer, read_written_status
from ganstudio.store.thinning import Keep, Plan
from ganstudio.store.writer import RunWriter

TRASH = ".trash"
_ORIGIN = "trashed.json"
_FAR = 4e9  # seconds since 1970: the year 2096


@dataclass(frozen=True, slots=True)
class Trashed:
    """A deleted run that can be brought back.

    Attributes:
        path: where it lies in the trash.
        origin: where it lay.
        name: what it is called.
        deleted: when, seconds since 1970.
    """

    path: Path
    origin: Path
    name: str
    deleted: float


def list_runs(folder: Path | None = None) -> list[Run]:
    """The runs of a folder (:func:`runs_folder` by default), newest first; everything else in it is passed over.

    Reads one small file for each run.
    """
    runs = list(_runs_in(folder or runs_folder()))
    return sorted(runs, key=lambda run: (run.info.created, run.path.name), reverse=True)


def _runs_in(folder: Path) -> Iterator[Run]:
    try:
        children = [child for child in folder.iterdir() if not child.name.startswith(".")]
    except OSError:
        return
    for child in children:
        try:
            yield Run.open(child)
        except StoreError:
            continue


def taken_names(*folders: Path, besides: Path | None = None) -> set[str]:
    """What the runs of folders are called, those in their trash too; reads one small file for each run.

    Args:
        *folders: whatever is no folder has none.
        besides: a run whose own name does not count.
    """
    names = set()
    for place in {place for folder in folders for place in (folder, folder / TRASH)}:
        with suppress(OSError):
            for child in [child for child in place.iterdir() if not child.name.startswith(".") and child != besides]:
                with suppress(OSError, ValueError, KeyError, TypeError, RecursionError):
                    names.add(" ".join(str(json.loads(read_regular(child / RUN_FILE))["name"]).split()))
    return names


def rename_run(path: Path, name: str) -> str:
    """Gives a run another name; its folder keeps its own. Allowed while it trains. For a background thread.

    Returns:
        What it is called now: with a number where another run beside it (or in the trash) has the name already.

    Raises:
        StoreError: the name is empty, or the run cannot be read or written.
    """
    name = " ".join(name.split())
    if not name:
        raise StoreError(_("A run needs a name of at least one letter."))
    info = read_info(path)
    name = free_name(name, taken_names(path.parent, besides=path))
    write_info(path, replace(info, name=name))
    return name


def delete_run(path: Path, *, folder: Path | None = None) -> Path:
    """Moves a run to the trash and returns its place there.

    Args:
        path: the run.
        folder: the runs folder whose trash takes it; :func:`runs_folder` by default.

    Raises:
        StoreError: a program is training it, it is no run, or it cannot be moved.
    """
    path = Path(path).absolute()
    info = read_info(path)
    if has_live_writer(path, read_written_status(path)):
        raise StoreError(_("“{name}” is being trained; stop it before you delete it.").format(name=info.name))
    trash = (folder or runs_folder()) / TRASH
    with suppress(OSError):
        (path / _ORIGIN).unlink(missing_ok=True)  # one that came with the run says nothing, also on a full disk
    with suppress(DiskFullError):  # deleting must work on a full disk: it is how a person makes room
        replace_file(path / _ORIGIN, json.dumps({"origin": str(path), "deleted": time.time()}).encode("utf-8"))
    try:
        trash.mkdir(parents=True, exist_ok=True)
        target = _free(trash / path.name)
        _move(path, target)
    except OSError as error:
        with suppress(OSError):
            (path / _ORIGIN).unlink(missing_ok=True)
        raise words_for(error, path) from error
    return target


def list_trash(folder: Path | None = None) -> list[Trashed]:
    """The deleted runs, the last deleted first."""
    base = folder or runs_folder()
    found = []
    for run in _runs_in(base / TRASH):
        origin, deleted = base / run.path.name, 0.0
        with suppress(OSError, ValueError, KeyError, TypeError, RecursionError):
            values = json.loads(read_regular(run.path / _ORIGIN))
            when = float(values["deleted"])
            origin, deleted = Path(values["origin"]), when if 0 < when < _FAR else 0.0
        found.append(Trashed(run.path, origin, run.info.name, deleted))
    return sorted(found, key=lambda item: item.deleted, reverse=True)


def restore_run(path: Path, *, elsewhere: Collection[str] = ()) -> Path:
    """Brings a run back from the trash to where it lay (beside it, if that place is taken); returns the place.

    What lies in a trash may have come there with the whole runs folder, and then says what somebody likes.

    Args:
        path: its place in the trash.
        elsewhere: where runs were opened or made here; from outside these and the runs folder none has come, and it is
            put into the runs folder.

    Raises:
        StoreError: it is not in a trash, or cannot be moved.
    """
    path = Path(path).absolute()
    base = path.parent.parent
    items = {item.path: item for item in list_trash(base)} if path.parent.name == TRASH else {}
    if path not in items:
        raise StoreError(_("{path} is not in the trash.").format(path=path))
    origin = items[path].origin
    if origin.parent != base and str(origin) not in elsewhere:
        origin = base / path.name
    try:
        origin.parent.mkdir(parents=True, exist_ok=True)
        target = _free(origin)
        _move(path, target)
        (target / _ORIGIN).unlink(missing_ok=True)
    except OSError as error:
        raise words_for(error, path) from error
    return target


def empty_trash(folder: Path | None = None) -> int:
    """Removes the deleted runs for good and returns how many they were."""
    items = list_trash(folder)
    for item in items:
        try:
            shutil.rmtree(item.path)
        except OSError as error:
            raise words_for(error, item.path) from error
    return len(items)


def thin_run(path: Path, keep: Keep) -> Plan:
    """Removes and thins what has grown old in a run that nobody trains; returns what was done.

    Raises:
        StoreError: it is being trained, or cannot be read or written.
    """
    with RunWriter(path) as writer:
        return writer.thin(keep)


def _free(path: Path) -> Path:
    candidate, number = path, 1
    while candidate.exists():
        number += 1
        candidate = path.with_name(f"{path.name}-{number}")
    return candidate


def _move(source: Path, target: Path) -> None:
    try:
        source.rename(target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        shutil.move(source, target)  # another disk: copied, then removed
