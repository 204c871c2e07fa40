from __future__ import annotations

import errno
import io
import json
import os
import re
import shutil
import signal
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from PIL import Image

from ganstudio.cli import train
from ganstudio.cli.progress import LastLosses, ProgressLine
from ganstudio.core.commands import Stop
from ganstudio.core.errors import DiskFullError, StoreError
from ganstudio.core.events import Event, Progress, Rows, SeriesInfo
from ganstudio.methods import METHODS
from ganstudio.store import Run, RunWriter, load_checkpoint
from ganstudio.store.checkpoints import write_checkpoint
from ganstudio.store.folder import read_info, write_info
from ganstudio.training import publish
from ganstudio.training.session import Session
from tests.cli.conftest import TINY_IMAGES, TINY_POINTS, Call

GAN = ["train", "gan", "--data", "ring", *TINY_POINTS]


def test_path_on_stdout_progress_on_stderr(call: Call, tmp_path: Path) -> None:
    out = tmp_path / "deep" / "run"
    answer = call(*GAN, "--steps", 12, "--seed", 7, "--out", out, "--name", "my  ring")
    assert (answer.status, answer.out) == (0, f"{out}\n")
    assert "12/12" in answer.err
    assert "discriminator" in answer.err
    run = Run.open(out)
    assert (run.info.name, run.info.experiment.seed, run.info.experiment.steps) == ("my ring", 7, 12)
    assert run.info.experiment.hyper["mlp_width"] == 16
    assert (run.status().state, run.status().step) == ("finished", 12)
    assert run.checkpoint_steps()[-1] == 12


def test_without_out_the_run_lies_in_the_runs_folder(call: Call, own_folders: Path) -> None:
    answer = call(*GAN, "--steps", 2)
    assert Path(answer.out.strip()).parent == own_folders / "runs"


def test_seed_gives_the_same_run(call: Call, tmp_path: Path) -> None:
    weights = []
    for name, seed in (("a", 3), ("b", 3), ("c", 4)):
        assert call(*GAN, "--steps", 5, "--seed", seed, "--out", tmp_path / name).status == 0
        weights.append(load_checkpoint(tmp_path / name)[0]["method/generator.layers.0.weight"].numpy())
    assert np.array_equal(weights[0], weights[1])
    assert not np.array_equal(weights[0], weights[2])


def test_threads_are_those_that_the_environment_grants(
    call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = torch.get_num_threads()
    command = ["train", "gan", "--data", "ring", "--set", "mlp_width=16", "batch_size=16", "--steps", 1, "--out"]
    try:
        monkeypatch.setenv("OMP_NUM_THREADS", "3")
        assert "CPU, 3 threads" in call(*command, tmp_path / "granted").err
        assert "CPU, 1 thread " in call(*command, tmp_path / "said", "--threads", 1).err
        monkeypatch.setenv("OMP_NUM_THREADS", "many")
        assert call(*command, tmp_path / "nonsense").status == 0
    finally:
        torch.set_num_threads(before)


def test_settings_may_be_repeated_and_dashed(call: Call, tmp_path: Path) -> None:
    options = ["--set", "n-critic=2", "--set", "lr_g=1e-4", "amp=false"]
    assert call(*GAN, *options, "--steps", 2, "--out", tmp_path / "run").status == 0
    hyper = Run.open(tmp_path / "run").info.experiment.hyper
    assert (hyper["n_critic"], hyper["lr_g"], hyper["amp"], hyper["batch_size"]) == (2, 1e-4, False, 16)


def test_a_forecast_says_time_and_memory_and_trains_nothing(call: Call, own_folders: Path) -> None:
    answer = call(*GAN, "--steps", 12, "--threads", 1, "--forecast")
    assert answer.status == 0
    assert re.fullmatch(r"About \d+ s(, \d+ MB)? \([\d.]+ ms a step\)\n", answer.out)
    assert not (own_folders / "runs").exists()
    assert list((own_folders / "cache").glob("forecasts-*.json"))


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """A folder of 24 small pictures in two shades, and of three files that are none."""
    folder = tmp_path / "pics"
    folder.mkdir()
    for index in range(24):
        Image.new("L", (16, 16), 100 + index).save(folder / f"{index}.png")
    (folder / "empty.png").touch()
    (folder / "page.jpg").write_text("<html>")
    Image.new("L", (1, 1)).save(folder / "dot.png")
    return folder


DCGAN = ["train", "dcgan", "--steps", "1", *TINY_IMAGES]


def test_files_that_were_left_out_are_told_and_kept(call: Call, pictures: Path, tmp_path: Path) -> None:
    answer = call(*DCGAN, "--data", f"folder:{pictures}:size=16", "--out", tmp_path / "run")
    assert answer.status == 0
    (line,) = [line for line in answer.err.splitlines() if "left out" in line]
    assert line.startswith("3 of 27 files were left out: ")
    for told in ("dot.png (is only 1 × 1 px)", "empty.png (the file is empty)", "page.jpg (it is a web page"):
        assert told in line
    assert line in call("info", tmp_path / "run").out
    assert call("info", tmp_path / "run", "--json").json["told"][0] == line
    again = call("train", "--resume", tmp_path / "run", "--steps", 2)
    assert line in again.err.splitlines()


def test_a_relative_place_of_data_holds_from_everywhere(
    call: Call, pictures: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert call(*DCGAN, "--data", "folder:pics:size=16", "--out", "run").status == 0
    assert Run.open("run").info.experiment.data == f"folder:{pictures}:size=16"
    monkeypatch.chdir("/")
    assert call("train", "--resume", tmp_path / "run", "--steps", 2).status == 0


def test_an_older_run_with_a_relative_place_is_found_beside_it(
    call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Image.new("L", (32, 32), 200).save(tmp_path / "dot.png")
    data = f"drawing:{tmp_path / 'dot.png'}"
    assert call("train", "gan", "--data", data, "--steps", 1, "--out", tmp_path / "run", *TINY_POINTS).status == 0
    info = read_info(tmp_path / "run")
    write_info(tmp_path / "run", replace(info, experiment=info.experiment.with_(data="drawing:./dot.png")))
    monkeypatch.chdir("/")
    assert call("train", "--resume", tmp_path / "run", "--steps", 2).status == 0
    assert Run.open(tmp_path / "run").info.experiment.data == data


def test_data_that_have_moved_are_taken_from_their_new_place_if_they_are_the_same(
    call: Call, pictures: Path, tmp_path: Path
) -> None:
    run = tmp_path / "run"
    assert call(*DCGAN, "--data", f"folder:{pictures}:size=16", "--out", run).status == 0
    moved, other = pictures.rename(tmp_path / "moved"), tmp_path / "other"
    shutil.copytree(moved, other)
    (other / "3.png").unlink()
    resume = ["train", "--resume", run, "--steps", 2]
    missing = call(*resume)
    assert missing.status == 1
    assert f"There is no folder {pictures}" in missing.err
    assert "--data folder:PATH" in missing.err
    for wrong, status, says in (
        (f"folder:{other}", 1, "does not hold the data that this run was trained on"),
        ("ring", 2, "name the new place of the same data as folder:PATH"),
    ):
        answer = call(*resume, "--data", wrong)
        assert answer.status == status
        assert says in answer.err
        assert Run.open(run).info.experiment.data == f"folder:{pictures}:size=16"
    answer = call(*resume, "--data", moved)
    assert answer.status == 0
    assert f"from now on they are read from folder:{moved}:size=16" in answer.err
    assert Run.open(run).info.experiment.data == f"folder:{moved}:size=16"


def test_a_drawing_and_weights_by_path_hold_from_everywhere(
    call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Image.new("L", (32, 32), 200).save(tmp_path / "dot.png")
    monkeypatch.chdir(tmp_path)
    assert call("train", "gan", "--data", "drawing:dot.png", "--steps", 1, "--out", "run", *TINY_POINTS).status == 0
    assert Run.open("run").info.experiment.data == f"drawing:{tmp_path / 'dot.png'}"
    hyper = METHODS["pix2pixhd"].resolve({"vgg": "~/vgg19.safetensors"}, "pairs")
    assert hyper.vgg == str(Path.home() / "vgg19.safetensors")


@pytest.fixture
def begun(runs: Path, tmp_path: Path) -> Path:
    """A run of 30 steps that may be written to."""
    return Path(shutil.copytree(runs / "points", tmp_path / "begun"))


def test_resume_counts_from_the_beginning(call: Call, begun: Path) -> None:
    answer = call("train", "--resume", begun, "--steps", 40, "--threads", 1)
    assert (answer.status, answer.out) == (0, f"{begun}\n")
    assert Run.open(begun).status().step == 40


def test_patience_ends_it_and_info_tells_the_best(call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(publish, "WATCH_EVERY", 10)
    monkeypatch.setattr(publish, "WATCH_SHARE", 1e9)
    monkeypatch.setattr("ganstudio.metrics.closeness.closeness", lambda *_args: 0.25)
    monkeypatch.setattr("ganstudio.metrics.closeness.strayed", lambda *_args: 0.0)
    out = tmp_path / "run"
    answer = call(*GAN, "--steps", 500, "--patience", 20, "--out", out)
    assert (answer.status, answer.out) == (0, f"{out}\n")
    assert "Ended at step 30: nothing has become better since step 10." in answer.err
    told = call("info", out)
    assert "step 10, 25\xa0% from the data" in told.out
    assert "Ended at step 30" in told.out
    assert call("info", out, "--json").json["best"] == {"step": 10, "distance_percent": 25.0}
    assert "step 50" in call("train", "--resume", out).err, "it goes on, as patient as it was"
    assert call("train", "--resume", out, "--steps", 90, "--patience", 0).status == 0
    assert Run.open(out).status().step == 90


def test_resume_with_other_batches_says_what_that_means(call: Call, begun: Path) -> None:
    answer = call("train", "--resume", begun, "--steps", 40, "--set", "batch_size=24", "lr_g=1e-4", "--threads", 1)
    assert (answer.status, answer.out) == (0, f"{begun}\n")
    assert "24 items instead of 16 after step 30" in answer.err
    assert "no longer equal to it bit by bit" in answer.err
    state = json.loads(load_checkpoint(begun)[1]["state"])
    assert (state["step"], state["hyper"]["batch_size"], state["hyper"]["lr_g"]) == (40, 24, 1e-4)
    assert state["items"] == 30 * 16 + 10 * 24
    told = call("info", begun, "--json").json
    assert told["hyper"]["batch_size"] == 24
    assert [(change["step"], change["name"]) for change in told["changes"]] == [(30, "batch_size"), (30, "lr_g")]
    again = call(
        "train", "--resume", begun, "--steps", 41, "--threads", 1
    )  # it stays as it is now, and nothing is said
    assert again.status == 0
    assert "instead of" not in again.err
    assert call("info", begun, "--json").json["hyper"]["batch_size"] == 24


def test_a_run_of_a_version_that_counted_batches_goes_on(call: Call, begun: Path, tmp_path: Path) -> None:
    other = Path(shutil.copytree(begun, tmp_path / "other"))
    tensors, metadata, _step = load_checkpoint(begun)
    state = json.loads(metadata["state"])
    state["batches"] = state.pop("items") // state["hyper"]["batch_size"]
    write_checkpoint(Run.open(begun).checkpoint_path(30), tensors, {**metadata, "state": json.dumps(state)})
    for run in (begun, other):
        assert call("train", "--resume", run, "--steps", 33, "--threads", 1).status == 0
    one, same = load_checkpoint(begun)[0], load_checkpoint(other)[0]
    assert all(torch.equal(value, same[name]) for name, value in one.items())


def test_resume_to_where_it_is_already(call: Call, begun: Path) -> None:
    for steps in (["--steps", 30], []):
        answer = call("train", "--resume", begun, *steps)
        assert answer.status == 2
        assert "step 30" in answer.error


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["train"], "METHOD is missing"),
        (["train", "gan", "--steps", "5"], "--data"),
        (["train", "gan", "--data", "ring"], "--steps"),
        (["train", "gann", "--data", "ring", "--steps", "5"], "“gan”"),
        (["train", "gan", "--data", "rong", "--steps", "5"], "“ring”"),
        (["train", "gan", "--data", "ring:noise=9", "--steps", "5"], "noise"),
        (["train", "gan", "--data", "folder:/nowhere", "--steps", "5"], "/nowhere"),
        (["train", "dcgan", "--data", "ring", "--steps", "5"], "images"),
        (["train", "gan", "--data", "ring", "--steps", "0"], "whole number"),
        (["train", "gan", "--data", "ring", "--steps", "many"], "whole number"),
        (["train", "gan", "--data", "ring", "--steps", "1,5"], "whole number"),
        (["train", "gan", "--data", "ring", "--steps", "5", "--out", ""], "--out"),
        (["train", "gan", "--data", "ring", "--steps", "5", "--seed", "-1"], "whole number"),
        (["train", "gan", "--data", "ring", "--steps", "5", "--device", "abacus"], "abacus"),
        (["train", "gan", "--data", "ring", "--steps", "5", "--set", "width=3"], "batch_size"),
        (["train", "gan", "--data", "ring", "--steps", "5", "--set", "batch_size=-3"], "batch_size"),
        (["train", "gan", "--data", "ring", "--steps", "5", "--set", "lr_g=nan"], "lr_g"),
        (["train", "gan", "--data", "ring", "--steps", "5", "--set", "fast"], "key=value"),
        (["train", "gan", "--resume", "RUN", "--steps", "50"], "METHOD does not go"),
        (["train", "--resume", "RUN", "--steps", "50", "--set", "mlp_width=8"], "MLP width cannot be changed"),
        (["train", "--resume", "RUN", "--steps", "50", "--set", "batch_size=0"], "batch_size"),
        (["train", "--resume", "RUN", "--steps", "50", "--set", "no_such=1"], "no_such"),
        (["train", "gan", "--data", "ring", "--steps", "5", "--out", "RUN"], "already holds a run"),
        (["train", "gan", "--data", "ring", "--steps", "5", "--out", "RUN/run.json"], "is a file"),
        (["train", "gan", "--data", "ring", "--steps", "5", "--out", "RUN/.."], "not empty"),
    ],
)
def test_wrong_requests(call: Call, begun: Path, arguments: list[str], says: str) -> None:
    answer = call(*(argument.replace("RUN", str(begun)) for argument in arguments))
    assert answer.status == 2
    assert says in answer.error


def test_data_that_are_not_there_fail(call: Call, tmp_path: Path) -> None:
    answer = call("train", "gan", "--data", "mnist", "--steps", 5, "--out", tmp_path / "run")
    assert answer.status == 1
    assert "data folder" in answer.error
    assert answer.error.endswith("(ganstudio datasets mnist --download)")
    assert not (tmp_path / "run").exists()


def test_loss_that_is_not_finite(call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from ganstudio.training.engine import Engine

    terms = Engine._terms

    def poisoned(engine: Engine, phase: object) -> dict[str, object]:
        found = terms(engine, phase)  # type: ignore[arg-type]
        return {name: value * float("nan") for name, value in found.items()} if engine.step_count >= 3 else dict(found)

    monkeypatch.setattr(Engine, "_terms", poisoned)
    answer = call(*GAN, "--steps", 50_000, "--out", tmp_path / "run")
    assert answer.status == 1
    assert not answer.out
    last = answer.err.splitlines()[-1]
    assert last.startswith("ganstudio: ")
    assert "step 4" in last
    assert "discriminator/" in last
    assert "Traceback" not in answer.err
    assert Run.open(tmp_path / "run").status().state == "failed"


def test_full_disk_is_waited_for(call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    append, tries = RunWriter.append_rows, 0

    def full(writer: RunWriter, rows: Rows) -> None:
        nonlocal tries
        tries += 1
        if tries <= 2:
            raise DiskFullError("The disk is full. Make room.", os.strerror(errno.ENOSPC))
        append(writer, rows)

    monkeypatch.setattr(RunWriter, "append_rows", full)
    answer = call(*GAN, "--steps", 30, "--out", tmp_path / "run")
    assert answer.status == 0
    assert tries > 2
    assert sum(len(rows.steps) for rows in Run.open(tmp_path / "run").rows("steps")) == 30


def test_checkpoint_that_cannot_be_written_is_a_failure(
    call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_arguments: object) -> None:
        raise StoreError("The file cannot be written: no right.")

    monkeypatch.setattr(RunWriter, "save_checkpoint", refuse)
    answer = call(*GAN, "--steps", 5, "--out", tmp_path / "run")
    assert answer.status == 1
    assert "no right" in answer.err.splitlines()[-1]


def _interrupting(monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    """As soon as there is something to be saved, the signal comes."""
    take, sent = train._Watcher._take, list[int]()

    def taken(watcher: train._Watcher, event: Event) -> None:
        take(watcher, event)
        if isinstance(event, Progress) and event.step and not sent:
            sent.append(number)
            os.kill(os.getpid(), number)

    monkeypatch.setattr(train._Watcher, "_take", taken)


@pytest.mark.skipif(os.name == "nt", reason="Windows cannot signal itself so")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_first_signal_saves_and_stops(call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    _interrupting(monkeypatch, number)
    before = signal.getsignal(number)
    run_dir = tmp_path / "a run"
    answer = call(*GAN, "--steps", 1_000_000, "--out", run_dir)
    assert answer.status == 128 + number
    assert answer.out == f"{run_dir}\n"
    assert f"--resume '{run_dir}' --steps 1000000" in answer.err
    assert "again" in answer.err
    run = Run.open(run_dir)
    assert run.status().state == "stopped"
    assert run.checkpoint_steps()[-1] == run.status().step
    assert signal.getsignal(number) is before


def test_a_stop_while_the_data_are_read_is_told(call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    start = Session.start

    def stop_and_start(session: Session) -> None:
        session.send(Stop())
        start(session)

    monkeypatch.setattr(Session, "start", stop_and_start)
    answer = call(*GAN, "--steps", 10, "--out", tmp_path / "run")
    assert (answer.status, answer.out) == (0, "")
    assert "nothing was written" in answer.err
    assert not (tmp_path / "run").exists()


def test_second_signal_kills(monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[object] = []
    left: list[int] = []
    monkeypatch.setattr(train, "_exit", left.append)

    class Session:
        send: Callable[[object], None] = sent.append
        waits_for_room = False

    session = Session()
    for waits in (False, True):
        left.clear(), sent.clear()
        session.waits_for_room = waits
        with train._stopping(session) as came:  # type: ignore[arg-type]
            handler = signal.getsignal(signal.SIGINT)
            assert callable(handler)
            handler(signal.SIGINT, None)
            assert (came, left, len(sent)) == ([signal.SIGINT], [], 1)
            handler(signal.SIGINT, None)
            assert (left, len(sent)) == ([] if waits else [130], 2)  # what waits for room gives up in words
            handler(signal.SIGINT, None)
        assert left[-1] == 130


def test_a_signal_that_a_launcher_passes_on_is_the_same_one(monkeypatch: pytest.MonkeyPatch) -> None:
    now, left = [100.0], []
    monkeypatch.setattr(train, "_exit", left.append)
    monkeypatch.setattr(train.time, "monotonic", lambda: now[0])
    session = SimpleNamespace(send=lambda _command: None, waits_for_room=False)
    with train._stopping(session, deaf=5.0) as came:  # type: ignore[arg-type]
        handler = signal.getsignal(signal.SIGINT)
        assert callable(handler)
        for _time in range(3):  # the terminal's, and torchrun's copies
            handler(signal.SIGINT, None)
        assert (came, left) == ([signal.SIGINT], [])
        now[0] += 6
        handler(signal.SIGINT, None)
        assert left == [130]


# -- the progress line ------------------------------------------------------------------------------------------------


class Terminal(io.StringIO):
    encoding = "utf-8"  # type: ignore[assignment]


def _progress(step: int) -> Progress:
    return Progress(step, 100, 12.3, 99.0, 65.0, 0, "cpu")


def test_elsewhere_a_line_every_few_seconds() -> None:
    stream, now = io.StringIO(), [0.0]
    line = ProgressLine(stream, rewrite=False, clock=lambda: now[0])
    for step in range(1, 61):
        now[0] = step / 4
        line.show(_progress(step), {"generator": 0.5})
    line.show(_progress(60), {}, last=True)
    lines = stream.getvalue().splitlines()
    assert 3 <= len(lines) <= 4
    assert lines[0] == "1/100  12 steps/s  1:05 left  generator 0.500"


def test_in_a_terminal_one_line_is_rewritten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    stream, now = Terminal(), [0.0]
    line = ProgressLine(stream, rewrite=True, clock=lambda: now[0])
    for step in range(0, 101, 25):
        now[0] += 1
        line.show(_progress(step), {"discriminator": 1.0, "generator": 0.5})
    assert "\n" not in stream.getvalue()
    assert "━" * 20 in stream.getvalue()
    assert all(len(part) == 59 for part in stream.getvalue().split("\r")[1:])
    line.note("a note")
    assert stream.getvalue().endswith("\ra note\n")


def test_losses_are_added_up_by_phase() -> None:
    losses = LastLosses()
    series = tuple(
        SeriesInfo(name, kind, "other")  # type: ignore[arg-type]
        for name, kind in (("d/real", "loss"), ("d/fake", "loss"), ("g/adversarial", "loss"), ("D(x)", "probability"))
    )
    nan = np.nan
    values = np.array([[1, 2, 9, 0.5], [3, 4, nan, 0.5]], np.float32)
    losses.take(Rows("steps", series, np.array([1, 2]), np.array([0.1, 0.2]), values))
    assert losses.by_phase == {"d": 7.0, "g": 9.0}


def label_maps(folder: Path, suffix: str) -> str:
    """Label maps with the numbers 0 to 3 and photos, and a list of three names; the request for them."""
    from PIL import Image

    for index in range(4):
        ids = np.random.default_rng(index).permutation(np.repeat(np.arange(4), 4)).reshape(4, 4)
        for part, values in (("labels", ids), ("images", ids * 60)):
            (folder / part).mkdir(parents=True, exist_ok=True)
            image = Image.fromarray(np.kron(values, np.ones((4, 4))).astype(np.uint8))
            image.save(folder / part / f"{index}.{suffix if part == 'labels' else 'png'}")
    (folder / "classes.txt").write_text("wall\nfloor\nsky\n", encoding="utf-8")
    return f"maps:{folder}:size=16"


def test_names_that_count_from_one_are_told_and_kept_by_the_run(call: Call, tmp_path: Path) -> None:
    data, run = label_maps(tmp_path / "maps", "png"), tmp_path / "run"
    tiny = [f"{name}=8" for name in ("width", "width_d", "hidden")]
    settings = [word for text in (*tiny, "batch_size=2") for word in ("--set", text)]
    answer = call("train", "spade", "--data", data, "--steps", 1, "--out", run, "--threads", 1, *settings)
    assert answer.status == 0, answer.err
    assert "counted from 1" in answer.err
    assert "names=from0" in answer.err
    classes = Run.open(run).info.spec.map_classes
    assert [(one.name, one.number) for one in classes[:3]] == [("wall", 1), ("floor", 2), ("sky", 3)]
    assert classes[3].name == "unlabelled"
    (tmp_path / "maps" / "classes.txt").write_text("Wand\nfloor\nsky\n", encoding="utf-8")
    answer = call("train", "--resume", run, "--steps", 2, "--threads", 1)
    assert answer.status == 0, answer.err
    assert "keeps its names" in answer.err
    assert Run.open(run).info.spec.map_classes == classes


def test_grey_jpegs_of_class_numbers_are_not_trained_on(call: Call, tmp_path: Path) -> None:
    answer = call("train", "spade", "--data", label_maps(tmp_path / "maps", "jpg"), "--steps", 1)
    assert answer.status != 0
    assert "grey JPEG" in answer.err
    assert "PNG" in answer.err
