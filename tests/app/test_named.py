"""What pictures and runs from elsewhere name: told apart by their words, and by what was opened here before."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from ganstudio.app.named import check_data, look
from ganstudio.app.settings import SettingsStore
from ganstudio.core.errors import UsageError


@pytest.mark.parametrize(
    "text",
    [
        "ring", "digits:size=16", "cifar10:classes=frog,cat", "folder:/p:size=64,fit=crop", "folder:pictures:size=64",
        r"maps:C:\x:classes=a.txt", "pairs:/a b=c/x:size=3", "folder:/a-size=3/x", "drawing:mine",
    ],
)  # fmt: skip
def test_data_on_this_computer_may_be_read(text: str) -> None:
    check_data(text)


@pytest.mark.parametrize(
    "text",
    [
        "folder:/", "folder:C:\\", "folder:/x/..", "folder:/dev", "folder://x/y", r"folder:\\x\y:size=3", "folder: //x/y",
        r"folder:\\x=3\share", r"maps:/x:classes=\\e\c.txt", "maps:/x:size=3,classes=//e/c", "maps:/x:classes=/dev/zero",
        "drawing:/dev/zero", "domains:/net/x/y", "pairs:file://x/y",
    ],
)  # fmt: skip
def test_data_elsewhere_are_refused_by_their_words(text: str) -> None:
    with pytest.raises(UsageError):
        check_data(text)


@pytest.fixture
def store(tmp_path: Path) -> SettingsStore:
    return SettingsStore(tmp_path / "config")


def test_what_was_opened_here_is_known(store: SettingsStore, tmp_path: Path) -> None:
    file, link = tmp_path / "a.pt", tmp_path / "link.pt"
    file.write_bytes(b"")
    assert not look(str(file), store.known)
    store.add_opened(str(file), os.path.realpath(file))
    assert look(str(file), store.known)
    link.symlink_to(file)
    assert not look(str(link), store.known)
    store.add_recent(link)
    assert look(str(link), SettingsStore(store.path.parent).known)  # remembered over a start
    link.unlink()
    link.symlink_to(tmp_path)
    assert not look(str(link), store.known)  # it leads elsewhere now
    file.unlink()
    with pytest.raises(UsageError, match="not there any more"):
        look(str(file), store.known)


def test_only_the_last_few_hundred_are_remembered(store: SettingsStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ganstudio.app.settings.MAX_OPENED", 3)
    for name in "abcad":
        store.add_opened(f"/{name}", f"/{name}")
    assert list(store.known) == ["/c", "/a", "/d"]


@pytest.mark.skipif(sys.platform == "win32", reason="no named pipes in folders")
def test_a_pipe_is_neither_waited_for_nor_opened(
    store: SettingsStore, tmp_path: Path, ended: Callable[[Callable[[], object]], BaseException | None]
) -> None:
    os.mkfifo(tmp_path / "pipe.pt")
    for _round in range(2):
        assert isinstance(ended(lambda: look(str(tmp_path / "pipe.pt"), store.known)), UsageError)
        store.add_opened(str(tmp_path / "pipe.pt"), os.path.realpath(tmp_path / "pipe.pt"))  # a file when it was opened


@pytest.fixture
def ended() -> Callable[[Callable[[], object]], BaseException | None]:
    """Calls something in a thread that is not waited for for ever; what it raised."""

    def call(work: Callable[[], object]) -> BaseException | None:
        raised: list[BaseException | None] = []

        def body() -> None:
            try:
                work()
                raised.append(None)
            except UsageError as error:
                raised.append(error)

        thread = threading.Thread(target=body, daemon=True)
        thread.start()
        thread.join(20)
        assert raised, "it waits"
        return raised[0]

    return call
