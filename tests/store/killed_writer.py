"""Writes a run in a loop until it is killed: started by test_store_kill.py, imports no torch."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

from ganstudio.core.events import HyperChanged, Rows, Samples, SeriesInfo
from ganstudio.store import Keep, Run, RunWriter

SERIES = (SeriesInfo("loss", "loss", "discriminator"), SeriesInfo("D(x)", "probability", "real"))


def rows(table: str, first: int, last: int) -> Rows:
    steps = np.arange(first, last + 1, dtype=np.int64)
    return Rows(table, SERIES, steps, steps / 8.0, np.stack([steps % 1000, -(steps % 1000)], 1).astype(np.float32))


def main(path: Path) -> None:
    """Goes on from the newest good checkpoint, as a resumed session does."""
    writer = RunWriter(path)
    good = Run.open(path).newest_good_checkpoint()
    step = good.step or 0
    writer.truncate_after(step)
    sys.stdout.write(f"{step}\n")
    sys.stdout.flush()
    while True:
        writer.append_rows(rows("steps", step + 1, step + 5))
        step += 5
        writer.append_rows(rows("quality", step, step))
        writer.write_status("training", step, 10**9, step / 8.0)
        writer.save_samples(Samples(step, np.full((4, 8, 8, 1), step % 256, np.uint8), None, "ema"))
        writer.append_event(HyperChanged(step, "lr", 1.0, float(step)))
        if step % 20 == 0:
            writer.save_checkpoint(step, {"w": np.full((200, 50), step, np.float32)}, {"counter": str(step)})
            writer.thin(Keep(newest=3, grids=0))
            # Only now does anybody count on this step.
            sys.stdout.write(f"{step}\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
