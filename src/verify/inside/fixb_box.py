"""Tries to get out of the box, as a backend could, and fails with the first way that is open.

    fixb_box.py UID HOME PATH…

PATH… are files of this machine that must not be seen. `boxed` on standard output means that no way was found.
"""

from __future__ import annotations

import errno
import os
import socket
import stat
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import fixb_seal

NAMES = {"HOME", "USER", "LOGNAME", "PATH", "PWD", "LANG", "LC_CTYPE"}
READ_ONLY = ["/usr", "/etc/passwd", "/proc/sys/kernel/core_pattern", "/proc/sys/vm/overcommit_memory", "/proc/sysrq-trigger"]
UNREACHABLE = (errno.ENETUNREACH, errno.EHOSTUNREACH, errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT, errno.EACCES)


def main() -> None:
    uid, home, *elsewhere = sys.argv[1:]
    user(int(uid), home)
    processes()
    network()
    files(elsewhere)
    fixb_seal.close_keyrings()
    assert not fixb_seal.reads_keyrings(), "it reads the keyrings of this machine"
    print("boxed")


def user(uid: int, home: str) -> None:
    assert os.getuid() == uid and os.geteuid() == uid, "it runs as the wrong user"
    assert os.listdir(home) == [], "its home folder is not empty"
    foreign = sorted(set(os.environ) - NAMES)
    assert not foreign, f"it sees {', '.join(foreign)} of the environment"
    with open("/proc/self/status") as file:
        status = dict(line.split(":", 1) for line in file)
    assert int(status["CapEff"], 16) == 0, "it has capabilities"
    assert status["NoNewPrivs"].strip() == "1", "it can gain privileges"


def processes() -> None:
    seen = [name for name in os.listdir("/proc") if name.isdigit()]
    assert os.getpid() < 10 and len(seen) < 5, f"it sees {len(seen)} processes"
    assert not can_write("/dev/tty"), "it reaches the terminal"


def network() -> None:
    assert [name for _, name in socket.if_nameindex()] == ["lo"], "it has another network than loopback"
    for family, address in ((socket.AF_INET, "192.0.2.1"), (socket.AF_INET6, "2001:db8::1")):
        try:
            with socket.socket(family) as out:
                out.settimeout(2)
                out.connect((address, 9))
        except OSError as error:
            assert error.errno in UNREACHABLE, f"it reaches the network ({error})"
        else:
            raise AssertionError("it reaches the network")
    with open("/proc/self/net/unix") as file:
        assert len(file.readlines()) <= 1, "it sees the sockets of this machine"


def files(elsewhere: list[str]) -> None:
    for path in READ_ONLY:
        assert not can_write(path), f"it can write to {path}"
    for path in [*elsewhere, "/run/docker.sock", "/sys/kernel", "/boot"]:
        assert not os.path.lexists(path), f"it sees {path}"
    for folder in ("/tmp", "/run", "/var"):
        for place, _, names in os.walk(folder):
            sockets = [name for name in names if stat.S_ISSOCK(os.lstat(os.path.join(place, name)).st_mode)]
            assert not sockets, f"it sees the socket {place}/{sockets[:1]}"


def can_write(path: str) -> bool:
    """Whether it opens for writing; nothing is written. In a folder, whether a file could be made."""
    if os.path.isdir(path):
        return os.access(path, os.W_OK)
    try:
        os.close(os.open(path, os.O_WRONLY | os.O_NONBLOCK))
    except OSError:
        return False
    return True


if __name__ == "__main__":
    try:
        main()
    except AssertionError as open_way:
        sys.exit(str(open_way))
