"""Paths as people type them, made such that they hold from every directory."""

from __future__ import annotations

from pathlib import Path, PureWindowsPath

from ganstudio.core.regular import is_there


def absolute(text: str) -> str:
    """The path from the root of the file system, ``~`` expanded; it need not exist.

    Paths of another system (``C:/pictures``) and names that no file can have stay as they are.
    """
    if not text or PureWindowsPath(text).drive:
        return text
    try:
        return str(Path(text).expanduser().absolute())
    except (RuntimeError, ValueError):  # "~somebody" who is not known here: then it is a name like any other
        return str(Path(text).absolute())


def located(text: str, base: Path) -> str:
    """A path that was stored as somebody typed it, perhaps long ago and elsewhere.

    Args:
        text: the path; an absolute one is only returned.
        base: a relative one that is not in the present directory is looked for from here, and from the folders above.
    """
    if not text or Path(absolute(text)) == Path(text) or is_there(Path(absolute(text))):
        return absolute(text)
    found = (place / text for place in (base, *base.parents))
    return next((str(path) for path in found if is_there(path)), absolute(text))
