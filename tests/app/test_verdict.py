"""The verdict: each of its words from measured values that deserve it."""

from __future__ import annotations

import numpy as np
import pytest

from ganstudio.app.runs.readings import readings, value_at
from ganstudio.app.runs.verdict import judge, letters
from ganstudio.core.dataspec import DataSpec
from ganstudio.core.events import RoleInfo, Rows, SeriesInfo
from ganstudio.core.series import SeriesTable

RING = DataSpec("ring", "points", 1000, modes=tuple((float(i), 0.0) for i in range(8)), mode_std=0.02)
DIGITS = DataSpec("digits", "images", 1797, 1, 16)


def info_of(name: str) -> SeriesInfo:
    """Whose word a series is, by its usual name."""
    if "/" in name:
        return SeriesInfo(name, "loss", name.partition("/")[0])  # type: ignore[arg-type]
    if "(" not in name:
        return SeriesInfo(name, "quality", "other")
    return SeriesInfo(name, "probability" if name[0] == "D" else "score", "real" if name.endswith("(x)") else "fake")


def table(name: str, start: int = 0, seconds: float = 0.01, **columns: object) -> SeriesTable:
    """A table whose columns are arrays or constants over 400 rows, after so many steps, of so many seconds each."""
    arrays = {key: np.broadcast_to(np.asarray(value, np.float32), (400,)) for key, value in columns.items()}
    infos = tuple(info_of(key) for key in arrays)
    steps = start + np.arange(1, 401, dtype=np.int64)
    made = SeriesTable(name)
    made.append(Rows(name, infos, steps, steps * seconds, np.stack(list(arrays.values()), axis=1)))
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
        (0.86, 0.08, "discriminator leads", "neutral"),
        (0.4, 0.7, "generator leads", "neutral"),
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
        (2, 20, "finding modes", "neutral"),
        (8, 20, "all modes, blurred", "neutral"),
        (8, 95, "all modes", "good"),
        (0, 0, "no mode yet", "neutral"),
    ],
)
def test_modes_come_before_balance(found: int, share: float, word: str, tone: str) -> None:
    verdict = judge(ring(found, share), RING)
    assert (verdict.word, verdict.tone) == (word, tone)


def test_what_is_seen_beside_it_counts_and_not_what_was_measured_long_ago() -> None:
    good, collapsed = ring(8, 95), {"modes": 1.0, "high-quality samples %": 100.0, "diversity %": 3.0}
    verdict = judge(good, RING, seen=collapsed)
    assert (verdict.word, verdict.tone) == ("mode collapse", "warning")
    assert verdict.text.startswith("1 of 8 modes")
    nowhere = judge({**ring(0, 0), "steps": table("steps", start=1000, **{"D(x)": 0.5, "D(G(z))": 0.5})}, RING)
    assert (nowhere.word, nowhere.text[:4]) == ("far from the data", "None")


def test_looking_back_later_values_do_not_count() -> None:
    found = {**play(np.r_[np.full(200, 0.99), np.full(200, 0.5)], np.r_[np.full(200, 0.01), np.full(200, 0.5)])}
    found["quality"] = table("quality", **{"diversity %": np.r_[np.full(200, 90), np.full(200, 5)]})
    assert judge(found, DIGITS, 150).word == "discriminator wins"
    assert judge(found, DIGITS, 10).word == "too early to tell"
    assert judge(found, DIGITS).word == "all alike so far"
    assert judge(found, DIGITS, seen={"diversity %": 90.0}).word == "near equilibrium"


def test_pictures_that_are_all_alike_are_a_collapse() -> None:
    verdict = judge(
        {"steps": table("steps", start=1000, **{"D(x)": 0.5, "D(G(z))": 0.5})}, DIGITS, seen={"diversity %": 4}
    )
    assert (verdict.word, verdict.tone) == ("collapse", "warning")


@pytest.mark.parametrize("spec", [DIGITS, DataSpec("drawing", "points", 500)])
def test_the_balance_does_not_praise_what_draws_a_part_of_the_data(spec: DataSpec) -> None:
    found = judge(play(0.52, 0.48), spec, seen={"diversity %": 32.0})
    assert (found.word, found.tone) == ("part of the data", "neutral")
    assert "32\N{NO-BREAK SPACE}%" in found.text
    assert judge(play(0.86, 0.08), spec, seen={"diversity %": 32.0}).word == "discriminator leads"
    assert judge(play(0.52, 0.48), spec, seen={"diversity %": 90.0}).word == "near equilibrium"


def frozen(still: str) -> dict[str, SeriesTable]:
    gone = np.r_[np.full(300, 0.7), np.full(100, np.nan)]
    d, g = (gone, 0.7) if still == "discriminator" else (0.7, gone)
    of_d = {"D(x)": np.where(np.isnan(d), np.nan, 0.99), "D(G(z))": np.where(np.isnan(d), np.nan, 0.01)}
    return {"steps": table("steps", **{"discriminator/real": d, "generator/adversarial": g}, **of_d)}


def test_what_stands_still_is_named_and_the_rest_is_judged() -> None:
    only_g = judge(frozen("discriminator"), RING, seen={"modes": 1.0, "high-quality samples %": 90.0})
    assert only_g.word == "mode collapse"
    assert only_g.text.startswith("Not trained since step 300: D.")
    alone = judge(frozen("discriminator"), DIGITS)
    assert alone.word == "D frozen"
    only_d = judge(frozen("generator"), DIGITS)
    assert only_d.word == "G frozen"
    assert "D(x) and D(G(z))" in only_d.text


def test_each_number_is_read_with_its_meaning_and_its_age() -> None:
    slow = table("steps", seconds=1.0, **{"D(x)": 0.6, "D(G(z))": np.r_[np.full(100, 0.3), np.full(300, np.nan)]})
    tables = {"before": table("before", modes=7.0), "steps": slow, "quality": ring(2, 40)["quality"]}
    tables["before"].truncate_after(50)
    assert value_at(tables, "modes") == (2.0, 400)
    found = {one.label: one for one in readings(tables, RING, None, 400, {"modes": 1.0})}
    assert (found["D(x)"].text, found["D(x)"].age) == ("0.600", "")
    assert (found["D(G(z))"].text, found["D(G(z))"].age) == ("0.300", "at step 100, 300 steps ago")
    assert found["modes"].text == "1 of 8"  # of the samples on view
    assert all("0" in one.help or "none" in one.help for one in found.values())
    assert {one.label: one.age for one in readings(tables, RING, 90)}["D(G(z))"] == ""


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
