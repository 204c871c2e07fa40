"""What the paired translators share: a label map or a picture goes in, the picture that belongs to it should come out.

    min over G, max over D of  E_{m, x ~ data}[ a(D(m, x)) ] + E_{m ~ data}[ b(D(m, G(m))) ] + more terms on G(m) and x

D sees what was given beside the picture, so a fine picture of something else is still a fake. What is given is a label
map (one plane per class), or another picture. Half of the pairs are mirrored: small sets need it. Numbers that are known
of every picture (attributes, e.g. the time of day) are planes of one value beside it, for G and for D. See ``pix2pix.py``,
``pan.py``, ``pix2pixhd.py`` and ``spade.py``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

import torch
from torch import Tensor, nn

from ganstudio.core.controls import Attribute, Control, LabelMap, SourceImage
from ganstudio.core.fields import Hyper, field
from ganstudio.core.i18n import _
from ganstudio.methods.base import Batch, Method, Values
from ganstudio.nn import random
from ganstudio.nn.labelmaps import picture_of, planes
from ganstudio.nn.objectives import OBJECTIVES, Objective
from ganstudio.nn.patch import verdicts

OBJECTIVE, NETWORKS, OPTIMISERS, TRAINING = _("Objective"), _("Networks"), _("Optimisers"), _("Training")


class TranslationHyper(Hyper):
    """What every translator can be told. A paper's file narrows choices and sets its own defaults."""

    objective: Literal["non-saturating", "least-squares", "hinge"] = field(
        "non-saturating", _("Objective"), _("What D and G minimise on every patch of the picture."), group=OBJECTIVE
    )
    lr_g: float = field(
        2e-4,
        _("G learning rate"),
        _("Step size of the generator."),
        group=OPTIMISERS,
        gt=0,
        le=1,
        log=True,
        live=True,
    )
    lr_d: float = field(
        2e-4,
        _("D learning rate"),
        _("Step size of the discriminator. Much larger than G’s: it knows every fake, and G stops learning."),
        group=OPTIMISERS,
        gt=0,
        le=1,
        log=True,
        live=True,
    )
    beta1: float = field(
        0.5, _("β₁"), _("Adam’s first decay; GANs want it at 0.5 or lower."), group=OPTIMISERS, ge=0, lt=1, live=True
    )
    beta2: float = field(
        0.999, _("β₂"), _("Adam’s second decay."), group=OPTIMISERS, ge=0, lt=1, live=True, advanced=True
    )
    batch_size: int = field(
        4,
        _("Batch size"),
        _("Pairs per update. The papers take 1: more is steadier, and each step takes longer."),
        group=TRAINING,
        ge=1,
        le=512,
        log=True,
    )
    mirror: bool = field(
        True,
        _("Mirror at random"),
        _("Half of the pairs are seen mirrored. Leave it off where left and right differ, as in letters."),
        group=TRAINING,
    )
    ema: float = field(
        0.995,
        _("EMA decay"),
        _("Pictures are drawn with a moving average of the generator’s weights; 0 = off (raw weights only)."),
        group=TRAINING,
        ge=0,
        lt=1,
    )
    amp: bool = field(
        False,
        _("Reduced precision"),
        _("bfloat16 where it is safe: faster on recent GPUs, ten times slower on most processors."),
        group=TRAINING,
        advanced=True,
    )


@dataclass(frozen=True, slots=True)
class Pair:
    """Some real pairs as the networks see them.

    Attributes:
        given: planes of the label map or of the source picture, then one plane per attribute: ``(N, P, H, W)``.
        real: the pictures that belong to it, ``(N, C, H, W)``.
        attributes: ``(N, A)``; A may be 0.
    """

    given: Tensor
    real: Tensor
    attributes: Tensor


class Translation(Method):
    """Base of the paired translators: children ``generator`` and ``discriminator``."""

    Hyper: ClassVar[type[Hyper]] = TranslationHyper
    training_only = ("discriminator",)
    held_out = 0.04

    hyper: TranslationHyper
    generator: nn.Module
    discriminator: nn.Module

    # -- what is given ----------------------------------------------------------------------------------------------

    @property
    def given_control(self) -> LabelMap | SourceImage:
        """What a person gives."""
        data = self.data
        if data.kind == "maps":
            return LabelMap("map", data.map_classes, data.size)
        return SourceImage("source", data.input_channels, data.size)

    @property
    def given_planes(self) -> int:
        """Planes that the networks are given: classes or channels, and attributes."""
        data = self.data
        return (len(data.map_classes) if data.kind == "maps" else data.input_channels) + len(data.attributes)

    def controls(self) -> Sequence[Control]:
        """The label map or picture, and what is known of pictures in numbers."""
        return (self.given_control, *(Attribute(name) for name in self.data.attributes))

    def condition(self, inputs: Tensor, attributes: Tensor | None) -> dict[str, Tensor]:
        """Control values from real inputs and attributes."""
        values = {self.given_control.name: inputs}
        if attributes is not None:
            values |= {name: attributes[:, i : i + 1] for i, name in enumerate(self.data.attributes)}
        return values

    def attributes_of(self, values: Values) -> Tensor:
        """The attributes among control values, ``(N, A)``."""
        given = values[self.given_control.name]
        columns = [values[name] for name in self.data.attributes]
        return torch.cat(columns, 1) if columns else torch.empty(len(given), 0, device=given.device)

    def planes_of(self, given: Tensor, attributes: Tensor) -> Tensor:
        """What the networks are given, ``(N, P, H, W)``."""
        seen = planes(given, len(self.data.map_classes)) if given.dim() == 3 else given
        if not attributes.shape[1]:
            return seen
        everywhere = attributes[:, :, None, None].expand(-1, -1, *seen.shape[2:])
        return torch.cat((seen, everywhere), 1)

    def pair(self, batch: Batch) -> Pair:
        """The batch as the networks see it, mirrored at random."""
        real, inputs = batch.real, batch.inputs
        known = batch.attributes
        attributes = torch.empty(len(real), 0, device=real.device) if known is None else known
        given = self.planes_of(inputs, attributes)
        if self.hyper.mirror:
            turned = random.uniform(len(real), 1, 1, 1, device=real.device) < 0.5
            given, real = torch.where(turned, given.flip(3), given), torch.where(turned, real.flip(3), real)
        return Pair(given, real, attributes)

    # -- verdicts ---------------------------------------------------------------------------------------------------

    @property
    def objective(self) -> Objective:
        """The game being played on every patch."""
        return OBJECTIVES[self.hyper.objective]

    @property
    def score_is_probability(self) -> bool:
        """True but for hinge."""
        return self.objective.score_kind == "probability"

    def watch(self, batch: Batch, real: Sequence[Sequence[Tensor]], fake: Sequence[Sequence[Tensor]]) -> None:
        """Plots D's mean word on real and on generated pictures, from its features at every scale."""
        names = ("D(x)", "D(G(m))") if self.score_is_probability else ("critic(x)", "critic(G(m))")
        for name, found, role in ((names[0], real, "real"), (names[1], fake, "fake")):
            maps = verdicts([list(features) for features in found])
            words = torch.stack([self.objective.score(one.detach()).mean() for one in maps])
            batch.watch(name, words, self.objective.score_kind, "real" if role == "real" else "fake")

    # -- looking ----------------------------------------------------------------------------------------------------

    def panels(self, values: Values, real: Tensor | None) -> tuple[tuple[str, Tensor], ...]:
        """What was given, what is drawn, and what should have been."""
        given = picture_of(values[self.given_control.name], self.data.map_classes)
        columns = ((self.data.sides[0] or _("input"), given), (_("drawn"), self.generate(values)))
        return columns if real is None else (*columns, (_("real"), real))
