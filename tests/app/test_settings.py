from __future__ import annotations

import json
import os
import sys
import threading
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ganstudio.app.choices import LAYOUT_VERSION, Settings
from ganstudio.app.notifications import Notifications
from ganstudio.app.settings import SettingsStore, apply_folders, config_folder
from ganstudio.core.errors import UsageError
from ganstudio.store.atomic import replace_file


@pytest.fixture
def hub() -> Notifications:
    return Notifications()


def messages(hub: Notifications) -> list[str]:
    seen: list[str] = []
    hub.subscribe(lambda message: seen.append(message.text))
    hub.subscribe(None)
    return seen


def test_what_is_set_is_there_again(hub: Notifications) -> None:
    store, told = SettingsStore(hub=hub), []
    store.changed.connect(lambda name, value: told.append((name, value)))
    store.set("theme", "dark")
    store.set("theme", "dark")
    store.add_recent("/a")
    store.add_recent("/b")
    store.add_recent("/a")
    store.remember_layout("geometry", "AAAA")
    store.remember(draft={"method": "dcgan", "hyper": {"lr": 2e-4}})
    again = SettingsStore(hub=hub)
    assert told == [("theme", "dark")]
    assert again.values == store.values == Settings(theme="dark")
    assert again.remembered == store.remembered
    assert again.remembered.recent_runs == ("/a", "/b")
    assert again.path.parent == config_folder()
    assert messages(hub) == []


def test_wrong_values_are_refused_and_change_nothing(hub: Notifications) -> None:
    store = SettingsStore(hub=hub)
    for name, value in (("theme", "pink"), ("cpu_threads", -1), ("nonsense", 1)):
        with pytest.raises(UsageError):
            store.set(name, value)
    assert store.values == Settings()
    assert not store.path.exists()


def test_partly_wrong_file_keeps_the_good_and_a_copy(hub: Notifications) -> None:
    path = config_folder() / "settings.json"
    path.parent.mkdir(parents=True)
    text = json.dumps(
        {
            "version": 1,
            "settings": {"theme": "dark", "cpu_threads": "many", "gone": 3},
            "remembered": {"workspace": "runs", "recent_runs": 7},
        }
    )
    path.write_text(text)
    store = SettingsStore(hub=hub)
    assert store.values == Settings(theme="dark")
    assert store.remembered.workspace == "runs"
    assert path.with_name("settings.json.BAK").read_text() == text
    assert len([text for text in messages(hub) if "could not be" in text]) == 1


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.one_of(st.binary(max_size=60), st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(["version", "settings", "remembered", "theme", "layouts", "draft", "cpu_threads"]), inner, max_size=4
    ),
    max_leaves=10,
).map(lambda value: json.dumps(value).encode())))  # fmt: skip
def test_no_file_stops_the_start(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "settings.json").write_bytes(content)
    store = SettingsStore(tmp_path, Notifications())
    store.set("keep_checkpoints", 9 if store.values.keep_checkpoints != 9 else 8)
    assert SettingsStore(tmp_path, Notifications()).values == store.values


def test_version_0_is_brought_up(hub: Notifications) -> None:
    path = config_folder() / "settings.json"
    path.parent.mkdir(parents=True)
    path.write_text('{"theme": "light", "keep_checkpoints": 7}')
    assert SettingsStore(hub=hub).values == Settings(theme="light", keep_checkpoints=7)


def test_old_layouts_are_forgotten(hub: Notifications) -> None:
    path = config_folder() / "settings.json"
    path.parent.mkdir(parents=True)
    remembered = {"layout_version": LAYOUT_VERSION - 1, "layouts": {"geometry": "AAAA"}, "workspace": "runs"}
    path.write_text(json.dumps({"version": 1, "remembered": remembered}))
    store = SettingsStore(hub=hub)
    assert store.layout("geometry") == ""
    assert store.remembered.workspace == "runs"


def test_a_failing_write_is_one_message_and_the_value_holds(tmp_path: Path, hub: Notifications) -> None:
    (tmp_path / "file").write_text("")
    store = SettingsStore(tmp_path / "file" / "below", hub)
    store.set("theme", "dark")
    store.set("theme", "light")
    assert store.values.theme == "light"
    assert len([text for text in messages(hub) if "could not be" in text]) == 1


def test_a_busy_disk_holds_no_window_up(hub: Notifications, monkeypatch: pytest.MonkeyPatch) -> None:
    free, written, write = threading.Event(), [], replace_file

    def slow(path: Path, content: bytes, mode: int) -> None:
        assert free.wait(20)
        written.append(content)
        write(path, content, mode)

    monkeypatch.setattr("ganstudio.app.settings.replace_file", slow)
    store = SettingsStore(hub=hub)
    store.write_beside()
    for number in range(50):
        store.remember_layout("geometry", f"layout {number}")
    assert not written
    free.set()
    store.flush()
    assert len(written) <= 2  # what was overtaken is not written
    assert SettingsStore(hub=hub).layout("geometry") == "layout 49"
    store.remember_layout("geometry", "the last one")
    assert SettingsStore(hub=hub).layout("geometry") == "the last one"


def test_folders_are_handed_to_data_and_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from ganstudio.data.files import data_folder
    from ganstudio.store.folder import runs_folder

    monkeypatch.delenv("GANSTUDIO_DATA")
    monkeypatch.delenv("GANSTUDIO_RUNS")
    apply_folders(Settings(data_folder=str(tmp_path / "d"), runs_folder=str(tmp_path / "r")))
    assert data_folder() == tmp_path / "d"
    assert runs_folder() == tmp_path / "r"


@pytest.mark.skipif(sys.platform == "win32", reason="there are no named pipes")
def test_a_pipe_in_their_place_is_not_waited_for(hub: Notifications) -> None:
    path = config_folder() / "settings.json"
    path.parent.mkdir(parents=True)
    os.mkfifo(path)
    assert SettingsStore(hub=hub).values == Settings()
    assert "cannot be read" in messages(hub)[0]


def test_a_run_in_a_folder_whose_name_is_no_text_is_remembered(hub: Notifications) -> None:
    odd = Path(os.fsdecode(b"/runs/caf\xe9 \xff"))
    SettingsStore(hub=hub).add_recent(odd)
    assert SettingsStore(hub=hub).remembered.recent_runs == (str(odd),)
    assert messages(hub) == []
