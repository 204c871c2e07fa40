"""A generator out of weights alone: the layout is recognised from the shapes, or the file is refused with what is in it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ganstudio.core.controls import LatentVector
from ganstudio.core.errors import UsageError
from ganstudio.core.i18n import _
from ganstudio.explore.foreign.fitting import Fit, build, choose
from ganstudio.explore.foreign.layers import Layer, Unreadable, orders
from ganstudio.explore.foreign.network import LARGEST, ForeignGenerator, make_generator
from ganstudio.explore.foreign.recipes import Recipe, plausible
from ganstudio.explore.foreign.weights import Tensors, candidates, inventory, is_averaged, not_finite, too_large

_MOST_VALUES = 2**27
"""Of one layer's output for one picture: half a gigabyte."""


def from_weights(path: Path, content: Mapping[str, Any]) -> ForeignGenerator:
    """The first group of tensors in a file that forms a generator.

    Args:
        path: the file, for its name.
        content: names to tensors, or nested dicts of them.

    Raises:
        UsageError: there is none (the message lists what there is), or its weights are not finite.
    """
    for where, tensors in candidates(content):
        if too_large(tensors):
            raise UsageError(_("The weights in “{file}” claim more than 2 GB of memory.").format(file=path.name))
        found = _recognise(tensors)
        if found is not None:
            return _open(path, where, tensors, *found)
    raise UsageError(
        _("“{file}” holds no generator of a layout that is known here. Found: {found}. Needed: transposed convolutions "
          "from a latent vector to 1 or 3 channels (DCGAN), a linear layer followed by (transposed) convolutions, or "
          "linear layers up to the pixels of a picture. Any other generator can be brought in as TorchScript or ONNX."
          ).format(file=path.name, found=inventory(content)),
    )  # fmt: skip


def _recognise(tensors: Tensors) -> tuple[list[Layer], list[Recipe]] | None:
    try:
        for layers in orders(tensors):
            recipes = [recipe for recipe in plausible(layers) if _bearable(recipe)]
            if recipes:
                return layers, recipes
    except Unreadable:
        return None
    return None


def _bearable(recipe: Recipe) -> bool:
    return recipe.size <= LARGEST and all(step.channels * step.size**2 <= _MOST_VALUES for step in recipe.steps)


def _open(path: Path, where: str, tensors: Tensors, layers: list[Layer], recipes: list[Recipe]) -> ForeignGenerator:
    broken = not_finite(tensors)
    if broken:
        raise UsageError(
            _("The weights in “{file}” are not finite numbers ({names}): its training had diverged. Take an earlier "
              "state of it.").format(file=path.name, names=", ".join(broken[:3]) + (_(", …") if broken[3:] else "")),
            details=", ".join(broken),
        )  # fmt: skip
    fit = choose(layers, recipes)
    latent = LatentVector("z", fit.recipe.latent, fit.prior)
    notes = _notes(where, fit, len(recipes))
    return make_generator(path, build(layers, fit.recipe), [latent], notes, ends_in_tanh=True)


def _notes(where: str, fit: Fit, ways: int) -> list[str]:
    notes = []
    if where:
        notes.append(_("Its weights are under “{where}” in the file.").format(where=where))
    if is_averaged(where):
        notes.append(_("They are an average over training steps."))
    recipe = fit.recipe
    words = _("ReLU") if recipe.activation == "relu" else _("leaky ReLU with slope {slope}").format(
        slope=recipe.activation.removeprefix("leaky "))  # fmt: skip
    how = _("its normalisations tell so") if fit.measured else _("as is common; the file does not say")
    notes.append(_("Hidden layers end in {activation} ({how}).").format(activation=words, how=how))
    if recipe.eps != 1e-5:
        notes.append(_("Its normalisations use ε = {eps:g} (they tell so).").format(eps=recipe.eps))
    notes.append(_("The picture ends in tanh (as is common; the file does not say)."))
    if recipe.steps:
        sizes = [recipe.base[1]] if recipe.base else []
        path = " → ".join(str(size) for size in [*sizes, *(step.size for step in recipe.steps)])
        sure = (
            "" if ways == 1 else _(" Of {count} ways to place the strides, this is the likeliest.").format(count=ways)
        )
        notes.append(_("The picture grows {path} px.").format(path=path) + sure)
    spread = _("uniform on [−1, 1]") if fit.prior == "uniform" else _("normal")
    notes.append(_("z is drawn {spread} ({how}).").format(spread=spread, how=how))
    return notes
