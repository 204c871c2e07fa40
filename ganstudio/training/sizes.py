"""Which image sizes a method takes: its own constructor is asked, so that no list can be wrong."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from ganstudio.core.dataspec import DataSpec
from ganstudio.core.errors import SizeError, UsageError
from ganstudio.core.fields import Hyper, fields_of
from ganstudio.core.i18n import _
from ganstudio.data import DATASETS, DataRequest
from ganstudio.methods import Method


def refusal(error: SizeError, method: type[Method], hyper: Hyper, spec: DataSpec, request: DataRequest) -> UsageError:
    """What is wrong with the size, and the nearest ones that both the method and the data set take."""
    offered = _offered(request)
    below = _first(method, hyper, spec, (size for size in reversed(offered) if size < spec.size))
    above = _first(method, hyper, spec, (size for size in offered if size > spec.size))
    near = [str(size) for size in (below, above) if size is not None]
    if not near:
        return UsageError(_("{error} No size of these data suits it: take other data.").format(error=error))
    sizes = _(" or ").join(near)
    return UsageError(_("{error} The nearest sizes that work: {sizes} px.").format(error=error, sizes=sizes))


def _offered(request: DataRequest) -> list[int]:
    """The sizes that the data set can be had in, in order."""
    for field in fields_of(DATASETS[request.name].Options):
        if field.name == "size" and field.choices:
            return sorted(int(choice) for choice in field.choices)
        if field.name == "size" and field.low is not None and field.high is not None:
            return list(range(int(field.low), int(field.high) + 1))
    return []


def _first(method: type[Method], hyper: Hyper, spec: DataSpec, sizes: Iterable[int]) -> int | None:
    for size in sizes:
        if method.info.needs.refusal("", size=size):
            continue
        try:
            method(hyper, replace(spec, size=size))
        except SizeError:
            continue
        return size
    return None
