"""The MNIST family: pictures and labels in IDX files, compressed or plain, whole or part of the published set."""

from __future__ import annotations

import math
import re
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ganstudio.core.dataspec import DataSpec
from ganstudio.core.errors import DataError, UsageError
from ganstudio.core.fields import Fields, field
from ganstudio.core.i18n import _
from ganstudio.data.archives import folder_of
from ganstudio.data.base import Arrays, DataRequest, DataSource, Job
from ganstudio.data.classes import CLASSES_HELP, choose_classes, keep_classes
from ganstudio.data.files import Located, data_folder, find, home_of, idx_files
from ganstudio.data.thumbnails import mosaic
from ganstudio.data.unpack import MOST_BYTES, read_bytes

_UNSIGNED_BYTE = 0x08
DIGITS = tuple(str(digit) for digit in range(10))
FASHION = (
    "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot",
)  # fmt: skip
KUZUSHIJI = ("o", "ki", "su", "tsu", "na", "ha", "ma", "ya", "re", "wo")

Split = Literal["train", "test", "all"]
_IMAGES, _LABELS = re.compile(r"images?|img", re.IGNORECASE), re.compile(r"labels?", re.IGNORECASE)


class IdxOptions(Fields):
    """Options of the MNIST family."""

    size: Literal["32", "28"] = field(
        "32", _("Size"), _("The 28-pixel pictures get a margin to 32 pixels, or stay as they are."),
        group=_("Data"), unit="px",
    )  # fmt: skip
    classes: str = field("", _("Classes"), CLASSES_HELP, group=_("Data"))
    split: Split = field("train", _("Part"), _("Which of the published parts to train on."), group=_("Data"))


@dataclass(frozen=True, slots=True)
class IdxFile:
    """What an IDX file holds.

    Attributes:
        values: uint8, first axis = records; only the whole records that are there.
        promised: how many records the header promises.
        notes: what was odd, for a person.
    """

    values: NDArray[np.uint8]
    promised: int
    notes: tuple[str, ...] = ()


def holds_idx(path: Path) -> bool:
    """A file is one of IDX pictures or labels, or a folder holds some pictures of this kind."""
    if path.is_file():
        return _dimensions(path) in (1, 3)
    return path.is_dir() and any(_dimensions(file) == 3 for file in idx_files(path))


def _dimensions(path: Path) -> int:
    """Of an IDX file of unsigned bytes; 0 for other files, and for what cannot be read."""
    try:
        head = read_bytes(path, 4)[0]
    except DataError:
        return 0
    return head[3] if len(head) == 4 and head[:3] == bytes((0, 0, _UNSIGNED_BYTE)) else 0


def read_idx(path: Path, dimensions: int, limit: int | None = None) -> IdxFile:
    """Reads an IDX file of unsigned bytes.

    Args:
        path: plain or gzip.
        dimensions: 3 for pictures, 1 for labels.
        limit: read about so many records only.

    Raises:
        DataError: it is not such a file, or holds no whole record.
    """
    header = 4 + 4 * dimensions
    head, _torn = read_bytes(path, header)
    if len(head) < header or head[:2] != b"\0\0":
        raise DataError(_("{file} is not an IDX file: put the published file there again.").format(file=path))
    kind, found = head[2], head[3]
    if kind != _UNSIGNED_BYTE or found != dimensions:
        wanted = _("pictures") if dimensions > 1 else _("labels")
        raise DataError(
            _("{file} does not hold {wanted}: its header says {found} dimensions of type 0x{kind:02x}.").format(
                file=path, wanted=wanted, found=found, kind=kind
            )
        )
    count, *shape = struct.unpack(f">{dimensions}I", head[4:header])
    record = math.prod(shape)
    if record == 0 or record > 1 << 26:
        raise DataError(
            _("{file} has a damaged header: it says pictures of {shape}.").format(
                file=path, shape=" × ".join(map(str, shape))
            )
        )
    asked = count if limit is None else min(count, limit)
    if asked * record > MOST_BYTES:
        words = _("{file} has a damaged header: it promises {n:.1f} GB, as no published file does.")
        raise DataError(words.format(file=path, n=asked * record / 1e9))
    body, torn = read_bytes(path, header + asked * record)
    whole = min((len(body) - header) // record, asked)
    if whole < 1:
        raise DataError(_("{file} ends before its first record: it is empty or torn.").format(file=path))
    values = np.frombuffer(body, np.uint8, whole * record, header).reshape(whole, *shape)
    notes = []
    if whole < asked or torn:
        notes.append(
            _("{file} is torn: it promises {promised} records, the {whole} whole ones are used.").format(
                file=path.name, promised=count, whole=whole
            )
        )
    return IdxFile(values, count, tuple(notes))


def _roles(located: Located) -> dict[tuple[str, str], Path]:
    """The files by part and content; a plain file is preferred to its compressed twin."""
    roles: dict[tuple[str, str], Path] = {}
    for path in sorted(located.files, key=lambda path: (path.suffix == ".gz", len(path.name))):
        name = path.name.lower()
        part = "train" if "train" in name else "test"
        content = "labels" if "label" in name else "images"
        roles.setdefault((part, content), path)
    return roles


def fit_square(images: NDArray[np.uint8], size: int) -> NDArray[np.uint8]:
    """Pictures ``(N, H, W)`` to ``(N, size, size)``: a black margin for smaller ones, antialiased shrinking else."""
    count, height, width = images.shape
    if height <= size and width <= size:
        top, left = (size - height) // 2, (size - width) // 2
        result = np.zeros((count, size, size), dtype=np.uint8)
        result[:, top : top + height, left : left + width] = images
        return result
    from PIL import Image

    scale = size / max(height, width)
    target = (max(1, round(width * scale)), max(1, round(height * scale)))
    shrunk = [np.asarray(Image.fromarray(image).resize(target, Image.Resampling.LANCZOS)) for image in images]
    return fit_square(np.stack(shrunk), size)


def _read_part(
    roles: dict[tuple[str, str], Path], part: str, names: tuple[str, ...]
) -> tuple[NDArray[np.uint8], NDArray[np.int64] | None, tuple[str, ...]]:
    images = read_idx(roles[part, "images"], 3)
    path = roles.get((part, "labels"))
    if path is None:
        note = _("There is no file of labels beside {file}: its pictures have no classes.")
        return images.values, None, (*images.notes, note.format(file=roles[part, "images"].name))
    labels = read_idx(path, 1)
    if images.promised != labels.promised:
        raise DataError(
            _("{images} holds {n} pictures but {labels} holds {m} labels: they do not belong together.").format(
                images=roles[part, "images"], n=images.promised, labels=path.name, m=labels.promised
            )
        )
    wrong = np.flatnonzero(labels.values >= len(names))
    if len(wrong):
        raise DataError(
            _("{file}: the label of record {record} is {label}, but there are only the classes 0–{last}.").format(
                file=path, record=int(wrong[0]), label=int(labels.values[wrong[0]]), last=len(names) - 1
            )
        )
    count = min(len(images.values), len(labels.values))
    return images.values[:count], labels.values[:count].astype(np.int64), (*images.notes, *labels.notes)


def missing(name: str, title: str, files: str) -> DataError:
    """The error for a set whose files are not there: where it was looked for, and what to do."""
    return DataError(
        _("{title} is not in the data folder {folder}: put {files} into {home}, or download it.").format(
            title=title, folder=data_folder(), files=files, home=home_of(name)
        )
    )


def _read_set(name: str, title: str, names: tuple[str, ...], request: DataRequest, job: Job) -> Arrays:
    located = find(name)
    roles = _roles(located) if located else {}
    if not any(content == "images" for _part, content in roles):
        raise missing(name, title, "train-images-idx3-ubyte.gz, train-labels-idx1-ubyte.gz")
    return _read_roles(roles, title, names, request, job)


def _read_anywhere(request: DataRequest, seed: int, job: Job) -> Arrays:
    """IDX files of any set, wherever they lie: the classes are the numbers in the file of labels."""
    if request.path is None:
        raise UsageError(_("Say which folder: write idx:PATH."))
    path = Path(request.path)
    path = path if holds_idx(path) else folder_of(path, job)
    roles = _roles_of_file(path) if path.is_file() else _roles(Located(path, tuple(idx_files(path))))
    if not any(content == "images" for _part, content in roles):
        raise DataError(
            _("{folder} holds no IDX file of pictures, such as train-images-idx3-ubyte.gz.").format(folder=path)
        )
    most = 0
    for (_part, content), file in roles.items():
        if content == "labels":
            most = max(most, int(read_idx(file, 1).values.max()))
    return _read_roles(roles, path.name, tuple(map(str, range(most + 1))), request, job)


def _roles_of_file(path: Path) -> dict[tuple[str, str], Path]:
    """A file of pictures and that of their labels, whichever of them was named; in whatever part they call themselves."""
    stem = path.name.removesuffix(".gz")  # one may be packed, and the other not
    named = {
        "images": (_LABELS.sub("images", stem).replace("idx1", "idx3"), 3),
        "labels": (_IMAGES.sub("labels", stem).replace("idx3", "idx1"), 1),
    }
    return {
        ("train", content): file
        for content, (name, dimensions) in named.items()
        for file in (path.with_name(f"{name}.gz"), path.with_name(name))
        if _dimensions(file) == dimensions
    }


def _read_roles(
    roles: dict[tuple[str, str], Path], title: str, names: tuple[str, ...], request: DataRequest, job: Job
) -> Arrays:
    options = request.options
    if not isinstance(options, IdxOptions):
        raise UsageError(_("These are not options of “{name}”.").format(name=request.name))
    present = [part for part in ("train", "test") if (part, "images") in roles]
    parts = [part for part in present if options.split in (part, "all")]
    notes: list[str] = []
    if not parts:
        parts = present
        notes.append(_("Only the files of the “{part}” part are there: they are used.").format(part=parts[0]))
    images, labels = [], []
    for index, part in enumerate(parts):
        job.tick(index / len(parts), _("Reading {file}").format(file=roles[part, "images"].name))
        part_images, part_labels, part_notes = _read_part(roles, part, names)
        images.append(part_images)
        labels.append(part_labels)
        notes += part_notes
    if len({image.shape[1:] for image in images}) > 1:
        raise DataError(_("The two parts of {title} have pictures of different sizes.").format(title=title))
    return _assemble(request.text, images, labels, options, names, notes)


def _assemble(
    text: str,
    images: list[NDArray[np.uint8]],
    labels: list[NDArray[np.int64] | None],
    options: IdxOptions,
    names: tuple[str, ...],
    notes: list[str],
) -> Arrays:
    raw = np.concatenate(images)
    height, width = raw.shape[1:]
    known = [part for part in labels if part is not None]
    merged: NDArray[np.int64] | None = np.concatenate(known) if len(known) == len(labels) else None
    size = int(options.size)
    if merged is None:
        if options.classes:
            raise DataError(_("Classes cannot be chosen: a file of labels is missing."))
        names = ()
    else:
        raw, merged, names = keep_classes(raw, merged, options.classes, names)
    items = fit_square(raw, size)[:, None]
    if (height, width) != (size, size):
        notes.append(
            _("{width} × {height} pictures are brought to {size} × {size}.").format(
                width=width, height=height, size=size
            )
        )
    spec = DataSpec(name=text, kind="images", count=len(items), channels=1, size=size, classes=names)
    sizes = ((width, height, len(items)),)
    return Arrays(spec, items, merged, sizes=sizes, modes={_("grey"): len(items)}, notes=tuple(notes))


def _thumbnail(name: str) -> NDArray[np.uint8] | None:
    located = find(name)
    roles = _roles(located) if located else {}
    path = roles.get(("train", "images"), roles.get(("test", "images")))
    if path is None:
        return None
    try:
        return mosaic(read_idx(path, 3, limit=16).values[:, None])
    except DataError:
        # A card without a picture; the check before training says what is wrong with the file.
        return None


def _source(name: str, title: str, summary: str, licence: str, names: tuple[str, ...]) -> DataSource:
    def verify(options: Fields) -> None:
        if isinstance(options, IdxOptions):
            choose_classes(options.classes, names)

    return DataSource(
        name=name,
        title=title,
        summary=summary,
        kind="images",
        licence=licence,
        Options=IdxOptions,
        read=lambda request, seed, job: _read_set(name, title, names, request, job),
        thumbnail=lambda: _thumbnail(name),
        needs_files=True,
        downloadable=True,
        verify=verify,
    )


def source() -> DataSource:
    """The catalogue row of a person's own IDX files."""
    return DataSource(
        name="idx",
        title=_("IDX files"),
        summary=_(
            "Pictures and labels in the format of MNIST, from anywhere: a folder, an archive, or one of the files."
        ),
        kind="images",
        licence=_("Your own."),
        Options=IdxOptions,
        read=_read_anywhere,
        thumbnail=lambda: None,
        needs_files=True,
        takes_path=True,
    )


def sources() -> list[DataSource]:
    """MNIST, Fashion-MNIST and KMNIST."""
    return [
        _source("mnist", "MNIST", _("70,000 handwritten digits of 28 px, grey."), _("None stated."), DIGITS),
        _source(
            "fashion-mnist", "Fashion-MNIST", _("70,000 photographs of clothes of 28 px, grey."),
            _("MIT, © 2017 Zalando SE."), FASHION,
        ),
        _source(
            "kmnist", "KMNIST", _("70,000 cursive Japanese characters of 28 px, grey."),
            _("CC BY-SA 4.0; “KMNIST Dataset” created by CODH, adapted from “Kuzushiji Dataset” (NIJL and others)."),
            KUZUSHIJI,
        ),
    ]  # fmt: skip
