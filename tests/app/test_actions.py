from __future__ import annotations

import pytest

from ganstudio.app.actions import Action, ActionTable
from ganstudio.core.errors import UsageError


def action(name: str, title: str, **rest: object) -> Action:
    return Action(name, title, lambda: None, **rest)  # type: ignore[arg-type]


def test_ids_and_keys_are_taken_once() -> None:
    table = ActionTable()
    table.add(action("a", "A", shortcut="Ctrl+K; F1"), action("b", "B", shortcut="Space", context="train"))
    with pytest.raises(ValueError, match="twice"):
        table.add(action("a", "Again"))
    with pytest.raises(ValueError, match="F1"):
        table.add(action("c", "C", shortcut="F1", context="runs"))
    table.add(action("d", "D", shortcut="Space", context="runs"))
    assert [one.id for one in table] == ["a", "b", "d"]


def test_menus_have_sections_in_order() -> None:
    table = ActionTable()
    table.add(action("q", "Quit", menu="File/9"), action("o", "Open", menu="File"), action("x", "Hidden"))
    assert [[one.id for one in part] for part in table.menus()["File"]] == [["o"], ["q"]]
    assert list(table.menus()) == ["File"]


def test_disabled_actions_do_not_run_and_are_not_found() -> None:
    table, ran, can = ActionTable(), [], [False]
    table.add(Action("p", "Pause", lambda: ran.append(1), enabled=lambda: can[0]))
    assert not table.run("p")
    assert table.search("pause") == []
    can[0] = True
    assert table.run("p")
    assert ran == [1]
    with pytest.raises(UsageError):
        table.run("nope")


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("pau", "Pause"),
        ("sd", "Step discriminator"),
        ("stepg", "Step generator"),
        ("checkp", "Save checkpoint"),
        ("sgn", "Step generator"),
    ],
)
def test_search_finds_by_words_initials_and_letters(typed: str, first: str) -> None:
    table = ActionTable()
    for place, title in enumerate(("Save checkpoint", "Pause", "Step discriminator", "Step generator")):
        table.add(action(str(place), title))
    assert table.search(typed)[0].title == first
    assert table.search("zzz") == []
    table.add(Action("new", "New experiment", lambda: None, menu="File"))
    assert [one.title for one in table.search("file new")] == ["New experiment"]
    assert table.search("film") == [], "its letters lie scattered over the name of the menu and its own"
    table.remove("new")
    assert len(table.search("")) == 4


def test_what_is_done_here_comes_before_what_matches_better_elsewhere() -> None:
    table = ActionTable()
    table.add(
        action("file.open", "Open a file…"), action("runs.open", "Open", context="runs"), action("odd", "Of pens")
    )
    assert [one.id for one in table.search("open", "train")] == ["file.open", "runs.open", "odd"]
    assert [one.id for one in table.search("open", "runs")][:2] == ["runs.open", "file.open"]
