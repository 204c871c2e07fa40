"""What a run folder is: its files, its ``run.json``, and how one is made."""

from __future__ import annotations

import errno
import json
import math
import os
import platform
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal, get_args

from ganstudio.core.controls import Takes
from ganstudio.core.dataspec import DataKind, DataSpec
from ganstudio.core.errors import StoreError
from ganstudio.core.experiment import Experiment
from ganstudio.core.i18n import _, stored
from ganstudio.core.litter import DESKTOP_FILES
from ganstudio.core.regular import read_regular
from ganstudio.store.atomic import replace_file, words_for

SCHEMA = 1
RUN_FILE = "run.json"
STATUS_FILE = "status.json"
LOCK_FILE = "writer.lock"
EVENTS_FILE = "events.jsonl"
THUMBNAIL_FILE = "thumbnail.png"
METRICS = "metrics"
SAMPLES = "samples"
CHECKPOINTS = "checkpoints"
_YEARS = range(1970, 2200)  # others cannot be told in every time zone
_LONGEST_NAME, _LONGEST_TEXT = 1000, 100_000
_PARTS = (METRICS, SAMPLES, CHECKPOINTS)

_NO_FOLDER = frozenset({errno.ENOENT, errno.ENOTDIR, errno.ELOOP})

_chosen_folder: Path | None = None


@dataclass(frozen=True, slots=True)
class RunInfo:
    """What does not change while a run trains (but for its name).

    Attributes:
        name: what the person calls it.
        experiment: what it trains, on what, how long.
        spec: the shape of its data.
        fingerprint: identifies the very data it was begun with.
        created: when, with time zone.
        versions: of the program and what it stands on, when the run was made.
        schema: version of the folder's layout.
        told: what a person was told of the data when the run was made, a line each; files that were left out first.
        given: what its generator is given; empty in runs of earlier versions, where the data told it.
    """

    name: str
    experiment: Experiment
    spec: DataSpec
    fingerprint: str
    created: datetime
    versions: MappingProxyType[str, str] = field(default_factory=lambda: MappingProxyType({}))
    schema: int = SCHEMA
    told: tuple[str, ...] = ()
    given: Takes | Literal[""] = ""

    @property
    def takes(self) -> Takes:
        """What its generator is given, told without loading it."""
        by_data: dict[str, Takes] = {"maps": "map", "pairs": "picture", "domains": "picture"}
        return self.given or by_data.get(self.spec.kind, "nothing")

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        return {
            "schema": self.schema,
            "name": self.name,
            "experiment": self.experiment.to_json(),
            "spec": self.spec.to_json(),
            "fingerprint": self.fingerprint,
            "created": self.created.isoformat(timespec="seconds"),
            "versions": dict(self.versions),
            "told": list(self.told),
            **({"given": self.given} if self.given else {}),
        }


def runs_folder() -> Path:
    """Where runs are kept: ``GANSTUDIO_RUNS``, else what :func:`set_runs_folder` said, else the user's data folder."""
    named = os.environ.get("GANSTUDIO_RUNS")
    if named:
        return Path(named).expanduser().absolute()
    if _chosen_folder is not None:
        return _chosen_folder
    import platformdirs

    return platformdirs.user_data_path("ganstudio", appauthor=False) / "runs"


def set_runs_folder(folder: Path | None) -> None:
    """Sets where runs are kept, as the person's settings say; None goes back to the default."""
    global _chosen_folder
    _chosen_folder = None if folder is None else Path(folder).expanduser().absolute()


def create_run(
    experiment: Experiment,
    spec: DataSpec,
    fingerprint: str,
    *,
    folder: Path | None = None,
    path: Path | None = None,
    told: Sequence[str] = (),
    given: Takes | Literal[""] = "",
    name: str = "",
) -> Path:
    """Makes a new run folder.

    Args:
        experiment: what it will train.
        spec: the shape of its data.
        fingerprint: identifies the data.
        folder: where to put it under a name made of date, data and method; :func:`runs_folder` by default.
        path: the very folder to use instead; it must be new or empty.
        told: lines for a person on how the data were read.
        given: what its generator is given; empty where its data tell.
        name: what it is called; the experiment's title where empty.

    Raises:
        StoreError: the folder holds other things or cannot be made.
    """
    now = datetime.now(UTC)
    versions = MappingProxyType(_versions())
    info = RunInfo(
        name or experiment.title, experiment, spec, fingerprint, now, versions, told=tuple(told), given=given
    )
    try:
        run = _claim(path) if path is not None else _new_folder(folder or runs_folder(), experiment, now)
        for part in _PARTS:
            (run / part).mkdir(exist_ok=True)
    except OSError as error:
        raise words_for(error, path or folder or runs_folder()) from error
    write_info(run, info)
    return run


def _claim(path: Path) -> Path:
    path = Path(path).expanduser().absolute()
    if path.exists() and not path.is_dir():
        raise StoreError(_("{path} is a file; name a new or empty folder for the run.").format(path=path))
    path.mkdir(parents=True, exist_ok=True)
    if (path / RUN_FILE).exists():
        raise StoreError(
            _("{path} already holds a run. Resume it, or name another folder for a new one.").format(path=path)
        )
    names = {child.name for child in path.iterdir()} - set(_PARTS)
    parts = {name for name in names if name.casefold() not in DESKTOP_FILES}
    if parts:
        raise StoreError(
            _("{path} is not empty (it holds “{name}”); name a new or empty folder for the run.").format(
                path=path, name=sorted(parts)[0]
            )
        )
    return path


def _new_folder(folder: Path, experiment: Experiment, now: datetime) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    words = (_slug(experiment.data.split(":")[0]), _slug(experiment.method))
    stem = "-".join([now.astimezone().strftime("%Y%m%d-%H%M%S"), *filter(None, words)])
    number = 1
    while True:
        run = folder / (stem if number == 1 else f"{stem}-{number}")
        try:
            run.mkdir()
        except FileExistsError:
            number += 1
        else:
            return run


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:40]


def _versions() -> dict[str, str]:
    found = {"python": platform.python_version()}
    for name in ("ganstudio", "torch", "numpy"):
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found


def write_info(run: Path, info: RunInfo) -> None:
    """Writes ``run.json``."""
    replace_file(run / RUN_FILE, json.dumps(stored(info.to_json()), indent=1).encode("utf-8") + b"\n")


def read_info(run: Path) -> RunInfo:
    """Reads ``run.json``.

    Raises:
        StoreError: the folder is no run, comes from a newer version, or its description is damaged.
    """
    file = run / RUN_FILE
    try:
        text = read_regular(file).decode("utf-8")
    except (FileNotFoundError, NotADirectoryError) as error:
        missing = _("There is no folder {path}.") if not run.exists() else _("{path} is not a run: it has no {file}.")
        raise StoreError(missing.format(path=run, file=RUN_FILE)) from error
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or _("it is not text")
        raise StoreError(_("{path} cannot be read: {why}.").format(path=file, why=why), details=repr(error)) from error
    try:
        values = json.loads(text)
        schema = int(values["schema"])
        if schema > SCHEMA:
            raise StoreError(
                _("The run in {path} was made by a newer version of this program; update to open it.").format(path=run)
            )
        created = datetime.fromisoformat(values["created"])
        if created.year not in _YEARS:
            raise ValueError(f"made in the year {created.year}")
        experiment, spec = Experiment.from_json(values["experiment"]), DataSpec.from_json(values["spec"])
        _check_types(experiment, spec)
        return RunInfo(
            name=" ".join(str(values["name"]).split())[:_LONGEST_NAME],  # one line, as renaming makes it
            experiment=experiment,
            spec=spec,
            fingerprint=str(values["fingerprint"]),
            created=created if created.tzinfo else created.replace(tzinfo=UTC),
            versions=MappingProxyType({str(key): str(value) for key, value in values.get("versions", {}).items()}),
            schema=schema,
            told=tuple(map(str, values.get("told", ()))),
            given=next((one for one in get_args(Takes) if one == values.get("given")), ""),
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise StoreError(
            _("The description {path} is damaged; the run cannot be opened.").format(path=file), details=repr(error)
        ) from error


def is_countable(value: object) -> bool:
    """Whether a value, if it is a whole number, can be computed with and shown."""
    return not isinstance(value, int) or abs(value) < 1 << 64


def children(folder: Path) -> list[Path]:
    """What is in a folder; nothing where there is no such folder.

    Raises:
        StoreError: one may not look into it.
    """
    try:
        return list(folder.iterdir())
    except OSError as error:
        if error.errno in _NO_FOLDER:
            return []
        raise StoreError(_("{path} cannot be read: {why}.").format(path=folder, why=error.strerror)) from error


def _check_types(experiment: Experiment, spec: DataSpec) -> None:
    """Raises TypeError or ValueError where a description holds what nobody could work with; ranges are not looked at."""
    texts = (experiment.method, experiment.data, experiment.device, experiment.name, spec.name, *spec.classes)
    counts = (experiment.steps, experiment.seed, spec.count, spec.channels, spec.size)
    if not all(isinstance(text, str) for text in texts) or not all(type(count) is int for count in counts):
        raise TypeError("a text or a whole number is something else")
    if not isinstance(experiment.hyper, dict):
        raise TypeError("hyper-parameters are not a table")
    if max(map(len, texts)) > _LONGEST_TEXT or not all(map(is_countable, (*counts, *experiment.hyper.values()))):
        raise ValueError("a text without end, or a number that nothing is counted with")
    if not all(isinstance(value, bool | int | float | str) for value in experiment.hyper.values()):
        raise TypeError("a hyper-parameter is neither a number nor a text")
    if spec.kind not in get_args(DataKind) or not (math.isfinite(spec.extent) and spec.extent > 0):
        raise ValueError("unknown kind of data, or no extent")
    if not math.isfinite(spec.mode_std):
        raise ValueError("modes without a width")
