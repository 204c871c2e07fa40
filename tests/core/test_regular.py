"""Only regular files are opened; nothing is ever waited for."""

from __future__ import annotations

import os
import socket
import sys
from pathlib import Path

import pytest

from ganstudio.core.regular import open_regular, read_regular

needs_unix = pytest.mark.skipif(sys.platform == "win32", reason="named pipes and odd names of Unix")


def test_a_file_is_read_whole_or_its_beginning(tmp_path: Path) -> None:
    path = tmp_path / "a.bin"
    path.write_bytes(b"0123456789")
    assert read_regular(path) == b"0123456789"
    assert read_regular(path, 4) == b"0123"
    with open_regular(path) as file:
        file.seek(8)
        assert file.read() == b"89"


@needs_unix
def test_a_link_to_a_file_is_followed_and_a_name_need_not_be_utf8(tmp_path: Path) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff\xfe.bin"))
    path.write_bytes(b"odd")
    (tmp_path / "link").symlink_to(path)
    assert read_regular(path) == read_regular(tmp_path / "link") == b"odd"


def _pipe(path: Path) -> None:
    os.mkfifo(path)


def _socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as end:
        end.bind(os.path.relpath(path))  # the full path may be too long for a socket


def _loop(path: Path) -> None:
    path.symlink_to(path)


@needs_unix
@pytest.mark.parametrize("make", [_pipe, _socket, _loop, Path.mkdir, lambda path: path.symlink_to("/dev/zero")])
def test_what_is_no_file_is_an_error_at_once_and_in_words(make, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    path = tmp_path / "x"
    make(path)
    with pytest.raises(OSError, match=r"it is a|symbolic links"):
        read_regular(path, 10)


@pytest.mark.parametrize("name", ["gone", "x" * 5000, "a\0b"])
def test_a_name_that_cannot_be_is_an_error_of_the_system(name: str, tmp_path: Path) -> None:
    with pytest.raises(OSError, match=r"No such file|too long|Invalid"):
        open_regular(tmp_path / name)
