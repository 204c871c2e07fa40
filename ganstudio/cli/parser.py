"""argparse, with one-line refusals and the kinds of values that several commands take."""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from ganstudio.core.errors import StudioError, UsageError
from ganstudio.core.i18n import _

if TYPE_CHECKING:
    from ganstudio.store import Run

MAX_SEED = 2**31 - 1
MAX_STEPS = 100_000_000
RUN_FILE = "run.json"
_INSIDE = "checkpoints/000000000.safetensors"  # what is in a run must have names, too
_GROUPED = re.compile(r"\d{1,3}(,\d{3})+")  # 1,000,000; elsewhere a comma may well be meant as a decimal point


class Parser(argparse.ArgumentParser):
    """A parser that raises :class:`UsageError` instead of printing its usage and leaving."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("formatter_class", argparse.RawDescriptionHelpFormatter)
        super().__init__(allow_abbrev=False, **options)

    def error(self, message: str) -> NoReturn:
        """One line with what is wrong and where to read more."""
        raise UsageError(_("{message} (see “{command} --help”)").format(message=message, command=self.prog))


def whole(low: int, high: int) -> Callable[[str], int]:
    """A type for argparse: a whole number from ``low`` to ``high``."""

    def read(text: str) -> int:
        try:
            value = int(text.replace(",", "") if _GROUPED.fullmatch(text.strip()) else text)
        except ValueError:
            value = low - 1
        if not low <= value <= high:
            raise argparse.ArgumentTypeError(
                _("“{text}” is not a whole number from {low} to {high}").format(text=text, low=low, high=high)
            )
        return value

    return read


def split_pairs(pairs: Iterable[str]) -> dict[str, str]:
    """``--set key=value …`` as a mapping of texts; dashes in keys become underscores, the last one of a key holds.

    Raises:
        UsageError: there is no = in one, or nothing before it.
    """
    found: dict[str, str] = {}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not equals or not key.strip():
            raise UsageError(_("“{pair}” is no setting: write --set key=value.").format(pair=pair))
        found[key.strip().replace("-", "_")] = value.strip()
    return found


def named_path(text: str) -> Path:
    """The file or folder that a person named, absolute; it need not exist.

    Raises:
        UsageError: nothing can have this name.
        StudioError: one may not look there.
    """
    try:
        path = Path(text).expanduser().absolute()
        for place in (path, path / _INSIDE):
            with suppress(FileNotFoundError, NotADirectoryError):
                place.stat()
    except PermissionError as error:
        raise StudioError(_("{path} cannot be read: {why}.").format(path=path, why=error.strerror)) from error
    except (OSError, RuntimeError, ValueError) as error:  # too long, a person unknown here (~name), a zero byte
        why = getattr(error, "strerror", None) or str(error).rstrip(".")
        raise UsageError(_("“{name}” cannot be used as a path: {why}.").format(name=text[:80], why=why)) from error
    return path


def find_run(text: str) -> Path:
    """The folder of a run that a person named (the folder, or its ``run.json``). Looks, but reads nothing.

    Raises:
        UsageError: there is no run.
    """
    path = named_path(text)
    if path.name == RUN_FILE and path.is_file():
        path = path.parent
    if not path.exists():
        raise UsageError(_("There is no folder {path}.").format(path=path))
    if not (path / RUN_FILE).is_file():
        raise UsageError(_("{path} is not a run folder: it has no {file}.").format(path=path, file=RUN_FILE))
    return path


def open_run(text: str) -> Run:
    """Opens the run that a person named.

    Raises:
        UsageError: there is no run.
        StoreError: it is damaged or newer than the program.
    """
    path = find_run(text)
    from ganstudio.store import Run

    return Run.open(path)


def add_json(parser: argparse.ArgumentParser) -> None:
    """The option ``--json``."""
    parser.add_argument("--json", action="store_true", help=_("print JSON, for scripts"))
