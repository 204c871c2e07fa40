"""Films: GIF, animated PNG and MP4 from frames that are drawn while the film is written."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ganstudio.core.errors import StudioError, UsageError
from ganstudio.core.i18n import _, plural
from ganstudio.explore.animated_png import write_apng
from ganstudio.explore.exporting import Watch, check_scale, check_suffix, missing_extra
from ganstudio.explore.picture_file import enlarged
from ganstudio.store.atomic import replace_file

if TYPE_CHECKING:
    from PIL.Image import Image

Frame = NDArray[np.uint8]
FASTEST = 60
IN_MEMORY = 1_500_000_000
"""Bytes: a GIF is put together in memory, and refused beyond this."""
BETTERED = 1 << 16
"""Pixels up to which a picture's colours are chosen twice as well: of a large one of noise that takes seconds."""
_CODECS = (("libx264", {"crf": "14", "preset": "medium"}), ("mpeg4", {"flags": "+qscale", "global_quality": "236"}))
_BT709 = 1  # in every one of the three tables of H.273


def save_film(
    path: Path,
    frames: Iterable[Frame],
    *,
    fps: float = 25.0,
    loop: bool = True,
    scale: int = 1,
    total: int | None = None,
    watch: Watch | None = None,
) -> int:
    """Writes a film in the form that the file's ending names; the file appears whole or not at all.

    Args:
        path: ``.gif``; ``.apng`` or ``.png``: animated PNG, without loss; ``.mp4``: H.264, which needs the extra
            ``video``. But for GIF, films are written while frames come, so that their length is no matter.
        frames: uint8 ``(H, W, C)``, C = 1 or 3, all of one shape.
        fps: frames a second, above 0 to 60; GIF counts in hundredths of a second and goes up to 50.
        loop: it begins again at its end. An MP4 leaves that to the player.
        scale: 1 to 8; every pixel becomes a square of that size.
        total: how many frames will come, where that is known; for the progress.
        watch: who is told, and who may end it.

    Returns:
        how many frames were written.

    Raises:
        UsageError: another ending, scale or speed; no frames; too much for a GIF; PyAV is missing.
        CancelledError: it was cancelled; nothing is left behind.
        StoreError: the file cannot be written.
    """
    ending = check_suffix(path, [".gif", ".apng", ".png", ".mp4"])
    check_scale(scale)
    if not 0 < fps <= FASTEST:
        raise UsageError(_("A film has up to {most} frames a second, not {fps:g}.").format(most=FASTEST, fps=fps))
    counted = _Counted(frames, total, watch or Watch())
    writer: Callable[[Path], None]
    if ending == ".gif":
        writer = partial(_write_gif, frames=counted, fps=min(fps, 50.0), loop=loop, scale=scale)
    elif ending == ".mp4":
        writer = partial(_write_mp4, av=_video_library(), frames=counted, fps=fps, scale=scale)
    else:
        writer = partial(_write_apng, frames=counted, fps=fps, loop=loop, scale=scale)
    replace_file(path, writer)
    return counted.done


class _Counted:
    """The frames with everything checked, counted and told."""

    def __init__(self, frames: Iterable[Frame], total: int | None, watch: Watch) -> None:
        self._frames, self._total, self.watch = frames, total, watch
        self.done = 0

    def __iter__(self) -> Iterator[Frame]:
        shape = None
        self.tell()
        for frame in self._frames:
            if frame.ndim != 3 or frame.shape[2] not in (1, 3) or frame.dtype != np.uint8:
                raise ValueError(f"frames are uint8 (H, W, 1 or 3), not {frame.dtype} {frame.shape}")
            shape = shape or frame.shape
            if frame.shape != shape:
                raise ValueError(f"frames of one film have one shape, not {shape} and {frame.shape}")
            yield frame
            self.done += 1
            self.tell()
        if not self.done:
            raise UsageError(_("There is nothing to film: choose at least one frame."))

    def tell(self) -> None:
        share = 0.0 if not self._total else 0.98 * self.done / self._total
        if self._total:
            text = _("Frame {done} of {total}").format(done=self.done, total=self._total)
        else:
            text = plural("{n} frame", "{n} frames", self.done)
        self.watch.tick(min(share, 0.98), text)


def _kept(frames: _Counted, scale: int) -> Iterator[Frame]:
    """The same frames, until there are too many to be kept with a byte for each pixel."""
    used = 0
    for frame in frames:
        used += frame.shape[0] * frame.shape[1] * scale * scale
        if used > IN_MEMORY:
            raise UsageError(_("This film is too long or too large for a GIF. Save it as MP4, or make it smaller."))
        yield frame


def _write_gif(path: Path, frames: _Counted, fps: float, loop: bool, scale: int) -> None:
    pictures = [_indexed(frame, scale) for frame in _kept(frames, scale)]
    # Hundredths of a second, rounded so that the film as a whole has the right length.
    ends = [round(index * 100 / fps) for index in range(len(pictures) + 1)]
    durations = [10 * (end - begin) for begin, end in itertools.pairwise(ends)]
    frames.watch.tick(0.98, _("Putting the film together"))
    options: dict[str, Any] = {"loop": 0} if loop else {}
    pictures[0].save(
        path, "GIF", save_all=True, append_images=pictures[1:], duration=durations, optimize=False, **options
    )


def _indexed(frame: Frame, scale: int) -> Image:
    """A frame with at most 256 colours: exact for grey, the best ones of this very frame for colour."""
    from PIL import Image

    if frame.shape[2] == 1:
        return Image.fromarray(enlarged(np.ascontiguousarray(frame[:, :, 0]), scale))
    # Colours are chosen on the small picture, and no dithering: enlarged, its dots would be seen as noise.
    better = int(frame.shape[0] * frame.shape[1] <= BETTERED)
    small = Image.fromarray(frame).quantize(
        256, method=Image.Quantize.MEDIANCUT, kmeans=better, dither=Image.Dither.NONE
    )
    picture = Image.fromarray(enlarged(np.asarray(small), scale), "L")
    picture.putpalette(small.getpalette() or [])
    return picture


def _write_apng(path: Path, frames: _Counted, fps: float, loop: bool, scale: int) -> None:
    rate = Fraction(fps).limit_denominator(1000)
    write_apng(path, (enlarged(frame, scale) for frame in frames), rate, loop)


def _video_library() -> Any:
    try:
        import av
        import av.codec
        import av.error
    except ImportError as error:
        raise missing_extra(_("MP4 films"), "video") from error
    return av


def _write_mp4(path: Path, av: Any, frames: _Counted, fps: float, scale: int) -> None:
    codec, options = _codec(av)
    rate = Fraction(fps).limit_denominator(1001)
    coming = iter(frames)
    first = next(coming)  # before anything is opened: there may be none
    height, width = (2 * ((side * scale + 1) // 2) for side in first.shape[:2])
    try:
        with av.open(str(path), "w", format="mp4", options={"movflags": "+faststart"}) as film:
            stream = film.add_stream(codec, rate=rate, options=options)
            stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
            context = stream.codec_context
            context.colorspace = context.color_primaries = context.color_trc = _BT709
            for frame in itertools.chain([first], coming):
                picture = av.VideoFrame.from_ndarray(_even(frame, scale, height, width), format="rgb24")
                picture = picture.reformat(format="yuv420p", dst_colorspace="ITU709")
                film.mux(stream.encode(picture))
            film.mux(stream.encode())
    except av.error.FFmpegError as error:
        if getattr(error, "errno", 0) and isinstance(error, OSError):
            raise
        raise StudioError(_("The video encoder failed: {reason}.").format(reason=error), details=repr(error)) from error


def _codec(av: Any) -> tuple[str, dict[str, str]]:
    for name, options in _CODECS:
        try:
            av.codec.Codec(name, "w")
        except (av.error.FFmpegError, ValueError):
            continue
        return name, options
    raise UsageError(_("The installed PyAV has no encoder for MP4; save the film as GIF or animated PNG."))


def _even(frame: Frame, scale: int, height: int, width: int) -> Frame:
    """In colour, enlarged, its last row and column doubled where video needs an even number."""
    frame = enlarged(frame, scale)
    if frame.shape[2] == 1:
        frame = frame.repeat(3, axis=2)
    margin = ((0, height - frame.shape[0]), (0, width - frame.shape[1]), (0, 0))
    return np.ascontiguousarray(np.pad(frame, margin, mode="edge"))
