"""How far two pictures are apart for a network that was trained to recognise things (Johnson et al. 2016).

The network is VGG-19 (Simonyan and Zisserman 2015) up to its layer conv5_1, as in pix2pixHD and SPADE. Its weights are
not part of this program and nothing is downloaded: whoever has them names a file. They are frozen, so they belong to no
network that is trained, and to no checkpoint.
"""

from __future__ import annotations

from pathlib import Path
from typing import Self

import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor, nn
from torch.nn.functional import l1_loss

from ganstudio.core.errors import UsageError
from ganstudio.core.i18n import _

CONVOLUTIONS: dict[int, tuple[int, int]] = {
    0: (3, 64), 2: (64, 64),
    5: (64, 128), 7: (128, 128),
    10: (128, 256), 12: (256, 256), 14: (256, 256), 16: (256, 256),
    19: (256, 512), 21: (512, 512), 23: (512, 512), 25: (512, 512),
    28: (512, 512),
}  # fmt: skip
"""Positions in torchvision's ``vgg19().features`` and the channels of each convolution, up to conv5_1."""
_POOLED_BEFORE = (5, 10, 19, 28)
_LOOKED_AT = {0: 1 / 32, 5: 1 / 16, 10: 1 / 8, 19: 1 / 4, 28: 1.0}  # conv1_1 … conv5_1 and their weights
_MEAN, _STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)  # of the pictures that torchvision's weights were made with
_SMALLEST = 16  # pixels: they are halved four times


class VGG19(nn.Module):
    """The convolutions up to conv5_1; every answer that is looked at comes behind its ReLU."""

    mean: Tensor
    std: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.features = nn.ModuleDict(
            {str(place): nn.Conv2d(before, after, 3, padding=1) for place, (before, after) in CONVOLUTIONS.items()}
        )
        self.register_buffer("mean", torch.tensor(_MEAN).view(1, 3, 1, 1), persistent=False)
        self.register_buffer("std", torch.tensor(_STD).view(1, 3, 1, 1), persistent=False)

    def forward(self, pictures: Tensor) -> list[Tensor]:
        """``(N, 1 or 3, H, W)`` in [−1, 1] to the answers of conv1_1, conv2_1, conv3_1, conv4_1 and conv5_1."""
        x = ((pictures.expand(-1, 3, -1, -1) + 1) / 2 - self.mean) / self.std
        found: list[Tensor] = []
        for place in CONVOLUTIONS:
            if place in _POOLED_BEFORE:
                x = nn.functional.max_pool2d(x, 2)
            x = self.features[str(place)](x).relu()
            if place in _LOOKED_AT:
                found.append(x)
        return found


class PerceptualDistance:
    """Σ_i w_i · mean |VGG_i(one) − VGG_i(other)| with w = 1/32, 1/16, 1/8, 1/4, 1.

    Not an ``nn.Module`` on purpose: a method may keep one without its weights becoming part of the method's state, of
    its copies or of what the engine trains. They are read by :meth:`load`, so that a finished run can be looked at where
    the file is not.

    Args:
        path: a safetensors file with torchvision's names (``features.0.weight`` …); others in it are left alone.
        size: height and width of the pictures.
    """

    def __init__(self, path: str, size: int) -> None:
        self.path, self._size = path, size
        self._network: VGG19 | None = None

    def __deepcopy__(self, memo: object) -> Self:
        """Itself: frozen weights can be shared."""
        return self

    def load(self) -> None:
        """Reads the weights, once.

        Raises:
            UsageError: the pictures are too small, or the file is not there, cannot be read, or holds other weights.
        """
        if self._network is not None:
            return
        if self._size < _SMALLEST:
            raise UsageError(
                _("The perceptual term needs pictures of 16 px or more, not {size}.").format(size=self._size)
            )
        network = VGG19()
        network.load_state_dict(_read(Path(self.path).expanduser(), network.state_dict()))
        network.eval().requires_grad_(False).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self._network = network

    def __call__(self, drawn: Tensor, real: Tensor) -> Tensor:
        """The distance between pictures ``(N, C, H, W)`` in [−1, 1], a scalar; gradients reach ``drawn`` only.

        Raises:
            UsageError: as :meth:`load`.
        """
        self.load()
        assert self._network is not None
        if self._network.mean.device != drawn.device:
            self._network.to(drawn.device)
        with torch.no_grad():
            wanted = self._network(real)
        parts = zip(self._network(drawn), wanted, _LOOKED_AT.values(), strict=True)
        return torch.stack([weight * l1_loss(mine, theirs) for mine, theirs, weight in parts]).sum()


def _read(path: Path, needed: dict[str, Tensor]) -> dict[str, Tensor]:
    """The needed tensors of a file, checked by name and shape before any is loaded."""
    wanted = _(
        "Needed are the weights of torchvision’s vgg19 as a safetensors file, with names like features.0.weight."
    )
    if not path.is_file():
        raise UsageError(_("There is no file {path} with VGG weights. {wanted}").format(path=path, wanted=wanted))
    try:
        with safe_open(path, framework="pt") as file:
            names = set(file.keys())
            for name, tensor in needed.items():
                found = tuple(file.get_slice(name).get_shape()) if name in names else None
                if found != tuple(tensor.shape):
                    what = _("nothing") if found is None else str(found)
                    raise UsageError(
                        _("{path} does not fit: {name} should have shape {want} and has {what}. {wanted}").format(
                            path=path, name=name, want=tuple(tensor.shape), what=what, wanted=wanted
                        )
                    )
            return {name: file.get_tensor(name).float() for name in needed}
    except (SafetensorError, OSError) as error:
        raise UsageError(
            _("{path} cannot be read as a safetensors file. {wanted}").format(path=path, wanted=wanted), str(error)
        ) from error
