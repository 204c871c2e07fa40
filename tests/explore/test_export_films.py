from __future__ import annotations

import builtins
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from PIL import Image

from ganstudio.app.generators.sessions import new_session
from ganstudio.core.errors import CancelledError, UsageError
from ganstudio.core.experiment import Experiment
from ganstudio.core.images import make_grid
from ganstudio.explore import films
from ganstudio.explore.exporting import Watch
from ganstudio.explore.film_frames import evolution, grid_frames, walk_frames
from ganstudio.explore.films import save_film
from ganstudio.explore.state import position_of
from ganstudio.explore.stored import StoredGenerator
from ganstudio.explore.views import draw
from ganstudio.explore.walks import walk
from ganstudio.store import Run
from tests.explore.toys import linear

ENDINGS = (".gif", ".apng", ".png", ".mp4")


def smooth(count: int, channels: int, height: int = 8, width: int = 8) -> list[np.ndarray]:
    """Frames that differ, without sharp edges of colour."""
    rows, columns = np.mgrid[0:height, 0:width]
    planes = [rows * 12, columns * 12, (rows + columns) * 6][:channels]
    base = np.stack(planes, axis=2)
    return [(base + 80 * index // count).astype(np.uint8) for index in range(count)]


def read(path: Path) -> list[np.ndarray]:
    if path.suffix == ".mp4":
        with av.open(str(path)) as film:
            return [frame.to_ndarray(format="rgb24") for frame in film.decode(video=0)]
    with Image.open(path) as image:
        frames = []
        for index in range(image.n_frames):
            image.seek(index)
            frames.append(np.asarray(image.convert("RGB")))
        return frames


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("channels", [1, 3])
def test_the_frames_come_back(tmp_path: Path, ending: str, channels: int) -> None:
    frames = smooth(9, channels)
    path = tmp_path / f"film{ending}"
    assert save_film(path, iter(frames), scale=4) == 9
    found = read(path)
    assert len(found) == 9
    for shown, frame in zip(found, frames, strict=True):
        wanted = np.kron(frame, np.ones((4, 4, 1), np.uint8)) * np.ones(3, np.uint8)
        off = np.abs(shown.astype(int) - wanted).max()
        # H.264 halves the resolution of colour; GIF has 256 of 64 × 3 colours; animated PNG loses nothing.
        assert off <= (0 if ending != ".mp4" else 12)
    assert [*tmp_path.iterdir()] == [path]


def test_odd_sizes_are_made_even_for_video_only(tmp_path: Path) -> None:
    for ending, size in ((".mp4", (18, 16, 3)), (".gif", (17, 15, 3)), (".apng", (17, 15, 3))):
        save_film(tmp_path / f"a{ending}", smooth(2, 1, 17, 15))
        assert read(tmp_path / f"a{ending}")[0].shape == size


@pytest.mark.parametrize(("fps", "length"), [(25.0, 0.52), (30.0, 13 / 30), (12.5, 1.04)])
def test_speed_and_loop(tmp_path: Path, fps: float, length: float) -> None:
    for ending in (".gif", ".apng"):
        for loop in (True, False):
            save_film(tmp_path / f"a{ending}", smooth(13, 1), fps=fps, loop=loop)
            with Image.open(tmp_path / f"a{ending}") as image:
                assert image.info.get("loop", 1) == (0 if loop else 1)
                durations = []
                for index in range(image.n_frames):
                    image.seek(index)
                    durations.append(image.info["duration"])
            assert sum(durations) == pytest.approx(1000 * length, abs=5)
    save_film(tmp_path / "a.mp4", smooth(13, 1), fps=fps)
    with av.open(str(tmp_path / "a.mp4")) as film:
        assert float(film.streams.video[0].average_rate) == pytest.approx(fps)


def test_equal_frames_are_all_shown(tmp_path: Path) -> None:
    still = smooth(1, 1) * 5
    save_film(tmp_path / "a.gif", still, fps=10)
    with Image.open(tmp_path / "a.gif") as image:
        assert image.n_frames * image.info["duration"] == 500 or image.info["duration"] == 500
    save_film(tmp_path / "a.apng", still, fps=10)
    assert len(read(tmp_path / "a.apng")) == 5


@pytest.mark.parametrize("ending", ENDINGS)
def test_nothing_is_left_of_a_film_that_is_cancelled_or_fails(tmp_path: Path, ending: str) -> None:
    path, cancel = tmp_path / f"film{ending}", threading.Event()
    path.write_bytes(b"an older film")

    def until(fault: Exception | None) -> Iterator[np.ndarray]:
        yield from smooth(3, 1)
        assert any(file.name.endswith(".tmp") for file in tmp_path.iterdir()) or ending == ".gif"
        if fault is None:
            cancel.set()
        else:
            raise fault
        yield smooth(1, 1)[0]

    with pytest.raises(CancelledError, match="nothing was written"):
        save_film(path, until(None), watch=Watch(cancel=cancel))
    with pytest.raises(ZeroDivisionError):
        save_film(path, until(ZeroDivisionError()))
    assert [*tmp_path.iterdir()] == [path]
    assert path.read_bytes() == b"an older film"


def test_progress_grows_to_the_end(tmp_path: Path) -> None:
    told: list[tuple[float, str]] = []
    save_film(tmp_path / "a.mp4", smooth(4, 1), total=4, watch=Watch(lambda *what: told.append(what)))
    fractions = [fraction for fraction, _text in told]
    assert fractions == sorted(fractions)
    assert fractions[0] == 0
    assert fractions[-1] > 0.9
    assert "Frame 3 of 4" in [text for _fraction, text in told]


def test_what_cannot_be_a_film(tmp_path: Path) -> None:
    for path, options, words in (
        ("a.avi", {}, r"must end in \.gif, \.apng, \.png or \.mp4"),
        ("a.gif", {"fps": 0}, "up to 60 frames a second, not 0"),
        ("a.gif", {"fps": float("nan")}, "not nan"),
        ("a.mp4", {"scale": 0}, "1 to 8"),
    ):
        with pytest.raises(UsageError, match=words):
            save_film(tmp_path / path, smooth(2, 1), **options)
    for ending in ENDINGS:
        with pytest.raises(UsageError, match="nothing to film"):
            save_film(tmp_path / f"a{ending}", [])
    assert not [*tmp_path.iterdir()]


def test_a_gif_that_memory_would_not_hold(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(films, "IN_MEMORY", 64 * 16 * 3)
    save_film(tmp_path / "fits.gif", smooth(3, 3), scale=4)
    with pytest.raises(UsageError, match="too long or too large for a GIF"):
        save_film(tmp_path / "a.gif", smooth(4, 3), scale=4)


def test_without_pyav_only_mp4_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def missing(name: str, *rest: Any) -> Any:
        if name.partition(".")[0] == "av":
            raise ImportError(name)
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", missing)
    with pytest.raises(UsageError, match=r'pip install "ganstudio\[video\]"'):
        save_film(tmp_path / "a.mp4", smooth(2, 1))
    save_film(tmp_path / "a.gif", smooth(2, 1))


def test_another_codec_where_h264_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(films, "_CODECS", (("no such codec", {}), *films._CODECS[1:]))
    save_film(tmp_path / "a.mp4", smooth(4, 3, 32, 32))
    with av.open(str(tmp_path / "a.mp4")) as film:
        assert film.streams.video[0].codec_context.name == "mpeg4"
        assert len([*film.decode(video=0)]) == 4
    monkeypatch.setattr(films, "_CODECS", (("no such codec", {}),))
    with pytest.raises(UsageError, match="no encoder"):
        save_film(tmp_path / "a.mp4", smooth(2, 1))


def test_frames_of_a_walk_and_of_a_sweep() -> None:
    generator = linear()
    stops = [position_of(generator.draw(3, 1), row) for row in range(3)]
    positions = [*walk(stops, generator.controls, 7, closed=True)]
    frames = [*walk_frames(generator, iter(positions), piece=4)]
    assert len(frames) == 21
    for frame, position in zip(frames, positions, strict=True):
        assert np.abs(frame.astype(int) - draw(generator, {"z": position["z"][None]})[0]).max() <= 1
    rows = [positions[start : start + 3] for start in (0, 3, 6)]
    grids = [*grid_frames(generator, rows, columns=3)]
    assert np.abs(grids[1].astype(int) - make_grid(np.stack(frames[3:6]), 3)).max() <= 1


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    base = tmp_path_factory.mktemp("films")
    for name, method, data, hyper in (
        ("images", "dcgan", "digits:size=16", {"conv_width": 4, "batch_size": 4}),
        ("points", "gan", "ring", {"mlp_width": 8, "batch_size": 8}),
    ):
        session = new_session(Experiment(method, data, hyper, steps=3), path=base / name, hold_on_trouble=False)
        session.start()
        assert session.join(60)
        assert session.failure is None
    return base


def test_the_training_as_a_film(trained: Path, tmp_path: Path) -> None:
    run = Run.open(trained / "images")
    positions = [position_of(StoredGenerator.open(run).draw(4, 2), row) for row in range(4)]
    film = evolution(run, positions, of="checkpoints")
    frames = [*film.frames()]
    assert film.steps == tuple(run.checkpoint_steps())
    assert len(frames) == len(film.steps) >= 2
    last = StoredGenerator.open(run, film.steps[-1])
    assert np.array_equal(frames[-1], make_grid(draw(last, {"z": np.stack([one["z"] for one in positions])})))
    assert not np.array_equal(frames[0], frames[-1])
    assert not film.skipped
    assert save_film(tmp_path / "a.gif", film.frames(), total=len(film.steps)) == len(frames)


def test_stored_samples_where_there_are_more_of_them(trained: Path, tmp_path: Path) -> None:
    for name in ("images", "points"):
        run = Run.open(trained / name)
        film = evolution(run, [position_of(StoredGenerator.open(run).draw(1))])
        assert (film.of, film.steps) == ("samples", tuple(run.sample_steps()))
        frames = [*film.frames()]
        assert len(frames) == len(film.steps) > len(run.checkpoint_steps())
        assert len({frame.shape for frame in frames}) == 1
    assert np.array_equal(frames[0], next(iter(film.frames())))


def test_states_that_cannot_be_read_are_left_out_and_named(trained: Path, tmp_path: Path) -> None:
    run = Run.open(shutil.copytree(trained / "images", tmp_path / "run"))
    first, *rest = run.checkpoint_steps()
    run.checkpoint_path(first).write_bytes(b"broken")
    film = evolution(run, [position_of(StoredGenerator.open(run).draw(1))], of="checkpoints")
    assert len([*film.frames()]) == len(rest)
    assert [*film.frames()]
    assert len(film.skipped) == 1
    assert film.skipped[0].startswith(f"Step {first} is left out:")
    for step in rest:
        run.checkpoint_path(step).unlink()
    with pytest.raises(UsageError, match="too little of its training"):
        evolution(run, [position_of({"z": np.zeros((1, 100), np.float32)})], of="checkpoints")
