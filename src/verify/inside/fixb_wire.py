"""The little of PostgreSQL's protocol that it takes to ask one question of a server that trusts us.

https://www.postgresql.org/docs/current/protocol-flow.html: start-up message, simple query, rows as text.
"""

from __future__ import annotations

import socket
import struct
import time

# One that has just begun to wait may go on at once, so each says whether it is older than that.
LEFT_OPEN = """SELECT left(regexp_replace(query, '\\s+', ' ', 'g'), 200), now() - state_change > interval '300 milliseconds'
FROM pg_stat_activity WHERE state LIKE 'idle in transaction%' AND pid <> pg_backend_pid() ORDER BY state_change"""


def left_open(port: int, user: str, limit: float = 3.0) -> dict:
    """Connections that stay in a transaction though nobody is asking any more: how many, and the last statement of one."""
    end = time.monotonic() + limit
    while True:
        rows = query(port, user, LEFT_OPEN)
        if not rows or time.monotonic() > end:
            left = [statement for statement, is_old in rows if is_old == "t"]
            return {"open": len(left), "statement": left[0] if left else ""}
        time.sleep(0.3)


def query(port: int, user: str, statement: str, database: str = "postgres") -> list[list[str]]:
    """The rows of one statement. Raises OSError where the server cannot be asked."""
    with socket.create_connection(("127.0.0.1", port), 5) as connection:
        names = f"user\0{user}\0database\0{database}\0\0".encode()
        connection.sendall(struct.pack("!II", len(names) + 8, 196_608) + names)
        stream = connection.makefile("rb")
        until_ready(stream)
        text = statement.encode() + b"\0"
        connection.sendall(b"Q" + struct.pack("!I", len(text) + 4) + text)
        rows = until_ready(stream)
        connection.sendall(b"X" + struct.pack("!I", 4))
        return rows


def until_ready(stream) -> list[list[str]]:
    rows = []
    while True:
        head = stream.read(5)
        if len(head) < 5:
            raise OSError("the server closed the connection")
        kind, size = head[:1], struct.unpack("!I", head[1:])[0] - 4
        body = stream.read(size)
        if kind == b"E":
            raise OSError(body.replace(b"\0", b" ").decode("utf-8", "replace"))
        if kind == b"R" and struct.unpack("!I", body[:4])[0] != 0:
            raise OSError("the server wants a password")
        if kind == b"D":
            rows.append(columns(body))
        if kind == b"Z":
            return rows


def columns(body: bytes) -> list[str]:
    count, at, found = struct.unpack("!H", body[:2])[0], 2, []
    for _ in range(count):
        size = struct.unpack("!i", body[at : at + 4])[0]
        at += 4
        found.append("" if size < 0 else body[at : at + size].decode("utf-8", "replace"))
        at += max(size, 0)
    return found
