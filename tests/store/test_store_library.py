from __future__ import annotations

import json
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ganstudio.core.dataspec import DataSpec
from ganstudio.core.errors import DiskFullError, StoreError
from ganstudio.core.experiment import Experiment
from ganstudio.store import (
    Run,
    RunWriter,
    create_run,
    delete_run,
    empty_trash,
    list_runs,
    list_trash,
    rename_run,
    restore_run,
)
from ganstudio.store.folder import write_info


@pytest.fixture
def folder(tmp_path: Path, experiment: Experiment, spec: DataSpec) -> Path:
    from dataclasses import replace

    for number in range(3):
        path = create_run(experiment.with_(name=f"run {number}"), spec, "", folder=tmp_path)
        info = Run.open(path).info
        write_info(path, replace(info, created=info.created + timedelta(hours=number)))
    return tmp_path


def names(runs: list[Run]) -> list[str]:
    return [run.info.name for run in runs]


def test_runs_are_listed_newest_first_and_strangers_passed_over(folder: Path) -> None:
    (folder / "photos").mkdir()
    (folder / "notes.txt").write_text("mine")
    (folder / "broken").mkdir()
    (folder / "broken" / "run.json").write_text("{")
    assert names(list_runs(folder)) == ["run 2", "run 1", "run 0"]
    assert list_runs(folder / "nothing") == []


def test_a_run_that_came_with_a_note_of_its_origin_is_not_restored_there(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = list_runs(folder)[0].path
    elsewhere = tmp_path / "elsewhere" / "run"
    (run / "trashed.json").write_text(json.dumps({"origin": str(elsewhere), "deleted": 0}), "utf-8")

    def full(*_arguments: object) -> None:
        raise DiskFullError("full")

    monkeypatch.setattr("ganstudio.store.library.replace_file", full)
    assert restore_run(delete_run(run, folder=folder)) == run
    assert not elsewhere.exists()


def test_hundreds_are_listed_quickly(tmp_path: Path, experiment: Experiment, spec: DataSpec) -> None:
    text = (create_run(experiment, spec, "", folder=tmp_path) / "run.json").read_bytes()
    for number in range(400):
        (tmp_path / f"r{number}").mkdir()
        (tmp_path / f"r{number}" / "run.json").write_bytes(text)
    start = time.perf_counter()
    assert len(list_runs(tmp_path)) == 401
    assert time.perf_counter() - start < 1.0


def test_a_run_gets_another_name_even_while_it_trains(folder: Path) -> None:
    path = list_runs(folder)[0].path
    with RunWriter(path) as writer:
        rename_run(path, "  my   best\none ")
        writer.write_status("training", 1, 2)
    assert Run.open(path).info.name == "my best one"
    with pytest.raises(StoreError, match="name"):
        rename_run(path, " \n")


def test_a_deleted_run_lies_in_the_trash_and_comes_back(folder: Path) -> None:
    run = list_runs(folder)[0]
    with RunWriter(run.path) as writer:
        writer.save_checkpoint(1, {"w": np.ones(3, np.float32)}, {})
        with pytest.raises(StoreError, match="being trained"):
            delete_run(run.path, folder=folder)
    before = sorted(path.name for path in run.path.rglob("*"))
    trashed = delete_run(run.path, folder=folder)
    assert names(list_runs(folder)) == ["run 1", "run 0"]
    (item,) = list_trash(folder)
    assert (item.path, item.origin, item.name) == (trashed, run.path, "run 2")
    assert item.deleted > 0
    assert restore_run(trashed) == run.path
    assert sorted(path.name for path in run.path.rglob("*")) == before
    assert list_trash(folder) == []


@pytest.mark.parametrize("when", [0, 1e300, float("nan"), -5])
def test_what_came_with_a_trash_is_not_restored_anywhere(folder: Path, tmp_path: Path, when: float) -> None:
    """Whoever unpacks somebody's runs folder gets its trash, too: a folder of autostart was one press away."""
    trashed = delete_run(list_runs(folder)[0].path, folder=folder)
    note = json.dumps({"origin": str(tmp_path / "config" / "autostart"), "deleted": when})
    (trashed / "trashed.json").write_text(note, "utf-8")
    assert list_trash(folder)[0].deleted == 0
    assert restore_run(trashed).parent == folder
    assert not (tmp_path / "config").exists()


def test_a_note_in_the_trash_that_makes_no_sense_is_no_note(folder: Path) -> None:
    run = list_runs(folder)[0]
    trashed = delete_run(run.path, folder=folder)
    for text in ("[" * 100_000, '{"origin": 5, "deleted": 1}', '{"origin": "/x", "deleted": 1e999}', "\xff"):
        (trashed / "trashed.json").write_text(text, "utf-8")
        (item,) = list_trash(folder)
        assert (item.path, item.deleted) == (trashed, 0.0)
    assert empty_trash(folder) == 1


def test_a_run_that_lay_elsewhere_goes_back_there(tmp_path: Path, folder: Path) -> None:
    place = list_runs(folder)[0].path.rename(tmp_path / "mine")
    assert restore_run(delete_run(place, folder=folder), elsewhere=[str(place)]) == place


def test_a_taken_place_is_not_overwritten(folder: Path) -> None:
    run = list_runs(folder)[0]
    trashed = delete_run(run.path, folder=folder)
    run.path.mkdir()
    (run.path / "precious").write_text("x")
    back = restore_run(trashed)
    assert back != run.path
    assert Run.open(back).info.name == "run 2"
    assert (run.path / "precious").exists()


def test_two_runs_of_one_name_fit_into_the_trash(folder: Path, experiment: Experiment, spec: DataSpec) -> None:
    places = []
    for _again in range(2):
        path = create_run(experiment, spec, "", path=folder / "same")
        places.append(delete_run(path, folder=folder))
    assert len(set(places)) == 2
    assert empty_trash(folder) == 2
    assert list_trash(folder) == []
    assert not any(place.exists() for place in places)


def test_emptying_leaves_strangers_and_runs_alone(folder: Path) -> None:
    delete_run(list_runs(folder)[0].path, folder=folder)
    (folder / ".trash" / "thesis").mkdir()
    assert empty_trash(folder) == 1
    assert (folder / ".trash" / "thesis").is_dir()
    assert len(list_runs(folder)) == 2


def test_only_runs_are_deleted_and_only_trash_restored(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "photos").mkdir()
    with pytest.raises(StoreError):
        delete_run(tmp_path / "photos", folder=folder)
    assert (tmp_path / "photos").is_dir()
    with pytest.raises(StoreError, match="not in the trash"):
        restore_run(list_runs(folder)[0].path)


def test_deleting_works_on_a_full_disk(folder: Path, disk: Any) -> None:
    run = list_runs(folder)[0]
    disk.full = True
    trashed = delete_run(run.path, folder=folder)
    assert not run.path.exists()
    assert restore_run(trashed) == run.path
