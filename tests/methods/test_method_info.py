"""What every method tells of itself: where it stands, what is minimised, what to compare it with."""

from __future__ import annotations

import pytest

from ganstudio.methods import METHODS
from ganstudio.methods.info import FAMILIES


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
