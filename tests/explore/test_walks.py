from __future__ import annotations

import numpy as np
import pytest

from ganstudio.core.controls import ClassLabel, ContinuousCode, Control, GeneratorIndex, LatentVector
from ganstudio.explore.state import Direction, ExploreState
from ganstudio.explore.walks import arithmetic, axes_of, between, plane, slerp, sweep, travelled, walk

CONTROLS: tuple[Control, ...] = (
    LatentVector("z", 4), ClassLabel("class", ("a", "b", "c")), ContinuousCode("c", 1), GeneratorIndex("g", 2)
)  # fmt: skip


def position(z: list[float], cls: int = 0, g: int = 0, c: float = 0.0) -> dict[str, np.ndarray]:
    return {
        "z": np.array(z, np.float32),
        "class": np.eye(3, dtype=np.float32)[cls],
        "c": np.array([c], np.float32),
        "g": np.asarray(g, np.int64),
    }


A, B = position([3, 0, 0, 0]), position([0, 3, 0, 0], cls=1, g=1, c=1.0)


def test_the_great_circle_keeps_the_length_and_the_straight_line_does_not() -> None:
    round_, straight = (between(A, B, 0.5, CONTROLS, how)["z"] for how in ("spherical", "linear"))
    assert np.linalg.norm(round_) == pytest.approx(3)
    assert np.linalg.norm(straight) == pytest.approx(3 / np.sqrt(2))
    half = between(A, B, 0.5, CONTROLS, "spherical")
    np.testing.assert_allclose(half["class"], [0.5, 0.5, 0])
    assert half["c"] == 0.5
    assert [int(between(A, B, t, CONTROLS, "linear")["g"]) for t in (0.4, 0.5)] == [0, 1]


@pytest.mark.parametrize(
    ("a", "b"), [([0, 0], [1, 2]), ([1, 1], [1, 1]), ([1, 0], [-1, 0]), ([0, 0], [0, 0]), ([2, 0], [0, 1])]
)
def test_slerp_ends_where_it_should_for_any_two_vectors(a: list[float], b: list[float]) -> None:
    one, other = np.array(a, np.float32), np.array(b, np.float32)
    np.testing.assert_allclose(slerp(one, other, 0.0), one, atol=1e-6)
    np.testing.assert_allclose(slerp(one, other, 1.0), other, atol=1e-6)
    assert np.isfinite(slerp(one, other, 0.5)).all()


def test_a_walk_passes_every_stop_and_a_loop_does_not_repeat_its_first_frame() -> None:
    stops = [A, B, position([0, 0, 3, 0])]
    path = [*walk(stops, CONTROLS, 4)]
    assert len(path) == 9
    for index, stop in zip((0, 4, 8), stops, strict=True):
        np.testing.assert_array_equal(path[index]["z"], stop["z"])
    loop = [*walk(stops, CONTROLS, 4, closed=True)]
    assert len(loop) == 12
    assert not np.allclose(loop[-1]["z"], loop[0]["z"])
    assert len([*walk([A], CONTROLS, 4, closed=True)]) == 1
    with pytest.raises(ValueError, match="stops"):
        next(walk([], CONTROLS, 4))


def test_sums_of_positions_stay_usable() -> None:
    found = arithmetic(A, B, position([1, 1, 1, 1], cls=1, g=1, c=0.5), CONTROLS)
    np.testing.assert_allclose(found["z"], [4, -2, 1, 1])
    np.testing.assert_allclose(found["class"], [1, 0, 0])
    assert int(found["g"]) == 1
    np.testing.assert_allclose(arithmetic(A, A, B, CONTROLS)["class"], B["class"])
    nothing = arithmetic(position([0] * 4, 0), position([0] * 4, 0), position([0] * 4, 2), CONTROLS)["class"]
    np.testing.assert_allclose(nothing, [0, 0, 1])


def test_a_sweep_moves_two_axes_and_leaves_the_rest() -> None:
    smile = Direction("smile", "pca", "z", np.ones(4, np.float32))
    state = ExploreState(A, strengths={"smile": 1.0}, seed=3)
    axes = {axis.key: axis for axis in axes_of(CONTROLS, {"smile": smile})}
    assert [*axes][:4] == ["class", "c/0", "g", "direction/smile"]
    states = sweep(state, axes["c/0"], axes["class"], 5)
    assert [len(row) for row in states] == [3] * 5
    assert [round(float(row[0].position["c"][0]), 3) for row in states] == [-1, -0.5, 0, 0.5, 1]
    assert [int(one.position["class"].argmax()) for one in states[2]] == [0, 1, 2]
    np.testing.assert_array_equal(states[4][2].position["z"], A["z"])
    assert [one.strengths["smile"] for one in sweep(state, None, axes["direction/smile"], 3)[0]] == [-3, 0, 3]
    assert [one.truncation for one in sweep(state, None, axes["truncation"], 3)[0]] == [0, 0.75, 1.5]
    assert [int(one.position["g"]) for one in sweep(state, None, axes["g"], 9)[0]] == [0, 1]
    assert states[0][0].seed == 3
    assert state.position["c"][0] == 0  # the state itself is untouched


def test_travelling_stays_on_the_shell_and_comes_back() -> None:
    axes = plane(CONTROLS, 1)
    across, down = axes["z"]
    assert across @ down == pytest.approx(0, abs=1e-5)
    assert np.linalg.norm(across) == pytest.approx(2)  # as wide as the prior: sqrt(4)
    state = ExploreState(position([1, 2, -1, 0.5]))
    there = travelled(state, axes, 0.3, -0.2)
    assert np.linalg.norm(there.position["z"]) == pytest.approx(np.linalg.norm(state.position["z"]), rel=1e-5)
    assert not np.allclose(there.position["z"], state.position["z"])
    assert there.seed is None
    np.testing.assert_allclose(travelled(state, axes, 0, 0).position["z"], state.position["z"], rtol=1e-6)
    assert plane((LatentVector("z", 1),), 0) == {}
    np.testing.assert_array_equal(plane(CONTROLS, 1)["z"][0], across)
