"""Requests for data as people write them: ``ring``, ``cifar10:classes=frog,cat``, ``folder:~/pictures:size=64``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ganstudio.core.errors import UsageError
from ganstudio.core.fields import Fields, field_of, validate
from ganstudio.core.i18n import _
from ganstudio.core.paths import absolute, located
from ganstudio.core.regular import is_there
from ganstudio.data.base import DataRequest, DataSource
from ganstudio.data.catalogue import DATASETS
from ganstudio.data.files import data_folder

_OPTIONS = re.compile(r"[A-Za-z_][A-Za-z_0-9-]*=")


def parse_request(text: str) -> DataRequest:
    """Understands ``NAME``, ``NAME:key=value,key=value``, ``folder:PATH``, ``folder:PATH:key=value``, ``drawing:NAME``.

    A part without ``=`` continues the list before it, so ``cifar10:classes=frog,cat`` chooses two classes.

    Raises:
        UsageError: an unknown name or option, a value that is not allowed, or a missing path.
    """
    name, _colon, rest = text.partition(":")
    if name.strip() not in DATASETS and re.search(r"^[.~]|[/\\]", text):  # told by its look: nothing is touched
        raise UsageError(
            _("“{path}” looks like a place on the disk: say what lies there, too, as in folder:{path}, pairs:{path}, "
              "domains:{path} or maps:{path}.").format(path=text)
        )  # fmt: skip
    source = DATASETS[name.strip()]
    if not source.takes_path:
        return make_request(source.name, _split_options(rest))
    path, options = _split_path(rest)
    return make_request(source.name, _split_options(options), path=path)


def make_request(name: str, values: Mapping[str, Any] | None = None, path: str | None = None) -> DataRequest:
    """A request from its parts, as a form gives them.

    Raises:
        UsageError: an unknown name or option, a value that is not allowed, or a missing path.
    """
    source = DATASETS[name]
    options = validate(source.Options, dict(values or {}))
    if source.verify is not None:
        source.verify(options)
    if source.takes_path:
        if not path or not path.strip():
            raise UsageError(
                _("Say which one: write {name}:{what}.").format(
                    name=name, what=_("PATH") if source.reads_path else _("NAME")
                )
            )
        # A folder's name may end in a blank; only the line end of a paste is cut off.
        path = _absolute(path.lstrip().rstrip("\r\n")) if source.on_disk(path.strip()) else path.strip()
    elif path:
        raise UsageError(_("“{name}” takes no path.").format(name=name))
    return DataRequest(name, options, path, _canonical(source, options, path))


def absolute_request(text: str) -> str:
    """The same request with its path absolute, so that it holds from every directory; options stay as they are typed.

    Raises:
        UsageError: as :func:`parse_request`.
    """
    request = parse_request(text)
    if request.path is None or not DATASETS[request.name].on_disk(request.path):
        return text
    _path, options = _split_path(text.partition(":")[2])
    return ":".join([request.name, request.path, *([options] if options else [])])


def stored_request(text: str, base: Path) -> str:
    """The request of a stored run, absolute. Older runs hold paths as they were typed, from a directory nobody knows.

    Args:
        text: the request as the run has it.
        base: the run's folder: a path that is not found from here is looked for from there, and from the folders above.

    Raises:
        UsageError: as :func:`parse_request`.
    """
    request = parse_request(text)
    path, options = _split_path(text.partition(":")[2])
    if request.path is None or not DATASETS[request.name].on_disk(request.path) or is_there(Path(request.path)):
        return absolute_request(text)
    return ":".join([request.name, located(path.strip(), base), *([options] if options else [])])


def moved_request(text: str, new: str) -> str:
    """The request of a run whose data lie elsewhere now.

    Args:
        text: the request as the run has it.
        new: the new place: a request for the same kind of set, or the bare path; options that it leaves out stay.

    Raises:
        UsageError: it is another kind of set, one that lies at no place, or as :func:`parse_request`.
    """
    before = parse_request(text)
    if new.partition(":")[0].strip() not in DATASETS and before.path is not None:
        new = f"{before.name}:{new}"
    after = parse_request(new)
    if after.name != before.name or after.path is None:
        raise UsageError(
            _("This run was trained on {data}: name the new place of the same data as {name}:PATH.").format(
                data=text, name=before.name
            )
            if before.path is not None
            else _("This run was trained on {data}, which lies at no place that could have changed.").format(data=text)
        )
    given = _split_options(_split_path(new.partition(":")[2])[1])
    return make_request(before.name, {**before.options.model_dump(), **given}, after.path).text


def _split_options(text: str) -> dict[str, str]:
    values: dict[str, str] = {}
    last = ""
    for part in text.split(",") if text.strip() else ():
        key, equals, value = part.partition("=")
        if equals:
            last = key.strip()
            if last in values:
                raise UsageError(_("“{key}” is given twice.").format(key=last))
            values[last] = value.strip()
        elif last:
            values[last] += f",{part.strip()}"
        else:
            raise UsageError(
                _("“{part}” is no option: write them as name=value, separated by commas.").format(part=part.strip())
            )
    return values


def _split_path(text: str) -> tuple[str, str]:
    """The path and the options behind its last colon; the colon of a Windows drive is none of them."""
    path, _colon, tail = text.rpartition(":")
    if not path or not _OPTIONS.match(tail) or is_there(Path(text)):
        return text, ""
    return path, tail


def _absolute(path: str) -> str:
    whole = absolute(path)
    within = data_folder() / path
    return str(within) if not is_there(Path(whole)) and whole != path and is_there(within) else whole


def _canonical(source: DataSource, options: Fields, path: str | None) -> str:
    parts = [source.name] if path is None else [source.name, path]
    changed = [
        f"{name}={value}"
        for name, value in options.model_dump().items()
        if value != field_of(source.Options, name).default
    ]
    return ":".join([*parts, ",".join(changed)] if changed else parts)
