"""The two sides of a comparison: items of a run's data, and as many that its generator draws."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ganstudio.core.controls import CategoricalCode, ClassLabel, given
from ganstudio.core.errors import CancelledError, DataError, StudioError, UsageError
from ganstudio.core.i18n import _
from ganstudio.core.observed import Observed
from ganstudio.metrics.base import Sample

if TYPE_CHECKING:
    from ganstudio.data.base import Arrays
    from ganstudio.explore.generator import Generator
    from ganstudio.explore.stored import StoredGenerator
    from ganstudio.store import Run

Tick = Callable[[float, str], None]
_BLOCK = 256
"""Drawn at once, each block from a seed of its own: what is drawn depends on no other size."""
_RECOGNISED = 5_000
_FRESH = 7_919  # is added to a run's seed for items from the same formula that it never saw


@dataclass(frozen=True, slots=True)
class Parts:
    """A run's data in parts.

    Attributes:
        train: what was trained on.
        held: what nobody was trained on; None where there is nothing.
    """

    train: Arrays
    held: Arrays | None


def read_parts(run: Run, want_held: bool, tick: Tick) -> Parts:
    """The data of a run.

    Raises:
        StudioError: they cannot be read, or are others now.
    """
    from ganstudio.app.generators.run_data import read_data
    from ganstudio.data.base import fingerprint
    from ganstudio.data.batches import held_places
    from ganstudio.methods import METHODS

    arrays = read_data(run, tick)
    if run.info.fingerprint and fingerprint(arrays) != run.info.fingerprint:
        raise DataError(
            _(
                "The data of this run are others now than those it was trained on, so it cannot be measured against them."
            )
        )
    share = METHODS[run.info.experiment.method].held_out
    parted = held_places(run.info.experiment.seed, len(arrays.items), share)
    if parted is not None:
        return Parts(rows_of(arrays, parted[1].numpy()), rows_of(arrays, parted[0].numpy()))
    return Parts(arrays, _other_part(run, arrays, tick) if want_held else None)


def _other_part(run: Run, arrays: Arrays, tick: Tick) -> Arrays | None:
    """The part of a published set that was not trained on, or fresh items of a formula; None where there is neither."""
    from ganstudio.app.generators.sources import data_of
    from ganstudio.data import DATASETS, make_request, parse_request, read
    from ganstudio.data.base import fingerprint

    request, seed = parse_request(data_of(run)), run.info.experiment.seed
    split = getattr(request.options, "split", None)
    if split in ("train", "test"):
        values = {**request.options.model_dump(), "split": "test" if split == "train" else "train"}
        request = make_request(request.name, values, request.path)
    elif DATASETS[request.name].needs_files:
        return None
    else:
        seed += _FRESH
    try:
        found = read(request, seed=seed, progress=tick)
    except CancelledError:
        raise
    except StudioError:
        return None
    same = found.spec.shape == arrays.spec.shape and found.spec.classes == arrays.spec.classes
    return found if same and fingerprint(found) != fingerprint(arrays) else None


def rows_of(arrays: Arrays, places: NDArray[np.int64]) -> Arrays:
    """Some of a set; of two piles without partners the first stays whole."""
    apart = arrays.spec.kind == "domains" or arrays.inputs is None
    return replace(
        arrays,
        items=arrays.items[places],
        labels=None if arrays.labels is None else arrays.labels[places],
        inputs=arrays.inputs if apart or arrays.inputs is None else arrays.inputs[places],
        attributes=None if arrays.attributes is None else arrays.attributes[places],
    )


def some_of(arrays: Arrays, count: int, seed: int) -> Arrays:
    """So many items chosen by the seed; all, in an order of the seed, where there are fewer."""
    order = np.random.default_rng([seed, 1]).permutation(len(arrays.items))[:count]
    some = rows_of(arrays, order)
    if some.spec.kind != "domains" or some.inputs is None:
        return some
    return replace(some, inputs=some.inputs[np.random.default_rng([seed, 2]).permutation(len(some.inputs))[:count]])


def sample_of(arrays: Arrays) -> Sample:
    """A real side; labels only where every item has one."""
    labels = arrays.labels
    known = labels is not None and bool((labels >= 0).all())
    return Sample(arrays.items, labels=labels if known else None, inputs=arrays.inputs)


def draw_fakes(generator: Generator, real: Arrays, count: int, seed: int, tick: Tick) -> Sample:
    """What a generator draws: from chance, or from what belongs to the real items where it translates.

    Args:
        generator: of the same data.
        real: the real side; classes are asked for as often as they are there.
        count: how many; a translation has as many as there are inputs at most.
        seed: of the draw. The same items come of the same seed, whatever else is asked.
        tick: told a share in [0, 1]; raises CancelledError when this shall end.

    Raises:
        StudioError: what is drawn holds numbers that are not finite.
    """
    translates = given(generator.controls) is not None
    if translates:
        count = min(count, len(real.items) if real.inputs is None else len(real.inputs))
    label = next((one for one in generator.controls if isinstance(one, ClassLabel)), None)
    asked = None if label is None else _classes(label.count, real, count, seed)
    code = next((one for one in generator.controls if isinstance(one, CategoricalCode)), None)
    codes = None if code is None else np.empty(count, np.int64)
    pictures = generator.spec.pictures
    items = np.empty((count, *generator.spec.shape), np.uint8 if pictures else np.float32)
    for number, start in enumerate(range(0, count, _BLOCK)):
        tick(start / count, _("Drawing"))
        stop = min(start + _BLOCK, count)
        block = int(np.random.SeedSequence([seed, number]).generate_state(1)[0]) & 0x7FFFFFFF
        values = {name: rows[: stop - start] for name, rows in generator.draw(_BLOCK, block).items()}
        if label is not None and asked is not None:
            values[label.name] = np.eye(label.count, dtype=np.float32)[asked[start:stop]]
        if translates:
            values |= _given(generator, real, start, stop)
        if code is not None and codes is not None:
            codes[start:stop] = values[code.name].argmax(axis=1)
        drawn = generator.generate(values)
        items[start:stop] = quantised(drawn) if pictures else drawn
    tick(1.0, _("Drawing"))
    inputs = real.inputs[:count] if translates and real.inputs is not None else None
    return Sample(items, labels=asked, inputs=inputs, codes=codes)


def quantised(items: NDArray[Any]) -> NDArray[np.uint8]:
    """Pictures in [−1, 1] as they would be stored: rounded to uint8.

    Raises:
        StudioError: some numbers are not finite.
    """
    if not np.isfinite(items).all():
        raise StudioError(_("The generator draws numbers that are not finite: there is nothing to compare."))
    found: NDArray[np.uint8] = np.clip(np.rint((items + 1) * 127.5), 0, 255).astype(np.uint8)
    return found


def recognised_by(generator: StoredGenerator, parts: Parts, seed: int) -> Observed | None:
    """What a model's own networks take real items to be: held-out ones, where there are some.

    Returns:
        None where they say nothing, where no classes are known, or where the checkpoint holds what draws only.
    """
    import torch

    from ganstudio.store import load_checkpoint

    method, whole = generator.method, parts.held or parts.train
    if not method.predicts or whole.labels is None:
        return None
    stored = load_checkpoint(generator.run, generator.step)[0]
    if not all(any(name.startswith(f"method/{child}.") for name in stored) for child in method.training_only):
        return None
    known = np.flatnonzero(whole.labels >= 0)
    some = some_of(rows_of(whole, known), _RECOGNISED, seed)
    seen: dict[str, list[NDArray[np.int64]]] = {name: [] for name in method.predicts}
    with torch.inference_mode():
        for start in range(0, len(some.items), _BLOCK):
            items = torch.as_tensor(some.items[start : start + _BLOCK].copy()).to(generator.device).float()
            items = items / 127.5 - 1 if some.spec.pictures else items
            for name, scores in method.recognise(items).items():
                seen[name].append(scores.argmax(1).cpu().numpy())
    found = {name: np.concatenate(rows) for name, rows in seen.items() if rows}
    return Observed(recognised=found, predicts=method.predicts, labels=some.labels)


def _classes(count: int, real: Arrays, wanted: int, seed: int) -> NDArray[np.int64]:
    """Which classes are asked for: as often as they are among the real items, else each as often."""
    known = None if real.labels is None else real.labels[(real.labels >= 0) & (real.labels < count)]
    if known is not None and len(known) and len(real.spec.classes) == count:
        return np.random.default_rng([seed, 3]).choice(known, wanted).astype(np.int64)
    return np.arange(wanted, dtype=np.int64) % count


def _given(generator: Generator, real: Arrays, start: int, stop: int) -> dict[str, NDArray[Any]]:
    import torch

    from ganstudio.methods.base import Examples

    def pictures(rows: NDArray[Any]) -> torch.Tensor:
        return torch.as_tensor(rows[start:stop].copy()).float() / 127.5 - 1

    whole = Examples(pictures(real.items), None if real.labels is None else torch.as_tensor(real.labels[start:stop]))
    if real.inputs is not None:
        maps = real.spec.kind == "maps"
        rows = torch.as_tensor(real.inputs[start:stop].copy()).long() if maps else pictures(real.inputs)
        whole = whole._replace(inputs=rows)
    if real.attributes is not None:
        whole = whole._replace(attributes=torch.as_tensor(real.attributes[start:stop]))
    with torch.inference_mode():
        found = generator.method.given(whole)
    if not found:
        raise UsageError(_("This generator cannot be given anything out of its data, so it cannot be measured."))
    return {name: rows.cpu().numpy() for name, rows in found.items()}
