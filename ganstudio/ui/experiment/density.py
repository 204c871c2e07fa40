"""A distribution under a brush: soft strokes, an eraser, mirrors, undo and redo, samples. Numpy only."""

from __future__ import annotations

import math
import zlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

SIZE = 256
MOST_EDITS = 1000

Field = NDArray[np.uint8]


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


@dataclass(frozen=True, slots=True)
class _Edit:
    """What one edit changed: a box and its content before and after, packed."""

    top: int
    left: int
    shape: tuple[int, int]
    before: bytes
    after: bytes


class Density:
    """An unnormalised density, uint8 ``(256, 256)``, row 0 at the top."""

    def __init__(self, field: Field | None = None) -> None:
        self.field: Field = np.zeros((SIZE, SIZE), np.uint8)
        if field is not None:
            if field.shape != (SIZE, SIZE) or field.dtype != np.uint8:
                raise ValueError(f"a density is uint8 ({SIZE}, {SIZE}), not {field.dtype} {field.shape}")
            self.field = field.copy()
        self._undo: list[_Edit] = []
        self._redo: list[_Edit] = []
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

    # strokes

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
        flips_x = (False, True) if self._brush.mirror_x else (False,)
        flips_y = (False, True) if self._brush.mirror_y else (False,)
        for flip_x in flips_x:
            for flip_y in flips_y:
                ends = [SIZE - end if flip_x else end for end in (x0, x)]
                rows = [SIZE - end if flip_y else end for end in (y0, y)]
                self._segment(ends[0], rows[0], ends[1], rows[1], pressure)

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
        if self._base is None:
            return False
        base, self._base, self._last = self._base, None, None
        return self._remember(base)

    def replace(self, field: Field) -> bool:
        """Puts another picture in place, as one edit."""
        self.end()
        before, self.field = self.field, np.ascontiguousarray(field, dtype=np.uint8).copy()
        return self._remember(before)

    def clear(self) -> bool:
        """Wipes everything, as one edit."""
        return self.replace(np.zeros((SIZE, SIZE), np.uint8))

    # undo

    def _remember(self, before: Field) -> bool:
        changed = before != self.field
        rows, columns = np.flatnonzero(changed.any(axis=1)), np.flatnonzero(changed.any(axis=0))
        if not len(rows):
            return False
        top, bottom, left, right = int(rows[0]), int(rows[-1]) + 1, int(columns[0]), int(columns[-1]) + 1
        box = (slice(top, bottom), slice(left, right))
        packed = [zlib.compress(np.ascontiguousarray(part[box]).tobytes(), 1) for part in (before, self.field)]
        self._undo.append(_Edit(top, left, (bottom - top, right - left), *packed))
        del self._undo[:-MOST_EDITS]
        self._redo.clear()
        return True

    @property
    def can_undo(self) -> bool:
        """Whether there is an edit to take back."""
        return bool(self._undo)

    @property
    def can_redo(self) -> bool:
        """Whether an edit was taken back."""
        return bool(self._redo)

    def undo(self) -> bool:
        """Takes the last edit back; whether there was one."""
        self.end()
        if not self._undo:
            return False
        edit = self._undo.pop()
        self._redo.append(edit)
        self._put(edit, edit.before)
        return True

    def redo(self) -> bool:
        """Does the edit again that was taken back last; whether there was one."""
        self.end()
        if not self._redo:
            return False
        edit = self._redo.pop()
        self._undo.append(edit)
        self._put(edit, edit.after)
        return True

    def _put(self, edit: _Edit, packed: bytes) -> None:
        part = np.frombuffer(zlib.decompress(packed), np.uint8).reshape(edit.shape)
        rows, columns = edit.shape
        self.field[edit.top : edit.top + rows, edit.left : edit.left + columns] = part

    @property
    def history_bytes(self) -> int:
        """What the history holds in memory."""
        return sum(len(edit.before) + len(edit.after) for edit in (*self._undo, *self._redo))

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
