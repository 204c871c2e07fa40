"""The drawing half of an auto-encoder, where a file holds both halves."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from torch import Tensor

from ganstudio.explore.foreign.layers import natural

_DECODER = re.compile(r"(^|[._])(dec|decode|decoder)\d*([._]|$)", re.IGNORECASE)
# No open repetition before something that may fail: a name may be made so that looking for it takes for ever.
_ENCODER = re.compile(r"(^|[._])enc", re.IGNORECASE)
_HEADS = re.compile(
    r"(^|[._])((fc|lin|linear|conv|dense|to|z|q|hidden|h)\d*_?)?(2|to_)?"
    r"(mu|means?|log_?vars?|log_?sigma|log_?std|log_?variance|vars?|variance|sigma|std)"
    r"(_?(layer|head|fc|lin|linear|z|out|net))?([._]|$)",
    re.IGNORECASE,
)
_GROWS, _SHRINKS = (
    re.compile(r"(^|[._])(de_?conv|conv_?t|t_?conv|up)", re.IGNORECASE),
    re.compile(r"(^|[._])conv_?\d+$"),
)
_ADVERSARY = re.compile(r"(^|[._])((net_?d|d)([._]|$)|dis|critic|adv)", re.IGNORECASE)


def is_decoder(where: str) -> bool:
    """Whether a name says that it is the decoder of an auto-encoder."""
    return bool(_DECODER.search(where))


def drawing_halves(tensors: Mapping[str, Tensor]) -> Iterator[tuple[dict[str, Tensor], bool]]:
    """What may come after the latent vector, likeliest first, and whether it is the decoder of an auto-encoder.

    Told by names (``encoder``, ``fc_mu``), or by two layers of one shape side by side (mean and variance of z), which
    cannot follow each other, and a layer behind them that takes z.
    """
    modules: dict[str, list[str]] = {}
    for name in tensors:
        modules.setdefault(name.rpartition(".")[0], []).append(name)
    named = list(modules)
    rest = [module for module in named if not _ADVERSARY.search(module)]
    heads = [module for module in rest if _HEADS.search(module) and not is_decoder(module)]
    kept = [module for module in rest if module not in heads and (is_decoder(module) or not _ENCODER.search(module))]
    ways = [kept] if len(kept) < len(named) else []
    if heads:
        ways.append([module for module in kept if named.index(module) > named.index(heads[-1])])
        if any(_GROWS.search(module) for module in kept):
            ways.append([module for module in kept if not _SHRINKS.search(module)])
    for twins in (_behind_twins(kept, tensors), _behind_twins(sorted(kept, key=natural), tensors)):
        ways += [twins] if twins else []
    for way in ways:
        yield {name: tensors[name] for module in way for name in modules[module]}, len(rest) == len(named)


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
