"""A bound on what is built by a description from elsewhere: a few letters can ask for more memory than there is."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from torch import nn
from torch.nn.modules.module import register_module_parameter_registration_hook

from ganstudio.core.errors import UsageError
from ganstudio.core.i18n import _

MOST_WEIGHTS = 2**29
"""Of a network whose description nobody here has written: 2 GB of them."""


@contextmanager
def at_most(weights: int = MOST_WEIGHTS) -> Iterator[None]:
    """Modules that this thread builds inside have no more weights than that, all together.

    They are counted before anything is written into them, while they cost no memory yet.

    Raises:
        UsageError: they would have more.
    """
    thread, left = threading.get_ident(), weights

    def count(_module: nn.Module, _name: str, weight: nn.Parameter | None) -> None:
        nonlocal left
        if weight is not None and threading.get_ident() == thread:
            left -= weight.numel()
            if left < 0:
                words = _("It describes a network of more than {n:,} weights, which is more than belongs to it.")
                raise UsageError(words.format(n=weights))

    hook = register_module_parameter_registration_hook(count)
    try:
        yield
    finally:
        hook.remove()
