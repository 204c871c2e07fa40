"""When memory ran out: which batch size would have fitted."""

from __future__ import annotations

import torch

from ganstudio.core.i18n import _
from ganstudio.training.device import is_out_of_memory
from ganstudio.training.engine import Engine

TOO_MUCH = _("Memory ran out: choose a smaller batch size, width or image size.")


def advice_when_full(engine: Engine | None) -> str:
    """A sentence for a person; tries smaller batches on the engine, which is not to be used for training after that."""
    if engine is None:
        return _("There is not enough memory for these networks: choose a smaller width or image size.")
    if engine.ranks.size > 1:  # a trial needs them all
        return TOO_MUCH
    asked = engine.batches.batch_size
    fitting = fitting_batch_size(engine)
    if fitting is None:
        return _("Memory ran out, even for the smallest batch: choose a smaller width or image size.")
    return _("Memory ran out with batches of {size}. A batch size of {fitting} would fit.").format(
        size=asked, fitting=fitting
    )


def fitting_batch_size(engine: Engine) -> int | None:
    """The largest half, quarter, … of the present batch size with which a step goes through; None where none does."""
    step, size = engine.step_count, engine.batches.batch_size // 2
    while size >= 2:
        if engine.device.type == "cuda":
            torch.cuda.empty_cache()
        try:
            engine.step(batch_size=size)
        except Exception as error:
            if not is_out_of_memory(error):
                raise
            size //= 2
        else:
            return size
        finally:
            engine.step_count = step  # a trial is no step of the run
    return None
