"""A generator as ONNX, run by ONNX Runtime on the processor."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Self

import numpy as np
import torch
from torch import Tensor, nn

from ganstudio.core.errors import UsageError
from ganstudio.core.i18n import _
from ganstudio.explore.foreign.inputs import Driven, FailedError, Slot, find_plan
from ganstudio.explore.foreign.network import ForeignGenerator, make_generator
from ganstudio.explore.foreign.notes import about
from ganstudio.explore.foreign.own import from_card, read_card
from ganstudio.explore.foreign.weights import LIMIT
from ganstudio.explore.model_files import CARD

_FATAL = 4
_LOOPS = {"Loop", "Scan"}
_FLOATS = {"tensor(float)": np.float32, "tensor(float16)": np.float16, "tensor(double)": np.float64}
_INTEGERS = {"tensor(int64)": np.int64, "tensor(int32)": np.int32}
_TYPES: dict[str, Any] = {**_FLOATS, **_INTEGERS}


class Session(nn.Module):
    """ONNX Runtime as a module. Copies share the session, which many threads may use at once.

    Args:
        session: ``onnxruntime.InferenceSession``.
    """

    def __init__(self, session: Any) -> None:
        super().__init__()
        self.session = session
        self.taken = [(item.name, _TYPES[item.type]) for item in session.get_inputs()]
        self.given = session.get_outputs()[0].name

    def forward(self, *inputs: Tensor) -> Tensor:
        """Tensors in the order of the file's inputs, to its first output as float32."""
        fed = {
            name: np.ascontiguousarray(values.detach().cpu().numpy().astype(kind, copy=False))
            for (name, kind), values in zip(self.taken, inputs, strict=True)
        }
        return torch.as_tensor(np.asarray(self.session.run([self.given], fed)[0], np.float32))

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        return self


def from_onnx(path: Path) -> ForeignGenerator:
    """Loads an ONNX file and finds out what it takes.

    Raises:
        UsageError: ONNX Runtime is not installed, the file is damaged or wants other files than its own, or it is no
            generator of pictures.
    """
    try:
        import onnx
        import onnxruntime
    except ImportError as error:
        raise UsageError(
            _("Opening ONNX files needs two more packages: install them with pip install “ganstudio[onnx]”.")
        ) from error
    model = _check_model(path, onnx)
    session = _session(path, onnxruntime)
    _check_types(path, session)
    network = Session(session)
    card = read_card({entry.key: entry.value for entry in model.metadata_props}.get(CARD))
    if card is not None:
        return from_card(path, network, card)
    slots = _slots(path, session)
    errors = _errors()

    def call(inputs: Sequence[Tensor]) -> Tensor:
        try:
            items: Tensor = network(*inputs)
        except errors as error:
            raise FailedError from error
        return items

    classes = [item.dims[0] for item in model.graph.initializer if len(item.dims) == 2 and "emb" in item.name.lower()]
    sizes = [item.dims[len(item.dims) == 2] for item in model.graph.initializer if len(item.dims) in (2, 4)][:6]
    del model
    plan = find_plan(path.name, call, slots, sizes, classes)
    return make_generator(path, Driven(network, plan), plan.controls(), about(plan), plan.names())


def _check_model(path: Path, onnx: Any) -> Any:
    """The file's own description, before anything in it is run: where its weights lie, and whether it can end."""
    try:
        model = onnx.load(str(path), load_external_data=False)
        # Protobuf takes nearly anything for a message; a model has a graph with outputs.
        if not model.graph.output or not model.graph.node:
            raise ValueError("no graph")
    except Exception as error:
        raise UsageError(
            _("“{file}” is not an ONNX model, or it is cut off or damaged.").format(file=path.name), details=repr(error)
        ) from error
    graphs = list(_graphs(model.graph))
    if any(node.op_type in _LOOPS for part in (*graphs, *model.functions) for node in part.node):
        raise UsageError(
            _("“{file}” was not opened: it contains a loop that may never end, and no generator needs one.").format(
                file=path.name
            )
        )
    _check_outside(path, [item for graph in graphs for item in graph.initializer])
    return model


def _graphs(graph: Any) -> Iterator[Any]:
    yield graph
    for node in graph.node:
        for attribute in node.attribute:
            if attribute.HasField("g"):
                yield from _graphs(attribute.g)


def _check_outside(path: Path, initializers: Sequence[Any]) -> None:
    """Weights in other files must lie in the same folder; they count as part of the file."""
    folder, total = path.absolute().parent.resolve(), 0
    for item in initializers:
        total += math.prod(item.dims) * 4
        places = {entry.key: entry.value for entry in item.external_data}
        if "location" not in places:
            continue
        other = (folder / places["location"]).resolve()
        if folder not in other.parents:
            raise UsageError(
                _("“{file}” was not opened: it wants weights from {place}, outside its own folder.").format(
                    file=path.name, place=places["location"]
                )
            )
        if not other.is_file():
            raise UsageError(
                _("“{file}” keeps its weights in “{other}”, which is not beside it. Copy both files.").format(
                    file=path.name, other=places["location"]
                )
            )
    if total > LIMIT:
        raise UsageError(_("The weights in “{file}” claim more than 2 GB of memory.").format(file=path.name))


def _errors() -> tuple[type[BaseException], ...]:
    from onnxruntime.capi import onnxruntime_pybind11_state as state

    own = [kind for kind in vars(state).values() if isinstance(kind, type) and issubclass(kind, Exception)]
    return (RuntimeError, ValueError, TypeError, IndexError, MemoryError, *own)


def _session(path: Path, onnxruntime: Any) -> Any:
    options = onnxruntime.SessionOptions()
    options.log_severity_level = _FATAL
    options.intra_op_num_threads = torch.get_num_threads()
    try:
        return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    except _errors() as error:
        raise UsageError(
            _("“{file}” cannot be run by ONNX Runtime: it is damaged, or uses what this version does not know.").format(
                file=path.name
            ),
            details=str(error),
        ) from error


def _slots(path: Path, session: Any) -> list[Slot]:
    inputs = session.get_inputs()
    slots = [
        Slot(item.name, item.type in _INTEGERS, tuple(size if isinstance(size, int) else None for size in item.shape))
        for item in inputs
    ]
    if not 1 <= len(slots) <= 2:
        raise _other_inputs(path, inputs)
    return slots


def _check_types(path: Path, session: Any) -> None:
    inputs = session.get_inputs()
    if any(item.type not in _TYPES for item in inputs):
        raise _other_inputs(path, inputs)


def _other_inputs(path: Path, inputs: Sequence[Any]) -> UsageError:
    return UsageError(
        _("“{file}” takes {inputs}; a generator takes a latent vector, and perhaps a class.").format(
            file=path.name, inputs=", ".join(f"{item.name} {item.type}" for item in inputs) or _("no input")
        )
    )
