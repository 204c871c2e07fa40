"""What trying has told about a network, in words."""

from __future__ import annotations

from ganstudio.core.i18n import _
from ganstudio.explore.foreign.inputs import Plan


def about(plan: Plan) -> list[str]:
    """Sentences on how a network is driven that the file does not say itself."""
    notes = [_("z has {size} numbers, drawn normal (as is common; the file does not say).").format(size=plan.size)]
    if plan.labels == "index":
        notes.append(
            _("It takes one of {count} classes by number. Classes cannot be mixed: the strongest is drawn.").format(
                count=plan.classes
            )
        )
    elif plan.labels == "one-hot":
        notes.append(_("It takes one of {count} classes as weights.").format(count=plan.classes))
    if plan.single:
        notes.append(_("It draws one picture at a time, so walls and sweeps take longer."))
    return notes
