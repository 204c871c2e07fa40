from __future__ import annotations

import io
import subprocess
import sys
from collections import deque
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ganstudio.core.dataspec import MapClass
from ganstudio.core.errors import UsageError
from ganstudio.explore.canvas import (
    Edit,
    LabelCanvas,
    Rect,
    check_ids,
    label_png,
    pack_ids,
    read_label_png,
    remap,
    resized,
    save_label_png,
    shapes,
    unpack_ids,
)

CLASSES = tuple(
    MapClass(name, (40 * i, 200 - 30 * i, 17 * i)) for i, name in enumerate(("sky", "sea", "grass", "rock"))
)


def blank(size: int = 32, count: int = 4) -> LabelCanvas:
    return LabelCanvas(np.zeros((size, size), np.uint8), count)


def reached(mask: np.ndarray, row: int, column: int, corners: bool = False) -> np.ndarray:
    """What hangs together with a pixel, found the slow way."""
    seen = np.zeros(mask.shape, bool)
    seen[row, column], queue = True, deque([(row, column)])
    steps = [(0, 1), (1, 0), (0, -1), (-1, 0)] + ([(1, 1), (1, -1), (-1, 1), (-1, -1)] if corners else [])
    while queue:
        r, c = queue.popleft()
        for dr, dc in steps:
            a, b = r + dr, c + dc
            if 0 <= a < mask.shape[0] and 0 <= b < mask.shape[1] and mask[a, b] and not seen[a, b]:
                seen[a, b] = True
                queue.append((a, b))
    return seen


def act(canvas: LabelCanvas, rng: np.random.Generator) -> Rect | None:
    """Any tool, anywhere, also partly or wholly outside."""
    size, class_ = canvas.size, int(rng.integers(canvas.count))
    x0, y0, x1, y1 = (float(v) for v in rng.uniform(-0.3 * size, 1.3 * size, 4))
    mirror = bool(rng.integers(2))
    diameter = float(rng.uniform(0.2, size / 3))
    brush: Any = "round" if rng.integers(2) else "square"
    tools: list[Any] = [
        lambda: canvas.stroke((x0, y0), (x1, y1), class_, diameter, brush, mirror=mirror,
                              pressure=(float(rng.random()), float(rng.random()))),
        lambda: canvas.shape("line", [(x0, y0), (x1, y1)], class_, diameter, brush, mirror=mirror),
        lambda: canvas.shape("polygon", [(x0, y0), (x1, y1), (x0, y1), (x1, y0)], class_, mirror=mirror),
        lambda: canvas.shape("rectangle", [(x0, y0), (x1, y1)], class_, mirror=mirror),
        lambda: canvas.shape("ellipse", [(x0, y0), (x1, y1)], class_, mirror=mirror),
        lambda: canvas.flood(x0, y0, class_),
        lambda: canvas.replace_class(int(rng.integers(canvas.count)), class_),
        lambda: canvas.move((int(y0), int(x0), int(y1), int(x1)), int(rng.integers(-9, 9)), int(rng.integers(-9, 9)),
                            class_),
        lambda: canvas.paste(rng.integers(0, canvas.count, (5, 7), dtype=np.uint8), int(y0), int(x0)),
        canvas.mirror,
        lambda: canvas.fill(class_),
    ]  # fmt: skip
    return tools[rng.choice(len(tools), p=[0.4, 0.1, 0.1, 0.08, 0.08, 0.06, 0.04, 0.06, 0.04, 0.02, 0.02])]()


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1), st.sampled_from([1, 2, 7, 32]))
def test_every_change_lies_in_the_rectangle_and_stays_in_the_classes(seed: int, size: int) -> None:
    rng, canvas = np.random.default_rng(seed), blank(size)
    for _ in range(12):
        before = canvas.ids.copy()
        rect = act(canvas, rng)
        changed = canvas.ids != before
        assert (rect is not None) == bool(changed.any())
        if rect is not None:
            top, left, bottom, right = rect
            assert 0 <= top < bottom <= size
            assert 0 <= left < right <= size
            changed[top:bottom, left:right] = False
            assert not changed.any()
        check_ids(canvas.ids, 4)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_any_sequence_undone_to_the_first_and_redone_to_the_last_is_equal_to_the_bit(seed: int) -> None:
    rng, canvas = np.random.default_rng(seed), blank(24)
    edits: list[Edit] = []
    states = [canvas.ids.copy()]
    for _ in range(20):
        canvas.begin_stroke()
        for _piece in range(int(rng.integers(1, 4))):
            act(canvas, rng)
        edit = canvas.end_stroke()
        assert (edit is None) == np.array_equal(canvas.ids, states[-1])
        if edit is not None:
            edits.append(edit)
            states.append(canvas.ids.copy())
    for edit, state in zip(reversed(edits), reversed(states[:-1]), strict=True):
        edit.apply(canvas.ids)
        assert np.array_equal(canvas.ids, state)
    for edit, state in zip(edits, states[1:], strict=True):
        edit.apply(canvas.ids)
        assert np.array_equal(canvas.ids, state)


@settings(max_examples=150, deadline=None)
@given(
    st.tuples(*[st.floats(-5, 37, allow_nan=False)] * 4),
    st.floats(0.1, 12),
    st.floats(0.1, 12),
    st.booleans(),
)
def test_a_stroke_has_no_gap_and_covers_its_ends(
    ends: tuple[float, ...], first: float, last: float, square: bool
) -> None:
    x0, y0, x1, y1 = ends
    patch = shapes.stroke(32, (x0, y0), (x1, y1), first, last, square)
    whole = np.zeros((32, 32), bool)
    if patch is not None:
        top, left, mask = patch
        whole[top : top + mask.shape[0], left : left + mask.shape[1]] = mask
    for x, y in ((x0, y0), (x1, y1)):
        if 0 <= x < 32 and 0 <= y < 32:
            assert whole[int(y), int(x)]
    if all(0 <= v < 32 for v in ends):
        assert np.array_equal(reached(whole, int(y0), int(x0), corners=True), whole)


@pytest.mark.parametrize("square", [False, True])
def test_a_brush_that_grows_is_the_union_of_its_tips(square: bool) -> None:
    start, end, first, last = (8.3, 9.1), (40.7, 33.2), 3.0, 17.0
    patch = shapes.stroke(64, start, end, first, last, square)
    assert patch is not None
    whole = np.zeros((64, 64), bool)
    whole[patch[0] : patch[0] + patch[2].shape[0], patch[1] : patch[1] + patch[2].shape[1]] = patch[2]
    y, x = np.mgrid[:64, :64] + 0.5
    slow = np.zeros((64, 64), bool)
    for t in np.linspace(0, 1, 2001):
        cx, cy, r = (a + (b - a) * t for a, b in ((start[0], end[0]), (start[1], end[1]), (first / 2, last / 2)))
        slow |= (abs(x - cx) <= r) & (abs(y - cy) <= r) if square else np.hypot(x - cx, y - cy) <= r
    assert (slow & ~whole).sum() == 0
    assert (whole & ~slow).sum() <= 3  # what falls between two of the steps


def test_a_square_brush_of_four_is_four_wide_wherever_it_stands() -> None:
    for offset in np.linspace(0, 1, 21):
        canvas = blank()
        canvas.stroke((10 + offset, 10.5), (10 + offset, 10.5), 1, 4, "square")
        assert canvas.ids.sum() == 16


def test_a_thin_line_has_one_pixel_in_each_column() -> None:
    canvas = blank()
    canvas.shape("line", [(1.2, 3.9), (29.7, 14.1)], 1)
    assert (canvas.ids[:, 1:30].sum(axis=0) <= 2).all()
    assert canvas.ids.sum() <= 31


def test_pressure_scales_the_brush() -> None:
    wide, narrow = blank(), blank()
    wide.stroke((4, 16), (28, 16), 1, 10)
    narrow.stroke((4, 16), (28, 16), 1, 10, pressure=(0.3, 0.3))
    assert 0 < narrow.ids.sum() < wide.ids.sum() / 2


def test_mirror_paints_exactly_the_other_side() -> None:
    canvas = blank(33)
    canvas.stroke((3.3, 4.1), (11.2, 20.9), 2, 5.5, mirror=True)
    canvas.shape("ellipse", [(2, 24), (9, 30)], 1, mirror=True)
    assert np.array_equal(canvas.ids, canvas.ids[:, ::-1])
    assert set(np.unique(canvas.ids)) == {0, 1, 2}


def test_shapes_hold_what_they_should() -> None:
    canvas = blank()
    assert canvas.shape("rectangle", [(9.9, 3.2), (4.0, 6.8)], 1) == (3, 4, 7, 10)
    assert canvas.ids.sum() == 4 * 6
    canvas = blank(64)
    canvas.shape("ellipse", [(2, 2), (61.5, 41.5)], 1)
    assert abs(canvas.ids.sum() - np.pi * 30 * 20) < 30
    canvas.fill(0)
    canvas.shape("polygon", [(10, 10), (50, 10), (50, 40), (10, 40)], 3)
    assert (canvas.ids[10:40, 10:50] == 3).all()
    assert (canvas.ids == 3).sum() <= 31 * 41


@settings(max_examples=80, deadline=None)
@given(st.integers(0, 2**32 - 1), st.sampled_from([2, 3]), st.sampled_from([1, 5, 17]))
def test_flood_fill_is_what_hangs_together_by_sides(seed: int, count: int, size: int) -> None:
    rng = np.random.default_rng(seed)
    ids = rng.integers(0, count, (size, size), dtype=np.uint8)
    row, column = (int(v) for v in rng.integers(0, size, 2))
    assert np.array_equal(shapes.flood(ids, row, column), reached(ids == ids[row, column], row, column))


def test_flood_fill_goes_to_the_end_of_a_maze_and_of_a_comb() -> None:
    size = 64
    snake = np.ones((size, size), np.uint8)
    for column in range(1, size, 2):
        snake[:, column] = 0
        snake[0 if column % 4 == 1 else size - 1, column] = 1
    comb = np.zeros((size, size), np.uint8)
    comb[:, ::2] = comb[-1] = 1
    for ids in (snake, snake.T.copy(), comb, comb[::-1].copy()):
        row, column = np.argwhere(ids == 1)[0]
        assert np.array_equal(shapes.flood(ids, row, column), ids == 1)


def test_move_mirror_paste_and_replace() -> None:
    canvas = blank(8)
    canvas.shape("rectangle", [(0, 0), (1, 1)], 2)
    assert canvas.move((0, 0, 2, 2), 7, 3, 1) == (0, 0, 5, 8)
    assert (canvas.ids[:2, :2] == 1).all()
    assert canvas.ids[3, 7] == canvas.ids[4, 7] == 2
    assert (canvas.ids == 2).sum() == 2
    canvas.replace_class(1, 3)
    canvas.mirror()
    assert (canvas.ids[:2, 6:] == 3).all()
    assert canvas.paste(np.full((3, 3), 1, np.uint8), -1, 7) == (0, 7, 2, 8)
    assert canvas.paste(np.full((3, 3), 1, np.uint8), 20, 20) is None
    assert canvas.class_at(-0.1, 3) is None
    assert canvas.class_at(7.9, 0.5) == 1


def test_a_stroke_that_is_given_up_leaves_nothing() -> None:
    canvas = blank()
    canvas.shape("rectangle", [(2, 2), (9, 9)], 1)
    canvas.begin_stroke()
    canvas.fill(3)
    assert canvas.abort_stroke() == (0, 0, 32, 32)
    assert canvas.ids.sum() == 64
    assert not canvas.stroking


def test_what_is_no_class_or_no_map_is_refused_and_what_is_no_number_paints_nothing() -> None:
    canvas = blank()
    for call in (lambda: canvas.fill(4), lambda: canvas.flood(1, 1, -1), lambda: canvas.shape("line", [(0, 0), (9, 9)], 9),
                 lambda: canvas.paste(np.full((2, 2), 4, np.uint8))):  # fmt: skip
        with pytest.raises(UsageError):
            call()
    assert not canvas.ids.any()
    assert canvas.shape("line", [(float("nan"), 0), (9, 9)], 1) is None
    assert canvas.stroke((-1e9, 5), (1e9, 5), 1, 1) == (4, 0, 7, 32) or canvas.ids[5].all()
    for ids, count in ((np.zeros((3, 4), np.uint8), 2), (np.full((3, 3), 2, np.uint8), 2),
                       (np.zeros((3, 3), np.int64), 2), (np.zeros((3, 3), np.uint8), 0)):  # fmt: skip
        with pytest.raises(UsageError):
            LabelCanvas(ids, count)  # type: ignore[arg-type]


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 256), st.integers(1, 40), st.integers(0, 2**32 - 1))
def test_label_pngs_and_packed_maps_come_back_exactly(count: int, size: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    ids = rng.integers(0, count, (size, size), dtype=np.uint8)
    classes = [MapClass(f"c{i}", (i % 3, 7, 9)) for i in range(count)]  # colours that occur often
    note = {"name": "Ä “x”", "z": [0.5]}
    found = read_label_png(label_png(ids, classes, note))
    assert np.array_equal(found.ids, ids)
    assert found.note == note
    assert [tuple(c) for c in found.palette[:count].tolist()] == [one.colour for one in classes]
    assert np.array_equal(unpack_ids(pack_ids(ids), count, size), ids)


def test_damaged_and_foreign_files_are_refused_by_name(tmp_path: Path) -> None:
    from PIL import Image

    ids = np.random.default_rng(0).integers(0, 4, (64, 64), dtype=np.uint8)
    good, path = label_png(ids, CLASSES, {}), tmp_path / "m.png"
    buffer = io.BytesIO()
    save_label_png(buffer, ids, CLASSES)
    save_label_png(path, ids, CLASSES)
    assert path.read_bytes() == buffer.getvalue()
    Image.new("RGB", (4, 4)).save(tmp_path / "rgb.png")
    Image.new("P", (3000, 2)).save(tmp_path / "wide.png")
    for name, data in (("torn", good[: len(good) // 2]), ("empty", b""), ("text", b"hello"), ("bit", good[:-60])):
        (tmp_path / f"{name}.png").write_bytes(data)
    for name in ("rgb", "wide", "torn", "empty", "text", "bit", "missing"):
        with pytest.raises(UsageError, match=f"{name}.png"):
            read_label_png(tmp_path / f"{name}.png")
    with pytest.raises(UsageError):
        label_png(ids, CLASSES[:2], {})
    with pytest.raises(UsageError, match="stored"):
        label_png(ids, CLASSES, {"x": object()})


def test_packed_maps_that_lie_are_refused() -> None:
    ids = np.full((8, 8), 3, np.uint8)
    bomb = pack_ids(np.zeros((2048, 2048), np.uint8))
    for text, count, size in ((pack_ids(ids), 3, 8), (pack_ids(ids), 4, 7), (pack_ids(ids), 4, 9), ("x", 4, 8),
                              (None, 4, 8), ("ä", 4, 8), (pack_ids(ids)[:-8], 4, 8), (bomb, 4, 8),
                              (pack_ids(ids), 4, 10**6), (pack_ids(ids), 4, 0)):  # fmt: skip
        with pytest.raises(UsageError):
            unpack_ids(text, count, size)


def test_resizing_takes_the_nearest_pixel() -> None:
    ids = np.random.default_rng(0).integers(0, 4, (8, 8), dtype=np.uint8)
    assert np.array_equal(resized(resized(ids, 24), 8), ids)
    assert np.array_equal(resized(ids, 16), ids.repeat(2, axis=0).repeat(2, axis=1))
    assert not np.shares_memory(resized(ids, 8), ids)


def test_other_classes_are_taken_by_name_and_else_by_colour_with_a_word_about_it() -> None:
    old = (MapClass("Sky", (0, 0, 255)), MapClass("lake", (0, 20, 200)), MapClass("lava", (255, 0, 0)))
    new = (MapClass("fire", (250, 10, 0)), MapClass("water", (0, 20, 200)), MapClass(" sky", (9, 9, 9)))
    ids = np.array([[0, 1], [1, 0]], np.uint8)
    found, words = remap(ids, old, new)
    assert found.tolist() == [[2, 1], [1, 2]]
    assert len(words) == 1  # nothing is said of lava, which is not on the map
    assert "lake" in words[0]
    assert "same colour" in words[0]
    assert "nearest" in remap(np.full((2, 2), 2, np.uint8), old, new)[1][0]
    with pytest.raises(UsageError):
        remap(np.full((2, 2), 3, np.uint8), old, new)


def test_the_canvas_needs_neither_torch_nor_anything_else_that_is_slow() -> None:
    code = "import sys, ganstudio.explore.canvas; print(' '.join(sorted({n.split('.')[0] for n in sys.modules})))"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert not set(result.stdout.split()) & {"torch", "PySide6", "scipy", "sklearn", "pydantic", "psygnal"}
