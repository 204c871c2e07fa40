"""Every axis along which methods differ, said once: its title, what it does, its bounds, where it stands in the form.

A method calls an axis with its own default and its own reason, and narrows the choices by the type that it writes:

    class FrogHyper(LabelNoiseHyper):
        latent_size: int = LATENT(32, _("Numbers in z; 32 in the book."))
        beta1: float = BETA1(0.0, _("None in the book."), title=_("Momentum"))

What no other method has is called the same way, from one of the general axes at the end (``WEIGHT``, ``COUNT``, …).
"""

from __future__ import annotations

from typing import Any

from ganstudio.core.fields import field
from ganstudio.core.i18n import _

OBJECTIVES, NETWORKS, LATENTS, CLASSES = _("Objective"), _("Networks"), _("Latent"), _("Classes")
OPTIMISERS, TRAINING = _("Optimisers"), _("Training")


class Axis:
    """One typed value that many methods have.

    Args:
        title: short label, in words.
        help: what it does, and what goes wrong with too much or too little of it.
        group: heading under which the form shows it.
        **traits: bounds and the rest, as :func:`ganstudio.core.fields.field` takes them.
    """

    def __init__(self, title: str, help: str, group: str, **traits: Any) -> None:
        self._said = {"title": title, "help": help, "group": group, **traits}

    def __call__(self, default: Any, help: str = "", **changes: Any) -> Any:
        """The axis in one method: its default, the reason for it, and whatever is otherwise there."""
        return field(default, **{**self._said, **({"help": help} if help else {}), **changes})


_RATE: dict[str, Any] = {"group": OPTIMISERS, "gt": 0, "le": 1, "log": True, "live": True}
_SHARE: dict[str, Any] = {"ge": 0, "lt": 1}
_FLAG: dict[str, Any] = {"advanced": True}

# -- objective --------------------------------------------------------------------------------------------------------

RULE = Axis(_("Objective"), _("What the two networks minimise. Minimax is the theory; non-saturating gives the generator "
            "usable gradients."), OBJECTIVES)  # fmt: skip
PENALTY = Axis(_("Penalty"), _("Bounds the discriminator’s slope: between real and fake (gradient), on real items (r1), "
               "around them (dragan)."), OBJECTIVES)  # fmt: skip
PENALTY_WEIGHT = Axis(_("Penalty weight"), _("λ. Too small: the discriminator runs away; too large: it hardly learns. "
                      "WGAN-GP: 10 for images, 0.1 in 2-D."), OBJECTIVES, ge=0, le=1000, log=True, live=True)  # fmt: skip
WEIGHT_CLIP = Axis(_("Weight clipping"), _("Every weight of D is clipped to ± this after its update; 0 = off. WGAN: "
                   "0.01."), OBJECTIVES, ge=0, le=1, log=True, live=True)  # fmt: skip
VGG = Axis(_("VGG-19 weights"), _("Path of torchvision’s vgg19 as a safetensors file: adds the paper’s perceptual term. "
           "Empty: no such term."), OBJECTIVES, advanced=True, path=True)  # fmt: skip

# -- networks ---------------------------------------------------------------------------------------------------------

ARCHITECTURE = Axis(_("Architecture"), _("Fully connected (mlp) or strided convolutions (conv). Auto: conv for images, mlp "
                    "for points."), NETWORKS)  # fmt: skip
MLP_WIDTH = Axis(_("MLP width"), _("Units of every hidden layer."), NETWORKS, ge=4, le=4096, log=True)
MLP_DEPTH = Axis(_("MLP depth"), _("Hidden layers of each network."), NETWORKS, ge=0, le=10)
WIDTH = Axis(_("Width"), _("Channels of the stage nearest the image; deeper stages double it."), NETWORKS,
             ge=4, le=512, log=True)  # fmt: skip
WIDTH_D = Axis(_("Discriminator width"), _("Channels of the first layer of each discriminator; 64 in the paper."), NETWORKS,
               ge=4, le=128, log=True)  # fmt: skip
NORM_G = Axis(_("Generator norm"), _("Normalisation of G’s hidden stages."), NETWORKS)
NORM_D = Axis(_("Discriminator norm"), _("Batch norm (DCGAN) mixes the items of a batch and forbids gradient penalties; "
              "spectral norm bounds the slope."), NETWORKS)  # fmt: skip
NORM = Axis(_("Normalisation"), _("Of G’s stages: instance looks at every picture alone; batch is the paper’s, which took "
            "batches of 1."), NETWORKS)  # fmt: skip
DROPOUT = Axis(_("Dropout"), _("Share of D’s last features dropped while training: weakens a discriminator that learns by "
               "heart."), NETWORKS, ge=0, le=0.9)  # fmt: skip
BLOCKS = Axis(_("Residual blocks"), _("How many; more are slower and can do more."), NETWORKS, ge=1)
SCALES = Axis(_("Scales"), _("Discriminators on the picture, on half of it, …; 2 in the paper."), NETWORKS, ge=1, le=3)

# -- latent and classes -----------------------------------------------------------------------------------------------

LATENT = Axis(_("Latent size"), _("Numbers in z. Two are enough for 2-D data and can be drawn as a map; images take 32 to "
              "128."), LATENTS, ge=1, le=1024, log=True)  # fmt: skip
PRIOR = Axis(_("Prior"), _("Distribution of z: N(0, I), or uniform on [−1, 1]."), LATENTS)
EMBEDDING = Axis(_("Class vector"), _("Numbers that G learns about each class and gets beside z. With many, G listens to "
                 "the class and forgets z."), CLASSES, ge=1, le=512, log=True)  # fmt: skip

# -- optimisers -------------------------------------------------------------------------------------------------------

OPTIMISER_D = Axis(_("D optimiser"), _("How the discriminator is updated."), OPTIMISERS)
OPTIMISER_G = Axis(_("G optimiser"), _("How the generator is updated."), OPTIMISERS)
LR_D = Axis(_("D learning rate"), _("Step size of the discriminator. Too large: the losses jump; much larger than G’s: G "
            "stops learning."), **_RATE)  # fmt: skip
LR_G = Axis(_("G learning rate"), _("Step size of the generator. Too large: mode collapse and noise."), **_RATE)
BETA1 = Axis(_("β₁ / momentum"), _("Adam’s first decay, or momentum. GANs want it at 0.5 or lower: old gradients point at "
             "an old opponent."), OPTIMISERS, live=True, **_SHARE)  # fmt: skip
BETA2 = Axis(_("β₂"), _("Adam’s second decay, or RMSprop’s."), OPTIMISERS, live=True, advanced=True, **_SHARE)
GRAD_CLIP = Axis(_("Gradient clipping"), _("Every entry of D’s gradient is clipped to ± this; 0 = off."), OPTIMISERS,
                 ge=0, le=100, live=True, advanced=True)  # fmt: skip
DECAY = Axis(_("Rate decay"), _("How the learning rates fall: not at all, evenly to 0 (linear), or by half at each of the "
             "two steps below (step)."), OPTIMISERS, live=True, advanced=True, before="none")  # fmt: skip
DECAY_FROM = Axis(_("Decay from"), _("The step at which the rates begin to fall. 0: from the beginning, or the middle where "
                  "they fall in steps."), OPTIMISERS, ge=0, le=2**40, live=True, advanced=True, unit="steps",
                  before=0)  # fmt: skip
DECAY_TO = Axis(_("Decay to"), _("The step at which they have fallen. 0: the last one of the run, as it is begun."),
                OPTIMISERS, ge=0, le=2**40, live=True, advanced=True, unit="steps",
                  before=0)  # fmt: skip

# -- training ---------------------------------------------------------------------------------------------------------

BATCH = Axis(_("Batch size"), _("Items per update. Larger is steadier and slower."), TRAINING,
             ge=2, le=8192, log=True)  # fmt: skip
PICTURES = Axis(_("Batch size"), _("Pairs per update. The papers take 1: more is steadier, and each step takes longer."),
                TRAINING, ge=1, le=512, log=True)  # fmt: skip
N_CRITIC = Axis(_("D updates per G update"), _("Wasserstein critics should be near their optimum: 5. Others: 1."),
                TRAINING, ge=1, le=100, live=True)  # fmt: skip
LABEL_NOISE = Axis(_("Label noise"), _("Share of the opposite label mixed into D’s targets at random, up to this much: "
                   "keeps D from certainty."), TRAINING, ge=0, le=0.5, live=True, advanced=True)  # fmt: skip
NOISE = Axis(_("Noise"), _("Deviation of the noise on the pixels, which go from −1 to 1."), TRAINING, ge=0, le=2)
MIRROR = Axis(_("Mirror at random"), _("Half of the pairs are seen mirrored. Leave it off where left and right differ, as "
              "in letters."), TRAINING)  # fmt: skip
JITTER = Axis(_("Shift at random"), _("Pictures are enlarged by 12 % (256 to 286 px) and cut back at a random place. Lines "
              "of one pixel become blurred."), TRAINING, before=False)  # fmt: skip
EMA = Axis(_("EMA decay"), _("Samples are drawn with a moving average of the generator’s weights; 0 = off (raw weights "
           "only)."), TRAINING, **_SHARE)  # fmt: skip
AMP = Axis(_("Reduced precision"), _("bfloat16 where it is safe: faster on recent GPUs, ten times slower on most "
           "processors."), TRAINING, **_FLAG)  # fmt: skip

# -- general ones -----------------------------------------------------------------------------------------------------

WEIGHT = Axis(_("Weight"), _("How much a term of the loss counts."), OBJECTIVES, ge=0, le=1000, live=True)
COUNT = Axis(_("Count"), _("How many."), NETWORKS, ge=1)
CHOICE = Axis(_("Choice"), _("Which."), OBJECTIVES)
SWITCH = Axis(_("Switch"), _("Whether."), TRAINING)
