from __future__ import annotations

import hashlib
import http.server
import io
import tarfile
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from ganstudio.core.errors import CancelledError, DataError, UsageError
from ganstudio.data import fetch, load
from ganstudio.data.fetch import Remote, download, fetch_file

CONTENT = np.random.default_rng(0).bytes(1_500_000)


class Server(http.server.ThreadingHTTPServer):
    files: dict[str, bytes]
    ranges: bool
    cut: int | None
    asked: list[tuple[str, str | None]]


class Handler(http.server.BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        name = self.path.lstrip("/")
        wanted = self.headers.get("Range")
        self.server.asked.append((name, wanted))
        if name not in self.server.files:
            self.send_error(404)
            return
        body, status = self.server.files[name], 200
        if wanted and self.server.ranges:
            start = int(wanted.removeprefix("bytes=").rstrip("-"))
            if start >= len(body):
                self.send_error(416)
                return
            body, status = body[start:], 206
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        try:
            self.wfile.write(body if self.server.cut is None else body[: self.server.cut])
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    def log_message(self, *_args: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[Server]:
    running = Server(("127.0.0.1", 0), Handler)
    running.files, running.ranges, running.cut, running.asked = {"big.bin": CONTENT}, True, None, []
    thread = threading.Thread(target=running.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield running
    running.shutdown()
    running.server_close()
    thread.join()


def remote(server: Server, name: str = "big.bin", content: bytes = CONTENT) -> Remote:
    mirror = f"http://127.0.0.1:{server.server_port}/"
    return Remote(name, hashlib.md5(content).hexdigest(), len(content), (mirror,))


def cancel_after(limit: int) -> tuple[threading.Event, list[int], object]:
    cancel, told = threading.Event(), []

    def progress(done: int) -> None:
        told.append(done)
        if done >= limit:
            cancel.set()

    return cancel, told, progress


def test_a_file_arrives_whole_with_progress(server: Server, home: Path):
    told: list[int] = []
    path = fetch_file(remote(server), home / "new", told.append)
    assert path.read_bytes() == CONTENT
    assert told == sorted(told)
    assert told[-1] == len(CONTENT)
    assert [entry.name for entry in (home / "new").iterdir()] == ["big.bin"]


@pytest.mark.parametrize("ranges", [True, False])
def test_cancel_keeps_what_came_and_the_next_call_goes_on(server: Server, home: Path, ranges: bool):
    server.ranges = ranges
    cancel, _told, progress = cancel_after(400_000)
    with pytest.raises(CancelledError):
        fetch_file(remote(server), home, progress, cancel)
    partial = home / "big.bin.part"
    assert not (home / "big.bin").exists()
    kept = partial.stat().st_size
    assert 400_000 <= kept < len(CONTENT)
    told: list[int] = []
    assert fetch_file(remote(server), home, told.append).read_bytes() == CONTENT
    assert server.asked[-1] == ("big.bin", f"bytes={kept}-")
    assert (told[0] > kept) == ranges
    assert not partial.exists()


def test_a_finished_part_needs_only_its_checksum(server: Server, home: Path):
    (home / "big.bin.part").write_bytes(CONTENT)
    assert fetch_file(remote(server), home).read_bytes() == CONTENT


def test_a_wrong_checksum_is_refused_and_not_kept(server: Server, home: Path):
    with pytest.raises(DataError, match="checksum"):
        fetch_file(remote(server, content=b"other"), home)
    assert list(home.iterdir()) == []


def test_the_beginning_of_a_sha256_will_do(server: Server, home: Path):
    published = hashlib.sha256(CONTENT).hexdigest()[:8]
    assert fetch_file(replace(remote(server), md5="", sha256=published), home).read_bytes() == CONTENT
    with pytest.raises(DataError, match="checksum"):
        fetch_file(replace(remote(server), sha256="0" * 8), home)


def test_a_broken_connection_can_be_continued(server: Server, home: Path):
    server.cut = 700_000
    with pytest.raises(DataError, match="try again"):
        fetch_file(remote(server), home)
    assert (home / "big.bin.part").stat().st_size == 700_000
    server.cut = None
    assert fetch_file(remote(server), home).read_bytes() == CONTENT
    assert server.asked[-1][1] == "bytes=700000-"


def test_the_second_mirror_helps(server: Server, home: Path):
    good = remote(server)
    both = Remote(good.file, good.md5, good.size, (f"{good.mirrors[0]}missing/", *good.mirrors))
    assert fetch_file(both, home).read_bytes() == CONTENT


def test_no_network_is_said_in_words(home: Path):
    nowhere = Remote("x.gz", "0" * 32, 5, ("http://127.0.0.1:9/",))
    with pytest.raises(DataError, match="check the network") as caught:
        fetch_file(nowhere, home)
    assert str(home) in str(caught.value)
    assert caught.value.details


def test_a_folder_that_cannot_be_written(server: Server, home: Path):
    (home / "file").touch()
    with pytest.raises(DataError, match="cannot be written"):
        fetch_file(remote(server), home / "file" / "below")


def test_a_whole_set_is_fetched_unpacked_and_not_fetched_again(
    server: Server, home: Path, monkeypatch: pytest.MonkeyPatch
):
    records = b"".join(bytes([label]) + bytes(3072) for label in (6, 3))
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as tar:
        for name in ("data_batch_1", "data_batch_2", "data_batch_3", "data_batch_4", "data_batch_5", "test_batch"):
            info = tarfile.TarInfo(f"cifar-10-batches-bin/{name}.bin")
            info.size = len(records)
            tar.addfile(info, io.BytesIO(records))
        for evil in ("../outside.bin", "/absolute.bin"):
            info = tarfile.TarInfo(evil)
            info.size = 4
            tar.addfile(info, io.BytesIO(b"evil"))
    server.files["cifar-10-binary.tar.gz"] = buffer.getvalue()
    entry = remote(server, "cifar-10-binary.tar.gz", buffer.getvalue())
    monkeypatch.setitem(fetch.REMOTES, "cifar10", (entry,))
    told: list[tuple[int, int]] = []
    download("cifar10", lambda done, total: told.append((done, total)))
    assert told[-1] == (entry.size, entry.size)
    assert load("cifar10").spec.count == 10
    assert not (home / "outside.bin").exists()
    assert not list(home.rglob("*.tar.gz"))
    asked = len(server.asked)
    download("cifar10")
    assert len(server.asked) == asked


def test_files_that_are_there_stay_as_they_are(server: Server, home: Path, monkeypatch: pytest.MonkeyPatch):
    (home / "mnist").mkdir()
    mine = home / "mnist" / "t10k-labels-idx1-ubyte"
    mine.write_bytes(b"mine, unpacked")
    entries = []
    for entry in fetch.REMOTES["mnist"]:
        server.files[entry.file] = entry.file.encode()
        entries.append(remote(server, entry.file, entry.file.encode()))
    monkeypatch.setitem(fetch.REMOTES, "mnist", tuple(entries))
    download("mnist")
    assert sorted(name for name, _range in server.asked) == sorted(
        entry.file for entry in entries if "t10k-labels" not in entry.file
    )
    assert mine.read_bytes() == b"mine, unpacked"


def test_what_cannot_be_downloaded_is_said():
    with pytest.raises(UsageError, match="kmnist"):
        download("ring")


def test_the_table_of_remotes_is_sound():
    assert set(fetch.REMOTES) == {"mnist", "fashion-mnist", "kmnist", "cifar10"}
    for remotes in fetch.REMOTES.values():
        for entry in remotes:
            assert len(entry.md5) == 32
            assert int(entry.md5, 16)
            assert all(mirror.startswith("http") and mirror.endswith("/") for mirror in entry.mirrors)


def test_the_real_labels_have_the_published_checksum(shared: Path):
    for entry in fetch.REMOTES["mnist"][1:]:  # the images of the training part were packed again there
        path = shared / "mnist" / entry.file
        assert path.stat().st_size == entry.size
        assert hashlib.md5(path.read_bytes()).hexdigest() == entry.md5


def test_a_server_that_does_not_end_fills_no_disk(server: Server, home: Path):
    entry = remote(server)
    server.files["big.bin"] = CONTENT + bytes(20 << 20)
    told: list[int] = []
    with pytest.raises(DataError, match="checksum is wrong"):
        fetch_file(entry, home / "new", told.append)
    assert max(told) <= len(CONTENT)
    assert not list((home / "new").iterdir())
