"""Anything that draws: a run's checkpoint, a run in training, a network brought in from elsewhere."""

from __future__ import annotations

import copy
import threading
from collections.abc import Mapping
from typing import Any, Self

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ganstudio.core.commands import Source
from ganstudio.core.controls import Control, LabelMap, given
from ganstudio.core.dataspec import DataSpec
from ganstudio.core.labelmaps import check_ids
from ganstudio.explore.styles import psi_of, share_of, sources, style_layers
from ganstudio.methods import Method
from ganstudio.methods.base import Examples
from ganstudio.nn.random import randomness

Values = Mapping[str, NDArray[Any]]
CHUNK_IMAGES, CHUNK_POINTS = 64, 65_536
_FOR_MEAN = 2048
"""So many styles are averaged where a method does not know their mean."""


class Generator:
    """A method in evaluation mode and what one needs to know to draw with it. Used by one thread at a time.

    Attributes:
        method: the networks.
        title: what people call it.
        spec: the shape of what it draws.
        step: after which training step its weights were taken; 0 where nobody knows.
        source: averaged (EMA) or raw weights.
        device: where it draws.
        controls: what can be driven.
    """

    def __init__(
        self,
        method: Method,
        title: str,
        spec: DataSpec,
        step: int = 0,
        source: Source = "raw",
        device: torch.device | str = "cpu",
    ) -> None:
        self.method, self.title, self.spec, self.step, self.source = method, title, spec, step, source
        self.device = torch.device(device)
        self.controls: tuple[Control, ...] = tuple(method.controls())
        self._mean: tuple[Method, int, Tensor] | None = None

    @property
    def looks(self) -> bool:
        """There may be maps to lay over what it draws (:meth:`look_into`)."""
        return type(self.method).look_into is not Method.look_into

    def refresh(self) -> bool:
        """Takes newer weights where there are any; True if it did. What is stored never changes."""
        return False

    def end(self) -> None:
        """Nobody draws with it any more: what it is just drawing is ended where that can be done. From any thread."""

    def until(self, cancel: threading.Event) -> None:
        """What it draws from now on is ended as soon as the event is set, where that can be done."""

    def frozen(self) -> Generator:
        """A copy that keeps its present weights and can be used by another thread: for exports.

        It ends together with this one, unless it is told another event (:meth:`until`).
        """
        return Generator(copy.deepcopy(self.method), self.title, self.spec, self.step, self.source, self.device)

    def draw(self, count: int, seed: int = 0) -> dict[str, NDArray[Any]]:
        """Random values for every control, ``count`` rows each; the same for the same seed on every device.

        Raises:
            ValueError: ``count`` is not positive.
        """
        if count < 1:
            raise ValueError(f"at least one item must be drawn, not {count}")
        with randomness(torch.Generator().manual_seed(seed)):
            return {name: values.numpy() for name, values in self.method.draw(count).items()}

    def tensors(self, values: Values) -> dict[str, Tensor]:
        """Control values on the device; the mixture and truncation of styles (:mod:`ganstudio.explore.styles`) made w."""
        found = {name: torch.as_tensor(rows).to(self.device) for name, rows in values.items()}
        layers = style_layers(self.controls)
        if layers is None:
            return found
        plain = {name: rows for name, rows in found.items() if not name.startswith(f"{layers.name}:")}
        share, psi = found.get(share_of(layers)), found.get(psi_of(layers))
        mixed, pulled = share is not None and bool(share.any()), psi is not None and bool((psi != 1).any())
        if not mixed and not pulled:
            return plain
        with torch.inference_mode():
            styles = self.method.mapped(plain)[layers.name]
            if share is not None and mixed:
                second = {one.name: found[f"{layers.name}:{one.name}"] for one in sources(self.controls)}
                styles = styles.lerp(self.method.mapped({**plain, **second})[layers.name], share[:, :, None])
            if psi is not None and pulled:
                styles = self._mean_style(layers.name).lerp(styles, psi[:, :, None])
        return {**plain, layers.name: styles}

    def _mean_style(self, name: str) -> Tensor:
        """w̄, ``(1, layers, size)``: as the method knows it, else the mean of some; anew for other weights."""
        if self._mean is None or self._mean[:2] != (self.method, self.step):
            known = self.method.mean_style()
            if known is None:
                parts = [self._some_styles(name, seed) for seed in range(_FOR_MEAN // CHUNK_IMAGES)]
                known = torch.stack(parts).mean(0)
            self._mean = (self.method, self.step, known[None])
        return self._mean[2]

    def _some_styles(self, name: str, seed: int) -> Tensor:
        with randomness(torch.Generator().manual_seed(seed)):
            drawn = self.method.draw(CHUNK_IMAGES)  # a chunk at a time: what is drawn may hold pictures
        return self.method.mapped({key: rows.to(self.device) for key, rows in drawn.items()})[name].mean(0)

    def generate(self, values: Values) -> NDArray[np.float32]:
        """Items from control values, a chunk at a time so that memory does not grow with their number.

        Args:
            values: an array for each control, with as many rows as items are wanted.

        Returns:
            float32 ``(N, C, H, W)`` in [−1, 1], or points ``(N, 2)``.

        Raises:
            UsageError: a label map holds an id that no class has. Found before any network sees it: such an id reads
                outside a table, which ends the whole program on a graphics card.
        """
        wanted = given(self.controls)
        if isinstance(wanted, LabelMap) and wanted.name in values:
            check_ids(values[wanted.name], wanted.count)
        count = min(len(rows) for rows in values.values())
        chunk = CHUNK_POINTS if self.spec.kind == "points" else CHUNK_IMAGES
        if count <= chunk:
            return self._draw_chunk(values)
        items = np.empty((count, *self.spec.shape), np.float32)
        for start in range(0, count, chunk):
            items[start : start + chunk] = self._draw_chunk(
                {name: rows[start : start + chunk] for name, rows in values.items()}
            )
        return items

    def _draw_chunk(self, values: Values) -> NDArray[np.float32]:
        with torch.inference_mode():
            items: NDArray[np.float32] = self.method.generate(self.tensors(values)).float().cpu().numpy()
        return items

    def given(self, real: NDArray[np.uint8], labels: NDArray[np.int64] | None = None) -> NDArray[Any] | None:
        """What a translation is given to draw these real pictures, as the method decides; None where it cannot tell.

        Runs no network, so that it may be asked from any thread.

        Args:
            real: ``(N, C, S, S)``.
            labels: ``(N,)``.

        Returns:
            float32 pictures ``(N, C', S', S')`` in [−1, 1], or a label map's ids ``(N, S, S)``.
        """
        wanted = given(self.controls)
        if wanted is None:
            return None
        known = None if labels is None else torch.as_tensor(labels)
        with torch.inference_mode():
            found = self.method.given(Examples(torch.as_tensor(real).float() / 127.5 - 1, known))
        return found[wanted.name].numpy() if wanted.name in found else None

    def look_into(self, values: Values) -> dict[str, NDArray[np.float32]]:
        """Maps to lay over the items of these values, by name: ``(N, h, w)`` of any size and range; few rows at once."""
        if not self.looks:
            return {}
        with torch.inference_mode():
            maps = self.method.look_into(self.tensors(values))
        return {name: rows[:, 0].float().cpu().numpy() for name, rows in maps.items()}

    def encode(self, items: NDArray[np.float32]) -> dict[str, NDArray[Any]] | None:
        """Control values for items ``(N, …)`` as an encoder sees them; None where the method has none.

        Controls that the encoder does not know are left out.
        """
        with torch.inference_mode():
            found = self.method.encode(torch.as_tensor(items, device=self.device))
        return None if found is None else {name: values.float().cpu().numpy() for name, values in found.items()}

    def scores(self, items: NDArray[np.float32], values: Values) -> NDArray[np.float32] | None:
        """The discriminator's word on items drawn with these values, ``(N,)``; None where there is none."""
        with torch.inference_mode():
            raw = self.method.critic(torch.as_tensor(items, device=self.device), self.tensors(values))
            return None if raw is None else self.method.score(raw).float().cpu().numpy()

    @classmethod
    def of_method(cls, method: Method, title: str, step: int = 0, source: Source = "raw") -> Self:
        """Around a method in memory, which is put into evaluation mode."""
        method.eval().requires_grad_(False)
        return cls(method, title, method.data, step, source)
