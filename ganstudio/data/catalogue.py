"""The data sets there are, and the two things one does with them: load, and look before training."""

from __future__ import annotations

import contextlib
import threading
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ganstudio.core.errors import DataError
from ganstudio.core.i18n import _
from ganstudio.core.registry import Registry
from ganstudio.data import (
    cifar,
    digits,
    domains,
    drawing,
    edges,
    folder,
    idx,
    landscapes,
    maps,
    pairs,
    points,
    polygons,
    stacked,
)
from ganstudio.data.archives import telling_of_archives
from ganstudio.data.base import Arrays, DataRequest, Dataset, DataSource, Job, Progress, fingerprint
from ganstudio.data.files import find


def _build() -> Registry[DataSource]:
    registry: Registry[DataSource] = Registry("data set")
    for source in (
        *points.sources(),
        drawing.source(),
        digits.source(),
        stacked.source(),
        polygons.source(),
        *landscapes.sources(),
        edges.source(),
        *idx.sources(),
        cifar.source(),
        folder.source(),
        idx.source(),
        maps.source(),
        pairs.source(),
        domains.source(),
    ):
        registry.add(source.name, telling_of_archives(source))
    return registry


DATASETS: Registry[DataSource] = _build()
"""Every data set by name."""


def read(
    request: DataRequest,
    *,
    seed: int = 0,
    cancel: threading.Event | None = None,
    progress: Progress | None = None,
    expected: str = "",
) -> Arrays:
    """Reads a data set into numpy arrays.

    Args:
        request: what to read.
        seed: of what is drawn.
        cancel: set it from another thread to stop.
        progress: called with a fraction in [0, 1] and a line for a person.
        expected: the fingerprint that a stored run knows. Where another is read, the ways in which earlier versions read
            the same files are tried, so that the run's classes keep their meaning.

    Raises:
        DataError: files are missing or cannot be read.
        CancelledError: ``cancel`` was set.
    """
    source, job = DATASETS[request.name], Job(cancel, progress)
    ways = source.earlier(request) if expected else ()
    found: Arrays | DataError
    try:
        found = source.read(request, seed, job)
        if not ways or fingerprint(found) == expected:
            return found
    except DataError as error:
        if not ways:
            raise
        found = error
    for other in ways:
        with contextlib.suppress(DataError):
            arrays = source.read(other, seed, job)
            if fingerprint(arrays) == expected:
                said = _("These data would be read otherwise today; they were read as when the run was begun.")
                return replace(arrays, notes=(*arrays.notes, said))
    if isinstance(found, DataError):
        raise found
    return found


def load(
    request: DataRequest | str,
    *,
    seed: int = 0,
    cancel: threading.Event | None = None,
    progress: Progress | None = None,
    expected: str = "",
) -> Dataset:
    """Reads a data set into tensors on the CPU.

    Args:
        request: what to load; a text is parsed first.
        seed: of what is drawn (points, polygons); files do not depend on it.
        cancel: set it from another thread to stop.
        progress: called with a fraction in [0, 1] and a line for a person.
        expected: the fingerprint that a stored run knows; see :func:`read`.

    Raises:
        UsageError: the request is wrong.
        DataError: files are missing or cannot be read; the message says where was looked and what to do.
        CancelledError: ``cancel`` was set.
    """
    import torch

    from ganstudio.data.request import parse_request

    if isinstance(request, str):
        request = parse_request(request)
    arrays = read(request, seed=seed, cancel=cancel, progress=progress, expected=expected)
    labels = None if arrays.labels is None else torch.from_numpy(arrays.labels)
    items = torch.from_numpy(np.asarray(arrays.items))
    inputs = None if arrays.inputs is None else torch.from_numpy(np.asarray(arrays.inputs))
    attributes = None if arrays.attributes is None else torch.from_numpy(arrays.attributes)
    return Dataset(
        arrays.spec,
        items,
        labels,
        fingerprint(arrays),
        (*arrays.notes, *arrays.doubts),
        arrays.left_out,
        arrays.unclassed,
        inputs,
        attributes,
    )


def is_available(source: DataSource) -> bool:
    """It can be trained on now; a folder or a drawing once the person names one."""
    return not source.needs_files or source.takes_path or find(source.name) is not None


def thumbnail(request: str) -> NDArray[np.uint8] | None:
    """A small picture of a data set, uint8 ``(H, W, 3)``; None while its files are not there.

    Args:
        request: its name; of a set of which some classes are chosen, with its options: the picture is of those.

    Raises:
        UsageError: there is no such data set, or it has no such options.
    """
    from ganstudio.data.request import parse_request

    source = DATASETS[request.partition(":")[0]]
    return source.thumbnail() if source.glimpse is None else source.glimpse(parse_request(request).options)
