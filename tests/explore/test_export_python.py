from __future__ import annotations

import runpy
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from ganstudio.app.generators.sessions import new_session
from ganstudio.core.controls import GeneratorIndex
from ganstudio.core.errors import UsageError
from ganstudio.core.experiment import Experiment
from ganstudio.explore.model_files import save_model
from ganstudio.explore.python_code import as_python
from ganstudio.explore.state import Direction, ExploreState, effective, position_of, stack
from ganstudio.explore.stored import StoredGenerator
from ganstudio.explore.views import draw
from ganstudio.store import Run
from tests.explore.toys import Z, linear

RNG = np.random.default_rng(2)


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    base = tmp_path_factory.mktemp("python")
    for name, method, data, hyper in (
        ("a “run” \\n", "infogan", "digits:size=16", {"conv_width": 4, "batch_size": 4}),
        ("points", "gan", "ring", {"mlp_width": 8, "batch_size": 8}),
    ):
        session = new_session(Experiment(method, data, hyper, steps=2), path=base / name, hold_on_trouble=False)
        session.start()
        assert session.join(60)
        assert session.failure is None
    return base


def drawn(generator: StoredGenerator, state: ExploreState, directions: dict[str, Direction]) -> np.ndarray:
    return draw(generator, stack([effective(state, generator.controls, directions)]))[0]


def play(code: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> np.ndarray:
    """What the script draws."""
    (folder / "script.py").write_text(code, "utf-8")
    monkeypatch.chdir(folder)
    runpy.run_path(str(folder / "script.py"), run_name="__main__")
    with Image.open(folder / "picture.png") as image:
        return np.atleast_3d(np.asarray(image))


def states(generator: StoredGenerator) -> list[ExploreState]:
    drawn_with_seed = ExploreState(position_of(generator.draw(1, 11)), seed=11)
    by_hand = drawn_with_seed.moved("z", RNG.standard_normal(len(drawn_with_seed.position["z"])).astype(np.float32))
    # A sweep keeps the seed although one control was moved.
    moved = by_hand.with_(seed=11)
    return [drawn_with_seed, by_hand, moved, drawn_with_seed.with_(truncation=-0.3)]


@pytest.mark.parametrize("name", ["a “run” \\n", "points"])
def test_the_script_draws_the_picture(base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    generator = StoredGenerator.open(Run.open(base / name), step=0, source="raw")
    for state in states(generator):
        code = as_python(base / name, generator, state, {})
        assert np.array_equal(play(code, tmp_path, monkeypatch), drawn(generator, state, {}))


def test_directions_in_use_are_in_it(base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = base / "a “run” \\n"
    generator = StoredGenerator.open(Run.open(path))
    size = len(generator.draw(1)["z"][0])
    directions = {
        name: Direction(name, "pca", "z", RNG.standard_normal(size).astype(np.float32)) for name in ('"a"\n', "b", "c")
    }
    state = states(generator)[0].with_(strengths={'"a"\n': 2.5, "b": -1.0, "c": 0.0, "gone": 1.0}, truncation=0.5)
    code = as_python(path, generator, state, directions, scale=3)
    wanted = np.kron(drawn(generator, state, directions), np.ones((3, 3, 1), np.uint8))
    assert np.array_equal(play(code, tmp_path, monkeypatch), wanted)
    assert '"c"' not in code
    assert "gone" not in code
    assert not np.array_equal(wanted[::3, ::3], drawn(generator, state, {}))


def test_what_a_seed_gives_is_not_written_out(base: Path) -> None:
    generator = StoredGenerator.open(Run.open(base / "a “run” \\n"))
    seeded, by_hand, moved, _truncated = states(generator)
    short, long = (as_python(generator.run.path, generator, state, {}) for state in (seeded, by_hand))
    assert "seed=11" in short
    assert len(short.splitlines()) < 20 < len(long.splitlines())
    assert "numpy" not in short
    assert max(map(len, long.splitlines()[3:])) <= max(120, len(str(generator.run.path)) + 40)
    partly = as_python(generator.run.path, generator, moved, {})
    assert "seed=11" in partly
    assert 'position["z"] = ' in partly
    assert '"category"' not in partly


def test_it_is_a_program_of_its_own(base: Path, tmp_path: Path) -> None:
    generator = StoredGenerator.open(Run.open(base / "points"))
    (state, *_others) = states(generator)
    file = tmp_path / "s.py"
    file.write_text(as_python(base / "points", generator, state, {}, file="out “1”.png"), "utf-8")
    subprocess.run([sys.executable, "-W", "error::SyntaxWarning", file], cwd=tmp_path, check=True, timeout=100)
    with Image.open(tmp_path / "out “1”.png") as image:
        assert np.array_equal(np.atleast_3d(np.asarray(image)), drawn(generator, state, {}))


def test_the_nearest_checkpoint_of_a_run_that_went_on(base: Path, tmp_path: Path) -> None:
    generator = StoredGenerator.open(Run.open(base / "points"))
    (state, *_others) = states(generator)
    generator.step = 1000
    code = as_python(base / "points", generator, state, {})
    assert "step=2," in code
    assert "# Step 1000 itself was not stored" in code
    empty = shutil.copytree(base / "points", tmp_path / "empty")
    for file in (empty / "checkpoints").iterdir():
        file.unlink()
    with pytest.raises(UsageError, match="no checkpoint yet"):
        as_python(empty, generator, state, {})


def test_a_generator_that_was_brought_in(base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from ganstudio.explore.foreign import open_foreign

    layers = torch.nn.Sequential(torch.nn.Linear(6, 64), torch.nn.Tanh())
    from tests.explore.toys import toy

    save_model(tmp_path / "mine.onnx", toy(lambda method, values: method.net(values["z"])[:, :16], net=layers))
    generator = open_foreign(tmp_path / "mine.onnx")
    state = ExploreState(position_of(generator.draw(1, 3)), 0.8, seed=3)
    code = as_python(tmp_path / "mine.onnx", generator, state, {})
    wanted = draw(generator, stack([effective(state, generator.controls, {})]))[0]
    assert np.array_equal(play(code, tmp_path, monkeypatch), wanted)


def test_which_of_several_generators_and_odd_titles(base: Path) -> None:
    generator = linear(controls=(Z, GeneratorIndex("which", 3)))
    generator.title = 'a "title" \\ with\n"""'
    position = {"z": np.zeros(6, np.float32), "which": np.asarray(2, np.int64)}
    code = as_python(base / "points", generator, ExploreState(position), {})
    assert "np.asarray(2, np.int64)" in code
    compile(code, "script", "exec")
