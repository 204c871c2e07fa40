"""Translates pictures with a run that was trained to: pix2pix, CycleGAN, SPADE and others.

An input is a picture, or a folder of pictures. Each is brought to the size that the run was trained at:
  ganstudio translate RUN_DIR sketch.png --out shoe.png
  ganstudio translate RUN_DIR photos/ more/a.jpg --out results/
  ganstudio translate RUN_DIR photos/ --out night/ --direction "day → night" --fit stretch
A folder of results also gets translation.json, which says for every picture what became of it. Broken pictures are named
and left out, and the exit status is 1 then; no input is ever written over.

A run that listens to more than its input is told with --set, e.g. --set time=0.5; the rest is drawn by the seed 0.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ganstudio.cli.loading import loading
from ganstudio.cli.output import harmless, one_line, say
from ganstudio.cli.parser import MAX_STEPS, named_path, open_run, split_pairs, whole
from ganstudio.cli.sample import held_values
from ganstudio.core.errors import UsageError
from ganstudio.core.i18n import _

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ganstudio.explore.exporting import Watch
    from ganstudio.explore.generator import Generator

_FITS = ("crop", "pad", "stretch")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument("run", metavar="RUN_DIR", help=_("folder of the run"))
    parser.add_argument("inputs", metavar="INPUT", nargs="+", help=_("picture, or folder of pictures"))
    parser.add_argument(
        "--out",
        required=True,
        metavar="FOLDER|FILE",
        help=_("folder for the results; for one picture also a .png, .jpg, .webp, .bmp or .tif file"),
    )
    parser.add_argument(
        "--direction", metavar="N|NAME", help=_("which way, for runs that know two: 0, 1 or its name (default 0)")
    )
    parser.add_argument(
        "--set", action="extend", nargs="+", metavar="KEY=VALUE",
        help=_("hold a style, an attribute or truncation; may be repeated"),
    )  # fmt: skip
    parser.add_argument(
        "--fit", choices=_FITS, default="crop",
        help=_("how pictures are made square: their middle, with a margin, or distorted (default crop)"),
    )  # fmt: skip
    parser.add_argument(
        "--step", type=whole(0, MAX_STEPS), metavar="N", help=_("which checkpoint (default: the newest good one)")
    )
    parser.add_argument(
        "--raw", action="store_true", help=_("the weights of that very step instead of their moving average")
    )
    parser.add_argument("--device", default="auto", metavar="NAME", help=_("auto, cpu, cuda, mps (default auto)"))


def run(options: argparse.Namespace) -> int:
    """Translates and returns the exit status."""
    out = named_path(options.out)
    inputs = [named_path(text) for text in options.inputs]
    for path in inputs:
        if not path.exists():
            raise UsageError(_("There is no file or folder {path}.").format(path=path))
    wanted = split_pairs(options.set or ())
    stored = open_run(options.run)
    with loading():
        from ganstudio.explore.exporting import names_picture
        from ganstudio.explore.stored import StoredGenerator
        from ganstudio.explore.translating import given_of
        from ganstudio.training.device import choose_device

    one = not options.out.endswith(("/", os.sep)) and not out.is_dir() and names_picture(out)
    device = choose_device(options.device)
    generator = StoredGenerator.open(stored, options.step, "raw" if options.raw else "ema", device)
    given_of(generator.controls)
    if generator.warning:
        say(one_line(generator.warning))
    settings = _settings(generator, wanted, options.direction)
    if one:
        return _one(generator, inputs, out, settings, options.fit)
    return _many(generator, inputs, out, settings, options)


def _settings(generator: Generator, wanted: Mapping[str, str], direction: str | None) -> dict[str, NDArray[Any]]:
    """A value for every control but what is given: held, or drawn by the seed 0."""
    import numpy as np

    from ganstudio.explore.state import position_of
    from ganstudio.explore.styles import truncated
    from ganstudio.explore.translating import direction_of, given_of

    given, way = given_of(generator.controls), direction_of(generator.controls)
    if given.name in wanted:
        raise UsageError(_("“{name}” is what the pictures are for; it cannot be set.").format(name=given.name))
    held, truncation = held_values(generator, wanted)
    values = {name: value for name, value in position_of(generator.draw(1, 0)).items() if name != given.name}
    if way is not None and way.name not in held:
        values[way.name] = np.asarray(0, np.int64)
    values |= held
    values = truncated(values, generator.controls, truncation)
    if direction is None:
        return values
    if way is None:
        raise UsageError(_("This run translates one way only; leave --direction out."))
    values[way.name] = np.asarray(_direction(direction, way.names), np.int64)
    return values


def _direction(text: str, names: tuple[str, ...]) -> int:
    def plain(name: str) -> str:
        return " ".join(name.replace("->", " → ").replace("→", " → ").casefold().split())

    for index, name in enumerate(names):
        if plain(text) in (plain(name), str(index)):
            return index
    known = ", ".join(f"{index} “{name}”" for index, name in enumerate(names))
    raise UsageError(_("There is no direction “{text}”. It has: {known}.").format(text=text, known=known))


def _one(generator: Generator, inputs: list[Path], out: Path, settings: dict[str, NDArray[Any]], fit: Any) -> int:
    """One picture into one file, which is replaced where it is there."""
    from ganstudio.explore.batch_translation import check_target
    from ganstudio.explore.exporting import encode_picture
    from ganstudio.explore.translating import given_of, read_input, translate
    from ganstudio.store.atomic import replace_file

    if len(inputs) > 1 or inputs[0].is_dir():
        raise UsageError(_("{out} is one file; name a folder for the results of several pictures.").format(out=out))
    if not out.parent.is_dir():
        raise UsageError(_("There is no folder {path}.").format(path=out.parent))
    check_target(out, inputs)
    picture = read_input(inputs[0], given_of(generator.controls), fit)
    replace_file(out, encode_picture(translate(generator, picture.pixels, settings), out.suffix.lower()))
    for note in picture.notes:
        say(f"{inputs[0].name}: {one_line(note)}")
    say(_("{name} translated with step {step} into {path}").format(name=picture.name, step=generator.step, path=out))
    return 0


def _many(
    generator: Generator, inputs: list[Path], out: Path, settings: dict[str, NDArray[Any]], options: argparse.Namespace
) -> int:
    from ganstudio.explore.batch_translation import pictures_in, run_words, translate_files

    if not out.parent.is_dir():
        raise UsageError(_("There is no folder {path}.").format(path=out.parent))
    sources = [
        found for path in inputs for found in (pictures_in(path, besides=out) if path.is_dir() else [path])
    ]  # fmt: skip
    root = inputs[0] if len(inputs) == 1 and inputs[0].is_dir() else None
    done = translate_files(
        generator, sources, out, settings, fit=options.fit, root=root, about=run_words(generator), watch=_watch()
    )
    _clear()
    for one in done.broken:
        say(one_line(one.words))
    say(done.words())
    return 1 if done.broken else 0


def _watch() -> Watch:
    """A line that counts, on a terminal."""
    from ganstudio.explore.exporting import Watch

    if not sys.stderr.isatty():
        return Watch()

    def tell(fraction: float, text: str) -> None:
        sys.stderr.write(f"\r\x1b[K{round(100 * fraction):3d} %  {harmless(text[:60])}")
        sys.stderr.flush()

    return Watch(tell)


def _clear() -> None:
    if sys.stderr.isatty():
        sys.stderr.write("\r\x1b[K")
