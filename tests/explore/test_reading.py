from __future__ import annotations

import io
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from ganstudio.core.dataspec import DataSpec
from ganstudio.core.errors import UsageError
from ganstudio.explore.reading import fit_options, ground_of, is_inverted, read_picture

GREY, COLOUR = DataSpec("digits", "images", 10, 1, 32), DataSpec("frogs", "images", 10, 3, 32)


def encoded(image: Image.Image, kind: str = "PNG", **options: Any) -> bytes:
    stream = io.BytesIO()
    image.save(stream, kind, **options)
    return stream.getvalue()


def halves(size: int = 64) -> Image.Image:
    """The left half black, the right half white."""
    pixels = np.zeros((size, size), np.uint8)
    pixels[:, size // 2 :] = 255
    return Image.fromarray(pixels)


def in_mode(mode: str) -> bytes:
    image = halves()
    if mode == "I;16":
        return encoded(Image.fromarray(np.asarray(image).astype(np.uint16) * 257))
    if mode == "F":
        return encoded(Image.fromarray(np.asarray(image).astype(np.float32) / 255), "TIFF")
    if mode == "PA":
        palette = image.convert("P")
        palette.info["transparency"] = 0
        return encoded(palette, transparency=0)
    return encoded(image.convert(mode), "TIFF" if mode == "CMYK" else "PNG")


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "I;16", "F"])
@pytest.mark.parametrize("spec", [GREY, COLOUR], ids=["grey", "colour"])
def test_every_mode_gives_the_same_picture(mode: str, spec: DataSpec) -> None:
    picture = read_picture(in_mode(mode), spec)
    assert picture.shape == spec.shape
    assert picture.dtype == np.float32
    assert abs(picture).max() <= 1
    np.testing.assert_allclose(picture[:, :, :14], -1, atol=0.05)
    np.testing.assert_allclose(picture[:, :, -14:], 1, atol=0.05)


@pytest.mark.parametrize("size", [(2, 2), (8, 8), (32, 32), (500, 40), (40, 500), (2000, 3000)])
def test_any_size_gives_the_middle_square(size: tuple[int, int]) -> None:
    width, height = size
    side = min(size)
    pixels = np.full((height, width), 255, np.uint8)
    left, top = (width - side) // 2, (height - side) // 2
    pixels[top : top + side, left : left + side] = 0
    picture = read_picture(encoded(Image.fromarray(pixels)), GREY)
    # The filter reaches a little over the edge.
    np.testing.assert_allclose(picture[:, 2:-2, 2:-2], -1, atol=0.02)
    assert picture.max() < -0.8


def test_transparent_pixels_never_swallow_what_is_drawn() -> None:
    for ink, ground in ((0, 1.0), (255, -1.0)):
        image = Image.new("RGBA", (32, 32), (0, 0, 0, 0))
        image.paste((ink, ink, ink, 255), (8, 8, 24, 24))
        picture = read_picture(encoded(image), COLOUR)
        assert picture[:, 0, 0] == pytest.approx(ground)
        assert picture[:, 16, 16] == pytest.approx(-ground)
    palette = read_picture(in_mode("PA"), GREY)  # its black is transparent, and what is left is white
    np.testing.assert_allclose(palette[:, :, :14], -1, atol=0.02)
    assert np.isfinite(read_picture(encoded(Image.new("RGBA", (9, 9), (0, 0, 0, 0))), GREY)).all()


def test_it_is_turned_as_its_camera_was_held() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned clockwise
    picture = read_picture(encoded(halves(), "JPEG", exif=exif, quality=95), GREY)
    np.testing.assert_allclose(picture[0, :14], -1, atol=0.1)
    np.testing.assert_allclose(picture[0, -14:], 1, atol=0.1)


def test_the_first_frame_of_an_animation_counts() -> None:
    frames = [Image.new("L", (20, 20), shade) for shade in (255, 0, 0)]
    for kind in ("GIF", "PNG"):
        moving = encoded(frames[0], kind, save_all=True, append_images=frames[1:], duration=50)
        np.testing.assert_allclose(read_picture(moving, GREY), 1, atol=0.01)


def test_a_file_is_known_by_its_content(tmp_path: Path) -> None:
    path = tmp_path / "really a png.jpg"
    path.write_bytes(encoded(halves()))
    np.testing.assert_array_equal(read_picture(path, GREY), read_picture(path.read_bytes(), GREY))


def test_colours_turn_to_their_luma_for_a_grey_generator() -> None:
    picture = read_picture(encoded(Image.new("RGB", (10, 10), (0, 255, 0))), GREY)
    assert picture.mean() == pytest.approx(0.587 * 2 - 1, abs=0.01)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "the file is empty"),
        (b"hello, I am no picture", "no picture in a known format"),
        (encoded(Image.fromarray(np.random.default_rng(0).integers(0, 255, (64, 64), np.uint8)))[:900], "damaged"),
        (encoded(Image.new("L", (1, 1))), "only 1 × 1 px"),
    ],
    ids=["empty", "text", "truncated", "tiny"],
)
def test_what_cannot_be_read_is_refused_in_words(content: bytes, words: str, tmp_path: Path) -> None:
    path = tmp_path / "odd.png"
    path.write_bytes(content)
    for source in (content, path):
        with pytest.raises(UsageError, match=words) as caught:
            read_picture(source, GREY)
        assert "Open or paste a picture" in str(caught.value)
        assert ("odd.png" in str(caught.value)) == isinstance(source, Path)


def test_a_bomb_is_refused_before_it_is_decoded() -> None:
    picture = bytearray(encoded(Image.new("RGB", (8, 8))))
    picture[16:24] = (60_000).to_bytes(4, "big") * 2  # the header's size; its checksum is not looked at
    picture[29:33] = zlib.crc32(picture[12:29]).to_bytes(4, "big")
    with pytest.raises(UsageError, match=r"60000 × 60000 px would need 14.4 GB"):
        read_picture(bytes(picture), GREY)


def test_what_is_no_file_and_points_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is not a file"):
        read_picture(tmp_path, GREY)
    with pytest.raises(UsageError, match="cannot be opened"):
        read_picture(tmp_path / "gone.png", GREY)
    with pytest.raises(UsageError, match="draws points"):
        read_picture(encoded(halves()), DataSpec("ring", "points", 10))


def digit(ground: int, ink: int) -> bytes:
    image = Image.new("L", (64, 64), ground)
    image.paste(ink, (28, 10, 36, 54))
    return encoded(image)


def test_a_photograph_of_ink_on_paper_is_turned_round_where_the_data_are_light_on_dark() -> None:
    light_on_dark = np.stack([read_picture(digit(5, 240), GREY)] * 9 + [read_picture(digit(240, 5), GREY)])
    options = fit_options(GREY, light_on_dark)
    assert options.invert
    assert options.ground == pytest.approx(5 / 127.5 - 1, abs=0.01)
    for ground, ink in ((230, 20), (20, 230)):
        picture = read_picture(digit(ground, ink), GREY, "auto", options.ground)
        assert ground_of(picture) < 0
        assert picture[0, 16, 16] > 0.7
    plain = read_picture(digit(230, 20), GREY)
    assert is_inverted(plain, options.ground)
    np.testing.assert_allclose(read_picture(digit(230, 20), GREY, True), -plain)
    # Nothing to go by, or a ground that is neither: it stays as it is.
    np.testing.assert_array_equal(read_picture(digit(230, 20), GREY, "auto"), plain)
    assert not is_inverted(read_picture(digit(130, 0), GREY), options.ground)


def test_there_is_no_usual_ground_where_pictures_differ() -> None:
    noise = np.random.default_rng(0).uniform(-1, 1, (40, 1, 1, 1)).astype(np.float32) + np.zeros((1, 1, 32, 32))
    assert np.isnan(fit_options(GREY, noise.astype(np.float32)).ground)
    assert fit_options(GREY).invert
    assert np.isnan(fit_options(GREY, np.full((3, 1, 32, 32), np.nan, np.float32)).ground)
    assert not fit_options(COLOUR, np.zeros((2, 3, 32, 32), np.float32)).invert
    assert not fit_options(DataSpec("ring", "points", 10)).invert
    dark = read_picture(digit(230, 20), COLOUR, "auto", -1.0)
    assert ground_of(dark) > 0, "colours are never turned round unasked"
