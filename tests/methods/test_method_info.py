"""What every method tells of itself: where it stands, what is minimised, what to compare it with."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ganstudio.core.errors import UsageError
from ganstudio.core.experiment import Experiment
from ganstudio.core.methodinfo import FAMILIES, Needs
from ganstudio.methods import METHODS


@pytest.mark.parametrize("name", list(METHODS))
def test_says_its_family_its_objective_and_its_neighbours(name: str) -> None:
    info = METHODS[name].info
    assert info.family in FAMILIES
    assert info.objective
    assert "\n" not in info.objective
    assert len(info.objective) <= 120
    assert info.compare
    assert name not in info.compare
    assert all(other in METHODS for other in info.compare)


@pytest.mark.parametrize(
    ("needs", "given", "words"),
    [
        (Needs(), {"size": 8, "channels": 1}, ""),
        (Needs(smallest=32), {"size": 16}, "X needs pictures of 32 px or more, not 16 px"),
        (Needs(smallest=32), {"size": 32}, ""),
        (Needs(largest=64), {"size": 128}, "64 px or less"),
        (Needs(smallest=32, largest=64), {"size": 8}, "32 to 64 px"),
        (Needs(smallest=32), {}, ""),  # nobody knows the size yet
        (Needs(channels=3), {"size": 32, "channels": 1}, "X needs pictures in colour, and these are grey pictures"),
        (Needs(channels=1, labels=True), {"channels": 1}, ""),
    ],
)
def test_what_does_not_fit_is_refused_in_words(needs: Needs, given: dict[str, int], words: str) -> None:
    said = needs.refusal("X", **given)
    assert words in said
    assert bool(said) == bool(words)


def test_data_that_do_not_fit_are_refused_before_anything_is_built(monkeypatch: pytest.MonkeyPatch) -> None:
    from ganstudio.training.prepare import build_engine

    method = METHODS["dcgan"]
    monkeypatch.setattr(method, "info", replace(method.info, needs=Needs(smallest=32)))
    with pytest.raises(UsageError, match="32 px or more, not 16 px"):
        build_engine(Experiment("dcgan", "digits:size=16", steps=1))
