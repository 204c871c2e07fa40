"""The game that most papers share: one generator, one discriminator, one latent vector.

    min over G, max over D of  E_{x ~ data}[ a(D(x)) ] + E_{z ~ prior}[ b(D(G(z))) ]

One step is ``n_critic`` updates of D, each on a fresh real batch and fresh latents, then one update of G. A paper in
this family is a choice of axes (objective, penalty, constraint, architecture, optimisers): see ``gan.py``,
``lsgan.py``, ``wgan.py``, ``wgan_gp.py``, ``dcgan.py``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar, Literal, cast

import torch
from torch import Tensor, nn

from ganstudio.core.controls import Control, LatentVector
from ganstudio.core.dataspec import DataSpec
from ganstudio.core.errors import UsageError
from ganstudio.core.fields import Hyper, field
from ganstudio.core.i18n import _
from ganstudio.methods.base import Batch, Method, Optimiser, OptimiserKind, Phase, Terms, Values
from ganstudio.nn import random
from ganstudio.nn.dcgan import ConvDiscriminator, ConvGenerator
from ganstudio.nn.mlp import MLPDiscriminator, MLPGenerator
from ganstudio.nn.objectives import OBJECTIVES, Objective
from ganstudio.nn.penalties import PENALTIES, PenaltyName

_OBJECTIVE, _NETWORKS, _LATENT = _("Objective"), _("Networks"), _("Latent")
_OPTIMISERS, _TRAINING = _("Optimisers"), _("Training")


class GameHyper(Hyper):
    """The axes of the two-player game but for its networks. A paper's file narrows choices and sets its own defaults."""

    objective: Literal["minimax", "non-saturating", "least-squares", "wasserstein", "hinge"] = field(
        "non-saturating",
        _("Objective"),
        _(
            "What the two networks minimise. Minimax is the theory; non-saturating gives the generator usable gradients."
        ),
        group=_OBJECTIVE,
    )
    penalty: PenaltyName = field(
        "none",
        _("Penalty"),
        _(
            "Bounds the discriminator’s slope: between real and fake (gradient), on real items (r1), around them (dragan)."
        ),
        group=_OBJECTIVE,
    )
    penalty_weight: float = field(
        10.0,
        _("Penalty weight"),
        _(
            "λ. Too small: the discriminator runs away; too large: it hardly learns. WGAN-GP: 10 for images, 0.1 in 2-D."
        ),
        group=_OBJECTIVE,
        ge=0,
        le=1000,
        log=True,
        live=True,
    )
    weight_clip: float = field(
        0.0,
        _("Weight clipping"),
        _("Every weight of D is clipped to ± this after its update; 0 = off. WGAN: 0.01."),
        group=_OBJECTIVE,
        ge=0,
        le=1,
        log=True,
        live=True,
    )
    dropout: float = field(
        0.0,
        _("Dropout"),
        _("Share of D’s last features dropped while training: weakens a discriminator that learns by heart."),
        group=_NETWORKS,
        ge=0,
        le=0.9,
    )
    latent_size: int = field(
        64,
        _("Latent size"),
        _("Numbers in z. Two are enough for 2-D data and can be drawn as a map; images take 32 to 128."),
        group=_LATENT,
        ge=1,
        le=1024,
        log=True,
    )
    prior: Literal["normal", "uniform"] = field(
        "normal", _("Prior"), _("Distribution of z: N(0, I), or uniform on [−1, 1]."), group=_LATENT
    )
    optimiser_d: OptimiserKind = field(
        "adam", _("D optimiser"), _("How the discriminator is updated."), group=_OPTIMISERS
    )
    lr_d: float = field(
        2e-4,
        _("D learning rate"),
        _("Step size of the discriminator. Too large: the losses jump; much larger than G’s: G stops learning."),
        group=_OPTIMISERS,
        gt=0,
        le=1,
        log=True,
        live=True,
    )
    optimiser_g: OptimiserKind = field("adam", _("G optimiser"), _("How the generator is updated."), group=_OPTIMISERS)
    lr_g: float = field(
        2e-4,
        _("G learning rate"),
        _("Step size of the generator. Too large: mode collapse and noise."),
        group=_OPTIMISERS,
        gt=0,
        le=1,
        log=True,
        live=True,
    )
    beta1: float = field(
        0.5,
        _("β₁ / momentum"),
        _("Adam’s first decay, or momentum. GANs want it at 0.5 or lower: old gradients point at an old opponent."),
        group=_OPTIMISERS,
        ge=0,
        lt=1,
        live=True,
    )
    beta2: float = field(
        0.999, _("β₂"), _("Adam’s second decay, or RMSprop’s."), group=_OPTIMISERS, ge=0, lt=1, live=True, advanced=True
    )
    grad_clip: float = field(
        0.0,
        _("Gradient clipping"),
        _("Every entry of D’s gradient is clipped to ± this; 0 = off."),
        group=_OPTIMISERS,
        ge=0,
        le=100,
        live=True,
        advanced=True,
    )
    batch_size: int = field(
        64,
        _("Batch size"),
        _("Items per update. Larger is steadier and slower."),
        group=_TRAINING,
        ge=2,
        le=8192,
        log=True,
    )
    n_critic: int = field(
        1,
        _("D updates per G update"),
        _("Wasserstein critics should be near their optimum: 5. Others: 1."),
        group=_TRAINING,
        ge=1,
        le=100,
        live=True,
    )
    ema: float = field(
        0.995,
        _("EMA decay"),
        _("Samples are drawn with a moving average of the generator’s weights; 0 = off (raw weights only)."),
        group=_TRAINING,
        ge=0,
        lt=1,
    )
    amp: bool = field(
        False,
        _("Reduced precision"),
        _("bfloat16 where it is safe: faster on recent GPUs, ten times slower on most processors."),
        group=_TRAINING,
        advanced=True,
    )


class LabelNoiseHyper(GameHyper):
    """For games whose verdicts aim at 1 and 0: the targets can be made less certain."""

    label_noise: float = field(
        0.0,
        _("Label noise"),
        _("Share of the opposite label mixed into D’s targets at random, up to this much: keeps D from certainty."),
        group=_TRAINING,
        ge=0,
        le=0.5,
        live=True,
        advanced=True,
    )


class TwoPlayerHyper(GameHyper):
    """The axes of the game, with networks for points and for images."""

    architecture: Literal["auto", "mlp", "conv"] = field(
        "auto",
        _("Architecture"),
        _("Fully connected (mlp) or strided convolutions (conv). Auto: conv for images, mlp for points."),
        group=_NETWORKS,
    )
    mlp_width: int = field(
        128, _("MLP width"), _("Units of every hidden layer."), group=_NETWORKS, ge=4, le=4096, log=True
    )
    mlp_depth: int = field(3, _("MLP depth"), _("Hidden layers of each network."), group=_NETWORKS, ge=0, le=10)
    conv_width: int = field(
        32,
        _("Conv width"),
        _("Channels of the stage nearest the image; deeper stages double it. DCGAN: 64, for a strong computer."),
        group=_NETWORKS,
        ge=4,
        le=512,
        log=True,
    )
    norm_g: Literal["none", "batch", "layer"] = field(
        "batch",
        _("Generator norm"),
        _("Normalisation of the generator’s hidden layers; batch norm is DCGAN’s."),
        group=_NETWORKS,
    )
    norm_d: Literal["none", "batch", "layer", "spectral"] = field(
        "none",
        _("Discriminator norm"),
        _(
            "Batch norm (DCGAN) mixes the items of a batch and forbids gradient penalties; spectral norm bounds the slope."
        ),
        group=_NETWORKS,
    )


class CriticHyper(TwoPlayerHyper):
    """The game of the Wasserstein papers: D is a critic, trained several times for each update of G."""

    objective: Literal["wasserstein"] = field(
        "wasserstein",
        _("Objective"),
        _("The critic’s mean on real items minus its mean on fakes."),
        group=_OBJECTIVE,
    )
    n_critic: int = field(
        5,
        _("Critic updates per G update"),
        _("The critic should be near its optimum: 5."),
        group=_TRAINING,
        ge=1,
        le=100,
        live=True,
    )


class TwoPlayer(Method):
    """Base of the two-player methods: children ``generator`` and ``discriminator``."""

    Hyper: ClassVar[type[Hyper]] = TwoPlayerHyper
    kind_defaults = {
        "points": {"latent_size": 2, "batch_size": 256, "lr_d": 1e-3, "lr_g": 1e-3, "norm_g": "none", "ema": 0.99}
    }

    hyper: GameHyper
    generator: nn.Module
    discriminator: nn.Module

    def __init__(self, hyper: GameHyper, data: DataSpec) -> None:
        super().__init__(hyper, data)
        if hyper.penalty != "none" and self.mixes_items:
            raise UsageError(
                _(
                    "A slope penalty needs a discriminator that judges every item alone: set norm_d to another than batch."
                )
            )
        self.build_networks()

    @property
    def mixes_items(self) -> bool:
        """D has batch norm: its verdict on an item depends on the rest of the batch."""
        return getattr(self.hyper, "norm_d", "none") == "batch"

    def build_networks(self) -> None:
        """Sets ``generator`` and ``discriminator``, by architecture and kind of data."""
        h, data = cast(TwoPlayerHyper, self.hyper), self.data
        conv = h.architecture == "conv" or (h.architecture == "auto" and data.kind == "images")
        if conv and data.kind == "points":
            raise UsageError(_("Convolutions need images: set architecture to mlp for 2-D points."))
        if conv:
            self.generator = ConvGenerator(h.latent_size, data.channels, data.size, h.conv_width, h.norm_g)
            self.discriminator = ConvDiscriminator(data.channels, data.size, h.conv_width, h.norm_d, h.dropout)
        else:
            self.generator = MLPGenerator(h.latent_size, data.shape, h.mlp_width, h.mlp_depth, h.norm_g)
            self.discriminator = MLPDiscriminator(data.shape, h.mlp_width, h.mlp_depth, h.norm_d, h.dropout)

    @property
    def objective(self) -> Objective:
        """The game being played."""
        return OBJECTIVES[self.hyper.objective]

    def phases(self) -> Sequence[Phase]:
        """``n_critic`` updates of D, then one of G."""
        h = self.hyper
        return (
            Phase(
                name="discriminator",
                role="discriminator",
                networks=("discriminator",),
                optimiser=Optimiser(h.optimiser_d, h.lr_d, h.beta1, h.beta2, h.grad_clip),
                loss=self.discriminator_terms,
                repeat=h.n_critic,
                after=self.clip_weights if h.weight_clip else None,
                second_order=h.penalty != "none",
            ),
            Phase(
                name="generator",
                role="generator",
                networks=("generator",),
                optimiser=Optimiser(h.optimiser_g, h.lr_g, h.beta1, h.beta2),
                loss=self.generator_terms,
            ),
        )

    def discriminator_terms(self, batch: Batch) -> Terms:
        """Loss of D on real items, on generated ones, and the penalty."""
        real, fake = batch.real, self.generate(self.draw(batch.size, batch.real.device)).detach()
        if self.mixes_items:  # its statistics must not mix real and generated items
            real_out, fake_out = self.discriminator(real), self.discriminator(fake)
        else:
            real_out, fake_out = self.discriminator(torch.cat((real, fake))).chunk(2)
        return self.verdict_terms(batch, real, fake, real_out, fake_out)

    def verdict_terms(
        self,
        batch: Batch,
        real: Tensor,
        fake: Tensor,
        real_out: Tensor,
        fake_out: Tensor,
        judge: Callable[[Tensor], Tensor] | None = None,
    ) -> Terms:
        """The same from D's raw outputs ``(N,)``, which are watched as well; ``judge`` is D where it needs more than x."""
        h, objective = self.hyper, self.objective
        terms = self._terms_with_noise(real_out, fake_out)
        if h.penalty != "none" and h.penalty_weight > 0:
            terms["penalty"] = h.penalty_weight * PENALTIES[h.penalty](judge or self.discriminator, real, fake)
        names = ("D(x)", "D(G(z))") if self.score_is_probability else ("critic(x)", "critic(G(z))")
        batch.watch(names[0], objective.score(real_out.detach()), objective.score_kind, "real")
        batch.watch(names[1], objective.score(fake_out.detach()), objective.score_kind, "fake")
        return terms

    def _terms_with_noise(self, real_out: Tensor, fake_out: Tensor) -> Terms:
        real, fake = self.objective.real, self.objective.fake
        noise = getattr(self.hyper, "label_noise", 0.0)
        if not noise:
            return {"real": real(real_out).mean(), "fake": fake(fake_out).mean()}
        # Every target moves on its own: one of 1 − ε is (1 − ε) of the real loss and ε of the fake one.
        moved = noise * random.uniform(2, len(real_out), device=real_out.device)
        return {
            "real": torch.lerp(real(real_out), fake(real_out), moved[0]).mean(),
            "fake": torch.lerp(fake(fake_out), real(fake_out), moved[1]).mean(),
        }

    def generator_terms(self, batch: Batch) -> Terms:
        """Loss of G on fresh latents."""
        fake = self.generate(self.draw(batch.size, next(self.parameters()).device))
        return {"adversarial": self.objective.generator(self.discriminator(fake)).mean()}

    @torch.no_grad()
    def clip_weights(self) -> None:
        """Clips every weight of D to ± ``weight_clip`` (Arjovsky et al. 2017, algorithm 1, line 7)."""
        bound = self.hyper.weight_clip
        weights: list[Tensor] = [*self.discriminator.parameters()]
        torch._foreach_clamp_min_(weights, -bound)
        torch._foreach_clamp_max_(weights, bound)

    def controls(self) -> Sequence[Control]:
        """The latent vector ``z``."""
        return (LatentVector("z", self.hyper.latent_size, self.hyper.prior),)

    def generate(self, values: Values) -> Tensor:
        """G(z)."""
        items: Tensor = self.generator(values["z"])
        return items

    def critic(self, items: Tensor, values: Values | None = None) -> Tensor:
        """D's raw output, ``(N,)``."""
        out: Tensor = self.discriminator(items)
        return out

    def score(self, raw: Tensor) -> Tensor:
        """σ(raw) for the logistic games, the output itself for the others."""
        return self.objective.score(raw)

    @property
    def score_is_probability(self) -> bool:
        """True but for critics."""
        return self.objective.score_kind == "probability"

    def pull(self, items: Tensor) -> Tensor:
        """−∂L_G/∂x of every item on its own, so that arrows do not shrink with the batch."""
        items = items.detach().requires_grad_(True)
        loss = self.objective.generator(self.critic(items)).sum()
        (slope,) = torch.autograd.grad(loss, items)
        return -slope
