"""Closes the kernel's keyrings, the one thing of the person's that no namespace keeps from a backend.

A filter for system calls (https://docs.kernel.org/userspace-api/seccomp_filter.html) answers add_key, request_key and
keyctl as a kernel without keyrings would; so does it all calls of another architecture. It is handed down to every child.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import platform
import struct

PR_SET_SECCOMP, MODE_FILTER = 22, 2
LOAD, JUMP_EQUAL, JUMP_GREATER_EQUAL, AND, RETURN = 0x20, 0x15, 0x35, 0x54, 0x06
ALLOW, NOT_THERE = 0x7FFF0000, 0x00050000 | errno.ENOSYS
NUMBER, ARCHITECTURE = 0, 4
X32 = 0x40000000
# The architecture as the kernel numbers it (linux/audit.h), and the first of the three calls, which follow each other.
CALLS = {"x86_64": (0xC000003E, 248), "aarch64": (0xC00000B7, 217)}
GET_KEYRING_ID, SESSION_KEYRING = 0, -3


class Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("filter", ctypes.c_void_p)]


def close_keyrings() -> None:
    """Needs a process that can gain no privileges, as one in a box is. Where the machine is another, nothing happens."""
    if platform.machine() not in CALLS:
        return
    architecture, first = CALLS[platform.machine()]
    code = b"".join(
        struct.pack("HBBI", *instruction)
        for instruction in [
            (LOAD, 0, 0, ARCHITECTURE),
            (JUMP_EQUAL, 0, 4, architecture),
            (LOAD, 0, 0, NUMBER),
            (AND, 0, 0, 0xFFFFFFFF ^ X32),
            (JUMP_GREATER_EQUAL, 0, 2, first),
            (JUMP_GREATER_EQUAL, 1, 0, first + 3),
            (RETURN, 0, 0, NOT_THERE),
            (RETURN, 0, 0, ALLOW),
        ]
    )
    held = ctypes.create_string_buffer(code, len(code))
    program = Program(len(code) // 8, ctypes.addressof(held))
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(PR_SET_SECCOMP, MODE_FILTER, ctypes.byref(program), 0, 0)


def reads_keyrings() -> bool:
    """Whether this process gets at the session keyring, which is handed down from the person's own shell."""
    if platform.machine() not in CALLS:
        return False
    number = CALLS[platform.machine()][1] + 2
    with contextlib.suppress(OSError, AttributeError):
        return ctypes.CDLL(None).syscall(number, GET_KEYRING_ID, SESSION_KEYRING, 0) > 0
    return False
