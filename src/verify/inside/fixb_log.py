"""What a child says: its beginning and its end are kept in memory, what lies between is counted and let go.

However much is said, neither the disk nor the memory fills. Offsets are bytes since the first child spoke.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import select
import threading

HEAD, TAIL = 262_144, 1_048_576
PIECE, PIECES = 65_536, 64
SHOWN = 400_000
F_SETPIPE_SZ = 1031


class Log:
    """Given to a child as its standard output; it may have several children, one after the other."""

    def __init__(self):
        self._reader, self._writer = os.pipe()
        os.set_blocking(self._reader, False)
        with contextlib.suppress(OSError):
            fcntl.fcntl(self._writer, F_SETPIPE_SZ, 1_048_576)
        self._head, self._tail, self._total = bytearray(), bytearray(), 0
        self._lock = threading.Lock()
        threading.Thread(target=self._listen, daemon=True).start()

    def fileno(self) -> int:
        return self._writer

    def end(self) -> int:
        """Where it ends now."""
        self._drain()
        return self._total

    def since(self, begin: int = 0, limit: int = SHOWN) -> str:
        """What was said since an offset: all of it, or its beginning and its end, at most so many bytes."""
        self._drain()
        with self._lock:
            begin_of_tail = self._total - len(self._tail)
            head = self._head[begin : min(len(self._head), begin_of_tail)]
            tail = self._tail[max(0, begin - begin_of_tail) :]
            lost = begin_of_tail - max(begin, len(self._head))
        if lost <= 0 and len(head) + len(tail) <= limit:
            return _text(head + tail)
        return _shortened(bytes(head), bytes(tail), max(lost, 0), limit)

    def _listen(self) -> None:
        with contextlib.suppress(OSError, ValueError):
            while True:
                select.select([self._reader], [], [])
                self._drain()

    def _drain(self) -> None:
        """Take what is in the pipe: whoever asks sees all that was said before, without waiting for the listener."""
        with self._lock, contextlib.suppress(BlockingIOError):
            for _ in range(PIECES):
                piece = os.read(self._reader, PIECE)
                if not piece:
                    return
                self._keep(piece)

    def _keep(self, piece: bytes) -> None:
        self._total += len(piece)
        self._head += piece[: max(0, HEAD - len(self._head))]
        self._tail += piece
        if len(self._tail) > 2 * TAIL:
            del self._tail[:-TAIL]


def _shortened(head: bytes, tail: bytes, lost: int, limit: int) -> str:
    """A quarter for the beginning, the rest for the end."""
    whole = len(head) + lost + len(tail)
    first = (head or tail)[: limit // 4]
    last = tail[-(limit - len(first)) :]
    return f"{_text(first)}\n[{whole - len(first) - len(last)} bytes left out]\n{_text(last)}"


def _text(said: bytes) -> str:
    return said.decode("utf-8", "replace")
