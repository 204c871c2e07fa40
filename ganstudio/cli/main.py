"""Finds the command, runs it, and turns errors into one line and an exit status."""

from __future__ import annotations

import argparse
import difflib
import importlib
import os
import sys
import traceback
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, cast

from ganstudio import __version__
from ganstudio.cli import window
from ganstudio.cli.output import one_line, prepare_streams, say
from ganstudio.cli.parser import Parser, named_path
from ganstudio.core.errors import StudioError, UsageError
from ganstudio.core.i18n import _

OK, FAILED, WRONG, INTERRUPTED = 0, 1, 2, 130
DEBUG_VARIABLE = "GANSTUDIO_DEBUG"


@dataclass(frozen=True, slots=True)
class Command:
    """One word after ``ganstudio``; its module is imported when it is used."""

    name: str
    help: str
    module: str


class CommandModule(Protocol):
    """What the module of a command has."""

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Declares what the command takes; its module's docstring is the description."""

    def run(self, options: argparse.Namespace) -> int:
        """Does it and returns the exit status."""


COMMANDS: dict[str, Command] = {
    command.name: command
    for command in (
        Command("train", _("train a method on data, without a window"), "ganstudio.cli.train"),
        Command("sample", _("draw from a trained run into a file"), "ganstudio.cli.sample"),
        Command("translate", _("translate pictures with a trained run"), "ganstudio.cli.translate"),
        Command("evaluate", _("measure how good runs or pictures are"), "ganstudio.cli.evaluate"),
        Command("info", _("tell what a run is and how it is doing"), "ganstudio.cli.info"),
        Command("study", _("try methods and settings, and tell which is best"), "ganstudio.cli.study"),
        Command("thin", _("make runs smaller that have grown old"), "ganstudio.cli.thin"),
        Command("methods", _("list the methods, or the settings of one"), "ganstudio.cli.methods"),
        Command("datasets", _("list the data sets, or the options of one; download"), "ganstudio.cli.datasets"),
        Command("bench", _("measure the speed of engine and window"), "ganstudio.cli.bench"),
        Command("doctor", _("check this machine and say what is wrong"), "ganstudio.cli.doctor"),
    )
}


def run(arguments: Sequence[str]) -> int:
    """Runs the command line and returns the exit status; never raises, unless the person wants to debug."""
    prepare_streams()
    try:
        status = _dispatch(list(arguments))
        sys.stdout.flush()
        return status
    except SystemExit as leaving:  # argparse leaves so after --help and --version
        return leaving.code if isinstance(leaving.code, int) else OK
    except KeyboardInterrupt:
        say(_("ganstudio: interrupted"))
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read the output has enough. Python would complain again when it closes the stream.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    except Exception as error:  # noqa: BLE001 - a person reads a sentence, never a traceback
        return _tell(error)


def _tell(error: Exception) -> int:
    if os.environ.get(DEBUG_VARIABLE, "0") not in ("", "0"):
        traceback.print_exception(error)
        details = getattr(error, "details", "")
        if details:
            say(details)
    if isinstance(error, StudioError):
        text = str(error)
    elif isinstance(error, OSError) and error.filename is not None:
        text = str(StudioError(_("{path} cannot be used: {why}.").format(path=error.filename, why=error.strerror)))
    elif isinstance(error, MemoryError):
        text = _("There is not enough memory for this; ask for less.")
    else:
        text = _("Something unexpected went wrong: {kind}: {error}. Set {variable}=1 to see where.").format(
            kind=type(error).__name__, error=error, variable=DEBUG_VARIABLE
        )
    say(f"ganstudio: {one_line(text)}")
    return WRONG if isinstance(error, UsageError) else FAILED


def _dispatch(arguments: list[str]) -> int:
    if arguments and arguments[0] in COMMANDS:
        command = COMMANDS[arguments[0]]
        module = cast(CommandModule, importlib.import_module(command.module))
        parser = Parser(prog=f"ganstudio {command.name}", description=module.__doc__)
        module.add_arguments(parser)
        return module.run(parser.parse_args(arguments[1:]))
    if arguments and not arguments[0].startswith("-") and not named_path(arguments[0]).exists():
        raise UsageError(_unknown(arguments[0]))
    parser = window_parser()
    return window.run(parser.parse_args(arguments))


def _unknown(word: str) -> str:
    if os.sep in word or word.startswith(("~", ".")):
        return _("There is no folder {path}.").format(path=word)
    near = difflib.get_close_matches(word, COMMANDS, n=1)
    hint = _("Did you mean “{near}”?").format(near=near[0]) if near else _("See “ganstudio --help”.")
    return _("There is no command and no run folder called “{word}”. {hint}").format(word=word, hint=hint)


def window_parser() -> Parser:
    """The parser for everything that is not a command: the window."""
    width = max(map(len, COMMANDS)) + 2
    commands = "\n".join(f"  {command.name:<{width}}{command.help}" for command in COMMANDS.values())
    parser = Parser(
        prog="ganstudio",
        usage="ganstudio [RUN_DIR]\n       ganstudio COMMAND …\n       ganstudio --screenshot FILE.png [--workspace NAME]"
        " [--run RUN_DIR] [--size WxH] [--theme light|dark]",
        description=_("Train generative adversarial networks, watch them learn, and play with what they learned.")
        + "\n"
        + _("Without a command the window opens; with RUN_DIR on that run."),
        epilog=_("commands:")
        + f"\n{commands}\n\n"
        + _("“ganstudio COMMAND --help” explains one. Exit status: 0; 2: what was asked is wrong; 1: it failed."),
    )
    window.add_arguments(parser)
    parser.add_argument("--version", action="version", version=f"ganstudio {__version__}")
    return parser
