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
from typing import ClassVar, Literal, cast

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy

from ganstudio.core.controls import CategoricalCode, ContinuousCode, Control, LatentVector
from ganstudio.core.fields import field
from ganstudio.core.i18n import _
from ganstudio.core.observed import Predicts
from ganstudio.methods.base import Batch, MethodInfo, Terms, Values
from ganstudio.methods.two_player import LabelNoiseHyper, TwoPlayer
from ganstudio.nn import random
from ganstudio.nn.infogan import DenseConvGenerator, DenseRecognisingDiscriminator

_CODES, _NETWORKS, _LATENT = _("Codes"), _("Networks"), _("Latent")


class InfoGANHyper(LabelNoiseHyper):
    """The non-saturating game on images, plus codes to be read back."""

    objective: Literal["non-saturating", "minimax", "least-squares"] = field(
        "non-saturating",
        _("Objective"),
        _("The game itself; the codes are added to it. The paper’s is the usual game, non-saturating."),
        group=_("Objective"),
    )
    categories: int = field(
        10,
        _("Categories"),
        _("Values of the categorical code: as many as the data have kinds. Digits: 10."),
        group=_CODES,
        ge=2,
        le=100,
    )
    continuous: int = field(
        2,
        _("Continuous codes"),
        _("How many codes from −1 to 1. On digits two of them become slant and width."),
        group=_CODES,
        ge=0,
        le=16,
    )
    weight_categorical: float = field(
        1.0,
        _("Weight of the category"),
        _("λ of the categorical code. Too small: categories mean nothing; too large: they are clear and ugly."),
        group=_CODES,
        ge=0,
        le=100,
        live=True,
    )
    weight_continuous: float = field(
        0.1,
        _("Weight of the codes"),
        _("λ of the continuous codes. Too large: they change the digit itself, not its style."),
        group=_CODES,
        ge=0,
        le=100,
        live=True,
    )
    conv_width: int = field(
        16,
        _("Width"),
        _("Channels of the stage nearest the image; deeper stages double it."),
        group=_NETWORKS,
        ge=4,
        le=512,
        log=True,
    )
    dense: int = field(
        512,
        _("Dense width"),
        _("Units of the fully connected layer between codes and stages: lets a category mean a whole shape."),
        group=_NETWORKS,
        ge=8,
        le=4096,
        log=True,
    )
    norm_g: Literal["batch", "layer", "none"] = field(
        "batch", _("Generator norm"), _("Normalisation of G’s hidden stages."), group=_NETWORKS
    )
    norm_d: Literal["batch", "spectral", "layer", "none"] = field(
        "batch",
        _("Discriminator norm"),
        _("Batch norm is the paper’s; it mixes the items of a batch and forbids gradient penalties."),
        group=_NETWORKS,
    )
    noise: float = field(
        0.3,
        _("Noise on what D sees"),
        _("Added to real and generated pictures alike: keeps Q from reading a category in traces that nobody sees."),
        group=_("Training"),
        ge=0,
        le=2,
        live=True,
    )
    latent_size: int = field(
        32,
        _("Latent size"),
        _("Numbers of noise beside the codes; 62 in the paper."),
        group=_LATENT,
        ge=1,
        le=1024,
        log=True,
    )
    batch_size: int = field(
        128,
        _("Batch size"),
        _("Items per update; 128 in the paper. Smaller ones are faster and part look-alikes less reliably."),
        group=_("Training"),
        ge=2,
        le=8192,
        log=True,
    )
    lr_d: float = field(
        5e-4,
        _("D learning rate"),
        _("Step size of the discriminator and of Q. The paper’s is 0.0002; with more the categories came out purer."),
        group=_("Optimisers"),
        gt=0,
        le=1,
        log=True,
        live=True,
    )
    lr_g: float = field(
        1e-3,
        _("G learning rate"),
        _("Step size of the generator. The paper lets it learn faster than D."),
        group=_("Optimisers"),
        gt=0,
        le=1,
        log=True,
        live=True,
    )


class InfoGAN(TwoPlayer):
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
        h, data = cast(InfoGANHyper, self.hyper), self.data
        inputs = h.latent_size + h.categories + h.continuous
        self.generator = DenseConvGenerator(inputs, h.dense, data.channels, data.size, h.conv_width, h.norm_g)
        self.discriminator = DenseRecognisingDiscriminator(
            data.channels, data.size, h.conv_width, h.dense, h.categories + h.continuous, h.norm_d, h.dropout
        )

    def controls(self) -> Sequence[Control]:
        """The noise ``z``, the ``category`` and, where there are any, the continuous ``codes``."""
        h = cast(InfoGANHyper, self.hyper)
        codes = (ContinuousCode("codes", h.continuous),) if h.continuous else ()
        return (CategoricalCode("category", h.categories), *codes, LatentVector("z", h.latent_size, h.prior))

    def generate(self, values: Values) -> Tensor:
        """G(z, c)."""
        items: Tensor = self.generator(torch.cat([values[control.name] for control in self.controls()], dim=1))
        return items

    def discriminator_terms(self, batch: Batch) -> Terms:
        """The game's terms, and −λ log Q of the codes that the fakes were made with."""
        real = batch.real
        values = self.draw(batch.size, real.device)
        fake = self.generate(values).detach()
        judge = self.discriminator
        if self.mixes_items:
            real_features, fake_features = judge.features(self._noisy(real)), judge.features(self._noisy(fake))
        else:
            real_features, fake_features = judge.features(self._noisy(torch.cat((real, fake)))).chunk(2)
        terms = self.verdict_terms(batch, real, fake, judge.verdict(real_features), judge.verdict(fake_features))
        return terms | self._reading_terms(batch, fake_features, values)

    def generator_terms(self, batch: Batch) -> Terms:
        """The game's term, and −λ log Q of the codes just drawn."""
        values = self.draw(batch.size, next(self.parameters()).device)
        features = self.discriminator.features(self._noisy(self.generate(values)))
        adversarial = self.objective.generator(self.discriminator.verdict(features)).mean()
        return {"adversarial": adversarial, **self._reading_terms(None, features, values)}

    def _noisy(self, items: Tensor) -> Tensor:
        amount = cast(InfoGANHyper, self.hyper).noise
        return items + amount * random.normal(*items.shape, device=items.device) if amount else items

    def _reading_terms(self, batch: Batch | None, features: Tensor, values: Values) -> Terms:
        """−λ log Q(c | x) of category and codes, but for constants; what Q thinks of the true category is watched."""
        h = cast(InfoGANHyper, self.hyper)
        scores, means = self._split(self.discriminator.read(features))
        surprise = cross_entropy(scores, values["category"].argmax(1), reduction="none")
        terms = {"category": h.weight_categorical * surprise.mean()}
        if h.continuous:
            error = (means - values["codes"]).square().sum(1)
            terms["codes"] = h.weight_continuous * 0.5 * error.mean()
        if batch is not None:
            batch.watch("Q(c)", (-surprise.detach()).exp(), "probability", "other")
        return terms

    def _split(self, read: Tensor) -> tuple[Tensor, Tensor]:
        """Q's output as scores of the categories ``(N, K)`` and means of the codes ``(N, continuous)``."""
        count = cast(InfoGANHyper, self.hyper).categories
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
