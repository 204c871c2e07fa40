"""What is the same of every archive that is read: its members, and what may go wrong.

Whatever an archive says of itself may be a lie: sizes are counted while reading, links are never followed, and of a
member that cannot be read it is told why.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

from ganstudio.core.i18n import _

MOST_MEMBERS = 1_000_000
CHUNK = 1 << 16


class ArchiveError(Exception):
    """An archive cannot be read; the text says why, in words."""


class MemberError(Exception):
    """One member of an archive cannot be read; the text says why, in words."""


@dataclass(frozen=True, slots=True)
class Member:
    """A file in an archive.

    Attributes:
        name: as it is written there.
        size: so many bytes it says to have.
        chunks: its content, piece by piece; raises MemberError, or ArchiveError where what follows is lost as well. Of a
            tar archive only until the next member is asked for.
        why: why it cannot be read; then ``chunks`` is not to be called.
    """

    name: str
    size: int
    chunks: Callable[[], Iterator[bytes]]
    why: str = ""


class Container(Protocol):
    """An archive that is being read."""

    note: str
    """A line for a person on its names; empty where there is nothing to say."""
    watch: Callable[[int], None]
    """Called again and again with how many bytes of content were passed so far; what it raises ends the reading."""

    @property
    def packed(self) -> int:
        """How many bytes of the file were read so far."""

    def sizes(self) -> Iterator[tuple[str, int]]:
        """Names and sizes of all that lies in it, where that is known before it is read."""

    def members(self) -> Iterator[Member]:
        """What lies in it, without folders; raises ArchiveError."""


def check_count(count: int) -> None:
    """Raises ArchiveError for more members than :data:`MOST_MEMBERS`."""
    if count > MOST_MEMBERS:
        words = _("it holds more than {n:,} files: unpack it, and give the folder")
        raise ArchiveError(words.format(n=MOST_MEMBERS))
