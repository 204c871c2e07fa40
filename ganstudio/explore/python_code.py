"""“Copy as Python”: a small script that draws the present picture again, for a notebook or a colleague."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ganstudio.core.errors import UsageError
from ganstudio.core.i18n import _
from ganstudio.explore.class_pictures import as_text
from ganstudio.explore.exporting import check_scale
from ganstudio.explore.generator import Generator
from ganstudio.explore.state import Direction, ExploreState, position_of

_WIDTH = 100


def as_python(
    path: Path,
    generator: Generator,
    state: ExploreState,
    directions: Mapping[str, Direction],
    *,
    file: str = "picture.png",
    scale: int = 1,
) -> str:
    """A script that draws what the state shows and writes it as a PNG. It needs ganstudio and the run, nothing else.

    Args:
        path: the run folder, or the file that the generator was brought in from.
        generator: what draws; its weights are not needed.
        state: what is shown.
        directions: by name; only those in use are written down.
        file: what the script writes, in the folder where it is run.
        scale: 1 to 8; every pixel becomes a square of that size.

    Raises:
        UsageError: the path holds nothing that a script could open, or a scale that there is not.
    """
    check_scale(scale)
    used = [directions[name] for name, far in state.strengths.items() if far and name in directions]
    classes = ["Direction", "ExploreState"] if used else ["ExploreState"]
    opening, imports = _opening(path, generator)
    body = [
        *opening,
        *_position(generator, state),
        *_directions(used),
        f"state = ExploreState(position, truncation={float(state.truncation)!r}{_strengths(state, used)})",
        "",
        f"values = stack([effective(state, generator.controls, {'directions' if used else '{}'})])",
        "picture = draw(generator, values)[0]  # uint8 (height, width, channels)",
        f"Path({_text(file)}).write_bytes(encode_png(enlarged(picture, {scale})))",
    ]
    helpers = [name for name in ("position_of", "read_value") if any(f"{name}(" in line for line in body)]
    imports += [
        "from ganstudio.explore.picture_file import enlarged",
        f"from ganstudio.explore.state import {', '.join([*classes, 'effective', *helpers, 'stack'])}",
        "from ganstudio.explore.views import draw",
        "from ganstudio.store.samples import encode_png",
    ]
    numpy = ["import numpy as np", ""] if any("np." in line for line in body) else []
    head = (
        f'"""Draws one picture of {_comment(generator.title)}. Written by ganstudio {metadata.version("ganstudio")}."""'
    )
    return "\n".join([head, "", "from pathlib import Path", "", *numpy, *sorted(imports), "", *body, ""])


def _opening(path: Path, generator: Generator) -> tuple[list[str], list[str]]:
    """The lines that open the generator, and what they import."""
    if path.is_file():
        lines = [f"generator = open_foreign(Path({_text(str(path))}))"]
        return lines, ["from ganstudio.explore.foreign import open_foreign"]
    from ganstudio.store import Run

    steps = Run.open(path).checkpoint_steps()
    if not steps:
        raise UsageError(_("The run has stored no checkpoint yet that a script could open. Pause it to store one."))
    step = generator.step if generator.step in steps else min(steps, key=lambda one: abs(one - generator.step))
    lines = [f"run = Run.open(Path({_text(str(path))}))"]
    if step != generator.step:
        lines.append(f"# Step {generator.step} itself was not stored; this is the nearest one that was.")
    lines.append(f'generator = StoredGenerator.open(run, step={step}, source="{generator.source}")')
    return lines, ["from ganstudio.explore.stored import StoredGenerator", "from ganstudio.store import Run"]


def _position(generator: Generator, state: ExploreState) -> list[str]:
    """The position: by its seed as far as that gives it, and number by number otherwise."""
    drawn = {} if state.seed is None else position_of(generator.draw(1, state.seed))
    known = {control.name: place for place, control in enumerate(generator.controls)}
    moved = {
        name: value
        for name, value in state.position.items()
        if name not in drawn or not np.array_equal(drawn[name], value)
    }
    if not drawn or not drawn.keys() - moved.keys():
        lines = ["position = {"]
        for name, value in moved.items():
            lines += _indented(f"{_text(name)}: ", _array(value, known.get(name)))
        return [*lines, "}"]
    lines = [f"position = position_of(generator.draw(1, seed={state.seed}))"]
    for name, value in moved.items():
        first, *rest = _array(value, known.get(name))
        lines += [f"position[{_text(name)}] = {first}", *rest]
    return lines


def _directions(used: Sequence[Direction]) -> list[str]:
    if not used:
        return []
    lines = ["directions = {"]
    for one in used:
        name, *rest = map(_text, (one.name, one.kind, one.control))
        lines += _indented(f"{name}: Direction({name}, {', '.join(rest)}, ", _array(one.vector), ")")
    return [*lines, "}"]


def _strengths(state: ExploreState, used: Sequence[Direction]) -> str:
    if not used:
        return ""
    return f", strengths={{{', '.join(f'{_text(one.name)}: {state.strengths[one.name]!r}' for one in used)}}}"


def _indented(start: str, lines: Sequence[str], end: str = "") -> list[str]:
    """An entry of a dictionary over several lines."""
    entry = [start + lines[0], *lines[1:]]
    entry[-1] += f"{end},"
    return [f"    {line}" for line in entry]


def _array(value: NDArray[Any], place: int | None = None) -> list[str]:
    """An array as lines of Python that give the very same numbers; pictures as text, for the control of that place."""
    if value.shape == ():
        return [f"np.asarray({int(value)}, np.int64)"]
    if value.ndim == 4:
        text = as_text(value)
        pieces = [f'    "{text[start : start + _WIDTH]}"' for start in range(0, len(text), _WIDTH)]
        return [f"read_value(generator.controls[{place}], (", *pieces, "))"]
    numbers = [f"{float(number):.9g}" for number in value]
    flat = f"np.array([{', '.join(numbers)}], np.float32)"
    if len(flat) <= _WIDTH:
        return [flat]
    lines, line = ["np.array(["], ""
    for number in numbers:
        if len(line) + len(number) > _WIDTH - 8:
            lines, line = [*lines, f"    {line.rstrip()}"], ""
        line += f"{number}, "
    return [*lines, f"    {line.rstrip()}", "], np.float32)"]


def _text(text: str) -> str:
    """A string literal with double quotes. JSON's are Python's, but for halves of letters outside the first plane."""
    return json.dumps(text, ensure_ascii=False) if text.isprintable() else ascii(text)


def _comment(text: str) -> str:
    """Words that cannot end the comment they stand in."""
    kept = "".join(letter if letter.isprintable() else " " for letter in text).replace("\\", "/").replace('"', "'")
    return kept.strip() or "a generator"
