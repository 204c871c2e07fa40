"""InfoGAN: some of the generator's inputs must be readable from its pictures, and so they come to mean something.

Chen, Duan, Houthooft, Schulman, Sutskever, Abbeel: *InfoGAN: Interpretable Representation Learning by Information
Maximizing Generative Adversarial Nets*, NeurIPS 2016.

    min over G, Q  max over D  of  V(D, G) − λ L_I(G, Q)                                                    (eq. 6)
    L_I = E_{c, x ~ G(z, c)}[ log Q(c | x) ] + H(c)  ≤  I(c; G(z, c))                                       (eq. 5)

z is noise, c one of K categories and a few continuous codes, uniform on [−1, 1]. Q is a second head on D's trunk: a
softmax over the categories and the means of Gaussians of variance 1 for the codes, so that −log Q is a cross-entropy
and half a squared error. H(c) is constant. No label is ever looked at.

As in the authors' program L_I is part of both updates: D's trains Q and the trunk on pictures held fixed, G's trains G.

Knobs
    categories          as many as the data have kinds: 10 for digits.
    continuous          2: slant and width on digits (figure 2).
    weight_categorical  λ of the categories: 1 (section 7).
    weight_continuous   λ of the codes: 0.1; with 0.25 and more they change one digit into another.
    dense               fully connected layers in G and D (table 1). They make categories of whole shapes; with
                        convolutions alone the purity on MNIST stayed below 0.5.
    noise               not in the paper: Q reads through it, so a category must be plain to see. Less of it
                        leaves less grain in the pictures, and with some seeds less pure categories.
    lr                  1e-3 for G (appendix C.1); D at 5e-4, more than the paper’s 2e-4, gave purer categories.

What goes wrong
    Nothing says that categories are classes: a pair of digits that look alike (4 and 9, 3 and 5) may share one
    category, and a common one may fill two. The purity tells; try another seed. When Q(c) is at 1 before the pictures
    look like anything, categories were settled too early: lower weight_categorical, or more noise.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar, Literal

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy

from ganstudio.core.controls import CategoricalCode, ContinuousCode, Control, LatentVector
from ganstudio.core.i18n import _
from ganstudio.core.observed import Predicts
from ganstudio.methods.axes import (
    BATCH,
    COUNT,
    LATENT,
    LR_D,
    LR_G,
    NOISE,
    NORM_D,
    NORM_G,
    RULE,
    WEIGHT,
    WIDTH,
)  # fmt: skip
from ganstudio.methods.base import Batch, MethodInfo, Terms, Values
from ganstudio.methods.game import LabelNoiseHyper, Play, TwoPlayer
from ganstudio.nn import random
from ganstudio.nn.infogan import DenseConvGenerator, DenseRecognisingDiscriminator

_CODES = _("Codes")


class InfoGANHyper(LabelNoiseHyper):
    """The non-saturating game on images, plus codes to be read back."""

    objective: Literal["non-saturating", "minimax", "least-squares"] = RULE("non-saturating", _("The game itself; the codes "
                                                            "are added to it. The paper’s is the usual game, "
                                                            "non-saturating."))  # fmt: skip
    categories: int = COUNT(10, _("Values of the categorical code: as many as the data have kinds. Digits: 10."),
                            title=_("Categories"), group=_CODES, ge=2, le=100)  # fmt: skip
    continuous: int = COUNT(2, _("How many codes from −1 to 1. On digits two of them become slant and width."),
                            title=_("Continuous codes"), group=_CODES, ge=0, le=16)  # fmt: skip
    weight_categorical: float = WEIGHT(1.0, _("λ of the categorical code. Too small: categories mean nothing; too large: "
                                       "they are clear and ugly."), title=_("Weight of the category"),
                                       group=_CODES, le=100)  # fmt: skip
    weight_continuous: float = WEIGHT(0.1, _("λ of the continuous codes. Too large: they change the digit itself, not its "
                                      "style."), title=_("Weight of the codes"), group=_CODES, le=100)  # fmt: skip
    conv_width: int = WIDTH(16)
    dense: int = COUNT(512, _("Units of the fully connected layer between codes and stages: lets a category mean a whole "
                       "shape."), title=_("Dense width"), ge=8, le=4096, log=True)  # fmt: skip
    norm_g: Literal["batch", "layer", "none"] = NORM_G("batch")
    norm_d: Literal["batch", "spectral", "layer", "none"] = NORM_D(
        "batch", _("Batch norm is the paper’s; it mixes the items of a batch and forbids gradient penalties.")
    )
    noise: float = NOISE(0.3, _("Added to real and generated pictures alike: keeps Q from reading a category in traces that "
                         "nobody sees."), title=_("Noise on what D sees"), live=True)  # fmt: skip
    latent_size: int = LATENT(32, _("Numbers of noise beside the codes; 62 in the paper."))
    batch_size: int = BATCH(128, _("Items per update; 128 in the paper. Smaller ones are faster and part look-alikes less "
                            "reliably."))  # fmt: skip
    lr_d: float = LR_D(5e-4, _("Step size of the discriminator and of Q. The paper’s is 0.0002; with more the categories "
                       "came out purer."))  # fmt: skip
    lr_g: float = LR_G(1e-3, _("Step size of the generator. The paper lets it learn faster than D."))


class InfoGAN(TwoPlayer[InfoGANHyper]):
    """Noise, a category and continuous codes; D's second head reads the codes back."""

    Hyper = InfoGANHyper
    predicts: ClassVar[Mapping[str, Predicts]] = {"category": "clusters"}
    info = MethodInfo(
        name="infogan",
        title="InfoGAN",
        paper="Chen et al., InfoGAN: Interpretable Representation Learning by Information Maximizing GANs, NeurIPS 2016",
        year=2016,
        summary=_("Finds the kinds and styles in pictures by itself, and gives you a button or a slider for each."),
        look_for=_(
            "Each row of samples is one category: within the first thousand steps the rows should become different "
            "digits, although no label is used. Q(c) rises to 1 once the category can be read from the picture. The "
            "purity says how well the categories agree with the true classes on real pictures: 10 % is chance, above "
            "80 % is good. Then turn the continuous codes: on digits they become slant, width or stroke. Two digits "
            "that look alike may end up in one category; another seed often parts them."
        ),
        data_kinds=("images",),
        family="conditions",
        objective="min_{G, Q} max_D V(D, G) − λ E[log Q(c | G(z, c))]",
        compare=("acgan", "cgan"),
    )

    discriminator: DenseRecognisingDiscriminator

    def build_networks(self) -> None:
        """G of all inputs side by side; D with Q as its second head."""
        h, data = self.hyper, self.data
        inputs = h.latent_size + h.categories + h.continuous
        self.generator = DenseConvGenerator(inputs, h.dense, data.channels, data.size, h.conv_width, h.norm_g)
        self.discriminator = DenseRecognisingDiscriminator(
            data.channels, data.size, h.conv_width, h.dense, h.categories + h.continuous, h.norm_d, h.dropout
        )

    def controls(self) -> Sequence[Control]:
        """The noise ``z``, the ``category`` and, where there are any, the continuous ``codes``."""
        h = self.hyper
        codes = (ContinuousCode("codes", h.continuous),) if h.continuous else ()
        return (CategoricalCode("category", h.categories), *codes, LatentVector("z", h.latent_size, h.prior))

    def generate(self, values: Values) -> Tensor:
        """G(z, c)."""
        items: Tensor = self.generator(torch.cat([values[control.name] for control in self.controls()], dim=1))
        return items

    def see(self, items: Tensor) -> Tensor:
        """Items with noise on their pixels."""
        amount = self.hyper.noise
        return items + amount * random.normal(*items.shape, device=items.device) if amount else items

    def loss_of_d(self, play: Play) -> Terms:
        """The game's terms, and −λ log Q of the codes that the fakes were made with; Q's word on them is watched."""
        return {**super().loss_of_d(play), **self._reading_terms(play, play.batch)}

    def loss_of_g(self, play: Play) -> Terms:
        """The game's term, and −λ log Q of the codes just drawn."""
        return {**super().loss_of_g(play), **self._reading_terms(play)}

    def _reading_terms(self, play: Play, watcher: Batch | None = None) -> Terms:
        """−λ log Q(c | x) of category and codes, but for constants; what Q thinks of the true category is watched."""
        h = self.hyper
        scores, means = self._split(self.discriminator.read(play.on_fake.features).float())
        surprise = cross_entropy(scores, play.values["category"].argmax(1), reduction="none")
        terms = {"category": h.weight_categorical * surprise.mean()}
        if h.continuous:
            error = (means - play.values["codes"]).square().sum(1)
            terms["codes"] = h.weight_continuous * 0.5 * error.mean()
        if watcher is not None:
            watcher.watch("Q(c)", (-surprise.detach()).exp(), "probability", "other")
        return terms

    def _split(self, read: Tensor) -> tuple[Tensor, Tensor]:
        """Q's output as scores of the categories ``(N, K)`` and means of the codes ``(N, continuous)``."""
        count = self.hyper.categories
        return read[:, :count], read[:, count:]

    def recognise(self, items: Tensor) -> dict[str, Tensor]:
        """Q's scores of the categories, ``(N, K)``."""
        scores, _means = self._split(self.discriminator.read(self.discriminator.features(items)))
        return {"category": scores}

    def encode(self, items: Tensor) -> dict[str, Tensor]:
        """Category (as Q's probabilities) and codes; the noise cannot be read."""
        scores, means = self._split(self.discriminator.read(self.discriminator.features(items)))
        codes = {"codes": means.clamp(-1, 1)} if means.shape[1] else {}
        return {"category": scores.softmax(1), **codes}
