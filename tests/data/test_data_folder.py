from __future__ import annotations

import io
import os
import re
import shutil
import socket
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ganstudio.core.errors import DataError
from ganstudio.data import check, decode, load
from ganstudio.data.base import Job
from ganstudio.data.scan import natural_key, scan

RNG = np.random.default_rng(1)


def noise(width: int = 40, height: int = 30, mode: str = "RGB") -> Image.Image:
    return Image.fromarray(RNG.integers(0, 256, (height, width, 3), dtype=np.uint8)).convert(mode)


def actions(report, file: str) -> list[tuple[str, str]]:
    return [(problem.what, problem.action) for problem in report.problems if problem.file == file]


def pixel(report, index: int = 0) -> list[int]:
    size = report.spec.size
    return report.preview[index, size // 2, size // 2].tolist()


def look(folder: Path, options: str = "size=16"):
    return check(f"folder:{folder}:{options}")


def test_the_real_frogs(shared: Path):
    data = load(f"folder:{shared}/cifar10-frogs-jpeg/train:size=32")
    assert tuple(data.items.shape) == (2000, 3, 32, 32)
    assert data.labels is None
    assert data.items.float().std() > 30
    report = look(shared / "edges2shoes")
    assert report.sizes[0] == (256, 128, 240)
    assert any("square" in line for line in report.changes)


def test_class_subfolders_become_labels_in_natural_order(pics: Path):
    for name, count in (("class 10", 2), ("class 2", 3), ("empty", 0)):
        (pics / "train" / name).mkdir(parents=True)
        for index in range(count):
            noise().save(pics / "train" / name / f"{index}.png")
    packed = Path(shutil.make_archive(str(pics.parent / "packed"), "gztar", pics))
    for top in (pics, pics / "train", packed):
        report = look(top)
        assert report.balance == {"class 2": 3, "class 10": 2}
    (pics / "test" / "class 2").mkdir(parents=True)
    noise().save(pics / "test" / "class 2" / "0.png")
    assert look(pics).balance == {"class 2": 4, "class 10": 2}
    noise().save(pics / "train" / "loose.png")
    report = look(pics / "train")
    assert report.balance == {}
    assert any("without classes" in line for line in report.changes)


def test_a_class_without_a_readable_picture_is_left_out(pics: Path):
    for name in "abc":
        (pics / name).mkdir()
        noise().save(pics / name / "x.png")
    (pics / "b" / "x.png").write_bytes(b"nothing")
    data = load(f"folder:{pics}:size=16")
    assert data.spec.classes == ("a", "c")
    assert data.labels.tolist() == [0, 1]
    assert any("b" in note for note in data.notes)


def test_natural_order():
    assert sorted(["a10", "a9", "A1", "²", "b"], key=natural_key) == ["A1", "a9", "a10", "b", "²"]


def test_every_sound_format_is_read_without_a_word(pics: Path):
    picture = Image.new("RGB", (40, 40), (200, 100, 50))
    names = ["a.png", "b.jpg", "c.bmp", "d.webp", "e.tiff", "f.ppm", "g.JPEG", "h.tga"]
    for name in names:
        picture.save(pics / name)
    report = look(pics)
    assert report.problems == ()
    assert report.spec.count == len(names)
    for index in range(len(names)):
        assert np.abs(np.array(pixel(report, index)) - (200, 100, 50)).max() <= 4


def test_unreadable_files_are_dropped_by_name(pics: Path):
    noise().save(pics / "good.png")
    noise().save(pics / "torn.jpg")
    (pics / "torn.jpg").write_bytes((pics / "torn.jpg").read_bytes()[:400])
    (pics / "empty.png").touch()
    (pics / "text.png").write_text("I am no picture")
    (pics / "page.jpg").write_text("<!DOCTYPE html><html>Not found</html>")
    (pics / "lfs.png").write_text("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n")
    Image.new("RGB", (1, 1)).save(pics / "dot.png")
    (pics / "dead.png").symlink_to(pics / "gone.png")
    (pics / "notes.txt").write_text("fine")
    report = look(pics)
    assert report.spec.count == 1
    for name, word in (
        ("torn.jpg", "damaged: its end is missing"),
        ("empty.png", "empty"),
        ("text.png", "format"),
        ("dot.png", "1 × 1"),
        ("page.jpg", "web page"),
        ("lfs.png", "git lfs pull"),
    ):
        ((what, action),) = actions(report, name)
        assert word in what
        assert action == "dropped"
    assert "cannot be opened" in actions(report, "dead.png")[0][0]
    assert actions(report, "dead.png")[0][1] == "dropped"
    assert not actions(report, "good.png")
    told = load(f"folder:{pics}:size=16").left_out
    assert told.startswith("7 of 8 files were left out: ")
    assert "empty.png (the file" in told
    assert not any("left out" in line for line in report.warnings)  # the report lists them
    assert any("1 file that is no picture" in line for line in report.changes)


@pytest.mark.parametrize("name", ["x.png", "x.tif"])
def test_sixteen_bits_are_scaled_by_their_full_range(pics: Path, name: str):
    Image.fromarray(np.full((20, 20), 51400, dtype=np.uint16)).save(pics / name)
    report = look(pics)
    assert pixel(report) == [200]
    assert "16 bits" in actions(report, name)[0][0]
    assert report.modes == {"grey, 16 bits": 1}


def test_thirty_two_bit_and_float_pictures(pics: Path):
    Image.fromarray(np.full((20, 20), 51400, dtype=np.int32)).save(pics / "a.tif")
    Image.fromarray(np.full((20, 20), 0.5, dtype=np.float32)).save(pics / "b.tif")
    stretched = np.linspace(-1000, 3000, 400, dtype=np.float32).reshape(20, 20)
    stretched[0, 0] = np.nan
    Image.fromarray(stretched).save(pics / "c.tif")
    report = look(pics)
    assert report.spec.count == 3
    assert report.modes == {"grey, 32 bits": 3}
    assert pixel(report, 0) == [200]
    assert pixel(report, 1) == [128]
    assert any("stretched" in what for what, _action in actions(report, "c.tif"))


def test_cmyk_alpha_and_palette(pics: Path):
    Image.new("CMYK", (20, 20), (0, 255, 255, 0)).save(pics / "a.jpg")
    Image.new("RGBA", (20, 20), (255, 0, 0, 0)).save(pics / "b.png")
    Image.new("RGBA", (20, 20), (0, 0, 255, 255)).save(pics / "c.png")
    Image.new("RGB", (20, 20), (0, 200, 0)).quantize(4).save(pics / "d.gif")
    half = Image.new("LA", (20, 20), (0, 128))
    half.save(pics / "e.png")
    palette = Image.new("P", (20, 20), 1)
    palette.putpalette([0, 0, 0, 9, 9, 9])
    palette.save(pics / "f.png", transparency=bytes([255, 0]))
    report = look(pics)
    assert report.spec.count == 6
    assert np.abs(np.array(pixel(report, 0)) - (255, 0, 0)).max() < 12
    assert "CMYK" in actions(report, "a.jpg")[0][0]
    assert pixel(report, 1) == [255, 255, 255]
    assert "transparent" in actions(report, "b.png")[0][0]
    assert pixel(report, 2) == [0, 0, 255]
    assert not actions(report, "c.png")
    assert np.abs(np.array(pixel(report, 3)) - (0, 200, 0)).max() < 8
    assert abs(pixel(report, 4)[0] - 127) <= 1
    assert pixel(report, 5) == [255, 255, 255]


def test_an_animation_gives_its_first_frame(pics: Path):
    frames = [Image.new("RGB", (20, 20), colour) for colour in ((255, 0, 0), (0, 255, 0), (0, 0, 255))]
    for name in ("a.gif", "b.webp", "c.tif"):
        frames[0].save(pics / name, save_all=True, append_images=frames[1:])
    report = look(pics)
    for index, name in enumerate(("a.gif", "b.webp", "c.tif")):
        assert "3 frames" in actions(report, name)[0][0]
        assert np.abs(np.array(pixel(report, index)) - (255, 0, 0)).max() < 8


def test_names_that_lie_are_read_by_content(pics: Path):
    noise().save(pics / "a.jpg", format="PNG")
    noise().save(pics / "b", format="JPEG")
    noise().save(pics / "c.bin", format="BMP")
    report = look(pics)
    assert report.spec.count == 3
    assert "PNG" in actions(report, "a.jpg")[0][0]
    assert actions(report, "a.jpg")[0][1] == "converted"
    assert "JPEG" in actions(report, "b")[0][0]


def test_exif_orientation_turns_the_picture(pics: Path):
    upright = np.zeros((60, 40, 3), dtype=np.uint8)
    upright[:30, :, 0] = 255  # the upper half is red
    for turn, back in ((3, 2), (6, 1), (8, 3)):  # quarter turns that put the stored picture on its side
        exif = Image.Exif()
        exif[0x0112] = turn
        Image.fromarray(np.rot90(upright, back).copy()).save(pics / f"{turn}.jpg", exif=exif, quality=95)
    report = look(pics)
    assert report.sizes == ((40, 60, 3),)
    for picture in report.preview:
        assert picture[1, 8, 0] > 200
        assert picture[-2, 8, 0] < 60


def test_damaged_exif_does_not_cost_the_picture(pics: Path):
    noise().save(pics / "a.jpg", exif=b"Exif\0\0MM\0*\0\0\0\x08\xff\xff rubbish")
    assert look(pics).spec.count == 1


def test_very_long_and_very_large_pictures(pics: Path):
    Image.new("RGB", (30_000, 30), (10, 200, 30)).save(pics / "long.png")
    Image.new("L", (30_000, 6_100), 90).save(pics / "large.jpg")  # more than Pillow's limit lets through
    report = look(pics)
    assert report.spec.count == 2
    assert not [problem for problem in report.problems if problem.action == "dropped"]
    assert {(width, height) for width, height, _count in report.sizes} == {(30_000, 30), (30_000, 6_100)}
    assert pixel(report, 0) == [90, 90, 90]
    assert pixel(report, 1) == [10, 200, 30]


def test_a_decompression_bomb_is_dropped_unread(pics: Path):
    noise().save(pics / "good.png")

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    body = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")
    (pics / "bomb.png").write_bytes(b"\x89PNG\r\n\x1a\n" + body)
    limit = Image.MAX_IMAGE_PIXELS
    report = look(pics)
    assert "60000 × 60000" in actions(report, "bomb.png")[0][0]
    assert report.spec.count == 1
    assert limit == Image.MAX_IMAGE_PIXELS


def test_pictures_that_are_larger_inside_than_they_say(pics: Path):
    noise().save(pics / "good.png")
    inner = io.BytesIO()
    Image.new("1", (9_000, 9_000)).save(inner, "PNG")
    content = inner.getvalue()
    entry = struct.pack("<HHHBBBBHHII", 0, 1, 1, 16, 16, 0, 0, 1, 24, len(content), 22)
    (pics / "icon.ico").write_bytes(entry + content)
    with (pics / "long.webp").open("wb") as out:  # its decoder takes the whole file into the memory
        out.write(b"RIFF\xff\xff\xff\x7fWEBPVP8 ")
        out.truncate(3 << 30)
    tags = [
        (256, 64),
        (257, 64),
        (258, 8),
        (259, 8),
        (262, 1),
        (277, 1),
        (322, 40_000),
        (323, 40_000),
        (324, 8),
        (325, 9),
    ]
    fields = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in tags)
    directory = struct.pack("<H", len(tags)) + fields + bytes(4)
    (pics / "tile.tif").write_bytes(b"II*\0" + struct.pack("<I", 20) + bytes(12) + directory)
    report = look(pics)
    assert report.spec.count == 1
    assert "too large" in actions(report, "icon.ico")[0][0]
    assert "GB" in actions(report, "long.webp")[0][0]
    assert "1.6 GB" in actions(report, "tile.tif")[0][0]


def test_frames_without_number_are_not_all_walked_through(pics: Path, monkeypatch: pytest.MonkeyPatch):
    first = RNG.integers(0, 256, (8, 8), dtype=np.uint8)
    frames = [Image.fromarray(first)] * 130
    frames[0].save(pics / "many.tif", save_all=True, append_images=frames[1:])
    frames[0].save(pics / "three.tif", save_all=True, append_images=frames[1:3])
    report = look(pics, "size=16,fit=stretch")
    assert report.spec.count == 2
    assert any("more than 100 frames" in what for what, _action in actions(report, "many.tif"))
    assert any("3 frames" in what for what, _action in actions(report, "three.tif"))
    assert (report.preview[0] == report.preview[1]).all()


def test_no_other_program_is_asked_to_draw_a_file(pics: Path, monkeypatch: pytest.MonkeyPatch):
    noise().save(pics / "good.png")
    (pics / "page.png").write_bytes(
        b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 99 99\n%%EndComments\nshowpage\n%%EOF\n"
    )
    (pics / "sky.png").write_bytes(b"SIMPLE  =                    T".ljust(80) + b"END".ljust(2800))

    def never(*_args: object, **_more: object) -> None:
        raise AssertionError("a program was started")

    monkeypatch.setattr("subprocess.Popen.__init__", never)
    report = look(pics)
    assert report.spec.count == 1
    assert {what for name in ("page.png", "sky.png") for what, _action in actions(report, name)} == {
        "it is no picture in a known format"
    }


@pytest.mark.parametrize(
    ("start", "told"),
    [(b"\0\0\0\x18ftypheic", "HEIC.*save it as JPEG"), (b"8BPS", "Photoshop"), (b"\xff\x0a\xfa\x1f", "JPEG XL"),
     (b"\0\0\0 ftypisom", "a film"), (b"II*\0\x10\0\0\0CR\2\0", "raw picture"), (b"GIF89a", "damaged")],
)  # fmt: skip
def test_pictures_that_are_not_read_here_are_called_by_their_kind(pics: Path, start: bytes, told: str):
    noise().save(pics / "good.png")
    (pics / "other.png").write_bytes(start + b"\1" * 400)
    ((what, action),) = actions(look(pics), "other.png")
    assert re.search(told, what)
    assert action == "dropped"


def test_fit_and_colour(pics: Path):
    wide = np.zeros((20, 60, 3), dtype=np.uint8)
    wide[:, 20:40] = (250, 250, 250)
    Image.fromarray(wide).save(pics / "wide.png")
    assert look(pics).preview.shape == (1, 16, 16, 1)
    assert look(pics).preview.min() > 240
    padded = look(pics, "size=48,fit=pad").preview[0, :, :, 0]
    assert padded[:15].max() == 0
    assert padded[24, 24] == 250
    stretched = look(pics, "size=48,fit=stretch").preview[0, :, :, 0]
    assert stretched[2, 24] == 250
    assert stretched[24, 2] == 0
    assert look(pics, "colour=rgb").spec.channels == 3
    Image.new("RGB", (20, 20), (0, 255, 0)).save(pics / "green.png")
    assert look(pics).spec.channels == 3
    grey = look(pics, "size=16,colour=grey")
    assert grey.spec.channels == 1
    assert pixel(grey, 0) == [150]


def test_shrinking_is_antialiased(pics: Path):
    stripes = np.zeros((512, 512), dtype=np.uint8)
    stripes[:, ::2] = 255
    Image.fromarray(stripes).save(pics / "stripes.png")
    preview = look(pics, "size=32").preview
    assert preview[0, 4:-4, 4:-4].std() < 3
    assert abs(float(preview.mean()) - 127.5) < 3


def test_links_that_run_in_circles(pics: Path):
    (pics / "deep").mkdir()
    noise().save(pics / "deep" / "a.png")
    (pics / "deep" / "back").symlink_to(pics, target_is_directory=True)
    (pics / "twin").symlink_to(pics / "deep", target_is_directory=True)
    assert look(pics).spec.count == 1


def test_folders_that_are_none(pics: Path, tmp_path: Path):
    with pytest.raises(DataError, match="no picture"):
        look(pics)
    with pytest.raises(DataError, match="no folder"):
        look(tmp_path / "nowhere")
    (pics / "bad.png").write_bytes(b"\x89PNG")
    with pytest.raises(DataError, match=r"No picture in .*bad\.png: it is "):
        look(pics)
    noise().save(pics / "one.png")
    assert look(pics / "one.png").spec.count == 1


def test_a_progressive_photograph(pics: Path):
    Image.new("RGB", (3000, 2000), (0, 0, 200)).save(pics / "a.jpg", progressive=True)
    assert np.abs(np.array(pixel(look(pics))) - (0, 0, 200)).max() < 4


def test_decoding_is_the_same_whatever_the_threads(pics: Path):
    for index in range(30):
        noise(30 + index, 40).save(pics / f"{index}.jpg")
    report = look(pics)
    for index in range(30):
        alone = decode.decode(pics / f"{index}.jpg", 16, "crop").pixels
        assert (report.preview[index] == alone.transpose(1, 2, 0)).all()


def test_hidden_files_are_passed_over(pics: Path):
    noise().save(pics / "a.png")
    (pics / "._a.png").write_bytes(b"resource fork")
    (pics / ".hidden").mkdir()
    noise().save(pics / ".hidden" / "b.png")
    (pics / "Thumbs.db").write_bytes(b"x")
    found = scan(pics, Job())
    assert found.files == ("a.png",)


def test_folders_of_systems_and_drives_are_no_classes(pics: Path):
    names = ("@eaDir", "#RECYCLE", "$Recycle.Bin", "lost+found", "__MACOSX/cat", "FOUND.000", ".ipynb_checkpoints",
             "System Volume Information", "cat/@eadir/0.jpg")  # fmt: skip
    for name in ("cat", "dog", *names):
        (pics / name).mkdir(parents=True)
        noise().save(pics / name / "0.jpg")
    for name in ("._0.jpg", "Thumbs.db", "DESKTOP.INI"):
        (pics / "cat" / name).write_bytes(b"x")
    report = look(pics)
    assert report.balance == {"cat": 1, "dog": 1}
    assert report.problems == ()
    assert any("@eaDir" in line and "lost+found" in line for line in report.changes)
    assert not any("no picture" in line for line in report.changes)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes here")
def test_pipes_and_sockets_are_dropped_and_never_waited_for(
    pics: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    noise().save(pics / "a.png")
    for name in ("pipe.png", "pipe", "pipe.txt"):
        os.mkfifo(pics / name)
    monkeypatch.chdir(pics)
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind("socket.jpg")
    report = look(pics)
    assert report.spec.count == 1
    assert {problem.file for problem in report.problems} == {"pipe.png", "socket.jpg"}
    assert "named pipe" in actions(report, "pipe.png")[0][0]


@pytest.mark.parametrize("suffix", ["png", "jpg", "gif", "tif", "bmp", "webp", "jp2", "ico", "pcx", "tga", "ppm"])
def test_what_decoders_say_of_damage_is_told_in_words(pics: Path, suffix: str):
    noise(48, 48).save(pics / f"0.{suffix}")
    content = (pics / f"0.{suffix}").read_bytes()
    for cut in range(1, 12):
        (pics / f"cut {cut}.{suffix}").write_bytes(content[: len(content) * cut // 12])
        spoilt = bytearray(content)
        spoilt[min(cut * 9, len(content) - 1)] ^= 0xFF
        (pics / f"spoilt {cut}.{suffix}").write_bytes(spoilt)
    said = " ".join(problem.what for problem in look(pics).problems)
    for jargon in ("data stream", "processed", "buffer", "decoder", "image file", "byte", "object", "0x", "<", "Error"):
        assert jargon not in said


def test_the_first_files_that_are_left_out_are_named_and_the_rest_counted(pics: Path):
    noise().save(pics / "good.png")
    for index in range(11):
        (pics / f"{index}\x1b[31m.png").touch()
    said = load(f"folder:{pics}:size=16").left_out
    assert said.startswith("11 of 12 files were left out: 0")
    assert said.endswith("and 3 more.")
    assert said.count("the file is empty") == 8
    assert said.isprintable(), "a name of a file gives a terminal no orders"


def test_random_damage_never_escapes(pics: Path):
    """Flipped bytes and cuts anywhere cost the picture at most."""
    for index, form in enumerate(["PNG", "JPEG", "GIF", "TIFF", "WEBP", "BMP"] * 12):
        buffer = io.BytesIO()
        noise(24, 24).save(buffer, format=form)
        content = bytearray(buffer.getvalue())
        for place in RNG.integers(4, len(content), 6):
            content[place] = RNG.integers(0, 256)
        suffix = form.lower()
        (pics / f"{index}.{suffix}").write_bytes(content[: RNG.integers(len(content) // 2, len(content) + 1)])
    noise().save(pics / "good.png")
    report = look(pics)
    assert 1 <= report.spec.count <= 73


def test_a_closed_subfolder_is_told(pics: Path, monkeypatch: pytest.MonkeyPatch):
    noise().save(pics / "a.png")
    (pics / "closed").mkdir()
    real = os.scandir

    def refusing(place: str):
        if str(place).endswith("closed"):
            raise PermissionError(13, "Permission denied", str(place))
        return real(place)

    monkeypatch.setattr(os, "scandir", refusing)
    report = look(pics)
    assert report.spec.count == 1
    assert any("closed" in line for line in report.changes)
