"""Makes another model out of an ONNX file: of what is known to be harmless, and of nothing else."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import onnx

from ganstudio.core.errors import UsageError
from ganstudio.core.i18n import _
from ganstudio.core.regular import open_regular

LIMIT = 2 * 1024**3
"""Bytes: a file, with the weights that lie beside it, may not be larger."""
_OPERATIONS = """
    Abs Acos Acosh Add And ArgMax ArgMin Asin Asinh Atan Atanh AveragePool BatchNormalization Bernoulli Cast CastLike Ceil
    Celu Clip Concat Constant ConstantOfShape Conv ConvTranspose Cos Cosh CumSum DepthToSpace DequantizeLinear Div Dropout
    Einsum Elu Equal Erf Exp Expand EyeLike Flatten Floor Gather GatherElements GatherND Gelu Gemm GlobalAveragePool
    GlobalLpPool GlobalMaxPool Greater GreaterOrEqual GridSample GroupNormalization HardSigmoid HardSwish Hardmax Identity
    If InstanceNormalization IsInf IsNaN LRN LayerNormalization LeakyRelu Less LessOrEqual Log LogSoftmax LpNormalization
    LpPool MatMul Max MaxPool Mean MeanVarianceNormalization Min Mish Mod Mul Neg NonZero Not OneHot Or PRelu Pad Pow
    QuantizeLinear RMSNormalization RandomNormal RandomNormalLike RandomUniform RandomUniformLike Range Reciprocal ReduceL1
    ReduceL2 ReduceLogSum ReduceLogSumExp ReduceMax ReduceMean ReduceMin ReduceProd ReduceSum ReduceSumSquare Relu Reshape
    Resize Round ScatterElements ScatterND Selu Shape Shrink Sigmoid Sign Sin Sinh Size Slice Softmax Softplus Softsign
    SpaceToDepth Split Sqrt Squeeze Sub Sum Swish Tan Tanh ThresholdedRelu Tile TopK Transpose Trilu Unsqueeze Upsample Where
    Xor
"""
OPERATIONS = frozenset(_OPERATIONS.split())
"""What generators are made of. Loops are missing on purpose, and everything that is not of ONNX itself."""
_MOST_NODES, _MOST_FUNCTIONS, _MOST_CARD = 50_000, 500, 1_000_000
_OWN = ("", "ai.onnx")
_FUNCTIONS = "ganstudio.functions"


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """A model that is safe to load.

    Attributes:
        content: its bytes; it needs no other file.
        properties: what the file says about itself; short texts only.
        sizes: likely sizes of the latent vector: inputs of the first weights.
        classes: likely numbers of classes: lengths of embeddings.
    """

    content: bytes
    properties: dict[str, str]
    sizes: list[int]
    classes: list[int]


def rebuild(path: Path) -> Rebuilt:
    """Reads a file, checks every part of it, and puts the parts together anew.

    Raises:
        UsageError: it is damaged, too large, uses other operations, or wants other files than those beside it.
    """
    model = _read(path)
    weights: list[onnx.TensorProto] = []
    functions = {_name(one, one.name): one for one in model.functions}
    if len(functions) < len(model.functions):  # which of them would be called is not ours to guess
        raise _damaged(path, "two functions of one name")
    renamed = {name: f"f{number}" for number, name in enumerate(functions)}
    calls = {name: _checked(path, one, renamed, weights) for name, one in functions.items()}
    _check_length(path, _checked(path, model.graph, renamed, weights), calls)
    _bring_in(path, weights)
    for name, one in functions.items():
        _rename(one, "name", renamed[name])
        one.opset_import.add(domain=_FUNCTIONS, version=1)
    safe = onnx.ModelProto(ir_version=model.ir_version, opset_import=model.opset_import, graph=model.graph,
                           functions=model.functions)  # fmt: skip
    safe.opset_import.add(domain=_FUNCTIONS, version=1)
    first = model.graph.initializer
    return Rebuilt(
        _written(path, safe),
        {entry.key: entry.value for entry in model.metadata_props if len(entry.value) <= _MOST_CARD},
        [item.dims[len(item.dims) == 2] for item in first if len(item.dims) in (2, 4)][:6],
        [item.dims[0] for item in first if len(item.dims) == 2 and "emb" in item.name.lower()][:6],
    )


def _read(path: Path) -> Any:
    model = onnx.ModelProto()
    try:
        with open_regular(path) as file:
            content = file.read(LIMIT + 1)
        if len(content) > LIMIT:
            raise _too_large(path)
        model.ParseFromString(content)
        model.DiscardUnknownFields()  # what is not understood here is not handed on
        # Protobuf takes nearly anything for a message; a model has a graph with outputs.
        if not model.graph.output or not model.graph.node:
            raise ValueError("no graph")
    except UsageError:
        raise
    except Exception as error:  # of several libraries
        raise _damaged(path, repr(error)) from error
    return model


def _messages(root: Any) -> Iterator[Any]:
    """A message and all that are in it, however deep and whatever they are called."""
    waiting = [root]
    while waiting:
        message = waiting.pop()
        yield message
        for kind, value in message.ListFields():
            if kind.message_type is not None:
                waiting.extend([value] if hasattr(value, "ListFields") else value)


Name = tuple[str, str, str]


def _name(message: Any, called: str) -> Name:
    """Of a function, or of what a node calls: domain, name and overload. Older releases of ONNX know no overloads."""
    return "" if message.domain in _OWN else message.domain, called, getattr(message, "overload", "")


def _rename(message: Any, field: str, name: str) -> None:
    """Gives a function, or what a node calls, a name of ours.

    A function may be called like an operation of ONNX or of the runtime, also one that is not allowed, and then it is
    the operation that runs, and not the function that was looked at.
    """
    message.domain = _FUNCTIONS
    setattr(message, field, name)
    if hasattr(message, "overload"):
        message.ClearField("overload")


def _checked(
    path: Path, root: Any, functions: Mapping[Name, str], weights: list[onnx.TensorProto]
) -> list[Name | None]:
    """Finds the tensors of a graph or function, and what its nodes call: functions of the file, or None for operations.

    Functions are called by their new names from now on.

    Raises:
        UsageError: a node is something else.
    """
    called: list[Name | None] = []
    for message in _messages(root):
        if isinstance(message, onnx.TensorProto):
            weights.append(message)
        elif isinstance(message, onnx.NodeProto):
            name = _name(message, message.op_type)
            if name in functions:
                called.append(name)
                _rename(message, "op_type", functions[name])
            elif name[0] == "" and message.op_type in OPERATIONS:
                called.append(None)
            else:
                raise UsageError(
                    _("“{file}” was not opened: it uses the operation “{name}”, which is not among those that generators "
                      "are made of.").format(file=path.name, name=".".join(part for part in name[:2] if part)[:80])
                )  # fmt: skip
            if len(called) > _MOST_NODES:
                raise _endless(path)
    return called


def _check_length(path: Path, main: list[Name | None], calls: Mapping[Name, list[Name | None]]) -> None:
    """Functions may call functions: written out, they must not be endless, nor nearly so."""
    if len(calls) > _MOST_FUNCTIONS:
        raise _endless(path)
    lengths: dict[Name, int] = {}
    while len(lengths) < len(calls):
        ready = [
            name for name, inner in calls.items()
            if name not in lengths and all(one is None or one in lengths for one in inner)
        ]  # fmt: skip
        if not ready:  # they call each other in a circle
            raise _endless(path)
        for name in ready:
            lengths[name] = sum(1 if one is None else lengths[one] for one in calls[name])
    if sum(1 if one is None else lengths[one] for one in main) > _MOST_NODES:
        raise _endless(path)


def _bring_in(path: Path, weights: list[onnx.TensorProto]) -> None:
    """Weights in other files must lie beside this one; they are put into the model."""
    total = 0
    for item in weights:
        total += math.prod(item.dims) * 4 if all(size >= 0 for size in item.dims) else LIMIT + 1
        if total > LIMIT:
            raise UsageError(_("The weights in “{file}” claim more than 2 GB of memory.").format(file=path.name))
        if not item.external_data and item.data_location != onnx.TensorProto.EXTERNAL:
            continue
        places = {entry.key: entry.value for entry in item.external_data}
        item.raw_data = _from_outside(path, places, math.prod(item.dims))
        item.ClearField("external_data")
        item.data_location = onnx.TensorProto.DEFAULT


def _from_outside(path: Path, places: Mapping[str, str], count: int) -> bytes:
    name = places.get("location", "")
    home = path.absolute().parent.resolve()
    beside = home / name
    plain = Path(name).name == name and not set(name) & set("/\\:") and name not in ("", ".", "..")
    if not plain or beside.resolve().parent != home:
        raise UsageError(
            _("“{file}” was not opened: it wants weights from {place}, outside its own folder.").format(
                file=path.name, place=name[:200]
            )
        )
    try:
        start, length = int(places.get("offset", "0")), int(places.get("length", str(count * 16)))
        if start < 0 or not 0 <= length <= LIMIT:
            raise ValueError("an impossible place")
        with open_regular(beside) as file:
            file.seek(start)
            return file.read(length)
    except (OSError, ValueError) as error:
        raise UsageError(
            _("“{file}” keeps its weights in “{other}”, which is not beside it. Copy both files.").format(
                file=path.name, other=name
            ),
            details=repr(error),
        ) from error


def _written(path: Path, model: Any) -> bytes:
    try:
        return bytes(model.SerializeToString())
    except ValueError as error:  # protobuf's own limit
        raise _too_large(path) from error


def _damaged(path: Path, why: str) -> UsageError:
    return UsageError(
        _("“{file}” is not an ONNX model, or it is cut off or damaged.").format(file=path.name), details=why
    )


def _too_large(path: Path) -> UsageError:
    return UsageError(_("“{file}” has more than 2 GB; such files are not opened.").format(file=path.name))


def _endless(path: Path) -> UsageError:
    return UsageError(
        _("“{file}” was not opened: written out, it has more than {n:,} operations, or never ends.").format(
            file=path.name, n=_MOST_NODES
        )
    )
