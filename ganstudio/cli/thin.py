"""Makes runs smaller that have grown old: removes grids and checkpoints, and what only training needs of older ones.

By the rule of the settings, or another; --dry-run only says what would be freed. It cannot be undone. What a person has
saved stays, and so do the newest checkpoints; a run that is being trained is refused.

  ganstudio thin runs/frogs --dry-run
  ganstudio thin runs/* --newest 1 --older 4 --grids 100
"""

from __future__ import annotations

import argparse

from ganstudio.cli.folders import use_settings
from ganstudio.cli.output import write
from ganstudio.cli.parser import open_run, whole
from ganstudio.core.i18n import _, size_text

_MOST = 100_000


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    add = parser.add_argument
    add("runs", nargs="+", metavar="RUN_DIR", help=_("folder of a run"))
    add("--dry-run", action="store_true", help=_("only say what would be freed"))
    number = whole(0, _MOST)
    add("--newest", type=number, metavar="N", help=_("so many of the newest checkpoints stay whole; 0: all"))
    add("--older", type=number, metavar="N", help=_("so many older ones stay at most, thinned"))
    add("--grids", type=number, metavar="N", help=_("so many sample grids stay at most; 0: all"))


def run(options: argparse.Namespace) -> int:
    """Thins them and returns the exit status."""
    from ganstudio.store import Keep, plan, thin_run

    usual = Keep(*use_settings().keeps)
    asked = (options.newest, usual.newest), (options.older, usual.older), (options.grids, usual.grids)
    keep = Keep(*(own if said is None else said for said, own in asked))
    write(keep.words)
    freed = 0
    for stored in [open_run(text) for text in options.runs]:
        before = stored.size_bytes()
        done = plan(stored.path, keep) if options.dry_run else thin_run(stored.path, keep)
        freed += done.freed
        words = _("{name}: {size} of {whole}")
        sizes = {"size": size_text(done.freed), "whole": size_text(before)}
        write(words.format(name=stored.info.name, **sizes))
        for text in done.words:
            write(f"  {text}")
    words = _("{size} would be freed") if options.dry_run else _("{size} freed")
    write(words.format(size=size_text(freed)))
    return 0
