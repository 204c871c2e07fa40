"""Makes the pictures of the gallery from real runs: ``python docs/make_gallery.py [CARD …]``.

Each card's experiment is trained as it stands, without a window, on all processor cores; the picture shows what its
generator drew at the end. Prints the speed of each, for the expected times in ``ganstudio/app/gallery.py``.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from ganstudio.app.gallery import GALLERY
from ganstudio.app.sessions import new_session
from ganstudio.core.dataspec import DataSpec
from ganstudio.core.images import make_grid
from ganstudio.store import Run
from ganstudio.training.device import use_threads

SIZE = (576, 296)
GROUND, REAL, FAKE = (26, 28, 32), (0, 158, 115), (230, 159, 0)


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


def wall(items: np.ndarray) -> Image.Image:
    """Three rows of six samples at three times their size."""
    size = items.shape[1]
    zoom = SIZE[1] // (3 * (size + 1) - 1)
    grid = make_grid(items[:18], columns=6).squeeze()
    picture = Image.fromarray(grid).convert("RGB")
    picture = picture.resize((picture.width * zoom, picture.height * zoom), Image.Resampling.NEAREST)
    ground = Image.new("RGB", SIZE, GROUND)
    ground.paste(picture, ((SIZE[0] - picture.width) // 2, (SIZE[1] - picture.height) // 2))
    return ground


def main() -> None:
    """Trains and draws the cards that need nothing from elsewhere."""
    use_threads()
    target = Path(__file__).resolve().parent.parent / "resources" / "gallery"
    target.mkdir(exist_ok=True)
    for card in GALLERY:
        if card.needs or card.opens != "run" or (len(sys.argv) > 1 and card.id not in sys.argv[1:]):
            continue
        session = new_session(card.experiment, folder=Path(tempfile.mkdtemp()), hold_on_trouble=False)
        before = time.perf_counter()
        session.start()
        session.join()
        if session.path is None or session.failure is not None:
            raise SystemExit(f"{card.id}: {session.failure}")
        run = Run.open(session.path)
        rate = card.experiment.steps / (time.perf_counter() - before)
        items = run.load_samples(run.sample_steps()[-1]).items
        real = run.load_real()
        picture = wall(items) if items.ndim == 4 else scatter(real.items if real else items, items, run.info.spec)
        picture.quantize(48).save(target / f"{card.id}.png", optimize=True)
        quality = [rows.values[-1].tolist() for rows in run.rows("quality")] if "quality" in run.tables() else []
        sys.stdout.write(f"{card.id}: {rate:.1f} steps/s {quality}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
