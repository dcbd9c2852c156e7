"""The commands ``allocert`` and ``allocert-check``."""

from __future__ import annotations

import signal
import sys

from . import _native


def main() -> int:
    """Runs the command line with this process's arguments; the exit status."""
    return _run(["allocert", *sys.argv[1:]])


def check() -> int:
    """Checks certificates: ``allocert check`` under its short name."""
    return _run(["allocert", "check", *sys.argv[1:]])


def _run(arguments: list[str]) -> int:
    # Ctrl-C is the command's own business, and a closed pipe ends it, as it does other programs.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    return _native.run_command(arguments)


if __name__ == "__main__":
    sys.exit(main())
