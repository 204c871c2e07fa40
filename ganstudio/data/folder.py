"""Any folder of pictures as a data set: decoded in parallel, odd files reported by name, kept decoded for next time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from ganstudio.core import fields
from ganstudio.core.dataspec import DataSpec
from ganstudio.core.errors import DataError, UsageError
from ganstudio.core.i18n import _, plural
from ganstudio.data import cache
from ganstudio.data.archives import folder_of
from ganstudio.data.base import Arrays, DataRequest, DataSource, Job, Problem
from ganstudio.data.parallel import for_each
from ganstudio.data.scan import Scan, scan

_SIZES_KEPT = 64
_SLICE = 512


class FolderOptions(fields.Fields):
    """Options of ``folder``."""

    size: int = fields.field(
        64,
        _("Size"),
        _("Every picture is brought to this height and width."),
        group=_("Data"),
        ge=16,
        le=256,
        unit="px",
    )
    fit: Literal["crop", "pad", "stretch"] = fields.field(
        "crop", _("Fit"), _("Pictures that are not square: cut to the middle, given a black margin, or distorted."),
        group=_("Data"),
    )  # fmt: skip
    colour: Literal["auto", "grey", "rgb"] = fields.field(
        "auto", _("Colour"), _("Auto: grey if every picture is grey, else colour."), group=_("Data")
    )


@dataclass(slots=True)
class _Tally:
    """What is learnt while decoding; ``kept`` and ``grey`` are in the order of the files."""

    kept: list[bool]
    grey: list[bool]
    sizes: Counter[tuple[int, int]] = field(default_factory=Counter)
    modes: Counter[str] = field(default_factory=Counter)
    problems: dict[int, list[tuple[str, str]]] = field(default_factory=dict)


def _decode_all(found: Scan, pixels: NDArray[np.uint8], options: FolderOptions, job: Job) -> _Tally:
    """Fills ``pixels`` ``(N, 3, S, S)``; rows of dropped files stay undefined."""
    from ganstudio.data.decode import Picture, PictureError, decode

    total = len(found.files)
    tally = _Tally([False] * total, [False] * total)

    def work(index: int) -> Picture | PictureError:
        try:
            picture = decode(found.folder / found.files[index], options.size, options.fit)
        except PictureError as error:
            return error
        pixels[index] = picture.pixels
        return picture

    def note(index: int, result: Picture | PictureError) -> None:
        if isinstance(result, PictureError):
            tally.problems[index] = [(str(result), "dropped")]
            return
        tally.kept[index], tally.grey[index] = True, result.grey
        tally.sizes[result.width, result.height] += 1
        tally.modes[result.mode] += 1
        if result.oddities:
            tally.problems[index] = [(oddity, "converted") for oddity in result.oddities]

    for_each(total, work, note, job, _("Reading pictures: {done} of {total}"))
    return tally


def _channels(found: Scan, tally: _Tally, colour: str) -> int:
    """Channels of the set: 1 where grey is wanted or all there is.

    Raises:
        DataError: no picture could be read.
    """
    if not any(tally.kept):
        first = min(tally.problems)
        words = _("No picture in {folder} can be used; {file}: {why}.")
        raise DataError(words.format(folder=found.folder, file=found.files[first], why=tally.problems[first][0][0]))
    all_grey = all(grey for grey, kept in zip(tally.grey, tally.kept, strict=True) if kept)
    return 1 if colour == "grey" or (colour == "auto" and all_grey) else 3


def _rows(pixels: NDArray[np.uint8], tally: _Tally, channels: int) -> Iterator[NDArray[np.uint8]]:
    """The pictures that were read, slice by slice, so that a large set is never in memory as a whole."""
    kept = np.flatnonzero(tally.kept)
    for start in range(0, len(kept), _SLICE):
        part = pixels[kept[start : start + _SLICE]]
        yield in_channels(part, channels)


def in_channels(pictures: NDArray[np.uint8], channels: int) -> NDArray[np.uint8]:
    """Colour pictures ``(N, 3, H, W)`` as they are, or as grey ones ``(N, 1, H, W)``."""
    if channels == 3:
        return pictures
    # Luma of ITU-R BT.601, as Pillow weighs it; the weights sum to 2¹⁶, so grey stays as it is.
    wide = pictures.astype(np.uint32)
    luma = (wide[:, 0] * 19595 + wide[:, 1] * 38470 + wide[:, 2] * 7471 + 0x8000) >> 16
    return luma.astype(np.uint8)[:, None]


def _facts(found: Scan, tally: _Tally) -> dict[str, Any]:
    kept = [index for index, is_kept in enumerate(tally.kept) if is_kept]
    return {
        "count": len(kept),
        "labels": [found.labels[index] for index in kept] if found.labels else None,
        "classes": list(found.classes),
        "sizes": [[width, height, n] for (width, height), n in tally.sizes.most_common(_SIZES_KEPT)],
        "all_sizes": [[width, height, n] for (width, height), n in tally.sizes.items()],
        "modes": dict(tally.modes),
        "problems": [
            [found.files[index], what, action]
            for index in sorted(tally.problems)
            for what, action in tally.problems[index]
        ],
    }


def changes_of(facts: dict[str, Any], size: int, fit: str) -> list[str]:
    """What was done to many pictures, a line each; ``facts["all_sizes"]`` holds ``(width, height, count)``."""
    larger = sum(n for width, height, n in facts["all_sizes"] if min(width, height) > size)
    smaller = sum(n for width, height, n in facts["all_sizes"] if min(width, height) < size)
    oblong = sum(n for width, height, n in facts["all_sizes"] if width != height)
    lines = []
    if larger:
        lines.append(plural("{n} picture is made smaller.", "{n} pictures are made smaller.", larger))
    if smaller:
        lines.append(plural("{n} picture is enlarged.", "{n} pictures are enlarged.", smaller))
    if oblong:
        how = {
            "crop": plural("{n} is cut to its middle square.", "{n} are cut to their middle square.", oblong),
            "pad": plural("{n} gets a black margin.", "{n} get a black margin.", oblong),
            "stretch": plural("{n} is stretched to a square.", "{n} are stretched to a square.", oblong),
        }
        lines.append(how[fit])
    return lines


def _read(request: DataRequest, seed: int, job: Job) -> Arrays:
    options = request.options
    if not isinstance(options, FolderOptions) or request.path is None:
        raise UsageError(_("Say which folder: write folder:PATH."))
    found = scan(folder_of(Path(request.path), job), job)
    key = cache.key_of(found, options.model_dump())
    stored = cache.fetch(key)
    if stored is None:
        with cache.workspace((len(found.files), 3, options.size, options.size)) as pixels:
            tally = _decode_all(found, pixels, options, job)
            channels, facts = _channels(found, tally, options.colour), _facts(found, tally)
            shape = (facts["count"], channels, options.size, options.size)
            cache.store(key, _rows(pixels, tally, channels), shape, facts)
            stored = cache.fetch(key) or (np.concatenate(list(_rows(pixels, tally, channels))), facts)
            del pixels
    items, facts = stored
    return _arrays(request.text, found, items, facts, options)


def _arrays(text: str, found: Scan, items: NDArray[np.uint8], facts: dict[str, Any], options: FolderOptions) -> Arrays:
    labels = None if facts["labels"] is None else np.asarray(facts["labels"], dtype=np.int64)
    classes = tuple(facts["classes"])
    notes = [*found.notes, *changes_of(facts, options.size, options.fit)]
    if labels is not None:
        present = np.unique(labels)
        if len(present) < len(classes):
            gone = [name for index, name in enumerate(classes) if index not in present]
            notes.append(_("No picture of {names} can be read: left out.").format(names=", ".join(gone)))
            labels = np.searchsorted(present, labels).astype(np.int64)
            classes = tuple(classes[index] for index in present)
    spec = DataSpec(
        name=text, kind="images", count=len(items), channels=int(items.shape[1]), size=options.size, classes=classes
    )
    return Arrays(
        spec,
        items,
        labels,
        sizes=tuple((width, height, n) for width, height, n in facts["sizes"]),
        modes=in_words(facts["modes"]),
        problems=tuple(Problem(file, what, action) for file, what, action in facts["problems"]),
        files=len(found.files),
        notes=tuple(notes),
        unclassed=found.unclassed,
    )


def in_words(modes: Mapping[str, int]) -> dict[str, int]:
    """Colour modes of Pillow in words, and how many pictures have each."""
    words = {"L": _("grey"), "RGB": _("colour"), "1": _("black and white"), "P": _("palette"), "CMYK": _("print colours"),
             "YCbCr": _("colour"), "I": _("grey, 32 bits"), "F": _("grey, 32 bits")}  # fmt: skip
    words |= dict.fromkeys(("LA", "PA", "La", "RGBA", "RGBa"), _("with alpha"))
    words |= {mode: _("grey, 16 bits") for mode in modes if mode.startswith("I;16")}
    found: Counter[str] = Counter()
    for mode, count in modes.items():
        found[words.get(mode, _("other colours"))] += count
    return dict(found)


def source() -> DataSource:
    """The catalogue row."""
    return DataSource(
        name="folder",
        title=_("Folder of pictures"),
        summary=_("Your own pictures, of any size and format, in a folder or an archive; subfolders become classes."),
        kind="images",
        licence=_("Your own."),
        Options=FolderOptions,
        read=_read,
        thumbnail=lambda: None,
        needs_files=True,
        takes_path=True,
    )
