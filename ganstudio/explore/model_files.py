"""The generator itself as a file for other programs: safetensors, ONNX or TorchScript. The last is not opened here again.

Whatever is written is read again and compared with the original on random latents before it gets its name.
"""

from __future__ import annotations

import copy
import inspect
import io
import json
import keyword
import re
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn.utils import parametrize

from ganstudio.core.controls import ClassImages, Control, GeneratorIndex, LabelMap, NoiseSeed, SourceImage
from ganstudio.core.errors import StudioError
from ganstudio.core.i18n import _
from ganstudio.explore.exporting import Watch, check_suffix, missing_extra
from ganstudio.explore.generator import Generator
from ganstudio.explore.onnx_child.frames import runtime
from ganstudio.explore.state import size_of
from ganstudio.explore.styles import driven
from ganstudio.methods import Method
from ganstudio.store.atomic import replace_file

ENDINGS = (".safetensors", ".onnx", ".pt", ".ts")
CARD = "ganstudio"
"""Where the description lies: key of the metadata of safetensors and ONNX; in TorchScript the file ``ganstudio.json``."""
OUTPUT = "items"
_OPSET = 17
_BATCHES = (1, 7)
_TOLERANCE, _ROUNDING = 1e-2, 1e-6
_EXAMPLES, _LOOKED_AT = 3, 64
_WHOLE = GeneratorIndex | LabelMap | NoiseSeed

Run = Callable[[Mapping[str, NDArray[Any]]], NDArray[np.float32]]


@dataclass(frozen=True, slots=True)
class SavedModel:
    """What was written.

    Attributes:
        path: the file.
        difference: the largest difference from the original on random latents, in values of items.
        size: of the file in bytes.
        inputs: what each input is called in it, in their order.
    """

    path: Path
    difference: float
    size: int
    inputs: tuple[str, ...]


def save_model(path: Path, generator: Generator, watch: Watch | None = None) -> SavedModel:
    """Writes the generator with any number of rows a batch; the file appears whole and checked, or not at all.

    Args:
        path: ``.pt`` or ``.ts``: TorchScript, for Python and C++ with torch; ``.onnx``: for any ONNX runtime, which
            needs the extra ``onnx``; ``.safetensors``: the weights alone. Each carries a description of its inputs.
        generator: used by nobody else meanwhile.
        watch: who is told, and who may end it.

    Raises:
        UsageError: another ending, or packages are missing.
        StudioError: the generator cannot be written in this form, or what was written draws something else.
        CancelledError: it was cancelled; nothing is left behind.
        StoreError: the file cannot be written.
    """
    ending = check_suffix(path, ENDINGS)
    watch = watch or Watch()
    write = {".onnx": _onnx, ".safetensors": _safetensors}.get(ending, _torchscript)
    if ending == ".onnx":
        _onnx_libraries()
    watch.tick(0.0, _("Preparing the generator"))
    bare = Bare(_baked(generator), driven(generator.controls))
    card = json.dumps(describe(generator, bare, ending), ensure_ascii=True)
    found: list[float] = []

    def content(temp: Path) -> None:
        watch.tick(0.2, _("Writing"))
        with _in_words():
            run = write(temp, bare, generator, card)
        watch.tick(0.7, _("Comparing with the original"))
        found.append(_difference(generator, run))
        watch.tick(1.0, _("Checked"))

    replace_file(path, content)
    return SavedModel(path, found[0], path.stat().st_size, tuple(bare.names))


def describe(generator: Generator, bare: Bare, ending: str) -> dict[str, Any]:
    """What the file carries about itself, as plain JSON values."""
    method = generator.method
    return {
        "program": "ganstudio",
        "release": metadata.version("ganstudio"),
        "kind": "generator",
        "version": 1,
        "title": generator.title,
        "method": method.info.name,
        "hyper": method.hyper.model_dump(mode="json"),
        "step": generator.step,
        "weights": generator.source,
        "controls": [
            {"kind": type(control).__name__, "input": name, "shape": _shape(control), **asdict(control)}
            for control, name in zip(driven(generator.controls), bare.names, strict=True)
        ],
        "output": {"name": OUTPUT, "shape": ["N", *generator.spec.shape], "range": [-1, 1]},
        "spec": generator.spec.to_json(),
        "call": _call(bare, driven(generator.controls), ending),
    }


class Bare(nn.Module):
    """The generator as a network of its own: one tensor for each control, in their order; to items.

    Attributes:
        names: of the inputs: the controls' names, made fit for programs.
    """

    def __init__(self, method: Method, controls: Sequence[Control]) -> None:
        super().__init__()
        self.method = method
        self._controls = tuple(control.name for control in controls)
        self.names = _identifiers(self._controls)

    def forward(self, *inputs: Tensor) -> Tensor:
        """As :meth:`Method.generate`."""
        return self.method.generate(dict(zip(self._controls, inputs, strict=True)))

    def named(self) -> Bare:
        """The same with a ``forward`` whose arguments bear the names: TorchScript reads them there."""

        def forward(self: Bare, *inputs: Tensor) -> Tensor:
            return Bare.forward(self, *inputs)

        kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
        arguments = [inspect.Parameter(name, kind) for name in ("self", *self.names)]
        forward.__signature__ = inspect.Signature(arguments)  # type: ignore[attr-defined]
        same = copy.copy(self)
        same.__class__ = type("Generator", (Bare,), {"forward": forward})
        return same


def _identifiers(names: Sequence[str]) -> list[str]:
    found: list[str] = []
    for name in names:
        plain = re.sub(r"\W", "_", name, flags=re.ASCII) or "_"
        plain = f"_{plain}" if plain[0].isdigit() else plain
        plain = f"{plain}_" if keyword.iskeyword(plain) else plain
        while plain in (*found, "self"):
            plain += "_"
        found.append(plain)
    return found


def _baked(generator: Generator) -> Method:
    """A copy on the processor with plain weights, and with nothing that drawing does not need."""
    method = copy.deepcopy(generator.method)
    method.to("cpu", memory_format=torch.contiguous_format)  # type: ignore[call-overload]
    method.float()
    method.eval().requires_grad_(False)
    _without_idle(method, generator)
    for module in list(method.modules()):
        if parametrize.is_parametrized(module):
            _bake(module)
        if isinstance(module, nn.ConvTranspose2d):
            # Ours compute the same in ways that suit one processor; other programs know the general one.
            module.__class__ = nn.ConvTranspose2d
    return method


def _bake(module: nn.Module) -> None:
    """Puts the weights that its parametrisations compute in their place.

    By hand: ``remove_parametrizations`` alters a class that a copy shares with its original, which would then be broken.
    """
    values = {name: getattr(module, name).detach().clone() for name in module.parametrizations}  # type: ignore[union-attr]
    module.__class__ = type(module).__bases__[0]
    del module.parametrizations
    for name, value in values.items():
        module.register_parameter(name, nn.Parameter(value, requires_grad=False))


def _without_idle(method: Method, generator: Generator) -> None:
    """Removes the networks that can be missing without anything being drawn otherwise: discriminators, encoders."""
    values = {name: torch.as_tensor(rows) for name, rows in _trial(generator, _LOOKED_AT, 0).items()}
    with torch.inference_mode():
        wanted = method.generate(values)
        for name, child in list(method.named_children()):
            delattr(method, name)
            try:
                idle = torch.equal(method.generate(values), wanted)
            except (AttributeError, KeyError, TypeError, RuntimeError):
                idle = False
            if not idle:
                setattr(method, name, child)


def _examples(generator: Generator) -> tuple[Tensor, ...]:
    values = _trial(generator, _EXAMPLES, 0)
    return tuple(torch.as_tensor(values[control.name]) for control in driven(generator.controls))


@contextmanager
def _deprecated() -> Iterator[None]:
    """TorchScript and the exporter that builds on it still work, and say that they will not for ever.

    What tracing finds doubtful is not taken from its warnings but measured afterwards.
    """
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", r"`torch\.jit\.\w+` is", DeprecationWarning)
        warnings.filterwarnings("ignore", "You are using the legacy TorchScript", DeprecationWarning)
        warnings.filterwarnings("ignore", "The feature will be removed", DeprecationWarning)
        warnings.filterwarnings("ignore", "Constant folding", UserWarning)
        warnings.filterwarnings("ignore", category=torch.jit.TracerWarning)  # type: ignore[attr-defined]
        yield


@contextmanager
def _in_words() -> Iterator[None]:
    try:
        yield
    except (StudioError, OSError):
        raise
    except Exception as error:
        raise StudioError(
            _("This generator cannot be written in this form: {reason}. Try another one.").format(
                reason=str(error).strip().partition("\n")[0] or type(error).__name__
            ),
            details=repr(error),
        ) from error


def _torchscript(path: Path, bare: Bare, generator: Generator, card: str) -> Run:
    with _deprecated(), torch.inference_mode(False), torch.no_grad():
        traced = torch.jit.trace(bare.named(), _examples(generator), check_trace=False)  # type: ignore[no-untyped-call]
        buffer = io.BytesIO()
        torch.jit.save(traced, buffer, _extra_files={f"{CARD}.json": card})
        path.write_bytes(buffer.getvalue())
        read = torch.jit.load(io.BytesIO(path.read_bytes()), map_location="cpu")  # type: ignore[no-untyped-call]
    return lambda values: _through(read, driven(generator.controls), values)


def _onnx_libraries() -> tuple[Any, Any]:
    try:
        import onnx

        return onnx, runtime()
    except ImportError as error:
        raise missing_extra(_("ONNX files"), "onnx") from error


def _onnx(path: Path, bare: Bare, generator: Generator, card: str) -> Run:
    onnx, onnxruntime = _onnx_libraries()
    buffer = io.BytesIO()
    with _deprecated(), torch.inference_mode(False), torch.no_grad():
        torch.onnx.export(
            bare,
            _examples(generator),
            buffer,  # type: ignore[arg-type]
            dynamo=False,  # the newer exporter needs onnxscript, and fixes the number of rows more often
            input_names=bare.names,
            output_names=[OUTPUT],
            dynamic_axes={name: {0: "N"} for name in (*bare.names, OUTPUT)},
            opset_version=_OPSET,
        )
    model = onnx.load_model_from_string(buffer.getvalue())
    onnx.helper.set_model_props(model, {CARD: card})
    model.doc_string = json.loads(card)["call"]
    onnx.checker.check_model(model)
    path.write_bytes(model.SerializeToString())
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    session = onnxruntime.InferenceSession(path.read_bytes(), options, providers=["CPUExecutionProvider"])

    def run(values: Mapping[str, NDArray[Any]]) -> NDArray[np.float32]:
        rows = {
            name: values[control.name] for name, control in zip(bare.names, driven(generator.controls), strict=True)
        }
        return np.asarray(session.run([OUTPUT], rows)[0], np.float32)

    return run


def _safetensors(path: Path, bare: Bare, generator: Generator, card: str) -> Run:
    from safetensors.torch import load, save

    tensors = {name: tensor.contiguous().clone() for name, tensor in bare.method.state_dict().items()}
    if not tensors:
        raise ValueError(_("it has no weights of its own"))
    path.write_bytes(save(tensors, {CARD: card}))
    read = copy.deepcopy(bare)
    with torch.no_grad():
        for tensor in read.state_dict().values():
            tensor.zero_()  # whatever is the same afterwards came out of the file
    read.method.load_state_dict(load(path.read_bytes()))
    return lambda values: _through(read, driven(generator.controls), values)


def _through(network: Any, controls: Sequence[Control], values: Mapping[str, NDArray[Any]]) -> NDArray[np.float32]:
    with torch.inference_mode():
        items: NDArray[np.float32] = network(*(torch.as_tensor(values[one.name]) for one in controls)).float().numpy()
    return items


def _difference(generator: Generator, run: Run) -> float:
    if generator.device.type != "cpu":  # where arithmetic may be coarser than in the file
        method = copy.deepcopy(generator.method).to("cpu")
        generator = Generator(method, generator.title, generator.spec, generator.step, generator.source)
    largest = 0.0
    for count in _BATCHES:
        values = _trial(generator, count, count)
        wanted = generator.generate(values)
        with _in_words():
            got = run(values)
        if got.shape != wanted.shape:
            raise StudioError(
                _("What was written draws items of the shape {got} instead of {wanted}; it was not kept. Try another "
                  "form.").format(got=got.shape, wanted=wanted.shape)
            )  # fmt: skip
        difference = float(np.abs(got - wanted).max())
        # Of how much pictures differ at all: a generator that has hardly learned draws nearly plain grey.
        if not difference <= _TOLERANCE * float(wanted.std()) + _ROUNDING * float(np.abs(wanted).max()):
            raise StudioError(
                _("What was written draws something else than the original (largest difference {difference:.2g}); it was "
                  "not kept. Try another form, or copy the file that the generator came from.").format(
                      difference=difference)
            )  # fmt: skip
        largest = max(largest, difference)
    return largest


def _shape(control: Control) -> list[str | int]:
    match control:
        case GeneratorIndex() | NoiseSeed():
            return ["N"]
        case LabelMap(size=size):
            return ["N", size, size]
        case SourceImage(channels=channels, size=size):
            return ["N", channels, size, size]
        case ClassImages(k=k, channels=channels, size=size):
            return ["N", k, channels, size, size]
    return ["N", size_of(control)]


def _trial(generator: Generator, count: int, seed: int) -> dict[str, NDArray[Any]]:
    """Control values to try a generator with. What is given to a translation is noise: on a blank one nothing differs."""
    values = generator.draw(count, seed)
    chance = np.random.default_rng(seed)
    for control in driven(generator.controls):
        shape = values[control.name].shape
        if isinstance(control, LabelMap):
            values[control.name] = chance.integers(0, control.count, shape)
        elif isinstance(control, SourceImage | ClassImages):
            values[control.name] = chance.uniform(-1, 1, shape).astype(np.float32)
    return values


def _call(bare: Bare, controls: Sequence[Control], ending: str) -> str:
    """How to draw with the file, in a few lines of Python."""
    kinds = ["int64" if isinstance(control, _WHOLE) else "float32" for control in controls]
    shapes = [
        f"{name}: {kind} ({', '.join(map(str, shape))})"
        for name, kind, shape in zip(bare.names, kinds, map(_shape, controls), strict=True)
    ]
    arguments = ", ".join(bare.names)
    if ending == ".onnx":
        code = f"onnxruntime.InferenceSession(file).run(None, {{{', '.join(f'{n!r}: {n}' for n in bare.names)}}})[0]"
    elif ending == ".safetensors":
        code = f"safetensors.torch.load_file(file) gives the weights; the network takes ({arguments})"
    else:
        code = f"torch.jit.load(file)({arguments})"
    return f"{code}  # {'; '.join(shapes)}; gives {OUTPUT} in [-1, 1]"
