"""A generator as one function ``z → x`` with gradients: what likelihoods and inversions are measured with.

Everything that is drawn by chance is brought into one vector of independent normal numbers, whose pictures are distributed
exactly as the generator's: uniform numbers are 2 Φ(z) − 1, one of K classes or generators is ⌊K Φ(z)⌋ of one number (along
which there is no gradient). So whoever holds a vector holds the whole picture.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor

from ganstudio.core.controls import (
    Attribute,
    CategoricalCode,
    ClassImages,
    ClassLabel,
    ContinuousCode,
    Control,
    GeneratorIndex,
    LabelMap,
    LatentVector,
    NoiseSeed,
    SourceImage,
)
from ganstudio.explore.generator import Generator
from ganstudio.explore.styles import driven


def decoder_of(generator: Generator, seed: int = 0, device: torch.device | str = "cpu") -> GeneratorDecoder | None:
    """A generator's decoder; the generator itself is not touched.

    Args:
        generator: what draws.
        seed: of the seeds of noise, which are drawn once and held.
        device: where it shall draw.

    Returns:
        None where it has no latent vector, wants a picture or a map, or gives no gradients (ONNX).
    """
    controls = driven(generator.controls)
    if not any(isinstance(one, LatentVector) for one in controls):
        return None
    if any(isinstance(one, LabelMap | SourceImage | ClassImages) for one in controls):
        return None
    decoder = GeneratorDecoder(generator.frozen(), controls, seed, device)
    return decoder if decoder.differentiable() else None


class GeneratorDecoder:
    """See :class:`ganstudio.metrics.base.Decoder`, whose shape it has; the prior is N(0, I).

    Args:
        generator: a copy that nobody else draws with.
        controls: those that are driven.
        seed: of what is held.
        device: where it shall draw.
    """

    def __init__(
        self, generator: Generator, controls: tuple[Control, ...], seed: int, device: torch.device | str
    ) -> None:
        self._method = generator.method.to(device).eval().requires_grad_(False)
        self._device = torch.device(device)
        self._controls = controls
        self._sizes = [_size(one) for one in controls]
        drawn = generator.draw(1, seed)
        self._held = {one.name: torch.as_tensor(drawn[one.name]) for one in controls if isinstance(one, NoiseSeed)}
        self.latent = sum(self._sizes)

    def prior(self, count: int, source: torch.Generator) -> Tensor:
        """float32 ``(count, latent)`` from N(0, I), on the device of ``source``."""
        return torch.randn(count, self.latent, generator=source, device=source.device)

    def log_prior(self, z: Tensor) -> Tensor:
        """``(count,)``."""
        return -0.5 * (z.square().sum(1) + self.latent * math.log(2 * math.pi))

    def decode(self, z: Tensor) -> Tensor:
        """Items in [−1, 1], float32, on the decoder's device; gradients flow to ``z``."""
        values = {}
        for control, part in zip(self._controls, torch.split(z.to(self._device), self._sizes, dim=1), strict=True):
            held = self._held.get(control.name)
            values[control.name] = _value(control, part) if held is None else held.to(self._device).expand(len(z))
        return self._method.generate(values).float()

    def differentiable(self) -> bool:
        """Gradients reach the latent vector."""
        with torch.inference_mode(False), torch.enable_grad():
            z = self.prior(2, torch.Generator().manual_seed(0)).requires_grad_(True)
            items = self.decode(z)
            if not items.requires_grad:
                return False
            (gradient,) = torch.autograd.grad(items.sum(), z, materialize_grads=True)
        return bool(gradient.isnan().any() or gradient.any())


def numbers_of(controls: Sequence[Control]) -> int:
    """How many numbers the vector of such a generator has; 0 without a latent vector."""
    known = driven(controls)
    return sum(map(_size, known)) if any(isinstance(one, LatentVector) for one in known) else 0


def _size(control: Control) -> int:
    if isinstance(control, NoiseSeed):
        return 0
    return control.size if isinstance(control, LatentVector | ContinuousCode) else 1


def _value(control: Control, z: Tensor) -> Tensor:
    match control:
        case LatentVector(prior="normal"):
            return z
        case LatentVector() | ContinuousCode() | Attribute():
            return _share(z) * 2 - 1
        case ClassLabel() | CategoricalCode():
            return torch.nn.functional.one_hot(_place(z, control.count), control.count).float()
        case GeneratorIndex():
            return _place(z, control.count)
    raise TypeError(f"unknown control {control!r}")


def _place(z: Tensor, count: int) -> Tensor:
    """int64 ``(N,)``; NaN counts as the first."""
    return (_share(z.detach()[:, 0]).nan_to_num() * count).long().clamp(0, count - 1)


def _share(z: Tensor) -> Tensor:
    """Φ(z): uniform on [0, 1] where z is normal."""
    share: Tensor = torch.special.ndtr(z)
    return share
