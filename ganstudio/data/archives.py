"""Archives that are given in place of a folder: unpacked once into the cache, pictures and lists only, nothing else.

What an archive may cost is bounded before and while it is unpacked: the size of a member, of all of them, and how many
times larger than the archive they are. What is left out, or lies under another name than in the archive, is told by name.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import json
import os
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import chain
from pathlib import Path, PurePosixPath

from ganstudio.core.elsewhere import shown
from ganstudio.core.errors import DataError
from ganstudio.core.i18n import _, plural, some_of
from ganstudio.core.leftovers import remove, remove_left_overs, temporary_name
from ganstudio.core.litter import is_litter
from ganstudio.core.regular import open_regular
from ganstudio.core.signs import begins_picture
from ganstudio.data.archivekinds import kind_of, open_container
from ganstudio.data.base import Arrays, DataRequest, DataSource, Job, Problem
from ganstudio.data.container import ArchiveError, Container, Member, MemberError
from ganstudio.data.files import cache_folder, outdated
from ganstudio.data.membernames import Places, Sort, parts_of, safe_part, sort_of

MOST_BYTES = 16 << 30
"""All pictures of an archive together."""
MOST_OF_PICTURE, MOST_OF_LIST = 256 << 20, 16 << 20
"""A larger file is no picture to train on, and no list of names."""
RATIO, SLACK = 100, 1 << 30
"""All together may be so many times larger than the archive, and so many bytes more: label maps pack very well."""
MOST_KEPT_BYTES = 32 << 30
_SPARE = 512 << 20
_LOOK_EVERY = 64 << 20
_KEPT = 4
_MOST_TOLD = 500
_NAMED, _LONGEST = 5, 200
_VERSION = 2
_TOLD = "told.json"
_UNFIT = frozenset({errno.ENAMETOOLONG, errno.EINVAL, errno.EILSEQ})


def is_archive(path: Path) -> bool:
    """A file whose name says that it is an archive, be it one that can be read or not."""
    return sort_of(path.name) == "archive" and path.is_file()


def folder_of(path: Path, job: Job) -> Path:
    """The folder itself, or the one into which an archive was unpacked (now, or earlier).

    Raises:
        DataError: the archive is damaged, too large, protected, or of a kind that is not read; the message says which.
        CancelledError: the job was cancelled; nothing half-unpacked is left.
    """
    if not _is_meant(path):
        return path
    home, entry = _entry_of(path)
    if not (entry / _TOLD).is_file():
        if entry.exists():
            remove(entry)
        torn = home / temporary_name()
        try:
            torn.mkdir(parents=True)
            with open_regular(path) as stream:
                _Unpacking(path, open_container(path, stream), torn, job).run()
            _settle(torn, entry)
        except ArchiveError as error:
            raise DataError(_("{file} cannot be unpacked: {why}.").format(file=path, why=error), repr(error)) from error
        except OSError as error:
            where = f" ({error.filename})" if error.filename else ""
            words = _("{file} cannot be unpacked: {why}.")
            raise DataError(words.format(file=path, why=f"{error.strerror or error}{where}"), repr(error)) from error
        finally:
            remove(torn)
        for old in outdated(home.glob("[!.]*"), _bytes_of, _KEPT, MOST_KEPT_BYTES):
            remove(old)
    with contextlib.suppress(OSError):
        os.utime(entry)
    return entry / _stem(path)


def telling_of_archives(source: DataSource) -> DataSource:
    """The same source; what it reads from an archive is told together with what became of the archive's files."""

    def read(request: DataRequest, seed: int, job: Job) -> Arrays:
        clear_left_overs()
        arrays = source.read(request, seed, job)
        if request.path is None or not source.reads_path or not _is_meant(Path(request.path)):
            return arrays
        try:
            told = json.loads((_entry_of(Path(request.path))[1] / _TOLD).read_text("utf-8"))
            problems = tuple(Problem(*map(str, one)) for one in told["problems"])
            notes = tuple(map(str, told["notes"]))
        except (OSError, ValueError, KeyError, TypeError):  # forgotten in the meantime
            return arrays
        lost = sum(one.action == "dropped" for one in problems)
        return replace(
            arrays,
            problems=(*problems, *arrays.problems),
            notes=(*notes, *arrays.notes),
            files=arrays.files and arrays.files + lost,
        )

    return replace(source, read=read)


def clear_left_overs() -> None:
    """Removes what killed processes left half-written in the cache."""
    remove_left_overs(cache_folder() / "archives", cache_folder() / "decoded")


def _is_meant(path: Path) -> bool:
    if not os.path.isfile(path):  # noqa: PTH113 - Path.is_file raises where one may not look
        return False
    if is_archive(path):
        return True
    try:
        return bool(kind_of(path))
    except OSError:
        return False


def _entry_of(path: Path) -> tuple[Path, Path]:
    """Where archives are kept, and the folder of this one."""
    status = path.stat()
    text = f"{_VERSION}\0{path}\0{status.st_size}\0{status.st_mtime_ns}"
    home = cache_folder() / "archives"
    return home, home / hashlib.sha256(text.encode(errors="surrogateescape")).hexdigest()[:32]


def _stem(path: Path) -> str:
    """The folder in an entry is called like the archive: messages name it."""
    return safe_part(path.name.split(".")[0]) or "archive"


def _settle(torn: Path, entry: Path) -> None:
    try:
        torn.rename(entry)
    except OSError:
        if not (entry / _TOLD).is_file():  # else another process was sooner
            raise


class _Unpacking:
    """One archive on its way into a folder."""

    def __init__(self, path: Path, source: Container, entry: Path, job: Job) -> None:
        self._path, self._source, self._entry, self._job = path, source, entry, job
        self._folder = entry / _stem(path)
        self._size = max(1, path.stat().st_size)
        self._allowed = min(MOST_BYTES, SLACK + RATIO * self._size)
        self._look_at = self._written = self._pictures = 0
        self._places = Places()
        self._problems: list[tuple[str, str, str]] = []
        self._untold: list[str] = []
        self._others: list[str] = []
        source.watch = self._watch

    def run(self) -> None:
        """Writes what is wanted, and what is to be told of the rest.

        Raises:
            ArchiveError: it is too large or damaged, or there are no pictures in it.
        """
        self._folder.mkdir()
        promised = sum(size for name, size in self._source.sizes() if size <= _limit_of(sort_of(name)))
        if promised > self._allowed:
            raise self._too_large(promised)
        for member in self._source.members():
            self._tick()
            self._take(member)
        if not self._pictures:
            raise ArchiveError(self._nothing())
        for old, (new, why) in self._places.renamed.items():
            if (self._folder / new).exists():
                name = PurePosixPath(new).name
                self._tell(old, _("{why}: it is read as “{name}”").format(why=why, name=name), "converted")
        told = {"problems": self._problems, "notes": self._notes(), "bytes": self._written}
        (self._entry / _TOLD).write_text(json.dumps(told), "utf-8")

    def _watch(self, passed: int) -> None:
        self._tick()
        if passed > self._allowed:
            raise self._too_large(passed)
        if passed >= self._look_at:
            self._look_at = passed + _LOOK_EVERY
            if shutil.disk_usage(self._entry).free - _SPARE < _LOOK_EVERY:
                raise ArchiveError(_("there is not enough room left in {folder}").format(folder=self._entry.parent))

    def _tick(self) -> None:
        share = min(1.0, self._source.packed / self._size)
        self._job.tick(0.3 * share, _("Unpacking {file}").format(file=self._path.name))

    def _too_large(self, size: int) -> ArchiveError:
        if size > MOST_BYTES:
            return ArchiveError(
                _("it holds more than {n:.1f} GB: unpack it, and give the folder").format(n=MOST_BYTES / 1e9)
            )
        return ArchiveError(
            _("it would become more than {ratio} times as large as it is ({n:.1f} GB), as no pictures do: if you trust "
              "it, unpack it, and give the folder").format(ratio=RATIO, n=self._allowed / 1e9)
        )  # fmt: skip

    def _take(self, member: Member) -> None:
        parts = parts_of(member.name)
        if any(map(is_litter, parts)):
            return
        sort = sort_of(member.name)
        if not parts:
            self._tell(member.name, _("its name leads out of the archive"))
        elif member.why:
            self._tell(member.name, member.why)
        elif sort == "archive":
            self._tell(member.name, _("it is an archive in the archive: unpack it first"))
        elif sort == "other" or (sort == "perhaps" and member.size > MOST_OF_PICTURE):
            self._others.append(member.name)
        else:
            self._put(member, parts, sort)

    def _put(self, member: Member, parts: Sequence[str], sort: Sort) -> None:
        """Writes one file, or says why it is not."""
        limit = _limit_of(sort)
        try:
            if member.size > limit:
                raise MemberError(_too_large_words(member.size))
            chunks = member.chunks()
            if sort == "perhaps":
                start = next(chunks, b"")
                if not begins_picture(start) and not _begins_idx(start, member.name):
                    self._others.append(member.name)
                    return
                chunks = chain([start], chunks)
            self._write(chunks, self._folder / self._places.place(parts), limit)
            self._pictures += sort != "list"
        except MemberError as error:
            self._tell(member.name, str(error))

    def _write(self, chunks: Iterator[bytes], target: Path, limit: int) -> None:
        size = 0
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            with target.open("xb") as out:
                # Counted while writing: what the archive says of its sizes may be wrong.
                for part in chunks:
                    size += len(part)
                    if size > limit:
                        raise MemberError(_too_large_words(size))
                    out.write(part)
        except MemberError:
            target.unlink(missing_ok=True)
            raise
        except OSError as error:
            if error.errno not in _UNFIT:
                raise
            raise MemberError(_("the disk takes no file of this name")) from error
        self._written += size

    def _tell(self, name: str, what: str, action: str = "dropped") -> None:
        if len(self._problems) >= _MOST_TOLD:
            self._untold.append(what)
            return
        self._problems.append((shown(name, _LONGEST), what, action))

    def _notes(self) -> list[str]:
        notes = [self._source.note] if self._source.note else []
        if self._others:
            some = plural("{n} file of the archive is no picture", "{n} files of the archive are no pictures",
                          len(self._others))  # fmt: skip
            notes.append(_("{some}: left out ({names}).").format(some=some, names=_listed(self._others)))
        if self._untold:
            notes.append(
                plural(
                    "{n} more file of the archive is left out or renamed for such reasons.",
                    "{n} more files of the archive are left out or renamed for such reasons.",
                    len(self._untold),
                )
            )
        return notes

    def _nothing(self) -> str:
        """Why there is no picture."""
        if not self._problems:
            found = _(": it holds {names}").format(names=_listed(self._others)) if self._others else ""
            return _("there are no pictures in it{found}").format(found=found)
        reasons = list(dict.fromkeys(what for _name, what, _action in self._problems))
        name, what, _action = self._problems[0]
        if len(reasons) == 1 and what == _("it is protected by a password"):
            return _("it is protected by a password: unpack it with the program that made it, and give the folder")
        return _("there is no picture in it that can be read ({name}: {why}); unpack it, and give the folder").format(
            name=name, why=what
        )


def _begins_idx(start: bytes, name: str) -> bool:
    """IDX files, the format of MNIST, as they are or in gzip."""
    packed = start.startswith(b"\x1f\x8b") and name.lower().endswith(".gz")  # only such ones come so far
    return packed or start.startswith(b"\0\0\x08")


def _limit_of(sort: Sort) -> int:
    return {"list": MOST_OF_LIST, "other": 0, "archive": 0}.get(sort, MOST_OF_PICTURE)


def _too_large_words(size: int) -> str:
    return _("it has {n:,} MB, which no picture or list to learn from has").format(n=round(size / 1e6))


def _listed(names: list[str]) -> str:
    return some_of([shown(name, _LONGEST) for name in names], _NAMED)


def _bytes_of(entry: Path) -> int:
    return int(json.loads((entry / _TOLD).read_text("utf-8"))["bytes"])
