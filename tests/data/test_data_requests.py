from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ganstudio.core.errors import DataError, UsageError
from ganstudio.core.fields import fields_of
from ganstudio.data import DATASETS, check, data_folder, make_request, parse_request, set_data_folder

NAMES = (
    "line ring grid moons circles swiss-roll spiral checkerboard drawing digits stacked-digits triangles "
    "landscapes day-night edges-digits mnist fashion-mnist kmnist cifar10 folder idx maps pairs domains"
)


def test_catalogue_has_exactly_the_promised_names():
    assert list(DATASETS) == NAMES.split()


@pytest.mark.parametrize("name", NAMES.split())
def test_every_row_is_complete(name):
    source = DATASETS[name]
    assert source.title
    assert source.summary.endswith(".")
    assert source.licence
    assert source.kind in ("points", "images", "maps", "pairs", "domains")
    for option in fields_of(source.Options):
        assert option.title
        assert option.help
    row = source.to_json()
    assert row["name"] == name
    assert row["options"]


def test_importing_the_catalogue_brings_no_heavy_library():
    code = (
        "import sys, ganstudio.data as d; [d.thumbnail(n) for n in d.DATASETS]; d.parse_request('digits:size=16');"
        "d.check('ring'); d.check('digits');"
        "sys.exit(' '.join(m for m in ('torch', 'sklearn', 'scipy') if m in sys.modules) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_a_name_alone_has_the_defaults():
    request = parse_request("ring")
    assert request.text == "ring"
    assert request.path is None
    assert request.options.model_dump()["noise"] == 0.02


def test_a_part_without_an_equals_sign_continues_the_list():
    request = parse_request("cifar10:classes=frog,cat,split=test")
    assert request.options.model_dump() == {"classes": "frog,cat", "split": "test"}
    assert request.text == "cifar10:classes=frog,cat,split=test"


@pytest.mark.parametrize(
    "text",
    [
        "ring:count=100,noise=0.1",
        "digits:size=16,classes=3+4",
        "mnist:split=all,size=28",
        "cifar10:classes=frog",
        "folder:/a/b:size=32,fit=pad",
        "folder:C:\\pictures\\cats:colour=grey",
        "drawing:my heart:count=500",
    ],
)
def test_the_canonical_text_gives_the_same_request(text):
    request = parse_request(text)
    assert parse_request(request.text) == request


def test_defaults_are_left_out_of_the_canonical_text():
    assert parse_request("mnist:size=32,split=train").text == "mnist"


def test_a_drive_colon_is_no_option():
    request = parse_request("folder:C:\\my pictures\\cats")
    assert request.path == "C:\\my pictures\\cats"
    request = parse_request("folder:D:/x:size=32")
    assert request.path == "D:/x"
    assert request.options.model_dump()["size"] == 32


def test_an_existing_folder_whose_name_looks_like_an_option(tmp_path: Path):
    odd = tmp_path / "a:size=32"
    odd.mkdir()
    assert parse_request(f"folder:{odd}").path == str(odd)


def test_a_relative_folder_becomes_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, home: Path):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pics").mkdir()
    (home / "inside").mkdir()
    assert parse_request("folder:pics").path == str(tmp_path / "pics")
    assert parse_request("folder:inside").path == str(home / "inside")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("rign", "ring"),
        ("ring:nois=1", "noise"),
        ("ring:noise=9", "0.5"),
        ("ring:count=many", "count"),
        ("ring:0.1", "name=value"),
        ("digits:size=24", "16"),
        ("digits:classes=ten", "ten"),
        ("cifar10:classes=frog,dragon", "dragon"),
        ("cifar10:split=train,split=test", "twice"),
        ("folder", "folder:"),
        ("folder:/x:size=4", "16"),
        ("folder:/x:sise=40", "sise"),
        ("drawing", "drawing:"),
        ("./pictures", "folder:./pictures"),
        ("C:\\pictures", "a place on the disk"),
        ("", "data set"),
    ],
)
def test_what_is_wrong_is_said(text, says):
    with pytest.raises(UsageError, match=says):
        parse_request(text)


def test_forms_make_requests_from_values():
    assert make_request("triangles", {"vertices": 5}).text == "triangles:vertices=5"
    with pytest.raises(UsageError, match="path"):
        make_request("ring", {}, path="/x")


def test_the_data_folder_obeys_variable_then_setting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, home: Path):
    set_data_folder(tmp_path / "chosen")
    try:
        assert data_folder() == home
        monkeypatch.delenv("GANSTUDIO_DATA")
        assert data_folder() == tmp_path / "chosen"
    finally:
        set_data_folder(None)
    assert data_folder().name == "data"


@settings(deadline=None)
@given(
    path=st.text(st.characters(codec="utf-8", exclude_characters="\0\n\r"), min_size=1, max_size=40),
    size=st.integers(16, 256),
    fit=st.sampled_from(["crop", "pad", "stretch"]),
)
def test_any_path_survives_its_canonical_text(path: str, size: int, fit: str):
    """Only a path that itself ends like options is ambiguous; those are taken as options unless they exist."""
    if not path.strip() or "=" in path:
        return
    request = make_request("folder", {"size": size, "fit": fit}, path="/" + path)
    assert parse_request(request.text) == request


@settings(deadline=None)
@given(st.sampled_from(["", "ring", "cifar10", "drawing", "folder", "folder:~"]), st.text(max_size=60))
def test_no_text_breaks_the_parser(name: str, text: str):
    try:
        request = parse_request(f"{name}:{text}" if name else text)
    except UsageError:
        return
    assert parse_request(request.text) == request


@pytest.mark.parametrize("path", ["~nobody-of-this-name/x", "x" * 5000, "a\0b:size=32"])
def test_names_that_no_file_can_have(path: str):
    with pytest.raises(DataError, match="folder"):
        check(f"folder:{path}")
