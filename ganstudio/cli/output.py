"""How commands speak: results on stdout, everything else on stderr."""

from __future__ import annotations

import codecs
import io
import json
import math
import re
import sys
from collections.abc import Mapping, Sequence
from typing import Any

_ERRORS = "ganstudio-names"
_OBEYED = re.compile(r"[\x00-\x08\x0b-\x1f\x80-\x9f]")


def prepare_streams() -> None:
    """No character may stop a command: what a terminal cannot show is escaped, and names of files stay what they are."""
    codecs.register_error(_ERRORS, _as_named)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=_ERRORS)


def _as_named(error: UnicodeError) -> tuple[bytes, int]:
    """Bytes of a file's name that are no text are written as those bytes, so that a script gets a path that it can use."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    letters = error.object[error.start : error.end]
    return b"".join(
        bytes([ord(letter) - 0xDC00]) if "\udc80" <= letter <= "\udcff" else letter.encode("ascii", "backslashreplace")
        for letter in letters
    ), error.end


def harmless(text: str) -> str:
    """The text with everything written out that a terminal would obey: names come out of files of other people."""
    return _OBEYED.sub(lambda found: ascii(found[0])[1:-1], text)


def write(text: str = "") -> None:
    """A line of the result."""
    sys.stdout.write(f"{harmless(text)}\n")


def write_json(value: Any) -> None:
    """The result as JSON; numbers that JSON has no word for (NaN, infinity) become null."""
    write(json.dumps(_plain(value), indent=1, allow_nan=False))


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def say(text: str) -> None:
    """A line for the person, on stderr."""
    sys.stderr.write(f"{harmless(text)}\n")
    sys.stderr.flush()


def one_line(text: str) -> str:
    """The text without line breaks."""
    return " ".join(text.split())


def write_table(rows: Sequence[Sequence[str]], indent: str = "") -> None:
    """Aligned columns, two spaces apart; the last one runs on."""
    if not rows:
        return
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=True)]
        write((indent + "  ".join(cells)).rstrip())
