"""Folders of label maps and photos: what is wrong with them is found by name, before training."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ganstudio.core.dataspec import MapClass
from ganstudio.core.errors import CancelledError, DataError, UsageError
from ganstudio.core.labelmaps import colour_map
from ganstudio.data import check, load, parse_request
from ganstudio.data.partners import match

CLASSES = (MapClass("sky", (100, 150, 250)), MapClass("tree", (0, 128, 0)), MapClass("road", (128, 64, 128)))
LIST = "sky 100 150 250\ntree 0 128 0\nroad 128 64 128\n"


def ids_of(seed: int, size: tuple[int, int] = (48, 64)) -> np.ndarray:
    coarse = np.random.default_rng(seed).integers(0, 3, (size[0] // 16, size[1] // 16))
    return np.kron(coarse, np.ones((16, 16), int)).astype(np.uint8)


def photo_of(ids: np.ndarray, seed: int = 0) -> np.ndarray:
    noise = np.random.default_rng(seed).integers(-60, 60, (*ids.shape, 3))
    return (colour_map(ids, CLASSES).astype(int) + noise).clip(0, 255).astype(np.uint8)


def save(path: Path, array: np.ndarray, **how: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(array).save(path, **how)


def two_folders(folder: Path, count: int = 4, colours: bool = False, names: str = "{n}") -> Path:
    for index in range(count):
        ids = ids_of(index)
        name = names.format(n=index)
        save(folder / "labels" / f"{name}.png", colour_map(ids, CLASSES) if colours else ids)
        save(folder / "images" / f"{index}.jpg", photo_of(ids, index))
    return folder


def problems(report) -> dict[str, tuple[str, str]]:
    return {problem.file: (problem.what, problem.action) for problem in report.problems}


@pytest.mark.parametrize("colours", [False, True])
def test_two_folders_are_matched_and_keep_their_pixels(pics, colours):
    two_folders(pics, colours=colours)
    (pics / "classes.txt").write_text(LIST)
    data = load(f"maps:{pics}:size=48")
    assert data.spec.kind == "maps"
    assert data.spec.map_classes == CLASSES
    assert data.items.shape == (4, 3, 48, 48)
    assert data.inputs is not None
    assert data.inputs.shape == (4, 48, 48)
    for index in range(4):
        np.testing.assert_array_equal(data.inputs[index].numpy(), ids_of(index)[:, 8:56])
    again = load(f"maps:{pics}:size=48")
    assert again.fingerprint == data.fingerprint


def test_classes_are_found_without_a_list(pics):
    report = check(f"maps:{two_folders(pics)}:size=32")
    assert [one.name for one in report.spec.map_classes] == ["0", "1", "2"]
    assert sum(report.shares.values()) == pytest.approx(100)
    assert report.preview.shape == (8, 32, 32, 3)
    other = pics.parent / "colours"
    report = check(f"maps:{two_folders(other, colours=True)}:size=32")
    assert {one.colour for one in report.spec.map_classes} == {one.colour for one in CLASSES}


def test_numbers_outside_the_classes_are_refused_or_ignored_by_file_name(pics):
    two_folders(pics)
    (pics / "classes.txt").write_text(LIST)
    wrong = ids_of(1)
    wrong[0, 10:15] = 3
    save(pics / "labels" / "1.png", wrong)
    report = check(f"maps:{pics}:size=48")
    assert report.spec.count == 3
    what, action = problems(report)["labels/1.png"]
    assert action == "dropped"
    assert "3 is no class" in what
    assert "0 to 2" in what
    ignoring = load(f"maps:{pics}:size=48,unknown=ignore")
    assert ignoring.spec.count == 4
    assert [one.name for one in ignoring.spec.map_classes] == ["sky", "tree", "road", "unlabelled"]
    assert ignoring.inputs is not None
    assert ignoring.inputs.max() == 3
    report = check(f"maps:{pics}:size=48,unknown=ignore")
    assert problems(report)["labels/1.png"][1] == "converted"


def test_255_is_unlabelled_by_convention_and_takes_the_class_of_that_name(pics):
    two_folders(pics)
    ids = ids_of(2)
    ids[:10] = 255
    save(pics / "labels" / "2.png", ids)
    (pics / "classes.txt").write_text(LIST)
    report = check(f"maps:{pics}:size=48")
    assert not report.problems
    assert report.spec.map_classes[-1].name == "unlabelled"
    (pics / "classes.txt").write_text(LIST + "Void 0 0 0\n")
    data = load(f"maps:{pics}:size=48")
    assert len(data.spec.map_classes) == 4
    assert data.inputs is not None
    assert (data.inputs[2, :10] == 3).all()


def test_bad_files_are_named_with_reasons(pics):
    two_folders(pics, 6)
    (pics / "labels" / "1.png").write_bytes(b"")
    whole = (pics / "images" / "2.jpg").read_bytes()
    (pics / "images" / "2.jpg").write_bytes(whole[: len(whole) // 3])
    report = check(f"maps:{pics}:size=32")
    found = problems(report)
    assert found["labels/1.png"] == ("the file is empty", "dropped")
    assert "damaged" in found["images/2.jpg"][0]
    assert report.spec.count == 4
    assert load(f"maps:{pics}:size=48").left_out.startswith("2 of 12 files were left out, each with its partner")


def test_missing_partners_are_named_on_either_side(pics):
    two_folders(pics)
    (pics / "labels" / "0.png").unlink()
    (pics / "images" / "3.jpg").unlink()
    found = problems(check(f"maps:{pics}:size=32"))
    assert found == {
        "images/0.jpg": ("has no label map of the same name", "dropped"),
        "labels/3.png": ("has no photo of the same name", "dropped"),
    }


def test_the_list_of_classes_is_no_stranger_among_the_pictures(pics):
    two_folders(pics)
    (pics / "classes.txt").write_text(LIST)
    changes = check(f"maps:{pics}:size=32").changes
    assert any("classes.txt" in line for line in changes)
    assert not any("no picture" in line for line in changes)
    (pics / "notes.txt").write_text("a stranger")
    assert any("1 file that is no picture" in line for line in check(f"maps:{pics}:size=32").changes)


def test_photos_of_two_formats_keep_the_label_map_of_their_very_name(pics):
    two_folders(pics)
    for index in (0, 1):
        save(pics / "images" / f"{index}.png", photo_of(ids_of(index), index))
    report = check(f"maps:{pics}:size=32")
    assert report.spec.count == 4
    assert set(problems(report)) == {"images/0.jpg", "images/1.jpg"}


def test_other_sizes_are_converted_where_they_show_the_same_and_dropped_where_not(pics):
    two_folders(pics)
    save(pics / "labels" / "0.png", np.kron(ids_of(0), np.ones((2, 2), np.uint8)))
    save(pics / "labels" / "1.png", ids_of(1)[:, :48])
    report = check(f"maps:{pics}:size=48")
    found = problems(report)
    assert found["labels/0.png"][1] == "converted"
    assert "128 × 96" in found["labels/0.png"][0]
    assert found["labels/1.png"][1] == "dropped"
    data = load(f"maps:{pics}:size=48")
    assert data.inputs is not None
    np.testing.assert_array_equal(data.inputs[0].numpy(), ids_of(0)[:, 8:56])


def test_antialiased_colours_get_the_nearest_class_or_are_refused(pics):
    two_folders(pics, colours=True)
    (pics / "classes.txt").write_text(LIST)
    soft = Image.fromarray(colour_map(ids_of(1), CLASSES)).resize((128, 96), Image.Resampling.BILINEAR)
    save(pics / "labels" / "1.png", np.asarray(soft))
    save(pics / "images" / "1.jpg", np.asarray(Image.fromarray(photo_of(ids_of(1))).resize((128, 96))))
    report = check(f"maps:{pics}:size=48")
    assert report.spec.count == 4
    assert report.spec.map_classes == CLASSES
    assert problems(report)["labels/1.png"][1] == "converted"
    data = load(f"maps:{pics}:size=48")
    assert data.inputs is not None
    assert (data.inputs[1].numpy() == ids_of(1)[:, 8:56]).mean() > 0.97
    strict = check(f"maps:{pics}:size=48,colours=refuse")
    assert strict.spec.count == 3
    assert problems(strict)["labels/1.png"][1] == "dropped"


def test_areas_of_unknown_colour_are_refused_or_unlabelled(pics):
    two_folders(pics, colours=True)
    (pics / "classes.txt").write_text(LIST)
    rgb = colour_map(ids_of(1), CLASSES)
    rgb[10:40, 10:40] = (255, 255, 0)
    save(pics / "labels" / "1.png", rgb)
    what, action = problems(check(f"maps:{pics}:size=48"))["labels/1.png"]
    assert action == "dropped"
    assert "(255, 255, 0)" in what
    report = check(f"maps:{pics}:size=48,unknown=ignore")
    assert report.spec.map_classes[-1].name == "unlabelled"
    assert report.spec.count == 4


def test_colour_maps_with_names_but_no_colours_are_refused_with_what_to_do(pics):
    two_folders(pics, colours=True)
    (pics / "classes.txt").write_text("sky\ntree\nroad\n")
    with pytest.raises(DataError, match=r"classes\.txt tells no colours.*name r g b"):
        check(f"maps:{pics}")


def test_palette_maps_lend_their_colours_to_names(pics):
    two_folders(pics)
    for index in range(4):
        image = Image.fromarray(ids_of(index)).convert("P")
        image.putdata(ids_of(index).ravel().tolist())
        image.putpalette([part for one in CLASSES for part in one.colour])
        image.save(pics / "labels" / f"{index}.png")
    (pics / "names.txt").write_text("Sky\nTree\nRoad\n")
    report = check(f"maps:{pics}:size=32,classes=names.txt")
    assert report.spec.map_classes == tuple(MapClass(one.name.title(), one.colour) for one in CLASSES)
    with pytest.raises(DataError, match=r"nothing\.txt"):
        check(f"maps:{pics}:classes=nothing.txt")


@pytest.mark.parametrize("side", ["left", "right"])
def test_side_by_side_is_told_apart_and_repaired(pics, side):
    for index in range(6):
        ids = ids_of(index, (64, 64))
        halves = [colour_map(ids, CLASSES), photo_of(ids, index)]
        save(pics / f"{index}.jpg", np.concatenate(halves if side == "left" else halves[::-1], axis=1), quality=90)
    data = load(f"maps:{pics}:size=64")
    assert len(data.spec.map_classes) == 3
    shown = colour_map(np.asarray(data.inputs), data.spec.map_classes).astype(int)
    truth = np.stack([colour_map(ids_of(index, (64, 64)), CLASSES) for index in range(6)]).astype(int)
    assert (np.abs(shown - truth).max(-1) < 12).mean() > 0.97
    forced = load(f"maps:{pics}:size=64,layout=labels-{side}")
    assert forced.spec.map_classes == data.spec.map_classes


def test_a_folder_of_plain_pictures_is_refused_in_words(pics):
    for index in range(3):
        save(pics / f"{index}.png", photo_of(ids_of(index, (64, 64))))
    with pytest.raises(DataError, match="holds no label maps"):
        check(f"maps:{pics}")
    with pytest.raises(DataError, match="two folders"):
        check(f"maps:{pics}:layout=folders")
    with pytest.raises(DataError, match="There is no folder"):
        check(f"maps:{pics}/nowhere")
    with pytest.raises(UsageError, match="PATH"):
        parse_request("maps:")


def test_classes_that_never_occur_and_colours_that_occur_twice_are_warned_of(pics):
    two_folders(pics)
    (pics / "classes.txt").write_text(LIST + "boat 0 128 0\n")
    report = check(f"maps:{pics}:size=32")
    assert any("boat" in line and "no label map" in line for line in report.warnings)
    assert any("“tree” and “boat”" in line for line in report.warnings)
    assert any("only 4 pairs" in line for line in report.warnings)
    assert report.shares["boat"] == 0


def test_margins_are_unlabelled(pics):
    two_folders(pics)
    data = load(f"maps:{pics}:size=64,fit=pad")
    assert data.spec.map_classes[-1].name == "unlabelled"
    assert (data.inputs[:, :8] == 3).all()


def test_only_training_files_are_read_where_there_are_others(pics):
    for part in ("train", "val"):
        for index in range(3):
            ids = ids_of(index)
            save(pics / "annotations" / part / f"{part}{index}.png", ids)
            save(pics / "images" / part / f"{part}{index}.jpg", photo_of(ids))
    report = check(f"maps:{pics}:size=32")
    assert report.spec.count == 3
    assert any("only the training part" in line for line in report.changes)


@pytest.mark.parametrize(
    ("photos", "labels", "others"),
    [
        ("JPEGImages", "SegmentationClass", ["SegmentationObject"]),
        ("JPEGImages", "SegmentationClassPNG", ["SegmentationClassVisualization"]),
        ("ds0/img", "ds0/masks_machine", ["ds0/masks_human", "ds0/masks_instances/cat"]),
        ("training/images", "training/v1.2/labels", ["training/v1.2/instances", "training/v1.2/panoptic"]),
        ("images/10k/train", "labels/sem_seg/masks/train", ["labels/sem_seg/colormaps/train"]),
    ],
)
def test_what_tools_put_beside_label_maps_is_neither_label_map_nor_photo(pics, photos, labels, others):
    for index in range(3):
        ids = ids_of(index)
        save(pics / photos / f"{index}.jpg", photo_of(ids))
        save(pics / labels / f"{index}.png", ids)
        for other in others:
            save(pics / other / f"{index}.png", colour_map((ids + index) % 3, CLASSES))
    data = load(f"maps:{pics}:size=48")
    assert data.inputs is not None
    np.testing.assert_array_equal(data.inputs[2].numpy(), ids_of(2)[:, 8:56])
    for path in (pics / photos).iterdir():
        path.unlink()
    with pytest.raises(DataError, match="does not hold label maps and photos"):
        check(f"maps:{pics}:size=48")


def test_label_maps_beside_their_photos_are_known_by_their_own_names(pics):
    for index in range(3):
        save(pics / "benign" / f"benign ({index}).png", photo_of(ids_of(index)))
        save(pics / "benign" / f"benign ({index})_mask.png", ids_of(index))
    data = load(f"maps:{pics}:size=48")
    assert data.inputs is not None
    np.testing.assert_array_equal(data.inputs[2].numpy(), ids_of(2)[:, 8:56])


def test_a_list_of_classes_in_the_parts_of_a_set_is_found(pics):
    for part in ("train", "valid"):
        for index in range(3):
            save(pics / part / f"{index}_mask.png", ids_of(index))
            save(pics / part / f"{index}.jpg", photo_of(ids_of(index)))
        (pics / part / "_classes.csv").write_text("Pixel Value, Class\n0, sky\n1, tree\n2, road\n")
    report = check(f"maps:{pics}:size=32")
    assert [one.name for one in report.spec.map_classes] == ["sky", "tree", "road"]
    (pics / "valid" / "_classes.csv").write_text("Pixel Value, Class\n0, road\n1, tree\n2, sky\n")
    assert [one.name for one in check(f"maps:{pics}:size=32").spec.map_classes] == ["0", "1", "2"]


def test_cancelling_ends_it(pics):
    two_folders(pics)
    stop = threading.Event()
    stop.set()
    with pytest.raises(CancelledError):
        check(f"maps:{pics}", cancel=stop)


@pytest.mark.parametrize(
    ("photos", "labels"),
    [
        (["images/a.jpg"], ["labels/a.png"]),
        (["images/train/a.jpg"], ["annotations/training/a.png"]),
        (["701/x_1.png"], ["labels/x_1_L.png"]),
        (["leftImg8bit/train/aachen/aachen_0_19_leftImg8bit.png"],
         ["gtFine/train/aachen/aachen_0_19_gtFine_labelIds.png"]),
        (["train/0001TP.png"], ["trainannot/0001TP.png"]),
        (["JPEGImages/2007_1.jpg"], ["SegmentationClass/2007_1.png"]),
        (["images/IMG_1.JPG", "images/IMG_2.jpg"], ["masks/img_1_mask.png", "masks/img_2_seg.png"]),
    ],
)  # fmt: skip
def test_partners_are_found_by_the_usual_names(photos, labels):
    found = match(photos, labels)
    assert found.pairs == tuple(zip(photos, labels, strict=True))


@pytest.mark.parametrize(
    ("firsts", "seconds", "pairs", "lone"),
    [
        (["A/0.png", "A/0.jpg"], ["B/0.png"], {"A/0.png": "B/0.png"}, {"A/0.jpg": "has the same name"}),
        (["A/0.jpg", "A/0.PNG", "A/0.png"], ["B/0.png", "B/0.bmp"], {"A/0.png": "B/0.png"},
         {"A/0.jpg": "0.png", "A/0.PNG": "0.png", "B/0.bmp": "0.png"}),
        (["A/0.png", "A/0.jpg"], ["B/0.jpg", "B/0.png"], {"A/0.png": "B/0.png", "A/0.jpg": "B/0.jpg"}, {}),
        (["A/0.PNG"], ["B/0.png", "B/0.tif"], {"A/0.PNG": "B/0.png"}, {"B/0.tif": "the partner"}),
        (["A/x.png", "A/X.png"], ["B/X.jpg", "B/x.jpg"], {"A/x.png": "B/x.jpg", "A/X.png": "B/X.jpg"}, {}),
        (["A/0.png", "A/0.jpg"], ["B/0.bmp"], {},
         dict.fromkeys(["A/0.png", "A/0.jpg", "B/0.bmp"], "cannot be told: give them different names")),
        (["A/0.png", "A/0.jpg"], ["B/0.png", "B/sub/0.jpg"], {"A/0.png": "B/0.png"},
         {"A/0.jpg": "has the same name", "B/sub/0.jpg": "has no photo of the same name"}),
    ],
)  # fmt: skip
def test_of_two_files_with_one_stem_the_very_same_name_counts(firsts, seconds, pairs, lone):
    found = match(firsts, seconds)
    assert dict(found.pairs) == pairs
    told = {problem.file: problem.what for problem in found.problems("photo", "label map")}
    assert told.keys() == lone.keys()
    for file, words in lone.items():
        assert words in told[file]


def test_of_several_label_maps_of_a_photo_the_ids_are_taken():
    base = "gtFine/train/aachen/aachen_0_19_gtFine"
    found = match(
        ["leftImg8bit/train/aachen/aachen_0_19_leftImg8bit.png"],
        [f"{base}_color.png", f"{base}_instanceIds.png", f"{base}_labelIds.png", f"{base}_labelTrainIds.png"],
    )
    assert found.pairs[0][1] == f"{base}_labelTrainIds.png"
    assert not found.lone_seconds


def test_names_that_only_differ_in_a_tail_are_not_mixed_up():
    found = match(["images/x.png", "images/x_a.png"], ["labels/x.png", "labels/x_a.png"])
    assert found.pairs == (("images/x.png", "labels/x.png"), ("images/x_a.png", "labels/x_a.png"))


def test_facades(shared: Path):
    report = check(f"maps:{shared / 'facades-labelme'}:size=64")
    assert report.spec.count == 250
    assert len(report.spec.map_classes) == 9
    assert report.spec.map_classes[0].colour == (128, 0, 0)
    assert report.shares["#800000"] > 30
    assert not any(problem.action == "dropped" for problem in report.problems)


def test_camvid(shared: Path):
    report = check("maps:camvid:size=96")
    assert report.spec.count == 110
    names = [one.name for one in report.spec.map_classes]
    assert names == (shared / "camvid" / "classes.txt").read_text().split()
    assert len(names) == 12
    assert not report.problems
    assert report.shares["Road"] > 20
