"""Runs as TensorBoard's event files: every measured value, sample grids, and what was asked for as text. No Qt."""

from __future__ import annotations

import heapq
import math
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np

from ganstudio.app.runs.comparison import scores_table
from ganstudio.app.runs.run_model import RunModel
from ganstudio.core.errors import StudioError, UsageError
from ganstudio.core.fields import value_text
from ganstudio.core.i18n import _
from ganstudio.core.images import columns_for, make_grid
from ganstudio.core.series import SeriesTable
from ganstudio.store.atomic import replace_file
from ganstudio.store.samples import encode_png
from ganstudio.store.scores import read_scores

EVENTS_FILE = "events.out.tfevents.0.ganstudio"
"""In the folder of each run; TensorBoard knows it by the part in the middle. A later export takes its place."""
_MOST_PICTURES = 60
_TOLD_EVERY = 5000


def write_event_files(
    folder: Path, paths: Sequence[Path], tick: Callable[[float, str], object] = lambda _share, _text: None
) -> list[Path]:
    """Writes a folder that ``tensorboard --logdir`` opens, in it one for each run.

    Tags are ``kind/series``; the x axes of TensorBoard are steps and training time. Of the stored sample grids at most 60
    are written, evenly spaced.

    Args:
        folder: made where it is not there.
        paths: the runs' folders.
        tick: told how far it is, 0 to 1, and what is being written; may raise to give up.

    Returns:
        The files.

    Raises:
        UsageError: TensorBoard is not installed.
        StoreError: a run cannot be read, or a file cannot be written.
    """
    try:
        from tensorboard.summary.writer.record_writer import RecordWriter
    except ImportError as error:
        raise UsageError(
            _("Event files need TensorBoard: pip install 'ganstudio[tensorboard]'"), repr(error)
        ) from error
    written: list[Path] = []
    for number, path in enumerate(paths):
        model = RunModel.of_folder(path)
        place = _made(folder / path.name, {one.parent for one in written}) / EVENTS_FILE

        def write(part: Path, model: RunModel = model, number: int = number) -> None:
            total = sum(map(len, model.tables.values())) or 1
            with part.open("wb") as file:
                writer = RecordWriter(file)
                for count, event in enumerate(_events(model)):
                    if count % _TOLD_EVERY == 0:
                        tick((number + min(1.0, count / total)) / len(paths), model.title)
                    writer.write(event.SerializeToString())
                writer.flush()

        replace_file(place, write)
        written.append(place)
    tick(1.0, "")
    return written


def _made(wanted: Path, taken: set[Path]) -> Path:
    """A folder for a run; two runs of one name have two."""
    place, number = wanted, 2
    while place in taken:
        place, number = wanted.with_name(f"{wanted.name}-{number}"), number + 1
    try:
        place.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        words = _("{path} cannot be written: {reason}.").format(
            path=place, reason=error.strerror or type(error).__name__
        )
        raise UsageError(words, repr(error)) from error
    return place


def _events(model: RunModel) -> Iterator[Any]:
    """All events of a run in the order of their steps, as TensorBoard reads them."""
    from tensorboard.compat.proto.event_pb2 import Event
    from tensorboard.compat.proto.summary_pb2 import Summary

    begun = model.info.created.timestamp() if model.info is not None else 0.0
    yield Event(wall_time=begun, file_version="brain.Event:2")
    yield Event(wall_time=begun, step=0, summary=Summary(value=[_settings(model)]))
    scores = read_scores(model.path) if model.path is not None else []
    tables = [*model.tables.values(), scores_table(scores, model)]
    for step, seconds, values in heapq.merge(*map(_scalars, tables), _grids(model), key=lambda one: one[0]):
        yield Event(wall_time=begun + seconds, step=step, summary=Summary(value=values))


def _scalars(table: SeriesTable) -> Iterator[tuple[int, float, list[Any]]]:
    from tensorboard.compat.proto.summary_pb2 import Summary

    infos = table.series
    # Groups of TensorBoard's page are what comes before the first slash.
    tags = [info.name if info.name.startswith("score/") else f"{info.kind}/{_tag(info.name)}" for info in infos]
    columns = [table.column(info.name) for info in infos]
    for row, (step, seconds) in enumerate(zip(table.steps.tolist(), table.seconds.tolist(), strict=True)):
        found = [(tag, float(column[row])) for tag, column in zip(tags, columns, strict=True)]
        values = [Summary.Value(tag=tag, simple_value=value) for tag, value in found if not math.isnan(value)]
        if values:
            yield step, seconds, values


def _tag(name: str) -> str:
    return re.sub(r"\s+", " ", name).strip()


def _grids(model: RunModel) -> Iterator[tuple[int, float, list[Any]]]:
    from tensorboard.compat.proto.summary_pb2 import Summary

    stops, number = model.stops, min(len(model.stops), _MOST_PICTURES)
    for place in sorted(set(np.linspace(0, len(stops) - 1, number).round().astype(int).tolist())):
        step = stops[place]
        samples = None
        with suppress(StudioError):
            samples = model.stored(step)
        if samples is None or samples.items.ndim != 4:
            continue
        items = samples.items.astype(np.uint8, copy=False)
        grid = make_grid(items, columns_for(len(items), len(samples.panels)))
        image = Summary.Image(
            height=grid.shape[0], width=grid.shape[1], colorspace=grid.shape[2], encoded_image_string=encode_png(grid)
        )
        yield step, model.seconds_at(step), [Summary.Value(tag="samples", image=image)]


def _settings(model: RunModel) -> Any:
    """Method, data, seed and hyper-parameters as a table that TensorBoard shows under "Text"."""
    from tensorboard.compat.proto.summary_pb2 import Summary, SummaryMetadata
    from tensorboard.compat.proto.tensor_pb2 import TensorProto
    from tensorboard.compat.proto.tensor_shape_pb2 import TensorShapeProto

    asked = model.experiment
    facts = {"method": asked.method, "data": asked.data, "seed": str(asked.seed), "steps": str(asked.steps)}
    facts |= {name: value_text(value) for name, value in asked.hyper.items()}
    rows = "\n".join(f"| {_markdown(name)} | {_markdown(value)} |" for name, value in facts.items())
    text = f"| setting | value |\n|---|---|\n{rows}\n"
    tensor = TensorProto(dtype="DT_STRING", string_val=[text.encode("utf-8")], tensor_shape=TensorShapeProto())
    data = SummaryMetadata(plugin_data=SummaryMetadata.PluginData(plugin_name="text"))
    return Summary.Value(tag="settings", tensor=tensor, metadata=data)


def _markdown(text: str) -> str:
    return re.sub(r"([\\|`*_<>\[\]])", r"\\\1", " ".join(text.split()))
