"""Checkpoints: safetensors files, and nothing else. What is not one is refused by its structure, never unpickled.

Each carries a checksum of all its bytes in its metadata, so that what a disk has changed is found out before it is used.
"""

from __future__ import annotations

import json
import re
import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

from ganstudio.core.errors import StoreError
from ganstudio.core.i18n import _
from ganstudio.core.regular import open_regular, read_regular
from ganstudio.core.signs import is_pickled, looks_like
from ganstudio.store.atomic import replace_file
from ganstudio.store.samples import stored_steps
from ganstudio.store.seal import BLANK, KEYS, holds, seal

if TYPE_CHECKING:
    import torch

    from ganstudio.store.run import Run

Loaded: TypeAlias = "tuple[dict[str, torch.Tensor], dict[str, str], int]"
"""Tensors on the CPU, metadata, and the step after which they were saved."""
SUFFIX = ".safetensors"
MARKED, THINNED, BEST = "marked", "thinned", "best"
"""In the metadata: a person has saved it, so that it stays; it holds what draws, but not what training goes on from."""
_HEADER_LIMIT = 100_000_000  # the format's own bound
_MOST_DIGITS = 18
_OWN_NAME = re.compile(r"[0-9]{9}\.safetensors")
_OS_ERROR = re.compile(r"os error (\d+)")
_Read = TypeVar("_Read")


@dataclass(frozen=True, slots=True)
class BadCheckpoint:
    """A checkpoint that cannot be used, and why (a sentence)."""

    step: int
    path: Path
    reason: str


@dataclass(frozen=True, slots=True)
class CheckpointCheck:
    """The newest checkpoint that can be loaded (None: there is none) and the bad ones that are newer than it."""

    step: int | None
    path: Path | None
    bad: tuple[BadCheckpoint, ...]

    @property
    def words(self) -> str:
        """What a person should know: an older checkpoint takes the place of a newer one, or none can be used at all."""
        if not self.bad:
            return ""
        if self.step is None:
            return _("No checkpoint of this run can be used. {reason}").format(reason=self.bad[0].reason)
        text = _("The newest checkpoint, of step {newest}, cannot be used, so that of step {step} is. {reason}")
        return text.format(newest=self.bad[0].step, step=self.step, reason=self.bad[0].reason)

    @property
    def details(self) -> str:
        """Every reason, a line each."""
        return "\n".join(item.reason for item in self.bad)


def is_milestone(step: int) -> bool:
    """Steps 100, 200, 400, 800…: their checkpoints are written and kept, so that a run's history can be explored."""
    hundreds, rest = divmod(step, 100)
    return rest == 0 and hundreds > 0 and hundreds & (hundreds - 1) == 0


def checkpoint_path(folder: Path, step: int) -> Path:
    """The file of a step inside a run's ``checkpoints`` folder."""
    return folder / f"{step:09d}{SUFFIX}"


def write_checkpoint(
    path: Path, tensors: Mapping[str, torch.Tensor] | Mapping[str, NDArray[Any]], metadata: Mapping[str, str]
) -> None:
    """Writes tensors (of torch, or numpy arrays), text and a checksum; appears whole or not at all.

    Tensors may lie anywhere, in any memory format, and share memory; they are stored as contiguous copies. They must
    not change meanwhile.

    Raises:
        DiskFullError: there is no room; a previous file is untouched.
    """
    text = {**metadata, **BLANK}
    if all(isinstance(tensor, np.ndarray) for tensor in tensors.values()):
        from safetensors.numpy import save_file

        save: Any = save_file
        ready: dict[str, Any] = {
            name: array if array.flags.c_contiguous else array.copy(order="C")  # type: ignore[union-attr]
            for name, array in tensors.items()
        }
    else:
        from safetensors.torch import save_file as save_torch_file

        save, ready = save_torch_file, _separate(tensors)

    def write(temp: Path) -> None:
        try:
            save(ready, str(temp), metadata=text)
        except Exception as error:
            # safetensors wraps what the system said into its own error type
            found = _OS_ERROR.search(str(error))
            if found:
                raise OSError(int(found[1]), str(error)) from error
            raise
        seal(temp)

    replace_file(path, write)


def _separate(tensors: Mapping[str, Any]) -> dict[str, torch.Tensor]:
    """Contiguous CPU tensors of which no two share memory, as the format wants them."""
    import torch

    result: dict[str, torch.Tensor] = {}
    seen: set[int] = set()
    for name, value in tensors.items():
        tensor = torch.as_tensor(value).detach().cpu().contiguous()
        place = tensor.untyped_storage().data_ptr()
        if place in seen:
            tensor = tensor.clone()
        seen.add(tensor.untyped_storage().data_ptr())
        result[name] = tensor
    return result


def read_header(path: Path, *, verify: bool = False) -> dict[str, Any]:
    """Checks that the file is a whole safetensors file, by its header and its size, and returns the header.

    Args:
        path: the file.
        verify: read all of it, too, and compare it with its checksum; 0.1 s for 100 MB. Files without one are older.

    Raises:
        StoreError: it is not; names the file and what it seems to be.
    """
    try:
        with open_regular(path) as file:
            head, header = _parse(path, file)
            if verify:
                _check(path, head, header.get("__metadata__") or {}, file)
    except FileNotFoundError as error:
        raise StoreError(_("There is no checkpoint {path}.").format(path=path)) from error
    except OSError as error:
        raise StoreError(
            _("The checkpoint {path} cannot be read: {reason}.").format(path=path, reason=error.strerror)
        ) from error
    return header


def _check(path: Path, head: bytes, metadata: Mapping[str, Any], file: BinaryIO) -> None:
    """Refuses what is not what was written under this name; ``file`` is read from where the tensors begin."""
    named = str(metadata.get("step", ""))
    if _OWN_NAME.fullmatch(path.name) and step_number(named) not in (None, int(path.stem)):
        raise StoreError(_("{path} is the checkpoint of step {step}, renamed.").format(path=path, step=named))
    if not holds(head, metadata, file):
        raise StoreError(
            _(
                "The checkpoint {path} is damaged: it does not hold what was once written (its checksum is another)."
            ).format(path=path)
        )


def step_number(text: str) -> int | None:
    """The step that a text names; None where it names none, or one that no run comes to."""
    return int(text) if text.isdecimal() and len(text) <= _MOST_DIGITS else None


def _parse(path: Path, file: BinaryIO) -> tuple[bytes, dict[str, Any]]:
    """The bytes before the tensors, and what they say; the file is left where the tensors begin."""
    size = file.seek(0, 2)
    file.seek(0)
    start = file.read(8)
    length = struct.unpack("<Q", start)[0] if len(start) == 8 else 0
    if not 2 <= length <= min(_HEADER_LIMIT, size - 8):
        raise _refusal(path, start + file.read(504), size)
    raw = file.read(length)
    try:
        header = dict(json.loads(raw))
        ends = [int(entry["data_offsets"][1]) for name, entry in header.items() if name != "__metadata__"]
        wanted = 8 + length + max(ends, default=0)
        (header.get("__metadata__") or {}).items()
        if wanted > 1 << 62:  # Python does not even write out what has thousands of digits
            raise ValueError(path)
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError, OverflowError):
        raise _refusal(path, start + raw[:504], size) from None
    if size < wanted:
        raise _truncated(path, size, wanted)
    if size > wanted:
        raise _refusal(path, start + raw[:504], size)
    return start + raw, header


def _truncated(path: Path, size: int, wanted: int) -> StoreError:
    return StoreError(
        _("The checkpoint {path} is cut off: {size} of {wanted} bytes are there.").format(
            path=path, size=size, wanted=wanted
        )
    )


def _looks_like(start: bytes, size: int) -> str:
    if size == 0:
        return _("an empty file")
    if is_pickled(start) and start[8:9] != b"{":
        return _("a Python pickle, which can hold program code and is never loaded")
    if start.startswith(b"<"):
        return _("a web page")
    damaged = start[8:9] == b"{"
    return looks_like(start) or (_("a truncated or damaged checkpoint") if damaged else _("something else"))


def _refusal(path: Path, start: bytes, size: int) -> StoreError:
    return StoreError(
        _("{path} is not a usable checkpoint: it seems to be {what}. Only whole safetensors files are loaded.").format(
            path=path, what=_looks_like(start, size)
        )
    )


def find_checkpoint(path: Path, step: int | None = None) -> Path:
    """The file meant: the path itself, or in a run folder the one of the step (the newest by default).

    Raises:
        StoreError: the run has no such checkpoint; says which it has.
    """
    if not path.is_dir():
        return path
    folder = path / "checkpoints"
    steps = stored_steps(folder, SUFFIX)
    if not steps:
        raise StoreError(_("The run in {path} has no checkpoint yet.").format(path=path))
    if step is not None and step not in steps:
        known = ", ".join(map(str, steps[-12:]))
        raise StoreError(
            _("The run in {path} has no checkpoint of step {step}. It has: {known}.").format(
                path=path, step=step, known=known
            )
        )
    return checkpoint_path(folder, steps[-1] if step is None else step)


def load_checkpoint(source: Path | str | Run, step: int | None = None) -> Loaded:
    """Reads a checkpoint.

    Args:
        source: a run, its folder, or a checkpoint file.
        step: which checkpoint of the run; the newest by default.

    Returns:
        Tensors on the CPU, metadata, and the step after which it was saved.

    Raises:
        StoreError: there is none, it is not a whole safetensors file, or its content is not what was written; names
            the file and what it seems to be. Nothing else is tried instead: see :func:`newest_usable`.
    """
    return _load(find_checkpoint(Path(source if isinstance(source, str | Path) else source.path), step))


def _load(path: Path) -> Loaded:
    header = read_header(path, verify=True)
    from safetensors import SafetensorError

    try:
        tensors = _read_tensors(path)
    except (SafetensorError, OSError, ValueError, KeyError) as error:
        raise StoreError(
            _("The checkpoint {path} is damaged and cannot be loaded.").format(path=path), details=str(error)
        ) from error
    found = header.get("__metadata__") or {}
    metadata = {str(key): str(value) for key, value in found.items() if key not in KEYS}
    return tensors, metadata, step_number(metadata.get("step", path.stem)) or 0


def _read_tensors(path: Path) -> dict[str, torch.Tensor]:
    from safetensors import safe_open

    try:
        str(path).encode("utf-8")
    except UnicodeEncodeError:  # the library takes no such name; it costs a copy to read the file for it
        from safetensors.torch import load

        return dict(load(read_regular(path, path.stat().st_size)))
    with safe_open(str(path), framework="pt", device="cpu") as file:
        # Copies: the file is mapped into memory, and it may be pruned while its tensors live on.
        return {name: file.get_tensor(name).clone() for name in file.keys()}  # noqa: SIM118 - no mapping


def newest_good(folder: Path) -> CheckpointCheck:
    """Looks from the newest backwards for a checkpoint that is whole and holds what was written. Reads all of it."""
    return _newest(folder, lambda path: read_header(path, verify=True))[0]


def newest_usable(
    run: Run, use: Callable[[Loaded], _Read], before: int | None = None
) -> tuple[CheckpointCheck, _Read | None]:
    """As :func:`newest_good`, in one reading with what is made of it.

    Args:
        run: a stored run.
        use: makes something of a whole checkpoint; a StoreError says why it cannot, and an older one is taken.
        before: only those of earlier steps are looked at.

    Returns:
        What was found, and what ``use`` made of it; None where there is no usable checkpoint.
    """
    return _newest(run.path / "checkpoints", lambda path: use(_load(path)), before)


def _newest(
    folder: Path, read: Callable[[Path], _Read], before: int | None = None
) -> tuple[CheckpointCheck, _Read | None]:
    bad: list[BadCheckpoint] = []
    for step in reversed(stored_steps(folder, SUFFIX)):
        if before is not None and step >= before:
            continue
        path = checkpoint_path(folder, step)
        try:
            found = read(path)
        except StoreError as error:
            bad.append(BadCheckpoint(step, path, str(error)))
        else:
            return CheckpointCheck(step, path, tuple(bad)), found
    return CheckpointCheck(None, None, tuple(bad)), None
