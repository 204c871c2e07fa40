"""Checks this machine: versions, devices, display, folders; says what is wrong and how to mend it.

Exit status 1 where something is broken that is needed, else 0. A machine without a display is usable: it can train.
"""

from __future__ import annotations

import argparse
from typing import Any

from ganstudio.cli.checks import Report, examine
from ganstudio.cli.output import write, write_json, write_table
from ganstudio.cli.parser import add_json
from ganstudio.core.i18n import _, size_text


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    add_json(parser)


def run(options: argparse.Namespace) -> int:
    """Checks and returns the exit status."""
    report = examine()
    if options.json:
        write_json(report.to_json())
    else:
        _write(report)
    return 0 if report.usable else 1


def _write(report: Report) -> None:
    facts = report.facts
    write(_("versions"))
    rows = [(name, version or _("missing")) for name, version in facts["versions"].items()]
    write_table([*rows, (_("system"), facts["system"])], "  ")
    write(f"\n{_('devices')}")
    write_table([(device["name"], _device(device)) for device in facts["devices"]], "  ")
    write(f"\n{_('window')}")
    display = facts["display"]
    names = [f"{name}={value}" for name, value in display.items() if isinstance(value, str)]
    write_table([(_("can open") if display["window"] else _("cannot open"), " ".join(names))], "  ")
    write(f"\n{_('folders')}")
    data, runs, settings = facts["data"], facts["runs"], facts["settings"]
    room = _("{free} free").format(free=size_text(runs["free_bytes"]))
    write_table(
        [
            (_("runs"), runs["folder"], f"{_('writable') if runs['writable'] else _('not writable')}, {room}"),
            (_("data"), data["folder"], _("there") if data["exists"] else _("not made yet")),
            *(("", f"  {name}", found or _("not found")) for name, found in data["found"].items()),
            (_("settings"), settings["file"], _settings(settings)),
        ],
        "  ",
    )
    write()
    for finding in report.findings:
        word = _("PROBLEM") if finding.level == "problem" else _("warning")
        write(f"{word}: {finding.text}")
        if finding.advice:
            write(f"  → {finding.advice}")
    if not report.findings:
        write(_("All is well."))


def _device(device: dict[str, Any]) -> str:
    if "cores" in device:
        return _("{cores} cores, {threads} threads").format(**device)
    memory = f", {size_text(device['memory_bytes'])}" if "memory_bytes" in device else ""
    return f"{device['title']}{memory}"


def _settings(settings: dict[str, Any]) -> str:
    if not settings["exists"]:
        return _("none yet: the usual ones are used")
    return _("good") if settings["good"] else _("damaged")
