"""Lists the data sets there are, tells the options of one, or downloads a published one."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from ganstudio.cli.folders import use_settings
from ganstudio.cli.methods import write_fields
from ganstudio.cli.output import write, write_json, write_table
from ganstudio.cli.parser import add_json
from ganstudio.core.errors import UsageError
from ganstudio.core.i18n import _, size_text

if TYPE_CHECKING:
    from ganstudio.data import DataSource


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument("name", nargs="?", metavar="NAME", help=_("tell everything about this one"))
    parser.add_argument(
        "--download",
        action="store_true",
        help=_("fetch the files of NAME into the data folder (goes on where it stopped)"),
    )
    add_json(parser)


def run(options: argparse.Namespace) -> int:
    """Lists or downloads and returns the exit status."""
    use_settings()
    from ganstudio.core.fields import fields_of
    from ganstudio.data import DATASETS

    if options.download:
        return _download(options.name)
    sources = [DATASETS[options.name]] if options.name else list(DATASETS.values())
    if options.json:
        write_json([describe(source) for source in sources])
    elif options.name:
        source = sources[0]
        write(f"{source.title} — {source.summary}")
        write(f"{_('kind')}: {source.kind}\n{_('licence')}: {source.licence}\n{_('state')}: {_state(source)}\n")
        write_fields(fields_of(source.Options))
    else:
        write_table(
            [
                (_("NAME"), _("TITLE"), _("KIND"), _("STATE"), _("WHAT")),
                *((usage_name(s), s.title, s.kind, _state(s), s.summary) for s in sources),
            ]
        )
    return 0


def describe(source: DataSource) -> dict[str, Any]:
    """A data set in plain JSON values: what it is, needs and offers, and whether it is here."""
    from ganstudio.data import is_available

    found = _find(source)
    return {
        **source.to_json(),
        "usage": usage_name(source),
        "available": is_available(source),
        "folder": found,
    }


def usage_name(source: DataSource) -> str:
    """The name as ``--data`` takes it: ``"ring"``, ``"folder:PATH"``."""
    if not source.takes_path:
        return source.name
    return f"{source.name}:PATH" if source.needs_files else f"{source.name}:NAME"


def _find(source: DataSource) -> str | None:
    from ganstudio.data import find

    located = find(source.name) if source.needs_files and not source.takes_path else None
    return str(located.folder) if located else None


def _state(source: DataSource) -> str:
    from ganstudio.data import is_available

    if is_available(source):
        return _("ready")
    return _("can be downloaded") if source.downloadable else _("files missing")


def _download(name: str | None) -> int:
    from ganstudio.data import DATASETS, download

    if name is None:
        names = ", ".join(source.name for source in DATASETS.values() if source.downloadable)
        raise UsageError(_("Say which one: ganstudio datasets NAME --download. Known: {names}.").format(names=names))
    _source = DATASETS[name]  # refuses an unknown name, and says which is meant
    with telling_bytes() as report:
        home = download(name, report)
    write(str(home))
    return 0


@contextmanager
def telling_bytes() -> Iterator[Callable[[int, int], None]]:
    """What tells on stderr how much of a download has come: ``(done, total)`` bytes."""
    terminal = sys.stderr.isatty()
    due = 0.0

    def report(done: int, total: int) -> None:
        nonlocal due
        now = time.monotonic()
        if now >= due or done >= total:
            due = now + (0.2 if terminal else 5.0)
            line = _("{done} of {total}").format(done=size_text(done), total=size_text(total))
            sys.stderr.write(f"\r{line:<40}" if terminal else f"{line}\n")
            sys.stderr.flush()

    try:
        yield report
    finally:
        if terminal:
            sys.stderr.write("\n")
