"""Draws from a trained run into a file. The same seed gives the same file.

The file's ending says what is written; a file of that name is replaced:
  .png  a grid of the images; a scatter picture for 2-D data
  .npy  the raw numbers, float32: (N, C, H, W) in [-1, 1], or (N, 2)
  .csv  2-D points as a table with the columns x and y

What the generator listens to can be held; the rest is drawn by the seed:
  ganstudio sample RUN_DIR --out threes.png --set class=3
  ganstudio sample RUN_DIR --out a.png --set category=2 codes=0.5,-1 truncation=0.7
  ganstudio sample RUN_DIR --out all.png --per-class 8
A class goes by its name or its number from 0, or is a mixture: one weight for each class, with commas. With --per-class
every column of a grid is a class, and every row one draw of all the rest. The seed of the noise is a number, noise=7;
layers (counted from 1) get the style of another seed with w=3-6:42; pictures of a class are files, or come from the data:
  ganstudio sample RUN_DIR --out a.png --set w=1-4:42 noise=7
  ganstudio sample RUN_DIR --out b.png --set pictures=one.png,two.png
  ganstudio sample RUN_DIR --out c.png --set pictures=class:cat
"""

from __future__ import annotations

import argparse
import math
import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ganstudio.cli.loading import loading
from ganstudio.cli.output import one_line, say
from ganstudio.cli.parser import MAX_SEED, MAX_STEPS, named_path, open_run, split_pairs, whole
from ganstudio.core.controls import (
    CategoricalCode,
    ClassImages,
    ClassLabel,
    Control,
    GeneratorIndex,
    NoiseSeed,
    StyleLayers,
)
from ganstudio.core.errors import UsageError
from ganstudio.core.i18n import _, plural
from ganstudio.core.images import GRID_GAP, columns_for

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ganstudio.core.dataspec import DataSpec
    from ganstudio.explore.generator import Generator

_DEFAULT_COUNT = 64
_MOST = 10_000_000
_MOST_BYTES = 2**31
"""Of the numbers that are drawn; they are in memory all at once."""
_MOST_PIXELS = 8192**2
"""Of a grid; larger pictures are refused by many programs."""
_TRUNCATION, _MOST_TRUNCATION = "truncation", 2.0
_CLASS = "class:"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument("run", metavar="RUN_DIR", help=_("folder of the run"))
    parser.add_argument("--count", type=whole(1, _MOST), metavar="N", help=_("how many (default 64)"))
    parser.add_argument("--seed", type=whole(0, MAX_SEED), default=0, metavar="S", help=_("of the draw (default 0)"))
    parser.add_argument("--out", required=True, metavar="FILE", help=_("file to write: .png, .npy or .csv"))
    parser.add_argument(
        "--set", action="extend", nargs="+", metavar="KEY=VALUE",
        help=_("hold a class, category, code, latent vector, noise, styles, pictures or truncation; may be repeated"),
    )  # fmt: skip
    parser.add_argument(
        "--per-class", type=whole(1, _MOST), metavar="N", help=_("N of every class or category, a column for each")
    )
    parser.add_argument(
        "--look-into", metavar="NAME", help=_("lay a map over every picture, e.g. attention, where the run has one")
    )
    parser.add_argument(
        "--step", type=whole(0, MAX_STEPS), metavar="N", help=_("which checkpoint (default: the newest good one)")
    )
    parser.add_argument(
        "--raw", action="store_true", help=_("the weights of that very step instead of their moving average")
    )


def run(options: argparse.Namespace) -> int:
    """Draws and returns the exit status."""
    out = named_path(options.out)
    if options.count is not None and options.per_class is not None:
        raise UsageError(_("Say --count or --per-class, not both."))
    wanted = split_pairs(options.set or ())
    stored = open_run(options.run)
    if stored.info.takes != "nothing":
        raise UsageError(
            _("This run translates what it is given, and draws nothing by itself: ganstudio translate {run} PICTURE… "
              "--out FOLDER").format(run=options.run)
        )  # fmt: skip
    from ganstudio.explore.files import check_ending, save_items

    check_ending(out, stored.info.spec)
    if out.is_dir() or not out.parent.is_dir():
        raise UsageError(
            _("{path} is a folder; name a file.").format(path=out)
            if out.is_dir()
            else _("There is no folder {path}.").format(path=out.parent)
        )
    with loading():
        from ganstudio.explore.stored import StoredGenerator

    generator = StoredGenerator.open(stored, options.step, source="raw" if options.raw else "ema")
    held, truncation = held_values(generator, wanted)
    columns = _columns(generator, held) if options.per_class is not None else None
    count = options.per_class * columns if columns else options.count or _DEFAULT_COUNT
    _check_size(out, count, columns, generator.spec)
    values = _values(generator, count, options.seed, columns)
    values = _apply(generator.controls, values, held, truncation)
    if options.look_into is not None:
        _save_overlay(out, generator, values, options.look_into, columns)
    else:
        save_items(out, generator.generate(values), generator.spec, columns)
    if generator.warning:
        say(one_line(generator.warning))
    weights = _("averaged weights") if generator.source == "ema" else _("raw weights")
    say(
        plural(
            "{n} sample of step {step} ({weights}) in {path}",
            "{n} samples of step {step} ({weights}) in {path}",
            count,
            step=generator.step,
            weights=weights,
            path=out,
        )
    )
    return 0


def held_values(generator: Generator, wanted: Mapping[str, str]) -> tuple[dict[str, NDArray[Any]], float]:
    """The values that ``--set`` holds, checked, and ψ; also for ``ganstudio translate``.

    Raises:
        UsageError: there is no such control, or it does not take this value.
    """
    from ganstudio.explore.state import read_value

    controls = {control.name: control for control in generator.controls}
    held: dict[str, NDArray[Any]] = {}
    truncation = 1.0
    for name, text in wanted.items():
        if name == _TRUNCATION:
            truncation = _read_truncation(text)
        elif name in controls:
            control = controls[name]
            match control:
                case StyleLayers():
                    held |= _mixture(generator, control, text)
                case ClassImages():
                    held[name] = _pictures(generator, control, text)
                case _:
                    held[name] = read_value(control, _parse(control, text))
        else:
            raise UsageError(
                _("“{name}” cannot be held; this generator has: {names}.").format(
                    name=name, names=", ".join([*controls, _TRUNCATION])
                )
            )
    return held, truncation


def _read_truncation(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not abs(value) <= _MOST_TRUNCATION:
        raise UsageError(
            _("“{name}” must be a number from {low} to {high}; 1 leaves latents as they are.").format(
                name=_TRUNCATION, low=-_MOST_TRUNCATION, high=_MOST_TRUNCATION
            )
        )
    return value


def _parse(control: Control, text: str) -> Any:
    """What was typed as plain values: one number for an index, weights for a class, a list for the others."""
    if isinstance(control, ClassLabel | CategoricalCode):
        names = _class_names(control)
        known = {name.casefold(): index for index, name in reversed([*enumerate(names)])}
        index = known.get(text.casefold())
        if index is None and "," not in text:
            index = int(text) if text.isascii() and text.isdigit() and int(text) < len(names) else None
            if index is None:
                raise UsageError(
                    _("“{name}” has no “{value}”. It has: {known}.").format(
                        name=control.name, value=text, known=", ".join(names)
                    )
                )
        if index is not None:
            return [float(place == index) for place in range(len(names))]
    numbers = [part.strip() for part in text.split(",")]
    return numbers[0] if isinstance(control, GeneratorIndex | NoiseSeed) and len(numbers) == 1 else numbers


def _mixture(generator: Generator, control: StyleLayers, text: str) -> dict[str, NDArray[Any]]:
    """``3-6:42``: layers 3 to 6 get the style of seed 42."""
    from ganstudio.explore.state import ExploreState, position_of

    match = re.fullmatch(r"(\d{1,4})(?:[-–](\d{1,4}))?:(\d{1,10})", text.strip())
    first, last = (int(match[1]), int(match[2] or match[1])) if match else (0, 0)
    if match is None or not 1 <= first <= last <= control.layers:
        words = _("“{name}” takes layers from 1 to {last} and a seed: {name}=1-{last}:42, not “{text}”.")
        raise UsageError(words.format(name=control.name, last=control.layers, text=text))
    other = position_of(generator.draw(1, int(match[3])))
    shares = [float(first <= layer <= last) for layer in range(1, control.layers + 1)]
    mixed = ExploreState(other).mixed(generator.controls, shares, other).position
    return {name: value for name, value in mixed.items() if name not in other}


def _pictures(generator: Generator, control: ClassImages, text: str) -> NDArray[Any]:
    """Files with commas, or ``class:NAME``: pictures of the run's data."""
    from ganstudio.explore.class_pictures import from_files, of_class

    if not text.strip(" ,"):
        words = _("“{name}” takes files of pictures with commas, or {prefix}NAME: it was given none.")
        raise UsageError(words.format(name=control.name, prefix=_CLASS))
    if not text.startswith(_CLASS):
        return from_files(control, [named_path(part.strip()) for part in text.split(",")])
    wanted, run = text.removeprefix(_CLASS).strip(), getattr(generator, "run", None)
    names = generator.spec.classes
    known = {name.casefold(): index for index, name in reversed([*enumerate(names)])}
    index = known.get(wanted.casefold(), int(wanted) if wanted.isascii() and wanted.isdigit() else -1)
    if run is None or not 0 <= index < len(names):
        words = _("“{name}” has no “{value}”. It has: {known}.")
        raise UsageError(words.format(name=control.name, value=wanted, known=", ".join(names) or _("none")))
    from ganstudio.app.generators.sources import data_of
    from ganstudio.data import parse_request, read

    arrays = read(parse_request(data_of(run)), seed=run.info.experiment.seed, expected=run.info.fingerprint)
    return of_class(control, arrays, index)


def _save_overlay(
    out: Path, generator: Generator, values: Mapping[str, NDArray[Any]], name: str, columns: int | None
) -> None:
    """A grid of pictures with a map over each."""
    import numpy as np

    from ganstudio.core.images import make_grid
    from ganstudio.explore.looking import laid_over
    from ganstudio.explore.views import looked_into
    from ganstudio.store.atomic import replace_file
    from ganstudio.store.samples import encode_png

    if out.suffix.lower() != ".png":
        raise UsageError(_("--look-into writes pictures: end the file name in .png."))
    pictures, maps = looked_into(generator, values)
    if name not in maps:
        raise UsageError(
            _("“{title}” has no map called “{name}”. It has: {known}.").format(
                title=generator.title, name=name, known=", ".join(maps) or _("none")
            )
        )
    laid = np.stack([laid_over(picture, map_) for picture, map_ in zip(pictures, maps[name], strict=True)])
    replace_file(out, encode_png(make_grid(laid, columns)))


def _class_names(control: ClassLabel | CategoricalCode) -> tuple[str, ...]:
    return control.names if isinstance(control, ClassLabel) else tuple(map(str, range(control.count)))


def _columns(generator: Generator, held: Mapping[str, object]) -> int:
    """How many classes ``--per-class`` puts side by side."""
    from ganstudio.explore.class_folders import classes_of

    if not generator.spec.pictures:
        raise UsageError(_("--per-class goes with images; this run draws points."))
    control, names = classes_of(generator)
    if control.name in held:
        raise UsageError(_("--per-class draws every {name}; --set {name}=… wants one.").format(name=control.name))
    return len(names)


def _values(generator: Generator, count: int, seed: int, columns: int | None) -> dict[str, NDArray[Any]]:
    """Control values ``(count, …)``; with columns every row of the grid is one draw, shown in every class."""
    import numpy as np

    if columns is None:
        return generator.draw(count, seed)
    from ganstudio.explore.class_folders import classes_of

    control, _names = classes_of(generator)
    values = {name: np.repeat(rows, columns, axis=0) for name, rows in generator.draw(count // columns, seed).items()}
    values[control.name] = np.tile(np.eye(columns, dtype=np.float32), (count // columns, 1))
    return values


def _apply(
    controls: tuple[Control, ...],
    values: Mapping[str, NDArray[Any]],
    held: Mapping[str, NDArray[Any]],
    truncation: float,
) -> dict[str, NDArray[Any]]:
    """The values with those that are held in every row, truncated."""
    import numpy as np

    from ganstudio.explore.styles import complete, truncated

    result = complete(values, controls)
    for name, value in held.items():
        result[name] = np.broadcast_to(value, (len(result[name]), *value.shape)).copy()
    return truncated(result, controls, truncation)


def _check_size(path: Path, count: int, columns: int | None, spec: DataSpec) -> None:
    """Refuses what would fill the memory, or be a picture that hardly any program opens."""
    if not spec.pictures:
        return
    most = max(1, _MOST_BYTES // (4 * spec.channels * spec.size**2))
    if path.suffix.lower() == ".png":
        across = columns or columns_for(count)
        cell = spec.size + GRID_GAP
        width, height = across * cell - GRID_GAP, math.ceil(count / across) * cell - GRID_GAP
        if width * height > _MOST_PIXELS:
            raise UsageError(
                _("A grid of {count} images would be {width} × {height} px, which hardly any program opens: "
                  "draw at most {most}, or more into an .npy file.").format(
                    count=f"{count:,}", width=f"{width:,}", height=f"{height:,}",
                    most=f"{_most_in_grid(columns, cell):,}")
            )  # fmt: skip
    if count > most:
        raise UsageError(
            _("{count} images are more than fit in memory at once: draw at most {most}, and more with another --seed.")
            .format(count=f"{count:,}", most=f"{most:,}")
        )  # fmt: skip


def _most_in_grid(columns: int | None, cell: int) -> int:
    if columns is None:
        return int((math.isqrt(_MOST_PIXELS) // cell) ** 2)
    return max(1, _MOST_PIXELS // (columns * cell**2)) * columns
