from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch

from ganstudio.app.generators.sessions import new_session
from ganstudio.core.commands import SetHyper
from ganstudio.core.controls import LatentVector
from ganstudio.core.errors import StoreError, UsageError
from ganstudio.core.experiment import Experiment
from ganstudio.explore import files
from ganstudio.explore import generator as generator_module
from ganstudio.explore.inside import plane_of
from ganstudio.explore.shelf import HELD, Shelf
from ganstudio.explore.stored import StoredGenerator
from ganstudio.store import Run, RunWriter, load_checkpoint


def _train(path: Path, method: str, data: str, hyper: dict[str, int | float], *commands: SetHyper) -> Path:
    session = new_session(Experiment(method, data, hyper, steps=4), path=path, hold_on_trouble=False)
    for command in commands:
        session.send(command)
    session.start()
    assert session.join(60)
    assert session.failure is None
    return path


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    base = tmp_path_factory.mktemp("explore")
    _train(base / "points", "gan", "ring", {"mlp_width": 16, "batch_size": 16}, SetHyper("lr_g", 1e-4))
    _train(base / "plain", "gan", "ring", {"mlp_width": 16, "batch_size": 16, "ema": 0.0})
    _train(base / "images", "dcgan", "digits:size=16", {"conv_width": 8, "batch_size": 8})
    return base


@pytest.fixture
def run(base: Path, tmp_path: Path) -> Run:
    """A run that a test may spoil."""
    return Run.open(shutil.copytree(base / "points", tmp_path / "run"))


@pytest.mark.parametrize(("name", "shape"), [("points", (7, 2)), ("images", (7, 1, 16, 16))])
def test_draws_what_the_data_look_like(base: Path, name: str, shape: tuple[int, ...]) -> None:
    generator = StoredGenerator.open(Run.open(base / name))
    values = generator.draw(7, seed=1)
    assert {control.name for control in generator.controls} == values.keys()
    items = generator.generate(values)
    assert (items.dtype, items.shape) == (np.float32, shape)
    assert np.isfinite(items).all()
    assert (generator.step, generator.source) == (4, "ema")


def test_the_same_as_the_session_stored(base: Path) -> None:
    """The grid on the timeline was drawn from these weights; so the method was rebuilt rightly."""
    from ganstudio.methods.view import FIXED_IMAGES
    from ganstudio.nn.random import randomness, seeded

    generator = StoredGenerator.open(Run.open(base / "images"))
    with randomness(seeded(0, "fixed latents")):
        fixed = {name: values.numpy() for name, values in generator.method.draw(FIXED_IMAGES).items()}
    drawn = files.to_pixels(generator.generate(fixed)).astype(int)
    shown = generator.run.load_samples(4).items.astype(int)
    assert np.abs(drawn - shown).max() <= 1


def test_seed_decides_and_nobody_else_is_disturbed(base: Path) -> None:
    generator = StoredGenerator.open(Run.open(base / "points"))
    before = torch.get_rng_state()
    first, second, other = generator.draw(5, 1), generator.draw(5, 1), generator.draw(5, 2)
    assert torch.equal(before, torch.get_rng_state())
    for control in generator.controls:
        assert isinstance(control, LatentVector)
        assert first[control.name].shape == (5, control.size)
        assert np.array_equal(first[control.name], second[control.name])
        assert not np.array_equal(first[control.name], other[control.name])
    with pytest.raises(ValueError, match="at least one"):
        generator.draw(0)


def test_averaged_or_raw(base: Path) -> None:
    averaged, raw = (StoredGenerator.open(Run.open(base / "points"), source=source) for source in ("ema", "raw"))
    values = raw.draw(9)
    assert raw.source == "raw"
    assert not np.array_equal(averaged.generate(values), raw.generate(values))
    assert StoredGenerator.open(Run.open(base / "plain")).source == "raw"


def test_settings_changed_while_training_are_in_force(base: Path) -> None:
    assert StoredGenerator.open(Run.open(base / "points")).method.hyper.lr_g == 1e-4


def test_chunks_do_not_change_the_result(base: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    generator = StoredGenerator.open(Run.open(base / "images"))
    values = generator.draw(7)
    whole = generator.generate(values)
    monkeypatch.setattr(generator_module, "CHUNK_IMAGES", 3)
    assert np.allclose(whole, generator.generate(values), atol=1e-5)


def test_steps_that_are_there_and_not(run: Run) -> None:
    assert StoredGenerator.open(run, 0).step == 0
    with pytest.raises(UsageError, match=r"no checkpoint of step 3\. It has: 0, 4"):
        StoredGenerator.open(run, 3)


def test_a_torn_newest_checkpoint_is_passed_over(run: Run) -> None:
    run.checkpoint_path(4).write_bytes(run.checkpoint_path(4).read_bytes()[:-10])
    assert StoredGenerator.open(run).step == 0
    run.checkpoint_path(0).write_bytes(b"")
    with pytest.raises(StoreError, match="cut off"):
        StoredGenerator.open(run)
    for step in (0, 4):
        run.checkpoint_path(step).unlink()
    with pytest.raises(StoreError, match="no checkpoint yet"):
        StoredGenerator.open(run)


def _spoil(run: Run, change: dict[str, torch.Tensor], metadata: dict[str, str] | None = None) -> None:
    tensors, before, _step = load_checkpoint(run, 4)
    writer = RunWriter(run.path)
    writer.save_checkpoint(4, {**tensors, **change}, before if metadata is None else metadata)
    writer.close()


def test_weights_that_are_not_finite(run: Run) -> None:
    name = next(name for name in load_checkpoint(run)[0] if name.startswith("ema/generator/"))
    _spoil(run, {name: torch.full_like(load_checkpoint(run)[0][name], float("nan"))})
    with pytest.raises(StoreError, match=r"step 4 are not finite.*Take another step: 0\."):
        StoredGenerator.open(run, 4)
    older = StoredGenerator.open(run)
    assert older.step == 0
    assert "of step 4, cannot be used, so that of step 0 is. The weights of step 4 are not finite" in older.warning
    assert StoredGenerator.open(run, source="raw").step == 4


def test_foreign_checkpoints(run: Run, base: Path) -> None:
    shutil.copy(Run.open(base / "images").checkpoint_path(4), run.checkpoint_path(4))
    with pytest.raises(StoreError, match="does not belong"):
        StoredGenerator.open(run, 4)
    older = StoredGenerator.open(run)
    assert (older.step, "does not belong" in older.warning) == (0, True)


@pytest.mark.parametrize("metadata", [{}, {"state": "x"}, {"state": "[]"}, {"state": json.dumps({"hyper": {"no": 1}})}])
def test_foreign_metadata(run: Run, metadata: dict[str, str]) -> None:
    _spoil(run, {}, metadata)
    with pytest.raises(StoreError, match="does not belong"):
        StoredGenerator.open(run, 4)


def test_additional_or_reshaped_weights(run: Run) -> None:
    _spoil(run, {"method/extra.weight": torch.zeros(3)})
    with pytest.raises(StoreError, match="does not belong") as caught:
        StoredGenerator.open(run, 4)
    assert "extra.weight" in caught.value.details


def test_scatter_puts_points_where_they_are() -> None:
    points = np.array([[0.5, 0.5], [-0.5, -0.5], [9, 9], [np.nan, 0]], np.float32)
    picture = files.scatter(points, extent=1.0, side=64)
    ground = picture[0, 0]
    hit = (picture != ground).any(axis=2)
    assert hit[16, 48]
    assert hit[48, 16]
    rows, columns = np.nonzero(hit)
    assert set(np.hypot(rows - np.where(rows < 32, 16, 48), columns - np.where(rows < 32, 48, 16)) < 5) == {True}
    assert not files.scatter(points[2:], extent=1.0, side=64).std(axis=(0, 1)).any()


def test_pixels_cover_the_whole_range() -> None:
    items = np.array([-1, 0, 1, 1.5], np.float32).reshape(1, 1, 2, 2)
    assert files.to_pixels(items).ravel().tolist() == [0, 128, 255, 255]


# -- the inside of a 2-D game at a stored step ------------------------------------------------------------------------


def test_the_plane_of_a_stored_step_is_what_its_networks_say(base: Path) -> None:
    generator, box = StoredGenerator.open(Run.open(base / "points")), (-3.0, -1.0, 3.0, 1.0)
    plane = plane_of(generator, 0, box)
    np.testing.assert_allclose(plane.points, generator.run.load_samples(4).items, atol=1e-5)
    scene = plane.scene
    assert scene is not None
    assert (scene.step, scene.box) == (4, box)
    rows, columns = scene.heat.shape
    assert columns == pytest.approx(3 * rows, rel=0.1)  # cells are squares
    y, x = np.meshgrid(np.linspace(-1, 1, rows), np.linspace(-3, 3, columns), indexing="ij")
    asked = generator.scores(np.stack([x.ravel(), y.ravel()], 1).astype(np.float32), {})
    np.testing.assert_allclose(scene.heat.ravel(), asked, atol=1e-5)
    assert scene.arrows is not None
    np.testing.assert_allclose(scene.arrows[:, :2], plane.points[: len(scene.arrows)], atol=1e-5)


def test_the_newest_usable_checkpoint_until_a_step_is_taken_and_a_few_are_kept(base: Path, tmp_path: Path) -> None:
    path, shelf = Path(shutil.copytree(base / "points", tmp_path / "run")), Shelf()
    first, last = shelf.newest_at(path, 3, "ema"), shelf.newest_at(path, 99, "ema")
    assert (first.step, last.step) == (0, 4)
    assert shelf.newest_at(path, 4, "ema") is last
    assert shelf.newest_at(path, 4, "raw") is not last
    for other in range(HELD):
        shelf.newest_at(Path(shutil.copytree(path, tmp_path / f"run{other}")), 4, "ema")
    assert shelf.newest_at(path, 4, "ema") is not last
    Run.open(path).checkpoint_path(4).write_bytes(b"damaged")
    assert shelf.newest_at(path, 4, "ema").step == 0
    Run.open(path).checkpoint_path(0).unlink()
    with pytest.raises(StoreError):
        shelf.newest_at(path, 4, "ema")
    with pytest.raises(UsageError, match="No checkpoint of step 3"):
        shelf.newest_at(path, 3, "ema")
