"""What the program and the process of a model say to each other: a line of JSON, and arrays of numbers."""

from __future__ import annotations

import json
import math
import os
import struct
from collections.abc import Mapping, Sequence
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

TYPES = {
    "tensor(float)": "float32", "tensor(float16)": "float16", "tensor(double)": "float64",
    "tensor(int64)": "int64", "tensor(int32)": "int32",
}  # fmt: skip
"""What a model may take and give, as ONNX Runtime and as numpy name it."""
_MOST_HEAD, _MOST_ARRAY = 8 << 20, 2 << 30


def runtime() -> Any:
    """ONNX Runtime; raises ImportError where it is not installed."""
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"  # else it keeps a file on what is opened, for its makers
    import onnxruntime

    return onnxruntime


def send(stream: BinaryIO, said: Mapping[str, Any], arrays: Sequence[NDArray[Any]] = ()) -> None:
    """Writes one message."""
    shapes = [[array.dtype.name, list(array.shape)] for array in arrays]
    head = json.dumps({**said, "arrays": shapes}).encode("ascii")
    stream.write(struct.pack("<I", len(head)) + head)
    for array in arrays:
        stream.write(np.ascontiguousarray(array).data.cast("B") if array.size else b"")
    stream.flush()


def receive(stream: BinaryIO) -> tuple[dict[str, Any], list[NDArray[Any]]]:
    """Reads one message. Neither side trusts the other: sizes and kinds are checked.

    Raises:
        EOFError: the other side has ended.
        ValueError: it is no message.
    """
    (length,) = struct.unpack("<I", _exactly(stream, 4))
    if length > _MOST_HEAD:
        raise ValueError("a message of unusual length")
    said = json.loads(_exactly(stream, length))
    arrays = []
    for name, shape in said.pop("arrays"):
        if name not in TYPES.values() or any(not isinstance(size, int) or size < 0 for size in shape):
            raise ValueError("an array of another kind")
        size = math.prod(shape) * np.dtype(name).itemsize
        if size > _MOST_ARRAY:
            raise ValueError("an array of unusual size")
        arrays.append(np.frombuffer(_exactly(stream, size), name).reshape(shape))
    return dict(said), arrays


def _exactly(stream: BinaryIO, size: int) -> bytes:
    content = stream.read(size)
    if len(content) < size:
        raise EOFError
    return content
