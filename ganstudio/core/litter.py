"""What systems, network drives and tools leave beside a person's files: thumbnails, wastebaskets, snapshots, lists.

One table for every walk over a folder or an archive. Names are compared without case: most of those systems do.
"""

from __future__ import annotations

import re

_DESKTOP = "thumbs.db ehthumbs.db ehthumbs_vista.db desktop.ini .ds_store .directory .localized icon\r"
DESKTOP_FILES = frozenset(_DESKTOP.split(" "))
"""Files that a desktop puts into any folder that is looked at; in lower case."""

_WINDOWS = (
    "$recycle.bin", "recycler", "system volume information", "$winreagent", "$extend",
    "msocache", "config.msi",
)  # fmt: skip
_MACOS = ("__macosx", "network trash folder", "temporary items", "thevolumesettingsfolder")
_UNIX = ("lost+found", "~snapshot")
# Synology, QNAP, Asustor, TrueNAS and others; what begins with a dot is passed over anyway.
_NAS = (
    "@eadir", "@__thumb", "@recycle", "#recycle", "@recently-snapshot", "#snapshot", "@snapshot", "@tmp", "@sharebin",
    "@sharesnap", "@synologydrive", "@synoresource", "@transcode", "@appstore", "@database", "@download", "@upload",
    "#sharebin", "_gsdata_",
)  # fmt: skip
_TOOLS = ("__pycache__", "node_modules")
_TABLE = DESKTOP_FILES.union(_WINDOWS, _MACOS, _UNIX, _NAS, _TOOLS)
_NUMBERED = re.compile(r"found\.\d{3}")


def is_litter(name: str) -> bool:
    """Whether a file or folder of this name is no content of a person's; hidden ones (``.git``, ``._a.png``) are none.

    Args:
        name: one part of a path.
    """
    plain = name.casefold().rstrip("/")
    return plain.startswith(".") or plain in _TABLE or _NUMBERED.fullmatch(plain) is not None
