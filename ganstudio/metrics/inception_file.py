"""The file with Inception's weights: where it lies, how it is fetched, and reading it without running anything in it."""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ganstudio.core.errors import UsageError
from ganstudio.core.i18n import _, some_of
from ganstudio.core.regular import open_regular
from ganstudio.data.fetch import Remote, checksum, fetch_file
from ganstudio.data.files import data_folder, inception_file

if TYPE_CHECKING:
    from torch import Tensor

    from ganstudio.nn.inception import Inception

VARIABLE = "GANSTUDIO_INCEPTION"
PUBLISHED = "6726825d"
"""How the SHA-256 of the published file begins."""
REMOTE = Remote(
    f"weights-inception-2015-12-05-{PUBLISHED}.pth", "", 100_000_000,
    ("https://github.com/toshas/torch-fidelity/releases/download/v0.2.0/",), sha256=PUBLISHED,
)  # fmt: skip
"""torch-fidelity's file of about 96 MB; a little more is allowed for."""
_DEEPEST = 32


def inception_home() -> Path:
    """The folder into which it is fetched."""
    return data_folder() / "inception"


def find_inception(path: Path | str | None = None) -> Path | None:
    """The file of weights: as named, by ``GANSTUDIO_INCEPTION``, by the settings, or as fetched; None without."""
    named = path or os.environ.get(VARIABLE) or inception_file()
    if named:
        return Path(named).expanduser()
    fetched = inception_home() / REMOTE.file
    return fetched if fetched.is_file() else None


def fetch_inception(
    progress: Callable[[int], None] | None = None, cancel: threading.Event | None = None, remote: Remote = REMOTE
) -> Path:
    """Fetches the file into :func:`inception_home`, where :func:`find_inception` finds it.

    Args:
        progress: told the bytes that have come, of ``REMOTE.size`` or some less.
        cancel: set it from another thread to stop; the next time it goes on from there.
        remote: another place to take it from.

    Raises:
        DataError: no network, a wrong checksum, no room…; says which. CancelledError: it was cancelled.
    """
    return fetch_file(remote, inception_home(), progress, cancel)


def read_inception(path: Path) -> tuple[Inception, str]:
    """The network with the weights of a file, and the file's SHA-256.

    Args:
        path: torch-fidelity's (or pytorch-fid's) ``.pth``, or StyleGAN's and clean-fid's ``inception-2015-12-05.pt``,
            whose program is not run.

    Raises:
        UsageError: it is not there, or it is something else: says what.
    """
    from ganstudio.nn.inception import inception_of

    if path.is_dir():
        raise UsageError(
            _("{path} is a folder, not a file of weights. {expected}").format(path=path, expected=_expected())
        )
    if not path.is_file():
        raise UsageError(_("There is no file {path}. {expected}").format(path=path, expected=_expected()))
    found = _named(_tensors(path))
    weights, missing = _fitting(found)
    if missing:
        what = _what_it_is(found, missing)
        raise UsageError(
            _("“{file}” does not hold the weights of Inception-v3 of 2015: {what}. {expected}").format(
                file=path.name, what=what, expected=_expected()
            ),
            details=", ".join(missing),
        )
    return inception_of(weights), checksum(path, hashlib.sha256())


def _expected() -> str:
    return _("Take torch-fidelity's {file}, or inception-2015-12-05.pt of StyleGAN and clean-fid.").format(
        file=REMOTE.file
    )


def _tensors(path: Path) -> Any:
    from ganstudio.store.torch_file import DAMAGED, CodeError, TooMuchError, read_torch_file

    try:
        with open_regular(path) as file:
            return read_torch_file(file, modules=True)
    except CodeError as error:
        words = _("“{file}” contains Python code ({name}) that would run when opened, so it was not opened. {expected}")
        raise UsageError(words.format(file=path.name, name=str(error)[:80], expected=_expected())) from error
    except TooMuchError as error:
        words = _("“{file}” was not opened: {why}. {expected}")
        raise UsageError(words.format(file=path.name, why=error, expected=_expected())) from error
    except DAMAGED as error:
        words = _("“{file}” cannot be read: it is cut off, damaged, or not a file of weights. {expected}")
        raise UsageError(words.format(file=path.name, expected=_expected()), details=repr(error)) from error


def _named(content: Any) -> dict[str, Tensor]:
    """All tensors under dotted names, in the order of the file."""
    import torch

    def walk(part: Any, name: str, depth: int) -> Iterator[tuple[str, Tensor]]:
        if isinstance(part, torch.Tensor):
            yield name, part
        elif isinstance(part, dict) and depth < _DEEPEST:
            for key, inner in part.items():
                yield from walk(inner, f"{name}.{key}" if name else str(key), depth + 1)

    return dict(walk(content, "", 0))


def _fitting(found: Mapping[str, Tensor]) -> tuple[dict[str, Tensor], list[str]]:
    """Weights by the network's own names, and what is missing or of another shape."""
    from ganstudio.nn.inception import empty_inception

    wanted = {name: value.shape for name, value in empty_inception().state_dict().items()
              if not name.endswith("num_batches_tracked")}  # fmt: skip
    weights = {name: found[name] for name in wanted if name in found} or _of_graph(found)
    missing = [name for name, shape in wanted.items() if name not in weights or weights[name].shape != shape]
    return weights, missing


_ROLES = {
    "weight": "weight", "gamma": "weight", "scale": "weight", "bias": "bias", "beta": "bias", "offset": "bias",
    "running_mean": "running_mean", "moving_mean": "running_mean", "mean": "running_mean",
    "running_var": "running_var", "moving_variance": "running_var", "var": "running_var", "variance": "running_var",
}  # fmt: skip


def _of_graph(found: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Weights under the names of TensorFlow's graph (``layers.mixed.tower.conv…``), under those of the network.

    A convolution and its normalisation may lie in one module or in two of it. The file has no scale of it: it is 1.
    """
    import torch

    from ganstudio.nn.inception import graph_names

    names, weights = graph_names(), {}
    for name, value in found.items():
        *modules, last = name.removeprefix("layers.").split(".")
        role = _ROLES.get(last)
        if role is None:
            continue
        if modules == ["output"]:
            weights[f"fc.{last}"] = value
        path = "_".join(modules)
        own = names.get(path) or names.get("_".join(modules[:-1]), "")
        if own:
            weights[f"{own}.conv.weight" if value.ndim == 4 else f"{own}.bn.{role}"] = value
    for own in names.values():
        if f"{own}.bn.bias" in weights:
            weights.setdefault(f"{own}.bn.weight", torch.ones_like(weights[f"{own}.bn.bias"]))
    return weights


def _what_it_is(found: Mapping[str, Tensor], missing: list[str]) -> str:
    if not found:
        return _("there are no tensors in it")
    if any(name.startswith("AuxLogits") for name in found) or missing == ["fc.weight", "fc.bias"]:
        return _("it is torchvision's Inception-v3, which was trained anew and gives other numbers")
    if "Conv2d_1a_3x3.conv.weight" in found:
        return _("it is another Inception; {names} do not fit").format(names=some_of(missing, 3))
    return _("it is another network, with tensors such as {names}").format(names=some_of(list(found), 3))
