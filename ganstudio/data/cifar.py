"""CIFAR-10 in its binary version: records of one label byte and 3,072 bytes, three planes of 32 × 32."""

from __future__ import annotations

import io
import re
import tarfile
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ganstudio.core.dataspec import DataSpec
from ganstudio.core.errors import DataError, UsageError
from ganstudio.core.fields import Fields, field
from ganstudio.core.i18n import _
from ganstudio.data.base import Arrays, DataRequest, DataSource, Job
from ganstudio.data.classes import CLASSES_HELP, choose_classes, keep_classes
from ganstudio.data.files import Located, find, find_pickles
from ganstudio.data.idx import missing
from ganstudio.data.thumbnails import mosaic
from ganstudio.data.unpack import read_bytes

SIDE = 32
RECORD = 1 + 3 * SIDE * SIDE
_CIFAR100_RECORD = RECORD + 1
_GLIMPSED = 400
_MEMBER = re.compile(r"(data_batch_\d+|test_batch)\.bin")
NAMES = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")


class CifarOptions(Fields):
    """Options of ``cifar10``."""

    classes: str = field("", _("Classes"), CLASSES_HELP, group=_("Data"))
    split: Literal["train", "test", "all"] = field(
        "train", _("Part"), _("Which of the published parts to train on."), group=_("Data")
    )


def parse_records(
    content: bytes, file: str, classes: int, torn: bool = False
) -> tuple[NDArray[np.uint8], NDArray[np.int64], tuple[str, ...]]:
    """Takes a binary batch apart.

    Args:
        content: the bytes of the file.
        file: its name, for messages.
        classes: how many classes there are.
        torn: its compressed stream was cut off.

    Returns:
        Pictures ``(N, 3, 32, 32)``, labels ``(N,)`` and notes for a person.

    Raises:
        DataError: it is another format, has no whole record, or a label is out of range.
    """
    whole, rest = divmod(len(content), RECORD)
    if rest and not torn and len(content) % _CIFAR100_RECORD == 0:
        raise DataError(
            _("{file} looks like CIFAR-100, whose records have two labels: CIFAR-10 is needed.").format(file=file)
        )
    if whole < 1:
        raise DataError(
            _("{file} has {bytes} bytes, less than one record of {record}.").format(
                file=file, bytes=len(content), record=RECORD
            )
        )
    records = np.frombuffer(content, np.uint8, whole * RECORD).reshape(whole, RECORD)
    labels = records[:, 0].astype(np.int64)
    wrong = np.flatnonzero(labels >= classes)
    if len(wrong):
        raise DataError(
            _("{file}: the label of record {record} is {label}, but there are only the classes 0–{last}.").format(
                file=file, record=int(wrong[0]), label=int(labels[wrong[0]]), last=classes - 1
            )
        )
    notes: tuple[str, ...] = ()
    if rest or torn:
        notes = (
            _("{file} is torn: its {whole} whole records are used.").format(file=Path(file).name, whole=whole),
        )  # fmt: skip
    return records[:, 1:].reshape(whole, 3, SIDE, SIDE), labels, notes


def class_names(located: Located | None) -> tuple[str, ...]:
    """The names in ``batches.meta.txt`` where it is there; the published ones else."""
    for path in located.files if located else ():
        if path.name.lower() == "batches.meta.txt":
            text = read_bytes(path, 1 << 16)[0].decode("utf-8", errors="replace")
            names = tuple(line.strip() for line in text.splitlines() if line.strip() and not line.strip().isdigit())
            if names and len(set(names)) == len(names):
                return names
    return NAMES


def _batches(located: Located, split: str) -> tuple[list[tuple[str, bytes, bool]], str]:
    """The batches of a part: name, content, torn; and the part they are of."""
    wanted = {"train": ("train",), "test": ("test",), "all": ("train", "test")}[split]
    bins = [path for path in located.files if ".bin" in path.name.lower()]
    if not bins:
        archive = next(path for path in located.files if path.name.lower().endswith(".tar.gz"))
        members = _members(archive)
    else:
        members = [(str(path), path) for path in bins]
    chosen = [(name, source) for name, source in members if _part(name) in wanted]
    found = split
    if not chosen:
        chosen, found = members, _part(members[0][0])
    batches = []
    for name, source in chosen:
        content, torn = (source, False) if isinstance(source, bytes) else read_bytes(source)
        batches.append((name, content, torn))
    return batches, found


def _part(name: str) -> str:
    return "test" if Path(name).name.lower().startswith("test") else "train"


def _members(archive: Path) -> list[tuple[str, Path | bytes]]:
    """The batches inside the published archive, read in place."""
    content, _torn = read_bytes(archive)
    members: list[tuple[str, Path | bytes]] = []
    try:
        with tarfile.open(fileobj=io.BytesIO(content)) as tar:
            for member in tar:
                # The holes of a sparse file would be filled with zeros, terabytes of them if it says so.
                wanted = member.isreg() and not member.issparse() and _MEMBER.fullmatch(Path(member.name).name)
                stream = tar.extractfile(member) if wanted else None
                if stream is not None:
                    members.append((f"{archive}/{Path(member.name).name}", stream.read()))
    except (tarfile.TarError, EOFError) as error:
        if not members:
            raise DataError(_("{file} is damaged: download it again.").format(file=archive), repr(error)) from error
    if not members:
        raise DataError(_("{file} holds no batches of CIFAR-10's binary version.").format(file=archive))
    return sorted(members, key=lambda member: member[0])


def _read(request: DataRequest, seed: int, job: Job) -> Arrays:
    options = request.options
    if not isinstance(options, CifarOptions):
        raise UsageError(_("These are not options of “cifar10”."))
    located = find("cifar10")
    if located is None:
        pickle = find_pickles("cifar10")
        if pickle is not None:
            raise DataError(
                _("{file} is CIFAR-10's Python version, which is not read: get the binary version.").format(file=pickle)
            )
        raise missing("cifar10", "CIFAR-10", _("the folder cifar-10-batches-bin (the binary version)"))
    names = class_names(located)
    batches, part = _batches(located, options.split)
    notes: list[str] = []
    if part != options.split:
        notes.append(_("Only the files of the “{part}” part are there: they are used.").format(part=part))
    images, labels = [], []
    for index, (name, content, torn) in enumerate(batches):
        job.tick(index / len(batches), _("Reading {file}").format(file=Path(name).name))
        batch_images, batch_labels, batch_notes = parse_records(content, name, len(names), torn)
        batch_images, batch_labels, _kept = _only(batch_images, batch_labels, options.classes, names)
        images.append(batch_images)
        labels.append(batch_labels)
        notes += batch_notes
    chosen = tuple(names[index] for index in choose_classes(options.classes, names))
    items = np.ascontiguousarray(np.concatenate(images))
    if not len(items):
        raise DataError(
            _("The files hold no picture of {names}: choose other classes.").format(names=", ".join(chosen))
        )
    spec = DataSpec(name=request.text, kind="images", count=len(items), channels=3, size=SIDE, classes=chosen)
    sizes = ((SIDE, SIDE, len(items)),)
    return Arrays(spec, items, np.concatenate(labels), sizes=sizes, modes={_("colour"): len(items)}, notes=tuple(notes))


def _only(
    images: NDArray[np.uint8], labels: NDArray[np.int64], classes: str, names: tuple[str, ...]
) -> tuple[NDArray[np.uint8], NDArray[np.int64], tuple[str, ...]]:
    """As :func:`keep_classes`, but a batch may hold none of the chosen classes."""
    try:
        return keep_classes(images, labels, classes, names)
    except DataError:
        return images[:0], labels[:0], names


def _glimpse(options: Fields) -> NDArray[np.uint8] | None:
    """Some pictures of the chosen classes."""
    located = find("cifar10")
    bins = [path for path in located.files if ".bin" in path.name.lower()] if located else []
    if not bins or not isinstance(options, CifarOptions):
        return None
    try:
        content, torn = read_bytes(bins[0], _GLIMPSED * RECORD)
        images, labels, _notes = parse_records(content[: _GLIMPSED * RECORD], bins[0].name, 256, torn)
        images, _labels, _names = _only(images, labels, options.classes, class_names(located))
        return mosaic(images[:16]) if len(images) else None
    except (DataError, UsageError):
        # A card without a picture; the check before training says what is wrong with the file.
        return None


def _verify(options: Fields) -> None:
    if isinstance(options, CifarOptions):
        choose_classes(options.classes, class_names(find("cifar10")))


def source() -> DataSource:
    """The catalogue row."""
    return DataSource(
        name="cifar10",
        title="CIFAR-10",
        summary=_("60,000 small photographs in ten classes, 32 px, colour; any of the classes can be chosen."),
        kind="images",
        licence=_("None stated."),
        Options=CifarOptions,
        read=_read,
        thumbnail=lambda: _glimpse(CifarOptions()),
        glimpse=_glimpse,
        needs_files=True,
        downloadable=True,
        verify=_verify,
    )
