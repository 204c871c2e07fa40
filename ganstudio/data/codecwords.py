"""What picture decoders complain of, in words that a person understands."""

from __future__ import annotations

import re

from ganstudio.core.i18n import _
from ganstudio.core.signs import begins_picture

# Pillow, libjpeg, libtiff, libwebp and Python's own struct; the first that fits counts.
_COMPLAINTS = (
    (r"decompression bomb|too large|out of memory|exceeds limit", _("it is too large to decode")),
    (r"not available|unavailable|no decoder|requires the|decoder .* not found",
     _("this installation cannot decode its kind of compression")),
    (r"unsupported|not supported|unknown (pixel|raw|data|color|colour|compression|mode|tile|format)|not implemented|"
     r"cannot decode image data in this mode|cannot handle|unrecognized image mode|only .* supported",
     _("it is of a kind that cannot be decoded here")),
    (r"truncated|not processed|not enough|no enough|requires a buffer|buffer is not large|unexpected end|premature|"
     r"end of file|\beof\b|incomplete|too short|no more data|only got",
     _("it is damaged: its end is missing")),
)  # fmt: skip
_STARTS = (
    (rb"\s*(<!doctype\s+html|<html|<head|<body)", _("it is a web page, not a picture")),
    (rb"version https://git-lfs", _("it is a pointer of Git LFS, not the picture: fetch it with “git lfs pull”")),
    (rb"\s*(<\?xml|<svg)", _("it is text in XML, perhaps a drawing of lines (SVG): save it as PNG")),
    (rb"%PDF-", _("it is a PDF document, not a picture")),
    (rb"PK\x03\x04", _("it is a ZIP archive, not a picture")),
    (rb".{4}ftyp(hei|hev|mif1|msf1)", _("it is a HEIC picture, which is not read here: save it as JPEG or PNG")),
    (rb".{4}ftypavi[fs]", _("it is an AVIF picture that cannot be read here: save it as JPEG or PNG")),
    (rb".{4}ftyp(crx|cr3)|II\*\0.{4}CR|IIRO|IIU\0|FUJIFILM|\0MRM|FOVb",
     _("it is a raw picture of a camera, which is not read here: save it as JPEG or PNG")),
    (rb".{4}ftyp|RIFF.{4}AVI |\x1aE\xdf\xa3", _("it is a film, not a picture")),
    (rb"\xff\x0a|\0\0\0\x0cJXL ", _("it is a JPEG XL picture, which is not read here: save it as JPEG or PNG")),
    (rb"8BPS", _("it is a Photoshop picture that cannot be read here: save it as PNG")),
)  # fmt: skip
_DAMAGED = _("it is damaged: what is in it cannot be decoded")
STARTS_BYTES = 512
"""So much of a file is enough for :func:`instead_of_picture`."""


def plain_words(error: BaseException) -> str:
    """Why a picture cannot be decoded, from the exception of its decoder; the exception's own text is for the log."""
    said = f"{type(error).__name__} {error}".casefold()
    found = (words for pattern, words in _COMPLAINTS if re.search(pattern, said))
    return next(found, _DAMAGED)


def instead_of_picture(start: bytes) -> str:
    """What a file is that no decoder knows, from its first bytes."""
    if not start.strip(b"\0"):
        return _("it holds nothing but zeros") if start else _("the file is empty")
    found = (words for pattern, words in _STARTS if re.match(pattern, start, re.IGNORECASE | re.DOTALL))
    return next(found, _DAMAGED if begins_picture(start) else _("it is no picture in a known format"))
