from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Call

METHODS = ["gan", "dcgan", "dcgan-frogs", "lsgan", "wgan", "wgan-gp"]
DATASETS = [
    *("line", "ring", "grid", "moons", "circles", "swiss-roll", "spiral", "checkerboard", "digits", "triangles"),
    *("mnist", "fashion-mnist", "kmnist", "cifar10", "folder"),
]


def test_methods_json(call: Call) -> None:
    answer = call("methods", "--json")
    assert answer.status == 0
    rows = {row["name"]: row for row in answer.json}
    assert set(METHODS) <= set(rows)
    assert all(row["title"] and row["data"] and row["hyper"] for row in rows.values())
    assert "images" in rows["dcgan"]["data"]
    batch = next(spec for spec in rows["gan"]["hyper"] if spec["name"] == "batch_size")
    assert batch["kind"] == "int"
    assert batch["range"]


def test_methods_table(call: Call) -> None:
    lines = call("methods").out.splitlines()
    assert [name for line in lines[1:] if (name := line.split()[0]) in METHODS] == METHODS
    start = lines[0].index("YEAR")
    assert all(line[start : start + 4].isdigit() for line in lines[1:])


def test_one_method_lists_its_settings(call: Call) -> None:
    out = call("methods", "wgan-gp").out
    assert "min_G max_D" in out
    assert "compare with: gan, wgan" in out
    assert "penalty_weight" in out
    assert "batch_size" in out
    assert [row["name"] for row in call("methods", "wgan-gp", "--json").json] == ["wgan-gp"]


def test_datasets_json(call: Call) -> None:
    rows = {row["name"]: row for row in call("datasets", "--json").json}
    assert set(DATASETS) <= set(rows)
    for row in rows.values():
        assert row["title"]
        assert row["licence"]
        assert row["kind"] in ("points", "images", "maps", "pairs", "domains")
        assert {"available", "downloadable", "options", "usage"} <= row.keys()
    assert rows["digits"]["available"]
    assert not rows["mnist"]["available"]
    assert rows["mnist"]["downloadable"]
    assert rows["folder"]["usage"] == "folder:PATH"


def test_a_set_in_the_data_folder_is_found(call: Call, own_folders: Path) -> None:
    home = own_folders / "data" / "mnist"
    home.mkdir(parents=True)
    (home / "train-images-idx3-ubyte.gz").write_bytes(b"")
    row = call("datasets", "mnist", "--json").json[0]
    assert row["available"]
    assert row["folder"] == str(home)


def test_datasets_table_and_one_set(call: Call) -> None:
    out = call("datasets").out
    assert all(f"\n{name}" in out for name in DATASETS)
    assert "can be downloaded" in out
    assert "size" in call("datasets", "digits").out


def test_download_fetches_into_the_data_folder(call: Call, own_folders: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fetch(name: str, report: object) -> Path:
        assert callable(report)
        report(5, 10)
        report(10, 10)
        return own_folders / "data" / name

    monkeypatch.setattr("ganstudio.data.download", fetch)
    answer = call("datasets", "mnist", "--download")
    assert (answer.status, answer.out.strip()) == (0, str(own_folders / "data" / "mnist"))
    assert "10 B of 10 B" in answer.err


def test_download_needs_a_name_that_can_be(call: Call) -> None:
    assert "mnist" in call("datasets", "--download").error
    answer = call("datasets", "ring", "--download")
    assert answer.status == 2
    assert "cannot be downloaded" in answer.error
