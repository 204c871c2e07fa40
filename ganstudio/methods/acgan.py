"""AC-GAN: the discriminator is not told the class, it has to name it.

Odena, Olah, Shlens: *Conditional Image Synthesis with Auxiliary Classifier GANs*, ICML 2017.

    L_S = E[ log P(S = real | X_real) ] + E[ log P(S = fake | X_fake) ]                                      (eq. 2)
    L_C = E[ log P(C = c | X_real) ]    + E[ log P(C = c | X_fake) ]                                         (eq. 3)

D maximises L_S + λ L_C, G maximises λ L_C − L_S: they are opponents about the source and partners about the class.
D has two heads on one trunk: the verdict, and a softmax over the classes. Only G is told the class.

Knobs
    weight_class_d  λ in D's loss: 1 in the paper. It also trains the trunk, which steadies the game.
    weight_class_g  λ in G's loss: 1 in the paper. Less gives more variety, more gives clearer classes.
    classify_fakes  the second term of L_C in D's loss. The paper has it. Off by default: with it the class head also
                    learns from G, and both may agree on signs that no real picture bears.
    norm_d          spectral; the class head stays free of it, for it must be able to be certain.
    lr              1e-3 for G, 5e-4 for D.

What goes wrong
    G is paid for being recognised, not for showing all of a class: it drifts towards the typical member of each class
    and away from the borders between classes, the more so the larger λ. Then the accuracy on fakes is higher than that
    on real pictures: a sign to lower ``weight_class_g``, or to compare with CGAN's projection, which has no such
    reward. With ``classify_fakes`` the own accuracy on fakes says little: it can be 100 % where another classifier
    recognises nothing. Long runs without a constraint on D collapse late: keep checkpoints.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from torch import Tensor
from torch.nn.functional import cross_entropy

from ganstudio.core.i18n import _
from ganstudio.core.observed import Predicts
from ganstudio.methods.axes import CLASSES, LATENT, SWITCH, WEIGHT
from ganstudio.methods.base import MethodInfo, Needs, Terms, Values
from ganstudio.methods.conditional import Conditional, ConditionalHyper
from ganstudio.methods.game import Play, TwoPlayer, Verdict
from ganstudio.nn.heads import RecognisingDiscriminator

_READER = "of the auxiliary classifier"


class ACGANHyper(ConditionalHyper):
    """The game about the source, and the partnership about the class."""

    weight_class_d: float = WEIGHT(1.0, _("λ of the cross-entropy in D’s loss. 0: D never learns classes, nor does G."),
                                   title=_("Weight of the class in D"), group=CLASSES, le=100)  # fmt: skip
    weight_class_g: float = WEIGHT(1.0, _("λ of the cross-entropy in G’s loss. Too large: every class shrinks to its most "
                                   "typical member."), title=_("Weight of the class in G"), group=CLASSES,
                                   le=100)  # fmt: skip
    classify_fakes: bool = SWITCH(False, _("As in the paper. Then G and D may agree on signs for the classes that no real "
                                  "picture bears."), title=_("D classifies fakes too"), group=CLASSES,
                                  live=True)  # fmt: skip
    latent_size: int = LATENT(100, _("Numbers in z, beside the class; 100 to 110 in the paper."))


class ACGAN(Conditional[ACGANHyper]):
    """D's second head names the class; both players want it to be right."""

    Hyper = ACGANHyper
    predicts: ClassVar[Mapping[str, Predicts]] = {_READER: "classes"}
    held_out = 0.1
    info = MethodInfo(
        name="acgan",
        title="AC-GAN",
        paper="Odena et al., Conditional Image Synthesis with Auxiliary Classifier GANs, ICML 2017",
        year=2017,
        summary=_("The discriminator names the class of every picture, and the generator wants to be recognised."),
        look_for=_(
            "Each row of samples is one class. Two curves tell how far the classes are: the accuracy of the auxiliary "
            "classifier on real pictures that were kept out of training, and its accuracy on fakes. Both should rise "
            "above 90 % on digits. When the one on fakes is the higher of the two, the generator draws only what is easy "
            "to recognise: look whether the pictures of a row become alike, and lower the weight of the class in G."
        ),
        data_kinds=("images",),
        needs=Needs(labels=True),
        family="conditions",
        objective="max_D L_S + λ L_C,  max_G λ L_C − L_S,  L_C = E[log P(C = c | x)]",
        compare=("cgan", "infogan"),
    )

    discriminator: RecognisingDiscriminator

    def build_discriminator(self) -> None:
        """One trunk, two heads: source and class."""
        h, data = self.hyper, self.data
        self.discriminator = RecognisingDiscriminator(
            data.channels, data.size, h.conv_width, self.class_count, norm=h.norm_d, dropout=h.dropout
        )

    def judge(self, items: Tensor, values: Values) -> Verdict:
        """D(x): the verdict does not know the class."""
        return TwoPlayer.judge(self, items, values)

    def critic(self, items: Tensor, values: Values | None = None) -> Tensor:
        """D(x), ``(N,)``, whatever the class."""
        return self.judge(items, {}).out

    def loss_of_d(self, play: Play) -> Terms:
        """−L_S and −λ L_C; how often the fakes' classes are recognised is watched."""
        assert play.on_real is not None
        terms, weight, read = super().loss_of_d(play), self.hyper.weight_class_d, self.discriminator.read
        labels, fake_scores = play.values["class"].argmax(1), read(play.on_fake.features).float()
        terms["class of real"] = weight * cross_entropy(read(play.on_real.features).float(), labels)
        if self.hyper.classify_fakes:
            terms["class of fakes"] = weight * cross_entropy(fake_scores, labels)
        right = fake_scores.argmax(1) == labels
        play.batch.watch("class recognised in fakes", right.float(), "probability", "fake")
        return terms

    def loss_of_g(self, play: Play) -> Terms:
        """The game's term, and −λ log P(C = c | G(z, c)) of the classes just drawn."""
        scores = self.discriminator.read(play.on_fake.features).float()
        surprise = cross_entropy(scores, play.values["class"].argmax(1))
        return {**super().loss_of_g(play), "class": self.hyper.weight_class_g * surprise}

    def recognise(self, items: Tensor) -> dict[str, Tensor]:
        """Scores of the classes, ``(N, K)``."""
        return {_READER: self.discriminator.read(self.discriminator.features(items))}

    def encode(self, items: Tensor) -> dict[str, Tensor]:
        """The class as the classifier's probabilities; z cannot be read."""
        return {"class": self.recognise(items)[_READER].softmax(1)}
