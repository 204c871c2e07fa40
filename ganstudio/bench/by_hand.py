"""The opponent: the fastest training loop that one would write by hand for just these networks.

``channels_last``, fused Adam, gradients set to None, no gradients for fakes that D learns from nor for D's weights while G
learns, one pass of D for real and generated items together (two where its batch norm must not mix them), a foreach average
of G. No measured values, no log, no pictures, no seed. Batches are picked from one float tensor by a shuffled index.
"""

from __future__ import annotations

import copy
import time

import torch
from torch import Tensor, nn
from torch.nn.functional import softplus

from ganstudio.core.experiment import Experiment
from ganstudio.data import load, parse_request
from ganstudio.methods import METHODS


class LoopByHand:
    """The non-saturating game with Adam on the networks of a method; it can be run for a while, again and again.

    Args:
        experiment: of a two-player method; says which networks, batch size, rates and average.
        device: where it runs.
    """

    def __init__(self, experiment: Experiment, device: str = "cpu") -> None:
        dataset = load(parse_request(experiment.data), seed=experiment.seed)
        method_class = METHODS[experiment.method]
        hyper = method_class.resolve(experiment.hyper, dataset.spec.kind)
        method = method_class(hyper, dataset.spec).to(device)
        self.generator: nn.Module = method.get_submodule("generator")
        self.discriminator: nn.Module = method.get_submodule("discriminator")
        self.pictures = dataset.spec.pictures
        items = dataset.items
        self.data = (items.float() / 127.5 - 1 if self.pictures else items.float()).to(device)
        if self.pictures:
            self.data = self.data.permute(0, 2, 3, 1).contiguous()
            for network in (self.generator, self.discriminator):
                network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.device = device
        values = hyper.model_dump()
        self.batch, self.latent = int(values["batch_size"]), int(values["latent_size"])
        self.apart, self.decay = values["norm_d"] == "batch", float(values["ema"])
        betas = (float(values["beta1"]), float(values["beta2"]))
        self.judging = [*self.discriminator.parameters()]
        self.optimiser_d = torch.optim.Adam(self.judging, lr=values["lr_d"], betas=betas, fused=True)
        self.optimiser_g = torch.optim.Adam(self.generator.parameters(), lr=values["lr_g"], betas=betas, fused=True)
        self.average = copy.deepcopy(self.generator).requires_grad_(False)
        pairs = [*zip(_tensors(self.average), _tensors(self.generator), strict=True)]
        self.averaged = [pair for pair in pairs if pair[0].is_floating_point()]
        self.copied = [pair for pair in pairs if not pair[0].is_floating_point()]
        self.steps = 0
        self._order = torch.randperm(len(self.data), device=device)
        self._at = 0

    def _next(self) -> Tensor:
        if self._at + self.batch > len(self._order):
            self._order, self._at = torch.randperm(len(self.data), device=self.device), 0
        self._at += self.batch
        items = self.data.index_select(0, self._order[self._at - self.batch : self._at])
        return items.permute(0, 3, 1, 2) if self.pictures else items

    def _latents(self) -> Tensor:
        return torch.randn(self.batch, self.latent, device=self.device)

    def step(self) -> None:
        """One update of D, one of G, on fresh latents each, and one of the average."""
        for weight in self.judging:
            weight.requires_grad_(True)
        real = self._next()
        with torch.no_grad():
            fake = self.generator(self._latents())
        self.optimiser_d.zero_grad(set_to_none=True)
        if self.apart:
            on_real, on_fake = self.discriminator(real), self.discriminator(fake)
        else:
            on_real, on_fake = self.discriminator(torch.cat((real, fake))).chunk(2)
        (softplus(-on_real).mean() + softplus(on_fake).mean()).backward()  # type: ignore[no-untyped-call]
        self.optimiser_d.step()
        for weight in self.judging:
            weight.requires_grad_(False)
        self.optimiser_g.zero_grad(set_to_none=True)
        fooling = softplus(-self.discriminator(self.generator(self._latents())))
        fooling.mean().backward()  # type: ignore[no-untyped-call]
        self.optimiser_g.step()
        with torch.no_grad():
            torch._foreach_lerp_(
                [mine for mine, _g in self.averaged], [g for _mine, g in self.averaged], 1 - self.decay
            )
            if self.copied:
                torch._foreach_copy_([mine for mine, _g in self.copied], [g for _mine, g in self.copied])
        self.steps += 1

    def run(self, seconds: float, warm_up: float = 0.0) -> float:
        """Trains for a while; steps per second after the warm-up."""
        until = time.perf_counter() + warm_up
        while time.perf_counter() < until:
            self.step()
        self._wait()
        start, first = time.perf_counter(), self.steps
        while time.perf_counter() - start < seconds or self.steps - first < 2:
            self.step()
        self._wait()
        return (self.steps - first) / (time.perf_counter() - start)

    def _wait(self) -> None:
        if self.device.startswith("cuda"):
            torch.cuda.synchronize()


def _tensors(network: nn.Module) -> list[Tensor]:
    return [*network.parameters(), *network.buffers()]
