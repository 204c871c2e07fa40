"""Draws from a trained run into a file. The same seed gives the same file.

The file's ending says what is written; a file of that name is replaced:
  .png  a grid of the images; a scatter picture for 2-D data
  .npy  the raw numbers, float32: (N, C, H, W) in [-1, 1], or (N, 2)
  .csv  2-D points as a table with the columns x and y
"""

from __future__ import annotations

import argparse

from ganstudio.cli.output import say
from ganstudio.cli.parser import MAX_SEED, MAX_STEPS, named_path, open_run, whole
from ganstudio.core.errors import UsageError
from ganstudio.core.i18n import _


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument("run", metavar="RUN_DIR", help=_("folder of the run"))
    parser.add_argument("--count", type=whole(1, 10_000_000), default=64, metavar="N", help=_("how many (default 64)"))
    parser.add_argument("--seed", type=whole(0, MAX_SEED), default=0, metavar="S", help=_("of the draw (default 0)"))
    parser.add_argument("--out", required=True, metavar="FILE", help=_("file to write: .png, .npy or .csv"))
    parser.add_argument(
        "--step", type=whole(0, MAX_STEPS), metavar="N", help=_("which checkpoint (default: the newest good one)")
    )
    parser.add_argument(
        "--raw", action="store_true", help=_("the weights of that very step instead of their moving average")
    )


def run(options: argparse.Namespace) -> int:
    """Draws and returns the exit status."""
    out = named_path(options.out)
    stored = open_run(options.run)
    from ganstudio.explore.files import check_ending, save_items

    check_ending(out, stored.info.spec)
    if out.is_dir() or not out.parent.is_dir():
        raise UsageError(
            _("{path} is a folder; name a file.").format(path=out)
            if out.is_dir()
            else _("There is no folder {path}.").format(path=out.parent)
        )
    from ganstudio.explore.stored import StoredGenerator

    generator = StoredGenerator.open(stored, options.step, source="raw" if options.raw else "ema")
    save_items(out, generator.generate(generator.draw(options.count, options.seed)), generator.spec)
    weights = _("averaged weights") if generator.source == "ema" else _("raw weights")
    say(
        _("{count} samples of step {step} ({weights}) in {path}").format(
            count=options.count, step=generator.step, weights=weights, path=out
        )
    )
    return 0
