from __future__ import annotations

import io
import json
import os
import shutil
import struct
import subprocess
import sys
import zlib
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from ganstudio.core.dataspec import DataSpec
from ganstudio.core.errors import StoreError
from ganstudio.core.events import (
    CheckpointSaved,
    HyperChanged,
    Note,
    Progress,
    RealBatch,
    Samples,
    StateChanged,
)
from ganstudio.core.experiment import Experiment
from ganstudio.store import (
    Follower,
    Run,
    RunWriter,
    create_run,
    delete_run,
    list_runs,
    runs_folder,
    sample_schedule,
    set_runs_folder,
)


def test_torch_and_pictures_are_not_imported_before_they_are_needed() -> None:
    code = "import sys, ganstudio.store; print([m for m in ('torch', 'PIL', 'PySide6', 'safetensors') if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "[]"


def test_a_new_run_says_what_it_is(run_path: Path, experiment: Experiment, spec: DataSpec) -> None:
    run = Run.open(run_path)
    assert run_path.name.endswith("-digits-dcgan")
    assert (run.info.experiment, run.info.spec, run.info.fingerprint) == (experiment, spec, "print")
    assert run.info.name == "digits dcgan"
    assert run.info.created.tzinfo is not None
    assert {"python", "ganstudio", "torch"} <= run.info.versions.keys()
    status = run.status()
    assert (status.state, status.step, status.total, status.live) == ("stopped", 0, 500, False)
    assert (run.tables(), run.events(), run.sample_steps(), run.checkpoint_steps()) == ([], [], [], [])
    assert (run.load_real(), run.thumbnail()) == (None, None)
    assert Run.open(run_path / "run.json").path == run_path
    assert run.size_bytes() == (run_path / "run.json").stat().st_size


def test_two_runs_of_the_same_second_get_two_folders(tmp_path: Path, experiment: Experiment, spec: DataSpec) -> None:
    odd = experiment.with_(data="folder:/home/Jürgen/../x")
    paths = {create_run(odd, spec, "", folder=tmp_path) for _run in range(4)}
    assert len(paths) == 4
    assert {path.parent for path in paths} == {tmp_path}


def test_the_folder_asked_for_must_be_new_or_empty(tmp_path: Path, experiment: Experiment, spec: DataSpec) -> None:
    place = tmp_path / "a" / "b"
    assert create_run(experiment, spec, "", path=place) == place
    with pytest.raises(StoreError, match="already holds a run"):
        create_run(experiment, spec, "", path=place)
    foreign = tmp_path / "foreign"
    foreign.mkdir()
    (foreign / "thesis.txt").write_text("precious")
    with pytest.raises(StoreError, match=r"thesis\.txt"):
        create_run(experiment, spec, "", path=foreign)
    assert [child.name for child in foreign.iterdir()] == ["thesis.txt"]
    with pytest.raises(StoreError, match="is a file"):
        create_run(experiment, spec, "", path=foreign / "thesis.txt")
    (tmp_path / "mac").mkdir()
    (tmp_path / "mac" / ".DS_Store").write_bytes(b"x")
    Run.open(create_run(experiment, spec, "", path=tmp_path / "mac"))


def test_what_is_no_run_is_refused_in_words(tmp_path: Path, run_path: Path) -> None:
    with pytest.raises(StoreError, match="There is no folder"):
        Run.open(tmp_path / "nothing")
    with pytest.raises(StoreError, match="is not a run"):
        Run.open(tmp_path)
    file = run_path / "run.json"
    good = json.loads(file.read_text(encoding="utf-8"))
    file.write_text(json.dumps({**good, "schema": 99, "created": "?"}), encoding="utf-8")
    with pytest.raises(StoreError, match="newer version"):
        Run.open(run_path)
    for broken in ("", "{", "[]", "null", json.dumps({**good, "experiment": 3}), json.dumps({**good, "spec": {}})):
        file.write_text(broken, encoding="utf-8")
        with pytest.raises(StoreError, match="damaged"):
            Run.open(run_path)
    file.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(StoreError, match="cannot be read"):
        Run.open(run_path)


@pytest.mark.parametrize(
    ("part", "key", "value"),
    [
        ("experiment", "method", None),
        ("experiment", "data", 5),
        ("experiment", "hyper", [1]),
        ("experiment", "hyper", {"lr_d": [1]}),
        ("experiment", "steps", "many"),
        ("spec", "extent", None),
        ("spec", "extent", 0),
        ("spec", "kind", "sounds"),
        ("spec", "size", 1.5),
        ("spec", "classes", [1, 2]),
    ],
)
def test_a_description_of_wrong_types_is_damaged(run_path: Path, part: str, key: str, value: object) -> None:
    file = run_path / "run.json"
    content = json.loads(file.read_text(encoding="utf-8"))
    content[part][key] = value
    file.write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(StoreError, match="damaged"):
        Run.open(run_path)


def test_where_runs_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GANSTUDIO_RUNS", raising=False)
    assert runs_folder().name == "runs"
    set_runs_folder(tmp_path / "set")
    try:
        assert runs_folder() == tmp_path / "set"
        monkeypatch.setenv("GANSTUDIO_RUNS", str(tmp_path / "env"))
        assert runs_folder() == tmp_path / "env"
    finally:
        set_runs_folder(None)


def test_status_keeps_what_was_written(run_path: Path) -> None:
    progress = Progress(7, 50, 12.5, 800.0, 3.4, 1 << 30, "cpu (1 thread)")
    with RunWriter(run_path) as writer:
        writer.write_status("paused", 7, 50, 1.5, message="Held: “ü”.", details="a\nb\udcff", progress=progress)
        status = Run.open(run_path).status()
    assert (status.state, status.step, status.total, status.seconds) == ("paused", 7, 50, 1.5)
    assert (status.message, status.details, status.progress) == ("Held: “ü”.", "a\nb\udcff", progress)
    (run_path / "status.json").write_bytes(b'{"state": "dancing"}')
    assert Run.open(run_path).status().state == "interrupted"


@pytest.mark.parametrize(
    ("key", "value"), [("seconds", "x"), ("seconds", float("nan")), ("step", None), ("total", 1e999)]
)
def test_a_status_of_wrong_types_is_damaged(run_path: Path, key: str, value: object) -> None:
    with RunWriter(run_path) as writer:
        writer.write_status("finished", 5, 5, 1.0)
    file = run_path / "status.json"
    file.write_text(json.dumps({**json.loads(file.read_bytes()), key: value}), encoding="utf-8")
    status = Run.open(run_path).status()
    assert (status.state, status.message) == ("interrupted", "Its status file is damaged.")


def test_the_diary_passes_over_torn_and_strange_lines(run_path: Path) -> None:
    events = [HyperChanged(3, "lr", 1e-3, 5e-4), StateChanged("paused", 4, "Held."), Note("warning", "Zeile\n2", "d")]
    log = run_path / "events.jsonl"
    with RunWriter(run_path) as writer:
        for event in events:
            writer.append_event(event)
    nonsense = b'{"kind": "hyper", "step": 3, "time": 2, "name": 5, "old": 1, "new": [2]}\n'
    log.write_bytes(log.read_bytes() + nonsense)
    log.write_bytes(log.read_bytes() + b'\n\xff\xfe\n[]\n{"kind": "dance", "step": 1, "time": 2}\n{"kind": "note", "st')
    assert Run.open(run_path).events() == events
    with RunWriter(run_path) as writer:
        writer.append_event(HyperChanged(9, "on", True, False))
    assert Run.open(run_path).events() == [*events, HyperChanged(9, "on", True, False)]


@pytest.mark.parametrize(("count", "size", "channels"), [(1, 8, 1), (7, 28, 1), (64, 16, 3), (2, 1, 3)])
def test_image_samples_come_back(run_path: Path, count: int, size: int, channels: int) -> None:
    items = np.random.default_rng(0).integers(0, 256, (count, size, size, channels), np.uint8)
    with RunWriter(run_path) as writer:
        writer.save_samples(Samples(30, items, np.ones(count, np.float32), "raw"))
        writer.save_real(RealBatch(items[::-1].copy()))
        writer.save_thumbnail(items[0])
    run = Run.open(run_path)
    back = run.load_samples(30)
    np.testing.assert_array_equal(back.items, items)
    assert (back.step, back.source, back.scores) == (30, "raw", None)
    real, thumbnail = run.load_real(), run.thumbnail()
    assert real is not None
    assert thumbnail is not None
    np.testing.assert_array_equal(real.items, items[::-1])
    np.testing.assert_array_equal(thumbnail, items[0])
    assert run.sample_steps() == [30]


def test_points_come_back_and_numpy_alone_can_read_them(run_path: Path) -> None:
    points = np.random.default_rng(0).normal(size=(50, 2)).astype(np.float32)
    with RunWriter(run_path) as writer:
        writer.save_samples(Samples(0, points, None, "raw"))
        writer.save_samples(Samples(1, points[:, ::-1], None, "ema"))
    run = Run.open(run_path)
    assert run.load_samples(0).source == "raw"
    assert run.load_samples(1).source == "ema"
    np.testing.assert_array_equal(run.load_samples(1).items, points[:, ::-1])
    np.testing.assert_array_equal(np.load(run_path / "samples" / "000000000.npy", allow_pickle=False), points)


@pytest.mark.parametrize("points", [False, True], ids=["pictures", "points"])
def test_which_generator_made_a_sample_and_what_is_drawn_come_back(run_path: Path, points: bool) -> None:
    items: Any = np.zeros((6, 2), np.float32) if points else np.zeros((6, 4, 4, 1), np.uint8)
    panels, drawn = (("",), 0) if points else (("real", "sample", "again"), 1)
    groups = np.array([0, 0, 1, 1, 2, 2], np.int64)
    with RunWriter(run_path) as writer:
        writer.save_samples(Samples(1, items, None, "ema", panels, groups, ("near", "far", "ß"), drawn))
        writer.save_samples(Samples(2, items, None, "ema", panels))
    run = Run.open(run_path)
    back, plain = run.load_samples(1), run.load_samples(2)
    assert back.groups is not None
    assert (back.groups.tolist(), back.groups.dtype) == (groups.tolist(), np.int64)
    assert (back.group_names, back.panels, back.drawn) == (("near", "far", "ß"), panels, drawn)
    assert (plain.groups, plain.group_names, plain.drawn) == (None, (), 0)


@pytest.mark.parametrize(
    "groups", ["[0, 1]", "[0, 1, 2, -1]", "[0, 1, 2, 2.5]", "[[0], [1], [2], [3]]", '{"a": 1}', "[0, 1, 2, 1e30]"]
)
def test_groups_that_do_not_fit_are_left_out(run_path: Path, groups: str) -> None:
    path = run_path / "samples" / "000000001.npy"
    with RunWriter(run_path) as writer:
        writer.save_samples(Samples(1, np.zeros((4, 2), np.float32), None, "raw", groups=np.arange(4)))
    path.write_bytes(path.read_bytes().replace(b"[0,1,2,3]", groups.replace('"', '\\"').encode()))
    back = Run.open(run_path).load_samples(1)
    assert back.groups is None
    assert len(back.items) == 4


def test_older_grids_of_several_panels_show_what_was_drawn_second(run_path: Path) -> None:
    from ganstudio.core.images import make_grid
    from ganstudio.store.samples import encode_png

    grid = make_grid(np.zeros((6, 4, 4, 1), np.uint8), 3)
    text = {
        "count": "6",
        "size": "4",
        "columns": "3",
        "step": "1",
        "source": "raw",
        "panels": '["map", "drawn", "real"]',
    }
    (run_path / "samples" / "000000001.png").write_bytes(encode_png(grid, text))
    back = Run.open(run_path).load_samples(1)
    assert (back.panels, back.drawn, back.source, back.groups) == (("map", "drawn", "real"), 1, "raw", None)


def test_damaged_and_missing_samples_are_said_in_words(run_path: Path) -> None:
    run = Run.open(run_path)
    with pytest.raises(StoreError, match="step 5"):
        run.load_samples(5)
    with RunWriter(run_path) as writer:
        writer.save_samples(Samples(1, np.zeros((4, 8, 8, 1), np.uint8), None, "ema"))
        with pytest.raises(ValueError, match="samples are"):
            writer.save_samples(Samples(2, np.zeros((4, 8), np.uint8), None, "ema"))
    whole = (run_path / "samples" / "000000001.png").read_bytes()
    objects = np.array([{}], dtype=object)
    for content in (b"", whole[:60], b"GIF89a"):
        (run_path / "samples" / "000000001.png").write_bytes(content)
        with pytest.raises(StoreError, match="damaged"):
            run.load_samples(1)
    with (run_path / "samples" / "000000003.npy").open("wb") as file:
        np.save(file, objects, allow_pickle=True)
    with pytest.raises(StoreError, match="damaged"):
        run.load_samples(3)
    (run_path / "thumbnail.png").write_bytes(b"x")
    assert run.thumbnail() is None


def test_going_back_to_a_checkpoint_forgets_what_came_after(run_path: Path, make_rows: Any) -> None:
    grid = np.zeros((2, 4, 4, 1), np.uint8)
    with RunWriter(run_path) as writer:
        for step in (0, 10, 20):
            writer.append_rows(make_rows(step + 1, step + 10))
            writer.save_samples(Samples(step, grid, None, "ema"))
            writer.save_checkpoint(step, {"w": np.ones(2, np.float32)}, {})
            writer.append_event(HyperChanged(step, "lr", 1.0, 2.0))
        writer.append_event(Note("error", "The loss was not finite."))
        writer.truncate_after(10)
        writer.append_event(HyperChanged(10, "lr", 2.0, 0.5))
    run = Run.open(run_path)
    assert run.rows("steps")[0].steps.tolist() == list(range(1, 11))
    assert (run.sample_steps(), run.checkpoint_steps()) == ([0, 10], [0, 10])
    changes = [event for event in run.events() if isinstance(event, HyperChanged)]
    assert [(event.step, event.new) for event in changes] == [(0, 2.0), (10, 2.0), (10, 0.5)]
    assert [event.step for event in run.events() if isinstance(event, CheckpointSaved)] == [0, 10]
    assert [event.text for event in run.events() if isinstance(event, Note)] == ["The loss was not finite."]


def test_a_new_writer_enters_files_that_the_diary_missed(run_path: Path) -> None:
    with RunWriter(run_path) as writer:
        writer.save_checkpoint(5, {"w": np.ones(2, np.float32)}, {})
    (run_path / "events.jsonl").unlink()
    (run_path / "checkpoints" / ".000000009.safetensors.1-0.tmp").write_bytes(b"half")
    RunWriter(run_path).close()
    RunWriter(run_path).close()
    assert Run.open(run_path).events() == [CheckpointSaved(5)]
    assert len(list((run_path / "checkpoints").iterdir())) == 1


def test_a_grid_whose_panels_are_nested_without_end_is_damaged(run_path: Path) -> None:
    with RunWriter(run_path) as writer:
        writer.save_samples(Samples(5, np.zeros((2, 8, 8, 1), np.uint8), None, "ema"))
    path = run_path / "samples" / "000000005.png"
    with Image.open(path) as image:
        text = PngInfo()
        for name, value in {**image.info, "panels": "[" * 100_000}.items():
            text.add_text(name, value)
        image.save(path, pnginfo=text)
    with pytest.raises(StoreError, match="damaged"):
        Run.open(run_path).load_samples(5)


def test_a_grid_that_claims_to_be_huge_is_damaged(run_path: Path) -> None:
    head = struct.pack(">4sIIBBBBB", b"IHDR", 60_000, 60_000, 8, 2, 0, 0, 0)
    png = b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + head + struct.pack(">I", zlib.crc32(head))
    for path in (run_path / "samples" / "000000005.png", run_path / "thumbnail.png"):
        path.write_bytes(png + bytes(100))
    run = Run.open(run_path)
    with pytest.raises(StoreError, match="damaged"):
        run.load_samples(5)
    assert run.thumbnail() is None


def _grid(width: int, **text: str) -> bytes:
    chunks, buffer = PngInfo(), io.BytesIO()
    for key, value in text.items():
        chunks.add_text(key, value)
    Image.new("1", (width, width)).save(buffer, "PNG", pnginfo=chunks)
    return buffer.getvalue()


def _arrays() -> bytes:
    buffer = io.BytesIO()
    np.savez(buffer, a=np.zeros(3))
    return buffer.getvalue()


def _points(columns: int) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, np.zeros((5, columns), np.float32))
    return buffer.getvalue()


def _no_columns() -> bytes:
    buffer = io.BytesIO()
    np.lib.format.write_array_header_1_0(buffer, {"descr": "<f4", "fortran_order": False, "shape": (10**12, 0)})
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("suffix", "content"),
    [
        (".png", _grid(9000, count="2", size="8")),
        (".png", _grid(900, count="160000", size="1")),
        (".png", _grid(20, count="2", size="-1")),
        (".png", _grid(20, count="0", size="8")),
        (".npy", _arrays()),
        (".npy", _no_columns()),
        (".npy", _points(1)),
    ],
)
def test_a_small_file_of_samples_that_would_become_anything_is_damaged(
    run_path: Path, suffix: str, content: bytes
) -> None:
    for stem in ("000000005", "real"):
        (run_path / "samples" / f"{stem}{suffix}").write_bytes(content)
    run = Run.open(run_path)
    with pytest.raises(StoreError, match="damaged"):
        run.load_samples(5)
    with pytest.raises(StoreError, match="damaged"):
        run.load_real()


@pytest.mark.parametrize("kind", [b"pHYs", b"iCCP", b"zTXt", b"tRNS", b"acTL", b"fcTL", b"cHRM", b"IHDR", b"PLTE"])
@pytest.mark.parametrize("content", [b"", b"\x00", b"\xff" * 40])
def test_chunks_of_a_picture_that_make_no_sense_are_damage(run_path: Path, kind: bytes, content: bytes) -> None:
    whole = _grid(8, count="1", size="8")
    chunk = struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
    for path in (run_path / "samples" / "000000005.png", run_path / "thumbnail.png"):
        path.write_bytes(whole[:33] + chunk + whole[33:])
    run = Run.open(run_path)
    run.thumbnail()
    with suppress(StoreError):
        run.load_samples(5)


def test_a_thumbnail_of_many_pixels_is_none(run_path: Path) -> None:
    (run_path / "thumbnail.png").write_bytes(_grid(3000))
    assert Run.open(run_path).thumbnail() is None


def test_files_with_holes_are_not_taken_into_the_memory(run_path: Path, make_rows: Any) -> None:
    with RunWriter(run_path) as writer:
        writer.append_rows(make_rows(1, 5))
        writer.append_event(Note("info", "so far"))
        writer.write_status("stopped", 5, 9)
    whole = Path(shutil.copytree(run_path, run_path.with_name("whole")))
    for path in run_path.rglob("*"):
        if path.is_file() and path.name != "run.json":
            os.truncate(path, 1 << 40)
    run = Run.open(run_path)
    assert [rows.steps.tolist() for rows in run.rows("steps")] == [[1, 2, 3, 4, 5]]
    assert run.events() == [Note("info", "so far")]
    assert run.status().state == "interrupted"
    assert any(isinstance(event, Note) for event in Follower(run_path).poll())
    os.truncate(run_path / "run.json", 1 << 40)
    with pytest.raises(StoreError, match="far too large"):
        Run.open(run_path)
    assert [run.path for run in list_runs(whole.parent)] == [whole]


@pytest.mark.parametrize(
    "line",
    [
        {"kind": "note", "step": 1, "level": "boo", "text": "x"},
        {"kind": "note", "step": 1, "level": "info", "text": ["x"]},
        {"kind": "note", "step": 1, "level": "info", "text": "x", "details": None},
        {"kind": "state", "step": 1, "state": "boo"},
        {"kind": "state", "step": 1, "state": "paused", "message": [1]},
        {"kind": "hyper", "step": 1, "name": "lr_g", "old": {}, "new": 1.0},
        {"kind": "checkpoint", "step": 10**18},
        {"kind": "rewound", "step": True},
        {"kind": "note", "step": 1, "level": "info", "text": "x", "time": 1e400},
    ],
)
def test_a_line_of_the_diary_that_holds_what_nobody_can_show_is_passed_over(run_path: Path, line: Any) -> None:
    (run_path / "events.jsonl").write_text(json.dumps({"time": 1.0, **line}) + "\n", "utf-8")
    assert Run.open(run_path).events() == []


@pytest.mark.skipif(sys.platform == "win32", reason="there are no named pipes")
@pytest.mark.parametrize("kind", ["pipe", "folder", "loop", "device"])
def test_what_is_no_file_in_a_run_is_missing_or_damaged_and_never_waited_for(
    run_path: Path, make_rows: Any, tmp_path: Path, kind: str
) -> None:
    with RunWriter(run_path) as writer:
        writer.append_rows(make_rows(1, 5))
        writer.save_samples(Samples(5, np.zeros((2, 8, 8, 1), np.uint8), None, "ema"))
        writer.save_real(RealBatch(np.zeros((2, 8, 8, 1), np.uint8)))
        writer.save_thumbnail(np.zeros((8, 8, 1), np.uint8))
        writer.save_checkpoint(5, {"w": np.ones(3, np.float32)}, {})
        writer.write_status("stopped", 5, 9)
    files = [path.relative_to(run_path) for path in run_path.rglob("*")]
    makes: dict[str, Any] = {
        "pipe": os.mkfifo,
        "folder": os.mkdir,
        "loop": lambda path: path.symlink_to(path),
        "device": lambda path: path.symlink_to("/dev/zero"),
    }
    for file in files:
        spoilt = Path(shutil.copytree(run_path, tmp_path / "spoilt"))
        if (spoilt / file).is_dir():
            shutil.rmtree(spoilt / file)
        else:
            (spoilt / file).unlink(missing_ok=True)
        makes[kind](spoilt / file)
        with suppress(StoreError):
            run = Run.open(spoilt)
            assert run.status().state == ("interrupted" if file.name == "status.json" else "stopped")
            for look in (run.tables, run.events, run.thumbnail, run.size_bytes):
                look()
            assert (run.newest_good_checkpoint().step == 5) == ("checkpoints" not in str(file))
            assert bool(run.rows("steps")) == ("metrics" not in str(file))
            Follower(spoilt).poll()
            run.load_samples(5)
            run.load_real()
        with suppress(StoreError), RunWriter(spoilt) as writer:
            writer.append_rows(make_rows(6, 7))
            writer.write_status("stopped", 7, 9)
        with suppress(StoreError):
            delete_run(spoilt, folder=tmp_path)
        for left in (spoilt, tmp_path / ".trash"):
            shutil.rmtree(left, ignore_errors=True)


@pytest.mark.parametrize(
    ("where", "value"),
    [
        ("created", "0001-01-01T00:00:00+14:00"),
        ("created", "9999-12-31T23:59:59-14:00"),
        ("experiment/steps", 10**400),
        ("experiment/hyper/lr_g", 10**400),
        ("experiment/data", "x" * 1_000_000),
        ("spec/count", 10**400),
    ],
)
def test_what_cannot_be_shown_of_a_run_is_damage(run_path: Path, where: str, value: Any) -> None:
    """The list of runs ended the whole program at a date that no clock knows, or raised at every look."""
    values = json.loads((run_path / "run.json").read_text("utf-8"))
    *parents, name = where.split("/")
    part = values
    for parent in parents:
        part = part[parent]
    part[name] = value
    (run_path / "run.json").write_text(json.dumps(values), "utf-8")
    with pytest.raises(StoreError, match="damaged"):
        Run.open(run_path)


def test_a_name_is_one_line(run_path: Path) -> None:
    values = json.loads((run_path / "run.json").read_text("utf-8"))
    values["name"] = "mine\nstate  finished"
    (run_path / "run.json").write_text(json.dumps(values), "utf-8")
    assert Run.open(run_path).info.name == "mine state finished"


def test_texts_without_end_are_cut_and_events_that_cannot_be_counted_left_out(run_path: Path) -> None:
    values = json.loads((run_path / "run.json").read_text("utf-8"))
    (run_path / "run.json").write_text(json.dumps({**values, "name": "x" * 3_000_000}), "utf-8")
    with RunWriter(run_path) as writer:
        writer.write_status("stopped", 0, 9, message="x" * 3_000_000)
    lines = ({"step": 10**400}, {"step": 1, "new": 10**400}, {"step": 1, "new": 2})
    with (run_path / "events.jsonl").open("w") as file:
        for line in lines:
            file.write(json.dumps({"kind": "hyper", "time": 1, "name": "lr_g", "old": 1, "new": 1, **line}) + "\n")
    run = Run.open(run_path)
    assert len(run.info.name) == 1000
    assert len(run.status().message) == 100_000
    assert [event.new for event in run.events() if isinstance(event, HyperChanged)] == [2]


@pytest.mark.parametrize("part", ["checkpoints", "samples", "metrics"])
def test_a_run_from_elsewhere_does_not_choose_where_is_written(run_path: Path, tmp_path: Path, part: str) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / ".x.tmp").write_bytes(b"somebody's")
    shutil.rmtree(run_path / part, ignore_errors=True)
    (run_path / part).symlink_to(other)
    with pytest.raises(StoreError, match="is a link"):
        RunWriter(run_path)
    assert [one.name for one in other.iterdir()] == [".x.tmp"]


def test_a_file_with_a_second_name_elsewhere_is_written_here_only(
    run_path: Path, make_rows: Any, tmp_path: Path
) -> None:
    with RunWriter(run_path) as writer:
        writer.append_rows(make_rows(1, 3))
        writer.append_event(Note("info", "so far"))
    files = [run_path / "events.jsonl", run_path / "metrics" / "steps-0.bin"]
    before = [file.read_bytes() for file in files]
    for file in files:
        (tmp_path / file.name).hardlink_to(file)
    with RunWriter(run_path) as writer:
        writer.append_rows(make_rows(4, 5))
        writer.append_event(Note("info", "further"))
        writer.truncate_after(2)
    assert [(tmp_path / file.name).read_bytes() for file in files] == before
    run = Run.open(run_path)
    assert run.rows("steps")[0].steps.tolist() == [1, 2]
    assert run.events() == [Note("info", "so far"), Note("info", "further")]


def test_grids_are_stored_ever_more_rarely() -> None:
    last: int | None = None
    stored = []
    for step in range(200_001):
        if sample_schedule(step, last):
            last = step
            stored.append(step)
    assert stored[:50] == list(range(50))
    assert 300 < len(stored) < 600
    assert max(np.diff(stored) / np.maximum(stored[1:], 50)) < 0.04


def test_info_is_frozen(run_path: Path) -> None:
    run = Run.open(run_path)
    with pytest.raises(AttributeError):
        run.info.name = "x"  # type: ignore[misc]
    assert replace(run.info, name="x").name == "x"
