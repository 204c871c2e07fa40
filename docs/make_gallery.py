"""Makes the pictures of the gallery from real runs: ``python docs/make_gallery.py [--runs FOLDER] [CARD …]``.

Each card's experiment is trained as it stands, without a window, on all processor cores; the picture shows what its
generator drew at the end: every class or category in a column of its own where it knows any, or the two accuracies where
it learns to classify. Prints the speed of each, for the expected times in ``ganstudio/app/gallery.py``. A run that lies
in FOLDER under the card's name already is used as it is; what is trained is kept there.

Cards whose data have to be downloaded are passed over where the data are not there, unless ``--data CARD=REQUEST`` says
what to train on instead: the frogs are from ``--data frogs=folder:…/cifar10-frogs-jpeg:size=32``. To try a card that is
new: ``--steps 20 --out FOLDER CARD``.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from ganstudio.app.gallery import GALLERY, GalleryCard
from ganstudio.app.generators.sessions import new_session
from ganstudio.app.generators.workplaces import BUNDLED
from ganstudio.core.controls import ContinuousCode, LatentVector
from ganstudio.core.dataspec import DataSpec
from ganstudio.core.errors import UsageError
from ganstudio.core.experiment import Experiment
from ganstudio.core.images import make_grid
from ganstudio.core.resources import resource_path
from ganstudio.data import DATASETS, is_available
from ganstudio.explore.class_folders import classes_of
from ganstudio.explore.files import to_pixels
from ganstudio.explore.stored import StoredGenerator
from ganstudio.store import Run
from ganstudio.training import publish
from ganstudio.training.device import use_threads

SIZE = (576, 296)
GROUND, REAL, FAKE, GREY = (26, 28, 32), (0, 158, 115), (230, 159, 0), (124, 130, 138)
SEED = 3
ROWS = 6
publish.MEASURE_EVERY = 50  # more often than for the window, so that a short run has a curve; training is the same


def scatter(real: np.ndarray, fake: np.ndarray, spec: DataSpec) -> Image.Image:
    """Real points in green, generated ones in orange over them."""
    scale = 2
    image = Image.new("RGB", (SIZE[0] * scale, SIZE[1] * scale), GROUND)
    draw = ImageDraw.Draw(image)
    unit = image.height / (2 * spec.extent)
    for points, colour, radius in ((real[:1500], REAL, 3), (fake[:700], FAKE, 4)):
        for x, y in points:
            px, py = image.width / 2 + x * unit, image.height / 2 - y * unit
            draw.ellipse((px - radius, py - radius, px + radius, py + radius), fill=colour)
    return image.resize(SIZE, Image.Resampling.LANCZOS)


def wall(items: NDArray[np.uint8]) -> Image.Image:
    """Three rows of six samples, or four of eight small ones, as much larger as fits."""
    size = items.shape[1]
    rows = 3 if size > 16 else 4
    zoom = max(1, SIZE[1] // (rows * (size + 1) - 1))
    picture = Image.fromarray(make_grid(items[: 2 * rows * rows], columns=2 * rows).squeeze()).convert("RGB")
    return picture.resize((picture.width * zoom, picture.height * zoom), Image.Resampling.NEAREST)


def by_class(generator: StoredGenerator) -> Image.Image:
    """A column for each class or category; from row to row the first code goes from end to end, or z is another one."""
    control, names = classes_of(generator)
    count = len(names)
    codes = [control.name for control in generator.controls if isinstance(control, ContinuousCode)]
    values = {name: np.repeat(rows, count, axis=0) for name, rows in generator.draw(ROWS, SEED).items()}
    if codes:
        values[codes[0]] = np.zeros_like(values[codes[0]])
        values[codes[0]][:, 0] = np.repeat(np.linspace(-1.2, 1.2, ROWS), count)
        for latent in (control.name for control in generator.controls if isinstance(control, LatentVector)):
            values[latent] = np.tile(values[latent][:1], (ROWS * count, 1))
    values[control.name] = np.tile(np.eye(count, dtype=np.float32), (ROWS, 1))
    return Image.fromarray(make_grid(to_pixels(generator.generate(values)), columns=count).squeeze()).convert("RGB")


def accuracies(run: Run, items: NDArray[np.uint8]) -> Image.Image:
    """Some samples, and beside them what share of unseen pictures is recognised: with a GAN in orange, without in grey."""
    scale = 2
    image = Image.new("RGB", (SIZE[0] * scale, SIZE[1] * scale), GROUND)
    side = image.height
    grid = Image.fromarray(make_grid(items[:9], columns=3).squeeze()).convert("RGB")
    image.paste(grid.resize((side, side), Image.Resampling.NEAREST), (0, 0))
    (rows,) = run.rows("recognition")
    low, margin = 70.0, 48
    left, right, top, bottom = side + margin, image.width - margin, margin, side - margin
    draw = ImageDraw.Draw(image)
    for share in (70, 80, 90, 100):
        y = bottom - (share - low) / (100 - low) * (bottom - top)
        draw.line((left, y, right, y), (52, 56, 62), 2)
    names = [info.name for info in rows.series]
    for name, colour in ((names[1], GREY), (names[0], FAKE)):
        share = np.clip(rows.values[:, names.index(name)], low, 100)
        x = left + rows.steps / rows.steps[-1] * (right - left)
        y = bottom - (share - low) / (100 - low) * (bottom - top)
        draw.line([*zip(x.tolist(), y.tolist(), strict=True)], colour, 8, joint="curve")
    return image.resize(SIZE, Image.Resampling.LANCZOS)


def translations(items: NDArray[np.uint8], group: int) -> Image.Image:
    """Four translations, what was given left of what was drawn."""
    pairs = items.reshape(-1, group, *items.shape[1:])[:4, :2].reshape(-1, *items.shape[1:])
    picture = Image.fromarray(make_grid(pairs, columns=4).squeeze()).convert("RGB")
    way = Image.Resampling.NEAREST if items.shape[1] < 64 else Image.Resampling.LANCZOS
    return picture.resize((SIZE[0], round(SIZE[0] * picture.height / picture.width)), way)


def picture_of(run: Run) -> Image.Image:
    """What tells most about a run."""
    samples = run.load_samples(run.sample_steps()[-1])
    items = samples.items
    if len(samples.panels) > 1:
        return translations(items, len(samples.panels))
    if items.ndim != 4:
        real = run.load_real()
        return scatter(real.items if real else items, items, run.info.spec)
    generator = StoredGenerator.open(run)
    try:
        return by_class(generator)
    except UsageError:  # nobody tells it a class
        return accuracies(run, items) if len(generator.method.predicts) == 2 else wall(items)


def trained(card: GalleryCard, experiment: Experiment, folder: Path) -> Run:
    """The card's run: the one that comes with the program, the one in the folder, or a new one there."""
    if card.opens in BUNDLED:
        return Run.open(resource_path("runs", BUNDLED[card.opens]))
    if (folder / card.id / "run.json").exists():
        return Run.open(folder / card.id)
    session = new_session(experiment, path=folder / card.id, hold_on_trouble=False)
    before = time.perf_counter()
    session.start()
    session.join()
    if session.path is None or session.failure is not None:
        raise SystemExit(f"{card.id}: {session.failure}")
    sys.stdout.write(f"{card.id}: {experiment.steps / (time.perf_counter() - before):.1f} steps/s\n")
    return Run.open(session.path)


def main() -> None:
    """Trains and draws the cards whose data are here."""
    parser = argparse.ArgumentParser()
    parser.add_argument("cards", nargs="*")
    parser.add_argument("--runs", type=Path)
    parser.add_argument("--data", action="append", default=[], metavar="CARD=REQUEST")
    parser.add_argument("--steps", type=int)
    parser.add_argument("--out", type=Path, default=Path(__file__).resolve().parent.parent / "resources" / "gallery")
    options = parser.parse_args()
    given = dict(text.split("=", 1) for text in options.data)
    use_threads()
    options.out.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as temporary:
        folder = (options.runs or Path(temporary)).absolute()
        for card in GALLERY:
            if card.opens in ("drawing", "folder") or (options.cards and card.id not in options.cards):
                continue
            experiment = card.experiment.with_(data=given.get(card.id, card.experiment.data))
            if options.steps:
                experiment = experiment.with_(steps=options.steps)
            here = not card.needs or is_available(DATASETS[card.needs]) or (folder / card.id).is_dir()
            if not here and card.id not in given:
                continue
            run = trained(card, experiment, folder)
            colours = 96 if run.info.spec.translates or run.info.spec.channels == 3 else 48
            picture_of(run).quantize(colours).save(options.out / f"{card.id}.png", optimize=True)
            tables = [table for table in ("quality", "recognition") if table in run.tables()]
            quality = [rows.values[-1].tolist() for table in tables for rows in run.rows(table)]
            sys.stdout.write(f"{card.id}: {quality}\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
