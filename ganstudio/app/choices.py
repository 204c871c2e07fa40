"""What a person can choose and what the window remembers, typed: rows of the preferences and of ``settings.json``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from ganstudio.core.fields import Fields, field
from ganstudio.core.i18n import _

LAYOUT_VERSION = 1
"""Raised when panels change so much that a stored layout no longer fits; older ones are then forgotten."""

M = TypeVar("M", bound=BaseModel)


class Settings(Fields):
    """The choices a person makes; the preferences dialog is made from these rows."""

    # fmt: off
    theme: Literal["system", "light", "dark"] = field(
        "system", _("Theme"), _("Light or dark colours, or whatever the system uses."), group=_("Appearance"))
    reduced_motion: bool = field(
        False, _("Reduce motion"), _("Panels and messages appear at once instead of sliding in."), group=_("Appearance"))
    runs_folder: str = field(
        "", _("Runs folder"), _("Where new runs are stored. Empty: in your user data folder."), group=_("Folders"))
    data_folder: str = field(
        "", _("Data folder"), _("Where data sets are found and downloaded to. Empty: in your user data folder."),
        group=_("Folders"))
    inception: str = field(
        "", _("Inception weights"),
        _("The file with Inception-v3’s weights, for FID as it is published. Empty: where "
          "“ganstudio evaluate --fetch-inception” puts it."),
        group=_("Folders"), path=True)
    device: Literal["auto", "cpu", "cuda", "mps"] = field(
        "auto", _("Device"), _("Where new runs train, and where Paint and Translate draw. Auto takes the fastest there is."),
        group=_("Training"))
    cpu_threads: int = field(
        0, _("CPU threads"), _("How many cores training may use. 0: all but one, so that the window stays quick."),
        group=_("Training"), ge=0, le=256)
    keep_checkpoints: int = field(
        2, _("Newest checkpoints"), _("So many of each run stay whole, to train on from. 0 keeps all of them whole."),
        group=_("Disk use"), ge=0, le=1000)
    keep_older: int = field(
        8, _("Older checkpoints"), _("Of older ones the first and those of steps 100, 200, 400… stay, so many at most: "
                                     "without what only training needs, to be explored. 0 keeps none of them. Those that "
                                     "you save always stay."),
        group=_("Disk use"), ge=0, le=1000)
    keep_grids: int = field(
        200, _("Sample grids"), _("So many of each run stay at most, spread so that the film stays even. 0 keeps all."),
        group=_("Disk use"), ge=0, le=100_000)
    # fmt: on

    @property
    def keeps(self) -> tuple[int, int, int]:
        """What stays of a run that grows old: see :class:`ganstudio.store.thinning.Keep`."""
        return self.keep_checkpoints, self.keep_older, self.keep_grids


class Remembered(BaseModel):
    """What the window remembers by itself.

    Attributes:
        recent_runs: folders, newest first.
        opened: runs and files that were opened or made here, newest last: as they were named, and where that led to.
        layout_version: of the blobs below.
        layouts: opaque window states as base64, by name (``"geometry"``, ``"train/splitter"`` …).
        workspace: the one last looked at.
        draft: the experiment last edited, as plain JSON values.
        folders: where a person was last, by what files were asked for (``"data"``, ``"saved"`` …).
        map_colours: how the colours of label maps were corrected, see :mod:`ganstudio.app.paint.map_memory`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    recent_runs: tuple[str, ...] = ()
    opened: tuple[tuple[str, str], ...] = ()
    layout_version: int = LAYOUT_VERSION
    layouts: dict[str, str] = {}
    workspace: str = ""
    draft: dict[str, Any] = {}
    folders: dict[str, str] = {}
    map_colours: tuple[dict[str, Any], ...] = ()


def what_is_valid(model: type[M], values: Any, wrong: list[str]) -> M:
    """The model with those values that fit; what does not is named in ``wrong``."""
    if values is None:
        return model()
    if not isinstance(values, Mapping):
        wrong.append(f"{model.__name__}: not an object")
        return model()
    good = dict(values)
    while True:
        try:
            return model.model_validate(good)
        except ValidationError as error:
            bad = {str(entry["loc"][0]) for entry in error.errors() if entry["loc"]}
            if not bad & good.keys():
                wrong.append(str(error))
                return model()
            for name in bad:
                wrong.append(f"{name}: {good.pop(name, None)!r}")
