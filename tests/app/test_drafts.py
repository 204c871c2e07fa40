from __future__ import annotations

import re
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ganstudio.app.drafts import (
    DEFAULT,
    ExperimentDraft,
    join_request,
    number_text,
    parse_value,
    problem_of,
    split_request,
)
from ganstudio.app.generators.catalogue import Catalogue, MethodCard
from ganstudio.app.generators.entries import best, data_entries, matching, method_entries
from ganstudio.app.help import pages
from ganstudio.core.dataspec import DataKind
from ganstudio.core.experiment import Experiment
from ganstudio.core.fields import FieldSpec
from ganstudio.core.methodinfo import FAMILIES, Needs
from ganstudio.core.names import free_name

LR = FieldSpec("lr", "Learning rate", "Step size.", "float", 2e-4, low=0, high=1, low_open=True, log=True, live=True)
BATCH = FieldSpec("batch_size", "Batch size", "Items per update.", "int", 64, low=2, high=8192)
SIZE = FieldSpec("size", "Size", "Pixels.", "int", 32, low=8, high=128)


class FakeCatalogue:
    def __init__(self) -> None:
        self.methods = (
            method("dcgan", ("images",)),
            method("gan", ("points", "images")),
        )
        self.datasets = (
            data("ring", "points"),
            data("digits", "images", fields=(SIZE,)),
            data("mnist", "images", available=False),
            data("folder", "images", takes_path=True),
        )

    def method(self, name: str) -> Any:
        return {card.name: card for card in self.methods}[name]

    def dataset(self, name: str) -> Any:
        return {card.name: card for card in self.datasets}[name]


def method(name: str, kinds: tuple[DataKind, ...]) -> MethodCard:
    return MethodCard(name, name.upper(), "", 2016, "", "", kinds, needs=Needs(largest=64), fields=(LR, BATCH))


def data(name: str, kind: str, available: bool = True, takes_path: bool = False, fields: tuple[Any, ...] = ()) -> Any:
    return SimpleNamespace(
        name=name, title=name, kind=kind, available=available, downloadable=True, takes_path=takes_path, fields=fields
    )


def draft_of(**changes: Any) -> ExperimentDraft:
    return ExperimentDraft(DEFAULT.with_(**changes))


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_numbers_survive_their_text(value: float) -> None:
    free = FieldSpec("x", "X", "", "float", 0.0)
    assert parse_value(free, number_text(value)) == value


@pytest.mark.parametrize(
    ("text", "value"), [("2e-4", 2e-4), ("1e-8", 1e-8), ("0,5", 0.5), (" .25 ", 0.25), ("1E-3", 1e-3)]
)
def test_learning_rates_are_read_as_people_write_them(text: str, value: float) -> None:
    assert parse_value(LR, text) == value


def test_short_text_of_a_learning_rate() -> None:
    assert number_text(2e-4) == "2e-4"
    assert number_text(1e-8) == "1e-8"
    assert number_text(0.1 + 0.2) == "0.30000000000000004"


@pytest.mark.parametrize("text", ["0", "1.5", "two", "", "nan", "inf", "2x4"])
def test_refusals_say_what_is_allowed(text: str) -> None:
    with pytest.raises(ValueError, match=r"Learning rate cannot be .* allowed is a number"):
        parse_value(LR, text)


def test_whole_numbers_stay_whole() -> None:
    assert parse_value(BATCH, "1,024") == 1024
    assert parse_value(BATCH, "1e3") == 1000
    with pytest.raises(ValueError, match="whole number"):
        parse_value(BATCH, "12.5")
    assert problem_of(BATCH, True)


@pytest.mark.parametrize(
    ("request_", "parts"),
    [
        ("ring", ("ring", "", {})),
        ("cifar10:classes=frog,cat,size=16", ("cifar10", "", {"classes": "frog,cat", "size": "16"})),
        ("folder:/home/me/a, b:size=64", ("folder", "/home/me/a, b", {"size": "64"})),
        ("folder:C:\\cats", ("folder", "C:\\cats", {})),
        ("drawing:heart", ("drawing", "heart", {})),
    ],
)
def test_requests_come_apart_and_together(request_: str, parts: tuple[str, str, dict[str, str]]) -> None:
    assert split_request(request_) == parts
    assert join_request(*parts) == request_


def test_every_edit_can_be_undone_and_done_again() -> None:
    draft = draft_of()
    seen: list[Experiment] = []
    draft.changed.connect(seen.append)
    start = draft.experiment
    draft.set_hyper("lr", 1e-3)
    draft.set_method("gan")
    draft.set_data_option("size", 16)
    draft.set(steps=500)
    end = draft.experiment
    assert end == Experiment("gan", "digits:size=16", hyper={}, steps=500)
    for _ in range(4):
        draft.history.undo()
    assert draft.experiment == start
    assert not draft.history.can_undo
    for _ in range(4):
        draft.history.redo()
    assert draft.experiment == end
    assert len(seen) == 12


def test_changing_nothing_is_no_step() -> None:
    draft = draft_of()
    draft.set(steps=draft.experiment.steps)
    draft.reset_hyper("lr")
    assert not draft.history.can_undo


def test_taking_an_option_out() -> None:
    draft = draft_of(data="digits:size=16")
    draft.set_data_option("size", None)
    assert draft.experiment.data == "digits"


@pytest.mark.parametrize(
    ("changes", "key", "words"),
    [
        ({"data": "ring"}, "data", "trains on images"),
        ({"data": "mnist"}, "data", "download it"),
        ({"data": "folder"}, "data", "choose where"),
        ({"data": "nothing"}, "data", "not known"),
        ({"method": "nothing"}, "method", "not known"),
        ({"hyper": {"lr": 2.0}}, "hyper.lr", "≤"),
        ({"hyper": {"foo": 1}}, "hyper.foo", "reset it"),
        ({"steps": 0}, "steps", "whole number"),
        ({"data": "digits:size=1000"}, "data.size", "allowed"),
        ({"data": "digits:colour=1"}, "data.colour", "no option"),
    ],
)
def test_the_draft_says_what_is_wrong(changes: dict[str, Any], key: str, words: str) -> None:
    problems = draft_of(**changes).problems(FakeCatalogue())  # type: ignore[arg-type]
    assert list(problems) == [key]
    assert words in problems[key].replace("\xa0", " ")


def test_patience_is_an_edit_like_others() -> None:
    draft = ExperimentDraft()
    draft.set("Patience", patience=500)
    assert (draft.experiment.patience, draft.history.undo_label) == (500, "Change Patience")
    assert ExperimentDraft.from_json(draft.experiment.to_json()).experiment.patience == 500
    draft.history.undo()
    assert draft.experiment.patience == 0


def test_a_good_draft_has_no_problems() -> None:
    assert draft_of(hyper={"lr": 1e-8}).problems(FakeCatalogue()) == {}  # type: ignore[arg-type]
    assert draft_of(data="folder:/cats").problems(FakeCatalogue()) == {}  # type: ignore[arg-type]


def test_json_round_trip_and_rubbish() -> None:
    experiment = Experiment("wgan", "cifar10:classes=frog", hyper={"lr": 1e-8}, steps=7, seed=3, name="x")
    assert ExperimentDraft.from_json(experiment.to_json()).experiment == experiment
    for rubbish in (None, [], "x", {"steps": "many", "hyper": 3, "method": None}):
        assert ExperimentDraft.from_json(rubbish).experiment == DEFAULT


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return Catalogue()


@pytest.mark.parametrize(
    ("method", "data", "after"),
    [
        ("dcgan", "digits:size=16", "digits:size=16"),
        ("cgan", "triangles", "digits"),
        ("dcgan", "ring", "digits"),
        ("spade", "digits", "landscapes"),
        ("spade", "folder:/mine:size=64", "maps:/mine"),
        ("gan", "landscapes", "line"),
    ],
)
def test_a_method_that_cannot_use_the_data_brings_others(
    catalogue: Catalogue, method: str, data: str, after: str
) -> None:
    draft = ExperimentDraft(Experiment("infogan", data))
    listed = {entry.key: entry for entry in method_entries(
        catalogue.methods, catalogue.dataset(data.split(":")[0]), catalogue.datasets)}  # fmt: skip
    draft.choose_method(method, catalogue)
    assert (draft.experiment.method, draft.experiment.data) == (method, after)
    assert bool(listed[method].note) == (data != after)
    if data != after:
        assert f"takes “{catalogue.dataset(after.split(':')[0]).title}”" in listed[method].note
    draft.history.undo()
    assert draft.experiment == Experiment("infogan", data), "one step"


def test_data_that_the_method_cannot_use_bring_another_method(catalogue: Catalogue) -> None:
    draft = ExperimentDraft(Experiment("cgan", "digits"))
    notes = {
        entry.key: entry.note for entry in data_entries(catalogue.datasets, catalogue.method("cgan"), catalogue.methods)
    }
    assert notes["digits"] == ""
    assert notes["triangles"] == "has no classes: takes GAN with it"
    draft.choose_data("triangles", catalogue)
    assert (draft.experiment.method, draft.experiment.data) == ("gan", "triangles")
    assert draft.problems(catalogue) == {}


def test_forty_methods_are_found_by_a_few_letters(catalogue: Catalogue) -> None:
    listed = method_entries(catalogue.methods, catalogue.dataset("digits"), catalogue.datasets)
    groups = [entry.group for entry in listed]
    assert [group for group, before in zip(groups, [None, *groups], strict=False) if group != before] == [
        title for title in FAMILIES.values() if title in groups
    ]
    for text, first in (("wgan", "wgan"), ("wgan-gp", "wgan-gp"), ("gp", "wgan-gp"), ("PIX", "pix2pix"),
                        ("codes info", "infogan"), ("paint", "spade"), ("2019", "spade")):  # fmt: skip
        assert best(matching(listed, text), text) == first


def test_names_belong_to_one_experiment() -> None:
    draft = draft_of(name="")
    draft.replace(Experiment("gan", "drawing", name="Draw your own"))
    draft.set_data("drawing:Spiral", name="Spiral")
    assert draft.experiment.name == "Spiral"
    draft.set_data("drawing:Heart", name="Heart")
    assert draft.experiment.name == "Heart"
    draft.set_data("ring")
    assert (draft.experiment.name, draft.experiment.title) == ("", "ring gan")
    draft.set(name="mine")
    draft.set_data("drawing:Heart", name="Heart")
    assert draft.experiment.name == "mine", "somebody has typed it"
    draft.name_is_taken("mine")
    assert draft.experiment.name == ""


@pytest.mark.parametrize(
    ("wanted", "taken", "free"),
    [
        ("Digits", "", "Digits"),
        ("Digits", "Digits", "Digits 2"),
        ("Digits 2", "Digits, Digits 2, Digits 3", "Digits 4"),
        ("Ring of 8", "Ring of 8", "Ring of 8 2"),
    ],
)
def test_the_next_free_name(wanted: str, taken: str, free: str) -> None:
    assert free_name(wanted, taken.split(", ")) == free


def test_every_method_has_a_page_to_read(catalogue: Catalogue) -> None:
    read = {page.key: page for page in pages(catalogue.methods)}
    for card in catalogue.methods:
        html = read[card.name].html
        assert "What goes wrong</h3>" in html
        assert all(mark not in html for mark in ("``", "    ", "&nbsp;&nbsp;&nbsp;&nbsp;&nbsp;&nbsp;("))
        assert html.count("<p>") == html.count("</p>") - html.count("<p class")
        named = re.findall(
            r"^    (\w+(?:, \w+)*)  ", card.page.partition("Knobs")[2].partition("\n\n")[0], re.MULTILINE
        )
        assert all(f'<a name="{name}"></a>' in html for names in named for name in names.split(", "))
    assert "<td class='formula'>W̄ = W / σ(W),&nbsp;&nbsp;" in read["sngan"].html
    assert "align='right'>(eq. 8)</td>" in read["sngan"].html
    assert "&lt;" not in read["wgan"].html
    assert 40 <= len([key for key in read if key.startswith("glossary:")]) <= 60
