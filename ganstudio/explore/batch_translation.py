"""Many pictures translated into a folder: each file whole or absent, the broken ones named, a manifest beside them."""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ganstudio.core.controls import Control, GeneratorIndex, given
from ganstudio.core.errors import CancelledError, StoreError, UsageError
from ganstudio.core.i18n import _, some_of
from ganstudio.core.litter import is_litter
from ganstudio.data.decode import Fit
from ganstudio.explore.exporting import Watch
from ganstudio.explore.generator import Generator
from ganstudio.explore.state import plain_value
from ganstudio.explore.translating import given_of, read_input, translate
from ganstudio.store.atomic import replace_file, words_for
from ganstudio.store.samples import encode_png

MANIFEST = "translation.json"
PICTURES = frozenset({".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp", ".tif", ".tiff", ".ppm", ".pgm"})
KIND, VERSION = "translation", 1
_LARGEST_MANIFEST = 256 << 20


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one picture.

    Attributes:
        source: the picture.
        target: what was written; None where nothing was.
        words: what was converted in reading it, or why it could not be used.
    """

    source: Path
    target: Path | None
    words: str = ""


@dataclass(slots=True)
class Batch:
    """What was done so far.

    Attributes:
        folder: where the results lie.
        planned: how many pictures there are.
        outcomes: in the order of the pictures.
    """

    folder: Path
    planned: int
    outcomes: list[Outcome] = field(default_factory=list)

    @property
    def translated(self) -> list[Outcome]:
        """Those that were."""
        return [one for one in self.outcomes if one.target is not None]

    @property
    def broken(self) -> list[Outcome]:
        """Those that could not be."""
        return [one for one in self.outcomes if one.target is None]

    def words(self) -> str:
        """One sentence, and the names of those that were left out."""
        text = _("{count} of {all} pictures translated into {folder}.").format(
            count=f"{len(self.translated):,}", all=f"{self.planned:,}", folder=self.folder
        )
        if self.broken:
            text += " " + _("Left out: {names}.").format(names=some_of([one.source.name for one in self.broken], 5))
        return text


def pictures_in(folder: Path, besides: Path | None = None) -> list[Path]:
    """The pictures in a folder and in those below it, in order; hidden ones and those of the system are passed over.

    Args:
        folder: where to look.
        besides: another folder that is not looked into, e.g. the one that results are written to.

    Raises:
        UsageError: it is no folder that can be read, or there are no pictures.
    """
    if not folder.is_dir():
        raise UsageError(_("There is no folder {path}.").format(path=folder))
    try:
        found = sorted(path for path in folder.rglob("*") if path.suffix.lower() in PICTURES)
    except OSError as error:
        raise UsageError(_("{path} cannot be read: {why}.").format(path=folder, why=error.strerror or error)) from error
    found = [path for path in found if not any(map(is_litter, path.relative_to(folder).parts))]
    # Results that lie inside are no pictures to be translated; a folder that is its own target is refused later.
    if besides is not None and besides.resolve() != folder.resolve():
        found = [path for path in found if besides.resolve() not in path.resolve().parents]
    if not found:
        raise UsageError(_("There are no pictures in {path}.").format(path=folder))
    return found


def targets_for(sources: Sequence[Path], folder: Path, root: Path | None = None) -> list[Path]:
    """Where the result of each picture goes: its own name with ``.png``, and its place below ``root``.

    Two pictures that differ in their endings only (or in capitals) get their ending into their name.
    """
    taken: set[str] = set()
    found = []
    for source in sources:
        place = folder
        if root is not None and root in source.parents:
            place = folder / source.relative_to(root).parent
        names = [f"{source.stem}.png", f"{source.stem}-{source.suffix[1:].lower()}.png"]
        number = 2
        while str(place / names[0]).casefold() in taken:
            names = names[1:] or [f"{source.stem} ({number}).png"]
            number += 1
        taken.add(str(place / names[0]).casefold())
        found.append(place / names[0])
    return found


def translate_files(
    generator: Generator,
    sources: Sequence[Path],
    folder: Path,
    settings: Mapping[str, NDArray[Any]],
    *,
    fit: Fit = "crop",
    root: Path | None = None,
    about: Mapping[str, Any] | None = None,
    watch: Watch | None = None,
) -> Batch:
    """Translates pictures into a folder, one after another. A broken picture costs only itself.

    What was finished before a cancel or a full disk stays, and the manifest tells of it.

    Args:
        generator: used by nobody else meanwhile.
        sources: the pictures; none of them is ever written to.
        folder: made where it is not there. Files in it are replaced only where its manifest says that they are results.
        settings: a value for every control but what is given.
        fit: how pictures are brought to the network's size.
        root: the folder that the pictures were found in: results keep their place below it.
        about: what else the manifest should say, plain JSON values.
        watch: who is told, and who may end it.

    Raises:
        UsageError: a result would be written over something that is none; nothing was written.
        CancelledError: it was cancelled.
        DiskFullError: there is no room left.
        StoreError: the folder cannot be written to.
    """
    wanted, watch = given_of(generator.controls), watch or Watch()
    targets = targets_for(sources, folder, root)
    _check_free(sources, targets, folder)
    _make(folder)
    batch = Batch(folder, len(sources))
    ended = "cancelled"
    # First of all, so that what a kill or a full disk leaves behind is known as results, and the folder can be used again.
    _write_manifest(batch, _about(generator, settings, fit, "not yet") | dict(about or {}), sources, targets)
    try:
        for number, (source, target) in enumerate(zip(sources, targets, strict=True)):
            _tick(watch, batch, number / len(sources), source.name)
            try:
                picture = read_input(source, wanted, fit)
            except UsageError as error:
                batch.outcomes.append(Outcome(source, None, str(error)))
                continue
            _make(target.parent)
            replace_file(target, encode_png(translate(generator, picture.pixels, settings)))
            batch.outcomes.append(Outcome(source, target, "; ".join(picture.notes)))
        ended = "done"
    except StoreError:
        ended = "failed"
        raise
    finally:
        try:
            _write_manifest(batch, _about(generator, settings, fit, ended) | dict(about or {}), sources, targets)
        except StoreError:
            if ended == "done":  # else what ended it says more, and the disk may be full
                raise
    watch.tick(1.0, _("Done"))
    return batch


def _tick(watch: Watch, batch: Batch, fraction: float, name: str) -> None:
    if watch.cancel is not None and watch.cancel.is_set():
        raise CancelledError(
            _("Stopped after {count} of {all} pictures; those are in {folder}.").format(
                count=len(batch.translated), all=batch.planned, folder=batch.folder
            )
        )
    watch.tick(fraction, _("Translating {name}").format(name=name))


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise words_for(error, folder) from error


# -- what may be written over -----------------------------------------------------------------------------------------


def check_target(target: Path, sources: Iterable[Path]) -> None:
    """Refuses a result that would be written over one of the pictures.

    Raises:
        UsageError: it would.
    """
    for source in sources:
        with suppress(OSError):  # one of them is not there: then they are not the same
            if target.samefile(source):
                raise UsageError(
                    _("The results would be written over the pictures themselves ({name}). Choose another folder.")
                    .format(name=source.name)
                )  # fmt: skip


def _check_free(sources: Sequence[Path], targets: Sequence[Path], folder: Path) -> None:
    if folder.exists() and not folder.is_dir():
        raise UsageError(_("{folder} is a file; choose a folder.").format(folder=folder))
    identities = {(found.st_dev, found.st_ino): path for path in sources if (found := _stat(path)) is not None}
    results = _earlier_results(folder)
    for target in targets:
        found = _stat(target)
        if found is None:
            continue
        if (found.st_dev, found.st_ino) in identities:
            check_target(target, [identities[found.st_dev, found.st_ino]])
        if target.relative_to(folder).as_posix() not in results:
            raise UsageError(
                _("{folder} holds another “{name}” already, which would be lost. Choose a new or empty folder.").format(
                    folder=folder, name=target.name
                )
            )


def _stat(path: Path) -> Any:
    try:
        return path.stat()
    except OSError:
        return None


def _earlier_results(folder: Path) -> set[str]:
    """The files in a folder that an earlier batch has written there."""
    path = folder / MANIFEST
    try:
        if path.stat().st_size > _LARGEST_MANIFEST:
            return set()
        values = json.loads(path.read_text("utf-8"))
        if values["kind"] != KIND:
            return set()
        named = [one["output"] or one.get("planned") for one in values["files"]]
        return {str(name) for name in named if name}
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return set()


# -- the manifest -----------------------------------------------------------------------------------------------------


def described(controls: Sequence[Control], settings: Mapping[str, NDArray[Any]]) -> dict[str, Any]:
    """Where the controls stand, in plain JSON values that a person can read."""
    found: dict[str, Any] = {}
    for control in controls:
        if control.name not in settings or control is given(controls):
            continue
        value = np.asarray(settings[control.name])
        if isinstance(control, GeneratorIndex):
            found[control.name] = int(value)
            if control.names:
                found[f"{control.name} name"] = control.names[int(value)]
        else:
            found[control.name] = plain_value(value)
    return found


def run_words(generator: Generator) -> dict[str, Any]:
    """The run that a generator comes from, for the manifest; nothing for one that comes from no run."""
    run = getattr(generator, "run", None)
    if run is None:
        return {}
    return {
        "run": {
            "name": run.info.name,
            "path": str(run.path),
            "created": run.info.created.isoformat(timespec="seconds"),
            "fingerprint": run.info.fingerprint,
        }
    }


def _about(generator: Generator, settings: Mapping[str, NDArray[Any]], fit: Fit, ended: str) -> dict[str, Any]:
    return {
        "program": "ganstudio",
        "release": metadata.version("ganstudio"),
        "kind": KIND,
        "version": VERSION,
        "written": datetime.datetime.now().astimezone().isoformat(timespec="seconds"),
        "ended": ended,
        "title": generator.title,
        "method": generator.method.info.name,
        "step": generator.step,
        "weights": generator.source,
        "fit": fit,
        "size": given_of(generator.controls).size,
        "settings": described(generator.controls, settings),
    }


def _write_manifest(batch: Batch, about: dict[str, Any], sources: Sequence[Path], targets: Sequence[Path]) -> None:
    files: list[dict[str, Any]] = [
        {
            "input": str(one.source),
            "output": None if one.target is None else one.target.relative_to(batch.folder).as_posix(),
            "outcome": "translated" if one.target is not None else "left out",
            "words": one.words,
        }
        for one in batch.outcomes
    ]
    done = len(batch.outcomes)
    files += [
        {"input": str(source), "output": None, "outcome": "not reached", "words": "",
         "planned": target.relative_to(batch.folder).as_posix()}
        for source, target in zip(sources[done:], targets[done:], strict=True)
    ]  # fmt: skip
    text = json.dumps({**about, "files": files}, indent=1, ensure_ascii=False) + "\n"
    replace_file(batch.folder / MANIFEST, text.encode("utf-8", "backslashreplace"))


__all__ = [
    "MANIFEST", "PICTURES", "Batch", "Outcome", "check_target", "described", "pictures_in", "run_words",
    "targets_for", "translate_files",
]  # fmt: skip
