"""A generator out of weights alone: the layout is recognised from the shapes, or the file is refused with what is in it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ganstudio.core.controls import LatentVector
from ganstudio.core.elsewhere import shown
from ganstudio.core.errors import UsageError
from ganstudio.core.i18n import _
from ganstudio.core.patience import look
from ganstudio.explore.foreign.activations import activation_title
from ganstudio.explore.foreign.fitting import Fit, build, choose
from ganstudio.explore.foreign.groups import Group, candidates, inventory, is_averaged, too_large
from ganstudio.explore.foreign.layers import Layer, Unreadable, orders
from ganstudio.explore.foreign.network import ForeignGenerator, make_generator
from ganstudio.explore.foreign.plain import plain
from ganstudio.explore.foreign.recipes import Recipe, bearable, plausible
from ganstudio.explore.foreign.weights import check_finite, too_much
from ganstudio.store.torch_file import TooMuchError

_MEASURED, _ASSUMED = _("its normalisations tell so"), _("as is common; the file does not say")


def from_weights(path: Path, content: Mapping[str, Any]) -> ForeignGenerator:
    """The first group of tensors in a file that forms a generator.

    Args:
        path: the file, for its name.
        content: names to tensors, or nested dicts of them.

    Raises:
        UsageError: there is none (the message lists what there is), or its weights are not finite.
    """
    try:
        groups = candidates(content)
    except TooMuchError as error:
        raise too_much(path, error) from error
    huge = False
    for group in groups:
        look()
        huge = huge or too_large(group.tensors)
        if _recognise(group, compute=False) is None:
            continue
        found = None if too_large(group.tensors) else _recognise(group)
        if found is not None:
            return _open(path, group, *found)
    if huge:
        words = _("The weights in “{file}” claim more than 2 GB of memory, or more numbers than the file holds.")
        raise UsageError(words.format(file=path.name))
    raise UsageError(
        _("“{file}” holds no generator of a layout that is known here. Found: {found}. Needed: transposed convolutions "
          "from a latent vector to 1 or 3 channels (DCGAN), a linear layer followed by (transposed) convolutions, or "
          "linear layers up to the pixels of a picture. Any other generator can be brought in as ONNX."
          ).format(file=path.name, found=inventory(content)),
    )  # fmt: skip


def _recognise(group: Group, compute: bool = True) -> tuple[list[Layer], list[Recipe]] | None:
    """Layers and what they may form: by their shapes alone at first, for what a file claims may be huge."""
    try:
        for layers in orders(plain(group.tensors, compute)):
            recipes = plausible(layers, group.decoder)
            if recipes:
                return layers, recipes
    except Unreadable:
        return None
    return None


def _open(path: Path, group: Group, layers: list[Layer], recipes: list[Recipe]) -> ForeignGenerator:
    check_finite(path, group.tensors)
    fit = choose(layers, recipes)
    latent = LatentVector("z", fit.recipe.latent, fit.prior or "normal")
    notes = _notes(group, fit, layers, len(recipes))
    network = build(layers, fit.recipe)
    return make_generator(path, network, [latent], notes, ends_in_tanh=True, looked_at=bearable(fit.recipe, layers))


def _notes(group: Group, fit: Fit, layers: list[Layer], ways: int) -> list[str]:
    notes = []
    if group.where:
        notes.append(_("Its weights are under “{where}” in the file.").format(where=shown(group.where, 80)))
    if is_averaged(group.where):
        notes.append(_("They are an average over training steps."))
    if group.decoder:
        notes.append(_("It is the decoder of an auto-encoder; an encoder is not needed to draw."))
    recipe = fit.recipe
    notes += _activations(fit, layers)
    if recipe.eps != 1e-5:
        notes.append(_("Its normalisations use ε = {eps:g} (they tell so).").format(eps=recipe.eps))
    if recipe.sigmoid:
        notes.append(_("The picture ends in a sigmoid (as is common for auto-encoders; the file does not say)."))
    else:
        notes.append(_("The picture ends in tanh (as is common; the file does not say)."))
    if recipe.steps:
        sizes = [recipe.base[1]] if recipe.base else []
        path = " → ".join(str(size) for size in [*sizes, *(step.size for step in recipe.steps)])
        notes.append(_("The picture grows {path} px.").format(path=path))
        if ways > 1:
            notes[-1] += _(" Of {count} ways to place the strides, this is the likeliest.").format(count=ways)
    spread = _("uniform on [−1, 1]") if fit.prior == "uniform" else _("normal")
    how = _ASSUMED if fit.prior is None else _MEASURED
    notes.append(_("z is drawn {spread} ({how}).").format(spread=spread, how=how))
    return notes


def _activations(fit: Fit, layers: list[Layer]) -> list[str]:
    hidden = layers[:-1]
    notes = []
    if any(layer.slopes is not None for layer in hidden):
        notes.append(_("Hidden layers end in PReLU, whose slopes the file holds."))
        if all(layer.slopes is not None for layer in hidden):
            return notes
    title = activation_title(fit.recipe.activation)
    if fit.activation is False:
        notes.append(
            _("No activation that is known here fits what its normalisations saw in training. {activation} comes nearest "
              "and was taken for its hidden layers, so its pictures may look wrong.").format(activation=title)
        )  # fmt: skip
    else:
        how = _MEASURED if fit.activation else _ASSUMED
        notes.append(_("Hidden layers end in {activation} ({how}).").format(activation=title, how=how))
    return notes
