r"""Paths that a file from elsewhere names: the state in a picture, the description of a run. Nothing in them is trusted.

First the text alone is looked at: merely asking whether ``\\server\share`` is there sends a name and a password's hash to
that server, and a folder of automounters reaches it as well. What lies at a path is looked at afterwards, in a job: also
that can hang, on a disk of another machine that is gone.
"""

from __future__ import annotations

import os
import posixpath
import re
import stat
from pathlib import Path, PureWindowsPath

from ganstudio.core.errors import UsageError
from ganstudio.core.i18n import _

_LONGEST = 4096
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]+:", re.IGNORECASE)  # one letter is a drive
_NAMESPACE = re.compile(r"[\\/]{2}|[\\/]\?\?[\\/]")
WINDOWS_DEVICE = re.compile(
    r"(con|prn|aux|nul|conin\$|conout\$|clock\$|(?:com|lpt)[0-9¹²³])\s*(?=[.:]|$)", re.IGNORECASE
)
"""Matches names that are no files on Windows, whatever ending they have."""
_SYSTEM = frozenset({"dev", "proc", "sys", "devices"})
_MOST_LINKS = 40
_MOUNTED_WHEN_NAMED = frozenset({"net", "network", "afs"})


class NotThereError(UsageError):
    """Nothing lies at a path that was named."""


def check_named(text: str) -> None:
    """Refuses a path by its text, without touching anything: other computers, addresses, devices of any system.

    Raises:
        UsageError: says which path, and why.
    """
    why = _trouble(text)
    if why:
        raise UsageError(_("“{path}” is not opened: {why}.").format(path=shown(text, 200), why=why))


def check_place(path: Path) -> None:
    """Refuses what is no file or folder of this computer, wherever links lead. Looks at the disk: for a job.

    Raises:
        UsageError: it is a device, a pipe, a socket or on another computer.
        NotThereError: there is nothing.
    """
    place = _walked(path)
    check_kind(place)
    check_named(os.path.realpath(place))


def _walked(path: Path) -> Path:
    """Where a path leads to, links followed one by one, and nothing looked at before its own text was.

    ``/var/run/../net/server`` is harmless as a text, and ``/net/server`` on most systems: there ``/var/run`` is a link,
    and merely looking at what lies behind it asks the server.

    Raises:
        UsageError, NotThereError: as :func:`check_place`.
    """
    if os.name == "nt":  # takes the dots out of the text, too
        return path
    done, waiting, links = Path(path.anchor), list(reversed(path.parts[1:])), 0
    while waiting:
        part = waiting.pop()
        done = done.parent if part == ".." else done / part
        check_named(str(done))
        try:
            link = Path(done).readlink()
        except (OSError, ValueError):  # no link, or nothing at all: that is said later
            continue
        links += 1
        if links > _MOST_LINKS:
            raise NotThereError(_("“{path}” is not there any more.").format(path=shown(path, 200)))
        done = Path(link.anchor) if link.is_absolute() else done.parent
        waiting += reversed(link.parts[1:] if link.is_absolute() else link.parts)
    return done


def check_kind(path: Path) -> None:
    """Refuses what is neither a file nor a folder, or not there. Looks at the disk: for a job.

    Raises:
        UsageError: it is neither.
        NotThereError: there is nothing.
    """
    try:
        kind = path.stat().st_mode
    except (OSError, ValueError) as error:
        raise NotThereError(_("“{path}” is not there any more.").format(path=shown(path, 200)), repr(error)) from error
    if not (stat.S_ISREG(kind) or stat.S_ISDIR(kind)):
        why = _("it is a device, a pipe or a socket, not a file")
        raise UsageError(_("“{path}” is not opened: {why}.").format(path=shown(path, 200), why=why))


def shown(path: Path | str, most: int = _LONGEST) -> str:
    """A path as it can be shown to a person: signs that hide or turn round what stands beside them are written out."""
    text = "".join(sign if sign.isprintable() else ascii(sign)[1:-1] for sign in str(path))
    return text if len(text) <= most else f"{text[: most - 1]}…"


def as_cell(text: str) -> str:
    """A name as a cell of a table: a spreadsheet takes one that begins like a formula for a formula, and obeys it."""
    if text.lstrip()[:1] not in tuple("=+-@\t\r") or not text.strip():
        return text
    try:
        float(text)
    except ValueError:
        return f"'{text}"
    return text


def _trouble(text: str) -> str:
    """Why a path is refused; empty where its text is harmless."""
    plain = text.strip()
    if not plain or len(text) > _LONGEST or any(ord(sign) < 32 or ord(sign) == 127 for sign in text):
        return _("it is no path that a file can have")
    if _SCHEME.match(plain):
        return _("it is an address, not a file")
    if _NAMESPACE.match(plain):
        return _("it is on another computer, or a device")
    parts = posixpath.normpath(plain.replace("\\", "/")).casefold().strip("/").split("/")
    top = next((part for part in parts if part != ".."), "") if plain[0] in "\\/" or parts[0] == ".." else ""
    if top in _SYSTEM:
        return _("it is a part of the system, not a file")
    if top in _MOUNTED_WHEN_NAMED:
        return _("it is on another computer")
    windows = os.name == "nt" or "\\" in plain or bool(PureWindowsPath(plain).drive) or len(parts) == 1
    if windows and WINDOWS_DEVICE.match(parts[-1]):
        return _("it is a device, not a file")
    return ""
