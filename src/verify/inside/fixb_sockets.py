"""Which ports processes listen on, as Linux tells it in /proc (https://man7.org/linux/man-pages/man5/proc_net.5.html)."""

from __future__ import annotations

import contextlib
import os

LISTEN = "0A"


def ports_of(pids: list[int]) -> list[int]:
    """The TCP ports on which these processes listen, in order."""
    own = {inode for pid in pids for inode in _sockets(pid)}
    return sorted({port for port, inode in _listening() if inode in own})


def _listening() -> list[tuple[int, str]]:
    found = []
    for table in ("tcp", "tcp6"):
        with contextlib.suppress(OSError), open(f"/proc/self/net/{table}") as file:
            for words in (line.split() for line in file.readlines()[1:]):
                if words[3] == LISTEN:
                    found.append((int(words[1].rpartition(":")[2], 16), words[9]))
    return found


def _sockets(pid: int) -> set[str]:
    found = set()
    with contextlib.suppress(OSError):
        for number in os.listdir(f"/proc/{pid}/fd"):
            with contextlib.suppress(OSError):
                leads = os.readlink(f"/proc/{pid}/fd/{number}")
                if leads.startswith("socket:["):
                    found.add(leads[len("socket:[") : -1])
    return found
