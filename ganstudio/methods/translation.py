"""What the paired translators share: a label map or a picture goes in, the picture that belongs to it should come out.

    min over G, max over D of  E_{m, x ~ data}[ a(D(m, x)) ] + E_{m ~ data}[ b(D(m, G(m))) ] + more terms on G(m) and x

D sees what was given beside the picture, so a fine picture of something else is still a fake. What is given is a label
map (one plane per class), or another picture. Half of the pairs are mirrored: small sets need it. Numbers that are known
of every picture (attributes, e.g. the time of day) are planes of one value beside it, for G and for D. See ``pix2pix.py``,
``pan.py``, ``pix2pixhd.py`` and ``spade.py``.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

import torch
from torch import Tensor, nn

from ganstudio.core.controls import Attribute, Control, LabelMap, SourceImage
from ganstudio.core.dataspec import DataSpec
from ganstudio.core.fields import Hyper, field
from ganstudio.core.i18n import _
from ganstudio.methods.base import Batch, Examples, Method, Optimiser, Phase, Terms, Values
from ganstudio.nn import random
from ganstudio.nn.labelmaps import picture_of, planes
from ganstudio.nn.objectives import RULES, Rule
from ganstudio.nn.patch import Features, halves, judging, verdicts
from ganstudio.nn.perceptual import PerceptualDistance

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


class PerceptualHyper(TranslationHyper):
    """For papers that also compare pictures by the features of a network that recognises things."""

    vgg: str = field(
        "",
        _("VGG-19 weights"),
        _("Path of torchvision’s vgg19 as a safetensors file: adds the paper’s perceptual term. Empty: no such term."),
        group=OBJECTIVE,
        advanced=True,
        path=True,
    )
    weight_vgg: float = field(
        10.0,
        _("Perceptual weight"),
        _("Weight of the distance between VGG’s features of the drawn and of the real picture: 10. Needs VGG weights."),
        group=OBJECTIVE,
        ge=0,
        le=1000,
        live=True,
        advanced=True,
    )


class UNetHyper(TranslationHyper):
    """The axes of a U-Net and one patch discriminator, sized for a laptop."""

    objective: Literal["non-saturating", "least-squares"] = field(
        "non-saturating",
        _("Objective"),
        _("What D and G minimise on every patch; the logistic game in the paper."),
        group=OBJECTIVE,
    )
    width: int = field(
        24,
        _("Width"),
        _("Channels of G’s outermost stage; each further in has twice as many. 64 in the paper, for a GPU."),
        group=NETWORKS,
        ge=4,
        le=128,
        log=True,
    )
    norm: Literal["instance", "batch"] = field(
        "instance",
        _("Normalisation"),
        _("Of G’s stages: instance looks at every picture alone; batch is the paper’s, which took batches of 1."),
        group=NETWORKS,
    )
    dropout: float = field(
        0.5,
        _("Dropout"),
        _("Share of the features dropped in G’s three innermost stages while training: the paper’s only noise."),
        group=NETWORKS,
        ge=0,
        le=0.9,
    )
    width_d: int = field(
        32,
        _("Discriminator width"),
        _("Channels of the first layer of the discriminator; 64 in the paper."),
        group=NETWORKS,
        ge=4,
        le=128,
        log=True,
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

    def __init__(self, hyper: TranslationHyper, data: DataSpec) -> None:
        super().__init__(hyper, data)
        path = getattr(hyper, "vgg", "")
        self.perceptual = PerceptualDistance(path, data.size) if path else None

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

    def given(self, examples: Examples) -> dict[str, Tensor]:
        """The map or picture that belongs to real examples, and their attributes."""
        assert examples.inputs is not None, "prepare refuses data without inputs"
        values, known = {self.given_control.name: examples.inputs}, examples.attributes
        if known is not None:
            values |= {name: known[:, i : i + 1] for i, name in enumerate(self.data.attributes)}
        return values

    def attributes_of(self, values: Values) -> Tensor:
        """The attributes among control values, ``(N, A)``."""
        given = values[self.given_control.name]
        columns = [values[name] for name in self.data.attributes]
        return torch.cat(columns, 1) if columns else torch.empty(given.shape[0], 0, device=given.device)

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

    # -- one update ---------------------------------------------------------------------------------------------------

    def phases(self) -> Sequence[Phase]:
        """One update of D, one of everything that draws."""
        if self.perceptual is not None:
            self.perceptual.load()  # a wrong file is told before the first step, and only to those who train
        h = self.hyper
        return (
            Phase(
                name="discriminator",
                role="discriminator",
                networks=("discriminator",),
                optimiser=Optimiser("adam", h.lr_d, h.beta1, h.beta2),
                loss=self.discriminator_terms,
            ),
            Phase(
                name="generator",
                role="generator",
                networks=self.averaged,
                optimiser=Optimiser("adam", h.lr_g, h.beta1, h.beta2),
                loss=self.generator_terms,
            ),
        )

    def discriminator_terms(self, batch: Batch) -> Terms:
        """D's loss on patches of real and of drawn pictures, beside what was given."""
        pair = self.pair(batch)
        with torch.no_grad():
            fake = self.generator(pair.given)
        return self.verdict_terms(batch, *self.judge_both(pair, fake))

    @abstractmethod
    def generator_terms(self, batch: Batch) -> Terms:
        """What G minimises."""

    def generate(self, values: Values) -> Tensor:
        """G(m)."""
        pictures: Tensor = self.generator(self.planes_of(values[self.given_control.name], self.attributes_of(values)))
        return pictures

    # -- verdicts ---------------------------------------------------------------------------------------------------

    @property
    def rule(self) -> Rule:
        """The game being played on every patch."""
        return RULES[self.hyper.objective]

    @property
    def score_is_probability(self) -> bool:
        """True but for hinge."""
        return self.rule.score_kind == "probability"

    def judge(self, given: Tensor, pictures: Tensor) -> list[Features]:
        """What D answers to pictures beside what was given, at every scale."""
        found: list[Features] = self.discriminator(torch.cat((given, pictures), 1))
        return found

    def judge_both(self, pair: Pair, fake: Tensor) -> tuple[list[Features], list[Features]]:
        """What D answers to the real pictures and to the drawn ones: one pass, as its norms look at every picture alone."""
        return halves(self.judge(pair.given.repeat(2, 1, 1, 1), torch.cat((pair.real, fake))))

    def verdict_terms(self, batch: Batch, real: Sequence[Features], fake: Sequence[Features]) -> Terms:
        """D's loss from its answers, which are watched as well."""
        self.watch(batch, real, fake)
        on_real, on_fake = judging(self.rule, verdicts(real), verdicts(fake))
        return {"real": on_real, "fake": on_fake}

    def watch(self, batch: Batch, real: Sequence[Sequence[Tensor]], fake: Sequence[Sequence[Tensor]]) -> None:
        """Plots D's mean word on real and on generated pictures, from its features at every scale."""
        names = ("D(x)", "D(G(m))") if self.score_is_probability else ("critic(x)", "critic(G(m))")
        for name, found, role in ((names[0], real, "real"), (names[1], fake, "fake")):
            maps = verdicts([list(features) for features in found])
            words = torch.stack([self.rule.score(one.detach()).mean() for one in maps])
            batch.watch(name, words, self.rule.score_kind, "real" if role == "real" else "fake")

    # -- looking ----------------------------------------------------------------------------------------------------

    def panels(self, values: Values, real: Tensor | None) -> tuple[tuple[str, Tensor], ...]:
        """What was given, what is drawn, and what should have been."""
        given = picture_of(values[self.given_control.name], self.data.map_classes)
        columns = ((self.data.sides[0] or _("input"), given), (_("drawn"), self.generate(values)))
        return columns if real is None else (*columns, (_("real"), real))
