from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import ganstudio.cli.info
from ganstudio import __version__
from tests.cli.conftest import Call, environment

COMMANDS = ("train", "sample", "info", "methods", "datasets", "bench", "doctor")


def test_version(call: Call) -> None:
    answer = call("--version")
    assert (answer.status, answer.out) == (0, f"ganstudio {__version__}\n")


def test_help_lists_every_command(call: Call) -> None:
    answer = call("--help")
    assert answer.status == 0
    assert all(f"\n  {name} " in answer.out for name in COMMANDS)
    assert "--screenshot" in answer.out


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself(call: Call, name: str) -> None:
    answer = call(name, "--help")
    assert answer.status == 0
    assert answer.out.startswith(f"usage: ganstudio {name}")


def test_unknown_word_is_guessed(call: Call) -> None:
    answer = call("trian")
    assert answer.status == 2
    assert "Did you mean “train”?" in answer.error


def test_word_like_nothing(call: Call) -> None:
    answer = call("qqq")
    assert answer.status == 2
    assert "--help" in answer.error


@pytest.mark.parametrize(
    "arguments",
    [
        ["./nowhere"],
        ["info", "/nowhere"],
        ["info"],
        ["info", "/nowhere", "--colour"],
        ["methods", "dcgam"],
        ["datasets", "rings"],
        ["--nonsense"],
        ["sample", "/nowhere", "--out", "x.png"],
        ["n" * 5000],
        ["info", "n" * 5000],
        ["info", "~nobody-of-this-name/run"],
        ["train", "gan", "--data", "ring", "--steps", "5", "--out", "n" * 5000],
        ["train", "gan", "--data", f"folder:/{'n' * 5000}", "--steps", "5"],
        ["--screenshot", "n" * 5000 + ".png"],
        ["train", "--resume", "/nowhere", "--steps", "5"],
    ],
)
def test_wrong_requests_are_one_line_and_status_2(call: Call, arguments: list[str]) -> None:
    answer = call(*arguments)
    assert answer.status == 2
    assert answer.error


def test_folder_that_is_no_run(call: Call, tmp_path: Path) -> None:
    for arguments in ([tmp_path], ["info", tmp_path]):
        answer = call(*arguments)
        assert answer.status == 2
        assert "run.json" in answer.error


def test_damaged_run_fails(call: Call, tmp_path: Path) -> None:
    (tmp_path / "run.json").write_text("{")
    answer = call("info", tmp_path)
    assert answer.status == 1
    assert "damaged" in answer.error


def test_the_unexpected_is_a_line_too(call: Call, runs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(_run: object) -> dict[str, object]:
        raise RuntimeError("first\nsecond")

    monkeypatch.setattr(ganstudio.cli.info, "facts_of", breaks)
    answer = call("info", runs / "points")
    assert answer.status == 1
    assert "RuntimeError: first second" in answer.error
    monkeypatch.setenv("GANSTUDIO_DEBUG", "1")
    answer = call("info", runs / "points")
    assert answer.status == 1
    assert "Traceback" in answer.err


def test_interrupt_is_130(call: Call, runs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stops(_run: object) -> dict[str, object]:
        raise KeyboardInterrupt

    monkeypatch.setattr(ganstudio.cli.info, "facts_of", stops)
    assert call("info", runs / "points").status == 130


def test_start_is_light() -> None:
    code = (
        "import sys; from ganstudio.__main__ import main\n"
        "assert [main(a) for a in (['--version'], ['--help'], ['train', '--help'], ['nothing'])] == [0, 0, 0, 2]\n"
        "assert main(['datasets']) == 0\n"
        "heavy = {'torch', 'PySide6', 'sklearn', 'scipy', 'pyqtgraph'} & sys.modules.keys()\n"
        "assert not heavy, heavy\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("training", [("gan", "ring"), ("dcgan", "digits:size=16,classes=0")])
def test_training_brings_torch_and_no_more(training: tuple[str, str], tmp_path: Path) -> None:
    method, data = training
    arguments = ["train", method, "--data", data, "--steps", "2", "--threads", "1", "--set", "batch_size=4"]
    resumed = ["train", "--resume", str(tmp_path / "run"), "--steps", "3", "--threads", "1"]
    code = (
        "import gc, sys; from ganstudio.__main__ import main\n"
        f"assert main({[*arguments, '--out', str(tmp_path / 'run')]!r}) == 0\n"
        f"assert main({resumed!r}) == 0\n"
        "heavy = {'torch._dynamo', 'sympy', 'sklearn', 'scipy', 'PySide6', 'onnx'} & sys.modules.keys()\n"
        "assert not heavy, heavy\n"
        "assert gc.isenabled()\n"
        "assert gc.get_freeze_count() > 100_000\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr


def test_garbage_is_collected_again_after_a_refusal() -> None:
    code = (
        "import gc; from ganstudio.__main__ import main\n"
        "assert main(['train', 'gan', '--data', 'nothing', '--steps', '1']) == 2\n"
        "assert gc.isenabled()\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr


def test_reader_that_has_enough_breaks_nothing() -> None:
    code = "import sys; from ganstudio.__main__ import main; sys.exit(main(['datasets', '--json']))"
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        error = process.stderr.read()
    assert error == b""
    assert process.returncode in (0, 1)


def test_a_terminal_that_knows_only_ascii() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "ganstudio", "datasets", "digits"],
        capture_output=True,
        env=environment(PYTHONIOENCODING="ascii", PYTHONUTF8="0"),
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert b"1,797" in done.stdout


NO_QT = """
import sys
class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ("PySide6", "shiboken6", "pyqtgraph", "superqt"):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
sys.meta_path.insert(0, Refuse())
from ganstudio.__main__ import main
run, file = sys.argv[1:]
tiny = ["--steps", "2", "--threads", "1", "--set", "mlp_width=16"]
codes = [main(["methods"]), main(["datasets"]), main(["train", "gan", "--data", "ring", "--out", run, *tiny])]
codes += [main(["info", run]), main(["sample", run, "--out", file]), main(["doctor"])]
assert codes == [0] * 6, codes
assert main([]) == 1
assert not {"PySide6", "pyqtgraph"} & sys.modules.keys()
"""


def test_no_command_needs_qt(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", NO_QT, str(tmp_path / "run"), str(tmp_path / "points.csv")],
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    assert "pip install PySide6-Essentials" in done.stderr.splitlines()[-1]
