"""Where the program begins: ``ganstudio`` and ``python -m ganstudio``."""

from __future__ import annotations

import sys
from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Opens the window or runs a command.

    Args:
        arguments: as on the command line, without the program's name; by default those of the process.

    Returns:
        The exit status: 0, 2 where what was asked is wrong, 1 where it failed, 130 after Ctrl-C.
    """
    from ganstudio.cli.main import run

    return run(sys.argv[1:] if arguments is None else arguments)


if __name__ == "__main__":
    sys.exit(main())
