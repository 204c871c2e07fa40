"""Which number of a label map is which name: told by the numbers, said aloud, or refused with the option that settles it."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from ganstudio.core.dataspec import DataSpec, MapClass
from ganstudio.core.errors import DataError, UsageError
from ganstudio.data import check, load, maps, parse_request, read
from ganstudio.data.base import Job, fingerprint
from ganstudio.data.labelmaps import read_label_map, to_label_map

ABC = "sky\ntree\nroad\n"
CITY = json.dumps([{"name": "void", "id": 0, "trainId": 255}, {"name": "road", "id": 7, "trainId": 0},
                   {"name": "walk", "id": 8, "trainId": 1}])  # fmt: skip


def areas(index: int, numbers: Sequence[int]) -> np.ndarray:
    """A map of 8-px blocks; each of the numbers occurs in it."""
    blocks = np.random.default_rng(index).permutation(np.resize(np.arange(len(numbers)), 64)).reshape(8, 8)
    return np.array(numbers)[np.kron(blocks, np.ones((8, 8), int))]


def make(folder: Path, numbers: Sequence[int], listed: str | None = None, name: str = "classes.txt", **how: Any) -> str:
    """Four label maps with photos; the request for them."""
    suffix, grey = how.pop("suffix", "png"), how.pop("grey", True)
    for index in range(4):
        ids = areas(index, numbers)
        image = Image.fromarray(ids.astype(np.uint16 if max(numbers) > 255 else np.uint8))
        for part in ("labels", "images"):
            (folder / part).mkdir(parents=True, exist_ok=True)
        (image if grey else image.convert("RGB")).save(folder / "labels" / f"{index}.{suffix}", **how)
        photo = np.random.default_rng(index).integers(0, 256, (64, 64, 3)).astype(np.uint8)
        Image.fromarray(photo).save(folder / "images" / f"{index}.jpg")
    if listed is not None:
        (folder / name).write_text(listed, encoding="utf-8")
    return f"maps:{folder}:size=64"


def meaning(request: str, numbers: Sequence[int]) -> dict[int, str]:
    """What each number of the first map became."""
    data = load(request)
    assert data.inputs is not None
    ids, names = data.inputs[0].numpy(), [one.name for one in data.spec.map_classes]
    return {number: names[int(ids[areas(0, numbers) == number][0])] for number in numbers}


ABC_FROM0 = {0: "sky", 1: "tree", 2: "road"}
FROM1 = {0: "unlabelled", 1: "sky", 2: "tree", 3: "road"}


@pytest.mark.parametrize(
    ("numbers", "listed", "name", "told"),
    [
        ([0, 1, 2], ABC, "classes.txt", {0: "sky", 1: "tree", 2: "road"}),
        ([0, 1, 2, 3], ABC, "classes.txt", FROM1),
        ([1, 2, 3], ABC, "Classes.TXT", {1: "sky", 2: "tree", 3: "road"}),
        ([0, 1, 2, 3, 255], ABC, "classes.txt", {**FROM1, 255: "unlabelled"}),
        ([1, 2], "background\n" + ABC, "classes.txt", {1: "sky", 2: "tree"}),
        ([0, 1, 2], "__ignore__\n_background_\nsky\ntree\n", "labels.txt", {0: "_background_", 1: "sky", 2: "tree"}),
        ([0, 1, 2, 3], "sky,1\ntree,2\nroad,3\n", "classes.txt", FROM1),
        ([0, 1, 2, 3], "Idx\tRatio\tName\n1\t.1\tsky\n2\t.1\ttree\n3\t.1\troad\n", "objectInfo150.txt", FROM1),
        ([0, 7, 8], CITY, "classes.json", {0: "void", 7: "road", 8: "walk"}),
        ([0, 1, 255], CITY, "classes.json", {0: "road", 1: "walk", 255: "unlabelled"}),
        ([0, 1, 2], json.dumps({"classes": [{"title": "sky", "id": 90021}, {"title": "tree", "id": 90022}]}), "meta.json",
         {0: "unlabelled", 1: "sky", 2: "tree"}),
        ([0, 1], "road\n", "classes.txt", {0: "unlabelled", 1: "road"}),
        ([0, 255], "0 ground\n255 thing\n", "classes.txt", {0: "ground", 255: "thing"}),
        ([0, 128, 255], ABC, "classes.txt", {0: "sky", 128: "tree", 255: "road"}),
        ([0, 127, 255], ABC, "classes.txt", {0: "sky", 127: "tree", 255: "road"}),
        ([0, 170, 255], ABC + "sea\n", "classes.txt", {0: "sky", 170: "road", 255: "sea"}),
        ([0, 64, 128, 192], ABC + "sea\n", "classes.txt", {0: "sky", 64: "tree", 128: "road", 192: "sea"}),
        ([0, 84, 171, 255], ABC + "sea\n", "classes.txt", {0: "sky", 84: "tree", 171: "road", 255: "sea"}),
        ([0, 32896, 65535], ABC, "classes.txt", {0: "sky", 32896: "tree", 65535: "road"}),
        ([0, 1, 2], json.dumps({"class_to_idx": {"sky": 0, "tree": 1, "road": 2}}), "classes.json", ABC_FROM0),
        ([0, 1, 2], json.dumps({"label2id": {"sky": 0, "tree": 1, "road": 2}}), "labels.json", ABC_FROM0),
        ([0, 1, 2], "sky\r\ntree\r\nroad\r\n\x1a", "classes.txt", ABC_FROM0),
        ([0, 255], json.dumps({"bg": [0.0, 0.0, 0.0], "thing": [1.0, 1.0, 1.0]}), "classes.json", {0: "bg", 255: "thing"}),
        ([0, 1, 2], "['sky', 'tree', 'road']\n", "classes.txt", ABC_FROM0),
        ([0, 1, 2], "{0: 'sky', 1: 'tree', 2: 'road'}\n", "classes.txt", ABC_FROM0),
        ([0, 1, 2], "Pixel Value, Class\n0, sky\n1, tree\n2, road\n", "_classes.csv", ABC_FROM0),
        ([0, 1, 2, 3], json.dumps({"sky": [1, 1, 1], "tree": [2, 2, 2], "road": [3, 3, 3]}),
         "obj_class_to_machine_color.json", FROM1),
        ([0, 255], "bg 0 0 0\nmiddle 128 128 128\nthing 255 255 255\n", "classes.txt", {0: "bg", 255: "thing"}),
    ],
)  # fmt: skip
def test_the_numbers_tell_which_name_is_which(pics, numbers, listed, name, told):
    assert meaning(make(pics, numbers, listed, name), numbers) == told


@pytest.mark.parametrize(
    ("numbers", "listed", "advice", "settled"),
    [
        ([1, 2], ABC, "names=from0", {1: "tree", 2: "road"}),
        ([1, 2], ABC, "names=from1", {1: "sky", 2: "tree"}),
        ([0, 1, 2], "background\nsky\n", "names=from1", {0: "unlabelled", 1: "background", 2: "sky"}),
        ([0, 1, 2, 3], "sky: 0\ntree: 1\nroad: 2\n", "names=from1", FROM1),
        ([0, 1, 255], "1 sky\n2 tree\n3 road\n", "names=from0", {0: "sky", 1: "tree", 255: "unlabelled"}),
        ([0, 1, 6, 9], ABC, "unknown=ignore", {0: "sky", 1: "tree", 6: "unlabelled", 9: "unlabelled"}),
        ([0, 1, 255], "unlabeled\n" + ABC, "names=second0", {0: "sky", 1: "tree", 255: "unlabelled"}),
        ([0, 1, 255], "0: unlabeled\n1: sky\n2: tree\n", "names=second0", {0: "sky", 1: "tree", 255: "unlabelled"}),
        ([0, 1, 255], "0: unlabeled\n1: sky\n2: tree\n", "names=from0", {0: "unlabeled", 1: "sky", 255: "unlabeled"}),
        ([0, 128, 255], "sky\ntree\n", "void=255", {0: "sky", 128: "tree", 255: "unlabelled"}),
        ([0, 255], "road\n", "void=255", {0: "road", 255: "unlabelled"}),
        ([0, 100, 200, 255], None, "void=none", {0: "0", 100: "100", 200: "200", 255: "255"}),
        ([1, 255], None, "void=none", {1: "1", 255: "255"}),
    ],
)
def test_what_is_ambiguous_is_refused_and_the_option_that_is_named_settles_it(pics, numbers, listed, advice, settled):
    request = make(pics, numbers, listed)
    with pytest.raises(DataError, match=advice):
        check(request)
    assert meaning(f"{request},{advice}", numbers) == settled


def test_what_was_assumed_is_told_with_the_option_against_it(pics):
    request = make(pics, [0, 1, 2, 3], ABC)
    notes = " ".join(check(request).changes)
    assert "counted from 1" in notes
    assert "names=from0" in notes
    assert any("counted from 1" in note for note in load(request).notes)
    trimap = make(pics / "trimap", [0, 128, 255])
    assert any("void=255" in note for note in check(trimap).changes)
    assert any("void=none" in note for note in check(make(pics / "void", [0, 1, 255])).changes)
    counted = make(pics / "counted", [0, 1, 2], "1. sky\n2. tree\n3. road\n")
    assert any("names=from0" in note for note in check(counted).changes)
    plain = make(pics / "plain", [0, 1, 2, 255], "background\nsky\ntree\n")
    assert not any("names=from1" in note for note in check(plain).changes)


@pytest.mark.parametrize(
    ("listed", "why"),
    [('[{"foo": "sky"}, {"foo": "tree"}]', "neither a name nor a number"), ('{"sky": 0,\n"tree": 1', "in line 2")],
)
def test_json_that_names_nothing_is_refused_in_words(pics, listed, why):
    with pytest.raises(DataError, match=why):
        check(make(pics, [0, 1], listed, "classes.json"))


def test_names_in_utf_16_without_a_mark(pics):
    for codec in ("utf-16-le", "utf-16-be"):
        request = make(pics, [0, 1, 2], "")
        (pics / "classes.txt").write_bytes("天空\n树木\n道路\n".encode(codec))
        assert meaning(request, [0, 1, 2]) == {0: "天空", 1: "树木", 2: "道路"}


def test_a_number_of_a_few_files_is_a_mistake_of_theirs_and_doubted(pics):
    request = make(pics, [0, 1, 2], ABC)
    wrong = areas(1, [0, 1, 2])
    wrong[:3, :3] = 3
    Image.fromarray(wrong.astype(np.uint8)).save(pics / "labels" / "1.png")
    report = check(request)
    assert report.spec.count == 3
    assert any("names=from1" in line for line in report.warnings)
    assert check(f"{request},names=from1").spec.count == 4
    Image.fromarray(areas(1, [0, 1, 2, 3]).astype(np.uint8)).save(pics / "labels" / "1.png")
    with pytest.raises(DataError, match="names=from1"):  # too much of it for a slip of the brush
        check(request)


@pytest.mark.parametrize(
    ("numbers", "classes"),
    [
        ([0, 128, 255], ["0", "128", "255"]),
        ([0, 85, 255], ["0", "85", "255"]),
        ([0, 127, 128, 255], ["0", "127", "255"]),
        ([0, 255], ["0", "255"]),
        ([0, 1, 2, 255], ["0", "1", "2", "unlabelled"]),
        ([7, 8, 33, 255], ["7", "8", "33", "unlabelled"]),
        ([1, 2, 3], ["1", "2", "3"]),
    ],
)
def test_255_is_a_class_where_the_shades_are_steps_up_to_it(pics, numbers, classes):
    assert [one.name for one in check(make(pics, numbers)).spec.map_classes] == classes


def test_numbers_saved_as_rgb_grey_are_numbers(pics):
    assert meaning(make(pics, [0, 1, 2, 3], ABC, grey=False), [0, 1, 2, 3]) == FROM1


def test_a_palette_with_the_colours_of_the_list_tells_its_numbers(pics):
    request = make(pics, [0, 1, 2], "sky:0,0,200::\ntree:0,128,0::\n", "labelmap.txt")
    for path in (pics / "labels").iterdir():
        image = Image.open(path)
        image.putpalette([0, 0, 0, 0, 128, 0, 0, 0, 200])
        image.save(path)
    assert meaning(request, [0, 1, 2]) == {0: "unlabelled", 1: "tree", 2: "sky"}


PAINTED = ((0, 0, 0), (255, 0, 0), (0, 255, 0))


def paint(folder: Path, numbers: Sequence[int], orders: Sequence[Sequence[int]] = ()) -> None:
    """The same label maps in colours; with orders as palettes in which these places have the colours."""
    for index in range(4):
        ids = areas(index, numbers)
        if orders:
            order = orders[index % len(orders)]
            image = Image.fromarray(np.argsort(order)[ids].astype(np.uint8))
            image.putpalette([part for place in order for part in PAINTED[place]])
        else:
            image = Image.fromarray(np.array(PAINTED, np.uint8)[ids])
        image.save(folder / "labels" / f"{index}.png")


@pytest.mark.parametrize("suffix", ["png", "jpg"])
def test_black_is_unlabelled_where_the_list_has_colours_but_no_black(pics, suffix):
    listed = json.dumps({"classes": [{"title": "sky", "color": "#FF0000"}, {"title": "tree", "color": "#00FF00"}]})
    request = make(pics, [0, 1, 2], listed, "meta.json")
    paint(pics, [0, 1, 2])
    for path in (pics / "labels").iterdir() if suffix == "jpg" else ():
        Image.open(path).save(path.with_suffix(".jpg"), quality=90)
        path.unlink()
    report = check(request)
    assert report.spec.count == 4
    assert any("black is unlabelled" in note for note in report.changes)
    data = load(request)
    assert data.inputs is not None
    names = np.array([one.name for one in data.spec.map_classes])
    for index in range(4):
        wanted = np.array(["unlabelled", "sky", "tree"])[areas(index, [0, 1, 2])]
        assert (names[data.inputs[index].numpy()] == wanted).mean() > 0.97


def test_palettes_that_differ_are_told_by_their_colours_or_refused(pics):
    orders = ((0, 1, 2), (2, 0, 1))
    request = make(pics, [0, 1, 2], ABC)
    paint(pics, [0, 1, 2], orders)
    with pytest.raises(DataError, match=r"palettes .* differ.*names=from0"):
        check(request)
    assert check(f"{request},names=from0").spec.count == 4
    (pics / "classes.txt").unlink()
    assert any("palettes" in note for note in check(request).changes)
    data = load(request)
    assert data.inputs is not None
    colours = np.array([one.colour for one in data.spec.map_classes])
    for index in range(4):
        assert (colours[data.inputs[index].numpy()] == np.array(PAINTED)[areas(index, [0, 1, 2])]).all()


def test_numbers_that_are_thin_rims_are_warned_of(pics):
    request = make(pics, [0, 10, 20, 30])
    for path in (pics / "labels").iterdir():
        small = Image.fromarray(areas(int(path.stem), [0, 10, 20, 30])[::2, ::2].astype(np.uint8))
        small.resize((64, 64), Image.Resampling.BILINEAR).save(path)
    assert any("thin rims" in warning for warning in check(request).warnings)
    assert not any("thin rims" in warning for warning in check(make(pics / "sound", list(range(12)))).warnings)


def test_cvat_lists_give_names_to_colours(pics):
    request = make(
        pics, [0, 1], "# label:color_rgb:parts:actions\nground:0,0,0::\nroad:128,64,128:a,b:c\n", "labelmap.txt"
    )
    for index in range(4):
        Image.fromarray(np.array([(0, 0, 0), (128, 64, 128)], np.uint8)[areas(index, [0, 1])]).save(
            pics / "labels" / f"{index}.png"
        )
    assert meaning(request, [0, 1]) == {0: "ground", 1: "road"}
    assert [one.name for one in check(f"{request},classes=none").spec.map_classes] != ["ground", "road"]


def test_void_is_checked_before_anything_is_read(pics):
    with pytest.raises(UsageError, match="void=255"):
        parse_request(f"maps:{pics}:void=grey")
    numbers = [0, 1, 2]
    request = make(pics, numbers)
    assert [one.name for one in check(f"{request},void=0").spec.map_classes] == ["1", "2", "unlabelled"]


# -- what smears numbers --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("listed", [None, "\n".join("abcde"), "a 0 0 0\nb 255 0 0\nc 0 255 0\nd 0 0 255\ne 9 99 9"])
@pytest.mark.parametrize(
    "how", [{"suffix": "jpg"}, {"suffix": "jpg", "grey": False}, {"suffix": "webp", "grey": False, "quality": 80}]
)
def test_class_numbers_in_lossy_pictures_are_refused_with_what_to_do(pics, listed, how):
    with pytest.raises(DataError, match=r"grey JPEG.*PNG"):
        check(make(pics, range(5), listed, **how))


def test_lossless_webp_keeps_numbers(pics):
    assert meaning(make(pics, [0, 1, 2, 3], ABC, suffix="webp", grey=False, lossless=True), [0, 1, 2, 3]) == FROM1


def test_shades_far_apart_survive_and_are_warned_of(pics):
    request = make(pics, [0, 85, 170, 255], suffix="jpg", quality=60)
    report = check(request)
    assert len(report.spec.map_classes) == 4
    assert any("smeared" in line for line in report.warnings)
    (pics / "classes.txt").write_text(ABC + "sea\n", encoding="utf-8")
    told = {0: "sky", 85: "tree", 170: "road", 255: "sea"}
    assert meaning(request, [0, 85, 170, 255]) == told
    for path in (pics / "labels").iterdir():  # a JPEG that was saved as PNG smears as much
        Image.open(io.BytesIO(path.read_bytes())).save(path.with_suffix(".png"))
        path.unlink()
    assert meaning(request, [0, 85, 170, 255]) == told


def test_colours_that_lossy_pictures_merge_are_warned_of(pics):
    request = make(pics, [0, 1, 2])
    colours = np.array([(128, 0, 0), (140, 10, 0), (0, 128, 0)], np.uint8)
    for index in range(4):
        large = np.kron(areas(index, [0, 1, 2])[::8, ::8], np.ones((24, 24), int))
        (pics / "labels" / f"{index}.png").unlink()
        Image.fromarray(colours[large]).save(pics / "labels" / f"{index}.jpg", quality=90)
    assert any("became one class" in line for line in check(request).warnings)


def test_one_class_is_refused_or_warned_of(pics):
    with pytest.raises(DataError, match="one class only"):
        check(make(pics, [3]))
    assert any("nothing to tell apart" in line for line in check(make(pics / "listed", [0], ABC)).warnings)


def test_one_grey_jpeg_among_label_maps_is_dropped_by_name(pics):
    request = make(pics, [0, 1, 2], ABC)
    (pics / "labels" / "1.png").unlink()
    Image.fromarray(areas(1, [0, 1, 2]).astype(np.uint8)).save(pics / "labels" / "1.jpg")
    report = check(request)
    assert report.spec.count == 3
    assert [(one.file, one.action) for one in report.problems if one.action == "dropped"] == [
        ("labels/1.jpg", "dropped")
    ]


# -- what lies behind the data --------------------------------------------------------------------------------------


def test_a_label_map_on_the_canvas_is_read_with_the_numbers_of_the_run(pics):
    spec = load(make(pics, [0, 1, 2, 3], ABC)).spec
    classes = DataSpec.from_json(json.loads(json.dumps(spec.to_json()))).map_classes
    ids, report = read_label_map(pics / "labels" / "0.png", classes)
    for number, place in ((1, 0), (2, 1), (3, 2)):
        assert (ids[areas(0, [0, 1, 2, 3]) == number] == place).all()
    assert report.ignored
    out = io.BytesIO()
    Image.fromarray(areas(0, range(4)).astype(np.uint8)).save(out, "JPEG")
    with pytest.raises(DataError, match="grey JPEG"):
        to_label_map(out.getvalue(), classes, 64)


def test_classes_of_earlier_runs_have_no_number():
    before = {"name": "sky", "colour": [1, 2, 3]}
    assert MapClass.from_json(before) == MapClass("sky", (1, 2, 3))
    assert MapClass.from_json(before).number is None
    assert MapClass("sky", (1, 2, 3), 7) == MapClass("sky", (1, 2, 3)), "the same class, whatever its number is"


@pytest.mark.parametrize(
    ("numbers", "listed", "old", "today"),
    [
        ([0, 1, 2, 3], ABC, "unknown=ignore,names=from0", "unknown=ignore"),
        ([1, 2], ABC, "names=from0", "names=auto"),
        ([0, 128, 255], None, "void=255", "void="),
    ],
)
def test_a_stored_run_is_read_as_when_it_was_begun(pics, numbers, listed, old, today):
    request = make(pics, numbers, listed)
    before = load(f"{request},{old}")
    again = load(f"{request},{today}", expected=before.fingerprint)
    assert again.fingerprint == before.fingerprint
    same = read(parse_request(f"{request},{today}"), expected=before.fingerprint)
    assert fingerprint(same) == before.fingerprint


def test_a_stored_run_of_what_is_refused_today_is_still_read(pics):
    request = make(pics, range(5), suffix="jpg")
    with pytest.raises(DataError):
        load(request)
    arrays = maps.source().read(maps.source().earlier(parse_request(request))[1], 0, Job())
    assert len(arrays.spec.map_classes) == 1
    assert load(request, expected=fingerprint(arrays)).spec.map_classes == arrays.spec.map_classes


def test_a_stored_run_of_folders_that_are_laid_aside_today_is_still_read(pics):
    request = make(pics, [0, 1, 2])
    (pics / "images").rename(pics / "instances")
    with pytest.raises(DataError, match="does not hold label maps and photos"):
        load(request)
    arrays = maps.source().read(maps.source().earlier(parse_request(request))[1], 0, Job())
    assert load(request, expected=fingerprint(arrays)).spec.count == 4
