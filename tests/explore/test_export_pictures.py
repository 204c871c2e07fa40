from __future__ import annotations

import io
import json
import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, PngImagePlugin

from ganstudio.core.errors import StoreError, UsageError
from ganstudio.core.images import make_grid
from ganstudio.explore.picture_file import LIMIT, picture_bytes, read_session, save_picture
from ganstudio.explore.state import Direction, ExploreState, position_of
from tests.explore.toys import CLASS, Z, linear

RNG = np.random.default_rng(0)
GREY = RNG.integers(0, 256, (6, 5, 1), dtype=np.uint8)
COLOUR = RNG.integers(0, 256, (4, 4, 3), dtype=np.uint8)


def session(**more: Any) -> dict[str, Any]:
    return {"program": "ganstudio", "kind": "explore", "version": 1, "title": "Ziffern “groß” 数字", **more}


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def with_chunk(kind: bytes, data: bytes) -> bytes:
    """A PNG with one more chunk behind its header."""
    plain = io.BytesIO()
    Image.fromarray(COLOUR).save(plain, "PNG")
    png = plain.getvalue()
    return png[:33] + chunk(kind, data) + png[33:]


@pytest.mark.parametrize("picture", [GREY, COLOUR, make_grid(np.stack([COLOUR] * 5))])
@pytest.mark.parametrize("scale", [1, 3, 8])
def test_a_picture_is_enlarged_and_carries_its_session(tmp_path: Path, picture: np.ndarray, scale: int) -> None:
    path = tmp_path / "one.PNG"
    save_picture(path, picture, scale, session(view={"of": "wall"}))
    with Image.open(path) as image:
        pixels = np.atleast_3d(np.asarray(image))
        assert json.loads(image.text["ganstudio"])["view"] == {"of": "wall"}
    assert pixels.shape == (picture.shape[0] * scale, picture.shape[1] * scale, picture.shape[2])
    assert np.array_equal(pixels[scale - 1 :: scale, ::scale], picture)
    assert read_session(path) == session(view={"of": "wall"}) == read_session(path.read_bytes())


def test_a_state_comes_back_to_the_last_bit(tmp_path: Path) -> None:
    generator = linear(controls=(Z, CLASS))
    direction = Direction("smile", "pca", "z", RNG.standard_normal(Z.size).astype(np.float32), 0.25)
    state = ExploreState(position_of(generator.draw(1, 5)), 0.7, {"smile": -1.25}, 5)
    save_picture(tmp_path / "a.png", GREY, 2, session(state=state.to_json(), directions=[direction.to_json()]))
    read = read_session(tmp_path / "a.png")
    again = ExploreState.from_json(read["state"], generator.controls)
    for name, value in state.position.items():
        assert np.array_equal(again.position[name], value)
    assert (again.truncation, again.strengths, again.seed) == (0.7, {"smile": -1.25}, 5)
    assert np.array_equal(Direction.from_json(read["directions"][0]).vector, direction.vector)


@pytest.mark.parametrize("compressed", [False, True])
def test_it_survives_programs_that_write_text_in_another_way(compressed: bool) -> None:
    text = json.dumps(session(), ensure_ascii=False)
    for kind in ("itxt", "text"):
        info = PngImagePlugin.PngInfo()
        info.add_text("Comment", "before it")
        if kind == "itxt":
            info.add_itxt("ganstudio", text, zip=compressed)
        else:
            info.add_text("ganstudio", json.dumps(session()), zip=compressed)
        file = io.BytesIO()
        Image.fromarray(COLOUR).save(file, "PNG", pnginfo=info)
        assert read_session(file.getvalue()) == session()


def test_only_the_beginning_of_the_file_is_needed() -> None:
    png = picture_bytes(COLOUR, 8, session())
    assert read_session(png[: png.index(b"IDAT") + 6]) == session()


def test_what_carries_nothing_is_told_apart(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="not a PNG"):
        read_session(b"GIF89a")
    plain = io.BytesIO()
    Image.fromarray(GREY[:, :, 0]).save(plain, "PNG")
    with pytest.raises(UsageError, match="not saved by ganstudio"):
        read_session(plain.getvalue())
    with pytest.raises(UsageError, match="not saved by ganstudio"):
        read_session(plain.getvalue()[:20])
    with pytest.raises(UsageError, match="cannot be read"):
        read_session(tmp_path / "missing.png")


@pytest.mark.parametrize(
    "text",
    [b"", b"{", b"[]", b"null", b"\xff\xfe", b"[" * 100_000, b'{"program": "other", "kind": "explore", "version": 1}',
     b'{"program": "ganstudio", "kind": "explore", "version": "1"}', b'{"program": "ganstudio", "kind": "explore"}',
     b'{"program": "ganstudio", "kind": "explore", "version": true}', b"9" * 10_000],
)  # fmt: skip
def test_damaged_content_is_refused(text: bytes) -> None:
    with pytest.raises(UsageError, match="damaged"):
        read_session(with_chunk(b"tEXt", b"ganstudio\0" + text))


def test_a_flipped_bit_is_noticed() -> None:
    png = bytearray(picture_bytes(COLOUR, 1, session()))
    png[png.index(b"explore")] ^= 1
    with pytest.raises(UsageError, match="damaged"):
        read_session(bytes(png))
    with pytest.raises(UsageError, match="damaged"):
        read_session(with_chunk(b"zTXt", b"ganstudio\0\0not packed"))


def test_a_newer_version_is_named_as_such() -> None:
    with pytest.raises(UsageError, match="newer ganstudio"):
        read_session(picture_bytes(COLOUR, 1, session() | {"version": 2}))


def test_absurd_sizes_are_not_read() -> None:
    claims = with_chunk(b"tEXt", b"ganstudio\0{}").replace(struct.pack(">I", 12) + b"tEXt", b"\x7f\0\0\0tEXt")
    bomb = with_chunk(b"zTXt", b"ganstudio\0\0" + zlib.compress(b" " * (LIMIT + 5)))
    for png in (claims, bomb):
        with pytest.raises(UsageError, match="larger than 4 MB"):
            read_session(png)


def test_wrong_names_and_scales_leave_nothing(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"must end in \.png"):
        save_picture(tmp_path / "a.jpg", GREY, 1, session())
    with pytest.raises(UsageError, match="1 to 8 times, not 9"):
        save_picture(tmp_path / "a.png", GREY, 9, session())
    with pytest.raises(UsageError, match="too many directions"):
        save_picture(tmp_path / "a.png", GREY, 1, session(text="x" * LIMIT))
    with pytest.raises(StoreError, match="cannot be written"):
        save_picture(tmp_path / "no" / "a.png", GREY, 1, session())
    assert not [*tmp_path.iterdir()]
