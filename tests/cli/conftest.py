"""Commands are called in this process; two tiny runs serve all tests that only read."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from ganstudio.__main__ import main

TINY_POINTS = ["--threads", "1", "--set", "mlp_width=16", "batch_size=16"]
TINY_IMAGES = ["--threads", "1", "--set", "conv_width=8", "batch_size=8"]


@dataclass(frozen=True)
class Answer:
    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def error(self) -> str:
        """The one line that a refusal consists of."""
        assert "Traceback" not in self.err
        lines = self.err.splitlines()
        assert len(lines) == 1, self.err
        assert lines[0].startswith("ganstudio: ")
        assert not self.out
        return lines[0]


Call = Callable[..., Answer]


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str]) -> Call:
    def run(*arguments: object) -> Answer:
        capsys.readouterr()
        status = main([str(argument) for argument in arguments])
        out, err = capsys.readouterr()
        return Answer(status, out, err)

    return run


@pytest.fixture(scope="session")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Holds two finished runs: ``points`` (30 steps) and ``images`` (3 steps)."""
    base = tmp_path_factory.mktemp("runs")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GANSTUDIO_CONFIG", str(base / "config"))
        points = ["train", "gan", "--data", "ring", "--steps", "30", "--seed", "5", "--out", str(base / "points")]
        assert main([*points, *TINY_POINTS]) == 0
        images = ["train", "dcgan", "--data", "digits:size=16", "--steps", "3", "--out", str(base / "images")]
        assert main([*images, *TINY_IMAGES]) == 0
    return base


def environment(**changes: str | None) -> dict[str, str]:
    """This process's environment with changes; None takes a variable out."""
    result = {**os.environ, **{name: value for name, value in changes.items() if value is not None}}
    return {name: value for name, value in result.items() if changes.get(name, "") is not None}
