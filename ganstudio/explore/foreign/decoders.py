"""The drawing half of an auto-encoder, where a file holds both halves."""

from __future__ import annotations

import re
from collections.abc import Mapping

from torch import Tensor

from ganstudio.explore.foreign.layers import natural

_DECODER = re.compile(r"(^|[._])(dec|decode|decoder)\d*([._]|$)", re.IGNORECASE)
_ENCODER = re.compile(
    r"(^|[._])(enc\w*|\w+_enc(oder)?|"
    r"((fc|lin|linear|conv|dense|to|z|q|hidden|h)\d*_?)?(2|to_)?"
    r"(mu|means?|log_?vars?|log_?sigma|log_?std|log_?variance|vars?|variance|sigma|std)"
    r"(_?(layer|head|fc|lin|linear|z|out|net))?)([._]|$)",
    re.IGNORECASE,
)
_ADVERSARY = re.compile(r"(^|[._])(net_?d|d|dis\w*|critic\w*|adv\w*)([._]|$)", re.IGNORECASE)


def is_decoder(where: str) -> bool:
    """Whether a name says that it is the decoder of an auto-encoder."""
    return bool(_DECODER.search(where))


def drawing_half(tensors: Mapping[str, Tensor]) -> tuple[dict[str, Tensor], bool]:
    """What comes after the latent vector, and whether it is the decoder of an auto-encoder; all where nothing tells.

    Told by names (``encoder``, ``fc_mu``), or by two layers of one shape side by side (mean and variance of z), which
    cannot follow each other, and a layer behind them that takes z.
    """
    modules: dict[str, list[str]] = {}
    for name in tensors:
        modules.setdefault(name.rpartition(".")[0], []).append(name)
    adversaries = {module for module in modules if _ADVERSARY.search(module)}
    encoders = {module for module in modules if _ENCODER.search(module) and not is_decoder(module)} - adversaries
    kept = [module for module in modules if module not in adversaries | encoders]
    twins = [] if encoders else _behind_twins(kept, tensors) or _behind_twins(sorted(kept, key=natural), tensors)
    decoder = bool(encoders or twins) and not adversaries
    return {name: tensors[name] for module in twins or kept for name in modules[module]}, decoder


def _behind_twins(modules: list[str], tensors: Mapping[str, Tensor]) -> list[str]:
    weights = [tensors.get(f"{module}.weight") for module in modules]
    for index in range(len(modules) - 2):
        one, other, after = weights[index : index + 3]
        if one is None or other is None or after is None or min(one.dim(), other.dim(), after.dim()) < 2:
            continue
        latent, wide = one.shape[:2]
        if one.shape == other.shape and latent < wide and after.shape[after.dim() == 2] == latent:
            return modules[index + 2 :]
    return []
