"""One run on several processes: who takes which part, and what they agree upon.

``torchrun`` starts the same command several times and tells each process its *rank* in the environment. Rank 0 leads: it
alone has commands, a mailbox and the run folder, and tells the others before each step what to do
(:mod:`ganstudio.training.follow` is their side). Every rank takes its part of each batch, in the one order that all
share, and draws latents and noise from a chance of its own. What they agree upon:

gradients       flat, after backward and before clipping, as sums of means weighted by the parts.
statistics      of batch norm, inside each layer, see :mod:`ganstudio.nn.synced`.
buffers         that are floating-point numbers (running statistics, BEGAN's k): averaged at the end of each step, so that
                every step begins with the same state everywhere. Integer ones (pools of pictures) stay each rank's own.
measurements    with the buffers, in the same message.
first weights   and everything else that a checkpoint holds: sent by rank 0.

A process on its own has :data:`ALONE`, which does nothing and brings nothing.
"""

from __future__ import annotations

import atexit
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

from ganstudio.core.commands import Role, StepOnce
from ganstudio.core.errors import TrainingError
from ganstudio.core.events import Note
from ganstudio.core.i18n import _
from ganstudio.nn.synced import synchronise
from ganstudio.training.watch import Watch

if TYPE_CHECKING:
    from ganstudio.training.engine import Engine

# Whether a rank still lives is asked by Watch: a collective may wait as long as rank 0 looks, stores or measures.
_PATIENCE = timedelta(days=7)
_STEP, _MESSAGE = 0, 1


@dataclass(frozen=True, slots=True)
class Begin:
    """Message: what is trained.

    Attributes:
        experiment: as JSON, with absolute places.
        fingerprint: of the data, where the run is a stored one.
    """

    experiment: dict[str, Any]
    fingerprint: str


@dataclass(frozen=True, slots=True)
class State:
    """Message: the tensors of a checkpoint follow, in this order.

    Attributes:
        layout: name, shape and type of each.
        values: the rest of the checkpoint.
    """

    layout: tuple[tuple[str, torch.Size, torch.dtype], ...]
    values: Mapping[str, Any]


class Ranks:
    """A process on its own: nothing has to be agreed upon.

    Attributes:
        rank: number of this process, from 0.
        size: how many there are.
    """

    rank, size = 0, 1

    def own(self, device: torch.device) -> torch.device:
        """Where this rank runs, if the run is to be on ``device``."""
        return device

    def join(self, method: nn.Module) -> None:
        """From now on the networks' statistics are those of whole batches."""

    def weight(self, part: int, whole: int) -> Tensor | None:
        """What this rank's loss counts, 0-d; None: 1. It is a mean over ``part`` of the ``whole`` items."""
        return None

    def average(self, name: str, parameters: Sequence[Tensor]) -> None:
        """Adds up the weighted gradients of all ranks, in place; ``name`` says which parameters these are."""

    def settle(self, values: Iterable[list[Tensor]], method: nn.Module) -> None:
        """Averages measured values, 0-d each, and the method's floating-point buffers, in place."""

    def lead(self, role: Role | None) -> None:
        """Tells the others to take this step."""

    def tell(self, message: Any) -> None:
        """Tells the others something, see :mod:`ganstudio.training.follow`."""

    def send(self, tensors: Mapping[str, Tensor], values: Mapping[str, Any]) -> None:
        """Gives the others the state of the run."""

    def end(self) -> None:
        """The run has come to its end: all ranks part, and know that nobody was lost."""

    def leave(self, words: str, status: int) -> None:
        """This rank ends early; the others learn why, wherever they are. Nothing after :meth:`end` or once more.

        Args:
            words: why.
            status: of the process, when it exits.
        """

    def lost(self) -> TrainingError | None:
        """Why another rank has ended early, where one has said so."""
        return None

    def when_lost(self, tell: Callable[[TrainingError, bool], object]) -> None:
        """What to do, in another thread, when a rank has ended early: told in words, and whether it said so itself."""


ALONE = Ranks()


class Together(Ranks):
    """One of several processes, which meet where the environment says."""

    def __init__(self) -> None:
        import torch.distributed as dist
        from torch.distributed.rendezvous import rendezvous

        self._dist = dist
        # A lost rank is told in words; without this NCCL would end the process before they are written.
        os.environ.setdefault("TORCH_NCCL_ASYNC_ERROR_HANDLING", "0")
        try:
            store, self.rank, self.size = next(iter(rendezvous("env://")))
            dist.init_process_group(_backend(), store=store, rank=self.rank, world_size=self.size, timeout=_PATIENCE)
        except (RuntimeError, ValueError) as error:
            raise TrainingError(_("The ranks of this run could not meet: {error}").format(error=error)) from error
        # A connection of its own, where torch can: others wait in theirs.
        self._watch = Watch(store.clone() if hasattr(store, "clone") else store, self.rank, self.size)
        self._device = torch.device("cpu")
        self._weights: dict[tuple[int, int], Tensor] = {}
        self._now = torch.full((), 1 / self.size)
        self._flat: dict[str, tuple[Tensor, list[Tensor]]] = {}

    def __deepcopy__(self, memo: object) -> Together:
        return self  # a layer that is copied belongs to the same ranks

    # -- places and parts -------------------------------------------------------------------------------------------

    def own(self, device: torch.device) -> torch.device:
        """The card of this rank's own number on its machine; the processor where there are none."""
        if device.type != "cuda":
            device = torch.device("cpu")  # ranks cannot meet on other devices
        else:
            device = torch.device("cuda", _local("RANK", self.rank) % torch.cuda.device_count())
            torch.cuda.set_device(device)
        self._device = device
        return device

    def join(self, method: nn.Module) -> None:
        """Batch norms take the statistics of all parts of a batch."""
        synchronise(method, self._sum)

    def weight(self, part: int, whole: int) -> Tensor:
        """The share of the items."""
        if (part, whole) not in self._weights:
            self._weights[part, whole] = torch.full((), part / whole, device=self._device)
        self._now = self._weights[part, whole]
        return self._now

    # -- what is agreed upon ----------------------------------------------------------------------------------------

    def _sum(self, flat: Tensor) -> Tensor:
        try:
            self._dist.all_reduce(flat)
        except RuntimeError as error:
            raise self._lost(error) from error
        return flat

    def _broadcast(self, tensor: Tensor) -> Tensor:
        try:
            self._dist.broadcast(tensor, src=0)
        except RuntimeError as error:
            raise self._lost(error) from error
        return tensor

    def _lost(self, error: RuntimeError) -> TrainingError:
        return self._watch.lost() or TrainingError(
            _("The ranks of this run cannot reach each other any more: {error}").format(error=error), str(error)
        )

    def average(self, name: str, parameters: Sequence[Tensor]) -> None:
        """One message for all of them; afterwards the gradients are views of it.

        What has a gradient on some ranks has one on all afterwards: the others' was 0.
        """
        flat, views = self._flat.get(name, (None, []))
        count = len(parameters)
        if flat is None or [(v.shape, v.stride()) for v in views] != [(p.shape, p.stride()) for p in parameters]:
            sizes = [p.numel() for p in parameters]
            flat = torch.empty(sum(sizes) + count, device=self._device)  # at its end: how many ranks have each
            # In each parameter's own order of memory: copying is then a straight run, also for channels_last.
            views = [
                _shaped(part, p) for part, p in zip(torch.split(flat, [*sizes, count])[:-1], parameters, strict=True)
            ]
            self._flat[name] = flat, views
        has = [p.grad is not None for p in parameters]
        complete = all(has)
        if not complete:
            flat.zero_()
        flat[-count:] = 1.0 if complete else flat.new_tensor(has)
        if mine := [(view, p.grad) for view, p in zip(views, parameters, strict=True) if p.grad is not None]:
            torch._foreach_copy_([view for view, _grad in mine], [grad for _view, grad in mine])
        self._sum(flat)
        # Asked, and waited for, only where something is missing here.
        found = has if complete else (flat[-count:] > 0).tolist()
        for parameter, view, there in zip(parameters, views, found, strict=True):
            parameter.grad = view if there else None

    def settle(self, values: Iterable[list[Tensor]], method: nn.Module) -> None:
        """One message for all of them."""
        lists = [each for each in values if each]
        buffers = [b for b in method.buffers() if b.is_floating_point()]
        parts = [*(torch.stack(each).float() for each in lists), *(b.flatten().float() for b in buffers)]
        if not parts:
            return
        flat = self._sum(torch.cat(parts).mul_(self._now))
        found = torch.split(flat, [part.numel() for part in parts])
        for each, part in zip(lists, found, strict=False):
            each[:] = part.unbind()
        if buffers:
            torch._foreach_copy_(
                buffers, [part.view(b.shape) for part, b in zip(found[len(lists) :], buffers, strict=True)]
            )

    # -- leading and following --------------------------------------------------------------------------------------

    def lead(self, role: Role | None) -> None:
        """A single number where all phases are due, so that it costs next to nothing."""
        if role is None:
            self._broadcast(torch.tensor(_STEP))
        else:
            self.tell(StepOnce(1, role))

    def tell(self, message: Any) -> None:
        """Any message."""
        self._broadcast(torch.tensor(_MESSAGE))
        self._object(message)

    def hear(self) -> Any:
        """What rank 0 says next; waits for it."""
        if int(self._broadcast(torch.tensor(_STEP))) == _STEP:
            return StepOnce(1)
        return self._object(None)

    def _object(self, message: Any) -> Any:
        box = [message]
        try:
            self._dist.broadcast_object_list(box, src=0, device=torch.device("cpu"))
        except RuntimeError as error:
            raise self._lost(error) from error
        return box[0]

    def send(self, tensors: Mapping[str, Tensor], values: Mapping[str, Any]) -> None:
        """All of a checkpoint, tensor by tensor, but for the averages: rank 0 draws."""
        tensors = {name: tensor for name, tensor in tensors.items() if not name.startswith("ema/")}
        self.tell(State(tuple((name, t.shape, t.dtype) for name, t in tensors.items()), values))
        for tensor in tensors.values():
            self._broadcast(tensor.detach().to(self._device).contiguous())

    def receive(self, state: State) -> dict[str, Tensor]:
        """The tensors that follow a :class:`State`."""
        made = ((name, torch.empty(shape, dtype=kind, device=self._device)) for name, shape, kind in state.layout)
        return {name: self._broadcast(tensor) for name, tensor in made}

    def end(self) -> None:
        """Each waits until all have come so far."""
        if self.rank == 0:
            self.tell(None)
        self._sum(torch.zeros(1))
        self._watch.stop()
        self._dist.destroy_process_group()

    def leave(self, words: str, status: int) -> None:
        """Told beside the messages, for nobody knows what the others wait for."""
        if self._watch.say(words):
            # At the end of the process torch would clean up with ranks that are gone, which can hang or abort it.
            atexit.register(os._exit, status)

    def lost(self) -> TrainingError | None:
        """Asks those who were watched; waits half a second for words that are on their way."""
        return self._watch.lost(0.5)

    def when_lost(self, tell: Callable[[TrainingError, bool], object]) -> None:
        """A message that fails tells it, too; this is for one that never returns."""
        self._watch.on_lost = tell


def said_of(engine: Engine) -> tuple[Note, ...]:
    """What a person is told before several ranks begin; nothing of one.

    Raises:
        UsageError: a batch has fewer items than there are ranks.
    """
    _first, _count = engine.batches.part
    ranks, size = engine.ranks.size, engine.batches.batch_size
    if ranks == 1:
        return ()
    each, over = divmod(size, ranks)
    words = _("{ranks} ranks train this run together. Each takes {each} of the {size} items of a batch{more} and draws "
              "latents and noise of its own, from the run's seed.")  # fmt: skip
    more = _(" (the first {over}: one more)").format(over=over) if over else ""
    notes = [Note("info", words.format(ranks=ranks, each=each, size=size, more=more))]
    if whole := engine.method.whole_batch():
        words = _("{what} of a whole batch; here each rank's are those of its own {each} items. One process with batches "
                  "of {size} would learn something else.")  # fmt: skip
        notes.append(Note("warning", words.format(what=whole, each=each, size=size)))
    return tuple(notes)


def _shaped(flat: Tensor, like: Tensor) -> Tensor:
    dense = like.is_contiguous() or like.is_contiguous(memory_format=torch.channels_last)
    return flat.as_strided(like.shape, like.stride(), flat.storage_offset()) if dense else flat.view(like.shape)


def _local(what: str, otherwise: int) -> int:
    return int(os.environ.get(f"LOCAL_{what}", otherwise))


def _backend() -> str:
    """NCCL where each rank of this machine has a card of its own; gloo for processors and for cards that are shared."""
    if not torch.cuda.is_available():
        return "gloo"
    shared = _local("WORLD_SIZE", 1) > torch.cuda.device_count()
    return "cpu:gloo,cuda:gloo" if shared else "cpu:gloo,cuda:nccl"
