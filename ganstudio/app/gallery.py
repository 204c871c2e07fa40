"""The ready experiments of the first screen: a table, nothing in it is code."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from ganstudio.app.forecasts import rough_time
from ganstudio.app.generators.workplaces import WORKPLACES
from ganstudio.core.errors import UsageError
from ganstudio.core.experiment import Experiment
from ganstudio.core.i18n import _
from ganstudio.core.resources import resource_path

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Opens = Literal["run", "explore", "paint", "translate", "drawing", "folder"]
Picture = Literal["images", "points", "drawing", "folder"]


@dataclass(frozen=True, slots=True)
class GalleryCard:
    """One ready experiment.

    Attributes:
        id: stable name, used in settings and tests.
        title: a few words.
        sentence: what one will see.
        picture: what is drawn until there is a real picture.
        experiment: what is trained; for a workspace, what was trained to make the run that comes with the program.
        reference_rate: steps per second measured on the reference machine (one thread beside a window, 2 CPU cores); 0
            where it depends on what the person brings.
        opens: ``"run"`` starts at once; a workspace (``"explore"``, ``"paint"``, ``"translate"``) opens the run that
            comes with the program there; the others first ask for a drawing or a folder.
        needs: the data set that has to be on this machine; empty where none is downloaded.
    """

    id: str
    title: str
    sentence: str
    picture: Picture
    experiment: Experiment
    reference_rate: float
    opens: Opens = "run"
    needs: str = ""

    def seconds(self, rate_scale: float = 1.0) -> float:
        """How long it takes on a machine ``rate_scale`` times as fast as the reference; NaN where unknown."""
        rate = self.reference_rate * rate_scale
        return self.experiment.steps / rate if rate > 0 and math.isfinite(rate) else math.nan

    def expected_time(self, rate_scale: float = 1.0) -> str:
        """The same in words: ``"About 1 min"``; empty where nobody can know or nothing is trained."""
        seconds = self.seconds(rate_scale)
        if math.isnan(seconds) or self.opens in WORKPLACES:
            return ""
        return _("About {time}").format(time=rough_time(seconds))


# fmt: off
_CARDS = (
    GalleryCard("digits", _("Digits"),
                _("A network learns to write from 1,797 real handwritten digits. The first strokes appear in seconds."),
                "images", Experiment("dcgan", "digits",
                           hyper={"norm_d": "spectral", "conv_width": 24, "latent_size": 64}, steps=3000), 19.0),
    GalleryCard("ring", _("Ring of 8: watch a GAN in 2-D"),
                _("Every point, the discriminator’s opinion everywhere, and the forces between them, while it learns."),
                "points", Experiment("gan", "ring", steps=4000), 340.0),
    GalleryCard("codes", _("What do the codes mean?"),
                _("InfoGAN sorted digits without being told which is which. Turn its codes and see what each changes."),
                "images", Experiment("infogan", "digits:size=16",
                           hyper={"conv_width": 12, "dense": 128, "latent_size": 16, "noise": 0.1, "ema": 0.998,
                                  "weight_continuous": 0.2, "batch_size": 64}, steps=5000, seed=1), 60.0, opens="explore"),
    GalleryCard("classes", _("Digits by class"),
                _("Both networks are told the class, so you say what is drawn: every row of the wall becomes one digit."),
                "images", Experiment("cgan", "digits", hyper={"conv_width": 24, "latent_size": 64}, steps=1500), 18.0),
    GalleryCard("collapse", _("Why did it collapse?"),
                _("The objective of the theory and a high learning rate: see the samples fall onto one mode."),
                "points", Experiment("gan", "ring",
                           hyper={"objective": "minimax", "norm_d": "spectral", "lr_d": 0.001, "lr_g": 0.005,
                                  "beta1": 0.9, "ema": 0.0, "batch_size": 128}, steps=4000), 400.0),
    GalleryCard("cure", _("The cure: WGAN-GP"),
                _("The same ring with a critic that is kept smooth: all eight modes, and a loss that means something."),
                "points", Experiment("wgan-gp", "ring", steps=3000), 56.0),
    GalleryCard("moons", _("Two moons, least squares"),
                _("Two crescents that interlock, learned with an objective that pulls every fake towards the boundary."),
                "points", Experiment("lsgan", "moons", steps=4000), 280.0),
    GalleryCard("grid", _("25 Gaussians with WGAN"),
                _("The first Wasserstein GAN on a grid of 25 clusters: see what clipping weights can and cannot do."),
                "points", Experiment("wgan", "grid", steps=5000), 78.0),
    GalleryCard("labels", _("Ten labels a class"),
                _("A classifier that learns from 100 labels, with a GAN and without: watch the two accuracies part."),
                "images", Experiment("semi-supervised", "digits:size=16",
                           hyper={"labels_per_class": 10}, steps=1500), 37.0),
    GalleryCard("bounded", _("A bounded critic"),
                _("SNGAN limits how steep the critic can be, layer by layer: steady curves, and digits without a fight."),
                "images", Experiment("sngan", "digits:size=16",
                           hyper={"conv_width": 24, "width_d": 24, "lr_d": 0.0005, "lr_g": 0.0005}, steps=2500), 10.0),
    GalleryCard("paint", _("Paint a landscape"),
                _("Say with a brush where sky, sea and mountains are; a network that saw 2,000 scenes makes the picture."),
                "images", Experiment("spade", "landscapes",
                           hyper={"width": 20, "hidden": 40, "lr_g": 0.0002, "weight_features": 5.0}, steps=8000),
                                  1.3, opens="paint"),
    GalleryCard("pen", _("Pen strokes become digits"),
                _("pix2pix learns what belongs between the outlines. Then draw your own outlines in Translate."),
                "images", Experiment("pix2pix", "edges-digits", steps=1200), 6.0),
    GalleryCard("night", _("Day becomes night"),
                _("CycleGAN never saw a scene in both lights, and learns to change one into the other and back."),
                "images", Experiment("cyclegan", "day-night", steps=2500), 1.5),
    GalleryCard("own-maps", _("Paint your own world"),
                _("A folder of label maps with photos: SPADE learns them, and you paint with it while it learns."),
                "folder", Experiment("spade", "maps", steps=20000), 0.0, opens="folder"),
    GalleryCard("drawing", _("Draw your own"),
                _("Paint a distribution with a brush and watch a network learn exactly your shape."),
                "drawing", Experiment("gan", "drawing", steps=8000), 0.0, opens="drawing"),
    GalleryCard("folder", _("Your own pictures"),
                _("Any folder of images. You see what will be resized and what is broken before training starts."),
                "folder", Experiment("dcgan", "folder", steps=20000), 0.0, opens="folder"),
    GalleryCard("mnist", _("MNIST"),
                _("60,000 handwritten digits, the set on which most of the papers began."),
                "images", Experiment("dcgan", "mnist", hyper={"conv_width": 24}, steps=4000), 19.0, needs="mnist"),
    GalleryCard("fashion", _("Fashion"),
                _("Shirts, shoes and bags: as small as MNIST and much richer in texture."),
                "images", Experiment("dcgan", "fashion-mnist",
                           hyper={"conv_width": 24}, steps=4000), 19.0, needs="fashion-mnist"),
    GalleryCard("frogs", _("CIFAR-10 frogs"),
                _("The classic first colour GAN: 32-pixel frogs out of noise. Green blobs first, frogs with patience."),
                "images", Experiment("dcgan-frogs", "cifar10:classes=frog", steps=10000), 5.0, needs="cifar10"),
    GalleryCard("triangles", _("Triangles"),
                _("Made so that one can count: every sample either is a triangle or it is not."),
                "images", Experiment("dcgan", "triangles",
                           hyper={"conv_width": 24, "latent_size": 64}, steps=3000), 45.0),
)
# fmt: on

GALLERY: tuple[GalleryCard, ...] = tuple(
    replace(card, experiment=card.experiment.with_(name=card.title)) for card in _CARDS
)
"""All ready experiments in the order in which they are shown; the first is the one for the first minute."""


def gallery_card(card_id: str) -> GalleryCard:
    """One card.

    Raises:
        UsageError: there is no such card.
    """
    cards = {card.id: card for card in GALLERY}
    if card_id not in cards:
        words = _("There is no ready experiment called “{name}”. Known: {known}.")
        raise UsageError(words.format(name=card_id, known=", ".join(cards)))
    return cards[card_id]


def missing_downloads(is_available: Callable[[str], bool]) -> frozenset[str]:
    """The ids of the cards whose data set is not on this machine yet; ``is_available`` tells that by its name."""
    return frozenset(card.id for card in GALLERY if card.needs and not is_available(card.needs))


def card_pictures() -> dict[str, NDArray[np.uint8]]:
    """Pictures of the cards, uint8 ``(H, W, 3)``: what a real run drew, or else a look at the data. Reads files."""
    import numpy as np
    from PIL import Image

    from ganstudio.data import thumbnail

    pictures = {}
    for card in GALLERY:
        shipped = resource_path("gallery", f"{card.id}.png")
        if shipped.is_file():
            pictures[card.id] = np.asarray(Image.open(shipped).convert("RGB"))
        else:
            found = thumbnail(card.experiment.data)
            if found is not None:
                pictures[card.id] = found
    return pictures
