"""Files made to do harm: they run nothing, open nothing, write nothing, and end when they are told to."""

from __future__ import annotations

import io
import pickle
import struct
import sys
import threading
import time
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
import torch
from torch import Tensor, nn

from ganstudio.core.errors import CancelledError, UsageError
from ganstudio.core.patience import patience
from ganstudio.explore.foreign import open_foreign
from ganstudio.explore.foreign.onnx_process import OnnxProcess
from ganstudio.explore.rendering import RenderService
from ganstudio.store.torch_file import CodeError, TooMuchError, read_torch_file
from tests.explore import foreign_networks as nets

HELPER, FLOAT, INT = onnx.helper, onnx.TensorProto.FLOAT, onnx.TensorProto.INT64


class Writes(nn.Module):
    """Writes a file whenever it is asked for a picture."""

    def __init__(self, place: str) -> None:
        super().__init__()
        self.place = place
        self.fc = nn.Linear(20, 256)

    def forward(self, z: Tensor) -> Tensor:
        torch.save(z, self.place)
        return torch.tanh(self.fc(z)).view(-1, 1, 16, 16)


def _renamed(path: Path, target: Path, *changes: tuple[str, str]) -> Path:
    """The same archive with other names of its entries."""
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(target, "w") as out:
        for entry in source.infolist():
            name = entry.filename
            for old, new in changes:
                name = name.replace(old, new)
            out.writestr(name, source.read(entry))
    return target


@pytest.fixture
def no_readers(monkeypatch: pytest.MonkeyPatch) -> None:
    """PyTorch's and Python's own readers of programs are never asked."""

    def never(*_args: object, **_kwargs: object) -> None:
        raise AssertionError("a file from elsewhere came to a reader that can run it")

    monkeypatch.setattr(torch, "load", never)
    monkeypatch.setattr(torch.jit, "load", never)
    monkeypatch.setattr(pickle, "load", never)
    monkeypatch.setattr(pickle, "loads", never)
    monkeypatch.setattr(pickle, "Unpickler", never)


@pytest.mark.usefixtures("no_readers")
@pytest.mark.parametrize("disguise", ["", ".PY", "no constants", "two directories", "only data"])
def test_programs_are_not_opened_whatever_their_entries_are_called(tmp_path: Path, disguise: str) -> None:
    sentinel, path = tmp_path / "sentinel", tmp_path / "x.pt"
    program = nets.script(Writes(str(sentinel)), tmp_path / "w.pt")
    if disguise == ".PY":
        _renamed(program, path, (".py", ".PY"), ("code/", "Code/"))
    elif disguise == "no constants":
        _renamed(program, path, ("constants.pkl", "Constants.pkl"))
    elif disguise == "two directories":
        harmless = nets.save_weights(nets.dcgan28(), tmp_path / "h.pt")
        path.write_bytes(harmless.read_bytes() + program.read_bytes())
    elif disguise == "only data":
        _renamed(program, path, ("code/", "kode/"), ("constants.pkl", "other.pkl"))
    else:
        path.write_bytes(program.read_bytes())
    with pytest.raises(UsageError, match=r"program \(TorchScript\)|Python code \(__torch__"):
        open_foreign(path)
    assert not sentinel.exists()


@pytest.mark.usefixtures("no_readers")
@pytest.mark.parametrize("old", [False, True])
def test_weights_need_no_reader_of_programs(tmp_path: Path, old: bool) -> None:
    state = nets.dcgan28().state_dict()
    torch.save({"g": state, "epoch": 3}, tmp_path / "x.pt", _use_new_zipfile_serialization=not old)
    assert open_foreign(tmp_path / "x.pt").spec.size == 28


VALUES: dict[str, Any] = {
    "kinds": {str(kind): torch.arange(6).to(kind) for kind in (
        torch.float64, torch.float32, torch.float16, torch.bfloat16, torch.int64, torch.int32, torch.int16, torch.int8,
        torch.uint8, torch.bool, torch.complex64, torch.float8_e4m3fn)},
    "views": {"t": torch.arange(12.0).view(3, 4).t(), "part": torch.arange(12.0)[3:9:2], "wide": torch.ones(1).expand(5),
              "none": torch.empty(0, 3), "number": torch.tensor(7.0)},
    "shared": [(weight := torch.randn(3)), weight, {"same": weight[1:]}],
    "parameters": nn.Linear(3, 2).state_dict(keep_vars=True),
    "others": {"lr": 2e-4, "betas": (0.5, 0.999), "names": ["a", "é", None], 3: True, "big": 2**80, "size": torch.Size([2]),
               "bytes": b"x", "negative": -5},
}  # fmt: skip


@pytest.mark.parametrize("old", [False, True])
@pytest.mark.parametrize("name", VALUES)
def test_what_is_read_is_what_was_saved(name: str, old: bool) -> None:
    file = io.BytesIO()
    torch.save(VALUES[name], file, _use_new_zipfile_serialization=not old)
    _same(read_torch_file(io.BytesIO(file.getvalue())), VALUES[name])


def _same(found: Any, wanted: Any) -> None:
    if isinstance(wanted, Tensor):
        assert found.dtype == wanted.dtype
        assert torch.equal(found.float(), wanted.detach().float()) if not wanted.is_complex() else found.equal(wanted)
    elif isinstance(wanted, dict):
        assert list(found) == list(wanted)
        for key, value in wanted.items():
            _same(found[key], value)
    elif isinstance(wanted, list):
        for one, other in zip(found, wanted, strict=True):
            _same(one, other)
    else:
        assert wanted == b"x" or found == wanted


def test_an_archive_of_the_other_order_of_bytes(tmp_path: Path) -> None:
    file = nets.save_weights(nn.Linear(3, 2), tmp_path / "x.pt")
    weight = read_torch_file(io.BytesIO(file.read_bytes()))["weight"]
    with zipfile.ZipFile(file) as source, zipfile.ZipFile(tmp_path / "y.pt", "w") as out:
        for entry in source.infolist():
            content = source.read(entry)
            if "/data/" in entry.filename:
                content = np.frombuffer(content, "u4").byteswap().tobytes()
            out.writestr(entry.filename, b"big" if entry.filename.endswith("byteorder") else content)
    assert torch.equal(read_torch_file(io.BytesIO((tmp_path / "y.pt").read_bytes()))["weight"], weight)


def _pickled(*steps: bytes) -> io.BytesIO:
    return io.BytesIO(b"\x80\x04" + b"".join(steps) + b".")


def _tensor(offset: int, size: tuple[int, ...], stride: tuple[int, ...], data: bytes = bytes(40)) -> io.BytesIO:
    """An archive with one tensor over a storage of ten numbers, wherever it says that it lies."""

    class Fake:
        def __reduce__(self) -> Any:
            from torch._utils import _rebuild_tensor_v2

            return _rebuild_tensor_v2, (Kept(), offset, size, stride, False, None)

    class Kept:
        pass

    class Writer(pickle.Pickler):
        def persistent_id(self, value: Any) -> Any:
            return ("storage", torch.FloatStorage, "0", "cpu", 10) if isinstance(value, Kept) else None

    main, file = io.BytesIO(), io.BytesIO()
    Writer(main, 2).dump({"w": Fake()})
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("a/data.pkl", main.getvalue())
        archive.writestr("a/data/0", data)
    return io.BytesIO(file.getvalue())


def test_no_tensor_reaches_outside_its_storage() -> None:
    assert read_torch_file(_tensor(0, (2, 5), (5, 1)))["w"].shape == (2, 5)
    for offset, size, stride in [
        (0, (11,), (1,)), (6, (5,), (1,)), (-1, (2,), (1,)), (0, (2, 2), (1, -1)), (0, (3,), (5,)), (0, (2,), (2**62,)),
        (2**62, (1,), (1,)), (0, (2,), (1, 1)),
    ]:  # fmt: skip
        with pytest.raises((ValueError, OverflowError, RuntimeError)):
            read_torch_file(_tensor(offset, size, stride))
    with pytest.raises(ValueError, match="longer than its storage"):
        read_torch_file(_tensor(0, (10,), (1,), bytes(39)))
    with pytest.raises(TooMuchError):
        read_torch_file(_tensor(0, (2**20, 2**20), (0, 0)))


def test_pickles_that_would_grow_without_end() -> None:
    numbers = b"".join(struct.pack("<BiB", 0x4A, number, 0x4E) for number in range(50_000))  # each with None
    copier, large = b"ccollections\nOrderedDict\n\x940", b"}\x94(" + numbers + b"u0"
    assert len(read_torch_file(_pickled(copier, large, b"h\x00h\x01\x85R"))) == 50_000
    with pytest.raises(TooMuchError):
        read_torch_file(_pickled(copier, large, b"h\x00h\x01\x85R0" * 1000, b"N"))
    doubled = (bytes([0x68, number, 0x68, number, 0x86, 0x94, 0x30]) for number in range(60))
    key = (
        b")\x940" + b"".join(doubled) + bytes([0x68, 60])
    )  # of pairs of pairs: it would take for ever to hash, or to print
    assert read_torch_file(_pickled(b"}", key, b"K\x01s")) == {}
    for wanted in (b"cos\nsystem\n", b"\x8c\x02os\x8c\x06system\x93", b"(ios\nsystem\n"):
        with pytest.raises(CodeError, match=r"os.system"):
            read_torch_file(_pickled(wanted, b"\x8c\x02ls\x85R"))


def test_modules_of_torchscript_are_dicts_and_only_where_they_are_asked_for(tmp_path: Path) -> None:
    module = b"c__torch__.a\nNet\n)\x81}(\x8c\x01kK\x03\x8c\x01lctorch.jit._pickle\nbuild_intlist\n](K\x01e\x85Rub."
    evil = b"cbuiltins\neval\n)\x81}b."
    for name, content in (("good", module), ("evil", evil)):
        with zipfile.ZipFile(tmp_path / name, "w") as archive:
            archive.writestr("x/data.pkl", b"\x80\x04" + content)
    with (tmp_path / "good").open("rb") as file:
        assert read_torch_file(file, modules=True) == {"k": 3, "l": None}
        file.seek(0)
        with pytest.raises(CodeError, match=r"__torch__\.a\.Net"):
            read_torch_file(file)
    with (tmp_path / "evil").open("rb") as file, pytest.raises(CodeError, match=r"builtins\.eval"):
        read_torch_file(file, modules=True)


def test_an_archive_of_little_that_unpacks_to_much(tmp_path: Path) -> None:
    torch.save({"main.0.weight": torch.zeros(8, 16, 4, 4)}, tmp_path / "x.pt")
    with (
        zipfile.ZipFile(tmp_path / "x.pt") as source,
        zipfile.ZipFile(tmp_path / "y.pt", "w", zipfile.ZIP_BZIP2) as out,
    ):
        for entry in source.infolist():
            out.writestr(entry.filename, bytes(90 << 20) if "/data/" in entry.filename else source.read(entry))
    with pytest.raises(UsageError, match="far more than weights"):
        open_foreign(tmp_path / "y.pt")


@pytest.mark.parametrize("ending", [".pt", ".safetensors"])
def test_reading_weights_can_be_given_up_and_has_a_limit(tmp_path: Path, ending: str) -> None:
    path, cancel = nets.save_weights(nets.trained(nets.dcgan28(), 20), tmp_path / f"x{ending}"), threading.Event()
    cancel.set()
    with pytest.raises(CancelledError):
        open_foreign(path, cancel)
    steps = _pickled(b"N0" * 200_000, b"N")
    with patience("slow.pt", seconds=-1.0), pytest.raises(UsageError, match=r"“slow\.pt” was given up"):
        read_torch_file(steps)


# ONNX


def _loop(rounds: int = 10**12) -> list[Any]:
    body = HELPER.make_graph(
        [HELPER.make_node("Identity", ["go"], ["on"]), HELPER.make_node("Identity", ["v"], ["u"])], "body",
        [nets.info("i", (), INT), nets.info("go", (), onnx.TensorProto.BOOL), nets.info("v", ("N", 256))],
        [nets.info("on", (), onnx.TensorProto.BOOL), nets.info("u", ("N", 256))],
    )  # fmt: skip
    return [
        HELPER.make_node("Constant", [], ["rounds"], value=nets.constant("rounds", np.array(rounds))),
        HELPER.make_node("Constant", [], ["yes"], value=nets.constant("yes", np.array(True))),
        HELPER.make_node("Loop", ["rounds", "yes", "x"], ["p"], body=body),
    ]


def _in_if(nodes: list[Any]) -> list[Any]:
    branch = HELPER.make_graph(nodes, "branch", [], [nets.info("p", ("N", 256))])
    yes = HELPER.make_node("Constant", [], ["always"], value=nets.constant("always", np.array(True)))
    return [yes, HELPER.make_node("If", ["always"], ["p"], then_branch=branch, else_branch=branch)]


def _function(name: str, nodes: list[Any], domain: str = "own") -> Any:
    opsets = [HELPER.make_opsetid("", 17), HELPER.make_opsetid("own", 1)]
    return HELPER.make_function(domain, name, ["x"], ["p"], nodes, opsets)


def _call(name: str, overload: str = "") -> Any:
    return HELPER.make_node(name, ["x"], ["p"], domain="own", overload=overload)


def _overloads(*nodes: list[Any]) -> list[Any]:
    made = [_function("f", one) for one in nodes]
    for number, one in enumerate(made):
        one.overload = str(number)
    return made


def _doubling(depth: int) -> list[Any]:
    """Functions that each call the next one twice."""
    made = [_function("f0", [HELPER.make_node("Tanh", ["x"], ["p"])])]
    for number in range(1, depth):
        twice = [HELPER.make_node(f"f{number - 1}", [a], [b], domain="own") for a, b in (("x", "y"), ("y", "p"))]
        made.append(_function(f"f{number}", twice))
    return made


HARMFUL: dict[str, tuple[list[Any], list[Any], str]] = {
    "a loop": (_loop(), [], "operation “Loop”"),
    "a short loop": (_loop(3), [], "operation “Loop”"),
    "a loop in a condition in a function": ([_call("f")], [_function("f", _in_if(_loop()))], "operation “Loop”"),
    "an operation of somebody": (
        [HELPER.make_node("EPContext", ["x"], ["p"], domain="com.microsoft")],
        [],
        "EPContext",
    ),
    "a function that calls itself": ([_call("f")], [_function("f", [_call("f")])], "never ends"),
    "a loop in one of two overloads": (
        [_call("f", "0")],
        _overloads(_loop(), [HELPER.make_node("Tanh", ["x"], ["p"])]),
        "operation “Loop”",
    ),
    "two functions of one name": (
        [_call("f")],
        [_function("f", _loop()), _function("f", [HELPER.make_node("Tanh", ["x"], ["p"])])],
        "damaged",
    ),
    "functions that grow": ([_call("f39")], _doubling(40), "more than 50,000 operations"),
}


@pytest.mark.parametrize("name", HARMFUL)
def test_models_with_what_no_generator_needs(tmp_path: Path, name: str) -> None:
    nodes, functions, words = HARMFUL[name]
    with pytest.raises(UsageError, match=words):
        open_foreign(nets.onnx_model(tmp_path / "x.onnx", nodes, [], functions))


def test_functions_and_conditions_of_harmless_parts_are_taken(tmp_path: Path) -> None:
    tanh = [HELPER.make_node("Tanh", ["x"], ["p"])]
    for nodes, functions in ((_in_if(tanh), []), ([_call("f2")], _doubling(3))):
        generator = open_foreign(nets.onnx_model(tmp_path / "x.onnx", nodes, [], functions))
        assert generator.generate(generator.draw(2)).shape == (2, 1, 16, 16)


@pytest.mark.parametrize(("domain", "name"), [("", "Loop"), ("com.microsoft", "QuickGelu")])
def test_a_function_called_like_an_operation_is_the_function_that_was_checked(
    tmp_path: Path, domain: str, name: str
) -> None:
    """The runtime prefers its own operation; so the loop ran for ever, and no operation of anybody was forbidden."""
    nodes = _loop() if name == "Loop" else [HELPER.make_node(name, ["x"], ["p"], domain=domain)]
    inner = [HELPER.make_node("Sub", ["x", "x"], ["zero"]), HELPER.make_node("Add", ["zero", "x"], ["p"])]
    function = HELPER.make_function(domain, name, list(nodes[-1].input), ["p"], inner, [HELPER.make_opsetid("", 17)])
    generator = open_foreign(nets.onnx_model(tmp_path / "x.onnx", nodes, [], [function]))
    plain = open_foreign(nets.onnx_model(tmp_path / "y.onnx", inner, []))
    values = generator.draw(2)
    assert np.array_equal(generator.generate(values), plain.generate(values))


def test_what_a_file_says_of_itself_does_not_reach_the_runtime(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """ONNX Runtime takes settings out of a file if it is told to; one of them makes it write a profile."""
    path = nets.onnx_model(tmp_path / "x.onnx", [HELPER.make_node("Tanh", ["x"], ["p"])])
    model = onnx.load(str(path))
    wanted = f'{{"session_options": {{"enable_profiling": 1, "profile_file_prefix": "{tmp_path}/profile"}}}}'
    HELPER.set_model_props(model, {"ort_config": wanted})
    onnx.save(model, str(path))
    monkeypatch.setenv("ORT_LOAD_CONFIG_FROM_MODEL", "1")
    generator = open_foreign(path)
    generator.generate(generator.draw(1))
    assert [one.name for one in tmp_path.iterdir()] == ["x.onnx"]


@pytest.mark.parametrize("where", ["a weight", "a constant", "a branch"])
@pytest.mark.parametrize("place", ["../secret", "/etc/hostname", "sub/secret", "link", "C:secret", ""])
def test_weights_lie_beside_the_file_or_nowhere(tmp_path: Path, where: str, place: str) -> None:
    inside = tmp_path / "inside"
    (inside / "sub").mkdir(parents=True)
    for one in (tmp_path / "secret", inside / "sub" / "secret"):
        one.write_bytes(bytes(256 * 4))
    (inside / "link").symlink_to(tmp_path / "secret")
    item = onnx.TensorProto(name="c", data_type=FLOAT, dims=[256], data_location=onnx.TensorProto.EXTERNAL)
    item.external_data.add(key="location", value=place)
    node = HELPER.make_node("Add", ["x", "c"], ["p"])
    constant = HELPER.make_node("Constant", [], ["c"], value=item)
    nodes = {"a weight": [node], "a constant": [constant, node], "a branch": _in_if([constant, node])}[where]
    path = nets.onnx_model(inside / "x.onnx", nodes, [item] if where == "a weight" else [])
    with pytest.raises(UsageError, match="outside its own folder"):
        open_foreign(path)


def test_a_slow_model_is_stopped(tmp_path: Path) -> None:
    process = OnnxProcess(nets.slow_onnx(tmp_path / "slow.onnx"), seconds=(30.0, -4.0))  # and five for a row
    process.open()
    for _again in range(2):  # the second time in a new process
        with pytest.raises(UsageError, match=r"“slow\.onnx” was stopped: it took longer than 1 s"):
            process.draw([np.zeros((1, 20), np.float32)])
    process.end()


def test_opening_a_slow_model_can_be_cancelled(tmp_path: Path) -> None:
    cancel = threading.Event()
    timer = threading.Timer(1.0, cancel.set)
    timer.start()
    with pytest.raises(CancelledError):
        open_foreign(nets.slow_onnx(tmp_path / "slow.onnx"), cancel)
    timer.join()


def test_closing_never_waits_for_a_model(tmp_path: Path) -> None:
    generator = open_foreign(nets.onnx_model(tmp_path / "x.onnx", [HELPER.make_node("Tanh", ["x"], ["p"])]))
    process = OnnxProcess(nets.slow_onnx(tmp_path / "slow.onnx"))
    process.open()
    busy = threading.Event()

    def work(_generator: object) -> Iterator[object]:
        busy.set()
        yield process.draw([np.zeros((1, 20), np.float32)])

    for module in generator.method.modules():  # the same generator, with the slow model in the place of its own
        if hasattr(module, "process"):
            module.process = process
    service = RenderService(lambda: None)
    service.use(generator)
    service.submit("picture", work)
    assert busy.wait(10)
    time.sleep(0.2)
    assert service.close(timeout=8)
    with pytest.raises(CancelledError):
        generator.generate(generator.draw(1))


@pytest.mark.skipif(sys.platform == "win32", reason="it is asked otherwise there")
def test_the_runtime_keeps_no_notes_on_what_was_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "home" / "cache"))
    (tmp_path / "home").mkdir()
    generator = open_foreign(nets.onnx_model(tmp_path / "x.onnx", [HELPER.make_node("Tanh", ["x"], ["p"])]))
    generator.generate(generator.draw(1))
    assert not list((tmp_path / "home").iterdir())


def test_what_lies_where_the_program_was_started_is_not_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A model was unpacked together with a module of the runtime's name, and the program started in that folder."""
    path = nets.onnx_model(tmp_path / "x.onnx", [HELPER.make_node("Tanh", ["x"], ["p"])])
    for name in ("onnxruntime", "onnx", "numpy", "json", "ganstudio", "sitecustomize"):
        (tmp_path / f"{name}.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w').close()\n", "utf-8")
    monkeypatch.chdir(tmp_path)
    generator = open_foreign(path)
    generator.generate(generator.draw(1))
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("how", ["the original ends", "its own work is cancelled"])
def test_a_copy_that_draws_without_end_is_ended_too(tmp_path: Path, how: str) -> None:
    """Directions are looked for with a copy in the drawing thread, exports draw with one in a job."""
    generator = open_foreign(nets.onnx_model(tmp_path / "x.onnx", [HELPER.make_node("Tanh", ["x"], ["p"])]))
    values, cancel, ended = generator.draw(1), threading.Event(), threading.Event()
    copied = generator.frozen()
    for module in copied.method.modules():
        if hasattr(module, "process"):
            module.process = OnnxProcess(nets.slow_onnx(tmp_path / "slow.onnx"))
    if how != "the original ends":
        copied.until(cancel)
        generator.end()

    def draw() -> None:
        with suppress(CancelledError):
            copied.generate(values)
        ended.set()

    threading.Thread(target=draw, daemon=True).start()
    assert not ended.wait(1.5)
    if how == "the original ends":
        generator.end()
    else:
        cancel.set()
    assert ended.wait(5)


def test_a_model_that_asks_for_all_memory(tmp_path: Path) -> None:
    nodes = [
        HELPER.make_node("ReduceMean", ["x"], ["m"], keepdims=0),
        HELPER.make_node("Expand", ["m", "huge"], ["y"]),
        HELPER.make_node("ReduceMean", ["y"], ["a"], keepdims=0),
        HELPER.make_node("Add", ["x", "a"], ["p"]),
    ]
    with pytest.raises(UsageError, match=r"no generator of pictures|was stopped"):
        open_foreign(nets.onnx_model(tmp_path / "x.onnx", nodes, [nets.constant("huge", [10**6, 10**6])]))


def test_a_file_that_changes_while_it_is_open(tmp_path: Path) -> None:
    path = nets.onnx_model(tmp_path / "x.onnx", [HELPER.make_node("Tanh", ["x"], ["p"])])
    generator = open_foreign(path)
    frozen = generator.frozen()  # asked only now, in a process of its own
    nets.onnx_model(path, [HELPER.make_node("Sin", ["x"], ["p"])])
    with pytest.raises(UsageError, match="has changed since it was opened"):
        frozen.generate(generator.draw(1))
    assert generator.generate(generator.draw(1)).shape == (1, 1, 16, 16)
