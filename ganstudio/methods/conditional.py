"""What the class-conditional games share: a generator that is told the class, and a verdict that may depend on it.

    min over G, max over D of  E_{x, y ~ data}[ a(D(x, y)) ] + E_{z ~ prior, y ~ data}[ b(D(G(z, y), y)) ]

The fakes in D's update have the classes of the real batch beside them. So both halves hold the same share of every
class, and D learns nothing from a class being rare. G's own update draws classes evenly. See ``cgan.py``, ``acgan.py``
and ``icgan.py``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, cast

import torch
from torch import Tensor

from ganstudio.core.controls import ClassLabel, Control
from ganstudio.core.errors import UsageError
from ganstudio.core.fields import field
from ganstudio.core.i18n import _
from ganstudio.methods.base import Batch, Terms, Values, one_hot
from ganstudio.methods.two_player import LabelNoiseHyper, TwoPlayer
from ganstudio.nn.conditional import ConditionalGenerator

_NETWORKS = _("Networks")


class ConditionalHyper(LabelNoiseHyper):
    """Convolutions on images, and how a class is told."""

    objective: Literal["non-saturating", "minimax", "least-squares"] = field(
        "non-saturating",
        _("Objective"),
        _("The game itself, played for every class. Non-saturating gives the generator usable gradients."),
        group=_("Objective"),
    )
    embedding: int = field(
        8,
        _("Class vector"),
        _("Numbers that G learns about each class and gets beside z. With many, G listens to the class and forgets z."),
        group=_("Classes"),
        ge=1,
        le=512,
        log=True,
    )
    conv_width: int = field(
        32,
        _("Width"),
        _("Channels of the stage nearest the image; deeper stages double it."),
        group=_NETWORKS,
        ge=4,
        le=512,
        log=True,
    )
    norm_g: Literal["batch", "layer", "none"] = field(
        "batch", _("Generator norm"), _("Normalisation of G’s hidden stages."), group=_NETWORKS
    )
    norm_d: Literal["spectral", "batch", "layer", "none"] = field(
        "spectral",
        _("Discriminator norm"),
        _("Spectral norm bounds the slope, so that D stays a fair judge on a few thousand images."),
        group=_NETWORKS,
    )
    lr_d: float = field(
        5e-4,
        _("D learning rate"),
        _("Step size of the discriminator. Under spectral norm it can be larger than DCGAN’s 2e-4."),
        group=_("Optimisers"),
        gt=0,
        le=1,
        log=True,
        live=True,
    )
    lr_g: float = field(
        1e-3,
        _("G learning rate"),
        _("Step size of the generator. Against a discriminator under spectral norm it may learn faster than D."),
        group=_("Optimisers"),
        gt=0,
        le=1,
        log=True,
        live=True,
    )


class Conditional(TwoPlayer):
    """Base of the methods whose generator draws the class that it is told: ``generator(z, weights)``."""

    Hyper = ConditionalHyper

    def build_networks(self) -> None:
        """G with the class beside z; D is :meth:`build_discriminator`'s."""
        h, data = cast(ConditionalHyper, self.hyper), self.data
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

    def judge(self, items: Tensor, classes: Tensor) -> Tensor:
        """D(x, y) of items together with class weights ``(N, K)``: raw outputs ``(N,)``."""
        out: Tensor = self.discriminator(items, classes)
        return out

    def critic(self, items: Tensor, values: Values | None = None) -> Tensor:
        """D(x, y), ``(N,)``; without a class, the verdict for the class that suits each item best."""
        if values is not None and "class" in values:
            return self.judge(items, values["class"])
        every = torch.eye(self.class_count, device=items.device)
        verdicts = [self.judge(items, row.expand(len(items), -1)) for row in every]
        return torch.stack(verdicts).amax(0)

    def real_classes(self, batch: Batch) -> Tensor:
        """One-hot classes of the real batch, ``(N, K)``."""
        labels = batch.labels
        assert labels is not None, "prepare refuses data without classes"
        return one_hot(labels, self.class_count)

    def discriminator_terms(self, batch: Batch) -> Terms:
        """Loss of D on real items, on fakes of the same classes, and the penalty."""
        real, classes = batch.real, self.real_classes(batch)
        values = self.draw(batch.size, real.device) | {"class": classes}
        fake = self.generate(values).detach()
        if self.mixes_items:  # its statistics must not mix real and generated items
            real_out, fake_out = self.judge(real, classes), self.judge(fake, classes)
        else:
            real_out, fake_out = self.judge(torch.cat((real, fake)), classes.repeat(2, 1)).chunk(2)
        return self.verdict_terms(batch, real, fake, real_out, fake_out, lambda x: self.judge(x, classes))

    def generator_terms(self, batch: Batch) -> Terms:
        """Loss of G on fresh latents and classes."""
        values = self.draw(batch.size, next(self.parameters()).device)
        verdict = self.judge(self.generate(values), values["class"])
        return {"adversarial": self.objective.generator(verdict).mean()}
