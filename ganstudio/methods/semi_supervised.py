"""Semi-supervised GAN: a classifier that learns from pictures without labels, because someone forges them.

Salimans, Goodfellow, Zaremba, Cheung, Radford, Chen: *Improved Techniques for Training GANs*, NeurIPS 2016, section 5.

D is a classifier of K + 1 classes: the K of the data, and "generated". Of the K + 1 scores one is superfluous, so that
of "generated" is 0; with Z(x) = Σₖ exp lₖ(x), D's probability that x is real is Z / (Z + 1):

    L_labelled   = −E_{x, y ~ few labels}[ log softmax(l(x))_y ]
    L_unlabelled = −E_{x ~ data}[ log Z(x) / (Z(x) + 1) ] − E_{z ~ prior}[ log 1 / (Z(G(z)) + 1) ]
    L_D = λ L_labelled + L_unlabelled
    L_G = ‖ E_{x ~ data} f(x) − E_{z ~ prior} f(G(z)) ‖²      feature matching, section 3.1

f are D's features in front of its scores. L_unlabelled is the usual game with the logit log Z. It teaches D which
pictures are real at all, and so what varies among digits without changing them; a few labels then go a long way.

Beside it a *classifier* is trained: the same network from other first weights, the same labels, noise, dropout and
number of updates, without any GAN. Both are measured on pictures that neither has ever seen: the difference is what the
unlabelled pictures were worth. Measured with these defaults after 1,500 steps, two seeds each, with and without GAN: MNIST
(28 px, 100 labels) 89 and 74 %, 87 and 76 %; digits (16 px, 50 labels) 95 and 89 %, 94 and 83 %. D still gains then.

Knobs
    labels_per_class  how many labels may be used: the fewer, the more there is to win.
    generator_loss    feature matching makes the better classifier, the adversarial loss often the better pictures.
    weight_labelled   λ: 1 in the paper.
    noise, dropout    without them both networks learn the few labels by heart, and D the unlabelled pictures too.
    lr                1e-3 for all three networks: faster than the paper's 3e-4, which has hours.

What goes wrong
    A very good G would not help: what teaches D where classes end are forgeries that lie between them. So the pictures
    look worse than DCGAN's, on purpose. If D(G(z)) goes to 0, G no longer reaches D's features: lower D's learning rate.
    With very few labels the choice of these labels decides several per cent: compare seeds before believing a number.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar, Literal

from torch import Tensor
from torch.nn.functional import cross_entropy

from ganstudio.core.errors import UsageError
from ganstudio.core.i18n import _
from ganstudio.core.observed import Predicts
from ganstudio.methods.axes import (
    CHOICE,
    COUNT,
    DROPOUT,
    LATENT,
    LR_D,
    LR_G,
    NETWORKS,
    NOISE,
    NORM_G,
    RULE,
    WEIGHT,
    WIDTH,
)  # fmt: skip
from ganstudio.methods.base import Batch, MethodInfo, Needs, Optimiser, Phase, Terms, decay_of
from ganstudio.methods.game import GameHyper, Play, TwoPlayer
from ganstudio.nn.classifying import ClassifyingDiscriminator
from ganstudio.nn.dcgan import ConvGenerator

_LABELS = _("Labels")


class SemiSupervisedHyper(GameHyper):
    """The game with a classifying discriminator, and how many labels it may use."""

    labels_per_class: int = COUNT(10, _("Items of every class whose label is used; of all others only the picture is."),
                                  title=_("Labels per class"), group=_LABELS, le=10_000, log=True)  # fmt: skip
    weight_labelled: float = WEIGHT(1.0, _("λ: how much naming the labelled pictures counts beside telling real from "
                                    "generated ones."), title=_("Weight of the labels"), group=_LABELS, le=100)  # fmt: skip
    objective: Literal["non-saturating", "minimax"] = RULE(
        "non-saturating",
        _("The game about real and generated. Only the adversarial generator loss knows the difference."),
        advanced=True,
    )
    generator_loss: Literal["feature matching", "adversarial"] = CHOICE("feature matching", _("Feature matching: D’s "
                                                        "features should have the same mean on generated and on real "
                                                        "pictures. Adversarial: D."), title=_("Generator loss"))  # fmt: skip
    noise: float = NOISE(0.3, _("Deviation of the noise on D’s and the classifier’s pixels (which go from −1 to 1) while "
                         "training."), group=NETWORKS)  # fmt: skip
    dropout: float = DROPOUT(0.2, _("Share of each stage’s outputs dropped in D and in the classifier: keeps both from "
                             "learning by heart."))  # fmt: skip
    conv_width: int = WIDTH(
        16, _("Channels of the stage nearest the image, in all three networks; deeper stages double it.")
    )
    norm_g: Literal["batch", "layer", "none"] = NORM_G(
        "batch", _("Normalisation of G’s hidden stages; batch norm is the paper’s.")
    )
    latent_size: int = LATENT(100, _("Numbers in z; 100 in the paper."))
    lr_d: float = LR_D(1e-3, _("Step size of the discriminator, and of the classifier that is compared with it."))
    lr_g: float = LR_G(1e-3, _("Step size of the generator; the same as D’s in the paper."))


class SemiSupervised(TwoPlayer[SemiSupervisedHyper]):
    """A discriminator that names classes, and the same network without a GAN to compare it with."""

    Hyper = SemiSupervisedHyper
    predicts: ClassVar[Mapping[str, Predicts]] = {"with GAN": "classes", "without GAN": "classes"}
    held_out = 0.2
    info = MethodInfo(
        name="semi-supervised",
        title="Semi-supervised GAN",
        paper="Salimans et al., Improved Techniques for Training GANs, NeurIPS 2016",
        year=2016,
        summary=_(
            "Learns to classify from a handful of labels, because the discriminator also sees all the unlabelled."
        ),
        look_for=_(
            "Two accuracies are plotted, both on pictures that were never trained on: the discriminator’s (with GAN) and "
            "that of the same network trained on the same few labels alone (without GAN). The second stops rising once "
            "it knows its labels by heart; the first should climb past it and stay above. Change the number of labels "
            "per class: with many of them the difference shrinks. The pictures stay rough: a perfect generator would "
            "teach the discriminator nothing about where classes end."
        ),
        data_kinds=("images",),
        needs=Needs(labels=True),
        family="conditions",
        objective="min_D −λ E[log p(y | x)] − E[log p(real | x)] − E[log p(fake | G(z))],  min_G ‖E f(x) − E f(G(z))‖²",
        compare=("acgan",),
    )

    discriminator: ClassifyingDiscriminator
    classifier: ClassifyingDiscriminator

    def build_networks(self) -> None:
        """G of z; D with K scores; and its twin that never meets G."""
        h, data = self.hyper, self.data
        if len(data.classes) < 2:
            raise UsageError(
                _("{title} learns to tell classes apart and needs two or more; “{data}” has {count}.").format(
                    title=self.info.title, data=data.name, count=len(data.classes)
                )
            )
        self.compares = h.generator_loss == "feature matching"
        self.generator = ConvGenerator(h.latent_size, data.channels, data.size, h.conv_width, h.norm_g)
        self.discriminator, self.classifier = (
            ClassifyingDiscriminator(data.channels, data.size, h.conv_width, len(data.classes), h.noise, h.dropout)
            for _twin in range(2)
        )

    def phases(self) -> Sequence[Phase]:
        """D and G in turn, then as many updates of the classifier as D has had."""
        h = self.hyper
        alone = Phase(
            name="classifier",
            role="encoder",
            networks=("classifier",),
            optimiser=Optimiser(h.optimiser_d, h.lr_d, h.beta1, h.beta2, h.grad_clip, decay=decay_of(h)),
            loss=self.classifier_terms,
            repeat=h.n_critic,
        )
        return (*super().phases(), alone)

    def loss_of_d(self, play: Play) -> Terms:
        """L_unlabelled on all pictures and λ L_labelled on the few."""
        named = self._naming(self.discriminator, play.batch)
        return {**super().loss_of_d(play), "labelled": self.hyper.weight_labelled * named}

    def loss_of_g(self, play: Play) -> Terms:
        """The squared distance between the mean features of generated and of real pictures; or the adversarial loss."""
        if play.on_real is None:
            return super().loss_of_g(play)
        found, wanted = play.on_fake.features.float().mean(0), play.on_real.features.float().mean(0)
        return {"feature matching": (found - wanted).square().mean()}

    def whole_batch(self) -> str:
        """Feature matching."""
        return _("Feature matching compares means") if self.compares else super().whole_batch()

    def classifier_terms(self, batch: Batch) -> Terms:
        """L_labelled alone."""
        return {"labelled": self._naming(self.classifier, batch)}

    def _naming(self, network: ClassifyingDiscriminator, batch: Batch) -> Tensor:
        items, labels = batch.labelled(self.hyper.labels_per_class)
        return cross_entropy(network.scores(items).float(), labels)

    def recognise(self, items: Tensor) -> dict[str, Tensor]:
        """The class scores ``(N, K)`` of D and of the classifier."""
        return {"with GAN": self.discriminator.scores(items), "without GAN": self.classifier.scores(items)}
