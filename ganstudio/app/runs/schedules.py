"""Training on beyond the step at which the learning rates have fallen to 0: a question for the person. No Qt, no torch."""

from __future__ import annotations

from collections.abc import Mapping

from ganstudio.app.named import Question
from ganstudio.core.fields import Value
from ganstudio.core.i18n import _

Changes = Mapping[str, Value]


def schedule_end(hyper: Mapping[str, Value]) -> int | None:
    """The step at which every learning rate has fallen to 0; None where they never do, or where the run's end decides."""
    last = hyper.get("decay_to", 0)
    return int(last) if hyper.get("decay") == "linear" and isinstance(last, int) and last > 0 else None


def beyond_schedule(hyper: Mapping[str, Value], total: int) -> Question | None:
    """What to ask before a run with these hyper-parameters goes on until ``total``: what it changes. None: nothing."""
    last = schedule_end(hyper)
    if last is None or total <= last:
        return None
    steps = {"last": f"{last:,}", "total": f"{total:,}"}
    text = _(
        "The learning rates reach 0 at step {last}: as it is, nothing would be learned from there to step {total}."
    )
    about = _("Stretched, they fall more slowly and reach 0 at step {total}; at first they are higher than they were last. "
              "At the full rate they do not fall any more.")  # fmt: skip
    ways: tuple[tuple[str, Changes], ...] = (
        (_("Stretch the schedule"), {"decay_to": total}),
        (_("Go on at the full rate"), {"decay": "none"}),
    )
    return Question(_("Beyond the schedule"), text.format(**steps), about.format(**steps), ways, _("Cancel"))


def stands_still(hyper: Mapping[str, Value], step: int) -> bool:
    """The rates have fallen to 0: a run at this step learns nothing more as it is."""
    last = schedule_end(hyper)
    return last is not None and step >= last


def schedule_problem(hyper: Mapping[str, Value], steps: int) -> str:
    """Why a new run of so many steps cannot have this schedule, in words; empty where it can."""
    if hyper.get("decay", "none") == "none":
        return ""
    first, end = (value if isinstance(value := hyper.get(key), int) else 0 for key in ("decay_from", "decay_to"))
    end = end or steps
    if first >= end:
        words = _("The learning rates cannot fall from step {first} to step {end}: “Decay from” must be less.")
        return words.format(first=f"{first:,}", end=f"{end:,}")
    last = schedule_end(hyper)
    if last is None or last >= steps:
        return ""
    return _("The learning rates reach 0 at step {last}, before the run ends at {steps}: nothing is learned in between. 0 "
             "stands for the run’s end.").format(last=f"{last:,}", steps=f"{steps:,}")  # fmt: skip
