"""Going on beyond the end of a schedule is a question, wherever it is asked for."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ganstudio.app.named import Answer, Question
from ganstudio.app.notifications import Notifications
from ganstudio.app.runs.schedules import Changes, beyond_schedule, schedule_problem
from ganstudio.app.settings import SettingsStore
from ganstudio.app.studio import Studio
from ganstudio.core.experiment import Experiment
from ganstudio.core.fields import Value
from tests.app.test_studio import pump_until

LINEAR: dict[str, Value] = {"decay": "linear", "decay_from": 0, "decay_to": 100}
DECAYING = Experiment(
    "gan", "ring", {"batch_size": 8, "mlp_width": 8, "decay": "linear"}, 12, device="cpu", name="falls"
)


@pytest.mark.parametrize(
    ("hyper", "total", "asked"),
    [
        (LINEAR, 101, True),
        (LINEAR, 100, False),
        ({**LINEAR, "decay": "step"}, 500, False),
        ({**LINEAR, "decay": "none"}, 500, False),
        ({**LINEAR, "decay_to": 0}, 500, False),
        ({"lr": 1e-3}, 500, False),
    ],
)
def test_only_a_schedule_that_ends_before_is_asked_about(hyper: Changes, total: int, asked: bool) -> None:
    choice = beyond_schedule(hyper, total)
    assert (choice is not None) == asked == bool(schedule_problem(hyper, total))
    if choice is not None:
        assert [changes for _words, changes in choice.ways] == [{"decay_to": total}, {"decay": "none"}]
        for _words, changes in choice.ways:
            assert beyond_schedule({**hyper, **changes}, total) is None


@pytest.mark.parametrize(
    ("method", "data", "hyper", "kept"),
    [
        ("gan", "ring", LINEAR, (0, 0)),
        ("gan", "ring", {**LINEAR, "decay_from": 30}, (30, 0)),
        ("gan", "ring", {**LINEAR, "decay_to": 200}, (0, 200)),
        ("gan", "ring", {**LINEAR, "decay": "none"}, (0, 100)),
        ("pix2pix", "landscapes", {**LINEAR, "decay_from": 50}, (0, 0)),  # it falls over the second half by itself
        ("pix2pix", "landscapes", {**LINEAR, "decay_from": 70}, (70, 0)),
    ],
)
def test_a_duplicate_has_a_schedule_of_its_own_length(
    method: str, data: str, hyper: Changes, kept: tuple[int, int]
) -> None:
    from ganstudio.training.prepare import unsettled

    copy = unsettled(Experiment(method, data, dict(hyper), 100))
    assert (copy.hyper["decay_from"], copy.hyper["decay_to"]) == kept
    assert copy.hyper["decay"] == hyper["decay"]
    assert unsettled(copy) == copy
    older = Experiment(method, data, {}, 100)
    assert unsettled(older) == older


class Person:
    """Takes the n-th way, or none."""

    def __init__(self) -> None:
        self.asked: list[Question] = []
        self.takes: int | None = None

    def __call__(self, choice: Question, chosen: Answer) -> None:
        self.asked.append(choice)
        chosen(None if self.takes is None else choice.ways[self.takes][1])


@pytest.fixture
def studio() -> Iterator[Studio]:
    hub = Notifications()
    made = Studio(SettingsStore(hub=hub), hub)
    yield made
    for model in made.training:
        model.stop(save=False)
    made.shutdown()


@pytest.mark.parametrize(("takes", "decay", "last"), [(0, "linear", 20), (1, "none", 12)])
def test_a_stored_run_goes_on_as_the_person_says(studio: Studio, takes: int, decay: str, last: int) -> None:
    person = studio.ask = Person()
    model = studio.start(DECAYING)
    assert model is not None
    pump_until(studio, lambda: model.state == "finished" and not model.here)
    assert model.experiment.hyper.get("decay_to") == 12
    studio.continue_run(model, 20)
    assert len(person.asked) == 1
    assert (model.here, model.step) == (False, 12)  # nobody has decided
    person.takes = takes
    studio.continue_run(model, 20)
    pump_until(studio, lambda: model.state == "finished" and model.step == 20)
    assert (model.experiment.hyper.get("decay"), model.experiment.hyper.get("decay_to")) == (decay, last)
    studio.duplicate(model)
    copy = studio.draft.experiment
    assert (copy.steps, copy.hyper["decay_to"]) == (12, 0 if decay == "linear" else 12)
    assert len(person.asked) == 2


def test_a_run_in_training_is_extended_as_the_person_says(studio: Studio) -> None:
    person = studio.ask = Person()
    model = studio.start(DECAYING, paused=True)
    assert model is not None
    pump_until(studio, lambda: model.state == "paused")
    left: list[bool] = []
    studio.extend(model, 30, lambda: left.append(True))
    assert left == [True]
    person.takes = 0
    studio.extend(model, 30, lambda: left.append(False))
    pump_until(studio, lambda: model.experiment.hyper.get("decay_to") == 30)
    model.resume()
    pump_until(studio, lambda: model.state == "finished")
    assert (model.step, left) == (30, [True])
    studio.extend(model, 40, lambda: None)  # nothing trains any more: nothing happens


def test_the_draft_says_that_a_schedule_ends_too_early(studio: Studio) -> None:
    from ganstudio.app.drafts import ExperimentDraft
    from ganstudio.app.generators.catalogue import Catalogue

    catalogue = Catalogue()
    draft = ExperimentDraft(DECAYING)
    assert draft.problems(catalogue) == {}
    draft.set_hyper("decay_to", 6)
    assert "step 6" in draft.problems(catalogue)["hyper.decay_to"]
    draft.set_hyper("decay_to", 20)
    assert draft.problems(catalogue) == {}
    draft.set_hyper("decay_to", 0)
    draft.set_hyper("decay_from", 12)
    assert "from step 12 to step 12" in draft.problems(catalogue)["hyper.decay_to"]
    draft.set_hyper("decay", "none")
    assert draft.problems(catalogue) == {}
