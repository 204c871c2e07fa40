"""The verdict: each of its words from measured values that deserve it."""

from __future__ import annotations

import numpy as np
import pytest

from ganstudio.app.runs.verdict import judge, letters
from ganstudio.core.dataspec import DataSpec
from ganstudio.core.events import RoleInfo, Rows, SeriesInfo
from ganstudio.core.series import SeriesTable

RING = DataSpec("ring", "points", 1000, modes=tuple((float(i), 0.0) for i in range(8)), mode_std=0.02)
DIGITS = DataSpec("digits", "images", 1797, 1, 16)


def info_of(name: str) -> SeriesInfo:
    """Whose word a series is, by its usual name."""
    if "(" not in name:
        return SeriesInfo(name, "quality", "other")
    return SeriesInfo(name, "probability" if name[0] == "D" else "score", "real" if name.endswith("(x)") else "fake")


def table(name: str, **columns: object) -> SeriesTable:
    """A table whose columns are arrays or constants over 400 rows."""
    arrays = {key: np.broadcast_to(np.asarray(value, np.float32), (400,)) for key, value in columns.items()}
    infos = tuple(info_of(key) for key in arrays)
    steps = np.arange(1, 401, dtype=np.int64)
    made = SeriesTable(name)
    made.append(Rows(name, infos, steps, steps * 0.01, np.stack(list(arrays.values()), axis=1)))
    return made


def play(real: object, fake: object, names: tuple[str, str] = ("D(x)", "D(G(z))")) -> dict[str, SeriesTable]:
    return {"steps": table("steps", **{names[0]: real, names[1]: fake})}


def critic(real: object, fake: object) -> dict[str, SeriesTable]:
    return play(real, fake, ("critic(x)", "critic(G(z))"))


def ring(found: float, share: float) -> dict[str, SeriesTable]:
    return {**play(0.6, 0.4), "quality": table("quality", **{"modes": found, "high-quality samples %": share})}


def test_translators_call_what_is_drawn_by_another_name() -> None:
    assert judge(play(0.99, 0.01, ("D(x)", "D(G(m))")), DIGITS).word == "discriminator wins"
    assert "D(G(m))" in judge(play(0.5, 0.5, ("D(x)", "D(G(m))")), DIGITS).text


def test_nothing_measured_is_too_early() -> None:
    assert judge({}, DIGITS).word == "too early to tell"


@pytest.mark.parametrize(
    ("real", "fake", "word", "tone"),
    [
        (0.99, 0.01, "discriminator wins", "warning"),
        (0.5, 0.95, "generator wins", "warning"),
        (0.52, 0.48, "near equilibrium", "good"),
        (0.75, 0.25, "balanced", "good"),
    ],
)
def test_balance_of_probabilities(real: float, fake: float, word: str, tone: str) -> None:
    verdict = judge(play(real, fake), DIGITS)
    assert (verdict.word, verdict.tone) == (word, tone)


def test_only_the_last_steps_count() -> None:
    real = np.r_[np.full(200, 0.99), np.full(200, 0.7)]
    assert judge(play(real, 1 - real), DIGITS).word == "balanced"


def test_missing_values_are_passed_over() -> None:
    real = np.where(np.arange(400) % 2, 0.5, np.nan)
    assert judge(play(real, real), DIGITS).word == "near equilibrium"


@pytest.mark.parametrize(
    ("found", "share", "word", "tone"),
    [
        (1, 90, "mode collapse", "warning"),
        (4, 90, "mode collapse", "warning"),
        (7, 90, "modes missing", "neutral"),
        (8, 20, "all modes, blurred", "neutral"),
        (8, 95, "all modes", "good"),
        (0, 0, "no mode yet", "neutral"),
    ],
)
def test_modes_come_before_balance(found: int, share: float, word: str, tone: str) -> None:
    verdict = judge(ring(found, share), RING)
    assert (verdict.word, verdict.tone) == (word, tone)


def test_modes_that_were_not_measured_say_nothing() -> None:
    assert judge(ring(np.nan, np.nan), RING).word == "balanced"


def test_a_critic_whose_gap_falls_improves() -> None:
    verdict = judge(critic(np.linspace(4, 1, 400), 0.0), DIGITS)
    assert (verdict.word, verdict.tone) == ("improving", "good")


@pytest.mark.parametrize("gap", [2.0, -2.0, 0.0])
def test_a_critic_whose_gap_stands_still_does_not(gap: float) -> None:
    assert judge(critic(gap, 0.0), DIGITS).word == "learning"


def test_a_critic_that_began_without_values_is_judged_all_the_same() -> None:
    values = np.r_[np.full(250, np.nan), np.full(150, 1.0)]
    assert judge(critic(values, 0.0), DIGITS).word == "learning"


def test_a_method_without_a_discriminator() -> None:
    assert judge({"steps": table("steps", reconstruction=1.0)}, DIGITS).word == "training"


@pytest.mark.parametrize(
    ("titles", "wanted"),
    [
        (("Discriminator", "Generator"), ("D", "G")),
        (("Discriminator", "Generator", "Encoder", "Second generator"), ("D", "G", "E", "SG")),
        (("Discriminator", "Decoder", "Generator"), ("Di", "De", "G")),
        (("Same", "Same"), ("S1", "S2")),
        ((), ()),
    ],
)
def test_a_few_letters_tell_roles_apart(titles: tuple[str, ...], wanted: tuple[str, ...]) -> None:
    assert letters([RoleInfo(f"role {place}", title, "other") for place, title in enumerate(titles)]) == wanted
