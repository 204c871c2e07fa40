"""What translators share: a label map or a picture goes in, another picture should come out, and D judges its patches.

Of pairs, the picture that belongs to what was given should come out:

    min over G, max over D of  E_{m, x ~ data}[ a(D(m, x)) ] + E_{m ~ data}[ b(D(m, G(m))) ] + more terms on G(m) and x

D sees what was given beside the picture, so a fine picture of something else is still a fake. What is given is a label
map (one plane per class), or another picture. Half of the pairs are mirrored, and some methods shift them: small sets need
it. Numbers that are known of every picture (attributes, e.g. the time of day) are planes of one value beside it, for G and
for D. See ``pix2pix.py``, ``pan.py``, ``pix2pixhd.py`` and ``spade.py``; without pairs, ``cyclegan.py``.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

import torch
from torch import Tensor, nn
from typing_extensions import TypeVar

from ganstudio.core.controls import Attribute, Control, LabelMap, SourceImage
from ganstudio.core.dataspec import DataSpec
from ganstudio.core.fields import Hyper
from ganstudio.core.i18n import _
from ganstudio.methods.axes import (
    AMP,
    BETA1,
    BETA2,
    DECAY,
    DECAY_FROM,
    DECAY_TO,
    DROPOUT,
    EMA,
    JITTER,
    LR_D,
    LR_G,
    MIRROR,
    NORM,
    PICTURES,
    RULE,
    VGG,
    WEIGHT,
    WIDTH,
    WIDTH_D,
)  # fmt: skip
from ganstudio.methods.base import Batch, DecayKind, Examples, Method, Optimiser, Phase, Terms, Values, decay_of
from ganstudio.nn.augment import varied
from ganstudio.nn.labelmaps import picture_of, planes
from ganstudio.nn.objectives import RULES, Rule
from ganstudio.nn.patch import (
    Features,
    MultiScaleDiscriminator,
    PatchDiscriminator,
    feature_distance,
    fooling,
    halves,
    judging,
    patch_layers,
    verdicts,
)
from ganstudio.nn.perceptual import PerceptualDistance
from ganstudio.nn.unet import UNet


class TranslationHyper(Hyper):
    """What every translator can be told. A paper's file narrows choices and sets its own defaults."""

    decay_begins: ClassVar[float] = 0.5
    """Where a linear decay begins, as a share of the run, when nobody says so: the authors' programs train as long again."""

    objective: Literal["non-saturating", "least-squares", "hinge"] = RULE(
        "non-saturating", _("What D and G minimise on every patch of the picture.")
    )
    lr_g: float = LR_G(2e-4, _("Step size of the generator."))
    lr_d: float = LR_D(
        2e-4, _("Step size of the discriminator. Much larger than G’s: it knows every fake, and G stops learning.")
    )
    beta1: float = BETA1(0.5, _("Adam’s first decay; GANs want it at 0.5 or lower."), title=_("β₁"))
    beta2: float = BETA2(0.999, _("Adam’s second decay."))
    batch_size: int = PICTURES(4)
    mirror: bool = MIRROR(True)
    jitter: bool = JITTER(False)
    ema: float = EMA(0.995, _("Pictures are drawn with a moving average of the generator’s weights; 0 = off (raw weights "
                     "only)."))  # fmt: skip
    amp: bool = AMP(False)
    decay: DecayKind = DECAY("none")
    decay_from: int = DECAY_FROM(0, _("The step at which the rates begin to fall. 0: half of the run, as it is begun."))
    decay_to: int = DECAY_TO(0)


class MatchingHyper(TranslationHyper):
    """For papers that also compare pictures by features: of D, and of a network that recognises things."""

    vgg: str = VGG("")
    weight_vgg: float = WEIGHT(10.0, _("Weight of the distance between VGG’s features of the drawn and of the real picture: "
                               "10. Needs VGG weights."), title=_("Perceptual weight"), advanced=True)  # fmt: skip
    weight_features: float = WEIGHT(10.0, _("Weight of the distance between D’s features of the drawn and of the real "
                                    "picture: 10."), title=_("Feature matching"))  # fmt: skip


class UNetHyper(TranslationHyper):
    """The axes of a U-Net and one patch discriminator, sized for a laptop."""

    objective: Literal["non-saturating", "least-squares"] = RULE(
        "non-saturating", _("What D and G minimise on every patch; the logistic game in the paper.")
    )
    width: int = WIDTH(24, _("Channels of G’s outermost stage; each further in has twice as many. 64 in the paper, for a "
                       "GPU."), le=128)  # fmt: skip
    norm: Literal["instance", "batch"] = NORM("instance")
    dropout: float = DROPOUT(0.5, _("Share of the features dropped in G’s three innermost stages while training: the "
                             "paper’s only noise."))  # fmt: skip
    width_d: int = WIDTH_D(32, _("Channels of the first layer of the discriminator; 64 in the paper."))


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


T = TypeVar("T", bound=TranslationHyper, default=TranslationHyper)
M = TypeVar("M", bound=MatchingHyper, default=MatchingHyper)
U = TypeVar("U", bound=UNetHyper, default=UNetHyper)


class PatchGame(Method[T]):
    """The game that all translators play: one update of D, which judges patches, and one of everything that draws.

    Class attributes:
        drawn: what plots call a drawn picture.
        averages_scales: the verdicts of D's scales are averaged; otherwise they are added up.
    """

    Hyper: ClassVar[type[Hyper]] = TranslationHyper
    training_only: ClassVar[tuple[str, ...]] = ("discriminator",)
    held_out = 0.04
    drawn: ClassVar[str] = "G(m)"
    averages_scales: ClassVar[bool] = False

    generator: nn.Module
    discriminator: nn.Module

    def phases(self) -> Sequence[Phase]:
        """One update of D, one of everything that draws."""
        h, decay = self.hyper, decay_of(self.hyper)
        players = (
            ("discriminator", ("discriminator",), h.lr_d, self.discriminator_terms),
            ("generator", self.averaged, h.lr_g, self.generator_terms),
        )
        return tuple(
            Phase(
                name=role,
                role=role,
                networks=networks,
                optimiser=Optimiser("adam", rate, h.beta1, h.beta2, decay=decay),
                loss=terms,
            )
            for role, networks, rate, terms in players
        )

    @abstractmethod
    def discriminator_terms(self, batch: Batch) -> Terms:
        """What D minimises."""

    @abstractmethod
    def generator_terms(self, batch: Batch) -> Terms:
        """What G minimises."""

    def shown(self, *together: Tensor) -> tuple[Tensor, ...]:
        """Pictures and maps of the same items as training shows them: mirrored and shifted at random, all alike."""
        return varied(*together, mirror=self.hyper.mirror, jitter=self.hyper.jitter)

    @property
    def rule(self) -> Rule:
        """The game being played on every patch."""
        return RULES[self.hyper.objective]

    @property
    def score_is_probability(self) -> bool:
        """True but for hinge."""
        return self.rule.score_kind == "probability"

    def verdict_terms(self, batch: Batch, real: Sequence[Features], fake: Sequence[Features]) -> Terms:
        """D's loss from its answers to real and to drawn pictures, whose mean words are plotted."""
        on_real, on_fake = verdicts(real), verdicts(fake)
        says, kind = ("D" if self.score_is_probability else "critic"), self.rule.score_kind
        for of, maps, role in (("x", on_real, "real"), (self.drawn, on_fake, "fake")):
            words = torch.stack([self.rule.score(one.detach()).mean() for one in maps])
            batch.watch(f"{says}({of})", words, kind, "real" if role == "real" else "fake")
        of_real, of_fake = judging(self.rule, on_real, on_fake, self.averages_scales)
        return {"real": of_real, "fake": of_fake}

    def adversarial(self, found: Sequence[Features]) -> Tensor:
        """G's loss from what D answers to drawn pictures."""
        return fooling(self.rule, verdicts(found), self.averages_scales)


class Translation(PatchGame[T]):
    """Base of the paired translators: D sees what was given beside the picture."""

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
        """The batch as the networks see it, mirrored and shifted at random."""
        real, inputs = self.shown(batch.real, batch.inputs)
        known = batch.attributes
        attributes = torch.empty(len(real), 0, device=real.device) if known is None else known
        return Pair(self.planes_of(inputs, attributes), real, attributes)

    # -- one update ---------------------------------------------------------------------------------------------------

    def picture(self, pair: Pair) -> Tensor:
        """What is drawn where the pair's picture should be."""
        drawn: Tensor = self.generator(pair.given)
        return drawn

    def discriminator_terms(self, batch: Batch) -> Terms:
        """D's loss on patches of real and of drawn pictures, beside what was given."""
        pair = self.pair(batch)
        with torch.no_grad():
            fake = self.picture(pair)
        return self.verdict_terms(batch, *self.judge_both(pair, fake))

    def generate(self, values: Values) -> Tensor:
        """G(m)."""
        pictures: Tensor = self.generator(self.planes_of(values[self.given_control.name], self.attributes_of(values)))
        return pictures

    def judge(self, given: Tensor, pictures: Tensor) -> list[Features]:
        """What D answers to pictures beside what was given, at every scale."""
        found: list[Features] = self.discriminator(torch.cat((given, pictures), 1))
        return found

    def judge_both(self, pair: Pair, fake: Tensor) -> tuple[list[Features], list[Features]]:
        """What D answers to the real pictures and to the drawn ones: one pass, as its norms look at every picture alone."""
        return halves(self.judge(pair.given.repeat(2, 1, 1, 1), torch.cat((pair.real, fake))))

    # -- looking ----------------------------------------------------------------------------------------------------

    def panels(self, values: Values, real: Tensor | None) -> tuple[tuple[str, Tensor], ...]:
        """What was given, what is drawn, and what should have been."""
        given = picture_of(values[self.given_control.name], self.data.map_classes)
        columns = ((self.data.sides[0] or _("input"), given), (_("drawn"), self.generate(values)))
        return columns if real is None else (*columns, (_("real"), real))


class MatchingTranslation(Translation[M]):
    """For papers that hold the drawn picture near the real one by features: D's, and VGG's where there are weights."""

    def __init__(self, hyper: M, data: DataSpec) -> None:
        super().__init__(hyper, data)
        self.perceptual = PerceptualDistance(hyper.vgg, data.size) if hyper.vgg else None

    def phases(self) -> Sequence[Phase]:
        """As ever."""
        if self.perceptual is not None:
            self.perceptual.load()  # a wrong file is told before the first step, and only to those who train
        return super().phases()

    def drawing_terms(self, pair: Pair, fake: Tensor) -> Terms:
        """What G minimises, from its picture."""
        h, found = self.hyper, self.judge(pair.given, fake)
        terms = {"adversarial": self.adversarial(found)}
        if h.weight_features:
            with torch.no_grad():
                wanted = self.judge(pair.given, pair.real)
            terms["features"] = h.weight_features * feature_distance(found, wanted)
        if self.perceptual is not None and h.weight_vgg:
            terms["perceptual"] = h.weight_vgg * self.perceptual(fake, pair.real)
        return terms


class UNetTranslation(Translation[U]):
    """U-Net and one patch discriminator.

    Class attributes:
        doubles: G enlarges by doubled pixels instead of by transposed convolutions.
    """

    doubles: ClassVar[bool] = False

    def __init__(self, hyper: U, data: DataSpec) -> None:
        super().__init__(hyper, data)
        given, layers = self.given_planes, patch_layers(data.size, 1)
        self.generator = UNet(given, data.channels, data.size, hyper.width, hyper.norm, hyper.dropout, self.doubles)
        self.discriminator = MultiScaleDiscriminator(
            1, lambda: PatchDiscriminator(given + data.channels, hyper.width_d, layers)
        )
