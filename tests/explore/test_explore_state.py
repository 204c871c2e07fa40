from __future__ import annotations

import json

import numpy as np
import pytest

from ganstudio.core.controls import CategoricalCode, ClassLabel, ContinuousCode, Control, GeneratorIndex, LatentVector
from ganstudio.core.errors import UsageError
from ganstudio.explore.state import Direction, ExploreState, effective, position_of, read_value, stack

CONTROLS: tuple[Control, ...] = (
    LatentVector("z", 3),
    ContinuousCode("codes", 2),
    CategoricalCode("category", 4),
    ClassLabel("class", ("cat", "dog")),
    GeneratorIndex("generator", 3),
)


def state() -> ExploreState:
    return ExploreState(
        {
            "z": np.array([0.1, -2.0, 1 / 3], np.float32),
            "codes": np.array([0.5, -1], np.float32),
            "category": np.array([0, 0, 1, 0], np.float32),
            "class": np.array([0.25, 0.75], np.float32),
            "generator": np.asarray(2, np.int64),
        },
        truncation=0.7,
        strengths={"smile": 1.5, "unused": 0.0},
        seed=7,
    )


def test_json_and_back_is_the_same_to_the_bit() -> None:
    before = state()
    after = ExploreState.from_json(json.loads(json.dumps(before.to_json())), CONTROLS)
    assert after.position.keys() == before.position.keys()
    for name, value in before.position.items():
        assert after.position[name].dtype == value.dtype
        np.testing.assert_array_equal(after.position[name], value)
    assert (after.truncation, after.seed, after.strengths) == (0.7, 7, {"smile": 1.5})


def test_the_seed_that_it_was_moved_from_is_known_for_good() -> None:
    moved = state().moved("z", np.zeros(3, np.float32))
    after = ExploreState.from_json(json.loads(json.dumps(moved.to_json())), CONTROLS)
    assert (after.seed, after.origin) == (None, 7)
    assert after.with_(seed=3).origin == 3
    assert ExploreState(after.position).origin is None, "it came from nowhere"


@pytest.mark.parametrize(
    ("broken", "words"),
    [
        (None, "damaged"),
        ({"position": 3}, "damaged"),
        ({"position": {"z": [1, 2, 3]}}, "driven by z; this one is driven by category"),
        ({"position": {"z": [1, 2]}, "only": "z"}, "has 2 numbers; this generator takes 3"),
        ({"position": {"z": [1, float("nan"), 2]}, "only": "z"}, "not finite"),
        ({"position": {"z": [1, 1e30, 2]}, "only": "z"}, "far too large"),
        ({"position": {"z": ["a", 1, 2]}, "only": "z"}, "numbers only"),
        ({"position": {"z": [1, 2, 3]}, "only": "z", "truncation": "x"}, "damaged"),
        ({"position": {"z": [1, 2, 3]}, "only": "z", "strengths": [1]}, "damaged"),
    ],
)
def test_what_does_not_fit_is_refused_in_words(broken: dict[str, object] | None, words: str) -> None:
    controls = (CONTROLS[0],) if broken and broken.pop("only", None) else CONTROLS
    with pytest.raises(UsageError, match=words):
        ExploreState.from_json(broken, controls)


@pytest.mark.parametrize(
    ("control", "value", "words"),
    [
        (CONTROLS[2], [1, 0, 0], "has 3 numbers"),
        (CONTROLS[2], [0, 0, 0, 0], "one of them above 0"),
        (CONTROLS[3], [2, -1], "0 or more"),
        (CONTROLS[4], 3, "whole number from 0 to 2"),
        (CONTROLS[4], 0.5, "whole number"),
        (CONTROLS[4], [1], "whole number"),
        (CONTROLS[0], [[1, 2, 3]], "has 3 numbers"),
    ],
)
def test_a_control_says_what_it_takes(control: Control, value: object, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        read_value(control, value)


def test_weights_are_made_to_add_up_to_one() -> None:
    np.testing.assert_allclose(read_value(CONTROLS[3], [1, 3]), [0.25, 0.75])


def test_truncation_comes_before_directions_and_touches_latents_only() -> None:
    smile = Direction("smile", "pca", "z", np.array([1, 0, 0], np.float32))
    strange = Direction("unused", "pca", "z", np.array([1, 0], np.float32))
    found = effective(state().with_(strengths={"smile": 2.0, "unused": 5.0, "gone": 1.0}), CONTROLS,
                      {"smile": smile, "unused": strange})  # fmt: skip
    np.testing.assert_allclose(found["z"], [0.07 + 2, -1.4, 0.7 / 3], rtol=1e-6)
    np.testing.assert_array_equal(found["codes"], state().position["codes"])


def test_positions_become_rows_and_rows_positions() -> None:
    one, other = state().position, state().moved("z", np.zeros(3, np.float32)).position
    rows = stack([one, other])
    assert {name: value.shape for name, value in rows.items()} == {
        "z": (2, 3), "codes": (2, 2), "category": (2, 4), "class": (2, 2), "generator": (2,)
    }  # fmt: skip
    np.testing.assert_array_equal(position_of(rows, 1)["z"], other["z"])


def test_a_direction_survives_json_and_damage_is_refused() -> None:
    smile = Direction("smile", "attribute", "z", np.array([0.1, 2, 3], np.float32), 0.9, True)
    back = Direction.from_json(json.loads(json.dumps(smile.to_json())))
    assert back == smile
    np.testing.assert_array_equal(back.vector, smile.vector)
    for broken in ({}, {**smile.to_json(), "vector": []}, {**smile.to_json(), "vector": [1, float("inf")]}, 3, None):
        with pytest.raises(UsageError, match="no direction"):
            Direction.from_json(broken)


@pytest.mark.parametrize(
    "broken",
    [
        {"position": ["z"]},
        {"position": "z"},
        {"position": {"z": [0, 0, 10**400]}},
        {"position": {"z": [0, 0, 0]}, "truncation": 10**400},
        {"position": {"z": [0, 0, 0]}, "strengths": {"smile": 10**400}},
        {"position": {"z": [0, 0, 0]}, "seed": float("inf")},
        {"position": {"z": [0, 0, 0]}, "seed": 2**63},
        {"position": {"z": [0, 0, 0]}, "seed": -1},
    ],
)
def test_whatever_json_can_hold_is_refused_in_words(broken: dict[str, object]) -> None:
    with pytest.raises(UsageError):
        ExploreState.from_json(json.loads(json.dumps(broken)), (CONTROLS[0],))


@pytest.mark.parametrize("more", [{"vector": [10**400]}, {"vector": [1e39]}, {"quality": 10**400}])
def test_a_direction_of_absurd_numbers_is_refused_in_words(more: dict[str, object]) -> None:
    smile = Direction("smile", "pca", "z", np.ones(1, np.float32))
    with pytest.raises(UsageError, match="no direction"):
        Direction.from_json(json.loads(json.dumps({**smile.to_json(), **more})))
