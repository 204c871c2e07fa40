"""The person's settings and canvases as a copy: what only looks, a picture of the window say, changes nothing of theirs."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from ganstudio.app.generators import keepsakes
from ganstudio.app.paint import canvases
from ganstudio.app.settings import FILE, config_folder

VARIABLE = "GANSTUDIO_CONFIG"
_PARTS = (FILE, canvases.FOLDER, keepsakes.FOLDER)  # by name: on some systems runs and data lie in the same folder


@contextmanager
def borrowed_config() -> Iterator[None]:
    """While it lasts, :func:`config_folder` is a copy, which is thrown away. What cannot be copied is not there."""
    folder, named = config_folder(), os.environ.get(VARIABLE)
    with tempfile.TemporaryDirectory(prefix="ganstudio-", ignore_cleanup_errors=True) as copy:
        for part in _PARTS:
            with suppress(OSError):
                if (folder / part).is_dir():
                    shutil.copytree(folder / part, Path(copy, part))
                else:
                    shutil.copyfile(folder / part, Path(copy, part))
        os.environ[VARIABLE] = copy
        try:
            yield
        finally:
            if named is None:
                del os.environ[VARIABLE]
            else:
                os.environ[VARIABLE] = named
