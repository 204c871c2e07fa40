"""What of a run's checkpoints and grids stays when it grows old: a rule that a person can read, as pure functions.

A checkpoint is what training goes on from; only the newest need to be that. Older ones are looked at, and that takes no
optimiser, no generator of chance and, beside the averaged weights, no raw ones: they shrink to a quarter. Grids are the
film of the training, even in the logarithm of the step: those go that are missed least.
"""

from __future__ import annotations

import json
import math
import threading
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ganstudio.core.errors import StoreError
from ganstudio.core.i18n import _, plural
from ganstudio.store.atomic import replace_file
from ganstudio.store.checkpoints import BEST, MARKED, SUFFIX, THINNED, checkpoint_path, is_milestone, read_header
from ganstudio.store.folder import CHECKPOINTS, SAMPLES
from ganstudio.store.samples import stored_steps
from ganstudio.store.seal import BLANK, seal

_EVEN_UNTIL = 50  # steps: until here every one is stored, and distances count as they are
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Keep:
    """What stays of a run.

    Attributes:
        newest: so many of the newest checkpoints stay whole, so that training can go on from them, and the best; 0: all.
        older: of older ones the first and those of steps 100, 200, 400… stay, thinned; at most so many, and those that a
            person has saved.
        grids: so many stored grids stay at most; 0: all.
    """

    newest: int = 2
    older: int = 8
    grids: int = 200

    @property
    def words(self) -> str:
        """The rule in sentences."""
        said = []
        if self.newest:
            whole = plural("The newest checkpoint stays whole, and so does the best.",
                           "The newest {n} checkpoints stay whole, and so does the best.", self.newest)  # fmt: skip
            said.append(whole)
            words = _("Of older ones the first and those of steps 100, 200, 400… stay, {older} at most, and in any case "
                      "those that you have saved: they can be explored, but not trained on.")  # fmt: skip
            if self.older < 2:
                words = (
                    _("Of older ones the first and those that you have saved stay: to be explored, not trained on.")
                    if self.older
                    else _("Of older ones only those stay that you have saved: to be explored, not trained on.")
                )
            said.append(words.format(older=self.older))
        if self.grids:
            said.append(plural("{n} sample grid stays at most.", "{n} sample grids stay at most, so that the film of the "
                               "training stays even.", self.grids))  # fmt: skip
        return "\n".join(said) or _("Everything stays.")


@dataclass(frozen=True, slots=True)
class Plan:
    """What thinning a run does.

    Attributes:
        gone: steps of the checkpoints that are removed.
        shrunk: steps of those that are thinned.
        grids: steps of the grids that are removed.
        freed: bytes.
    """

    gone: tuple[int, ...] = ()
    shrunk: tuple[int, ...] = ()
    grids: tuple[int, ...] = ()
    freed: int = 0

    @property
    def empty(self) -> bool:
        """There is nothing to do."""
        return not (self.gone or self.shrunk or self.grids)

    def __add__(self, other: Plan) -> Plan:
        """Both."""
        gone, shrunk, grids = (mine + theirs for mine, theirs in zip(self._parts, other._parts, strict=True))
        return Plan(gone, shrunk, grids, self.freed + other.freed)

    @property
    def _parts(self) -> tuple[tuple[int, ...], ...]:
        return self.gone, self.shrunk, self.grids

    @property
    def words(self) -> list[str]:
        """A sentence for each kind of thing that is done."""
        said = (
            plural("{n} checkpoint is removed.", "{n} checkpoints are removed.", len(self.gone)),
            plural("{n} older checkpoint is thinned.", "{n} older checkpoints are thinned.", len(self.shrunk)),
            plural("{n} sample grid is removed.", "{n} sample grids are removed.", len(self.grids)),
        )
        return [text for text, steps in zip(said, self._parts, strict=True) if steps]


def spread(steps: Sequence[int], most: int, fixed: Collection[int] = ()) -> list[int]:
    """At most so many of the steps, even in their logarithm: the one between the nearest neighbours goes first.

    The first and the last stay (the first where it is but one), and those of ``fixed``, however many they are.
    """
    left = list(steps) if most > 1 else [step for step in steps if (most and step == steps[0]) or step in fixed]
    places = [math.log(max(step, 0) + _EVEN_UNTIL) for step in left]
    while len(left) > max(most, 2):
        inner = [place for place in range(1, len(left) - 1) if left[place] not in fixed]
        if not inner:
            break
        gone = min(inner, key=lambda place: places[place + 1] - places[place - 1])
        del left[gone], places[gone]
    return left


def kept_checkpoints(good: Sequence[int], keep: Keep, fixed: Collection[int] = ()) -> tuple[list[int], list[int]]:
    """Which checkpoints stay whole and which stay thinned.

    Args:
        good: the steps of those that can be used, in order.
        keep: the rule.
        fixed: steps that stay in any case: a person has saved them, or looks at them.
    """
    if not keep.newest or not good:
        return list(good), []
    whole, older = list(good[-keep.newest :]), list(good[: -keep.newest])
    wanted = [step for step in older if step == older[0] or is_milestone(step) or step in fixed]
    return whole, spread(wanted, keep.older, fixed)


def kept_grids(steps: Sequence[int], keep: Keep) -> list[int]:
    """Which grids stay; where it is but one the newest, as that is what a view of the run shows."""
    return spread(steps, keep.grids) if keep.grids > 1 else list(steps[-keep.grids :])  # none asked for: all


def plan(run: Path, keep: Keep, good: Sequence[int] | None = None) -> Plan:
    """What thinning a run by this rule would do. Reads names, sizes and the heads of checkpoints.

    Args:
        run: its folder.
        keep: the rule.
        good: steps of the checkpoints that hold what was written; by default those whose head can be read.
    """
    folder, freed = run / CHECKPOINTS, 0
    heads = heads_of(run, good)
    fixed = marked_of(heads)
    best = {step for step, _value in best_of(heads)[-1:]}
    fixed |= best | {step for step in heads if checkpoint_path(folder, step) in held()}
    whole, thin = kept_checkpoints(list(heads), keep, fixed)
    gone = [step for step in heads if step not in whole and step not in thin]
    shrunk = [step for step in thin if step not in best and only_for_training(heads[step])]
    for step in (*gone, *shrunk):
        length = checkpoint_path(folder, step).stat().st_size
        freed += length if step in gone else sum(map(_length, only_for_training(heads[step]).values()))
    stored = stored_steps(run / SAMPLES, ".png", ".npy")
    stay = set(kept_grids(stored, keep))
    grids = [step for step in stored if step not in stay]
    freed += sum(path.stat().st_size for step in grids for path in grid_files(run, step))
    return Plan(tuple(gone), tuple(shrunk), tuple(grids), freed)


def best_of(heads: Mapping[int, Mapping[str, Any]]) -> list[tuple[int, float]]:
    """Of the heads of checkpoints by step, those that were the best when they were written: step and value, in order."""
    found = []
    for step, head in sorted(heads.items()):
        with suppress(ValueError, TypeError, AttributeError):
            value = float((head.get("__metadata__") or {}).get(BEST, "nan"))
            found += [(step, value)] if math.isfinite(value) else []
    return found


def marked_of(heads: Mapping[int, Mapping[str, Any]]) -> set[int]:
    """The steps of those that a person has saved."""
    return {step for step, head in heads.items() if MARKED in (head.get("__metadata__") or {})}


def heads_of(run: Path, steps: Iterable[int] | None = None) -> dict[int, dict[str, Any]]:
    """The heads of a run's checkpoints by step, of all by default; a damaged one neither counts nor is touched."""
    folder, heads = run / CHECKPOINTS, {}
    for step in stored_steps(folder, SUFFIX) if steps is None else steps:
        with suppress(StoreError):
            heads[step] = read_header(checkpoint_path(folder, step))
    return heads


def grid_files(run: Path, step: int) -> list[Path]:
    """The files of a stored grid."""
    return [path for kind in (".png", ".npy") if (path := run / SAMPLES / f"{step:09d}{kind}").exists()]


def only_for_training(head: Mapping[str, Any]) -> dict[str, Any]:
    """The tensors of a checkpoint that only training needs: optimisers, chance, raw weights that have an average."""

    def averaged(name: str) -> bool:
        child, _dot, key = name.removeprefix("method/").partition(".")
        return f"ema/{child}/{key}" in head

    return {
        name: entry
        for name, entry in head.items()
        if name.startswith("optimiser/") or name == "chance" or (name.startswith("method/") and averaged(name))
    }


def _length(entry: Mapping[str, Any]) -> int:
    start, end = entry["data_offsets"]
    return int(end) - int(start)


def thin_checkpoint(path: Path) -> None:
    """Leaves out of a checkpoint what only training needs; the file appears whole under its name.

    The bytes of its tensors are copied as they are: no kind of number need be known.

    Raises:
        StoreError: it is damaged, or cannot be written.
    """
    head = read_header(path, verify=True)
    left_out = only_for_training(head)
    kept, at = {}, 0
    for name, entry in sorted(
        ((name, entry) for name, entry in head.items() if name != "__metadata__" and name not in left_out),
        key=lambda pair: pair[1]["data_offsets"],
    ):
        kept[name] = {**entry, "data_offsets": [at, at + _length(entry)]}
        at += _length(entry)
    text = {**(head.get("__metadata__") or {}), **BLANK, THINNED: "1"}
    raw = json.dumps({"__metadata__": text, **kept}, separators=(",", ":")).encode("utf-8")
    raw += b" " * (-len(raw) % 8)  # tensors begin at whole words

    def write(temp: Path) -> None:
        with path.open("rb") as source, temp.open("wb") as target:
            start = 8 + int.from_bytes(source.read(8), "little")
            target.write(len(raw).to_bytes(8, "little") + raw)
            for name in kept:
                begin, end = head[name]["data_offsets"]
                source.seek(start + begin)
                for offset in range(begin, end, _CHUNK):
                    target.write(source.read(min(_CHUNK, end - offset)))
        seal(temp)

    replace_file(path, write)


# -- what is looked at ----------------------------------------------------------------------------------------------

_held: dict[int, Path] = {}
_lock = threading.Lock()


def hold(owner: object, path: Path | None) -> None:
    """Says which checkpoint somebody in this process looks at; it is not removed meanwhile. None: none any more."""
    with _lock:
        if path is None:
            _held.pop(id(owner), None)
        else:
            _held[id(owner)] = path


def held() -> frozenset[Path]:
    """The checkpoints that somebody looks at."""
    with _lock:
        return frozenset(_held.values())
