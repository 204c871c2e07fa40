"""The game that most papers share, from the outside in: one generator, one discriminator, one latent vector.

    min over G, max over D of  E_{x ~ data}[ a(D(x)) ] + E_{z ~ prior}[ b(D(G(z))) ]

One step is ``n_critic`` updates of D, each on a fresh real batch and fresh latents, then one update of G. It is open where
papers differ:

    rule         what both players minimise, given D's outputs for real and for generated items;
    see(x)       everything that D is shown passes here: augmentation, noise, packing;
    judge(x, v)  D's verdict on what it sees (and on the controls v that it is told): raw output and features;
    penalties()  terms on D's slope, each with its weight and rhythm;
    loss_of_d, loss_of_g   what a paper adds to the two losses.

A paper in this family is a choice of axes (objective, penalty, constraint, architecture, optimisers) and one or two of
these: see ``gan.py``, ``wgan.py``, ``infogan.py``, ``acgan.py``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, NamedTuple

import torch
from torch import Tensor, nn
from typing_extensions import TypeVar

from ganstudio.core.controls import Control, LatentVector
from ganstudio.core.dataspec import DataSpec
from ganstudio.core.errors import UsageError
from ganstudio.core.fields import Hyper, Value
from ganstudio.core.i18n import _
from ganstudio.methods.axes import (
    AMP,
    ARCHITECTURE,
    BATCH,
    BETA1,
    BETA2,
    DECAY,
    DECAY_FROM,
    DECAY_TO,
    DROPOUT,
    EMA,
    GRAD_CLIP,
    LABEL_NOISE,
    LATENT,
    LR_D,
    LR_G,
    MLP_DEPTH,
    MLP_WIDTH,
    N_CRITIC,
    NORM_D,
    NORM_G,
    OPTIMISER_D,
    OPTIMISER_G,
    PENALTY,
    PENALTY_WEIGHT,
    PRIOR,
    RULE,
    WEIGHT_CLIP,
    WIDTH,
)  # fmt: skip
from ganstudio.methods.base import Batch, DecayKind, Method, Optimiser, OptimiserKind, Phase, Terms, Values, decay_of
from ganstudio.nn import families, random
from ganstudio.nn.discriminator import Discriminator
from ganstudio.nn.objectives import RULES, Rule
from ganstudio.nn.penalties import PENALTIES, Penalty, PenaltyName


class GameHyper(Hyper):
    """The axes of the two-player game but for its networks. A paper's file narrows choices and sets its own defaults."""

    decay_begins: ClassVar[float] = 0.0
    """Where a linear decay begins, as a share of the run, when nobody says so."""

    objective: Literal["minimax", "non-saturating", "least-squares", "wasserstein", "hinge"] = RULE("non-saturating")
    penalty: PenaltyName = PENALTY("none")
    penalty_weight: float = PENALTY_WEIGHT(10.0)
    weight_clip: float = WEIGHT_CLIP(0.0)
    dropout: float = DROPOUT(0.0)
    latent_size: int = LATENT(64)
    prior: Literal["normal", "uniform"] = PRIOR("normal")
    optimiser_d: OptimiserKind = OPTIMISER_D("adam")
    lr_d: float = LR_D(2e-4)
    optimiser_g: OptimiserKind = OPTIMISER_G("adam")
    lr_g: float = LR_G(2e-4)
    beta1: float = BETA1(0.5)
    beta2: float = BETA2(0.999)
    grad_clip: float = GRAD_CLIP(0.0)
    batch_size: int = BATCH(64)
    n_critic: int = N_CRITIC(1)
    ema: float = EMA(0.995)
    amp: bool = AMP(False)
    decay: DecayKind = DECAY("none")
    decay_from: int = DECAY_FROM(0)
    decay_to: int = DECAY_TO(0)


class LabelNoiseHyper(GameHyper):
    """For games whose verdicts aim at 1 and 0: the targets can be made less certain."""

    label_noise: float = LABEL_NOISE(0.0)


class TwoPlayerHyper(GameHyper):
    """The axes of the game, with networks for points and for images."""

    architecture: Literal["auto", "mlp", "conv"] = ARCHITECTURE("auto")
    mlp_width: int = MLP_WIDTH(128)
    mlp_depth: int = MLP_DEPTH(3)
    conv_width: int = WIDTH(32, _("Channels of the stage nearest the image; deeper stages double it. DCGAN: 64, for a "
                            "strong computer."), title=_("Conv width"))  # fmt: skip
    norm_g: Literal["none", "batch", "layer"] = NORM_G(
        "batch", _("Normalisation of the generator’s hidden layers; batch norm is DCGAN’s.")
    )
    norm_d: Literal["none", "batch", "layer", "spectral"] = NORM_D("none")


class CriticHyper(TwoPlayerHyper):
    """The game of the Wasserstein papers: D is a critic, trained several times for each update of G."""

    objective: Literal["wasserstein"] = RULE(
        "wasserstein", _("The critic’s mean on real items minus its mean on fakes.")
    )
    n_critic: int = N_CRITIC(5, _("The critic should be near its optimum: 5."), title=_("Critic updates per G update"))


class Verdict(NamedTuple):
    """What D says of items.

    Attributes:
        out: raw output, float32 ``(N,)`` (fewer where items are judged in packs).
        features: what its last layer looked at, one row per output.
    """

    out: Tensor
    features: Tensor


@dataclass(frozen=True, slots=True)
class Play:
    """What both losses are made from.

    Attributes:
        batch: of the update.
        fake: generated items; with gradients in G's update.
        values: the controls that they were made with.
        on_fake: D's verdict on them.
        on_real: D's verdict on real items; in G's update only where the rule or the method compares with them, and without
            gradients there.
        known: the controls that the real items are described by.
    """

    batch: Batch
    fake: Tensor
    values: Values
    on_fake: Verdict
    on_real: Verdict | None
    known: Values


G = TypeVar("G", bound=GameHyper, default=GameHyper)
_OF_POINTS: dict[str, Value] = {
    "latent_size": 2,
    "batch_size": 256,
    "lr_d": 1e-3,
    "lr_g": 1e-3,
    "norm_g": "none",
    "ema": 0.99,
}


class TwoPlayer(Method[G]):
    """Base of the two-player methods: children ``generator`` and ``discriminator``.

    Class attributes:
        family: of the networks; None: by the hyper-parameter ``architecture``.
        compares: G's loss looks at D's verdict on real items, too, whatever the rule.
    """

    Hyper: ClassVar[type[Hyper]] = TwoPlayerHyper
    kind_defaults = {"points": _OF_POINTS}
    family: ClassVar[families.Family | None] = None
    compares: bool = False

    generator: nn.Module
    discriminator: Discriminator

    def __init__(self, hyper: G, data: DataSpec) -> None:
        super().__init__(hyper, data)
        if getattr(hyper, "norm_d", "none") == "batch" and (hyper.penalty != "none" or self.penalties()):
            raise UsageError(
                _(
                    "A slope penalty needs a discriminator that judges every item alone: set norm_d to another than batch."
                )
            )
        self.build_networks()

    def build_networks(self) -> None:
        """Sets ``generator`` and ``discriminator``."""
        asked: Any = self.family or getattr(self.hyper, "architecture", "auto")
        family = families.fitting(self.data) if asked == "auto" else asked
        self.generator, self.discriminator = families.build(family, self.data, self.hyper)

    @property
    def mixes_items(self) -> bool:
        """D has batch norm or the like: its verdict on an item depends on the rest, so real and fake are judged apart."""
        return getattr(self.hyper, "norm_d", "none") == "batch"

    # -- where papers differ --------------------------------------------------------------------------------------------

    @property
    def rule(self) -> Rule:
        """The game being played."""
        return RULES[self.hyper.objective]

    def known(self, batch: Batch) -> Values:
        """What D is told of the real items: their classes. In BiGAN, beside a drawn z: the z that E reads in them."""
        return self.describe(batch.labels)

    def see(self, items: Tensor) -> Tensor:
        """What D is shown of items while it is trained, or G by it: the items themselves. Real and fake pass apart."""
        return items

    def judge(self, items: Tensor, values: Values) -> Verdict:
        """D's verdict on what it sees, ``(N, …)``, and on whatever it is told of ``values``."""
        features = self.discriminator.features(items)
        return Verdict(self.discriminator.verdict(features).float(), features)

    def penalties(self) -> Sequence[Penalty]:
        """Terms on D's slope."""
        h = self.hyper
        on = h.penalty != "none" and h.penalty_weight > 0
        return (Penalty("penalty", h.penalty_weight, PENALTIES[h.penalty]),) if on else ()

    def loss_of_d(self, play: Play) -> Terms:
        """D's terms but for the penalties; real and generated items have been judged."""
        assert play.on_real is not None
        real, fake = play.on_real.out, play.on_fake.out
        on_real, on_fake = self.rule.discriminator(real, fake)
        if noise := getattr(self.hyper, "label_noise", 0.0):
            # A target of 1 − ε is (1 − ε) of the loss for real and ε of that for fake; every item's ε is its own.
            as_fake, as_real = self.rule.discriminator(fake, real)[::-1]
            for_real, for_fake = self.moved_targets(noise * random.uniform(2, len(real), device=real.device))
            on_real, on_fake = torch.lerp(on_real, as_fake, for_real), torch.lerp(on_fake, as_real, for_fake)
        return {"real": on_real.mean(), "fake": on_fake.mean()}

    def moved_targets(self, noise: Tensor) -> tuple[Tensor, Tensor]:
        """Which share of the opposite label real and generated items get, ``(N,)`` each, from noise ``(2, N)``."""
        return noise[0], noise[1]

    def loss_of_g(self, play: Play) -> Terms:
        """G's terms."""
        real = None if play.on_real is None else play.on_real.out
        return {"adversarial": self.rule.generator(real, play.on_fake.out).mean()}

    def whole_batch(self) -> str:
        """DRAGAN's noise."""
        return _("DRAGAN’s penalty takes the spread") if self.hyper.penalty == "dragan" else ""

    # -- one update -----------------------------------------------------------------------------------------------------

    def phases(self) -> Sequence[Phase]:
        """``n_critic`` updates of D, then one of G."""
        h, decay = self.hyper, decay_of(self.hyper)
        return (
            Phase(
                name="discriminator",
                role="discriminator",
                networks=("discriminator",),
                optimiser=Optimiser(h.optimiser_d, h.lr_d, h.beta1, h.beta2, h.grad_clip, decay=decay),
                loss=self.discriminator_terms,
                repeat=h.n_critic,
                after=self.clip_weights if h.weight_clip else None,
                second_order=bool(self.penalties()),
            ),
            Phase(
                name="generator",
                role="generator",
                networks=("generator",),
                optimiser=Optimiser(h.optimiser_g, h.lr_g, h.beta1, h.beta2, decay=decay),
                loss=self.generator_terms,
            ),
        )

    def discriminator_terms(self, batch: Batch) -> Terms:
        """Loss of D on real items and on generated ones that are told the same of, and the penalties that are due."""
        real, known = batch.real, self.known(batch)
        values = {**self.draw(batch.size, real.device), **self.describe(batch.labels)}
        with torch.no_grad():
            fake = self.generate(values)
        on_real, on_fake = self.judge_both(self.see(real), self.see(fake), known, values)
        self.watch(batch, on_real, on_fake)
        terms = self.loss_of_d(Play(batch, fake, values, on_fake, on_real, known))
        for penalty in self.penalties():
            if batch.step % penalty.every == 0:
                value = penalty.value(lambda items: self.judge(self.see(items), known).out, real, fake)
                terms[penalty.name] = penalty.weight * penalty.every * value
        return terms

    def judge_both(self, real: Tensor, fake: Tensor, known: Values, values: Values) -> tuple[Verdict, Verdict]:
        """D's verdicts on real and on generated items: one pass, unless its statistics must not mix them."""
        if self.mixes_items:
            return self.judge(real, known), self.judge(fake, values)
        told = {name: torch.cat((rows, values[name])) for name, rows in known.items()}
        both = self.judge(torch.cat((real, fake)), told)
        (real_out, fake_out), (real_features, fake_features) = both.out.chunk(2), both.features.chunk(2)
        return Verdict(real_out, real_features), Verdict(fake_out, fake_features)

    def watch(self, batch: Batch, on_real: Verdict, on_fake: Verdict) -> None:
        """Plots D's mean word on real and on generated items."""
        names = ("D(x)", "D(G(z))") if self.score_is_probability else ("critic(x)", "critic(G(z))")
        batch.watch(names[0], self.score(on_real.out.detach()), self.rule.score_kind, "real")
        batch.watch(names[1], self.score(on_fake.out.detach()), self.rule.score_kind, "fake")

    def generator_terms(self, batch: Batch) -> Terms:
        """Loss of G on fresh latents."""
        on_real, known = None, {}  # type: Verdict | None, Values
        if self.compares or self.rule.compares:
            with torch.no_grad():
                known = self.known(batch)
                on_real = self.judge(self.see(batch.real), known)
        values = self.draw(batch.size, next(self.generator.parameters()).device)
        fake = self.generate(values)
        return self.loss_of_g(Play(batch, fake, values, self.judge(self.see(fake), values), on_real, known))

    @torch.no_grad()
    def clip_weights(self) -> None:
        """Clips every weight of D to ± ``weight_clip`` (Arjovsky et al. 2017, algorithm 1, line 7)."""
        bound = self.hyper.weight_clip
        weights: list[Tensor] = [*self.discriminator.parameters()]
        torch._foreach_clamp_min_(weights, -bound)
        torch._foreach_clamp_max_(weights, bound)

    # -- drawing and looking --------------------------------------------------------------------------------------------

    def controls(self) -> Sequence[Control]:
        """The latent vector ``z``."""
        return (LatentVector("z", self.hyper.latent_size, self.hyper.prior),)

    def generate(self, values: Values) -> Tensor:
        """G(z)."""
        items: Tensor = self.generator(values["z"])
        return items

    def critic(self, items: Tensor, values: Values | None = None) -> Tensor:
        """D's raw output, ``(N,)``."""
        return self.judge(items, values or {}).out

    def score(self, raw: Tensor) -> Tensor:
        """σ(raw) for the logistic games, the output itself for the others."""
        return self.rule.score(raw)

    @property
    def score_is_probability(self) -> bool:
        """True but for critics."""
        return self.rule.score_kind == "probability"

    def pull(self, items: Tensor) -> Tensor:
        """−∂L_G/∂x of every item on its own, so that arrows do not shrink with the batch.

        Where the rule compares, real items are taken to be judged as these are.
        """
        items = items.detach().requires_grad_(True)
        out = self.critic(items)
        loss = self.rule.generator(out.detach() if self.rule.compares else None, out).sum()
        (slope,) = torch.autograd.grad(loss, items)
        return -slope
