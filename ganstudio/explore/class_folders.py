"""As many pictures of every class as one likes, in folders that any program takes for a data set with classes."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
import unicodedata
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from ganstudio.core.controls import CategoricalCode, ClassLabel
from ganstudio.core.elsewhere import WINDOWS_DEVICE, as_cell
from ganstudio.core.errors import UsageError
from ganstudio.core.i18n import _
from ganstudio.explore.exporting import Watch
from ganstudio.explore.generator import Generator
from ganstudio.explore.state import ExploreState, Position, effective, position_of, stack
from ganstudio.explore.views import draw
from ganstudio.store.atomic import temporary, words_for

Format = Literal["png", "jpg"]
FORMATS: tuple[Format, ...] = ("png", "jpg")
MOST = 1_000_000
"""Pictures in all."""
_PIECE = 64
_NAME_BYTES = 200  # file systems allow 255
_JPEG_QUALITY = 95
_FORBIDDEN = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f]')
_PARTS = frozenset({"train", "training", "val", "valid", "validation", "test", "testing", "dev", "__macosx"})


@dataclass(frozen=True, slots=True)
class Written:
    """What lies in the folder now.

    Attributes:
        folder: the folder.
        names: of the class folders, in the order of the classes.
        count: pictures in all.
    """

    folder: Path
    names: tuple[str, ...]
    count: int


def save_class_folders(
    folder: Path,
    generator: Generator,
    per_class: int,
    *,
    seed: int = 0,
    truncation: float = 1.0,
    form: Format = "png",
    about: Mapping[str, Any] | None = None,
    watch: Watch | None = None,
) -> Written:
    """Draws pictures of every class (or category) into ``folder/<class>/00001.png``, with manifests beside them.

    Picture i of all has the seed ``seed + i``: typed into the explorer together with its class it comes back.
    ``manifest.csv`` has a line for every picture, ``manifest.json`` says what drew them. ``folder:<folder>`` is a data
    set with these classes.

    Args:
        folder: new or empty; it appears whole or not at all.
        generator: used by nobody else meanwhile.
        per_class: how many of each, 1 or more.
        seed: the first seed, 0 or more.
        truncation: ψ, by which latent vectors are scaled.
        form: ``"png"``, without loss, or ``"jpg"``.
        about: what else the manifest should say, plain JSON values: the run, its path.
        watch: who is told, and who may end it.

    Raises:
        UsageError: the generator knows no classes or draws no images; a number is out of range; the folder is in use.
        CancelledError: it was cancelled; nothing is left behind.
        StoreError: it cannot be written.
    """
    control, names = classes_of(generator)
    total = per_class * len(names)
    if per_class < 1 or seed < 0 or total > MOST:
        raise UsageError(
            _("Choose 1 or more pictures of each class, up to {most} in all, and a seed of 0 or more.").format(
                most=MOST
            )
        )
    if form not in FORMATS:
        raise UsageError(_("Pictures are written as {forms}.").format(forms=_(" or ").join(FORMATS)))
    _check_free(folder)
    job = _Job(generator, control, names, safe_names(names), per_class, seed, truncation, form, watch or Watch())
    temp = temporary(folder)
    try:
        temp.mkdir()
        job.write(temp, dict(about or {}))
        with suppress(FileNotFoundError):
            folder.rmdir()  # empty; not every system renames over a folder
        temp.rename(folder)
    except BaseException as error:
        shutil.rmtree(temp, ignore_errors=True)
        if isinstance(error, OSError):
            raise words_for(error, folder) from error
        raise
    return Written(folder, tuple(job.folders), total)


def classes_of(generator: Generator) -> tuple[ClassLabel | CategoricalCode, tuple[str, ...]]:
    """What tells the generator a class, and the names of the classes.

    Raises:
        UsageError: it draws no images, or nothing tells it a class.
    """
    if not generator.spec.pictures:
        raise UsageError(_("This generator draws points; only images can be written into folders."))
    for control in generator.controls:
        if isinstance(control, ClassLabel):
            return control, control.names
    for control in generator.controls:
        if isinstance(control, CategoricalCode):
            return control, tuple(f"{control.name} {index}" for index in range(control.count))
    raise UsageError(
        _("This generator knows no classes. Train a method that does, such as a conditional GAN or InfoGAN.")
    )


def safe_names(names: Sequence[str]) -> list[str]:
    """Names of folders that every file system takes and that differ in more than capitals, as like as possible."""
    taken: set[str] = set()
    found = []
    for name in names:
        plain = _safe(name)
        chosen, number = plain, 2
        while chosen.casefold() in taken:
            chosen, number = f"{plain} ({number})", number + 1
        taken.add(chosen.casefold())
        found.append(chosen)
    return found


def _safe(name: str) -> str:
    text = _FORBIDDEN.sub("_", unicodedata.normalize("NFC", name)).strip().rstrip(". ")
    while len(text.encode("utf-8", "replace")) > _NAME_BYTES:
        text = text[:-1].rstrip(". ")
    text = text.encode("utf-8", "replace").decode("utf-8")
    odd = text.startswith(".") or WINDOWS_DEVICE.match(text) or text.casefold() in _PARTS or as_cell(text) != text
    return f"_{text}" if odd else text or "_"


def _check_free(folder: Path) -> None:
    try:
        if folder.is_dir() and next(folder.iterdir(), None) is None:
            return
        if folder.exists() or folder.is_symlink():
            raise UsageError(
                _("{folder} holds other things already. Name a new or empty folder.").format(folder=folder)
            )
        if not folder.parent.is_dir():
            raise UsageError(_("There is no folder {folder}; make it first.").format(folder=folder.parent))
    except OSError as error:
        raise words_for(error, folder) from error


@dataclass(frozen=True, slots=True)
class _Job:
    generator: Generator
    control: ClassLabel | CategoricalCode
    names: Sequence[str]
    folders: Sequence[str]
    per_class: int
    seed: int
    truncation: float
    form: Format
    watch: Watch

    def write(self, place: Path, about: dict[str, Any]) -> None:
        table = io.StringIO(newline="")
        lines = csv.writer(table, lineterminator="\n")
        lines.writerow(["file", "class", "label", "seed", "truncation", "step", "weights"])
        digits = max(5, len(str(self.per_class)))
        for label, (name, folder) in enumerate(zip(self.names, self.folders, strict=True)):
            (place / folder).mkdir()
            for first in range(0, self.per_class, _PIECE):
                number = label * self.per_class + first
                self.watch.tick(number / (self.per_class * len(self.names)), _("Drawing {name}").format(name=name))
                seeds = range(self.seed + number, self.seed + number + min(_PIECE, self.per_class - first))
                for index, picture in enumerate(self._draw(label, seeds)):
                    file = f"{folder}/{first + index + 1:0{digits}d}.{self.form}"
                    self._save(place / file, picture)
                    seed, step = seeds[index], self.generator.step
                    lines.writerow([file, as_cell(name), label, seed, self.truncation, step, self.generator.source])
        self.watch.tick(1.0, _("Writing the manifest"))
        (place / "manifest.csv").write_text(table.getvalue(), "utf-8", newline="\n")
        (place / "manifest.json").write_text(json.dumps(self._about() | about, indent=2) + "\n", "utf-8", newline="\n")

    def _draw(self, label: int, seeds: range) -> NDArray[np.uint8]:
        one_hot = np.zeros(self.control.count, np.float32)
        one_hot[label] = 1
        positions: list[Position] = []
        for seed in seeds:
            position = {**position_of(self.generator.draw(1, seed)), self.control.name: one_hot}
            positions.append(effective(ExploreState(position, self.truncation), self.generator.controls, {}))
        return draw(self.generator, stack(positions))

    def _save(self, path: Path, picture: NDArray[np.uint8]) -> None:
        from PIL import Image

        image = Image.fromarray(picture[:, :, 0] if picture.shape[2] == 1 else picture)
        if self.form == "png":
            image.save(path, "PNG")
        else:
            image.save(path, "JPEG", quality=_JPEG_QUALITY, subsampling=0)

    def _about(self) -> dict[str, Any]:
        return {
            "program": "ganstudio",
            "release": metadata.version("ganstudio"),
            "kind": "class folders",
            "version": 1,
            "title": self.generator.title,
            "method": self.generator.method.info.name,
            "step": self.generator.step,
            "weights": self.generator.source,
            "control": self.control.name,
            "per_class": self.per_class,
            "seed": self.seed,
            "truncation": self.truncation,
            "classes": [
                {"name": name, "folder": folder, "label": label}
                for label, (name, folder) in enumerate(zip(self.names, self.folders, strict=True))
            ],
        }
