"""A distribution under a brush: soft strokes, an eraser, mirrors, ready shapes, undo and redo, samples. No widget."""

from __future__ import annotations

import math
import zlib
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ganstudio.app.history import History
from ganstudio.core.i18n import _

SIZE = 256
MOST_EDITS = 1000

Field = NDArray[np.uint8]
Plane = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Brush:
    """How strokes look.

    Attributes:
        radius: in pixels of the field, where the soft edge ends.
        strength: in (0, 1]: how much one stroke adds (or takes away) at its middle.
        erase: takes away.
        mirror_x: the same again, left and right exchanged.
        mirror_y: the same again, top and bottom exchanged.
    """

    radius: float = 14.0
    strength: float = 0.8
    erase: bool = False
    mirror_x: bool = False
    mirror_y: bool = False


class Density:
    """An unnormalised density.

    Args:
        field: to begin with; nothing is drawn where there is none.
        history: takes the edits.

    Attributes:
        field: uint8 ``(256, 256)``, row 0 at the top.
        history: undo and redo; an edit costs what it holds in memory. A stroke must have ended before.
    """

    def __init__(self, field: Field | None = None, history: History | None = None) -> None:
        self.field: Field = np.zeros((SIZE, SIZE), np.uint8)
        if field is not None:
            if field.shape != (SIZE, SIZE) or field.dtype != np.uint8:
                raise ValueError(f"a density is uint8 ({SIZE}, {SIZE}), not {field.dtype} {field.shape}")
            self.field = field.copy()
        self.history = history or History(MOST_EDITS)
        self._base: Field | None = None
        self._cover = np.zeros((SIZE, SIZE), np.float32)
        self._brush = Brush()
        self._last: tuple[float, float] | None = None

    @property
    def empty(self) -> bool:
        """Whether nothing is drawn."""
        return not self.field.any()

    @property
    def stroking(self) -> bool:
        """Whether a stroke has begun and not ended."""
        return self._base is not None

    def begin(self, brush: Brush) -> None:
        """Begins a stroke."""
        self.end()
        self._brush, self._last = brush, None
        self._base = self.field.copy()
        self._cover[:] = 0

    def stroke_to(self, x: float, y: float, pressure: float = 1.0) -> None:
        """Draws from the last point to this one, without gaps however far it is.

        Args:
            x: in pixels of the field; outside is fine.
            y: likewise, downwards.
            pressure: of a pen, in [0, 1].
        """
        if self._base is None:
            raise ValueError("a stroke must begin before it goes on")
        x0, y0 = self._last or (x, y)
        self._last = (x, y)
        columns = [(x0, x), (SIZE - x0, SIZE - x)] if self._brush.mirror_x else [(x0, x)]
        rows = [(y0, y), (SIZE - y0, SIZE - y)] if self._brush.mirror_y else [(y0, y)]
        for left, right in columns:
            for top, bottom in rows:
                self._segment(left, top, right, bottom, pressure)

    def _segment(self, x0: float, y0: float, x1: float, y1: float, pressure: float) -> None:
        base, brush = self._base, self._brush
        reach = brush.radius
        left, right = max(0, math.floor(min(x0, x1) - reach)), min(SIZE, math.ceil(max(x0, x1) + reach) + 1)
        top, bottom = max(0, math.floor(min(y0, y1) - reach)), min(SIZE, math.ceil(max(y0, y1) + reach) + 1)
        if base is None or left >= right or top >= bottom:
            return
        ys, xs = np.mgrid[top:bottom, left:right].astype(np.float32) + np.float32(0.5)
        along_x, along_y = x1 - x0, y1 - y0
        squared = along_x * along_x + along_y * along_y
        share = 0.0 if squared < 1e-9 else np.clip(((xs - x0) * along_x + (ys - y0) * along_y) / squared, 0, 1)
        far = np.minimum(np.hypot(xs - (x0 + share * along_x), ys - (y0 + share * along_y)) / reach, 1.0)
        # The greatest of all segments and not their sum: a slow stroke is as strong as a quick one.
        box = (slice(top, bottom), slice(left, right))
        np.maximum(self._cover[box], 0.5 * (1 + np.cos(np.pi * far)) * pressure, out=self._cover[box])
        change = self._cover[box] * brush.strength
        before = base[box].astype(np.float32)
        after = before * (1 - change) if brush.erase else before + 255 * change
        self.field[box] = np.clip(np.round(after), 0, 255).astype(np.uint8)

    def end(self) -> bool:
        """Ends the stroke; whether it changed anything (only then there is something to undo)."""
        base, self._base = self._base, None
        return base is not None and self._remember(_("Stroke"), base)

    def abort(self) -> bool:
        """Takes the stroke back; whether there was one."""
        base, self._base = self._base, None
        if base is not None:
            self.field = base
        return base is not None

    def replace(self, field: Field) -> bool:
        """Puts another picture in place, as one edit; whether it is another."""
        self.end()
        before, self.field = self.field, np.ascontiguousarray(field, dtype=np.uint8).copy()
        return self._remember(_("Replace the drawing"), before)

    def _remember(self, label: str, before: Field) -> bool:
        """Keeps what an edit changed: a box and its content before and after, packed."""
        changed = before != self.field
        rows, columns = np.flatnonzero(changed.any(axis=1)), np.flatnonzero(changed.any(axis=0))
        if not len(rows):
            return False
        box = slice(int(rows[0]), int(rows[-1]) + 1), slice(int(columns[0]), int(columns[-1]) + 1)
        old, new = (zlib.compress(part[box].tobytes(), 1) for part in (before, self.field))

        def put(packed: bytes) -> None:
            part = self.field[box]
            part[:] = np.frombuffer(zlib.decompress(packed), np.uint8).reshape(part.shape)

        self.history.push(label, lambda: put(old), lambda: put(new), cost=len(old) + len(new))
        return True

    def sample(self, count: int, seed: int = 0) -> NDArray[np.float32]:
        """Draws points from the density.

        Args:
            count: how many.
            seed: the same seed draws the same points.

        Returns:
            float32 ``(count, 2)`` in [−1, 1]², y upwards; ``(0, 2)`` where nothing is drawn.
        """
        heap = np.cumsum(self.field.reshape(-1), dtype=np.int64)
        if heap[-1] == 0:
            return np.zeros((0, 2), np.float32)
        rng = np.random.default_rng(seed)
        cells = np.searchsorted(heap, rng.random(count) * heap[-1], side="right")
        rows, columns = np.divmod(cells, SIZE)
        x = (columns + rng.random(count)) / SIZE * 2 - 1
        y = 1 - (rows + rng.random(count)) / SIZE * 2
        return np.stack([x, y], axis=1).astype(np.float32)


def ring() -> Field:
    """A soft ring."""
    return _soft(lambda x, y: np.abs(np.hypot(x, y) - 0.6) / 0.09)


def spots() -> Field:
    """Nine spots in a square."""

    def far(x: Plane, y: Plane) -> Plane:
        beyond = np.maximum(np.abs(x), np.abs(y)) > 0.9
        return np.hypot((x + 0.9) % 0.6 - 0.3, (y + 0.9) % 0.6 - 0.3) / 0.07 + 9 * beyond

    return _soft(far)


def _soft(distance: Callable[[Plane, Plane], Plane]) -> Field:
    places = (np.arange(SIZE) + 0.5) / SIZE * 2 - 1
    return np.round(255 * np.exp(-0.5 * distance(*np.meshgrid(places, -places)) ** 2)).astype(np.uint8)


def spiral() -> Field:
    """Two and a half turns of a spiral."""
    turns = np.linspace(0.25, 1.0, 260)
    angle = turns * 5 * np.pi
    return _along(0.8 * turns * np.cos(angle), 0.8 * turns * np.sin(angle))


def heart() -> Field:
    """The outline of a heart."""
    angle = np.linspace(0, 2 * np.pi, 260)
    x = 16 * np.sin(angle) ** 3
    y = 13 * np.cos(angle) - 5 * np.cos(2 * angle) - 2 * np.cos(3 * angle) - np.cos(4 * angle)
    return _along(x / 22, (y + 2.5) / 22)


def _along(xs: Plane, ys: Plane) -> Field:
    density = Density()
    density.begin(Brush(radius=11, strength=1.0))
    for x, y in zip(xs.tolist(), ys.tolist(), strict=True):
        density.stroke_to((x + 1) / 2 * SIZE, (1 - y) / 2 * SIZE)
    return density.field
