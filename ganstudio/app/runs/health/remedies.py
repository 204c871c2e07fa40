"""What can be done about an illness in this very run: a live change, going back, or another experiment. One or two of them.

Methods are known by their axes (:mod:`ganstudio.methods.axes`): a remedy names a field, and is offered where the method
has it, it can be changed while training, and the new value is one that it may have.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from ganstudio.app.drafts import problem_of, split_request
from ganstudio.app.runs.schedules import stands_still
from ganstudio.core.experiment import Experiment
from ganstudio.core.fields import FieldSpec, Value, of_run, value_text
from ganstudio.core.i18n import _

if TYPE_CHECKING:
    from ganstudio.app.generators.catalogue import MethodCard
    from ganstudio.app.runs.run_model import RunModel
    from ganstudio.store import Run

MOST = 2
SETTLING = 300  # steps until a live change shows
KEPT = "latent_size", "batch_size", "ema", "mlp_width", "mlp_depth", "conv_width"
"""Axes whose values a duplicate with another method keeps, where that has them: they say how large everything is."""
SHORT = {
    "lr_d": _("D rate"), "lr_g": _("G rate"), "n_critic": _("D updates"), "beta1": _("momentum"), "grad_clip": _("D clip"),
    "weight_clip": _("clip"), "penalty_weight": _("penalty"), "label_noise": _("noise"),
}  # fmt: skip
"""Names of axes that fit on a button; whole in what is said about it."""
How = Literal["live", "continue", "back", "duplicate"]


@dataclass(frozen=True, slots=True)
class Remedy:
    """One thing that can be done.

    Attributes:
        how: by a change while it trains (``live``) or with which it is continued (``continue``), by going back, or by
            another experiment.
        words: what it does, short enough for a button.
        why: what it does and why that should help, as sentences.
        changes: hyper-parameters and their new values, for ``live`` and ``continue``.
        back_to: the step of the checkpoint, for ``back``.
        experiment: what to begin instead, for ``duplicate``.
    """

    how: How
    words: str
    why: str
    changes: Mapping[str, Value] = field(default_factory=dict)
    back_to: int | None = None
    experiment: Experiment | None = None

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values; what does not apply is left out."""
        told: dict[str, Any] = {"how": self.how, "words": self.words, "why": self.why}
        if self.changes:
            told["changes"] = dict(self.changes)
        if self.back_to is not None:
            told["back_to"] = self.back_to
        if self.experiment is not None:
            told["experiment"] = self.experiment.to_json()
        return told


@dataclass(frozen=True, slots=True)
class Patient:
    """A run, as far as one must know it to say what can be done.

    Attributes:
        experiment: as it trains now, live changes included.
        methods: all methods; its own is among them, else nothing can be offered.
        kind: of its data.
        checkpoints: steps that it can go back to: those that are whole.
        live: it takes commands.
        resumable: it has ended and can be continued here.
        step: that it is at.
        touched: live fields were changed a moment ago: what that does is not seen yet, so no other change is offered.
    """

    experiment: Experiment
    methods: Sequence[MethodCard]
    kind: str
    checkpoints: Sequence[int] = ()
    live: bool = False
    resumable: bool = False
    step: int = 0
    touched: bool = False

    @property
    def card(self) -> MethodCard | None:
        """Its method."""
        return next((card for card in self.methods if card.name == self.experiment.method), None)

    @property
    def values(self) -> dict[str, Value]:
        """Every hyper-parameter as it is."""
        card = self.card
        if card is None:
            return {}
        return {**card.defaults_for(self.kind), **of_run(card.fields, self.experiment.hyper)}

    def field(self, name: str) -> FieldSpec | None:
        """A field of its method; None where it has no such one."""
        card = self.card
        return None if card is None else next((spec for spec in card.fields if spec.name == name), None)


def patient_of(model: RunModel, methods: Sequence[MethodCard], whole: int = 0) -> Patient:
    """A run that is open; ``whole``: so many of the newest checkpoints can be trained on (0: all)."""
    ready = model.path is not None and not model.live
    kind = "" if model.spec is None else model.spec.kind
    touched = bool(model.changes) and model.step - model.changes[-1].step < SETTLING
    steps = sorted({*model.checkpoints[-whole:], *([] if model.best is None else [model.best])})
    return Patient(model.experiment, methods, kind, steps, model.here, ready, model.step, touched)


def stored_patient(run: Run, found: object) -> Patient:
    """A run on disk. Methods are loaded (which takes a moment) only where there is something to mend."""
    from ganstudio.core.events import HyperChanged

    changes = {event.name: event.new for event in run.events() if isinstance(event, HyperChanged)}
    experiment = run.info.experiment.with_(name=run.info.name, hyper={**run.info.experiment.hyper, **changes})
    status = run.status()
    methods: Sequence[MethodCard] = ()
    if getattr(found, "name", "") in _CURES:
        from ganstudio.app.generators.catalogue import Catalogue

        methods = Catalogue().methods
    live = status.state in ("preparing", "training", "paused", "stopping")
    return Patient(experiment, methods, run.info.spec.kind, (), False, not live, status.step)


Cure = Callable[[Patient], Remedy | None]


def remedies(name: str, since: int | None, patient: Patient) -> tuple[Remedy, ...]:
    """What can be done about a verdict of this name, the likeliest first; nothing where nothing is wrong.

    Args:
        name: of the verdict.
        since: the step at which it began, which is what one goes back to before.
        patient: the run.
    """
    cures = _CURES.get(name)
    if cures is None or patient.card is None or (patient.live and stands_still(patient.values, patient.step)):
        return ()
    found: list[Remedy] = []
    for offered in _offers(cures, since, patient):
        if all(offered.how != other.how or offered.how == "live" for other in found):  # two ways, not twice the same
            found.append(offered)
    return tuple(found[:MOST])


def _offers(cures: Sequence[Cure | str], since: int | None, patient: Patient) -> Iterator[Remedy]:
    for cure in cures:
        offered = back(patient, since) if isinstance(cure, str) else cure(patient)
        if offered is not None:
            yield offered


# -- live changes -----------------------------------------------------------------------------------------------------


def _change(patient: Patient, name: str, new: Value, why: str) -> Remedy | None:
    """Another value of a live field: at once, or with which an ended run is continued."""
    spec, old = patient.field(name), patient.values.get(name)
    if spec is None or not spec.live or old == new or problem_of(spec, new) or not (patient.live or patient.resumable):
        return None
    shown = value_text(new, spec)
    before = value_text(old if old is not None else new, spec)
    told = _("{title} from {old} to {new}. {why}").format(title=spec.title, old=before, new=shown, why=why)
    short = SHORT.get(name, spec.title)
    if patient.live:
        words = _("{title} → {new}").format(title=short, new=shown)
        return None if patient.touched else Remedy("live", words, told, {name: new})
    return Remedy("continue", _("Go on: {title} → {new}").format(title=short, new=shown), told, {name: new})


def _times(name: str, factor: float, why: str, least: float = 0.0, most: float = 1.0) -> Cure:
    """A field's value so many times as large, unless it leaves what is sensible."""

    def offer(patient: Patient) -> Remedy | None:
        old = patient.values.get(name)
        if not isinstance(old, int | float) or isinstance(old, bool):
            return None
        new = float(f"{old * factor:.3g}")
        return _change(patient, name, new, why) if least <= new <= most else None

    return offer


def _to(name: str, new: Value, why: str, *, only: Callable[[Any], bool]) -> Cure:
    """A field's value, unless it is as good already."""

    def offer(patient: Patient) -> Remedy | None:
        old = patient.values.get(name)
        return _change(patient, name, new, why) if old is not None and only(old) else None

    return offer


def _closer(slow: str, fast: str, why: str) -> Cure:
    """The slower player's rate as high as the faster one's, or three times as high where it is not that much slower."""

    def offer(patient: Patient) -> Remedy | None:
        mine, other = patient.values.get(slow), patient.values.get(fast)
        if not isinstance(mine, float) or not isinstance(other, float):
            return None
        new = min(max(3 * mine, other), 1e-2) if mine < 1e-2 else mine
        return _change(patient, slow, float(f"{new:.3g}"), why)

    return offer


# -- back -------------------------------------------------------------------------------------------------------------


def back(patient: Patient, since: int | None) -> Remedy | None:
    """The newest checkpoint from before it began; where that is not known, the newest but the present."""
    before = patient.step if since is None else since
    steps = [step for step in patient.checkpoints if step < before]
    if not patient.live or not steps:
        return None
    why = _("The checkpoint of step {step:,} is from before it began; from there it goes on with half the learning rates. "
            "What came later is deleted.").format(step=steps[-1])  # fmt: skip
    return Remedy("back", _("Back to step {step:,}").format(step=steps[-1]), why, back_to=steps[-1])


def back_to_best(model: RunModel) -> Remedy | None:
    """Back to the step that was the best; None where none was found, it is that one, or the run takes no commands."""
    step = model.best
    if step is None or step >= model.step or not model.here:
        return None
    why = _(
        "The best so far is {best}. From there it goes on with half the learning rates. What came later is deleted."
    )
    return Remedy("back", _("Back to step {step:,}").format(step=step), why.format(best=model.best_text), back_to=step)


# -- another experiment -----------------------------------------------------------------------------------------------


def _choices(patient: Patient, name: str) -> tuple[str, ...]:
    spec = patient.field(name)
    return () if spec is None else spec.choices


def _duplicate(patient: Patient, changes: Mapping[str, Value], words: str, why: str) -> Remedy | None:
    if any((spec := patient.field(name)) is None or problem_of(spec, new) for name, new in changes.items()):
        return None
    made = patient.experiment.with_(hyper={**patient.experiment.hyper, **changes})
    return Remedy("duplicate", words, why, experiment=made)


def _saturating(patient: Patient) -> Remedy | None:
    """The objective whose gradient does not vanish."""
    if patient.values.get("objective") != "minimax" or "non-saturating" not in _choices(patient, "objective"):
        return None
    why = _("A new run with the non-saturating objective: minimax stops teaching G as soon as D is sure of itself.")
    return _duplicate(patient, {"objective": "non-saturating"}, _("Try non-saturating"), why)


def _penalised(patient: Patient) -> Remedy | None:
    """A penalty on D's slope; with batch norm in D it is not allowed, so that goes, too."""
    if patient.values.get("penalty") != "none":
        return None
    kind = next((name for name in ("r1", "gradient") if name in _choices(patient, "penalty")), None)
    if kind is None:
        return None
    changes: dict[str, Value] = {"penalty": kind}
    if patient.values.get("norm_d") == "batch":
        other = next((norm for norm in ("spectral", "layer", "none") if norm in _choices(patient, "norm_d")), None)
        if other is None:
            return None
        changes["norm_d"] = other
    spec = patient.field("penalty")
    why = _("A new run in which D’s slope is bounded: it cannot run away from G, and G is pulled to all of the data.")
    return _duplicate(patient, changes, _("Try penalty {name}").format(name=value_text(kind, spec)), why)


def _critic(patient: Patient) -> Remedy | None:
    """A method whose critic has a penalised slope, where another such one can learn these data."""
    own, request = patient.card, split_request(patient.experiment.data)[0]
    if own is None or not request or patient.values.get("objective") == "wasserstein":
        return None
    for card in patient.methods:
        usual = card.defaults_for(patient.kind)
        fits = patient.kind in card.data_kinds and card.needs == type(card.needs)()
        if fits and usual.get("objective") == "wasserstein" and usual.get("penalty") == "gradient":
            specs = {spec.name: spec for spec in card.fields}
            kept = {name: patient.values[name] for name in KEPT if name in specs and name in patient.values}
            kept = {name: value for name, value in kept.items() if not problem_of(specs[name], value)}
            why = _("A new run with {method}: {summary}").format(method=card.title, summary=card.summary)
            made = patient.experiment.with_(method=card.name, hyper=kept, name="")
            return Remedy("duplicate", _("Try {method}").format(method=card.title), why, experiment=made)
    return None


def _dropout(patient: Patient) -> Remedy | None:
    if patient.values.get("dropout") != 0:
        return None
    why = _("A new run in which D loses a third of its features at random: it can learn less by heart.")
    return _duplicate(patient, {"dropout": 0.3}, _("Try dropout in D"), why)


_LOWER = _("Smaller steps: each player can follow what the other has just learned.")
_SLOWER_D, _FASTER_D = (
    _("D learns more slowly, so that G can catch up."),
    _("D learns faster, so that it can judge again."),
)
_FASTER_G = _("G learns faster, so that something moves.")
_halved = _times("lr_d", 0.5, _SLOWER_D, 1e-6), _times("lr_g", 0.5, _LOWER, 1e-6)
_once = _to("n_critic", 1, _("D is updated as often as G."), only=lambda old: old > 1)
_calm = _to("beta1", 0.0, _("Old gradients point at an old opponent: without momentum the circles become smaller."),
            only=lambda old: old > 0)  # fmt: skip
_clipped = _to("grad_clip", 0.1, _("Every entry of D’s gradient is clipped: no single step can throw the weights about."),
               only=lambda old: not 0 < old <= 0.1)  # fmt: skip
_tight = _times("weight_clip", 0.1, _("Tighter bounds on the critic’s weights bound its slope."), 0.01)
_heavier = _times("penalty_weight", 3, _("D’s slope is bounded more strictly."), 0.01, 100)
_noisy = _to("label_noise", 0.1, _("D’s targets become less certain, so that it cannot be sure of what it knows by heart."),
             only=lambda old: old < 0.1)  # fmt: skip


def _weaker_d(patient: Patient) -> Remedy | None:
    """What holds D back: fewer updates where it has many and the objective does not want them, else a lower rate."""
    wants = patient.values.get("objective") == "wasserstein"
    return (None if wants else _once(patient)) or _halved[0](patient)


_CURES: dict[str, tuple[Cure | str, ...]] = {
    "strong": (_weaker_d, _saturating, _penalised, _critic, _noisy),
    "leads": (_weaker_d, _penalised),
    "weak": (_closer("lr_d", "lr_g", _FASTER_D), _critic),
    "vanishing": (_saturating, _weaker_d, _critic),
    "exploding": (_tight, _clipped, "back", *_halved, _penalised),
    "diverging": ("back", _tight, *_halved, _penalised, _critic),
    "oscillation": (_calm, *_halved, _penalised),
    "collapse": (_halved[1], "back", _critic, _saturating, _penalised),
    "none": (_halved[1], _critic, _saturating, _penalised),
    "partial": (_penalised, _critic, _halved[1]),
    "memorising": ("back", _noisy, _dropout, _penalised),
    "stalled": (_closer("lr_g", "lr_d", _FASTER_G), _saturating, _penalised, _critic),
}
"""By the verdict's name what helps, the likeliest first; a word stands for going back."""
