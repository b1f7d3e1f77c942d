"""``python -m ivs_token``: the command ``ivs-token``."""

from __future__ import annotations

import signal
import sys

from ._native import run_command


def main() -> int:
    """Does what the command line says, and gives the exit code: 0 done, 1 refused or failed, 2 misuse."""
    # Python would only note an interrupt, and look at it when the command is done.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    return run_command(["ivs-token", *sys.argv[1:]])


if __name__ == "__main__":
    sys.exit(main())
