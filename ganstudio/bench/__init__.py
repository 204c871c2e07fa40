"""Figures that the studio promises to keep, measured on this machine: ``ganstudio bench``."""

from __future__ import annotations

from ganstudio.bench.run import run_bench

__all__ = ["run_bench"]
