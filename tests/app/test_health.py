"""Each illness from values that have it: the word, the evidence, since when, and what can be done in that run."""

from __future__ import annotations

import time
from collections.abc import Mapping

import numpy as np
import pytest
from numpy.typing import NDArray

from ganstudio.app.generators.catalogue import Catalogue
from ganstudio.app.runs.health.looking import Verdict
from ganstudio.app.runs.health.probing import probe
from ganstudio.app.runs.health.remedies import Patient, remedies
from ganstudio.app.runs.health.steady import HOLDS, Steady
from ganstudio.app.runs.verdict import judge
from ganstudio.core.dataspec import DataSpec
from ganstudio.core.events import Rows, SeriesInfo
from ganstudio.core.experiment import Experiment
from ganstudio.core.fields import Value
from ganstudio.core.series import SeriesTable
from tests.app.test_verdict import DIGITS, RING

N = 4000
INFO = {
    "D(x)": SeriesInfo("D(x)", "probability", "real"),
    "D(G(z))": SeriesInfo("D(G(z))", "probability", "fake"),
    "critic(x)": SeriesInfo("critic(x)", "score", "real"),
    "critic(G(z))": SeriesInfo("critic(G(z))", "score", "fake"),
    "D": SeriesInfo("discriminator/real", "loss", "discriminator"),
    "G": SeriesInfo("generator/adversarial", "loss", "generator"),
    "|G|": SeriesInfo("gradient/generator", "gradient", "generator"),
    "|D|": SeriesInfo("gradient/discriminator", "gradient", "discriminator"),
}
NOISE = np.random.default_rng(0).normal(0, 1, N).astype(np.float32)


def varied(steps: NDArray[np.int64]) -> NDArray[np.float64]:
    """What a healthy run's diversity does."""
    return 90 + 3 * np.sin(steps)


def made(name: str, every: int, columns: Mapping[str, object], n: int = N) -> SeriesTable:
    """A table of columns that are constants or functions of the step, with a row every so many steps."""
    steps = np.arange(every, n + 1, every, dtype=np.int64)
    infos = tuple(INFO.get(key) or SeriesInfo(key, "quality", "fake") for key in columns)
    values = [value(steps) if callable(value) else np.full(len(steps), value) for value in columns.values()]
    table = SeriesTable(name)
    table.append(Rows(name, infos, steps, steps * 0.01, np.stack(values, 1).astype(np.float32)))
    return table


def run(
    steps: Mapping[str, object] | None = None,
    gradients: Mapping[str, object] | None = None,
    quality: Mapping[str, object] | None = None,
    n: int = N,
) -> dict[str, SeriesTable]:
    """Tables of a run that is well but for what is given."""
    usual: dict[str, object] = {"D": 0.6, "G": 0.8, "D(x)": 0.65, "D(G(z))": 0.35}
    if steps is not None and not any(name.startswith("D(") for name in steps):
        usual = {"D": 0.6, "G": 0.8}
    return {
        "steps": made("steps", 1, {**usual, **(steps or {})}, n),
        "gradients": made("gradients", 10, {"|D|": 2.0, "|G|": 1.0, **(gradients or {})}, n),
        "quality": made("quality", 20, quality or {"diversity %": varied}, n),
    }


def after(step: int, before: float, then: float):  # type: ignore[no-untyped-def]
    """A value until a step, another after it."""
    return lambda steps: np.where(steps <= step, before, then)


def wave(period: float, size: float, level: float = 0.5):  # type: ignore[no-untyped-def]
    """What rises and falls, with some noise."""
    return lambda steps: level + size * np.sin(2 * np.pi * steps / period) + 0.03 * NOISE[: len(steps)]


ILL = {
    "strong": (run({"D(x)": after(2500, 0.7, 0.99), "D(G(z))": after(2500, 0.3, 0.01)}), DIGITS, 2500),
    "weak": (run({"D(x)": 0.5, "D(G(z))": after(2500, 0.3, 0.95)}), DIGITS, 2500),
    "vanishing": (
        run({"D(x)": 0.999, "D(G(z))": 0.001}, {"|G|": after(2500, 1.0, 1e-4)}), DIGITS, 2500,
    ),
    "exploding": (run(gradients={"|G|": after(2500, 1.0, 5e4)}), DIGITS, 2500),
    "diverging": (run({"G": after(2500, 0.8, 1e6)}), DIGITS, 2500),
    "oscillation": (run({"D(x)": wave(150, 0.3), "D(G(z))": wave(150, 0.3)}), DIGITS, None),
    "stalled": (
        run(quality={"modes": 0.0, "high-quality samples %": 0.0, "diversity %": after(2500, 20, 70)}), RING, None,
    ),
    "collapse": (run(quality={"diversity %": after(2500, 90, 8)}), DIGITS, 2500),
}  # fmt: skip


@pytest.mark.parametrize("name", ILL)
def test_each_illness_has_a_name_evidence_and_a_beginning(name: str) -> None:
    tables, spec, began = ILL[name]
    found = judge(tables, spec)
    assert (found.name, found.tone) == (name, "warning")
    assert any(sign.isdigit() for sign in found.evidence), "evidence is numbers"
    assert found.evidence.endswith(".")
    assert found.since is not None
    if began is not None:
        assert abs(found.since - began) <= 250
        assert judge(tables, spec, began - 300).name != name, "before it began it was well"


def test_losses_that_are_no_numbers_are_diverging_from_the_first_of_them() -> None:
    tables = run({"G": lambda s: np.where(s < 3990, 0.8, np.inf), "D": lambda s: np.where(s < 3990, 0.8, np.nan)})
    found = judge(tables, DIGITS)
    assert (found.name, found.since) == ("diverging", 3990)
    assert judge(tables, DIGITS, 3000).name == "training"
    short = run({"G": lambda s: np.where(s < 5, 0.8, np.inf)}, n=10)  # too early for anything else
    assert judge(short, DIGITS).name == "diverging"


def test_a_critic_can_be_ill_too() -> None:
    wild = run({"critic(x)": lambda s: 1.01**s, "critic(G(z))": 0.0}, n=2000)
    assert judge(wild, DIGITS).name == "diverging"
    swinging = run({"critic(x)": wave(60, 2, 0), "critic(G(z))": 0.0})
    assert judge(swinging, DIGITS).name == "oscillation"
    deaf = run({"critic(x)": 5.0, "critic(G(z))": -5.0}, {"|G|": 1e-4})
    assert judge(deaf, DIGITS).name == "vanishing"
    without = run({"D": wave(100, 2, 1), "G": wave(100, 2, 1)})
    assert judge(without, DIGITS).name == "oscillation"


def test_the_two_sentences_that_a_verdict_must_keep() -> None:
    """On one dash it is collapsed whatever D(x) says; .86 against .08 is not balanced."""
    one_dash = {"modes": 1.0, "high-quality samples %": 99.0, "diversity %": 12.0}
    for words in ((0.5, 0.5), (0.65, 0.35), (0.99, 0.01), (0.4, 0.95), (0.86, 0.08)):
        found = judge(run({"D(x)": words[0], "D(G(z))": words[1]}), RING, seen=one_dash)
        assert (found.name, found.tone) == ("collapse", "warning")
    found = judge(run({"D(x)": 0.86, "D(G(z))": 0.08}), DIGITS)
    assert (found.name, found.word) == ("leads", "discriminator leads")
    assert "0.86" in found.evidence
    assert "0.08" in found.evidence


def test_an_equilibrium_is_good_only_with_samples_that_are() -> None:
    half = {"D(x)": 0.5, "D(G(z))": 0.5}
    assert judge(run(half), DIGITS).name == "equilibrium"
    assert judge(run(half), DIGITS, seen={"diversity %": 5.0}).name == "collapse"
    assert judge(run(half), DIGITS, seen={"diversity %": 40.0}).tone != "good"
    assert judge(run(half, {"|G|": 1e-4}), DIGITS).name == "equilibrium", "a small gradient is what one wants there"


def test_modes_and_variety_that_are_lost_are_a_collapse_that_began() -> None:
    hopping = run(quality={"modes": after(3000, 8, 5), "high-quality samples %": 60.0, "diversity %": varied})
    found = judge(hopping, RING)
    assert (found.name, found.word) == ("collapse", "losing modes")
    assert abs((found.since or 0) - 3000) <= 40
    less = judge(run(quality={"diversity %": after(3000, 95, 45)}), DIGITS)
    assert (less.name, less.word) == ("collapse", "losing variety")
    assert abs((less.since or 0) - 3000) <= 40


def test_what_is_well_stays_well() -> None:
    noisy = {"D(x)": lambda s: 0.65 + 0.1 * NOISE[: len(s)], "D(G(z))": lambda s: 0.35 + 0.1 * NOISE[: len(s)][::-1]}
    assert judge(run(noisy), DIGITS).name == "balanced"
    good = {"modes": 8.0, "high-quality samples %": 95.0, "diversity %": 98.0}
    assert judge(run({"D(x)": 0.99, "D(G(z))": 0.01}), RING, seen=good).name == "all", "the picture is good"


def pictures(count: int, seed: int = 0) -> NDArray[np.uint8]:
    return np.random.default_rng(seed).integers(0, 256, (count, 8, 8, 1)).astype(np.uint8)


def test_copies_of_training_items_and_of_each_other_are_seen_where_they_can_be() -> None:
    few, many = DataSpec("few", "images", 16, 1, 8), DataSpec("many", "images", 5000, 1, 8)
    items = pictures(16)
    learned = np.clip(items[np.arange(64) % 16].astype(int) + 3, 0, 255).astype(np.uint8)
    seen = probe(learned, items, few)
    assert seen["by heart %"] > 95
    found = judge(run(), few, seen=seen)
    assert (found.name, found.tone) == ("memorising", "warning")
    assert probe(pictures(64, 1), items, few)["by heart %"] < 5
    assert "by heart %" not in probe(pictures(64, 1), pictures(64), many), "of a large set nobody can know"
    twins = probe(np.repeat(pictures(4, 1), 16, 0), pictures(64), many)
    assert twins["twins %"] > 95
    assert judge(run(), many, seen={**twins, "diversity %": 90.0}).name == "collapse"
    assert probe(pictures(64, 1), pictures(64), many)["twins %"] < 5
    assert probe(pictures(64, 1), None, many) == {}


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return Catalogue()


def patient(catalogue: Catalogue, method: str, kind: str = "points", **known: object) -> Patient:
    hyper: dict[str, Value] = {
        k: v for k, v in known.items() if k not in ("checkpoints", "live", "resumable", "touched")
    }  # type: ignore[misc]
    rest = {k: v for k, v in known.items() if k not in hyper}
    experiment = Experiment(method, "ring" if kind == "points" else "digits", hyper)
    return Patient(experiment, catalogue.methods, kind, step=3000, **rest)  # type: ignore[arg-type]


def test_a_remedy_is_what_this_run_can_really_do(catalogue: Catalogue) -> None:
    live = remedies("strong", 2000, patient(catalogue, "gan", live=True, lr_d=2e-3))
    assert [one.how for one in live] == ["live", "duplicate"]
    assert live[0].changes == {"lr_d": 1e-3}
    assert "1e-3" in live[0].words
    assert live[1].experiment is not None
    assert live[1].experiment.hyper["penalty"] == "r1"
    ended = remedies("strong", 2000, patient(catalogue, "gan", resumable=True, lr_d=2e-3))
    assert [one.how for one in ended] == ["continue", "duplicate"]
    elsewhere = remedies("strong", 2000, patient(catalogue, "gan"))
    assert {one.how for one in elsewhere} == {"duplicate"}
    back = remedies("diverging", 2000, patient(catalogue, "gan", live=True, checkpoints=[0, 1500, 2500]))[0]
    assert (back.how, back.back_to) == ("back", 1500)
    many = remedies("strong", 1, patient(catalogue, "gan", live=True, n_critic=5))[0]
    assert many.changes == {"n_critic": 1}
    minimax = remedies("vanishing", 1, patient(catalogue, "gan", live=True, objective="minimax"))[0]
    assert minimax.experiment is not None
    assert minimax.experiment.hyper["objective"] == "non-saturating"
    assert "live" not in {one.how for one in remedies("strong", 1, patient(catalogue, "gan", live=True, touched=True))}
    assert remedies("balanced", None, patient(catalogue, "gan", live=True)) == ()
    assert remedies("strong", 1, patient(catalogue, "no such method", live=True)) == ()


def test_every_method_takes_every_remedy_that_it_is_offered(catalogue: Catalogue) -> None:
    """Whatever is offered is a value that the field may have, and an experiment that could be begun."""
    from ganstudio.methods import METHODS

    names = [*ILL, "leads", "none", "partial", "memorising"]
    for card in catalogue.methods:
        kind = card.data_kinds[0]
        for name in names:
            for state in ({"live": True, "checkpoints": [10]}, {"resumable": True}):
                offered = remedies(name, 2000, patient(catalogue, card.name, kind, **state))
                assert len(offered) <= 2
                for one in offered:
                    values = dict(one.changes)
                    METHODS[card.name].resolve(values, kind)
                    assert all(spec.live for spec in card.fields if spec.name in values)
                    if one.experiment is not None:
                        METHODS[one.experiment.method].resolve(dict(one.experiment.hyper), kind)


def test_a_verdict_does_not_flicker() -> None:
    one, other = Verdict("a", "", name="balanced", since=50), Verdict("b", "", name="leads")
    steady = Steady()
    assert steady.take(one, 0.0).name == "balanced"
    for now in (0.1, 0.3, 0.5):
        assert steady.take(other, now).name == "balanced"
        assert steady.take(Verdict("a", "", name="balanced", since=90), now + 0.1).since == 50
    assert steady.take(other, 1.0).name == "balanced"
    assert steady.take(other, 1.0 + HOLDS).name == "leads"
    assert steady.take(one, 2.1, at_once=True).name == "balanced"


def test_a_million_rows_are_judged_at_once() -> None:
    count = 1_000_000
    steps = np.arange(1, count + 1)
    values = np.full((count, 2), 0.01, np.float32)
    values[:, 0] = 0.99
    table = SeriesTable("steps")
    table.append(Rows("steps", (INFO["D(x)"], INFO["D(G(z))"]), steps, steps * 0.01, values))
    judge({"steps": table}, DIGITS)
    begun = time.perf_counter()
    for _turn in range(10):
        found = judge({"steps": table}, DIGITS)
    assert (time.perf_counter() - begun) / 10 < 0.02  # 0.5 ms where nothing else runs
    assert (found.name, found.since) == ("strong", 1)
