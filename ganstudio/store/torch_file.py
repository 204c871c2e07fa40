"""What ``torch.save`` wrote, as data: its pickle is read by a small machine of our own that can call nothing.

A pickle is a program for a stack machine. This one knows the steps that build numbers, text, lists and dicts, and a short
list of names that stand for tensors and their storages; a name is only ever compared, never looked up. Neither Python's
unpickler nor PyTorch's is asked, so that what was checked is what is read, and a mistake in them is not ours. Every part
of a tensor is checked against the bytes that are there before a tensor is made.
"""

from __future__ import annotations

import io
import math
import pickletools
import struct
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, BinaryIO, cast

import numpy as np
import torch
from torch import Tensor

from ganstudio.core.i18n import _
from ganstudio.core.patience import look

LIMIT = 2 * 1024**3
"""Bytes: a file, or what is in it, may not be larger."""
MOST_TENSORS, MOST_STEPS = 10_000, 1_000_000
_MOST_DIRECTORY, _OFTEN = 4 << 20, 1024
_SMALL, _MOST_RATIO = 64 << 20, 100
_SCRIPT = "__torch__.", "torch.jit._pickle."
_MAGIC = 0x1950A86A20F9469CFC6C
_TYPED = {
    "Double": torch.float64, "Float": torch.float32, "Half": torch.float16, "BFloat16": torch.bfloat16,
    "Long": torch.int64, "Int": torch.int32, "Short": torch.int16, "Char": torch.int8, "Byte": torch.uint8,
    "Bool": torch.bool, "ComplexDouble": torch.complex128, "ComplexFloat": torch.complex64, "Untyped": torch.uint8,
}  # fmt: skip
_STORAGES = {
    f"{module}.{name}Storage": kind
    for module in ("torch", "torch.storage", "torch.cuda")
    for name, kind in _TYPED.items()
}
_TYPES = {str(kind): kind for kind in vars(torch).values() if isinstance(kind, torch.dtype)}
_EMPTY: dict[str, Callable[[], Any]] = {
    "EMPTY_DICT": dict, "EMPTY_LIST": list, "EMPTY_TUPLE": tuple, "EMPTY_SET": list, "NONE": lambda: None,
    "NEWTRUE": lambda: True, "NEWFALSE": lambda: False,
}  # fmt: skip
_VALUE = """
    INT BININT BININT1 BININT2 LONG LONG1 LONG4 FLOAT BINFLOAT STRING BINSTRING SHORT_BINSTRING UNICODE BINUNICODE
    SHORT_BINUNICODE BINUNICODE8 BINBYTES SHORT_BINBYTES BINBYTES8 BYTEARRAY8
"""
_VALUES = frozenset(_VALUE.split())
_KEYS = (str, int, float, bytes, type(None))


class CodeError(Exception):
    """The pickle wants something called that is no tensor; the message is its name."""


class TooMuchError(Exception):
    """It holds more, or claims more, than any file of weights."""


def many_tensors() -> TooMuchError:
    """What is raised for more than :data:`MOST_TENSORS`."""
    return TooMuchError(_("it holds more than {n:,} tensors, and a generator has hundreds").format(n=MOST_TENSORS))


@dataclass(frozen=True, slots=True)
class _Name:
    """A function or class that the pickle names."""

    text: str


class _Module(dict[str, Any]):
    """A module of TorchScript: its attributes by name."""


@dataclass(frozen=True, slots=True)
class _Storage:
    """A block of memory: its key in the file, what it holds, and where in it this part begins."""

    key: str
    kind: torch.dtype
    start: int = 0


def read_torch_file(file: BinaryIO, modules: bool = False) -> Any:
    """Nested dicts and lists of tensors on the CPU, numbers and text.

    Args:
        file: what ``torch.save`` wrote, in its present form (a zip archive) or the one before PyTorch 1.6.
        modules: take what ``torch.jit.save`` wrote, too: its modules come as dicts of their attributes, and of the
            program that is in it nothing is read.

    Raises:
        CodeError: it names a function or class that is not needed for tensors.
        TooMuchError: more tensors, steps or bytes than any generator has.
        ValueError, LookupError, TypeError, EOFError, zipfile.BadZipFile, … : it is damaged (:data:`DAMAGED`).
    """
    head = file.read(4)
    file.seek(0)
    return _read_archive(file, modules) if head.startswith(b"PK") else _read_stream(file)


DAMAGED = (
    ValueError, LookupError, TypeError, EOFError, AttributeError, ArithmeticError, RuntimeError, OSError, MemoryError,
    struct.error, zipfile.BadZipFile, NotImplementedError,
)  # fmt: skip
"""What reading a damaged file can raise."""


class _Bounded(io.BufferedReader):
    """A file that at first hands out only so much at once: the directory of an archive is read in one piece."""

    bounded = True

    def read(self, size: int | None = -1, /) -> bytes:
        """As any file; raises TooMuchError."""
        if self.bounded and size is not None and size > _MOST_DIRECTORY:
            raise TooMuchError(_("it holds far too many entries"))
        return super().read(size)


@contextmanager
def open_archive(file: BinaryIO) -> Iterator[zipfile.ZipFile]:
    """A zip archive of bearable size, with one entry of every name.

    Raises:
        TooMuchError, ValueError: it is not. Otherwise as :class:`zipfile.ZipFile`.
    """
    bounded = _Bounded(cast(io.RawIOBase, file))
    try:
        with zipfile.ZipFile(bounded) as archive:
            bounded.bounded = False
            entries = archive.infolist()
            unpacked = sum(entry.file_size for entry in entries)
            if unpacked > LIMIT:
                raise TooMuchError(_("it would unpack to more than 2 GB"))
            if unpacked > _SMALL + _MOST_RATIO * bounded.seek(0, io.SEEK_END):
                raise TooMuchError(_("it would unpack to far more than weights ever do"))
            if len({entry.filename for entry in entries}) < len(entries):
                raise ValueError("two entries of one name")
            yield archive
    finally:
        bounded.detach()


def _read_archive(file: BinaryIO, modules: bool) -> Any:
    with open_archive(file) as archive:
        entries = {entry.filename: entry for entry in archive.infolist()}

        def read(name: str) -> bytes:
            with archive.open(entries[name]) as stream:
                return stream.read(entries[name].file_size)

        main = next(name for name in entries if name.partition("/")[2] == "data.pkl")
        home = main.removesuffix("data.pkl")
        swapped = f"{home}byteorder" in entries and read(f"{home}byteorder") == b"big"
        memory = _Memory(lambda storage: read(f"{home}data/{storage.key}"), swapped)
        return _Machine(memory.tensor, modules).run(io.BytesIO(read(main)))


def _read_stream(file: BinaryIO) -> Any:
    """The form before PyTorch 1.6: five pickles, then the storages; or one pickle of something else."""
    first = _Machine(None).run(file)
    if first != _MAGIC:
        return first
    for _part in ("version", "system"):
        _Machine(None).run(file)
    place = file.tell()
    found = _Machine(None)
    found.run(file)  # once without memory, to come to the storages behind it
    kinds = {storage.key: storage for storage in found.storages}
    blocks: dict[str, bytes] = {}
    for key in _Machine(None).run(file):
        (count,) = struct.unpack("<q", file.read(8))
        size = kinds[key].kind.itemsize
        if not 0 <= count * size <= LIMIT:
            raise TooMuchError(_("it claims more than 2 GB of memory"))
        blocks[key] = file.read(count * size)
    file.seek(place)
    return _Machine(_Memory(lambda storage: blocks[storage.key], False).tensor).run(file)


@dataclass(slots=True)
class _Memory:
    """Makes tensors out of the bytes of storages.

    Attributes:
        read: the bytes of a storage.
        swapped: they were written by a machine with the other order of bytes.
    """

    read: Callable[[_Storage], bytes]
    swapped: bool
    _blocks: dict[str, bytearray] = field(default_factory=dict)
    _spent: int = 0
    _made: int = 0

    def tensor(
        self, storage: _Storage, kind: torch.dtype, start: int, size: Sequence[int], step: Sequence[int]
    ) -> Tensor:
        """A copy of ``size`` elements from ``start`` on, ``step`` elements apart; never outside the storage."""
        if len(size) != len(step) or len(size) > 16 or min((start, *size, *step), default=0) < 0:
            raise ValueError("a tensor of an impossible shape")
        count = math.prod(size)
        self._made += 1
        look()
        self._spent += count * kind.itemsize
        if self._made > MOST_TENSORS:
            raise many_tensors()
        if self._spent > LIMIT or max(size, default=0) > LIMIT:
            raise TooMuchError(_("it claims more than 2 GB of memory"))
        if not count:
            return torch.empty(tuple(size), dtype=kind)
        block = self._block(storage, kind.itemsize)
        last = start + sum((length - 1) * stride for length, stride in zip(size, step, strict=True))
        if (last + 1) * kind.itemsize > len(block):
            raise ValueError("a tensor that is longer than its storage")
        whole = torch.frombuffer(block, dtype=torch.uint8 if kind == torch.bool else kind,
                                 count=len(block) // kind.itemsize)  # fmt: skip
        part = whole.as_strided(tuple(size), tuple(step), start).clone(memory_format=torch.contiguous_format)
        return part != 0 if kind == torch.bool else part

    def _block(self, storage: _Storage, width: int) -> bytearray:
        if storage.key not in self._blocks:
            content = bytearray(self.read(storage))
            if self.swapped and width > 1:
                if width > 8:
                    raise ValueError("complex numbers in another order of bytes")
                content = bytearray(np.frombuffer(content, f"u{width}").byteswap().tobytes())
            self._blocks[storage.key] = content
        return self._blocks[storage.key]


class _Machine:
    """The stack machine.

    Args:
        tensor: makes a tensor out of a part of a storage; None: nothing is made of it, None stands in its place.
        modules: modules of TorchScript become dicts.

    Attributes:
        storages: what it has met, in order.
    """

    def __init__(self, tensor: Callable[..., Tensor] | None, modules: bool = False) -> None:
        self._tensor, self._modules = tensor, modules
        self._stack: list[Any] = []
        self._marks: list[int] = []
        self._memo: dict[int, Any] = {}
        self._steps = 0
        self.storages: list[_Storage] = []

    def run(self, file: BinaryIO) -> Any:
        """What the pickle that begins here builds; the file is left behind its end."""
        for step, value, _place in pickletools.genops(file):
            self._spend(1)
            if step.name == "STOP":
                return self._stack.pop()
            self._do(step.name, value)
        raise EOFError

    def _spend(self, steps: int) -> None:
        self._steps += steps
        if self._steps > MOST_STEPS:
            raise TooMuchError(_("it consists of more than {n:,} parts").format(n=MOST_STEPS))
        if self._steps % _OFTEN == 0:
            look()

    def _do(self, step: str, value: Any) -> None:
        push = self._stack.append
        if step in _VALUES:
            push(value)
        elif step in _EMPTY:
            push(_EMPTY[step]())
        elif step in ("BINPUT", "LONG_BINPUT", "PUT", "MEMOIZE"):
            self._memo[len(self._memo) if step == "MEMOIZE" else int(value)] = self._stack[-1]
        elif step in ("BINGET", "LONG_BINGET", "GET"):
            push(self._memo[int(value)])
        elif step == "MARK":
            self._marks.append(len(self._stack))
        elif step in ("GLOBAL", "STACK_GLOBAL"):
            push(self._named(value if step == "GLOBAL" else " ".join(reversed([self._text(), self._text()]))))
        elif step in _CALLS:
            _CALLS[step](self)
        elif step == "INST":
            raise CodeError(value)
        elif step not in ("PROTO", "FRAME"):
            raise ValueError(step)

    def _text(self) -> str:
        text = self._stack.pop()
        if not isinstance(text, str):
            raise TypeError("a name that is no text")
        return text

    def _named(self, text: str) -> _Name | torch.dtype:
        name = text.replace(" ", ".")
        if name in _TYPES:
            return _TYPES[name]
        of_script = self._modules and name.startswith(_SCRIPT)
        if name not in _STORAGES and name not in _REDUCED and not of_script:
            raise CodeError(name)
        return _Name(name)

    def _marked(self) -> list[Any]:
        mark = self._marks.pop()
        items, self._stack[mark:] = self._stack[mark:], []
        return items

    def _tuple(self, count: int) -> None:
        items = tuple(self._stack[len(self._stack) - count :])
        if len(items) < count:
            raise IndexError("too few values")
        self._stack[len(self._stack) - count :] = [items]

    def _extend(self, items: Sequence[Any]) -> None:
        target = self._stack[-1]
        if not isinstance(target, list):
            raise TypeError("values for what is no list")
        target.extend(items)

    def _update(self, items: Sequence[Any]) -> None:
        target = self._stack[-1]
        if not isinstance(target, dict) or len(items) % 2:
            raise TypeError("entries for what is no dict")
        # A key of nested tuples could take for ever to hash; no weights are kept under one.
        target.update((key, item) for key, item in zip(items[::2], items[1::2], strict=True) if isinstance(key, _KEYS))

    def _dict(self) -> None:
        items = self._marked()
        self._stack.append({})
        self._update(items)

    def _persistent(self) -> None:
        sort, kind, key, _place, _count, *view = self._stack.pop()
        if sort != "storage" or not isinstance(kind, _Name) or not isinstance(key, str):
            raise ValueError("something kept outside that is no storage")
        start = int(view[0][1]) if view and view[0] else 0
        self.storages.append(_Storage(key, _STORAGES[kind.text], start))
        self._stack.append(self.storages[-1])

    def _reduce(self) -> None:
        arguments, called = self._stack.pop(), self._stack.pop()
        if isinstance(called, _Name) and called.text.startswith(_SCRIPT):
            self._stack.append(None)  # lists of whole numbers: how a layer pads
            return
        if not isinstance(called, _Name) or called.text not in _REDUCED:
            raise CodeError(called.text if isinstance(called, _Name) else "…")
        self._stack.append(_REDUCED[called.text](self, *arguments))

    def _rebuilt(self, storage: _Storage, start: int, size: Sequence[int], step: Sequence[int], *rest: Any) -> Any:
        kind = next((one for one in rest if isinstance(one, torch.dtype)), storage.kind)
        return None if self._tensor is None else self._tensor(storage, kind, storage.start + start, size, step)

    def _new(self) -> None:
        _arguments, kind = self._stack.pop(), self._stack.pop()
        if not isinstance(kind, _Name) or not kind.text.startswith(_SCRIPT):
            raise CodeError(kind.text if isinstance(kind, _Name) else "…")
        self._stack.append(_Module())

    def _build(self) -> None:
        state = self._stack.pop()
        if isinstance(self._stack[-1], _Module) and isinstance(state, dict):
            self._spend(len(state))
            self._stack[-1].update(state)

    def _drop(self, count: int) -> None:
        del self._stack[len(self._stack) - count :]


def _dict(on: _Machine, items: Any = ()) -> dict[Any, Any]:
    pairs = items.items() if isinstance(items, Mapping) else items
    on._spend(len(pairs))  # a step that copies costs what it copies
    return {key: value for key, value in pairs if isinstance(key, _KEYS)}


_CALLS: dict[str, Callable[[_Machine], object]] = {
    "TUPLE": lambda on: on._stack.append(tuple(on._marked())),
    "TUPLE1": lambda on: on._tuple(1),
    "TUPLE2": lambda on: on._tuple(2),
    "TUPLE3": lambda on: on._tuple(3),
    "LIST": lambda on: on._stack.append(on._marked()),
    "FROZENSET": lambda on: on._stack.append(on._marked()),
    "DICT": lambda on: on._dict(),
    "APPEND": lambda on: on._extend([on._stack.pop()]),
    "APPENDS": lambda on: on._extend(on._marked()),
    "ADDITEMS": lambda on: on._extend(on._marked()),
    "SETITEM": lambda on: on._update(list(reversed([on._stack.pop(), on._stack.pop()]))),
    "SETITEMS": lambda on: on._update(on._marked()),
    "POP": lambda on: on._drop(1),
    "POP_MARK": lambda on: on._marked(),
    "DUP": lambda on: on._stack.append(on._stack[-1]),
    "BINPERSID": lambda on: on._persistent(),
    "REDUCE": lambda on: on._reduce(),
    "BUILD": lambda on: on._build(),  # attributes of other dicts are versions of layers, which nobody needs
    "NEWOBJ": lambda on: on._new(),
}
_REDUCED: dict[str, Callable[..., Any]] = {
    "collections.OrderedDict": _dict,
    "collections.Counter": _dict,
    "torch.Size": lambda _on, size: size,
    "torch.device": lambda _on, *_place: "cpu",
    "torch.serialization._get_layout": lambda _on, *_name: None,
    "_codecs.encode": lambda _on, *_text: b"",
    "torch._utils._rebuild_tensor": _Machine._rebuilt,
    "torch._utils._rebuild_tensor_v2": _Machine._rebuilt,
    "torch._utils._rebuild_tensor_v3": _Machine._rebuilt,
    "torch._utils._rebuild_parameter": lambda _on, data, *_rest: data,
    "torch._utils._rebuild_parameter_with_state": lambda _on, data, *_rest: data,
    # What no layer here is made of stands as nothing.
    "torch._utils._rebuild_qtensor": lambda _on, *_: None,
    "torch._utils._rebuild_sparse_tensor": lambda _on, *_: None,
    "torch._utils._rebuild_meta_tensor_no_storage": lambda _on, *_: None,
}
