"""CycleGAN: two piles of pictures, no pairs, and a way there and back.

Zhu, Park, Isola, Efros: *Unpaired Image-to-Image Translation using Cycle-Consistent Adversarial Networks*, ICCV 2017.

    L_G  = E[ (D_B(G(a)) − 1)² ] + E[ (D_A(F(b)) − 1)² ]                              (eq. 1, as in section 4)
         + λ ( E‖F(G(a)) − a‖₁ + E‖G(F(b)) − b‖₁ )                                    (eq. 2)
         + λ · ι ( E‖G(b) − b‖₁ + E‖F(a) − a‖₁ )                                      (section 5.2)
    L_D  = ½ ( E[ (D_B(b) − 1)² ] + E[ D_B(G(a))² ] )  and the same for D_A

G: A → B and F: B → A. D_B only asks that G's pictures look like those of B, and any picture of B would do. That a can be
got back from G(a) forbids it to be just any: what makes a different from the other pictures of A must be kept somewhere.
The identity term tells G to leave alone what is of B already; without it colours may be turned round for no reason.
D sees pictures from a pool of what was drawn lately, half of the time, so that it does not chase the newest trick.

Knobs
    weight_cycle    λ = 10. Small: pretty pictures of something else; large: hardly anything changes.
    weight_identity ι = 0.5, of λ. 0 where colour has to change freely and nothing else tells it how.
    pool            50 pictures of each side; 0: new ones only.
    blocks          residual blocks: 6 to 128 px, 9 above (section 7.2 of the appendix).
    decay           linear: constant for half of the run, then evenly to 0 (section 4).
    jitter, mirror  as in the authors' program: enlarged by 12 % and cropped, and mirrored, each side by its own chance. Off
                    where sizes, places or left and right are what is to be learned.

What goes wrong
    The picture hides in its translation as noise that nobody sees, from which F reads it back: cycle near 0, and nothing
    learned. Shapes never change, because textures are cheaper. Day and night swapped halfway: D_A and D_B are both
    content with grey; train longer, or start again with another seed.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn.functional import l1_loss

from ganstudio.core.controls import Control, GeneratorIndex, SourceImage
from ganstudio.core.dataspec import DataSpec
from ganstudio.core.errors import UsageError
from ganstudio.core.i18n import _
from ganstudio.methods.axes import BLOCKS, COUNT, DECAY, JITTER, PICTURES, RULE, TRAINING, WEIGHT, WIDTH, WIDTH_D
from ganstudio.methods.base import Batch, DecayKind, Examples, MethodInfo, Terms, Values
from ganstudio.methods.translation import PatchGame, TranslationHyper
from ganstudio.nn.patch import PatchDiscriminator, patch_layers
from ganstudio.nn.pool import ImagePool
from ganstudio.nn.translator import ResNetTranslator

_LARGE = 128  # px: more blocks above


class CycleGANHyper(TranslationHyper):
    """The paper's axes, sized for a laptop."""

    objective: Literal["least-squares", "non-saturating"] = RULE(
        "least-squares",
        _("What the discriminators and generators minimise on every patch; least squares in the paper."),
    )
    weight_cycle: float = WEIGHT(10.0, _("λ: how much it counts that the way there and back ends where it began. 10."),
                                 title=_("Cycle weight"))  # fmt: skip
    weight_identity: float = WEIGHT(0.5, _("How much it counts that a picture of the wanted side stays as it is, as a share "
                                    "of the cycle weight. 0.5."), title=_("Identity weight"), le=10)  # fmt: skip
    width: int = WIDTH(16, _("Channels of the generators at the full size, doubled with each halving. 64 in the paper, for "
                       "a GPU."), le=128)  # fmt: skip
    blocks: int = BLOCKS(0, _("Of each generator; 0: 6 for pictures to 128 px and 9 for larger ones, as in the paper."),
                         ge=0, le=16)  # fmt: skip
    width_d: int = WIDTH_D(32)
    pool: int = COUNT(50, _("So many drawn pictures of each side are kept and shown to the discriminators again; 0: new "
                      "ones only."), title=_("Image pool"), group=TRAINING, ge=0, le=500)  # fmt: skip
    batch_size: int = PICTURES(
        1, _("Pictures of each side per update: 1 in the paper. More is steadier, and each step takes longer.")
    )
    jitter: bool = JITTER(True)
    decay: DecayKind = DECAY("linear", _("Both rates fall to 0 over the second half, as in the paper."), advanced=False)


class BothWays(nn.Module):
    """The two generators.

    Args:
        there: from A to B.
        back: from B to A.
    """

    def __init__(self, there: nn.Module, back: nn.Module) -> None:
        super().__init__()
        self.there, self.back = there, back

    def forward(self, pictures: Tensor, direction: Tensor) -> Tensor:
        """``(N, C, H, W)`` to the other side; ``direction`` int64 ``(N,)``: 0 is A → B, 1 is B → A."""
        backwards = direction == 1
        # An exported model has no branches: there, both ways are drawn and one of them is taken.
        if torch.jit.is_tracing():  # type: ignore[attr-defined, no-untyped-call]
            return torch.where(backwards.view(-1, 1, 1, 1), self.back(pictures), self.there(pictures))
        drawn = torch.empty_like(pictures)
        for network, rows in ((self.there, ~backwards), (self.back, backwards)):
            places = rows.nonzero().flatten()
            if len(places):
                drawn[places] = network(pictures[places]).to(drawn.dtype)
        return drawn


class BothSides(nn.Module):
    """The two discriminators, of A and of B; :meth:`forward` is not used: each judges its own side."""

    def __init__(self, a: PatchDiscriminator, b: PatchDiscriminator) -> None:
        super().__init__()
        self.a, self.b = a, b


class CycleGAN(PatchGame[CycleGANHyper]):
    """Two residual translators, two patch discriminators, two pools."""

    Hyper = CycleGANHyper
    training_only = ("discriminator", "pool_a", "pool_b")
    drawn = "G(x)"
    generator: BothWays
    discriminator: BothSides
    info = MethodInfo(
        name="cyclegan",
        title="CycleGAN",
        paper="Zhu et al., Unpaired Image-to-Image Translation using Cycle-Consistent Adversarial Networks, ICCV 2017",
        year=2017,
        summary=_("Two piles of pictures without partners: each becomes one of the other pile, and back again."),
        look_for=_(
            "On the wall: a picture, its translation, and the way back from there; the first half goes one way, the second "
            "the other. The way back gets right first, while translations still look like their inputs; then colours "
            "change, then texture. “cycle” should fall slowly. At 0 with nothing translated, lower the cycle weight."
        ),
        data_kinds=("domains",),
        family="pictures",
        objective="min_{G, F} max_D V(G, D_B) + V(F, D_A) + λ (E‖F(G(a)) − a‖₁ + E‖G(F(b)) − b‖₁)",
        compare=("pix2pix",),
    )

    def __init__(self, hyper: CycleGANHyper, data: DataSpec) -> None:
        super().__init__(hyper, data)
        if data.input_channels != data.channels:
            raise UsageError(
                _(
                    "CycleGAN’s two piles must both be in colour or both grey: one has {a} channels, the other {b}."
                ).format(a=data.input_channels, b=data.channels)
            )
        blocks = hyper.blocks or (6 if data.size <= _LARGE else 9)
        layers = patch_layers(data.size, 1)

        def translator() -> ResNetTranslator:
            return ResNetTranslator(data.channels, data.channels, data.size, hyper.width, blocks)

        self.generator = BothWays(translator(), translator())
        self.discriminator = BothSides(
            PatchDiscriminator(data.channels, hyper.width_d, layers),
            PatchDiscriminator(data.channels, hyper.width_d, layers),
        )
        self.pool_a = ImagePool(hyper.pool, data.channels, data.size)
        self.pool_b = ImagePool(hyper.pool, data.channels, data.size)

    # -- one update ---------------------------------------------------------------------------------------------------

    def sides(self, batch: Batch) -> tuple[Tensor, Tensor]:
        """Pictures of A and of B, each mirrored and shifted at random."""
        return self.shown(batch.inputs)[0], self.shown(batch.real)[0]

    def discriminator_terms(self, batch: Batch) -> Terms:
        """Each discriminator on its own side: real pictures, and drawn ones from the pool."""
        a, b = self.sides(batch)
        with torch.no_grad():
            drawn_b, drawn_a = self.pool_b(self.generator.there(a)), self.pool_a(self.generator.back(b))
        judges = self.discriminator
        return self.verdict_terms(batch, [judges.a(a), judges.b(b)], [judges.a(drawn_a), judges.b(drawn_b)])

    def generator_terms(self, batch: Batch) -> Terms:
        """Both discriminators' words, both ways there and back, and what should have stayed as it is."""
        a, b = self.sides(batch)
        there, back, h = self.generator.there, self.generator.back, self.hyper
        keep = h.weight_cycle * h.weight_identity > 0
        # Every picture is looked at alone, so one pass serves for what is translated and what should stay.
        seen_b = there(torch.cat((a, b)) if keep else a)
        seen_a = back(torch.cat((b, a)) if keep else b)
        drawn_b, drawn_a = seen_b[: len(a)], seen_a[: len(b)]
        terms = {
            "adversarial": self.adversarial([self.discriminator.b(drawn_b), self.discriminator.a(drawn_a)]),
            "cycle": h.weight_cycle * (l1_loss(back(drawn_b), a) + l1_loss(there(drawn_a), b)),
        }
        if keep:
            kept = l1_loss(seen_b[len(a) :], b) + l1_loss(seen_a[len(b) :], a)
            terms["identity"] = h.weight_cycle * h.weight_identity * kept
        return terms

    # -- drawing ------------------------------------------------------------------------------------------------------

    def controls(self) -> Sequence[Control]:
        """The picture, and which way it goes."""
        data = self.data
        first, second = data.sides[0] or "A", data.sides[1] or "B"
        ways = (f"{first} → {second}", f"{second} → {first}")
        return (SourceImage("source", data.channels, data.size), GeneratorIndex("direction", 2, ways))

    def generate(self, values: Values) -> Tensor:
        """G(a) where the direction is 0, F(b) where it is 1."""
        drawn: Tensor = self.generator(values["source"], values["direction"])
        return drawn

    def given(self, examples: Examples) -> dict[str, Tensor]:
        """Pictures of A, and the way to B."""
        inputs = examples.inputs
        assert inputs is not None, "prepare refuses data without inputs"
        return {"source": inputs, "direction": torch.zeros(len(inputs), dtype=torch.int64, device=inputs.device)}

    def on_view(self, count: int, examples: Examples) -> dict[str, Tensor]:
        """Pictures of A on their way to B, then as many of B on their way to A."""
        real, inputs = examples.real, examples.inputs
        assert inputs is not None, "prepare refuses data without inputs"
        half = (min(count, len(inputs), len(real)) + 1) // 2
        return {
            "source": torch.cat((inputs[:half], real[:half])),
            "direction": torch.arange(2, device=real.device).repeat_interleave(half),
        }

    def panels(self, values: Values, real: Tensor | None) -> tuple[tuple[str, Tensor], ...]:
        """What was given, what is drawn, and the way back from there."""
        drawn = self.generate(values)
        again = self.generate({**values, "source": drawn, "direction": 1 - values["direction"]})
        return ((_("input"), values["source"]), (_("drawn"), drawn), (_("back again"), again))
