"""What a person remarks of a run: a star, tags, a note. One small file beside ``run.json``, which it leaves alone."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ganstudio.core.errors import StoreError
from ganstudio.core.i18n import _
from ganstudio.core.regular import is_there, read_regular
from ganstudio.store.atomic import in_words, replace_file

ANNOTATIONS_FILE = "annotations.json"
MOST_TAGS, LONGEST_TAG, LONGEST_NOTE = 20, 40, 10_000
"""So much is kept of what a person, or another program, writes; lengths in signs."""
_MOST_BYTES = 1 << 18
_lock = threading.Lock()  # two clicks must not both begin with what the file said before the first


@dataclass(frozen=True, slots=True)
class Annotations:
    """What was remarked of a run.

    Attributes:
        star: it is one of the good ones.
        tags: single words or a few, without commas, none twice.
        note: as many lines as one likes.
    """

    star: bool = False
    tags: tuple[str, ...] = ()
    note: str = ""


NOTHING = Annotations()
"""Nothing was remarked."""


def as_tags(words: Iterable[object]) -> tuple[str, ...]:
    """Tags as they are kept: stripped, none empty or twice (whatever the case), neither too many nor too long."""
    found: dict[str, str] = {}
    for word in words:
        tag = " ".join(str(word).replace(",", " ").split())[:LONGEST_TAG].strip()
        if tag:
            found.setdefault(tag.casefold(), tag)
    return tuple(found.values())[:MOST_TAGS]


def read_annotations(run: Path) -> Annotations:
    """What was remarked of a run; nothing where nothing was, or where the file cannot be understood."""
    return _understood(_content(run / ANNOTATIONS_FILE) or {})


def annotate(
    run: Path, *, star: bool | None = None, tags: Iterable[str] | None = None, note: str | None = None
) -> Annotations:
    """Changes what is named, keeps the rest: also what another program has put there. For a background thread.

    Returns:
        What is kept now.

    Raises:
        StoreError: the run is not there, or cannot be written.
    """
    path = run / ANNOTATIONS_FILE
    if not run.is_dir():
        raise StoreError(_("{path} is not there any more.").format(path=run))
    with _lock:
        content = _content(path)
        if content is None:  # somebody's file that says nothing to this program is not lost by a click
            with in_words(path):
                path.replace(path.with_name(f"{path.name}.BAK"))
            content = {}
        wanted = {"star": star, "tags": None if tags is None else list(as_tags(tags)), "note": note}
        content |= {name: value for name, value in wanted.items() if value is not None}
        known = _understood(content)
        content |= {"star": known.star, "tags": list(known.tags), "note": known.note}
        replace_file(path, json.dumps(content, ensure_ascii=False, indent=1).encode("utf-8", "replace"))
    return known


def _content(path: Path) -> dict[str, Any] | None:
    """All of the file; nothing where there is none, None where it is no JSON object of a bearable size."""
    if not is_there(path):
        return {}
    with suppress(OSError, ValueError, RecursionError):
        raw = read_regular(path, _MOST_BYTES + 1)
        content = json.loads(raw) if len(raw) <= _MOST_BYTES else None
        if isinstance(content, dict):
            return content
    return None


def _understood(content: dict[str, Any]) -> Annotations:
    star, tags, note = content.get("star"), content.get("tags"), content.get("note")
    return Annotations(
        star is True,
        as_tags(tag for tag in tags if isinstance(tag, str)) if isinstance(tags, list) else (),
        note[:LONGEST_NOTE] if isinstance(note, str) else "",
    )
