"""What takes long to make of a real set is kept on disk: features under all that they depend on, and trained classifiers.

All of it may be deleted at any time. A file that is torn, altered or of another make counts as none.
"""

from __future__ import annotations

import hashlib
import json
import os
import zlib
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ganstudio.core.errors import StoreError
from ganstudio.core.leftovers import is_left_over
from ganstudio.data.files import outdated
from ganstudio.metrics.extractors import Extracted, Extractor
from ganstudio.store.atomic import TEMP_SUFFIX, replace_file

ROOM = 4 << 30
"""Bytes that features may take on disk; beyond, those that were used least lately go."""
_ENTRIES = 200
_VERSION = 1
Arrays = dict[str, NDArray[Any]]


@dataclass(frozen=True, slots=True)
class RealKey:
    """Which items of a real set, apart from who looks at them.

    Attributes:
        data: fingerprint of the set, which is another one as soon as its files hold something else.
        count: how many items.
        split: part of the set.
        seed: of their choice.
    """

    data: str
    count: int
    split: str = ""
    seed: int = 0


def cached_features(extractor: Extractor, key: RealKey, make: Callable[[], Extracted], cache: Path | None) -> Extracted:
    """Features of real items, from disk where they are kept, bit for bit as they were made.

    Args:
        extractor: what makes them.
        key: which items.
        make: makes them, e.g. ``lambda: extractor.extract(items, tick)``.
        cache: the program's cache folder; None: they are made.
    """
    if cache is None:
        return make()
    facts = {"version": _VERSION, "extractor": extractor.identity, "resize": extractor.resize, **asdict(key)}
    path = cache / "features" / f"{key_of(facts)}.safetensors"
    found = fetch(path)
    if found is not None and len(found[0].get("features", ())) == key.count:
        probabilities = found[0].get("probabilities")
        return _wide(found[0]["features"]), None if probabilities is None else _wide(probabilities)
    features, probabilities = make()
    arrays = {"features": _narrow(features)}
    if probabilities is not None:
        arrays["probabilities"] = _narrow(probabilities)
    keep(path, arrays, {}, ROOM)
    return features, probabilities


def _wide(values: NDArray[Any]) -> NDArray[np.float64]:
    return values.astype(np.float64, copy=False)


def _narrow(values: NDArray[np.float64]) -> NDArray[Any]:
    """In half the room where nothing is lost by it: networks reckon with 32 bits."""
    with np.errstate(over="ignore"):
        short = values.astype(np.float32)
    return short if np.array_equal(short, values, equal_nan=True) else values


def key_of(facts: Mapping[str, Any]) -> str:
    """A file name's worth of hexadecimal digits that tells these facts from others."""
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode(errors="surrogateescape")).hexdigest()[:32]


def fetch(path: Path) -> tuple[Arrays, dict[str, str]] | None:
    """The arrays and facts of a kept file; None where there is none, or it is not as it was written."""
    from safetensors import SafetensorError, safe_open

    if not path.is_file():
        return None
    try:
        with safe_open(path, framework="numpy") as file:
            facts = dict(file.metadata() or {})
            arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - it is no dict
        if facts.pop("sum", "") != _sum(arrays, facts):
            return None
        os.utime(path)
    except (SafetensorError, OSError, ValueError, TypeError, KeyError, MemoryError, OverflowError):
        return None
    return arrays, facts


def keep(path: Path, arrays: Arrays, facts: dict[str, str], room: int = ROOM) -> None:
    """Keeps arrays and facts in a file; a full or read-only disk is no error, only slower next time.

    Args:
        path: the file; its folder is made, and holds files of this kind only.
        arrays: by name.
        facts: by name.
        room: bytes that all files of the folder may take.
    """
    from safetensors.numpy import save

    arrays = {name: np.ascontiguousarray(values) for name, values in arrays.items()}
    if sum(values.nbytes for values in arrays.values()) > room:
        return
    with suppress(OSError, StoreError):
        path.parent.mkdir(parents=True, exist_ok=True)
        replace_file(path, save(arrays, metadata={**facts, "sum": _sum(arrays, facts)}))
        for old in outdated(path.parent.glob("*.safetensors"), lambda kept: kept.stat().st_size, _ENTRIES, room):
            old.unlink(missing_ok=True)
        for temp in path.parent.glob(f".*{TEMP_SUFFIX}"):
            if is_left_over(temp):
                temp.unlink(missing_ok=True)


def _sum(arrays: Arrays, facts: Mapping[str, str]) -> str:
    total = zlib.crc32(json.dumps(facts, sort_keys=True).encode())
    for name in sorted(arrays):
        total = zlib.crc32(f"{name}{arrays[name].shape}{arrays[name].dtype}".encode(), total)
        total = zlib.crc32(arrays[name].reshape(-1).view(np.uint8).data, total)
    return f"{total:08x}"
