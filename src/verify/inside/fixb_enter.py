"""Runs a command without the person's keyrings; with bounds on what it may use where others' code is built.

    fixb_enter.py BOUNDS COMMAND…

BOUNDS is JSON: `most` (as `Amounts` in limits.ts) and `folders`, those that it writes to on disk, or nothing of them;
`withParent` where there is no box, which would end the command with the program that started it.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import signal
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import fixb_limits
import fixb_run
import fixb_seal

PR_SET_PDEATHSIG = 1


def main() -> None:
    bounds, command = json.loads(sys.argv[1]), sys.argv[2:]
    fixb_seal.close_keyrings()
    if bounds.get("withParent"):
        end_with_parent()
    if "most" not in bounds:
        os.execvp(command[0], command)
    fixb_limits.confine(bounds["most"], boxed=True)
    fixb_limits.Watch(bounds["most"], bounds["folders"], boxed=True, tell=tell).start()
    child = subprocess.Popen(command)
    fixb_run.yield_to_us(child)
    sys.exit(child.wait())


def end_with_parent() -> None:
    """Linux only: https://man7.org/linux/man-pages/man2/PR_SET_PDEATHSIG.2const.html"""
    parent = os.getppid()
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        sys.exit(1)


def tell(what: str, most: int) -> None:
    size = f"{most} processes and threads" if what == "tasks" else f"{most / fixb_limits.MB:.0f} MB of {what}"
    sys.stderr.write(f"\nit used more than {size}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    main()
