"""A translation as plain JSON values: what a saved picture carries, and how it is brought back."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from numpy.typing import NDArray

from ganstudio.app.generators.picture_session import Change, Session, restorer, session_head
from ganstudio.core.controls import Control, Given
from ganstudio.core.errors import UsageError
from ganstudio.core.i18n import _
from ganstudio.data.decode import Fit
from ganstudio.explore.state import plain_value, read_value
from ganstudio.explore.translating import FITS, InputPicture, input_from_png, input_png

if TYPE_CHECKING:
    from ganstudio.app.translate.translator import TranslateState, Translator

LARGEST_INPUT = 1 << 20
"""Bytes of PNG up to which the input itself is in the session; of larger ones only where the file is."""


def session_of(translator: Translator, state: TranslateState | None = None) -> dict[str, Any]:
    """Everything needed to be here again.

    Args:
        translator: with something open.
        state: another state than the present one.

    Raises:
        UsageError: nothing is open.
    """
    head, state, wanted = session_head(translator), state or translator.state, translator.given
    assert state is not None
    assert wanted is not None
    values: dict[str, Any] = {
        "fit": state.fit,
        "settings": {name: plain_value(value) for name, value in state.settings.items()},
        "input": None if state.picture is None else _described(wanted, state.picture),
    }
    return {**head, "state": values}


def _described(wanted: Given, picture: InputPicture) -> dict[str, Any]:
    found: dict[str, Any] = {"name": picture.name}
    if isinstance(picture.source, Path):
        found["path"] = str(picture.source.absolute())
    data = input_png(wanted, picture.pixels)
    if len(data) <= LARGEST_INPUT or "path" not in found:
        found["png"] = base64.b64encode(data).decode("ascii")
    return found


def _read(translator: Translator, session: Session) -> Change:
    """What puts settings and input back."""
    wanted, state = translator.given, translator.state
    if wanted is None or state is None:
        return None
    values = session["state"]
    fit = cast("Fit", values["fit"] if values["fit"] in FITS else "crop")
    settings = _settings(translator.controls, state.settings, values["settings"])
    given = values["input"]
    picture = None if given is None or "png" not in given else _picture(wanted, given)
    path = None if given is None or picture is not None else str(given["path"])

    question = _("The picture says that this file was translated, which was never opened here. Open it only if you know "
                 "where it comes from.")  # fmt: skip

    def change() -> None:
        translator.restore(picture, settings, fit)
        if path is not None:
            translator.studio.open_named(path, question, translator.give_file, translator.studio.report)

    return change


def _settings(
    controls: tuple[Control, ...], known: Mapping[str, NDArray[Any]], values: Mapping[str, Any]
) -> dict[str, NDArray[Any]]:
    if set(values) != set(known):
        words = _("It was made with a generator that is driven by {theirs}; this one is driven by {ours}.")
        theirs, ours = (", ".join(sorted(map(str, names))) or _("nothing else") for names in (values, known))
        raise UsageError(words.format(theirs=theirs, ours=ours))
    return {one.name: read_value(one, values[one.name]) for one in controls if one.name in known}


def _picture(wanted: Given, given: Mapping[str, Any]) -> InputPicture:
    try:
        data = base64.b64decode(str(given["png"]), validate=True)
    except binascii.Error as error:
        raise UsageError(_("The input in this picture is damaged; nothing was changed."), repr(error)) from error
    return input_from_png(wanted, data, str(given.get("name", ""))[:200] or _("restored picture"))


restore = restorer(_read, _("The state in this picture is damaged; nothing was changed."))
