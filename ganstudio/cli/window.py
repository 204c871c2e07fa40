"""The window, and its picture: everything that must be right before Qt is imported."""

from __future__ import annotations

import argparse
import re
import sys
from typing import TYPE_CHECKING

from ganstudio.cli.parser import find_run, named_path, open_run
from ganstudio.core.errors import UsageError
from ganstudio.core.i18n import _
from ganstudio.core.screenshot import Screenshot

if TYPE_CHECKING:
    from ganstudio.store.folder import RunInfo

_SMALLEST, _LARGEST = 200, 16_384
_ONLY_WITH_SCREENSHOT = ("workspace", "run", "size", "theme")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the window takes."""
    parser.add_argument("run_dir", nargs="?", metavar="RUN_DIR", help=_("folder of a run to open"))
    group = parser.add_argument_group(_("a picture of the window (no display needed)"))
    group.add_argument("--screenshot", metavar="FILE.png", help=_("draw the window into this file and leave"))
    group.add_argument("--workspace", metavar="NAME", help=_("workspace to show, e.g. train"))
    group.add_argument("--run", metavar="RUN_DIR", help=_("run to show"))
    group.add_argument("--size", metavar="WxH", type=_size, help=_("size of the window, e.g. 1366x768"))
    group.add_argument("--theme", choices=("light", "dark"), help=_("colours"))


def run(options: argparse.Namespace) -> int:
    """Opens the window (or draws it once) and returns its exit status.

    Raises:
        UsageError: a run or file that cannot be meant.
        StudioError: this machine cannot show a window; says what to install or do.
    """
    screenshot = read_screenshot(options)
    run_dir = find_run(options.run_dir) if options.run_dir else None
    from ganstudio.cli.display import prepare

    prepare(offscreen=screenshot is not None)
    if sys.platform == "win32":
        import torch  # noqa: F401 - its libraries do not load after Qt's
    from ganstudio.ui.app import run_window

    return int(run_window(run_dir, screenshot))


def read_screenshot(options: argparse.Namespace) -> Screenshot | None:
    """The picture that is asked for, if one is.

    Raises:
        UsageError: the file cannot be written or is no PNG, options are given that need ``--screenshot``, or the run
            does not belong in the workspace.
    """
    if options.screenshot is None:
        for name in _ONLY_WITH_SCREENSHOT:
            if getattr(options, name) is not None:
                raise UsageError(_("--{name} goes with --screenshot FILE.png.").format(name=name))
        return None
    path = named_path(options.screenshot)
    if path.suffix.lower() != ".png":
        raise UsageError(_("The picture must be a .png file, not {file}.").format(file=path.name))
    if path.is_dir():
        raise UsageError(_("{path} is a folder; name a file.").format(path=path))
    if not path.parent.is_dir():
        raise UsageError(_("There is no folder {path}.").format(path=path.parent))
    if options.run and options.run_dir:
        raise UsageError(_("Name one run, not two."))
    named = options.run or options.run_dir
    shown = open_run(named) if named else None
    if shown is not None:
        _check_place(shown.info, options.workspace)
    return Screenshot(path, options.workspace, shown.path if shown else None, options.size, options.theme)


def _check_place(info: RunInfo, workspace: str | None) -> None:
    from ganstudio.app.generators.workplaces import WORKPLACES, opens, workplace_of_run

    if any(place == workspace and not opens(place, info) for place in WORKPLACES):
        words = _("“{run}” cannot be shown in {workspace}: write --workspace {home}.")
        raise UsageError(words.format(run=info.name, workspace=workspace, home=workplace_of_run(info)))


def _size(text: str) -> tuple[int, int]:
    match = re.fullmatch(r"(\d{1,6})[xX×](\d{1,6})", text.strip())
    size = (int(match[1]), int(match[2])) if match else (0, 0)
    if not all(_SMALLEST <= side <= _LARGEST for side in size):
        raise argparse.ArgumentTypeError(
            _("“{text}” is no size: write WIDTHxHEIGHT in pixels, each from {low} to {high}").format(
                text=text, low=_SMALLEST, high=_LARGEST
            )
        )
    return size
