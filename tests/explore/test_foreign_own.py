"""What this program exported comes back: as it was, with its controls."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from ganstudio.core.dataspec import DataSpec
from ganstudio.core.errors import UsageError
from ganstudio.explore.foreign import open_foreign
from ganstudio.explore.generator import Generator
from ganstudio.explore.model_files import CARD, save_model
from ganstudio.methods import METHODS
from ganstudio.nn.random import randomness
from tests.explore import foreign_networks as nets

IMAGES = DataSpec("digits:size=16", "images", 100, 1, 16, tuple("0123456789"))
POINTS = DataSpec("ring", "points", 100, extent=2.0)


def _generator(method: str, spec: DataSpec, **hyper: Any) -> Generator:
    kind = METHODS[method]
    with randomness(torch.Generator().manual_seed(0)):
        made = kind(kind.resolve(hyper, spec.kind), spec)
    return Generator.of_method(made, "run", step=12, source="ema")


@pytest.mark.parametrize("ending", [".safetensors", ".onnx"])
@pytest.mark.parametrize("name", ["gan on points", "dcgan", "infogan", "wgan-gp"])
def test_an_export_comes_back(tmp_path: Path, name: str, ending: str) -> None:
    method, _on, points = name.partition(" on ")
    small = {"mlp_width": 8} if points or method == "wgan-gp" else {"conv_width": 4}
    generator = _generator(method, POINTS if points else IMAGES, **_known(method, small))
    path = tmp_path / f"x{ending}"
    save_model(path, generator)
    back = open_foreign(path)
    assert (back.controls, back.spec) == (generator.controls, generator.spec)
    assert (back.title, back.step, back.source) == (path.name, 12, "ema")
    assert "“run”, step 12" in back.notes[0]
    values = generator.draw(5)
    assert np.allclose(back.generate(values), generator.generate(values), atol=1e-5)
    assert np.array_equal(back.frozen().generate(values), back.generate(values))
    assert back.scores(back.generate(values), values) is None


def _known(method: str, values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name in METHODS[method].Hyper.model_fields}


@pytest.mark.parametrize(
    "change",
    [
        {"controls": [{"kind": "LatentVector", "name": "z", "size": 10**9, "prior": "normal"}]},
        {"controls": [{"kind": "os.system", "name": "z"}]},
        {"spec": {"name": "x", "kind": "images", "count": 0, "channels": 1, "size": 2**20}},
        {"method": "of another release"},
        {"controls": "none"},
    ],
)
def test_a_card_is_not_trusted(tmp_path: Path, change: dict[str, Any]) -> None:
    """The weights are recognised all the same."""
    path, generator = tmp_path / "x.safetensors", _generator("dcgan", IMAGES, conv_width=4)
    save_model(path, generator)
    _rewrite(path, change)
    values = generator.draw(2)
    back = open_foreign(path)
    assert np.allclose(back.generate(values), generator.generate(values), atol=1e-5)
    assert "Exported" not in back.notes[0]


def test_a_card_of_another_size_or_method(tmp_path: Path) -> None:
    path = tmp_path / "x.safetensors"
    for change in ({"spec": {**IMAGES.to_json(), "size": 32}}, {"method": "infogan"}, {"hyper": {"no": 1}}):
        save_model(path, _generator("dcgan", IMAGES, conv_width=4))
        _rewrite(path, change)
        with pytest.raises(UsageError, match="own description"):
            open_foreign(path)


def test_a_card_that_describes_more_than_there_is_memory_for(tmp_path: Path) -> None:
    """A few hundred bytes asked for ten gigabytes, and half a minute that nobody could end."""
    path = tmp_path / "x.safetensors"
    save_model(path, _generator("dcgan", IMAGES, conv_width=4))
    _rewrite(path, {"hyper": {"conv_width": 512}, "spec": {**IMAGES.to_json(), "size": 1024}})
    with pytest.raises(UsageError, match="own description") as refused:
        open_foreign(path)
    assert "more than 536,870,912 weights" in str(refused.value.details)


@pytest.mark.parametrize("more", [{}, {"state": "{}"}])
def test_a_step_of_thousands_of_digits_is_none(tmp_path: Path, more: dict[str, str]) -> None:
    path = tmp_path / "x.safetensors"
    save_file({"method/x": torch.zeros(1)}, path, metadata={"step": "9" * 5000, **more})
    with pytest.raises(UsageError):
        open_foreign(path)


def test_an_export_whose_weights_are_not_finite(tmp_path: Path) -> None:
    path = tmp_path / "x.safetensors"
    save_model(path, _generator("dcgan", IMAGES, conv_width=4))
    _rewrite(path, {}, float("nan"))
    with pytest.raises(UsageError, match="not finite"):
        open_foreign(path)


def _rewrite(path: Path, change: dict[str, Any], value: float | None = None) -> None:
    from safetensors import safe_open

    with safe_open(str(path), "pt") as file:
        card = json.loads(file.metadata()[CARD])
    tensors = load_file(path)
    if value is not None:
        next(tensor for tensor in tensors.values() if tensor.is_floating_point()).fill_(value)
    save_file(tensors, path, {CARD: json.dumps({**card, **change})})


@pytest.mark.parametrize("ending", [".safetensors", ".onnx"])
def test_what_was_brought_in_can_be_taken_out_and_brought_in_again(tmp_path: Path, ending: str) -> None:
    first = open_foreign(nets.save_weights(nets.trained(nets.Upsampled(0.8), 20), tmp_path / "first.pt"))
    save_model(tmp_path / f"second{ending}", first)
    second, values = open_foreign(tmp_path / f"second{ending}"), first.draw(3)
    assert second.controls == first.controls
    assert np.allclose(second.generate(values), first.generate(values), atol=1e-6)
