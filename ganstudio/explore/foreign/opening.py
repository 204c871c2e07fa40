"""Opens a generator that this program did not train. What a file is, its bytes tell and not its name."""

from __future__ import annotations

import os
import struct
import threading
from pathlib import Path
from typing import Literal

from ganstudio.core.errors import UsageError
from ganstudio.core.i18n import _
from ganstudio.core.patience import patience
from ganstudio.core.regular import open_regular
from ganstudio.core.signs import is_pickled, looks_like
from ganstudio.explore.foreign.network import ForeignGenerator
from ganstudio.explore.foreign.weights import read_pickled, read_safetensors, too_much
from ganstudio.store.torch_file import DAMAGED, LIMIT, TooMuchError, open_archive

ENDINGS = (".safetensors", ".pt", ".pth", ".bin", ".ckpt", ".onnx")
"""What a file dialog offers."""
Kind = Literal["safetensors", "weights", "onnx"]
_HEAD = 4096


def open_foreign(path: Path | str, cancel: threading.Event | None = None) -> ForeignGenerator:
    """A generator from a file of weights (safetensors, ``torch.save``) or ONNX. No code in it is run.

    Weights are read as data, and the network that they fit is built here. ONNX lists operations; only those that
    generators are made of are taken, and they run in a process of their own that opens and writes nothing. TorchScript
    is a program and is not opened.

    Args:
        path: the file. Its name becomes the title; ``step`` is 0, and ``notes`` tells what was assumed.
        cancel: ends the work when set.

    Raises:
        UsageError: it is no generator, cannot be read, or takes too long; says what was found and what is needed.
        CancelledError: it was cancelled.
    """
    path = Path(path)
    kind = _kind_of(path)
    if kind == "onnx":
        from ganstudio.explore.foreign.onnx_file import from_onnx

        return from_onnx(path, cancel)
    with patience(path.name, cancel):
        if kind == "safetensors":
            from ganstudio.explore.foreign.own import from_own

            tensors, metadata = read_safetensors(path)
            return from_own(path, tensors, metadata)
        from ganstudio.explore.foreign.statedict import from_weights

        content = read_pickled(path)
        return from_weights(path, content if isinstance(content, dict) else {"": content})


def _kind_of(path: Path) -> Kind:
    try:
        with open_regular(path) as file:
            head = file.read(_HEAD)
            size = os.fstat(file.fileno()).st_size
    except IsADirectoryError:
        raise UsageError(_folder(path)) from None
    except OSError as error:
        raise UsageError(
            _("“{file}” cannot be read: {reason}.").format(file=path.name, reason=error.strerror or error)
        ) from error
    if size == 0:
        raise UsageError(_("“{file}” is empty.").format(file=path.name))
    if size > LIMIT:
        raise UsageError(
            _("“{file}” has {size:.1f} GB; files of more than 2 GB are not opened.").format(
                file=path.name, size=size / 1e9
            )
        )
    return _kind_by_bytes(path, head, size)


def _kind_by_bytes(path: Path, head: bytes, size: int) -> Kind:
    if head.startswith(b"PK\x03\x04"):
        return _kind_of_archive(path)
    if other := looks_like(head):
        raise UsageError(_not_weights(path, other))
    length = struct.unpack("<Q", head[:8])[0] if len(head) >= 8 else 0
    if head[8:9] == b"{" and (path.suffix.lower() == ".safetensors" or length <= size):
        return "safetensors"
    if is_pickled(head):
        return "weights"
    if path.suffix.lower() == ".onnx" or (head[:1] == b"\x08" and b"\x12" in head[:64]):
        return "onnx"
    if _is_text(head, size):
        raise UsageError(_not_weights(path, _("a text file")))
    if path.suffix.lower() == ".safetensors":
        return "safetensors"
    raise UsageError(_not_weights(path, _("nothing that is known here, or damaged")))


def _is_text(head: bytes, size: int) -> bool:
    try:
        text = head.decode("utf-8") if size <= len(head) else head[:-4].decode("utf-8", errors="ignore")
    except UnicodeDecodeError:
        return False
    return all(letter.isprintable() or letter in "\r\n\t\f" for letter in text)


def _kind_of_archive(path: Path) -> Kind:
    try:
        with open_regular(path) as file, open_archive(file) as archive:
            inner = {entry.filename.partition("/")[2] for entry in archive.infolist()}
    except TooMuchError as error:
        raise too_much(path, error) from error
    except DAMAGED as error:
        raise UsageError(
            _("“{file}” is cut off or damaged. Copy it again.").format(file=path.name), details=repr(error)
        ) from error
    if "constants.pkl" in inner or any(name.startswith("code/") for name in inner):
        raise UsageError(
            _("“{file}” is a program (TorchScript), and programs from elsewhere are not opened: they could do anything on "
              "this computer. In the program that wrote it, save the generator's weights with "
              "safetensors.torch.save_file(generator.state_dict(), \"generator.safetensors\"), or export it with "
              "torch.onnx.export(generator, z, \"generator.onnx\").").format(file=path.name)
        )  # fmt: skip
    if "data.pkl" in inner:
        return "weights"
    if "models/model.json" in inner or "archive_format" in inner:
        raise UsageError(
            _("“{file}” was written by torch.export. Save the generator as safetensors or ONNX.").format(file=path.name)
        )
    raise UsageError(_not_weights(path, _("an ordinary zip archive; unpack it first")))


def _folder(path: Path) -> str:
    if (path / "run.json").is_file():
        return _("“{file}” is the folder of a run: open it from the list of runs.").format(file=path.name)
    return _("“{file}” is a folder; choose the file of weights in it.").format(file=path.name)


def _not_weights(path: Path, what: str) -> str:
    return _(
        "“{file}” is no generator: it seems to be {what}. Weights (.safetensors, .pt, .pth, .bin) and ONNX (.onnx) can be "
        "opened."
    ).format(file=path.name, what=what)
