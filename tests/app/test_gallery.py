from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from ganstudio.app.drafts import ExperimentDraft
from ganstudio.app.gallery import GALLERY, card_pictures, gallery_card, missing_downloads
from ganstudio.app.generators.catalogue import Catalogue
from ganstudio.app.generators.workplaces import BUNDLED
from ganstudio.core.errors import UsageError
from ganstudio.core.resources import resource_path
from ganstudio.store import Run


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return Catalogue()


def test_digits_come_first_and_ids_are_unique() -> None:
    assert GALLERY[0].id == "digits"
    assert len({card.id for card in GALLERY}) == len(GALLERY)


@pytest.mark.parametrize("card", GALLERY, ids=lambda card: card.id)
def test_every_card_can_be_trained_once_its_data_are_there(card, catalogue: Catalogue) -> None:
    problems = ExperimentDraft(card.experiment).problems(catalogue)
    if card.opens in ("drawing", "folder") or card.needs:
        problems.pop("data", None)
    assert problems == {}


@pytest.mark.parametrize("card", [card for card in GALLERY if card.needs], ids=lambda card: card.id)
def test_what_a_card_needs_is_what_it_trains_on(card) -> None:
    assert card.experiment.data.split(":")[0] == card.needs


def test_time_follows_the_machine() -> None:
    card = gallery_card("digits")
    assert card.seconds(2.0) == card.seconds(1.0) / 2
    assert card.expected_time(1.0).startswith("About ")
    assert gallery_card("folder").expected_time(1.0) == ""
    assert gallery_card("codes").expected_time(1.0) == ""  # trained beforehand
    assert math.isnan(card.seconds(0.0))


def test_missing_downloads() -> None:
    assert missing_downloads(lambda name: name == "mnist") == {"fashion", "frogs"}


def test_unknown_card() -> None:
    with pytest.raises(UsageError, match="digits"):
        gallery_card("nope")


def test_every_card_has_its_own_picture_or_one_of_what_it_trains_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = {card.id for card in GALLERY if not card.needs and card.opens not in ("drawing", "folder")}
    shipped = {path.stem for path in resource_path("gallery").glob("*.png")}
    assert made <= shipped <= {card.id for card in GALLERY}
    monkeypatch.setenv("GANSTUDIO_DATA", str(tmp_path))
    assert card_pictures().keys() == shipped
    batch = tmp_path / "cifar10" / "cifar-10-batches-bin" / "data_batch_1.bin"
    batch.parent.mkdir(parents=True)
    car, frog = bytes([1]) + bytes(3072), bytes([6]) + b"\xff" * 3072
    batch.write_bytes(20 * car + 4 * frog)
    assert np.median(card_pictures()["frogs"]) == 255, "the card of the frogs shows no car"


def test_what_a_click_explores_is_what_customise_would_train() -> None:
    told = gallery_card("codes").experiment
    made = Run.open(resource_path("runs", BUNDLED["explore"])).info.experiment
    assert (told.method, told.data, told.steps, told.seed) == (made.method, made.data, made.steps, made.seed)
    assert told.hyper == {name: made.hyper[name] for name in told.hyper}
    from ganstudio.methods import METHODS

    method = METHODS[told.method]
    assert method.resolve(made.hyper, "images", stored=True) == method.resolve(told.hyper, "images", stored=True)
