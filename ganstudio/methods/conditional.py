"""What the class-conditional games share: a generator that is told the class, and a verdict that may depend on it.

    min over G, max over D of  E_{x, y ~ data}[ a(D(x, y)) ] + E_{z ~ prior, y ~ data}[ b(D(G(z, y), y)) ]

The fakes in D's update have the classes of the real batch beside them. So both halves hold the same share of every
class, and D learns nothing from a class being rare. G's own update draws classes evenly. See ``cgan.py``, ``acgan.py``
and ``icgan.py``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import torch
from torch import Tensor
from typing_extensions import TypeVar

from ganstudio.core.controls import ClassLabel, Control
from ganstudio.core.errors import UsageError
from ganstudio.core.i18n import _
from ganstudio.methods.axes import EMBEDDING, LR_D, LR_G, NORM_D, NORM_G, RULE, WIDTH
from ganstudio.methods.base import Values
from ganstudio.methods.game import LabelNoiseHyper, TwoPlayer, Verdict
from ganstudio.nn.conditional import ConditionalGenerator


class ConditionalHyper(LabelNoiseHyper):
    """Convolutions on images, and how a class is told."""

    objective: Literal["non-saturating", "minimax", "least-squares"] = RULE(
        "non-saturating",
        _("The game itself, played for every class. Non-saturating gives the generator usable gradients."),
    )
    embedding: int = EMBEDDING(8)
    conv_width: int = WIDTH(32)
    norm_g: Literal["batch", "layer", "none"] = NORM_G("batch")
    norm_d: Literal["spectral", "batch", "layer", "none"] = NORM_D(
        "spectral", _("Spectral norm bounds the slope, so that D stays a fair judge on a few thousand images.")
    )
    lr_d: float = LR_D(
        5e-4, _("Step size of the discriminator. Under spectral norm it can be larger than DCGAN’s 2e-4.")
    )
    lr_g: float = LR_G(1e-3, _("Step size of the generator. Against a discriminator under spectral norm it may learn faster "
                       "than D."))  # fmt: skip


C = TypeVar("C", bound=ConditionalHyper, default=ConditionalHyper)


class Conditional(TwoPlayer[C]):
    """Base of the methods whose generator draws the class that it is told: ``generator(z, weights)``."""

    Hyper = ConditionalHyper

    def build_networks(self) -> None:
        """G with the class beside z; D is :meth:`build_discriminator`'s."""
        h, data = self.hyper, self.data
        if self.class_count < 2:
            raise UsageError(
                _("{title} learns what tells classes apart and needs two or more; “{data}” has {count}.").format(
                    title=self.info.title, data=data.name, count=self.class_count
                )
            )
        self.generator = ConditionalGenerator(
            h.latent_size, self.class_count, h.embedding, data.channels, data.size, h.conv_width, h.norm_g
        )
        self.build_discriminator()

    def build_discriminator(self) -> None:
        """Sets ``discriminator``."""
        raise NotImplementedError

    @property
    def class_count(self) -> int:
        """K."""
        return len(self.data.classes)

    def controls(self) -> Sequence[Control]:
        """Which ``class``, and the latent vector ``z``."""
        return (ClassLabel("class", self.data.classes), *super().controls())

    def generate(self, values: Values) -> Tensor:
        """G(z, y); a mixture of classes is drawn from the mixture of their vectors."""
        items: Tensor = self.generator(values["z"], values["class"])
        return items

    def judge(self, items: Tensor, values: Values) -> Verdict:
        """D(x, y) of items together with class weights ``(N, K)``."""
        features = self.discriminator.features(items, values["class"])
        return Verdict(self.discriminator.verdict(features, values["class"]).float(), features)

    def critic(self, items: Tensor, values: Values | None = None) -> Tensor:
        """D(x, y), ``(N,)``; without a class, the verdict for the class that suits each item best."""
        if values is not None and "class" in values:
            return self.judge(items, values).out
        every = torch.eye(self.class_count, device=items.device)
        verdicts = [self.judge(items, {"class": row.expand(len(items), -1)}).out for row in every]
        return torch.stack(verdicts).amax(0)
