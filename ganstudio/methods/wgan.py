"""WGAN: a critic that measures how far the generator's distribution is away.

Arjovsky, Chintala, Bottou: *Wasserstein GAN*, ICML 2017.

Objective (eq. 2 and 3), the critic f being 1-Lipschitz up to a constant:

    W(p_data, p_G) = max over f of  E_x[ f(x) ] − E_z[ f(G(z)) ]          G minimises  −E_z[ f(G(z)) ]

The Lipschitz bound is kept by clipping every weight of f to [−c, c] after each update (algorithm 1, line 7). The
critic's value difference estimates the earth mover's distance: unlike a GAN's loss it goes down while samples improve.

Knobs
    weight_clip c: 0.01 in the paper. Larger: the critic takes long to reach its optimum; smaller: vanishing gradients.
    n_critic    5. The critic may and should be trained near its optimum.
    warm_up     100 critic updates in each of the first 25 steps and in every 500th, as the authors' program does.
    optimiser   RMSprop at 5e-5; momentum (Adam) was found to be unstable at times (section 4).
    norm_d      on images batch norm, as in the DCGAN that the paper takes.

What goes wrong
    "Weight clipping is a clearly terrible way" to bound a slope, say the authors: weights gather at ±c, the critic
    becomes too simple a function and learning is slow. WGAN-GP is the answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ganstudio.core.i18n import _
from ganstudio.methods.axes import BETA1, BETA2, LR_D, LR_G, OPTIMISER_D, OPTIMISER_G, SWITCH, WEIGHT_CLIP
from ganstudio.methods.base import MethodInfo, OptimiserKind, Phase
from ganstudio.methods.game import CriticHyper, TwoPlayer

WARM_UP_STEPS, WARM_UP_EVERY, WARM_UP_REPEATS = 25, 500, 100


class WGANHyper(CriticHyper):
    """The critic's game with clipped weights."""

    weight_clip: float = WEIGHT_CLIP(
        0.01,
        _("Every weight of the critic is clipped to ± this after its update. The paper: 0.01; 2-D networks need more."),
        ge=None,
        gt=0,
    )
    warm_up: bool = SWITCH(False, _("100 critic updates in each of the first 25 steps and every 500th, as in the authors’ "
                           "program. Slow at first."), title=_("Critic warm-up"))  # fmt: skip
    optimiser_d: OptimiserKind = OPTIMISER_D(
        "rmsprop", _("RMSprop; momentum is unstable with clipping."), title=_("Critic optimiser")
    )
    optimiser_g: OptimiserKind = OPTIMISER_G("rmsprop")
    lr_d: float = LR_D(5e-5, _("5e-5 in the paper."), title=_("Critic learning rate"))
    lr_g: float = LR_G(5e-5, _("5e-5 in the paper."))
    beta1: float = BETA1(0.0, _("No momentum for a critic."))
    beta2: float = BETA2(0.99, _("RMSprop’s decay."))


class WGAN(TwoPlayer[WGANHyper]):
    """The Wasserstein critic, clipped."""

    Hyper = WGANHyper
    kind_defaults = {
        "points": {
            **TwoPlayer.kind_defaults["points"],
            "lr_d": 5e-4,
            "lr_g": 5e-4,
            "weight_clip": 0.1,
        },
        "images": {"norm_d": "batch"},
    }
    info = MethodInfo(
        name="wgan",
        title="WGAN",
        paper="Arjovsky et al., Wasserstein GAN, ICML 2017",
        year=2017,
        summary=_("A critic with clipped weights measures the earth mover’s distance; its curve means something."),
        look_for=_(
            "The gap between critic(x) and critic(G(z)) estimates a distance: it shrinks while samples get better, which "
            "no GAN loss does. Learning is slow and steady. With much clipping the critic is too simple to see detail: "
            "compare with WGAN-GP."
        ),
        objective="min_G max_D E[D(x)] − E[D(G(z))],  |w| ≤ c",
        compare=("gan", "wgan-gp"),
    )

    def phases(self) -> Sequence[Phase]:
        """As ever, with more critic updates during the warm-up."""
        critic, generator = super().phases()
        if self.hyper.warm_up:
            critic = replace(critic, repeat=self._repeats)
        return critic, generator

    def _repeats(self, step: int) -> int:
        warm = step < WARM_UP_STEPS or step % WARM_UP_EVERY == 0
        return max(WARM_UP_REPEATS, self.hyper.n_critic) if warm else self.hyper.n_critic
