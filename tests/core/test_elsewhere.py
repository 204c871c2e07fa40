from __future__ import annotations

import os
import socket
import sys
from pathlib import Path
from typing import Any

import pytest

from ganstudio.core.elsewhere import as_cell, check_named, check_place, shown
from ganstudio.core.errors import UsageError

REFUSED = [
    "", " ", "a\0b", "a\nb", "/" + "n" * 5000,
    r"\\server\share\x.png", "//server/share/x.png", r"\/server\share", " //server/share", "///server/share",
    r"\\?\C:\x.png", r"\\.\pipe\x", "//./COM1", r"\??\C:\x", r"\\?\UNC\server\share",
    "file://server/x.png", "file:///etc/passwd", "http://server/x.pt", "smb://server/x", "FILE:/etc/passwd", "c+d:x",
    "CON", "nul", "NUL.png", "COM1", "lpt9.txt", r"C:\x\NUL", "C:/x/con .png", r"C:\x\aux:stream", "COM¹",
    "/dev/zero", "/dev", "/proc/self/mem", "/sys/kernel", "/home/../dev/zero", "/./dev/tty", "/tmp/x/../../proc/1/fd/0",
    "/net/server/x.png", "/Network/Servers/x", "/tmp/../net/x", r"\dev\zero", "/home/me/../..//dev/zero",
    "../../../dev/zero", r"..\..\net\x",
]  # fmt: skip
FINE = [
    "/home/me/runs/a", "/home/me/net/x.png", "/home/me/dev/x.png", "C:\\Users\\me\\x.png", "C:/Users/me/console.png",
    "/home/me/aux/x.png", "/home/me/con", "/tmp/a:b", "/tmp/ü 日本.png", "/devices-of-mine/x", "relative/x.png", "dev/x.png",
    "../pictures", "..",
]  # fmt: skip


@pytest.mark.parametrize("text", REFUSED)
def test_refused_by_the_text_alone(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("stat", "lstat", "open", "readlink"):
        monkeypatch.setattr(os, name, lambda *_a, **_k: pytest.fail("the disk was touched"))
    with pytest.raises(UsageError, match="is not opened"):
        check_named(text)


@pytest.mark.parametrize("text", FINE)
def test_other_paths_pass(text: str) -> None:
    check_named(text)


def test_what_lies_there(tmp_path: Path) -> None:
    (tmp_path / "x.png").write_bytes(b"")
    (tmp_path / "to-file").symlink_to(tmp_path / "x.png")
    (tmp_path / "dead").symlink_to(tmp_path / "nowhere")
    for name in ("x.png", "to-file", "."):
        check_place(tmp_path / name)
    for name in ("nowhere", "dead", "n" * 300):
        with pytest.raises(UsageError, match="not there any more"):
            check_place(tmp_path / name)


@pytest.mark.skipif(sys.platform == "win32", reason="no named pipes in folders")
def test_pipes_sockets_and_links_to_devices_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # names of sockets are short
    os.mkfifo("pipe.png")
    Path("zero.png").symlink_to("/dev/zero")
    Path("self.png").symlink_to("/proc/self/environ")
    Path("around.png").symlink_to("pipe.png")
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind("socket.png")
        for name in ("pipe.png", "zero.png", "self.png", "around.png", "socket.png"):
            with pytest.raises(UsageError, match="is not opened"):
                check_place(tmp_path / name)


@pytest.mark.skipif(sys.platform == "win32", reason="links need a right")
@pytest.mark.parametrize("text", ["in/../net/server/x.png", "out/x.png"])
def test_where_links_lead_is_refused_before_it_is_looked_at(
    tmp_path: Path, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Merely looking at it has an automounter ask a server of somebody's choice."""
    (tmp_path / "in").symlink_to("/usr")
    (tmp_path / "out").symlink_to("/net/server")
    touched: list[str] = []
    for name in ("stat", "lstat", "readlink"):
        real = getattr(os, name)

        def call(path: object, *more: object, _real: Any = real, **options: object) -> object:
            touched.append(str(path))
            return _real(path, *more, **options)

        monkeypatch.setattr(os, name, call)
    with pytest.raises(UsageError, match="is not opened"):
        check_place(tmp_path / text)
    assert not [path for path in touched if path.startswith("/net")]
    assert f"{tmp_path}/{text}" not in touched


def test_what_hides_is_shown() -> None:
    assert shown("/a/\u202egnp.exe") == "/a/\\u202egnp.exe"
    assert shown("/a\nb") == "/a\\nb"
    assert shown("/" + "x" * 300, 100).endswith("x…")
    assert "​" not in shown("/a/​b")


@pytest.mark.parametrize("text", ["=1+1", "+cmd|' /c x'!A1", "-cmd|x", "@SUM(A1)", "\t=1", " =1", "\r=1"])
def test_a_name_in_a_table_is_no_formula(text: str) -> None:
    assert as_cell(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", " ", "-5", "+1e3", "cat", "a=b", "generator/real"])
def test_names_and_numbers_in_a_table_stay_what_they_are(text: str) -> None:
    assert as_cell(text) == text
