"""How large, how long, where to: what is asked before something is taken home, and how far the writing is."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import shiboken6
from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QFormLayout,
    QLabel,
    QProgressDialog,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from ganstudio.app.jobs import Job
from ganstudio.core.errors import StudioError, UsageError
from ganstudio.core.i18n import _
from ganstudio.explore.state import ExploreState, Position
from ganstudio.explore.walks import plane, travelled
from ganstudio.ui.forms.editors import QuietCombo
from ganstudio.ui.parts import label, pad_spin_box
from ganstudio.ui.style import set_look

if TYPE_CHECKING:
    from ganstudio.explore.exporting import Watch
    from ganstudio.explore.generator import Generator
    from ganstudio.ui.explore.workspace import ExploreWorkspace

Start = Callable[[str, "Callable[[Generator, Watch], str]"], None]

FRAMES_ROUND = 96


def follow_job(job: Job, parent: QWidget) -> QProgressDialog:
    """Shows how far a job is, after half a second, with a way out; gone when the job ends."""
    box = QProgressDialog(job.title, _("Cancel"), 0, 100, parent)
    box.setWindowTitle(job.title)
    box.setWindowModality(Qt.WindowModality.NonModal)
    box.setMinimumDuration(500)
    box.setAutoReset(False)
    box.setAutoClose(False)
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    box.canceled.connect(job.cancel)
    box.rejected.connect(job.cancel)  # Escape does not always pass by the button

    def tell(fraction: float, text: str) -> None:
        if job.cancelling or not shiboken6.isValid(box):
            return  # somebody has cancelled it by closing it: it is gone before the job is
        box.setLabelText(text or job.title)
        box.setValue(max(0, min(99, round(100 * fraction))))

    def end() -> None:
        job.progressed.disconnect(tell, missing_ok=True)
        if shiboken6.isValid(box):
            box.canceled.disconnect(job.cancel)
            box.close()
            box.deleteLater()  # one that was never shown, or was hidden, does not do so by being closed

    job.progressed.connect(tell)
    job.ended.connect(end)
    return box


def with_ending(path: Path, kind: str, endings: Sequence[str]) -> Path:
    """The file name with an ending that says what to write: its own, or that of the chosen kind of files.

    Args:
        path: as it was typed.
        kind: the chosen filter, ``"GIF (*.gif)"``; some systems' dialogs leave it empty.
        endings: those that mean something; the first one where nothing was chosen.
    """
    if path.suffix.lower() in endings:
        return path
    chosen = kind[kind.index("*") + 1 : -1] if "*" in kind else endings[0]
    return path.with_name(path.name + chosen)


class ExportForm(QDialog):
    """A few rows and two buttons."""

    def __init__(self, title: str, action: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(title)
        self.rows = QFormLayout()
        self.rows.setHorizontalSpacing(16)
        self.rows.setVerticalSpacing(8)
        self.words = label("", "muted", wrap=True)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        buttons.button(QDialogButtonBox.StandardButton.Cancel).setToolTip(_("Write nothing"))
        self.go = buttons.addButton(action, QDialogButtonBox.ButtonRole.AcceptRole)
        self.go.setDefault(True)
        self.go.setToolTip(_("Choose where to, then write"))
        set_look(self.go, primary=True)
        buttons.accepted.connect(self.choose)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 16, 24, 16)
        column.setSpacing(16)
        column.addLayout(self.rows)
        column.addWidget(self.words)
        column.addWidget(buttons)
        self.setMinimumWidth(480)

    def choose(self) -> None:
        """Asks for the file, then writes; for subclasses."""
        raise NotImplementedError

    def number(self, name: str, low: int, high: int, value: int, words: str) -> QSpinBox:
        """A row with a whole number."""
        box = QSpinBox()
        box.setRange(low, high)
        box.setValue(value)
        box.setGroupSeparatorShown(True)
        box.setAccessibleName(name)
        box.setToolTip(f"{words} ({low:,} – {high:,})")
        pad_spin_box(box)
        self._row(name, box)
        return box

    def choice(self, name: str, choices: list[tuple[str, str]], words: str) -> QuietCombo:
        """A row with a few choices: ``(key, text)``."""
        box = QuietCombo()
        for key, text in choices:
            box.addItem(text, key)
        box.setAccessibleName(name)
        box.setToolTip(words)
        self._row(name, box)
        return box

    def _row(self, name: str, widget: QWidget) -> None:
        words = QLabel(name)
        words.setBuddy(widget)
        self.rows.addRow(words, widget)


class PictureDialog(ExportForm):
    """A picture's size.

    Args:
        title: of the dialog.
        suggestion: file name.
        size: width and height of the picture.
        write: told the path and the scale.
        parent: the window.
    """

    def __init__(
        self, title: str, suggestion: str, size: tuple[int, int], write: Callable[[Path, int], object], parent: QWidget
    ) -> None:
        super().__init__(title, _("Save…"), parent)
        self._suggestion, self._size, self._write = suggestion, size, write
        self.scale = self.number(_("Times its size"), 1, 8, 8 if max(size) <= 128 else 1, _("Every pixel a square"))
        self.scale.valueChanged.connect(self._tell)
        self._tell(self.scale.value())

    def _tell(self, scale: int) -> None:
        width, height = self._size
        self.words.setText(
            _("{width} × {height} pixels. The position of every control goes into the file: dropped on the window, it "
              "brings you back here.").format(width=width * scale, height=height * scale)
        )  # fmt: skip

    def choose(self) -> None:
        """Asks where to."""
        chosen, _kind = QFileDialog.getSaveFileName(
            self, self.windowTitle(), self._suggestion, _("PNG picture (*.png)")
        )
        if chosen:
            self._write(with_ending(Path(chosen), "", (".png",)), self.scale.value())
            self.accept()


class FoldersDialog(ExportForm):
    """How many pictures of each class.

    Args:
        classes: how many classes there are.
        write: told the folder, the number, the seed and the form.
        parent: the window.
    """

    def __init__(self, classes: int, write: Callable[[Path, int, int, str], object], parent: QWidget) -> None:
        super().__init__(_("Save pictures by class"), _("Save…"), parent)
        self._classes, self._write = classes, write
        self.per_class = self.number(_("Pictures of each class"), 1, 100_000, 100, _("All classes get as many"))
        self.seed = self.number(_("Seed"), 0, 2**31 - 1, 0, _("Of the first picture; the next ones count on"))
        self.form = self.choice(_("Form"), [("png", "PNG"), ("jpg", "JPEG")], _("PNG keeps every pixel"))
        self.per_class.valueChanged.connect(self._tell)
        self._tell(self.per_class.value())

    def _tell(self, each: int) -> None:
        self.words.setText(
            _("{count} pictures in {classes} folders, with a list of seeds and classes. The folder can be trained on as "
              "“your own pictures”.").format(count=f"{each * self._classes:,}", classes=self._classes)
        )  # fmt: skip

    def choose(self) -> None:
        """Asks where to; the folder is new."""
        chosen = QFileDialog.getExistingDirectory(self, _("Choose where the new folder goes"))
        if chosen:
            folder = next(path for path in _numbered(Path(chosen) / "generated") if not path.exists())
            self._write(folder, self.per_class.value(), self.seed.value(), str(self.form.currentData()))
            self.accept()


def _numbered(path: Path) -> Iterator[Path]:
    yield path
    number = 2
    while True:
        yield path.with_name(f"{path.name}-{number}")
        number += 1


class FilmDialog(ExportForm):
    """What the film shows, how long and how large.

    Args:
        page: what is explored.
        suggestion: file name.
        start: runs the writing.
    """

    def __init__(self, page: ExploreWorkspace, suggestion: str, start: Start) -> None:
        super().__init__(_("Save a film"), _("Save…"), page)
        self._page, self._suggestion, self._start = page, suggestion, start
        explorer = page.explorer
        choices = []
        if len(explorer.kept.pins) > 1:
            choices.append(("path", _("The path past the pins")))
        if plane(explorer.controls, page.traveller.seed):
            choices.append(("round", _("Once around on the latent plane")))
        if page.views.sweep.chosen()[1] is not None:
            choices.append(("sweep", _("The sweep: its rows become time")))
        if explorer.opened is not None and explorer.opened.run is not None:
            choices.append(("training", _("The training: this picture through all checkpoints")))
            choices.append(("samples", _("The training: the wall of samples as it was stored")))
        self.what = self.choice(_("Shows"), choices, _("What changes from picture to picture"))
        self.frames = self.number(_("Pictures"), 2, 2000, FRAMES_ROUND, _("Of the whole film; of each leg of a path"))
        self.fps = self.number(_("Pictures a second"), 1, 50, 24, _("24 is smooth"))
        spec = explorer.spec
        self.scale = self.number(_("Times its size"), 1, 8, 8 if spec is not None and spec.size <= 32 else 2,
                                 _("Every pixel a square"))  # fmt: skip
        self.loop = QCheckBox(_("Plays for ever"))
        self.loop.setChecked(True)
        self.loop.setToolTip(_("GIF and APNG begin again at their end"))
        self.rows.addRow("", self.loop)
        self.go.setEnabled(bool(choices))
        self.what.currentIndexChanged.connect(self._tell)
        self._tell()

    def _tell(self, *_index: object) -> None:
        kind = self.what.currentData()
        self.frames.setEnabled(kind not in ("training", "samples"))
        self.frames.setValue(24 if kind == "path" else FRAMES_ROUND)
        self.fps.setValue(6 if kind in ("training", "samples") else 24)
        self.words.setText(
            _("The file’s ending decides: .gif plays everywhere, .apng keeps every colour, .mp4 is smallest (needs the "
              "extra “video”).")
        )  # fmt: skip

    def choose(self) -> None:
        """Asks where to, then draws and writes."""
        kinds = _("GIF (*.gif);;Animated PNG (*.apng);;MP4 (*.mp4)")
        chosen, kind = QFileDialog.getSaveFileName(self, _("Save a film"), self._suggestion, kinds)
        if not chosen:
            return
        try:
            work = self.work(with_ending(Path(chosen), kind, (".gif", ".apng", ".png", ".mp4")))
        except StudioError as error:
            self._page.explorer.studio.report(error)
            return
        self._start(_("Saving a film"), work)
        self.accept()

    def work(self, path: Path) -> Callable[[Generator, Watch], str]:
        """Draws and writes the film as it is chosen now."""
        frames, total = self._frames_of()
        options: dict[str, Any] = {
            "fps": float(self.fps.value()),
            "loop": self.loop.isChecked(),
            "scale": self.scale.value(),
        }

        def write(generator: Generator, watch: Watch) -> str:
            from ganstudio.explore.films import save_film

            count = save_film(path, frames(generator), total=total, watch=watch, **options)
            return _("{name}: {count} pictures").format(name=path.name, count=count)

        return write

    def _frames_of(self) -> tuple[Callable[[Generator], Iterator[Any]], int | None]:
        from ganstudio.explore.film_frames import evolution, grid_frames, walk_frames

        explorer, kind, count = self._page.explorer, self.what.currentData(), self.frames.value()
        state = explorer.state
        if state is None or explorer.opened is None:
            raise UsageError(_("Nothing is open to be filmed."))
        if kind == "path":
            path = self._page.views.path.positions(count)
            return lambda generator: walk_frames(generator, path), len(path)
        if kind == "round":
            round_ = [explorer.effective(one) for one in once_around(state, self._page, count)]
            return lambda generator: walk_frames(generator, round_), len(round_)
        if kind == "sweep":
            rows, columns = self._page.views.sweep.chosen()
            axis, other = (rows, columns) if rows is not None else (columns, None)
            assert axis is not None
            moments: list[list[Position]] = []
            for value in axis.stops(count):
                at = axis.moved(state, value)
                row = [at] if other is None else [other.moved(at, each) for each in other.stops(8)]
                moments.append([explorer.effective(one) for one in row])
            return lambda generator: grid_frames(generator, moments), len(moments)
        run, weights = explorer.opened.run, explorer.weights
        if run is None:
            raise UsageError(_("There is nothing in this generator that could move."))
        of = "checkpoints" if kind == "training" else "samples"
        film = evolution(run, [explorer.effective(state)], weights, of)  # type: ignore[arg-type]
        return lambda _generator: film.frames(), len(film.steps)


def once_around(state: ExploreState, page: ExploreWorkspace, count: int) -> list[ExploreState]:
    """A circle on the latent plane that begins and ends at the state."""
    axes, radius = plane(page.explorer.controls, page.traveller.seed), 0.7
    turns = [2 * math.pi * index / count for index in range(count)]
    return [travelled(state, axes, radius * math.sin(turn), radius * (1 - math.cos(turn))) for turn in turns]
