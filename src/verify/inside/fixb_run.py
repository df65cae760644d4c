"""Child processes with a limit, and the lines that the program outside reads.

Every child leads a session of its own, so that it can be stopped with all it started.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time

PR_SET_CHILD_SUBREAPER = 36
LOG_LIMIT = 400_000
_speaking, starting = threading.Lock(), threading.Lock()
step = "the start"
_started: list[subprocess.Popen] = []


def emit(kind: str, **data) -> None:
    """Say one thing to the program outside: a JSON object on a line of its own."""
    global step
    step = data["text"] if kind == "step" else step
    line = json.dumps({"kind": kind, **data}, ensure_ascii=True, default=str)
    with _speaking:
        sys.stdout.write(line + "\n")
        sys.stdout.flush()


def start(command: list[str], cwd: str, env: dict[str, str], log, **options) -> subprocess.Popen:
    """Start a command that writes to a log (a file or a `Log`) and reads nothing."""
    with starting:
        process = subprocess.Popen(
            command,
            cwd=cwd,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            **options,
        )
        _started.append(process)
    yield_to_us(process)
    return process


def yield_to_us(process: subprocess.Popen) -> None:
    """The box is entered with a higher priority where root made it (box.ts); what runs in it has the usual one."""
    with contextlib.suppress(OSError, IndexError):
        with open("/proc/self/uid_map") as file:
            inside, outside = file.read().split()[:2]
        if outside == "0" and inside != "0":
            os.setpriority(os.PRIO_PROCESS, process.pid, os.getpriority(os.PRIO_PROCESS, 0) + 10)


def left_by(process: subprocess.Popen) -> list[int]:
    """What a process that we started has running, itself and what left its session too: all that is nobody else's."""
    others = [one.pid for one in _started if one is not process and one.returncode is None]
    known = {pid for other in others for pid in [other, *descendants(other)]}
    return [pid for pid in descendants(os.getpid()) if pid not in known and not _is_dead(pid)]


def _is_dead(pid: int) -> bool:
    try:
        with open(f"/proc/{pid}/stat") as stat:
            return stat.read().rpartition(")")[2].split()[0] in "ZX"
    except OSError:
        return True


def kill(pids: list[int]) -> None:
    for pid in pids:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(pid, signal.SIGKILL)


def run(command: list[str], cwd: str, env: dict[str, str], log, limit: float) -> int | None:
    """The exit code of a command, or None where it ran past its limit (in seconds)."""
    process = start(command, cwd, env, log)
    try:
        return process.wait(limit)
    except subprocess.TimeoutExpired:
        return None
    finally:
        kill_group(process)
        kill(left_by(process))


def stop(process: subprocess.Popen, limit: float) -> bool:
    """Ask a process to end as a service manager does. True where it did within the limit (in seconds)."""
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(limit)
        return True
    except subprocess.TimeoutExpired:
        return False
    finally:
        kill_group(process)


def kill_group(process: subprocess.Popen) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def end_with_parent() -> None:
    """End with everything below when the program outside goes away: standard input closes then."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    threading.Thread(target=_until_closed, daemon=True).start()


def _until_closed() -> None:
    while os.read(0, 4096):
        pass
    with starting:  # nothing new from here on: the other thread goes on when what it waited for is killed
        kill_descendants()
        os._exit(1)


def kill_descendants() -> None:
    """Kill all that this process started, also what left its session; what is orphaned comes back to us."""
    end = time.monotonic() + 20
    while time.monotonic() < end:
        below = descendants(os.getpid())
        if not below:
            return
        kill(below)
        _reap()


def _reap() -> None:
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    time.sleep(0.01)


def everybody() -> list[int]:
    """All processes but the first, which makes the box and is not ours to count."""
    return [int(name) for name in os.listdir("/proc") if name.isdigit() and name != "1"]


def descendants(root: int) -> list[int]:
    """The processes below one, however deep."""
    parents: dict[int, int] = {}
    for name in os.listdir("/proc") if os.path.isdir("/proc") else []:
        if name.isdigit():
            with contextlib.suppress(OSError, IndexError, ValueError), open(f"/proc/{name}/stat") as stat:
                parents[int(name)] = int(stat.read().rpartition(")")[2].split()[1])
    below, found = [root], []
    while below:
        parent = below.pop()
        children = [pid for pid, of in parents.items() if of == parent]
        found += children
        below += children
    return found


def nearest(dump: str, tree: str) -> str:
    """`file:line` of the tree that a dump of Python's fault handler names first; `''` where it names none."""
    for path, line in re.findall(r'File "([^"]+)", line (\d+)', dump):
        if path.startswith(tree + os.sep):
            return f"{os.path.relpath(path, tree)}:{line}"
    return ""


def tail(path: str, limit: int = LOG_LIMIT, begin: int = 0) -> str:
    """The end of a log, at most so many bytes of it."""
    with contextlib.suppress(OSError), open(path, "rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(begin, size - limit))
        return file.read(limit).decode("utf-8", "replace")
    return ""
