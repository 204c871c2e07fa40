"""Lists the methods there are, or the settings of one."""

from __future__ import annotations

import argparse
import textwrap

from ganstudio.cli.loading import loading
from ganstudio.cli.output import write, write_json, write_table
from ganstudio.cli.parser import add_json
from ganstudio.core.fields import FieldSpec
from ganstudio.core.i18n import _


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument("name", nargs="?", metavar="METHOD", help=_("tell everything about this one"))
    add_json(parser)


def run(options: argparse.Namespace) -> int:
    """Lists and returns the exit status."""
    from ganstudio.app.generators.catalogue import Catalogue, MethodCard

    with loading():
        catalogue = Catalogue()
    cards: tuple[MethodCard, ...] = (catalogue.method(options.name),) if options.name else catalogue.methods
    if options.json:
        write_json([card.to_json() for card in cards])
    elif options.name:
        card = cards[0]
        write(f"{card.title} — {card.paper}")
        write(textwrap.fill(card.summary, 100))
        write(card.objective)
        write()
        write(textwrap.fill(card.look_for, 100))
        needs = card.needs.words if card.needs is not None else ""
        facts = (
            (_("family"), card.family_title),
            (_("data"), ", ".join(card.data_kinds)),
            (_("needs"), needs),
            (_("compare with"), ", ".join(card.compare)),
        )
        write("\n" + "\n".join(f"{name}: {words}" for name, words in facts if words) + "\n")
        write_fields(card.fields)
    else:
        write_table(
            [
                (_("NAME"), _("TITLE"), _("FAMILY"), _("YEAR"), _("DATA"), _("IDEA")),
                *((c.name, c.title, c.family_title, str(c.year), ", ".join(c.data_kinds), c.summary) for c in cards),
            ]
        )
    return 0


def write_fields(fields: tuple[FieldSpec, ...]) -> None:
    """A table of settings: name, default, what is allowed, help."""
    rows = [(_("SETTING"), _("DEFAULT"), _("ALLOWED"), _("MEANING"))]
    for spec in fields:
        allowed = spec.range_text or {"bool": "true | false", "text": _("text")}.get(spec.kind, _("any number"))
        default = str(spec.default).lower() if isinstance(spec.default, bool) else f"{spec.default}"
        rows.append((spec.name, default, allowed, spec.help))
    write_table(rows)
