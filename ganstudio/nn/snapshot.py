"""A network handed from the thread that trains it to one that draws with it, without either waiting for the other."""

from __future__ import annotations

import copy
import threading
from collections.abc import Iterator, Mapping
from typing import Generic, TypeVar

import torch
from torch import Tensor, nn

from ganstudio.core.commands import Source

Network = TypeVar("Network", bound=nn.Module)


class Snapshots(Generic[Network]):
    """Two spare copies of a network: one is drawn with while the other is being written.

    When it is asked to, the trainer writes its weights between two steps (:meth:`write`: one copy on the device), and
    the reader takes the new copy when it is ready for it (:meth:`take`). The copy that was taken stays untouched until
    the next one is taken.

    Attributes:
        newest_step: of the newest copy, taken or not; −1 while there is none.
    """

    def __init__(self) -> None:
        self.newest_step = -1
        self._lock = threading.Lock()
        self._front: Network | None = None
        self._back: Network | None = None
        self._back_is_new = False
        self._back_step = self._front_step = -1
        self._back_source: Source = "raw"
        self._front_source: Source = "raw"
        self._pairs: tuple[list[Tensor], list[Tensor]] | None = None
        self._pairs_of: tuple[int, int, str] | None = None

    @torch.no_grad()
    def write(self, network: Network, step: int, source: Source, replaced: Mapping[str, nn.Module]) -> None:
        """Copies the weights of ``network`` into the spare copy, as they are after step ``step``.

        Args:
            network: what is being trained.
            step: of its weights.
            source: what these weights are: ``"ema"`` or ``"raw"``.
            replaced: children whose weights are taken from here instead: the averages.
        """
        with self._lock:
            back = self._back
            if back is None:
                back = self._back = _frozen_copy(network)
            ours = (id(back), id(network), ",".join(replaced))
            if self._pairs_of != ours or self._pairs is None:
                self._pairs, self._pairs_of = _pairs(back, network, replaced), ours
            torch._foreach_copy_(*self._pairs)
            self._back_is_new, self._back_step, self._back_source = True, step, source
            self.newest_step = step

    @property
    def fresh(self) -> bool:
        """A copy is there that has not been taken."""
        return self._back_is_new

    def take(self) -> tuple[Network, int, Source] | None:
        """The newest copy, its step and what its weights are; None while there is none. One reader only.

        What was returned before must not be used any more afterwards.
        """
        with self._lock:
            if self._back_is_new:
                self._front, self._back = self._back, self._front
                self._front_step, self._front_source = self._back_step, self._back_source
                self._back_is_new, self._pairs_of = False, None
            return None if self._front is None else (self._front, self._front_step, self._front_source)


def _frozen_copy(network: Network) -> Network:
    # Graph-carrying leftovers (a parametrised weight's cache) cannot be copied; a plain module has none at a safe point.
    return copy.deepcopy(network).eval().requires_grad_(False)


def _pairs(
    target: nn.Module, network: nn.Module, replaced: Mapping[str, nn.Module]
) -> tuple[list[Tensor], list[Tensor]]:
    pairs: tuple[list[Tensor], list[Tensor]] = ([], [])
    for name, child in target.named_children():
        source = replaced.get(name, getattr(network, name))
        for mine, theirs in zip(_tensors(child), _tensors(source), strict=True):
            pairs[0].append(mine)
            pairs[1].append(theirs)
    for name, mine in target.named_buffers(recurse=False):
        pairs[0].append(mine)
        pairs[1].append(getattr(network, name))
    return pairs


def _tensors(module: nn.Module) -> Iterator[Tensor]:
    yield from (parameter.detach() for parameter in module.parameters())
    yield from module.buffers()
