"""What went wrong, in words."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Mapping

from torch import Tensor

from ganstudio.core.commands import Role
from ganstudio.core.errors import DivergedError, StudioError, TrainingError
from ganstudio.core.events import Note
from ganstudio.core.i18n import _
from ganstudio.core.mailbox import Mailbox
from ganstudio.methods.base import role_info
from ganstudio.training.device import is_out_of_memory
from ganstudio.training.engine import Engine
from ganstudio.training.memory import TOO_MUCH, advice_when_full

_log = logging.getLogger(__name__)


def diverged(bad: tuple[int, str]) -> DivergedError:
    """A loss is not finite: ``(step, name)`` of the first one."""
    step, name = bad
    return DivergedError(
        _("The loss “{name}” is not a finite number any more since step {step}: training diverged. Go back to the last "
          "good checkpoint with a lower learning rate.").format(name=name, step=step)
    )  # fmt: skip


def not_finite(tensors: Mapping[str, Tensor]) -> str | None:
    """The name of the first of a state's tensors that holds NaN or infinity; waits for the device."""
    return next((name for name, t in tensors.items() if t.is_floating_point() and not t.isfinite().all()), None)


def broken(step: int, name: str) -> DivergedError:
    """A part of the state, of this name, is not finite though no loss has told so yet."""
    return DivergedError(
        _("“{name}” holds values that are not finite numbers after step {step}: training diverged. Nothing of this step is "
          "kept; go on from the last good checkpoint with a lower learning rate.").format(name=name, step=step)
    )  # fmt: skip


def standing_still(step: int) -> TrainingError:
    """The learning rates have fallen to 0, and the run was to go on: that is a question, for nothing would be learned."""
    words = _(
        "The learning rates have reached 0 at step {step}, as the schedule says; more steps would change nothing. Let it "
        "end later (decay_to), or choose no decay, and resume."
    )
    return TrainingError(words.format(step=step))


def may_go_on(engine: Engine, mailbox: Mailbox) -> bool:
    """No loss has diverged; else the watcher is told."""
    if engine.losses.not_finite is not None:
        mailbox.post(Note("warning", str(diverged(engine.losses.not_finite))))
    return engine.losses.not_finite is None


def has_role(role: Role | None, engine: Engine, mailbox: Mailbox) -> bool:
    """There is something of this role to train; else the watcher is told."""
    if role is None or role in [one.name for one in engine.roles]:
        return True
    text = _("{title} has no “{role}” that is trained on its own. It has: {roles}.")
    known = ", ".join(one.title for one in engine.roles)
    mailbox.post(Note("warning", text.format(title=engine.method.info.title, role=role_info(role).title, roles=known)))
    return False


def explain(error: Exception, engine: Engine | None) -> StudioError:
    """Any error as one that a person can read; the engine may be used to try smaller batches, and not after that."""
    details = "".join(traceback.format_exception(error))
    if not is_out_of_memory(error):
        return TrainingError(_("Training failed: {error}").format(error=str(error) or type(error).__name__), details)
    # The frames of the failed step hold its activations: while they live, no smaller batch fits either.
    traceback.clear_frames(error.__traceback__)
    try:
        return TrainingError(advice_when_full(engine), details)
    except Exception:  # noqa: BLE001 - the advice is a courtesy; the first error is what counts
        _log.debug("no advice on memory", exc_info=True)
        return TrainingError(TOO_MUCH, details)
