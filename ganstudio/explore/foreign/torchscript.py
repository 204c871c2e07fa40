"""A generator as TorchScript. Its code is a program of its own, so it is read before it is loaded."""

from __future__ import annotations

import ast
import warnings
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from ganstudio.core.errors import UsageError
from ganstudio.core.i18n import _
from ganstudio.explore.foreign.inputs import Driven, FailedError, Slot, find_plan
from ganstudio.explore.foreign.network import ForeignGenerator, make_generator
from ganstudio.explore.foreign.notes import about
from ganstudio.explore.foreign.own import BROKEN_ARCHIVE, card_in_archive, from_card
from ganstudio.explore.foreign.weights import not_finite

_FORBIDDEN = {"save", "from_file", "load", "print", "_print", "fork", "wait", "hub"}
"""What a network has no use for: writing and reading files, printing, other threads."""
_NAMESPACES = {"aten", "prim", "quantized"}
_ERRORS = (RuntimeError, ValueError, TypeError, LookupError, MemoryError, AttributeError, OSError,
           NotImplementedError, torch.jit.Error)  # fmt: skip
_MOST_CODE = 4_000_000


def from_torchscript(path: Path) -> ForeignGenerator:
    """Loads a scripted or traced generator and finds out what it takes.

    Raises:
        UsageError: it does things that a network need not do, cannot be loaded, or is no generator of pictures.
    """
    _check_code(path)
    network = _load(path)
    values = {**dict(network.named_parameters()), **dict(network.named_buffers())}
    broken = not_finite(values)
    if broken:
        raise UsageError(
            _("The weights in “{file}” are not finite numbers: its training had diverged. Take an earlier state of it."
              ).format(file=path.name), details=", ".join(broken))  # fmt: skip

    card = card_in_archive(path)
    if card is not None:
        return from_card(path, network, card)

    def call(inputs: Sequence[Tensor]) -> Tensor:
        try:
            with torch.inference_mode(), warnings.catch_warnings():
                warnings.simplefilter("ignore")
                items = network(*inputs)
        except _ERRORS as error:
            raise FailedError from error
        if not isinstance(items, Tensor):
            raise FailedError
        return items

    parameters = list(network.named_parameters())
    plan = find_plan(path.name, call, _slots(path, network), _sizes(parameters), _classes(parameters))
    driven = Driven(network, plan)
    return make_generator(path, driven, plan.controls(), about(plan), plan.names())


def _check_code(path: Path) -> None:
    """Reads the program in the archive; loading may already run parts of it."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = [entry for entry in archive.infolist() if entry.filename.endswith(".py")]
            if sum(entry.file_size for entry in names) > _MOST_CODE:
                raise _suspicious(path, _("a program of unusual length"))
            sources = [archive.read(entry).decode("utf-8") for entry in names]
        trees = [ast.parse(source) for source in sources]
    except (*BROKEN_ARCHIVE, SyntaxError, MemoryError) as error:
        raise UsageError(
            _("“{file}” is cut off or damaged. Copy it again.").format(file=path.name), details=repr(error)
        ) from error
    for tree in trees:
        for node in ast.walk(tree):
            found = _unwanted(node)
            if found:
                raise _suspicious(path, found)


def _unwanted(node: ast.AST) -> str:
    if isinstance(node, ast.While):
        return _("a loop that may never end")
    named = ""
    if isinstance(node, ast.Attribute):
        named = node.attr
        owner = ast.unparse(node.value) if isinstance(node.value, ast.Name | ast.Attribute) else ""
        if (owner == "ops" and named not in _NAMESPACES) or (owner.endswith("torch") and named == "classes"):
            return f"{owner}.{named}"  # written in C++, by anybody
    elif isinstance(node, ast.Name):
        named = node.id
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "getattr":
        named = next((str(part.value) for part in node.args[1:] if isinstance(part, ast.Constant)), "")
    return named if named in _FORBIDDEN else ""


def _suspicious(path: Path, what: str) -> UsageError:
    return UsageError(
        _("“{file}” was not opened: its program contains something that no generator needs ({what}). Bring it in as "
          "safetensors or ONNX.").format(file=path.name, what=what)
    )  # fmt: skip


def _load(path: Path) -> Any:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of what is deprecated
            network: Any = torch.jit.load(str(path), map_location="cpu")  # type: ignore[no-untyped-call]
            return network.eval().float()
    except _ERRORS as error:
        raise UsageError(
            _("“{file}” cannot be loaded as TorchScript: it is damaged, or was written by a version of PyTorch that "
              "does not fit this one.").format(file=path.name), details=str(error)
        ) from error  # fmt: skip


def _slots(path: Path, network: Any) -> list[Slot]:
    try:
        arguments = network.forward.schema.arguments[1:]
    except _ERRORS:
        raise UsageError(_("“{file}” holds TorchScript without a forward function.").format(file=path.name)) from None
    wanted = [argument for argument in arguments if not argument.has_default_value()]
    kinds = [f"{argument.name}: {argument.type}" for argument in wanted]
    if not 1 <= len(wanted) <= 2 or any(str(argument.type) != "Tensor" for argument in wanted):
        raise UsageError(
            _("“{file}” takes {inputs}; a generator takes a latent vector, and perhaps a class.").format(
                file=path.name, inputs=", ".join(kinds) or _("no input")
            )
        )
    return [Slot(argument.name) for argument in wanted]


def _sizes(parameters: Sequence[tuple[str, nn.Parameter]]) -> list[int]:
    """Inputs of the first layers; linear ones ``(out, in)``, transposed convolutions ``(in, out, k, k)``."""
    first = [value for _name, value in parameters if value.dim() in (2, 4)][:6]
    return [value.shape[1 if value.dim() == 2 else 0] for value in first]


def _classes(parameters: Sequence[tuple[str, nn.Parameter]]) -> list[int]:
    return [len(value) for name, value in parameters if value.dim() == 2 and "emb" in name.lower()]
