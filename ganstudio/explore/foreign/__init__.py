"""Generators that this program did not train: weights of known layouts, ONNX. Nothing in them is trusted."""

from ganstudio.explore.foreign.network import ForeignGenerator
from ganstudio.explore.foreign.opening import ENDINGS, open_foreign

__all__ = ["open_foreign", "ForeignGenerator", "ENDINGS"]
