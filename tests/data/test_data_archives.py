"""Archives that a person should not trust, or that other programs write in ways of their own."""

from __future__ import annotations

import copy
import gzip
import io
import os
import struct
import subprocess
import sys
import tarfile
import threading
import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ganstudio.core.errors import CancelledError, DataError
from ganstudio.core.leftovers import temporary_name
from ganstudio.data import archives, check, load
from ganstudio.data.report import DataReport

MEGABYTE = 1 << 20


def png(seed: int = 0, size: int = 16) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(np.random.default_rng(seed).integers(0, 256, (size, size, 3), np.uint8)).save(buffer, "PNG")
    return buffer.getvalue()


class RawName(zipfile.ZipInfo):
    """A name in bytes that are no UTF-8, as programs write that do not say which letters they mean."""

    def _encodeFilenameFlags(self) -> tuple[bytes, int]:
        return self.filename.encode("cp437"), 0


def zipped(path: Path, names: Iterable[str], codec: str = "") -> Path:
    with zipfile.ZipFile(path, "w") as out:
        for number, name in enumerate(names):
            out.writestr(RawName(name.encode(codec).decode("cp437")) if codec else zipfile.ZipInfo(name), png(number))
    return path


def member(name: str, kind: bytes = tarfile.REGTYPE, size: int = 0, link: str = "") -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.size, info.linkname = kind, size, link
    return info


def look(path: Path, kind: str = "folder") -> DataReport:
    return check(f"{kind}:{path}:size=16")


def told(report: DataReport, action: str = "dropped") -> dict[str, str]:
    return {one.file: one.what for one in report.problems if one.action == action}


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


# -- what would fill the disk or the memory ---------------------------------------------------------------------------


def test_a_small_archive_of_zeros_writes_nothing(pics: Path, tmp_path: Path):
    path = pics / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as out:
        out.writestr("good.png", png())
        out.writestr("0.png", bytes(60 * MEGABYTE))
        first = out.filelist[-1]
    # The same content once more: only the sizes matter, and they are summed before anything is written.
    content = bytearray(path.read_bytes())
    at = content.index(b"PK\1\2", first.header_offset)
    struct.pack_into("<I", content, content.index(b"0.png", at) - 46 + 24, 250 * MEGABYTE)
    path.write_bytes(content)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(archives, "SLACK", 100 * MEGABYTE)
        with pytest.raises(DataError, match="more than 100 times as large"):
            look(path)
    assert not files(tmp_path / "cache")


@pytest.mark.parametrize("pack", [gzip.compress, lambda content: content])
def test_a_tar_is_measured_while_it_is_read(
    pics: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pack: Callable
):
    monkeypatch.setattr(archives, "SLACK", MEGABYTE)
    monkeypatch.setattr(archives, "RATIO", 1 if pack is not gzip.compress else 5)
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        tar.addfile(member("a.png", size=len(png())), io.BytesIO(png()))
        # No picture, and passed over: but passing over costs as much.
        tar.addfile(member("big.bin", size=8 * MEGABYTE), io.BytesIO(bytes(8 * MEGABYTE)))
        tar.addfile(member("b.png", size=len(png())), io.BytesIO(png()))
    path = pics / "set.tar.gz"
    path.write_bytes(pack(buffer.getvalue()))
    if pack is gzip.compress:
        with pytest.raises(DataError, match="times as large"):
            look(path)
        assert not files(tmp_path / "cache")
    else:
        assert look(path).spec.count == 2


def test_flat_label_maps_pack_well_and_are_read(pics: Path):
    path = pics / "set.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as out:
        for number in range(4):
            buffer = io.BytesIO()
            Image.new("L", (1500, 1500), number * 60).save(buffer, "BMP")
            out.writestr(f"{number}.bmp", buffer.getvalue())
    assert path.stat().st_size * archives.RATIO < 4 * 1500 * 1500
    assert look(path).spec.count == 4


def test_one_that_is_no_picture_for_its_size_is_left_out_by_name(pics: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(archives, "MOST_OF_PICTURE", 20_000)
    monkeypatch.setattr(archives, "MOST_OF_LIST", 1000)
    path = pics / "set.tar"
    with tarfile.open(path, "w") as tar:
        for name, content in (("a.png", png()), ("classes.txt", b"a\n" * 900), ("b.png", bytes(30_000))):
            tar.addfile(member(name, size=len(content)), io.BytesIO(content))
    report = look(path)
    assert report.spec.count == 1
    assert set(told(report)) == {"b.png", "classes.txt"}
    assert "MB" in told(report)["b.png"]


def test_entries_that_share_their_bytes_are_refused(pics: Path):
    path = pics / "overlap.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as out:
        out.writestr("0.png", png())
        for number in range(1, 30):
            again = copy.copy(out.filelist[0])
            again.filename = f"{number}.png"
            out.filelist.append(again)
    with pytest.raises(DataError, match="overlap"):
        look(path)


@pytest.mark.parametrize("kind", [b"L", b"x"])
def test_headers_without_end_are_refused(pics: Path, kind: bytes):
    path = pics / "set.tar.gz"
    long = kind == b"L"
    with gzip.open(path, "wb", 1) as out:
        out.write(member("h", kind, 1 << 31 if long else 60_000).tobuf(tarfile.GNU_FORMAT))
        out.write(b"1" * (8 * MEGABYTE if long else 60_000) + bytes(-60_000 % 512))
        out.write(member("a.png", size=3).tobuf() + b"abc" + bytes(509))
    with pytest.raises(DataError, match="a header in it is"):
        look(path)


def test_more_entries_than_any_set_has(pics: Path, monkeypatch: pytest.MonkeyPatch):
    from ganstudio.data import container

    monkeypatch.setattr(container, "MOST_MEMBERS", 5)
    with tarfile.open(pics / "set.tar", "w") as tar:
        for number in range(9):
            tar.addfile(member(f"{number}.bin"))
    zipped(pics / "set.zip", [f"{number}.png" for number in range(9)])
    for name in ("set.tar", "set.zip"):
        with pytest.raises(DataError, match="more than 5 files"):
            look(pics / name)


def test_a_cancelled_one_leaves_nothing(pics: Path, tmp_path: Path):
    cancel = threading.Event()
    cancel.set()
    with pytest.raises(CancelledError):
        check(f"folder:{zipped(pics / 'set.zip', ['a.png'])}", cancel)
    assert not files(tmp_path / "cache")


# -- what dead processes left ------------------------------------------------------------------------------------------


def test_what_a_killed_process_left_goes_and_what_a_living_one_writes_stays(pics: Path, tmp_path: Path):
    home = tmp_path / "cache" / "archives"
    program = (
        "import os, sys; from pathlib import Path; from ganstudio.core.leftovers import temporary_name\n"
        "for home in ('archives', 'decoded'):\n"
        "    folder = Path(sys.argv[1], home, temporary_name()); folder.mkdir(parents=True)\n"
        "    (folder / 'half.png').write_bytes(bytes(99))\n"
        "print(flush=True); sys.stdin.read()"
    )
    alive, killed = (
        subprocess.Popen([sys.executable, "-c", program, tmp_path / "cache"], stdin=-1, stdout=-1)
        for _index in range(2)
    )
    try:
        for process in (alive, killed):
            assert process.stdout is not None
            process.stdout.readline()
        killed.kill()
        killed.wait()
        (home / temporary_name()).mkdir()
        load("ring")  # whatever is read first
        assert len(list(home.iterdir())) == 2
        assert len(list((tmp_path / "cache" / "decoded").iterdir())) == 1
    finally:
        for process in (alive, killed):
            process.kill()
            process.communicate()


def test_half_of_an_unpacked_archive_is_not_used(pics: Path, tmp_path: Path):
    path = zipped(pics / "set.zip", ["a.png", "b.png"])
    assert look(path).spec.count == 2
    (entry,) = (tmp_path / "cache" / "archives").iterdir()
    (entry / "set" / "a.png").unlink()
    (entry / "told.json").unlink()  # it is written last
    assert look(path).spec.count == 2


def test_old_archives_go_when_there_are_too_many_bytes(pics: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(archives, "MOST_KEPT_BYTES", 3000)
    for number in range(3):
        look(zipped(pics / f"{number}.zip", [f"{name}.png" for name in "ab"]))
        for entry in (tmp_path / "cache" / "archives").iterdir():
            os.utime(entry, (number, number))
    kept = [entry.name for folder in (tmp_path / "cache" / "archives").iterdir() for entry in folder.iterdir()]
    assert sorted(kept) == ["2", "told.json"]


# -- names --------------------------------------------------------------------------------------------------------------


def test_names_that_some_systems_forbid_are_read_under_others(pics: Path):
    names = [
        "x:y.png",
        "what?.png",
        "con.png",
        "trail. /a.png",
        "nl\nx.png",
        "tab\t.png",
        "A.png",
        "a.png",
        "n" * 300 + ".png",
    ]
    report = look(zipped(pics / "set.zip", names))
    assert report.spec.count == len(names)
    renamed = told(report, "converted")
    assert "“x：y.png”" in renamed["x:y.png"]
    assert {"x:y.png", "what?.png", "con.png", "trail. ", "a.png"} <= set(renamed)
    assert "A.png" not in renamed
    assert not told(report)


def test_partners_with_such_names_still_find_each_other(pics: Path):
    path = zipped(pics / "set.zip", [f"{side}/{name}.png" for side in "AB" for name in ("x:y", "nul", "plain", "P?")])
    report = look(path, "pairs")
    assert report.spec.count == 4
    assert not told(report)


def test_no_member_takes_the_place_of_another(pics: Path, tmp_path: Path):
    path = pics / "set.tar"
    with tarfile.open(path, "w") as tar:
        for number, name in enumerate(["a.png", "a.png", "A.PNG", "a.png/b.png", "d/1.png", "D/1.png", "d/1.png"]):
            tar.addfile(member(name, size=len(png(number))), io.BytesIO(png(number)))
    report = look(path)
    assert report.spec.count == 5
    assert [one.file for one in report.problems if one.action == "dropped"] == ["a.png", "d/1.png"]
    assert {one.file for one in report.problems if one.action == "converted"} == {"A.PNG", "a.png", "D"}
    names = [file.relative_to(tmp_path).as_posix().casefold() for file in files(tmp_path / "cache" / "archives")]
    assert len(set(names)) == len(names)
    (first,) = (tmp_path / "cache" / "archives").glob("*/set/a.png")
    assert first.read_bytes() == png(0)


@pytest.mark.parametrize(
    ("codec", "classes"),
    [("utf-8", ["犬", "猫"]), ("gbk", ["小狗", "小猫"]), ("gbk", ["狗", "猫"]),
     ("shift_jis", ["いぬ", "ねこ"]), ("cp866", ["кошки", "собаки"]),
     ("cp850", ["château", "été"]), ("cp1252", ["Müller", "Straße"]), ("cp949", ["강아지", "고양이 앵무새"])],
)  # fmt: skip
def test_classes_keep_their_names_in_other_letters(pics: Path, codec: str, classes: list[str]):
    path = zipped(pics / "set.zip", [f"{name}/{number}.png" for name in classes for number in range(2)], codec)
    report = look(path)
    assert list(report.balance) == classes
    assert any("in which letters" in line for line in report.changes) == (codec != "utf-8")


def test_names_that_tell_their_letters_in_a_field_of_their_own(pics: Path):
    import zlib

    path = pics / "set.zip"
    with zipfile.ZipFile(path, "w") as out:
        for name in ("кошки", "猫"):
            raw = b"%02d/1.png" % len(name)
            info = zipfile.ZipInfo(raw.decode())
            field = b"\1" + struct.pack("<I", zlib.crc32(raw)) + f"{name}/1.png".encode()
            info.extra = struct.pack("<HH", 0x7075, len(field)) + field
            out.writestr(info, png())
    report = look(path)
    assert list(report.balance) == ["кошки", "猫"]
    assert not any("in which letters" in line for line in report.changes)


def test_a_tar_in_other_letters(pics: Path):
    path = pics / "set.tar"
    with tarfile.open(path, "w", encoding="cp1252", format=tarfile.GNU_FORMAT) as tar:
        for name in ("Müll/1.png", "Müll/2.png", "b/1.png"):
            tar.addfile(member(name, size=len(png())), io.BytesIO(png()))
    assert list(look(path).balance.values()) == [1, 2]


# -- what is told ---------------------------------------------------------------------------------------------------------


def test_everything_that_is_left_out_is_told_by_name_each_time(pics: Path, tmp_path: Path):
    path = pics / "set.tar"
    with tarfile.open(path, "w") as tar:
        for name in ("a.png", "../up.png", "/abs.png", "C:/drive.png", "inner.zip", "run.sh", "notes.pdf", "photo"):
            tar.addfile(member(name, size=len(png())), io.BytesIO(png()))
        for name, kind in (("soft.png", tarfile.SYMTYPE), ("hard.png", tarfile.LNKTYPE), ("B", tarfile.SYMTYPE),
                           ("pipe.png", tarfile.FIFOTYPE), ("disk.png", tarfile.BLKTYPE)):  # fmt: skip
            tar.addfile(member(name, kind, link="/etc/passwd"))
    first, again = look(path), look(path)
    for report in (first, again):
        assert report.spec.count == 2
        reasons = told(report)
        outside = {name for name, what in reasons.items() if "leads out" in what}
        assert outside == {"../up.png", "/abs.png", "C:/drive.png"}
        assert {name for name, what in reasons.items() if "link" in what} == {"soft.png", "hard.png", "B"}
        assert {name for name, what in reasons.items() if "device" in what} == {"pipe.png", "disk.png"}
        assert "archive in the archive" in reasons["inner.zip"]
        assert any("run.sh, notes.pdf" in line for line in report.changes), report.changes
    assert load(f"folder:{path}:size=16").left_out.startswith(
        "9 of 11 files were left out: ../up.png (its name leads out"
    )
    assert not list(tmp_path.glob("*.png"))


def with_field(path: Path, names: list[str], local: int, central: int, value: int) -> Path:
    """Sets two bytes of the headers of some members."""
    content = bytearray(path.read_bytes())
    for magic, head, at in ((b"PK\3\4", 30, local), (b"PK\1\2", 46, central)):
        for name in names:
            place = content.index(magic)
            while content[place + head : place + head + len(name)] != name.encode():
                place = content.index(magic, place + 4)
            struct.pack_into("<H", content, place + at, value)
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    ("fields", "says"),
    [((6, 8, 1), "password"), ((8, 10, 9), "Deflate64"), ((8, 10, 93), "Zstandard"), ((8, 10, 98), "PPMd")],
)
def test_members_that_cannot_be_read_are_told_in_words(pics: Path, fields: tuple[int, int, int], says: str):
    path = with_field(zipped(pics / "set.zip", ["a.png", "b.png"]), ["a.png"], *fields)
    report = look(path)
    assert report.spec.count == 1
    assert says in told(report)["a.png"]
    with pytest.raises(DataError, match=says) as error:
        look(with_field(path, ["b.png"], *fields))
    assert "give the folder" in str(error.value)
    assert "ZipInfo" not in str(error.value)


def test_a_damaged_member_costs_only_itself(pics: Path):
    path = zipped(pics / "set.zip", ["a.png", "b.png"])
    content = bytearray(path.read_bytes())
    content[60] ^= 255
    path.write_bytes(content)
    assert told(look(path)) == {"a.png": "it is damaged in the archive"}


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("a.7z", b"7z\xbc\xaf\x27\x1c" + bytes(99), "of the kind 7z"), ("a.rar", b"Rar!\x1a\x07\1\0", "kind RAR"),
        ("a.tar.zst", b"\x28\xb5\x2f\xfd" + bytes(99), "kind Zstandard"), ("a.zip", b"Rar!\x1a\x07\1\0", "kind RAR"),
        ("a.iso", bytes(0x8001) + b"CD001", "of the kind ISO"), ("photo.png.gz", gzip.compress(png()), "one compressed"),
        ("a.zip", b"<!DOCTYPE html><html>", "a web page"), ("a.zip", b"version https://git-lfs.github.com/spec", "Git LFS"),
        ("a.tar.gz", png(), "a picture"), ("a.zip", b"", "empty"), ("a.zip", b"PK\3\4" + bytes(99), "its end is missing"),
        ("a.zip", bytes(999), "nothing but zeros"), ("a.tar", b"some words", "no archive"),
    ],
)  # fmt: skip
def test_other_files_are_told_by_their_bytes(pics: Path, name: str, content: bytes, says: str):
    (pics / name).write_bytes(content)
    for kind in ("folder", "pairs", "maps", "domains"):
        with pytest.raises(DataError, match=says):
            look(pics / name, kind)


def test_an_archive_is_known_by_its_bytes_not_its_name(pics: Path):
    real = zipped(pics / "set.zip", ["a.png"])
    for name in ("set.tar.gz", "set.7z", "set"):
        (pics / name).write_bytes(real.read_bytes())
        assert look(pics / name).spec.count == 1


def test_a_tar_that_is_damaged_in_the_middle_is_not_half_a_set(pics: Path):
    path = pics / "set.tar"
    with tarfile.open(path, "w") as tar:
        for name in "abc":
            tar.addfile(member(f"{name}.png", size=len(png())), io.BytesIO(png()))
    content = bytearray(path.read_bytes())
    content[content.index(b"b.png")] ^= 1
    path.write_bytes(content)
    with pytest.raises(DataError, match="damaged"):
        look(path)
