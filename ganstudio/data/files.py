"""Where data lies on this machine."""

from __future__ import annotations

import os
from pathlib import Path

DATA_VARIABLE = "GANSTUDIO_DATA"
CACHE_VARIABLE = "GANSTUDIO_CACHE"

_chosen: dict[str, Path] = {}


def set_data_folder(path: Path | str | None) -> None:
    """The person's setting of the data folder; None for the default. ``GANSTUDIO_DATA`` is stronger."""
    if path is None:
        _chosen.pop("data", None)
    else:
        _chosen["data"] = Path(path).expanduser().absolute()


def data_folder() -> Path:
    """The folder that holds data sets and drawings; it need not exist yet.

    ``GANSTUDIO_DATA``, else what :func:`set_data_folder` was given, else a folder of the person's own.
    """
    named = os.environ.get(DATA_VARIABLE)
    if named:
        return Path(named).expanduser().absolute()
    if "data" in _chosen:
        return _chosen["data"]
    import platformdirs

    return platformdirs.user_data_path("ganstudio", appauthor=False) / "data"


def cache_folder() -> Path:
    """Where decoded pictures are kept; all of it may be deleted at any time. ``GANSTUDIO_CACHE`` overrides it."""
    named = os.environ.get(CACHE_VARIABLE)
    if named:
        return Path(named).expanduser().absolute()
    import platformdirs

    return platformdirs.user_cache_path("ganstudio", appauthor=False)
