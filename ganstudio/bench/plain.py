"""The opponent: a training loop as tutorials write it by hand, on the very networks that the engine trains.

Default memory layout, ``torch.optim.Adam`` as it comes, binary cross-entropy, the discriminator's loss in two passes,
the generator's update on the same fakes, losses read every 50 steps. No average, no log, no pictures. Batches are
picked from one float tensor by a shuffled index, which is faster than a ``DataLoader``.
"""

from __future__ import annotations

import time

import torch
from torch import nn

from ganstudio.core.experiment import Experiment
from ganstudio.data import load, parse_request
from ganstudio.methods import METHODS

READ_EVERY = 50


class PlainLoop:
    """A plain loop that can be run for a while, again and again.

    Args:
        experiment: of a two-player method with Adam; says which networks, batch size and learning rates.
        device: where it runs.
    """

    def __init__(self, experiment: Experiment, device: str = "cpu") -> None:
        dataset = load(parse_request(experiment.data), seed=experiment.seed)
        method_class = METHODS[experiment.method]
        hyper = method_class.resolve(experiment.hyper, dataset.spec.kind)
        method = method_class(hyper, dataset.spec).to(device)
        self.generator: nn.Module = method.get_submodule("generator")
        self.discriminator: nn.Module = method.get_submodule("discriminator")
        items = dataset.items
        self.data = (items.float() / 127.5 - 1 if items.dtype == torch.uint8 else items.float()).to(device)
        self.device = device
        values = hyper.model_dump()
        self.batch, self.latent = int(values["batch_size"]), int(values["latent_size"])
        betas = (float(values["beta1"]), float(values["beta2"]))
        self.optimiser_d = torch.optim.Adam(self.discriminator.parameters(), lr=values["lr_d"], betas=betas)
        self.optimiser_g = torch.optim.Adam(self.generator.parameters(), lr=values["lr_g"], betas=betas)
        self.criterion = nn.BCEWithLogitsLoss()
        self.losses = (0.0, 0.0)
        self.steps = 0
        self._order = torch.randperm(len(self.data), device=device)
        self._at = 0

    def _next(self) -> torch.Tensor:
        if self._at + self.batch > len(self._order):
            self._order, self._at = torch.randperm(len(self.data), device=self.device), 0
        self._at += self.batch
        return self.data[self._order[self._at - self.batch : self._at]]

    def step(self) -> None:
        """One update of D, one of G."""
        real = self._next()
        ones = torch.ones(len(real), device=self.device)
        zeros = torch.zeros(len(real), device=self.device)

        self.optimiser_d.zero_grad()
        loss_real = self.criterion(self.discriminator(real), ones)
        loss_real.backward()
        fake = self.generator(torch.randn(len(real), self.latent, device=self.device))
        loss_fake = self.criterion(self.discriminator(fake.detach()), zeros)
        loss_fake.backward()
        self.optimiser_d.step()

        self.optimiser_g.zero_grad()
        loss_g = self.criterion(self.discriminator(fake), ones)
        loss_g.backward()
        self.optimiser_g.step()

        self.steps += 1
        if self.steps % READ_EVERY == 0:
            self.losses = ((loss_real + loss_fake).item(), loss_g.item())

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
