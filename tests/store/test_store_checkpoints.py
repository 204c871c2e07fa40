from __future__ import annotations

import io
import os
import pickle
import sys
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.numpy import save_file

from ganstudio.core.errors import StoreError
from ganstudio.core.events import CheckpointSaved
from ganstudio.store import Run, RunWriter, load_checkpoint, newest_usable


class Bomb:
    """What a malicious pickle does when somebody loads it."""

    def __reduce__(self) -> tuple[Any, ...]:
        return (pytest.fail, ("a pickle was loaded",))


def fill(run: Path, *steps: int) -> None:
    with RunWriter(run) as writer:
        for step in steps:
            writer.save_checkpoint(step, {"w": np.full((3, 4), step, np.float32)}, {"note": f"of {step}"})


def test_tensors_metadata_and_step_come_back(run_path: Path) -> None:
    torch.manual_seed(0)
    weight = torch.randn(4, 3, 5, 5).to(memory_format=torch.channels_last)
    tensors = {
        "weight": weight,
        "tied": weight,
        "view": weight[1:3],
        "scalar": torch.tensor(3, dtype=torch.int64),
        "rng": torch.get_rng_state(),
        "half": torch.ones(2, dtype=torch.bfloat16, requires_grad=True),
        "empty": torch.empty(0, 3),
        "also": torch.empty(0, 3),
    }
    with RunWriter(run_path) as writer:
        writer.save_checkpoint(250, tensors, {"counters": "{}"})
    for source in (run_path, str(run_path), Run.open(run_path), Run.open(run_path).checkpoint_path(250)):
        back, metadata, step = load_checkpoint(source)
        assert step == 250
        assert metadata["counters"] == "{}"
        assert back.keys() == tensors.keys()
        for name, tensor in tensors.items():
            assert torch.equal(back[name], tensor.detach()), name
            assert back[name].dtype == tensor.dtype
    assert Run.open(run_path).events() == [CheckpointSaved(250)]


def test_numpy_arrays_are_stored_alike(run_path: Path) -> None:
    arrays = {"w": np.arange(6, dtype=np.float32).reshape(2, 3).T, "n": np.array(7, np.int64)}
    with RunWriter(run_path) as writer:
        writer.save_checkpoint(1, arrays, {})
    back, _metadata, _step = load_checkpoint(run_path)
    np.testing.assert_array_equal(back["w"].numpy(), arrays["w"])
    assert back["n"].shape == ()
    assert back["n"].item() == 7


@pytest.mark.skipif(os.name != "posix", reason="permission bits are POSIX's")
def test_a_checkpoint_can_be_read_by_whoever_can_read_the_run(run_path: Path) -> None:
    fill(run_path, 1)
    checkpoint = Run.open(run_path).checkpoint_path(1)
    assert checkpoint.stat().st_mode == (run_path / "run.json").stat().st_mode


def test_a_chosen_step_the_newest_and_one_that_is_not_there(run_path: Path) -> None:
    run = Run.open(run_path)
    with pytest.raises(StoreError, match="no checkpoint yet"):
        load_checkpoint(run)
    fill(run_path, 5, 10)
    assert load_checkpoint(run)[2] == 10
    assert load_checkpoint(run, 5)[0]["w"][0, 0] == 5
    with pytest.raises(StoreError, match=r"no checkpoint of step 7.*5, 10"):
        load_checkpoint(run, 7)


def _zip_of_torch() -> bytes:
    buffer = io.BytesIO()
    torch.save({"w": torch.ones(3)}, buffer)
    return buffer.getvalue()


def _old_torch() -> bytes:
    buffer = io.BytesIO()
    torch.save({"w": torch.ones(3)}, buffer, _use_new_zipfile_serialization=False)
    return buffer.getvalue()


def _plain_zip() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("data.pkl", pickle.dumps(Bomb()))
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        *((pickle.dumps(Bomb(), protocol), "pickle") for protocol in (2, 3, 4, 5)),
        (pickle.dumps([Bomb()] + ["x" * 70_000] * 40, 4), "pickle"),
        (_zip_of_torch(), "zip archive"),
        (_plain_zip(), "zip archive"),
        (_old_torch(), "pickle"),
        (b"", "empty"),
        (b"\x89PNG\r\n\x1a\n" + bytes(100), "PNG"),
        (b"<html>not found</html>", "web page"),
        (b"version https://git-lfs.github.com/spec/v1\n", "LFS"),
        (b"hello", "something else"),
        (pickle.dumps({"w": 1}, 0), "something else"),
        ((5).to_bytes(8, "little") + b"[1,2]", "not a usable"),
        ((2).to_bytes(8, "little") + b"{}" + b"foreign tail", "not a usable"),
        ((9).to_bytes(8, "little") + b'{"a": {}}', "not a usable"),
    ],
)
def test_what_is_no_checkpoint_is_refused_in_words_and_never_loaded(run_path: Path, content: bytes, words: str) -> None:
    fill(run_path, 5, 10)
    bad = Run.open(run_path).checkpoint_path(20)
    bad.write_bytes(content)
    with pytest.raises(StoreError, match=words) as caught:
        load_checkpoint(run_path)
    assert bad.name in str(caught.value)
    check = Run.open(run_path).newest_good_checkpoint()
    assert check.step == 10
    assert [(item.step, item.path) for item in check.bad] == [(20, bad)]
    assert words in check.bad[0].reason
    assert load_checkpoint(run_path, check.step)[2] == 10


def test_a_checkpoint_cut_anywhere_is_refused(run_path: Path) -> None:
    fill(run_path, 5, 10)
    file = Run.open(run_path).checkpoint_path(10)
    whole = file.read_bytes()
    for length in range(len(whole)):
        file.write_bytes(whole[:length])
        with pytest.raises(StoreError, match=r"000000010\.safetensors"):
            load_checkpoint(file)
    assert Run.open(run_path).newest_good_checkpoint().step == 5
    file.write_bytes(whole)
    assert Run.open(run_path).newest_good_checkpoint().step == 10


def _sealed(run: Path) -> bytes:
    fill(run, 5, 10)
    return Run.open(run).checkpoint_path(10).read_bytes()


def test_one_bit_that_is_another_is_found_wherever_it_is(run_path: Path) -> None:
    whole = _sealed(run_path)
    run, file = Run.open(run_path), Run.open(run_path).checkpoint_path(10)
    for place in range(len(whole)):
        spoilt = bytearray(whole)
        spoilt[place] ^= 1 << place % 8
        file.write_bytes(spoilt)
        with pytest.raises(StoreError, match=r"000000010\.safetensors"):
            load_checkpoint(file)
        check = run.newest_good_checkpoint()
        assert (check.step, [bad.step for bad in check.bad]) == (5, [10]), place
    file.write_bytes(whole)
    assert (run.newest_good_checkpoint().step, run.newest_good_checkpoint().words) == (10, "")


@pytest.mark.parametrize("part", [slice(-20, None), slice(-40, -20), slice(30, 60), slice(0, 8), slice(None)])
def test_zeros_in_place_of_content_are_found(run_path: Path, part: slice) -> None:
    spoilt = bytearray(_sealed(run_path))
    spoilt[part] = bytes(len(spoilt[part]))
    run = Run.open(run_path)
    run.checkpoint_path(10).write_bytes(spoilt)
    check, loaded = newest_usable(run, lambda found: found)
    assert (check.step, loaded and loaded[2]) == (5, 5)
    assert "step 10" in check.words
    assert "step 5" in check.words
    with pytest.raises(StoreError, match="000000010"):
        load_checkpoint(run, 10)


def test_checkpoints_from_before_there_was_a_checksum_are_loaded_still(run_path: Path) -> None:
    fill(run_path, 5)
    run = Run.open(run_path)
    save_file({"w": np.full((3, 4), 10, np.float32)}, str(run.checkpoint_path(10)), metadata={"step": "10"})
    assert run.newest_good_checkpoint().step == 10
    tensors, metadata, step = load_checkpoint(run)
    assert (tensors["w"][0, 0], metadata, step) == (10, {"step": "10"}, 10)


def test_a_checkpoint_under_the_name_of_another_step_is_a_bad_one(run_path: Path) -> None:
    fill(run_path, 5, 10)
    run = Run.open(run_path)
    run.checkpoint_path(20).write_bytes(run.checkpoint_path(5).read_bytes())
    check = run.newest_good_checkpoint()
    assert (check.step, [bad.step for bad in check.bad]) == (10, [20])
    assert "of step 5" in check.words


def test_what_was_read_can_be_written_again(run_path: Path) -> None:
    fill(run_path, 5)
    tensors, metadata, step = load_checkpoint(run_path)
    assert metadata == {"note": "of 5", "step": "5"}
    with RunWriter(run_path) as writer:
        writer.save_checkpoint(step, tensors, metadata)
    assert load_checkpoint(run_path)[1] == metadata


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere names are text")
def test_a_folder_whose_name_is_no_text_holds_a_run_like_any_other(run_path: Path) -> None:
    run_path = run_path.rename(run_path.with_name(os.fsdecode(b"caf\xe9 \xff")))
    fill(run_path, 5, 10)
    run = Run.open(run_path)
    assert run.newest_good_checkpoint().step == 10
    assert load_checkpoint(run, 5)[0]["w"][0, 0] == 5
    run.checkpoint_path(10).write_bytes(b"")
    assert newest_usable(run, lambda found: found)[0].step == 5


@pytest.mark.skipif(sys.platform == "win32", reason="there are no named pipes")
@pytest.mark.parametrize("make", [os.mkfifo, os.mkdir, lambda path: path.symlink_to(path)])
def test_what_is_no_file_in_the_place_of_a_checkpoint_is_a_bad_one(run_path: Path, make: Any) -> None:
    fill(run_path, 5)
    run = Run.open(run_path)
    make(run.checkpoint_path(10))
    check, loaded = newest_usable(run, lambda found: found)
    assert (check.step, [bad.step for bad in check.bad], loaded and loaded[2]) == (5, [10], 5)


def test_a_header_that_lies_about_its_tensors_is_refused(run_path: Path) -> None:
    fill(run_path, 10)
    file = Run.open(run_path).checkpoint_path(10)
    file.write_bytes(file.read_bytes().replace(b"[3,4]", b"[9,4]"))
    with pytest.raises(StoreError, match="damaged"):
        load_checkpoint(file)


def test_a_missing_file_is_said_in_words(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="no checkpoint"):
        load_checkpoint(tmp_path / "x.safetensors")
