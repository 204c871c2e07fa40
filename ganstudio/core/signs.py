"""What a file is by its first bytes, whatever its name says."""

from __future__ import annotations

from ganstudio.core.i18n import _

_SIGNS = (
    (b"\x89PNG", _("a PNG picture")),
    (b"\xff\xd8\xff", _("a JPEG picture")),
    (b"GIF8", _("a GIF picture")),
    (b"\x89HDF", _("an HDF5 file, as Keras writes it")),
    (b"PK\x03\x04", _("a zip archive, as torch.save writes it (it can hold program code)")),
    (b"\x1f\x8b", _("a gzip archive")),
    (b"7z\xbc\xaf", _("a 7z archive")),
    (b"Rar!", _("a RAR archive")),
    (b"\x93NUMPY", _("a NumPy array")),
    (b"GGUF", _("a GGUF file")),
    (b"%PDF", _("a PDF document")),
    (b"version https://git-lfs", _("a Git LFS pointer, not the file itself: download the file")),
)


def looks_like(start: bytes) -> str:
    """What a file that holds no weights seems to be, in words; empty where nothing known begins so."""
    return next((words for sign, words in _SIGNS if start.startswith(sign)), "")


def begins_picture(start: bytes) -> bool:
    """Whether the first bytes of a file are those of a picture."""
    # "BM" alone also begins many a text; a bitmap has four zero bytes behind its length.
    bitmap = start[:2] == b"BM" and start[6:10] == b"\0\0\0\0"
    return (
        bitmap or start[8:12] == b"WEBP" or start.startswith((b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"II*\0", b"MM\0*"))
    )


def is_pickled(start: bytes) -> bool:
    """Whether the first bytes of a file are those of a Python pickle, which can hold program code."""
    return start[:1] == b"\x80" and start[1:2] in (b"\x02", b"\x03", b"\x04", b"\x05")
