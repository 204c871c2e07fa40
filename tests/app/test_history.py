from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from ganstudio.app.history import History


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def edit(history: History, box: list[int], value: int, key: object = None) -> None:
    old = box[0]
    box[0] = value
    history.push(f"set {value}", lambda: box.__setitem__(0, old), lambda: box.__setitem__(0, value), key)


def test_slider_moves_within_the_window_are_one_edit() -> None:
    clock = Clock()
    history, box = History(clock=clock), [0]
    for value in (1, 2, 3):
        edit(history, box, value, "lr")
        clock.now += 0.5
    clock.now += 1.0
    edit(history, box, 4, "lr")
    assert history.undo() == "set 4"
    assert box == [3]
    history.undo()
    assert box == [0]
    history.redo()
    assert box == [3]


def test_group_is_one_edit_and_abort_takes_it_back() -> None:
    history, box = History(), [0]
    history.begin("draw")
    edit(history, box, 1)
    assert not history.can_undo
    edit(history, box, 2)
    history.commit()
    assert history.undo_label == "draw"
    history.undo()
    assert box == [0]
    history.redo()
    history.begin("again")
    edit(history, box, 9)
    history.abort()
    assert box == [2]
    assert history.undo_label == "draw"


def test_pushes_during_undo_are_not_kept_and_limit_holds() -> None:
    history, box = History(limit=3), [0]
    for value in range(1, 6):
        edit(history, box, value)
    while history.can_undo:
        history.undo()
    assert box == [2]
    history.clear()
    history.push("x", lambda: edit(history, box, 7), lambda: None)
    history.undo()
    assert not history.can_undo
    assert history.redo_label == "x"


@settings(max_examples=60)
@given(st.lists(st.one_of(st.integers(1, 9), st.sampled_from(["undo", "redo"])), max_size=40))
def test_any_sequence_agrees_with_a_list_of_states(moves: list[int | str]) -> None:
    history, box = History(), [0]
    past, future = [0], []
    for move in moves:
        if move == "undo":
            history.undo()
            if len(past) > 1:
                future.append(past.pop())
        elif move == "redo":
            history.redo()
            if future:
                past.append(future.pop())
        else:
            edit(history, box, int(move))
            past.append(int(move))
            future.clear()
        assert box[0] == past[-1]
        assert history.can_redo == bool(future)
