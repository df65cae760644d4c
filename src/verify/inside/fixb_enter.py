"""Runs a command in a box with no keyrings; with bounds on what it may use where others' code is built.

    fixb_enter.py BOUNDS COMMAND…

BOUNDS is `{}`, or JSON with `most` (as `Amounts` in limits.ts) and `folders`, those that it writes to on disk.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import fixb_limits
import fixb_run
import fixb_seal


def main() -> None:
    bounds, command = json.loads(sys.argv[1]), sys.argv[2:]
    fixb_seal.close_keyrings()
    if not bounds:
        os.execvp(command[0], command)
    fixb_limits.confine(bounds["most"], boxed=True)
    fixb_limits.Watch(bounds["most"], bounds["folders"], boxed=True, tell=tell).start()
    child = subprocess.Popen(command)
    fixb_run.yield_to_us(child)
    sys.exit(child.wait())


def tell(what: str, most: int) -> None:
    size = f"{most} processes and threads" if what == "tasks" else f"{most / fixb_limits.MB:.0f} MB of {what}"
    sys.stderr.write(f"\nit used more than {size}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    main()
