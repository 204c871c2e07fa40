"""A generator as ONNX, run by ONNX Runtime on the processor, in a process of its own."""

from __future__ import annotations

import importlib.util
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Self

import numpy as np
import torch
from torch import Tensor

from ganstudio.core.errors import UsageError
from ganstudio.core.i18n import _
from ganstudio.explore.foreign.inputs import Driven, Slot, find_plan
from ganstudio.explore.foreign.network import Endable, ForeignGenerator, make_generator
from ganstudio.explore.foreign.onnx_process import OnnxProcess
from ganstudio.explore.foreign.own import from_card, read_card
from ganstudio.explore.model_files import CARD
from ganstudio.explore.onnx_child.frames import TYPES


class OnnxNetwork(Endable):
    """A model in its process, as a module. A copy has a process of its own, so that neither waits for the other.

    Args:
        process: with the model opened.
        cancel: ends what is being drawn when set.
    """

    def __init__(self, process: OnnxProcess, cancel: threading.Event | None = None) -> None:
        super().__init__()
        self.process, self.cancel = process, cancel
        self.kinds = [TYPES[item["type"]] for item in process.said["inputs"]]

    def forward(self, *inputs: Tensor) -> Tensor:
        """Tensors in the order of the file's inputs, to its first output as float32."""
        arrays = [
            np.ascontiguousarray(values.detach().cpu().numpy().astype(kind, copy=False))
            for kind, values in zip(self.kinds, inputs, strict=True)
        ]
        return torch.tensor(self.process.draw(arrays, self.cancel).astype(np.float32, copy=False))

    def end(self) -> None:
        """Ends the process, and with it what is being drawn."""
        self.process.end()

    def until(self, cancel: threading.Event) -> None:
        """Looked at ten times a second while it draws."""
        self.cancel = cancel

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        return type(self)(self.process.again())


def from_onnx(path: Path, cancel: threading.Event | None = None) -> ForeignGenerator:
    """Loads an ONNX file and finds out what it takes.

    Raises:
        UsageError: ONNX Runtime is not installed, the file is damaged, does what no generator needs, takes too long, or
            is no generator of pictures.
        CancelledError: ``cancel`` was set.
    """
    if importlib.util.find_spec("onnx") is None or importlib.util.find_spec("onnxruntime") is None:
        raise UsageError(
            _("Opening ONNX files needs two more packages: install them with pip install “ganstudio[onnx]”.")
        )
    process = OnnxProcess(path)
    try:
        process.open(cancel)
        _check_types(path, process.said["inputs"])
        network = OnnxNetwork(process, cancel)
        made = _generator(path, network)
    except BaseException:
        process.end()
        raise
    network.cancel = None
    return made


def _generator(path: Path, network: OnnxNetwork) -> ForeignGenerator:
    said = network.process.said
    card = read_card(said["properties"].get(CARD))
    if card is not None:
        return from_card(path, network, card)
    slots = _slots(path, said["inputs"])
    plan = find_plan(path.name, lambda inputs: network(*inputs), slots, said["sizes"], said["classes"])
    return make_generator(path, Driven(network, plan), plan.controls(), plan.notes(), plan.names())


def _slots(path: Path, inputs: Sequence[Mapping[str, Any]]) -> list[Slot]:
    slots = [Slot(item["name"], "int" in item["type"], tuple(item["shape"])) for item in inputs]
    if not 1 <= len(slots) <= 2:
        raise _other_inputs(path, inputs)
    return slots


def _check_types(path: Path, inputs: Sequence[Mapping[str, Any]]) -> None:
    if any(item["type"] not in TYPES for item in inputs):
        raise _other_inputs(path, inputs)


def _other_inputs(path: Path, inputs: Sequence[Mapping[str, Any]]) -> UsageError:
    return UsageError(
        _("“{file}” takes {inputs}; a generator takes a latent vector, and perhaps a class.").format(
            file=path.name, inputs=", ".join(f"{item['name']} {item['type']}" for item in inputs) or _("no input")
        )
    )
