"""What a file or a folder is that was dropped or opened: looked at before anything is done with it. No Qt."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ganstudio.app.drafts import join_request, split_request
from ganstudio.app.gallery import GALLERY, gallery_card
from ganstudio.app.generators.workplaces import WORKPLACES, Workplace
from ganstudio.core.errors import DataError, MissingDataError, StoreError, UsageError
from ganstudio.core.experiment import Experiment
from ganstudio.core.i18n import _, plural, some_of
from ganstudio.core.litter import is_litter
from ganstudio.core.regular import open_regular
from ganstudio.core.signs import begins_picture
from ganstudio.explore.picture_file import KEYWORD, read_session
from ganstudio.store import Run, RunInfo, list_runs

if TYPE_CHECKING:
    from ganstudio.app.generators.catalogue import Catalogue
    from ganstudio.data.sniff import Guess

PICTURES = (".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp", ".tif", ".tiff")
GENERATORS = frozenset({".safetensors", ".pt", ".pth", ".ts", ".bin", ".onnx"})
MANY = 8
"""More pictures than these are data."""
_HEAD, _MOST_FILES = 65_536, 4
_OF_RUN = frozenset({"checkpoints", "samples", "metrics"})

# What a guess of :mod:`ganstudio.data.sniff` is called on a button, what would be done with it, and what is trained.
# fmt: off
_WAYS: dict[str, tuple[str, str, Experiment]] = {
    "folder": (_("Pictures"), _("A GAN learns to draw such pictures."), gallery_card("folder").experiment),
    "classes": (_("Pictures by class"), _("A GAN learns to draw each class when it is told."),
                Experiment("cgan", "folder", steps=20_000)),
    "maps": (_("Label maps"), _("SPADE learns to make a photo of a label map, to paint with."),
             gallery_card("own-maps").experiment),
    "pairs": (_("Pairs"), _("pix2pix learns to make the second picture of the first."),
              Experiment("pix2pix", "pairs", steps=10_000)),
    "domains": (_("Two piles"), _("CycleGAN learns to turn pictures of one kind into the other, and back."),
                Experiment("cyclegan", "domains", steps=10_000)),
    "idx": (_("IDX files"), _("A GAN learns to draw such pictures."), gallery_card("mnist").experiment),
}
# fmt: on


@dataclass(frozen=True, slots=True)
class Dropped:
    """A file that was dropped or opened, looked at.

    Attributes:
        path: the file.
        session: the state that it carries, of which nothing is trusted; None where it carries none.
        more: further pictures that were dropped with it.
    """

    path: Path
    session: dict[str, Any] | None = None
    more: tuple[Path, ...] = ()

    @property
    def is_generator(self) -> bool:
        """By its ending it is the file of a generator."""
        return self.path.suffix.lower() in GENERATORS

    def place(self, current: str) -> Workplace:
        """The workspace that saved it, where it carries a state; Explore for generators from elsewhere.

        Any other picture belongs to the workspace on view (``current``) where that takes pictures, else to Explore.
        """
        kind = "explore" if self.is_generator else current if self.session is None else self.session["kind"]
        return next((place for place in WORKPLACES if place == kind), "explore")


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read what was given; exactly one of ``run``, ``runs``, ``file`` and ``guess`` says which.

    Attributes:
        path: what was given, or the run or file in it that is meant.
        title: what it is, in a word or two.
        why: what tells so and what would be done with it, as sentences.
        run: it is a run.
        runs: it is a folder with these runs.
        file: it is a picture, or a generator from elsewhere.
        guess: it is something to be trained on.
        told: what was taken of several things that were dropped, and how many were left; empty where all were taken.
    """

    path: Path
    title: str
    why: str
    run: RunInfo | None = None
    runs: tuple[Path, ...] = ()
    file: Dropped | None = None
    guess: Guess | None = None
    told: str = ""

    def experiment(self, draft: Experiment, catalogue: Catalogue | None) -> Experiment:
        """What would be trained: as the form has it where that reads such data already, else what suits them.

        Args:
            draft: what the form holds.
            catalogue: what the methods need; None while it is not loaded.
        """
        guess = self.guess
        assert guess is not None, "only for what can be trained on"
        name, before, options = split_request(draft.data)
        suits = _WAYS.get("classes" if guess.classes else guess.source, _WAYS["idx"])[2]
        request = join_request(guess.source) if guess.published else join_request(guess.source, str(self.path))
        titles = {"", _name_of(Path(before)), *(card.title for card in GALLERY)}
        called = _name_of(self.path) if draft.name in titles else draft.name
        if name != guess.source or guess.published or not _serves(draft.method, guess, catalogue):
            return suits.with_(data=request, name=_name_of(self.path))
        return draft.with_(data=join_request(guess.source, str(self.path), options), name=called)


def _serves(method: str, guess: Guess, catalogue: Catalogue | None) -> bool:
    """The method in the form fits what was found: one that is told classes where there are some, and else none of those."""
    needs = next((card.needs for card in (catalogue.methods if catalogue else ()) if card.name == method), None)
    return (needs is not None and needs.labels) == guess.classes


def _name_of(path: Path) -> str:
    """What an experiment with these data is called: as the folder or the archive."""
    return path.name.strip(".").partition(".")[0]


def readings(
    path: Path, progress: Callable[[float, str], None] | None = None, cancel: threading.Event | None = None
) -> list[Reading]:
    """The ways to read a file or a folder, the better ones first; never none. For a job.

    Args:
        path: anything on the disk.
        progress: told how far it is.
        cancel: ends the work when set.

    Raises:
        StudioError: it cannot be read, it is a device or a pipe, or nothing here opens it; the message says which.
    """
    run = _run_of(path)
    if run is not None:
        return [Reading(run.path, _("Run"), _("It is the folder of a run."), run=run.info)]
    if path.is_dir():
        return _runs_in(path) or _of_folder(path, progress, cancel)
    return _of_file(path) or _of_data(path, progress, cancel)


def readings_of(
    paths: Sequence[Path],
    current: str,
    progress: Callable[[float, str], None] | None = None,
    cancel: threading.Event | None = None,
) -> list[Reading]:
    """The ways to read what was dropped together: see :func:`readings`.

    Runs are all taken; so are pictures by Translate, and elsewhere as data where they are more than :data:`MANY` of one
    folder; and all that a folder holds is that folder. Of anything else the first is taken, and told.

    Args:
        paths: the first is what is read where not all can be.
        current: the workspace on view.
        progress: told how far it is.
        cancel: ends the work when set.
    """
    first, folder = paths[0], paths[0].parent
    if len(paths) == 1:
        return readings(first, progress, cancel)
    taken: Sequence[Path] = [path for path in paths if path.suffix.lower() in PICTURES]
    if _runs_at(first):
        at = {path: _runs_at(path) for path in paths}
        taken, runs = (
            [path for path in paths if at[path]],
            tuple(dict.fromkeys(run for of in at.values() for run in of)),
        )
        found = [Reading(folder, _("Runs"), _("They are runs."), runs=runs)] if len(runs) > 1 else readings(first)
    elif current == "translate" and first in taken and (file := readings(first)[0].file) and file.session is None:
        found = [Reading(first, _("Pictures"), _("They are pictures."), file=replace(file, more=tuple(taken[1:])))]
    elif first in taken and len(taken) > MANY and all(path.parent == folder for path in taken):
        found = _of_data(folder, progress, cancel)
    else:
        found = [] if first in taken else _of_all(folder, paths, progress, cancel)
        taken = paths if found else [first]
        found = found or readings(first, progress, cancel)
    told = left_words([path.name for path in taken], len(paths) - len(taken))
    if found[0].path == folder and any(path.suffix.lower() in PICTURES for path in _held(folder) - {*paths}):
        told = _("Took the whole folder {name}, which holds more pictures.").format(name=folder.name)
    return [replace(one, told=told) for one in found]


def left_words(taken: Sequence[str], left: int) -> str:
    """Says what was taken of several things, and how many were left; nothing where none were."""
    words = plural("Took {names}; the other one was left.", "Took {names}; the other {n} were left.", left,
                   names=some_of(taken, 3))  # fmt: skip
    return words if left else ""


def _runs_at(path: Path) -> tuple[Path, ...]:
    """The runs that are meant by a path; none where it is damaged."""
    with suppress(StoreError):
        run = _run_of(path)
        found = [] if run is not None or not path.is_dir() else _runs_in(path)
        return (run.path,) if run is not None else tuple(one for way in found for one in way.runs or (way.path,))
    return ()


def _held(folder: Path) -> set[Path]:
    """What lies in a folder, but for what systems leave there."""
    return {path for path in folder.iterdir() if not is_litter(path.name)}


def _of_all(folder: Path, paths: Sequence[Path], progress: Any, cancel: threading.Event | None) -> list[Reading]:
    """The ways to read the folder that holds these and nothing else; or none."""
    with suppress(OSError, DataError):
        if set(paths) == _held(folder):
            return readings(folder, progress, cancel)
    return []


def _run_of(path: Path) -> Run | None:
    """The run that is meant: by its folder, its ``run.json``, or by one of its own files that are no pictures."""
    parent = path.parent
    if path.name == "run.json":
        place = parent
    elif parent.name in _OF_RUN and path.suffix.lower() in (".safetensors", ".npy", ".bin"):
        place = parent.parent
    else:
        place = path
    if not (place / "run.json").is_file():
        return None
    try:
        return Run.open(place)
    except StoreError:
        if place in (path, parent):
            raise
        return None


def _runs_in(path: Path) -> list[Reading]:
    runs = tuple(run.path for run in list_runs(path))
    if not runs:
        return []
    if len(runs) == 1:
        return [Reading(runs[0], _("Run"), _("The folder holds a run."), run=Run.open(runs[0]).info)]
    words = plural("The folder holds {n} run.", "The folder holds {n} runs.", len(runs))
    return [Reading(path, _("Runs"), words, runs=runs)]


def _of_folder(path: Path, progress: Any, cancel: threading.Event | None) -> list[Reading]:
    try:
        return _of_data(path, progress, cancel)
    except MissingDataError:
        files = sorted(file for file in path.iterdir() if file.suffix.lower() in GENERATORS and file.is_file())
        if not files:
            raise
        return [
            Reading(file, file.name, _("It is the file of a generator."), file=Dropped(file))
            for file in files[:_MOST_FILES]
        ]


def _of_file(path: Path) -> list[Reading]:
    """A picture, with or without a state, or a generator; nothing where it is none."""
    try:
        with open_regular(path) as file:
            head = file.read(_HEAD)
    except OSError as error:
        words = _("{file} cannot be read: {reason}.").format(file=path, reason=error.strerror or type(error).__name__)
        raise UsageError(words) from error
    suffix = path.suffix.lower()
    if suffix == ".npy":
        words = _("{file} is an array of numbers (NumPy), which nothing here opens. Save pictures as PNG, or drop the "
                  "folder of the run that it belongs to.")  # fmt: skip
        raise UsageError(words.format(file=path.name))
    if suffix in GENERATORS:
        return [Reading(path, _("Generator"), _("It is the file of a generator."), file=Dropped(path))]
    if suffix == ".png" and KEYWORD.encode() + b"\0" in head:
        words = _("It is a picture that was saved here, with the state of everything.")
        return [Reading(path, _("Saved state"), words, file=Dropped(path, read_session(path)))]
    if suffix in PICTURES or begins_picture(head):
        return [Reading(path, _("Picture"), _("It is a picture."), file=Dropped(path))]
    return []


def _of_data(path: Path, progress: Any, cancel: threading.Event | None) -> list[Reading]:
    from ganstudio.data.base import Job
    from ganstudio.data.sniff import guesses

    found = []
    for guess in guesses(path, Job(cancel, progress)):
        title, deed, _experiment = _WAYS.get("classes" if guess.classes else guess.source, _WAYS["idx"])
        found.append(Reading(path, title, _("{why} {deed}").format(why=guess.why, deed=deed), guess=guess))
    return found
