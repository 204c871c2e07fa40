"""Names in archives: in which letters they are written, where each may lie on a disk, and what they say of the content."""

from __future__ import annotations

import hashlib
import mimetypes
import re
import unicodedata
from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import Literal

from ganstudio.core.elsewhere import WINDOWS_DEVICE
from ganstudio.core.i18n import _
from ganstudio.data.container import MemberError
from ganstudio.data.files import IDX_NAME
from ganstudio.data.scan import PICTURES

Sort = Literal["picture", "list", "perhaps", "archive", "other"]

LISTS = frozenset({".txt", ".json", ".csv", ".tsv", ".names", ".xml", ".yaml", ".yml"})
ARCHIVES = (".zip", ".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tbz2", ".tar.xz", ".txz")
"""How the names of archives end that can be read."""
_OTHER_ARCHIVES = (
    ".7z", ".rar", ".gz", ".bz2", ".xz", ".zst", ".tzst", ".lz4", ".lz", ".lzma", ".z", ".tbz", ".iso", ".cab", ".lha",
    ".lzh", ".arj", ".wim", ".zipx", ".cbz",
)  # fmt: skip
_TYPES = mimetypes.MimeTypes()
# Windows forbids these; the wide letters of the same look are allowed everywhere, and no two names become one.
_WIDE = {ord(narrow): ord(narrow) + 0xFEE0 for narrow in '<>:"|?*\\'}
_CONTROL = {code: 0x2400 + code for code in range(32)} | {0x7F: 0x2421}
_TABLE = _WIDE | _CONTROL
_LONGEST, _DEEPEST, _LONGEST_PATH = 180, 32, 800
_MOST_ALIKE = 1000
# What programs write that do not say so, each tried where the one before does not fit.
_KANA = re.compile(r"[ぁ-ゟァ-ヿ]")
_TOGETHER = re.compile(r"[^\x00-\x7f]{2}")
_MIXED = re.compile(r"[A-Za-z][^\x00-\x7f]|[^\x00-\x7f][A-Za-z]")
_MANY = 8


def decoded(names: Sequence[bytes]) -> tuple[list[str], str]:
    """Names of an archive that does not say how its letters are written, and how they were read.

    UTF-8 where all of them are; else Chinese, Japanese, Korean, Cyrillic or Western as far as that can be told; what fits
    nothing is read as the ZIP format says. The same bytes always become the same name.

    Returns:
        The names, and the encoding in words; empty for plain letters and UTF-8.
    """
    if all(name.isascii() for name in names):
        return [name.decode() for name in names], ""
    for encoding, title in (
        ("utf-8", ""), ("cp949", "EUC-KR"), ("gb2312", "GBK"), ("shift_jis", "Shift-JIS"), ("cp866", "DOS, Cyrillic"),
        ("cp437", "DOS"), ("cp1252", "Windows-1252"), ("gbk", "GBK"),
    ):  # fmt: skip
        try:
            found = [name.decode(encoding) for name in names]
        except UnicodeDecodeError:
            continue
        if _likely("\n".join(found), encoding):
            return found, title
    return [name.decode("cp437") for name in names], "DOS"


def _likely(text: str, encoding: str) -> bool:
    """Letters of another writing come together; those of a Western word stand alone between plain ones."""
    letters = {letter for letter in text if not letter.isascii()}
    together = _TOGETHER.search(text) is not None
    if encoding == "cp949":  # the same bytes are Chinese, but then hardly ever all of them
        return len(letters) >= _MANY and all("가" <= letter <= "힣" for letter in letters)
    if encoding == "shift_jis":
        return together and _KANA.search(text) is not None
    if encoding == "cp866":
        return together and not _MIXED.search(text) and all("А" <= letter <= "ё" for letter in letters)
    if encoding in ("gb2312", "gbk"):  # a folder may be called by one letter, which then stands alone
        return together or not _MIXED.search(text)
    return encoding == "utf-8" or all(map(str.isalpha, letters))


def letters_words(encoding: str) -> str:
    """In which letters the names of an archive were read that does not say it; empty where there was nothing to tell."""
    words = _("The archive does not say in which letters its names are written: they are read as {name}.")
    return words.format(name=encoding) if encoding else ""


def parts_of(name: str) -> tuple[str, ...]:
    """The parts of a name in an archive; none for one that leads out of the folder, or that says nothing."""
    name = name.replace("\\", "/")
    path = PurePosixPath(unicodedata.normalize("NFC", name))
    if path.is_absolute() or ".." in path.parts or re.match(r"[A-Za-z]:(/|$)", name):
        return ()
    return path.parts


def sort_of(name: str) -> Sort:
    """What a name promises; ``perhaps`` a picture or IDX file where it says nothing more."""
    suffix = PurePosixPath(name).suffix.lower()
    if suffix in PICTURES or suffix in LISTS:
        return "picture" if suffix in PICTURES else "list"
    if suffix == ".gz" and IDX_NAME.search(PurePosixPath(name).name.lower()):
        return "perhaps"
    if name.lower().endswith(ARCHIVES + _OTHER_ARCHIVES):
        return "archive"
    kind, _packing = _TYPES.guess_type(f"x{suffix}")
    return "perhaps" if kind is None or kind.startswith("image/") else "other"


def safe_part(part: str) -> str:
    """A file name that every system takes, and that no other part becomes: ``x:y.png`` is ``x：y.png``."""
    safe = part.encode("utf-8", "replace").decode().translate(_TABLE)
    kept = safe.rstrip(". ")
    safe = kept + safe[len(kept) :].replace(".", "．").replace(" ", "␠")
    safe = WINDOWS_DEVICE.sub(r"\1_", safe) if WINDOWS_DEVICE.match(safe) else safe
    if len(safe.encode()) > _LONGEST:
        path = PurePosixPath(safe)
        suffix = path.suffix if len(path.suffix.encode()) < 16 else ""
        stem = safe.encode()[: _LONGEST - 24].decode(errors="ignore")
        safe = f"{stem}~{hashlib.sha256(part.encode('utf-8', 'replace')).hexdigest()[:6]}{suffix}"
    return safe


class Places:
    """Where the members of an archive go, so that on no system one takes the place of another.

    Attributes:
        renamed: what lies under another name than in the archive: its name there → its name here, and why. Of a folder
            that was renamed, only the folder.
    """

    def __init__(self) -> None:
        self._taken: dict[str, tuple[str, bool]] = {}
        self.renamed: dict[str, tuple[str, str]] = {}

    def place(self, parts: Sequence[str]) -> str:
        """A path for a file.

        Raises:
            MemberError: there is none; the text says why.
        """
        if len(parts) > _DEEPEST or sum(len(part.encode("utf-8", "replace")) + 1 for part in parts) > _LONGEST_PATH:
            raise MemberError(_("its name is too long"))
        here, told = "", ""
        for depth, part in enumerate(parts):
            name = self._name(here, part, depth == len(parts) - 1)
            if not name:
                raise MemberError(_("there is a file of the same name in the archive, which is read"))
            told = f"{told}/{part}" if told else part
            here = f"{here}/{name}" if here else name
            if name != part:
                alike = name != safe_part(part)
                why = (
                    _("on some systems another one has this name") if alike else _("some systems do not take this name")
                )
                self.renamed.setdefault(told, (here, why))
        return here

    def _name(self, folder: str, part: str, is_file: bool) -> str:
        safe = PurePosixPath(safe_part(part))
        for number in range(1, _MOST_ALIKE):
            name = safe.name if number == 1 else f"{safe.stem} ({number}){safe.suffix}"
            key = f"{folder}/{name}".casefold()
            owner = self._taken.get(key)
            if owner is None:
                self._taken[key] = (part, is_file)
            elif owner != (part, is_file):
                continue  # another one that differs in capitals only, or a file where a folder is wanted
            elif is_file:
                return ""
            return name
        return ""
