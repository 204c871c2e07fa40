"""A painting as plain JSON values: what a saved picture carries, and how it is brought back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ganstudio.app.generators.picture_session import Change, Session, restorer, session_head
from ganstudio.app.paint.canvas_document import classes_from_json, classes_to_json
from ganstudio.core.errors import UsageError
from ganstudio.core.i18n import _
from ganstudio.explore.canvas import pack_ids, remap, resized, unpack_ids
from ganstudio.explore.painting import Moment
from ganstudio.explore.state import ExploreState

if TYPE_CHECKING:
    from ganstudio.app.paint.painter import Painter


def session_of(painter: Painter, moment: Moment | None = None) -> dict[str, Any]:
    """Everything needed to be here again.

    Args:
        painter: with something open.
        moment: another map and style than the present ones.

    Raises:
        UsageError: nothing is open.
    """
    head, document, state = session_head(painter), painter.document, painter.state
    if document is None or state is None:
        raise UsageError(_("Nothing is open to be saved."))
    ids = document.ids if moment is None else moment.ids
    style = state if moment is None else ExploreState(moment.style)
    canvas = {
        "name": document.name,
        "size": int(ids.shape[0]),
        "classes": classes_to_json(document.classes),
        "ids": pack_ids(ids),
    }
    return {**head, "canvas": canvas, "style": style.to_json()}


def _read(painter: Painter, session: Session) -> Change:
    """What adds the painting as another canvas."""
    control = painter.map_control
    if control is None:
        return None
    canvas = session["canvas"]
    classes = classes_from_json(canvas["classes"])
    ids = unpack_ids(canvas["ids"], len(classes), canvas["size"])
    style = ExploreState.from_json(session["style"], painter.style_controls)
    name = " ".join(str(canvas["name"]).split())[:80] or _("Restored canvas")
    if classes != control.classes or ids.shape[0] != control.size:
        ids = resized(remap(ids, classes, control.classes)[0], control.size)
    return lambda: painter.canvases.from_ids(name, control.classes, ids, style.to_json())


restore = restorer(_read, _("The painting in this picture is damaged; nothing was changed."))
