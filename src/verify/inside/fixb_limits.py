"""Bounds on what a look may use: memory, processes, disk. Whoever uses more is ended, and the reason is told."""

from __future__ import annotations

import contextlib
import os
import platform
import resource
import signal
import stat
import threading
import time

import fixb_run

EVERY, TICK = 0.1, 0.004
WALK_AGAIN, COUNT_AGAIN = 1.0, 0.5
MB = 1024 * 1024


def confine(most: dict, boxed: bool) -> None:
    """Bounds that the kernel keeps, for this process and all that it starts."""
    lower(resource.RLIMIT_CORE, 0)
    lower(resource.RLIMIT_FSIZE, most["disk"] + 64 * MB)  # the watch sees it first, and names it
    lower(resource.RLIMIT_NOFILE, most["openFiles"])
    if boxed and counts_by_namespace():
        lower(resource.RLIMIT_NPROC, 2 * most["tasks"])
    with contextlib.suppress(OSError), open("/proc/self/oom_score_adj", "w") as file:
        file.write("500")  # where the machine itself runs dry, the backend goes before anything of the person's


def lower(which: int, value: int) -> None:
    _, hard = resource.getrlimit(which)
    bound = value if hard == resource.RLIM_INFINITY else min(value, hard)
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(which, (bound, bound))


def counts_by_namespace() -> bool:
    """Whether RLIMIT_NPROC counts the box alone (Linux 5.14), and not all that this user runs on the machine."""
    numbers = platform.release().split(".")[:2]
    return all(one.isdigit() for one in numbers) and tuple(map(int, numbers)) >= (5, 14)


class Watch(threading.Thread):
    """Measures what everything below this process uses, and ends it all where that is too much.

    `most` holds `memory` and `disk` in bytes and `tasks` (processes and their threads); `folders` are those on disk;
    `tell` is called with the name and the bound before all ends.
    """

    def __init__(self, most: dict, folders: list[str], boxed: bool, tell):
        super().__init__(daemon=True)
        self.most, self.folders, self.boxed, self.tell = dict(most), folders, boxed, tell
        self.most["memory"] = min(most["memory"], int(0.8 * available()))
        self.most["disk"] = min(most["disk"], free(folders[0]) // 2)
        self.used = {"memory": 0, "tasks": 0, "disk": 0}
        self.before: int | None = None
        self.next_walk, self.next_count, self.free_then = 0.0, 0.0, 0
        self.before_now = everywhere()

    def run(self) -> None:
        while True:
            pids = self.below()
            self.note("tasks", len(pids))
            self.note("tasks", sum(map(tasks_of, pids)))
            self.memory(pids)
            self.disk()
            self.rest()

    def below(self) -> list[int]:
        return fixb_run.everybody() if self.boxed else [os.getpid(), *fixb_run.descendants(os.getpid())]

    def rest(self) -> None:
        """Until the next measure."""
        end = time.monotonic() + EVERY
        while time.monotonic() < end:
            time.sleep(TICK)
            self.multiplies()
            self.disk()

    def multiplies(self) -> None:
        """Processes may do so within milliseconds; that the whole machine has many more is known at once."""
        now = everywhere()
        if now - self.before_now > self.most["tasks"] / 4:
            self.note("tasks", len(self.below()))
            self.before_now = now
        self.before_now = min(self.before_now, now)

    def note(self, name: str, used: int) -> None:
        self.used[name] = max(self.used[name], used)
        if used > self.most[name]:
            self.end(name)

    def memory(self, pids: list[int]) -> None:
        """The quick count takes what processes share after a fork for each one's own; only then is it counted well."""
        files = in_memory_files() if self.boxed else 0
        used = files + sum(map(memory_of, pids))
        if used <= self.most["memory"]:
            self.note("memory", used)
        elif time.monotonic() > self.next_count:
            self.note("memory", files + sum(self.share_of(pid) for pid in pids))
            self.next_count = time.monotonic() + COUNT_AGAIN

    def share_of(self, pid: int) -> int:
        self.multiplies()
        return share_of(pid)

    def disk(self) -> None:
        """Walking takes time: once a second or less, but at once where the disk fills. Asked every few milliseconds, for a
        quick disk takes what is between this bound and the kernel's in a tenth of a second."""
        now, left = time.monotonic(), free(self.folders[0])
        fills = self.free_then - left > self.most["disk"] / 8
        if now < self.next_walk and not fills:
            return
        used = sum(size_of(folder) for folder in self.folders) + deleted_files(self.boxed)
        if self.before is None:
            self.before = used
        self.note("disk", used - self.before)
        self.free_then = left
        self.next_walk = time.monotonic() + max(WALK_AGAIN, 20 * (time.monotonic() - now))

    def end(self, name: str) -> None:
        """Nothing goes on after this: what is not seen yet stays unseen."""
        self.tell(name, self.most[name])
        with fixb_run.starting:
            kill_all(self.boxed)
            os._exit(1)


def everywhere() -> int:
    """How many processes the whole machine has: the links of /proc, where there is one."""
    with contextlib.suppress(OSError):
        return os.stat("/proc").st_nlink
    return 0


def tasks_of(pid: int) -> int:
    with contextlib.suppress(OSError, IndexError, ValueError), open(f"/proc/{pid}/stat") as file:
        return int(file.read().rpartition(")")[2].split()[17])
    return 0


def memory_of(pid: int) -> int:
    """Bytes that are no part of a file."""
    with contextlib.suppress(OSError, IndexError, ValueError), open(f"/proc/{pid}/statm") as file:
        _, resident, shared = file.read().split()[:3]
        return (int(resident) - int(shared)) * resource.getpagesize()
    return 0


def share_of(pid: int) -> int:
    """The same, where what several processes share is divided among them; takes a hundred times as long."""
    with contextlib.suppress(OSError, ValueError), open(f"/proc/{pid}/smaps_rollup") as file:
        parts = dict(line.split(":", 1) for line in file if ":" in line)
        if "Pss_Anon" in parts:
            return int(parts["Pss_Anon"].split()[0]) * 1024
    return memory_of(pid)


def kill_all(boxed: bool) -> None:
    """In a box one signal reaches all processes at once, however fast they multiply; elsewhere it takes several."""
    if boxed and os.getpid() < 10:
        with contextlib.suppress(OSError):
            os.kill(-1, signal.SIGKILL)
        return
    for pid in fixb_run.descendants(os.getpid()):
        with contextlib.suppress(OSError):
            os.kill(pid, signal.SIGSTOP)
    fixb_run.kill_descendants()


def in_memory_files() -> int:
    """Bytes in the box's file systems that lie in memory."""
    seen, total = set(), 0
    for path in ("/", "/tmp", "/dev", "/dev/shm"):
        with contextlib.suppress(OSError):
            device = os.stat(path).st_dev
            if device not in seen:
                seen.add(device)
                found = os.statvfs(path)
                total += (found.f_blocks - found.f_bfree) * found.f_frsize
    return total


def size_of(folder: str) -> int:
    total, below = 0, [folder]
    while below:
        with contextlib.suppress(OSError), os.scandir(below.pop()) as entries:
            for entry in entries:
                with contextlib.suppress(OSError):
                    if entry.is_dir(follow_symlinks=False):
                        below.append(entry.path)
                    else:
                        total += entry.stat(follow_symlinks=False).st_blocks * 512
    return total


def deleted_files(boxed: bool) -> int:
    """Bytes of files that have no name any more and are still open."""
    found: dict[tuple[int, int], int] = {}
    for pid in fixb_run.everybody() if boxed else fixb_run.descendants(os.getpid()):
        with contextlib.suppress(OSError):
            for number in os.listdir(f"/proc/{pid}/fd"):
                with contextlib.suppress(OSError):
                    one = os.stat(f"/proc/{pid}/fd/{number}")
                    if stat.S_ISREG(one.st_mode) and one.st_nlink == 0:
                        found[one.st_dev, one.st_ino] = one.st_blocks * 512
    return sum(found.values())


def free(folder: str) -> int:
    with contextlib.suppress(OSError):
        found = os.statvfs(folder)
        return found.f_bavail * found.f_frsize
    return 1 << 60


def available() -> int:
    """Bytes of memory that can be had without swapping."""
    with contextlib.suppress(OSError, ValueError, IndexError), open("/proc/meminfo") as file:
        return next(int(line.split()[1]) * 1024 for line in file if line.startswith("MemAvailable"))
    return 1 << 60
