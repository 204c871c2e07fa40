"""What ranks tell each other, without other processes: those are in ``test_ranks``."""

from __future__ import annotations

import signal
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from ganstudio.core.commands import SetHyper, StepOnce, Stop
from ganstudio.core.errors import TrainingError
from ganstudio.core.events import Note
from ganstudio.core.process import started_together
from ganstudio.store import Run
from ganstudio.training import watch
from ganstudio.training.engine import Engine
from ganstudio.training.follow import follow
from ganstudio.training.ranks import Begin, Ranks
from ganstudio.training.session import Session
from ganstudio.training.watch import Leaderless
from tests.training.training_kit import QUICK, experiment, finish, running


class _Leading(Ranks):
    """Rank 0 of some that do whatever they are told."""

    def __init__(self, size: int = 2, ended: str = "") -> None:
        self.size, self.told = size, []  # type: int, list[Any]
        self._ended = ended

    def tell(self, message: Any) -> None:
        self.told.append(message)

    def lost(self) -> TrainingError | None:
        return TrainingError(self._ended) if self._ended else None


class _Following(Ranks):
    """Rank 1, which hears what a test says."""

    rank, size = 1, 2

    def __init__(self, messages: Iterable[Any]) -> None:
        self._messages = iter(messages)
        self.left: list[tuple[str, int]] = []

    def hear(self) -> Any:
        message = next(self._messages)
        if isinstance(message, Exception):
            raise message
        return message

    def leave(self, words: str, status: int) -> None:
        self.left.append((words, status))


@pytest.fixture(autouse=True)
def _own_signals() -> Iterable[None]:
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def test_the_words_of_a_rank_that_failed_are_told_where_reading_was_stopped_for_it(tmp_path: Path) -> None:
    session = Session.new(experiment(), path=tmp_path / "run", ranks=_Leading(ended="a file is gone"))
    session.send(Stop())
    session.start()
    assert session.join(20)
    assert session.state == "failed"
    assert str(session.failure) == "a file is gone"


def test_rank_0_that_is_gone_without_a_word_is_told_by_another() -> None:
    told: list[Any] = []
    gone, ended = Leaderless("rank 0 is gone"), TrainingError("rank 0 has said why")
    assert follow(_Following([gone]), told.append) == 1  # type: ignore[arg-type]
    assert follow(_Following([ended]), told.append) == 1  # type: ignore[arg-type]
    assert told == [gone]


def test_memory_that_runs_out_on_another_rank_says_that_batches_may_be_smaller(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_options: object) -> None:
        raise MemoryError

    monkeypatch.setattr(Engine, "step", full)
    ranks = _Following([Begin(experiment().to_json(), ""), StepOnce(1)])
    assert follow(ranks, print) == 1  # type: ignore[arg-type]
    assert [status for _words, status in ranks.left] == [1]
    assert "choose a smaller batch size" in ranks.left[0][0]


def test_only_what_is_taken_is_told_to_the_others(tmp_path: Path) -> None:
    ranks = _Leading()
    session = Session.new(experiment(10**6), path=tmp_path / "run", ranks=ranks, pace=QUICK)
    with running(session) as watcher:
        session.send(SetHyper("lr_d", -1.0))
        session.send(SetHyper("lr_d", 0.125))
        watcher.until(lambda: any(isinstance(message, SetHyper) for message in ranks.told))
    assert [message.value for message in ranks.told if isinstance(message, SetHyper)] == [0.125]


def test_a_stored_run_is_shared_as_it_goes_on(tmp_path: Path) -> None:
    run = tmp_path / "run"
    finish(Session.new(experiment(1), path=run, pace=QUICK))
    finish(Session.resume(run, 2, hyper={"batch_size": 40}, ranks=_Leading(20), pace=QUICK))
    notes = [event.text for event in Run.open(run).events() if isinstance(event, Note)]
    assert any("Each takes 2 of the 40 items" in note for note in notes)
    assert not any("of the 16 items" in note for note in notes)


def test_nothing_is_written_where_a_batch_cannot_be_shared(tmp_path: Path) -> None:
    session = Session.new(experiment(), path=tmp_path / "run", ranks=_Leading(20))
    session.start()
    assert session.join(20)
    assert "set batch_size to 20 or more" in str(session.failure)
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(("size", "together"), [("1", False), ("2", True), ("", False), ("many", True)])
def test_variables_that_are_there_by_chance_mean_nothing(
    monkeypatch: pytest.MonkeyPatch, size: str, together: bool
) -> None:
    for name in ("RANK", "WORLD_SIZE", "MASTER_ADDR", "MASTER_PORT"):
        assert not started_together()
        monkeypatch.setenv(name, size)
    assert started_together() is together


class _Store:
    """What ranks count in; may be gone."""

    def __init__(self) -> None:
        self._values: dict[str, Any] = {}
        self.gone = False

    def _there(self) -> dict[str, Any]:
        if self.gone:
            raise RuntimeError
        return self._values

    def add(self, name: str, more: int) -> int:
        self._there()[name] = self._there().get(name, 0) + more
        return int(self._values[name])

    def check(self, names: list[str]) -> bool:
        return names[0] in self._there()


def test_a_rank_names_the_one_that_is_gone_whichever_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, "BEAT", 0.2)
    store = _Store()
    ranks = [watch.Watch(store, rank, 3) for rank in (0, 1)]  # type: ignore[arg-type]
    try:
        lost = ranks[1].lost()
        assert "Rank 2 of this run is gone" in str(lost)
        assert not isinstance(lost, Leaderless)
        store.gone = True  # it lies where rank 0 is
        assert isinstance(ranks[1].lost(), Leaderless)
    finally:
        for rank in ranks:
            rank.stop()
