"""Requests for data as people write them: ``ring``, ``cifar10:classes=frog,cat``, ``folder:~/pictures:size=64``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path, PureWindowsPath
from typing import Any

from ganstudio.core.errors import UsageError
from ganstudio.core.fields import Fields, field_of, validate
from ganstudio.core.i18n import _
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
        path = _absolute(path.lstrip().rstrip("\r\n")) if source.reads_path else path.strip()
    elif path:
        raise UsageError(_("“{name}” takes no path.").format(name=name))
    return DataRequest(name, options, path, _canonical(source, options, path))


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
    if not path or not _OPTIONS.match(tail) or _exists(Path(text)):
        return text, ""
    return path, tail


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):  # a name that no file can have
        return False


def _absolute(path: str) -> str:
    if PureWindowsPath(path).drive:
        return path
    try:
        expanded = Path(path).expanduser()
    except (RuntimeError, ValueError):  # "~somebody" who is not known here: then it is a name like any other
        expanded = Path(path)
    if not expanded.is_absolute() and not _exists(expanded) and _exists(data_folder() / expanded):
        return str(data_folder() / expanded)
    return str(expanded.absolute())


def _canonical(source: DataSource, options: Fields, path: str | None) -> str:
    parts = [source.name] if path is None else [source.name, path]
    changed = [
        f"{name}={value}"
        for name, value in options.model_dump().items()
        if value != field_of(source.Options, name).default
    ]
    return ":".join([*parts, ",".join(changed)] if changed else parts)
