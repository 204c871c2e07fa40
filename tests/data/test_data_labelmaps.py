"""Label PNGs of every mode and size, class files, and classes that are found."""

from __future__ import annotations

import io
import json
import os
import struct
import sys
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ganstudio.core.dataspec import MapClass
from ganstudio.core.errors import DataError
from ganstudio.core.labelmaps import UNKNOWN, colour_map, colours_for, distinct_colours, nearest_classes
from ganstudio.data.census import Census, census_of
from ganstudio.data.classfiles import find_class_file, read_class_file
from ganstudio.data.decode import PictureError
from ganstudio.data.labelclasses import find_classes
from ganstudio.data.labelmaps import UNLABELLED, map_raw, read_label_map, resize_ids, to_label_map, values_of
from ganstudio.data.mapcolours import MOST_ROWS, read_colours
from ganstudio.data.rawmaps import read_raw

CLASSES = (
    MapClass("sky", (100, 150, 250)),
    MapClass("tree", (0, 128, 0)),
    MapClass("road", (128, 64, 128)),
    MapClass("car", (0, 0, 142)),
)
IDS = np.array([[0, 1, 1, 2], [0, 1, 3, 2], [0, 0, 3, 2]], dtype=np.uint8)


def picture(mode: str) -> Image.Image:
    """The same label map in any mode."""
    if mode == "P":
        image = Image.fromarray(IDS)
        image = image.convert("P")
        image.putdata(IDS.ravel().tolist())
        image.putpalette([part for one in CLASSES for part in one.colour])
        return image
    if mode in ("L", "I", "F"):
        return Image.fromarray(IDS.astype({"L": np.uint8, "I": np.int32, "F": np.float32}[mode]))
    if mode == "I;16":
        return Image.fromarray(IDS.astype(np.uint16))
    return Image.fromarray(colour_map(IDS, CLASSES)).convert(mode)


@pytest.mark.parametrize("mode", ["P", "L", "I", "I;16", "F", "RGB", "RGBA", "CMYK"])
def test_every_mode_gives_the_same_ids(mode, tmp_path):
    image = picture(mode)
    ids, report = read_label_map(image, CLASSES)
    assert ids.dtype == np.uint8
    np.testing.assert_array_equal(ids, IDS)
    assert report.clean
    assert "100\N{NO-BREAK SPACE}%" in report.sentences[0]
    suffix = ".tif" if mode in ("I", "F", "CMYK") else ".png"
    path = tmp_path / f"map{suffix}"
    image.save(path)
    np.testing.assert_array_equal(read_label_map(path, CLASSES)[0], IDS)
    np.testing.assert_array_equal(read_label_map(path.read_bytes(), CLASSES)[0], IDS)


def test_grey_with_alpha_holds_numbers_too_and_transparent_pixels_have_no_class():
    alpha = np.full(IDS.shape, 255, dtype=np.uint8)
    alpha[0, 0] = 0
    image = Image.merge("LA", [Image.fromarray(IDS), Image.fromarray(alpha)])
    ids, report = read_label_map(image, CLASSES)
    assert ids[0, 0] == UNLABELLED
    np.testing.assert_array_equal(ids.ravel()[1:], IDS.ravel()[1:])
    assert report.ignored == 1


def test_black_and_white_is_two_classes_in_every_way():
    mask = np.array([[0, 1], [1, 0]], dtype=np.uint8)
    two = (MapClass("ground", (10, 20, 30)), MapClass("thing", (200, 20, 30)))
    for image in (
        Image.fromarray(mask.astype(bool)),
        Image.fromarray(mask * 255),
        Image.fromarray(mask.astype(np.uint16) * 65535),
        Image.fromarray(mask),
    ):
        ids, _report = read_label_map(image, two)
        np.testing.assert_array_equal(ids, mask)


def test_shades_spread_over_the_whole_range_are_classes():
    spread = np.rint(IDS * (255 / 3)).astype(np.uint8)
    ids, report = read_label_map(Image.fromarray(spread), CLASSES)
    np.testing.assert_array_equal(ids, IDS)
    assert report.way == "scaled"


def test_a_palette_with_duplicate_colours_is_read_by_number():
    same = tuple(MapClass(one.name, (7, 7, 7) if index > 1 else one.colour) for index, one in enumerate(CLASSES))
    image = picture("P")
    image.putpalette([part for one in same for part in one.colour])
    ids, report = read_label_map(image, same)
    np.testing.assert_array_equal(ids, IDS)
    assert report.clean
    census = Census()
    census.add(census_of(read_raw(image)))
    found = find_classes(census).classes
    assert len({one.colour for one in found}) == 4, "classes that are found can be told apart"


def test_a_palette_in_another_order_is_read_by_colour():
    image = picture("P")
    order = [3, 1, 0, 2]
    image.putdata(np.argsort(order)[IDS].ravel().tolist())
    image.putpalette([part for index in order for part in CLASSES[index].colour])
    ids, report = read_label_map(image, CLASSES)
    np.testing.assert_array_equal(ids, IDS)
    assert report.way == "palette"


def test_without_classes_the_numbers_are_the_ids_and_colours_are_refused():
    ids, _report = read_label_map(picture("L"))
    np.testing.assert_array_equal(ids, IDS)
    with pytest.raises(PictureError, match="classes must be known"):
        read_label_map(picture("RGB"))


def test_numbers_outside_the_classes_are_told_with_their_count():
    wrong = IDS.copy()
    wrong[0] = [4, 4, 200, 255]
    ids, report = read_label_map(Image.fromarray(wrong), CLASSES)
    assert report.outside == ((4, 2), (200, 1))
    assert report.ignored == 1
    assert (ids[0] == UNLABELLED).all()
    assert any("4, 200" in line for line in report.sentences)
    square, report = to_label_map(Image.fromarray(wrong), CLASSES, 8)
    assert square.max() < len(CLASSES)
    assert any("“sky”" in line for line in report.sentences)


def test_negative_and_huge_numbers_are_outside():
    wrong = IDS.astype(np.int32)
    wrong[0, 0], wrong[0, 1] = -1, 1 << 30
    _ids, report = read_label_map(Image.fromarray(wrong), CLASSES)
    assert report.outside == ((-1, 1), (1 << 30, 1))


def test_grey_of_four_bits_holds_numbers_up_to_15():
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = b"".join(b"\0" + bytes([row[0] << 4 | row[1], row[2] << 4 | row[3]]) for row in IDS.tolist())
    header = struct.pack(">IIBBBBB", 4, 3, 4, 0, 0, 0, 0)
    parts = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    raw = read_raw(b"\x89PNG\r\n\x1a\n" + parts)
    np.testing.assert_array_equal(raw.values, IDS)


def test_fractions_are_refused():
    with pytest.raises(PictureError, match="numbers"):
        read_label_map(Image.fromarray(IDS.astype(np.float32) + 0.5), CLASSES)
    with pytest.raises(PictureError, match="numbers"):
        read_label_map(Image.fromarray(np.full((4, 4), np.nan, dtype=np.float32)), CLASSES)


def blocks(size: int = 64) -> np.ndarray:
    ids = np.zeros((size, size), dtype=np.uint8)
    ids[: size // 2, size // 2 :] = 1
    ids[size // 2 :, : size // 2] = 2
    ids[size // 2 :, size // 2 :] = 3
    return ids


def smeared(ids: np.ndarray, classes=CLASSES, quality: int = 60) -> bytes:
    import io

    out = io.BytesIO()
    Image.fromarray(colour_map(ids, classes)).save(out, "JPEG", quality=quality)
    return out.getvalue()


def test_smeared_borders_get_one_of_the_classes_that_touch_them():
    # Half-way between red and blue lies purple, which is a class too.
    classes = (MapClass("red", (255, 0, 0)), MapClass("blue", (0, 0, 255)), MapClass("purple", (128, 0, 128)))
    ids = np.zeros((32, 32), dtype=np.uint8)
    ids[:, 16:] = 1
    ids[:4, :4] = 2
    soft = Image.fromarray(colour_map(ids, classes)).resize((66, 66), Image.Resampling.BILINEAR)
    back, report = read_label_map(soft, classes)
    assert (back[20:, :30] == 0).all()
    assert (back[20:, 36:] == 1).all()
    assert report.nearest > 0
    assert report.far == 0
    assert "#" in report.sentences[1]


def test_jpeg_label_maps_come_back_nearly_whole():
    ids = blocks()
    back, report = map_raw(read_raw(smeared(ids)), CLASSES)
    assert (back == ids).mean() > 0.98
    assert not report.outside


def test_an_area_of_a_colour_that_is_no_class_is_told_and_not_eaten_from_its_rim():
    rgb = colour_map(blocks(), CLASSES)
    rgb[8:28, 8:28] = (250, 250, 0)
    ids, report = read_label_map(Image.fromarray(rgb), CLASSES)
    assert report.far == 400
    assert (ids[8:28, 8:28] == UNLABELLED).all()
    assert report.far_colours[0].colour == (250, 250, 0)
    kept, report = to_label_map(Image.fromarray(rgb), CLASSES, 64)
    assert kept.max() < 4
    assert report.far_kept
    assert any("#fafa00" in line for line in report.sentences)


@pytest.mark.parametrize(("width", "height"), [(1, 1), (1, 9), (640, 3), (31, 17), (64, 64), (2500, 40)])
@pytest.mark.parametrize("fit", ["crop", "pad", "stretch"])
def test_every_size_keeps_to_the_classes(width, height, fit):
    ids = np.random.default_rng(0).integers(0, 4, (height, width)).astype(np.uint8)
    for image in (Image.fromarray(ids), Image.fromarray(colour_map(ids, CLASSES))):
        square, _report = to_label_map(image, CLASSES, 32, fit)
        assert square.shape == (32, 32)
        assert square.max() < 4


def test_resizing_takes_the_same_frame_as_pictures():
    ids = np.zeros((10, 20), dtype=np.uint8)
    ids[:, 5:15] = 1
    assert (resize_ids(ids, 16, "crop") == 1).all()
    padded = resize_ids(ids, 16, "pad")
    assert (padded[:4] == UNLABELLED).all()
    assert (padded[4:12, 4:12] == 1).all()
    assert set(np.unique(resize_ids(ids, 7, "stretch"))) == {0, 1}


def huge_png(width: int, height: int) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0")) + chunk(b"IEND", b"")


def test_an_image_too_large_is_refused_before_it_is_decoded(tmp_path):
    path = tmp_path / "huge.png"
    path.write_bytes(huge_png(60_000, 60_000))
    with pytest.raises(DataError, match=r"huge\.png .*3600 million pixels"):
        to_label_map(path, CLASSES, 128)


@pytest.mark.parametrize("content", [b"", b"no picture", huge_png(64, 64)])
def test_files_that_are_no_pictures_are_refused_in_words(content, tmp_path):
    path = tmp_path / "x.png"
    path.write_bytes(content)
    with pytest.raises(DataError, match=r"x\.png cannot be used"):
        to_label_map(path, CLASSES, 32)
    with pytest.raises(DataError):
        to_label_map(tmp_path / "missing.png", CLASSES, 32)


def test_colours_of_ids_and_back():
    assert tuple(colour_map(np.array(9), CLASSES)) == UNKNOWN
    assert tuple(colour_map(np.array(-1), CLASSES)) == UNKNOWN
    many = np.random.default_rng(1).integers(0, 256, (50, 60, 3)).astype(np.uint8)
    ids, distances = nearest_classes(many, CLASSES)
    palette = np.array([one.colour for one in CLASSES])
    exact = np.sqrt(((many[..., None, :].astype(int) - palette) ** 2).sum(-1))
    np.testing.assert_array_equal(ids, exact.argmin(-1))
    np.testing.assert_array_equal(distances, np.ceil(exact.min(-1)))
    with pytest.raises(ValueError, match="classes"):
        nearest_classes(many, ())


def test_made_up_colours_differ():
    assert len(set(distinct_colours(255))) == 255
    names = ["sky", "tree", "Trees", *(f"thing {index}" for index in range(200))]
    colours = colours_for(names)
    assert len(set(colours)) == len(names)
    assert colours[0] == (110, 170, 220)


@pytest.mark.parametrize(
    ("name", "text", "names", "values", "coloured"),
    [
        ("a.txt", "Sky\nTraffic Sign\n\n# a remark\n2 wheels\n", ["Sky", "Traffic Sign", "2 wheels"], (0, 1, 2), False),
        ("a.txt", "sky 1 2 3\ntraffic sign 4 5 6\n", ["sky", "traffic sign"], (0, 1), True),
        ("a.txt", "7 road 1 2 3\n8 side walk 4 5 6\n", ["road", "side walk"], (7, 8), True),
        ("a.txt", "1 2 3 sky\n4 5 6 sea\n", ["sky", "sea"], (0, 1), True),
        ("a.txt", "0: unlabeled\n1: person\n255: void\n", ["unlabeled", "person"], (0, 1), False),
        ("a.csv", "name,r,g,b\nsky,1,2,3\nold road,4,5,6\n", ["sky", "old road"], (0, 1), True),
        ("a.txt", "Idx\tRatio\tName\n1\t0.1\twall\n2\t0.2\tfloor, flooring\n", ["wall", "floor, flooring"], (1, 2), False),
        ("a.json", json.dumps(["sky", "sea"]), ["sky", "sea"], (0, 1), False),
        ("a.json", json.dumps({"sky": [1, 2, 3], "sea": "#040506"}), ["sky", "sea"], (0, 1), True),
        ("a.json", json.dumps({"3": "sky", "1": "sea"}), ["sea", "sky"], (1, 3), False),
        ("a.json", json.dumps({"labels": [{"name": "sky", "id": 4, "color": [1, 2, 3]}]}), ["sky"], (4,), True),
        ("a.txt", "same\nsame\n", ["same", "same (2)"], (0, 1), False),
        ("a.txt", "# label:color_rgb:parts:actions\nsky:1,2,3::\nsea:4,5,6:a,b:swim\n", ["sky", "sea"], (0, 1), True),
        ("a.txt", "sky:::\nsea:::\n", ["sky", "sea"], (0, 1), False),
        ("a.txt", "__ignore__\n_background_\nsky\n", ["_background_", "sky"], (0, 1), False),
        ("a.txt", "sky,1\nsea,2\n", ["sky", "sea"], (1, 2), False),
        ("a.txt", "1:sky\n2:sea, ocean\n", ["sky", "sea, ocean"], (1, 2), False),
        ("a.txt", "1. sky\n2. sea\n", ["sky", "sea"], (1, 2), False),
        ("a.txt", "7 sky # above\n9 sea\n", ["sky", "sea"], (7, 9), False),
        ("a.txt", "sky = 7\nsea = 9\n", ["sky", "sea"], (7, 9), False),
        ("a.txt", "#010203 sky\n#040506 sea\n", ["sky", "sea"], (0, 1), True),
        ("a.txt", "3 128 64 128 sky\n4 4 5 6 sea\n", ["sky", "sea"], (3, 4), True),
        ("a.txt", "sky, sea\n", ["sky", "sea"], (0, 1), False),
        ("a.txt", "\ufeffsky\r\n\r\nsea\r\n", ["sky", "sea"], (0, 1), False),
        ("a.txt", "0 ground\n255 thing\n", ["ground", "thing"], (0, 255), False),
        ("a.txt", "0 ground\n300 thing\n", ["ground", "thing"], (0, 300), False),
        ("a.csv", 'label,name,color\n0,sky,"1,2,3"\n1,sea,#040506\n', ["sky", "sea"], (0, 1), True),
        ("a.csv", "name\nsky\nsea\n", ["sky", "sea"], (0, 1), False),
        ("a.csv", ",name\n1,sky\n2,sea\n", ["sky", "sea"], (1, 2), False),
        ("a.txt", "id name\n1 sky\n2 sea\n", ["sky", "sea"], (1, 2), False),
        ("a.csv", "id,label\n1,sky\n2,sea\n", ["sky", "sea"], (1, 2), False),
        ("a.json", json.dumps({"id2label": {"1": "sky", "2": "sea"}, "label2id": {}}), ["sky", "sea"], (1, 2), False),
        ("a.json", json.dumps({"sky": "1", "sea": "2"}), ["sky", "sea"], (1, 2), False),
        ("a.json", json.dumps({"1": {"name": "sky"}, "2": {"name": "sea"}}), ["sky", "sea"], (1, 2), False),
        ("a.json", json.dumps([{"value": "sky", "background": "#010203"}]), ["sky"], (0,), True),
        ("a.pbtxt", "item {\n id: 1\n name: 'sky'\n}\nitem { id: 2 name: \"sea\" }\n", ["sky", "sea"], (1, 2), False),
    ],
)  # fmt: skip
def test_class_files(name, text, names, values, coloured, tmp_path):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    found = read_class_file(path)
    assert [one.name for one in found.classes] == names
    assert found.values == values
    assert found.coloured is coloured
    assert len({one.colour for one in found.classes}) == len(names)


@pytest.mark.parametrize(
    ("names", "encoding", "told"),
    [("sky\nStraße\n", "utf-8-sig", False), ("sky\nsea\n", "utf-16", False), ("sky\nsea\n", "utf-16-le", False),
     ("Straße\nforêt\n", "cp1252", True), ("天空\n树木\n道路\n", "gbk", True)],
)  # fmt: skip
def test_class_files_of_other_encodings_are_read_and_told(names, encoding, told, tmp_path):
    path = tmp_path / "classes.txt"
    path.write_bytes(names.encode(encoding))
    found = read_class_file(path)
    assert [one.name for one in found.classes] == names.split()
    assert any("UTF-8" in line and "encoding=" in line for line in found.said) is told


@pytest.mark.parametrize(
    ("names", "encoding"), [("небо\nдорога\n", "cp1251"), ("空\n道路\n", "shift_jis"), ("하늘\n나무\n", "cp949")]
)
def test_class_files_that_could_be_in_anything_are_refused_until_that_is_said(names, encoding, tmp_path):
    path = tmp_path / "classes.txt"
    path.write_bytes(names.encode(encoding))
    with pytest.raises(DataError, match=r"classes\.txt is not in UTF-8.*encoding="):
        read_class_file(path)
    assert [one.name for one in read_class_file(path, encoding).classes] == names.split()
    with pytest.raises(DataError, match="no encoding"):
        read_class_file(path, "morse")


def test_files_called_config_are_lists_only_where_they_list_classes(tmp_path):
    (tmp_path / "config.json").write_text(json.dumps({"rate": 1}), encoding="utf-8")
    assert find_class_file(tmp_path) is None
    (tmp_path / "config.json").write_text(json.dumps({"labels": [{"name": "sky"}]}), encoding="utf-8")
    assert find_class_file(tmp_path) == tmp_path / "config.json"
    assert find_class_file(tmp_path, "none") is None


@pytest.mark.parametrize(
    "text",
    ["", "[1", '{"a": {"b": {"c": 1}}, "x": [300, 0, 0]}', "\n".join(f"class {index}" for index in range(300)),
     "1 a\n1 b\n", '{"a": null}', "1 a\n2 b\n3 c\nd\n"],
)  # fmt: skip
def test_class_files_that_make_no_sense_are_refused_by_name(text, tmp_path):
    path = tmp_path / "classes.txt"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DataError, match=r"classes\.txt"):
        read_class_file(path)


def find(images) -> tuple[list[tuple[int, int, int]], tuple[int, ...]]:
    census = Census()
    for image in images:
        census.add(census_of(read_raw(image)))
    found = find_classes(census)
    return [one.colour for one in found.classes], found.values


def test_classes_are_found_by_number():
    _colours, values = find([Image.fromarray(np.array([[7, 8], [255, 33]], dtype=np.uint8))])
    assert values == (7, 8, 33)
    census = census_of(read_raw(Image.fromarray(np.array([[0, 255]], dtype=np.uint8))))
    found = find_classes(census)
    assert [one.name for one in found.classes] == ["0", "255"]
    assert values_of(found.classes) == (0, 255), "a painter that knows only the names reads these files too"


def test_classes_are_found_by_exact_colour_and_antialiasing_makes_none():
    large = colour_map(np.kron(blocks(8), np.ones((30, 30), np.uint8)), CLASSES)
    colours, _values = find([Image.fromarray(large)])
    assert sorted(colours) == sorted(one.colour for one in CLASSES)
    turned = Image.fromarray(large).rotate(10, Image.Resampling.BILINEAR, fillcolor=CLASSES[0].colour)
    colours, _values = find([turned])
    assert sorted(colours) == sorted(one.colour for one in CLASSES)


def test_classes_are_found_in_jpegs():
    colours, _values = find([smeared(blocks(), quality=85)])
    assert len(colours) == 4
    for one in CLASSES:
        assert min(sum((a - b) ** 2 for a, b in zip(one.colour, colour, strict=True)) for colour in colours) < 50


def test_a_photo_is_no_label_map():
    noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3)).astype(np.uint8)
    with pytest.raises(DataError, match="colours"):
        find([Image.fromarray(noise)])


def test_facades_show_their_nine_colours(shared: Path):
    folder = shared / "facades-labelme" / "train"
    census = Census()
    for path in sorted(folder.glob("*.jpg")):
        census.add(census_of(read_raw(path, "right")))
    told = {(0, 0, 0), (128, 0, 0), (128, 0, 128), (128, 128, 0), (128, 128, 128), (128, 64, 0), (0, 128, 128),
            (0, 128, 0), (0, 0, 128)}  # fmt: skip
    assert {one.colour for one in find_classes(census).classes} == told


@pytest.mark.skipif(sys.platform == "win32", reason="there are no named pipes")
def test_a_list_of_classes_that_is_no_file_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "classes.txt")
    with pytest.raises(DataError, match="named pipe"):
        read_class_file(tmp_path / "classes.txt")


# -- colours, to be corrected ---------------------------------------------------------------------------------------------


def encoded(picture: np.ndarray, kind: str = "PNG", scale: int = 1) -> bytes:
    image, out = Image.fromarray(picture), io.BytesIO()
    image.resize((image.width * scale + (scale > 1), image.height * scale), Image.Resampling.BICUBIC).save(out, kind)
    return out.getvalue()


def stripes(*shades: int | tuple[int, int, int]) -> np.ndarray:
    """Each a stripe, the first the widest."""
    widths = [24, *[8] * (len(shades) - 1)]
    rows = [np.broadcast_to(np.array(shade, np.uint8), (width, 64, *np.shape(shade))) for shade, width in zip(
        shades, widths, strict=True)]  # fmt: skip
    return np.concatenate(rows)


def test_smeared_colours_are_few_rows_and_those_that_nobody_knows_come_first() -> None:
    strange = (250, 10, 200)
    picture = stripes(CLASSES[0].colour, CLASSES[1].colour, strange)
    for kind, scale in (("PNG", 1), ("PNG", 3), ("JPEG", 3)):
        found = read_colours(encoded(picture, kind, scale), CLASSES, 32)
        assert [shade.known for shade in found.shades] == [False, True, True], (kind, scale)
        assert np.abs(np.subtract(found.shades[0].colour, strange)).max() < 9
        assert [shade.class_ for shade in found.shades[1:]] == [0, 1]
        assert sum(shade.share for shade in found.shades) == pytest.approx(1)
        square, _report = to_label_map(encoded(picture, kind, scale), CLASSES, 32)
        assert np.array_equal(found.read_as([shade.class_ for shade in found.shades]), square)
        corrected = found.read_as([2, 0, 1])
        assert np.array_equal(corrected == 2, (found.places == 0) | (square == 2) & (corrected == square))
        assert np.array_equal(corrected[found.places != 0], square[found.places != 0])


def test_numbers_are_rows_however_many_there_are() -> None:
    found = read_colours(encoded(stripes(0, 1, 9)), CLASSES, 40)
    assert [(shade.title, shade.known) for shade in found.shades] == [
        ("number 9", False), ("number 0", True), ("number 1", True)]  # fmt: skip
    assert (found.read_as([2, 0, 1])[-1] == 2).all()
    noise = np.random.default_rng(0).integers(0, 200, (64, 64), dtype=np.uint8)
    many = read_colours(encoded(noise), CLASSES, 64)
    assert len(many.shades) == MOST_ROWS + 1
    assert many.places.max() == MOST_ROWS


def test_a_photograph_has_rows_that_a_person_reads() -> None:
    noise = np.random.default_rng(0).integers(0, 256, (96, 96, 3), dtype=np.uint8)
    found = read_colours(encoded(noise), CLASSES, 64)
    assert 1 < len(found.shades) <= MOST_ROWS
    assert found.places.max() < len(found.shades)


def test_grey_jpegs_of_numbers_are_refused_here_too() -> None:
    with pytest.raises(DataError, match="grey JPEG"):
        read_colours(encoded(np.random.default_rng(0).integers(0, 5, (64, 64), dtype=np.uint8), "JPEG"), CLASSES, 32)
