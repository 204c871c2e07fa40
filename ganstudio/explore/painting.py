"""What painting asks of the rendering service: the picture of a map and a style, other styles of it, a style's origin.

A map is checked in the thread that draws, before any network sees it: an id outside the classes would read outside a
table on a graphics card and end the whole program there.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from ganstudio.core.controls import Attribute, ContinuousCode, Control, LabelMap, LatentVector, given
from ganstudio.core.errors import UsageError
from ganstudio.core.i18n import _
from ganstudio.core.labelmaps import check_ids, colour_map
from ganstudio.explore.files import to_pixels
from ganstudio.explore.state import Position, stack
from ganstudio.explore.views import Pictures

if TYPE_CHECKING:
    from ganstudio.explore.generator import Generator
    from ganstudio.explore.rendering import Work

Frame = NDArray[np.uint8]
Shown = Literal["map", "picture", "both"]
FILM_GAP, FILM_GREY = 4, 128
TRIED = 1.5
"""How far a number is moved to see what it does: ± this much in a normal prior, ± 1 where the ends are there."""


@dataclass(frozen=True, slots=True)
class Moment:
    """What the canvas and the style were at one moment of the painting.

    Attributes:
        ids: uint8 ``(S, S)``.
        style: a value for every control but the map.
    """

    ids: NDArray[np.uint8]
    style: Position


class AbandonedError(Exception):
    """Nobody wants what is being drawn any more."""


class Hurry:
    """How the window makes the drawing thread give up what is out of date: a forward pass need not be waited for.

    Attributes:
        picture: set: the picture that is being drawn is out of date. Every request has its own.
        background: set: variants and rankings give way at once; they begin their picture again later.
    """

    def __init__(self) -> None:
        self.picture = threading.Event()
        self.background = threading.Event()

    def anew(self) -> None:
        """A new picture is wanted: what is being drawn is given up."""
        self.picture.set()
        self.picture = threading.Event()
        self.background.set()


@contextmanager
def abandonable(unwanted: threading.Event | None) -> Iterator[None]:
    """Within it, drawing in this thread ends between two operations once the event is set.

    The networks are left alone: hooks in them would be copied along by whoever takes a copy for an export, and end that.

    Raises:
        AbandonedError: it was.
    """
    if unwanted is None:
        yield
        return
    wanted_no_more = unwanted.is_set
    from torch.overrides import TorchFunctionMode

    class Look(TorchFunctionMode):
        def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
            if wanted_no_more():
                raise AbandonedError
            return func(*args, **(kwargs or {}))

    with Look():
        yield


def map_control(controls: Sequence[Control]) -> LabelMap:
    """The label map that a generator takes.

    Raises:
        UsageError: it draws from something else.
    """
    found = given(controls)
    if not isinstance(found, LabelMap):
        raise UsageError(_("This generator does not draw from label maps, so there is nothing to paint. Open a run that "
                           "was trained on label maps, e.g. with SPADE."))  # fmt: skip
    return found


def style_controls(controls: Sequence[Control]) -> tuple[Control, ...]:
    """Everything that decides the picture but for what is given."""
    return tuple(control for control in controls if control is not given(controls))


def checked_ids(ids: NDArray[np.integer], control: LabelMap) -> NDArray[np.int64]:
    """A label map as the generator takes it, int64 ``(size, size)``; no copy where it is one already.

    Raises:
        UsageError: it is of another size, or holds ids that no class has.
    """
    if ids.shape != (control.size, control.size):
        raise UsageError(
            _("The label map is {found} pixels; this generator takes {size} × {size}.").format(
                found=" × ".join(map(str, reversed(ids.shape))) or "0", size=control.size
            )
        )
    if not np.issubdtype(ids.dtype, np.integer):
        raise UsageError(_("A label map holds whole numbers, not {kind}.").format(kind=ids.dtype))
    check_ids(ids, control.count)
    return ids.astype(np.int64, copy=False)


def values_of(generator: Generator, ids: NDArray[np.integer], styles: Sequence[Position]) -> dict[str, NDArray[Any]]:
    """Control values with one row for each style, all on one map.

    Raises:
        UsageError: the map does not fit, or a control has no value.
    """
    control = map_control(generator.controls)
    checked = checked_ids(ids, control)
    wanted = {other.name for other in style_controls(generator.controls)}
    for style in styles:
        if set(style) != wanted:
            raise UsageError(_("This style belongs to another generator."))
    rows = stack(styles) if wanted else {}
    return {control.name: np.repeat(checked[None], len(styles), axis=0), **rows}


def draw_on(generator: Generator, ids: NDArray[np.integer], styles: Sequence[Position]) -> NDArray[np.uint8]:
    """Pictures of one map in several styles, uint8 ``(N, H, W, C)``.

    Raises:
        UsageError: see :func:`values_of`.
    """
    return to_pixels(generator.generate(values_of(generator, ids, styles)))


def picture_on(ids: NDArray[np.integer], style: Position, hurry: Hurry | None = None) -> Work:
    """Work: the picture of a map in a style, uint8 ``(H, W, C)``; nothing where it was given up. Nobody writes to ``ids``.

    Args:
        ids: the map.
        style: a value for every other control.
        hurry: what makes it give up; background work gives way to it.
    """
    mine = None if hurry is None else hurry.picture

    def work(generator: Generator) -> Iterator[Any]:
        if hurry is not None:
            hurry.background.clear()
        try:
            with abandonable(mine):
                picture = draw_on(generator, ids, [style])[0]
        except AbandonedError:
            return
        yield picture

    return work


def variants_on(ids: NDArray[np.integer], styles: Sequence[Position], hurry: Hurry | None = None) -> Work:
    """Work: :class:`Pictures` of a map in other styles, one at a time: a stroke gets its turn between two of them."""

    def work(generator: Generator) -> Iterator[Any]:
        for first, style in enumerate(styles):
            yield from _patiently(hurry, partial(draw_on, generator, ids, [style]), partial(Pictures, first))

    return work


def _patiently(hurry: Hurry | None, draw: Callable[[], Any], then: Callable[[Any], Any]) -> Iterator[Any]:
    """Draws, and begins again where a stroke came between."""
    while True:
        try:
            with abandonable(None if hurry is None else hurry.background):
                made = draw()
        except AbandonedError:
            yield None
            continue
        yield then(made)
        return


def style_of(picture: NDArray[np.float32]) -> Work:
    """Work: the control values that a style encoder reads from a picture float32 ``(C, H, W)`` in [−1, 1].

    Raises:
        UsageError: (when it runs) the generator has no style encoder.
    """

    def work(generator: Generator) -> Iterator[Any]:
        found = generator.encode(picture[None])
        names = {control.name for control in style_controls(generator.controls)}
        known = {} if found is None else {name: rows[0] for name, rows in found.items() if name in names}
        if not known:
            raise UsageError(_("This generator has no style encoder: it cannot read a style from a picture."))
        if not all(np.isfinite(value).all() for value in known.values()):
            raise UsageError(_("No style could be read from this picture: the encoder’s answer is not a number."))
        yield known

    return work


def effects_on(ids: NDArray[np.integer], style: Position, hurry: Hurry | None = None) -> Work:
    """Work: how much each number of each latent and code changes this picture, ``{name: float32 (size,)}``.

    The mean squared difference between the pictures with the number moved to either side, largest = 1. Nothing is
    yielded but the whole; between two numbers the service may turn to a stroke all the same.
    """

    def work(generator: Generator) -> Iterator[Any]:
        found: dict[str, NDArray[np.float32]] = {}
        for control in style_controls(generator.controls):
            if not isinstance(control, LatentVector | ContinuousCode):
                continue
            normal = isinstance(control, LatentVector) and control.prior == "normal"
            far = np.float32(TRIED if normal else 1.0)
            changes = np.zeros(control.size, np.float32)
            for index in range(control.size):
                low, high = (_with(style, control.name, index, value) for value in (-far, far))
                ends: list[NDArray[np.float32]] = []
                for moved in (low, high):
                    draw = partial(draw_on, generator, ids, [moved])
                    yield from _patiently(hurry, draw, partial(_keep, ends))
                changes[index] = np.square(ends[1] - ends[0]).mean()
            found[control.name] = changes
        most = max((float(changes.max()) for changes in found.values()), default=0.0)
        yield {name: changes / most if most > 0 else changes for name, changes in found.items()}

    return work


def _keep(pictures: list[NDArray[np.float32]], drawn: NDArray[np.uint8]) -> None:
    pictures.append(drawn[0].astype(np.float32))


def _with(style: Position, name: str, index: int, value: np.float32) -> Position:
    vector = style[name].copy()
    vector[index] = value
    return {**style, name: vector}


def beside(left: Frame, right: Frame) -> Frame:
    """Two pictures of one height as one, ``(H, W + gap + W, 3)``."""
    both = [part.repeat(3, axis=2) if part.shape[2] == 1 else part for part in (left, right)]
    gap = np.full((left.shape[0], FILM_GAP, 3), FILM_GREY, np.uint8)
    return np.ascontiguousarray(np.concatenate((both[0], gap, both[1]), axis=1))


def painting_frames(generator: Generator, moments: Iterable[Moment], shown: Shown) -> Iterator[Frame]:
    """A frame ``(H, W, C)`` for every moment of a painting.

    Args:
        generator: used by nobody else meanwhile (:meth:`Generator.frozen`).
        moments: in their order.
        shown: the map in its colours, the picture, or both side by side.

    Raises:
        UsageError: a moment's map does not fit this generator.
    """
    control = map_control(generator.controls)
    for moment in moments:
        ids = checked_ids(moment.ids, control)
        if shown == "map":
            yield colour_map(ids, control.classes)
            continue
        picture = draw_on(generator, ids, [moment.style])[0]
        yield picture if shown == "picture" else beside(colour_map(ids, control.classes), picture)


def neutral(position: Position, controls: Sequence[Control]) -> Position:
    """A style to begin with: the middle of every latent, code and attribute; classes and the like as they are given."""
    middle = [control.name for control in controls if isinstance(control, LatentVector | ContinuousCode | Attribute)]
    return {name: np.zeros_like(value) if name in middle else value for name, value in position.items()}


def moved(position: Position, start: Position, controls: Sequence[Control]) -> bool:
    """A style is another one than that at the start, whatever its attributes are: those have sliders with words."""
    names = [control.name for control in controls if not isinstance(control, Attribute)]
    return any(not np.array_equal(position[name], start[name]) for name in names)


def reads_styles(generator: Generator) -> bool:
    """It has a style encoder: a style can be taken from a picture."""
    from ganstudio.methods import Method

    return type(generator.method).encode is not Method.encode and bool(style_controls(generator.controls))


def same_style(one: Mapping[str, NDArray[Any]], other: Mapping[str, NDArray[Any]]) -> bool:
    """Both hold the same values."""
    return one.keys() == other.keys() and all(np.array_equal(one[name], other[name]) for name in one)
