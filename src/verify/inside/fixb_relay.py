"""Passes connections on: from where the backend's settings look for a server to where it is."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import json
import os
import socket
import threading


class Relays(threading.Thread):
    """`relays` are pairs of `listen` and `to`, each `{"port": 5432}` of 127.0.0.1 or `{"path": "/tmp/a.sock"}`."""

    def __init__(self, relays: list[dict]):
        super().__init__(daemon=True)
        self.relays, self.ready, self.problem = relays, threading.Event(), None

    def begin(self) -> str | None:
        """Listen from now on. Returns what went wrong, or None."""
        self.start()
        self.ready.wait(10)
        return self.problem

    def run(self) -> None:
        asyncio.run(self.serve())

    async def serve(self) -> None:
        for relay in self.relays:
            try:
                await listen(relay["listen"], functools.partial(passing, relay["to"]))
            except OSError as error:
                self.problem = f"{relay['listen']}: {error.strerror or error}"
        self.ready.set()
        await asyncio.Event().wait()


async def listen(place: dict, serve) -> None:
    if "port" in place:
        await asyncio.start_server(serve, "127.0.0.1", place["port"])
    else:
        os.makedirs(os.path.dirname(place["path"]), exist_ok=True)
        await asyncio.start_unix_server(serve, place["path"])


async def passing(to: dict, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """One connection, from its beginning to its end. It ends as a whole when one side does."""
    with contextlib.suppress(OSError, asyncio.IncompleteReadError):
        if "port" in to:
            other_reader, other_writer = await asyncio.open_connection("127.0.0.1", to["port"])
        else:
            other_reader, other_writer = await asyncio.open_unix_connection(to["path"])
        ways = {asyncio.ensure_future(pump(reader, other_writer)), asyncio.ensure_future(pump(other_reader, writer))}
        await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        for one in ways:
            one.cancel()
        other_writer.close()
    writer.close()


async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()


def ask(place: dict, question: str, limit: float = 30.0):
    """What the lender outside answers, which speaks to the server as the person who named it. Raises OSError."""
    family = socket.AF_INET if "port" in place else socket.AF_UNIX
    with socket.socket(family, socket.SOCK_STREAM) as connection:
        connection.settimeout(limit)
        connection.connect(("127.0.0.1", place["port"]) if "port" in place else place["path"])
        connection.sendall(question.encode() + b"\n")
        with connection.makefile("rb") as stream:
            return json.loads(stream.read() or b"null")
