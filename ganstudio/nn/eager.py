"""torch's optimisers without its compiler, which nothing here uses.

The optimisers of ``torch.optim`` wrap their methods for ``torch.compile``, and the first one that is made imports the
compiler for that: as long again as ``import torch`` itself takes, and hardly anything else moves meanwhile. Within the
wrappers are the plain methods; these classes have them instead, and compute the same.
"""

from __future__ import annotations

from inspect import unwrap

import torch
from torch.optim import Optimizer


class _Eager(Optimizer):
    add_param_group = unwrap(Optimizer.add_param_group)
    zero_grad = unwrap(Optimizer.zero_grad)
    state_dict = unwrap(Optimizer.state_dict)
    load_state_dict = unwrap(Optimizer.load_state_dict)


class Adam(_Eager, torch.optim.Adam):
    """See :class:`torch.optim.Adam`."""

    step = torch.no_grad()(unwrap(torch.optim.Adam.step))


class RMSprop(_Eager, torch.optim.RMSprop):
    """See :class:`torch.optim.RMSprop`."""

    step = torch.no_grad()(unwrap(torch.optim.RMSprop.step))


class SGD(_Eager, torch.optim.SGD):
    """See :class:`torch.optim.SGD`."""

    step = torch.no_grad()(unwrap(torch.optim.SGD.step))
