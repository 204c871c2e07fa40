"""What can be driven in a generator. Panels build themselves from these rows and never ask for a method's name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from ganstudio.core.dataspec import MapClass

Prior = Literal["normal", "uniform"]


@dataclass(frozen=True, slots=True)
class LatentVector:
    """A latent vector z, drawn from its prior: N(0, I) or uniform on [−1, 1]^size.

    ``generate`` takes it as ``values[name]``: float32, shape ``(N, size)``.
    """

    name: str
    size: int
    prior: Prior = "normal"


@dataclass(frozen=True, slots=True)
class ContinuousCode:
    """Continuous codes c that a network was made to read back from the picture, each uniform on [−1, 1] (InfoGAN).

    ``generate`` takes them as ``values[name]``: float32, shape ``(N, size)``.
    """

    name: str
    size: int


@dataclass(frozen=True, slots=True)
class CategoricalCode:
    """One of ``count`` unnamed categories that a network was made to read back from the picture (InfoGAN).

    ``generate`` takes it as ``values[name]``: float32, shape ``(N, count)``: one-hot while training; when exploring
    any weights ≥ 0 that add up to 1, so that categories can be mixed.
    """

    name: str
    count: int


@dataclass(frozen=True, slots=True)
class ClassLabel:
    """Which class of the data set is drawn.

    ``generate`` takes it as ``values[name]``: float32, shape ``(N, len(names))``: one-hot while training; when
    exploring any weights ≥ 0 that add up to 1, so that classes can be mixed.
    """

    name: str
    names: tuple[str, ...]

    @property
    def count(self) -> int:
        """How many classes there are."""
        return len(self.names)


@dataclass(frozen=True, slots=True)
class GeneratorIndex:
    """Which of several generators draws the sample.

    ``generate`` takes it as ``values[name]``: int64, shape ``(N,)``, each in ``[0, count)``.

    Attributes:
        name: of the control.
        count: how many there are.
        names: what people call each; empty where they are only numbered.
    """

    name: str
    count: int
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Attribute:
    """A number in [−1, 1] that was known of every training picture and that one may choose, e.g. the time of day.

    ``generate`` takes it as ``values[name]``: float32, shape ``(N, 1)``.
    """

    name: str


@dataclass(frozen=True, slots=True)
class LabelMap:
    """A map that says for every pixel what is there; the picture is drawn on it.

    ``generate`` takes it as ``values[name]``: int64, shape ``(N, size, size)``, each in ``[0, len(classes))``.
    """

    name: str
    classes: tuple[MapClass, ...]
    size: int

    @property
    def count(self) -> int:
        """How many classes there are."""
        return len(self.classes)


@dataclass(frozen=True, slots=True)
class SourceImage:
    """A picture that is made into another.

    ``generate`` takes it as ``values[name]``: float32, shape ``(N, channels, size, size)`` in [−1, 1].
    """

    name: str
    channels: int
    size: int


@dataclass(frozen=True, slots=True)
class ClassImages:
    """A few pictures of one class, of which more are to be drawn (FUNIT).

    ``generate`` takes them as ``values[name]``: float32, shape ``(N, k, channels, size, size)`` in [−1, 1].
    """

    name: str
    k: int
    channels: int
    size: int


@dataclass(frozen=True, slots=True)
class StyleLayers:
    """The style of every layer of a generator, w (StyleGAN): what z becomes, and what may be exchanged layer by layer.

    It is not drawn but made from the other controls, by :meth:`ganstudio.methods.base.Method.mapped`; ``generate`` takes
    it instead of them as ``values[name]``: float32, shape ``(N, layers, size)``.
    """

    name: str
    layers: int
    size: int


@dataclass(frozen=True, slots=True)
class NoiseSeed:
    """What the random detail of a picture is drawn from: the same seed, the same strands of hair.

    ``generate`` takes it as ``values[name]``: int64, shape ``(N,)``, 0 or more.
    """

    name: str


Given = LabelMap | SourceImage
"""What a person gives a translating network; it cannot be drawn at random."""

Takes = Literal["nothing", "picture", "map"]
"""What a generator is given to draw from."""

Control = (
    LatentVector
    | ContinuousCode
    | CategoricalCode
    | ClassLabel
    | GeneratorIndex
    | Attribute
    | LabelMap
    | SourceImage
    | ClassImages
    | StyleLayers
    | NoiseSeed
)


def given(controls: Sequence[Control]) -> Given | None:
    """The label map or picture that these controls want; None where a generator draws out of nothing."""
    return next((control for control in controls if isinstance(control, LabelMap | SourceImage)), None)


def takes(controls: Sequence[Control]) -> Takes:
    """The same in a word, as it is stored with a run."""
    match given(controls):
        case LabelMap():
            return "map"
        case SourceImage():
            return "picture"
    return "nothing"
